"""Open a delimited text file as published: bytes to a table of text, problems said plainly.

Belongs here: gzip, byte-order marks, encodings, header and ragged rows, hashes. Nothing is parsed:
every cell stays the text that was published, an empty cell stays empty.
"""

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from sufficiency.errors import SourceError
from sufficiency.findings import Findings

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
UTF8_BOM = b"\xef\xbb\xbf"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
HEAD_BYTES = 256 * 1024
COPY_AGAIN = "Download or copy the file again."


def read_text_table(path: Path, findings: Findings) -> pd.DataFrame:
    """Return a CSV or gzipped CSV as text, one column a header cell.

    Args:
        path: File with a header row; `.csv`, or gzip whatever its name.
        findings: Collects repeated or blank column names and rows of the wrong length. Rows of
            the wrong length block: they cannot be placed and are left out.

    Returns:
        Frame of `str`, one row a record, header names stripped of spaces, empty cells "".

    Raises:
        SourceError: The file cannot be opened, is not CSV text, or has no header.
    """
    content = _utf8(_bytes(path), path.name)
    names, body_start = _split_header(content, path.name)
    columns = _distinct(names, path.name, findings)
    body = content[body_start:]
    table = _parse(body, columns, path.name, findings)
    return _without_blank_columns(table, names, path.name, findings)


def header(path: Path) -> list[str]:
    """Return the column names of a CSV or gzipped CSV without reading the rest."""
    return head(path, 1)[0]


