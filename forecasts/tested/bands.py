"""Bands: how far forecasts of the same method were off before, as a distribution of errors.

An error is taken on the log scale and split in two. The *common* part is the median over
authorities in one origin and horizon: a national shock hits everybody. The *own* part is the rest:
Student's t with variance growing as `(a + b / size) x h^(2 gamma)`, fitted by penalised maximum
likelihood, and then stretched, and its tail set, so that 80% and 95% of the pooled own errors lie
inside. The common variance is shrunk to a prior, because a handful of years says little about it,
and grows with `h^1.6`. Later origins count more.

Source: the project's forecasting notes, section 3. With normal tails and the last three origins
alone, 80% bands of totals and age bands covered 86 to 88%, those of post-16 ages 97%.
"""

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import gammaln
from scipy.stats import norm
from scipy.stats import t as student

from forecasts.panel import AGE_BANDS, TOTAL, Floats, setting_groups
from forecasts.pooled.needs import PREFIX

LAST_ORIGINS = 5
RECENCY = 0.6
ENOUGH_ERRORS = 60
INDEPENDENT_SHARE = 0.3  # errors of one authority at other origins and horizons overlap
COMMON_POWER = 0.8
COMMON_PRIOR_YEARS = 4
COMMON_AT_MOST = 3.0
POWER, POWER_SD = 0.6, 0.1
USUAL_TAIL, USUAL_TAIL_ERRORS = 5.0, 200
TAIL_RANGE = (3.0, 60.0)
DEEPEST, HIGHEST = -3.0, 1.6  # at most five-fold; a count may all but vanish
TYPICAL_PLANS = 300.0
OWN_PRIOR = {"total": 0.055, "setting_group": 0.13, "age_band": 0.10}
COMMON_PRIOR = {"total": 0.0115, "setting_group": 0.025, "age_band": 0.016}


@dataclass(frozen=True)
class Band:
    """Error model of one cut; variances are on the log scale.

    Attributes:
        level: `a`, own variance one year ahead of a very large authority.
        size: `b`, what 1 / plans adds to it.
        power: `gamma`, growth of the own standard deviation with the horizon.
        common: Common variance one year ahead.
        tail: Degrees of freedom of the own error (Student's t), at least 3.
        errors: Past errors it was fitted on; 0 means borrowed from another cut, or defaults.
    """

    level: float
    size: float
    power: float
    common: float
    tail: float
    errors: int

    def own_sd(self, forecast: Floats, horizon: Floats) -> Floats:
        """Return the standard deviation of the authority's own error.

        An own error is `own_sd x sqrt((tail - 2) / tail)` times a draw of Student's t.
        """
        variance = self.level + self.size / (np.maximum(forecast, 0.0) + 1.0)
        return np.sqrt(variance) * np.asarray(horizon, dtype=float) ** self.power

    def common_sd(self, horizon: Floats) -> Floats:
        """Return the standard deviation of the shared national error."""
        return np.sqrt(self.common) * np.asarray(horizon, dtype=float) ** COMMON_POWER

    def quantiles(self, forecast: Floats, horizon: Floats, probabilities: Floats) -> Floats:
        """Return the quantiles of what may come, the forecast being the middle.

        Args:
            forecast: Central forecasts, any shape.
            horizon: Years ahead, of a shape that fits `forecast`.
            probabilities: Between 0 and 1, ascending.

        Returns:
            `forecast`'s shape with one more axis, ascending along it, never negative. Own and
            common error are added as distances, probability by probability.
        """
        scale = self.own_sd(forecast, horizon) * np.sqrt((self.tail - 2.0) / self.tail)
        own = student.ppf(probabilities, self.tail) * scale[..., None]
        shared = norm.ppf(probabilities) * np.broadcast_to(
            self.common_sd(horizon)[..., None], own.shape
        )
        away = np.sign(own) * np.hypot(own, shared)
        middle = np.asarray(forecast, dtype=float)[..., None] + 0.5
        return np.maximum(middle * np.exp(np.clip(away, DEEPEST, HIGHEST)) - 0.5, 0.0)

    def as_dict(self) -> dict[str, float]:
        """Return the plain numbers, for the parameters file."""
        return asdict(self)


