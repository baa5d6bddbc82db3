"""The made-up authorities: names, codes, sizes, and plans in force each January.

DfE codes 960 to 983 and 999, and every ONS code here, are unassigned. Names are invented.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sufficiency.demo import proportions
from sufficiency.demo.sharing import generator

WESTMERE, WESTMERE_ONS, WESTMERE_REGION = "999", "E06000999", "E12000099"
YEARS = tuple(range(2010, 2026))
REGIONS = {
    "E12000097": "Demo East",
    "E12000098": "Demo North",
    "E12000099": "Demo Region",
}
NAMES = (
    "Alderfold", "Brackenshire", "Duskmoor", "Eastholme Vale", "Fernshire", "Glasswater",
    "Greyfold", "Highfell Vale", "Hollowdown", "Ironvale", "Kestrelshire", "Larkmoor Vale",
    "Lowmarsh", "Mistlebridge", "Northvale", "Oakenshire", "Pebblehaven", "Quillshire",
    "Ravenhollow", "Silverfen", "Tallowdale", "Umberfold", "Willowmark", "Yarrowshire",
)  # fmt: skip
COUNTY = "Oakenshire"
COUNTY_DISTRICTS = ("Upper Oakenshire", "Middle Oakenshire", "Lower Oakenshire")
WESTMERE_PLANS = {2020: 2450, 2021: 2630, 2022: 3060, 2023: 3270, 2024: 3770, 2025: 4430}
MEDIAN_PLANS, SPREAD_OF_SIZE, SPREAD_OF_RATE = 3267, 0.45, 0.2
GROWTH_NOISE, MEMORY, CLOSING = 0.045, 0.2, 0.06


@dataclass(frozen=True)
class Panel:
    """The made-up authorities.

    Attributes:
        areas: One row an authority: `old_la_code`, `new_la_code`, `la_name`, `region_code`,
            `region_name`, `residents` (mid-2023, all ages). Westmere is last.
        totals: Plans in force, authorities x `YEARS`.
        surprise: Growth beyond the national path, authorities x `YEARS`, log scale.
    """

    areas: pd.DataFrame
    totals: np.ndarray
    surprise: np.ndarray


def panel(seed: int) -> Panel:
    """Return the authorities with their plans each January.

    Growth is the national path, plus a shock a year with slight memory, less a part of the gap to
    the national rate of plans (the pattern measured on the real panel: forecasting notes, 2).
    """
    rng = generator(seed, "panel")
    national = proportions.growth(YEARS)
    many = len(NAMES)
    shock = rng.normal(0.0, GROWTH_NOISE, (many + 1, len(YEARS)))
    shock -= shock.mean(axis=0)
    gap = np.zeros_like(shock)
    gap[:, 0] = rng.normal(0.0, SPREAD_OF_RATE, many + 1)
    for t in range(1, len(YEARS)):
        shock[:, t] += MEMORY * shock[:, t - 1]
        gap[:, t] = (1 - CLOSING) * gap[:, t - 1] + shock[:, t]
    size = MEDIAN_PLANS * np.exp(rng.normal(0.0, SPREAD_OF_SIZE, many + 1).clip(-1.0, 1.0))
    totals = np.rint(size[:, None] * national / national[-1] * np.exp(gap)).astype(np.int64)
    totals[-1] = _westmere(national, shock[-1], rng)
    size[-1], gap[-1] = 4450, 0.0
    growth = np.diff(np.log(totals), axis=1) - np.diff(np.log(national))
    surprise = np.concatenate([np.zeros((many + 1, 1)), growth], axis=1)
    return Panel(_areas(size), totals, surprise)


def _westmere(national: np.ndarray, shock: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    known = np.array([WESTMERE_PLANS.get(y, 0) for y in YEARS], dtype=float)
    known *= 1 + rng.uniform(-0.004, 0.004, len(YEARS))
    first = YEARS.index(min(WESTMERE_PLANS))
    back = np.cumsum(shock[:first][::-1])[::-1] / 2
    known[:first] = known[first] * national[:first] / national[first] * np.exp(-back)
    return np.rint(known).astype(np.int64)


def _areas(size: np.ndarray) -> pd.DataFrame:
    codes = [str(960 + n) for n in range(len(NAMES))] + [WESTMERE]
    names = [*NAMES, "Westmere"]
    region = [list(REGIONS)[n % 3] for n in range(len(NAMES))] + [WESTMERE_REGION]
    ons = [
        f"E{'10' if name == COUNTY else '06'}000{code}"
        for code, name in zip(codes, names, strict=True)
    ]
    return pd.DataFrame(
        {
            "old_la_code": codes,
            "new_la_code": ons,
            "la_name": names,
            "region_code": region,
            "region_name": [REGIONS[r] for r in region],
            "residents": np.rint(size / 0.0111).astype(int),
        }
    )


def districts(areas: pd.DataFrame) -> pd.DataFrame:
    """Return one row a district: `lad_code`, `lad_name`, `share` of its authority, and the area's.

    A unitary authority is its own district; the one county has three.
    """
    parts = []
    for row in areas.to_dict("records"):
        if row["la_name"] == COUNTY:
            shares = (0.45, 0.35, 0.2)
            for n, (name, share) in enumerate(zip(COUNTY_DISTRICTS, shares, strict=True)):
                parts.append({**row, "lad_code": f"E0700096{n}", "lad_name": name, "share": share})
        else:
            own = {"lad_code": row["new_la_code"], "lad_name": row["la_name"], "share": 1.0}
            parts.append({**row, **own})
    return pd.DataFrame(parts)
