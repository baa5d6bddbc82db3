"""The workbook of corrections: what is wrong, row by row, and what an officer makes of it.

It lies in the restricted folder. It holds no value of a return; the values in it are those that
an officer typed.
"""

import os
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import xlsxwriter
from openpyxl.utils.exceptions import InvalidFileException

from sufficiency.errors import SourceError
from sufficiency.quality.amending import CELL, CORRECTION, Amender, amender
from sufficiency.quality.checks import CENSUS, SEN2, declared
from sufficiency.sen2.model import Return

__all__ = ["amender", "read_corrections", "write_corrections"]

COVER, FIRST, ISSUES, KEPT, PUPILS = (
    "Read me",
    "Fix first",
    "Issues",
    "Corrections",
    "School census",
)
HEADINGS = {
    "year": "Year",
    "file": "File",
    "sheet": "Sheet",
    "row": "Row",
    "module": "Module",
    "column": "Column",
    "check": "Check",
    "severity": "Severity",
    "title": "What is wrong",
    "action": "What to do",
    "value": "Corrected value",
    "why": "Why refused",
    "sha256": "File fingerprint",
}
WIDTHS = {"file": 34, "title": 40, "action": 50, "value": 22, "why": 44, "check": 28, "sha256": 66}
KEPT_COLUMNS = [
    "year",
    "file",
    "sheet",
    "row",
    "module",
    "column",
    "check",
    "value",
    "why",
    "sha256",
]
CENSUS_COLUMNS = ["year", "file", "sheet", "row", "column", "check", "severity", "title", "action"]
FIRST_COLUMNS = ["severity", "count", "year", "source", "check", "title", "action"]
FIRST_HEADINGS = {**HEADINGS, "count": "How many", "source": "Where"}
SOURCES = {SEN2: "SEN2 return", CENSUS: "school census"}
CREATED = datetime(2025, 1, 1)
NOTICE = "RESTRICTED: not for publication"
SEVERITY_ORDER = {"blocks": 0, "warns": 1, "informs": 2}
ROWS_A_CHECK = 2_000
MOST_BYTES, MOST_UNPACKED = 100_000_000, 1_000_000_000
PERSISTS = "The correction was applied, and the check still fails."
INSTRUCTIONS = (
    "Corrections to SEN2 returns",
    f"{NOTICE}. The rows named here belong to children and young people.",
    "This workbook lists the rows of the returns that failed a check, the first "
    f"{ROWS_A_CHECK:,} of each check and year; Fix first counts them all. It is written again at "
    "every check, and what you fill in is kept.",
    "1. Start with the sheet Fix first: what blocks publication comes first, then the largest.",
    "2. In the sheet Issues, find the row in your case system by file and row, and write what is "
    "right in Corrected value: dates as 2025-01-16, yes as 1, no as 0, codes as in the guide.",
    "3. Write CLEAR to empty a cell, REMOVE to leave the row out, REMOVE ALL to leave out the row "
    "and every row that hangs from it. Leave the cell empty where nothing is to be changed.",
    "4. Where another cell of the row is the wrong one, write its name into Column. For a row that "
    "is not listed, add a line: Year, File, Sheet, Row, Module, Column and Corrected value.",
    "5. Save, close, and check again. The returns themselves are never changed.",
    "6. A correction that does not fit is not applied; Why refused says why. If a file is exported "
    "again, its rows may have moved: its corrections are refused until they are looked at again.",
    "7. The sheet Corrections keeps what was applied. Delete a row there to withdraw it.",
    "8. Rows of the sheet School census are corrected by the school; load a new file when it has.",
    "Correct the case system too: this workbook mends only what this pipeline reads.",
)


