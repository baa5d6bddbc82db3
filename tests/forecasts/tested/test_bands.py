"""Bands: fitted on past errors of known size, and defaults where there are too few."""

import numpy as np
import pandas as pd
import pytest

from forecasts.tested.bands import default_band, fit_bands, interval

HORIZONS = (1, 2, 3, 4)


def errors(own: float, power: float, common: float, authorities: int = 200) -> pd.DataFrame:
    random = np.random.default_rng(5)
    parts = []
    for origin in range(2018, 2025):
        shock = random.normal(0, common)
        for horizon in HORIZONS:
            log = random.normal(0, own * horizon**power, authorities) + shock * horizon**0.8
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


def test_known_errors_give_back_their_size_and_growth():
    band = fit_bands(errors(0.05, 0.7, 0.0), ("total",))["total"]
    found = band.own_sd(np.full(4, 5000.0), np.array(HORIZONS, dtype=float))
    assert found == pytest.approx(0.05 * np.array(HORIZONS) ** 0.7, rel=0.1)
    assert band.errors == 3 * 4 * 200


def test_without_national_shocks_the_prior_still_leaves_room_for_one():
    band = fit_bands(errors(0.05, 0.7, 0.0), ("total",))["total"]
    assert 0.005 < band.common_sd(np.array([1.0]))[0] < 0.015


def test_national_shocks_are_told_from_own_errors():
    band = fit_bands(errors(0.05, 0.7, 0.04), ("total",))["total"]
    assert band.own_sd(np.array([5000.0]), np.array([1.0]))[0] == pytest.approx(0.05, rel=0.15)
    assert band.common_sd(np.array([1.0]))[0] > 0.02


def test_fewer_than_sixty_errors_give_the_documented_default():
    few = errors(0.05, 0.7, 0.0, authorities=4)
    assert fit_bands(few, ("total", "fe")) == {
        "total": default_band("total"),
        "fe": default_band("fe"),
    }


def test_no_errors_at_all_give_the_default():
    none = errors(0.05, 0.7, 0.0).iloc[:0]
    assert fit_bands(none, ("total",))["total"] == default_band("total")


def test_a_smaller_authority_has_a_wider_band():
    band = default_band("total")
    small, large = band.own_sd(np.array([50.0, 5000.0]), np.array([1.0, 1.0]))
    assert small > 2 * large


def test_the_interval_is_that_of_a_log_normal_with_the_forecast_as_mean():
    low, high = interval(np.array([1000.0]), np.array([0.3]), np.array([0.4]))
    drawn = 1000 * np.exp(np.random.default_rng(1).normal(-0.125, 0.5, 200_000))
    assert drawn.mean() == pytest.approx(1000, rel=0.01)
    assert (low[0], high[0]) == pytest.approx(np.quantile(drawn, [0.1, 0.9]), rel=0.02)
