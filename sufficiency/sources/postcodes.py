"""Postcodes: ONS Postcode Directory (ONSPD) and NSPL, whose column names change by edition."""

from pathlib import Path

import pandas as pd

from sufficiency.findings import Findings
from sufficiency.sources.files import read_text_table
from sufficiency.sources.layout import Layout
from sufficiency.sources.roles import Role, match_roles, vintages

LICENCE = (
    "Office for National Statistics, Open Government Licence v3.0. Contains OS data (c) Crown "
    "copyright and database right. Contains Royal Mail data (c) Royal Mail copyright and database "
    "right."
)
ROLES = (
    Role("postcode", ("pcds", "pcd", "pcd7", "pcd8", "pcd2", "postcode")),
    Role("district", (r"lad\d\dcd|laua",)),
    Role("easting", ("oseast1m|east1m",)),
    Role("northing", ("osnrth1m|north1m",)),
    Role("lsoa", ("lsoa21cd|lsoa21|lsoa21_code|lsoa21_code_derived",)),
)


def normalise(postcodes: pd.Series) -> pd.Series:
    """Return postcodes in upper case without spaces, the form used for every join."""
    return postcodes.fillna("").astype(str).str.upper().str.replace(r"\s+", "", regex=True)


def read_postcodes(path: Path, findings: Findings) -> pd.DataFrame:
    """Return one row a postcode: postcode, easting, northing (metres), lsoa and district.

    Live and terminated postcodes are both kept, because older returns use homes that have since
    lost theirs. Northern Ireland is dropped: its postcodes carry a licence that is not open.

    Raises:
        SourceError: A role is played by no column or by two.
    """
    raw = read_text_table(path, findings)
    columns = match_roles(raw.columns, ROLES, path.name)
    table = pd.DataFrame(
        {
            "postcode": normalise(raw[columns["postcode"]]),
            "easting": pd.to_numeric(raw[columns["easting"]], errors="coerce"),
            "northing": pd.to_numeric(raw[columns["northing"]], errors="coerce"),
            "lsoa": raw[columns["lsoa"]].str.strip(),
            "district": raw[columns["district"]].str.strip(),
        }
    )
    table = table[(table["postcode"] != "") & ~table["postcode"].str.startswith("BT")]
    repeated = int(table["postcode"].duplicated().sum())
    if repeated:
        findings.warn(
            "postcode_repeated",
            f"{repeated:,} postcodes appear more than once; the last row of each is used.",
            "Load one edition of the postcode directory.",
            source=path.name,
            column=columns["postcode"],
            count=repeated,
        )
        table = table.drop_duplicates("postcode", keep="last")
    return table.reset_index(drop=True)


def look_up(postcodes: pd.Series, table: pd.DataFrame) -> pd.DataFrame:
    """Return easting, northing and lsoa of each postcode, on the index of `postcodes`.

    Args:
        postcodes: Postcodes in any form.
        table: What `read_postcodes` returned. Where two editions were joined, the last row of a
            postcode is used.

    Returns:
        Missing coordinates and an empty lsoa where the postcode is not in the table.
    """
    known = table.drop_duplicates("postcode", keep="last").set_index("postcode")
    found = known[["easting", "northing", "lsoa"]].reindex(normalise(postcodes))
    found.index = postcodes.index
    return found.assign(lsoa=found["lsoa"].fillna(""))


LAYOUTS = [
    Layout(
        name="postcodes",
        folder="geography",
        title="ONS Postcode Directory or National Statistics Postcode Lookup",
        columns=(),
        licence=LICENCE,
        read=read_postcodes,
        any_of=(
            ("pcds", "pcd", "pcd7", "pcd8", "pcd2", "postcode"),
            ("laua", *vintages("lad", "cd")),
            ("oseast1m", "east1m"),
            ("osnrth1m", "north1m"),
        ),
    )
]
