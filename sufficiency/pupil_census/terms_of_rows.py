"""Part the rows of a file or sheet by the term of the census they are of."""

import pandas as pd

from sufficiency.findings import Findings
from sufficiency.pupil_census import columns
from sufficiency.pupil_census.columns import Recognised
from sufficiency.pupil_census.dated import (
    FIRST_YEAR,
    LAST_YEAR,
    TermOfYear,
    day_term,
    name_term,
)
from sufficiency.pupil_census.opening import Sheet
from sufficiency.sen2.values import typed_column

WHEN = ("census_date", "term", "year")
SECOND = ("2", "2.0")
REGISTRATION = ("upn", "urn", "laestab", "la", "estab", "enrol_status", "entry_date")


def terms_of_rows(
    sheet: Sheet, recognised: Recognised, name: str, shown: str, findings: Findings
) -> dict[TermOfYear, pd.DataFrame] | None:
    """Return the rows of each term as text: every canonical column, "" where the file lacks it.

    Args:
        sheet: What was read.
        recognised: Its columns.
        name: The file's name, which tells the term where nothing else does.
        shown: What messages call the file.
        findings: Rows whose term is not told block.

    Returns:
        None where the term of any row is not told. Blank rows are left out; the index is the row
        as a spreadsheet shows it.
    """
    if recognised.by_term:
        alone = len(recognised.by_term) == 1
        return {
            term: _rows(sheet, {**recognised.shared, **own}, [] if alone else list(own))
            for term, own in recognised.by_term.items()
        }
    text = _rows(sheet, recognised.shared, [])
    if text.empty:
        findings.warn(
            "file_empty", f"{shown} has no pupils.", "Export it again.", source=shown, count=0
        )
        return {}
    combination, told = _told(text, sheet.name, name)
    untold = int(combination.map(told).isna().sum())
    if untold:
        findings.block(
            "census_term_unknown",
            f"{shown}: nothing tells the term and year of {untold:,} of {len(text):,} rows, or "
            "several things tell different ones. None of the file was read.",
            "Name the file like school_census_spring_2025.csv (the calendar year of the census "
            "day), or add a column CensusDate with the census day.",
            source=shown,
            count=untold,
        )
        return None
    _report_disagreement(combination, told, name, shown, findings)
    terms = sorted({term for term in told.values() if term is not None})
    return {
        term: text[combination.isin([number for number, t in told.items() if t == term])]
        for term in terms
    }


def _report_disagreement(
    combination: pd.Series,
    told: dict[int, TermOfYear | None],
    name: str,
    shown: str,
    findings: Findings,
) -> None:
    """Warn where the columns tell another term than the file's name."""
    named = name_term(name)
    other = [number for number, term in told.items() if named and term != named]
    if other:
        findings.warn(
            "census_term_disagrees",
            f"{shown}: the columns tell another term or year than the file's name; the columns "
            "are used.",
            "Correct whichever is wrong.",
            source=shown,
            count=int(combination.isin(other).sum()),
        )


def _rows(sheet: Sheet, positions: dict[str, int], own: list[str]) -> pd.DataFrame:
    """Return the canonical columns, without rows that are blank (in `own`, if any is named)."""
    found = {column: sheet.cells[position] for column, position in positions.items()}
    text = pd.DataFrame(found, index=sheet.cells.index)
    present = (text[own or list(positions)] != "").any(axis=1)
    text = text[present]
    if {"need", "need_rank"} <= set(positions) and "second_need" not in positions:
        text = _one_row_a_registration(text)
    return text.reindex(columns=list(columns.table()["column"]), fill_value="")


def _one_row_a_registration(text: pd.DataFrame) -> pd.DataFrame:
    """Fold files with one row a need into one row a pupil and registration."""
    keys = [column for column in REGISTRATION if column in text]
    if "upn" not in keys or text.empty:
        return text
    # A pupil without a UPN cannot be told from another, so their rows are never folded.
    own = text["upn"].where(text["upn"] != "", pd.Series(text.index, text.index).astype("str"))
    who = text.assign(upn=own).groupby(keys, sort=False).ngroup()
    second = text["need_rank"].isin(SECOND)
    away = second & (~second).groupby(who).transform("any")
    seconds = text.loc[away, "need"].groupby(who[away]).first()
    kept = text[~away]
    return kept.assign(second_need=who[~away].map(seconds).astype("str").fillna(""))


def _told(
    text: pd.DataFrame, sheet: str, file: str
) -> tuple[pd.Series, dict[int, TermOfYear | None]]:
    """Return each row's combination of cells that tell a term, and the term each tells."""
    given = text[list(WHEN)]
    combination = given.groupby(list(WHEN), sort=False).ngroup()
    unique = given.drop_duplicates()
    days, _ = typed_column(unique["census_date"], "date")
    told = {
        number: _one(day, f"{term} {year}".strip(), sheet, file)
        for number, (day, term, year) in enumerate(
            zip(days, unique["term"], unique["year"], strict=True)
        )
    }
    return combination, told


def _one(day: pd.Timestamp, cells: str, sheet: str, file: str) -> TermOfYear | None:
    """Return the term that cells tell, alone or with a name: a term here, its year there."""
    if not pd.isna(day) and FIRST_YEAR <= day.year <= LAST_YEAR:
        return day_term(day)
    together = (cells, f"{cells} {sheet}", f"{cells} {file}", f"{cells} {sheet} {file}")
    return next((term for term in map(name_term, together) if term), None)
