"""Returns as workbooks: the Excel template of one sheet, and the pre-submission workbook."""

from datetime import datetime
from pathlib import Path

import pandas as pd
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from sufficiency.demo.returns.layout import Specification, as_specification, kind
from sufficiency.sen2.fields import fields

CREATED = datetime(2025, 1, 16)
TYPO = {"requestsource": "rquestsource"}
TITLES = {
    "sen2": "Header Record",
    "person": "Person Record",
    "requests": "Requests Record",
    "assessment": "Assessment Record",
    "namedplan": "Named Plan Record",
    "plandetail": "Plan Detail Record",
    "activeplans": "Active Plans Record",
    "placementdetail": "Placement Detail Record",
    "senneed": "SEN Need Record",
}
OLDER_HEADINGS = {"gendercurrent": "Gender"}
WHOLE = r"0|[1-9]\d{0,9}"


def write_presubmission(
    modules: dict[str, pd.DataFrame], path: Path, specification: Specification = "1.3"
) -> None:
    """Write the pre-submission workbook: a sheet a module, ids kept, its known header typo."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": CREATED})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for module, frame in as_specification(modules, specification).items():
            sheet = book.add_worksheet(module)
            for at, name in enumerate(frame.columns):
                sheet.write_string(0, at, TYPO.get(name, name))
            _write_rows(sheet, 1, module, frame, day)


def write_template(
    modules: dict[str, pd.DataFrame], path: Path, specification: Specification = "1.3"
) -> None:
    """Write the Excel template: one sheet, titled tables one under the other, long headings.

    Headings are those of the reader's field list; columns without one (system columns) are left
    out. Ids are kept: they join the tables.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": CREATED})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("SEN2")
        row = 0
        for module, frame in as_specification(modules, specification).items():
            headed = {**OLDER_HEADINGS, **_headings(module)}
            frame = frame[[name for name in frame.columns if name in headed]]
            sheet.write_string(row, 0, TITLES[module])
            for at, name in enumerate(frame.columns):
                sheet.write_string(row + 1, at, headed[name])
            _write_rows(sheet, row + 2, module, frame, day)
            row += len(frame) + 3


def _headings(module: str) -> dict[str, str]:
    rows = fields(module)
    rows = rows[rows["heading"] != ""]
    return dict(zip(rows["field"], rows["heading"], strict=True))


def _write_rows(sheet: Worksheet, top: int, module: str, frame: pd.DataFrame, day) -> None:
    """Write a frame's cells as a planner's spreadsheet holds them: dates, numbers, text."""
    for at, name in enumerate(frame.columns):
        values = frame[name]
        whole = values.str.fullmatch(WHOLE) & (kind(module, name) not in ("id", "system"))
        dated = kind(module, name) in ("date", "datetime")
        read = (
            pd.to_datetime(values, format="ISO8601", errors="coerce")
            if dated
            else pd.Series(pd.NaT, index=values.index)
        )
        for row, (text, is_whole, moment) in enumerate(
            zip(values, whole, read, strict=True), start=top
        ):
            if text == "":
                continue
            if not pd.isna(moment):
                sheet.write_datetime(row, at, moment.to_pydatetime(), day)
            elif is_whole:
                sheet.write_number(row, at, int(text))
            else:
                sheet.write_string(row, at, text)
