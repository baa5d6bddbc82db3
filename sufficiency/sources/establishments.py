"""Schools and colleges of one authority, merged from every GIAS layout and the school census."""

import re

import numpy as np
import pandas as pd

from sufficiency import terms
from sufficiency.contracts import Establishments, checked, empty
from sufficiency.findings import Findings
from sufficiency.sources import postcodes as postcode_table
from sufficiency.sources.school_census import BANDS, headcounts

GIAS_LAYOUTS = ("gias_full", "gias_list", "gias_extract")
GRID_LAYOUTS = ("gias_full", "gias_extract")
MOVED_METRES = 500.0
UNKNOWN_TYPE = ("OTHP", "other")
WHOLE_NUMBERS = [
    "age_from",
    "age_to",
    "on_roll",
    *BANDS,
    "headcount_year",
    "capacity",
    "resourced_provision_capacity",
    "resourced_provision_on_roll",
    "sen_unit_capacity",
    "sen_unit_on_roll",
]
NAMED = 5


def establishments(
    tables: dict[str, pd.DataFrame],
    postcodes: pd.DataFrame | None,
    authority: str,
    findings: Findings,
) -> pd.DataFrame:
    """Return the establishments that lie in one authority, one row a URN (`Establishments`).

    Layouts are joined by URN. For each column the newest layout that fills it wins, by the date
    the file gives; the roll comes from GIAS, else the school census, and the split by age always
    from the school census. `locality` is left empty for `geo.points` to fill.

    Args:
        tables: Layout name to that layout's table.
        postcodes: What `postcodes.read_postcodes` returned, to find schools without coordinates.
        authority: Three-digit DfE code.
        findings: Unknown types, schools without a position, and possible closures are added; no
            establishment at all blocks.
    """
    rows = _rows(tables, authority)
    if rows.empty:
        findings.block(
            "no_establishments",
            f"No school or college of authority {authority} is in the GIAS files.",
            "Put a download of Get Information about Schools that covers the authority into "
            "inputs/schools.",
            source="establishments",
        )
        return empty(Establishments)
    merged = _newest_filled(rows)
    merged = merged.drop(columns=["easting", "northing", "lsoa"]).join(_positions(rows, postcodes))
    merged = _with_headcount(merged, tables.get("spc_school_level"), authority)
    merged = _with_settings(merged, findings)
    _report_unplaced(merged, findings)
    _report_possible_closures(rows, findings)
    merged["name"] = merged["name"].fillna("")
    for column in ("type_name", "phase", "designated_needs", "status"):
        merged[column] = merged[column].fillna("")
    for column in WHOLE_NUMBERS:
        merged[column] = merged[column].astype("float64").round().astype("Int32")
    merged = merged.assign(authority=authority, locality="").reset_index()
    return checked(Establishments, merged.sort_values("urn", kind="stable"), "establishments")


def _rows(tables: dict[str, pd.DataFrame], authority: str) -> pd.DataFrame:
    """Return the rows of every layout for the authority's URNs, newest layout first."""
    parts = [tables[name] for name in GIAS_LAYOUTS if name in tables]
    if not parts:
        return pd.DataFrame()
    rows = pd.concat(parts, ignore_index=True)
    rank = rows["layout"].map({name: n for n, name in enumerate(GIAS_LAYOUTS)})
    rows = rows.assign(rank=rank).sort_values(
        ["as_at", "rank"], ascending=[False, True], kind="stable"
    )
    rows = rows.drop_duplicates(["urn", "layout"], keep="first")
    names = authority_names(rows, tables.get("lookup_lad_la"))
    by_name = rows["authority_name"].map(plain_name).map(names).astype("str").fillna("")
    rows["authority"] = rows["authority"].where(rows["authority"] != "", by_name)
    # A school that changed authority belongs where the newest layout puts it.
    newest = rows[rows["authority"] != ""].drop_duplicates("urn").set_index("urn")["authority"]
    return rows[rows["urn"].map(newest) == authority].drop(columns="rank")


def authority_names(rows: pd.DataFrame, hierarchy: pd.DataFrame | None) -> pd.Series:
    """Return DfE code on index authority name (plain), where a name means one authority only."""
    pairs = [rows.loc[rows["authority"] != "", ["authority_name", "authority"]]]
    if hierarchy is not None:
        live = hierarchy[hierarchy["status"] == "live"]
        pairs.append(live[["authority_name", "authority"]])
    known = pd.concat(pairs).assign(plain=lambda f: f["authority_name"].map(plain_name))
    known = known[known["plain"] != ""].drop_duplicates(["plain", "authority"])
    return known.drop_duplicates("plain", keep=False).set_index("plain")["authority"]


def _newest_filled(rows: pd.DataFrame) -> pd.DataFrame:
    text = rows.select_dtypes("str").columns.difference(["urn"])
    blank_is_missing = rows.assign(**{c: rows[c].where(rows[c] != "") for c in text})
    # An extract of open schools knows nothing of those that only another layout lists.
    merged = blank_is_missing.groupby("urn", sort=True).first()
    sources = rows.groupby("urn")["layout"].agg(" ".join)
    return merged.assign(source=sources)


