"""Years that stand out: new plans that double or halve, and stocks that flows do not account for.

Each published figure is right as counted, so nothing is corrected or marked; whether a year is to
be left out of the rates is for the planner, who knows if a backlog was cleared. Of the workspace's
authority each case is a warning; other authorities are counted in one finding that only informs.
"""

import pandas as pd

from sufficiency.findings import Findings
from sufficiency.sources.published import usable

TIMES = 2.0  # New plans at least so many times the year before, or as many times fewer.
FROM = 50  # Authorities with a handful of new plans do double; both years must have as many.
RESIDUAL = 0.015  # Share of the closing stock that flows may leave unexplained.


def unusual_years(
    stock: pd.DataFrame, flows: pd.DataFrame, authority: str, findings: Findings
) -> None:
    """Report unusual years of new plans, and a latest year whose stocks and flows do not agree.

    Args:
        stock: `PublishedStock`, plans in force on census day.
        flows: `PublishedFlows`, counts in a calendar year.
        authority: The workspace's three-digit DfE code.
        findings: Receives `new_plans_unusual` (one a year) and `stock_and_flows_differ`.
    """
    _new_plans(_flow(flows, "new_plans"), authority, findings)
    _balance(stock, flows, authority, findings)


def _new_plans(new: pd.DataFrame, authority: str, findings: Findings) -> None:
    before = new[["authority", "year", "new_plans"]].assign(year=new["year"] + 1)
    pairs = new.merge(before, on=["authority", "year"], suffixes=("", "_before"))
    pairs = pairs[pairs[["new_plans", "new_plans_before"]].min(axis=1) >= FROM]
    ratio = pairs["new_plans"] / pairs["new_plans_before"]
    cases = pairs[(ratio >= TIMES) | (ratio <= 1 / TIMES)]
    for case in cases[cases["authority"] == authority].to_dict("records"):
        calendar, january = case["year"] - 1, case["year"]
        rose = case["new_plans"] > case["new_plans_before"]
        why = (
            "It may be a backlog being cleared."
            if rose
            else f"It may be a backlog building up, or one that was cleared in {calendar - 1}."
        )
        findings.warn(
            "new_plans_unusual",
            f"{case['authority_name']}: new plans {'rose' if rose else 'fell'} from "
            f"{case['new_plans_before']:,.0f} in {calendar - 1} to {case['new_plans']:,.0f} in "
            f"{calendar}. {why}",
            "If so, put the January that follows into annotated_years in sufficiency.toml, for "
            f"example annotated_years = [{january}].",
            source="published_flows",
        )
    others = cases[cases["authority"] != authority]
    if len(others):
        findings.inform(
            "new_plans_unusual",
            f"Other authorities ({others['authority'].nunique()}): new plans at least doubled or "
            f"halved from one calendar year to the next, {len(others)} times.",
            source="published_flows",
            count=len(others),
        )


def _balance(stock: pd.DataFrame, flows: pd.DataFrame, authority: str, findings: Findings) -> None:
    """Compare each authority's latest stock with that of the year before and the flows between."""
    closing = _totals(stock, "closing")
    opening = closing[["authority", "year", "closing"]].assign(year=closing["year"] + 1)
    years = closing.merge(opening.rename(columns={"closing": "opening"}), on=["authority", "year"])
    for flow in ("new_plans", "ceased_plans"):
        years = years.merge(
            _flow(flows, flow)[["authority", "year", flow]], on=["authority", "year"]
        )
    latest = years.drop_duplicates("authority", keep="last")
    expected = latest["opening"] + latest["new_plans"] - latest["ceased_plans"]
    latest = latest.assign(expected=expected)
    apart = (latest["closing"] - expected).abs() > RESIDUAL * latest["closing"]
    cases = latest[apart]
    for case in cases[cases["authority"] == authority].to_dict("records"):
        findings.warn(
            "stock_and_flows_differ",
            f"{case['authority_name']}: {case['opening']:,.0f} plans in January "
            f"{case['year'] - 1} + {case['new_plans']:,.0f} new - {case['ceased_plans']:,.0f} "
            f"ceased = {case['expected']:,.0f}, but {case['closing']:,.0f} are published for "
            f"January {case['year']}. Transfers between authorities are not new plans; the "
            "residual is never forced to zero.",
            "Ask who keeps the plans whether transfers, or plans recorded late, explain it.",
            source="published_stock",
        )
    others = cases[cases["authority"] != authority]
    if len(others):
        findings.inform(
            "stock_and_flows_differ",
            f"Other authorities: the latest stock of {len(others)} of "
            f"{(latest['authority'] != authority).sum()} differs by more than {RESIDUAL:.1%} from "
            "the stock before + new plans - ceased plans. Transfers between authorities are not "
            "new plans; the residual is never forced to zero.",
            source="published_stock",
            count=len(others),
        )


def _flow(flows: pd.DataFrame, flow: str) -> pd.DataFrame:
    return _totals(flows[flows["flow"] == flow], flow)


def _totals(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return authority, authority_name, year and the usable total under a name, by year."""
    totals = usable(rows[(rows["dimension"] == "total") & (rows["level"] == "authority")])
    totals = totals.rename(columns={"value": name}).sort_values(["year", "authority"])
    return totals[["authority", "authority_name", "year", name]]
