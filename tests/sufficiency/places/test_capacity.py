"""How many places a row has in a year: pools apart, growth in steps, usable places by classes."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.contracts import Classes, checked
from sufficiency.findings import Findings
from sufficiency.places.capacity import Capacity, ramped
from sufficiency.places.split import places

# Of each ten residents in special schools six are in secondary, two in primary, two in Year 12.
RESIDENTS = ((6, "ASD", "SPLA", 8), (2, "ASD", "SPLA", 3), (2, "SLD", "SPLA", 12))
HILL = {"urn": "1", "name": "Hill", "commissioned_places": 20, "on_roll": 10, "ncy_to": 13}


def classes(*rows: dict[str, Any]) -> pd.DataFrame:
    shared = {"urn": "1", "site_id": "main", "provision": "special", "class_name": "A", "needs": "",
              "assessment": "no", "september_from": 2024, "september_to": None}  # fmt: skip
    return checked(Classes, pd.DataFrame([shared | row for row in rows]), "classes")


@pytest.fixture
def split(register, plans):
    def build(*rows, years=0, basis="commissioned", **more):
        findings = Findings()
        table = places(
            register(*rows), plans(*RESIDENTS), 2025, years, basis, findings, None, **more
        )
        return table[table["kind"] == "register"], findings

    return build


def by_phase(table: pd.DataFrame, year: int = 2025) -> dict[str, int]:
    summed = table[table["year"] == year].groupby("phase")["places"].sum()
    return {str(k): int(v) for k, v in summed[summed > 0].items()}


def test_post_16_places_set_apart_keep_their_total_and_the_rest_is_school_age(split):
    together, _ = split(HILL)
    apart, _ = split(HILL | {"post16_places": 8})

    assert by_phase(together) == {"primary": 4, "secondary": 12, "post_16": 4}
    # 12 of 20 are left for 2 : 6.
    assert by_phase(apart) == {"primary": 3, "secondary": 9, "post_16": 8}


def test_no_post_16_places_set_apart_means_none_and_blank_means_not_set_apart(split):
    none, _ = split(HILL | {"post16_places": 0})

    assert by_phase(none) == {"primary": 5, "secondary": 15}


def test_nursery_places_are_a_pool_even_where_no_plan_holder_is_that_young(split):
    table, _ = split(HILL | {"ncy_from": -2, "nursery_places": 4})

    assert by_phase(table) == {"early_years": 4, "primary": 3, "secondary": 10, "post_16": 3}


def test_scap_leaves_nursery_out_so_its_pool_is_added(split):
    row = HILL | {"ncy_from": -2, "nursery_places": 4, "scap_capacity": 10}

    table, _ = split(row, basis="scap")

    assert by_phase(table) == {"early_years": 4, "primary": 2, "secondary": 6, "post_16": 2}


def test_a_roll_that_stands_for_places_has_no_pools(split):
    table, _ = split(HILL | {"commissioned_places": pd.NA, "post16_places": 6})

    assert by_phase(table) == {"primary": 2, "secondary": 6, "post_16": 2}


def test_a_pool_for_year_groups_not_taught_is_counted_with_the_rest_and_said(split):
    table, findings = split(HILL | {"ncy_to": 11, "post16_places": 8})

    assert by_phase(table) == {"primary": 5, "secondary": 15}
    assert "places_pool_outside_year_groups" in [f.check for f in findings.items]


def test_places_grow_in_equal_steps_from_those_of_the_period_before(split):
    old = HILL | {"effective_to": "2025-08-31", "post16_places": 4}
    new = HILL | {
        "effective_from": "2025-09-01",
        "commissioned_places": 35,
        "post16_places": 10,
        "ramp_years": 3,
        "change_status": "approved",
    }

    table, _ = split(old, new, years=4)

    # 20 + 5 a September; post-16 4 + 2 a September.
    totals = table.groupby("year")["places"].sum().to_dict()
    assert totals == {2025: 20, 2026: 25, 2027: 30, 2028: 35, 2029: 35}
    post_16 = table[table["phase"] == "post_16"].groupby("year")["places"].sum().to_dict()
    assert post_16 == {2025: 4, 2026: 6, 2027: 8, 2028: 10, 2029: 10}


def test_a_row_that_starts_in_spring_takes_its_first_step_by_the_next_census(split):
    old = HILL | {"effective_to": "2025-03-31"}
    new = HILL | {"effective_from": "2025-04-01", "commissioned_places": 30, "ramp_years": 2}

    table, _ = split(old, new, years=2)

    assert table.groupby("year")["places"].sum().to_dict() == {2025: 20, 2026: 25, 2027: 30}


def test_a_new_school_grows_from_nothing(split):
    new = HILL | {"urn": "2", "effective_from": "2025-09-01", "ramp_years": 4}

    table, _ = split(HILL, new, years=4)

    grown = table[table["urn"] == "2"].groupby("year")["places"].sum().to_dict()
    assert grown == {2026: 5, 2027: 10, 2028: 15, 2029: 20}


@given(
    start=st.integers(0, 200),
    end=st.integers(0, 200),
    steps=st.integers(1, 10),
    n=st.integers(0, 9),
)
def test_growth_lies_between_start_and_end_and_never_turns_back(start, end, steps, n):
    now, earlier = Capacity(end, "commissioned", {}), Capacity(start, "commissioned", {})
    totals = [ramped(now, earlier, 2025 + k, 2025, steps).total for k in range(steps + n)]

    assert totals[steps - 1 :] == [end] * (n + 1)
    path = np.diff([start, *(t for t in totals if t is not None)]) * (1 if end >= start else -1)
    assert (path >= 0).all()


def test_usable_places_are_the_classes_of_a_cohort_and_commissioned_where_none_are_listed(split):
    listed = classes(
        {"ncy_from": 7, "ncy_to": 9, "places": 5},
        {"ncy_from": 10, "ncy_to": 11, "places": 4},
    )

    table, _ = split(HILL, basis="usable", classes=listed)

    # Commissioned would be 4 + 12 + 4: Years 7 to 11 have 9 in classes.
    assert by_phase(table) == {"primary": 4, "secondary": 9, "post_16": 4}
    assert set(table["capacity_basis"]) == {"usable"}


def test_classes_never_make_more_places_usable_than_are_commissioned(split):
    table, _ = split(
        HILL, basis="usable", classes=classes({"ncy_from": 0, "ncy_to": 13, "places": 29})
    )

    assert table["places"].sum() == 20


def test_a_class_counts_in_the_school_years_in_which_it_runs(split):
    listed = classes(
        {"ncy_from": 0, "ncy_to": 13, "places": 12, "september_to": 2024},
        {"ncy_from": 0, "ncy_to": 13, "places": 15, "september_from": 2025, "september_to": 2025},
    )

    table, _ = split(HILL, years=2, basis="usable", classes=listed)

    assert table.groupby("year")["places"].sum().to_dict() == {2025: 12, 2026: 15, 2027: 20}
    basis = table.groupby("year")["capacity_basis"].unique().map(list).to_dict()
    assert basis == {2025: ["usable"], 2026: ["usable"], 2027: ["commissioned"]}


def test_a_class_for_some_needs_gives_places_to_those_needs_only(split):
    listed = classes({"ncy_from": 0, "ncy_to": 13, "needs": "SEMH", "places": 6})

    table, _ = split(HILL, basis="usable", classes=listed)

    used = table[table["places"] > 0]
    assert set(used["need_group"]) == {"SEMH"}


def test_rows_without_classes_are_said_and_keep_their_commissioned_places(split):
    table, findings = split(HILL, basis="usable", classes=None)

    assert set(table["capacity_basis"]) == {"commissioned"}
    assert [f.check for f in findings.items if "class" in f.check] == ["places_without_classes"]


def test_classes_change_nothing_where_commissioned_places_are_chosen(split):
    listed = classes({"ncy_from": 7, "ncy_to": 9, "places": 5})

    with_classes, _ = split(HILL, classes=listed)
    without, _ = split(HILL)

    pd.testing.assert_frame_equal(with_classes, without)


def test_usable_places_of_the_authority_on_paper(paper):
    table = places(
        paper.register, paper.plans, 2025, 3, "usable", Findings(), classes=paper.classes
    )
    table = table[table["kind"] == "register"]

    # Oak lists 24 of school age, 5 of post-16 and 2 for assessment, Elm 13: never more than the 24
    # and 12 commissioned. Elm's new places count once their classes are listed. Ash lists none.
    yearly = table.groupby(["urn", "site_id", "year"])["places"].sum().unstack()
    assert list(yearly.index.get_level_values("site_id")) == ["annexe", "main", "main", "main"]
    assert yearly.to_numpy().tolist() == [
        [8, 8, 8, 8],
        [29, 29, 29, 29],
        [12, 12, 13, 13],
        [7, 7, 7, 7],
    ]
    post_16 = table[(table["year"] == 2025) & (table["phase"] == "post_16")]
    assert post_16["places"].sum() == 5


def test_assessment_places_are_kept_from_plan_holders_whether_or_not_they_are_in_use(
    register, plans
):
    row = HILL | {"assessment_places": 4}
    kept = {}
    for pupils in (pd.NA, 0, 1, 6):
        table = places(
            register(row | {"occupants_without_plan": pupils}),
            plans(*RESIDENTS), 2025, 0, "commissioned", Findings(),
        )  # fmt: skip
        rows = table[table["kind"] == "without_plan"]
        net = table.loc[table["kind"] == "net_export", "places"].sum()
        kept[str(pupils)] = (int(rows["places"].sum()), int(net))

    # Not known who uses them: taken as full. Net export is 10 residents less plan holders on roll.
    assert kept == {"<NA>": (-4, 4), "0": (-4, 0), "1": (-4, 1), "6": (-6, 6)}


@settings(deadline=None, max_examples=15)
@given(
    commissioned=st.integers(0, 60),
    post_16=st.none() | st.integers(0, 30),
    nursery=st.none() | st.integers(0, 10),
    ncy=st.tuples(st.integers(-4, 8), st.integers(9, 19)),
)
def test_parts_sum_to_the_commissioned_places_whatever_is_set_apart(
    register, plans, commissioned, post_16, nursery, ncy
):
    row = HILL | {
        "commissioned_places": commissioned,
        "post16_places": pd.NA if post_16 is None else post_16,
        "nursery_places": pd.NA if nursery is None else nursery,
        "ncy_from": ncy[0],
        "ncy_to": ncy[1],
    }

    table = places(register(row), plans(*RESIDENTS), 2025, 0, "commissioned", Findings())

    parts = table[table["kind"] == "register"]
    assert parts["places"].sum() == commissioned
    assert (parts["places"] >= 0).all()
    if post_16 is not None and ncy[1] >= 12 and (nursery or 0) + post_16 <= commissioned:
        apart = parts[parts["phase"].isin(["post_16", "post_19"])]
        assert apart["places"].sum() == post_16
