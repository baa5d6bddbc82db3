"""Westmere's people drawn anew, one by one, at their known rates: linked years with known truth."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from forecasts.rates.linked import Linked
from sufficiency.contracts import PastPlans, PlanFlows, Requests, empty
from sufficiency.demo.people import World, true_rates, world
from sufficiency.demo.people.rates import AGES, NEEDS, states

STEPS = range(2021, 2026)
Draw = Callable[..., Linked]


@dataclass(frozen=True)
class Truth:
    """True chances as arrays; ages 2 to 25 at the end of a step.

    Attributes:
        leave: January at the end of a step -> age x place.
        move: Age x place x place after.
        recode: Need x need after.
        joiners: January at the end of a step -> expected joiners, age x place x need.
        homes: Share of joiners by locality.
        setting: Setting of each place.
        start: January at the end of a step -> people at its start: age, place and need (numbers).
    """

    leave: dict[int, np.ndarray]
    move: np.ndarray
    recode: np.ndarray
    joiners: dict[int, np.ndarray]
    homes: pd.Series
    setting: np.ndarray
    start: dict[int, pd.DataFrame]


@pytest.fixture(scope="session")
def people() -> World:
    return world()


@pytest.fixture(scope="session")
def truth(people: World) -> Truth:
    """The chances that Westmere's people were made with."""
    known, table = true_rates(people), states()
    columns, needs = list(table["column"]), list(NEEDS)

    def filled(rows: pd.DataFrame, value: str, **axes: list) -> np.ndarray:
        made = np.zeros([len(labels) for labels in axes.values()])
        at = [[labels.index(x) for x in rows[name]] for name, labels in axes.items()]
        np.add.at(made, tuple(at), rows[value].to_numpy())
        return made

    ages = list(AGES)
    cells = known["join_settings"].merge(known["join_cells"][["age", "need", "share"]],
                                         on=["age", "need"], suffixes=("", "_cell"))  # fmt: skip
    cells["all"] = cells["share"] * cells["share_cell"]
    joining = filled(cells, "all", age=ages, column=columns, need=needs)
    expected = known["join"].set_index("year")["expected"]
    recode = filled(known["need_change"], "rate", need=needs, to_need=needs)
    plans = people.course.plans
    return Truth(
        leave={
            year: filled(known["leave"].query("year == @year"), "rate", age=ages, column=columns)
            for year in STEPS
        },
        move=filled(known["move"], "rate", age=ages, column=columns, to_column=columns),
        recode=recode + np.diag(1 - recode.sum(axis=1)),
        joiners={year: expected[year] * joining for year in STEPS},
        homes=known["join_localities"].set_index("locality")["share"],
        setting=table["setting"].to_numpy(dtype=str),
        start={
            year: plans.loc[plans["year"] == year - 1, ["age", "state", "need"]] for year in STEPS
        },
    )


@pytest.fixture(scope="session")
def draw(truth: Truth) -> Draw:
    """Return a function that draws linked years anew at the true rates."""

    def drawn(seed: int, years: range = STEPS) -> Linked:
        rng = np.random.default_rng(seed)
        flows, plans = [], []
        for year in years:
            stayed, joined = _step(truth, year, rng)
            flows += [stayed, joined]
            homes = rng.choice(truth.homes.index, len(joined), p=truth.homes / truth.homes.sum())
            plans.append(joined.assign(locality=homes))
        rows = pd.concat(flows, ignore_index=True)
        cell = ["year", "flow", "age", "need", "setting", "to_need", "to_setting", "reason"]
        counted = rows.groupby(cell).size().astype(float).rename("value").reset_index()
        counted["age"] = counted["age"].astype("Int32")
        return Linked(
            _past_plans(pd.concat(plans, ignore_index=True)),
            counted.assign(source="linked")[list(empty(PlanFlows).columns)],
            empty(Requests),
        )

    return drawn


def _step(truth: Truth, year: int, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    people = truth.start[year].to_numpy()
    people = people[people[:, 0] < AGES[-1]]
    age, place, need = people[:, 0] + 1 - AGES[0], people[:, 1], people[:, 2]
    left = rng.random(len(age)) < truth.leave[year][age, place]
    to_place = _chosen(truth.move[age, place], rng)
    to_need = _chosen(truth.recode[need], rng)
    names, setting = np.array(NEEDS), truth.setting
    before, after = setting[place], setting[to_place]
    moved, changed = ~left & (before != after), ~left & (need != to_need)
    kept = np.where(moved, "mover", np.where(changed, "need_change", "stayer"))
    stayed = pd.DataFrame(
        {"year": year, "flow": np.where(left, "leaver", kept), "age": age + AGES[0],
         "need": names[need],
         "setting": before, "to_need": np.where(changed, names[to_need], ""),
         "to_setting": np.where(moved, after, ""), "reason": np.where(left, "needs_met", "")}
    )  # fmt: skip
    counts = rng.poisson(truth.joiners[year])
    age, place, need = (
        np.repeat(axis, counts.ravel()) for axis in (i.ravel() for i in np.indices(counts.shape))
    )
    joined = pd.DataFrame(
        {"year": year, "flow": "joiner", "age": age + AGES[0], "need": names[need],
         "setting": setting[place], "to_need": "", "to_setting": "", "reason": "new_plan"}
    )  # fmt: skip
    return stayed, joined


def _chosen(chances: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    summed = chances.cumsum(axis=1)
    return (rng.random((len(chances), 1)) * summed[:, -1:] > summed).sum(axis=1)


def _past_plans(joined: pd.DataFrame) -> pd.DataFrame:
    """Joiners as plans of the January they are first held in; nobody else is asked for."""
    made = joined[["year", "need", "setting", "age", "locality"]].assign(
        plan_id=[f"{number:06d}" for number in range(len(joined))],
        second_need="", establishment="", site="", ncy=joined["age"] - 4, ncy_recorded=0,
        sex="", lsoa="", in_area="unknown", residential="unknown", plan_start="", basis="person",
    )  # fmt: skip
    return made[list(empty(PastPlans).columns)]
