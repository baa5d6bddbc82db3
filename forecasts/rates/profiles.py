"""Profiles: published tables by age, need and setting read into arrays.

Rows are ages 0 to 25. A published class of several ages is handled as the tables have it: under 3
counts as age 2, and a flow's class "20 and over" is found at age 20.
"""

from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.panel import Floats
from forecasts.rates.defaults import AGES
from forecasts.wide import COUNTED
from sufficiency.terms import codes

NEXT_TO_NOTHING = 1e-9


@cache
def needs() -> tuple[str, ...]:
    """Return the need codes, sorted: the order of every array by need."""
    return tuple(sorted(codes("needs")))


@cache
def settings() -> tuple[str, ...]:
    """Return the setting codes, sorted: the order of every array by setting."""
    return tuple(sorted(codes("settings")))


def rows_of(table: pd.DataFrame, authority: str, dimension: str, flow: str = "") -> pd.DataFrame:
    """Return the usable rows of one authority and dimension, all years.

    Args:
        table: `PublishedStock` or `PublishedFlows`.
        authority: Three-digit DfE code, or empty for England.
        dimension: As in the contract.
        flow: Which flow; empty for stock.
    """
    place = table["level"] == "national" if not authority else table["authority"] == authority
    chosen = place & (table["dimension"] == dimension) & table["status"].isin(COUNTED)
    if flow:
        chosen &= table["flow"] == flow
    return table[chosen]


def latest_year(rows: pd.DataFrame) -> int:
    """Return the latest year of some rows, 0 if there are none."""
    return int(rows["year"].max()) if len(rows) else 0


def by_age(rows: pd.DataFrame, year: int) -> Floats | None:
    """Return counts by age (26 values) of one year, None where that year has no ages."""
    rows, ages = _aged(rows[rows["year"] == year], "key")
    if rows["value"].sum() <= 0:
        return None
    table = np.zeros(AGES)
    np.add.at(table, ages, rows["value"].to_numpy())
    return table


def by_code(rows: pd.DataFrame, year: int, names: tuple[str, ...]) -> Floats | None:
    """Return counts by need or setting of one year, in the order of `names`."""
    rows = rows[rows["year"] == year]
    if rows["value"].sum() <= 0:
        return None
    return rows.groupby("key")["value"].sum().reindex(names).fillna(0.0).to_numpy()


def by_age_and(
    rows: pd.DataFrame, year: int, names: tuple[str, ...], age_column: str
) -> Floats | None:
    """Return counts by age and code (26 x names) of one year.

    Args:
        rows: Rows of a two-way dimension.
        year: January census year.
        names: Needs or settings, in the order of the columns returned.
        age_column: `key` or `second_key`, whichever holds the age.
    """
    rows, ages = _aged(rows[rows["year"] == year], age_column)
    if rows["value"].sum() <= 0:
        return None
    other = "second_key" if age_column == "key" else "key"
    columns = pd.Index(names).get_indexer(pd.Index(rows[other]))
    named = columns >= 0
    table = np.zeros((AGES, len(names)))
    np.add.at(table, (ages[named], columns[named]), rows["value"].to_numpy()[named])
    return table


def by_two_codes(
    rows: pd.DataFrame, year: int, first: tuple[str, ...], second: tuple[str, ...]
) -> Floats | None:
    """Return counts by two codes (first x second) of one year."""
    rows = rows[rows["year"] == year]
    if rows["value"].sum() <= 0:
        return None
    table = rows.groupby(["key", "second_key"])["value"].sum().unstack("second_key")
    return table.reindex(index=first, columns=second).fillna(0.0).to_numpy()


def shares(counts: Floats, fallback: Floats, weight: float) -> Floats:
    """Return row shares, each row shrunk to `fallback` as if it had `weight` more plans of it."""
    smoothed = counts + weight * fallback
    sums = smoothed.sum(axis=-1, keepdims=True)
    return np.divide(smoothed, sums, out=np.zeros_like(smoothed), where=sums > 0)


def rows_to_one(table: Floats) -> Floats:
    """Return a table scaled so that its last axis sums to 1; what sums to next to nothing is 0."""
    sums = table.sum(axis=-1, keepdims=True)
    return np.divide(table, sums, out=np.zeros_like(table), where=sums > NEXT_TO_NOTHING)


def own_to_expected(own: Floats, expected: Floats, weight: float) -> Floats:
    """Return own / expected counts, shrunk to 1 as if `weight` more plans were as expected."""
    return (own + weight) / (expected + weight)


def _aged(rows: pd.DataFrame, column: str) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """The rows that have an age, and their ages."""
    ages = pd.to_numeric(rows[column], errors="coerce")
    known = ages.between(0, AGES - 1).to_numpy()
    return rows[known], ages.to_numpy()[known].astype(np.int64)
