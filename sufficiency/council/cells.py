"""A council file as text cells by spreadsheet row, in the columns that are declared for it."""

import difflib
import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sufficiency.council.declaration import RESTRICTED, Column, columns_of
from sufficiency.delimited import read_rows
from sufficiency.findings import Findings
from sufficiency.spelling import column_name

IDENTIFYING = re.compile(
    r"(^|_)(name|forename|firstname|surname|lastname|upn|uln|nhs|dob|birth|postcode|address|email|"
    r"phone|parent)(_|$)"
)


def file_cells(path: Path, findings: Findings) -> pd.DataFrame | None:
    """Return a file's declared columns as text, indexed by spreadsheet row.

    Args:
        path: One of the declared files. Order of columns, further columns, delimiter and encoding
            do not matter.
        findings: Receives missing, repeated and unused columns, and rows of the wrong length.

    Returns:
        One text row for each row that is not blank, none if there is only a header; None, with a
        finding, if the file cannot be used.
    """
    columns = columns_of(path.stem)
    known = [column.column for column in columns]
    rows = read_rows(path, lambda row: _names(row, columns), known, known[0], "council", findings)
    if rows is None:
        return None
    names = _names(rows[0], columns) if rows else known
    body = [
        (number, cells)
        for number, cells in enumerate(rows[1:], start=2)
        if any(cell.strip() for cell in cells)
    ]
    if not body:
        return pd.DataFrame(columns=known, dtype="str")
    if not _usable(names, columns, path.name, findings):
        return None
    records = {number: dict(zip(names, cells, strict=False)) for number, cells in body}
    too_long = [n for n, cells in body if any(c.strip() for c in cells[len(names) :])]
    for number in too_long:
        findings.block(
            "council_row_too_long",
            f"Row {number} has more cells than the header has columns.",
            "Put text that holds a comma in double quotes, or remove the extra cells.",
            source=path.name,
            row=number,
        )
        del records[number]
    frame = pd.DataFrame.from_dict(records, orient="index", dtype="str").fillna("")
    frame = frame.reindex(columns=known, fill_value="").astype("str")
    return frame.apply(lambda column: column.str.strip())


def _names(header: Sequence[str], columns: list[Column]) -> list[str]:
    """Return a header's names in the declared spelling; unknown names stay as they are."""
    meant = {alias: column.column for column in columns for alias in column.aliases}
    found = [column_name(text) for text in header]
    return [meant[name] if name in meant and meant[name] not in found else name for name in found]


def _usable(names: list[str], columns: list[Column], source: str, findings: Findings) -> bool:
    known = [column.column for column in columns]
    missing = [c.column for c in columns if c.required and c.column not in names]
    repeated = sorted({n for n in names if n and names.count(n) > 1})
    extra = [n for n in names if n and n not in known]
    # Of a restricted file a header cell may hold what a row holds, so none is repeated as it is.
    restricted = columns[0].file in RESTRICTED
    for name in missing:
        close = [] if restricted else difflib.get_close_matches(name, extra, 1, 0.6)
        near = next(iter(close), "")
        findings.block(
            "council_column_missing",
            f"Column {name} is missing from {source}"
            + (f": did you mean {near}?" if near else "."),
            f"Rename the column to {name}."
            if near
            else f"Add a column named {name}; README.txt in the same folder says what it means.",
            source=source,
            row=1,
            column=name,
        )
    for name in repeated:
        said = "" if restricted and name not in known else name
        findings.block(
            "council_column_repeated",
            f"Column {said or names.index(name) + 1} is in {source} more than once.",
            "Keep one of them.",
            source=source,
            row=1,
            column=said,
        )
    for place, name in enumerate(names, start=1):
        told = IDENTIFYING.search(name) if restricted and name not in known else None
        if told:
            findings.block(
                "council_column_names_children",
                f"{source} has a column {told[2]} (column {place}), which may name a child.",
                "Take the column out of the file; keep the key to the pseudonyms elsewhere.",
                source=source,
                row=1,
                column=told[2],
            )
    if extra:
        findings.inform(
            "council_columns_not_used",
            f"{source} has {len(extra)} columns that are not used."
            if restricted
            else f"{source} has columns that are not used: {', '.join(extra)}.",
            "Nothing, unless one of them is a misspelt column; README.txt lists them.",
            source=source,
            row=1,
            count=len(extra),
        )
    return not missing and not repeated
