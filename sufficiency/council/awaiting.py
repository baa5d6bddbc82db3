"""Rules of the awaiting list (`awaiting.csv`): each child once, by a pseudonym, and still waiting.

The rows are children: a finding names row and column, never a value. The child's id is used for
these rules only and leaves this module with no row.
"""

import re
from datetime import date

import pandas as pd

from sufficiency.council.problems import Problems
from sufficiency.findings import Findings
from sufficiency.terms import OUTSIDE, lookup, school_year

UPN = re.compile(r"\b[A-Z]\d{11}[0-9A-Z]\b")
ULN_OR_NHS = re.compile(r"(?<!\d)\d{10}(?!\d)")
DAY_OF_MONTH, MONTH, CENTURY = r"(?:0[1-9]|[12]\d|3[01])", r"(?:0[1-9]|1[0-2])", r"(?:19|20)"
DAY = re.compile(
    r"(?<!\d)(?:\d{1,2}[/. -]\d{1,2}[/. -](?:\d{4}|\d{2})"
    r"|\d{4}[/. -]\d{1,2}[/. -]\d{1,2}"
    rf"|{DAY_OF_MONTH}{MONTH}{CENTURY}\d\d|{CENTURY}\d\d{MONTH}{DAY_OF_MONTH})(?!\d)"
)
POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b")
SCHOOL_NUMBER = r"[0-9]{5,8}"
TWO_WORDS = re.compile(r"[^\W\d_]{2,}[\s,._]+[^\W\d_]{2,}")
# Usual first and last year groups of a type of place, where the school itself is not on the
# register: specialist post-16 from Year 12, places in schools to Year 14 (domain handbook 12).
USUAL_NCY = {"post16": (11, 21)}
USUAL_IN_SCHOOL = (-4, 14)
MOST_YEARS_APART = 2


def awaiting_rules(
    cells: pd.DataFrame,
    problems: Problems,
    register: pd.DataFrame,
    localities: pd.DataFrame | None,
    establishments: pd.DataFrame | None,
) -> pd.DataFrame:
    """Return the children who wait, with what follows from the cells; contract `Awaiting`.

    Args:
        cells: Understood cells of `awaiting.csv` by spreadsheet row.
        problems: Receives every broken rule and the rows it takes out.
        register: Register table.
        localities: Localities table; None or empty: not checked.
        establishments: Establishments table; None or empty: not checked.

    Returns:
        Text cells without the child's id: `row`, `weeks_waiting` and a filled `september` added;
        children already in a place of the agreed type left out.
    """
    _ids(cells["child_id"], problems)
    _days(cells, problems)
    housed = _with_homes(cells, problems, localities)
    rows = housed[~housed.index.isin(list(problems.broken))].drop(columns="child_id")
    rows = _with_times(rows, problems)
    rows = _schools(rows, problems, register, establishments)
    return _still_waiting(rows, problems)


def beside_base(awaiting: pd.DataFrame, base_year: int, findings: Findings) -> None:
    """Warn of waiting children whose dates are far from the base census.

    Args:
        awaiting: Awaiting table.
        base_year: January census year the forecast starts from.
        findings: Receives rows whose list is of another time, or whose September is long past.
    """
    rows = awaiting.set_index("row")
    problems = Problems("awaiting.csv", True, findings)
    as_at = rows["as_at"].str[:4].astype(int)
    problems.warn(
        "awaiting_list_of_another_time",
        rows.index[(as_at - base_year).abs() > MOST_YEARS_APART],
        f"as_at is more than {MOST_YEARS_APART} years from the base census of January {base_year}",
        "Correct as_at, or put in the list of about that time.",
        "as_at",
    )
    problems.warn(
        "awaiting_september_long_past",
        rows.index[rows["september"].astype(int) < base_year - 1],
        f"september is before September {base_year - 1}, the school year of the base census",
        "Correct september: the September from which the place is wanted now.",
        "september",
    )


def _ids(ids: pd.Series, problems: Problems) -> None:
    ids = ids.str.normalize("NFKC")
    same = ids.str.casefold().str.replace(r"\s+", "", regex=True)
    problems.block(
        "awaiting_child_repeated",
        ids.index[same.duplicated(keep=False) & (same != "")],
        "the same child_id is on another row",
        "Keep one row a child; different children need different pseudonyms.",
        "child_id",
    )
    problems.block(
        "awaiting_id_may_name_a_child",
        ids.index[ids.map(_may_name).astype(bool)],
        "child_id looks like an identifier, a name or a date of birth",
        "Use a pseudonym: a code with a digit that means nothing to others, such as W001.",
        "child_id",
    )


def _may_name(text: str) -> bool:
    """Return whether an id may be a UPN, a ULN or NHS number, a postcode, a date or a name."""
    joined = re.sub(r"[\s-]", "", text).upper()
    patterns = (
        (UPN, joined),
        (ULN_OR_NHS, joined),
        (DAY, text),
        (POSTCODE, text.upper()),
        (TWO_WORDS, text),
    )
    without_digit = text != "" and not any(letter.isdigit() for letter in text)
    return without_digit or any(pattern.search(told) for pattern, told in patterns)


