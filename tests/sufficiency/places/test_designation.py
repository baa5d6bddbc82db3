"""Designations that no resident plan holder needs are told, without calling them wrong."""

from sufficiency.findings import Findings
from sufficiency.places import designation_without_need


def found(register, plans) -> list[tuple[str, str, str]]:
    findings = Findings()
    designation_without_need(register, plans, findings)
    return [(f.check, f.severity, f.message) for f in findings.items]


def test_a_designation_that_no_resident_need_matches_warns(register, plans):
    table = register({"designated_needs": "HI", "name": "Ear School", "ncy_to": 6})
    held = plans((3, "ASD", "SPLA", 4), (1, "HI", "MSLA", 9))

    ((check, severity, message),) = found(table, held)

    assert (check, severity) == ("register_designation_without_need", "warns")
    assert message.startswith("Ear School is for HI, NCY 0 to 6:")


def test_a_need_recorded_for_nobody_beside_one_that_is_recorded_is_a_note(register, plans):
    table = register({"designated_needs": "ASD MSI", "name": "Two Needs"})

    ((check, severity, message),) = found(table, plans((3, "ASD", "MSLA", 4)))

    assert (check, severity) == ("register_need_without_plans", "informs")
    assert "Two Needs (MSI)" in message


def test_accepted_needs_and_rows_for_all_needs_match(register, plans):
    table = register(
        {"designated_needs": "SLD", "acceptable_needs": "ASD", "urn": "1"}, {"urn": "2"}
    )

    checks = [check for check, _, _ in found(table, plans((3, "ASD", "MSLA", 4)))]

    assert checks == ["register_need_without_plans"]
    assert found(register({}), plans((3, "ASD", "MSLA", 4))) == []
