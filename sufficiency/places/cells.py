"""The register as text cells: one spelling for each value, whatever program saved the file.

A spreadsheet program rewrites dates, numbers and yes/no when it saves. Here every cell is brought
to one spelling, so that two files can be compared by content and rules see one form only.
"""

import difflib
import hashlib
from collections.abc import Sequence

import pandas as pd

from sufficiency.contracts import Register
from sufficiency.findings import Findings
from sufficiency.spelling import (
    column_name,
    date_text,
    need_codes,
    number_text,
    provision_code,
    yes_no,
)
from sufficiency.terms import table

REGISTER_COLUMNS = list(Register.to_schema().columns)
REQUIRED = ("urn", "provision", "ncy_from", "ncy_to", "effective_from", "commissioned_places")
# Stands in a workbook cell whose formula has no saved value: blank would mean "not known".
UNSAVED_FORMULA = "\ue000"
WHOLE_NUMBERS = (
    "ncy_from",
    "ncy_to",
    "physical_capacity",
    "scap_capacity",
    "commissioned_places",
    "nursery_places",
    "post16_places",
    "assessment_places",
    "beds",
    "on_roll",
    "occupants_without_plan",
    "other_la_places",
    "ramp_years",
)
# A workbook saved before the register had these columns remembers a fingerprint without them.
LATER_COLUMNS = ("nursery_places", "post16_places", "assessment_places", "beds", "ramp_years")
METRES = ("easting", "northing")
DATES = ("effective_from", "effective_to", "as_at_date")
YES_NO = ("flexible", "assumed")
NEEDS = ("designated_needs", "acceptable_needs")
ALIASES = {"provision_type": "provision", "site": "site_id", "school": "name"}
DEFAULTS = {"site_id": "main", "change_status": "existing", "flexible": "no", "assumed": "yes"}


def raw_cells(
    header: Sequence[str],
    rows: Sequence[tuple[int, Sequence[str]]],
    source: str,
    findings: Findings,
) -> pd.DataFrame | None:
    """Return the register's columns as normalised text, indexed by spreadsheet row.

    Args:
        header: Column names as found; order, case, spaces and a byte-order mark do not matter.
        rows: Spreadsheet row number and its cells.
        source: File name, for findings.
        findings: Receives missing, repeated and unused columns, and rows of the wrong length.

    Returns:
        One text row for each row that is not blank, or None if the columns cannot be used.
    """
    names = column_names(header)
    if not _usable(names, source, findings):
        return None
    records: dict[int, dict[str, str]] = {}
    for number, values in rows:
        if not any(v.strip() for v in values):
            continue
        if any(v.strip() for v in values[len(names) :]):
            findings.block(
                "register_row_too_long",
                f"Row {number} has more cells than the header has columns.",
                "Put text that holds a comma in double quotes, or remove the extra cells.",
                source=source,
                row=number,
            )
        records[number] = dict(zip(names, values, strict=False))
    frame = pd.DataFrame.from_dict(records, orient="index", dtype="str").fillna("")
    frame = frame.reindex(columns=[*REGISTER_COLUMNS, "phase"], fill_value="").astype("str")
    _note_defaults(frame, names, source, findings)
    return normalised(frame)


def column_names(header: Sequence[str]) -> list[str]:
    """Return a header's names in the register's spelling; unknown names stay as they are."""
    names = [column_name(text) for text in header]
    return [ALIASES.get(name, name) for name in names]


def _usable(names: list[str], source: str, findings: Findings) -> bool:
    missing = [n for n in REQUIRED if n not in names]
    if "phase" in names:
        missing = [n for n in missing if n not in ("ncy_from", "ncy_to")]
    repeated = sorted({n for n in names if n and names.count(n) > 1})
    extra = [n for n in names if n and n not in REGISTER_COLUMNS and n != "phase"]
    for name in missing:
        near = _nearest(name, extra)
        hint = f": did you mean {near}?" if near else "."
        findings.block(
            "register_column_missing",
            f"Column {name} is missing from {source}{hint}",
            f"Rename the column to {name}."
            if near
            else f"Add a column named {name}; the Read me sheet of places.xlsx says what it means.",
            source=source,
            row=1,
            column=name,
        )
    for name in repeated:
        findings.block(
            "register_column_repeated",
            f"Column {name} is in {source} more than once.",
            "Keep one of them.",
            source=source,
            row=1,
            column=name,
        )
    if extra:
        findings.inform(
            "register_columns_not_used",
            f"{source} has columns that are not used: {', '.join(extra)}.",
            "Nothing, unless one of them is a misspelt register column.",
            source=source,
            row=1,
            count=len(extra),
        )
    return not missing and not repeated


