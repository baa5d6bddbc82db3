"""Units and resourced provision three ways, each verdict worked out by hand."""

from dataclasses import replace

import pandas as pd
import pytest

from sufficiency.quality.bases import bases, unsettled
from sufficiency.quality.known_bases import known_bases

PLAIN, UNIT, RP = "100001", "100002", "100003"


def placed(count: int, urn: str = UNIT, setting: str = "SENU") -> pd.DataFrame:
    return pd.DataFrame({"setting": [setting] * count, "establishment": [urn] * count}, dtype="str")


def attending(make, inside: int, outside: int = 0, urn: str = UNIT) -> pd.DataFrame:
    one = make.pupils_of().iloc[[1]].assign(urn=urn)
    pupils = pd.concat([one] * (inside + outside), ignore_index=True)
    return pupils.assign(postcode=["ZZ1 1AA"] * inside + ["ZZ9 9ZZ"] * outside)


@pytest.mark.parametrize(
    ("sen2", "inside", "outside", "verdict"),
    [
        (10, 10, 0, "agrees"),
        (8, 10, 0, "agrees"),
        (7, 10, 0, "fewer_flagged"),
        (15, 20, 0, "agrees"),
        (14, 20, 0, "fewer_flagged"),
        (10, 10, 6, "agrees"),
        (10, 5, 0, "fewer_flagged"),
        (0, 10, 0, "not_flagged"),
        (0, 2, 0, "agrees"),
    ],
)
def test_sen2_is_set_beside_residents_in_the_census(
    make, reference, sen2, inside, outside, verdict
):
    census = make.census_of(attending(make, inside, outside))
    found = bases({2025: placed(sen2)}, [census], reference).set_index("establishment")
    assert found.loc[UNIT, "verdict"] == verdict
    assert found.loc[UNIT, "census"] == inside + outside
    assert found.loc[UNIT, "sen2"] == sen2


def test_without_a_census_gias_decides_and_without_either_nothing_is_known(reference):
    with_roll = bases({2025: placed(2)}, [], reference).set_index("establishment")
    assert with_roll["gias"][UNIT] == 2
    assert with_roll["verdict"][UNIT] == "agrees"
    assert with_roll["census"].isna()[UNIT]
    schools = reference.schools.assign(unit_on_roll=pd.array([pd.NA] * 7, dtype="Int32"))
    unknown = bases({2025: placed(2)}, [], replace(reference, schools=schools))
    assert unknown.set_index("establishment").loc[UNIT, "verdict"] == "not_known"


def test_a_flag_where_nobody_knows_of_a_base_is_said(make, reference):
    by_sen2 = bases({2025: placed(1, PLAIN)}, [], reference).set_index("establishment")
    assert by_sen2.loc[PLAIN, "verdict"] == "flagged_without_base"
    census = make.census_of(attending(make, 3, urn=PLAIN))
    by_census = bases({2025: placed(0)}, [census], reference).set_index("establishment")
    assert by_census.loc[PLAIN, "verdict"] == "flagged_without_base"


def test_a_school_of_the_census_that_flags_nobody_has_none_and_another_is_missing(make, reference):
    census = make.census_of(attending(make, 1).assign(unit=False))
    found = bases({2025: placed(0)}, [census], reference).set_index("establishment")
    assert found.loc[UNIT, "census"] == 0
    assert found["census"].isna()[RP]


def test_the_registers_places_count_while_they_are_in_force(reference):
    row = {
        "urn": PLAIN,
        "provision": "resourced_provision",
        "change_status": "existing",
        "effective_from": "2024-09-01",
        "effective_to": "2026-08-31",
        "commissioned_places": None,
        "scap_capacity": 12,
        "physical_capacity": 15,
        "other_la_places": 3,
    }
    proposed = {**row, "urn": UNIT, "change_status": "proposed"}
    register = pd.DataFrame([row, proposed])
    known = replace(reference, register=register)
    found = bases({2024: placed(9, PLAIN, "RP"), 2025: placed(9, PLAIN, "RP")}, [], known)
    mine = found[found["establishment"] == PLAIN].set_index("year")
    assert mine["verdict"].to_dict() == {2024: "flagged_without_base", 2025: "agrees"}
    assert mine.loc[2025, "register"] == 12
    held = known_bases(known, pd.Timestamp("2025-01-16"))
    assert held["imports"].max() == 3


def test_schools_of_other_authorities_are_left_out(reference):
    schools = reference.schools.assign(authority="998")
    assert bases({2025: placed(5)}, [], replace(reference, schools=schools)).empty


def test_a_provision_is_unsettled_while_any_school_of_the_year_disagrees():
    rows = [
        (2025, "unit", "agrees"),
        (2025, "unit", "not_flagged"),
        (2025, "rp", "agrees"),
        (2024, "rp", "fewer_flagged"),
    ]
    table = pd.DataFrame(rows, columns=["year", "base", "verdict"])
    assert unsettled(table, 2025) == ("sen_unit",)
    assert unsettled(table, 2024) == ("resourced_provision",)
