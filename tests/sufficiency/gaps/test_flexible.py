"""Flexible rows serve whom they accept, nothing is made or lost, and no less could be short."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from sufficiency.gaps.flexible import Pool, flexible_moves
from sufficiency.gaps.table import gap_table
from sufficiency.terms import codes

GROUPS = codes("need_groups")


def pool(**places: float) -> Pool:
    """Return a pool of one year that accepts the needs named, with their places."""
    numbers = np.array([[places.get(group, 0.0) for group in GROUPS]])
    return Pool(tuple(group in places for group in GROUPS), numbers)


def gaps(**gap: float) -> np.ndarray:
    """Return one path and year of gaps, 0 for needs not named."""
    return np.array([[[gap.get(group, 0.0) for group in GROUPS]]])


def moved(gap: np.ndarray, *pools: Pool) -> dict[str, float]:
    numbers = flexible_moves(gap, list(pools))[0, 0]
    return {g: round(float(n), 9) for g, n in zip(GROUPS, numbers, strict=True) if abs(n) > 1e-9}


def test_room_in_a_flexible_row_serves_the_need_that_is_short():
    assert moved(gaps(AUTCOM=-3, COMPLEX=2), pool(AUTCOM=5, COMPLEX=4)) == {
        "AUTCOM": -2,
        "COMPLEX": 2,
    }


def test_room_that_is_not_of_the_flexible_row_stays_where_it_is():
    # Three free, but only one of the places of this need group is in a flexible row.
    assert moved(gaps(AUTCOM=-3, COMPLEX=2), pool(AUTCOM=1, COMPLEX=4)) == {
        "AUTCOM": -1,
        "COMPLEX": 1,
    }


def test_a_need_that_no_flexible_row_accepts_gets_nothing():
    assert moved(gaps(AUTCOM=-3, SEMH=2), pool(AUTCOM=5, COMPLEX=4)) == {}


def test_needs_that_are_short_share_the_room_in_proportion():
    assert moved(gaps(AUTCOM=-3, COMPLEX=4, LEARN=2), pool(AUTCOM=9, COMPLEX=1, LEARN=1)) == {
        "AUTCOM": -3,
        "COMPLEX": 2,
        "LEARN": 1,
    }


def test_a_place_of_one_row_frees_a_place_of_another():
    # Autism's room is in a row that takes autism and complex needs; SEMH is short, and the row that
    # takes SEMH holds complex places: complex children use the first, and free the second.
    assert moved(gaps(AUTCOM=-2, SEMH=2), pool(AUTCOM=5, COMPLEX=0), pool(COMPLEX=3, SEMH=1)) == {
        "AUTCOM": -2,
        "SEMH": 2,
    }


def test_the_row_with_the_fewest_needs_gives_first_so_that_the_others_reach_further():
    narrow, wide = pool(AUTCOM=2, COMPLEX=0), pool(AUTCOM=2, COMPLEX=0, SEMH=0)

    first = moved(gaps(AUTCOM=-4, COMPLEX=2, SEMH=2), narrow, wide)

    assert first == {"AUTCOM": -4, "COMPLEX": 2, "SEMH": 2}
    assert moved(gaps(AUTCOM=-4, COMPLEX=2, SEMH=2), wide, narrow) == first


def test_rows_that_accept_the_same_needs_are_one_pool_whatever_their_order():
    first, second = pool(AUTCOM=1, COMPLEX=0, PHYS=0), pool(AUTCOM=0, COMPLEX=0, PHYS=1)
    gap = gaps(AUTCOM=-1, COMPLEX=1, PHYS=-1)

    assert moved(gap, first, second) == moved(gap, second, first)
    assert moved(gap, first, second) == {"AUTCOM": -0.5, "COMPLEX": 1, "PHYS": -0.5}


def test_unknown_places_neither_give_nor_take():
    gap = gaps(AUTCOM=-3, COMPLEX=2, LEARN=5)
    gap[0, 0, GROUPS.index("LEARN")] = np.nan

    assert moved(gap, pool(AUTCOM=9, COMPLEX=1, LEARN=9)) == {"AUTCOM": -2, "COMPLEX": 2}


NUMBERS = st.integers(0, 6)
POOLS = st.lists(
    st.dictionaries(st.sampled_from(GROUPS[:5]), NUMBERS, min_size=1, max_size=4),
    min_size=1,
    max_size=4,
)


@settings(deadline=None, max_examples=100)
@given(pools=POOLS, demand=st.lists(NUMBERS, min_size=14, max_size=14), bound=NUMBERS)
def test_nothing_is_made_or_lost_and_the_shortage_left_is_the_least_there_can_be(
    pools, demand, bound
):
    rows = [pool(**one) for one in pools]
    fixed = np.array([bound, 0, bound, 0, 0, 0, 0], dtype=float)
    places = fixed + np.sum([row.places[0] for row in rows], axis=0)
    gap = np.array(demand, dtype=float).reshape(2, 1, 7) - places

    moves = flexible_moves(gap, rows)

    np.testing.assert_allclose(moves.sum(axis=2), 0, atol=1e-9)
    assert (moves <= np.maximum(gap, 0) + 1e-9).all()
    assert (moves >= -np.maximum(-gap, 0) - 1e-9).all()
    left = np.maximum(gap - moves, 0).sum(axis=2)[:, 0]
    least = [_least_shortage(np.array(d), fixed, rows) for d in (demand[:7], demand[7:])]
    np.testing.assert_allclose(left, least, atol=1e-6)
    np.testing.assert_allclose(flexible_moves(gap, rows[::-1]), moves, atol=1e-9)


def _least_shortage(demand: np.ndarray, fixed: np.ndarray, rows: list[Pool]) -> float:
    """Return the least shortage if every row's places may go to any need it accepts."""
    uses = [(n, h) for n, row in enumerate(rows) for h in range(7) if row.accepts[h]]
    costs = np.r_[np.zeros(len(uses)), np.ones(7)]
    serves = np.array([[float(h == g) for _, h in uses] for g in range(7)])
    enough = np.hstack([-serves, -np.eye(7)])
    whole = np.array([[float(n == row) for n, _ in uses] + [0.0] * 7 for row in range(len(rows))])
    solved = linprog(
        costs,
        A_ub=enough,
        b_ub=fixed - demand,
        A_eq=whole,
        b_eq=[row.places.sum() for row in rows],
    )
    return float(solved.fun)


