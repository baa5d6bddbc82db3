"""Bands: how far forecasts of the same method were off before, as standard deviations.

An error is taken on the log scale and split in two. The *common* part is the median over
authorities in one origin and horizon: a national shock hits everybody. The *own* part is the rest.
Own errors of all authorities are pooled after scaling by `sqrt(a + b / size) x h^gamma`; the common
variance is shrunk to a prior, because a handful of years says little about it, and grows with
`h^0.8`. Source: the project's forecasting notes, section 3, where this covered 80 to 92% of
actuals at a promised 80%.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasts.panel import TOTAL, Floats

NORMAL_80 = 1.2815515655446004
LAST_ORIGINS = 3
ENOUGH_ERRORS = 60
SIZE_BINS = 5
COMMON_POWER = 0.8
DEFAULT_POWER = 0.65
POWER_RANGE = (0.35, 0.9)
COMMON_PRIOR_YEARS = 2
MAD_TO_SD = 1.4826


@dataclass(frozen=True)
class Band:
    """Error model of one cut; standard deviations are on the log scale.

    Attributes:
        level: `a`, own variance one year ahead of a very large authority.
        size: `b`, what 1 / plans adds to it.
        power: `gamma`, growth of the own standard deviation with the horizon.
        common: Common variance one year ahead.
        stretch: What a normal band must be widened by to have covered 80% of pooled own errors.
        errors: Past errors it was fitted on; 0 means documented defaults.
    """

    level: float
    size: float
    power: float
    common: float
    stretch: float
    errors: int

    def own_sd(self, forecast: Floats, horizon: Floats) -> Floats:
        """Return the standard deviation of the authority's own error."""
        variance = self.level + self.size / (np.maximum(forecast, 0.0) + 1.0)
        return self.stretch * np.sqrt(variance) * horizon**self.power

    def common_sd(self, horizon: Floats) -> Floats:
        """Return the standard deviation of the shared national error."""
        return np.sqrt(self.common) * horizon**COMMON_POWER


def default_band(cut: str) -> Band:
    """Return the band used where too few past errors are known (forecasting notes 3)."""
    own = 0.055 if cut == TOTAL else 0.13
    return Band(own**2, 1.0, DEFAULT_POWER, common_prior(cut) ** 2, 1.0, 0)


def common_prior(cut: str) -> float:
    """Return the prior sd of the one-year national error: 1.5% for totals, 3% for groups."""
    return 0.015 if cut == TOTAL else 0.03


def interval(forecast: Floats, own: Floats, common: Floats) -> tuple[Floats, Floats]:
    """Return the 10% and 90% points of the simulated target.

    The target is log-normal with mean `forecast`, hence the half variance taken off.
    """
    variance = own**2 + common**2
    middle = np.log(np.maximum(forecast, 1e-9)) - variance / 2
    reach = NORMAL_80 * np.sqrt(variance)
    return np.exp(middle - reach), np.exp(middle + reach)


def fit_bands(errors: pd.DataFrame, cuts: tuple[str, ...]) -> dict[str, Band]:
    """Return one band a cut from past errors of the same method.

    Args:
        errors: Columns `cut`, `origin`, `horizon`, `forecast`, `actual`; one row a forecast whose
            actual is known. Only the three latest origins of each cut and horizon are used.
        cuts: Cuts to return; a cut with fewer than 60 errors gets its default.
    """
    known = errors[(errors["forecast"] > 0) & errors["actual"].notna()].copy()
    known["error"] = np.log((known["actual"] + 0.5) / (known["forecast"] + 0.5))
    age = known.groupby(["cut", "horizon"])["origin"].rank(method="dense", ascending=False)
    known = known[age <= LAST_ORIGINS]
    where = ["cut", "horizon", "origin"]
    known["common"] = known.groupby(where)["error"].transform("median")
    known["own"] = known["error"] - known["common"]
    powers = _powers(known, cuts)
    return {cut: _fit(known[known["cut"] == cut], cut, powers[cut]) for cut in cuts}


def _powers(known: pd.DataFrame, cuts: tuple[str, ...]) -> dict[str, float]:
    """Growth of the own error with the horizon: each cut's slope, shrunk to that of all groups."""
    spread = known.assign(own=known["own"].abs()).groupby(["cut", "horizon"])["own"]
    table = pd.DataFrame({"mad": spread.median(), "n": spread.size()}).reset_index()
    table = table[(table["n"] >= ENOUGH_ERRORS) & (table["mad"] > 0)]
    slopes: dict[str, tuple[float, int]] = {}
    for cut, rows in table.groupby("cut"):
        if len(rows) >= 2:
            slope = np.polyfit(np.log(rows["horizon"]), np.log(rows["mad"]), 1)[0]
            slopes[str(cut)] = (float(slope), len(rows))

    def shrunk(names: list[str], prior: float, weight: int) -> float:
        n = sum(slopes[name][1] for name in names)
        total = sum(slopes[name][0] * slopes[name][1] for name in names)
        return (total + weight * prior) / (n + weight)

    groups = shrunk([name for name in slopes if name != TOTAL], DEFAULT_POWER, 4)
    powers = {}
    for cut in cuts:
        prior = DEFAULT_POWER if cut == TOTAL else groups
        power = shrunk([cut] if cut in slopes else [], prior, 3)
        powers[cut] = float(np.clip(power, *POWER_RANGE))
    return powers


def _fit(rows: pd.DataFrame, cut: str, power: float) -> Band:
    if len(rows) < ENOUGH_ERRORS:
        return default_band(cut)
    scaled = rows["own"].to_numpy() / rows["horizon"].to_numpy() ** power
    plans = rows["forecast"].to_numpy()
    level, size = _variance_by_size(scaled, plans)
    standard = np.abs(scaled) / np.sqrt(level + size / (plans + 1.0))
    rank = min(np.ceil((len(standard) + 1) * 0.8) / len(standard), 1.0)
    shocks = rows.drop_duplicates(["horizon", "origin"])
    yearly = (shocks["common"] / shocks["horizon"] ** COMMON_POWER) ** 2
    by_origin = yearly.groupby(shocks["origin"]).mean()
    prior = common_prior(cut)
    common = COMMON_PRIOR_YEARS * prior**2 + by_origin.clip(upper=(6 * prior) ** 2).sum()
    return Band(
        level=level,
        size=size,
        power=power,
        common=float(common / (COMMON_PRIOR_YEARS + len(by_origin))),
        stretch=float(np.quantile(standard, rank)) / NORMAL_80,
        errors=len(rows),
    )


def _variance_by_size(scaled: Floats, plans: Floats) -> tuple[float, float]:
    """Return a and b of `variance = a + b / plans`, from robust variances of five size bins."""
    edges = np.quantile(plans, np.linspace(0, 1, SIZE_BINS + 1))
    bins = np.clip(np.searchsorted(edges, plans, side="right") - 1, 0, SIZE_BINS - 1)
    members = [bins == number for number in range(SIZE_BINS)]
    members = [member for member in members if member.sum() >= 10]
    smallness = np.array([np.mean(1.0 / (plans[member] + 1.0)) for member in members])
    variance = np.array(
        [(MAD_TO_SD * np.median(np.abs(scaled[member]))) ** 2 for member in members]
    )
    floor = max(float(variance.mean()), 1e-8)
    if len(members) < 2 or np.ptp(smallness) == 0:
        return floor, 0.0
    size, level = np.polyfit(smallness, variance, 1)
    if size < 0:
        return floor, 0.0
    return float(max(level, 0.25 * variance.min(), 1e-8)), float(size)
