"""Bands: fitted on past errors of known size, honest at 80% and 95%, defaults where unknown."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.tested.bands import Band, band_from, borrowed, default_band, fit_bands

HORIZONS = (1, 2, 3, 4)
EIGHTY, NINETY_FIVE = np.array([0.1, 0.9]), np.array([0.025, 0.975])


def errors(
    own: float,
    power: float,
    common: float,
    authorities: int = 200,
    freedom: float = np.inf,
    seed: int = 5,
) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    parts = []
    for origin in range(2018, 2025):
        shock = random.normal(0, common)
        for horizon in HORIZONS:
            drawn = (
                random.normal(0, 1, authorities)
                if np.isinf(freedom)
                else random.standard_t(freedom, authorities)
            )
            log = own * horizon**power * drawn + shock * horizon**0.8
            parts.append(
                pd.DataFrame(
                    {
                        "cut": "total",
                        "origin": origin,
                        "horizon": horizon,
                        "forecast": 5000.0,
                        "actual": 5000.0 * np.exp(log),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def held(band: Band, table: pd.DataFrame, ends: np.ndarray) -> float:
    quantiles = band.quantiles(
        table["forecast"].to_numpy(), table["horizon"].to_numpy(dtype=float), ends
    )
    return float(table["actual"].between(quantiles[:, 0], quantiles[:, 1]).mean())


def test_known_errors_give_back_their_size_and_growth():
    band = fit_bands(errors(0.05, 0.7, 0.0), ("total",))["total"]
    found = band.own_sd(np.full(4, 5000.0), np.array(HORIZONS, dtype=float))
    assert found == pytest.approx(0.05 * np.array(HORIZONS) ** 0.7, rel=0.1)
    assert band.errors == 5 * 4 * 200


@pytest.mark.parametrize("freedom", [np.inf, 4.0])
def test_bands_hold_what_they_promise_of_errors_not_seen(freedom):
    band = fit_bands(errors(0.05, 0.65, 0.01, freedom=freedom), ("total",))["total"]
    fresh = errors(0.05, 0.65, 0.01, freedom=freedom, seed=6)
    assert 0.77 < held(band, fresh, EIGHTY) < 0.87
    assert 0.92 < held(band, fresh, NINETY_FIVE) < 0.98


def test_heavier_tails_are_noticed():
    normal = fit_bands(errors(0.05, 0.65, 0.0), ("total",))["total"]
    heavy = fit_bands(errors(0.05, 0.65, 0.0, freedom=3.5), ("total",))["total"]
    assert heavy.tail < 5 < normal.tail


def test_without_national_shocks_the_prior_still_leaves_room_for_one():
    band = fit_bands(errors(0.05, 0.7, 0.0), ("total",))["total"]
    assert 0.005 < band.common_sd(np.array([1.0]))[0] < 0.0125


def test_national_shocks_are_told_from_own_errors():
    band = fit_bands(errors(0.05, 0.7, 0.04), ("total",))["total"]
    assert band.own_sd(np.array([5000.0]), np.array([1.0]))[0] == pytest.approx(0.05, rel=0.15)
    assert band.common_sd(np.array([1.0]))[0] > 0.015


def test_fewer_than_sixty_errors_give_the_documented_default():
    few = errors(0.05, 0.7, 0.0, authorities=4)
    assert fit_bands(few[few["origin"] > 2021], ("total", "fe")) == {
        "total": default_band("total"),
        "fe": default_band("fe"),
    }


def test_no_errors_at_all_give_the_default():
    none = errors(0.05, 0.7, 0.0).iloc[:0]
    assert fit_bands(none, ("total",))["total"] == default_band("total")


def test_a_cut_never_tested_borrows_the_widest_band_of_its_kind():
    wide, narrow = errors(0.3, 0.5, 0.0).assign(cut="ap"), errors(0.05, 0.5, 0.0).assign(cut="fe")
    bands = fit_bands(pd.concat([wide, narrow]), ("ap", "fe", "other", "total"))
    assert bands["other"].level == bands["ap"].level
    assert bands["other"].errors == 0
    assert bands["total"] == default_band("total")


def test_a_need_takes_the_typical_numbers_of_the_age_bands():
    """Three age bands with levels 0.1, 0.2, 0.4: neither the surest nor the least sure."""
    levels = {"0-4": 0.4, "5-10": 0.1, "11-15": 0.2}
    tested = {cut: replace(default_band(cut), level=level) for cut, level in levels.items()}
    need = borrowed({**tested, "ap": replace(default_band("ap"), level=9.0)}, "need:ASD")
    assert (need.level, need.power, need.errors) == (0.2, default_band("0-4").power, 0)
    assert borrowed({}, "need:ASD") == default_band("need:ASD")


def test_a_smaller_authority_has_a_wider_band():
    band = default_band("total")
    small, large = band.own_sd(np.array([50.0, 5000.0]), np.array([1.0, 1.0]))
    assert small > 2 * large


def test_row_order_changes_nothing_and_the_numbers_survive_a_file():
    table = errors(0.05, 0.7, 0.02, authorities=50)
    band = fit_bands(table, ("total",))["total"]
    assert fit_bands(table.sample(frac=1, random_state=3), ("total",))["total"] == band
    assert band_from(json.loads(json.dumps(band.as_dict()))) == band


@settings(deadline=None, max_examples=25)
@given(
    forecast=st.floats(0, 20_000),
    horizon=st.integers(1, 10),
    level=st.floats(1e-6, 0.5),
    size=st.floats(0, 20),
    tail=st.floats(3, 60),
)
def test_quantiles_are_in_order_never_negative_and_centred(forecast, horizon, level, size, tail):
    band = Band(level, size, 0.6, 0.0004, tail, 1)
    probabilities = np.array([0.025, 0.1, 0.5, 0.9, 0.975])
    found = band.quantiles(np.array([forecast]), np.array([float(horizon)]), probabilities)[0]
    assert (np.diff(found) >= 0).all()
    assert found[0] >= 0
    assert found[2] == pytest.approx(forecast, abs=1e-6)
