"""Ages: factors by age class and year with which the expected age mix follows the pooled one.

Solved once, in expectation, before any path is run: the young by how many join, those of 16 and
over by how many leave. They are alike in every path; each path is then brought to its own total.
"""

import numpy as np
import pandas as pd

from forecasts.panel import AGE_BANDS, Floats
from forecasts.rates.certainty import AGE_CLASSES, class_of_age
from forecasts.simulation.course import Course
from forecasts.simulation.solving import odds_times

JOINING_CLASSES = 3  # ages 0 to 15 are moved by who joins, 16 and over by who leaves
FACTOR_RANGE = (1 / 3, 3.0)
TRIES = 12
DAMPED = 0.7


def age_factors(start: Floats, course: Course, targets: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return factors on joiners and on the odds of leaving, each year ahead x age class.

    Both are 1 where the targets say nothing of ages.

    Args:
        start: Plans at the base census, age x need x setting.
        course: The unmitigated course.
        targets: `Targets`; rows of dimension age_band and the total are read.
    """
    years, classes = course.years, len(AGE_CLASSES)
    join, leave = np.ones((years, classes)), np.ones((years, classes))
    wanted = _wanted(targets, years)
    if wanted is None:
        return join, leave
    stock = start
    for year in range(years):
        for _ in range(TRIES):
            after, joined, lost = _expected(stock, course, year, join[year], leave[year])
            reached = _by_class(after.sum(axis=(1, 2)))
            reached *= wanted[year].sum() / max(reached.sum(), 1e-9)
            gap = DAMPED * (wanted[year] - reached)
            for place in range(classes):
                if place < JOINING_CLASSES:
                    change = gap[place] / max(joined[place], 1e-9)
                    join[year, place] = np.clip(join[year, place] * (1 + change), *FACTOR_RANGE)
                else:
                    change = gap[place] / max(lost[place], 1e-9)
                    leave[year, place] = np.clip(leave[year, place] * (1 - change), *FACTOR_RANGE)
        after, _, _ = _expected(stock, course, year, join[year], leave[year])
        stock = after * (wanted[year].sum() / max(after.sum(), 1e-9))
    return join, leave


def _wanted(targets: pd.DataFrame, years: int) -> Floats | None:
    rows = targets[(targets["dimension"] == "age_band") & targets["horizon"].between(1, years)]
    if rows.empty:
        return None
    wide = rows.pivot(index="horizon", columns="cut", values="mean")
    return wide[list(AGE_BANDS)].to_numpy()


def _by_class(by_age: Floats) -> Floats:
    summed = np.zeros(len(AGE_CLASSES))
    np.add.at(summed, class_of_age(), by_age)
    return summed


def _expected(
    stock: Floats, course: Course, year: int, join: Floats, leave: Floats
) -> tuple[Floats, Floats, Floats]:
    """Expected plans a year on (age x need x setting), joiners and leavers of each class.

    Leavers are those who would be of the class a year on, for they are whom it then lacks.
    """
    of_age = class_of_age()
    chance = odds_times(course.leave[year], leave[of_age][:, None])
    staying = stock * (1.0 - chance[:, None])
    kept = np.einsum("ans,ank->aks", staying, course.change_need)
    moved = np.einsum("ans,anst->ant", kept, course.move)
    joining = course.join[year].sum(axis=2) * join[of_age][:, None]
    after = joining[..., None] * course.join_setting
    after[1:] += moved[:-1]
    lost = np.zeros(len(of_age))
    lost[1:] = (stock * chance[:, None]).sum(axis=(1, 2))[:-1]
    return after, _by_class(joining.sum(axis=1)), _by_class(lost)
