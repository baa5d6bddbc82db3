"""Localities: which LSOA lies in which. How many residents each has is `residents`."""

import re
from typing import Literal

import pandas as pd

from sufficiency.contracts import Localities, checked
from sufficiency.findings import Finding, Findings
from sufficiency.terms import ALL, OUTSIDE

Scheme = Literal["former_district", "ward", "msoa", "file"]
TABLE_NAME = "localities.csv"
ROWS_NAMED = 10


def assign(
    small_areas: pd.DataFrame, scheme: Scheme, table: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, list[Finding]]:
    """Return every LSOA of the authority with its locality, and what is wrong with the table.

    Args:
        small_areas: `Localities` without the column locality, one row an LSOA.
        scheme: `former_district`; `ward`; `msoa`; or `file`, the planner's own table.
        table: For `file`: columns lsoa and locality, in the order of the file, header in row 1.

    Returns:
        The `Localities` table, and the findings. Where a finding blocks, LSOAs that the planner's
        table leaves open stand in their former district, so that later checks can still run;
        nothing of it may be published.
    """
    findings = Findings()
    areas = small_areas.sort_values("lsoa", kind="stable", ignore_index=True)
    if scheme == "file":
        chosen = _from_table(areas, table, findings)
        names = areas["lsoa"].map(chosen).astype("str").fillna(areas["former_district"])
    elif scheme == "ward":
        names = _distinct_names(areas, "ward", "ward_name")
    elif scheme == "msoa":
        msoa_name = areas["lsoa_name"].str.replace(r"[A-Z]$", "", regex=True)
        names = _distinct_names(areas.assign(msoa_name=msoa_name), "msoa", "msoa_name")
    else:
        names = areas["former_district"]
    result = areas.assign(locality=names.map(clean_name))
    if scheme != "file":
        _refuse_reserved(result["locality"], findings)
    return checked(Localities, result, "localities"), findings.items


def clean_name(name: str) -> str:
    """Return a locality name with single spaces and no mark that a file name cannot hold."""
    return re.sub(r"\s+", " ", re.sub(r"[|/\\:*?\"<>]", " ", str(name))).strip()


def is_reserved(name: str) -> bool:
    """Say whether a name already means something else: ALL, or outside the authority."""
    return name.casefold() in {ALL.casefold(), OUTSIDE.casefold()}


def _distinct_names(areas: pd.DataFrame, code: str, name: str) -> pd.Series:
    """Return names, with the former district (then the code) added where two areas share one."""
    names = areas[name]
    for extra in ("former_district", code):
        codes = areas.groupby(names)[code].transform("nunique")
        names = names.where(codes == 1, names + " (" + areas[extra] + ")")
    return names


def _refuse_reserved(names: pd.Series, findings: Findings) -> None:
    for name in sorted(n for n in names.unique() if is_reserved(n)):
        findings.block(
            "locality_name_reserved",
            f"A locality is called {name}, which already has a meaning.",
            f"Choose the scheme file and name it otherwise in {TABLE_NAME}.",
            source="localities",
            column="locality",
        )


def _from_table(areas: pd.DataFrame, table: pd.DataFrame | None, findings: Findings) -> pd.Series:
    """Return the locality of the usable rows on index LSOA; every problem is a blocking finding."""
    lacking = [c for c in ("lsoa", "locality") if table is None or c not in table.columns]
    if table is None or lacking:
        findings.block(
            "locality_table_missing",
            f"{TABLE_NAME} is missing."
            if table is None
            else f"{TABLE_NAME} has no column {' and '.join(lacking)}.",
            f"Write {TABLE_NAME} with the columns lsoa and locality, or choose another scheme in "
            "sufficiency.toml.",
            source=TABLE_NAME,
            column=" ".join(lacking),
        )
        return pd.Series(dtype="str")
    rows = pd.DataFrame(
        {
            "lsoa": table["lsoa"].fillna("").astype(str).str.strip().str.upper().to_numpy(),
            "locality": table["locality"].fillna("").astype(str).map(clean_name).to_numpy(),
        }
    )
    rows["row"] = range(2, len(rows) + 2)
    rows = rows[(rows["lsoa"] != "") | (rows["locality"] != "")]
    known = rows["lsoa"].isin(areas["lsoa"])
    nameless = rows["locality"] == ""
    reserved = rows["locality"].map(is_reserved)
    repeated = rows["lsoa"].duplicated(keep=False) & known
    spelt = rows["locality"].str.casefold()
    twice = rows.groupby(spelt)["locality"].transform("nunique") > 1
    _report_rows(
        rows[~known],
        "locality_lsoa_unknown",
        "an LSOA that is not one of the authority's LSOAs 2021",
        "Correct the code or take the row out.",
        "lsoa",
        findings,
    )
    _report_rows(
        rows[repeated],
        "locality_lsoa_repeated",
        "an LSOA that stands in the table more than once",
        "Keep one row for each LSOA.",
        "lsoa",
        findings,
    )
    _report_rows(
        rows[nameless],
        "locality_name_blank",
        "no locality",
        "Give every LSOA a locality.",
        "locality",
        findings,
    )
    _report_rows(
        rows[reserved],
        "locality_name_reserved",
        f"a locality called {ALL} or {OUTSIDE}, which already have a meaning",
        "Choose another name.",
        "locality",
        findings,
    )
    _report_rows(
        rows[twice & ~nameless],
        "locality_name_spelt_twice",
        "a locality that is spelt in two ways (capital letters)",
        "Write each locality one way.",
        "locality",
        findings,
    )
    usable = rows[known & ~repeated & ~nameless & ~reserved]
    absent = areas.loc[~areas["lsoa"].isin(rows["lsoa"]), "lsoa"]
    if not absent.empty:
        shown = ", ".join(absent.head(ROWS_NAMED))
        findings.block(
            "locality_lsoa_missing",
            f"{TABLE_NAME} lacks {len(absent):,} of the authority's {len(areas):,} LSOAs: {shown}"
            + (" and more." if len(absent) > ROWS_NAMED else "."),
            "Add a row for each of them.",
            source=TABLE_NAME,
            column="lsoa",
            count=len(absent),
        )
    return usable.set_index("lsoa")["locality"]


def _report_rows(
    rows: pd.DataFrame, check: str, what: str, action: str, column: str, findings: Findings
) -> None:
    """Block once for each kind of problem, naming the spreadsheet rows that have it."""
    if rows.empty:
        return
    numbers = [str(n) for n in rows["row"]]
    shown = ", ".join(numbers[:ROWS_NAMED]) + (" and more" if len(numbers) > ROWS_NAMED else "")
    findings.block(
        check,
        f"{TABLE_NAME}: {len(rows)} {'row has' if len(rows) == 1 else 'rows have'} {what} "
        f"(row {shown}).",
        action,
        source=TABLE_NAME,
        row=int(rows["row"].iloc[0]),
        column=column,
        count=len(rows),
    )
