"""England's proportions, from which the made-up authorities take theirs.

The tables in `proportions/` are rounded proportions, made from the England rows of the DfE
releases "Education, health and care plans" 2025 and 2022 (Open Government Licence v3.0). They hold
no published count. Each number is per 1,000 of what the table's name and column say:

| Table | Per 1,000 of |
|---|---|
| `years` | new and ceased plans: plans in force that January; growth: 100 is January 2025 |
| `settings_by_year` | plans of the year (stock: January; new, ceased: calendar year) |
| `stock_by_age`, `new_plans_by_age` | plans of the year (`plans_*`); the age's plans (needs) |
| `stock_by_setting`, `new_plans_by_setting` | the setting's plans: by age, then by need |
| `stock_by_age_started` | the group of settings' plans |
| `ceased_by_age` | all ceased plans, ages and reasons together |
| `outcomes` | the year's new plans (years); the row's count in 2024 (ages) |
| `age_bands` | plans of the year; `statements`: the band's plans |
| `establishment_types` | plans of the year; `new_plans_times`: how many times that for new plans |
| `management_by_year` | the year's new plans, statements included |

A blank is a figure that was not published.
"""

from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from sufficiency.demo import layouts
from sufficiency.demo.sharing import fit

SETTINGS_YEAR = 2025
BELOW_ROUNDING = 0.02


@cache
def _table(name: str, keys: int = 1) -> pd.DataFrame:
    path = files("sufficiency.demo").joinpath(f"proportions/{name}.csv")
    with path.open(encoding="utf-8") as handle:
        return pd.read_csv(handle, index_col=list(range(keys)))


def growth(years: tuple[int, ...]) -> np.ndarray:
    """Return England's plans (statements included) each January, as parts of those of 2025."""
    return _table("years").loc[list(years), "growth_index"].to_numpy() / 100


def rates(flow: str, years: tuple[int, ...]) -> np.ndarray:
    """Return `new_plans` or `ceased_plans` of calendar years per plan in force that January."""
    return _table("years").loc[list(years), flow].to_numpy() / 1000


def settings(flow: str, year: int) -> np.ndarray:
    """Return shares of the placements and the two of 2022 in a year's plans; 0 if unpublished.

    Args:
        flow: `stock`, `new` or `ceased`.
        year: January of the stock, calendar year of a flow.
    """
    order = [*layouts.placements(), *layouts.OLD_ONLY]
    return _table("settings_by_year")[f"{flow}_{year}"].loc[order].fillna(0).to_numpy()


def unpublished_settings(flow: str, year: int) -> list[str]:
    """Return the placement columns that were not published for a year."""
    shares = _table("settings_by_year")[f"{flow}_{year}"]
    return list(shares.index[shares.isna()])


def ages(flow: str, year: int) -> np.ndarray:
    """Return shares of the ages in a year's plans; `flow` is `stock` or `new_plans`."""
    return _table(f"{flow}_by_age")[f"plans_{year}"].to_numpy()


def stock_table() -> np.ndarray:
    """Return England's plans of January 2025, placement x age x need, as parts of all plans."""
    placed = settings("stock", SETTINGS_YEAR)[: len(layouts.placements())]
    return _three_way("stock", SETTINGS_YEAR, placed)


def new_plans_table() -> np.ndarray:
    """Return England's new plans of 2024, placement x age x need, as parts of all new plans.

    Needs within a placement start from those of the stock, then take the needs of each age.
    """
    placed = settings("new", SETTINGS_YEAR - 1)[: len(layouts.placements())]
    return _three_way("new_plans", SETTINGS_YEAR - 1, placed)


def new_plans_by_age(year: int) -> np.ndarray:
    """Return England's new plans of a year, placement x age, as parts of all new plans.

    The pattern of 2024, with the year's own placements and ages.
    """
    placed = settings("new", year)[: len(layouts.placements())]
    return _placed_ages("new_plans", year, placed)


def _placed_ages(flow: str, year: int, placed: np.ndarray) -> np.ndarray:
    profile = _table(f"{flow}_by_setting").loc[layouts.placements()]
    by_age = ages(flow, year)
    start = profile.iloc[:, : len(by_age)].to_numpy(dtype=float) + BELOW_ROUNDING
    margins = [((1,), by_age / by_age.sum()), ((0,), placed / placed.sum())]
    return fit(start, margins, rounds=30)


