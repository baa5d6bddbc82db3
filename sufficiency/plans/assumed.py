"""Plans of an authority whose recent tables are not published, and plans without homes.

Such an authority is given its last published total, carried forward by the caller, and the needs,
ages and settings of England's plans that no authority's own tables account for. Its plans are an
assumption: they add up to England's, and say nothing about this authority beyond its size and
setting groups.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sufficiency.contracts import Plans, checked
from sufficiency.errors import MarginError
from sufficiency.plans.margin_checks import AXES, TWO_WAY
from sufficiency.plans.margins import KNOWN, OLDEST_AGE
from sufficiency.plans.rounding import Margin, fit
from sufficiency.plans.synthesis import NCY_LESS_THAN_AGE
from sufficiency.terms import census_label, codes, lookup

ENGLAND = "national"
ROUNDS = 200
RAKING_ROUNDS = 100
# A carried total is not brought to England's remainder by more than this: the two then disagree
# about more than growth, such as which authorities there are. Assumption [U].
LARGEST_SCALE = 1.5


@dataclass(frozen=True)
class Remainder:
    """England's plans that the published tables of authorities leave over, at one census.

    Attributes:
        year: January census year.
        total: Plans; missing where England's total is not published.
        groups: Setting group -> plans; missing where not published.
        pattern: Relative plans by need, age and setting, in the order of the terms.
        of_rest: Whether the pattern is of the remainder; else it is of all England.
    """

    year: int
    total: float
    groups: Mapping[str, float]
    pattern: np.ndarray
    of_rest: bool


def remainder(stock: pd.DataFrame, year: int, published: Collection[str]) -> Remainder:
    """Return what is left of England's plans once authorities that published are taken off.

    Args:
        stock: Contract `PublishedStock`, with national rows.
        year: January census year.
        published: Authorities whose own tables of that census are used.

    Returns:
        The remainder. Where a table leaves some count below zero, or nothing, the pattern is that
        of all England.

    Raises:
        MarginError: England's needs by age and setting are not published for the census.
    """
    rows = stock[(stock["year"] == year) & stock["status"].isin(KNOWN)]
    england = rows[rows["level"] == ENGLAND]
    own = rows[(rows["level"] == "authority") & rows["authority"].isin(list(published))]
    whole = {name: _table(england, name) for name in TWO_WAY}
    lacking = [name.replace("_", " x ") for name, counts in whole.items() if counts.sum() <= 0]
    if lacking:
        raise MarginError(
            f"England's {', '.join(lacking)} is not published for {census_label(year)}, so "
            "authorities without recent tables cannot be given plans. Add the national tables of "
            "that release."
        )
    rest = {name: whole[name] - _table(own, name) for name in TWO_WAY}
    usable = all(counts.min() >= 0 and counts.sum() > 0 for counts in rest.values())
    in_group = _by_group(england) - _by_group(own)
    if not (england["dimension"] == "setting").any():
        in_group = in_group * np.nan
    return Remainder(
        year=year,
        total=_total(england) - _total(own),
        groups={str(name): float(value) for name, value in in_group.items()},
        pattern=_pattern(rest if usable else whole),
        of_rest=usable,
    )


def raked(carried: pd.DataFrame, rest: Remainder) -> pd.DataFrame:
    """Return carried setting groups brought to England's remainder, each authority's sum kept near.

    Args:
        carried: Plans by authority (rows) and setting group (columns), as carried to the census.
        rest: England's remainder of that census.

    Returns:
        The same table. Its sum is England's remainder, and so is each column's, where these are
        published; as carried where they are not, or are further off than `LARGEST_SCALE`.
    """
    values = carried.to_numpy(dtype=float)
    sums = values.sum()
    if not (np.isfinite(rest.total) and sums > 0 and rest.total > 0):
        return carried
    scale = rest.total / sums
    if not 1 / LARGEST_SCALE <= scale <= LARGEST_SCALE:
        return carried
    rows = values.sum(axis=1) * scale
    columns = np.array([rest.groups.get(str(name), np.nan) for name in carried.columns])
    if np.isnan(columns).any() or (columns < 0).any() or columns.sum() <= 0:
        return carried * scale
    columns = columns * (rest.total / columns.sum())
    for _ in range(RAKING_ROUNDS):
        values = values * _ratio(columns, values.sum(axis=0))
        values = values * _ratio(rows, values.sum(axis=1))[:, None]
    return pd.DataFrame(values, carried.index, carried.columns)


def assumed_counts(groups: Mapping[str, float], rest: Remainder) -> pd.DataFrame:
    """Return whole plans by need, age and setting of an authority known by its setting groups.

    Each group is made whole (largest remainder, so that they sum to the rounded total) and spread
    over needs, ages and settings like England's remainder. Cells are rounded cumulatively in order
    of age and need, so that every age and every run of ages is within a plan of its share.

    Args:
        groups: Setting group -> plans, in order of the terms.
        rest: England's remainder.

    Returns:
        Columns need, age, setting and plans; cells with none are absent; in order of the terms.
    """
    of_setting = np.array([lookup("settings", "setting_group")[s] for s in codes("settings")])
    names = list(groups)
    whole = _whole(np.array([groups[name] for name in names], dtype=float))
    table = np.zeros(rest.pattern.shape, dtype=np.int64)
    for name, plans in zip(names, whole, strict=True):
        held = np.flatnonzero(of_setting == name)
        pattern = rest.pattern[:, :, held]
        if plans and pattern.sum() <= 0:
            pattern = rest.pattern.sum(axis=2, keepdims=True) * np.ones(len(held))
        by_age = np.moveaxis(pattern, 1, 0)
        spread = _cumulative(by_age.ravel(), int(plans)).reshape(by_age.shape)
        table[:, :, held] = np.moveaxis(spread, 0, 1)
    cells = np.nonzero(table)
    labels = (np.array(codes("needs")), np.arange(OLDEST_AGE + 1), np.array(codes("settings")))
    columns = {axis: names[at] for axis, names, at in zip(AXES, labels, cells, strict=True)}
    return pd.DataFrame(columns).assign(plans=table[cells])


def plans_without_homes(counts: pd.DataFrame, base_year: int, locality: str) -> pd.DataFrame:
    """Return one row a plan, all of one locality, from counts by need, age and setting.

    For runs over many authorities, where nothing is shown below the authority.

    Args:
        counts: From `plan_counts` or `assumed_counts`.
        base_year: January census year.
        locality: Home locality of every plan.
    """
    plans = counts.loc[counts.index.repeat(counts["plans"]), list(AXES)].reset_index(drop=True)
    unknown = {"second_need": "", "establishment": "", "site": "", "sex": "", "lsoa": ""}
    return checked(
        Plans,
        plans.assign(
            **unknown,
            year=base_year,
            plan_id=[f"M-{n:06d}" for n in range(1, len(plans) + 1)],
            ncy=plans["age"] - NCY_LESS_THAN_AGE,
            ncy_recorded=pd.Series(pd.NA, index=plans.index, dtype="Int32"),
            locality=locality,
            in_area="unknown",
            residential="unknown",
            plan_start="",
            basis="modelled",
        ),
        "plans",
    )


def _table(rows: pd.DataFrame, name: str) -> np.ndarray:
    """Return one two-way count, summed over the rows' authorities, in the order of the terms."""
    part = rows[rows["dimension"] == name]
    first, second = (_labels(axis) for axis in TWO_WAY[name])
    at = first.get_indexer(pd.Index(part["key"])), second.get_indexer(pd.Index(part["second_key"]))
    table = np.zeros((len(first), len(second)))
    sound = (at[0] >= 0) & (at[1] >= 0)
    np.add.at(table, (at[0][sound], at[1][sound]), part["value"].fillna(0.0).to_numpy()[sound])
    return table


