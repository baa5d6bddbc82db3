"""Occupancy by pool: on paper, and where something is not known."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sufficiency.contracts import TABLES, checked, empty
from sufficiency.findings import Findings
from sufficiency.places.occupancy import occupancy

COUNTS = [
    "physical", "scap", "commissioned", "usable", "on_roll", "with_plan", "other_authorities",
    "assessment", "sen_support", "unexplained", "second_placements", "beds", "beds_used",
]  # fmt: skip
SIZES = ["fte", "occupancy", "headroom", "over_number", "july_peak"]
NAMES = ["classes", "imports", "pupils", "second_placements", "placement_months"]
OAK, ELM, ASH = "100001", "100002", "100003"


def full(tables: Any, findings: Findings | None = None, **instead: pd.DataFrame) -> Any:
    names = ["register", "plans", *NAMES]
    own: dict[str, Any] = {name: instead.get(name, getattr(tables, name)) for name in names}
    return occupancy(**own, base_year=2025, nursery_fte=0.5, findings=findings or Findings())


def told(table, urn, pool="ALL", site="main"):
    rows = table[(table["urn"] == urn) & (table["site_id"] == site) & (table["pool"] == pool)]
    assert len(rows) == 1
    return rows.iloc[0]


def alone(row, plan_rows, findings: Findings | None = None, **tables: pd.DataFrame) -> Any:
    """Return the occupancy of one register row; nothing else is supplied."""
    own: dict[str, Any] = {name: empty(TABLES[name]) for name in NAMES} | tables
    shared = {"base_year": 2025, "nursery_fte": 0.5, "findings": findings or Findings()}
    return occupancy(register=row, plans=plan_rows, **own, **shared)


def pupils_of(*rows):
    columns = list(TABLES["pupils"].to_schema().columns)
    shared = (2025, "spring")
    return checked(
        TABLES["pupils"], pd.DataFrame([(*shared, *row) for row in rows], columns=columns), "pupils"
    )


def test_every_column_of_the_authority_on_paper(paper):
    table = full(paper)
    assert table["year"].eq(2025).all()
    assert table["roll_source"].eq("school census").all()
    # Oak main: 28 residents at Oak of whom the annexe takes the 5 of its own town, 2 imports and
    # one child without a plan. Its school-age classes hold 26 but 24 are commissioned; 5 post-16.
    # In July: 2 came in March and one left in June, so 1 more.
    counts = {
        (OAK, "main", "school_age"): (None, None, 24, 24, 23, 20, 2, 1, 0, 0, 0, None, None),
        (OAK, "main", "post_16"): (None, None, 6, 5, 3, 3, 0, 0, 0, 0, 0, None, None),
        (OAK, "main", "ALL"): (32, None, 30, 29, 26, 23, 2, 1, 0, 0, 0, 4, 0),
        (OAK, "annexe", "school_age"): (8, None, 8, 8, 5, 5, 0, 0, 0, 0, 0, None, None),
        (OAK, "annexe", "ALL"): (8, None, 8, 8, 5, 5, 0, 0, 0, 0, 0, None, 0),
        (ELM, "main", "school_age"): (12, None, 12, 12, 13, 10, 3, 0, 0, 0, 0, None, None),
        (ELM, "main", "ALL"): (12, None, 12, 12, 13, 10, 3, 0, 0, 0, 0, None, 0),
        (ASH, "main", "school_age"): (8, None, 7, 7, 7, 6, 0, 0, 1, 0, 1, None, None),
        (ASH, "main", "ALL"): (8, None, 7, 7, 7, 6, 0, 0, 1, 0, 1, None, 0),
    }
    sizes = {
        (OAK, "main", "school_age"): (23, 100 * 23 / 24, 1, 0, 24),
        (OAK, "main", "post_16"): (3, 60, 2, 0, 3),
        (OAK, "main", "ALL"): (26, 100 * 26 / 29, 3, 0, 27),
        (OAK, "annexe", "school_age"): (5, 62.5, 3, 0, 5),
        (OAK, "annexe", "ALL"): (5, 62.5, 3, 0, 5),
        (ELM, "main", "school_age"): (13, 100 * 13 / 12, 0, 1, 14),
        (ELM, "main", "ALL"): (13, 100 * 13 / 12, 0, 1, 14),
        (ASH, "main", "school_age"): (7, 100, 0, 0, 7),
        (ASH, "main", "ALL"): (7, 100, 0, 0, 7),
    }
    keyed = table.set_index(["urn", "site_id", "pool"])
    assert set(keyed.index) == set(counts)
    for key, expected in counts.items():
        row = keyed.loc[key]
        assert tuple(None if pd.isna(v) else int(v) for v in row[COUNTS]) == expected, key
        assert row[SIZES].tolist() == pytest.approx(sizes[key]), key
    oak = keyed.loc[(OAK, "main", "ALL")]
    assert (oak["name"], oak["provision"], oak["locality"]) == ("Oak School", "special", "North")
    assert oak["flexible"] == "yes"
    assert "sites apart" in oak["note"]
    assert keyed.loc[(ELM, "main", "ALL"), "note"] == ""


def test_over_number_is_said_and_never_raises_capacity(paper):
    findings = Findings()
    elm = told(full(paper, findings), ELM)
    assert (elm["usable"], elm["over_number"], elm["headroom"]) == (12, 1.0, 0.0)
    (found,) = findings.items
    assert (found.check, found.severity, found.count) == ("occupancy_over_number", "informs", 1)
    assert "Elm School" in found.message


def test_without_a_census_the_roll_is_the_registers_and_pools_are_not_known(paper):
    table = full(paper, pupils=empty(TABLES["pupils"]))
    oak = told(table, OAK)
    assert (oak["roll_source"], oak["on_roll"], oak["unexplained"]) == ("register", 26, 0)
    assert "year groups not known" in oak["note"]
    pool = told(table, OAK, "post_16")
    assert pd.isna(pool["on_roll"])
    assert pd.isna(pool["occupancy"])
    assert pool["with_plan"] == 3
    assert told(table, ELM, "school_age")["on_roll"] == 13  # it teaches one pool only


def test_imports_that_nobody_knows_are_missing_and_not_none(paper):
    register = paper.register.assign(other_la_places=pd.NA).astype({"other_la_places": "Int32"})
    census, imports = (empty(TABLES[name]) for name in ("pupils", "imports"))
    elm = told(full(paper, register=register, pupils=census, imports=imports), ELM)
    assert pd.isna(elm["other_authorities"])
    assert pd.isna(elm["unexplained"])
    assert elm["on_roll"] == 13
    assert "Imports not known." in elm["note"]


def test_modelled_plans_without_schools_leave_plan_holders_unknown(register, plans):
    row = register({"on_roll": 8})
    alone_there = told(alone(row, plans((8, "ASD", "SPLA", 5))), OAK)
    assert pd.isna(alone_there["with_plan"])
    assert pd.isna(alone_there["second_placements"])
    assert pd.isna(alone_there["july_peak"])
    assert pd.isna(alone_there["beds_used"])
    assert alone_there["occupancy"] == pytest.approx(80)


def test_a_row_without_a_roll_is_said(register, plans):
    findings = Findings()
    row = told(alone(register({}), plans((8, "ASD", "SPLA", 5)), findings), OAK)
    assert (row["roll_source"], row["commissioned"]) == ("none", 10)
    assert np.isnan(row["fte"])
    assert [found.check for found in findings.items] == ["occupancy_roll_not_known"]


def test_a_nursery_pupil_counts_half(register, plans):
    row = register({"ncy_from": -1, "nursery_places": 4, "on_roll": 9})
    pupils = pupils_of(
        (OAK, "North", "inside", -1, "E", "ASD", "", 4),
        (OAK, "North", "inside", 3, "E", "ASD", "", 5),
    )
    table = alone(row, plans((4, "ASD", "SPLA", -1, OAK)), pupils=pupils)
    assert told(table, OAK)["fte"] == 7.0
    assert told(table, OAK, "nursery")[["on_roll", "fte", "commissioned"]].tolist() == [4, 2.0, 4]
    assert told(table, OAK, "school_age")[["fte", "commissioned"]].tolist() == [5.0, 6]
    of_register = told(alone(row, plans((4, "ASD", "SPLA", -1, OAK))), OAK)
    assert of_register["fte"] == 7.0
    assert "Only plan holders tell who is in nursery" in of_register["note"]


def test_pupils_who_follow_no_year_group_leave_pools_unknown_and_the_whole_known(register, plans):
    row = register({"ncy_to": 13, "on_roll": 3})
    pupils = pupils_of(
        (OAK, "North", "inside", None, "E", "ASD", "", 2),
        (OAK, "North", "inside", 3, "E", "ASD", "", 1),
    )
    table = alone(row, plans((3, "ASD", "SPLA", 3, OAK)), pupils=pupils)
    assert told(table, OAK)["on_roll"] == 3
    assert pd.isna(told(table, OAK, "post_16")["on_roll"])
    assert pd.isna(told(table, OAK, "post_16")["commissioned"])  # not set apart


def test_children_younger_than_the_row_teaches_climb_in_its_nearest_pool(paper):
    months = paper.placement_months.assign(pool="nursery")
    table = full(paper, placement_months=months)
    for pool in ("school_age", "ALL"):
        assert told(table, ELM, pool)["july_peak"] == 14.0  # one child, counted whole


def test_a_satellite_counts_once_and_its_sites_sum_to_the_school(paper):
    table = full(paper)
    oak = table[(table["urn"] == OAK) & (table["pool"] == "ALL")]
    assert oak["on_roll"].sum() == 31
    assert oak["with_plan"].sum() == 28


def test_boarders_are_counted_against_beds_and_their_day_place_once(paper):
    plans = paper.plans
    first = plans.index[plans["establishment"] == OAK][:3]
    plans = plans.assign(residential=plans["residential"].where(~plans.index.isin(first), "yes"))
    table = full(paper, plans=plans)
    oak = told(table, OAK)
    assert (oak["beds"], oak["beds_used"], oak["on_roll"]) == (4, 3, 26)
    assert told(table, OAK, site="annexe")["beds_used"] == 0


def test_growth_by_steps_has_only_its_steps_so_far(register, plans):
    rows = register(
        {"commissioned_places": 10, "effective_to": "2024-08-31", "effective_from": "2020-09-01"},
        {"commissioned_places": 16, "ramp_years": 3, "on_roll": 11, "change_status": "approved"},
    )
    row = told(alone(rows, plans((3, "ASD", "SPLA", 3, OAK))), OAK)
    assert (row["commissioned"], row["over_number"]) == (12, 0.0)


def test_a_proposed_row_holds_nobody(register, plans):
    rows = register({"on_roll": 4}, {"urn": ELM, "change_status": "proposed"})
    assert alone(rows, plans((3, "ASD", "SPLA", 3, OAK)))["urn"].unique().tolist() == [OAK]


@settings(
    deadline=None, max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_rows_of_tables_in_any_order_and_parts_that_add_up(paper, data):
    def shuffled(frame):
        return frame.iloc[data.draw(st.permutations(range(len(frame))))]

    one = full(paper)
    names = ["register", "plans", *NAMES]
    other = full(paper, **{name: shuffled(getattr(paper, name)) for name in names})
    pd.testing.assert_frame_equal(one, other)
    parts = ["with_plan", "other_authorities", "assessment", "sen_support", "unexplained"]
    assert (one[parts].sum(axis=1) == one["on_roll"]).all()
    pools = one[one["pool"] != "ALL"].groupby(["urn", "site_id", "provision"])
    whole = one[one["pool"] == "ALL"].set_index(["urn", "site_id", "provision"])
    for name in (*parts, "on_roll", "commissioned", "usable", "fte", "july_peak"):
        assert (pools[name].sum() == whole[name]).all(), name
    assert (one["usable"] <= one["commissioned"]).all()
