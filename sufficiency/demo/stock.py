"""Plans in force of every made-up authority: by placement, age and need, year by year.

One table of whole plans per authority (placement x age x need) is made for January 2025, and every
published margin is a sum of it, so that margins agree cell by cell.
"""

from dataclasses import dataclass

import numpy as np

from sufficiency.demo import layouts, proportions, westmere
from sufficiency.demo.authorities import YEARS, Panel
from sufficiency.demo.sharing import fit, generator, whole, whole_rows
from sufficiency.terms import table

SUBTOTAL_OF_PREFIX = {
    "mainstream_": "mainstream_total",
    "special_": "special_total",
    "ap_pru_": "ap_pru_total",
}
FE = ("general_fe_tertiary_colleges", "specialist_post_16_institutions", "ukrlp_provider")
OUTSIDE_ELSEWHERE = ("nm_early_years", "placement_unknown")
OLD_TYPE_COLUMNS = {
    "Hospital School": "special_la_maintained",
    "Other FE": "general_fe_tertiary_colleges",
    "Sixth form college": "general_fe_tertiary_colleges",
    "Independent specialist providers": "specialist_post_16_institutions",
    "Permanently excluded": "perm_ex_2022",
    "Special - Academy": "special_academy_free",
    "Special - Free school": "special_academy_free",
}
SPREAD = {"special_independent": 0.5, "special_non_maintained": 0.5, "resourced": 0.6,
          "senunit": 0.6, "special_": 0.2, "mainstream_": 0.12}  # fmt: skip
STEADINESS, WESTMERE_STEADINESS = 30.0, 1_000.0
BAND_EDGES = (5, 11, 16, 20)
FIRST_COLUMN_YEAR, LAST_TYPE_YEAR = 2019, 2022


@dataclass(frozen=True)
class Stock:
    """Plans in force, whole numbers, authorities in the panel's order.

    Attributes:
        base: January 2025: authority x placement x age x need.
        before: January 2024: authority x placement x age.
        columns: Census year to authority x (placements + the two columns of 2022), 2019 to 2025.
        types: Census year to authority x establishment type of the 2022 release, 2010 to 2022.
        bands: Census year to authority x age band of the 2022 release, 2010 to 2022.
        started: Census year to authority x placement x age when the plan started, 2024 and 2025.
    """

    base: np.ndarray
    before: np.ndarray
    columns: dict[int, np.ndarray]
    types: dict[int, np.ndarray]
    bands: dict[int, np.ndarray]
    started: dict[int, np.ndarray]


def group_of(column: str) -> str:
    """Return the published subtotal a placement column belongs to, or empty."""
    if column in FE:
        return "fe_total"
    for prefix, total in SUBTOTAL_OF_PREFIX.items():
        if column.startswith(prefix):
            return total
    return "" if column in OUTSIDE_ELSEWHERE else "ed_elsewhere"


def stock(panel: Panel, seed: int) -> Stock:
    """Return every stock table of the panel."""
    rng = generator(seed, "stock")
    base = _base(panel, rng)
    before = _before(panel, base, rng)
    columns = {2025: _padded(base.sum(axis=(2, 3))), 2024: _padded(before.sum(axis=2))}
    deviation = lean(columns[2025])
    for year in range(2023, FIRST_COLUMN_YEAR - 1, -1):
        columns[year] = _earlier(panel, year, deviation, rng)
    types = {
        year: _types(panel, year, deviation, columns.get(year), rng)
        for year in range(YEARS[0], LAST_TYPE_YEAR + 1)
    }
    bands = _bands(panel, base.sum(axis=(1, 3)), rng)
    started = {year: _started(columns[year][:, : base.shape[1]], rng) for year in (2024, 2025)}
    return Stock(base, before, columns, types, bands, started)


def _base(panel: Panel, rng: np.random.Generator) -> np.ndarray:
    nation = proportions.stock_table()
    spread = np.array([_spread(c) for c in layouts.placements()])
    made = []
    for n, total in enumerate(panel.totals[:, -1]):
        is_westmere = n == len(panel.totals) - 1
        steadiness = WESTMERE_STEADINESS if is_westmere else STEADINESS
        cells = nation * rng.gamma(steadiness, 1 / steadiness, nation.shape)
        if is_westmere:
            expected = westmere.stock_table(cells)
        else:
            by_placement = np.exp(rng.normal(0.0, spread))
            by_age = np.exp(rng.normal(0.0, 0.04, nation.shape[1]))
            by_need = np.exp(rng.normal(0.0, 0.15, nation.shape[2]))
            expected = cells * by_placement[:, None, None] * by_age[:, None] * by_need
        made.append(whole(expected, int(total), rng))
    return np.stack(made)


def _spread(column: str) -> float:
    return next((v for part, v in SPREAD.items() if part in column), 0.15)


