"""Setting groups: each group's plans from its own path and departures, made to sum to the total."""

import numpy as np

from forecasts.national import smoothed_path
from forecasts.panel import Floats, Panel, setting_groups
from forecasts.pooled.deviations import Deviation, Then, fit_deviation
from forecasts.pooled.ensemble import LONGEST, SETTING, Departures
from forecasts.pooled.features import Picture, describe
from forecasts.pooled.reconcile import reconcile

LOOKBACK = 6
WARM_UP = 1
TREES = 40
RATE = 0.08
TWO_YEAR_WEIGHTS = (0.5, 1 / 3, 1 / 6)
EXTRA_VARIANCE = 1.0


def fit_settings(panel: Panel, censuses: dict[int, Then]) -> dict[str, Deviation]:
    """Return setting group -> models, direct for each of five years ahead."""
    return {
        group: fit_deviation(
            panel,
            censuses,
            group,
            longest=LONGEST[SETTING],
            lookback=LOOKBACK,
            warm_up=WARM_UP,
            trees=TREES,
            rate=RATE,
            loss="absolute_error",
        )
        for group in setting_groups()
    }


def depart_settings(
    panel: Panel, picture: Picture, models: dict[str, Deviation], years: int
) -> dict[str, Departures]:
    """Return setting group -> England's path of it and how each member departs from it."""
    two_year = np.concatenate([TWO_YEAR_WEIGHTS, np.zeros(max(years, 3))])[:years]
    return {
        group: Departures(
            now=panel.stock[group][:, -1],
            path=smoothed_path(picture.growth[group], years, two_year),
            members=models[group].members(describe(panel, picture, group), years),
        )
        for group in setting_groups()
    }


def settle(parts: dict[str, Floats], spread: dict[str, float], total: Floats) -> dict[str, Floats]:
    """Return setting groups that add up to the total; what differs is shared by error variance.

    Args:
        parts: Group -> plans, authority x horizon.
        spread: Group -> spread of authorities' yearly growth, from `growth_spread`.
        total: Authority x horizon; held as it is.
    """
    plans = np.stack(list(parts.values()))
    sd = np.array([spread[group] for group in parts])[:, None, None] * plans
    return dict(zip(parts, reconcile(plans, sd**2 + EXTRA_VARIANCE, total), strict=True))
