"""The run over all authorities, in this process or several, and its one table.

Authorities share random numbers. Each one's ranges are its own; paths of several must not be added.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from time import process_time
from typing import Any

import pandas as pd

from forecasts.authorities.one import Outcome, forecast_one
from forecasts.authorities.starts import (
    RunChoices,
    Start,
    by_authority,
    fitted_parameters,
    last_totals,
    start_of,
    with_plans,
)
from forecasts.panel import build_panel
from forecasts.pooled.parameters import Parameters
from sufficiency.contracts import EnglandAuthorities, EnglandDemand, checked
from sufficiency.errors import SufficiencyError
from sufficiency.terms import census_label

# Years that a last total may be carried; an older one is of an authority that is no more.
MOST_CARRIED = 3


@dataclass(frozen=True)
class EnglandRun:
    """The forecast of many authorities.

    Attributes:
        demand: Contract `EnglandDemand`, sorted by authority.
        authorities: Contract `EnglandAuthorities`: what each was made from, also those left out.
    """

    demand: pd.DataFrame
    authorities: pd.DataFrame


def forecast_authorities(
    stock: pd.DataFrame,
    flows: pd.DataFrame,
    population: pd.DataFrame,
    choices: RunChoices,
    authorities: Iterable[str] | None = None,
    fitted: Mapping[int, Parameters] | None = None,
    told: Callable[[str, float], None] = lambda step, cpu: None,
) -> EnglandRun:
    """Return the forecast of every authority by need group, provision, phase and year.

    Args:
        stock: `PublishedStock` of all authorities, with national rows.
        flows: `PublishedFlows`, likewise.
        population: `Population`; an authority's latest estimate is aged along its cohorts.
        choices: Base census, years, paths, seed, processes.
        authorities: Which to forecast; None for all that have a total recent enough. England's
            remainder is of all, whichever are asked for.
        fitted: January of a last total -> parameters fitted and tested up to it (`fit_and_test`).
            What is missing is made now, about half a minute each.
        told: Called with the name of each step when it is done, and the CPU seconds that its tasks
            took so far.

    Raises:
        SufficiencyError: England's own tables of the base census are not published, or none of
            the authorities asked for has a total.
    """
    base = choices.base_year
    stock, flows = stock[stock["year"] <= base], flows[flows["year"] <= base]
    panel = build_panel(stock, flows, population, base)
    origins = last_totals(panel)
    known = {a: origin for a, origin in origins.items() if origin >= base - MOST_CARRIED}
    wanted = set(origins) if authorities is None else {*authorities}
    if not wanted & set(known):
        raise SufficiencyError(
            f"None of the authorities asked for has a published total from January "
            f"{base - MOST_CARRIED} to {base}. Check their three-digit codes."
        )
    tables = by_authority(stock, flows, population, known)
    with _mapper(choices.workers) as run:
        models = dict(fitted or {})
        times = sorted({base, *known.values()} - set(models))
        models |= zip(times, run(fitted_parameters, [panel.until(t) for t in times]), strict=True)
        told("pooled models", run.cpu)
        starts = run(
            start_of, [(tables[a], known[a], models[known[a]], choices) for a in sorted(known)]
        )
        told("targets and plans of authorities", run.cpu)
        ready = with_plans(starts, stock, choices)
        told("plans of authorities without tables", run.cpu)
        asked = [start for start in ready if start.tables.authority in wanted]
        outcomes = run(forecast_one, [(start, models[base], choices) for start in asked])
        told("rates, simulation and demand", run.cpu)
    return _together(stock, starts, outcomes, wanted, origins, base)


def _together(
    stock: pd.DataFrame,
    starts: list[Start],
    outcomes: list[Outcome],
    wanted: set[str],
    origins: dict[str, int],
    base: int,
) -> EnglandRun:
    named = stock[stock["level"] == "authority"].sort_values("year", kind="stable")
    own = named.drop_duplicates("authority", keep="last")
    name = dict(zip(own["authority"], own["authority_name"], strict=True))
    region = dict(zip(own["authority"], own["region"], strict=True))
    assumed = {start.tables.authority for start in starts if start.counts is None}
    made = {outcome.authority: outcome for outcome in outcomes}
    rows, frames = [], []
    for code in sorted(wanted):
        outcome = made.get(code, Outcome(code, 0, None, _too_old(origins.get(code), base)))
        kept = "left_out" if outcome.demand is None else "assumed" if code in assumed else "own"
        rows.append(
            {
                "authority": code,
                "authority_name": name.get(code, ""),
                "region": region.get(code, ""),
                "made_from": kept,
                "last_total": origins.get(code),
                "plans": outcome.plans,
                "note": outcome.why,
            }
        )
        if outcome.demand is not None:
            frames.append(outcome.demand.assign(authority=code, made_from=kept))
    if not frames:
        raise SufficiencyError(f"No authority could be forecast: {rows[0]['note']}")
    table = pd.concat(frames, ignore_index=True)
    return EnglandRun(
        demand=checked(EnglandDemand, table, "england demand"),
        authorities=checked(EnglandAuthorities, pd.DataFrame(rows), "england authorities"),
    )


def _too_old(origin: int | None, base: int) -> str:
    if origin is None:
        return "no total is published"
    return (
        f"its last published total is of {census_label(origin)}, more than {MOST_CARRIED} years "
        f"before {census_label(base)}: it may have been merged into another authority"
    )


@contextmanager
def _mapper(workers: int) -> Iterator["_Mapper"]:
    """Yield a map over tasks in this process, or over new ones that end with the block."""
    if workers <= 1:
        yield _Mapper(None)
        return
    # New processes and not forked ones: compiled code may hold threads that a fork would lose.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield _Mapper(pool)


class _Mapper:
    """Maps a function over tasks, in order of the tasks, and adds up the CPU time they took."""

    def __init__(self, pool: ProcessPoolExecutor | None):
        self.pool, self.cpu = pool, 0.0

    def __call__(self, function: Callable[[Any], Any], tasks: list) -> list:
        timed = partial(_timed, function)
        results = map(timed, tasks) if self.pool is None else self.pool.map(timed, tasks)
        made = []
        for result, spent in results:
            made.append(result)
            self.cpu += spent
        return made


def _timed(function: Callable[[Any], Any], task: Any) -> tuple[Any, float]:
    """Return what a task makes and the CPU seconds of this process that it took."""
    began = process_time()
    return function(task), process_time() - began
