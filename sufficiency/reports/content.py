"""The canonical tables of a run gathered into what the page and the workbook carry.

Rows are chosen and named here; no number is made but a difference of two means and a sum of
expected shortages, both of which add up by construction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd

from sufficiency.reports import appendices, charts, maps, tables
from sufficiency.reports.decisions import (
    brief_tables,
    decision_tables,
    occupancy_chart,
    september_chart,
)
from sufficiency.reports.own_returns import returns_tables
from sufficiency.reports.page import ReportContent
from sufficiency.reports.picture import Picture
from sufficiency.reports.printing import ReportTable, in_order
from sufficiency.reports.tested import provision_fared, total_fared, verdicts_table
from sufficiency.reports.why import annotation_table, drivers_table, waterfall
from sufficiency.terms import ALL, OUTSIDE, lookup

YEARS_AHEAD = 5
MODELLED_GAP = "Homes are modelled: a guide, not a finding."
BEFORE_FLOWS = "before imports and exports"
HOMES_ONLY = (
    "Children who go to school in another locality or authority are counted where they live: a "
    "guide, not a finding."
)
OUTSIDE_NAME = "Outside the authority (not on the map)"


@dataclass(frozen=True)
class About:
    """What a report is about.

    Attributes:
        authority: Three-digit DfE code.
        authority_name: Name.
        base_year: Base census.
        run: Run id.
    """

    authority: str
    authority_name: str
    base_year: int
    run: str


def about_run(authority: str, stock: pd.DataFrame, plans: pd.DataFrame, run: str = "") -> About:
    """Return what a run is about, with the authority's latest published name.

    Args:
        authority: Three-digit DfE code.
        stock: The `published_stock` table.
        plans: The `plans` table; its year is the base census.
        run: Run id, empty before there is one.
    """
    own = stock[stock["authority"] == authority].sort_values("year", kind="stable")
    return About(authority, str(own["authority_name"].iloc[-1]), int(plans["year"].iloc[0]), run)


def report_content(
    about: About,
    run_tables: Mapping[str, pd.DataFrame],
    headlines: list[str],
    scap: pd.DataFrame,
    shapes: gpd.GeoDataFrame | None = None,
) -> ReportContent:
    """Return everything the page and the workbook need.

    Args:
        about: What the report is about.
        run_tables: Canonical tables by name: demand, gap, provision_balance, beside_others,
            accuracy, assumptions, findings, input_files, register, published_stock.
        headlines: Sentences, the most important first.
        scap: The draft from `returns.scap`.
        shapes: locality, geometry; None where the workspace has none.
    """
    gap, demand = run_tables["gap"], run_tables["demand"]
    focus = focus_year(demand, about.base_year)
    licences = run_tables["input_files"]["licence"]
    everything = tables.gap_table(gap, about.base_year)
    if not tables.has_gaps(gap):
        everything = replace(everything, caption="Change in demand")
    return ReportContent(
        authority=about.authority,
        authority_name=about.authority_name,
        base_year=about.base_year,
        run=about.run,
        basis=str(demand["basis"].iloc[0]) if len(demand) else "",
        headlines=tuple(headlines),
        charts=run_charts(about, run_tables),
        maps=() if shapes is None else locality_maps(gap, demand, shapes, about.base_year),
        balance=tables.balance_table(run_tables["provision_balance"], focus),
        main=tables.largest(gap, focus, about.base_year),
        everything=everything,
        beside=tables.beside_table(run_tables["beside_others"]),
        accuracy=appendices.accuracy_table(run_tables["accuracy"]),
        assumptions=appendices.assumptions_table(run_tables["assumptions"]),
        findings=appendices.findings_table(run_tables["findings"]),
        inputs=appendices.inputs_table(run_tables["input_files"]),
        scap=appendices.scap_table(scap),
        licences=tuple(dict.fromkeys(line for line in licences if line)),
        returns=returns_tables(run_tables),
        decisions=decision_tables(run_tables),
        brief=brief_tables(run_tables),
        tested=_tested_tables(run_tables, focus),
    )


def _tested_tables(run_tables: Mapping[str, pd.DataFrame], focus: int) -> dict[str, ReportTable]:
    """Why the forecast moves and what may be said of it, as far as the run has them."""
    made = {
        "Why it moves": ("drivers", lambda rows: drivers_table(rows, focus)),
        "How good": ("verdicts", verdicts_table),
        "Annotated years": ("annotation_effect", annotation_table),
    }
    return {
        name: make(run_tables[table])
        for name, (table, make) in made.items()
        if table in run_tables and len(run_tables[table])
    }


def focus_year(demand: pd.DataFrame, base_year: int) -> int:
    """Return the year that tables show: five years ahead, or the last forecast if nearer."""
    return min(base_year + YEARS_AHEAD, int(demand["year"].max()))


def run_charts(about: About, run_tables: Mapping[str, pd.DataFrame]) -> tuple[Picture, ...]:
    """Return the charts of a run: all plans, need groups, then each provision.

    Args:
        about: What the report is about.
        run_tables: Canonical tables: demand, provision_balance, register, published_stock,
            accuracy.
    """
    demand = run_tables["demand"]
    stock = run_tables["published_stock"]
    balance, register = run_tables["provision_balance"], run_tables["register"]
    accuracy = run_tables["accuracy"]
    groups = tables.authority_rows(demand)
    groups = groups[(groups["provision"] == ALL) & (groups["phase"] == ALL)]
    made = [
        total_chart(about, demand, stock, accuracy),
        *_why(about, run_tables, focus_year(demand, about.base_year)),
        charts.demand_by_need_group(groups, about.base_year, focus_year(demand, about.base_year)),
        *(
            provision_chart(about, demand, balance, register, stock, provision, accuracy)
            for provision in in_order(lookup("provisions", "name"), "provisions")
        ),
    ]
    if "occupancy" in run_tables:
        made.append(occupancy_chart(run_tables["occupancy"]))
    if "september_board" in run_tables:
        made.append(september_chart(run_tables["september_board"]))
    return tuple(picture for picture in made if picture is not None)


def _why(about: About, run_tables: Mapping[str, pd.DataFrame], focus: int) -> list[Picture]:
    if "drivers" not in run_tables or run_tables["drivers"].empty:
        return []
    base = len(run_tables["plans"])
    return [waterfall(run_tables["drivers"], base, about.base_year, focus)]


def total_chart(
    about: About,
    demand: pd.DataFrame,
    stock: pd.DataFrame,
    accuracy: pd.DataFrame | None = None,
) -> Picture:
    """Return the chart of all plans, published years and forecast.

    Args:
        about: What the report is about.
        demand: The `demand` table.
        stock: The `published_stock` table.
        accuracy: The `accuracy` table, for the words under the chart; None to say nothing.
    """
    rows = _totals(demand)
    history = recorded(stock, about.authority, about.base_year)
    all_plans = rows[rows["provision"] == ALL]
    picture = charts.demand_total(all_plans, about.authority_name, history.get(ALL))
    return picture if accuracy is None else replace(picture, footnote=total_fared(accuracy))


def provision_chart(
    about: About,
    demand: pd.DataFrame,
    balance: pd.DataFrame,
    register: pd.DataFrame,
    stock: pd.DataFrame,
    provision: str,
    accuracy: pd.DataFrame | None = None,
) -> Picture | None:
    """Return the chart of demand against places of one provision, None if nobody is placed in it.

    Args:
        about: What the report is about.
        demand: The `demand` table.
        balance: The `provision_balance` table.
        register: The `register` table.
        stock: The `published_stock` table.
        provision: Provision code.
        accuracy: The `accuracy` table, for the words under the chart; None to say nothing.
    """
    rows = _totals(demand)
    rows = rows[rows["provision"] == provision]
    if rows.empty:
        return None
    history = recorded(stock, about.authority, about.base_year)
    picture = charts.demand_and_places(
        rows,
        provision,
        places_for_residents(balance, provision),
        history.get(provision),
        assumed=is_assumed(register, provision),
    )
    if accuracy is None:
        return picture
    return replace(picture, footnote=provision_fared(accuracy, provision))


def _totals(demand: pd.DataFrame) -> pd.DataFrame:
    rows = tables.authority_rows(demand)
    return rows[(rows["need_group"] == ALL) & (rows["phase"] == ALL)]


def places_for_residents(balance: pd.DataFrame, provision: str) -> pd.DataFrame | None:
    """Return year, places that residents can use; None where a gap has no meaning.

    Places for residents are the register's, plus those they use in other authorities, less those
    used by pupils of other authorities or without a plan; missing where the register has no row.
    """
    if lookup("provisions", "capacity_gap")[provision] != "yes":
        return None
    rows = tables.authority_rows(balance)
    rows = rows[rows["provision"] == provision]
    adjusted = [rows[name].fillna(0) for name in tables.ADJUSTMENTS]
    places = sum(adjusted, rows["register_places"])
    return pd.DataFrame({"year": rows["year"], "places": places})


def is_assumed(register: pd.DataFrame, provision: str) -> bool:
    """Return whether any of a provision's register rows still awaits a planner."""
    return bool(((register["provision"] == provision) & (register["assumed"] == "yes")).any())


