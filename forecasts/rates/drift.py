"""Drift: how far rates wander from year to year, learned from linked years where there are enough.

Only how parts differ from the whole is looked at: a year in which everything went up, such as one
in which a backlog was cleared, is for the forecast total to bear.
"""

import numpy as np

from forecasts.panel import Floats

# Shares of age bands among new plans of all authorities, calendar 2010 to 2013 and 2015 to 2021,
# wandered by 0.09 to 0.10 a year (log scale; sampling and passing shocks taken off, differences
# over one, two and three years compared).
USUAL_JOIN = 0.10
# By like reasoning: leaving by age class is published for two years only, and homes not at all, so
# these two are assumptions.
USUAL_LEAVE, USUAL_PLACE = 0.10, 0.05
FEWEST_STEPS = 4
USUAL_WEIGHT = 12.0
COUNT_FROM = 10.0


def yearly_drift(counts: Floats, of: Floats, usual: float) -> float:
    """Return the standard deviation of a year's step of the log of a part's share.

    If shares wander, two years apart they differ more than one year apart; passing shocks do not.
    So the difference between the two mean squares is the variance of a step, sampling taken off. It
    is averaged with the usual one, which counts as `USUAL_WEIGHT` steps of well-filled parts.

    Args:
        counts: Year x part.
        of: What each part is a share of, year x part.
        usual: Assumed where there are fewer than four years, or parts are too small to tell.
    """
    if len(counts) < FEWEST_STEPS:
        return usual
    kept = (counts.min(axis=0) >= COUNT_FROM) & (of.min(axis=0) > 0)
    counts, of = counts[:, kept], of[:, kept]
    if counts.size == 0:
        return usual
    level = np.log(counts / of)
    level = level - np.average(level, axis=1, weights=counts.sum(axis=0))[:, None]
    noise = 1.0 / counts
    squares, told = [], 0.0
    for apart in (1, 2):
        sampling = noise[apart:] + noise[:-apart]
        weight = usual**2 / (usual**2 + sampling)
        excess = (level[apart:] - level[:-apart]) ** 2 - sampling
        squares.append(float((weight * excess).sum() / weight.sum()))
        told = float(weight.sum())
    step = float(np.clip(squares[1] - squares[0], 0.0, max(squares[0], 0.0)))
    return float(np.sqrt((told * step + USUAL_WEIGHT * usual**2) / (told + USUAL_WEIGHT)))
