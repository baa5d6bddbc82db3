"""Westmere's published rolls, counted from its people, so that every source says the same."""

from dataclasses import replace

import numpy as np
import pandas as pd

from sufficiency.demo.people import rates
from sufficiency.demo.people.census import census_pupils
from sufficiency.demo.people.places import ROLL_WITHOUT, ROOM
from sufficiency.demo.people.pupils import UNIT_IMPORTS
from sufficiency.demo.people.rates import YEARS
from sufficiency.demo.people.world import World
from sufficiency.demo.schools import Schools
from sufficiency.demo.sharing import generator, whole_rows

BASE_ROLLS = {"rp_capacity": "rp_roll", "unit_capacity": "unit_roll"}
OLDEST = 19


def counted_schools(world: World) -> Schools:
    """Return Westmere's schools with the rolls of the last January's people.

    Schools of the school census have the pupils of that census by age and sex; independent schools
    have Westmere's plan holders and pupils of other authorities; units and resourced provisions
    have the plan holders in them. Colleges publish no roll, as before.
    """
    schools, year = world.schools, YEARS[-1]
    pupils = census_pupils(world, year)
    born = pd.to_datetime(pupils["birth_date"])
    late = (born.dt.month > 8).to_numpy()
    age = np.clip(year - 1 - born.dt.year.to_numpy() - late, 0, OLDEST)
    urns = pd.Index(schools.rows["urn"])
    at, male = urns.get_indexer(pd.Index(pupils["urn"])), pupils["sex"].eq("M").to_numpy()
    boys, girls = np.zeros_like(schools.boys), np.zeros_like(schools.girls)
    np.add.at(boys, (at[male], age[male]), 1)
    np.add.at(girls, (at[~male], age[~male]), 1)
    counted = np.isin(np.arange(len(urns)), at)
    held = _held(world)
    bought = schools.rows["type_code"].eq("10").to_numpy() & ~counted
    total = held["school"] + schools.rows["urn"].map(ROLL_WITHOUT).fillna(0).to_numpy(dtype=int)
    for sex, table in ((schools.boys, boys), (schools.girls, girls)):
        table[~counted] = sex[~counted]
    both = np.concatenate([schools.boys, schools.girls], axis=1)[bought]
    rng = generator(world.seed, "people: rolls of independent schools")
    resized = whole_rows(both, total[bought], rng)
    boys[bought], girls[bought] = np.split(resized, 2, axis=1)
    roll = (boys + girls).sum(axis=1).astype(str)
    rows = schools.rows.assign(
        roll=np.where(schools.rows["roll"] == "", "", roll),
        **{BASE_ROLLS[room]: _base_roll(schools.rows, room, held[room]) for room in BASE_ROLLS},
    )
    return replace(schools, rows=rows, boys=boys, girls=girls)


def _held(world: World) -> dict[str, np.ndarray]:
    """Return plan holders of the last January by school, and of each kind of base at it."""
    plans = world.course.plans[world.course.plans["year"] == YEARS[-1]]
    kind = rates.states()["column"].map(ROOM).fillna("").to_numpy()[plans["state"].to_numpy()]
    school, many = plans["school"].to_numpy(), len(world.schools.rows)
    here = (school >= 0) & (school < many)
    chosen = {"school": here, **{room: here & (kind == room) for room in BASE_ROLLS}}
    return {name: np.bincount(school[who], minlength=many) for name, who in chosen.items()}


def _base_roll(rows: pd.DataFrame, room: str, held: np.ndarray) -> np.ndarray:
    imported = rows["urn"].isin(UNIT_IMPORTS).to_numpy() & (room == "unit_capacity")
    return np.where(rows[room] == "", "", (held + imported).astype(str))
