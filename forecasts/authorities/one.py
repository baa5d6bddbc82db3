"""One authority's demand from its start, every plan of one locality."""

from dataclasses import dataclass, replace

import pandas as pd

from forecasts.authorities.starts import RunChoices, Start, carried_on
from forecasts.pooled.parameters import Parameters
from forecasts.pooled.targets import at_level
from forecasts.rates.estimate import estimate_rates
from forecasts.simulation.simulate import broken_paths, simulate
from sufficiency.errors import SufficiencyError
from sufficiency.gaps import cubes, demand
from sufficiency.plans.assumed import plans_without_homes
from sufficiency.sources.cohorts import carry_forward

HOME = "anywhere in the authority"
SCENARIO = "unmitigated"


@dataclass(frozen=True)
class Outcome:
    """One authority's forecast, or why there is none."""

    authority: str
    plans: int
    demand: pd.DataFrame | None
    why: str


def forecast_one(task: tuple[Start, Parameters, RunChoices]) -> Outcome:
    """Return one authority's demand.

    Args:
        task: Where it starts, parameters fitted up to the base census, and how the run is made.
    """
    start, fitted, choices = task
    base = choices.base_year
    code = start.tables.authority
    counts = start.counts
    plans = 0 if counts is None else int(counts["plans"].sum())
    if counts is None or not plans:
        return Outcome(code, 0, None, "it has no plans at the base census")
    try:
        table = plans_without_homes(counts, base, HOME)
        if start.origin < base:
            start = carried_on(start, fitted, choices)
        tables = start.tables
        homes = homes_of(tables.population, code, base, choices.years)
        rates = estimate_rates(tables.stock, tables.flows, code, base)
        result = simulate(
            table,
            rates,
            at_level(start.targets, plans),
            homes,
            scenario=SCENARIO,
            paths=choices.paths,
            years=choices.years,
            seed=choices.seed,
            threads=1,  # authorities are shared among processes, not paths among threads
        )
        if broken := broken_paths(result):
            raise SufficiencyError(f"{broken} years of simulated paths do not add up.")
    except SufficiencyError as error:
        return Outcome(code, plans, None, str(error))
    # Without localities only the whole authority is summed up: no home is known.
    whole = [replace(cube, localities=()) for cube in cubes(result.paths)]
    return Outcome(code, plans, demand(whole, "modelled"), start.why)


def homes_of(population: pd.DataFrame, authority: str, base_year: int, years: int) -> pd.DataFrame:
    """Return residents by age for each January, all in one locality.

    Args:
        population: `Population` rows of the authority; years after its last are aged from there.
        authority: Three-digit DfE code.
        base_year: January census year; census y uses mid-year y - 1.
        years: Years ahead.

    Returns:
        Columns locality, year (census), age and persons; no rows where nothing is published.
    """
    mids = range(base_year - 1, base_year + years)
    own = population[(population["area"] == authority) & (population["area_type"] == "authority")]
    own = own[["year", "age", "persons"]]
    if len(own) and int(own["year"].max()) < mids[-1]:
        last = int(own["year"].max())
        latest = own[own["year"] == last].set_index("age")["persons"]
        ahead = carry_forward(latest, last, mids[-1], own.iloc[:0])
        own = pd.concat([own, ahead[["year", "age", "persons"]]], ignore_index=True)
    own = own[own["year"].isin(mids)].sort_values(["year", "age"], kind="stable")
    homes = own.assign(locality=HOME, year=own["year"] + 1)
    return homes[["locality", "year", "age", "persons"]].reset_index(drop=True)
