"""Text files of rows as a planner saves them: any usual encoding and delimiter, nothing lost.

Belongs here: from bytes to rows of cells. Does not belong here: what a column means.
"""

import codecs
import csv
import io
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from sufficiency.findings import Findings

DELIMITERS = (",", ";", "\t", "|")
FEWEST_COLUMNS = 5

NamesOf = Callable[[Sequence[str]], list[str]]


def read_rows(
    path: Path,
    names_of: NamesOf,
    known: Collection[str],
    key: str,
    kind: str,
    findings: Findings,
) -> list[list[str]] | None:
    """Return the cells of each row of a text file, header first.

    Args:
        path: The file: UTF-8 or UTF-16 with or without a byte-order mark, or Windows' own
            encoding; commas, semicolons, tabs or bars between cells.
        names_of: Gives the header's cells their proper column names.
        known: Columns the file may have.
        key: The column that tells best whether a delimiter is the right one.
        kind: First word of the findings' checks, for example `register`.
        findings: Receives what makes the file unreadable.

    Returns:
        Rows of text cells, none for an empty file; None, with a finding, if it cannot be read.
    """
    content = file_bytes(path, kind, findings)
    if content is None:
        return None
    text = _decoded(content)
    if text is None:
        findings.block(
            f"{kind}_not_text",
            f"{path.name} is not a text file: it may be a workbook with another name.",
            f"Open it in Excel and save it as CSV UTF-8 with the name {path.stem}.csv.",
            source=path.name,
        )
        return None
    if not text.strip():
        return []
    lines = list(io.StringIO(text, newline=""))
    delimiter = _delimiter(lines, names_of, known, key)
    if not delimiter:
        findings.block(
            f"{kind}_header_missing",
            f"Row 1 of {path.name} has no column named {key}, nor any other column of this file.",
            "Put the column names in row 1 and save the file as CSV, with commas between cells.",
            source=path.name,
            row=1,
        )
        return None
    return _rows(lines, delimiter, path.name, kind, findings)


def file_bytes(path: Path, kind: str, findings: Findings) -> bytes | None:
    """Return a file's bytes; None, with a finding, if it cannot be opened.

    Args:
        path: The file.
        kind: First word of the finding's check, for example `register`.
        findings: Receives why it cannot be opened.
    """
    try:
        return path.read_bytes()
    except OSError as err:
        findings.block(
            f"{kind}_cannot_be_opened",
            f"{path.name} cannot be opened: {err.strerror or 'it is in use'}.",
            "Close it in other programs, see that it is a file that you may read, and try again.",
            source=path.name,
        )
        return None


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


def _delimiter(lines: list[str], names_of: NamesOf, known: Collection[str], key: str) -> str:
    """Return the delimiter that finds most columns, `key` above all; empty if none does."""
    best, most = "", (False, 0)
    for delimiter in DELIMITERS:
        try:
            names = names_of(next(csv.reader(lines, delimiter=delimiter)))
        except csv.Error:
            continue
        found = (key in names, len({*names} & {*known}))
        if found > most:
            best, most = delimiter, found
    return best


def _rows(
    lines: list[str], delimiter: str, source: str, kind: str, findings: Findings
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
        f"{kind}_unreadable",
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
