"""DfE statistical neighbours, as in the Local Authority Interactive Tool."""

import re
from pathlib import Path

import pandas as pd

from sufficiency.contracts import StatisticalNeighbours, checked, empty
from sufficiency.findings import Findings
from sufficiency.sources.files import read_text_table
from sufficiency.sources.layout import Layout

LICENCE = "Department for Education, Open Government Licence v3.0"
COLUMNS = ["authority", "rank", "neighbour", "closeness"]


def read_neighbours(path: Path, findings: Findings) -> pd.DataFrame:
    """Return one row an authority and neighbour: authority, rank, neighbour, closeness.

    The file repeats the column `SNP` after each of `SN1` to `SN10`, so how close a neighbour is is
    found by position. Codes come as `301.0`.
    """
    raw = read_text_table(path, findings)
    columns = [str(c) for c in raw.columns]
    authority = _code(raw[_named(columns, "la number")])
    parts = []
    for rank in range(1, 11):
        place = columns.index(_named(columns, f"sn{rank}"))
        follows = columns[place + 1] if place + 1 < len(columns) else ""
        has_words = re.fullmatch(r"snp([._ ]?\d+)?", follows, re.IGNORECASE) is not None
        part = pd.DataFrame({"authority": authority, "neighbour": _code(raw[columns[place]])})
        part["rank"] = rank
        part["closeness"] = raw[follows].str.strip().str.capitalize() if has_words else ""
        parts.append(part)
    table = pd.concat(parts, ignore_index=True)[COLUMNS]
    usable = table["authority"].str.fullmatch(r"\d{3}") & table["neighbour"].str.fullmatch(r"\d{3}")
    unread = int((~usable & (table["neighbour"] != "")).sum())
    if unread:
        findings.warn(
            "neighbour_unread",
            f"{unread:,} neighbours are not three-digit DfE codes and are left out.",
            "Load the file as published.",
            source=path.name,
            column="SN1 to SN10",
            count=unread,
        )
    kept = table[usable].drop_duplicates(["authority", "rank"], keep="last")
    return kept.sort_values(["authority", "rank"], kind="stable", ignore_index=True)


def statistical_neighbours(tables: dict[str, pd.DataFrame], findings: Findings) -> pd.DataFrame:
    """Return every authority's statistical neighbours (`StatisticalNeighbours`).

    Args:
        tables: Layout name to table; `statistical_neighbours` is used.
        findings: Warns where there is no such file.
    """
    table = tables.get("statistical_neighbours")
    if table is None:
        findings.warn(
            "no_statistical_neighbours",
            "There is no file of statistical neighbours: the authority stands beside England and "
            "its region only.",
            "Put the statistical neighbours of the Local Authority Interactive Tool into "
            "inputs/neighbours.",
            source="statistical neighbours",
        )
        return empty(StatisticalNeighbours)
    latest = table.drop_duplicates(["authority", "rank"], keep="last")
    ordered = latest.sort_values(["authority", "rank"], kind="stable")
    return checked(StatisticalNeighbours, ordered, "statistical_neighbours")


def _named(columns: list[str], lower: str) -> str:
    return next(c for c in columns if c.strip().lower() == lower)


def _code(values: pd.Series) -> pd.Series:
    return values.str.strip().str.replace(r"\.0+$", "", regex=True)


LAYOUTS = [
    Layout(
        name="statistical_neighbours",
        folder="neighbours",
        title="DfE children's services statistical neighbours",
        columns=("la number", *(f"sn{n}" for n in range(1, 11))),
        licence=LICENCE,
        read=read_neighbours,
    )
]
