"""Readers of DfE "Education, health and care plans", 2025 and 2026 layouts.

Three shapes: counts by placement column (caseload, new plans), counts by need column (need, need
of new plans) and plain counts (ceased, requests, assessments, timeliness). Columns and labels are
mapped to our settings and needs by the terms tables; several columns of one setting are added up.
Resourced provision and unit columns are in addition to their parent column; columns of totals and
percentages are not read. Rows are taken by breakdown topic, because the labels of ages recur under
other topics ("Age when plan started").

An age that the authority does not list has no row: where an authority lists ages at all, an absent
one means no plans.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from sufficiency import terms
from sufficiency.findings import Findings
from sufficiency.sources.ees_labels import (
    AGE_NOW,
    AGE_THEN,
    FILTERS,
    PLACEMENT_TOPICS,
    TOTAL_TOPICS,
    TOTALS,
    age_of,
    report_columns,
    rows_to_read,
    setting_of,
)
from sufficiency.sources.ees_rows import (
    COMMON,
    FLOW_COLUMNS,
    LICENCE,
    STOCK_COLUMNS,
    add_columns,
    add_rows,
    counts,
    long_rows,
    open_rows,
)
from sufficiency.sources.layout import Layout

CEASED_REASONS = (
    "max_age",
    "needs_met",
    "he",
    "employ",
    "transfer",
    "no_engage",
    "moved_outside_eng",
    "deceased",
    "not_rec",
    "other",
)


@dataclass(frozen=True)
class Count:
    """What one column of a plain count file is.

    Attributes:
        flow: Flow of the contract.
        dimension: `total` (its breakdowns are read too) or `reason`.
        key: Key in the dimension.
    """

    flow: str
    dimension: str = "total"
    key: str = "all"


def read_placements(
    path: Path, findings: Findings, *, source: str, total: str, flow: str = ""
) -> pd.DataFrame:
    """Return counts in total, by setting, age, and age x setting.

    Args:
        path: Caseload or new plans file.
        findings: Collects what could not be mapped.
        source: Layout name.
        total: Column of all plans.
        flow: Flow of the contract; empty for a stock.

    Returns:
        Tidy frame with `STOCK_COLUMNS`, or `FLOW_COLUMNS` for a flow.
    """
    table = open_rows(path, findings)
    groups = _setting_columns(table)
    known = {*COMMON, *FILTERS, total, *TOTALS, *terms.table("ees_settings")["ees_column"]}
    report_columns(table, known, path.name, findings, counted="placement")
    topics = {"total": TOTAL_TOPICS, "age": AGE_THEN if flow else AGE_NOW}
    rows, masks = rows_to_read(table, topics, path.name, findings, calendar=bool(flow))
    table = table.loc[rows.index]
    columns = [name for names in groups.values() for name in names]
    values, codes = counts(table, [total, *columns], path.name, findings)
    by_setting = add_columns(values, codes, groups, rows["year"])
    parts = [_total(rows, values, codes, total, masks["total"])]
    at = masks["total"]
    parts.append(long_rows(rows[at], by_setting[0][at], by_setting[1][at], dimension="setting"))
    ages = age_of(table.loc[masks["age"], "breakdown"], path.name, findings)
    parts.append(_by_key(rows, values, codes, total, ages, "age"))
    parts.append(
        long_rows(
            rows.loc[ages.index],
            by_setting[0].loc[ages.index],
            by_setting[1].loc[ages.index],
            dimension="age_setting",
            key=ages,
        )
    )
    return _finish(parts, source, flow)


def read_needs(path: Path, findings: Findings, *, source: str, flow: str = "") -> pd.DataFrame:
    """Return counts by need, need x age and need x setting.

    Arguments and result as `read_placements`.
    """
    table = open_rows(path, findings)
    columns = terms.lookup("needs", "ees_column")
    groups = {need: [name] for need, name in columns.items() if name in table}
    known = {*COMMON, *FILTERS, "ehc_plans", *columns.values()}
    report_columns(table, known, path.name, findings, counted="need")
    topics = {
        "total": TOTAL_TOPICS,
        "age": tuple(reversed(AGE_THEN)) if flow else AGE_NOW,
        "setting": PLACEMENT_TOPICS,
    }
    rows, masks = rows_to_read(table, topics, path.name, findings, calendar=bool(flow))
    table = table.loc[rows.index]
    names = [name for group in groups.values() for name in group]
    raw_values, raw_codes = counts(table, names, path.name, findings)
    values, codes = add_columns(raw_values, raw_codes, groups, rows["year"])
    at = masks["total"]
    parts = [long_rows(rows[at], values[at], codes[at], dimension="need")]
    ages = age_of(table.loc[masks["age"], "breakdown"], path.name, findings)
    settings = setting_of(table.loc[masks["setting"], "breakdown"], path.name, findings)
    for dimension, labels in (("need_age", ages), ("need_setting", settings)):
        part = long_rows(
            rows.loc[labels.index],
            values.loc[labels.index],
            codes.loc[labels.index],
            dimension=dimension,
            second_key=labels,
        )
        parts.append(part)
    return _finish(parts, source, flow)


def read_counts(
    path: Path,
    findings: Findings,
    *,
    source: str,
    columns: dict[str, Count],
    ignored: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Return flows that have no placement or need columns.

    Args:
        path: Ceased plans, requests, assessments or timeliness file.
        findings: Collects what could not be mapped.
        source: Layout name.
        columns: Column -> what it counts. Ceased plans are also read by age and last setting.
        ignored: Columns that are known and not used.

    Returns:
        Tidy frame with `FLOW_COLUMNS`.
    """
    table = open_rows(path, findings)
    report_columns(table, {*COMMON, *FILTERS, *columns, *ignored}, path.name, findings)
    by_age_and_setting = "total_ceased" in columns
    topics: dict[str, tuple[str, ...]] = {"total": TOTAL_TOPICS}
    if by_age_and_setting:
        topics |= {"age": AGE_THEN[1:], "setting": PLACEMENT_TOPICS}
    else:
        topics |= {"unused": (*AGE_NOW, *PLACEMENT_TOPICS)}
    rows, masks = rows_to_read(table, topics, path.name, findings, calendar=True)
    table = table.loc[rows.index]
    values, codes = counts(table, list(columns), path.name, findings)
    parts = []
    for name, count in columns.items():
        part = _total(rows, values, codes, name, masks["total"])
        parts.append(part.assign(flow=count.flow, dimension=count.dimension, key=count.key))
    if by_age_and_setting:
        flow = columns["total_ceased"].flow
        ages = age_of(table.loc[masks["age"], "breakdown"], path.name, findings)
        settings = setting_of(table.loc[masks["setting"], "breakdown"], path.name, findings)
        for dimension, keys in (("age", ages), ("setting", settings)):
            part = _by_key(rows, values, codes, "total_ceased", keys, dimension)
            parts.append(part.assign(flow=flow))
    return _finish(parts, source, "")


