"""Gaps: where and when demand will exceed places, and how sure that is."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from assets.describe import column_schema, picture, row_count, short_table
from assets.failures import spoken_failures
from sufficiency import contracts as tables
from sufficiency.workspace import Workspace


@dg.multi_asset(
    name="compare_demand_with_places",
    outs={
        "gap": dg.AssetOut(
            group_name="gaps",
            kinds={"pandas"},
            metadata=column_schema(tables.Gap),
            description="The gap table: demand less places by need group, provision, phase, "
            "locality and year; positive is a shortage. A surplus in one never offsets a shortage "
            "in another. While places are assumed from today's roll it shows **change** only.",
        ),
        "provision_balance": dg.AssetOut(
            group_name="gaps",
            kinds={"pandas"},
            metadata=column_schema(tables.ProvisionBalance),
            description="One row a provision and year, with three lines: shortage that a free "
            "place elsewhere could meet in number, shortage that none could, and the total.",
        ),
    },
    check_specs=[
        dg.AssetCheckSpec(
            "unknown_places_have_no_gap",
            asset="gap",
            blocking=True,
            description="No gap or probability is shown where places are unknown or assumed.",
        ),
        dg.AssetCheckSpec(
            "no_likely_shortage_within_3_years",
            asset="gap",
            description="No cell of the authority is likelier than not to be short of places "
            "within three years. If this fails, the table lists where.",
        ),
    ],
)
def compare_demand_with_places(
    workspace: dg.ResourceParam[Workspace],
    paths: pd.DataFrame,
    path_totals: pd.DataFrame,
    places: pd.DataFrame,
    plans: pd.DataFrame,
    demand: pd.DataFrame,
    register: pd.DataFrame,
    published_stock: pd.DataFrame,
    locality_shapes: pd.DataFrame,
) -> Iterator[dg.Output | dg.AssetCheckResult]:
    """Set demand against places, cell by cell, in every path."""
    import geopandas as gpd

    from sufficiency.gaps import cubes, gap_table, provision_balance
    from sufficiency.reports.content import about_run, locality_maps, provision_chart

    threshold = workspace.settings.first_year_probability
    base_year = int(plans["year"].iloc[0])
    with spoken_failures():
        counted = cubes(paths)
        table = gap_table(counted, places, str(plans["basis"].iloc[0]), threshold)
        balance = provision_balance(counted, places)
    about = about_run(workspace.settings.authority, published_stock, plans)
    chart = provision_chart(about, demand, balance, register, published_stock, "special")
    maps = locality_maps(table, demand, gpd.GeoDataFrame(locality_shapes), base_year)
    drawn = {"chart": chart, **{f"map_{i}": drawn for i, drawn in enumerate(maps, start=1)}}
    pictures = {name: picture(p.png(), p.alt) for name, p in drawn.items() if p is not None}
    yield dg.Output(
        table,
        output_name="gap",
        metadata={
            **row_count(table),
            "table": short_table(*largest(table)),
            **pictures,
        },
    )
    yield dg.Output(
        balance,
        output_name="provision_balance",
        metadata={
            **row_count(balance),
            "table": short_table(
                balance[
                    (balance["view"] == "placements") & (balance["year"] == balance["year"].max())
                ],
                ["provision", "demand_mean", "register_places", "shortage_total", "gap_reason"],
            ),
        },
    )
    wrong = table[table["gap_reason"] != ""][["gap_mean", "p_shortage", "first_year"]].notna()
    yield dg.AssetCheckResult(
        asset_key="gap",
        check_name="unknown_places_have_no_gap",
        passed=not wrong.to_numpy().any(),
        metadata={"rows_wrong": int(wrong.any(axis=1).sum())},
    )
    soon = table[
        (table["locality"] == "ALL")
        & (table["view"] == "placements")
        & (table["year"] == table["first_year"])
        & (table["year"] <= base_year + 3)
    ]
    yield dg.AssetCheckResult(
        asset_key="gap",
        check_name="no_likely_shortage_within_3_years",
        passed=soon.empty,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "cells": len(soon),
            "where": short_table(
                soon.sort_values("expected_shortage", ascending=False, kind="stable"),
                ["need_group", "provision", "phase", "first_year", "p_shortage", "gap_mean"],
            ),
        },
    )


def largest(gap: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the authority's rows of the last year, largest first, and the columns to show."""
    last = gap[
        (gap["locality"] == "ALL")
        & (gap["view"] == "placements")
        & (gap["year"] == gap["year"].max())
    ]
    cell = ["need_group", "provision", "phase"]
    if last["gap_mean"].notna().any():
        known = last[last["gap_mean"].notna()]
        order = known.sort_values("expected_shortage", ascending=False, kind="stable")
        return order, [*cell, "demand_mean", "places", "gap_mean", "p_shortage", "first_year"]
    order = last.sort_values("change_mean", ascending=False, kind="stable")
    return order, [*cell, "demand_mean", "change_mean", "change_p10", "change_p90", "gap_reason"]


@dg.asset(group_name="gaps", kinds={"pandas"}, metadata=column_schema(tables.BesideOthers))
def beside_others(
    workspace: dg.ResourceParam[Workspace],
    published_stock: pd.DataFrame,
    population: pd.DataFrame,
    statistical_neighbours: pd.DataFrame,
    plans: pd.DataFrame,
) -> dg.MaterializeResult[pd.DataFrame]:
    """The authority beside England, its region and its statistical neighbours.

    Plan rate, settings, needs, and the share placed in independent and non-maintained schools.
    """
    from sufficiency.beside_others import beside_others as compare

    with spoken_failures():
        table = compare(
            published_stock,
            population,
            statistical_neighbours,
            workspace.settings.authority,
            int(plans["year"].iloc[0]),
        )
    one = table[table["key"] == "all"]
    return dg.MaterializeResult(
        value=table,
        metadata={
            **row_count(table),
            "summary": short_table(
                one, ["authority_name", "role", "measure", "year", "value", "unit"]
            ),
        },
    )
