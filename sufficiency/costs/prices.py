"""Prices with their range, and what a year of school and a financial year are made of."""

from hashlib import blake2b

import numpy as np
import pandas as pd
from scipy.special import ndtri

from sufficiency.costs.table import unit_cost

DRAWS = 1000
ONE_IN_TEN = float(ndtri(0.9))
# Home and back on each of 190 school days (Education (School Day and School Year) (England)
# Regulations 1999: 380 half-day sessions).
JOURNEYS_A_YEAR = 2 * 190
# Straight line and without interest: a planning assumption, as no rule of the field says.
CAPITAL_LIFE_YEARS = 30
SEPTEMBER_TO_MARCH, APRIL_TO_AUGUST = 7 / 12, 5 / 12
FEE_PROVISIONS = ("non_maintained_special", "independent_special")
USUAL_SCHEME = {
    "special": "expansion",
    "sen_unit": "unit_or_rp",
    "resourced_provision": "unit_or_rp",
    "support_base": "support_base",
}


def price(costs: pd.DataFrame, item: str, provision: str) -> pd.Series | None:
    """Return the row of Costs for an item and provision, None if no row applies.

    Capital is that of the usual kind of scheme for the provision, else of any kind.
    """
    kind = USUAL_SCHEME.get(provision, "") if item == "capital" else ""
    return unit_cost(costs, item, provision, kind)


def price_draws(row: pd.Series, seed: int, number: int = DRAWS) -> np.ndarray:
    """Return draws of a price: 1 in 10 below `low`, half below `value`, 1 in 10 above `high`.

    A normal distribution with a spread of its own on either side, never below 0, drawn once in
    each of `number` slices of equal probability. The order depends on the seed and on which price
    it is, never on what was drawn before, so one price has the same draws wherever it is used.
    """
    name = "|".join([str(seed), row["item"], row["provision"], row["scheme_type"]])
    key = int.from_bytes(blake2b(name.encode(), digest_size=16).digest(), "big")
    order = np.random.Generator(np.random.Philox(key=key)).permutation(number)
    away = ndtri((order + 0.5) / number) / ONE_IN_TEN
    down, up = row["value"] - row["low"], row["high"] - row["value"]
    return np.maximum(row["value"] + away * np.where(away < 0, down, up), 0.0)


def financial_year(first: int) -> str:
    """Return the name of the financial year that starts in April of a year: `2025-26`."""
    return f"{first}-{(first + 1) % 100:02d}"
