"""The place register as a workbook: what a planner opens first, and how it is read back."""

import os
import warnings
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import xlsxwriter
from openpyxl.utils.exceptions import InvalidFileException

from sufficiency.contracts import Register, checked, column_docs, empty
from sufficiency.findings import Findings
from sufficiency.places.cells import (
    METRES,
    REGISTER_COLUMNS,
    REQUIRED,
    UNSAVED_FORMULA,
    WHOLE_NUMBERS,
    fingerprint,
    raw_cells,
    register_cells,
)
from sufficiency.places.rules import CHANGE_STATUSES, to_register
from sufficiency.terms import codes

SHEET = "Places"
PROPERTY = "places_fingerprint"
CREATED = datetime(2025, 1, 1)
HEADER_SEARCHED_ROWS = 10
NOTICE = "RESTRICTED: not for publication"
WIDTHS = {"name": 40, "designated_needs": 26, "acceptable_needs": 22, "source": 34, "notes": 44}
CHOICES = {
    "provision": codes,
    "change_status": CHANGE_STATUSES,
    "flexible": ("yes", "no"),
    "assumed": ("yes", "no"),
}
INSTRUCTIONS = (
    "The place register: how many places there are, where, and for whom.",
    "1. Go through the sheet Places row by row and correct what is wrong. Add rows that are "
    "missing, such as SEN units, resourced provision, support bases and satellite sites.",
    "2. Put no in column assumed for each row you have confirmed. While a row is assumed, only "
    "change from today's roll is shown for it.",
    "3. When places change, end the old row (effective_to) and add a row that starts the day "
    "after. Periods of one provision must not overlap. If places grow step by step, put the number "
    "of Septembers it takes in ramp_years of the new row.",
    "4. New places count only when change_status is funded or approved. Proposed rows are kept "
    "but never counted.",
    "5. Leave a number blank if it is not known; blank is not zero.",
    "6. nursery_places, post16_places and assessment_places are parts of commissioned_places; fill "
    "them in only where they are set apart. Each site of a school has its own row, under the same "
    "urn, with its own site_id, places, roll, easting and northing; they add up to the school.",
    "7. Save, close, and run: sufficiency check FOLDER. This workbook and places.csv hold the "
    "same rows; change one of them, not both.",
)


def write_workbook(register: pd.DataFrame, path: Path) -> None:
    """Write the register to a workbook with a Read me sheet; the same rows give the same bytes."""
    half_written = path.with_name(f"{path.name}.part")
    book = xlsxwriter.Workbook(str(half_written), {"strings_to_formulas": False})
    book.set_properties({"title": "Place register", "created": CREATED})
    _add_read_me(book)
    add_places_sheet(book, register)
    book.close()
    os.replace(half_written, path)


def add_places_sheet(book: Any, register: pd.DataFrame) -> None:
    """Add the sheet `Places` and its fingerprint to an XlsxWriter workbook.

    The workbook reads back as the register (`read_workbook`), whatever other sheets it has.
    """
    cells = register_cells(checked(Register, register, "register"))
    sheet = book.add_worksheet(SHEET)
    as_text = book.add_format({"num_format": "@"})
    heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    last_row = max(len(cells), 1)
    for place, column in enumerate(REGISTER_COLUMNS):
        width = WIDTHS.get(column, max(11, len(column) + 2))
        numeric = column in (*WHOLE_NUMBERS, *METRES)
        sheet.set_column(place, place, width, None if numeric else as_text)
        for row, text in enumerate(cells[column], start=1):
            if numeric and text:
                sheet.write_number(row, place, float(text))
            elif text:
                sheet.write_string(row, place, text, as_text)
        if column in CHOICES:
            choice = CHOICES[column]
            words = list(choice) if isinstance(choice, tuple) else choice("provisions")
            rule = {"validate": "list", "source": words, "ignore_blank": True}
            sheet.data_validation(1, place, last_row + 500, place, rule)
    sheet.add_table(
        0,
        0,
        last_row,
        len(REGISTER_COLUMNS) - 1,
        {
            "name": "places",
            "style": "Table Style Light 9",
            "columns": [{"header": c, "header_format": heading} for c in REGISTER_COLUMNS],
        },
    )
    sheet.set_header(f"&C{NOTICE}")
    sheet.set_footer(f"&C{NOTICE}")
    book.set_custom_property(PROPERTY, fingerprint(cells))


