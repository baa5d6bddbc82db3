"""Leaving by linked years: chances by age and setting, shrunk to those of published tables.

Own leavers shift the published chances first all alike, then by age class and setting group, then
by single age and setting; each time as far as the counts can bear (`shrinkage`).
"""

import numpy as np
from numpy.typing import NDArray

from forecasts.panel import Floats, setting_groups
from forecasts.rates.certainty import AGE_CLASSES, class_of_age
from forecasts.rates.defaults import AGES
from forecasts.rates.linked import Steps
from forecasts.rates.profiles import settings
from forecasts.rates.shrinkage import (
    pooled_variance,
    shrunk_chances,
    spread_after,
    stepped_chance,
    summed,
)
from sufficiency.terms import lookup

LEAST_LEAVE = 1e-4


def group_of_setting() -> NDArray[np.int64]:
    """Return the place in `setting_groups` of each setting."""
    groups = lookup("settings", "setting_group")
    return np.array([setting_groups().index(groups[code]) for code in settings()], dtype=np.int64)


def linked_leave(leave: Floats, steps: Steps) -> tuple[Floats, Floats]:
    """Return chances of leaving (age x setting), and the spread about them.

    Args:
        leave: Chances by published tables, age x setting; 1 stays 1.
        steps: Counts of linked years.

    Returns:
        The chances; and the standard deviation of the log odds, age class x setting group, all
        levels of shrinkage together, cells weighed by how many leave.
    """
    left = steps.mean(steps.left).sum(axis=1)
    held = steps.mean(steps.held).sum(axis=1)
    certain = leave >= 1.0
    made = np.where(certain, leave, np.maximum(leave, LEAST_LEAVE))
    held, left = np.where(certain, 0.0, held), np.where(certain, 0.0, left)
    age_class = np.repeat(class_of_age()[:, None], leave.shape[1], axis=1)
    group = np.repeat(group_of_setting()[None], AGES, axis=0)
    count = len(setting_groups())
    class_group = age_class * count + group
    levels = (np.zeros_like(group), class_group, np.arange(leave.size).reshape(leave.shape))
    variance, told = np.zeros(len(AGE_CLASSES) * count), held
    for cell in levels:
        found = shrunk_chances(
            left.ravel(), held.ravel(), made.ravel(), cell.ravel(), int(cell.max()) + 1
        )
        made = stepped_chance(made, found.step[cell])
        told = held * made * (1.0 - made)
        variance += pooled_variance(found.spread, told, cell, class_group)
    sd = spread_after(variance, summed(told, class_group, len(variance)))
    return made, sd.reshape(len(AGE_CLASSES), count)
