"""Reading and writing the place register: `places.csv`, `places.xlsx`, and which of them counts."""

import os
from dataclasses import replace
from pathlib import Path

import pandas as pd

from sufficiency.contracts import Register, checked, empty
from sufficiency.delimited import file_bytes, read_rows
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
REMEMBERED = "last_register.csv"


def read_csv(
    path: Path,
    findings: Findings,
    establishments: pd.DataFrame | None = None,
    localities: pd.DataFrame | None = None,
    closed_on: pd.Series | None = None,
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
        closed_on: Closing day (timestamp) by URN, to find places after a closure.

    Returns:
        Register: the rows that break no blocking rule.
    """
    cells = csv_cells(path, findings)
    if cells is None:
        return empty(Register)
    return to_register(cells, path.name, findings, establishments, localities, closed_on)


def csv_cells(path: Path, findings: Findings) -> pd.DataFrame | None:
    """Return the file's register columns as text by spreadsheet row, None if unusable."""
    content = file_bytes(path, "register", findings)
    if content is None:
        return None
    if not content.strip():
        findings.block(
            "register_empty",
            f"{path.name} is empty.",
            "Put a header row and one row a provision in it, or run sufficiency init again.",
            source=path.name,
        )
        return None
    rows = read_rows(path, column_names, REGISTER_COLUMNS, "urn", "register", findings)
    if rows is None:
        return None
    return raw_cells(rows[0], list(enumerate(rows[1:], start=2)), path.name, findings)


def write_csv(register: pd.DataFrame, path: Path) -> None:
    """Write a register as CSV that spreadsheets open well; reads back as the same register."""
    cells = register_cells(checked(Register, register, "register"))
    half_written = path.with_name(f"{path.name}.part")
    half_written.write_bytes(csv_text(cells).encode("utf-8-sig"))
    os.replace(half_written, path)


def write_register(workspace: Workspace, register: pd.DataFrame) -> None:
    """Write the same register as `places.csv` and `places.xlsx` of a workspace, and remember it."""
    write_csv(register, workspace.register_csv)
    write_workbook(register, workspace.register_workbook)
    remember_register(workspace, register)


def remember_register(workspace: Workspace, register: pd.DataFrame) -> None:
    """Keep the register as last read, so that the next reading can list what changed since."""
    workspace.dagster_home.mkdir(parents=True, exist_ok=True)
    write_csv(register, workspace.dagster_home / REMEMBERED)


def remembered_register(workspace: Workspace) -> pd.DataFrame | None:
    """Return the register as last remembered; None if there is none, or no part of it is whole."""
    path = workspace.dagster_home / REMEMBERED
    if not path.is_file():
        return None
    register = read_csv(path, Findings())
    return None if register.empty else register


def read_last_year(
    workspace: Workspace, findings: Findings, establishments: pd.DataFrame | None = None
) -> pd.DataFrame | None:
    """Return last year's register (`places_last_year.csv`), None if the planner gives none.

    Args:
        workspace: The workspace.
        findings: Receives what is wrong with the file; nothing in it stops a run.
        establishments: Establishments table: fills blank names, places and localities, as it does
            in this year's register.

    Returns:
        Register: the rows that break no blocking rule; None if none can be used.
    """
    path = workspace.last_year_csv
    if not path.is_file():
        return None
    found = Findings()
    register = read_csv(path, found, establishments)
    for one in found.blocking:
        action = f"{one.action} Until then it is not compared with this year's register."
        findings.extend([replace(one, severity="warns", action=action)])
    return None if register.empty else register


def read_register(
    workspace: Workspace,
    establishments: pd.DataFrame | None,
    findings: Findings,
    localities: pd.DataFrame | None = None,
    closed_on: pd.Series | None = None,
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
        closed_on: Closing day (timestamp) by URN, to find places after a closure; None if no
            school list gives it.

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
    return to_register(cells, winner, findings, establishments, localities, closed_on)


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