def write_corrections(
    path: Path,
    issues: pd.DataFrame,
    returns: list[Return],
    kept: Amender | pd.DataFrame | None = None,
    severities: dict[str, str] | None = None,
) -> None:
    """Write the workbook; the same issues give the same bytes, and an old one is replaced whole.

    Args:
        path: Where it goes, in the restricted folder.
        issues: What `check_returns` and `check_censuses` found.
        returns: The returns, for the fingerprints of their files.
        kept: Corrections made so far: the amender that applied them, or a frame of them.
        severities: Check id -> severity, where a workspace's differ from `checks.csv`.
    """
    told = declared().set_index("check")
    severity = told["severity"].to_dict() | (severities or {})
    rows = issues.assign(
        severity=issues["check"].map(severity),
        title=issues["check"].map(told["title"]),
        action=issues["check"].map(told["action"]),
    )
    rows = rows.assign(order=rows["severity"].map(SEVERITY_ORDER))
    listed, kept_rows = _with_corrections(_listed(rows, returns), kept)
    half_written = path.with_name(f"{path.name}.part")
    book = xlsxwriter.Workbook(
        str(half_written),
        {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False},
    )
    book.set_properties({"title": "Corrections to SEN2 returns", "created": CREATED})
    _add_cover(book)
    _add_sheet(book, FIRST, _first(rows), FIRST_COLUMNS)
    _add_sheet(book, ISSUES, listed, list(HEADINGS))
    _add_sheet(book, KEPT, kept_rows, KEPT_COLUMNS)
    _add_sheet(book, PUPILS, _of_censuses(rows), CENSUS_COLUMNS)
    book.close()
    os.replace(half_written, path)


def read_corrections(path: Path) -> pd.DataFrame:
    """Return the corrections of a workbook: those kept, then those newly filled in.

    A cell filled anew in Issues takes the place of one kept for the same cell. A line that an
    officer added needs no fingerprint: it gets that of the other lines of its file.

    Returns:
        Frame of text: year, file, sheet, row, module, column, check, value, sha256.

    Raises:
        SourceError: The workbook cannot be opened, or lacks a sheet or a column.
    """
    book = _open(path)
    try:
        kept, filled = _read(book, KEPT, path), _read(book, ISSUES, path)
    finally:
        book.close()
    lines = pd.concat([filled, kept])
    fingerprints = lines[lines["sha256"] != ""].drop_duplicates("file").set_index("file")["sha256"]
    kept, filled = (_signed(rows[rows["value"] != ""], fingerprints) for rows in (kept, filled))
    replaced = pd.MultiIndex.from_frame(kept[CELL]).isin(pd.MultiIndex.from_frame(filled[CELL]))
    return pd.concat([kept[~replaced], filled], ignore_index=True)


def _signed(rows: pd.DataFrame, fingerprints: pd.Series) -> pd.DataFrame:
    """Return corrections with the fingerprint of their file where an officer left it out."""
    known = rows["file"].map(fingerprints).astype("str").fillna("")
    return rows.assign(sha256=rows["sha256"].where(rows["sha256"] != "", known))


def _listed(rows: pd.DataFrame, returns: list[Return]) -> pd.DataFrame:
    """Return the rows that an officer can correct, worst first, with their files' fingerprints."""
    hashes = {file.name: file.sha256 for one in returns for file in one.files}
    found = rows[(rows["source"] == SEN2) & rows["row"].notna()]
    found = found.sort_values(["order", "check", "year", "file", "sheet", "row"], kind="stable")
    found = _first_of_each(found)
    return found.assign(
        row=found["row"].astype("str"),
        year=found["year"].astype("str"),
        value="",
        why="",
        sha256=found["file"].map(hashes).astype("str").fillna(""),
    )