def recorded(stock: pd.DataFrame, authority: str, base_year: int) -> dict[str, pd.DataFrame]:
    """Return published plans up to the base census: ALL and each provision -> year, plans.

    A year in which any part of a provision was not published is left out, never counted as 0.

    Args:
        stock: The `published_stock` table.
        authority: Three-digit DfE code.
        base_year: Base census.
    """
    own = stock[(stock["authority"] == authority) & (stock["year"] <= base_year)]
    settings = own[own["dimension"] == "setting"]
    provision = settings["key"].map(lookup("settings", "provision"))
    parts = pd.concat(
        [
            own[own["dimension"] == "total"].assign(provision=ALL),
            settings.assign(provision=provision)[provision.fillna("") != ""],
        ]
    )
    sums = parts.assign(known=parts["status"].isin(["ok", "zero"])).groupby(["provision", "year"])
    table = sums.agg(plans=("value", "sum"), known=("known", "all")).reset_index()
    table = table[table["known"]]
    return {
        str(name): rows[["year", "plans"]].reset_index(drop=True)
        for name, rows in table.groupby("provision")
    }


def locality_maps(
    gap: pd.DataFrame, demand: pd.DataFrame, shapes: gpd.GeoDataFrame, base_year: int
) -> tuple[Picture, ...]:
    """Return the maps of a run: change in plans and, where places are known, gap by locality.

    Where homes are modelled the second is titled as modelled; where they are known but children may
    go to school elsewhere, as before imports and exports. Either is a guide, never a finding.

    Args:
        gap: The `gap` table.
        demand: The `demand` table.
        shapes: locality, geometry.
        base_year: Base census.
    """
    focus = focus_year(demand, base_year)
    modelled = bool((demand["basis"] == "modelled").any())
    note = "Where children live is modelled: a guide, not a count." if modelled else ""
    made = [
        maps.locality_map(
            shapes,
            _renamed(locality_changes(demand, base_year, focus)),
            title=f"Change in EHC plans, January {base_year} to January {focus}",
            unit="plans",
            note=note,
        )
    ]
    shortages = locality_shortages(gap, focus)
    if shortages["value"].notna().any():
        title = f"Expected shortage against the places in each locality, January {focus}"
        sited = (
            "Only places in the locality are counted, so a shortage here may be met elsewhere; "
            "localities do not add up to the authority."
        )
        guide = ""
        if modelled:
            guide = MODELLED_GAP
            title = f"Modelled shortage by locality, before imports and exports, January {focus}"
        elif gap["basis"].str.contains(BEFORE_FLOWS).any():
            guide = HOMES_ONLY
            title = f"Shortage by locality, before imports and exports, January {focus}"
        sited = f"{guide} {sited}".strip()
        made.append(
            maps.locality_map(
                shapes,
                _renamed(shortages),
                title=title,
                unit="places",
                rise="Shortage",
                note=sited,
            )
        )
    return tuple(made)


def locality_changes(demand: pd.DataFrame, base_year: int, year: int) -> pd.DataFrame:
    """Return locality, value: change in the mean number of plans since the base census."""
    kept = (demand["view"] == "placements") & (demand["locality"] != ALL)
    for column in ("need_group", "provision", "phase"):
        kept &= demand[column] == ALL
    kept &= demand["scenario"] == tables.first_scenario(demand)
    means = demand[kept].set_index(["locality", "year"])["mean"].unstack("year")
    change = means.reindex(columns=[base_year, year])
    return (change[year] - change[base_year]).rename("value").reset_index()


def locality_shortages(gap: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return locality, value: expected shortage summed over cells, missing if none is known."""
    kept = (gap["view"] == "placements") & (gap["locality"] != ALL) & (gap["year"] == year)
    kept &= gap["scenario"] == tables.first_scenario(gap)
    sums = gap[kept].groupby("locality")["expected_shortage"].sum(min_count=1)
    return sums.rename("value").reset_index()


def _renamed(values: pd.DataFrame) -> pd.DataFrame:
    return values.assign(locality=values["locality"].replace(OUTSIDE, OUTSIDE_NAME))
