"""A made-up panel of 20 authorities and England, small enough to reason about."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from forecasts.rates import defaults

YEARS = range(2018, 2026)
AUTHORITIES = [str(900 + number) for number in range(20)]
SHARES = {
    "MSAC": 0.40,
    "RP": 0.04,
    "SPLA": 0.25,
    "SPIN": 0.07,
    "AP": 0.01,
    "FE": 0.14,
    "NEET": 0.09,
}
NEEDS = ("ASD", "MLD", "SEMH", "SLCN", "SLD")
AGES = range(2, 26)

Rows = Callable[..., pd.DataFrame]


@pytest.fixture(scope="session")
def rows() -> Rows:
    """Return a function that makes published rows of (dimension, key, second, value)."""

    def make(
        authority: str, year: int, counts: list[tuple[str, str, str, float]], flow: str = ""
    ) -> pd.DataFrame:
        table = pd.DataFrame(counts, columns=["dimension", "key", "second_key", "value"])
        national = authority == "ENG"
        table["authority"] = authority
        table["authority_name"] = "England" if national else f"Place {authority}"
        table["region"] = "" if national else "Midshire"
        table["level"] = "national" if national else "authority"
        table["year"] = year
        table["status"] = np.where(table["value"] == 0, "zero", "ok")
        table["source"] = "made up"
        if flow:
            table["flow"] = flow
            table["calendar_year"] = year - 1
        return table

    return make


def _needs_at(age: int) -> np.ndarray:
    speech = max(0.5 - 0.04 * max(age - 4, 0), 0.1)
    mental_health = min(0.02 + 0.025 * max(age - 4, 0), 0.3)
    rest = 1 - speech - mental_health
    return np.array([0.6 * rest, 0.3 * rest, mental_health, speech, 0.1 * rest])


def _detail(total: float, by_setting: np.ndarray, codes: tuple[str, ...]) -> list:
    counts = []
    ages = defaults.stock_by_age() / defaults.stock_by_age().sum() * total
    for age in AGES:
        counts.append(("age", str(age), "", round(ages[age])))
        for place, setting in enumerate(codes):
            placed = round(ages[age] * by_setting[age, place])
            if placed:
                counts.append(("age_setting", str(age), setting, placed))
        for need, share in zip(NEEDS, _needs_at(age), strict=True):
            counts.append(("need_age", need, str(age), round(ages[age] * share)))
    school = np.array([_needs_at(age) for age in AGES]) * ages[2:, None]
    tilt = {"SPLA": (1, 1, 0.5, 0.7, 4), "SPIN": (1.2, 0.5, 1.6, 0.7, 0.5)}
    for place, setting in enumerate(codes):
        expected = school.T @ by_setting[2:, place] * np.array(tilt.get(setting, (1, 1, 1, 1, 0.4)))
        for need, count in zip(NEEDS, expected, strict=True):
            counts.append(("need_setting", need, setting, round(count)))
    return counts


@pytest.fixture(scope="session")
def stock(rows: Rows) -> pd.DataFrame:
    """Published stock of 20 authorities, 2018 to 2025, with detail for England and one of them."""
    from forecasts.rates.profiles import settings

    random = np.random.default_rng(7)
    parts = []
    level = np.linspace(800, 4000, len(AUTHORITIES))
    for year in YEARS:
        total = np.round(level)
        split = {code: np.round(total * share) for code, share in SHARES.items()}
        split["MSAC"] = split["MSAC"] + total - sum(split.values())
        for number, authority in enumerate(AUTHORITIES):
            counts = [("total", "all", "", total[number])]
            counts += [("setting", code, "", split[code][number]) for code in SHARES]
            parts.append(rows(authority, year, counts))
        counts = [("total", "all", "", total.sum())]
        counts += [("setting", code, "", split[code].sum()) for code in SHARES]
        parts.append(rows("ENG", year, counts))
        if year >= 2024:
            shares = defaults.setting_shares(settings())
            parts.append(rows("ENG", year, _detail(total.sum(), shares, settings())))
            parts.append(rows("905", year, _detail(total[5], shares, settings())))
        level = level * np.exp(0.09 + random.normal(0, 0.04, len(level)))
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="session")
def flows(rows: Rows) -> pd.DataFrame:
    """Published flows of England and one authority in calendar 2024."""
    from forecasts.rates.profiles import settings

    parts = []
    shares = defaults.setting_shares(settings())
    for authority, size in (("ENG", 10000), ("905", 250)):
        new = np.zeros(26)
        new[2:20] = [0.2, 2, 13, 13, 8, 7, 7, 7, 8, 8, 5, 5, 5, 5, 4, 2, 0.6, 0.2]
        counts = [("total", "all", "", float(size))]
        for age in range(2, 21):
            number = round(new[age] * size / new.sum())
            counts.append(("age", str(age), "", number))
            for need, share in zip(NEEDS, _needs_at(age), strict=True):
                counts.append(("need_age", need, str(age), round(number * share)))
            for place, setting in enumerate(settings()):
                counts.append(
                    ("age_setting", str(age), setting, round(number * shares[age, place]))
                )
        for need, share in zip(NEEDS, _needs_at(8), strict=True):
            counts.append(("need", need, "", round(size * share)))
        parts.append(rows(authority, 2025, counts, "new_plans"))
        ceased = [("total", "all", "", size * 0.45)]
        young = np.linspace(0.5, 4, 17)
        ceased += [
            ("age", str(age), "", round(size / 200 * young[age - 3])) for age in range(3, 20)
        ]
        ceased += [("age", "20", "", round(size * 0.2))]
        ceased += [("setting", code, "", round(size * 0.45 * s)) for code, s in SHARES.items()]
        parts.append(rows(authority, 2025, ceased, "ceased_plans"))
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="session")
def population() -> pd.DataFrame:
    """Residents of every authority, mid-2020 and mid-2023, alike at every age."""
    parts = []
    for mid in (2020, 2023):
        for number, authority in enumerate(AUTHORITIES):
            persons = 1000.0 + 150.0 * number
            part = pd.DataFrame({"age": range(26), "persons": persons})
            parts.append(part.assign(area=authority, area_type="authority", year=mid))
    return pd.concat(parts, ignore_index=True).assign(source="made up", projected="observed")


@pytest.fixture(scope="session")
def homes() -> pd.DataFrame:
    """Residents of two localities by age and census year; Eastby has twice as many."""
    ages = pd.DataFrame({"age": range(26)})
    parts = [
        ages.assign(locality=name, year=year, persons=persons)
        for name, persons in (("Eastby", 2000.0), ("Westby", 1000.0))
        for year in range(2025, 2036)
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="session")
def plans(stock: pd.DataFrame) -> pd.DataFrame:
    """Plans of authority 905 in January 2025, one row a plan, with the columns that are used."""
    own = stock[(stock["authority"] == "905") & (stock["year"] == 2025)]
    placed = own[(own["dimension"] == "age_setting") & (own["value"] > 0)]
    table = placed.loc[placed.index.repeat(placed["value"].astype(int)), ["key", "second_key"]]
    number = np.arange(len(table))
    ages = table["key"].astype(int).to_numpy()
    chances = np.stack([_needs_at(int(age)) for age in ages]).cumsum(axis=1)
    luck = np.random.default_rng(3).random((len(table), 1))
    return pd.DataFrame(
        {
            "year": 2025,
            "plan_id": [f"P{n:05d}" for n in number],
            "need": np.array(NEEDS)[(chances < luck).sum(axis=1)],
            "setting": table["second_key"].to_numpy(),
            "ncy": ages - 4,
            "locality": np.where(number % 3 == 0, "Westby", "Eastby"),
        }
    )