def _setting_columns(table: pd.DataFrame) -> dict[str, list[str]]:
    """Return setting -> the columns of a file that make it."""
    known = terms.table("ees_settings")
    known = known[known["ees_column"].isin(list(table.columns))]
    return {
        str(setting): list(rows["ees_column"])
        for setting, rows in known.groupby("setting", sort=False)
    }


def _total(
    rows: pd.DataFrame, values: pd.DataFrame, codes: pd.DataFrame, column: str, at: pd.Series
) -> pd.DataFrame:
    part = long_rows(rows[at], values.loc[at, [column]], codes.loc[at, [column]], dimension="total")
    return part.assign(key="all")


def _by_key(
    rows: pd.DataFrame,
    values: pd.DataFrame,
    codes: pd.DataFrame,
    column: str,
    keys: pd.Series,
    dimension: str,
) -> pd.DataFrame:
    at = keys.index
    part = long_rows(
        rows.loc[at], values.loc[at, [column]], codes.loc[at, [column]], dimension=dimension
    )
    return part.assign(key=keys.to_numpy())


def _finish(parts: list[pd.DataFrame], source: str, flow: str) -> pd.DataFrame:
    """Return one tidy frame; `flow` empty and no flow column means a stock."""
    rows = add_rows(pd.concat([p for p in parts if len(p)] or parts, ignore_index=True))
    if flow:
        rows = rows.assign(flow=flow)
    if "flow" not in rows:
        return rows.assign(source=source, release=rows["year"].max())[STOCK_COLUMNS]
    rows = rows.rename(columns={"year": "calendar_year"})
    year = rows["calendar_year"] + 1
    return rows.assign(year=year, source=source, release=year.max())[FLOW_COLUMNS]


