"""One year of the simulation: leave, grow older, change setting, join.

Everything here acts on the plans of one path at once. Chances are tables by cell, looked up by
index; random numbers are keyed by plan or joiner.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.panel import Floats, setting_groups
from forecasts.randomness import Purpose, Slots, joiner_slots, poisson, stream, uniforms
from forecasts.rates.defaults import AGES
from forecasts.rates.estimate import Rates
from forecasts.simulation.factors import leave_chance
from sufficiency.terms import OUTSIDE, lookup

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class People:
    """Plans in force in one path, one array a property; `slot` names the plan."""

    age: Ints
    need: Ints
    setting: Ints
    locality: Ints
    slot: Slots

    def where(self, chosen: NDArray[np.bool_]) -> "People":
        """Return the chosen plans."""
        return People(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))

    def plus(self, other: "People") -> "People":
        """Return these plans and the others."""
        names = self.__dataclass_fields__
        return People(*(np.concatenate([getattr(self, n), getattr(other, n)]) for n in names))


@dataclass(frozen=True)
class Chances:
    """Rates as flat tables. A cell is (age x need x setting), a joiner cell (age x need).

    Attributes:
        leave: Chance of leaving, by age x setting.
        move: Odds of each setting a year on, cell x setting; rows sum to 1.
        move_groups: The same summed to setting groups.
        stay: Odds of the same setting a year on, by cell.
        change_need: Chance of each need a year on, (age x need) x need; rows sum to 1.
        same_need: Chance of the same need a year on, by age x need.
        join: Odds of each setting for a joiner, joiner cell x setting; rows sum to 1.
        join_groups: The same summed to setting groups.
        group: Setting group of each setting.
        settings: Number of settings.
        needs: Number of needs.
    """

    leave: Floats
    move: Floats
    move_groups: Floats
    stay: Floats
    change_need: Floats
    same_need: Floats
    join: Floats
    join_groups: Floats
    group: Ints
    settings: int
    needs: int


@dataclass(frozen=True)
class Step:
    """Which year of which path: the key of its random numbers, and its multipliers."""

    seed: int
    path: int
    year: int
    joiner: float
    leaver: float
    setting: Floats

    def uniforms(self, purpose: Purpose, slots: Slots) -> Floats:
        """Return one number a slot for one purpose in this step."""
        return uniforms(stream(self.seed, self.path, self.year, purpose), slots)


def prepare(rates: Rates) -> Chances:
    """Return the rates as tables, with settings tilted towards those usual for each need.

    A joiner's odds of a setting are multiplied by the need's affinity for it. Chances of moving
    are already of each need.
    """
    needs, settings = len(rates.needs), len(rates.settings)
    group_names = lookup("settings", "setting_group")
    group = np.array([setting_groups().index(group_names[code]) for code in rates.settings])
    to_groups = np.eye(len(setting_groups()))[group]
    join = _rows_to_one(rates.join_setting[:, None] * rates.affinity[None])
    stay = np.diagonal(rates.move, axis1=2, axis2=3)
    flat = rates.move.reshape(-1, settings)
    return Chances(
        leave=rates.leave.ravel(),
        move=flat,
        move_groups=flat @ to_groups,
        stay=stay.reshape(-1).copy(),
        change_need=rates.change_need.reshape(-1, needs),
        same_need=np.diagonal(rates.change_need, axis1=1, axis2=2).reshape(-1).copy(),
        join=join.reshape(-1, settings),
        join_groups=join.reshape(-1, settings) @ to_groups,
        group=group,
        settings=settings,
        needs=needs,
    )


def joiner_exposure(
    rates: Rates,
    homes: pd.DataFrame,
    localities: list[str],
    outside: float,
    base: int,
    years: int,
) -> Floats:
    """Return joiners expected without factors: year ahead x age x need x locality.

    The rate per resident of an age is that of the base year; residents of later years and of each
    locality then give the numbers.

    Args:
        rates: Yearly rates; `join` is of the base year.
        homes: Columns locality, year, age, persons.
        localities: Names, in the order of the last axis.
        outside: Share of joiners who live outside the authority's localities.
        base: Base census year.
        years: Years ahead.
    """
    persons = np.zeros((years + 1, AGES, len(localities)))
    known = sorted(homes["year"].unique())
    for ahead in range(years + 1 if known else 0):
        nearest = min(known, key=lambda year: (abs(year - base - ahead), year))
        rows = homes[(homes["year"] == nearest) & (homes["age"] < AGES)]
        place = pd.Index(localities).get_indexer(rows["locality"])
        np.add.at(persons[ahead], (rows["age"].to_numpy(), place), rows["persons"].to_numpy())
    at_base = persons[0].sum(axis=1)
    everybody = persons[0].sum(axis=0)
    inside = np.array([name != OUTSIDE for name in localities], dtype=float)
    even = everybody if everybody.sum() > 0 else inside
    even = even / max(even.sum(), 1.0)
    per_person = np.divide(persons, at_base[None, :, None], where=at_base[None, :, None] > 0,
                           out=np.broadcast_to(even, persons.shape).copy())  # fmt: skip
    share = (1.0 - outside) * per_person
    share[:, :, localities.index(OUTSIDE)] += outside * per_person.sum(axis=2)
    return rates.join[None, :, :, None] * share[1:, :, None, :]


def leave(people: People, chances: Chances, step: Step) -> People:
    """Return the plans that stay in force."""
    chance = leave_chance(chances.leave, step.leaver)[
        people.age * chances.settings + people.setting
    ]
    return people.where(step.uniforms(Purpose.LEAVE, people.slot) >= chance)


def cells(people: People, chances: Chances) -> Ints:
    """Return the cell (age x need x setting) of each plan."""
    return (people.age * chances.needs + people.need) * chances.settings + people.setting


def change_need(people: People, chances: Chances, step: Step) -> People:
    """Return the plans with next year's recorded need."""
    kind = people.age * chances.needs + people.need
    luck = step.uniforms(Purpose.CHANGE_NEED, people.slot)
    changing = np.flatnonzero(luck >= chances.same_need[kind])
    need = people.need.copy()
    if len(changing):
        was = kind[changing]
        odds = chances.change_need[was].copy()
        odds[np.arange(len(changing)), need[changing]] = 0.0
        need[changing] = _pick(
            odds, (luck[changing] - chances.same_need[was]) / (1.0 - chances.same_need[was])
        )
    return People(people.age, need, people.setting, people.locality, people.slot)


