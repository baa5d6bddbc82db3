"""Unit costs: the council's where it gives them, else published averages with year and source.

There is no default for what no published figure covers, such as capital of a special school (the
national average blends bases and schools: domain handbook 12) or top-up of a base: a result that
needs one stays unknown until the council gives it.
"""

from importlib.resources import files

import pandas as pd

from sufficiency.contracts import Costs, checked
from sufficiency.terms import ALL

KEY = ["item", "provision", "scheme_type"]
USUAL_UNITS = {
    "place_funding": "GBP a place and year",
    "top_up": "GBP a pupil and year",
    "fee": "GBP a pupil and year",
    "transport": "GBP a kilometre travelled",
    "capital": "GBP a place",
}


def costs_table(costs_given: pd.DataFrame) -> pd.DataFrame:
    """Return every unit cost that is known.

    Args:
        costs_given: Costs table of the council's own rows; may have none.

    Returns:
        Costs: the council's rows, and the defaults that none of them covers; ordered by item,
        provision and scheme type. A row of the council for ALL provisions, or for any kind of
        scheme, covers every default of its item that is narrower.
    """
    with files("sufficiency.costs").joinpath("defaults.csv").open(encoding="utf-8") as handle:
        shipped = pd.read_csv(handle, dtype={"price_year": str}, keep_default_na=False)
    defaults = shipped.assign(given_by="default")
    covered = pd.Series(False, index=defaults.index)
    for item, provision, scheme_type in costs_given[KEY].itertuples(index=False, name=None):
        inside = defaults["item"].eq(item)
        inside &= defaults["provision"].eq(provision) | (provision == ALL)
        inside &= defaults["scheme_type"].eq(scheme_type) | (scheme_type == "")
        covered |= inside
    kept = checked(Costs, defaults[~covered], "default costs")
    both = pd.concat([costs_given, kept], ignore_index=True) if len(costs_given) else kept
    return checked(Costs, both.sort_values(KEY, kind="stable"), "costs")


def unit_cost(
    costs: pd.DataFrame, item: str, provision: str, scheme_type: str = ""
) -> pd.Series | None:
    """Return the row of Costs that applies most narrowly, None if none does.

    Args:
        costs: Costs table.
        item: Cost item.
        provision: Provision; a row for it comes before one for ALL.
        scheme_type: For capital: a row for it comes before one for any kind of scheme.
    """
    for kind in dict.fromkeys([scheme_type, ""]):
        for place in dict.fromkeys([provision, ALL]):
            same = costs["item"].eq(item) & costs["provision"].eq(place)
            rows = costs[same & costs["scheme_type"].eq(kind)]
            if len(rows):
                return rows.iloc[0]
    return None
