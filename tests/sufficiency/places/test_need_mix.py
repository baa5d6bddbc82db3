"""The observed need x school matrix, and the planner's own split in its place."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.contracts import NeedMixGiven, checked
from sufficiency.findings import Findings
from sufficiency.places.need_mix import need_mix
from sufficiency.places.split import places

HILL = {"urn": "1", "name": "Hill", "on_roll": 10, "designated_needs": "SLD PMLD"}
# Hill is designated for severe difficulties; most who sit there are recorded otherwise.
THERE = ((5, "ASD", "SPLA", 8, "1"), (3, "MLD", "SPLA", 3, "1"), (2, "SLD", "SPLA", 3, "1"))


def shares(*rows: tuple[str, str, float]) -> pd.DataFrame:
    records: list[dict[str, Any]] = [
        {"urn": "1", "site_id": "main", "provision": "special", "need": n, "phase": p, "share": s}
        for n, p, s in rows
    ]
    return checked(NeedMixGiven, pd.DataFrame(records), "need_mix_given")


def by_need(table: pd.DataFrame, column: str = "share_used") -> dict[tuple[str, str], float]:
    return {
        (str(row["need"]), str(row["phase"])): round(float(row[column]), 3)
        for _, row in table.iterrows()
        if row[column] > 0
    }


@pytest.fixture
def mixed(register, plans):
    def build(*rows, residents=THERE, given=None):
        findings = Findings()
        table = need_mix(register(*rows or (HILL,)), plans(*residents), 2025, given, findings)
        return table, findings

    return build


def test_places_follow_who_is_there_and_say_where_designation_differs(mixed):
    table, findings = mixed()

    assert by_need(table, "plans") == {
        ("ASD", "secondary"): 5,
        ("MLD", "primary"): 3,
        ("SLD", "primary"): 2,
    }
    assert by_need(table) == by_need(table, "share_observed")
    assert by_need(table)[("ASD", "secondary")] == 0.5
    assert set(table["chosen_by"]) == {"observed"}
    assert dict(zip(table["need"], table["designated"], strict=True)) == {
        "ASD": "no",
        "MLD": "no",
        "SLD": "yes",
    }
    (said,) = findings.items
    assert (said.check, said.count) == ("need_mix_outside_designation", 8)


def test_too_few_known_there_take_the_mix_of_the_provision_within_the_designation(mixed):
    few = ((1, "ASD", "SPLA", 8, "1"), (6, "SLD", "SPLA", 3), (2, "PMLD", "SPLA", 8))

    table, _ = mixed(residents=few)

    assert set(table["chosen_by"]) == {"provision"}
    assert by_need(table) == {("SLD", "primary"): 0.75, ("PMLD", "secondary"): 0.25}
    assert by_need(table, "plans") == {("ASD", "secondary"): 1}


def test_the_planners_shares_come_first_and_keep_the_phases(mixed):
    table, _ = mixed(given=shares(("SLD", "ALL", 0.8), ("PMLD", "ALL", 0.2)))

    # Half are in secondary, half in primary.
    assert set(table["chosen_by"]) == {"planner"}
    assert by_need(table) == {
        ("SLD", "primary"): 0.4,
        ("SLD", "secondary"): 0.4,
        ("PMLD", "primary"): 0.1,
        ("PMLD", "secondary"): 0.1,
    }
    assert by_need(table, "plans")[("ASD", "secondary")] == 5


def test_shares_of_one_phase_leave_the_others_and_what_they_leave_stays_as_observed(mixed):
    table, _ = mixed(given=shares(("PMLD", "primary", 0.5)))

    # Primary is half of the row: half of that is PMLD, the rest falls 3 : 2 as observed.
    assert by_need(table) == {
        ("ASD", "secondary"): 0.5,
        ("PMLD", "primary"): 0.25,
        ("MLD", "primary"): 0.15,
        ("SLD", "primary"): 0.1,
    }


def test_shares_over_one_are_taken_in_proportion_with_a_warning(mixed):
    table, findings = mixed(given=shares(("SLD", "ALL", 0.9), ("PMLD", "ALL", 0.6)))

    assert by_need(table)[("SLD", "primary")] == 0.3
    assert "need_mix_over_one" in [f.check for f in findings.items]


def test_shares_of_a_school_that_is_not_on_the_register_are_said(mixed):
    given = shares(("SLD", "ALL", 1.0)).assign(urn="7")

    table, findings = mixed(given=given)

    assert set(table["chosen_by"]) == {"observed"}
    assert "need_mix_without_row" in [f.check for f in findings.items]


def test_places_use_the_planners_shares_and_hold_who_is_there_as_mismatch(register, plans):
    given = shares(("SLD", "ALL", 1.0))
    rows = places(
        register(HILL | {"commissioned_places": 12}),
        plans(*THERE), 2025, 0, "commissioned", Findings(), need_mix_given=given,
    )  # fmt: skip

    split = rows[(rows["kind"] == "register") & (rows["places"] > 0)]
    assert dict(zip(split["phase"], split["places"], strict=True)) == {
        "primary": 6,
        "secondary": 6,
    }
    assert set(split["need_group"]) == {"COMPLEX"}
    # Ten on roll: no cell is short for being recorded otherwise. Room is 2 in COMPLEX.
    residents = {"AUTCOM": 5, "LEARN": 3, "COMPLEX": 2}
    offered = rows.groupby("need_group")["places"].sum()
    assert {g: int(offered[g]) - n for g, n in residents.items()} == {
        "AUTCOM": 0,
        "LEARN": 0,
        "COMPLEX": 2,
    }


def test_the_need_mix_of_the_authority_on_paper(paper):
    table = need_mix(paper.register, paper.plans, 2025, None, Findings(), imports=paper.imports)

    columns = ["urn", "site_id", "name", "need", "phase", "plans"]
    assert table[columns].to_numpy().tolist() == [
        ["100001", "main", "Oak School", "ASD", "primary", 9],
        ["100001", "main", "Oak School", "ASD", "secondary", 6],
        ["100001", "main", "Oak School", "ASD", "post_16", 3],
        ["100001", "main", "Oak School", "SLD", "primary", 3],
        ["100001", "main", "Oak School", "SLD", "secondary", 2],
        ["100001", "annexe", "Oak School annexe", "ASD", "secondary", 5],
        ["100002", "main", "Elm School", "SEMH", "secondary", 10],
        ["100003", "main", "Ash Primary (resourced provision)", "ASD", "primary", 6],
    ]
    assert table["share_observed"].tolist() == pytest.approx(
        [9 / 23, 6 / 23, 3 / 23, 3 / 23, 2 / 23, 1, 1, 1]
    )
    assert table["share_used"].tolist() == table["share_observed"].tolist()
    assert set(table["designated"]) == {"yes"}
    assert set(table["chosen_by"]) == {"observed"}
    assert set(table["provision"]) == {"special", "resourced_provision"}


@settings(deadline=None, max_examples=15)
@given(
    numbers=st.lists(st.integers(0, 9), min_size=4, max_size=4),
    share=st.floats(0, 1),
    designated=st.sampled_from(["", "ASD", "SLD SEMH"]),
)
def test_shares_of_a_row_sum_to_one(register, plans, numbers, share, designated):
    cells = (("ASD", 8), ("SLD", 3), ("SEMH", 12), ("VI", 5))
    held = plans(
        (1, "ASD", "MSLA", 5),
        *((n, need, "SPLA", ncy, "1") for n, (need, ncy) in zip(numbers, cells, strict=True)),
    )
    given = shares(("SLD", "ALL", share))

    table = need_mix(
        register(HILL | {"designated_needs": designated}), held, 2025, given, Findings()
    )

    assert table["share_used"].sum() == pytest.approx(1)
    if table["plans"].sum():
        assert table["share_observed"].sum() == pytest.approx(1)
