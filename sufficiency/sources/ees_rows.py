"""What every row of an Explore Education Statistics file has: a place, a time and counts.

Belongs here: reading place, period and age labels, parsing count columns, adding published columns
up to our codes, and the shape that the readers hand on. Facts of one file belong to its reader.

Tidy frames have the columns of `STOCK_COLUMNS` or `FLOW_COLUMNS`: those of the contract, plus
`ons_code` (nine characters, which changes for some authorities) and `release` (the latest census
year in the file, so that the newest release can win where two overlap).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sufficiency.contracts.inputs import STATUSES
from sufficiency.findings import Finding, Findings
from sufficiency.sources.files import read_text_table
from sufficiency.sources.symbols import CODE, NEITHER, parse_codes

LICENCE = (
    "Department for Education, Education, health and care plans. "
    "Contains public sector information licensed under the Open Government Licence v3.0."
)
COMMON = (
    "time_period",
    "time_identifier",
    "geographic_level",
    "country_code",
    "country_name",
    "region_code",
    "region_name",
    "new_la_code",
    "old_la_code",
    "la_name",
)
PLACE = ["authority", "authority_name", "ons_code", "region", "level"]
KEYS = ["authority", "level", "year", "dimension", "key", "second_key"]
TAIL = ["dimension", "key", "second_key", "value", "status", "source", "release"]
STOCK_COLUMNS = [*PLACE, "year", *TAIL]
FLOW_COLUMNS = [*PLACE, "calendar_year", "year", "flow", *TAIL]
LEVELS = {"national": "national", "regional": "region", "local authority": "authority"}
# Some files split London in two; every other file, and every comparison, has one London.
LONDON_PARTS = {"E13000001": "E12000007", "E13000002": "E12000007"}
REGION_NAMES = {
    "Inner London": "London",
    "Outer London": "London",
    "Yorkshire and the Humber": "Yorkshire and The Humber",
}
UNKNOWN_AGE = "unknown"
UNREAD_SHOWN = 10
AGE = r"^(?:aged?\s+)?(?P<under>under\s+)?(?P<age>\d+)(?:\s+(?:and|or)\s+(?P<open>under|over))?$"


@dataclass(frozen=True)
class UnreadCell(Finding):
    """A published cell that is neither a number nor a symbol.

    A reader does not know the workspace's authority. `published` does, and makes the finding block
    or puts it together with those of other authorities.

    Attributes:
        authority: Code of the row; empty where it is no authority's.
        latest: Whether the row is of the latest period in the file.
    """

    authority: str = ""
    latest: bool = False


def open_rows(path: Path, findings: Findings) -> pd.DataFrame:
    """Return a file's rows as text with lower-case column names (their case drifts by release)."""
    table = read_text_table(path, findings)
    table.columns = [name.lower() for name in table.columns]
    again = table.columns.duplicated()
    if again.any():
        findings.warn(
            "repeated_column_name",
            f"{path.name} has columns that differ only by capitals: "
            f"{', '.join(table.columns[again])}. Only the first of each was read.",
            "Compare the file with the publication.",
            source=path.name,
            row=1,
            column=str(table.columns[again][0]),
            count=int(again.sum()),
        )
    return table.loc[:, ~again]


def place_rows(table: pd.DataFrame, file: str, findings: Findings) -> pd.DataFrame:
    """Return the place of each row (`PLACE`), without the rows that have none.

    Authorities are known by their three-digit DfE code: ONS codes change and flip. England is ENG,
    regions are their ONS code. Rows of an unknown level or without a code are left out and warned
    about.
    """
    level = table["geographic_level"].str.strip().str.lower().map(LEVELS)
    code = table["old_la_code"].str.strip()
    region_code = table["region_code"].str.strip().replace(LONDON_PARTS)
    region = table["region_name"].str.strip().replace(REGION_NAMES)
    local, regional, national = (level == word for word in ("authority", "region", "national"))
    places = pd.DataFrame(
        {
            "authority": code.where(local, region_code.where(regional, "ENG")),
            "authority_name": table["la_name"]
            .str.strip()
            .where(local, region.where(regional, "England")),
            "ons_code": table["new_la_code"]
            .str.strip()
            .where(local, region_code.where(regional, table["country_code"].str.strip())),
            "region": region.where(~national, ""),
            "level": level,
        }
    )
    lost = level.isna() | (local & ~code.str.fullmatch(r"\d{3}")) | (regional & (region_code == ""))
    if lost.any():
        first = int(table.index[lost][0]) + 2
        findings.warn(
            "row_without_place",
            f"{file}: {int(lost.sum())} rows have no known geographic level or no three-digit "
            f"authority code, the first at row {first}. They were left out.",
            "Compare the file with the publication and download it again if it was edited.",
            source=file,
            row=first,
            column="geographic_level",
            count=int(lost.sum()),
        )
    return places[~lost]


