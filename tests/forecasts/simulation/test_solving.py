"""Solved factors meet their targets, by hand and as a property."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.simulation.solving import (
    NEED_RANGE,
    odds_times,
    solve_joining,
    solve_leaving,
    solve_placing,
)

PLANS, CHANCE = np.array([800.0, 200.0]), np.array([0.05, 0.5])


def joining(usual, staying, wanted, total):
    factor = np.zeros(len(usual))
    level = solve_joining(
        np.array(usual, dtype=float),
        np.array(staying, dtype=float),
        np.array(wanted, dtype=float),
        float(total),
        factor,
    )
    return level, factor


def placing(weights, odds, targets):
    factor = np.ones(odds.shape[1])
    solve_placing(weights, odds, targets, factor)
    return factor


def test_joiners_carry_the_difference():
    # 860 stay; 100 usual joiners; a total of 1,000 needs 140, shared evenly without need targets.
    level, factor = joining([60, 40], [800, 60], [0, 0], 1000)
    assert level == pytest.approx(1.4)
    assert factor == pytest.approx([1.4, 1.4])


def test_needs_meet_their_own_targets_where_they_add_up():
    level, factor = joining([60, 40], [500, 360], [620, 380], 1000)
    assert level == pytest.approx(1.4)
    assert factor == pytest.approx([2.0, 0.5])


def test_what_a_need_cannot_give_spills_over_to_the_others():
    # The second need is over its target already: it still gains a quarter of the level.
    level, factor = joining([60, 40], [500, 400], [620, 380], 1000)
    assert level == pytest.approx(1.0)
    assert factor[1] == pytest.approx(1 / NEED_RANGE)
    assert factor @ [60, 40] == pytest.approx(100)


def test_joiners_are_never_fewer_than_a_quarter_nor_more_than_twenty_times():
    assert joining([60, 40], [800, 300], [0, 0], 1000)[0] == 0.25
    assert joining([6, 4], [80, 30], [0, 0], 1000)[0] == 20.0


def test_nobody_expected_needs_no_factor():
    level, factor = joining([0, 0], [10, 10], [12, 13], 25)
    assert (level, factor.tolist()) == (1.0, [1.0, 1.0])


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 10_000))
def test_the_total_is_met_whatever_the_needs_want(seed):
    random = np.random.default_rng(seed)
    usual = random.uniform(0, 50, 6) * (random.random(6) < 0.8)
    usual[0] += 1
    staying = random.uniform(0, 300, 6)
    wanted = random.uniform(0, 400, 6)
    level, factor = joining(usual, staying, wanted, wanted.sum())
    assert factor @ usual == pytest.approx(level * usual.sum(), rel=1e-6)
    assert (factor >= level / NEED_RANGE * (1 - 1e-9)).all()
    assert (factor <= level * NEED_RANGE * (1 + 1e-9)).all()


def test_more_leave_where_even_the_fewest_joiners_are_too_many():
    factor = solve_leaving(PLANS, CHANCE, 25.0, 800.0)
    assert factor > 1
    assert (PLANS * (1 - odds_times(CHANCE, factor))).sum() + 25 == pytest.approx(800, abs=0.01)


def test_a_target_beyond_reach_is_met_as_far_as_can_be():
    assert solve_leaving(PLANS, CHANCE, 25.0, 0.0) > 1000


def test_odds_and_not_chances_are_multiplied():
    assert [odds_times(chance, 3.0) for chance in (0.0, 0.5, 1.0)] == [0.0, 0.75, 1.0]


def test_settings_meet_their_targets():
    weights = np.array([100.0, 300.0])
    odds = np.array([[0.5, 0.5], [0.9, 0.1]])
    chances = odds * placing(weights, odds, np.array([200.0, 200.0]))
    chances /= chances.sum(axis=1, keepdims=True)
    assert weights @ chances == pytest.approx([200, 200], abs=0.05)


def test_targets_already_met_need_no_factor():
    factor = placing(np.array([10.0]), np.array([[0.3, 0.7]]), np.array([3.0, 7.0]))
    assert factor[0] / factor[1] == pytest.approx(1)


def test_a_setting_out_of_reach_is_approached_within_the_bounds():
    odds = np.array([[1.0, 0.0], [0.999, 0.001]])
    factor = placing(np.array([50.0, 50.0]), odds, np.array([10.0, 90.0]))
    assert factor[1] > factor[0]
    assert np.isfinite(factor).all()


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 10_000), st.integers(2, 7))
def test_reachable_setting_targets_are_met(seed, groups):
    random = np.random.default_rng(seed)
    odds = random.dirichlet(np.ones(groups), size=40)
    weights = random.uniform(0, 50, 40)
    chances = odds * np.exp(random.uniform(-1, 1, groups))
    chances /= chances.sum(axis=1, keepdims=True)
    target = weights @ chances
    found = odds * placing(weights, odds, target)
    found /= found.sum(axis=1, keepdims=True)
    assert weights @ found == pytest.approx(target, abs=0.1)
