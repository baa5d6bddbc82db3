"""The register's rules: every broken row is reported at once, with row, column and what to do."""

import math
from collections.abc import Callable, Iterator
from datetime import date

import pandas as pd

from sufficiency.contracts import Register, checked
from sufficiency.findings import Finding, Findings
from sufficiency.places.cells import (
    DATES,
    METRES,
    NEEDS,
    UNSAVED_FORMULA,
    WHOLE_NUMBERS,
    YES_NO,
)
from sufficiency.places.locating import (
    known_localities,
    no_locality,
    places_after_closure,
    school_list_problems,
    with_school_details,
)
from sufficiency.places.place_rules import (
    above_physical,
    no_places,
    over_full,
    parts_exceed_roll,
    pools_exceed_places,
    pools_not_taught,
    ramps,
    repeated_totals,
    satellites_without_place,
    sites_beyond_school,
)
from sufficiency.places.row_conflicts import (
    duplicates,
    flexible_pools,
    grouped,
    needs_overlaps,
    overlaps,
    period_breaks,
)
from sufficiency.terms import OUTSIDE, codes

CHANGE_STATUSES = ("existing", "funded", "approved", "proposed")
NCY_LIMITS = (-4, 21)
GRID_METRES = 1_300_000

Rule = Callable[[pd.DataFrame, str], Iterator[Finding]]


def to_register(
    raw: pd.DataFrame,
    source: str,
    findings: Findings,
    establishments: pd.DataFrame | None = None,
    localities: pd.DataFrame | None = None,
    closed_on: pd.Series | None = None,
) -> pd.DataFrame:
    """Return the register of normalised text cells, adding a finding for every broken rule.

    Args:
        raw: Text cells indexed by spreadsheet row (see `cells.raw_cells`).
        source: File name, for findings.
        findings: Receives every problem.
        establishments: Establishments table; fills blank names, coordinates and localities, and
            tells which schools are closed or not on the school list. None or empty: not checked.
        localities: Localities table (or any frame with a column `locality`); a locality that is
            not in it is taken from `establishments`, else reported. None or empty: not checked.
        closed_on: Closing day (timestamp) by URN; None: not checked.

    Returns:
        Register: the rows that break no blocking rule.
    """
    if establishments is not None and establishments.empty:
        establishments = None
    found = list(_unsaved_formulas(raw, source))
    cells = raw[~raw.index.isin([f.row for f in found])]
    cells = with_school_details(cells, establishments)
    for rule in ROW_RULES:
        found.extend(rule(cells, source))
    broken = {f.row for f in found if f.severity == "blocks"}
    readable = cells[~cells.index.isin(list(broken))]
    for rule in TABLE_RULES:
        found.extend(rule(readable, source))
    found.extend(satellites_without_place(raw.loc[cells.index], source))
    if establishments is not None:
        found.extend(school_list_problems(cells, source, establishments))
        found.extend(sites_beyond_school(readable, source, establishments))
    if closed_on is not None:
        told = {f.row for f in found if f.check == "register_places_after_closure"}
        later = places_after_closure(readable, source, closed_on)
        found.extend(f for f in later if f.row not in told)
        known = [f.row for f in found if f.check == "register_places_after_closure"]
        found = [f for f in found if f.check != "register_school_closed" or f.row not in known]
    blank = cells.index[cells["locality"] == ""]
    cells.loc[blank, "locality"] = OUTSIDE
    if localities is not None and not localities.empty:
        found.extend(no_locality(row, source, establishments is not None) for row in blank)
        cells, problems = known_localities(cells, source, establishments, localities)
        found.extend(problems)
    if raw.empty:
        found.append(
            Finding(
                "register_empty",
                "blocks",
                f"{source} has no rows.",
                "Add one row for each special school, unit, resourced provision and base.",
                source,
            )
        )
    findings.extend(grouped(found))
    _count_assumed(cells, source, findings)
    broken = {f.row for f in found if f.severity == "blocks"}
    return checked(Register, _typed(cells[~cells.index.isin(list(broken))]), "register")


def _count_assumed(cells: pd.DataFrame, source: str, findings: Findings) -> None:
    count = int((cells["assumed"] == "yes").sum())
    if count:
        findings.inform(
            "register_rows_assumed",
            f"{count} of {len(cells)} rows are assumed: where they could serve, only change since "
            "the base census is shown.",
            "Correct each row and put no in column assumed.",
            source=source,
            column="assumed",
            count=count,
        )


def _typed(cells: pd.DataFrame) -> pd.DataFrame:
    frame = cells.copy()
    for column in WHOLE_NUMBERS:
        frame[column] = pd.to_numeric(frame[column].replace("", None)).astype("Int32")
    for column in METRES:
        frame[column] = pd.to_numeric(frame[column].replace("", None)).astype(float)
    return frame


def _unsaved_formulas(cells: pd.DataFrame, source: str) -> Iterator[Finding]:
    for column in cells.columns:
        for row in cells.index[cells[column] == UNSAVED_FORMULA]:
            yield _block(
                "register_formula_without_value",
                f"Row {row}: {column} holds a formula without a value.",
                "Open and save the workbook in Excel, or type the number.",
                source,
                row,
                column,
            )


