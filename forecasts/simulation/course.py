"""The course: all that moves plans, year by year, as arrays the kernel reads.

A scenario changes a course and nothing else; factors are frozen on the unmitigated one.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.panel import Floats, setting_groups
from forecasts.randomness import CERTAIN
from forecasts.rates.defaults import AGES
from forecasts.rates.model import Rates
from sufficiency.terms import OUTSIDE, lookup

NCY_OF_AGE_0 = -4


@dataclass(frozen=True)
class Course:
    """Rates year by year. Y years ahead, A ages, N needs, S settings, L localities, G groups.

    Attributes:
        needs: Need codes in the order of the arrays.
        settings: Setting codes in the order of the arrays.
        localities: Home localities in the order of the arrays.
        join: Joiners expected without factors, Y x A x N x L; age at the end of the year.
        leave: Chance of leaving within the year, Y x A x S.
        join_setting: Odds of each setting for a joiner, A x N x S; rows sum to 1.
        move: Odds of each setting a year on, A x N x S from x S to; rows sum to 1.
        change_need: Chance of each need a year on, A x N x N; rows sum to 1.
        residents: Share of the base year's residents in each locality, L; 0 outside.
    """

    needs: tuple[str, ...]
    settings: tuple[str, ...]
    localities: tuple[str, ...]
    join: Floats
    leave: Floats
    join_setting: Floats
    move: Floats
    change_need: Floats
    residents: Floats

    @property
    def years(self) -> int:
        """Years ahead."""
        return len(self.join)

    def group_of_setting(self) -> NDArray[np.int64]:
        """Return the setting group of each setting, as its place in `setting_groups`."""
        names = lookup("settings", "setting_group")
        return np.array([setting_groups().index(names[code]) for code in self.settings])

    def in_groups(self, odds: Floats) -> Floats:
        """Return odds of settings (last axis) summed to setting groups."""
        return odds @ np.eye(len(setting_groups()))[self.group_of_setting()]


def laid_out(course: Course) -> tuple[NDArray, ...]:
    """Return the course as the kernel reads it: cells are need x setting x age.

    Joiners, and whether there are any of an age and need; chances of leaving; of each cell the
    chance of staying in its setting, the number of other settings it may change to, these and
    their odds, and the odds of each group; chances of each need,
    and of another than one's own to 2^31; odds of each setting for joiners, and of each group.
    """
    settings = len(course.settings)
    move = np.ascontiguousarray(course.move.transpose(1, 2, 0, 3))
    stay = np.diagonal(move, axis1=1, axis2=3).transpose(0, 2, 1)
    other = 1.0 - np.diagonal(course.change_need, axis1=1, axis2=2).T
    change = np.repeat(np.clip(other, 0.0, 1.0)[:, None], settings, axis=1)
    move = move.reshape(-1, settings)
    return (
        np.ascontiguousarray(course.join),
        course.join.sum(axis=3) > 0,
        np.ascontiguousarray(course.leave),
        np.ascontiguousarray(stay).ravel(),
        *_others(move, settings),
        course.in_groups(move),
        np.ascontiguousarray(course.change_need),
        (CERTAIN * change).astype(np.uint32).ravel(),
        np.ascontiguousarray(course.join_setting),
        course.in_groups(course.join_setting),
    )


def _others(move: Floats, settings: int) -> tuple[NDArray, NDArray, Floats]:
    """Return how many other settings each cell may change to, which, and their odds."""
    own = np.arange(len(move)) // AGES % settings
    odds = move * (np.arange(settings) != own[:, None])
    first = np.argsort(odds == 0, axis=1, kind="stable")
    number = (odds > 0).sum(axis=1)
    first = np.ascontiguousarray(first[:, : max(int(number.max()), 1)])
    return number, first.astype(np.uint8), np.take_along_axis(odds, first, axis=1)


def course_of(
    rates: Rates,
    homes: pd.DataFrame,
    localities: tuple[str, ...],
    outside: float,
    base: int,
    years: int,
) -> Course:
    """Return the course of the unmitigated run.

    A joiner's odds of a setting are multiplied by the need's affinity for it; chances of moving are
    already of each need.

    Args:
        rates: Yearly rates; `join` is of the base year.
        homes: Columns locality, year, age, persons; the nearest year stands for a missing one.
        localities: Home localities, `outside` among them.
        outside: Share of joiners who live outside the authority's localities.
        base: Base census year.
        years: Years ahead.
    """
    placed = rates.join_setting[:, None] * rates.affinity[None]
    persons, even = _residents(homes, localities, base, years)
    return Course(
        needs=rates.needs,
        settings=rates.settings,
        localities=localities,
        join=_joiners(rates, persons, even, localities, outside),
        leave=np.repeat(rates.leave[None], years, axis=0),
        join_setting=placed / placed.sum(axis=-1, keepdims=True),
        move=rates.move,
        change_need=rates.change_need,
        residents=even,
    )


def held_population(homes: pd.DataFrame, base: int) -> pd.DataFrame:
    """Return residents who stay as many, of the same ages and places, as in the base year."""
    known = homes["year"].unique()
    if not len(known):
        return homes
    nearest = min(known, key=lambda year: (abs(year - base), year))
    return homes[homes["year"] == nearest]


def _residents(
    homes: pd.DataFrame, localities: tuple[str, ...], base: int, years: int
) -> tuple[Floats, Floats]:
    """Residents by year (base first), age and locality, and each locality's share at the base."""
    persons = np.zeros((years + 1, AGES, len(localities)))
    known = sorted(homes["year"].unique())
    for ahead in range(years + 1 if known else 0):
        nearest = min(known, key=lambda year: (abs(year - base - ahead), year))
        rows = homes[(homes["year"] == nearest) & (homes["age"] < AGES)]
        place = pd.Index(localities).get_indexer(rows["locality"])
        np.add.at(persons[ahead], (rows["age"].to_numpy(), place), rows["persons"].to_numpy())
    everybody = persons[0].sum(axis=0)
    inside = np.array([name != OUTSIDE for name in localities], dtype=float)
    even = everybody if everybody.sum() > 0 else inside
    return persons, even / max(even.sum(), 1.0)


