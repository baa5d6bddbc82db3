"""Which column of a file is which."""

import pytest

from sufficiency.pupil_census.columns import recognise, table


@pytest.mark.parametrize(
    ("spelling", "column"),
    [
        ("UPN", "upn"),
        ("UniqueLearnerNumber", "uln"),
        ("LEA", "la"),
        ("LA", "la"),
        ("Estab", "estab"),
        ("URN", "urn"),
        ("LAESTAB", "laestab"),
        ("DoB", "birth_date"),
        ("DOB", "birth_date"),
        ("Gender", "sex"),
        ("Sex", "sex"),
        ("Postcode", "postcode"),
        ("NCyearActual", "ncy_code"),
        ("EnrolStatus", "enrol_status"),
        ("EntryDate", "entry_date"),
        ("LeavingDate", "leaving_date"),
        ("SENprovision", "sen_provision"),
        ("SENtype", "need"),
        ("SENneed1", "need"),
        ("PrimarySENtype", "need"),
        ("SENneed2", "second_need"),
        ("SecondarySENtype", "second_need"),
        ("SENunitIndicator", "unit"),
        ("ResourcedProvisionIndicator", "rp"),
    ],
)
def test_every_spelling_of_the_handbook_is_known_in_any_case_and_with_a_term(spelling, column):
    for written in (spelling, spelling.upper(), f" {spelling.lower()} "):
        assert recognise([written]).shared == {column: 0}
    found = recognise([f"{spelling}_SPR26", f"{spelling}_aut25"])
    assert found.by_term == {(2026, "spring"): {column: 0}, (2026, "autumn"): {column: 1}}
    assert found.known == {column}


def test_unknown_columns_are_counted_and_never_named():
    found = recognise(["UPN", "Surname", "Forename", "FSM_SPR26", ""])
    assert found.unknown == 4
    assert "Surname" not in repr(found)


def test_the_first_of_two_columns_for_one_is_used():
    found = recognise(["DOB", "UPN", "DateOfBirth"])
    assert found.shared == {"birth_date": 0, "upn": 1}
    assert found.doubled == ("birth_date",)


def test_no_alias_stands_for_two_columns():
    aliases = " ".join(table()["aliases"]).split()
    assert len(aliases) == len(set(aliases))
    assert all(alias.isalnum() and alias == alias.lower() for alias in aliases)