def band_from(numbers: dict[str, float]) -> Band:
    """Return a band from what `Band.as_dict` gave."""
    errors = int(numbers["errors"])
    return Band(**{k: float(v) for k, v in numbers.items() if k != "errors"}, errors=errors)


def dimension(cut: str) -> str:
    """Return which error prior a cut takes: total, setting_group or age_band (all smaller cuts)."""
    if cut == TOTAL:
        return "total"
    return "setting_group" if cut in setting_groups() else "age_band"


def default_band(cut: str) -> Band:
    """Return the band used where no past error is known (forecasting notes 3)."""
    kind = dimension(cut)
    return Band(
        level=OWN_PRIOR[kind] ** 2,
        size=1.0,
        power=POWER,
        common=COMMON_PRIOR[kind] ** 2,
        tail=USUAL_TAIL,
        errors=0,
    )


def fit_bands(errors: pd.DataFrame, cuts: tuple[str, ...]) -> dict[str, Band]:
    """Return one band a cut from past errors of the same method.

    Args:
        errors: Columns `cut`, `origin`, `horizon`, `forecast`, `actual`; one row a forecast whose
            actual is known. Only the five latest origins of each cut and horizon are used, each
            with 0.6 of the weight of the next.
        cuts: Cuts to return. A cut with fewer than 60 errors borrows one (`borrowed`).
    """
    known = errors[(errors["forecast"] > 0) & errors["actual"].notna()]
    known = known[["cut", "origin", "horizon", "forecast", "actual"]].copy()
    known = known.sort_values(list(known.columns), ignore_index=True)  # sums free of row order
    known["error"] = np.log((known["actual"] + 0.5) / (known["forecast"] + 0.5))
    age = known.groupby(["cut", "horizon"])["origin"].rank(method="dense", ascending=False) - 1
    known["weight"] = RECENCY**age
    known = known[age < LAST_ORIGINS]
    where = ["cut", "horizon", "origin"]
    known["common"] = known.groupby(where)["error"].transform("median")
    known["own"] = known["error"] - known["common"]
    fitted = {
        str(cut): _fit(rows, str(cut))
        for cut, rows in known.groupby("cut")
        if len(rows) >= ENOUGH_ERRORS
    }
    return {cut: fitted.get(cut) or borrowed(fitted, cut) for cut in cuts}


def borrowed(fitted: dict[str, Band], cut: str) -> Band:
    """Return the band of a cut whose own errors are not known.

    It is the widest band of its kind, for what has never been tested is not surer than what has.
    A primary need takes the median of each number over the age bands instead: it holds plans of
    all ages, so neither the youngest nor the oldest, nearly all of whose plans are new or about to
    end, are like it. The median grows with the horizon as past errors of tested cells of its size
    did (50 to 1,000 plans: 1.6 to 1.8-fold in two years; forecasting notes, P4). Where none of its
    kind is known, the default.

    Args:
        fitted: Cut -> band of the cuts that were tested.
        cut: The cut that was not.
    """
    if cut.startswith(PREFIX):
        ages = [fitted[name].as_dict() for name in AGE_BANDS if name in fitted]
        if not ages:
            return default_band(cut)
        typical = {name: float(np.median([band[name] for band in ages])) for name in ages[0]}
        return band_from({**typical, "errors": 0})
    alike = [band for name, band in fitted.items() if dimension(name) == dimension(cut)]
    if not alike:
        return default_band(cut)
    widest = max(alike, key=lambda band: band.level + band.size / TYPICAL_PLANS)
    return band_from({**widest.as_dict(), "errors": 0})