def _nearest(name: str, extra: list[str]) -> str:
    """Return the column that was most likely meant to be `name`, empty if none looks like it."""
    parts = [e for e in extra if len(e) > 3 and (e in name or name in e)]
    return next(iter(difflib.get_close_matches(name, extra, 1, 0.6) or parts), "")


def _note_defaults(frame: pd.DataFrame, names: list[str], source: str, findings: Findings) -> None:
    blank = int((frame["assumed"].str.strip() == "").sum())
    if blank:
        where = "has no column assumed" if "assumed" not in names else "leaves assumed blank"
        findings.warn(
            "register_assumed_blank",
            f"{source} {where} in {blank} rows: they count as assumed.",
            "Put no in column assumed for each row you have confirmed.",
            source=source,
            column="assumed",
            count=blank,
        )


def normalised(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the cells in one spelling each; what cannot be understood is left as it is."""
    result = frame.apply(lambda column: column.str.strip())
    for column in (*WHOLE_NUMBERS, *METRES):
        result[column] = result[column].map(number_text)
    for column in DATES:
        result[column] = result[column].map(date_text)
    for column in YES_NO:
        result[column] = result[column].map(yes_no)
    for column in NEEDS:
        result[column] = result[column].map(need_codes)
    result["urn"] = result["urn"].str.removesuffix(".0")
    result["provision"] = result["provision"].map(provision_code)
    result["sex_restriction"] = result["sex_restriction"].str.upper()
    result["change_status"] = result["change_status"].str.lower()
    phases = table("phases").set_index("phase")
    phase = result["phase"].str.lower().str.replace(r"[\s\-]+", "_", regex=True)
    for column in ("ncy_from", "ncy_to"):
        taught = phase.map(phases[column]).fillna("")
        result[column] = result[column].where(result[column] != "", taught)
    for column, value in DEFAULTS.items():
        result[column] = result[column].where(result[column] != "", value)
    return result[REGISTER_COLUMNS].astype("str")


def register_cells(register: pd.DataFrame) -> pd.DataFrame:
    """Return a register table as normalised text, one row a register row."""
    text = register[REGISTER_COLUMNS].reset_index(drop=True).copy()
    for column in REGISTER_COLUMNS:
        values = text[column].astype("object")
        text[column] = values.where(values.notna(), "").map(str).astype("str")
    return normalised(text.assign(phase=""))


def csv_text(cells: pd.DataFrame) -> str:
    """Return text cells as CSV with a header, rows in the order given."""
    return cells[REGISTER_COLUMNS].to_csv(index=False, lineterminator="\n")


def fingerprint(cells: pd.DataFrame) -> str:
    """Return the SHA-256 of the rows' CSV text; the order of rows does not matter."""
    unused = [c for c in LATER_COLUMNS if (cells[c] == "").all()]
    columns = [c for c in REGISTER_COLUMNS if c not in unused]
    ordered = cells.sort_values(columns, kind="stable")[columns]
    return hashlib.sha256(ordered.to_csv(index=False, lineterminator="\n").encode()).hexdigest()


def different_rows(first: pd.DataFrame, second: pd.DataFrame) -> tuple[list[int], list[int]]:
    """Return spreadsheet rows of each table that have no equal row in the other."""
    only: list[list[int]] = []
    for mine, other in ((first, second), (second, first)):
        spare: dict[tuple[str, ...], int] = {}
        for values in other.itertuples(index=False, name=None):
            spare[values] = spare.get(values, 0) + 1
        rows: list[int] = []
        for number, values in zip(mine.index, mine.itertuples(index=False, name=None), strict=True):
            if spare.get(values, 0):
                spare[values] -= 1
            else:
                rows.append(int(number))
        only.append(rows)
    return only[0], only[1]
