"""Read the CSV files of a Blade export: one module a file."""

import csv
import io
import re
from pathlib import Path

from sufficiency.sen2.containers import UnreadableFile, open_bytes, read_text
from sufficiency.sen2.fields import module_of
from sufficiency.sen2.model import MODULES
from sufficiency.sen2.tables import Table

HEAD_BYTES = 1 << 16
_MODULE_IN_NAME = re.compile(rf"(?:^|[^a-z])({'|'.join(MODULES)})(?:[^a-z]|$)")


def named_module(name: str) -> str:
    """Return the module that a file's name ends with, empty if it names none."""
    stem = re.sub(r"\.(csv|gz|txt)", "", name.lower())
    found = _MODULE_IN_NAME.findall(re.sub(r"[\s_-]+", "_", stem))
    return found[-1] if found else ""


def read_blade_file(path: Path, file: str) -> Table:
    """Return the table of one CSV file.

    The columns decide which module it is; the name only where they could mean several. Rows are
    counted as a spreadsheet shows them: a record is a row, however many lines it takes.

    Args:
        path: The file, plain or gzip, UTF-8 or Windows-1252.
        file: Its name in findings and row references.

    Raises:
        UnreadableFile: It is no CSV text, is cut short, or is no SEN2 module.
    """
    text = read_text(path)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    headings: list[str] = []
    module = ""
    records: list[list[str]] = []
    rows: list[int] = []
    memo: dict[str, str] = {}
    try:
        for row, record in enumerate(reader, start=1):
            if not any(record):
                continue
            if not headings:
                headings = [heading.strip() for heading in record]
                module = _module(headings, path.name)
            elif len(record) == len(headings):
                records.append([memo.setdefault(cell, cell) for cell in record])
                rows.append(row)
            else:
                raise UnreadableFile(
                    f"{path.name}: row {row} has {len(record)} cells under {len(headings)} "
                    "headings; the file may be cut short."
                )
    except csv.Error:
        raise UnreadableFile(
            f"{path.name} is not well-formed CSV from row {len(rows) + 2} on: a quoted cell may "
            "never end."
        ) from None
    if not headings:
        raise UnreadableFile(f"{path.name} is blank.")
    columns = (
        [list(column) for column in zip(*records, strict=True)]
        if records
        else [[] for _ in headings]
    )
    places = tuple(range(1, len(headings) + 1))
    return Table(module, file, "", tuple(headings), columns, rows, places)


def _module(headings: list[str], name: str) -> str:
    """Return which module the headings are of; they are not repeated, as they may be values."""
    module = module_of(headings)
    if module:
        return module
    if len(headings) == 1 and any(mark in headings[0] for mark in ";\t|"):
        raise UnreadableFile(
            f"{name} is not separated by commas.", "Save it as CSV (comma separated)."
        )
    raise UnreadableFile(
        f"{name}: its first row does not have the headings of a SEN2 module.",
        "Export the module again with its headings, or take the file out of the folder.",
    )


def headed_module(path: Path) -> str:
    """Return the module that a CSV file's columns are of, else the one that its name names.

    Only the start of the file is read, and nothing is said of what is wrong with it.
    """
    with open_bytes(path) as handle:
        start = handle.read(HEAD_BYTES).decode("utf-8-sig", errors="replace")
    try:
        headings = next((row for row in csv.reader(io.StringIO(start)) if any(row)), [])
    except csv.Error:
        headings = []
    return module_of(headings) or named_module(path.name)