STOCK_ROW = (("time_identifier", "academic"),)
FLOW_ROW = (("time_identifier", "calendar"),)
CEASED = {"total_ceased": Count("ceased_plans")} | {
    reason: Count("ceased_plans", "reason", reason) for reason in CEASED_REASONS
}
REQUESTS = {
    "requests_received_in_year": Count("requests"),
    "requests_decided_not_to_assess": Count("requests_refused"),
}
REQUESTS_UNUSED = (
    "requests_rya",
    "requests_decided_to_assess",
    "requests_decision_not_made",
    "requests_withdrawn",
    "request_outcome_six_weeks",
    "request_outcome_over_6_weeks",
    "mediation_related_request",
    "tribunal_related_request",
    "tribunal_after_mediation_request",
)
ASSESSMENTS = {
    "assess_in_year": Count("assessments"),
    "assess_issued": Count("assessments_issued"),
    "assess_not_made": Count("assessments_pending"),
}
ASSESSMENTS_UNUSED = (
    "assess_not_issued",
    "assess_withdrawn",
    "outcome_decision_within_time",
    "outcome_decision_over_time",
    "number_assess_mediation",
    "number_assess_tribunal",
    "number_asssess_mediation_tribunal",
    "number_other_mediation",
    "number_other_tribunal",
    "number_other_mediation_tribunal",
)
# The published headline leaves out plans with a permitted exception; so does this.
TIMELINESS = {
    "plans_issued_den_ex": Count("issued"),
    "plans_issued_20_weeks_ex": Count("issued_within_20_weeks"),
}
TIMELINESS_UNUSED = (
    "plans_issued_den",
    "plans_issued_within_20_weeks",
    "plans_issued_gt20weeks_ltyear",
    "plans_issued_gt20weeks_ltyear_ex",
    "plans_issued_gt_1_year",
    "plans_issued_gt_1_year_ex",
)


def _layout(
    name: str,
    title: str,
    columns: tuple[str, ...],
    read: Callable[..., pd.DataFrame],
    **more: Any,
) -> Layout:
    return Layout(
        name=name,
        folder="ehcp",
        title=f"Education, health and care plans: {title}",
        columns=(*COMMON, *FILTERS, *columns),
        licence=LICENCE,
        read=partial(read, source=name),
        **more,
    )


def _placements(year: int, special: tuple[str, ...], **more: Any) -> list[Layout]:
    columns = ("mainstream_la_maintained", "special_la_maintained", *special)
    stock = partial(read_placements, total="ehcplans")
    flow = partial(read_placements, total="new_ehc_plans", flow="new_plans")
    return [
        _layout(f"ees_{year}_caseload", "caseload", ("ehcplans", *columns), stock, **more),
        _layout(f"ees_{year}_new_plans", "new plans", ("new_ehc_plans", *columns), flow, **more),
    ]


def _needs(year: int, extra: tuple[str, ...], **more: Any) -> list[Layout]:
    columns = ("ehc_plans", "number_asd", "number_semh", "number_slcn", *extra)
    flow = partial(read_needs, flow="new_plans")
    names = ("need", "need_new_plans")
    return [
        _layout(f"ees_{year}_{names[0]}", "need", columns, read_needs, first_row=STOCK_ROW, **more),
        _layout(
            f"ees_{year}_{names[1]}", "need of new plans", columns, flow, first_row=FLOW_ROW, **more
        ),
    ]


def _counts(
    name: str, title: str, columns: dict[str, Count], ignored: tuple[str, ...] = ()
) -> Layout:
    read = partial(read_counts, columns=columns, ignored=ignored)
    return _layout(name, title, tuple(columns), read)


# Named after the release in which the layout came up; files of later years may keep it.
LAYOUTS: list[Layout] = [
    *_placements(2025, ("special_academy_free",)),
    *_placements(
        2026, ("special_academy", "special_free_school"), not_columns=("special_academy_free",)
    ),
    *_needs(2025, (), not_columns=("number_ds",)),
    *_needs(2026, ("number_ds",)),
    _counts("ees_2025_ceased_plans", "ceased plans", CEASED),
    _counts("ees_2025_requests", "requests for assessment", REQUESTS, REQUESTS_UNUSED),
    _counts("ees_2025_assessments", "assessments", ASSESSMENTS, ASSESSMENTS_UNUSED),
    _counts("ees_2025_timeliness", "20-week timeliness", TIMELINESS, TIMELINESS_UNUSED),
]