def _add_read_me(book: Any) -> None:
    sheet = book.add_worksheet("Read me")
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 90)
    for row, line in enumerate(INSTRUCTIONS):
        sheet.merge_range(row, 0, row, 1, line, bold if row == 0 else wrap)
        sheet.set_row(row, 20 if row == 0 else 34)
    start = len(INSTRUCTIONS) + 1
    for place, text in enumerate(("Column", "Meaning")):
        sheet.write_string(start, place, text, bold)
    for row, (name, (_, meaning)) in enumerate(column_docs(Register).items(), start=start + 1):
        needed = " Required." if name in REQUIRED else ""
        sheet.write_string(row, 0, name, wrap)
        sheet.write_string(row, 1, f"{meaning}{needed}", wrap)
    after = start + 2 + len(REGISTER_COLUMNS)
    for offset, (name, words) in enumerate(
        (("Need codes", codes("needs")), ("Provision types", codes("provisions")))
    ):
        sheet.write_string(after + offset, 0, name, bold)
        sheet.write_string(after + offset, 1, ", ".join(words), wrap)


def read_workbook(
    path: Path,
    findings: Findings,
    establishments: pd.DataFrame | None = None,
    localities: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the register in the sheet `Places` of any workbook; arguments as for `read_csv`."""
    cells, _ = workbook_cells(path, findings)
    if cells is None:
        return empty(Register)
    return to_register(cells, path.name, findings, establishments, localities)


def workbook_cells(path: Path, findings: Findings) -> tuple[pd.DataFrame | None, str]:
    """Return the sheet's normalised text by spreadsheet row, and the fingerprint it remembers."""
    try:
        with warnings.catch_warnings():
            # A planner's own drop-downs and styles may be features that openpyxl leaves out.
            warnings.simplefilter("ignore", UserWarning)
            book = openpyxl.load_workbook(path, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError):
        findings.block(
            "register_workbook_unreadable",
            f"{path.name} cannot be opened as an .xlsx workbook.",
            "Save it again as an Excel workbook (.xlsx) without a password, or delete it and use "
            "places.csv.",
            source=path.name,
        )
        return None, ""
    try:
        properties: Any = getattr(book, "custom_doc_props", None)
        marks = {p.name: p.value for p in properties.props} if properties else {}
        remembered = marks.get(PROPERTY, "")
        if SHEET not in book.sheetnames:
            findings.block(
                "register_sheet_missing",
                f"{path.name} has no sheet named {SHEET}.",
                f"Name the sheet with the register {SHEET}.",
                source=path.name,
            )
            return None, str(remembered)
        rows = [[_cell_text(cell.value) for cell in row] for row in book[SHEET].iter_rows()]
        _mark_unsaved_formulas(rows, book[SHEET], path)
    finally:
        book.close()
    named = (n for n, row in enumerate(rows[:HEADER_SEARCHED_ROWS]) if _is_header(row))
    header = next(named, 0)
    body = [(n + 1, row) for n, row in enumerate(rows) if n > header]
    names = rows[header] if rows else []
    return raw_cells(names, body, path.name, findings), str(remembered)


def _mark_unsaved_formulas(rows: list[list[str]], values: Any, path: Path) -> None:
    """Put `UNSAVED_FORMULA` in each cell that is blank only because its formula has no value."""
    # A formula that gave empty text was saved as text (str), and is rightly blank.
    blank = [
        (cell.row, cell.column)
        for row in values.iter_rows()
        for cell in row
        if cell.value is None and cell.data_type != "str"
    ]
    if not blank:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(path)
    sheet = book[SHEET]
    for row, column in blank:
        if sheet.cell(row, column).data_type == "f":
            rows[row - 1][column - 1] = UNSAVED_FORMULA
    book.close()


def _is_header(row: list[str]) -> bool:
    return "urn" in [text.strip().lower() for text in row]


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
