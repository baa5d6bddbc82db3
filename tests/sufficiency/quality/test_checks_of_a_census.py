"""Each check of a census finds what was planted, as often as it was planted, and nothing else."""

from dataclasses import replace

import pandas as pd
import pytest

from sufficiency.quality.bases import bases
from sufficiency.quality.checks import check_censuses, declared

UNIT, SPECIAL = "100002", "100004"
# Rows 0 to 2 hold plans 1 to 3 (row 1 in the unit), row 3 is on SEN support, row 4 has neither.
PLANTED = {
    "pupil_without_upn": ({3: {"upn": ""}}, {}),
    "pupil_real_in_synthetic": ({3: {"postcode": "AB1 2CD"}}, {"pupil_home_unknown": 1}),
    "pupil_twice": ({4: {"upn": "I777000000004"}}, {}),
    "pupil_enrolment_unknown": ({3: {"enrol_status": "Q"}, 4: {"enrol_status": ""}}, {}),
    "pupil_birth_date": ({3: {"birth_date": None}, 4: {"birth_date": "2025-01-17"}}, {}),
    "pupil_ncy_unknown": ({3: {"ncy_code": "15"}, 4: {"ncy_code": ""}}, {}),
    "pupil_sen_unknown": ({3: {"sen_provision": "S"}, 4: {"sen_provision": ""}}, {}),
    "pupil_need_missing": ({3: {"need": ""}}, {}),
    "pupil_need_unknown": ({3: {"need": "QQQ"}}, {}),
    "pupil_nsa_with_plan": ({0: {"need": "NSA"}}, {}),
    "pupil_need_without_sen": ({4: {"need": "MLD"}}, {}),
    "pupil_school_unknown": ({4: {"urn": "199999"}}, {}),
    "pupil_home_unknown": ({3: {"postcode": ""}, 4: {"postcode": "ZZ5 5ZZ"}}, {}),
    "pupil_base_flag_without_base": (
        {3: {"unit": True}},
        {"bases_disagree": 1},
    ),
    "pupil_both_flags": ({1: {"rp": True}}, {}),
    "plan_in_census_only": ({3: {"sen_provision": "E", "need": "MLD"}}, {}),
    "plan_in_sen2_only": ({0: {"sen_provision": "K"}}, {}),
}
ROWS = {"pupil_twice": 1, "pupil_real_in_synthetic": 1}
OTHERS = {"pupil_upn_invalid", "pupil_unreadable", "bases_disagree"}


def spoiled(pupils: pd.DataFrame, cells: dict) -> pd.DataFrame:
    pupils = pupils.copy()
    for row, values in cells.items():
        for column, value in values.items():
            pupils.loc[row, column] = (
                pd.Timestamp(value) if column == "birth_date" and value else value
            )
    return pupils


def test_each_check_of_a_census_has_a_planted_error():
    told = declared()
    assert set(PLANTED) | OTHERS == set(told.loc[told["source"] == "census", "check"])


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_error_is_found_by_its_check(name, check, make):
    cells, besides = PLANTED[name]
    found = check({2025: make.modules_of()}, {2025: spoiled(make.pupils_of(), cells)})
    assert found.counts() == {name: len(cells)} | besides


def test_upns_are_validated_only_where_they_are_real(check, make):
    found = check({}, {2025: make.pupils_of()}, identifiers="real")
    assert found.counts() == {"pupil_upn_invalid": 5}


def test_values_not_understood_are_reported_where_they_stand(make, reference):
    census = make.census_of(make.pupils_of())
    wrong = pd.DataFrame(
        [{"column": "birth_date", "file": "a.csv", "sheet": "", "row": 7, "kind": "date"}]
    )
    known = bases({}, [], reference)
    issues = check_censuses([replace(census, unreadable=wrong)], [], {}, reference, known)
    assert issues[["check", "module", "column", "file", "row"]].to_numpy().tolist() == [
        ["pupil_unreadable", "pupils", "birth_date", "a.csv", 7]
    ]


def test_needs_and_plans_are_only_looked_for_in_the_spring(check, make):
    pupils = spoiled(make.pupils_of(), {0: {"need": ""}, 3: {"sen_provision": "E"}})
    pupils.loc[3, "need"] = ""
    assert check({2025: make.modules_of()}, {2025: pupils}, term="autumn").counts() == {}


def test_a_plan_of_another_authoritys_child_is_not_missing_from_sen2(check, make):
    cells = {3: {"sen_provision": "E", "need": "MLD", "postcode": "ZZ9 9ZZ"}}
    found = check({2025: make.modules_of()}, {2025: spoiled(make.pupils_of(), cells)})
    assert found.counts() == {}


def test_a_plan_missing_from_the_census_names_the_persons_row_of_the_return(check, make):
    found = check(
        {2025: make.modules_of()},
        {2025: spoiled(make.pupils_of(), {2: {"sen_provision": "N", "need": ""}})},
    )
    row = found.issues.iloc[0]
    assert (row["check"], row["file"], row["row"]) == (
        "plan_in_sen2_only",
        "sen2/2025/person.csv",
        4,
    )


def test_a_school_told_by_its_laestab_is_known(check, make):
    pupils = make.pupils_of().assign(urn="")
    flagged_nowhere = pupils.assign(unit=False)
    found = check({2025: make.modules_of()}, {2025: flagged_nowhere})
    assert "pupil_school_unknown" not in found.counts()
