"""Costs beside the council's budget lines: placements, or places paid for, times unit costs."""

import numpy as np
import pandas as pd

from sufficiency.contracts import BudgetCheck, checked, empty
from sufficiency.costs.prices import (
    APRIL_TO_AUGUST,
    FEE_PROVISIONS,
    SEPTEMBER_TO_MARCH,
    financial_year,
    price,
)
from sufficiency.terms import ALL, census_label, lookup, table

BASES = {"sen_unit", "resourced_provision", "support_base"}
UNFILLED = " A base place that nobody fills is funded higher."
NOT_COUNTED = {
    "transport": "Not computed: the returns do not say who has transport.",
    "capital": "Not computed: capital follows schemes, not placements.",
}


def budget_check(
    budget: pd.DataFrame,
    plans: pd.DataFrame,
    costs: pd.DataFrame,
    base_year: int,
    places: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return placements, or for place funding places, times unit cost beside each budget line.

    Args:
        budget: Budget table; may have no rows.
        plans: Plans table holding the base census.
        costs: Costs table.
        base_year: January census year.
        places: Places table: place funding follows its commissioned places, whoever fills them,
            5/12 of one school year and 7/12 of the next. Without it, or where a provision has
            places on another basis, place funding is that of the residents placed.

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
    told = [
        _computed(row, _paid_for(row, placed, places, base_year), costs, years, base_year)
        for _, row in budget.iterrows()
    ]
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
    line: pd.Series,
    paid_for: tuple[pd.Series, bool],
    costs: pd.DataFrame,
    years: tuple[str, str],
    base_year: int,
) -> tuple[float, str]:
    """Return the pounds of one line and what they are, or why there are none."""
    item, provision = str(line["item"]), str(line["provision"])
    number_of, by_place = paid_for
    if item in NOT_COUNTED:
        return np.nan, NOT_COUNTED[item]
    if line["financial_year"] not in years:
        return np.nan, f"Not computed: {census_label(base_year)} is not in or just before it."
    wanted = _covered(item) if provision == ALL else [provision]
    names = lookup("provisions", "name")
    parts, pounds = [], 0.0
    for one in wanted:
        number = float(number_of.get(one, 0))
        if number == 0 and provision == ALL:
            continue
        row = price(costs, item, one)
        if row is None:
            return np.nan, f"Not computed: no cost for {names[one]}: give it in council/costs.csv."
        pounds += number * float(row["value"])
        parts.append(
            f"{names[one]} {round(number, 1):,g} x {float(row['value']):,.0f} pounds "
            f"({row['price_year']} prices, {row['given_by']})"
        )
    if by_place and parts:
        return pounds, (
            f"Places commissioned, {_months(str(line['financial_year']), base_year)}: "
            f"{'; '.join(parts)}.{UNFILLED if set(wanted) & BASES else ''}"
        )
    if not parts:
        return 0.0, f"No resident is placed there in {census_label(base_year)}."
    place = " Place funding follows places paid for, not pupils." if item == "place_funding" else ""
    return pounds, f"Residents placed in {census_label(base_year)}: {'; '.join(parts)}.{place}"


def _months(year: str, base_year: int) -> str:
    """Return which places a financial year pays for; before the base census none are known."""
    first = int(year[:4])
    if first < base_year:
        return f"{census_label(base_year)} all year"
    return f"5/12 of {census_label(first)} and 7/12 of {census_label(first + 1)}"


def _paid_for(
    line: pd.Series, placed: pd.Series, places: pd.DataFrame | None, base_year: int
) -> tuple[pd.Series, bool]:
    """Return how many are paid for by provision, and whether they are places, not residents."""
    if line["item"] != "place_funding" or places is None:
        return placed, False
    wanted = [line["provision"]] if line["provision"] != ALL else _covered("place_funding")
    rows = places[(places["kind"] == "register") & places["provision"].isin(wanted)]
    if rows.empty or (rows["capacity_basis"] != "commissioned").any():
        return placed, False
    by_year = rows.pivot_table("places", "provision", "year", aggfunc="sum", fill_value=0)
    begins = max(int(str(line["financial_year"])[:4]), base_year)
    ends = max(int(str(line["financial_year"])[:4]) + 1, base_year)
    if ends not in by_year or begins not in by_year:
        return placed, False
    return APRIL_TO_AUGUST * by_year[begins] + SEPTEMBER_TO_MARCH * by_year[ends], True


def _covered(item: str) -> list[str]:
    """Return the provisions that a line for ALL of an item covers."""
    if item == "fee":
        return list(FEE_PROVISIONS)
    rows = table("provisions")
    return list(rows.loc[rows["capacity_gap"] == "yes", "provision"])
