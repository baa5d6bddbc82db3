"""What concerns several rows of the register: repeats, overlaps, breaks, and one finding for many.

Belongs here: rules that compare rows with each other, and joining findings of one kind.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise

import pandas as pd

from sufficiency.findings import Finding, spans
from sufficiency.places.periods import last_days

SAID_ONE_BY_ONE = 5
SAID_TOGETHER = {
    "register_school_not_listed": "the urn is not on the school list",
    "register_school_closed": "the school list says the school is closed, but the row has no end",
    "register_locality_blank": "no locality is known, so outside is used",
    "register_locality_replaced": "the locality is not in the locality table, so the one where "
    "the school lies is used",
    "register_roll_far_above_capacity": "on_roll is far above physical_capacity",
    "register_year_groups_overlap": "another row is the same provision for overlapping year groups",
    "register_needs_overlap": "another row of the same provision and years differs only in needs, "
    "and one of the two takes all needs",
    "register_period_break": "the provision's next row starts later than the day after",
    "register_commissioned_above_physical": "commissioned_places is above physical_capacity",
    "register_ramp_without_earlier_period": "ramp_years is given, but the provision has no row of "
    "an earlier period, so its places grow from 0",
    "register_site_without_place": "a further site of a school has no easting and northing",
    "register_school_not_open": "the school list says the school is not open yet",
    "register_formula_without_value": "{column} holds a formula without a value",
}


def grouped(found: Iterable[Finding]) -> list[Finding]:
    """Return the findings ordered by row, those of one kind on many rows joined into one.

    Only the kinds in `SAID_TOGETHER` are joined: what differs between their rows matters little.
    """
    ordered = sorted(found, key=lambda f: f.row)
    rows: dict[tuple[str, str], list[int]] = {}
    for one in ordered:
        rows.setdefault((one.check, one.column), []).append(one.row)
    result, said = [], set()
    for one in ordered:
        kind = (one.check, one.column)
        touched = list(dict.fromkeys(rows[kind]))
        if one.check not in SAID_TOGETHER or len(touched) <= SAID_ONE_BY_ONE:
            result.append(one)
        elif kind not in said:
            said.add(kind)
            what = SAID_TOGETHER[one.check].format(column=one.column)
            message = f"{len(touched)} rows ({spans(touched)}): {what}."
            result.append(replace(one, message=message, count=len(touched)))
    return result


def _identity(cells: pd.DataFrame) -> list[str]:
    return [c for c in cells.columns if c not in ("notes", "source", "as_at_date")]


def same_sites(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with one spelling for sites that differ only in capitals or spaces."""
    site = cells["site_id"].str.replace(r"\s+", "", regex=True).str.casefold()
    return cells.assign(site_id=site)


def duplicates(cells: pd.DataFrame, source: str) -> Iterator[Finding]:
    """Yield a finding for each row that says again what an earlier row says."""
    for _, group in same_sites(cells).groupby(_identity(cells), sort=False):
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
    counted = in_force(cells)
    same_places = ["urn", "site_id", "provision", "designated_needs", "sex_restriction"]
    for _, group in counted.groupby(same_places, sort=False):
        ordered = group.sort_values("effective_from", kind="stable")
        for position, (row, one) in enumerate(ordered.iterrows()):
            for other_row, other in ordered.iloc[position + 1 :].iterrows():
                if other["effective_from"] <= one["end"]:
                    yield from _overlap(row, one, other_row, other, source)


def in_force(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that count, without repeats, with the last day in column `end`."""
    rows = same_sites(cells)
    rows = rows[(rows["change_status"] != "proposed") & ~rows.duplicated(_identity(rows))]
    rows = rows.assign(end=last_days(rows))
    return rows[rows["effective_from"] <= rows["end"]]


def needs_overlaps(cells: pd.DataFrame, source: str) -> Iterator[Finding]:
    """Yield a finding where one row takes all needs and another row of the place lists needs."""
    for _, group in in_force(cells).groupby(["urn", "site_id", "provision"], sort=False):
        for (row, one), (other_row, other) in combinations(group.iterrows(), 2):
            one_takes_all = (one["designated_needs"] == "") != (other["designated_needs"] == "")
            sexes = {one["sex_restriction"], other["sex_restriction"]}
            together = max(one["effective_from"], other["effective_from"]) <= min(
                one["end"], other["end"]
            )
            if one_takes_all and together and _share_years(one, other) and sexes != {"F", "M"}:
                first, last = sorted((int(row), int(other_row)))  # pyright: ignore[reportArgumentType]
                yield Finding(
                    "register_needs_overlap",
                    "warns",
                    f"Rows {first} and {last} are the same provision, years and days; one takes "
                    "all needs (designated_needs is blank), the other lists needs.",
                    "Check that no place is counted in both.",
                    source,
                    last,
                    "designated_needs",
                )


def flexible_pools(cells: pd.DataFrame, source: str) -> Iterator[Finding]:
    """Yield a finding where two flexible rows of a place would take the same child.

    Places that any accepted need may use are one pool: two rows with a need and a year group in
    common are one pool written twice, or two pools that cannot be told apart.
    """
    counted = in_force(cells)
    counted = counted[(counted["flexible"] == "yes") & (counted["designated_needs"] != "")]
    for _, group in counted.groupby(["urn", "site_id", "provision"], sort=False):
        for (row, one), (other_row, other) in combinations(group.iterrows(), 2):
            together = max(one["effective_from"], other["effective_from"]) <= min(
                one["end"], other["end"]
            )
            differ = one["designated_needs"] != other["designated_needs"]
            if differ and together and _share_years(one, other) and _needs(one) & _needs(other):
                first, last = sorted((int(row), int(other_row)))  # pyright: ignore[reportArgumentType]
                yield Finding(
                    "register_flexible_pool_twice",
                    "warns",
                    f"Rows {first} and {last} are both flexible at one site, with a need and a "
                    "year group in common: they read as one pool written twice.",
                    "Join them in one row, or put no in flexible where places are kept for a need.",
                    source,
                    last,
                    "flexible",
                )


def _needs(row: pd.Series) -> set[str]:
    return {*str(row["designated_needs"]).split(), *str(row["acceptable_needs"]).split()}


def _share_years(one: pd.Series, other: pd.Series) -> bool:
    first = max(int(one["ncy_from"]), int(other["ncy_from"]))
    return first <= min(int(one["ncy_to"]), int(other["ncy_to"]))


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
    elif _share_years(one, other):
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
    counted = same_sites(cells[cells["change_status"] != "proposed"])
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
