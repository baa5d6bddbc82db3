"""Westmere's signature: a unitary authority on an invented coast (domain handbook 10.6).

Few places in units and resourced provision, many in independent and non-maintained special
schools, a backlog of new plans cleared in 2024. Rounded figures; `stock` and `flows` vary them by
seed.
"""

from importlib.resources import files

import numpy as np
import pandas as pd

from sufficiency.demo import england
from sufficiency.demo.sharing import fit

FIRST_JANUARY = 2020
NEEDS = {
    "ASD": 1356, "HI": 48, "MLD": 452, "MSI": 22, "OTH": 73, "PD": 216, "PMLD": 46, "SEMH": 1095,
    "SLCN": 913, "SLD": 72, "SPLD": 99, "VI": 40, "UNKNOWN": 1,
}  # fmt: skip
AGES = (
    6, 42, 176, 186, 216, 248, 224, 251, 290, 307, 334, 350, 356, 351, 339, 237, 195, 117, 78, 52,
    29, 30, 18, 1,
)  # fmt: skip
SPECIAL_SHARE = {7: 0.37, 8: 0.37, 9: 0.37, 10: 0.37, 11: 0.44, 12: 0.40, 13: 0.435, 14: 0.435,
                 15: 0.435, 16: 0.26, 17: 0.26}  # fmt: skip
SPECIAL_NEEDS = {
    "special_la_maintained": {"ASD": 261, "SLCN": 158, "MLD": 114, "PD": 27, "SLD": 24, "SEMH": 22,
                              "PMLD": 12},
    "special_academy_free": {"SEMH": 125, "ASD": 93},
    "special_independent": {"ASD": 98, "SEMH": 96, "SLCN": 43},
    "special_non_maintained": {"ASD": 108, "PD": 51, "SLCN": 27},
}  # fmt: skip
NEW_PLAN_NEEDS = {"SEMH": 0.395, "ASD": 0.22, "SLCN": 0.22, "MLD": 0.075}
FLOWS = {
    "new_plans": {2019: 344, 2020: 277, 2021: 507, 2022: 410, 2023: 312, 2024: 1034},
    "ceased_plans": {2022: 258, 2023: 306, 2024: 447},
    "requests": {2019: 541, 2020: 481, 2021: 592, 2022: 837, 2023: 903, 2024: 1230},
    "refused": {2019: 114, 2020: 101, 2021: 79, 2022: 95, 2023: 354, 2024: 295},
    "assessments": {2022: 434, 2023: 366, 2024: 1095},
    "issued": {2019: 344, 2020: 277, 2021: 507, 2022: 407, 2023: 314, 2024: 925},
    "in_20_weeks": {2019: 0.89, 2020: 0.2, 2021: 0.29, 2022: 0.07, 2023: 0.048, 2024: 0.75},
}


def placements(year: int) -> np.ndarray:
    """Return plans by placement column at a January, 2020 to 2025."""
    path = files("sufficiency.demo").joinpath("westmere_placements.csv")
    with path.open(encoding="utf-8") as handle:
        known = pd.read_csv(handle, index_col="placement")
    return known.loc[england.placements(), f"january_{year}"].to_numpy(dtype=float)


def stock_table(england_table: np.ndarray) -> np.ndarray:
    """Return expected plans of January 2025, placement x age x need, with the signature.

    Args:
        england_table: England's table of the same shape, which fills what the signature leaves.
    """
    columns = england.placements()
    need_codes = [c.removeprefix("number_").upper() for c in england.needs()]
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
