"""Setting groups: each group's plans from its own path and departures, made to sum to the total."""

import numpy as np

from forecasts.national import smoothed_path
from forecasts.panel import Floats, Panel, setting_groups
from forecasts.pooled.deviations import Deviation, Then, fit_deviation
from forecasts.pooled.features import Picture, describe
from forecasts.pooled.reconcile import reconcile

LONGEST = 5
LOOKBACK = 6
WARM_UP = 1
TREES = 40
RATE = 0.08
FIRST_WEIGHT, WEIGHT_LOST, LEAST_WEIGHT = 1.0, 0.1, 0.5
TWO_YEAR_WEIGHTS = (0.5, 1 / 3, 1 / 6)
EXTRA_VARIANCE = 1.0


def fit_settings(panel: Panel, censuses: dict[int, Then]) -> dict[str, Deviation]:
    """Return setting group -> models, direct for each of five years ahead."""
    return {
        group: fit_deviation(
            panel,
            censuses,
            group,
            longest=LONGEST,
            lookback=LOOKBACK,
            warm_up=WARM_UP,
            trees=TREES,
            rate=RATE,
            loss="absolute_error",
        )
        for group in setting_groups()
    }


def forecast_settings(
    panel: Panel,
    picture: Picture,
    models: dict[str, Deviation],
    spread: dict[str, float],
    total: Floats,
) -> dict[str, Floats]:
    """Return setting group -> plans, authority x horizon, summing to the total.

    The learned departure counts for 90% one year ahead, falling by 10 points a year to half: few
    past censuses know settings, so that late horizons are learned from little. The difference to
    the total is shared by error variance.

    Args:
        panel: Up to the origin.
        picture: England at the origin.
        models: From `fit_settings`.
        spread: Group -> spread of authorities' yearly growth, from `growth_spread`.
        total: Authority x horizon.
    """
    years = total.shape[1]
    ahead = np.arange(1, years + 1)
    weight = np.maximum(FIRST_WEIGHT - WEIGHT_LOST * ahead, LEAST_WEIGHT)
    two_year = np.concatenate([TWO_YEAR_WEIGHTS, np.zeros(max(years, 3))])[:years]
    parts, variance = [], []
    for group in setting_groups():
        apart = models[group].predict(describe(panel, picture, group), years)
        path = smoothed_path(picture.growth[group], years, two_year)
        now = panel.stock[group][:, -1:]
        part = np.maximum((now + 1.0) * np.exp(path + weight * apart) - 1.0, 0.0)
        parts.append(part)
        variance.append((spread[group] * part) ** 2 + EXTRA_VARIANCE)
    settled = reconcile(np.stack(parts), np.stack(variance), total)
    return dict(zip(setting_groups(), settled, strict=True))
