"""Demand: who has a plan today, and what becomes of them: every plan moved forward."""

from collections.abc import Iterator
from typing import Literal

import dagster as dg
import pandas as pd
from pydantic import Field

from assets.describe import column_schema, picture, row_count, short_table, table_out
from assets.failures import spoken_failures
from sufficiency import contracts as tables
from sufficiency.workspace import MAX_YEARS, Workspace


class ForecastChoices(dg.Config):
    """What a planner may change in the launchpad."""

    scenario: Literal["unmitigated"] = Field(
        default="unmitigated", description="Scenario: unmitigated is today's practice carried on."
    )
    years: int = Field(default=10, ge=1, le=MAX_YEARS, description="Years ahead, 1 to 10.")
    paths: int = Field(
        default=200, ge=10, le=5000, description="Simulated futures, 10 to 5000; more is slower."
    )
    seed: int = Field(
        default=2025, ge=0, description="Seed of every random number; same seed, same result."
    )


@dg.multi_asset(
    name="make_plans",
    outs={
        "plans": table_out(
            tables.Plans,
            "demand",
            "One row a child or young person with an EHC plan at the base census: from the SEN2 "
            "return of that January where there is one, under pseudonyms. On the open-data route "
            "the rows are **modelled**: no published count is changed, but who "
            "lives where, and which need goes with which setting and age together, is inferred. "
            "Home areas are modelled from child population and deprivation.",
        ),
        "demand_findings": table_out(
            tables.FindingsTable,
            "quality",
            "What had to be assumed while the plans table was made.",
        ),
    },
    check_specs=[
        dg.AssetCheckSpec(
            "plans_match_published",
            asset="plans",
            blocking=True,
            description="Modelled plans: need by age, need by setting and age by setting equal "
            "the published counts, cell by cell. From a return: last January's plans and those who "
            "joined, less those who left, are this January's.",
        ),
        dg.AssetCheckSpec(
            "return_agrees_with_published",
            asset="plans",
            description="The return's counts differ from the published ones by no more than the "
            "settings allow. If this fails, `against_published` says where. The return is used.",
        ),
    ],
)
def make_plans(
    workspace: dg.ResourceParam[Workspace],
    findings: pd.DataFrame,
    published_stock: pd.DataFrame,
    localities: pd.DataFrame,
    imd: pd.DataFrame,
    population: pd.DataFrame,
    past_plans: pd.DataFrame,
    plan_flows: pd.DataFrame,
    against_published: pd.DataFrame,
) -> Iterator[dg.Output | dg.AssetCheckResult]:
    """Make the plans table from the return or from published counts, and recount it."""
    from sufficiency.findings import Findings
    from sufficiency.plans.base import base_plans
    from sufficiency.plans.margins import read_margins
    from sufficiency.plans.recount import differences

    settings = workspace.settings
    found = Findings()
    with spoken_failures():
        table = base_plans(
            {
                "published_stock": published_stock,
                "past_plans": past_plans,
                "localities": localities,
                "imd": imd,
                "population": population,
            },
            settings,
            found,
        )
        base_year = int(table["year"].iloc[0])
        if table["basis"].iloc[0] == "person":
            wrong = _lost(past_plans, plan_flows, base_year)
        else:
            margins = read_margins(published_stock, settings.authority, base_year, Findings())
            wrong = len(differences(table, margins))
        assumed = found.table()
    by_setting = table.groupby("setting").size().sort_values(ascending=False)
    yield dg.Output(
        table,
        output_name="plans",
        metadata={
            "plans": len(table),
            "base_census": base_year,
            "from": "the SEN2 return" if table["basis"].iloc[0] == "person" else "published counts",
            **row_count(table),
            "plans_by_setting": short_table(by_setting.rename("plans").reset_index()),
        },
    )
    yield dg.Output(
        assumed,
        output_name="demand_findings",
        metadata={
            **row_count(assumed),
            "findings": short_table(assumed, ["severity", "message", "action", "count"]),
        },
    )
    yield dg.AssetCheckResult(
        asset_key="plans",
        check_name="plans_match_published",
        passed=wrong == 0,
        metadata={"cells_that_differ": wrong},
    )
    beside = against_published[against_published["year"] == base_year]
    stated = beside[beside["stated"] == "yes"]
    yield dg.AssetCheckResult(
        asset_key="plans",
        check_name="return_agrees_with_published",
        passed=stated.empty,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "cells_compared": len(beside),
            "cells_that_differ": len(stated),
            "where": short_table(stated, ["dimension", "key", "person", "published", "difference"]),
        },
    )


def _lost(past_plans: pd.DataFrame, plan_flows: pd.DataFrame, year: int) -> int:
    """Return plans that joiners and leavers leave unexplained; 0 without a return to compare."""
    held = past_plans["year"].value_counts()
    if year - 1 not in held.index:
        return 0
    step = plan_flows[plan_flows["year"] == year].groupby("flow")["value"].sum()
    expected = held[year - 1] + step.get("joiner", 0.0) - step.get("leaver", 0.0)
    return round(abs(float(held[year] - expected)))


