"""Weights of the ensemble: usual until enough is known, then moved by what came true."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.panel import TOTAL, Floats, Panel, setting_groups
from forecasts.pooled.ensemble import (
    ENOUGH_ORIGINS,
    MEMBERS,
    SETTING,
    Departures,
    family,
    learn_weights,
    usual_weights,
)

COUNCILS, YEARS, FIRST = 150, 12, 2014
LAST = FIRST + YEARS - 1


def rolling(true: Floats, seed: int = 1) -> tuple[Panel, dict[int, dict[str, Departures]]]:
    """Return a panel whose departures are what its members said, weighed by `true`, and noise."""
    random = np.random.default_rng(seed)
    said = random.normal(0, 0.04, (YEARS, 3, COUNCILS))
    apart = np.tensordot(true, said, axes=(0, 1)) + random.normal(0, 0.02, (YEARS, COUNCILS))
    steps = 0.08 + apart[:-1].T
    logs = np.cumsum(np.concatenate([np.zeros((COUNCILS, 1)), steps], axis=1), axis=1)
    total = 2000.0 * np.exp(logs)
    missing = np.full(total.shape, np.nan)
    panel = Panel(
        authorities=tuple(str(100 + number) for number in range(COUNCILS)),
        years=np.arange(FIRST, FIRST + YEARS),
        stock={TOTAL: total, **dict.fromkeys(setting_groups(), missing)},
        national={},
        residents={},
    )
    earlier = {
        FIRST + place: {
            TOTAL: Departures(total[:, place], np.array([0.08]), said[place][:, :, None])
        }
        for place in range(YEARS - 1)
    }
    return panel, earlier


def test_without_earlier_forecasts_weights_are_the_usual_ones():
    panel, _ = rolling(np.zeros(3))
    for name, table in learn_weights(panel, {}).items():
        assert np.array_equal(table, usual_weights()[name])


def test_the_usual_weights_hand_over_from_what_is_learned_to_convergence():
    total, setting = usual_weights()[TOTAL], usual_weights()[SETTING]
    assert total.sum(axis=0) == pytest.approx(np.ones(7))
    assert total[:, 0].tolist() == [0.5, 0.5, 0.0]
    assert total[:, 4].tolist() == [0.25, 0.25, 0.5]
    assert total[2, 6] == 0.75
    assert setting.sum(axis=0) == pytest.approx([0.9, 0.8, 0.7, 0.6, 0.5])
    assert [family(cut) for cut in ("total", "fe")] == [TOTAL, SETTING]


def test_the_member_that_was_right_gains_weight_and_the_wrong_one_loses_it():
    panel, earlier = rolling(np.array([1.0, 0.0, 0.0]))
    ridge, trees, convergence = learn_weights(panel, earlier)[TOTAL][:, 0]
    assert ridge > 0.7
    assert trees < 0.35
    assert convergence == pytest.approx(0.0, abs=0.1)


def test_weights_that_are_right_stay():
    panel, earlier = rolling(np.array([0.5, 0.5, 0.0]))
    assert learn_weights(panel, earlier)[TOTAL][:, 0] == pytest.approx([0.5, 0.5, 0.0], abs=0.06)


def test_three_past_origins_teach_nothing_and_four_do():
    panel, earlier = rolling(np.array([1.0, 0.0, 0.0]))
    usual = usual_weights()[TOTAL][:, 0]
    origins = sorted(earlier)
    few = {origin: earlier[origin] for origin in origins[: ENOUGH_ORIGINS - 1]}
    enough = {origin: earlier[origin] for origin in origins[:ENOUGH_ORIGINS]}
    assert np.array_equal(learn_weights(panel, few)[TOTAL][:, 0], usual)
    assert not np.array_equal(learn_weights(panel, enough)[TOTAL][:, 0], usual)


def test_forecasts_whose_outcome_lies_after_the_origin_teach_nothing():
    panel, earlier = rolling(np.array([1.0, 0.0, 0.0]))
    then = panel.until(LAST - 3)
    known = {origin: made for origin, made in earlier.items() if origin < then.origin}
    assert np.array_equal(learn_weights(then, earlier)[TOTAL], learn_weights(then, known)[TOTAL])


@given(
    true=st.lists(st.floats(-2, 3), min_size=3, max_size=3),
    seed=st.integers(0, 5),
)
@settings(deadline=None, max_examples=25)
def test_no_weight_is_negative_and_all_sum_to_one_at_most(true, seed):
    for table in learn_weights(*rolling(np.array(true), seed)).values():
        assert (table >= 0).all()
        assert (table.sum(axis=0) <= 1 + 1e-9).all()


def test_one_authority_gone_from_the_panel_disturbs_nothing():
    panel, earlier = rolling(np.array([1.0, 0.0, 0.0]))
    total = panel.stock[TOTAL].copy()
    total[0] = np.nan
    gone = replace(panel, stock={**panel.stock, TOTAL: total})
    now = learn_weights(gone, earlier)[TOTAL]
    assert np.isfinite(now).all()
    assert now == pytest.approx(learn_weights(panel, earlier)[TOTAL], abs=0.05)


def test_weights_hold_on_beyond_their_last_horizon():
    members = np.full((len(MEMBERS[SETTING]), 1, 7), 0.1)
    made = Departures(np.array([99.0]), np.zeros(7), members).forecast(usual_weights()[SETTING])
    assert made[0, 0] == pytest.approx(100 * np.exp(0.09) - 1)
    assert made[0, 4:] == pytest.approx(np.full(3, 100 * np.exp(0.05) - 1))
