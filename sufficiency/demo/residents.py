"""Residents of the made-up authorities by single year of age: estimates and a projection."""

import numpy as np
import pandas as pd

from sufficiency.demo.authorities import WESTMERE, WESTMERE_ONS, Panel, districts
from sufficiency.demo.land import Land
from sufficiency.demo.sharing import generator, whole

AGES = tuple(range(91))
AGE_COLUMNS = [*(str(a) for a in AGES[:-1]), "90+"]
PROJECTED = tuple(range(2022, 2048))
BIRTHS = {1925: 700, 1933: 580, 1947: 880, 1955: 670, 1964: 870, 1977: 570, 1990: 700, 2001: 595,
          2011: 725, 2016: 695, 2020: 615, 2023: 590, 2032: 600, 2047: 610}  # fmt: skip
SURVIVAL = {0: 1.0, 40: 0.99, 55: 0.96, 65: 0.90, 75: 0.76, 82: 0.56, 88: 0.32, 90: 0.25}
ARRIVALS = {0: 1.0, 17: 1.05, 22: 1.15, 35: 1.28, 50: 1.18, 65: 1.08, 90: 1.0}
STUDENTS = {18: 0.04, 19: 0.16, 20: 0.22, 21: 0.18, 22: 0.08}
OPEN_ENDED = 1.9
DECIMALS = 3


def expected(year: int, residents: float, students: float) -> np.ndarray:
    """Return expected residents by age (0 to 90 and over) at mid-year.

    Births follow the shape of England and Wales since 1925 (a peak about 2011, falling since), so
    primary rolls fall while secondary rolls hold.

    Args:
        year: Mid-year.
        residents: Residents of all ages at mid-2023.
        students: How strongly students swell ages 18 to 22; 0 for not at all.
    """
    return _shape(year, students) * residents / _shape(2023, students).sum()


def _shape(year: int, students: float) -> np.ndarray:
    ages = np.array(AGES)
    born = np.interp(year - ages, list(BIRTHS), list(BIRTHS.values()))
    alive = np.interp(ages, list(SURVIVAL), list(SURVIVAL.values()))
    moved = np.interp(ages, list(ARRIVALS), list(ARRIVALS.values()))
    swell = np.array([1 + students * STUDENTS.get(a, 0.0) for a in AGES])
    shape = born * alive * moved * swell
    shape[-1] *= OPEN_ENDED
    return shape


def estimates(panel: Panel, seed: int) -> dict[str, pd.DataFrame]:
    """Return mid-year estimates by district as published for 2019, 2020 and 2023."""
    parts = districts(panel.areas)
    counted = {year: _district_counts(parts, year, seed) for year in (2019, 2020, 2023)}
    made = {}
    for year, vintage in ((2019, "20"), (2020, "21")):
        keys = {f"ltla{vintage}_code": parts["lad_code"], f"ltla{vintage}_name": parts["lad_name"]}
        keys["total_population"] = pd.Series(counted[year].sum(axis=1))
        ages = pd.DataFrame(counted[year], columns=AGE_COLUMNS)
        made[f"mye_ltla{vintage}_{year}"] = pd.concat([pd.DataFrame(keys), ages], axis=1)
    keys = {"code": parts["lad_code"], "name": parts["lad_name"]}
    keys["all"] = pd.Series(counted[2023].sum(axis=1)).astype(float)
    ages = pd.DataFrame(counted[2023].astype(float), columns=AGE_COLUMNS)
    made["mye_lad_syoa_mid2023"] = pd.concat([pd.DataFrame(keys), ages], axis=1)
    return made


def small_areas(panel: Panel, made: Land, seed: int) -> pd.DataFrame:
    """Return Westmere's mid-2020 estimate by LSOA 2011, which sums to the district's."""
    parts = districts(panel.areas)
    row = int(np.flatnonzero((parts["lad_code"] == WESTMERE_ONS).to_numpy())[0])
    counted = _district_counts(parts, 2020, seed)[row]
    rng = generator(seed, "small areas")
    young = 0.7 + 0.6 * made.deprivation
    cells = []
    for age, persons in enumerate(counted):
        lean = young if age < 18 else 2.0 - young if age > 60 else np.ones(len(young))
        drawn = made.weight * lean * rng.gamma(60.0, 1 / 60.0, len(young))
        cells.append(whole(drawn, int(persons), rng))
    table = pd.DataFrame(np.stack(cells, axis=1), columns=AGE_COLUMNS)
    older = made.areas[["lsoa11_name", "lsoa11"]].rename(columns={"lsoa11": "lsoa11_code"})
    summed = pd.concat([older, table], axis=1).groupby(["lsoa11_name", "lsoa11_code"]).sum()
    summed.insert(0, "total_population", summed.sum(axis=1))
    return summed.reset_index().sort_values("lsoa11_code", kind="stable")


def projection(panel: Panel, seed: int) -> pd.DataFrame:
    """Return Westmere's projection, mid-2022 to mid-2047, fractional persons as published."""
    parts = districts(panel.areas)
    row = int(np.flatnonzero((parts["old_la_code"] == WESTMERE).to_numpy())[0])
    wobble = _wobble(len(parts), seed)[row]
    years = {
        str(y): expected(y, float(parts["residents"].iloc[row]), 1.0) * _by_birth(wobble, y)
        for y in PROJECTED
    }
    table = pd.DataFrame(years)
    labels = [*(str(a) for a in AGES[:-1]), "90 and over"]
    table.insert(0, "AGE_GROUP", labels)
    total = pd.DataFrame([{"AGE_GROUP": "All ages", **table[list(years)].sum().to_dict()}])
    table = pd.concat([table, total], ignore_index=True)
    for year in years:
        table[year] = [f"{v:.{DECIMALS}f}" for v in table[year]]
    for n, (column, value) in enumerate(_PROJECTION_KEYS.items()):
        table.insert(n, column, value)
    return table


_PROJECTION_KEYS = {
    "AREA_CODE": WESTMERE_ONS,
    "AREA_NAME": "Westmere",
    "COMPONENT": "Population",
    "SEX": "persons",
}
_FIRST_BIRTH = 2019 - AGES[-1]


def _wobble(many: int, seed: int) -> np.ndarray:
    """Return how far each district's births differ from the shape: district x year of birth."""
    rng = generator(seed, "births")
    steps = rng.normal(0.0, 0.02, (many, PROJECTED[-1] - _FIRST_BIRTH + 1))
    return np.exp(np.cumsum(steps - steps.mean(axis=1, keepdims=True), axis=1) * 0.4)


def _by_birth(wobble: np.ndarray, year: int) -> np.ndarray:
    """Return each age's factor in a year, so that a cohort keeps its own."""
    return wobble[np.maximum(year - np.array(AGES) - _FIRST_BIRTH, 0)]


def _district_counts(parts: pd.DataFrame, year: int, seed: int) -> np.ndarray:
    wobble = _wobble(len(parts), seed)
    rows = []
    for n, (residents, share, code) in enumerate(
        zip(parts["residents"], parts["share"], parts["old_la_code"], strict=True)
    ):
        students = 1.0 if code == WESTMERE else (n % 4) / 2
        size = float(residents) * float(share)
        rows.append(np.rint(expected(year, size, students) * _by_birth(wobble[n], year)))
    return np.stack(rows).astype(np.int64)