def _labels(axis: str) -> pd.Index:
    ages = [str(age) for age in range(OLDEST_AGE + 1)]
    return pd.Index(ages if axis == "age" else codes(f"{axis}s"))


def _total(rows: pd.DataFrame) -> float:
    return float(rows.loc[rows["dimension"] == "total", "value"].sum(min_count=1))


def _by_group(rows: pd.DataFrame) -> pd.Series:
    settings = rows[rows["dimension"] == "setting"]
    group = settings["key"].map(lookup("settings", "setting_group"))
    return settings.groupby(group)["value"].sum().reindex(codes("setting_groups"), fill_value=0.0)


def _pattern(tables: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return need x age x setting with the structure of the three tables and none of its own."""
    one_way = {
        "need": tables["need_age"].sum(axis=1),
        "age": tables["need_age"].sum(axis=0),
        "setting": tables["need_setting"].sum(axis=0),
    }
    start = np.einsum("ij,ik,jk->ijk", *(tables[name] for name in TWO_WAY))
    for position, axis in enumerate(AXES):
        over = _ratio(np.ones(len(one_way[axis])), one_way[axis])
        start = start * np.expand_dims(over, tuple({0, 1, 2} - {position}))
    margins = [
        Margin((AXES.index(a), AXES.index(b)), tables[name]) for name, (a, b) in TWO_WAY.items()
    ]
    return fit(start, margins, tolerance=1.0, rounds=ROUNDS).table


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.divide(above, below, out=np.zeros(len(below)), where=below > 0)


def _whole(values: np.ndarray) -> np.ndarray:
    """Return whole numbers near `values` that add up to their rounded sum."""
    floor = np.floor(values)
    left = round(float(values.sum())) - int(floor.sum())
    floor[np.argsort(-(values - floor), kind="stable")[:left]] += 1
    return floor.astype(np.int64)


def _cumulative(weights: np.ndarray, plans: int) -> np.ndarray:
    """Return whole numbers that add up to `plans`, every running sum within half of its share."""
    reached = np.cumsum(weights)
    points = np.floor(plans * reached / max(reached[-1], 1e-300) + 0.5)
    points[-1] = plans
    return np.diff(points, prepend=0.0).astype(np.int64)
