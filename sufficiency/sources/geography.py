"""ONS look-ups of small areas and districts, and small-area polygons: readers and layouts."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataSourceError

from sufficiency.errors import SourceError
from sufficiency.findings import Findings
from sufficiency.sources import postcodes
from sufficiency.sources.files import read_text_table
from sufficiency.sources.layout import Layout
from sufficiency.sources.roles import Role, match_roles, vintages
from sufficiency.sources.small_areas import authority_lsoas, district_authorities, small_areas

__all__ = [
    "LAYOUTS",
    "LSOA",
    "authority_lsoas",
    "district_authorities",
    "lsoa_shapes",
    "read_centroids",
    "read_hierarchy",
    "read_lookup",
    "read_lsoa_change",
    "read_polygons",
    "small_areas",
]

LICENCE = (
    "Office for National Statistics, Open Government Licence v3.0. Contains OS data (c) Crown "
    "copyright and database right."
)
GRID = "EPSG:27700"
LSOA = Role("LSOA 2021 code", (r"lsoa21(_code|cd)",))
LOOKUP_ROLES = (
    LSOA,
    Role("LSOA 2021 name", (r"lsoa21(_name|nm)",)),
    Role("MSOA 2021 code", (r"msoa21(_code|cd)", r"msoa21_code_derived"), required=False),
    Role("ward code", (r"(ward|wd)\d\d(_code|cd)",)),
    Role("ward name", (r"(ward|wd)\d\d(_name|nm)",)),
    Role("district code", (r"(ltla|lad)\d\d(_code|cd)",)),
    Role("district name", (r"(ltla|lad)\d\d(_name|nm)",)),
)
LOOKUP_COLUMNS = {
    "LSOA 2021 code": "lsoa",
    "LSOA 2021 name": "lsoa_name",
    "MSOA 2021 code": "msoa",
    "ward code": "ward",
    "ward name": "ward_name",
    "district code": "district",
    "district name": "district_name",
}
CHANGE_ROLES = (
    Role("LSOA 2011 code", (r"lsoa11(_code|cd)",)),
    Role("LSOA 2011 name", (r"lsoa11(_name|nm)",)),
    LSOA,
    Role("kind of change", ("change_code|chgind",)),
)


def read_lookup(path: Path, findings: Findings) -> pd.DataFrame:
    """Return one row an LSOA 2021 with its MSOA, ward and district.

    Columns: lsoa, lsoa_name, msoa, ward, ward_name, district, district_name. Where the file has no
    MSOA, the LSOA's name without its letter stands for it: LSOAs nest in MSOAs by name.
    """
    raw = read_text_table(path, findings)
    found = match_roles(raw.columns, LOOKUP_ROLES, path.name)
    table = pd.DataFrame({LOOKUP_COLUMNS[r]: raw[c].str.strip() for r, c in found.items()})
    if "msoa" not in table:
        table["msoa"] = table["lsoa_name"].str.replace(r"[A-Z]$", "", regex=True)
    repeated = int(table["lsoa"].duplicated().sum())
    if repeated:
        findings.warn(
            "lsoa_repeated",
            f"{repeated:,} LSOAs are in the look-up more than once; the first row is used.",
            "Use the best-fit look-up, which gives each LSOA one ward.",
            source=path.name,
            column=found["LSOA 2021 code"],
            count=repeated,
        )
    return table.drop_duplicates("lsoa")[list(LOOKUP_COLUMNS.values())]


def read_lsoa_change(path: Path, findings: Findings) -> pd.DataFrame:
    """Return one row a pair of LSOAs 2011 and 2021 that overlap.

    Columns: lsoa11, lsoa11_name, lsoa, change (U unchanged, S split, M merged, X complex).
    """
    raw = read_text_table(path, findings)
    found = match_roles(raw.columns, CHANGE_ROLES, path.name)
    names = ("lsoa11", "lsoa11_name", "lsoa", "change")
    columns = (found[role.name] for role in CHANGE_ROLES)
    table = pd.DataFrame({n: raw[c].str.strip() for n, c in zip(names, columns, strict=True)})
    return table.drop_duplicates(["lsoa11", "lsoa"])


def read_hierarchy(path: Path, findings: Findings) -> pd.DataFrame:
    """Return one row a district, live or abolished, with its education authority.

    Columns: district, district_name, authority (three-digit DfE code), authority_name, status.
    """
    raw = read_text_table(path, findings)
    return pd.DataFrame(
        {
            "district": raw["lad_code"].str.strip(),
            "district_name": raw["lad_name"].str.strip(),
            "authority": raw["old_la_code"].str.strip().str.replace(r"\.0$", "", regex=True),
            "authority_name": raw["la_name"].str.strip(),
            "status": raw["status"].str.strip().str.lower(),
        }
    )


def read_centroids(path: Path, findings: Findings) -> pd.DataFrame:
    """Return one row an LSOA: the mean position of its live postcodes, in metres."""
    raw = read_text_table(path, findings)
    found = match_roles(raw.columns, (LSOA,), path.name)
    return pd.DataFrame(
        {
            "lsoa": raw[found["LSOA 2021 code"]].str.strip(),
            "easting": pd.to_numeric(raw["easting"], errors="coerce"),
            "northing": pd.to_numeric(raw["northing"], errors="coerce"),
        }
    ).drop_duplicates("lsoa")


def read_polygons(path: Path, findings: Findings) -> gpd.GeoDataFrame:
    """Return the polygon of every LSOA in a GeoPackage: lsoa, geometry (EPSG:27700)."""
    return _polygons(path)


def lsoa_shapes(path: Path, lsoas: list[str]) -> gpd.GeoDataFrame:
    """Return the polygons of some LSOAs, in order of code: lsoa, geometry (EPSG:27700).

    Args:
        path: GeoPackage with one polygon an LSOA 2021.
        lsoas: Codes wanted; those that the file lacks are not in the result.
    """
    shapes = _polygons(path, lsoas)
    return shapes.sort_values("lsoa", kind="stable", ignore_index=True)


def _polygons(path: Path, lsoas: list[str] | None = None) -> gpd.GeoDataFrame:
    try:
        fields = [str(f) for f in pyogrio.read_info(path)["fields"]]
        column = match_roles(fields, (LSOA,), path.name)[LSOA.name]
        where = None
        if lsoas is not None:
            quoted = ", ".join("'" + code.replace("'", "''") + "'" for code in lsoas)
            where = f'"{column}" IN ({quoted})'
        shapes = gpd.read_file(path, columns=[column], where=where)
    except DataSourceError:
        raise SourceError(
            f"{path.name} cannot be opened as a GeoPackage. Download or copy it again."
        ) from None
    if shapes.crs is None:
        raise SourceError(f"{path.name} does not say which coordinates it uses. Export it again.")
    areas = gpd.GeoDataFrame({"lsoa": shapes[column]}, geometry=shapes.geometry, crs=shapes.crs)
    return areas.to_crs(GRID)


LAYOUTS = [
    Layout(
        name="lookup_lsoa21",
        folder="geography",
        title="LSOA 2021 to ward and district, best fit",
        columns=(),
        licence=LICENCE,
        read=read_lookup,
        any_of=(
            ("lsoa21_code", "lsoa21cd"),
            ("lsoa21_name", "lsoa21nm"),
            (*vintages("ward", "_code"), *vintages("wd", "cd")),
            (*vintages("ltla", "_code"), *vintages("lad", "cd")),
        ),
        file_pattern=r"\.csv(\.gz)?$",
    ),
    Layout(
        name="lookup_lsoa11_lsoa21",
        folder="geography",
        title="LSOA 2011 to LSOA 2021, exact fit with kind of change",
        columns=(),
        licence=LICENCE,
        read=read_lsoa_change,
        any_of=(
            ("lsoa11_code", "lsoa11cd"),
            ("lsoa21_code", "lsoa21cd"),
            ("change_code", "chgind"),
        ),
    ),
    Layout(
        name="lookup_lad_la",
        folder="geography",
        title="Districts to education authorities, with DfE codes",
        columns=("lad_code", "lad_name", "status", "la_name", "old_la_code"),
        licence="Department for Education, Open Government Licence v3.0",
        read=read_hierarchy,
    ),
    Layout(
        name="lsoa21_centroids",
        folder="geography",
        title="Mean position of live postcodes of each LSOA 2021 (derived)",
        columns=("easting", "northing", "n_postcodes"),
        licence=postcodes.LICENCE,
        read=read_centroids,
        any_of=(("lsoa21_code", "lsoa21cd"),),
    ),
    Layout(
        name="lsoa21_polygons",
        folder="geography",
        title="LSOA 2021 boundaries",
        columns=(),
        licence=LICENCE,
        read=read_polygons,
        any_of=(("lsoa21_code", "lsoa21cd"),),
        file_pattern=r"\.gpkg$",
    ),
    *postcodes.LAYOUTS,
]
