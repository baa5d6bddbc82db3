"""Find the SEN2 tables in a workbook: one a sheet, or several stacked on one.

The Excel template stacks its tables on one sheet, each under a title (`Person Record`) and long
headings; the pre-submission workbook has a sheet a module, without a header's sheet. Both are
looked through in the same way: a table begins where a row has the headings of a module.
"""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal

import pandas as pd

from sufficiency.sen2.containers import UnreadableFile
from sufficiency.sen2.fields import link_names, module_of, names, plain, return_fields
from sufficiency.sen2.model import MODULES
from sufficiency.sen2.tables import Table
from sufficiency.sen2.workbook import Finished, Row, open_workbook

LOOK_FOR_A_TABLE = 500
DAYS_FROM_1900_TO_1904 = 1462
_TITLES = {
    "header": "sen2",
    "sen2": "sen2",
    "person": "person",
    "persons": "person",
    "request": "requests",
    "requests": "requests",
    "assessment": "assessment",
    "assessments": "assessment",
    "namedplan": "namedplan",
    "namedplans": "namedplan",
    "plandetail": "plandetail",
    "plandetails": "plandetail",
    "activeplan": "activeplans",
    "activeplans": "activeplans",
    "placementdetail": "placementdetail",
    "placementdetails": "placementdetail",
    "senneed": "senneed",
    "senneeds": "senneed",
}
_RECORDS = re.compile(r"records?$")


class _Stack:
    """Take the rows of one sheet and keep its tables."""

    def __init__(self, file: str, sheet: str, number: int) -> None:
        self.tables: list[Table] = []
        # A sheet that is not named after a module may be named after a person.
        self._file, self._shown = file, sheet if _titled(sheet) else f"sheet {number}"
        self._title = _titled(sheet)
        self._last_row = 0
        self._may_begin = True
        self._positions: list[int] = []
        self._rows_seen = 0

    def take(self, row: int, cells: Row) -> None:
        """Take a row: a title, headings, a record, or what stands before the first table."""
        filled = {at: text for at, text in cells.items() if not text.isspace()}
        if not filled:
            return
        after_gap = row > self._last_row + 1
        self._last_row = row
        if len(filled) == 1 and (title := _titled(next(iter(filled.values())))):
            self._title, self._may_begin = title, True
            return
        if (self._may_begin or after_gap) and (module := self._begins(list(filled.values()))):
            self._start(module, filled)
            return
        if not self.tables:
            self._rows_seen += 1
            if self._rows_seen > LOOK_FOR_A_TABLE:
                raise Finished
            return
        self._may_begin = False
        table = self.tables[-1]
        for column, at in zip(table.columns, self._positions, strict=True):
            column.append(cells.get(at, ""))
        table.rows.append(row)

    def _begins(self, texts: list[str]) -> str:
        """Return the module whose headings these are: the title's, if most of them are its."""
        if self._title:
            known = {**names(self._title), **link_names(self._title)}
            if 2 * sum(plain(text) in known for text in texts) > len(texts):
                return self._title
        return module_of(texts)

    def _start(self, module: str, filled: Row) -> None:
        self._positions = sorted(filled)
        headings = tuple(filled[at].strip() for at in self._positions)
        self.tables.append(
            Table(
                module,
                self._file,
                self._shown,
                headings,
                [[] for _ in headings],
                [],
                tuple(at + 1 for at in self._positions),
            )
        )
        self._title, self._may_begin = "", False


def _titled(text: str) -> str:
    """Return the module that a table's title or a sheet's name names, empty if none."""
    return _TITLES.get(_RECORDS.sub("", plain(text)), "")


def read_workbook(
    path: Path, file: str
) -> tuple[Literal["template", "presubmission"], list[Table]]:
    """Return the layout of a workbook and its tables.

    Args:
        path: The file, `.xlsx` or `.xlsm`.
        file: Its name in findings and row references.

    Raises:
        UnsafeFile: One of its parts holds a document type or an entity.
        UnreadableFile: It is damaged, or has no SEN2 table, or a module twice.
    """
    book = open_workbook(path)
    tables: list[Table] = []
    stacked = False
    for number, (sheet, part) in enumerate(book.sheets, start=1):
        stack = _Stack(file, sheet, number)
        book.rows(part, stack.take)
        stacked = stacked or len(stack.tables) > 1
        tables.extend(stack.tables)
    if not tables:
        raise UnreadableFile(
            f"{path.name} is a workbook in which no sheet has the headings of a SEN2 module.",
            "Take it out of the folder, or export the return again.",
        )
    found = [table.module for table in tables]
    twice = [module for module in MODULES if found.count(module) > 1]
    if twice:
        raise UnreadableFile(
            f"{path.name} has more than one table of {', '.join(twice)}.",
            "Keep one table a module: a workbook holds one return.",
        )
    if book.from_1904:
        tables = [_from_1900(table) for table in tables]
    return ("template" if stacked else "presubmission"), tables


def _from_1900(table: Table) -> Table:
    """Return a table with its day numbers counted from 1900, as everywhere else."""
    own, kinds = names(table.module), return_fields(table.module)
    columns = [
        [_later(text) for text in column]
        if kinds.get(own.get(plain(heading), "")) in ("date", "datetime")
        else column
        for heading, column in zip(table.headings, table.columns, strict=True)
    ]
    return replace(table, columns=columns)


def _later(text: str) -> str:
    if not re.fullmatch(r"\d{4,5}(\.\d+)?", text):
        return text
    days, point, part = text.partition(".")
    return f"{int(days) + DAYS_FROM_1900_TO_1904}{point}{part}"


def made_up_header(file: str, authority: str, census_day: date) -> pd.DataFrame:
    """Return the header of a workbook that has none, from what its name says.

    Args:
        file: Name of the workbook.
        authority: Three-digit code of the workspace's authority.
        census_day: Census day of the year in the file's or folder's name.
    """
    told = {
        "sen2tableid": "1",
        "collection": "SEN2",
        "year": str(census_day.year),
        "referencedate": census_day.isoformat(),
        "lea": authority,
    }
    header = {field: told.get(field, "") for field in return_fields("sen2")}
    made = pd.DataFrame({**header, "file": file, "sheet": ""}, index=[0]).astype("str")
    return made.assign(row=pd.Series([0], dtype="int64"))
