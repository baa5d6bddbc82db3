"""Factors meet their targets, by hand and as a property."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.simulation.factors import Factors, leave_chance, solve_level, solve_settings

PLANS, CHANCE = np.array([800.0, 200.0]), np.array([0.05, 0.5])


def test_joiners_carry_the_difference():
    # 760 + 100 stay; 100 usual joiners; a target of 1,000 needs 140.
    assert solve_level(PLANS, CHANCE, 100.0, 1000.0) == (pytest.approx(1.4), 1.0)


def test_below_a_quarter_of_joiners_more_leave_instead():
    joiner, leaver = solve_level(PLANS, CHANCE, 100.0, 800.0)
    assert joiner == 0.25
    assert leaver > 1
    staying = (PLANS * (1 - leave_chance(CHANCE, leaver))).sum()
    assert staying + 25 == pytest.approx(800, abs=0.01)


def test_a_target_beyond_reach_is_met_as_far_as_can_be():
    joiner, leaver = solve_level(PLANS, CHANCE, 100.0, 0.0)
    assert joiner == 0.25
    assert leaver > 1000


def test_odds_and_not_chances_are_multiplied():
    assert leave_chance(np.array([0.0, 0.5, 1.0]), 3.0).tolist() == [0.0, 0.75, 1.0]


def test_settings_meet_their_targets():
    weights = np.array([100.0, 300.0])
    odds = np.array([[0.5, 0.5], [0.9, 0.1]])
    factors = solve_settings(weights, odds, np.array([200.0, 200.0]))
    chances = odds * factors
    chances /= chances.sum(axis=1, keepdims=True)
    assert weights @ chances == pytest.approx([200, 200], abs=0.05)


def test_targets_already_met_need_no_factor():
    factors = solve_settings(np.array([10.0]), np.array([[0.3, 0.7]]), np.array([3.0, 7.0]))
    assert factors[0] / factors[1] == pytest.approx(1)


def test_a_setting_out_of_reach_is_approached_within_the_bounds():
    odds = np.array([[1.0, 0.0], [0.999, 0.001]])
    factors = solve_settings(np.array([50.0, 50.0]), odds, np.array([10.0, 90.0]))
    assert factors[1] > factors[0]
    assert np.isfinite(factors).all()


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 10_000), st.integers(2, 7))
def test_reachable_targets_are_met(seed, groups):
    random = np.random.default_rng(seed)
    odds = random.dirichlet(np.ones(groups), size=40)
    weights = random.uniform(0, 50, 40)
    true = np.exp(random.uniform(-1, 1, groups))
    chances = odds * true
    chances /= chances.sum(axis=1, keepdims=True)
    target = weights @ chances
    found = odds * solve_settings(weights, odds, target)
    found /= found.sum(axis=1, keepdims=True)
    assert weights @ found == pytest.approx(target, abs=0.1)


def test_factors_come_back_from_their_table_whatever_its_order():
    random = np.random.default_rng(1)
    made = Factors(
        random.random((3, 4)),
        random.random((3, 4)),
        random.random((3, 4, 7)),
        random.random((3, 4)),
    )
    again = Factors.from_frame(made.frame().sample(frac=1.0, random_state=2))
    for name in ("joiner", "leaver", "setting", "target"):
        assert np.array_equal(getattr(again, name), getattr(made, name))
    assert isinstance(made.frame(), pd.DataFrame)
