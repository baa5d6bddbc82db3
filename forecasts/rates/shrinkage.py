"""Shrinkage: an authority's own counts against those expected, and how far to believe them.

Each cell's rate lies about the expected one by an unknown step on the log scale (log odds for
chances). How far such steps go is not set but learned: every spread of `SPREADS` is weighed by how
well it explains all the cells together (empirical Bayes, with the spread averaged over rather than
taken as known, so that few cells do not pretend to certainty). A cell is then led from the expected
rate towards its own as far as its count can bear: small cells hardly, large ones nearly wholly.
Integrals are sums over a grid of steps, so zero counts need no special case.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_expit, logit

from forecasts.panel import Floats

STEPS = np.linspace(-4.0, 4.0, 161)
SPREADS = np.array([0.02, 0.04, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.55, 0.75, 1.0, 1.4])
# Before any cell is seen, half of all spreads are taken to be under 0.2 (half-Cauchy).
USUAL_SPREAD = 0.2
ALMOST = 1e-6
LEAST = 1e-300


@dataclass(frozen=True)
class Shrunk:
    """Steps from the expected rates, one a cell.

    Attributes:
        step: Mean of the step on the log scale (log odds for chances).
        sd: How sure it is: standard deviation of the step.
        spread: How far steps go among such cells, the learned standard deviation.
        evidence: Log likelihood of all counts, spreads averaged over.
    """

    step: Floats
    sd: Floats
    spread: float
    evidence: float


def shrunk_chances(
    came: Floats, of: Floats, expected: Floats, cell: NDArray[np.int64], cells: int
) -> Shrunk:
    """Return how far own chances lie from those expected, on the log-odds scale.

    Args:
        came: How many did, one a row; may be weighted counts.
        of: Out of how many.
        expected: Expected chance, one a row, between 0 and 1.
        cell: Which cell each row belongs to; rows of a cell share one step.
        cells: How many cells there are.
    """
    held = of > 0
    came, of, cell = came[held], of[held], cell[held]
    stepped = logit(np.clip(expected[held], ALMOST, 1.0 - ALMOST))[:, None] + STEPS
    likely = came[:, None] * log_expit(stepped) + (of - came)[:, None] * log_expit(-stepped)
    by_cell = np.zeros((cells, len(STEPS)))
    np.add.at(by_cell, cell, likely)
    return _shrunk(by_cell)


def shrunk_counts(own: Floats, expected: Floats) -> Shrunk:
    """Return how far own counts lie from those expected, on the log scale.

    Args:
        own: Counts, one a cell; may be weighted.
        expected: Expected counts on the same footing; a cell that expects none tells nothing.
    """
    own = np.where(expected > 0, own, 0.0)
    return _shrunk(own[:, None] * STEPS - expected[:, None] * np.exp(STEPS))


def summed(values: Floats, cell: NDArray[np.int64], cells: int) -> Floats:
    """Return values summed by cell, cells numbered from 0."""
    return np.bincount(cell.ravel(), values.ravel(), cells).astype(np.float64)


def stepped_chance(chance: Floats, step: Floats) -> Floats:
    """Return chances moved by a step of their log odds; those of 0 and 1 stay."""
    inside = (chance > 0) & (chance < 1)
    odds = np.divide(chance, 1.0 - chance, out=np.zeros_like(chance), where=inside) * np.exp(step)
    return np.where(inside, odds / (1.0 + odds), chance)


def pooled_variance(
    spread: float, told: Floats, cell: NDArray[np.int64], whole: NDArray[np.int64]
) -> Floats:
    """Return the variance of steps of larger cells, before any count, from that of the cells.

    The step of a larger cell is the mean of its rows', weighed by how much each tells; rows of one
    cell move together, cells move apart. Where no row tells anything, rows count alike.

    Args:
        spread: Standard deviation of the cells' steps.
        told: What each row tells: plans x chance x (1 - chance), or joiners.
        cell: The cell of each row.
        whole: The larger cell of each row, numbered from 0 without gaps.
    """
    count = int(whole.max()) + 1
    weight = np.where(summed(told, whole, count)[whole] > 0, told, 1.0)
    pair, place = np.unique(np.stack([whole.ravel(), cell.ravel()]), axis=1, return_inverse=True)
    share = summed(weight, place, pair.shape[1]) / summed(weight, whole, count)[pair[0]]
    return summed((share * spread) ** 2, pair[0], count)


def spread_after(variance: Floats, told: Floats) -> Floats:
    """Return the standard deviation left once counts are seen (normal approximation).

    Args:
        variance: Before any count, all levels of shrinkage together.
        told: What the counts tell, the inverse of their own variance.
    """
    return np.sqrt(variance / (1.0 + variance * told))


def _shrunk(likely: Floats) -> Shrunk:
    """Weigh every spread by all cells together, and average steps over spreads."""
    peak = likely.max(axis=1, keepdims=True)
    chance = np.exp(likely - peak)
    before = np.exp(-0.5 * (STEPS / SPREADS[:, None]) ** 2)
    before /= before.sum(axis=1, keepdims=True)
    fit = np.log(np.maximum(chance @ before.T, LEAST)).sum(axis=0)
    usual = np.gradient(SPREADS) / (1.0 + (SPREADS / USUAL_SPREAD) ** 2)
    weights = np.exp(fit - fit.max()) * usual
    evidence = float(fit.max() + np.log(weights.sum() / usual.sum()) + peak.sum())
    weights /= weights.sum()
    mean, square = np.zeros(len(likely)), np.zeros(len(likely))
    for weight, prior in zip(weights, before, strict=True):
        after = chance * prior
        after /= np.maximum(after.sum(axis=1, keepdims=True), LEAST)
        mean += weight * (after @ STEPS)
        square += weight * (after @ STEPS**2)
    variance = np.maximum(square - mean**2, 0.0)
    return Shrunk(mean, np.sqrt(variance), float(np.sqrt(weights @ SPREADS**2)), evidence)