def head(path: Path, rows: int) -> list[list[str]]:
    """Return the first rows of a CSV or gzipped CSV, the header first, without reading the rest.

    Args:
        path: The file.
        rows: How many rows at most.

    Raises:
        SourceError: The file cannot be opened, is not CSV text, or has no header.
    """
    start = _bytes(path, HEAD_BYTES)
    complete = len(start) < HEAD_BYTES
    if not complete and b"\n" in start:
        start = start[: start.rindex(b"\n") + 1]
    text = _utf8(start, path.name).decode("utf-8")
    found = [[cell.strip() for cell in row] for row in _rows(text, rows, path.name)]
    if not found or not any(found[0]):
        raise SourceError(f"{path.name} has no header row. {COPY_AGAIN}")
    return found


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as published, in hexadecimal.

    Raises:
        SourceError: The file cannot be opened.
    """
    try:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as err:
        raise SourceError(f"{path.name} cannot be opened: {err.strerror}.") from None


def _bytes(path: Path, limit: int = -1) -> bytes:
    try:
        with path.open("rb") as handle:
            magic = handle.read(4)
        if magic == ZIP_MAGIC:
            raise SourceError(
                f"{path.name} is a workbook or zip file, not CSV text. "
                "Save the sheet as CSV (UTF-8), or unzip it."
            )
        opener: Callable[..., io.BufferedIOBase] = gzip.open if magic[:2] == GZIP_MAGIC else open  # type: ignore[assignment]
        with opener(path, "rb") as handle:
            return handle.read(limit)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise SourceError(
            f"{path.name} is a damaged or incomplete gzip file. {COPY_AGAIN}"
        ) from None
    except OSError as err:
        raise SourceError(f"{path.name} cannot be opened: {err.strerror}. {COPY_AGAIN}") from None


def _utf8(content: bytes, name: str) -> bytes:
    """Return the content as UTF-8 without a byte-order mark; Windows-1252 where it is not UTF-8."""
    if content.startswith(UTF8_BOM):
        content = content[len(UTF8_BOM) :]
    if content.startswith(UTF16_BOMS) or b"\x00" in content[:4096]:
        raise SourceError(f"{name} is not UTF-8 text. Save it as CSV UTF-8.")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return content.decode("cp1252").encode("utf-8")
        except UnicodeDecodeError as err:
            row = content[: err.start].count(b"\n") + 1
            raise SourceError(
                f"{name} is neither UTF-8 nor Windows-1252 text (row {row}). Save it as CSV UTF-8."
            ) from None
    return content


def _rows(text: str, limit: int, name: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        yield from islice(reader, limit)
    except csv.Error:
        raise SourceError(
            f"{name} cannot be read as CSV: a quoted cell may never end. {COPY_AGAIN}"
        ) from None


def _split_header(content: bytes, name: str) -> tuple[list[str], int]:
    """Return the header cells and where the body starts, in bytes."""
    end = content.find(b"\n")
    quotes = content.count(b'"', 0, max(end, 0))
    while end != -1 and quotes % 2:
        following = content.find(b"\n", end + 1)
        quotes += content.count(b'"', end, max(following, end))
        end = following
    end = len(content) if end == -1 else end + 1
    names = [c.strip() for row in _rows(content[:end].decode("utf-8"), 1, name) for c in row]
    if not any(names):
        raise SourceError(f"{name} has no header row. {COPY_AGAIN}")
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        raise SourceError(f"{name} is not separated by commas. Save it as CSV (comma separated).")
    return names, end


def _distinct(names: list[str], file: str, findings: Findings) -> list[str]:
    """Return the names with a number after each repeat, and a placeholder for each blank."""
    seen: dict[str, int] = {}
    taken = set(names)
    columns = []
    repeated = []
    for position, name in enumerate(names, start=1):
        wanted = name or f"column_{position}"
        new = wanted
        if wanted in seen:
            repeated.append(wanted)
            while new in taken or new in seen:
                seen[wanted] += 1
                new = f"{wanted}.{seen[wanted]}"
        seen.setdefault(wanted, 0)
        seen.setdefault(new, 0)
        columns.append(new)
    if repeated:
        shown = ", ".join(dict.fromkeys(repeated))
        findings.inform(
            "repeated_column_name",
            f"{file} has more than one column called {shown}; the later ones are read as "
            f"{repeated[0]}.1 and so on.",
            "Nothing, if the file is as published.",
            source=file,
            row=1,
            column=repeated[0],
            count=len(repeated),
        )
    return columns


def _parse(body: bytes, columns: list[str], file: str, findings: Findings) -> pd.DataFrame:
    if not body.strip():
        return pd.DataFrame({name: pd.Series([], dtype="str") for name in columns})
    ragged: list[int] = []

    def note(row: pacsv.InvalidRow) -> str:
        ragged.append(row.number or 0)
        return "skip"

    def read(threads: bool) -> pa.Table:
        ragged.clear()
        return pacsv.read_csv(
            pa.py_buffer(body),
            read_options=pacsv.ReadOptions(column_names=columns, use_threads=threads),
            parse_options=pacsv.ParseOptions(
                newlines_in_values=b'"' in body, invalid_row_handler=note
            ),
            convert_options=pacsv.ConvertOptions(
                column_types={name: pa.string() for name in columns}, strings_can_be_null=False
            ),
        )

    try:
        table = read(threads=True)
        if ragged:
            # Row numbers are only known when one thread reads the file from top to bottom.
            table = read(threads=False)
    except pa.ArrowInvalid:
        raise SourceError(
            f"{file} cannot be read as CSV: a quoted cell may never end. {COPY_AGAIN}"
        ) from None
    if ragged:
        first = min(ragged) + 1
        findings.block(
            "ragged_rows",
            f"{file}: {len(ragged)} rows have more or fewer cells than the header has "
            f"({len(columns)}), the first at row {first}. They were left out.",
            f"{COPY_AGAIN} If it was edited, correct those rows.",
            source=file,
            row=first,
            count=len(ragged),
        )
    return table.to_pandas().astype("str")


def _without_blank_columns(
    table: pd.DataFrame, names: list[str], file: str, findings: Findings
) -> pd.DataFrame:
    """Drop empty columns that have no name (a spreadsheet's trailing commas); report the others."""
    nameless = [c for c, name in zip(table.columns, names, strict=True) if not name]
    empty = [c for c in nameless if (table[c].str.strip() == "").all()]
    for column in nameless:
        if column not in empty:
            findings.warn(
                "blank_column_name",
                f"{file} has a column without a name at position {column.removeprefix('column_')}; "
                "its cells were not used.",
                "Give the column its name, or take it out.",
                source=file,
                row=1,
                column=column,
            )
    return table.drop(columns=empty)
