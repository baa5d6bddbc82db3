"""Joining by linked years: how many, at which age, with which need, placed where."""

import numpy as np

from forecasts.panel import Floats
from forecasts.rates.certainty import AGE_CLASSES, class_of_age
from forecasts.rates.defaults import AGES
from forecasts.rates.linked import Steps
from forecasts.rates.movement import NOT_RECORDED, allowed
from forecasts.rates.placement import by_need
from forecasts.rates.profiles import settings
from forecasts.rates.shrinkage import pooled_variance, shrunk_counts, spread_after, summed

FEWEST = 1e-4
# After a round, shares of an age no longer add up; one more brings settings back to own joiners.
ROUNDS = 2


def linked_joiners(join: Floats, steps: Steps) -> tuple[Floats, Floats]:
    """Return joiners a year (age x need), and the spread about them.

    The number is the weighted mean of the years. Its parts are the published ones, shifted by own
    joiners by age, then by age class and need, then by single age and need, each as far as counts
    can bear.

    Args:
        join: Joiners by published tables, age x need.
        steps: Counts of linked years.

    Returns:
        Joiners; and the standard deviation of their log, age class x need.
    """
    own = steps.mean(steps.joined).sum(axis=2)
    if own.sum() <= 0:
        return join, np.zeros((len(AGE_CLASSES), join.shape[1]))
    made = _all_seen(join / join.sum(), own / own.sum()) * own.sum()
    classes, kinds = len(AGE_CLASSES), join.shape[1]
    ages = np.repeat(np.arange(AGES)[:, None], kinds, axis=1)
    need = np.repeat(np.arange(kinds)[None], AGES, axis=0)
    class_need = class_of_age()[:, None] * kinds + need
    variance = np.zeros(classes * kinds)
    for cell in (ages, class_need, ages * kinds + need):
        count = int(cell.max()) + 1
        found = shrunk_counts(summed(own, cell, count), summed(made, cell, count))
        made = made * np.exp(found.step[cell])
        made *= own.sum() / made.sum()
        variance += pooled_variance(found.spread, made, cell, class_need)
    sd = spread_after(variance, summed(made, class_need, len(variance)))
    a_year = own.sum() / steps.weights.sum()
    return made * (a_year / made.sum()), sd.reshape(classes, kinds)


def _all_seen(published: Floats, own: Floats) -> Floats:
    """Shares by age and need; own margins where published tables have no plan of either."""
    margins = []
    for axis in (1, 0):
        known, seen = published.sum(axis=axis), own.sum(axis=axis)
        margins.append(np.where(known > 0, known, seen))
    apart = np.outer(*margins)
    unknown = (published.sum(axis=1) <= 0)[:, None] | (published.sum(axis=0) <= 0)[None]
    made = np.where(unknown, apart, published + FEWEST * apart)
    return made / made.sum()


def linked_placement(join_setting: Floats, affinity: Floats, steps: Steps) -> Floats:
    """Return shares of settings among joiners (age x setting), shifted by own joiners by age class.

    Own joiners are held against those that the shares and the affinity of their needs lead to.
    Placement not recorded keeps its share.

    Args:
        join_setting: Shares by published tables, age x setting.
        affinity: How much likelier a setting is for a need, need x setting.
        steps: Counts of linked years.
    """
    lost = np.isin(settings(), NOT_RECORDED)
    can_go = allowed(settings()) & ~lost
    joined = np.where(can_go[:, None], steps.mean(steps.joined), 0.0)
    own, by_age_need = joined.sum(axis=1), joined.sum(axis=2, keepdims=True)
    recorded = 1.0 - join_setting[:, lost].sum(axis=1, keepdims=True)
    made = np.where(can_go, join_setting + FEWEST, 0.0)
    count = len(AGE_CLASSES) * made.shape[1]
    cell = class_of_age()[:, None] * made.shape[1] + np.arange(made.shape[1])
    for _ in range(ROUNDS):
        expected = (by_age_need * by_need(made, affinity)).sum(axis=1)
        found = shrunk_counts(summed(own, cell, count), summed(expected, cell, count))
        made = made * np.exp(found.step[cell])
    made = made / np.maximum(made.sum(axis=1, keepdims=True), 1e-12)
    return np.where(lost, join_setting, made * recorded)
