"""What a planner is told of the checks."""

import pytest

from sufficiency.contracts import QualityChecks, checked
from sufficiency.errors import WorkspaceError
from sufficiency.quality.checks import declared
from sufficiency.quality.table import NO_RETURN, NO_RETURN_BEFORE, findings_from, quality_table


def told(found, severities=None):
    table = quality_table(found.issues, found.returns, found.censuses, found.positions, severities)
    return checked(QualityChecks, table, "quality_checks")


def test_every_check_is_there_for_every_return_and_census_passed_or_not(check, make):
    found = check({2024: make.modules_of(2024), 2025: make.modules_of()}, {2025: make.pupils_of()})
    table = told(found)
    sizes = declared()["source"].value_counts()
    assert table.groupby(["year", "source"]).size().to_dict() == {
        (2024, "SEN2 return"): sizes["sen2"],
        (2025, "SEN2 return"): sizes["sen2"],
        (2025, "school census"): sizes["census"],
    }
    assert (table["count"] == 0).all()
    assert (table["share"] == 0).all()
    assert findings_from(table, found.issues, found.returns) == []


@pytest.mark.parametrize(
    ("module", "row", "cells", "share"),
    [
        ("person", 0, {"postcode": "ZZ5 5ZZ"}, 0.25),
        ("person", 5, {"sex": "Q"}, 0.0),
        ("requests", 0, {"requestsource": "9"}, 0.25),
        ("assessment", 1, {"assessmentoutcome": "Q"}, 0.25),
        ("namedplan", 0, {"startdate": ""}, 0.25),
        ("plandetail", 0, {"placementrank": "one"}, 0.25),
        ("activeplans", 0, {"reviewoutcome": "Q"}, 0.25),
        ("placementdetail", 1, {"wbp": "Q"}, 0.25),
        ("senneed", 0, {"sentype": "QQQ"}, 0.25),
        ("sen2", 0, {"lea": "998"}, 1.0),
    ],
)
def test_the_share_is_of_plans_that_hang_from_the_row(check, make, module, row, cells, share):
    table = told(check({2025: make.edited(make.modules_of(), module, row, **cells)}))
    failing = table[table["count"] > 0]
    assert failing["share"].to_list() == [share]


def test_the_share_of_a_census_is_of_its_registrations(check, make):
    pupils = make.pupils_of()
    pupils.loc[3, "postcode"] = ""
    table = told(check({2025: make.modules_of()}, {2025: pupils}))
    assert table.set_index("check").loc["pupil_home_unknown", "share"] == 0.2


def test_what_could_not_be_compared_is_said(check, make):
    table = told(check({2025: make.modules_of()}))
    assert table.set_index("check").loc["jump_total", "assumed"] == NO_RETURN_BEFORE
    alone = told(check({}, {2025: make.pupils_of()}))
    assert alone.set_index("check").loc["plan_in_census_only", "assumed"] == NO_RETURN


def test_a_lost_persons_share_is_not_told(check, make):
    now = make.edited(make.modules_of(), "person", 0, upn="I555000000001", surname="Other")
    table = told(check({2024: make.modules_of(2024), 2025: now}))
    assert table.loc[table["check"] == "lost_since_last_return", "share"].isna().sum() == 1


def test_a_finding_names_year_file_title_count_and_for_a_block_its_first_rows(check, make):
    modules = make.with_people(make.modules_of(), 6, sen2tableid="nobody")
    found = check({2025: modules})
    finding = findings_from(told(found), found.issues, found.returns)[0]
    assert (finding.check, finding.severity, finding.count) == ("orphan_person", "blocks", 6)
    assert finding.message == (
        "Person without its header: 6 (60.0% of plans), January 2025. First rows: 8, 9, 10, 11, 12."
    )
    assert (finding.source, finding.column) == ("sen2/2025/person.csv", "sen2tableid")


def test_a_severity_may_be_another_and_must_be_of_a_check(check, make):
    found = check({2025: make.edited(make.modules_of(), "person", 0, upn="")})
    table = told(found, {"no_identifier_without_reason": "blocks"})
    assert findings_from(table, found.issues, found.returns)[0].severity == "blocks"
    with pytest.raises(WorkspaceError, match="no_such_check"):
        told(found, {"no_such_check": "warns"})


def test_no_value_of_a_row_is_in_a_finding(check, make):
    modules = make.edited(make.modules_of(), "person", 0, upn="", postcode="AB1 2CD")
    found = check({2025: modules})
    text = " ".join(f.message for f in findings_from(told(found), found.issues, found.returns))
    assert text
    for value in ("AB1", "Demo0", "Given", "2014-10-05", "I9990"):
        assert value not in text