def grow_older(people: People, chances: Chances, step: Step) -> People:
    """Return the plans a year older, in their next setting."""
    cell = cells(people, chances)
    multiplier = step.setting[chances.group]
    whole = chances.move_groups @ step.setting
    staying = chances.stay * np.tile(multiplier, len(chances.stay) // chances.settings)
    chance = np.where(whole - staying > 1e-12 * whole, staying / whole, 1.0)[cell]
    luck = step.uniforms(Purpose.MOVE, people.slot)
    movers = np.flatnonzero(luck >= chance)
    setting = people.setting.copy()
    if len(movers):
        odds = chances.move[cell[movers]] * multiplier
        odds[np.arange(len(movers)), setting[movers]] = 0.0
        setting[movers] = _pick(odds, (luck[movers] - chance[movers]) / (1.0 - chance[movers]))
    return People(people.age + 1, people.need, setting, people.locality, people.slot)


def join(expected: Floats, chances: Chances, step: Step) -> People:
    """Return the plans that join in this step.

    Args:
        expected: Joiners expected without factors, age x need x locality.
        chances: Tables.
        step: The step.
    """
    places = expected.shape[2]
    flat = expected.ravel()
    cell = np.flatnonzero(flat)
    luck = step.uniforms(Purpose.JOIN, cell.astype(np.uint64))
    count = poisson(flat[cell] * step.joiner, luck)
    each = np.repeat(cell, count)
    number = np.arange(len(each)) - np.repeat(np.cumsum(count) - count, count)
    slot = joiner_slots(step.year, each, number)
    kind, locality = np.divmod(each, places)
    age, need = np.divmod(kind, chances.needs)
    odds = chances.join[kind] * step.setting[chances.group]
    setting = _pick(odds, step.uniforms(Purpose.JOIN_SETTING, slot))
    return People(age, need, setting, locality, slot)


def _pick(odds: Floats, luck: Floats) -> Ints:
    """Return a column of each row, by its odds and a number from 0 to 1."""
    reached = np.cumsum(odds, axis=1)
    point = luck * reached[:, -1] * (1.0 - 1e-12)
    return (reached <= point[:, None]).sum(axis=1)


def _rows_to_one(odds: Floats) -> Floats:
    return odds / odds.sum(axis=-1, keepdims=True)
