"""Published margins of one authority at its base census.

The plans table of the open-data route is built from three two-way counts: need x age, need x
setting and age x setting. This module finds the year that has them, reads them and says which are
missing. Whether they agree is `margin_checks`; building the table is `synthesis`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sufficiency.errors import MarginError
from sufficiency.findings import Findings
from sufficiency.plans.margin_checks import (
    AXES,
    NOT_RECORDED,
    SHOWN,
    TABLE,
    TWO_WAY,
    compare,
    first_known,
    place_not_recorded,
    words,
)
from sufficiency.terms import census_label, codes

OLDEST_AGE = 25
KNOWN = ["ok", "zero", "unreliable"]
DIMENSIONS: Mapping[str, tuple[str, ...]] = {"total": (), **{a: (a,) for a in AXES}, **TWO_WAY}


@dataclass(frozen=True)
class Margins:
    """What was published of one authority's plans at one census.

    A missing value is a count that was not published; a code that the publication leaves out of
    one table is a true zero. Age 2 is "under 3".

    Attributes:
        authority: Three-digit DfE code.
        year: January census year.
        total: Plans in force.
        need_age: Needs (rows) by ages (columns); None if not published.
        need_setting: Needs by settings; None if not published.
        age_setting: Ages by settings; None if not published.
        need: Plans by need.
        age: Plans by age.
        setting: Plans by setting.
    """

    authority: str
    year: int
    total: int
    need_age: pd.DataFrame | None
    need_setting: pd.DataFrame | None
    age_setting: pd.DataFrame | None
    need: pd.Series
    age: pd.Series
    setting: pd.Series

    @property
    def two_way(self) -> dict[str, pd.DataFrame]:
        """The two-way margins that were published, by dimension."""
        frames = {name: getattr(self, name) for name in TWO_WAY}
        return {name: frame for name, frame in frames.items() if frame is not None}

    @property
    def one_way(self) -> dict[str, pd.Series]:
        """The counts by need, age and setting."""
        return {axis: getattr(self, axis) for axis in AXES}


def base_census(stock: pd.DataFrame, authority: str) -> int:
    """Return the latest January for which all three two-way counts are published.

    A January in which one of them is withheld altogether is used only if none is better.

    Args:
        stock: Contract `PublishedStock`.
        authority: Three-digit DfE code.

    Raises:
        MarginError: No January has all three; says what the latest January lacks.
    """
    own = _own(stock, authority)
    counted = own[own["value"].notna()]
    with_total = set(counted.loc[counted["dimension"] == "total", "year"])
    years = _years(own)
    full = set.intersection(*_years(counted).values())
    withheld = set.intersection(*years.values()) & with_total
    if full or withheld:
        return int(max(full or withheld))
    january = int(own["year"].max())
    lacking = [words(name) for name in TWO_WAY if january not in years[name]]
    raise MarginError(
        f"No January has need x age, need x setting and age x setting for authority {authority}. "
        f"The latest with any plans is {census_label(january)}: it lacks {', '.join(lacking)}. "
        "Put the DfE tables of plans by primary need and of the caseload by placement, both of "
        "one release, into inputs/."
    )


def read_margins(
    stock: pd.DataFrame, authority: str, base_year: int, findings: Findings
) -> Margins:
    """Return the margins of one authority and January, adding what is wrong to `findings`.

    A two-way count that is absent is left out with a warning, and withheld counts are left open.
    Plans whose need or setting a table leaves out go to "not recorded" when no table has such a
    row. Unreliable counts are used and said. Counts that contradict each other or the total block.

    Args:
        stock: Contract `PublishedStock`.
        authority: Three-digit DfE code.
        base_year: January census year.
        findings: Grows by what was found.

    Raises:
        MarginError: No rows for the year, or no counts by age at all.
    """
    own = _own(stock, authority)
    rows = own[(own["year"] == base_year) & own["dimension"].isin(list(DIMENSIONS))]
    if rows.empty:
        have = ", ".join(str(y) for y in sorted(own["year"].unique()))
        raise MarginError(
            f"Authority {authority} has no published plans for {census_label(base_year)}; "
            f"it has {have}. Choose one of these years or add the release that has it."
        )
    cells = _cells(rows, findings)
    published = _published(cells)
    labels = {axis: _labels(axis, published) for axis in AXES}
    one_way = {axis: _one_way(cells, axis, labels[axis]) for axis in AXES}
    two_way = {name: _two_way(cells, name, labels) for name in TWO_WAY}
    given = {name: frame for name, frame in two_way.items() if frame is not None}
    total = _total(cells, given, one_way)
    _report_open(cells, findings)
    given, one_way = place_not_recorded(given, one_way, published, total, findings)
    compare(given, one_way, total, findings)
    counts = {axis: _settle(axis, given, one_way, total, findings) for axis in AXES}
    if np.isnan(total) or not counts["age"].notna().any():
        raise MarginError(
            f"Authority {authority}, {census_label(base_year)}: the total, or every count by "
            "age, is not published, so no plans table can be made. Add the caseload table by age."
        )
    return Margins(
        authority=authority,
        year=base_year,
        total=round(total),
        need_age=given.get("need_age"),
        need_setting=given.get("need_setting"),
        age_setting=given.get("age_setting"),
        need=counts["need"],
        age=counts["age"],
        setting=counts["setting"],
    )


def _own(stock: pd.DataFrame, authority: str) -> pd.DataFrame:
    own = stock[(stock["authority"] == authority) & (stock["level"] == "authority")]
    if own.empty:
        raise MarginError(
            f"No published plans for authority {authority}. Check its three-digit DfE code in "
            "sufficiency.toml, and that the release in inputs/ covers it."
        )
    return own


def _years(rows: pd.DataFrame) -> dict[str, set[int]]:
    return {name: set(rows.loc[rows["dimension"] == name, "year"]) for name in TWO_WAY}


def _cells(rows: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """Return rows with known codes, once each, `value` missing where none was published."""
    rows = rows.assign(value=rows["value"].where(rows["status"].isin(KNOWN)))
    rows = rows[_has_known_codes(rows, findings)]
    cell = ["dimension", "key", "second_key"]
    rows = rows.sort_values([*cell, "value", "source"], kind="stable")
    repeated = rows.duplicated(cell)
    if repeated.any():
        names = ", ".join(words(d) for d in rows.loc[repeated, "dimension"].unique())
        findings.block(
            "margin_cell_repeated",
            f"{repeated.sum()} published counts appear more than once for one year and the same "
            f"codes ({names}).",
            "Keep one file of each release in inputs/.",
            source=TABLE,
            count=int(repeated.sum()),
        )
    fraction = (rows["value"] % 1).fillna(0.0) != 0
    if fraction.any():
        findings.block(
            "margin_not_whole",
            f"{fraction.sum()} published counts of authority {rows['authority'].iloc[0]} are not "
            "whole numbers.",
            "Supply counts, not percentages or scaled values.",
            source=TABLE,
            column="value",
            count=int(fraction.sum()),
        )
    return rows[~repeated]


def _has_known_codes(rows: pd.DataFrame, findings: Findings) -> pd.Series:
    keep = pd.Series(True, index=rows.index)
    for dimension, axes in DIMENSIONS.items():
        for axis, column in zip(axes, ("key", "second_key"), strict=False):
            bad = (rows["dimension"] == dimension) & ~rows[column].isin(_codes(axis))
            if bad.any():
                unknown = ", ".join(sorted(rows.loc[bad, column].unique())[:SHOWN])
                findings.block(
                    "margin_code_unknown",
                    f"{words(dimension)} has codes of {axis} that are not known: {unknown}.",
                    "Map the published label in the terms, or correct the file.",
                    source=TABLE,
                    column=column,
                    count=int(bad.sum()),
                )
                keep &= ~bad
    return keep


def _codes(axis: str) -> list[str]:
    return [str(a) for a in range(OLDEST_AGE + 1)] if axis == "age" else codes(f"{axis}s")


def _published(cells: pd.DataFrame) -> set[tuple[str, str]]:
    """Return the pairs of axis and code that some table has."""
    found: set[tuple[str, str]] = set()
    for dimension, axes in DIMENSIONS.items():
        part = cells[cells["dimension"] == dimension]
        for axis, column in zip(axes, ("key", "second_key"), strict=False):
            found |= {(axis, code) for code in part[column].unique()}
    return found


def _labels(axis: str, published: set[tuple[str, str]]) -> list[str]:
    """Return the codes of one axis in the order of the terms, "not recorded" always among them."""
    return [c for c in _codes(axis) if (axis, c) in published or c == NOT_RECORDED.get(axis)]


def _index(axis: str, labels: list[str]) -> pd.Index:
    return pd.Index([int(c) for c in labels] if axis == "age" else labels, name=axis)


def _one_way(cells: pd.DataFrame, axis: str, labels: list[str]) -> pd.Series:
    part = cells[cells["dimension"] == axis].set_index("key")["value"]
    counts = part.reindex(labels)
    if len(part):
        counts = counts.where(counts.index.isin(part.index), 0.0)
    return counts.set_axis(_index(axis, labels))


def _two_way(cells: pd.DataFrame, name: str, labels: dict[str, list[str]]) -> pd.DataFrame | None:
    """Return one two-way margin; None if no count of it is known."""
    part = cells[cells["dimension"] == name]
    if part["value"].isna().all():
        return None
    rows, columns = TWO_WAY[name]
    withheld = -1
    frame = (
        part.assign(value=part["value"].fillna(withheld))
        .set_index(["key", "second_key"])["value"]
        .unstack(fill_value=0)
        .reindex(index=labels[rows], columns=labels[columns], fill_value=0)
    )
    frame.index, frame.columns = _index(rows, labels[rows]), _index(columns, labels[columns])
    return frame.where(frame != withheld).astype(float)


def _total(
    cells: pd.DataFrame, given: Mapping[str, pd.DataFrame], one_way: Mapping[str, pd.Series]
) -> float:
    """Return the published total, else the largest that a complete count gives."""
    published = cells.loc[cells["dimension"] == "total", "value"].dropna()
    if len(published):
        return float(published.iloc[0])
    sums = [first_known(axis, given, one_way).sum(skipna=False) for axis in AXES]
    return float(np.nanmax(sums)) if not np.isnan(sums).all() else np.nan


def _report_open(cells: pd.DataFrame, findings: Findings) -> None:
    """Warn of two-way counts that are missing, withheld in part, or unreliable."""
    for name in TWO_WAY:
        part = cells[cells["dimension"] == name]
        if part["value"].isna().all():
            reason = "every count is withheld" if len(part) else "there is no row"
            findings.warn(
                "margin_missing",
                f"{words(name)} is not published for this authority and January ({reason}). The "
                "plans table is made from the counts that are: nothing links the two beyond them.",
                "Add the file that has it, if DfE has published it.",
                source=TABLE,
                column=name,
                count=max(len(part), 1),
            )
        elif withheld := int(part["value"].isna().sum()):
            findings.warn(
                "margin_cells_withheld",
                f"{withheld} of {len(part)} counts of {words(name)} are suppressed or not "
                "available. They are filled so that every published count holds.",
                "Compare them with the council's own counts.",
                source=TABLE,
                column=name,
                count=withheld,
            )
        doubtful = int(((part["status"] == "unreliable") & part["value"].notna()).sum())
        if doubtful:
            findings.warn(
                "margin_unreliable",
                f"{doubtful} of {len(part)} counts of {words(name)} are marked as unreliable. They "
                "are used as published, because nothing better is.",
                "Read the finding that says why; correct the counts from the council's own plans.",
                source=TABLE,
                column=name,
                count=doubtful,
            )


def _settle(
    axis: str,
    given: Mapping[str, pd.DataFrame],
    one_way: Mapping[str, pd.Series],
    total: float,
    findings: Findings,
) -> pd.Series:
    """Return the counts of one axis: published, else implied, else all "not recorded"."""
    known = first_known(axis, given, one_way)
    if known.notna().any() or axis not in NOT_RECORDED:
        return known
    findings.warn(
        "margin_axis_missing",
        f"No count by {axis} is published, so every plan is taken as {axis} not recorded.",
        "Add the file that has it, if DfE has published it.",
        source=TABLE,
        column=axis,
        count=0 if np.isnan(total) else round(total),
    )
    return pd.Series(np.where(known.index == NOT_RECORDED[axis], total, 0.0), known.index)
