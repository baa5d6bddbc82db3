"""Which LSOAs an education authority has, in which district of old, and where they lie."""

import geopandas as gpd
import pandas as pd

from sufficiency.findings import Findings

LSOA_SUFFIX = r"\s+\d{3}[A-Z]$"
LSOA_CODE = r"E01[0-9A-Z]{6}"
TOUCHING_METRES = 1.0
ENCLOSED = 0.5  # A neighbour over the border shares less of its outline.
LOOKUP = ["lsoa", "lsoa_name", "msoa", "ward", "ward_name", "district", "district_name"]
SMALL_AREA_COLUMNS = [
    "lsoa",
    "lsoa_name",
    "msoa",
    "ward",
    "ward_name",
    "district",
    "former_district",
    "easting",
    "northing",
]


def district_authorities(
    districts: pd.DataFrame, tables: dict[str, pd.DataFrame], findings: Findings | None = None
) -> pd.Series:
    """Return the DfE code of the authority that each district belongs to, empty if unknown.

    A district that the hierarchy lacks, but which bears an authority's exact name, is that
    authority (North Yorkshire became one district in 2023).

    Args:
        districts: Columns district (ONS code) and district_name.
        tables: Layout name to table; `lookup_lad_la` is used.
        findings: Where given, unknown English districts are added.
    """
    hierarchy = tables["lookup_lad_la"]
    known = hierarchy.drop_duplicates("district").set_index("district")["authority"]
    names = hierarchy[["authority_name", "authority"]].drop_duplicates()
    by_name = names.drop_duplicates("authority_name", keep=False).set_index("authority_name")
    result = districts["district"].map(known).astype("str")
    unitary = districts["district"].str.match(r"E0[6-9]")
    named = districts["district_name"].map(by_name["authority"]).astype("str")
    result = result.fillna(named.where(unitary))
    unknown = districts[result.isna() & unitary].drop_duplicates("district")
    if findings is not None and not unknown.empty:
        findings.warn(
            "district_without_authority",
            f"{len(unknown)} districts are in no education authority and are left out: "
            f"{', '.join(unknown['district_name'].head(5))}.",
            "Put a newer look-up of districts to education authorities into inputs/geography.",
            source="lookup_lad_la",
            column="lad_code",
            count=len(unknown),
        )
    return result.fillna("")


def small_areas(
    tables: dict[str, pd.DataFrame], authority: str, findings: Findings
) -> pd.DataFrame:
    """Return the LSOAs of one authority: `Localities` without the locality, in order of code.

    Args:
        tables: Layout name to table; `lookup_lsoa21` and `lookup_lad_la` are needed,
            `lookup_lsoa11_lsoa21`, `lsoa21_centroids` and `lsoa21_polygons` used if there.
        authority: Three-digit DfE code.
        findings: A missing look-up, or an authority without LSOAs, blocks; codes that are no
            LSOA's, and LSOAs with a boundary that the look-up lacks, warn.
    """
    areas = authority_lsoas(tables, authority)
    if areas.empty:
        lacking = [n for n in ("lookup_lsoa21", "lookup_lad_la") if n not in tables]
        findings.block(
            "no_small_areas",
            f"No LSOA of authority {authority} was found"
            + (f": the look-up {' and '.join(lacking)} is missing." if lacking else "."),
            "Put the look-ups of LSOAs to districts, and of districts to education authorities, "
            "into inputs/geography.",
            source="small areas",
        )
        return pd.DataFrame(columns=SMALL_AREA_COLUMNS)
    _report_codes(tables["lookup_lsoa21"], areas["lsoa"], findings)
    _report_lost(tables, areas["lsoa"], findings)
    areas["former_district"] = _former_districts(areas, tables, findings)
    return _with_centroids(areas, tables, findings)[SMALL_AREA_COLUMNS]


def _report_codes(lookup: pd.DataFrame, own: pd.Series, findings: Findings) -> None:
    codes = lookup.loc[lookup["lsoa"].isin(own), "lsoa"]
    wrong = codes[~codes.str.fullmatch(LSOA_CODE)]
    if not wrong.empty:
        findings.warn(
            "lsoa_code_unlike",
            f"{len(wrong):,} codes of the authority's LSOAs are not E01 and six characters, the "
            f"first at row {int(wrong.index[0]) + 2}: {wrong.iloc[0][:20]!r}. They find no "
            "boundary and no residents.",
            "Correct the codes, or download the look-up again.",
            source="lookup_lsoa21",
            row=int(wrong.index[0]) + 2,
            column="lsoa21_code",
            count=len(wrong),
        )


