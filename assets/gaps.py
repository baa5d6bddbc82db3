"""Gaps: where and when demand will exceed places, and how sure that is."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from assets.describe import (
    FEW_ROWS,
    column_schema,
    inline_picture,
    picture,
    row_count,
    short_table,
    table_out,
)
from assets.failures import spoken_failures
from sufficiency import contracts as tables
from sufficiency.workspace import Workspace


@dg.multi_asset(
    name="compare_demand_with_places",
    deps=["path_totals"],  # stands behind its blocking check
    outs={
        "gap": table_out(
            tables.Gap,
            "gaps",
            "The gap table: demand less places by need group, provision, phase, "
            "locality and year; positive is a shortage. A surplus in one never offsets a shortage "
            "in another. While places are assumed from today's roll it shows **change** only.",
        ),
        "provision_balance": table_out(
            tables.ProvisionBalance,
            "gaps",
            "One row a provision and year, with three lines: shortage that a free place in another "
            "locality could meet (substitutable; not known while homes are modelled), shortage "
            "that none could (mismatch), and the total. Imports and exports have columns of their "
            "own.",
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
            "within three years. If this fails, the table lists where; with no confirmed places "
            "nothing can be said, and it fails too.",
        ),
    ],
)
def compare_demand_with_places(
    workspace: dg.ResourceParam[Workspace],
    paths: pd.DataFrame,
    places: pd.DataFrame,
    plans: pd.DataFrame,
    awaiting: pd.DataFrame,
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
        counted = cubes(paths, awaiting)
        basis = "person" if plans["basis"].iloc[0] == "person" else "modelled"
        table = gap_table(counted, places, basis, threshold)
        balance = provision_balance(counted, places, basis)
    about = about_run(workspace.settings.authority, published_stock, plans)
    chart = provision_chart(about, demand, balance, register, published_stock, "special")
    maps = locality_maps(table, demand, gpd.GeoDataFrame(locality_shapes), base_year)
    names = ("map_of_change", "map_of_shortage")
    drawn = {"chart": chart, **dict(zip(names, maps, strict=False))}
    pictures = {
        name: picture(p.png(), f"{p.alt} {p.footnote}".strip())
        for name, p in drawn.items()
        if p is not None
    }
    yield dg.Output(
        table,
        output_name="gap",
        metadata={
            **answer(balance, base_year),
            **row_count(table),
            "first_to_look_at": short_table(*largest(table), FEW_ROWS),
            "special_schools": inline_picture(*special_line(balance, demand, register)),
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
    cells = table[(table["locality"] == "ALL") & (table["view"] == "placements")]
    known = cells[cells["gap_reason"] == ""]
    soon = known[(known["year"] == known["first_year"]) & (known["year"] <= base_year + 3)]
    yield dg.AssetCheckResult(
        asset_key="gap",
        check_name="no_likely_shortage_within_3_years",
        passed=soon.empty and not known.empty,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "cells_short": len(soon),
            "rows_with_a_gap": len(known),
            "where": short_table(
                soon.sort_values("expected_shortage", ascending=False, kind="stable"),
                ["need_group", "provision", "phase", "first_year", "p_shortage", "gap_mean"],
            ),
        },
    )


def answer(balance: pd.DataFrame, base_year: int) -> dict[str, float]:
    """Return the answer as numbers: special-school shortage or change, five years on."""
    year = min(base_year + 5, int(balance["year"].max()))
    special = balance[(balance["provision"] == "special") & (balance["view"] == "placements")]
    by_year = special.set_index("year")
    if by_year.empty:
        return {}
    shortage = by_year["shortage_total"].get(year)
    if shortage is not None and pd.notna(shortage):
        return {f"special_places_short_{year}": round(float(shortage), 1)}
    change = by_year["demand_mean"].get(year, 0.0) - by_year["demand_mean"].get(base_year, 0.0)
    return {f"change_in_special_placements_{year}": round(float(change), 1)}


def special_line(
    balance: pd.DataFrame, demand: pd.DataFrame, register: pd.DataFrame
) -> tuple[str, str]:
    """Return a small picture of special-school demand, and its words; places once confirmed."""
    from sufficiency.reports.content import is_assumed, places_for_residents
    from sufficiency.reports.sparkline import sparkline

    cell = {"view": "placements", "provision": "special", "need_group": "ALL", "phase": "ALL"}
    rows = demand[
        (demand[list(cell)] == pd.Series(cell)).all(axis=1) & (demand["locality"] == "ALL")
    ].sort_values("year")
    middle, low, high = (rows[name].tolist() for name in ("p50", "p10", "p90"))
    words = "Residents in special schools, 8 in 10 futures shaded"
    places = places_for_residents(balance, "special")
    if places is None or is_assumed(register, "special") or places["places"].isna().any():
        return sparkline(middle, low, high), f"{words}; places not confirmed"
    known = places.sort_values("year")["places"].astype(float).tolist()
    return sparkline(middle, low, high, known), f"{words}; places dashed"


def largest(gap: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the authority's rows of the last year to show first, and their columns.

    The likeliest shortage comes first; while places are not known the largest change does.
    """
    from sufficiency.reports.decisions import named

    last = gap[
        (gap["locality"] == "ALL")
        & (gap["view"] == "placements")
        & (gap["year"] == gap["year"].max())
    ]
    cell = {"need_group": "need", "provision": "provision", "phase": "phase"}
    if last["gap_mean"].notna().any():
        known = last[last["gap_mean"].notna()]
        order = known.sort_values(
            ["p_shortage", "expected_shortage"], ascending=False, kind="stable"
        )
        return named(order), {
            **cell,
            "p_shortage": "chance",
            "expected_shortage": "short",
            "first_year": "first year",
        }
    order = last.sort_values("change_mean", ascending=False, kind="stable")
    return named(order), {**cell, "demand_mean": "demand", "change_mean": "change from today"}


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
