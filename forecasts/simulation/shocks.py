"""Shocks: the targets of each path, drawn from the calibrated error of past forecasts.

An error builds up year by year as a random walk whose variance at each horizon is the band's, so
that a path that is high one year stays high. Own and common (national) errors are separate walks;
an own error has Student's t tails, one scale a path. Paths come in mirrored pairs (path 1 has the
opposite shocks of path 0), which keeps the mean over paths at the central forecast with few paths.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import ndtr
from scipy.stats import chi2

from forecasts.panel import TOTAL, Floats, setting_groups
from forecasts.pooled.needs import PREFIX
from forecasts.randomness import Purpose, mirrored_normals, table
from forecasts.rates.profiles import needs
from sufficiency.errors import SufficiencyError

# How much of a total's log error a setting group shares: slopes of group errors on total errors,
# all authorities, origins 2018 to 2024, 1 to 4 years ahead. State special schools are limited by
# places, so they follow a surge in plans least. Rescaled so that the groups' mean is 1.
RESPONSE = {
    "mainstream": 1.45,
    "rp_unit": 0.6,
    "special_state": 0.35,
    "special_indep": 0.95,
    "ap": 0.9,
    "fe": 1.0,
    "other": 1.6,
}
LARGEST_SHARE = 0.6
SMALLEST_WEIGHT = 1e-3
NEWTON_STEPS = 40
FURTHEST = 1.6  # on the log scale: at most five-fold
LEAST_LEFT = 0.25  # of a band's variance, when what the simulation itself adds is taken off
GROUP_PURPOSES = (Purpose.OWN_SETTING_SHOCK, Purpose.COMMON_SETTING_SHOCK, Purpose.SETTING_TAIL)
NEED_PURPOSES = (Purpose.OWN_NEED_SHOCK, Purpose.COMMON_NEED_SHOCK, Purpose.NEED_TAIL)


@dataclass(frozen=True)
class TargetPaths:
    """What each path should meet.

    Attributes:
        total: Plans, path x year ahead.
        groups: Plans by setting group, path x year ahead x group; sums to the total.
        needs: Plans by need, path x year ahead x need; sums to the total, or is 0 throughout where
            the targets say nothing of needs.
    """

    total: Floats
    groups: Floats
    needs: Floats


@dataclass(frozen=True)
class Chance:
    """Plans that come and go by chance in a year once targets are solved: expected numbers.

    A band holds this noise already, as every past error did. The simulation adds it anew each
    year to what is solved, so it is taken off the variance of what is drawn.

    Attributes:
        total: Joiners of a year.
        groups: Plans that enter a setting group, in the order of the groups.
        needs: Plans that enter a need, in the order of the needs.
    """

    total: float = 0.0
    groups: Floats = field(default_factory=lambda: np.zeros(len(setting_groups())))
    needs: Floats = field(default_factory=lambda: np.zeros(len(needs())))


@dataclass(frozen=True)
class _Errors:
    """Central forecast, and own and common variances: year x cut; tails: cut."""

    mean: Floats
    own: Floats
    common: Floats
    tail: Floats


def target_paths(
    targets: pd.DataFrame, paths: int, years: int, seed: int, chance: Chance | None = None
) -> TargetPaths:
    """Return the targets of each path, `years` ahead.

    The total is log-normal with mean the central forecast (mean-preserving), or Student's t where
    the targets say so. Setting groups and needs share in the total's error and deviate on their
    own; the deviations' variances are solved so that, once the parts add up to the path's total,
    each part's variance is that of its band, as nearly as is possible.

    Args:
        targets: `Targets` of one authority, at least `years` ahead.
        paths: Number of paths.
        years: Years ahead.
        seed: Seed of the run.
        chance: What the simulation itself will add; nothing if left out.

    Raises:
        SufficiencyError: The targets do not reach that far.
    """
    chance = chance or Chance()
    base = int(targets["year"].min())
    total = _errors(targets, [TOTAL], years, np.array([chance.total]))
    groups = _errors(targets, list(setting_groups()), years, chance.groups)
    if total is None or groups is None:
        reached = int(targets["horizon"].max())
        raise SufficiencyError(
            f"The targets reach {reached} years ahead, but {years} were asked for. "
            "Make the targets for as many years."
        )
    common = _walks(total.common, paths, base, seed, Purpose.COMMON_SHOCK)
    own = _walks(total.own, paths, base, seed, Purpose.OWN_SHOCK)
    own *= _tails(total.tail, paths, base, seed, Purpose.TOTAL_TAIL)
    log = np.clip(own + common, -FURTHEST, FURTHEST) - (total.own + total.common) / 2
    drawn = total.mean[:, 0] * np.exp(log[:, :, 0])
    shocks = ((own, total.own), (common, total.common))

    def parts(errors: _Errors, response: Floats, purposes: tuple[Purpose, ...]) -> Floats:
        return _parts(errors, shocks, drawn, response, paths, base, seed, purposes)

    by_need = _errors(targets, [PREFIX + need for need in needs()], years, chance.needs)
    return TargetPaths(
        total=drawn,
        groups=parts(groups, np.array([RESPONSE[g] for g in setting_groups()]), GROUP_PURPOSES),
        needs=np.zeros((paths, years, len(needs())))
        if by_need is None
        else parts(by_need, np.ones(len(needs())), NEED_PURPOSES),
    )


def _errors(targets: pd.DataFrame, cuts: list[str], years: int, chance: Floats) -> _Errors | None:
    """Read the targets of some cuts; None where they lack one or do not reach far enough."""
    ahead = targets[targets["horizon"].between(1, years) & targets["cut"].isin(cuts)]
    if ahead.groupby("cut")["horizon"].nunique().reindex(cuts, fill_value=0).min() < years:
        return None

    def wide(column: str) -> Floats:
        return ahead.pivot(index="horizon", columns="cut", values=column)[cuts].to_numpy(float)

    mean = wide("mean")
    own, common = wide("own_sd") ** 2, wide("common_sd") ** 2
    own = np.maximum(own - chance / np.maximum(mean, 1e-9) ** 2, LEAST_LEFT * own)
    return _Errors(mean, np.maximum.accumulate(own, axis=0), common, wide("tail")[0])


def _parts(
    errors: _Errors,
    shocks: tuple[tuple[Floats, Floats], tuple[Floats, Floats]],
    total: Floats,
    response: Floats,
    paths: int,
    base: int,
    seed: int,
    purposes: tuple[Purpose, ...],
) -> Floats:
    """Targets of the parts of a total, path x year x part."""
    shares = errors.mean / np.maximum(errors.mean.sum(axis=1, keepdims=True), 1e-9)
    response = response / np.maximum(shares @ response, 1e-9)[:, None]
    tails = _tails(errors.tail, paths, base, seed, purposes[2])
    log = np.zeros((paths, *errors.mean.shape))
    spread, whole = np.zeros(errors.mean.shape), np.zeros(errors.mean.shape)
    for (shock, shared), variance, purpose, tail in (
        (shocks[0], errors.own, purposes[0], tails),
        (shocks[1], errors.common, purposes[1], np.ones_like(tails)),
    ):
        deviation = _deviation_variance(variance - response**2 * shared, errors.mean)
        log += response * shock - response**2 * shared / 2
        log += _walks(deviation, paths, base, seed, purpose) * tail - deviation / 2
        spread += deviation
        whole += deviation + response**2 * shared
    parts = errors.mean * np.exp(np.clip(log, -2 * FURTHEST, FURTHEST))
    parts /= _mean_if_capped(whole)
    return _adding_up(parts, spread * errors.mean + SMALLEST_WEIGHT, total)


def _mean_if_capped(variance: Floats) -> Floats:
    """Mean of a log-normal factor of mean 1 once it is held to at most exp(FURTHEST)."""
    spread = np.sqrt(np.maximum(variance, 1e-12))
    within = ndtr((FURTHEST - variance / 2) / spread)
    return within + np.exp(FURTHEST) * ndtr(-(FURTHEST + variance / 2) / spread)


def _adding_up(parts: Floats, weight: Floats, total: Floats) -> Floats:
    """Parts moved to sum to the total, on the log scale, each in proportion to its weight.

    With weights of variance x plans this is least-squares reconciliation on the log scale: a part
    that is hard to forecast moves most, and none turns negative. Newton's method finds the move.
    """
    pull = weight / weight.max(axis=1, keepdims=True)
    move = np.zeros_like(total)
    for _ in range(NEWTON_STEPS):
        moved = parts * np.exp(move[:, :, None] * pull)
        step = (moved.sum(axis=2) - total) / np.maximum((moved * pull).sum(axis=2), 1e-9)
        move = move - np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-9:
            break
    moved = parts * np.exp(move[:, :, None] * pull)
    return moved * (total / np.maximum(moved.sum(axis=2), 1e-9))[:, :, None]


def _walks(variance: Floats, paths: int, base: int, seed: int, purpose: Purpose) -> Floats:
    """Log errors, path x year x column: mirrored random walks with the given variance."""
    reached = np.maximum.accumulate(variance, axis=0)
    steps = np.sqrt(np.diff(reached, axis=0, prepend=0.0))
    years, columns = variance.shape
    drawn = mirrored_normals(seed, paths, base + 1, years, purpose, columns)
    return np.cumsum(drawn * steps, axis=1)


def _tails(freedom: Floats, paths: int, base: int, seed: int, purpose: Purpose) -> Floats:
    """Scales that give a normal error of the same variance Student's t tails, path x 1 x column.

    One a path and column, alike for both of a mirrored pair; 1 where the freedom is 0 (normal).
    """
    drawn = table(seed, (paths + 1) // 2, base, 1, int(purpose), len(freedom))
    heavy = freedom > 2.0
    nu = np.where(heavy, freedom, 4.0)
    scale = np.where(heavy, np.sqrt((nu - 2.0) / chi2.ppf(drawn, nu)), 1.0)
    return np.repeat(scale, 2, axis=0)[:paths]


def _deviation_variance(wanted: Floats, mean: Floats) -> Floats:
    """Variance of each part's own deviation before it adds up to the total, year x part.

    With variances a (in plans squared), adding up to the total leaves part g with
    `a_g - a_g^2 / sum(a)`. Fixed-point iteration finds a; a part that alone outweighs the others
    keeps less than its band, as the total then says most of what can be known of it.
    """
    plans = np.maximum(wanted, 0.0) * mean**2
    before = plans.copy()
    for _ in range(50):
        share = before / np.maximum(before.sum(axis=1, keepdims=True), 1e-9)
        before = plans / (1.0 - np.minimum(share, LARGEST_SHARE))
    log = before / np.maximum(mean, 1e-9) ** 2
    return np.maximum.accumulate(log, axis=0)
