"""Learned departures: what is planted in a panel is found, and trees are kept exactly."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor

from forecasts.panel import TOTAL, Panel, setting_groups
from forecasts.pooled.boosting import fit_trees
from forecasts.pooled.deviations import Deviation, Scaling, fit_deviation, past_censuses
from forecasts.pooled.features import describe, draw_picture, feature_names, filled, mean_known
from forecasts.wide import FLOWS

COUNCILS, YEARS = 60, 12


@pytest.fixture(scope="module")
def panel() -> Panel:
    """Sixty councils in which half of a high growth one year comes again the next."""
    random = np.random.default_rng(4)
    growth = np.zeros((COUNCILS, YEARS))
    for year in range(1, YEARS):
        growth[:, year] = 0.5 * growth[:, year - 1] + random.normal(0, 0.04, COUNCILS)
    total = 1500 * np.exp(np.cumsum(0.08 + growth, axis=1))
    missing = np.full(total.shape, np.nan)
    groups = {name: missing for name in setting_groups()}
    return Panel(
        authorities=tuple(str(600 + number) for number in range(COUNCILS)),
        years=np.arange(2014, 2014 + YEARS),
        stock={TOTAL: total, **groups},
        national={TOTAL: total.sum(axis=0), **{name: missing[0] for name in groups}},
        residents={},
        regions=tuple("North" if number % 2 else "South" for number in range(COUNCILS)),
        flows={name: missing for name in FLOWS},
        new_by_group=groups,
    )


def _fitted(panel: Panel) -> Deviation:
    return fit_deviation(
        panel,
        past_censuses(panel),
        TOTAL,
        longest=3,
        lookback=8,
        warm_up=3,
        trees=20,
        rate=0.1,
        loss="squared_error",
    )


def test_persistent_growth_is_found_and_half_of_it_expected_again(panel):
    model = _fitted(panel)
    features = describe(panel, draw_picture(panel), TOTAL)
    expected = 0.5 * features[:, feature_names(TOTAL).index("growth_1")]
    made = model.members(features, 1).mean(axis=0)[:, 0]
    assert np.corrcoef(made, expected)[0, 1] > 0.9
    assert np.polyfit(expected, made, 1)[0] == pytest.approx(1.0, abs=0.35)


def test_beyond_what_was_fitted_departures_stay(panel):
    features = describe(panel, draw_picture(panel), TOTAL)
    made = _fitted(panel).members(features, 6)
    assert np.array_equal(made[:, :, 2], made[:, :, 5])


def test_an_annotated_leap_is_not_expected_again(panel):
    total = panel.stock[TOTAL].copy()
    total[5, -1] *= 1.1
    jumped = replace(panel, stock={**panel.stock, TOTAL: total})
    model = _fitted(jumped)

    def expected(seen: Panel) -> float:
        features = describe(seen, draw_picture(seen), TOTAL)
        return float(model.members(features, 1)[:, 5, 0].mean())

    told = jumped.annotated(jumped.authorities[5], (int(jumped.origin),))
    assert expected(jumped) > expected(told) + 0.01
    assert expected(told) == pytest.approx(0.0, abs=0.02)


def test_too_little_to_learn_from_means_no_departure():
    none = np.zeros(0)
    model = Deviation(Scaling(none, none, none, none, none), none, none, (), 5)
    assert np.array_equal(model.members(np.ones((3, 3)), 4), np.zeros((2, 3, 4)))


def test_features_of_a_usual_authority_are_nought(panel):
    picture = draw_picture(panel)
    values = describe(panel, picture, TOTAL)
    known = np.isfinite(values).any(axis=0)
    names = np.array(feature_names(TOTAL))[known]
    assert set(names) >= {"growth_1", "growth_5", "region_1", "size"}
    assert np.abs(values[:, list(feature_names(TOTAL)).index("growth_1")]).mean() < 0.06


def test_kept_trees_predict_what_scikit_learn_does():
    random = np.random.default_rng(1)
    features = random.normal(size=(400, 5))
    answers = np.where(features[:, 0] > 0, 1.0, -1.0) + features[:, 1] ** 2
    ours = fit_trees(features, answers, trees=15, rate=0.2, loss="squared_error")
    theirs = HistGradientBoostingRegressor(
        max_iter=15,
        learning_rate=0.2,
        max_leaf_nodes=6,
        min_samples_leaf=35,
        l2_regularization=10.0,
        max_features=0.5,
        early_stopping=False,  # pyright: ignore[reportArgumentType]
        random_state=1,
    ).fit(features, answers)
    assert ours.predict(features) == pytest.approx(theirs.predict(features), abs=1e-6)


def test_gaps_are_filled_inside_a_row_only():
    row = np.array([[np.nan, 9.0, np.nan, 99.0, np.nan]])
    assert filled(row)[0] == pytest.approx(
        [np.nan, 9.0, np.sqrt(10.0 * 100.0) - 1.0, 99.0, np.nan], nan_ok=True
    )


def test_a_mean_of_nothing_is_missing():
    values = np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, np.nan]])
    assert mean_known(values) == pytest.approx([2.0, np.nan], nan_ok=True)
