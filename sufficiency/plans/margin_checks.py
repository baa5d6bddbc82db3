"""Whether published margins agree, and where plans that a table leaves out belong.

Belongs here: the rules between margins. Reading them is `margins`.
"""

from collections.abc import Mapping
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd

from sufficiency.findings import Findings

AXES = ("need", "age", "setting")
TWO_WAY: Mapping[str, tuple[str, str]] = {
    "need_age": ("need", "age"),
    "need_setting": ("need", "setting"),
    "age_setting": ("age", "setting"),
}
NOT_RECORDED = {"need": "UNKNOWN", "setting": "UNK"}
TABLE = "published_stock"
SHOWN = 8

Frames = Mapping[str, pd.DataFrame]
Counts = Mapping[str, pd.Series]


def words(dimension: str) -> str:
    """Return a dimension as a planner says it: `need_age` is "need x age"."""
    return dimension.replace("_", " x ")


def implied(axis: str, given: Frames) -> dict[str, pd.Series]:
    """Return what each two-way margin implies for one axis; missing where a cell is open."""
    return {n: _along(given[n], n, axis) for n in given if axis in TWO_WAY[n]}


def first_known(axis: str, given: Frames, one_way: Counts) -> pd.Series:
    """Return the counts of one axis: as published, else as the two-way margins imply."""
    known = one_way[axis]
    for counts in implied(axis, given).values():
        known = known.fillna(counts)
    return known.astype(float)


def place_not_recorded(
    given: Frames, one_way: Counts, published: set[tuple[str, str]], total: float, found: Findings
) -> tuple[dict[str, pd.DataFrame], dict[str, pd.Series]]:
    """Return the margins with what they leave out under "not recorded".

    Only where no table of the year has a "not recorded" row: with such a row, a shortfall is a
    contradiction and not a gap in the recording.

    Args:
        given: Two-way margins that were published.
        one_way: Counts by need, age and setting.
        published: Pairs of axis and code that some table has.
        total: Plans in force, missing if not published.
        found: Grows by what was placed.
    """
    counts, frames = dict(one_way), dict(given)
    codes = {a: c for a, c in NOT_RECORDED.items() if (a, c) not in published}
    ages_confirm_total = first_known("age", given, one_way).sum(skipna=False) == total
    for axis, code in codes.items():
        short = total - counts[axis].sum(skipna=False)
        if short > 0 and ages_confirm_total:
            counts[axis] = counts[axis].where(counts[axis].index != code, short)
    for name, frame in frames.items():
        for axis in TWO_WAY[name]:
            if axis not in codes:
                continue
            other = next(a for a in TWO_WAY[name] if a != axis)
            rest = {n: f for n, f in frames.items() if n != name}
            short = first_known(other, rest, counts) - _along(frame, name, other)
            if short.isna().any() or (short < 0).any() or not short.any():
                continue
            frames[name] = _with_row(frame, name, axis, codes[axis], short)
            found.warn(
                "margin_not_recorded",
                f"{words(name)} leaves out {short.sum():,.0f} plans that the counts by {other} "
                f"have. They are taken as {axis} not recorded ({codes[axis]}).",
                f"If their {axis} is known, add it to the file.",
                source=TABLE,
                column=name,
                count=int(short.sum()),
            )
            break
    return frames, counts


def compare(given: Frames, one_way: Counts, total: float, found: Findings) -> None:
    """Block on every margin that contradicts the total or another margin.

    Args:
        given: Two-way margins that were published.
        one_way: Counts by need, age and setting.
        total: Plans in force, missing if not published.
        found: Grows by one finding a pair of tables that disagree.
    """
    for axis in AXES:
        counts = {axis: one_way[axis], **implied(axis, given)}
        for left, right in combinations(counts, 2):
            _compare_pair(axis, left, counts[left], right, counts[right], found)
    for name, frame in [*one_way.items(), *given.items()]:
        whole = float(np.asarray(frame, dtype=float).sum())
        if np.isnan(total) or np.isnan(whole) or round(whole) == round(total):
            continue
        found.block(
            "margin_contradicts_total",
            f"{words(name)} adds up to {whole:,.0f} plans, but the published total is "
            f"{total:,.0f}.",
            "Check that both come from one release and that no row is missing or doubled.",
            source=TABLE,
            column=name,
            count=abs(round(whole - total)),
        )


def _compare_pair(
    axis: str, left: str, a: pd.Series, right: str, b: pd.Series, found: Findings
) -> None:
    differs = (a - b).abs() > 1e-6
    if not differs.any():
        return
    listed = [f"{axis} {k}: {a[k]:,.0f} and {b[k]:,.0f}" for k in a.index[differs]]
    more = f"; and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    found.block(
        "margins_contradict",
        f"{words(left)} and {words(right)} give different plans by {axis}: "
        f"{'; '.join(listed[:SHOWN])}{more}.",
        "Check that both come from one release, then correct the count that is wrong.",
        source=TABLE,
        column=axis,
        count=len(listed),
    )


def _along(frame: pd.DataFrame, name: str, axis: str) -> pd.Series:
    """Return the sums of a two-way margin by one of its axes."""
    summed: Literal[0, 1] = 1 if TWO_WAY[name][0] == axis else 0
    return frame.sum(axis=summed, skipna=False)


def _with_row(
    frame: pd.DataFrame, name: str, axis: str, code: str, values: pd.Series
) -> pd.DataFrame:
    turned = frame if TWO_WAY[name][0] == axis else frame.T
    turned = turned.copy()
    turned.loc[code] = values
    return turned if TWO_WAY[name][0] == axis else turned.T
