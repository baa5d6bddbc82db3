"""Everyone with a plan in the made-up panel, moved forward one person at a time."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sufficiency.demo.panel import rates
from sufficiency.demo.panel.process import LOCALITIES, Process, process
from sufficiency.demo.panel.rates import AGE_CLASSES, AGES, GROUP_OF, GROUPS, Floats
from sufficiency.demo.sharing import generator
from sufficiency.terms import OUTSIDE

FIRST, LAST = 2010, 2030
COUNT = 72
MOVES_HOUSE = 0.02
HOMES = (*LOCALITIES, OUTSIDE)


@dataclass(frozen=True)
class PanelWorld:
    """The made-up panel from one seed.

    Attributes:
        seed: What it was made from.
        process: True rates.
        plans: One row a plan and January from 2010 to 2030: year, authority (place), person, age,
            need, setting, home (places in `NEEDS`, `SETTINGS`, `HOMES`).
        ceased: One row a plan that ended: year (January after), authority, person, age (at the
            start), need, setting.
    """

    seed: int
    process: Process
    plans: pd.DataFrame
    ceased: pd.DataFrame

    def __repr__(self) -> str:
        return f"PanelWorld(seed={self.seed})"

    def place(self, authority: str) -> int:
        """Return the place of an authority's code."""
        return self.process.authorities.index(authority)


def panel_world(seed: int, count: int = COUNT, last: int = LAST) -> PanelWorld:
    """Return a made-up panel: the same seed gives the same people.

    Args:
        seed: Seed.
        count: Authorities.
        last: Last January, the future included.
    """
    true = process(seed, count, FIRST, last)
    rng = generator(seed, "panel: people")
    steps = _Steps(true)
    now = _nobody()
    plans, ceased, number = [], [], 0
    for year in true.years:
        now, gone = steps.year(year, now, rng)
        new = steps.joiners(year, number, rng)
        number += len(new)
        now = pd.concat([now, new], ignore_index=True)
        if year >= FIRST:
            plans.append(now.assign(year=year))
        if year > FIRST:
            ceased.append(gone.assign(year=year))
    return PanelWorld(
        seed, true, pd.concat(plans, ignore_index=True), pd.concat(ceased, ignore_index=True)
    )


class _Steps:
    """Moves everybody by one year at the rates of their authority."""

    def __init__(self, true: Process):
        self.true = true
        self.move, self.leave = rates.moving(), rates.leaving()
        self.need = rates.need_changing().cumsum(axis=1)
        self.placing = rates.placing()
        self.join_ages, self.join_needs = rates.joining()
        self.group = np.array([GROUPS.index(group) for group in GROUP_OF])
        self.age_class = np.zeros(AGES, dtype=int)
        for number, (low, high) in enumerate(AGE_CLASSES):
            self.age_class[low : high + 1] = number

    def year(
        self, year: int, now: pd.DataFrame, rng: np.random.Generator
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return who is in force at a January, in their new setting, and whose plan ceased."""
        at = self.true.at(year)
        age, place = now["age"].to_numpy(), now["authority"].to_numpy()
        usual = self.leave[age, now["setting"].to_numpy()]
        odds = usual * self.true.leave[at, place, self.age_class[age]]
        goes = rng.random(len(now)) < odds / (1.0 - usual + odds)
        gone, stay = now[goes], now[~goes].reset_index(drop=True)
        age, place = stay["age"].to_numpy(), stay["authority"].to_numpy()
        need = _pick(self.need[stay["need"].to_numpy()], rng)
        liking = self.true.place[at][:, self.group]
        odds = self.move[age, need, stay["setting"].to_numpy()] * liking[place]
        setting = _pick(odds.cumsum(axis=1), rng)
        home = stay["home"].to_numpy()
        moving = rng.random(len(stay)) < MOVES_HOUSE
        home = np.where(moving, _pick(self.true.home[at][place].cumsum(axis=1), rng), home)
        return stay.assign(age=age + 1, need=need, setting=setting, home=home), gone

    def joiners(self, year: int, number: int, rng: np.random.Generator) -> pd.DataFrame:
        """Return the plans that begin in the year before a January."""
        at = self.true.at(year)
        needs = self.join_needs * self.true.need[at][:, None, :]
        needs = needs / needs.sum(axis=2, keepdims=True)
        by_age = (
            self.join_ages * self.true.residents[at] / self.true.residents[at].mean(axis=1)[:, None]
        )
        by_age = by_age / by_age.sum(axis=1, keepdims=True)
        expected = self.true.joiners[at][:, None, None] * by_age[:, :, None] * needs
        drawn = rng.poisson(expected)
        cell = np.repeat(np.arange(drawn.size), drawn.ravel())
        place, age, need = np.unravel_index(cell, drawn.shape)
        odds = self.placing[age, need] * self.true.place[at][place][:, self.group]
        return pd.DataFrame(
            {
                "authority": place,
                "person": number + np.arange(len(cell)),
                "age": age,
                "need": need,
                "setting": _pick(odds.cumsum(axis=1), rng),
                "home": _pick(self.true.home[at][place].cumsum(axis=1), rng),
            }
        )


def _nobody() -> pd.DataFrame:
    names = ("authority", "person", "age", "need", "setting", "home")
    return pd.DataFrame({name: np.zeros(0, dtype=np.int64) for name in names})


def _pick(reached: Floats, rng: np.random.Generator) -> np.ndarray:
    """Return a column of each row, by running sums of its odds."""
    point = rng.random(len(reached)) * reached[:, -1] * (1.0 - 1e-12)
    return (reached <= point[:, None]).sum(axis=1)
