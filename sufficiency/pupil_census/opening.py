"""Open a census file, CSV or workbook, as sheets of text: problems said without any cell.

Header names are never put into a message: where a file lacks its header, they are a pupil's data.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from sufficiency.errors import SourceError
from sufficiency.findings import Findings
from sufficiency.pupil_census.columns import recognise
from sufficiency.sen2.containers import UnreadableFile, kind_of
from sufficiency.sources.files import read_text_table

MAX_BYTES = 300_000_000
MAX_WORKBOOK_ROWS = 1_048_576
MAX_WORKBOOK_COLUMNS = 500
HEADER_SEARCHED_ROWS = 10
LEAST_KNOWN = 3


@dataclass(frozen=True)
class Sheet:
    """One table of text.

    Attributes:
        name: Sheet of a workbook, empty for CSV. It may tell the term, and is never shown: it may
            be the name of a person.
        shown: What messages and row references call it: its number, empty for CSV.
        header: Column names as found.
        cells: One column a header name, by position from 0; the index is the row as a spreadsheet
            shows it. Every cell is text without spaces around it.
    """

    name: str
    shown: str
    header: list[str]
    cells: pd.DataFrame = field(repr=False)


def read_sheets(path: Path, shown: str, findings: Findings, max_bytes: int) -> list[Sheet]:
    """Return the tables of one file, told by its content and not by its name.

    Args:
        path: The file.
        shown: What messages call it.
        findings: Rows of the wrong length block; nameless columns inform.
        max_bytes: Most that the file may hold, unpacked.

    Raises:
        UnreadableFile: It is too big or unsafe (`UnsafeFile`), or of a kind not read here.
        SourceError: It cannot be read as what its content says it is.
    """
    try:
        kind = kind_of(path, max_bytes)
    except OSError as err:
        raise UnreadableFile(f"{shown} cannot be opened: {err.strerror}.") from None
    if kind == "workbook":
        return list(_workbook_sheets(path, shown))
    if kind == "xml":
        raise UnreadableFile(
            f"{shown} is XML, which is not read here.", "Save the census's pupils as CSV or .xlsx."
        )
    return [_csv_sheet(path, shown, findings)]


def _csv_sheet(path: Path, shown: str, findings: Findings) -> Sheet:
    told = Findings()
    try:
        raw = read_text_table(path, told)
    except SourceError as err:
        raise SourceError(str(err).replace(path.name, shown)) from None
    for finding in told.items:
        if finding.check == "ragged_rows":
            message = finding.message.replace(path.name, shown)
            findings.block(
                finding.check,
                message,
                finding.action,
                source=shown,
                row=finding.row,
                count=finding.count,
            )
    names = [str(name) for name in raw.columns]
    cells = raw.set_axis(range(len(names)), axis=1)
    cells.index = pd.RangeIndex(2, len(cells) + 2)
    return Sheet("", "", names, _stripped(cells))


def _workbook_sheets(path: Path, shown: str) -> Iterator[Sheet]:
    """Yield the sheets that have a header of a census among their first rows.

    Formulas are read as their text: a value that a formula makes is not what the school sent.
    """
    try:
        with warnings.catch_warnings():
            # Styles and drop-downs of the case system may be features that openpyxl leaves out.
            warnings.simplefilter("ignore", UserWarning)
            book = openpyxl.load_workbook(path, read_only=True, data_only=False)
            try:
                for number, sheet in enumerate(book.worksheets, start=1):
                    found = _sheet(sheet, number)
                    if found is not None:
                        yield found
            finally:
                book.close()
    except Exception:  # what the library raises on damaged parts is of no one kind, and may quote
        raise UnreadableFile(
            f"{shown} cannot be read as a workbook: parts of it are missing or damaged.",
            "Save it again as .xlsx without a password, or as CSV.",
        ) from None


def _sheet(sheet: Any, place: int) -> Sheet | None:
    # A sheet's own statement of its size may be wrong, or made to exhaust memory.
    sheet.reset_dimensions()
    top = sheet.iter_rows(
        values_only=True, max_row=HEADER_SEARCHED_ROWS, max_col=MAX_WORKBOOK_COLUMNS
    )
    candidates = ((n, [_text(value) for value in row]) for n, row in enumerate(top, start=1))
    found = ((n, row) for n, row in candidates if len(recognise(row).known) >= LEAST_KNOWN)
    number, names = next(found, (0, []))
    if not names:
        return None
    header = _without_trailing_blanks(names)
    below = sheet.iter_rows(
        values_only=True, min_row=number + 1, max_row=MAX_WORKBOOK_ROWS, max_col=len(header)
    )
    filled = {
        n: [_text(value) for value in row]
        for n, row in enumerate(below, start=number + 1)
        if any(value is not None for value in row)
    }
    cells = pd.DataFrame(
        list(filled.values()), columns=range(len(header)), index=list(filled), dtype="str"
    )
    return Sheet(str(sheet.title), f"sheet {place}", header, cells)


def _without_trailing_blanks(names: list[str]) -> list[str]:
    last = max(n for n, name in enumerate(names) if name)
    return names[: last + 1]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _stripped(cells: pd.DataFrame) -> pd.DataFrame:
    return cells.apply(lambda column: column.str.strip())
