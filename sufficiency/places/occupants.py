"""Who occupies the places of each register row, by pool, and what is not known of it.

Belongs here: laying plan holders, pupils of other authorities and pupils without a plan over
register rows. Full-time equivalents, capacities and the table are in `occupancy`.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from sufficiency.places.census_rolls import PLAN
from sufficiency.places.mix import NCYS, allowed, split_whole
from sufficiency.terms import OUTSIDE, codes, lookup, table

POOLS = ("nursery", "school_age", "post_16")
SCHOOL = ["urn", "provision"]
ORDER = ["urn", "provision", "site_id", "ncy_from", "ncy_to", "designated_needs", "effective_from"]
CENSUS, REGISTER, NONE = "school census", "register", "none"


@dataclass(frozen=True)
class Numbers:
    """Whole numbers of register rows; NaN where not known.

    Attributes:
        whole: One number a row.
        pools: Row x pool; may be unknown where the whole is known.
    """

    whole: np.ndarray
    pools: np.ndarray


class Rows:
    """Register rows in force, in a fixed order, and which of them a child belongs to."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self.rows = rows.sort_values(ORDER, kind="stable", ignore_index=True)
        self.takes = [allowed(row) for _, row in self.rows.iterrows()]
        spans = table("phases")
        pool = np.empty(len(NCYS), dtype=int)
        for _, phase in spans.iterrows():
            inside = (int(phase["ncy_from"]) <= NCYS) & (int(phase["ncy_to"]) >= NCYS)
            pool[inside] = POOLS.index(lookup("phases", "pool")[str(phase["phase"])])
        self.pool_of_ncy = pool
        self.of_school: dict[tuple[str, str], list[int]] = {}
        for row, key in enumerate(zip(self.rows["urn"], self.rows["provision"], strict=True)):
            self.of_school.setdefault(key, []).append(row)

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def taught(self) -> np.ndarray:
        """Which pools each row teaches: row x pool."""
        found = np.zeros((len(self), len(POOLS)), dtype=bool)
        for row, (_, ncys) in enumerate(self.takes):
            found[row, np.unique(self.pool_of_ncy[ncys])] = True
        return found

    @cached_property
    def is_single(self) -> np.ndarray:
        """Which rows teach one pool only."""
        return self.taught.sum(axis=1) == 1

    def is_among(self, schools: pd.DataFrame) -> np.ndarray:
        """Which rows are of a school and provision that a table has."""
        keys = set(zip(schools["urn"], schools["provision"], strict=True))
        own = zip(self.rows["urn"], self.rows["provision"], strict=True)
        return np.array([key in keys for key in own], dtype=bool)

    def laid_over(self, children: pd.DataFrame, number: str) -> Numbers:
        """Return children by row and pool; those of other schools are passed over.

        Args:
            children: urn, provision and the column `number`; site_id (empty: not told), ncy and
                need where known.
            number: Column of how many.

        Of several rows of a school, the widest of the site that teaches the year group and takes
        the need. A year group beyond the row's counts in its nearest pool; a missing one makes the
        pools unknown, unless the row teaches one pool only.
        """
        whole, pools = np.zeros(len(self)), np.zeros((len(self), len(POOLS)))
        keys = [*SCHOOL, "site_id", "ncy", "need"]
        told = children.reindex(columns=[*keys, number])
        told = told.astype({"ncy": "Int32", "site_id": "str", "need": "str"})
        told = told.fillna({"site_id": "", "need": ""})
        summed = told.groupby(keys, dropna=False, sort=True)[number].sum()
        for key, count in summed.items():
            urn, provision, site, ncy, need = key  # pyright: ignore[reportGeneralTypeIssues]
            if (urn, provision) not in self.of_school:
                continue
            at = None if pd.isna(ncy) else int(ncy)
            row = self._row((urn, provision), str(site), at, str(need))
            whole[row] += count
            if at is not None:
                pools[row, self._pool(row, at)] += count
            elif count:
                pools[row, self.taught[row]] = np.nan
        single = self.is_single
        pools[single] = np.where(self.taught[single], whole[single, None], 0.0)
        return Numbers(whole, pools)

    def given(self, column: str) -> Numbers:
        """Return a column of the register; pools where the row teaches one only, or has none."""
        whole = self.rows[column].astype("float64").to_numpy(copy=True)
        return Numbers(whole, self.in_one_pool(whole))

    def in_one_pool(self, whole: np.ndarray) -> np.ndarray:
        """Return row x pool where the whole says it: of one pool, or nothing."""
        pools = np.where(self.taught, np.nan, 0.0)
        pools = np.where(self.taught & self.is_single[:, None], whole[:, None], pools)
        return np.where((whole == 0)[:, None], 0.0, pools)

    def _row(self, school: tuple[str, str], site: str, ncy: int | None, need: str) -> int:
        rows = self.of_school[school]
        at_site = [row for row in rows if self.rows["site_id"].iat[row] == site]
        rows = at_site or rows
        needs = codes("needs")
        widest = sorted(rows, key=lambda row: (-int(np.outer(*self.takes[row]).sum()), row))
        taking = [
            row
            for row in widest
            if ncy is not None
            and self.takes[row][1][ncy - NCYS[0]]
            and (need not in needs or self.takes[row][0][needs.index(need)])
        ]
        teaching = [row for row in widest if ncy is not None and self.takes[row][1][ncy - NCYS[0]]]
        return (taking or teaching or widest)[0]

    def _pool(self, row: int, ncy: int | None) -> int:
        taught = NCYS[self.takes[row][1]]
        nearest = taught[0] if ncy is None else int(np.clip(ncy, taught[0], taught[-1]))
        return int(self.pool_of_ncy[nearest - NCYS[0]])


