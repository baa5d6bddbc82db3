"""The simulation: every plan moves forward year by year, in many paths.

A year goes: leave, perhaps be recorded with another need, grow a year older and perhaps change
setting, join. Each path has its own
target, drawn from how wrong such forecasts have been; factors on joiners and settings bring the
path to it. Random numbers are keyed by plan, so that the same plan has the same luck in every
scenario. Work is vectorised over plans within a path; paths are looped over.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.panel import Floats, setting_groups
from forecasts.randomness import plan_slots
from forecasts.rates.defaults import AGES
from forecasts.rates.estimate import Rates
from forecasts.simulation.cells import NCY_OF_AGE_0, CellCounts
from forecasts.simulation.factors import Factors, solve_level, solve_settings
from forecasts.simulation.shocks import TargetPaths, target_paths
from forecasts.simulation.stepping import (
    Chances,
    People,
    Step,
    cells,
    change_need,
    grow_older,
    join,
    joiner_exposure,
    leave,
    prepare,
)
from sufficiency.contracts import PathTotals, checked
from sufficiency.errors import SufficiencyError
from sufficiency.terms import OUTSIDE


@dataclass(frozen=True)
class Simulation:
    """Simulated futures of one scenario.

    Attributes:
        paths: Contract `Paths`, sorted by path, year, need, setting, NCY and locality.
        path_totals: Contract `PathTotals`, sorted by path and year.
        factors: The factors used; pass them on to simulate a scenario beside this run.
    """

    paths: pd.DataFrame
    path_totals: pd.DataFrame
    factors: Factors


def simulate(
    plans: pd.DataFrame,
    rates: Rates,
    targets: pd.DataFrame,
    population_by_locality: pd.DataFrame,
    *,
    scenario: str = "unmitigated",
    paths: int,
    years: int,
    seed: int,
    factors: Factors | None = None,
) -> Simulation:
    """Return simulated futures of every plan, the base census included in each path.

    Args:
        plans: Contract `Plans`, one census. The order of rows does not matter.
        rates: Yearly rates of the authority.
        targets: Contract `Targets`, at least `years` ahead.
        population_by_locality: Columns locality, year (census), age (at 31 August before) and
            persons. Joiners follow it; the nearest year is used where one is missing.
        scenario: Name of the scenario.
        paths: Number of simulated paths.
        years: Years ahead.
        seed: Seed; the same inputs and seed give the same result.
        factors: Frozen factors of an earlier run; None solves them in this run.

    Raises:
        SufficiencyError: There are no plans, they are of several censuses, the targets do not
            reach far enough, or the factors are of a run with other paths or years.
    """
    base = _base_year(plans, paths, years, factors)
    localities = sorted({*plans["locality"], *population_by_locality["locality"], OUTSIDE})
    start = _people(plans, rates, localities)
    outside = float((start.locality == localities.index(OUTSIDE)).mean())
    joiners = joiner_exposure(rates, population_by_locality, localities, outside, base, years)
    chances = prepare(rates)
    solver = None
    if factors is None:
        solver = _Solver(chances, joiners, target_paths(targets, paths, years, seed))
        factors = solver.factors
    counts = CellCounts(rates.needs, rates.settings, localities)
    flows = np.zeros((paths, years + 1, 3), dtype=np.int64)
    flows[:, 0, 0] = len(start.slot)
    for path in range(paths):
        people = start
        counts.add(people)
        for ahead in range(years):
            if solver:
                solver.solve_level(path, ahead, people)
            step = Step(
                seed,
                path,
                base + 1 + ahead,
                factors.joiner[path, ahead],
                factors.leaver[path, ahead],
                factors.setting[path, ahead],
            )
            staying = change_need(leave(people, chances, step), chances, step)
            if solver:
                solver.solve_settings(path, ahead, staying)
            new = join(joiners[ahead], chances, step)
            left = len(people.slot) - len(staying.slot)
            people = grow_older(staying, chances, step).plus(new)
            counts.add(people)
            flows[path, ahead + 1] = len(people.slot), len(new.slot), left
    return Simulation(
        paths=counts.frame(scenario, base, years),
        path_totals=_totals(scenario, flows, factors, base),
        factors=factors,
    )


def broken_paths(simulation: Simulation) -> int:
    """Return in how many paths and years plans were lost or made: none, if all is well.

    Counted where stock is not last stock + joiners - leavers, or the cells do not sum to it.
    """
    totals = simulation.path_totals
    table, paths = totals, simulation.paths
    first, last = int(table["year"].min()), int(table["year"].max())
    years = last - first + 1
    place = paths["path"].to_numpy() * years + (paths["year"].to_numpy().astype(int) - first)
    summed = np.bincount(place, weights=paths["count"], minlength=len(table))
    ordered = table.sort_values(["path", "year"], kind="stable")
    shape = (-1, years)
    stock = ordered["stock"].to_numpy().reshape(shape)
    change = (ordered["joiners"] - ordered["leavers"]).to_numpy().reshape(shape)
    wrong = summed.reshape(shape) != stock
    wrong[:, 1:] |= stock[:, 1:] != stock[:, :-1] + change[:, 1:]
    return int(wrong.sum())


class _Solver:
    """Solves the factors of each path and year as the run comes to it."""

    def __init__(self, chances: Chances, joiners: Floats, wanted: TargetPaths):
        paths, years = wanted.total.shape
        self.chances, self.wanted = chances, wanted
        self.by_kind = joiners.sum(axis=3).reshape(years, -1)
        self.factors = Factors(
            joiner=np.ones((paths, years)),
            leaver=np.ones((paths, years)),
            setting=np.ones((paths, years, len(setting_groups()))),
            target=wanted.total,
        )

    def solve_level(self, path: int, ahead: int, people: People) -> None:
        """Set the joiner and leaver factors from the plans at the start of the year."""
        place = people.age * self.chances.settings + people.setting
        number = np.bincount(place, minlength=len(self.chances.leave)).astype(float)
        self.factors.joiner[path, ahead], self.factors.leaver[path, ahead] = solve_level(
            number,
            self.chances.leave,
            float(self.by_kind[ahead].sum()),
            float(self.wanted.total[path, ahead]),
        )

    def solve_settings(self, path: int, ahead: int, staying: People) -> None:
        """Set the setting factors from the plans that stay and the joiners expected."""
        number = np.bincount(cells(staying, self.chances)).astype(float)
        held = np.flatnonzero(number)
        joining = self.by_kind[ahead] * self.factors.joiner[path, ahead]
        kinds = np.flatnonzero(joining)
        self.factors.setting[path, ahead] = solve_settings(
            np.concatenate([number[held], joining[kinds]]),
            np.concatenate([self.chances.move_groups[held], self.chances.join_groups[kinds]]),
            self.wanted.groups[path, ahead],
        )


def _base_year(plans: pd.DataFrame, paths: int, years: int, factors: Factors | None) -> int:
    found = plans["year"].unique()
    if len(found) != 1:
        raise SufficiencyError(
            f"The plans table must hold one census, but holds {len(found)}. Choose the base census."
        )
    if factors is not None and factors.joiner.shape != (paths, years):
        raise SufficiencyError(
            f"The frozen factors are of {factors.joiner.shape[0]} paths and "
            f"{factors.joiner.shape[1]} years, but {paths} paths and {years} years were asked for. "
            "Run the unmitigated scenario again with the same paths and years."
        )
    return int(found[0])


def _people(plans: pd.DataFrame, rates: Rates, localities: list[str]) -> People:
    ordered = plans.sort_values("plan_id", kind="stable")
    age = np.clip(ordered["ncy"].to_numpy(np.int64) - NCY_OF_AGE_0, 0, AGES - 1)

    def place(names: tuple[str, ...] | list[str], column: str) -> NDArray[np.int64]:
        return pd.Index(names).get_indexer(pd.Index(ordered[column])).astype(np.int64)

    return People(
        age=age,
        need=place(rates.needs, "need"),
        setting=place(rates.settings, "setting"),
        locality=place(localities, "locality"),
        slot=plan_slots(ordered["plan_id"]),
    )


def _totals(scenario: str, flows: NDArray[np.int64], factors: Factors, base: int) -> pd.DataFrame:
    paths, steps, _ = flows.shape
    path, ahead = np.divmod(np.arange(paths * steps), steps)
    ones = np.ones((paths, 1))
    stock = flows[:, :, 0]
    table = pd.DataFrame(
        {
            "scenario": scenario,
            "path": path,
            "year": base + ahead,
            "stock": stock.ravel(),
            "joiners": flows[:, :, 1].ravel(),
            "leavers": flows[:, :, 2].ravel(),
            "target": np.hstack([stock[:, :1], factors.target]).ravel(),
            "joiner_factor": np.hstack([ones, factors.joiner]).ravel(),
            "leaver_factor": np.hstack([ones, factors.leaver]).ravel(),
        }
    )
    return checked(PathTotals, table, "path_totals")
