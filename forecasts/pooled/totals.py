"""Totals: every authority's number of plans, from England's path and its departure from it."""

import numpy as np

from forecasts.national import smoothed_path
from forecasts.panel import TOTAL, Floats, Panel
from forecasts.pooled.converge import closing
from forecasts.pooled.deviations import Deviation, Then, fit_deviation
from forecasts.pooled.features import Picture, describe, feature_names

LONGEST = 7
LOOKBACK = 8
WARM_UP = 3
TREES = 60
RATE = 0.08
HANDED_OVER = 0.5
HANDED_OVER_BY = 5
TWO_YEAR_WEIGHT = 0.5


def fit_totals(panel: Panel, censuses: dict[int, Then]) -> Deviation:
    """Return the models of totals, direct for each of seven years ahead."""
    return fit_deviation(
        panel,
        censuses,
        TOTAL,
        longest=LONGEST,
        lookback=LOOKBACK,
        warm_up=WARM_UP,
        trees=TREES,
        rate=RATE,
        loss="squared_error",
    )


def forecast_totals(panel: Panel, picture: Picture, model: Deviation, years: int) -> Floats:
    """Return totals, authority x horizon; missing where the last census has none.

    England's path, plus the learned departure, which hands over in equal steps to convergence (the
    plan rate closing 6% of its gap a year) until each has half by five years ahead: what is learned
    directly is best early, convergence late (forecasting notes 5b).
    """
    features = describe(panel, picture, TOTAL)
    ahead = np.arange(1, years + 1)
    path = smoothed_path(picture.growth[TOTAL], years, np.full(years, TWO_YEAR_WEIGHT))
    converging = closing(features[:, feature_names(TOTAL).index("gap")], years)
    late = HANDED_OVER * np.minimum((ahead - 1) / (HANDED_OVER_BY - 1), 1.0)
    apart = (1.0 - late) * model.predict(features, years) + late * converging
    now = panel.stock[TOTAL][:, -1:]
    return np.maximum((now + 1.0) * np.exp(path + apart) - 1.0, 0.0)
