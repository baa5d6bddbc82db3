"""Reading and writing the place register: `places.csv`, `places.xlsx`, and which of them counts."""

import csv
import io
import os
from pathlib import Path

import pandas as pd

from sufficiency.contracts import Register, checked, empty
from sufficiency.findings import Findings
from sufficiency.places.cells import (
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
DELIMITERS = (",", ";", "\t")
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_csv(
    path: Path,
    findings: Findings,
    establishments: pd.DataFrame | None = None,
    localities: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the register in a CSV file, adding a finding for everything wrong with it.

    Args:
        path: The file; order of columns, further columns, a byte-order mark and dates as
            DD/MM/YYYY or YYYY-MM-DD are all understood.
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
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as err:
        findings.block(
            "register_unreadable",
            f"{path.name} cannot be read as a table: {err}.",
            "Open it in a spreadsheet, look for an unclosed quotation mark or a very long cell, "
            "and save it again as CSV.",
            source=path.name,
        )
        return None
    if not rows:
        findings.block(
            "register_empty",
            f"{path.name} is empty.",
            "Put a header row and one row a provision in it, or run sufficiency init again.",
            source=path.name,
        )
        return None
    return raw_cells(rows[0], list(enumerate(rows[1:], start=2)), path.name, findings)


def _decoded(content: bytes) -> str:
    """Return the text of a CSV as spreadsheets save it: UTF-8, UTF-16 or Windows-1252."""
    if content.startswith(UTF16_MARKS):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


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
        establishments: Establishments table, or None where it could not be read.
        findings: Receives every problem.
        localities: Localities table, or None to accept any locality.

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