def _report_lost(tables: dict[str, pd.DataFrame], own: pd.Series, findings: Findings) -> None:
    """Warn of LSOAs that the look-up lacks and that the authority's LSOAs mostly enclose."""
    shapes = tables.get("lsoa21_polygons")
    if not isinstance(shapes, gpd.GeoDataFrame):
        return
    unknown = shapes[~shapes["lsoa"].isin(tables["lookup_lsoa21"]["lsoa"])]
    known = shapes[shapes["lsoa"].isin(own)]
    if unknown.empty or known.empty:
        return
    whole = known.union_all().buffer(TOUCHING_METRES)
    near = unknown[unknown.intersects(whole)].drop_duplicates("lsoa")
    if near.empty:
        return
    edge = near.geometry.boundary
    shared = edge.intersection(whole).length
    lost = near.loc[shared > ENCLOSED * edge.length, "lsoa"]
    if not lost.empty:
        findings.warn(
            "lsoa_not_in_lookup",
            f"{len(lost):,} LSOAs have a boundary amid those of the authority, but are not in the "
            f"look-up: {', '.join(sorted(lost)[:5])}. Their residents are in no locality.",
            "Download the look-up of LSOAs to districts again.",
            source="lookup_lsoa21",
            column="lsoa21_code",
            count=len(lost),
        )


def authority_lsoas(tables: dict[str, pd.DataFrame], authority: str) -> pd.DataFrame:
    """Return the look-up's rows for one authority, in order of LSOA; empty if there are none."""
    if "lookup_lsoa21" not in tables or "lookup_lad_la" not in tables:
        return pd.DataFrame(columns=LOOKUP)
    lookup = tables["lookup_lsoa21"].drop_duplicates("lsoa", keep="last")
    own = lookup[district_authorities(lookup, tables) == authority]
    return own.sort_values("lsoa", kind="stable", ignore_index=True)


def _former_districts(
    areas: pd.DataFrame, tables: dict[str, pd.DataFrame], findings: Findings
) -> pd.Series:
    """Return the district in each area's LSOA 2011 name.

    An area made of several older ones takes the district it still bears in its own name, else that
    of the lowest code, so that the answer never depends on the order of rows.
    """
    now = areas["lsoa_name"].str.replace(LSOA_SUFFIX, "", regex=True)
    change = tables.get("lookup_lsoa11_lsoa21")
    if change is None:
        findings.warn(
            "former_district_unknown",
            "There is no look-up of LSOAs 2011 to 2021: today's districts stand for former ones.",
            "Put it into inputs/geography if the authority was formed from several districts.",
            source="small areas",
            count=len(areas),
        )
        return areas["district_name"]
    pairs = change.merge(areas.assign(now=now)[["lsoa", "now"]], on="lsoa")
    pairs["former"] = pairs["lsoa11_name"].str.replace(LSOA_SUFFIX, "", regex=True)
    pairs["renamed"] = pairs["former"] != pairs["now"]
    first = pairs.sort_values(["lsoa", "renamed", "lsoa11"]).drop_duplicates("lsoa")
    former = areas["lsoa"].map(first.set_index("lsoa")["former"]).astype("str")
    lacking = int(former.isna().sum())
    if lacking:
        findings.warn(
            "former_district_unknown",
            f"{lacking:,} LSOAs are not in the look-up of LSOAs 2011 to 2021: today's district "
            "stands for the former one.",
            "Put the full look-up into inputs/geography.",
            source="small areas",
            count=lacking,
        )
    return former.fillna(areas["district_name"])


def _with_centroids(
    areas: pd.DataFrame, tables: dict[str, pd.DataFrame], findings: Findings
) -> pd.DataFrame:
    """Add positions: the mean of live postcodes (where people live), else inside the polygon."""
    result = areas.assign(easting=float("nan"), northing=float("nan"))
    if "lsoa21_centroids" in tables:
        means = tables["lsoa21_centroids"].drop_duplicates("lsoa", keep="last").set_index("lsoa")
        for axis in ("easting", "northing"):
            result[axis] = result["lsoa"].map(means[axis])
    shapes = tables.get("lsoa21_polygons")
    if isinstance(shapes, gpd.GeoDataFrame):
        missing = result.loc[result["easting"].isna(), "lsoa"]
        own = shapes[shapes["lsoa"].isin(missing)].drop_duplicates("lsoa").set_index("lsoa")
        inside = own.geometry.representative_point()
        result["easting"] = result["easting"].fillna(result["lsoa"].map(inside.x.round(1)))
        result["northing"] = result["northing"].fillna(result["lsoa"].map(inside.y.round(1)))
    unplaced = int(result["easting"].isna().sum())
    if unplaced:
        findings.warn(
            "lsoa_without_position",
            f"{unplaced:,} LSOAs have neither a polygon nor a mean position: no map or distance.",
            "Put LSOA 2021 boundaries of the authority into inputs/geography.",
            source="small areas",
            column="easting",
            count=unplaced,
        )
    return result
