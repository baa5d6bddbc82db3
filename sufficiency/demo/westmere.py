"""Westmere's signature: a unitary authority on an invented coast (domain handbook 10.6).

Few places in units and resourced provision, many in independent and non-maintained special
schools, a backlog of new plans cleared in 2024. Needs and ages are per 1,000 plans; other
figures are rounded to 5. `stock` and `flows` vary them by seed.
"""

from importlib.resources import files

import numpy as np
import pandas as pd

from sufficiency.demo import layouts
from sufficiency.demo.sharing import fit

FIRST_JANUARY = 2020
NEEDS = {
    "ASD": 306, "HI": 11, "MLD": 102, "MSI": 5, "OTH": 16, "PD": 49, "PMLD": 10, "SEMH": 247,
    "SLCN": 206, "SLD": 16, "SPLD": 22, "VI": 9, "UNKNOWN": 0.2,
}  # fmt: skip
AGES = (
    1.4, 9.5, 39.7, 42, 48.7, 55.9, 50.5, 56.6, 65.4, 69.3, 75.3,
    79, 80.3, 79.2, 76.5, 53.5, 44, 26.4, 17.6, 11.7, 6.5, 6.8, 4.1, 0.2,
)  # fmt: skip
SPECIAL_SHARE = {7: 0.37, 8: 0.37, 9: 0.37, 10: 0.37, 11: 0.44, 12: 0.40, 13: 0.435, 14: 0.435,
                 15: 0.435, 16: 0.26, 17: 0.26}  # fmt: skip
SPECIAL_NEEDS = {
    "special_la_maintained": {"ASD": 260, "SLCN": 160, "MLD": 115, "PD": 25, "SLD": 25, "SEMH": 20,
                              "PMLD": 10},
    "special_academy_free": {"SEMH": 125, "ASD": 95},
    "special_independent": {"ASD": 100, "SEMH": 95, "SLCN": 45},
    "special_non_maintained": {"ASD": 110, "PD": 50, "SLCN": 25},
}  # fmt: skip
NEW_PLAN_NEEDS = {"SEMH": 0.395, "ASD": 0.22, "SLCN": 0.22, "MLD": 0.075}
FLOWS = {
    "new_plans": {2019: 345, 2020: 275, 2021: 505, 2022: 410, 2023: 310, 2024: 1035},
    "ceased_plans": {2022: 260, 2023: 305, 2024: 445},
    "requests": {2019: 540, 2020: 480, 2021: 590, 2022: 835, 2023: 905, 2024: 1230},
    "refused": {2019: 115, 2020: 100, 2021: 80, 2022: 95, 2023: 355, 2024: 295},
    "assessments": {2022: 435, 2023: 365, 2024: 1095},
    "issued": {2019: 345, 2020: 275, 2021: 505, 2022: 405, 2023: 315, 2024: 925},
    "in_20_weeks": {2019: 0.9, 2020: 0.2, 2021: 0.3, 2022: 0.07, 2023: 0.05, 2024: 0.75},
}


def placements(year: int) -> np.ndarray:
    """Return plans by placement column at a January, 2020 to 2025."""
    path = files("sufficiency.demo").joinpath("westmere_placements.csv")
    with path.open(encoding="utf-8") as handle:
        known = pd.read_csv(handle, index_col="placement")
    return known.loc[layouts.placements(), f"january_{year}"].to_numpy(dtype=float)


def stock_table(england_table: np.ndarray) -> np.ndarray:
    """Return expected plans of January 2025, placement x age x need, with the signature.

    Args:
        england_table: England's table of the same shape, which fills what the signature leaves.
    """
    columns = layouts.placements()
    need_codes = [c.removeprefix("number_").upper() for c in layouts.needs()]
    totals = placements(2025)
    needs = np.array([NEEDS.get(n, NEEDS["UNKNOWN"]) for n in need_codes], dtype=float)
    ages = np.array(AGES, dtype=float)
    special = np.array([c.startswith("special_") for c in columns])
    known = np.full((len(columns), len(need_codes)), np.nan)
    for column, by_need in SPECIAL_NEEDS.items():
        for need, plans in by_need.items():
            known[columns.index(column), need_codes.index(need)] = plans
    margins = [
        ((2,), needs * totals.sum() / needs.sum()),
        ((0, 2), known),
        ((1,), ages * totals.sum() / ages.sum()),
    ]
    table = england_table
    for _ in range(40):
        table = _with_special_share(fit(table, margins, rounds=1), special)
        table = fit(table, [((0,), totals)], rounds=1)
    return table


def _with_special_share(table: np.ndarray, special: np.ndarray) -> np.ndarray:
    shared = table.copy()
    for age, share in SPECIAL_SHARE.items():
        row = age - 2
        inside, all_in = shared[special, row].sum(), shared[:, row].sum()
        shared[special, row] *= share * all_in / inside
        shared[~special, row] *= (1 - share) * all_in / (all_in - inside)
    return shared
