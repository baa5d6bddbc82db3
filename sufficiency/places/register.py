"""Reading and writing the place register: `places.csv`, `places.xlsx`, and which of them counts."""

import codecs
import csv
import io
import os
from pathlib import Path

import pandas as pd

from sufficiency.contracts import Register, checked, empty
from sufficiency.findings import Findings
from sufficiency.places.cells import (
    REGISTER_COLUMNS,
    column_names,
    csv_text,
    different_rows,
    fingerprint,
    raw_cells,
    register_cells,
)
from sufficiency.places.rules import to_register
from sufficiency.places.workbook import workbook_cells, write_workbook
from sufficiency.workspace import Workspace

ROWS_NAMED = 10
DELIMITERS = (",", ";", "\t", "|")
FEWEST_COLUMNS = 5


def read_csv(
    path: Path,
    findings: Findings,
    establishments: pd.DataFrame | None = None,
    localities: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the register in a CSV file, adding a finding for everything wrong with it.

    Args:
        path: The file; order of columns, further columns, a byte-order mark (UTF-8 or UTF-16),
            commas, semicolons or tabs between cells, and dates as DD/MM/YYYY or YYYY-MM-DD are
            all understood.
        findings: Receives every problem, with spreadsheet row and column.
        establishments: Establishments table: fills blank names, places and localities, and tells
            closed schools.
        localities: Localities table: every locality in the register must be in it.

    Returns:
        Register: the rows that break no blocking rule.
    """
    cells = csv_cells(path, findings)
    if cells is None:
        return empty(Register)
    return to_register(cells, path.name, findings, establishments, localities)


def csv_cells(path: Path, findings: Findings) -> pd.DataFrame | None:
    """Return the file's register columns as text by spreadsheet row, None if unusable."""
    text = _decoded(path.read_bytes())
    if text is None:
        findings.block(
            "register_not_text",
            f"{path.name} is not a text file: it may be a workbook with another name.",
            "Open it in Excel and save it as CSV UTF-8, or as places.xlsx.",
            source=path.name,
        )
        return None
    if not text.strip():
        findings.block(
            "register_empty",
            f"{path.name} is empty.",
            "Put a header row and one row a provision in it, or run sufficiency init again.",
            source=path.name,
        )
        return None
    lines = list(io.StringIO(text, newline=""))
    delimiter = _delimiter(lines)
    if not delimiter:
        findings.block(
            "register_header_missing",
            f"Row 1 of {path.name} has no column named urn, nor any other register column.",
            "Put the column names in row 1 and save the file as CSV, with commas between cells.",
            source=path.name,
            row=1,
        )
        return None
    rows = _rows(lines, delimiter, path.name, findings)
    if rows is None:
        return None
    return raw_cells(rows[0], list(enumerate(rows[1:], start=2)), path.name, findings)


def _decoded(content: bytes) -> str | None:
    """Return the text of a file as Excel saves it, None if it is no text."""
    try:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            text = content.decode("utf-16")
        else:
            text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return None if "\0" in text else text


def _delimiter(lines: list[str]) -> str:
    """Return the delimiter that finds most register columns, urn above all; empty if none does."""
    best, most = "", (False, 0)
    for delimiter in DELIMITERS:
        try:
            names = column_names(next(csv.reader(lines, delimiter=delimiter)))
        except csv.Error:
            continue
        found = ("urn" in names, len({*names} & {*REGISTER_COLUMNS}))
        if found > most:
            best, most = delimiter, found
    return best


def _rows(
    lines: list[str], delimiter: str, source: str, findings: Findings
) -> list[list[str]] | None:
    """Return the cells of each row; None, with a finding, where a quote takes in further rows."""
    reader = csv.reader(lines, delimiter=delimiter)
    rows: list[list[str]] = []
    start, closed = 0, True
    try:
        for row in reader:
            width = len(rows[0]) if rows else 0
            closed = _quotes_closed(row, lines[start : reader.line_num], delimiter, width)
            if not closed:
                break
            rows.append(row)
            start = reader.line_num
    except csv.Error:
        closed = False
    if closed:
        return rows
    findings.block(
        "register_unreadable",
        f"Row {len(rows) + 1} of {source} cannot be read: a double quote opens a cell and does "
        "not close it, or a cell is far too long.",
        "Close the quote, or remove it; from this row on nothing was read.",
        source=source,
        row=len(rows) + 1,
    )
    return None


def _quotes_closed(row: list[str], lines: list[str], delimiter: str, width: int) -> bool:
    """Return whether a row's lines belong to it, and are not rows that an open quote took in."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as err:
        return len(lines) == 1 and "unexpected end" not in str(err)
    delimiters = max(width, FEWEST_COLUMNS) - 1
    further = [line for cell in row for line in cell.splitlines()[1:]]
    return all(line.count(delimiter) < delimiters for line in further)


def write_csv(register: pd.DataFrame, path: Path) -> None:
    """Write a register as CSV that spreadsheets open well; reads back as the same register."""
    cells = register_cells(checked(Register, register, "register"))
    half_written = path.with_name(f"{path.name}.part")
    half_written.write_bytes(csv_text(cells).encode("utf-8-sig"))
    os.replace(half_written, path)


def write_register(workspace: Workspace, register: pd.DataFrame) -> None:
    """Write the same register as `places.csv` and `places.xlsx` of a workspace."""
    write_csv(register, workspace.register_csv)
    write_workbook(register, workspace.register_workbook)


def read_register(
    workspace: Workspace,
    establishments: pd.DataFrame | None,
    findings: Findings,
    localities: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the workspace's register from whichever of its two files the planner last changed.

    `init` writes places.csv and places.xlsx with the same rows, and the workbook remembers a
    fingerprint of them. The file that no longer agrees with that fingerprint was edited since, and
    counts. If both were edited, and differently, nothing is guessed: a finding blocks.

    Args:
        workspace: The workspace.
        establishments: Establishments table, or None if there is no school list to compare with.
        findings: Receives every problem.
        localities: Localities table; None or empty to accept any locality.

    Returns:
        Register: the rows that break no blocking rule; empty if neither file can be used.
    """
    csv_path, workbook_path = workspace.register_csv, workspace.register_workbook
    if not csv_path.is_file() and not workbook_path.is_file():
        findings.block(
            "register_missing",
            f"The workspace has neither {csv_path.name} nor {workbook_path.name}.",
            f"Run sufficiency init, or put {csv_path.name} in the workspace folder.",
            source=csv_path.name,
        )
        return empty(Register)
    from_csv = csv_cells(csv_path, findings) if csv_path.is_file() else None
    from_workbook, remembered = (
        workbook_cells(workbook_path, findings) if workbook_path.is_file() else (None, "")
    )
    if from_csv is not None and from_workbook is not None:
        winner = _winner(from_csv, from_workbook, remembered, findings)
        cells = from_workbook if winner == workbook_path.name else from_csv
    else:
        cells, winner = (
            (from_csv, csv_path.name)
            if from_csv is not None
            else (from_workbook, workbook_path.name)
        )
    if cells is None:
        return empty(Register)
    return to_register(cells, winner, findings, establishments, localities)


def _winner(
    from_csv: pd.DataFrame, from_workbook: pd.DataFrame, remembered: str, findings: Findings
) -> str:
    marks = fingerprint(from_csv), fingerprint(from_workbook)
    if marks[0] == marks[1]:
        return "places.csv"
    if remembered in marks:
        edited, other = (
            ("places.xlsx", "places.csv")
            if remembered == marks[0]
            else ("places.csv", "places.xlsx")
        )
        findings.inform(
            "register_edited_file_used",
            f"{edited} was changed since both were written, so it is used; {other} was not.",
            source=edited,
        )
        return edited
    csv_rows, workbook_rows = different_rows(from_csv, from_workbook)
    findings.block(
        "register_edited_twice",
        "places.csv and places.xlsx were both changed, and differently. Rows that are only in "
        f"places.csv: {_named(csv_rows)}. Rows that are only in places.xlsx: "
        f"{_named(workbook_rows)}.",
        "Put all changes in one of the two files and delete the other one, or move it away.",
        source="places.csv",
        row=csv_rows[0] if csv_rows else 0,
        count=len(csv_rows) + len(workbook_rows),
    )
    return "places.csv"


def _named(rows: list[int]) -> str:
    if not rows:
        return "none"
    first = ", ".join(str(r) for r in rows[:ROWS_NAMED])
    return first if len(rows) <= ROWS_NAMED else f"{first} and {len(rows) - ROWS_NAMED} more"