def _days(cells: pd.DataFrame, problems: Problems) -> None:
    agreed, as_at = cells["agreed_on"], cells["as_at"]
    problems.block(
        "awaiting_agreed_in_the_future",
        cells.index[(agreed > as_at) & (as_at != "")],
        "agreed_on is after as_at",
        "Correct the two days: a child waits from the day the type of place was agreed.",
        "agreed_on",
    )
    problems.warn(
        "awaiting_agreed_on_blank",
        cells.index[agreed == ""],
        "agreed_on is blank, so how long the child has waited is not known",
        "Fill in agreed_on.",
        "agreed_on",
    )


def _with_homes(
    cells: pd.DataFrame, problems: Problems, localities: pd.DataFrame | None
) -> pd.DataFrame:
    blank = cells["locality"] == ""
    problems.warn(
        "awaiting_locality_blank",
        cells.index[blank],
        "locality is blank: outside is used",
        "Fill in the locality of the child's home, or outside where it is not known.",
        "locality",
    )
    if localities is not None and not localities.empty:
        known = sorted({*localities["locality"], OUTSIDE})
        problems.block(
            "awaiting_unknown_locality",
            cells.index[~blank & ~cells["locality"].isin(known)],
            "locality is not in the locality table",
            f"Use one of: {', '.join(known)}.",
            "locality",
        )
    return cells.assign(locality=cells["locality"].where(~blank, OUTSIDE))


def _with_times(rows: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Return the rows with weeks waited, and the next September where none is told."""
    agreed = pd.to_datetime(rows["agreed_on"].replace("", None))
    as_at = pd.to_datetime(rows["as_at"].replace("", None))
    weeks = ((as_at - agreed).dt.days // 7).astype("Int32")
    following = rows["as_at"].map(_september_after).astype("str")
    blank = rows["september"] == ""
    problems.inform(
        "awaiting_september_blank",
        rows.index[blank],
        "september is blank: the next one after as_at is used",
        "Fill in september if the place is wanted later.",
        "september",
    )
    return rows.assign(
        row=rows.index,
        weeks_waiting=weeks,
        september=rows["september"].where(~blank, following),
    )


def _september_after(day: str) -> str:
    """Return the year of the first 1 September on or after a day."""
    when = date.fromisoformat(day)
    return str(when.year + (when > date(when.year, 9, 1)))


def _schools(
    rows: pd.DataFrame,
    problems: Problems,
    register: pd.DataFrame,
    establishments: pd.DataFrame | None,
) -> pd.DataFrame:
    """Return the rows without schools that nothing knows: such a cell may hold anything."""
    named = rows[rows["urn"] != ""]
    on_register = named["urn"].isin(register["urn"])
    listed = (
        named["urn"].isin(establishments["urn"])
        if establishments is not None and len(establishments)
        else named["urn"].str.fullmatch(SCHOOL_NUMBER)
    )
    unknown = named.index[~on_register & ~listed]
    problems.warn(
        "awaiting_unknown_school",
        unknown,
        "urn is neither on the register nor on the school list",
        "Correct the urn; until then the child counts for no school in September.",
        "urn",
    )
    offered = {*register["urn"].str.cat(register["provision"], sep=" ")}
    asked = named["urn"].str.cat(named["provision"], sep=" ")
    problems.warn(
        "awaiting_school_has_no_such_place",
        named.index[on_register & ~asked.isin(list(offered))],
        "the register has no place of the agreed type at this urn",
        "Correct provision or urn, or add the row to the register.",
        "provision",
    )
    problems.warn(
        "awaiting_stage_without_school",
        rows.index[(rows["urn"] == "") & rows["stage"].isin(["consulted", "named", "directed"])],
        "stage says a school, but urn is blank",
        "Fill in the urn of the school consulted, named or directed.",
        "urn",
    )
    _year_groups(rows, problems, register)
    return rows.assign(urn=rows["urn"].where(~rows.index.isin(unknown), ""))


def _year_groups(rows: pd.DataFrame, problems: Problems, register: pd.DataFrame) -> None:
    """Warn of children whose year group in the September wanted fits no such place."""
    if rows.empty:
        return
    started = school_year(rows["agreed_on"].where(rows["agreed_on"] != "", rows["as_at"]))
    then = rows["ncy"].astype(int) + rows["september"].astype(int) - started
    places = register.groupby(["urn", "provision"]).agg(
        low=("ncy_from", "min"), high=("ncy_to", "max")
    )
    limits = dict(zip(places.index, zip(places["low"], places["high"], strict=True), strict=True))
    fits = [
        _fits(ncy, limits.get((urn, provision)) or USUAL_NCY.get(provision, USUAL_IN_SCHOOL))
        for ncy, urn, provision in zip(then, rows["urn"], rows["provision"], strict=True)
    ]
    problems.warn(
        "awaiting_year_group_does_not_fit",
        rows.index[[not fit for fit in fits]],
        "in the September wanted, the child's year group is not taught in such a place",
        "Check ncy (of the school year of agreed_on), september and provision.",
        "ncy",
    )


def _fits(ncy: int, limits: tuple[int, int]) -> bool:
    return limits[0] <= ncy <= limits[1]


def _still_waiting(rows: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    there = rows["where_now"].map(lookup("settings", "provision")) == rows["provision"]
    problems.warn(
        "awaiting_already_placed",
        rows.index[there],
        "where_now is already a place of the agreed type, so the child is left out",
        "Take the row off the list, or correct where_now.",
        "where_now",
    )
    return rows[~there]
