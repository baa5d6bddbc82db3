"""Readers of DfE "Education, health and care plans", 2022 release (aggregate survey, 2010 to 2022).

Statements of special educational needs existed until 2018, so every count is statements and plans
together (`Total_all`, `Total_new_all`). Stocks are dated by the year of their January, flows by
calendar year. Ages come in five bands. Hospital schools and sixth-form colleges have types of their
own here; the later release counts them with maintained special schools and with colleges.
"""

from functools import partial
from pathlib import Path

import pandas as pd

from sufficiency import terms
from sufficiency.findings import Findings
from sufficiency.sources.ees_labels import block_unknown
from sufficiency.sources.ees_rows import (
    COMMON,
    FLOW_COLUMNS,
    LICENCE,
    PLACE,
    STOCK_COLUMNS,
    add_rows,
    counts,
    long_rows,
    open_rows,
    place_rows,
    years,
)
from sufficiency.sources.layout import Layout

AGE_BANDS = {
    "under 5": "0-4",
    "age 5 to 10": "5-10",
    "age 11 to 15": "11-15",
    "age 16 to 19": "16-19",
    "age 20 to 25": "20-25",
}
TOTAL = "total"
MI_FLOWS = {
    "inreqehc": "requests",
    "assrefusedehc": "requests_refused",
    "assnodecisionehc": "assessments_pending",
}


def read_ages(
    path: Path, findings: Findings, *, source: str, column: str, flow: str = ""
) -> pd.DataFrame:
    """Return counts in total and by age band.

    Args:
        path: Age caseload or age new plans file.
        findings: Collects labels that are not known.
        source: Layout name.
        column: Lower-case column of statements and plans together.
        flow: Flow of the contract; empty for a stock.

    Returns:
        Tidy frame with `ees_rows.STOCK_COLUMNS`, or `FLOW_COLUMNS` for a flow.
    """
    table = open_rows(path, findings)
    label = table["characteristic_age"].str.strip().str.lower()
    keys = label.map(AGE_BANDS | {TOTAL: "all"})
    block_unknown(table.loc[keys.isna(), "characteristic_age"], "age", path.name, findings)
    rows = _counted(table[keys.notna()], column, path.name, findings, bool(flow))
    key = keys.loc[rows.index]
    return _finish(
        rows.assign(dimension=key.map({"all": "total"}).fillna("age_band"), key=key), source, flow
    )


def read_settings(
    path: Path, findings: Findings, *, source: str, column: str, flow: str = ""
) -> pd.DataFrame:
    """Return counts by setting; several establishment types of one setting are added up.

    Arguments and result as `read_ages`. Rows of totals are left out: the age files have them.
    """
    table = open_rows(path, findings)
    known = terms.table("ees_settings")
    codes = {
        label.lower(): code
        for label, code in zip(known["ees_2022_type"], known["setting"], strict=True)
        if label
    }
    label = table["establishment_type"].str.strip().str.lower()
    keys = label.map(codes)
    lost = keys.isna() & (label != TOTAL)
    block_unknown(table.loc[lost, "establishment_type"], "setting", path.name, findings)
    rows = _counted(table[keys.notna()], column, path.name, findings, bool(flow))
    # A type that the survey did not ask about has z: it is passed over beside types that it did.
    asked = rows["status"] != "not_applicable"
    rows = rows.assign(dimension="setting", key=keys.loc[rows.index])
    cell = [rows[c] for c in ("authority", "level", "year", "key")]
    rows = rows[asked | ~asked.groupby(cell).transform("any")]
    return _finish(add_rows(rows), source, flow)


def read_management(path: Path, findings: Findings, *, source: str) -> pd.DataFrame:
    """Return requests, refusals and assessments pending, in total, by calendar year."""
    table = open_rows(path, findings)
    parts = [
        _counted(table, column, path.name, findings, True).assign(
            dimension="total", key="all", flow=flow
        )
        for column, flow in MI_FLOWS.items()
    ]
    return _finish(pd.concat(parts, ignore_index=True), source, "")


def _counted(
    table: pd.DataFrame, column: str, file: str, findings: Findings, calendar: bool
) -> pd.DataFrame:
    """Return place, year, value and status of each row, with the table's index."""
    places = place_rows(table, file, findings)
    year = years(table.loc[places.index, "time_period"], file, findings, calendar=calendar)
    rows = places.assign(year=year)[year.notna()].astype({"year": int})
    values, codes = counts(table.loc[rows.index], [column], file, findings)
    long = long_rows(rows, values, codes, dimension="")
    return long.set_index(rows.index)[[*PLACE, "year", "second_key", "value", "status"]]


def _finish(rows: pd.DataFrame, source: str, flow: str) -> pd.DataFrame:
    if flow:
        rows = rows.assign(flow=flow)
    rows = rows.assign(second_key="", source=source).reset_index(drop=True)
    if "flow" not in rows:
        return rows.assign(release=rows["year"].max())[STOCK_COLUMNS]
    rows = rows.rename(columns={"year": "calendar_year"})
    year = rows["calendar_year"] + 1
    return rows.assign(year=year, release=year.max())[FLOW_COLUMNS]


def _layout(name: str, title: str, columns: tuple[str, ...], read: partial) -> Layout:
    return Layout(
        name=name,
        folder="ehcp",
        title=f"Education, health and care plans 2022: {title}",
        columns=(*COMMON, *columns),
        licence=LICENCE,
        read=partial(read, source=name),
    )


STOCK = {"column": "total_all"}
FLOW = {"column": "total_new_all", "flow": "new_plans"}
AGE = ("characteristic_age",)
TYPE = ("establishment_type", "establishment_group")
LAYOUTS: list[Layout] = [
    _layout(
        "ees_2022_age_caseload", "caseload by age", (*AGE, "total_all"), partial(read_ages, **STOCK)
    ),
    _layout(
        "ees_2022_estab_caseload",
        "caseload by establishment",
        (*TYPE, "total_all"),
        partial(read_settings, **STOCK),
    ),
    _layout(
        "ees_2022_age_new_plans",
        "new plans by age",
        (*AGE, "total_new_all"),
        partial(read_ages, **FLOW),
    ),
    _layout(
        "ees_2022_estab_new_plans",
        "new plans by establishment",
        (*TYPE, "total_new_all"),
        partial(read_settings, **FLOW),
    ),
    _layout("ees_2022_mi", "requests and assessments", tuple(MI_FLOWS), partial(read_management)),
]
