"""Totals: England's path of all plans, and how each authority is expected to depart from it."""

import numpy as np

from forecasts.national import smoothed_path
from forecasts.panel import TOTAL, Panel
from forecasts.pooled.converge import closing
from forecasts.pooled.deviations import Deviation, Then, fit_deviation
from forecasts.pooled.ensemble import LONGEST, Departures
from forecasts.pooled.features import Picture, describe, feature_names

LOOKBACK = 8
WARM_UP = 3
TREES = 60
RATE = 0.08
TWO_YEAR_WEIGHT = 0.5


def fit_totals(panel: Panel, censuses: dict[int, Then]) -> Deviation:
    """Return the models of totals, direct for each of seven years ahead."""
    return fit_deviation(
        panel,
        censuses,
        TOTAL,
        longest=LONGEST[TOTAL],
        lookback=LOOKBACK,
        warm_up=WARM_UP,
        trees=TREES,
        rate=RATE,
        loss="squared_error",
    )


def depart_total(panel: Panel, picture: Picture, model: Deviation, years: int) -> Departures:
    """Return England's path of totals and how each member departs from it, 1 to `years` ahead."""
    features = describe(panel, picture, TOTAL)
    converging = closing(features[:, feature_names(TOTAL).index("gap")], years)
    return Departures(
        now=panel.stock[TOTAL][:, -1],
        path=smoothed_path(picture.growth[TOTAL], years, np.full(years, TWO_YEAR_WEIGHT)),
        members=np.concatenate([model.members(features, years), converging[None]]),
    )