def _positions(rows: pd.DataFrame, postcodes: pd.DataFrame | None) -> pd.DataFrame:
    """Return easting, northing and lsoa on index urn.

    GIAS gives the building, the list its postcode, so GIAS is kept unless the two lie further
    apart than a school site: then the school has moved, and the newer list is right. A position
    from elsewhere leaves `lsoa` empty unless the postcode table gives it.
    """
    grid = _first_position(rows[rows["layout"].isin(GRID_LAYOUTS)])
    listed = _first_position(rows[~rows["layout"].isin(GRID_LAYOUTS)])
    index = pd.Index(sorted(rows["urn"].unique()), name="urn")
    grid, listed = grid.reindex(index), listed.reindex(index)
    distance = np.hypot(grid["easting"] - listed["easting"], grid["northing"] - listed["northing"])
    use_list = listed["easting"].notna() & (grid["easting"].isna() | (distance > MOVED_METRES))
    chosen = grid.where(~use_list, listed)
    chosen["lsoa"] = grid["lsoa"].where(~use_list & grid["lsoa"].notna(), "")
    with_postcode = rows[rows["postcode"] != ""].drop_duplicates("urn").set_index("urn")
    codes = with_postcode["postcode"].reindex(index).fillna("")
    if postcodes is not None and not postcodes.empty:
        found = postcode_table.look_up(codes, postcodes)
        unplaced = chosen["easting"].isna()
        for axis in ("easting", "northing"):
            chosen[axis] = chosen[axis].mask(unplaced, found[axis])
        chosen["lsoa"] = chosen["lsoa"].where(chosen["lsoa"] != "", found["lsoa"])
    return chosen[["easting", "northing", "lsoa"]]


def _first_position(rows: pd.DataFrame) -> pd.DataFrame:
    placed = rows[rows["easting"].gt(0) & rows["northing"].gt(0)].drop_duplicates("urn")
    coded = rows[rows["lsoa"] != ""].drop_duplicates("urn").set_index("urn")["lsoa"]
    position = placed.set_index("urn")[["easting", "northing"]].astype(float)
    return position.join(coded.rename("lsoa"), how="outer")


def _with_headcount(
    merged: pd.DataFrame, census: pd.DataFrame | None, authority: str
) -> pd.DataFrame:
    heads = headcounts(census, authority).reindex(merged.index)
    counted = heads["headcount_year"].notna()
    known = merged["on_roll"].notna()
    merged = merged.assign(on_roll=merged["on_roll"].where(known, heads["on_roll"]))
    for column in [*BANDS, "headcount_year"]:
        merged[column] = heads[column]
    source = merged["source"].where(~counted, merged["source"] + " spc_school_level")
    return merged.assign(source=source)


def _with_settings(merged: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    types = terms.table("establishment_types")
    by_code = types.set_index("type_code")
    by_name = types.assign(plain=types["type_name"].map(plain_type)).set_index("plain")
    code = merged["type_code"].fillna("")
    plain = merged["type_name"].fillna("").map(plain_type)
    result = merged.copy()
    for column in ("setting", "type_group"):
        result[column] = code.map(by_code[column]).fillna(plain.map(by_name[column]))
    unknown = result["setting"].isna()
    if unknown.any():
        shown = sorted(set(merged.loc[unknown, "type_name"].fillna("no type given")))
        findings.warn(
            "establishment_type_unknown",
            f"{int(unknown.sum())} establishments have a type that is not in the table of "
            f"establishment types and are taken as other: {', '.join(shown[:NAMED])}.",
            "If one of them takes children with plans, add its type to the table.",
            source="establishments",
            column="type_name",
            count=int(unknown.sum()),
        )
    result["setting"] = result["setting"].fillna(UNKNOWN_TYPE[0])
    result["type_group"] = result["type_group"].fillna(UNKNOWN_TYPE[1])
    return result


def _report_unplaced(merged: pd.DataFrame, findings: Findings) -> None:
    unplaced = merged[merged["easting"].isna() & (merged["lsoa"] == "")]
    unplaced = unplaced[unplaced["status"] != "closed"]
    if not unplaced.empty:
        findings.warn(
            "establishment_without_position",
            f"{len(unplaced)} establishments have no coordinates and no postcode that could be "
            f"found: {_listed(unplaced['name'])}. They are counted under no locality.",
            "Give easting and northing in the place register.",
            source="establishments",
            column="easting",
            count=len(unplaced),
        )


def _report_possible_closures(rows: pd.DataFrame, findings: Findings) -> None:
    """Warn of schools of an older layout that a newer list, covering their type, leaves out."""
    newest = str(rows["layout"].iloc[0])
    if newest != "gias_list":
        return
    listed = rows[rows["layout"] == newest]
    covered = set(listed["type_name"].map(plain_type)) - {""}
    older = rows[(rows["layout"] != newest) & (rows["status"] == "open")]
    missing = older[~older["urn"].isin(listed["urn"])].drop_duplicates("urn")
    missing = missing[missing["type_name"].map(plain_type).isin(covered)]
    if not missing.empty:
        findings.warn(
            "establishment_not_in_newest_list",
            f"{len(missing)} schools that were open are not in the newest list "
            f"({listed['as_at'].iloc[0] or 'undated'}): {_listed(missing['name'])}. "
            "They may have closed, or have a new URN as an academy.",
            "Check them in Get Information about Schools, and correct the place register.",
            source="establishments",
            count=len(missing),
        )


def _listed(names: pd.Series) -> str:
    shown = [str(n) for n in names.sort_values(kind="stable").head(NAMED)]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def plain_name(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", str(name).lower()).strip()


def plain_type(name: str) -> str:
    """Return a type name without the words that editions add or drop."""
    return " ".join(w for w in plain_name(name).split() if w not in ("school", "schools", "to"))
