"""Demand: cells and totals of the small authority (see conftest) by hand, and what always holds."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.errors import ContractError
from sufficiency.gaps.cube import cubes
from sufficiency.gaps.demand import demand
from sufficiency.terms import codes

STATISTICS = ["mean", "sd", "p10", "p50", "p80", "p90"]
KEYS = ["view", "year", "need_group", "provision", "phase", "locality"]


def cell(table, need_group, provision, phase, locality, year=2026, view="placements"):
    keys = (view, year, need_group, provision, phase, locality)
    rows = table.set_index(KEYS)[STATISTICS]
    return rows.loc[keys]


@pytest.fixture(scope="module")
def table(paths) -> pd.DataFrame:
    return demand(paths, "modelled")


def test_a_cell_is_summarised_over_its_own_paths(table):
    found = cell(table, "AUTCOM", "special", "secondary", "ALL")

    # Paths 8, 9, 10, 13: mean 10; variance (4 + 1 + 0 + 9) / 4; quantiles at 0.3, 1.5, 2.4, 2.7.
    assert found.tolist() == pytest.approx([10, 3.5**0.5, 8.3, 9.5, 11.2, 12.1])


def test_rise_and_fall_are_counted_over_paths_against_the_base_census(table):
    columns = ["p_rise", "p_fall"]
    rows = table.set_index(KEYS)[columns]

    def chances(year, *cell):
        return rows.loc[("placements", year, *cell, "ALL")].tolist()

    # Autism 8, 9, 10, 13 from 6; severe 4, 3, 3, 2 from 4: one path is as it was.
    assert chances(2026, "AUTCOM", "special", "secondary") == [1, 0]
    assert chances(2026, "COMPLEX", "special", "primary") == [0, 0.75]
    assert chances(2025, "AUTCOM", "special", "secondary") == [0, 0]
    # Special schools 12, 12, 13, 15 from 10, in the total's own paths; mainstream stays at 2.
    assert chances(2026, "ALL", "special", "ALL") == [1, 0]


def test_children_of_school_age_not_in_a_school_place_are_counted(table):
    waiting = table.set_index(KEYS)["not_placed"]

    def number(year, view, *cell):
        return waiting[(view, year, *cell)]

    # 2 at the base census, then 2, 2, 4, 4; the one aged past Year 11 is not counted.
    assert number(2025, "placements", "ALL", "ALL", "ALL", "ALL") == 2
    assert number(2026, "placements", "ALL", "ALL", "ALL", "ALL") == 3
    assert number(2026, "placements", "ALL", "none", "ALL", "North") == 3
    assert number(2026, "placements", "ALL", "special", "ALL", "ALL") == 0
    assert number(2026, "possible", "ALL", "ALL", "ALL", "ALL") == 0


def test_a_cell_of_one_home_locality_counts_its_residents_only(table):
    assert cell(table, "AUTCOM", "special", "secondary", "North")["mean"] == 6
    assert cell(table, "AUTCOM", "special", "secondary", "South")["mean"] == 4


@pytest.mark.parametrize(
    ("need_group", "provision", "phase", "locality", "means"),
    [
        ("ALL", "ALL", "ALL", "ALL", (18, 23.0)),
        ("AUTCOM", "ALL", "ALL", "ALL", (14, 20.0)),
        ("COMPLEX", "ALL", "ALL", "ALL", (4, 3.0)),
        ("ALL", "special", "ALL", "ALL", (10, 13.0)),
        ("ALL", "none", "ALL", "ALL", (5, 6.0)),
        ("ALL", "special", "ALL", "North", (8, 9.0)),
        ("ALL", "ALL", "primary", "ALL", (7, 7.0)),
        ("ALL", "ALL", "ALL", "South", (3, 5.0)),
        ("ALL", "special", "primary", "ALL", (4, 3.0)),
        ("AUTCOM", "special", "ALL", "ALL", (6, 10.0)),
    ],
)
def test_totals_are_given_in_every_cut(table, need_group, provision, phase, locality, means):
    for year, mean in zip((2025, 2026), means, strict=True):
        found = cell(table, need_group, provision, phase, locality, year)
        assert found["mean"] == pytest.approx(mean)


def test_quantiles_of_a_total_come_from_its_own_paths_not_from_its_parts(table):
    total = cell(table, "ALL", "special", "ALL", "ALL")

    # Paths 12, 12, 13, 15: the middle is 12.5, not 9.5 + 3.
    assert total["p50"] == pytest.approx(12.5)


def test_possible_demand_adds_school_age_children_not_in_a_school_place(table):
    # Autistic children in secondary schools at the base census: 6 of 8 in special, 2 mainstream.
    # Not in a school place in 2026: 2, 2, 4, 4 (mean 3); three quarters of them is 2.25.
    special = cell(table, "AUTCOM", "special", "secondary", "ALL", view="possible")
    assert special["mean"] == pytest.approx(10 + 2.25)
    assert cell(table, "AUTCOM", "special", "secondary", "North", view="possible")[
        "mean"
    ] == pytest.approx(6 + 2.25)
    assert cell(table, "AUTCOM", "special", "secondary", "ALL", 2025, "possible")[
        "mean"
    ] == pytest.approx(6 + 1.5)


def test_possible_demand_moves_nobody_twice_so_the_grand_total_is_the_same(table):
    for year in (2025, 2026):
        total = cell(table, "ALL", "ALL", "ALL", "ALL", year, "possible")
        assert total["mean"] == pytest.approx(23 if year == 2026 else 18)


def test_possible_demand_leaves_out_those_past_year_11(table):
    kept = cell(table, "AUTCOM", "none", "post_16", "South", view="possible")

    assert kept["mean"] == 1


def test_a_need_group_with_nobody_in_a_school_takes_the_mix_of_its_phase(paths_of):
    rows = [
        (0, 2025, "North", "ASD", "SPLA", 8, 3),
        (0, 2025, "North", "ASD", "MSLA", 8, 1),
        (0, 2025, "North", "SEMH", "NIE", 8, 4),
        (0, 2025, "North", "SEMH", "UNK", 3, 4),
    ]

    table = demand(paths_of(rows), "person")

    found = cell(table, "SEMH", "special", "secondary", "ALL", 2025, "possible")
    assert found["mean"] == pytest.approx(3)
    assert cell(table, "SEMH", "none", "primary", "ALL", 2025, "possible")["mean"] == 4


def test_cells_that_are_always_zero_are_left_out_and_the_basis_is_said(table):
    assert not ((table["mean"] == 0) & (table["year"] == 2026)).any()
    assert set(table["basis"]) == {"modelled"}
    assert "SEMH" not in set(table["need_group"])


def test_paths_with_unknown_codes_or_without_rows_are_refused(paths, paths_of):
    with pytest.raises(ContractError, match="codes that are not in the terms"):
        cubes(paths_of([(0, 2025, "North", "ABC", "SPLA", 8, 1)]))
    with pytest.raises(ContractError, match="no rows"):
        cubes(paths.iloc[:0])


def test_scenarios_are_kept_apart(paths):
    other = paths.assign(scenario=pd.Categorical(["lever"] * len(paths)))
    both = pd.concat([paths.astype({"scenario": str}), other.astype({"scenario": str})])
    both["scenario"] = both["scenario"].astype("category")

    table = demand(both, "modelled")

    halves = [part.drop(columns="scenario") for _, part in table.groupby("scenario")]
    pd.testing.assert_frame_equal(*(half.reset_index(drop=True) for half in halves))


ROWS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(2025, 2027),
        st.sampled_from(["North", "South"]),
        st.sampled_from(codes("needs")),
        st.sampled_from(codes("settings")),
        st.integers(-4, 21),
        st.integers(1, 9),
    ),
    min_size=1,
    max_size=25,
)


@settings(deadline=None, max_examples=15)
@given(rows=ROWS)
def test_means_of_cells_sum_to_every_total_in_any_order_of_rows(paths_of, rows):
    table = demand(paths_of(rows), "modelled")

    pd.testing.assert_frame_equal(demand(paths_of(rows[::-1]), "modelled"), table)
    cells = table[(table[["need_group", "provision", "phase", "locality"]] != "ALL").all(axis=1)]
    totals = cells.groupby(["view", "year"])["mean"].sum()
    grand = table[(table[["need_group", "provision", "phase", "locality"]] == "ALL").all(axis=1)]
    grand = grand.set_index(["view", "year"])["mean"]
    pd.testing.assert_series_equal(totals, grand.loc[totals.index], check_names=False)
    by_hand = pd.DataFrame(rows).groupby(1)[6].sum() / (max(r[0] for r in rows) + 1)
    assert grand.loc["placements"].to_dict() == pytest.approx(by_hand.to_dict())
    ordered = table[["p10", "p50", "p80", "p90"]].to_numpy()
    assert (ordered[:, 1:] >= ordered[:, :-1] - 1e-9).all()
    assert (table["mean"] >= 0).all()
