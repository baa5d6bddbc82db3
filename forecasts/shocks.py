"""Shocks: the targets of each path, drawn from the calibrated error of past forecasts.

An error builds up year by year as a random walk whose variance at each horizon is the band's, so
that a path that is high one year stays high. Own and common (national) errors are separate walks.
Paths come in mirrored pairs (path 1 has the opposite shocks of path 0), which keeps the mean over
paths at the central forecast with few paths.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from forecasts.panel import TOTAL, Floats, setting_groups
from forecasts.randomness import Purpose, normals, stream
from sufficiency.errors import SufficiencyError


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

    The total is log-normal with mean the central forecast (mean-preserving). Setting groups deviate
    from their central share; the deviations' variances are solved so that, after rescaling to the
    path's total, each group's own variance is that of its band (as nearly as is possible).

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
    log_total = np.zeros((paths, years))
    log_group = np.zeros((paths, years, len(cuts) - 1))
    for column, whole, part in (
        ("own_sd", Purpose.OWN_SHOCK, Purpose.OWN_SETTING_SHOCK),
        ("common_sd", Purpose.COMMON_SHOCK, Purpose.COMMON_SETTING_SHOCK),
    ):
        variance = wide[column][cuts].to_numpy() ** 2
        deviation = _deviation_variance(variance[:, 1:], variance[:, 0], shares)
        log_total += _walks(variance[:, :1], paths, base, seed, whole)[:, :, 0]
        log_group += _walks(deviation, paths, base, seed, part)
    total = mean[:, 0] * np.exp(log_total)
    groups = mean[:, 1:] * np.exp(log_group)
    groups *= (total / np.maximum(groups.sum(axis=2), 1e-9))[:, :, None]
    return TargetPaths(total, groups)


def _walks(variance: Floats, paths: int, base: int, seed: int, purpose: Purpose) -> Floats:
    """Log errors, path x year x column: random walks with the given variance, exp() of mean 1."""
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
    return mirrored - reached / 2


def _deviation_variance(groups: Floats, total: Floats, shares: Floats) -> Floats:
    """Variance of each group's deviation before rescaling, year x group.

    With deviations d and shares w, rescaling leaves group g with the total's variance plus
    `v_g (1 - 2 w_g) + sum_k w_k^2 v_k`. Non-negative least squares finds v.
    """
    solved = np.zeros_like(groups)
    for year, share in enumerate(shares):
        matrix = np.diag(1.0 - 2.0 * share) + np.tile(share**2, (len(share), 1))
        wanted = np.maximum(groups[year] - total[year], 0.0)
        solved[year] = nnls(matrix, wanted)[0]
    return solved
