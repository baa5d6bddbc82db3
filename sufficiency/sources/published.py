"""Assemble what the readers of published plans return into the two canonical tables.

Where releases overlap the newest wins, a whole authority, year and dimension at a time: the
releases cut settings differently (hospital schools), so cells of two must not be mixed. The traps
of `traps` are then looked for, and every split is compared with its total.
"""

from dataclasses import replace
from itertools import groupby

import pandas as pd

from sufficiency.contracts import PublishedFlows, PublishedStock, checked, empty
from sufficiency.findings import Finding, Findings, Severity
from sufficiency.sources import traps
from sufficiency.sources.ees_rows import UnreadCell

STOCK_NEEDS = {
    "total": "the caseload file (plans by placement)",
    "need": "the file of plans by primary need",
}
FLOW_NEEDS = {
    "new_plans": "the new plans file",
    "ceased_plans": "the ceased plans file",
}
PUBLICATION = (
    'Download it from "Education, health and care plans" on Explore Education Statistics and put '
    "it in inputs/ehcp."
)
STOCK_ORDER = ["level", "authority", "year", "dimension", "key", "second_key"]
FLOW_ORDER = ["level", "authority", "calendar_year", "flow", "dimension", "key", "second_key"]
SHARE_OF_TOTAL = 0.02
RECENT_YEARS = 3


def published_stock(
    tables: dict[str, pd.DataFrame], findings: Findings, authority: str = ""
) -> pd.DataFrame:
    """Return plans in force as published, one row an authority, year, dimension and key.

    Args:
        tables: Layout name -> tidy table of its reader; tables of other sources are passed over.
        findings: What the readers reported. Missing files block, and so do cells of `authority`
            that could not be read in the latest year of their file; what else is wrong with it
            warns; what is wrong with others informs, one finding a kind.
        authority: Three-digit DfE code of the workspace's authority.

    Returns:
        `contracts.PublishedStock`. Rows with status `unreliable` are kept so that they can be
        shown; models use `usable` rows. An age, need or setting without a row is zero if the
        authority has other rows of that dimension and year, else unknown.
    """
    judge_unread_cells(findings, authority)
    rows = [t for name, t in tables.items() if name.startswith("ees_") and "flow" not in t]
    stock = newest(pd.concat(rows, ignore_index=True), "release") if rows else pd.DataFrame()
    have = set(stock["dimension"]) if rows else set()
    _report_missing(STOCK_NEEDS, have, "blocks", findings)
    if not rows:
        return empty(PublishedStock)
    _compare_releases(pd.concat(rows, ignore_index=True), stock, ["year"], findings, authority)
    stock = traps.stock_traps(stock, findings, authority)
    compare_with_total(stock, findings, authority)
    return checked(PublishedStock, stock.sort_values(STOCK_ORDER), "published_stock")


def published_flows(
    tables: dict[str, pd.DataFrame], findings: Findings, authority: str = ""
) -> pd.DataFrame:
    """Return what happened in each calendar year as published.

    Arguments as `published_stock`; a missing file of new or ceased plans warns.

    Returns:
        `contracts.PublishedFlows`. A total that was rebuilt says so in `source`.
    """
    judge_unread_cells(findings, authority)
    rows = [t for name, t in tables.items() if name.startswith("ees_") and "flow" in t]
    flows = newest(pd.concat(rows, ignore_index=True), "release") if rows else pd.DataFrame()
    have = set(flows["flow"]) if rows else set()
    _report_missing(FLOW_NEEDS, have, "warns", findings)
    if not rows:
        return empty(PublishedFlows)
    _compare_releases(
        pd.concat(rows, ignore_index=True), flows, ["year", "flow"], findings, authority
    )
    _report_no_new_plans(flows, findings, authority)
    flows = traps.flow_traps(flows, findings, authority)
    compare_with_total(flows, findings, authority)
    return checked(PublishedFlows, flows.sort_values(FLOW_ORDER), "published_flows")