@dataclass(frozen=True)
class Occupants:
    """Who is on roll in each register row, by pool.

    Attributes:
        rows: The register rows.
        roll_source: Where each row's roll is from: school census, register or none.
        on_roll: Pupils on roll.
        with_plan: Residents with a plan, rank 1.
        others: Pupils of other authorities.
        without_plan: Pupils without a plan who are not of other authorities.
    """

    rows: Rows
    roll_source: np.ndarray
    on_roll: Numbers
    with_plan: Numbers
    others: Numbers
    without_plan: Numbers


def occupants(
    rows: Rows,
    attending: pd.DataFrame,
    imports: pd.DataFrame,
    census: pd.DataFrame,
    by_person: bool,
) -> Occupants:
    """Return who occupies each row.

    Args:
        rows: Register rows in force at the base census.
        attending: What `attendance.attending` returned.
        imports: Imports table.
        census: What `census_rolls.census_rolls` returned.
        by_person: Plans are of people, so that a school without any has none; else only schools
            that plans name are known.

    The roll is the census's, else the register's. Pupils of other authorities and pupils without
    a plan are those of the imports table and of the census, else of the register. What the census
    of a school with several rows counts beyond them is spread over its rows in proportion.
    """
    there = attending[attending["urn"] != ""]
    with_plan = rows.laid_over(there, "plans")
    if not by_person:
        with_plan = _where(rows.is_among(there), with_plan, _unknown(rows))
    listed, covered = rows.is_among(imports), rows.is_among(census)
    others = _where(listed, rows.laid_over(imports, "pupils"), rows.given("other_la_places"))
    own = census[(census["home"] != OUTSIDE) & (census["sen_provision"] != PLAN)]
    without = _where(covered, rows.laid_over(own, "pupils"), rows.given("occupants_without_plan"))
    counted = _census_roll(rows, census, [with_plan, others, without])
    register = rows.given("on_roll")
    source = np.where(covered, CENSUS, np.where(np.isnan(register.whole), NONE, REGISTER))
    roll = _where(covered, counted, register)
    return Occupants(rows, source, roll, with_plan, others, without)


def spread(
    rows: Rows, totals: Mapping[Hashable, int], weights: np.ndarray, only: np.ndarray
) -> np.ndarray:
    """Return the total of each school and provision spread over its rows, whole numbers.

    Args:
        rows: Register rows.
        totals: (urn, provision) to a total, which may be negative.
        weights: One a row; NaN counts as 0.
        only: Rows that may have some.
    """
    result = np.zeros(len(rows))
    for school, members in rows.of_school.items():
        able = [row for row in members if only[row]] or members
        total = int(totals.get(school, 0))
        if total:
            result[able] += split_whole(total, np.nan_to_num(weights[able]))
    return result


def _census_roll(rows: Rows, census: pd.DataFrame, parts: list[Numbers]) -> Numbers:
    """Return the census roll of each row: its known occupants and its part of the rest."""
    whole = np.nansum([part.whole for part in parts], axis=0)
    pools = np.nansum([part.pools for part in parts], axis=0)
    counted = rows.laid_over(census, "pupils")
    own = {school: members for school, members in rows.of_school.items() if len(members) > 1}
    result, by_pool = counted.whole.copy(), counted.pools.copy()
    for members in own.values():
        rest = int(counted.whole[members].sum() - whole[members].sum())
        result[members] = whole[members] + split_whole(rest, whole[members])
        told = counted.pools[members]
        if np.isnan(told).any() or any(np.isnan(part.pools[members]).any() for part in parts):
            by_pool[members] = rows.in_one_pool(result)[members]
            continue
        for pool in range(len(POOLS)):
            rest = int(told[:, pool].sum() - pools[members, pool].sum())
            able = np.array(members)[rows.taught[members, pool]]
            able = able if len(able) else np.array(members)
            by_pool[members, pool] = pools[members, pool]
            by_pool[able, pool] += split_whole(rest, pools[able, pool])
        result[members] = by_pool[members].sum(axis=1)
    return Numbers(result, by_pool)


def _where(known: np.ndarray, first: Numbers, second: Numbers) -> Numbers:
    return Numbers(
        np.where(known, first.whole, second.whole),
        np.where(known[:, None], first.pools, second.pools),
    )


def _unknown(rows: Rows) -> Numbers:
    return Numbers(np.full(len(rows), np.nan), np.full((len(rows), len(POOLS)), np.nan))