def years(period: pd.Series, file: str, findings: Findings, *, calendar: bool = False) -> pd.Series:
    """Return the year of each period, missing where it cannot be read.

    `202425` and `2024/25` are an academic year: its January, 2025. `2024` is 2024 itself: January
    2024 for a stock of the 2022 release, calendar 2024 for a flow.

    Args:
        period: Text of `time_period`.
        file: File name for the finding.
        findings: Rows whose period cannot be read, or is of the wrong kind, are warned about.
        calendar: Whether only calendar years will do, as for flows.
    """
    digits = period.str.replace(r"\D", "", regex=True)
    four = digits.str.fullmatch(r"20\d\d")
    six = digits.str.fullmatch(r"20\d{4}") & (not calendar)
    number = pd.to_numeric(digits.str[:4].where(four | six), errors="coerce")
    if (bad := number.isna()).any():
        findings.warn(
            "period_unreadable",
            f"{file}: {int(bad.sum())} rows have a time_period that is not a "
            f"{'calendar year' if calendar else 'year or academic year'}. They were left out.",
            "Compare the file with the publication and download it again if it was edited.",
            source=file,
            row=int(period.index[bad][0]) + 2,
            column="time_period",
            count=int(bad.sum()),
        )
    return number + six.astype(int)


def age_keys(labels: pd.Series) -> tuple[pd.Series, list[str]]:
    """Return the age of each label as text, missing where it is not an age, and the open classes.

    `under 3` becomes 2 and `age 20 and over` becomes 20: one class holds several ages.
    """
    words = labels.str.strip().str.lower()
    found = words.str.extract(AGE)
    age = pd.to_numeric(found["age"], errors="coerce") - found["under"].notna()
    keys = age.astype("Int64").astype("str").where(age.notna())
    keys = keys.mask(words.isin(["unknown", "age unknown", "age not recorded"]), UNKNOWN_AGE)
    is_open = found["under"].notna() | found["open"].notna()
    return keys, sorted(labels[is_open].unique())


