"""Who attends which site of the register."""

from typing import Any

import pandas as pd
import pytest

from sufficiency.contracts import Imports, checked
from sufficiency.findings import Findings
from sufficiency.places.attendance import attending

MAIN = {"urn": "1", "name": "Hill", "on_roll": 10, "locality": "North"}
ANNEXE = MAIN | {
    "site_id": "annexe",
    "on_roll": 4,
    "ncy_from": 7,
    "designated_needs": "ASD",
    "locality": "South",
}
SCHOOL = ((4, "ASD", "SPLA", 8, "1"), (5, "ASD", "SPLA", 3, "1"), (5, "SLD", "SPLA", 9, "1"))


def at(table: pd.DataFrame, *keys: str) -> dict[Any, int]:
    return table.groupby(list(keys))["plans"].sum().to_dict()


def test_a_recorded_site_is_kept(register, plans):
    held = plans(*SCHOOL)
    held.loc[held["need"] == "SLD", "site"] = "annexe"

    table = attending(register(MAIN, ANNEXE), held, 2025)

    # The annexe is full with five of them, though it is not designated for their need.
    assert at(table, "site_id", "need") == {("annexe", "SLD"): 5, ("main", "ASD"): 9}


def test_without_a_site_the_narrowest_row_is_filled_first_by_need_and_year_group(register, plans):
    findings = Findings()

    table = attending(register(MAIN, ANNEXE), plans(*SCHOOL), 2025, findings=findings)

    assert at(table, "site_id", "need", "ncy") == {
        ("annexe", "ASD", 8): 4,
        ("main", "ASD", 3): 5,
        ("main", "SLD", 9): 5,
    }
    (said,) = findings.items
    assert (said.check, said.count) == ("places_site_assumed", 14)


def test_children_who_live_near_a_site_are_given_to_it_first(register, plans):
    held = plans((6, "ASD", "SPLA", 8, "1"))
    held["locality"] = ["North", "South"] * 3

    table = attending(register(MAIN, ANNEXE), held, 2025)

    assert at(table, "site_id", "locality") == {
        ("annexe", "South"): 3,
        ("annexe", "North"): 1,
        ("main", "North"): 2,
    }


@pytest.mark.parametrize("listed", [True, False])
def test_pupils_of_other_authorities_and_without_a_plan_leave_fewer_seats(register, plans, listed):
    annexe = ANNEXE | {"occupants_without_plan": 1}
    rows = pd.DataFrame(
        [("1", "annexe", "special", "998", 8, "ASD", 2, "imports.csv")],
        columns=list(Imports.to_schema().columns),
    )
    imports = checked(Imports, rows, "imports") if listed else None
    annexe |= {} if listed else {"other_la_places": 2}

    table = attending(register(MAIN, annexe), plans(*SCHOOL), 2025, imports)

    assert at(table, "site_id")["annexe"] == 1


def test_a_place_that_is_not_on_the_register_has_no_school(register, plans):
    held = plans((2, "ASD", "SPLA", 8, "9"), (1, "ASD", "SENU", 3, "1"), (3, "ASD", "MSLA", 3, "1"))

    table = attending(register(MAIN), held, 2025)

    # A unit at Hill is not on the register; mainstream places are of no provision.
    assert at(table, "urn", "provision") == {("", "special"): 2, ("", "sen_unit"): 1}


def test_every_child_is_counted_once_whatever_the_order(register, plans):
    held = plans(*SCHOOL, (9, "SEMH", "SPLA", 8, "1"), (3, "ASD", "SPLA", 8))

    table = attending(register(MAIN, ANNEXE), held, 2025)
    backward = attending(register(ANNEXE, MAIN), held.iloc[::-1], 2025)

    assert table["plans"].sum() == len(held)
    pd.testing.assert_frame_equal(table, backward)