def _before(panel: Panel, base: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    names = layouts.placements()
    totals = panel.totals[:, YEARS.index(2024)]
    then, now_in_england = (proportions.settings("stock", y)[: len(names)] for y in (2024, 2025))
    trend = then / now_in_england
    age_trend = proportions.ages("stock", 2024) / proportions.ages("stock", 2025)
    made = []
    for n, total in enumerate(totals):
        now = base[n].sum(axis=2).astype(float)
        by_placement = now.sum(axis=1) * trend * np.exp(rng.normal(0, 0.03, len(names)))
        if n == len(totals) - 1:
            by_placement = westmere.placements(2024)
        by_placement = whole(by_placement, int(total), rng)
        by_age = now.sum(axis=0) * age_trend
        by_age *= total / by_age.sum()
        start = now + base.sum(axis=(0, 3)) * 1e-4
        margins = [((1,), by_age), ((0,), by_placement.astype(float))]
        made.append(whole_rows(fit(start, margins), by_placement, rng))
    return np.stack(made)


def _padded(columns: np.ndarray) -> np.ndarray:
    return np.concatenate([columns, np.zeros((len(columns), 2), dtype=np.int64)], axis=1)


def lean(columns: np.ndarray) -> np.ndarray:
    """Return how far each authority's share of each column is from the panel's, as a factor.

    Args:
        columns: Plans, authority x column. A column nobody has gets a factor of 1.
    """
    everyone = columns.sum(axis=0)
    share = (columns + 0.5) / columns.sum(axis=1, keepdims=True)
    factor = share / ((everyone + 0.5) / everyone.sum())
    return np.where(everyone > 0, factor, 1.0)


def _earlier(
    panel: Panel, year: int, deviation: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    nation = proportions.settings("stock", year)
    width = len(nation)
    shift = np.exp(rng.normal(0.0, 0.03 * (2026 - year) ** 0.5, (len(deviation), width)))
    expected = nation * deviation**0.9 * shift
    known = max(year, westmere.FIRST_JANUARY)
    then = proportions.settings("stock", known)[:-2]
    trend = np.divide(nation[:-2], then, out=np.zeros(width - 2), where=then > 0)
    expected[-1, :-2] = westmere.placements(known) * trend
    expected[-1, -2:] = 0
    return whole_rows(expected, panel.totals[:, YEARS.index(year)], rng)


def type_columns() -> dict[str, str]:
    """Return the caseload column that each establishment type of the 2022 release falls in."""
    terms = table("ees_settings")
    named = terms[(terms["ees_2022_type"] != "") & (terms["ees_column"] != "")]
    found = dict(zip(named["ees_2022_type"], named["ees_column"], strict=True))
    types = proportions.establishment_types()["establishment_type"]
    found |= OLD_TYPE_COLUMNS
    found["Elective home education"] = "elective_home_education"
    found["Other"] = "other_placement_settings"
    for name in types:
        if name.startswith("Awaiting provision"):
            found[name] = "await_prov_2022"
        found.setdefault(name, "other_placement_settings")
    return found


def _types(
    panel: Panel,
    year: int,
    deviation: np.ndarray,
    columns: np.ndarray | None,
    rng: np.random.Generator,
) -> np.ndarray:
    nation = proportions.establishment_types(year)
    names = [*layouts.placements(), *layouts.OLD_ONLY]
    column = type_columns()
    index = np.array([names.index(column[t]) for t in nation["establishment_type"]])
    counted = nation["stock"].to_numpy()
    totals = panel.totals[:, YEARS.index(year)]
    if columns is None:
        shift = np.exp(rng.normal(0.0, 0.08, (len(totals), len(index))))
        return whole_rows(counted * deviation[:, index] ** 0.7 * shift, totals, rng)
    made = np.zeros((len(totals), len(index)), dtype=np.int64)
    for place in np.unique(index):
        rows = np.flatnonzero(index == place)
        split = np.tile(counted[rows], (len(totals), 1))
        made[:, rows] = whole_rows(split, columns[:, place], rng)
    return made


def _bands(panel: Panel, ages: np.ndarray, rng: np.random.Generator) -> dict[int, np.ndarray]:
    years = np.arange(2, 26)
    band = np.digitize(years, BAND_EDGES)
    own = np.stack([ages[:, band == b].sum(axis=1) for b in range(5)], axis=1) + 0.5
    factor = own / own.sum(axis=1, keepdims=True) / (own.sum(axis=0) / own.sum())
    made = {}
    for year in range(YEARS[0], LAST_TYPE_YEAR + 1):
        nation = proportions.age_bands("stock", year)["share"].to_numpy()
        shift = np.exp(rng.normal(0.0, 0.04, (len(ages), len(nation))))
        expected = nation * factor[:, : len(nation)] ** 0.8 * shift
        made[year] = whole_rows(expected, panel.totals[:, YEARS.index(year)], rng)
    return made


def _started(columns: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    names = layouts.placements()
    shape = proportions.started([group_of(c) or c for c in names]).T + 1e-6
    shape *= columns.sum(axis=0)[:, None] / shape.sum(axis=1, keepdims=True)
    return np.stack([whole_rows(shape, row, rng) for row in columns])
