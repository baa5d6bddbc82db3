"""The workbook a planner opens first: the places to correct, then what was found.

Plain on purpose: title in A1, a note with the symbols in A2, one marked table from row 3, nothing
merged, frozen, hidden or blank. The sheet `Places` starts with its header row, because it is read
back as the register. The same content gives the same bytes.
"""

from datetime import datetime
from pathlib import Path

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from sufficiency.places.workbook import add_places_sheet
from sufficiency.reports.page import NOTICE, ReportContent
from sufficiency.reports.printing import Kind, ReportTable
from sufficiency.terms import census_label

CREATED = datetime(2025, 1, 1)
NO_VALUE, NO_TEXT = "[x]", "[z]"
NUMBER_FORMATS: dict[Kind, str] = {
    "whole": "#,##0",
    "signed": "+#,##0;-#,##0;0",
    "percent": "0%",
    "decimal": "#,##0.0",
    "year": "0",
}
TABLE_ROW = 2
WIDEST, NARROWEST = 70, 11
OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_workbook(path: Path, content: ReportContent, register: pd.DataFrame) -> Path:
    """Write the workbook and return its path.

    Args:
        path: Where to write it.
        content: What the page carries too.
        register: The `register` table, for the sheet that reads back as it.
    """
    sheets = _sheets(content)
    with xlsxwriter.Workbook(str(path), OPTIONS) as book:
        book.set_properties(
            {
                "title": f"Places for children with SEND: {content.authority_name}. {NOTICE}",
                "author": "sufficiency",
                "created": CREATED,
            }
        )
        _add_read_me(book, content, sheets)
        add_places_sheet(book, register)
        for name, table in sheets.items():
            _add_table(book, name, table, content)
    return path


def _sheets(content: ReportContent) -> dict[str, ReportTable]:
    headlines = ReportTable(
        "Headlines",
        pd.DataFrame(
            {
                "Number": range(1, len(content.headlines) + 1),
                "Headline": pd.Series(content.headlines, dtype="str"),
            }
        ),
        {"Number": "whole"},
    )
    return {
        content.everything.caption: content.everything,
        **content.decisions,
        "Beside others": content.beside,
        **content.tested,
        "SCAP draft - unverified": content.scap,
        "Headlines": headlines,
        "Findings": content.findings,
        "Assumptions": content.assumptions,
        **content.returns,
    }


def _add_read_me(book: Workbook, content: ReportContent, sheets: dict[str, ReportTable]) -> None:
    sheet = book.add_worksheet("Read me")
    modelled = (
        "Plans and home localities are modelled from published totals, not counted child by child."
    )
    lines = [
        f"{NOTICE}. {content.authority_name}: places for children and young people with SEND",
        f"Base census: {census_label(content.base_year)}. Run {content.run}.",
        *([modelled] if content.basis == "modelled" else []),
        "Small numbers of children have not been through disclosure control: do not publish or "
        "pass on.",
        "Start with the sheet Places: correct the rows, put no in the column assumed for each row "
        "you have checked, save, and run the forecast again.",
        "Until a row is confirmed its places are assumed from today's roll, and only change in "
        "demand (in residents placed) is shown for it.",
        f"{NO_VALUE} is a number that is not known or does not apply, never nought; {NO_TEXT} is "
        "nothing to say.",
        "Sheets: Places (the register to correct), " + ", ".join(sheets) + ".",
        *content.licences,
    ]
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 0, 110, book.add_format({"text_wrap": True, "valign": "top"}))
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line, bold if row == 0 else None)


def _add_table(book: Workbook, name: str, table: ReportTable, content: ReportContent) -> None:
    sheet = book.add_worksheet(name)
    title = (
        f"{NOTICE}. {table.caption}, {content.authority_name}. "
        f"Base census: {census_label(content.base_year)}"
    )
    symbols = f"{NO_VALUE} = {table.missing}; {NO_TEXT} = nothing to say."
    sheet.write_string(0, 0, title, book.add_format({"bold": True}))
    sheet.write_string(1, 0, f"{table.note} {symbols}".strip())
    headings = [str(heading) for heading in table.frame.columns]
    if table.frame.empty:
        sheet.write_string(TABLE_ROW, 0, "Nothing to show.")
        return
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    formats = {k: book.add_format({"num_format": f}) for k, f in NUMBER_FORMATS.items()}
    sheet.add_table(
        TABLE_ROW,
        0,
        TABLE_ROW + len(table.frame),
        len(headings) - 1,
        {
            "columns": [{"header": heading, "header_format": wrapped} for heading in headings],
            "name": "".join(letter for letter in name if letter.isalnum()),
            "style": "Table Style Light 1",
        },
    )
    for column, heading in enumerate(headings):
        kind = table.kind(heading)
        shape = formats.get(kind, wrapped)
        _fill(sheet, column, table.frame[heading], kind, shape)
        sheet.set_column(column, column, _width(table.frame[heading], heading, kind))


def _fill(sheet: Worksheet, column: int, values: pd.Series, kind: Kind, shape: Format) -> None:
    missing = values.isna().to_numpy()
    for row, value in enumerate(values.tolist(), start=TABLE_ROW + 1):
        if missing[row - TABLE_ROW - 1]:
            sheet.write_string(row, column, NO_VALUE)
        elif kind in ("text", "range"):
            sheet.write_string(row, column, str(value) or NO_TEXT, shape)
        else:
            sheet.write_number(row, column, float(value), shape)


def _width(values: pd.Series, heading: str, kind: Kind) -> int:
    """Wide enough for the text, and for each word of the heading, within reason."""
    words = max(len(word) for word in heading.split())
    longest = int(values.fillna("").str.len().max()) if kind == "text" else 0
    return min(WIDEST, max(NARROWEST, words + 4, longest + 2))