@dg.multi_asset(
    name="simulate_plans",
    outs={
        "paths": table_out(
            tables.Paths,
            "demand",
            "Simulated futures: every plan is moved forward year by year in each path. "
            "Every other number is cut from this one table.",
        ),
        "path_totals": table_out(
            tables.PathTotals,
            "demand",
            "Stock, joiners and leavers of each path and year.",
        ),
        "drivers": table_out(
            tables.Drivers,
            "demand",
            "Why the forecast moves: ageing, population, new-plan rate, leaving, placement mix and "
            "need mix, each the difference between two runs of the same futures.",
        ),
        "assumptions": table_out(
            tables.Assumptions,
            "quality",
            "Every assumption behind this run, with its source.",
        ),
    },
    check_specs=[
        dg.AssetCheckSpec(
            "no_plan_lost_or_made",
            asset="path_totals",
            blocking=True,
            description="In each path and year: stock = last stock + joiners - leavers, and the "
            "cells add up to it.",
        )
    ],
)
def simulate_plans(
    config: ForecastChoices,
    workspace: dg.ResourceParam[Workspace],
    plans: pd.DataFrame,
    targets: pd.DataFrame,
    published_stock: pd.DataFrame,
    published_flows: pd.DataFrame,
    population: pd.DataFrame,
    localities: pd.DataFrame,
    housing: pd.DataFrame,
    housing_yields: pd.DataFrame,
    past_plans: pd.DataFrame,
    plan_flows: pd.DataFrame,
    requests: pd.DataFrame,
) -> Iterator[dg.Output | dg.AssetCheckResult]:
    """Move every plan forward, path by path."""
    from forecasts.rates.estimate import Linked, estimate_rates
    from forecasts.simulation.simulate import broken_paths, simulate
    from forecasts.simulation.why import why_it_moves
    from geo.residents import population_by_locality
    from sufficiency.assumptions import assumptions_table
    from sufficiency.council.housing import children_of_dwellings, housing_notes

    authority = workspace.settings.authority
    base_year = int(plans["year"].iloc[0])
    years = range(base_year, base_year + config.years + 1)
    with spoken_failures():
        dwellings = children_of_dwellings(housing, housing_yields, list(years))
        homes = population_by_locality(population, localities, authority, years, dwellings)
        linked = Linked(past_plans, plan_flows, requests)
        rates = estimate_rates(
            published_stock,
            published_flows,
            authority,
            base_year,
            workspace.settings.annotated_years,
            linked if plans["basis"].iloc[0] == "person" else None,
            homes,
        )
        # Random numbers are drawn by plan: numbered in order of contents, so that another key of
        # the pseudonyms changes no result.
        numbered = plans.assign(plan_id=[f"{number:07d}" for number in range(len(plans))])
        result = simulate(
            numbered,
            rates,
            targets,
            homes,
            scenario=config.scenario,
            paths=config.paths,
            years=config.years,
            seed=config.seed,
        )
        broken = broken_paths(result)
        drivers = why_it_moves(result, numbered, rates, homes, config.seed)
    yield dg.Output(
        result.paths,
        output_name="paths",
        metadata={"paths": config.paths, "years": config.years, **row_count(result.paths)},
    )
    last = result.path_totals[result.path_totals["year"] == years[-1]]["stock"]
    yield dg.Output(
        result.path_totals,
        output_name="path_totals",
        metadata={
            "plans_in_final_year_middle": float(last.median()),
            "plans_in_final_year_1_in_10_lower": float(last.quantile(0.1)),
            "plans_in_final_year_1_in_10_higher": float(last.quantile(0.9)),
            **row_count(result.path_totals),
        },
    )
    yield dg.Output(
        drivers,
        output_name="drivers",
        metadata=_drivers_shown(drivers, len(plans), base_year, years[-1]),
    )
    yield dg.Output(
        assumptions_table(
            workspace.settings,
            config.model_dump(),
            base_year,
            plans,
            population,
            published_stock,
            rates.notes,
            housing_notes(housing, housing_yields),
        ),
        output_name="assumptions",
    )
    yield dg.AssetCheckResult(
        asset_key="path_totals",
        check_name="no_plan_lost_or_made",
        passed=broken == 0,
        metadata={"path_years_that_do_not_add_up": broken},
    )


def _drivers_shown(
    drivers: pd.DataFrame, base: int, base_year: int, last_year: int
) -> dict[str, dg.MetadataValue | int]:
    from sufficiency.reports.content import YEARS_AHEAD
    from sufficiency.reports.why import waterfall

    year = min(base_year + YEARS_AHEAD, last_year)
    chart = waterfall(drivers, base, base_year, year)
    rows = drivers[(drivers["cut_kind"] == "all") & (drivers["year"] == year)]
    return {
        "waterfall": picture(chart.png(), chart.alt),
        **row_count(drivers),
        f"to_january_{year}": short_table(rows, {"driver": "driver", "change": "plans"}),
    }


@dg.asset(
    group_name="demand",
    kinds={"pandas"},
    metadata=column_schema(tables.Demand),
    deps=["path_totals"],  # stands behind its blocking check
)
def demand(
    workspace: dg.ResourceParam[Workspace],
    paths: pd.DataFrame,
    plans: pd.DataFrame,
    awaiting: pd.DataFrame,
    published_stock: pd.DataFrame,
) -> dg.MaterializeResult[pd.DataFrame]:
    """Plans by need group, provision, phase, locality and year: mean and range over the paths.

    Means add up. The range of a total comes from the total's own paths, so ranges do not add up.
    """
    from sufficiency.gaps import cubes
    from sufficiency.gaps import demand as summarise
    from sufficiency.reports.content import about_run, total_chart

    with spoken_failures():
        table = summarise(cubes(paths, awaiting), str(plans["basis"].iloc[0]))
    about = about_run(workspace.settings.authority, published_stock, plans)
    chart = total_chart(about, table, published_stock)
    return dg.MaterializeResult(
        value=table, metadata={**row_count(table), "chart": picture(chart.png(), chart.alt)}
    )
