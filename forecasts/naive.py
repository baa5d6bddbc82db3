"""Naive rivals: the simple methods that every forecast is shown beside.

All share one contract: a history goes in (authority x year, missing values allowed, last year is
the origin) and forecasts come out (authority x horizon), never negative, missing only where the
last year is missing. With too little history to see growth, a rival says "no change".
"""

from collections.abc import Callable

import numpy as np

from forecasts.national import growth_path
from forecasts.panel import Floats

Rival = Callable[[Floats, Floats, int], Floats]

GROWTH_CAP = float(np.log(1.3))
TREND_YEARS = 3


def persistence(history: Floats, national_growth: Floats, years: int) -> Floats:
    """Return the last count, unchanged."""
    return np.repeat(_last(history), years, axis=1)


def drift3(history: Floats, national_growth: Floats, years: int) -> Floats:
    """Return the last count plus the mean yearly change in number of the last three years."""
    step = _mean_of_known(np.diff(history, axis=1)[:, -TREND_YEARS:])
    return np.maximum(_last(history) + step[:, None] * np.arange(1, years + 1), 0.0)


def growth3(history: Floats, national_growth: Floats, years: int) -> Floats:
    """Return what councils do in Excel: three years' mean % growth, compounded, at most 30% a year.

    Growth is averaged on the log scale with 1 added, so that a count of 0 is allowed.
    """
    logs = np.log(history + 1.0)
    rate = _mean_of_known(np.diff(logs, axis=1)[:, -TREND_YEARS:])
    rate = np.clip(rate, -GROWTH_CAP, GROWTH_CAP)
    grown = (_last(history) + 1.0) * np.exp(rate[:, None] * np.arange(1, years + 1)) - 1.0
    return np.maximum(grown, 0.0)


def national(history: Floats, national_growth: Floats, years: int) -> Floats:
    """Return the last count growing along England's path."""
    known = national_growth[np.isfinite(national_growth)]
    path = growth_path(float(known[-1]) if len(known) else 0.0, years)
    return _last(history) * np.exp(path)


def rivals() -> dict[str, Rival]:
    """Return the rivals by name, in the order they are shown."""
    return {
        "persistence": persistence,
        "drift3": drift3,
        "growth3": growth3,
        "national": national,
    }


def _last(history: Floats) -> Floats:
    if history.shape[1] == 0:
        return np.full((len(history), 1), np.nan)
    return history[:, -1:]


def _mean_of_known(steps: Floats) -> Floats:
    known = np.isfinite(steps)
    return np.where(known, steps, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