def _fit(rows: pd.DataFrame, cut: str) -> Band:
    own, weight = rows["own"].to_numpy(), rows["weight"].to_numpy()
    smallness = 1.0 / (rows["forecast"].to_numpy() + 1.0)
    horizon = rows["horizon"].to_numpy(dtype=float)
    start = np.array([2 * np.log(0.8 * OWN_PRIOR[dimension(cut)]), 0.0, POWER, np.log(3.0)])
    found = minimize(
        _implausibility,
        start,
        args=(own, smallness, np.log(horizon), INDEPENDENT_SHARE * weight, start),
        method="L-BFGS-B",
    ).x
    level, size, power = np.exp(found[0]), np.exp(found[1]), float(found[2])
    standard = np.abs(own) / (np.sqrt(level + size * smallness) * horizon**power)
    stretch, tail = _stretch_and_tail(standard, weight)
    variance = stretch**2 * tail / (tail - 2.0)
    return Band(
        level=float(level * variance),
        size=float(size * variance),
        power=power,
        common=_common(rows, cut),
        tail=tail,
        errors=len(rows),
    )


def _implausibility(
    theta: Floats,
    own: Floats,
    smallness: Floats,
    log_horizon: Floats,
    weight: Floats,
    prior: Floats,
) -> float:
    """Minus the log posterior of log a, log b, gamma and log(degrees of freedom - 2)."""
    freedom = 2.0 + np.exp(theta[3])
    variance = np.exp(theta[0]) + np.exp(theta[1]) * smallness
    log_scale = 0.5 * np.log(variance) + theta[2] * log_horizon
    square = (own * np.exp(-log_scale)) ** 2
    constant = gammaln((freedom + 1) / 2) - gammaln(freedom / 2) - 0.5 * np.log(freedom * np.pi)
    likelihood = constant - log_scale - (freedom + 1) / 2 * np.log1p(square / freedom)
    apart = (theta - prior) / np.array([1.5, 1.5, POWER_SD, 0.7])
    return float(-(weight * likelihood).sum() + 0.5 * (apart**2).sum())


def _stretch_and_tail(standard: Floats, weight: Floats) -> tuple[float, float]:
    """Return the scale and degrees of freedom whose 80% and 95% points are those of the errors."""
    inner, outer = _point(standard, weight, 0.8), _point(standard, weight, 0.95)
    if inner <= 0:
        return 1e-3, USUAL_TAIL
    freedoms = np.geomspace(*TAIL_RANGE, 40)
    ratios = student.ppf(0.975, freedoms) / student.ppf(0.9, freedoms)
    matched = np.interp(-outer / inner, -ratios, np.log(freedoms))
    n = len(standard)
    pulled = n * matched + USUAL_TAIL_ERRORS * np.log(USUAL_TAIL)
    tail = float(np.exp(pulled / (n + USUAL_TAIL_ERRORS)))
    wide = inner / student.ppf(0.9, tail), outer / student.ppf(0.975, tail)
    return float(np.sqrt(wide[0] * wide[1])), tail


def _point(values: Floats, weight: Floats, share: float) -> float:
    """The value below which so much of the weight lies."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order])
    place = int(np.searchsorted(reached, share * reached[-1]))
    return float(values[order][min(place, len(values) - 1)])


def _common(rows: pd.DataFrame, cut: str) -> float:
    """Common variance one year ahead: mean over origins, shrunk to the prior."""
    shocks = rows.drop_duplicates(["horizon", "origin"])
    yearly = (shocks["common"] / shocks["horizon"] ** COMMON_POWER) ** 2
    prior = COMMON_PRIOR[dimension(cut)]
    by_origin = yearly.groupby(shocks["origin"]).mean().clip(upper=(COMMON_AT_MOST * prior) ** 2)
    weight = shocks.groupby("origin")["weight"].mean()
    total = COMMON_PRIOR_YEARS * prior**2 + float((weight * by_origin).sum())
    return total / (COMMON_PRIOR_YEARS + float(weight.sum()))
