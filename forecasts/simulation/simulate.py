"""The simulation: every plan moves forward year by year, in many paths.

A year goes: leave, perhaps be recorded with another need, grow a year older and perhaps change
setting, join. Each path has its own target, drawn from how wrong such forecasts have been, and its
own rates, drawn from how sure they are; factors bring the path to its target. Random numbers are
keyed by plan, so that the same plan has the same luck in every scenario.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.panel import Floats, setting_groups
from forecasts.randomness import Slots, plan_slots
from forecasts.rates.certainty import class_of_age
from forecasts.rates.defaults import AGES
from forecasts.rates.model import Rates
from forecasts.simulation.ages import age_factors
from forecasts.simulation.counts import Chunk, Counts
from forecasts.simulation.course import NCY_OF_AGE_0, Course, course_of, laid_out
from forecasts.simulation.factors import Factors, unsolved
from forecasts.simulation.kernel import run_paths
from forecasts.simulation.luck import Luck, draw_luck
from forecasts.simulation.shocks import Chance, TargetPaths, target_paths
from forecasts.simulation.stepping import MOST_IN_A_CELL
from sufficiency.contracts import PathTotals, checked
from sufficiency.errors import SufficiencyError
from sufficiency.terms import OUTSIDE

PATHS_AT_ONCE = 16
THREADS = 2


@dataclass(frozen=True)
class Start:
    """Plans at the base census, one array a property; `slot` names the plan."""

    base: int
    age: NDArray[np.uint8]
    need: NDArray[np.uint8]
    setting: NDArray[np.uint8]
    locality: NDArray[np.uint16]
    slot: Slots


@dataclass(frozen=True)
class Simulation:
    """Simulated futures of one scenario.

    Attributes:
        scenario: Its name.
        counts: Plans of every path, year and cell.
        path_totals: Contract `PathTotals`, sorted by path and year.
        factors: The factors used; pass them on to simulate a scenario beside this run.
    """

    scenario: str
    counts: Counts
    path_totals: pd.DataFrame
    factors: Factors

    @cached_property
    def paths(self) -> pd.DataFrame:
        """Contract `Paths`, sorted by path, year, need, setting, NCY and locality."""
        return self.counts.frame(self.scenario)


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
    threads: int = THREADS,
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
        seed: Seed; the same inputs and seed give the same result, whatever the number of threads.
        factors: Frozen factors of an earlier run; None solves them in this run.
        threads: Paths are shared among so many threads.

    Raises:
        SufficiencyError: There are no plans, they are of several censuses, the targets do not
            reach far enough, or the factors are of a run with other paths or years.
    """
    course, start = set_out(plans, rates, population_by_locality, years)
    luck = draw_luck(rates, course, paths, start.base, seed)
    if factors is None:
        wanted = target_paths(targets, paths, years, seed, by_chance(start, course))
        made = age_factors(_table(start, course), course, targets)
        solved = unsolved(paths, years, wanted.total, *made)
        return run(course, start, luck, solved, seed, scenario, threads, wanted)
    factors.must_fit(paths, years)
    return run(course, start, luck, factors, seed, scenario, threads)


def set_out(
    plans: pd.DataFrame, rates: Rates, population_by_locality: pd.DataFrame, years: int
) -> tuple[Course, Start]:
    """Return the unmitigated course and the plans it starts from.

    Raises:
        SufficiencyError: There are no plans, or plans of several censuses.
    """
    found = plans["year"].unique()
    if len(found) != 1:
        raise SufficiencyError(
            f"The plans table must hold one census, but holds {len(found)}. Choose the base census."
        )
    base = int(found[0])
    localities = tuple(sorted({*plans["locality"], *population_by_locality["locality"], OUTSIDE}))
    ordered = plans.sort_values("plan_id", kind="stable")

    def place(names: tuple[str, ...], column: str) -> NDArray[np.int64]:
        return pd.Index(names).get_indexer(pd.Index(ordered[column]))

    age = np.clip(ordered["ncy"].to_numpy(np.int64) - NCY_OF_AGE_0, 0, AGES - 1)
    start = Start(
        base=base,
        age=age.astype(np.uint8),
        need=place(rates.needs, "need").astype(np.uint8),
        setting=place(rates.settings, "setting").astype(np.uint8),
        locality=place(localities, "locality").astype(np.uint16),
        slot=plan_slots(ordered["plan_id"]),
    )
    outside = float((start.locality == localities.index(OUTSIDE)).mean())
    return course_of(rates, population_by_locality, localities, outside, base, years), start


