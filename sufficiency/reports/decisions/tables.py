"""The tables of decisions chosen, named and, for the page, cut short; no number is made."""

from collections.abc import Mapping

import pandas as pd

from sufficiency.reports.decisions.money import MONEY
from sufficiency.reports.decisions.september import SEPTEMBER
from sufficiency.reports.decisions.shown import Shown
from sufficiency.reports.decisions.supply import SUPPLY
from sufficiency.reports.printing import ReportTable, chosen_columns
from sufficiency.terms import ALL, lookup

ON_THE_PAGE = 15
YEAR_GROUPS = {-2: "Nursery 1", -1: "Nursery 2", 0: "Reception"}
POOLS = {
    "nursery": "Nursery",
    "school_age": "Reception to Year 11",
    "post_16": "Post-16",
    ALL: "All",
}
NAMED = {
    "provision": "provisions",
    "local_provision": "provisions",
    "need_group": "need_groups",
    "phase": "phases",
    "setting": "settings",
    "where_now": "settings",
    "setting_group": "setting_groups",
    "transfer": "phase_transfers",
    "route": "routes",
    "scheme_type": "scheme_types",
    "item": "cost_items",
}
PLAIN = ("stage", "interim", "kind", "place_type", "verdict", "met_by")
TABLES: dict[str, Shown] = {**SUPPLY, **SEPTEMBER, **MONEY}


def decision_tables(run_tables: Mapping[str, pd.DataFrame]) -> dict[str, ReportTable]:
    """Return short name -> table, whole; tables that are not there or are empty are left out.

    Args:
        run_tables: Canonical tables by name.
    """
    made: dict[str, ReportTable] = {}
    for name, shown in TABLES.items():
        rows = shown.rows(run_tables[shown.table]) if shown.table in run_tables else pd.DataFrame()
        if len(rows):
            made[name] = chosen_columns(shown.caption, named(rows), shown.columns, shown.note)
    return made


def brief_tables(run_tables: Mapping[str, pd.DataFrame]) -> dict[str, ReportTable]:
    """Return short name -> table short enough for the page, each saying where the rest is.

    Args:
        run_tables: Canonical tables by name.
    """
    made: dict[str, ReportTable] = {}
    for name, shown in TABLES.items():
        if not shown.brief or shown.table not in run_tables:
            continue
        whole = shown.rows(run_tables[shown.table])
        rows = shown.brief_rows(whole)
        if rows.empty:
            continue
        columns = {column: shown.columns[column] for column in shown.brief}
        more = f"The whole table is in the workbook, sheet {name}."
        left_out = len(rows) - ON_THE_PAGE
        if left_out > 0:
            more = f"The first {ON_THE_PAGE} rows of {len(rows):,}. {more}"
        made[name] = chosen_columns(
            shown.caption,
            named(rows.head(ON_THE_PAGE)),
            columns,
            f"{shown.note} {more}".strip(),
        )
    return made


def named(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with names in place of codes, and year groups in words."""
    names: dict[str, pd.Series] = {}
    for column, terms in NAMED.items():
        if column in frame:
            known = {**lookup(terms, "name"), ALL: "All"}
            names[column] = frame[column].map(known).fillna(frame[column])
    for column in PLAIN:
        if column in frame:
            names[column] = frame[column].str.replace("_", " ")
    if "needs" in frame:
        names["needs"] = frame["needs"].replace("", "All")
    if "pool" in frame:
        names["pool"] = frame["pool"].map(POOLS)
    if "locality" in frame:
        names["locality"] = frame["locality"].replace(ALL, "Whole authority")
    if {"ncy_from", "ncy_to"} <= set(frame.columns):
        names["cohort"] = pd.Series(
            [
                cohort(int(first), int(last))
                for first, last in zip(frame["ncy_from"], frame["ncy_to"], strict=True)
            ],
            index=frame.index,
            dtype="str",
        )
    return frame.assign(**names)


def cohort(first: int, last: int) -> str:
    """Return year groups in words: `Year 7 to Year 9`."""
    return year_group(first) if first == last else f"{year_group(first)} to {year_group(last)}"


def year_group(ncy: int) -> str:
    """Return a nominal year group in words: 0 is Reception, 7 is Year 7."""
    return YEAR_GROUPS.get(ncy, f"Year {ncy}" if ncy > 0 else f"age {ncy + 4}")
