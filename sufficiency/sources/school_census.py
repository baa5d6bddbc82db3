"""School-level headcount by age: Schools, pupils and their characteristics (SPC), DfE."""

import re
from pathlib import Path

import pandas as pd

from sufficiency.errors import SourceError
from sufficiency.findings import Findings
from sufficiency.sources.files import read_text_table
from sufficiency.sources.layout import Layout
from sufficiency.sources.symbols import SYMBOLS

LICENCE = "Department for Education, Open Government Licence v3.0"
AGE_COLUMN = re.compile(r"^\(?(part|full)[- ]time (girls|boys) aged (\d+)(.*)$", re.IGNORECASE)
BANDS = {
    "on_roll_early_years": range(0, 4),
    "on_roll_primary": range(4, 11),
    "on_roll_secondary": range(11, 16),
    "on_roll_post_16": range(16, 30),
}


def read_school_census(path: Path, findings: Findings) -> pd.DataFrame:
    """Return one row a school and year: headcount and its split by age at 31 August.

    Columns: urn, authority, year (January census), on_roll, on_roll_early_years (0 to 3),
    on_roll_primary (4 to 10), on_roll_secondary (11 to 15), on_roll_post_16 (16 and over). A band
    with a suppressed cell is missing, not smaller.

    Raises:
        SourceError: There are no columns of headcount by age.
    """
    raw = read_text_table(path, findings)
    lower = {str(c).strip().lower(): str(c) for c in raw.columns}
    ages = _age_columns(list(raw.columns))
    if not ages:
        raise SourceError(
            f"{path.name}: no columns of headcount by age (such as 'full-time girls aged 5'). "
            "Use the school-level underlying data of Schools, pupils and their characteristics."
        )
    counts = _counts(raw[list(ages)], path, findings)
    table = pd.DataFrame(
        {
            "urn": repaired_urn(raw[lower["urn"]], path.name, findings),
            "authority": raw[lower["old_la_code"]].str.strip(),
            "year": _january(raw[lower["time_period"]], path),
            "on_roll": pd.to_numeric(raw[lower["headcount of pupils"]], errors="coerce"),
        }
    )
    for band, span in BANDS.items():
        columns = [c for c, age in ages.items() if age in span]
        table[band] = counts[columns].sum(axis=1, skipna=False) if columns else float("nan")
    table = table[table["urn"] != ""]
    repeated = int(table.duplicated(["urn", "year"]).sum())
    if repeated:
        findings.warn(
            "school_repeated",
            f"{repeated:,} schools appear more than once; the last row of each is used.",
            "Load the file as published.",
            source=path.name,
            column=lower["urn"],
            count=repeated,
        )
        table = table.drop_duplicates(["urn", "year"], keep="last")
    return table.reset_index(drop=True)


def repaired_urn(values: pd.Series, file: str, findings: Findings) -> pd.Series:
    """Return URNs as digits; empty where a value is no URN.

    R writes 100000 as `1e+05`, which is exact and put right. A spreadsheet's `1.23E+05` has lost
    digits and cannot be.
    """
    text = values.str.strip().str.replace(r"\.0$", "", regex=True)
    rounded = text.str.fullmatch(r"[1-9]e\+?0?5", case=False)
    text = text.mask(rounded, text.str.slice(0, 1) + "00000")
    if rounded.any():
        findings.inform(
            "urn_in_scientific_notation",
            f"{int(rounded.sum())} URN was written as 1e+05 and read as 100000.",
            source=file,
            column="urn",
            count=int(rounded.sum()),
        )
    wrong = ~text.str.fullmatch(r"\d{5,7}")
    if wrong.any():
        findings.warn(
            "urn_not_a_number",
            f"{int(wrong.sum()):,} rows have no usable URN and are left out.",
            "Download the file again and do not save it from a spreadsheet.",
            source=file,
            row=int(wrong.to_numpy().argmax()) + 2,
            column="urn",
            count=int(wrong.sum()),
        )
    return text.mask(wrong, "")


def headcounts(table: pd.DataFrame | None, authority: str) -> pd.DataFrame:
    """Return the latest headcount of each school of one authority, on index urn.

    Args:
        table: What `read_school_census` returned, of one or more years; None if no file was given.
        authority: Three-digit DfE code.

    Returns:
        Columns on_roll, the four bands, and headcount_year.
    """
    columns = ["on_roll", *BANDS, "headcount_year"]
    if table is None or table.empty:
        return pd.DataFrame(columns=columns, index=pd.Index([], name="urn", dtype=str), dtype=float)
    own = table[table["authority"] == authority].sort_values("year", kind="stable")
    own = own.drop_duplicates("urn", keep="last").rename(columns={"year": "headcount_year"})
    return own.set_index("urn")[columns]


def _age_columns(columns: list[str]) -> dict[str, int]:
    """Return column -> age; part-year columns only where the whole age is not there."""
    whole: dict[str, int] = {}
    parts: dict[str, tuple[int, tuple[str, str, int]]] = {}
    seen: set[tuple[str, str, int]] = set()
    for column in columns:
        match = AGE_COLUMN.match(column.strip())
        if match is None:
            continue
        key = (match[1].lower(), match[2].lower(), int(match[3]))
        if match[4].strip():
            parts[column] = (key[2], key)
        else:
            whole[column] = key[2]
            seen.add(key)
    return whole | {c: age for c, (age, key) in parts.items() if key not in seen}


def _counts(cells: pd.DataFrame, path: Path, findings: Findings) -> pd.DataFrame:
    numbers = cells.apply(pd.to_numeric, errors="coerce")
    counts = numbers.copy()
    unknown: dict[str, int] = {}
    for column in cells.columns[numbers.isna().any()]:
        text = cells[column].fillna("").str.strip().str.lower()
        # z and an empty cell mean that the school does not teach that age: no pupils
        counts.loc[text.isin(["", "z"]).to_numpy(), column] = 0.0
        odd = numbers[column].isna() & ~text.isin(list(SYMBOLS))
        if odd.any():
            unknown[str(column)] = int(odd.sum())
    if unknown:
        findings.warn(
            "symbol_unknown",
            f"{sum(unknown.values()):,} headcounts are neither a number nor a known symbol and "
            "are read as missing.",
            "Check the file's footnotes for a new symbol.",
            source=path.name,
            column=next(iter(unknown)),
            count=sum(unknown.values()),
        )
    return counts


def _january(periods: pd.Series, path: Path) -> pd.Series:
    start = pd.to_numeric(periods.str.strip().str.slice(0, 4), errors="coerce")
    if start.isna().any():
        raise SourceError(
            f"{path.name}: column time_period must hold an academic year such as 202223; "
            f"{int(start.isna().sum())} rows do not. Use the file as published."
        )
    return start.astype("int64") + 1


LAYOUTS = [
    Layout(
        name="spc_school_level",
        folder="schools",
        title="Schools, pupils and their characteristics: school-level underlying data",
        columns=(
            "time_period",
            "old_la_code",
            "urn",
            "headcount of pupils",
            "full-time girls aged 5",
            "full-time girls aged 11",
        ),
        licence=LICENCE,
        read=read_school_census,
    )
]