def by_chance(start: Start, course: Course) -> Chance:
    """Return how many plans the simulation lets come by chance in the first year ahead."""
    if not course.years:
        return Chance()
    stock = _table(start, course)
    joining = course.join[0].sum(axis=2)
    staying = stock * (1.0 - course.leave[0][:, None])
    groups = np.eye(len(setting_groups()))[course.group_of_setting()]
    moves = np.einsum("ans,anst->nst", staying, course.move)
    entering = (moves.sum(axis=0) * (1.0 - groups @ groups.T)).sum(axis=0)
    placed = (joining[..., None] * course.join_setting).sum(axis=(0, 1))
    recorded = np.einsum("ans,ank->nk", staying, course.change_need)
    return Chance(
        total=float(joining.sum()),
        groups=(entering + placed) @ groups,
        needs=joining.sum(axis=0) + recorded.sum(axis=0) - np.diagonal(recorded),
    )


def run(
    course: Course,
    start: Start,
    luck: Luck,
    factors: Factors,
    seed: int,
    scenario: str,
    threads: int = THREADS,
    wanted: TargetPaths | None = None,
) -> Simulation:
    """Run every path of a course.

    Args:
        course: What moves plans.
        start: Plans at the base census.
        luck: How each path's rates differ.
        factors: Frozen, or to be filled where targets are given.
        seed: Seed of the run.
        scenario: Its name.
        threads: Paths are shared among so many threads.
        wanted: What each path should meet; None leaves the factors as they are.
    """
    paths, years = factors.level.shape
    flows = np.zeros((paths, years + 1, 3), dtype=np.int64)
    nothing = np.zeros((paths, years, 1))
    places = (len(course.needs), len(course.settings), AGES)
    cell = np.ravel_multi_index((start.need, start.setting, start.age), places)
    arrays = (
        seed,
        start.base,
        (cell.astype(np.uint16), start.locality, start.slot),
        laid_out(course),
        (course.group_of_setting(), class_of_age()),
        (luck.leave, luck.join, luck.move, luck.place),
        (factors.target, nothing, nothing)
        if wanted is None
        else (wanted.total, wanted.groups, wanted.needs),
        (wanted is None, factors.level, factors.joiner, factors.leaver, factors.setting,
         factors.age_join, factors.age_leave),
        flows,
    )  # fmt: skip

    def some(first: int) -> Chunk:
        keys, counts, sizes = run_paths(first, min(first + PATHS_AT_ONCE, paths), *arrays)
        if sizes.min() < 0:
            raise SufficiencyError(
                f"One cell of the simulation holds more than {MOST_IN_A_CELL:,} plans. Run each "
                "authority by itself."
            )
        return np.asarray(keys, np.int32), np.asarray(counts, np.uint16), sizes

    with ThreadPoolExecutor(max_workers=max(threads, 1)) as pool:
        chunks = tuple(pool.map(some, range(0, paths, PATHS_AT_ONCE)))
    return Simulation(
        scenario=scenario,
        counts=Counts(course.needs, course.settings, course.localities, start.base, chunks),
        path_totals=_totals(scenario, flows, factors, start.base),
        factors=factors,
    )


def broken_paths(simulation: Simulation) -> int:
    """Return in how many paths and years plans were lost or made: none, if all is well.

    Counted where stock is not last stock + joiners - leavers, or the cells do not sum to it.
    """
    summed = simulation.counts.count_by()
    ordered = simulation.path_totals.sort_values(["path", "year"], kind="stable")
    stock = ordered["stock"].to_numpy().reshape(summed.shape)
    change = (ordered["joiners"] - ordered["leavers"]).to_numpy().reshape(summed.shape)
    wrong = summed != stock
    wrong[:, 1:] |= stock[:, 1:] != stock[:, :-1] + change[:, 1:]
    return int(wrong.sum())


def _table(start: Start, course: Course) -> Floats:
    """Plans at the base census, age x need x setting."""
    table = np.zeros((AGES, len(course.needs), len(course.settings)))
    np.add.at(table, (start.age, start.need, start.setting), 1.0)
    return table


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
            "joiner_factor": np.hstack([ones, factors.level]).ravel(),
            "leaver_factor": np.hstack([ones, factors.leaver]).ravel(),
        }
    )
    return checked(PathTotals, table, "path_totals")
