"""Commissioned places of register rows in a January, by pool."""

import numpy as np
import pandas as pd

from sufficiency.places.capacity import Capacity, before, capacity, first_year, ramped
from sufficiency.places.occupants import POOLS, Numbers, Rows
from sufficiency.places.periods import counted_in, counted_rows

COMMISSIONED = "commissioned"


def rows_of_year(register: pd.DataFrame, year: int) -> Rows:
    """Return the register rows in force in a January; a proposed change holds nobody."""
    return Rows(counted_in(register, year))


def commissioned(
    rows: Rows, register: pd.DataFrame, year: int
) -> tuple[Numbers, list[Capacity | None]]:
    """Return commissioned places of each row in a January, by pool, and as a `Capacity`.

    Pools that are set apart have their places; what they leave is another pool's if one remains,
    else the pools are not known (NaN). A row with nothing filled in is not known at all (None).

    Args:
        rows: Rows in force in that January.
        register: The whole register: growth starts from the period before.
        year: January census year.
    """
    counted = counted_rows(register)
    own = [_of_row(counted, row, year) for _, row in rows.rows.iterrows()]
    whole = np.array([np.nan if p is None else float(p.total or 0) for p in own], dtype=float)
    pools = rows.in_one_pool(whole)
    for row, places in enumerate(own):
        if places is not None and not rows.is_single[row]:
            pools[row] = _of_pools(places, rows.taught[row], pools[row])
    return Numbers(whole, pools), own


def _of_row(counted: pd.DataFrame, row: pd.Series, year: int) -> Capacity | None:
    now = capacity(row, COMMISSIONED)
    if now.basis != COMMISSIONED or now.total is None:
        return None
    if pd.isna(row["ramp_years"]):
        return now
    earlier = before(counted, row)
    was = None if earlier is None else capacity(earlier, COMMISSIONED)
    return ramped(now, was, year, first_year(row), int(row["ramp_years"]))


def _of_pools(places: Capacity, taught: np.ndarray, pools: np.ndarray) -> np.ndarray:
    found = pools.copy()
    apart = np.array([pool in places.pools for pool in POOLS])
    for position, pool in enumerate(POOLS):
        if apart[position] and taught[position]:
            found[position] = places.pools[pool]
    rest = np.flatnonzero(taught & ~apart)
    if len(rest) == 1:
        found[rest[0]] = (places.total or 0) - sum(places.pools.values())
    return found
