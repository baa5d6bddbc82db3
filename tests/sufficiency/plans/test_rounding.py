"""Whole-number tables keep every margin they are given."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sufficiency.plans.rounding import Margin, fit, largest_error, least_changes, round_to_margins

PAIRS = ((0, 1), (0, 2), (1, 2))
TABLES = arrays(
    np.int64, st.tuples(*[st.integers(1, 5)] * 3), elements=st.sampled_from([0, 0, 0, 1, 1, 2, 7])
)


def two_way(table: np.ndarray) -> list[Margin]:
    summed = {(0, 1): 2, (0, 2): 1, (1, 2): 0}
    return [Margin(axes, table.sum(axis=summed[axes]).astype(float)) for axes in PAIRS]


def test_fitting_a_flat_table_to_two_one_way_margins_gives_their_product() -> None:
    margins = [Margin((0,), np.array([6.0, 4.0])), Margin((1,), np.array([5.0, 5.0]))]
    fitted = fit(np.ones((2, 2)), margins)
    assert fitted.converged
    np.testing.assert_allclose(fitted.table, [[3, 3], [2, 2]])


def test_fitting_leaves_unknown_sums_alone() -> None:
    margins = [Margin((0,), np.array([6.0, np.nan])), Margin((), np.array(10.0))]
    fitted = fit(np.ones((2, 2)), margins, tolerance=1e-9)
    np.testing.assert_allclose(fitted.table.sum(axis=1), [6, 4])


def test_fitting_stalls_on_zeros_that_only_the_margins_together_force() -> None:
    """A 2 x 2 x 2 table of ones but for two opposite corners. Every two-way sum is positive, yet
    no other table has these sums: moving one plan into a corner takes one from the other."""
    table = np.ones((2, 2, 2), dtype=np.int64)
    table[0, 0, 0] = table[1, 1, 1] = 0
    fitted = fit(np.ones((2, 2, 2)), two_way(table), rounds=30)
    assert not fitted.converged
    assert fitted.rounds == 30
    assert fitted.error > 0.01
    rounded = round_to_margins(fitted.table, two_way(table))
    assert rounded is not None
    np.testing.assert_array_equal(rounded.table, table)


def test_rounding_picks_the_nearer_of_two_tables() -> None:
    """Rows and columns of 1: the diagonal or the other one. The fitted table leans to the first."""
    margins = [Margin((0,), np.ones(2)), Margin((1,), np.ones(2))]
    rounded = round_to_margins(np.array([[0.6, 0.4], [0.4, 0.6]]), margins)
    assert rounded is not None
    assert rounded.table.tolist() == [[1, 0], [0, 1]]
    assert rounded.window == 0


def test_a_bad_aim_costs_closeness_and_never_a_margin() -> None:
    """The fitted table says 0.5 each; the margins allow only 9 in one cell: the window widens."""
    margins = [Margin((0,), np.array([9.0, 0.0])), Margin((1,), np.array([9.0, 0.0]))]
    rounded = round_to_margins(np.full((2, 2), 0.5), margins)
    assert rounded is not None
    assert rounded.table.tolist() == [[9, 0], [0, 0]]
    assert rounded.window is None


@settings(deadline=None, max_examples=25)
@given(TABLES)
def test_margins_of_any_table_are_reproduced_exactly(table: np.ndarray) -> None:
    margins = two_way(table)
    rounded = round_to_margins(fit(np.ones(table.shape), margins, rounds=200).table, margins)
    assert rounded is not None
    assert rounded.table.min() >= 0
    assert largest_error(rounded.table, margins) == 0


@settings(deadline=None, max_examples=25)
@given(TABLES, st.randoms(use_true_random=False))
def test_unknown_sums_are_free_and_known_ones_hold(table: np.ndarray, random) -> None:
    hidden = [
        Margin(
            m.axes,
            np.where([[random.random() < 0.3 for _ in r] for r in m.target], np.nan, m.target),
        )
        for m in two_way(table)
    ]
    margins = [*hidden, Margin((), np.array(float(table.sum())))]
    rounded = round_to_margins(fit(np.ones(table.shape), margins, rounds=200).table, margins)
    assert rounded is not None
    assert rounded.table.sum() == table.sum()
    assert largest_error(rounded.table, margins) == 0


def test_margins_that_no_table_keeps_give_none_and_the_smallest_change() -> None:
    """Each pair of margins agrees, all three cannot: row 0 is only in column 0 and layer 0, and
    column 0 only in layer 1. Cells (0, 0, 1), (0, 1, 0) and (1, 1, 1) have one plan too many in
    each margin and none missing, so three changes of 1 will do; two plans take four."""
    same, other = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.0, 1.0], [1.0, 0.0]])
    margins = [Margin((0, 1), same), Margin((0, 2), same), Margin((1, 2), other)]
    assert round_to_margins(np.full((2, 2, 2), 0.25), margins) is None
    changes = least_changes((2, 2, 2), margins)
    assert sum(np.abs(c).sum() for c in changes) == 3
    mended = [Margin(m.axes, m.target + c) for m, c in zip(margins, changes, strict=True)]
    assert round_to_margins(np.full((2, 2, 2), 0.25), mended) is not None


def test_an_empty_table_is_kept_only_by_margins_of_zero() -> None:
    nothing = [Margin((0,), np.zeros(2))]
    rounded = round_to_margins(np.zeros((2, 2)), nothing)
    assert rounded is not None
    assert rounded.table.sum() == 0
    assert round_to_margins(np.zeros((2, 2)), [*nothing, Margin((), np.array(1.0))]) is None


def test_the_same_aim_gives_the_same_table() -> None:
    rng = np.random.default_rng(5)
    table = rng.poisson(0.7, (6, 7, 5))
    margins = two_way(table)
    fitted = fit(np.ones(table.shape), margins).table
    first, second = round_to_margins(fitted, margins), round_to_margins(fitted, margins)
    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(first.table, second.table)