def counts(
    table: pd.DataFrame, columns: list[str], file: str, findings: Findings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return values and status positions of count columns, each with the table's index.

    A negative count is no count: it becomes missing and `unreliable`, with a warning. A cell that
    is neither a number nor a symbol is missing too, with an `UnreadCell`.
    """
    parsed = {name: parse_codes(table[name]) for name in columns}
    unread = pd.DataFrame({name: p[2] for name, p in parsed.items()}, index=table.index)
    if unread.to_numpy().any():
        _report_unread(table, unread, file, findings)
    values = pd.DataFrame({name: p[0] for name, p in parsed.items()}, index=table.index)
    codes = pd.DataFrame({name: p[1] for name, p in parsed.items()}, index=table.index)
    negative = values < 0
    for name in columns:
        if negative[name].any():
            findings.warn(
                "negative_count",
                f"{file}, column {name}: {int(negative[name].sum())} negative counts were taken "
                "as unreliable.",
                "Compare the file with the publication.",
                source=file,
                column=name,
                count=int(negative[name].sum()),
            )
    return values.mask(negative), codes.mask(negative, CODE["unreliable"])


def _report_unread(
    table: pd.DataFrame, unread: pd.DataFrame, file: str, findings: Findings
) -> None:
    """Add one finding a cell, up to ten for the latest and the older periods of each place."""
    level = table["geographic_level"].str.strip().str.lower().map(LEVELS)
    code = table["old_la_code"].str.strip().where(level == "authority", "")
    digits = table["time_period"].str.replace(r"\D", "", regex=True)
    year = pd.to_numeric(digits.str[:4], errors="coerce") + (digits.str.len() == 6)
    rows, columns = np.nonzero(unread.to_numpy())
    cells = pd.DataFrame(
        {
            "row": table.index.to_numpy()[rows] + 2,
            "column": np.array(unread.columns, dtype=object)[columns],
            "word": table[list(unread.columns)].to_numpy()[rows, columns],
            "place": table["la_name"].str.strip().to_numpy()[rows],
            "period": table["time_period"].to_numpy()[rows],
            "authority": code.to_numpy()[rows],
            "latest": (year == year.max()).to_numpy()[rows],
        }
    )
    for (authority, latest), group in cells.groupby(["authority", "latest"], sort=True):
        for n, cell in enumerate(group.head(UNREAD_SHOWN).itertuples(index=False), start=1):
            more = len(group) - n if n == UNREAD_SHOWN else 0
            findings.items.append(
                UnreadCell(
                    "unknown_symbol",
                    "warns",
                    f"{str(cell.word).strip()[:20]!r} ({cell.place or 'no authority'}, "
                    f"{cell.period}) is {NEITHER}. It is taken as not available."
                    + (f" So are {more:,} more cells." if more else ""),
                    "Correct the cell from the publication, or download the file again.",
                    source=file,
                    row=int(str(cell.row)),
                    column=str(cell.column),
                    count=1 + more,
                    authority=str(authority),
                    latest=bool(latest),
                )
            )


def add_columns(
    values: pd.DataFrame, codes: pd.DataFrame, groups: dict[str, list[str]], year: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return values and status positions with published columns added up to our codes.

    Args:
        values, codes: As from `counts`.
        groups: Our code -> the published columns that make it.
        year: Year of each row. A column with no number at all in a year was not collected then and
            is passed over; a missing cell of a collected column makes the sum missing.
    """
    missing = values.isna()
    collected = (~missing).groupby(year.to_numpy()).transform("any")
    lacking = missing & collected
    sums, states = {}, {}
    for code, columns in groups.items():
        known = collected[columns].any(axis=1) & ~lacking[columns].any(axis=1)
        total = values[columns].where(collected[columns]).sum(axis=1).where(known)
        worst = codes[columns].where(missing[columns], CODE["ok"]).max(axis=1)
        sums[code] = total
        states[code] = worst.where(~known, (total == 0).map({True: CODE["zero"], False: 0}))
    return pd.DataFrame(sums), pd.DataFrame(states).astype("int8")


def long_rows(
    rows: pd.DataFrame,
    values: pd.DataFrame,
    codes: pd.DataFrame,
    *,
    dimension: str,
    key: pd.Series | None = None,
    second_key: pd.Series | None = None,
) -> pd.DataFrame:
    """Return one row a row of `rows` and column of `values`; the column's name is a key.

    Args:
        rows: Places and years, same index as the counts.
        values, codes: Counts and status positions, one column a code.
        dimension: The dimension of the result.
        key: Where given, the first key of each row; the column's name is then the second.
        second_key: Where given, the second key of each row; the column's name is then the first.
    """
    index = values.index.repeat(values.shape[1])
    names = pd.Series(np.tile(np.array(values.columns, dtype=object), len(values)), dtype="str")
    given = key if key is not None else second_key
    other = "" if given is None else given.loc[index].to_numpy()
    return (
        rows.loc[index]
        .reset_index(drop=True)
        .assign(
            dimension=dimension,
            key=names if key is None else other,
            second_key=other if key is None else names,
            value=values.to_numpy().ravel(),
            status=np.array(STATUSES)[codes.to_numpy().ravel()],
        )
        .astype({"key": "str", "second_key": "str", "status": "str"})
    )


def add_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows added up where several published rows have one code or one London.

    The sum is missing, with the status of the missing part, if any part is missing.
    """
    keys = [c for c in ("flow", *KEYS) if c in rows]
    repeated = rows.duplicated(keys, keep=False)
    if not repeated.any():
        return rows
    parts = rows[repeated].assign(
        lacking=lambda d: d["value"].isna(), rank=lambda d: d["status"].map(CODE)
    )
    grouped = parts.groupby(keys, sort=False)
    summed = grouped.first()
    lacking = grouped["lacking"].any()
    worst = parts["rank"].where(parts["lacking"], 0).groupby([parts[k] for k in keys]).max()
    total = grouped["value"].sum().where(~lacking)
    state = worst.reindex(summed.index).where(
        lacking, (total == 0).map({True: CODE["zero"], False: 0})
    )
    summed = summed.assign(value=total, status=np.array(STATUSES)[state.astype(int)])
    return pd.concat([rows[~repeated], summed.reset_index()[rows.columns]], ignore_index=True)
