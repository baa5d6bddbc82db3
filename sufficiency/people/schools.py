"""Every school and college that a placement may name, of any authority, open or closed.

`sources.establishments` keeps one authority's; a child may be placed anywhere, and an older return
names schools that have closed since.
"""

import numpy as np
import pandas as pd

from sufficiency import terms
from sufficiency.people.lookup import is_among, looked_up
from sufficiency.sources.establishments import (
    GIAS_LAYOUTS,
    UNKNOWN_TYPE,
    authority_names,
    plain_name,
    plain_type,
)
from sufficiency.sources.postcodes import normalise

MOST_SUCCESSIONS = 5
MAINSTREAM = ("MSLA", "MSAC")
COLUMNS = {
    "urn": "str",
    "ukprn": "str",
    "laestab": "str",
    "name": "str",
    "authority": "str",
    "type_code": "str",
    "setting": "str",
    "type_group": "str",
    "status": "str",
    "open_date": "datetime64[us]",
    "close_date": "datetime64[us]",
    "successor": "str",
    "has_unit": "bool",
    "has_rp": "bool",
    "unit_on_roll": "Int32",
    "unit_capacity": "Int32",
    "rp_on_roll": "Int32",
    "rp_capacity": "Int32",
    "postcode": "str",
    "age_from": "Int32",
    "age_to": "Int32",
    "easting": "float64",
    "northing": "float64",
}
COUNTS = {
    "unit_on_roll": "sen_unit_on_roll",
    "unit_capacity": "sen_unit_capacity",
    "rp_on_roll": "resourced_provision_on_roll",
    "rp_capacity": "resourced_provision_capacity",
}


