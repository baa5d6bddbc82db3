"""How many places a register row has in a census year, and how they fall over its cells.

Belongs here: the choice of capacity, pools that are set apart, growth in equal steps, and usable
places by classes. The proportions come from `mix`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sufficiency.places.mix import NCYS, RowMix, allowed, fold, site_key, split_whole
from sufficiency.places.periods import CENSUS_DAY, running
from sufficiency.terms import codes, lookup

USABLE = "usable"
BASIS_COLUMNS = {
    "commissioned": "commissioned_places",
    "scap": "scap_capacity",
    "physical": "physical_capacity",
    "on_roll": "on_roll",
}
WITH_POOLS = ("commissioned", "scap", "physical")
POOL_COLUMNS = {"nursery": "nursery_places", "post_16": "post16_places"}


@dataclass(frozen=True)
class Capacity:
    """A row's places: the whole, which capacity they are, and what is set apart for a pool."""

    total: int | None
    basis: str
    pools: dict[str, int]


def capacity(row: pd.Series, chosen: str) -> Capacity:
    """Return the row's places and which capacity they are; none where no column is filled.

    Args:
        row: Register row.
        chosen: Capacity to use where the row has it; else the first of commissioned, SCAP,
            physical and on roll that it has. `usable` starts from commissioned.

    Pools are parts of the commissioned places; a roll has none. SCAP leaves nursery places out
    (domain handbook 12), so a nursery pool is added to it.
    """
    preferred = "commissioned" if chosen == USABLE else chosen
    for basis in dict.fromkeys([preferred, *BASIS_COLUMNS]):
        value = row[BASIS_COLUMNS[basis]]
        if pd.notna(value):
            pools = {
                pool: int(row[column])
                for pool, column in POOL_COLUMNS.items()
                if basis in WITH_POOLS and pd.notna(row[column])
            }
            added = pools.get("nursery", 0) if basis == "scap" else 0
            return Capacity(int(value) + added, basis, pools)
    return Capacity(None, "on_roll", {})


def first_year(row: pd.Series) -> int:
    """Return the first January census year in which a row is in force on census day."""
    day = str(row["effective_from"])
    return int(day[:4]) + (day[5:] > CENSUS_DAY)


def before(counted: pd.DataFrame, row: pd.Series) -> pd.Series | None:
    """Return the row of the period before at the same site, the likest if there are several."""
    same = counted[
        (counted["urn"] == row["urn"])
        & (counted["site_id"] == row["site_id"])
        & (counted["provision"] == row["provision"])
        & (counted["effective_from"] < row["effective_from"])
    ]
    if same.empty:
        return None
    likeness = (same["ncy_from"] == row["ncy_from"]).astype(int)
    likeness += (same["ncy_to"] == row["ncy_to"]).astype(int)
    likeness += (same["designated_needs"] == row["designated_needs"]).astype(int)
    order = ["likeness", "effective_from", "ncy_from", "designated_needs"]
    return same.assign(likeness=likeness).sort_values(order, kind="stable").iloc[-1]


def ramped(now: Capacity, earlier: Capacity | None, year: int, first: int, steps: int) -> Capacity:
    """Return the places of a year while they grow in equal steps, whole numbers rounded down.

    Args:
        now: Places once the growth is complete.
        earlier: Places of the period before; None: growth starts from 0.
        year: January census year.
        first: First census year of the row: one step is done by then.
        steps: Septembers over which places grow.
    """
    done = min(year - first + 1, steps)
    if now.total is None or done >= steps:
        return now
    start = 0 if earlier is None or earlier.total is None else earlier.total
    total = _step(start, now.total, done, steps)
    pools = {}
    for pool, size in now.pools.items():
        known = None if earlier is None else earlier.pools.get(pool)
        share = size * start // now.total if now.total else 0
        pools[pool] = _step(share if known is None else known, size, done, steps)
    return replace(now, total=total, pools=pools)


def _step(start: int, end: int, done: int, steps: int) -> int:
    return start + int((end - start) * done / steps)


def split_pools(
    places: Capacity, weights: np.ndarray, covered: np.ndarray
) -> tuple[np.ndarray, list[str]]:
    """Return whole places by cell, each pool that is set apart keeping its own total.

    Args:
        places: The row's places; None counts as 0.
        weights: Numbers whose last two axes are need group and phase.
        covered: Need group x phase cells that the row may serve.

    Returns:
        Places in the shape of the weights, and the pools that were not used because the row
        teaches none of their year groups.
    """
    pool_of = np.array(list(lookup("phases", "pool").values()))
    left = places.total or 0
    result = np.zeros(np.shape(weights), dtype=int)
    apart = np.zeros(len(pool_of), dtype=bool)
    unused = []
    for pool, size in places.pools.items():
        part = _within(weights, covered, pool_of == pool)
        if part is None:
            unused += [pool] if size else []
            continue
        given = min(size, left)
        result = result + split_whole(given, part)
        left -= given
        apart |= pool_of == pool
    rest = _within(weights, covered, ~apart)
    if left and rest is None:
        rest = _within(weights, covered, apart)
    if left and rest is not None:
        result = result + split_whole(left, rest)
    return result, unused