def _with_corrections(
    listed: pd.DataFrame, kept: Amender | pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the listed rows with what was refused, and the corrections to keep."""
    nothing = pd.DataFrame({name: pd.Series(dtype="str") for name in KEPT_COLUMNS})
    if kept is None:
        return listed, nothing
    if not isinstance(kept, Amender):
        return listed, kept.assign(why="").reindex(columns=KEPT_COLUMNS)
    keys = [*CELL, "check"]
    places = pd.MultiIndex.from_frame(listed[keys])
    refused = kept.refused.drop_duplicates(keys, keep="last")
    at = refused.set_index(keys)
    again = at.reindex(places)
    current = again["sha256"].to_numpy() == listed["sha256"].to_numpy()
    listed = listed.assign(
        value=again["value"].where(current, "").fillna("").to_numpy(),
        why=again["why"].where(current, "").fillna("").to_numpy(),
    )
    still = kept.log[keys]
    persists = places.isin(pd.MultiIndex.from_frame(still))
    listed["why"] = listed["why"].mask(persists & (listed["why"] == "").to_numpy(), PERSISTS)
    in_list = pd.MultiIndex.from_frame(refused[keys]).isin(places[current])
    rest = pd.concat([kept.accepted().assign(why=""), refused[~in_list]])
    return listed, pd.concat([nothing, rest])[KEPT_COLUMNS]


def _first(rows: pd.DataFrame) -> pd.DataFrame:
    keys = ["order", "severity", "check", "year", "source", "title", "action"]
    counted = rows.groupby(keys, sort=False).size().rename("count").reset_index()
    counted = counted.sort_values(
        ["order", "count", "year", "check"], ascending=[True, False, False, True], kind="stable"
    )
    return counted.assign(source=counted["source"].map(SOURCES)).astype("str")


def _of_censuses(rows: pd.DataFrame) -> pd.DataFrame:
    found = rows[(rows["source"] == CENSUS) & rows["row"].notna()]
    found = found.sort_values(["order", "check", "year", "file", "sheet", "row"], kind="stable")
    return _first_of_each(found).astype("str")


def _first_of_each(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the first rows of each check and year: more than anyone mends between two runs."""
    return rows[rows.groupby(["check", "year"], sort=False).cumcount() < ROWS_A_CHECK]


def _add_cover(book: Any) -> None:
    sheet = book.add_worksheet(COVER)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 110)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    title = book.add_format({"bold": True, "font_size": 14})
    for row, line in enumerate(INSTRUCTIONS):
        sheet.write_string(row, 0, line, title if row == 0 else wrap)


def _add_sheet(book: Any, name: str, rows: pd.DataFrame, columns: list[str]) -> None:
    sheet = book.add_worksheet(name)
    as_text = book.add_format({"num_format": "@"})
    heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    for place, column in enumerate(columns):
        head = FIRST_HEADINGS[column]
        sheet.set_column(place, place, WIDTHS.get(column, max(10, len(head) + 2)), as_text)
        sheet.write_string(0, place, head, heading)
        for number, text in enumerate(rows[column].tolist(), start=1):
            if text:
                sheet.write_string(number, place, str(text), as_text)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    sheet.set_header(f"&C{NOTICE}")
    sheet.set_footer(f"&C{NOTICE}")


def _open(path: Path) -> Any:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SourceError(f"{path.name} is far larger than a workbook of corrections. Move it.")
        with zipfile.ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise SourceError(f"{path.name} unpacks to far more than corrections. Move it.")
        return openpyxl.load_workbook(path, read_only=True, data_only=False)
    except OSError as err:
        raise SourceError(f"{path.name} cannot be opened: {err.strerror}.") from None
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError):
        raise SourceError(
            f"{path.name} is not a workbook. Save it as .xlsx, or delete it and check again: it "
            "is then written anew, without the corrections."
        ) from None


def _read(book: Any, name: str, path: Path) -> pd.DataFrame:
    if name not in book.sheetnames:
        raise SourceError(f"{path.name} has no sheet {name}. Take the workbook as it was written.")
    lines = book[name].iter_rows(values_only=True)
    heads = [str(cell or "").strip().casefold() for cell in next(lines, ())]
    missing = [HEADINGS[c] for c in CORRECTION if HEADINGS[c].casefold() not in heads]
    if missing:
        raise SourceError(f"{path.name}, sheet {name}: no column {', '.join(missing)}.")
    places = [heads.index(HEADINGS[column].casefold()) for column in CORRECTION]
    rows = [
        [_text(line[place]) if place < len(line) else "" for place in places]
        for line in lines
        if any(_text(cell) for cell in line)
    ]
    return pd.DataFrame(rows, columns=CORRECTION, dtype="str")


def _text(cell: Any) -> str:
    """Return a cell as text: a spreadsheet turns a typed date or flag into one of its own."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