def _blank_urn(cells: pd.DataFrame, source: str) -> Iterator[Finding]:
    for row in cells.index[cells["urn"] == ""]:
        yield _block(
            "register_urn_missing",
            f"Row {row} has no urn.",
            "Put the school's URN (or UKPRN of a college), or a made-up code for a new school.",
            source,
            row,
            "urn",
        )


def _unknown_codes(cells: pd.DataFrame, source: str) -> Iterator[Finding]:
    allowed_values = {
        "provision": tuple(codes("provisions")),
        "sex_restriction": ("F", "M", ""),
        "change_status": CHANGE_STATUSES,
        **dict.fromkeys(YES_NO, ("yes", "no")),
    }
    for column, allowed in allowed_values.items():
        for row in cells.index[~cells[column].isin(list(allowed))]:
            words = ", ".join(a or "blank" for a in allowed)
            yield _block(
                f"register_unknown_{column}",
                f"Row {row}: {column} is '{cells.at[row, column]}', which is not known.",
                f"Use one of: {words}.",
                source,
                row,
                column,
            )


def _unknown_needs(cells: pd.DataFrame, source: str) -> Iterator[Finding]:
    known = codes("needs")
    for column in NEEDS:
        for row, text in cells[column].items():
            wrong = [word for word in text.split() if word not in known]
            if wrong:
                yield _block(
                    "register_unknown_need",
                    f"Row {row}: {column} has unknown need codes {', '.join(wrong)}.",
                    f"Use codes from this list, separated by spaces: {' '.join(known)}.",
                    source,
                    row,
                    column,
                    len(wrong),
                )


def _numbers(cells: pd.DataFrame, source: str) -> Iterator[Finding]:
    for column in (*WHOLE_NUMBERS, *METRES):
        ncy = column.startswith("ncy")
        for row, text in cells[column].items():
            problem, action = _number_problem(text, ncy, whole=column not in METRES)
            if problem:
                check = (
                    "register_negative_places" if problem == NEGATIVE else "register_not_a_number"
                )
                yield _block(check, f"Row {row}: {column} {problem}.", action, source, row, column)


NEGATIVE = "is negative"


def _number_problem(text: str, ncy: bool, whole: bool) -> tuple[str, str]:
    """Return what is wrong with a normalised number and what to do, both empty if nothing is."""
    if text == "":
        return ("is blank", "Put a year group: 0 is Reception, 7 is Year 7.") if ncy else ("", "")
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        return f"is '{text}', which is not a number", "Put a number, or leave it blank if unknown."
    if not whole:
        action = "Put metres on the British National Grid, or leave it blank if unknown."
        return ("", "") if 0 <= value <= GRID_METRES else (f"is {text}", action)
    if value != int(value) or abs(value) > 100_000:
        return f"is {text}", "Put a whole number of children or places."
    if ncy and not NCY_LIMITS[0] <= value <= NCY_LIMITS[1]:
        return f"is {text}", "Put a year group from -4 to 21: 0 is Reception, 7 is Year 7."
    if not ncy and value < 0:
        return NEGATIVE, "Put 0 or more, or leave it blank if unknown."
    return "", ""


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _dates(cells: pd.DataFrame, source: str) -> Iterator[Finding]:
    for column in DATES:
        for row, text in cells[column].items():
            if text == "" and column != "effective_from":
                continue
            if not _is_date(text):
                found = f"is '{text}', which is not a date" if text else "is blank"
                yield _block(
                    "register_bad_date",
                    f"Row {row}: {column} {found}.",
                    "Write dates as DD/MM/YYYY or YYYY-MM-DD.",
                    source,
                    row,
                    column,
                )


ROW_RULES: tuple[Rule, ...] = (_blank_urn, _unknown_codes, _unknown_needs, _numbers, _dates)


def _ranges(cells: pd.DataFrame, source: str) -> Iterator[Finding]:
    first, last = cells["ncy_from"].astype(int), cells["ncy_to"].astype(int)
    for row in cells.index[first > last]:
        yield _block(
            "register_year_groups_reversed",
            f"Row {row}: ncy_from {first[row]} is after ncy_to {last[row]}.",
            "Put the youngest year group in ncy_from and the oldest in ncy_to.",
            source,
            row,
            "ncy_from",
        )
    reversed_dates = (cells["effective_to"] != "") & (
        cells["effective_to"] < cells["effective_from"]
    )
    for row in cells.index[reversed_dates]:
        yield _block(
            "register_period_reversed",
            f"Row {row}: effective_to is before effective_from.",
            "Correct the two dates, or leave effective_to blank if there is no end.",
            source,
            row,
            "effective_to",
        )


TABLE_RULES: tuple[Rule, ...] = (
    _ranges,
    no_places,
    over_full,
    above_physical,
    pools_exceed_places,
    pools_not_taught,
    parts_exceed_roll,
    ramps,
    repeated_totals,
    duplicates,
    overlaps,
    needs_overlaps,
    flexible_pools,
    period_breaks,
)


def _block(
    check: str,
    message: str,
    action: str,
    source: str,
    row: object,
    column: str = "",
    count: int = 1,
) -> Finding:
    return Finding(check, "blocks", message, action, source, int(row), column, count)  # pyright: ignore[reportArgumentType]