def _within(weights: np.ndarray, covered: np.ndarray, phases: np.ndarray) -> np.ndarray | None:
    """Return the weights of some phases; where there are none, the row's needs over them."""
    part = weights * phases
    if part.sum() > 0:
        return part
    open_cells = np.broadcast_to(covered * phases, np.shape(weights))
    needs = weights.sum(axis=-1, keepdims=True) * open_cells
    if needs.sum() > 0:
        return needs
    return open_cells.astype(float) if open_cells.any() else None


def classes_of_rows(
    classes: pd.DataFrame | None, register: pd.DataFrame, year: int
) -> dict[int, pd.DataFrame]:
    """Return the classes that run in the school year of a census, by position of register row.

    Args:
        classes: Classes table, or None.
        register: Register rows in force.
        year: January census year; its school year began in the September before.

    A class belongs to the first row of its school, site and provision that shares a year group
    and a need with it.
    """
    found: dict[int, list[int]] = {}
    if classes is None or classes.empty:
        return {}
    ordered = classes.sort_values(list(classes.columns), kind="stable", ignore_index=True)
    listed = ordered[running(ordered, year - 1)]
    order = register.reset_index(drop=True).sort_values(
        ["urn", "site_id", "provision", "ncy_from", "ncy_to", "designated_needs"], kind="stable"
    )
    rows = [(int(str(position)), row, allowed(row)) for position, row in order.iterrows()]
    for index, one in listed.iterrows():
        needs, ncys = _class_cells(one)
        for position, row, (takes, taught) in rows:
            same = site_key(row) == site_key(one)
            if same and (takes & needs).any() and (taught & ncys).any():
                found.setdefault(position, []).append(int(str(index)))
                break
    return {position: listed.loc[indexes] for position, indexes in found.items()}


def _class_cells(one: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    named = set(str(one["needs"]).split())
    needs = np.array([not named or n in named for n in codes("needs")])
    return needs, (int(one["ncy_from"]) <= NCYS) & (int(one["ncy_to"]) >= NCYS)


def class_places(classes: pd.DataFrame, row: pd.Series, mix: RowMix) -> np.ndarray:
    """Return the places of classes by need group and phase, each class split by the row's mix."""
    takes, taught = allowed(row)
    result = np.zeros(mix.covered.shape, dtype=int)
    for _, one in classes.iterrows():
        needs, ncys = _class_cells(one)
        cells = np.outer(needs, ncys & taught)
        weights = fold(mix.weights * cells)
        if weights.sum() == 0:
            # Nobody of that cohort yet: as the whole row's needs, else any need it takes.
            weights = fold(mix.weights.sum(axis=1, keepdims=True) * cells)
        if weights.sum() == 0:
            weights = fold(np.outer(needs & takes, ncys & taught))
        result = result + split_whole(int(one["places"]), weights)
    return result


def usable(
    classes: pd.DataFrame, row: pd.Series, mix: RowMix, places: Capacity
) -> tuple[np.ndarray, list[str]]:
    """Return usable places by need group and phase, and the pools that were not used.

    The places of a cohort are the sum of its classes; year groups without a class keep their part
    of the commissioned places. Neither together nor in a pool that is set apart do they exceed the
    commissioned places (domain handbook 12: usable <= commissioned), so a change of the register
    counts once its classes are listed.
    """
    result = class_places(classes, row, mix)
    listed = np.zeros(len(NCYS), dtype=bool)
    for _, one in classes[classes["assessment"] == "no"].iterrows():
        listed |= _class_cells(one)[1]
    stacked = np.stack([fold(mix.weights * listed), fold(mix.weights * ~listed)])
    unused: list[str] = []
    if places.total is not None and stacked[1].sum() > 0:
        whole, unused = split_pools(places, stacked, mix.covered)
        result = result + whole[1]
    if places.total is not None:
        result = _at_most(result, places.total, places.pools)
    return result, unused


def _at_most(cells: np.ndarray, total: int, pools: Mapping[str, int]) -> np.ndarray:
    """Return the cells with each pool, the rest and the whole cut to its commissioned places."""
    pool_of = np.array(list(lookup("phases", "pool").values()))
    apart = np.isin(pool_of, list(pools))
    limits = [(pool_of == pool, size) for pool, size in pools.items()]
    for inside, size in (*limits, (~apart, max(total - sum(pools.values()), 0))):
        part = cells * inside
        if part.sum() > size:
            cells = cells - part + split_whole(size, part)
    return split_whole(total, cells) if cells.sum() > total else cells
