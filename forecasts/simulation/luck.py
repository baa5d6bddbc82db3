"""Luck: how the rates of each path differ from their estimate, and drift from year to year.

One draw a path says that the rates are not known; a random walk on top says that they do not stay
what they are. Every draw is a factor around 1, with mean 1, and keyed by path, year and cell.
"""

from dataclasses import dataclass

import numpy as np

from forecasts.panel import Floats, setting_groups
from forecasts.randomness import Purpose, mirrored_normals
from forecasts.rates.certainty import AGE_CLASSES
from forecasts.rates.model import Rates
from forecasts.simulation.course import Course
from sufficiency.terms import OUTSIDE

FURTHEST = 2.0  # a class with hardly any plans says too little to be drawn from further out
LEAST_SPREAD_LEFT = 0.2  # of the variance of shares: where nearly all live in one place


@dataclass(frozen=True)
class Luck:
    """Factors of each path. C age classes, N needs, G setting groups, L localities.

    Attributes:
        leave: On the odds of leaving, path x year ahead x C x G.
        join: On joiners, path x year ahead x C x N.
        move: On the odds of changing setting, path x C x G moved from.
        place: On joiners of a locality, path x year ahead x L; 1 on average over the residents of
            the base year, so that neither rates nor later residents change it.
    """

    leave: Floats
    join: Floats
    move: Floats
    place: Floats


def draw_luck(rates: Rates, course: Course, paths: int, base: int, seed: int) -> Luck:
    """Return the luck of every path.

    Args:
        rates: Whose `certainty` says how far rates may be from their estimate.
        course: The unmitigated course, for its years and localities.
        paths: Number of paths.
        base: Base census year.
        seed: Seed of the run.
    """
    sure, years = rates.certainty, course.years
    kinds = len(AGE_CLASSES)
    groups, needs, places = len(setting_groups()), len(rates.needs), len(course.localities)

    def once(purpose: Purpose, spread: Floats) -> Floats:
        drawn = mirrored_normals(seed, paths, base, 1, purpose, spread.size)
        return drawn.reshape(paths, *spread.shape) * spread

    def walked(purpose: Purpose, spread: Floats) -> Floats:
        steps = mirrored_normals(seed, paths, base + 1, years, purpose, spread.size)
        return np.cumsum(steps * spread, axis=1)

    ahead = np.arange(1, years + 1)
    leave = once(Purpose.LEAVE_RATE, sure.leave)[:, None] + walked(
        Purpose.LEAVE_DRIFT, sure.drift_leave
    ).reshape(paths, years, kinds, 1)
    leave_variance = sure.leave**2 + ahead[:, None, None] * sure.drift_leave[:, None] ** 2
    join = once(Purpose.JOIN_RATE, sure.join)[:, None] + walked(
        Purpose.JOIN_DRIFT, sure.drift_join
    ).reshape(paths, years, 1, needs)
    join_variance = sure.join**2 + ahead[:, None, None] * sure.drift_join**2
    known = dict(zip(rates.localities, sure.place, strict=False))
    spread = np.array(
        [0.0 if n == OUTSIDE else known.get(n, sure.place_elsewhere) for n in course.localities]
    )
    inside = np.array([name != OUTSIDE for name in course.localities], dtype=float)
    # Held to a sum, shares spread less than what they are drawn with: the fewer places, the less.
    wider = 1.0 / np.sqrt(max(1.0 - float((course.residents**2).sum()), LEAST_SPREAD_LEFT))
    place = once(Purpose.PLACE_RATE, wider * spread)[:, None] + walked(
        Purpose.PLACE_DRIFT, wider * sure.drift_place * inside
    )
    factor = np.exp(np.clip(place, -FURTHEST, FURTHEST))
    if course.residents.any():
        factor[..., inside > 0] /= (factor @ course.residents)[..., None]
    return Luck(
        leave=_factors(leave, leave_variance),
        join=_factors(join, join_variance),
        move=_factors(once(Purpose.MOVE_RATE, sure.move), sure.move**2).reshape(
            paths, kinds, groups
        ),
        place=factor.reshape(paths, years, places),
    )


def _factors(log: Floats, variance: Floats) -> Floats:
    return np.exp(np.clip(log, -FURTHEST, FURTHEST) - np.minimum(variance, FURTHEST) / 2)
