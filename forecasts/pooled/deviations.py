"""Deviations: how an authority will depart from England's path, learned from all authorities.

For each cut and each horizon apart ("direct"), growth less England's over so many years is
regressed on `features` known at the start, by ridge regression and by boosted trees, pooled over
authorities and past censuses. Both are used (`ensemble`): the two err differently.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import RidgeCV

from forecasts.panel import TOTAL, Floats, Panel
from forecasts.pooled.boosting import Loss, Trees, fit_trees
from forecasts.pooled.features import Picture, describe, draw_picture, filled

ENOUGH_ROWS = 100
SMALLEST_AUTHORITY = 100.0
OUTLIER = 4.0
EDGE = 0.01
PENALTIES = tuple(float(alpha) for alpha in np.logspace(0, 4.5, 14))


@dataclass(frozen=True)
class Then:
    """A past census to learn from: the panel then, with England as it was then."""

    panel: Panel
    picture: Picture


@dataclass(frozen=True)
class Scaling:
    """How features are made comparable: clipped, gaps filled, centred and scaled, one a feature."""

    low: Floats
    high: Floats
    middle: Floats
    mean: Floats
    sd: Floats

    def apply(self, features: Floats) -> Floats:
        """Return standardised features without missing values."""
        clipped = np.clip(features, self.low, self.high)
        return (np.where(np.isfinite(clipped), clipped, self.middle) - self.mean) / self.sd


@dataclass(frozen=True)
class Deviation:
    """Fitted models of one cut; one row of coefficients and one set of trees a horizon.

    Attributes:
        scaling: Of the features.
        intercept: Ridge, one a horizon.
        coefficients: Ridge, horizon x feature.
        trees: Boosted trees, one set a horizon.
        longest: Horizons the cut is ever fitted for; what lacks data is prolonged up to it.
    """

    scaling: Scaling
    intercept: Floats
    coefficients: Floats
    trees: tuple[Trees, ...]
    longest: int

    def members(self, features: Floats, years: int) -> Floats:
        """Return log growth less England's by ridge and by trees, 2 x authority x horizon.

        Horizons are 1 to `years`. Beyond the last fitted one a departure grows in proportion up to
        `longest`, then stays.
        """
        fitted = len(self.trees)
        if fitted == 0:
            return np.zeros((2, len(features), years))
        scaled = self.scaling.apply(features)
        linear = scaled @ self.coefficients.T + self.intercept
        grown = np.column_stack([trees.predict(scaled) for trees in self.trees])
        both = np.stack([linear, grown])
        ahead = np.minimum(np.arange(1, years + 1), max(self.longest, fitted))
        return both[:, :, np.minimum(ahead, fitted) - 1] * np.maximum(ahead / fitted, 1.0)


def past_censuses(panel: Panel) -> dict[int, Then]:
    """Return every census of the panel as one to learn from, with today's population estimates."""
    censuses = {}
    for year in panel.years[1:]:
        then = panel.until(int(year), hindsight=True)
        censuses[int(year)] = Then(then, draw_picture(then))
    return censuses


def fit_deviation(
    panel: Panel,
    censuses: dict[int, Then],
    cut: str,
    *,
    longest: int,
    lookback: int,
    warm_up: int,
    trees: int,
    rate: float,
    loss: Loss,
) -> Deviation:
    """Return the models of one cut, fitted on what the panel holds.

    Args:
        panel: Up to the census the parameters are fitted through.
        censuses: From `past_censuses` of the same panel.
        cut: Total or a setting group.
        longest: Horizons to fit, where at least 100 past departures are known.
        lookback: Years of past censuses to learn from.
        warm_up: Years of growth that must be known at the first of them.
        trees: Boosted trees a horizon.
        rate: Their learning rate.
        loss: Their loss.
    """
    start = _first(panel, cut, lookback, warm_up)
    features = {
        year: describe(then.panel, then.picture, cut)
        for year, then in censuses.items()
        if year >= start
    }
    rows = list(_learned(panel, features, cut, longest))
    if not rows:
        none = np.zeros(0)
        return Deviation(Scaling(none, none, none, none, none), none, none, (), longest)
    scaling = _scaling(rows[0][0])
    intercept, coefficients, grown = [], [], []
    for known, answers in rows:
        scaled = scaling.apply(known)
        linear = RidgeCV(alphas=PENALTIES).fit(scaled, answers)
        intercept.append(float(linear.intercept_))
        coefficients.append(linear.coef_)
        grown.append(fit_trees(scaled, answers, trees=trees, rate=rate, loss=loss))
    return Deviation(scaling, np.array(intercept), np.array(coefficients), tuple(grown), longest)


def _first(panel: Panel, cut: str, lookback: int, warm_up: int) -> int:
    known = panel.years[np.isfinite(panel.stock[cut]).any(axis=0)]
    if len(known) == 0:
        return panel.origin
    return max(panel.origin - lookback, int(known[0]) + warm_up)


def _learned(
    panel: Panel, features: dict[int, Floats], cut: str, longest: int
) -> Iterator[tuple[Floats, Floats]]:
    """Yield, a horizon at a time, features and what growth less England's came to."""
    logs = np.log(filled(panel.stock[cut]) + 1.0)
    england = np.cumsum(np.concatenate([[0.0], np.nan_to_num(panel.growth(cut))]))
    apart = logs - england
    large = filled(panel.stock[TOTAL]) >= SMALLEST_AUTHORITY
    for horizon in range(1, longest + 1):
        known, answers = [], []
        for year, values in features.items():
            place = int(year - panel.years[0])
            if place + horizon >= len(panel.years):
                continue
            came = apart[:, place + horizon] - apart[:, place]
            used = np.isfinite(came) & np.isfinite(values[:, 0]) & large[:, place]
            known.append(values[used])
            answers.append(came[used])
        if sum(map(len, answers)) < ENOUGH_ROWS:
            return
        came = np.concatenate(answers)
        limit = OUTLIER * float(np.median(np.abs(came))) + 1e-6
        yield np.concatenate(known), np.clip(came, -limit, limit)


def _scaling(features: Floats) -> Scaling:
    columns = [column[np.isfinite(column)] for column in features.T]
    columns = [column if len(column) else np.zeros(1) for column in columns]
    low = np.array([np.quantile(column, EDGE) for column in columns])
    high = np.array([np.quantile(column, 1 - EDGE) for column in columns])
    middle = np.array([np.median(column) for column in columns])
    clipped = np.clip(features, low, high)
    whole = np.where(np.isfinite(clipped), clipped, middle)
    return Scaling(low, high, middle, whole.mean(axis=0), whole.std(axis=0) + 1e-6)