def judge_unread_cells(findings: Findings, authority: str) -> None:
    """Settle the readers' `UnreadCell` findings, now that the authority is known.

    Those of the authority block where they are of the latest period of their file, else they warn.
    Those of other places become one warning a file.
    """
    unread = [f for f in findings.items if isinstance(f, UnreadCell)]
    if not authority or not unread:
        return
    findings.items[:] = [f for f in findings.items if not isinstance(f, UnreadCell)]
    for cell in (f for f in unread if f.authority == authority):
        findings.items.append(_plain(cell, "blocks" if cell.latest else "warns"))
    others = sorted((f for f in unread if f.authority != authority), key=lambda f: f.source)
    for file, cells in groupby(others, key=lambda f: f.source):
        group = list(cells)
        first = min(group, key=lambda f: (f.row, f.column))
        count = sum(f.count for f in group)
        more = f" In all {count:,} cells of other places are like it." if count > 1 else ""
        findings.items.append(
            replace(_plain(first, "warns"), message=first.message + more, source=file, count=count)
        )


def _plain(cell: UnreadCell, severity: Severity) -> Finding:
    return Finding(
        cell.check,
        severity,
        cell.message,
        cell.action,
        source=cell.source,
        row=cell.row,
        column=cell.column,
        count=cell.count,
    )


def _report_no_new_plans(flows: pd.DataFrame, findings: Findings, authority: str) -> None:
    """Warn where the authority has no total of new plans in the latest year that others have."""
    totals = flows[(flows["flow"] == "new_plans") & (flows["dimension"] == "total")]
    totals = totals[(totals["level"] == "authority") & totals["value"].notna()]
    if not authority or totals.empty:
        return
    latest = int(totals["calendar_year"].max())
    own = totals[totals["authority"] == authority]
    if (own["calendar_year"] == latest).any():
        return
    others = totals.loc[totals["calendar_year"] == latest, "authority"].nunique()
    last = f"; its last is {int(own['calendar_year'].max())}" if len(own) else ""
    findings.warn(
        "no_recent_new_plans",
        f"Authority {authority} has no published new plans for {latest}, though {others} others "
        f"have{last}.",
        "Add the release that has them, if there is one. Until then its flow of new plans is not "
        "known for that year.",
        source="published_flows",
    )


