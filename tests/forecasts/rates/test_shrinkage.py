"""Shrinkage: how far own counts lead a rate."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.rates.drift import USUAL_JOIN, yearly_drift
from forecasts.rates.shrinkage import (
    pooled_variance,
    shrunk_chances,
    shrunk_counts,
    spread_after,
    stepped_chance,
)


def test_counts_as_expected_move_nothing():
    found = shrunk_counts(np.full(20, 50.0), np.full(20, 50.0))
    assert found.step == pytest.approx(np.zeros(20), abs=0.02)
    assert found.spread < 0.1


def test_large_cells_go_nearly_all_the_way_and_small_ones_hardly():
    own, expected = np.array([2000.0, 500, 1, 1000]), np.array([1000.0, 1000, 0.5, 1000])
    found = shrunk_counts(own, expected)
    assert found.step[0] == pytest.approx(np.log(2), abs=0.03)
    assert found.step[1] == pytest.approx(-np.log(2), abs=0.05)
    assert 0 < found.step[2] < 0.5 * np.log(2)
    assert found.sd[2] > 5 * found.sd[0]


def test_the_spread_is_learned_from_how_cells_differ():
    rng = np.random.default_rng(3)
    for spread in (0.1, 0.3, 0.75):
        true = rng.normal(0, spread, 400)
        found = shrunk_counts(rng.poisson(60 * np.exp(true)).astype(float), np.full(400, 60.0))
        assert found.spread == pytest.approx(spread, rel=0.25)
        inside = np.abs(found.step - true) < 1.2816 * found.sd
        assert 0.74 < inside.mean() < 0.86


def test_chances_of_cells_that_share_a_step_are_found_together():
    rng = np.random.default_rng(4)
    cell = np.repeat(np.arange(200), 3)
    expected = np.tile([0.02, 0.2, 0.6], 200)
    true = rng.normal(0, 0.4, 200)
    of = np.tile([100.0, 40.0, 20.0], 200)
    came = rng.binomial(of.astype(int), stepped_chance(expected, true[cell])).astype(float)
    found = shrunk_chances(came, of, expected, cell, 200)
    assert found.spread == pytest.approx(0.4, rel=0.25)
    assert 0.73 < (np.abs(found.step - true) < 1.2816 * found.sd).mean() < 0.87


def test_a_better_expectation_has_more_evidence():
    of, cell = np.full(50, 200.0), np.arange(50)
    came = np.full(50, 20.0)
    good, poor = (
        shrunk_chances(came, of, np.full(50, chance), cell, 50).evidence for chance in (0.1, 0.3)
    )
    assert good > poor


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=8))
def test_any_counts_give_finite_steps(cells):
    came = np.array([float(min(each)) for each in cells])
    of = np.array([float(max(each)) for each in cells])
    found = shrunk_chances(came, of, np.full(len(cells), 0.2), np.arange(len(cells)), len(cells))
    assert np.isfinite(found.step).all()
    assert ((found.sd > 0) & (found.sd < 2)).all()


def test_certain_chances_stay():
    assert stepped_chance(np.array([0.0, 0.5, 1.0]), np.array([1.0, 0.0, -1.0])) == pytest.approx(
        np.array([0.0, 0.5, 1.0])
    )


def test_parts_that_move_apart_cancel_in_the_whole():
    alike, whole = np.zeros(4, dtype=np.int64), np.zeros(4, dtype=np.int64)
    told = np.array([1.0, 1.0, 1.0, 1.0])
    assert pooled_variance(0.4, told, alike, whole) == pytest.approx([0.16])
    assert pooled_variance(0.4, told, np.arange(4), whole) == pytest.approx([0.04])
    # Nothing seen leaves the spread as it is; counts worth 1 / 0.16 halve the variance.
    assert spread_after(np.array([0.16]), np.array([0.0, 1 / 0.16])) == pytest.approx(
        [0.4, 0.4 / np.sqrt(2)]
    )


def test_drift_is_learned_apart_from_passing_shocks():
    rng = np.random.default_rng(5)
    years, parts = 12, 60

    def series(step: float, shock: float) -> np.ndarray:
        walk = rng.normal(0, step, (years, parts)).cumsum(axis=0)
        return np.round(3000 * np.exp(walk + rng.normal(0, shock, (years, parts))))

    even = np.ones((years, parts))
    assert yearly_drift(series(0.2, 0.0), even, USUAL_JOIN) == pytest.approx(0.2, rel=0.15)
    assert yearly_drift(series(0.0, 0.2), even, USUAL_JOIN) < 0.06
    assert yearly_drift(series(0.2, 0.0)[:3], even[:3], USUAL_JOIN) == USUAL_JOIN
    assert yearly_drift(np.ones((6, 3)), np.ones((6, 3)), USUAL_JOIN) == USUAL_JOIN