def _three_way(flow: str, year: int, placed: np.ndarray) -> np.ndarray:
    names = [n.removeprefix("number_").removeprefix("need_") for n in layouts.needs()]
    age_placement = _placed_ages(flow, year, placed)
    of_age = _table(f"{flow}_by_age")[names].to_numpy(dtype=float)
    need_age = age_placement.sum(axis=0)[:, None] * of_age / of_age.sum(axis=1, keepdims=True)
    of_placement = _table("stock_by_setting").loc[layouts.placements(), names].to_numpy(dtype=float)
    of_placement = of_placement + BELOW_ROUNDING
    start = np.repeat(of_placement[:, None, :], len(need_age), axis=1)
    margins = [((1, 2), need_age), ((0, 1), age_placement)]
    if flow == "stock":
        of_placement /= of_placement.sum(axis=1, keepdims=True)
        need_placement = age_placement.sum(axis=1)[:, None] * of_placement
        margins.insert(1, ((0, 2), need_placement))
    return fit(start, margins)


def started(groups: list[str]) -> np.ndarray:
    """Return shares of the ages when plans started, age x group of settings named."""
    return _table("stock_by_age_started").loc[layouts.started_ages(), groups].to_numpy(dtype=float)


def ceased_by_age() -> np.ndarray:
    """Return shares of ceased plans, age x reason."""
    return _table("ceased_by_age").loc[layouts.ceased_ages(), layouts.reasons()].to_numpy()


def outcome_rates(name: str, year: int) -> np.ndarray:
    """Return a year's requests, assessments or timeliness counts per new plan of the year.

    Args:
        name: `requests`, `assessments` or `timeliness_20_week`.
        year: Calendar year, 2019 to 2024.

    Returns:
        One number a column of the file; 0 where it was not published.
    """
    return _table("outcomes").loc[layouts.counts(name), str(year)].fillna(0).to_numpy() / 1000


def unpublished_outcomes(name: str, year: int) -> list[str]:
    """Return the columns of one of these files that were not published for a year."""
    known = _table("outcomes").loc[layouts.counts(name), str(year)]
    return list(known.index[known.isna()])


def outcomes_by_age(name: str) -> np.ndarray:
    """Return shares of the ages in each column of one of these files, age x column."""
    table = _table("outcomes").loc[layouts.counts(name)]
    return table.iloc[:, -len(layouts.outcome_ages(name)) :].to_numpy(dtype=float).T


@cache
def establishment_types(year: int | None = None) -> pd.DataFrame:
    """Return the establishment types of the 2022 release, in its order.

    Args:
        year: Only those of one census year, 2010 to 2022; None for all.

    Returns:
        One row a type: `establishment_type`, `establishment_group`, and with a year also `stock`
        and `new` (shares of the plans of January, and of the new plans of the year before).
    """
    types = _table("establishment_types", keys=2)
    if year is None:
        return types.index.to_frame(index=False)
    shares = types[str(year)].dropna().clip(lower=BELOW_ROUNDING)
    new = shares * types.loc[shares.index, "new_plans_times"].clip(lower=BELOW_ROUNDING)
    return pd.DataFrame({"stock": shares, "new": new}).reset_index()


@cache
def age_bands(flow: str, year: int) -> pd.DataFrame:
    """Return the age bands of the 2022 release that a year has, youngest first.

    Args:
        flow: `stock` or `new`.
        year: January of the stock, 2010 to 2022; calendar year of new plans, 2009 to 2021.

    Returns:
        Indexed by band: `share` of the plans, and the part of them that were `statements`.
    """
    table = _table("age_bands", keys=2)
    row = table[table.index == (flow, year)].to_numpy(dtype=float)[0]
    many = len(layouts.AGE_BANDS)
    found = pd.DataFrame(
        {"share": row[:many], "statements": np.nan_to_num(row[many:]) / 1000},
        index=pd.Index(layouts.AGE_BANDS),
    )
    return found.dropna()


def management(year: int) -> pd.Series:
    """Return the management information of a year per new plan; NaN where not published."""
    return _table("management_by_year")[str(year)] / 1000
