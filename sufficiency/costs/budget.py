"""Costs beside the council's budget lines: placements of the base census times unit costs."""

import numpy as np
import pandas as pd

from sufficiency.contracts import BudgetCheck, checked, empty
from sufficiency.costs.prices import FEE_PROVISIONS, financial_year, price
from sufficiency.terms import ALL, census_label, lookup, table

NOT_COUNTED = {
    "transport": "Not computed: the returns do not say who has transport.",
    "capital": "Not computed: capital follows schemes, not placements.",
}


def budget_check(
    budget: pd.DataFrame, plans: pd.DataFrame, costs: pd.DataFrame, base_year: int
) -> pd.DataFrame:
    """Return placements times unit cost beside each budget line.

    Args:
        budget: Budget table; may have no rows.
        plans: Plans table holding the base census.
        costs: Costs table.
        base_year: January census year.

    Returns:
        BudgetCheck: one row a line and financial year. Placements are the residents' of the base
        census, whole-year: they are set against the financial year that holds it and the next, and
        no other. A line for ALL provisions covers independent and non-maintained schools for fees,
        and the other provisions for place funding and top-up. Computed is missing, and the note
        says why, if a cost is not known for a provision that has placements.
    """
    if budget.empty:
        return empty(BudgetCheck)
    base = plans[plans["year"] == base_year]
    placed = base["setting"].map(lookup("settings", "provision")).value_counts()
    years = (financial_year(base_year - 1), financial_year(base_year))
    told = [_computed(row, placed, costs, years, base_year) for _, row in budget.iterrows()]
    computed = pd.Series([pounds for pounds, _ in told], index=budget.index, dtype=float)
    rows = budget.assign(
        budget=budget["amount"],
        computed=computed,
        difference=computed - budget["amount"],
        note=[note for _, note in told],
    )
    rows = rows.sort_values(["line", "financial_year", "item", "provision"], kind="stable")
    return checked(BudgetCheck, rows, "budget_check")


def _computed(
    line: pd.Series, placed: pd.Series, costs: pd.DataFrame, years: tuple[str, str], base_year: int
) -> tuple[float, str]:
    """Return the pounds of one line and what they are, or why there are none."""
    item, provision = str(line["item"]), str(line["provision"])
    if item in NOT_COUNTED:
        return np.nan, NOT_COUNTED[item]
    if line["financial_year"] not in years:
        return np.nan, f"Not computed: {census_label(base_year)} is not in or just before it."
    wanted = _covered(item) if provision == ALL else [provision]
    names = lookup("provisions", "name")
    parts, pounds = [], 0.0
    for one in wanted:
        number = int(placed.get(one, 0))
        if number == 0 and provision == ALL:
            continue
        row = price(costs, item, one)
        if row is None:
            return np.nan, f"Not computed: no cost for {names[one]}: give it in council/costs.csv."
        pounds += number * float(row["value"])
        parts.append(
            f"{names[one]} {number:,} x {float(row['value']):,.0f} pounds "
            f"({row['price_year']} prices, {row['given_by']})"
        )
    if not parts:
        return 0.0, f"No resident is placed there in {census_label(base_year)}."
    place = " Place funding follows places paid for, not pupils." if item == "place_funding" else ""
    return pounds, f"Residents placed in {census_label(base_year)}: {'; '.join(parts)}.{place}"


def _covered(item: str) -> list[str]:
    """Return the provisions that a line for ALL of an item covers."""
    if item == "fee":
        return list(FEE_PROVISIONS)
    rows = table("provisions")
    return list(rows.loc[rows["capacity_gap"] == "yes", "provision"])
