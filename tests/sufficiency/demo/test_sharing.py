"""Sharing counts out keeps totals, and loses nobody."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sufficiency.demo.sharing import fit, generator, part_of, whole, whole_rows

weights = arrays(np.float64, (3, 4), elements=st.floats(0.0, 50.0).map(lambda v: round(v, 3)))


def test_fitting_meets_both_margins_of_a_table_worked_by_hand() -> None:
    fitted = fit(np.ones((2, 2)), [((0,), np.array([6.0, 4.0])), ((1,), np.array([5.0, 5.0]))])
    assert fitted.tolist() == [[3.0, 3.0], [2.0, 2.0]]


def test_a_missing_target_leaves_its_slice_alone() -> None:
    fitted = fit(np.array([[1.0, 2.0], [3.0, 4.0]]), [((0,), np.array([np.nan, 14.0]))], rounds=1)
    assert fitted.tolist() == [[1.0, 2.0], [6.0, 8.0]]


@settings(deadline=None, max_examples=25)
@given(expected=weights, total=st.integers(0, 5_000), seed=st.integers(0, 99))
def test_whole_numbers_sum_to_the_total_and_keep_empty_cells_empty(
    expected: np.ndarray, total: int, seed: int
) -> None:
    made = whole(expected, total, np.random.default_rng(seed))
    known = expected.sum() > 0
    assert made.sum() == (total if known else 0)
    assert (made >= 0).all()
    assert (made[expected == 0] == 0).all()


@settings(deadline=None, max_examples=25)
@given(expected=weights, seed=st.integers(0, 99))
def test_any_run_of_cells_is_within_one_of_what_was_expected(
    expected: np.ndarray, seed: int
) -> None:
    total = round(expected.sum())
    made = whole(expected, total, np.random.default_rng(seed))
    if total:
        scaled = expected * total / expected.sum()
        assert np.abs(made.sum(axis=1) - scaled.sum(axis=1)).max() <= 1 + 1e-6


def test_rows_sum_to_their_own_totals() -> None:
    made = whole_rows(np.ones((3, 5)), np.array([7, 0, 12]), np.random.default_rng(1))
    assert made.sum(axis=1).tolist() == [7, 0, 12]


def test_a_part_is_never_larger_than_the_whole() -> None:
    counts = np.array([0, 1, 10, 1000])
    part = part_of(counts, 0.93, np.random.default_rng(1))
    assert (part <= counts).all()
    assert part[3] == pytest.approx(930, abs=1)


def test_a_new_purpose_does_not_move_the_numbers_of_another() -> None:
    assert generator(1, "land").random() == generator(1, "land").random()
    assert generator(1, "land").random() != generator(1, "schools").random()
