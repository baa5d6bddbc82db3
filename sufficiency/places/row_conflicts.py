"""The register's rules between rows: repeats, overlapping periods and breaks in a provision."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

import pandas as pd

from sufficiency.findings import Finding


def _identity(cells: pd.DataFrame) -> list[str]:
    return [c for c in cells.columns if c not in ("notes", "source", "as_at_date")]


def duplicates(cells: pd.DataFrame, source: str) -> Iterator[Finding]:
    """Yield a finding for each row that says again what an earlier row says."""
    for _, group in cells.groupby(_identity(cells), sort=False):
        for row in group.index[1:]:
            yield Finding(
                "register_duplicate_row",
                "blocks",
                f"Row {row} repeats row {group.index[0]}.",
                "Delete one of them.",
                source,
                int(row),  # pyright: ignore[reportArgumentType]
            )


def overlaps(cells: pd.DataFrame, source: str) -> Iterator[Finding]:
    """Yield a finding where rows of one provision are in force on the same day.

    Proposed rows are never counted, so they may overlap others. Rows for different needs, sexes or
    separate year groups of one site are different places.
    """
    counted = cells[(cells["change_status"] != "proposed") & ~cells.duplicated(_identity(cells))]
    counted = counted.assign(end=counted["effective_to"].replace("", "9999-12-31"))
    counted = counted[counted["effective_from"] <= counted["end"]]
    same_places = ["urn", "site_id", "provision", "designated_needs", "sex_restriction"]
    for _, group in counted.groupby(same_places, sort=False):
        ordered = group.sort_values("effective_from", kind="stable")
        for position, (row, one) in enumerate(ordered.iterrows()):
            for other_row, other in ordered.iloc[position + 1 :].iterrows():
                if other["effective_from"] <= one["end"]:
                    yield from _overlap(row, one, other_row, other, source)


def _overlap(
    row: object, one: pd.Series, other_row: object, other: pd.Series, source: str
) -> Iterator[Finding]:
    first, last = sorted((int(row), int(other_row)))  # pyright: ignore[reportArgumentType]
    if (one["ncy_from"], one["ncy_to"]) == (other["ncy_from"], other["ncy_to"]):
        yield Finding(
            "register_periods_overlap",
            "blocks",
            f"Rows {first} and {last} are the same provision and are both in force from "
            f"{other['effective_from']}.",
            "Put the day before the change in effective_to of the older row, or join the rows.",
            source,
            last,
            "effective_from",
        )
    elif int(other["ncy_from"]) <= int(one["ncy_to"]) and int(one["ncy_from"]) <= int(
        other["ncy_to"]
    ):
        yield Finding(
            "register_year_groups_overlap",
            "warns",
            f"Rows {first} and {last} are the same provision for overlapping year groups.",
            "Check that no place is counted in both.",
            source,
            last,
            "ncy_from",
        )


def period_breaks(cells: pd.DataFrame, source: str) -> Iterator[Finding]:
    """Yield a finding where a provision ends and starts again after days without places."""
    counted = cells[cells["change_status"] != "proposed"]
    for _, group in counted.groupby(["urn", "site_id", "provision"], sort=False):
        ordered = group.sort_values("effective_from", kind="stable")
        for (row, one), (_, other) in pairwise(ordered.iterrows()):
            if one["effective_to"] and _days_between(one["effective_to"], other) > 1:
                yield Finding(
                    "register_period_break",
                    "warns",
                    f"Row {row} ends on {one['effective_to']} and the provision's next row starts "
                    f"on {other['effective_from']}: no places are counted between.",
                    "Correct the dates if the places stayed open.",
                    source,
                    int(row),  # pyright: ignore[reportArgumentType]
                    "effective_to",
                )


def _days_between(end: str, following: pd.Series) -> int:
    return (date.fromisoformat(following["effective_from"]) - date.fromisoformat(end)).days
