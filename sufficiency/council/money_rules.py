"""Rules of the council's unit costs (`costs.csv`) and budget lines (`budget.csv`)."""

import pandas as pd

from sufficiency.costs.table import USUAL_UNITS
from sufficiency.council.problems import Problems

WITHOUT_OWN_FEE = ("special", "sen_unit", "resourced_provision", "support_base")


def costs_rules(cells: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Return the unit costs with ranges and units filled, ready as a Costs table.

    Args:
        cells: Understood cells of `costs.csv` by spreadsheet row.
        problems: Receives every broken rule and the rows it takes out.
    """
    value = cells["value"]
    low = cells["low"].where(cells["low"] != "", value)
    high = cells["high"].where(cells["high"] != "", value)
    problems.block(
        "costs_range_reversed",
        cells.index[
            (low.astype(float) > value.astype(float)) | (value.astype(float) > high.astype(float))
        ],
        "low, value and high are not in order",
        "Put the lower price in low and the higher one in high; value lies between.",
        "low",
    )
    blank = cells["low"].eq("") & cells["high"].eq("")
    problems.inform(
        "costs_without_range",
        cells.index[blank],
        "low and high are blank, so this price is used as if it were certain",
        "Fill in low and high if prices differ between schools.",
        "low",
    )
    problems.block(
        "costs_scheme_type_without_capital",
        cells.index[cells["scheme_type"].ne("") & cells["item"].ne("capital")],
        "scheme_type {value} is given for a cost that is not capital",
        "Leave scheme_type blank, or put capital in item.",
        "scheme_type",
        cells["scheme_type"],
    )
    problems.warn(
        "costs_fee_of_a_state_place",
        cells.index[cells["item"].eq("fee") & cells["provision"].isin(list(WITHOUT_OWN_FEE))],
        "a fee is given for provision {value}, which has place funding and top-up",
        "Use place_funding and top_up for places that the authority commissions.",
        "provision",
        cells["provision"],
    )
    unit = cells["unit"].where(cells["unit"] != "", cells["item"].map(USUAL_UNITS))
    return cells.assign(low=low, high=high, unit=unit, given_by="council")


def budget_rules(cells: pd.DataFrame, problems: Problems) -> None:
    """Warn of budget lines that pay for nothing."""
    problems.warn(
        "budget_line_of_nothing",
        cells.index[cells["amount"].astype(float).eq(0)],
        "amount is 0",
        "Fill in the amount, or delete the line.",
        "amount",
    )