def _joiners(
    rates: Rates, persons: Floats, even: Floats, localities: tuple[str, ...], outside: float
) -> Floats:
    """Joiners without factors, year ahead x age x need x locality.

    The rate per resident of an age is that of the base year; residents of later years and of each
    locality then give the numbers. Where the homes of a need are known they tilt the shares of
    localities, not the sum.
    """
    years = len(persons) - 1
    at_base = persons[0].sum(axis=1)
    per_person = np.divide(persons, at_base[None, :, None], where=at_base[None, :, None] > 0,
                           out=np.broadcast_to(even, persons.shape).copy())  # fmt: skip
    share = np.repeat(per_person[1:, :, None, :], len(rates.needs), axis=2)
    if rates.localities:
        share = _tilted(share, rates, localities)
    total = share.sum(axis=3)
    share *= 1.0 - outside
    share[..., localities.index(OUTSIDE)] += outside * total
    joiners = np.repeat(rates.join[None], years, axis=0)
    if rates.join_first is not None and years:
        joiners[0] = rates.join_first
    return joiners[..., None] * share


def _tilted(share: Floats, rates: Rates, localities: tuple[str, ...]) -> Floats:
    times = np.ones((len(rates.needs), len(localities)))
    for column, name in enumerate(rates.localities):
        if name in localities:
            times[:, localities.index(name)] = rates.homes[:, column]
    tilted = share * times
    before, after = share.sum(axis=3, keepdims=True), tilted.sum(axis=3, keepdims=True)
    return tilted * np.divide(before, after, out=np.zeros_like(before), where=after > 0)