FLEX: dict[str, Any] = {"flexible": "yes", "name": "Glen", "urn": "7"}
ACROSS: list[dict[str, Any]] = [
    {"urn": "", "name": kind, "locality": "outside", "kind": kind, "capacity_basis": kind}
    for kind in ("exports", "imports", "journeys")
]


def cells(table, **wanted):
    keep = (table["view"] == "placements") & (table["year"] == 2026)
    for column, value in wanted.items():
        keep &= table[column] == value
    return table[keep].set_index("need_group")


def test_the_gap_is_demand_less_places_less_what_flexible_rows_give(paths_of, places_of):
    futures = [("ASD", 4, (3, 3)), ("SEMH", 3, (5, 8))]
    paths = paths_of(
        [
            (path, year, "North", need, "SPLA", 8, later[path] if year > 2025 else base)
            for need, base, later in futures
            for path in (0, 1)
            for year in (2025, 2026)
        ]
    )
    rows = [FLEX | {"places": 6}, FLEX | {"places": 4, "need_group": "SEMH"}, *ACROSS]

    table = cells(gap_table(paths, places_of(*rows), "person", 0.5), locality="ALL")

    # Autism 3, 3 of 6: 3 to spare. SEMH 5, 8 of 4: short 1, 4; it gets 1, 3 and is short 0, 1.
    assert table["places"].to_dict() == {"AUTCOM": 6, "SEMH": 4}
    assert table["flexible_mean"].to_dict() == {"AUTCOM": -2, "SEMH": 2}
    assert table["gap_mean"].to_dict() == {"AUTCOM": -1, "SEMH": 0.5}
    assert table["expected_shortage"].to_dict() == {"AUTCOM": 0, "SEMH": 0.5}
    assert table["p_shortage"].to_dict() == {"AUTCOM": 0, "SEMH": 0.5}


@pytest.mark.parametrize("kind", ["without_plan", "imports", "unreconciled"])
def test_a_flexible_row_gives_only_the_places_that_nobody_else_uses(paths_of, places_of, kind):
    paths = paths_of([(0, y, "North", "SEMH", "SPLA", 8, 5) for y in (2025, 2026)])
    rows = [
        FLEX | {"places": 6},
        FLEX | {"places": 4, "need_group": "SEMH"},
        FLEX | {"places": -6, "kind": kind, "name": "Glen: others", "flexible": "no"},
        {"places": 5, "urn": "8", "name": "Hill"},
        *ACROSS,
    ]

    table = cells(gap_table(paths, places_of(*rows), "person", 0.5), locality="ALL")

    # Five places of autism are free, but they are at Hill; Glen's six are all in use.
    assert table["places"].to_dict() == {"AUTCOM": 5, "SEMH": 4}
    assert table["gap_mean"].to_dict() == {"AUTCOM": -5, "SEMH": 1}


def test_flexible_room_stays_in_its_locality_and_its_phase(paths_of, places_of):
    paths = paths_of(
        [(0, y, home, "SEMH", "SPLA", 8, 2) for y in (2025, 2026) for home in ("North", "South")]
    )
    rows = [
        FLEX | {"places": 6},
        FLEX | {"places": 2, "need_group": "SEMH"},
        FLEX | {"places": 9, "need_group": "SEMH", "phase": "primary"},
        *ACROSS,
    ]

    table = gap_table(paths, places_of(*rows), "person", 0.5)

    north = cells(table, locality="North", phase="secondary")
    south = cells(table, locality="South", phase="secondary")
    everywhere = cells(table, locality="ALL", phase="secondary")
    assert north["flexible_mean"].to_dict() == {"AUTCOM": 0, "SEMH": 0}
    assert south["gap_mean"].to_dict() == {"SEMH": 2}
    assert everywhere["flexible_mean"].to_dict() == {"AUTCOM": -2, "SEMH": 2}
    assert everywhere["gap_mean"].to_dict() == {"AUTCOM": -4, "SEMH": 0}