def usable(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that are counts, without symbols and unreliable ones."""
    return rows[rows["status"].isin(["ok", "zero"]) & rows["value"].notna()]


def newest(rows: pd.DataFrame, release: str) -> pd.DataFrame:
    """Return rows of the newest release of each authority, year, flow and dimension.

    Args:
        rows: Tidy rows of one or more releases.
        release: Column that is larger in a newer release. A release whose cells are all missing
            gives way to one that has numbers.
    """
    block = [c for c in ("level", "authority", "year", "flow", "dimension") if c in rows]
    groups = [rows[c] for c in block]
    numbered = rows["value"].notna().groupby([*groups, rows["source"], rows[release]])
    above_all = int(rows[release].max()) + 1
    rank = numbered.transform("any") * above_all + rows[release]
    best = rank.groupby(groups).transform("max")
    kept = rows[rank == best]
    keys = [*block, "key", "second_key"]
    return kept.drop_duplicates(keys, keep="last").reset_index(drop=True)


def compare_with_total(rows: pd.DataFrame, findings: Findings, authority: str = "") -> None:
    """Compare the sum of every split with the published total; report where they differ.

    Args:
        rows: Stock or flow rows.
        findings: The authority's own differences warn where one of the last three years exceeds
            2% of its total, else inform (older surveys did not ask for every placement). Those of
            other authorities inform, one finding a dimension.
        authority: The workspace's authority.
    """
    local = rows[(rows["level"] == "authority") & (rows["status"] != "unreliable")]
    place = [
        c for c in ("authority", "authority_name", "year", "calendar_year", "flow") if c in local
    ]
    totals = local[local["dimension"] == "total"].groupby(place)["value"].first().rename("total")
    splits = local[~local["dimension"].isin(["total", "reason"])]
    sums = splits.groupby([*place, "dimension"])["value"].sum(min_count=1).rename("sum")
    both = sums.reset_index().merge(totals.reset_index(), on=place)
    both = both.dropna(subset=["sum", "total"])
    apart = both[(both["sum"] - both["total"]).abs() > 0.5].copy()
    apart["share"] = (apart["sum"] - apart["total"]) / apart["total"].clip(lower=1)
    apart["recent"] = apart["year"] > local["year"].max() - RECENT_YEARS
    by = [c for c in ("flow", "dimension") if c in apart]
    source = "published_flows" if "flow" in rows else "published_stock"
    for names, cases in apart.groupby(by, sort=True):
        counted = ["plans", *names] if len(names) == 1 else names
        what = " by ".join(str(name).replace("_", " x ") for name in counted)
        _report_difference(
            what.replace("new x plans", "new plans"), cases, findings, authority, source
        )


def _report_difference(
    what: str, cases: pd.DataFrame, findings: Findings, authority: str, source: str
) -> None:
    own = cases[cases["authority"] == authority]
    others = cases[cases["authority"] != authority]
    if len(own):
        when = "calendar year" if "calendar_year" in own else "January"
        years = own["calendar_year"] if "calendar_year" in own else own["year"]
        shown = ", ".join(
            f"{year}: {parts:,.0f} against {total:,.0f}"
            for year, parts, total in zip(years, own["sum"], own["total"], strict=True)
        )
        large = own["recent"] & (own["share"].abs() > SHARE_OF_TOTAL)
        add = findings.warn if large.any() else findings.inform
        add(
            "split_differs_from_total",
            f"{own['authority_name'].iloc[-1]}: {what} do not add up to the published total "
            f"(sum against total, by {when}: {shown}).",
            "The published total is used for the size, the split only for shares.",
            source=source,
            count=len(own),
        )
    if len(others):
        big = int((others["share"].abs() > SHARE_OF_TOTAL).sum())
        findings.inform(
            "split_differs_from_total",
            f"Other authorities: {what} do not add up to the published total in {len(others)} "
            f"authority-years, by more than 2% in {big}.",
            source=source,
            count=len(others),
        )


def _report_missing(
    needs: dict[str, str], have: set[str], severity: str, findings: Findings
) -> None:
    add = findings.block if severity == "blocks" else findings.warn
    for name, title in needs.items():
        if name not in have:
            add(f"missing_{name}_file", f"No rows were found of {title}.", PUBLICATION)


def _compare_releases(
    every: pd.DataFrame, kept: pd.DataFrame, by: list[str], findings: Findings, authority: str
) -> None:
    """Report whether the totals of overlapping releases agree."""
    key = ["level", "authority", *by]
    totals = every[(every["dimension"] == "total") & every["value"].notna()]
    chosen = kept[kept["dimension"] == "total"]
    both = totals.merge(chosen[[*key, "value", "source", "release"]], on=key, suffixes=("", "_new"))
    both = both[(both["source"] != both["source_new"]) | (both["release"] != both["release_new"])]
    if both.empty:
        return
    apart = both[(both["value"] - both["value_new"]).abs() > 0.5]
    source = "published_flows" if "flow" in by else "published_stock"
    findings.inform(
        "releases_compared",
        f"{len(both) - len(apart)} of {len(both)} totals that two releases publish agree; where "
        "they differ the newest is used.",
        source=source,
        count=len(both),
    )
    own = apart[apart["authority"] == authority]
    if len(own):
        shown = ", ".join(
            f"{flow.replace('_', ' ')} {year}: {old:,.0f}, now {new:,.0f}"
            for flow, year, old, new in zip(
                own["flow"] if "flow" in own else ["plans"] * len(own),
                own["calendar_year"] if "flow" in own else own["year"],
                own["value"],
                own["value_new"],
                strict=True,
            )
        )
        findings.warn(
            "releases_differ",
            f"{own['authority_name'].iloc[-1]}: a later release changed {shown}.",
            "Nothing, if the change is known; the newest release is used.",
            source=source,
            count=len(own),
        )