def known_schools(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return every establishment of every GIAS file, one row a URN, in order of URN.

    Where files differ the newest that fills a column wins, by the date each file gives.

    Args:
        tables: Layout name (`gias_full`, `gias_list`, `gias_extract`, `gias_links`) to its table;
            any may be absent, other layouts are passed over.

    Returns:
        Text columns urn, ukprn, laestab (`8391234`), name, authority (three digits), type_code,
        setting and type_group (terms; OTHP and other where the type is not known), status,
        successor (the URN that took its place at once; follow it with `in_force`) and postcode,
        each empty where unknown; open_date and close_date; has_unit and has_rp; unit_on_roll,
        unit_capacity, rp_on_roll, rp_capacity, age_from and age_to (statutory) as whole numbers or
        missing; easting and northing in metres or missing.
    """
    parts = [tables[name] for name in GIAS_LAYOUTS if name in tables]
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in COLUMNS.items()})
    rows = pd.concat(parts, ignore_index=True)
    rank = rows["layout"].map({name: n for n, name in enumerate(GIAS_LAYOUTS)})
    rows = rows.assign(rank=rank).sort_values(
        ["as_at", "rank"], ascending=[False, True], kind="stable"
    )
    by_name = authority_names(rows, None)
    plain = {name: plain_name(name) for name in rows["authority_name"].unique()}
    named = looked_up(looked_up(rows["authority_name"], plain), by_name)
    rows["authority"] = rows["authority"].where(rows["authority"] != "", named)
    schools = _newest_filled(rows)
    schools = _with_types(schools)
    schools["laestab"] = _laestab(schools)
    for name in ("open_date", "close_date"):
        days = pd.to_datetime(schools[name], format="%Y-%m-%d", errors="coerce")
        schools[name] = days.astype("datetime64[us]")
    for name, column in COUNTS.items():
        schools[name] = schools[column].astype("float64").round().astype("Int32")
    for name in ("age_from", "age_to"):
        schools[name] = schools[name].astype("float64").round().astype("Int32")
    for name in ("easting", "northing"):
        known = schools[name].astype("float64")
        schools[name] = known.where(known > 0)
    kind = schools["resourced_provision_type"].str.lower()
    holds_unit = (schools["unit_capacity"] > 0).fillna(False).astype(bool)
    holds_rp = (schools["rp_capacity"] > 0).fillna(False).astype(bool)
    schools["has_unit"] = kind.str.contains("sen unit", regex=False) | holds_unit
    schools["has_rp"] = kind.str.contains("resourced provision", regex=False) | holds_rp
    schools["postcode"] = normalise(schools["postcode"])
    schools["successor"] = _successors(schools, tables.get("gias_links"))
    return schools[list(COLUMNS)].astype(COLUMNS).reset_index(drop=True)


def in_force(urns: pd.Series, schools: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Return the URN in force on a day for each URN, on the same index.

    A school that closed before the day is followed to its successor, at most five times and never
    in a circle; one without a known successor stays as it is.
    """
    known = schools.set_index("urn")
    closed = known.index[(known["close_date"] < day) & (known["successor"] != "")]
    following = known.loc[closed, "successor"]
    following = following[is_among(following, known.index)]
    current = urns.astype("str")
    seen = [current]
    for _ in range(MOST_SUCCESSIONS):
        after = looked_up(current, following, current)
        been = pd.concat([after == earlier for earlier in seen], axis=1).any(axis=1)
        after = after.where(~been, current)
        if (after == current).all():
            break
        current = after
        seen.append(current)
    return current


def by_ukprn(schools: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Return URN on index UKPRN; of several under one UKPRN, one not closed before the day."""
    rows = schools[schools["ukprn"] != ""].assign(closed=schools["close_date"] < day)
    rows = rows.sort_values(["closed", "urn"], kind="stable").drop_duplicates("ukprn")
    return rows.set_index("ukprn")["urn"]


def _newest_filled(rows: pd.DataFrame) -> pd.DataFrame:
    text = rows.select_dtypes("str").columns.difference(["urn"])
    blank_is_missing = rows.assign(**{c: rows[c].where(rows[c] != "") for c in text})
    first = blank_is_missing.groupby("urn", sort=True).first().reset_index()
    return first.assign(**{c: first[c].astype("str").fillna("") for c in text})


def _with_types(schools: pd.DataFrame) -> pd.DataFrame:
    types = terms.table("establishment_types")
    codes = types.assign(plain=types["type_name"].map(plain_type)).set_index("plain")["type_code"]
    plain = {name: plain_type(name) for name in schools["type_name"].unique()}
    by_name = looked_up(looked_up(schools["type_name"], plain), codes)
    code = schools["type_code"].where(schools["type_code"] != "", by_name)
    kinds = types.set_index("type_code")
    return schools.assign(
        type_code=code,
        setting=looked_up(code, kinds["setting"], UNKNOWN_TYPE[0]),
        type_group=looked_up(code, kinds["type_group"], UNKNOWN_TYPE[1]),
    )


def _laestab(schools: pd.DataFrame) -> pd.Series:
    number = schools["establishment_number"]
    known = (schools["authority"] != "") & number.str.fullmatch(r"\d{1,4}")
    return (schools["authority"] + number.str.zfill(4)).where(known, "")


def _successors(schools: pd.DataFrame, links: pd.DataFrame | None) -> pd.Series:
    """Return the successor of each school: by GIAS links, else by UKPRN, else by LAESTAB."""
    found = pd.Series("", index=schools.index, dtype="str")
    if links is not None:
        found = looked_up(schools["urn"], _linked(schools, links))
    gone = schools["status"] == "closed"
    open_ones = schools[schools["status"] == "open"].sort_values(
        ["open_date", "urn"], ascending=[False, True], kind="stable"
    )
    for column in ("ukprn", "laestab"):
        live = open_ones[open_ones[column] != ""].drop_duplicates(column)
        same = looked_up(schools[column], live.set_index(column)["urn"])
        found = found.where((found != "") | ~gone, same)
    return found


def _linked(schools: pd.DataFrame, links: pd.DataFrame) -> pd.Series:
    """Return successor on index URN, of the links to establishments that have opened.

    Of several (a school that was split), one of the same kind, then the latest link.
    """
    known = schools.set_index("urn")[["type_group", "status"]]
    rows = links[links["link_type"].str.startswith("successor")]
    rows = rows[is_among(rows["urn"], known.index) & is_among(rows["link_urn"], known.index)]
    rows = rows[rows["urn"] != rows["link_urn"]]
    kind = rows["urn"].map(known["type_group"]).to_numpy()
    after = rows["link_urn"].map(known["type_group"]).to_numpy()
    status = rows["link_urn"].map(known["status"]).to_numpy()
    rows = rows.assign(other=np.not_equal(kind, after))[np.not_equal(status, "proposed")]
    order = rows.sort_values(
        ["urn", "other", "established", "link_urn"],
        ascending=[True, True, False, True],
        kind="stable",
    )
    return order.drop_duplicates("urn").set_index("urn")["link_urn"]
