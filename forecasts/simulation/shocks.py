"""Shocks: the targets of each path, drawn from the calibrated error of past forecasts.

An error builds up year by year as a random walk whose variance at each horizon is the band's, so
that a path that is high one year stays high. Own and common (national) errors are separate walks.
Paths come in mirrored pairs (path 1 has the opposite shocks of path 0), which keeps the mean over
paths at the central forecast with few paths.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasts.panel import TOTAL, Floats, setting_groups
from forecasts.randomness import Purpose, normals, stream
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


@dataclass(frozen=True)
class TargetPaths:
    """What each path should meet.

    Attributes:
        total: Plans, path x year ahead.
        groups: Plans by setting group, path x year ahead x group; sums to the total.
    """

    total: Floats
    groups: Floats


def target_paths(targets: pd.DataFrame, paths: int, years: int, seed: int) -> TargetPaths:
    """Return the targets of each path, `years` ahead.

    The total is log-normal with mean the central forecast (mean-preserving). Setting groups share
    in the total's error and deviate on their own; the deviations' variances are solved so that,
    once the groups add up to the path's total, each group's variance is that of its band, as
    nearly as is possible.

    Args:
        targets: `Targets` of one authority, at least `years` ahead.
        paths: Number of paths.
        years: Years ahead.
        seed: Seed of the run.

    Raises:
        SufficiencyError: The targets do not reach that far.
    """
    base = int(targets["year"].min())
    ahead = targets[(targets["horizon"] >= 1) & (targets["horizon"] <= years)]
    ahead = ahead.sort_values("horizon", kind="stable")
    wide = {
        column: ahead.pivot(index="horizon", columns="cut", values=column)
        for column in ("mean", "own_sd", "common_sd")
    }
    cuts = [TOTAL, *setting_groups()]
    if len(wide["mean"]) < years or not set(cuts) <= set(wide["mean"].columns):
        raise SufficiencyError(
            f"The targets reach {len(wide['mean'])} years ahead, but {years} were asked for. "
            "Make the targets for as many years."
        )
    mean = wide["mean"][cuts].to_numpy()
    shares = mean[:, 1:] / np.maximum(mean[:, 1:].sum(axis=1, keepdims=True), 1e-9)
    response = np.array([RESPONSE[group] for group in setting_groups()])
    response = response / np.maximum(shares @ response, 1e-9)[:, None]
    log_total = np.zeros((paths, years))
    log_group = np.zeros((paths, years, len(cuts) - 1))
    spread = np.zeros((years, len(cuts) - 1))
    for column, whole, part in (
        ("own_sd", Purpose.OWN_SHOCK, Purpose.OWN_SETTING_SHOCK),
        ("common_sd", Purpose.COMMON_SHOCK, Purpose.COMMON_SETTING_SHOCK),
    ):
        variance = wide[column][cuts].to_numpy() ** 2
        shared = variance[:, :1]
        deviation = _deviation_variance(variance[:, 1:] - response**2 * shared, mean[:, 1:])
        shock = _walks(shared, paths, base, seed, whole)
        log_total += shock[:, :, 0] - shared[:, 0] / 2
        log_group += response * shock - response**2 * shared / 2
        log_group += _walks(deviation, paths, base, seed, part) - deviation / 2
        spread += deviation
    total = mean[:, 0] * np.exp(log_total)
    groups = mean[:, 1:] * np.exp(log_group)
    return TargetPaths(total, _adding_up(groups, spread * mean[:, 1:] + SMALLEST_WEIGHT, total))


def _adding_up(groups: Floats, weight: Floats, total: Floats) -> Floats:
    """Groups moved to sum to the total, on the log scale, each in proportion to its weight.

    With weights of variance x plans this is least-squares reconciliation on the log scale: a group
    that is hard to forecast moves most, and none turns negative. Newton's method finds the move.
    """
    pull = weight / weight.max(axis=1, keepdims=True)
    move = np.zeros_like(total)
    for _ in range(NEWTON_STEPS):
        moved = groups * np.exp(move[:, :, None] * pull)
        slope = np.maximum((moved * pull).sum(axis=2), 1e-9)
        move = move - np.clip((moved.sum(axis=2) - total) / slope, -1.0, 1.0)
    moved = groups * np.exp(move[:, :, None] * pull)
    return moved * (total / np.maximum(moved.sum(axis=2), 1e-9))[:, :, None]


def _walks(variance: Floats, paths: int, base: int, seed: int, purpose: Purpose) -> Floats:
    """Log errors, path x year x column: mirrored random walks with the given variance."""
    reached = np.maximum.accumulate(variance, axis=0)
    steps = np.sqrt(np.diff(reached, axis=0, prepend=0.0))
    columns = np.arange(variance.shape[1], dtype=np.uint64)
    drawn = np.stack(
        [
            [
                normals(stream(seed, pair, base + 1 + year, purpose), columns)
                for year in range(len(variance))
            ]
            for pair in range((paths + 1) // 2)
        ]
    )
    walks = np.cumsum(drawn * steps, axis=1)
    mirrored = np.stack([walks, -walks], axis=1).reshape(-1, *walks.shape[1:])[:paths]
    return mirrored


def _deviation_variance(wanted: Floats, mean: Floats) -> Floats:
    """Variance of each group's own deviation before reconciling to the total, year x group.

    With variances a (in plans squared), adding up to the total leaves group g with
    `a_g - a_g^2 / sum(a)`. Fixed-point iteration finds a; a group that alone outweighs the others
    keeps less than its band, as the total then says most of what can be known of it.
    """
    plans = np.maximum(wanted, 0.0) * mean**2
    before = plans.copy()
    for _ in range(50):
        share = before / np.maximum(before.sum(axis=1, keepdims=True), 1e-9)
        before = plans / (1.0 - np.minimum(share, LARGEST_SHARE))
    log = before / np.maximum(mean, 1e-9) ** 2
    return np.maximum.accumulate(log, axis=0)
