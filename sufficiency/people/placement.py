"""Where a person is placed on census day, and which setting that is (domain handbook 1.5, 8.3)."""

import pandas as pd

from sufficiency.people.lookup import is_among, looked_up
from sufficiency.people.reference import Reference
from sufficiency.people.schools import MAINSTREAM, by_ukprn, in_force
from sufficiency.sen2.model import WHERE, Return

SETTING_OF_CODE = {
    "OLA": "EOTAS",
    "OPA": "OPA",
    "EHE": "EHE",
    "EYP": "EYP",
    "OTH": "OTHP",
    "NEET": "NEET",
    "NIEC": "NIE",
    "NIEO": "NIE",
}
UNKNOWN = "UNK"
OTHER_PROVIDER = "FE"
OTHER_PROVIDER_FROM = 16
RANKS = (1, 2)
URN = r"\d{5,7}"
FLAGS = {"senunitindicator": "unit", "resourcedprovisionindicator": "rp"}
"""Columns of a return that say a placement is in a base -> what `settings` calls them."""
PLACE = ["urn", "ukprn", "sensetting", *FLAGS]


def placements(ret: Return, plans: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Return where each plan's holder is placed on census day: one row a plan, on its index.

    Of the placements active on the day (an empty date is open) that tell a setting, the lowest rank
    counts, ranks other than 1 and 2 last, then the one entered last. Where none tells one, the
    setting that the plan names counts, if it tells one; else a placement, else what the plan names,
    whatever it says. A setting is told by a URN or UKPRN that GIAS knows, by a known setting code,
    and from age 16 by any UKPRN.

    Args:
        ret: The return.
        plans: `JoinedReturn.active_plans` with age, or rows of it.
        reference: Its schools; where it has none, any URN tells a setting.

    Returns:
        placement_source (placement, plan or none), placement_id, urn, ukprn, sensetting, unit, rp
        (flags as returned, missing if blank), res and wbp as given for the placement (for a plan's
        named setting, for the plan), and placement_file, placement_sheet and placement_row.
    """
    placed, named = (
        rows.reindex(plans[own]).set_axis(plans.index)
        for rows, own in (
            (_placed(ret, plans, reference), "activeplanstableid"),
            (_named(ret, plans, reference), "namedplantableid"),
        )
    )
    for name in ("res", "wbp"):
        given = placed[name].astype("str").fillna("")
        named[name] = given.where(given != "", plans[f"plan{name}"])
    is_named = named["placement_id"].notna()
    tells = is_named & named["tells"].fillna(False).astype(bool)
    silent = ~placed["tells"].fillna(False).astype(bool)
    is_placed = placed["placement_id"].notna() & ~(silent & tells)
    chosen = placed.where(is_placed, named.where(is_named)).drop(columns="tells")
    source = pd.Series("none", index=plans.index, dtype="str")
    source = source.mask(is_named, "plan").mask(is_placed, "placement")
    for name in ("res", "wbp"):
        given = chosen[name].astype("str").fillna("")
        chosen[name] = given.where(given != "", plans[name].astype("str").fillna(""))
    for name in ("placement_id", "urn", "ukprn", "sensetting", "file", "sheet"):
        chosen[name] = chosen[name].astype("str").fillna("")
    chosen = chosen.rename(columns={**FLAGS, **{name: f"placement_{name}" for name in WHERE}})
    kinds = {"unit": "boolean", "rp": "boolean", "placement_row": "Int64"}
    return chosen.astype(kinds).assign(placement_source=source)


def settings(
    chosen: pd.DataFrame, ages: pd.Series, reference: Reference, day: pd.Timestamp
) -> pd.DataFrame:
    """Return setting, establishment and in_area of each placement, on its index.

    The URN decides if GIAS knows it (a school that closed before the day counts as its successor),
    else the UKPRN if GIAS knows it, else the setting code; else, from age 16, a UKPRN that GIAS
    does not know is a further-education provider; else the setting is not recorded. A unit flag,
    then a resourced provision flag, counts at mainstream schools only. An establishment that GIAS
    does not know is empty, unless no GIAS file is there.

    Args:
        chosen: What `placements` returned.
        ages: Ages at the 31 August before, on the same index.
        reference: Its schools and authority.
        day: Census day.
    """
    schools = reference.schools.set_index("urn")
    given = chosen["urn"].where(is_among(chosen["urn"], schools.index), "")
    through = looked_up(chosen["ukprn"], by_ukprn(reference.schools, day))
    known = in_force(given.where(given != "", through), reference.schools, day)
    by_code = looked_up(chosen["sensetting"], SETTING_OF_CODE, UNKNOWN)
    is_provider = (chosen["ukprn"] != "") & _old_enough(ages) & (by_code == UNKNOWN)
    otherwise = by_code.mask(is_provider, OTHER_PROVIDER)
    setting = looked_up(known, schools["setting"], otherwise)
    is_mainstream = setting.isin(MAINSTREAM)
    unit, rp = (chosen[flag].fillna(False).astype(bool) for flag in ("unit", "rp"))
    setting = setting.mask(is_mainstream & rp, "RP").mask(is_mainstream & unit, "SENU")
    authority = looked_up(known, schools["authority"])
    in_area = (authority == reference.authority).map({True: "yes", False: "no"})
    stays = chosen["urn"].where(chosen["urn"].str.fullmatch(URN) & schools.empty, "")
    return pd.DataFrame(
        {
            "setting": setting,
            "establishment": known.where(known != "", stays),
            "in_area": in_area.where(authority != "", "unknown").astype("str"),
        }
    )


def _old_enough(ages: pd.Series) -> pd.Series:
    return (ages >= OTHER_PROVIDER_FROM).fillna(False).astype(bool)


def _tells(rows: pd.DataFrame, ages: pd.Series, reference: Reference) -> pd.Series:
    """Say which rows tell a setting; `ages` are of the people placed, on the same index."""
    schools = reference.schools
    urn = is_among(rows["urn"], schools["urn"])
    if schools.empty:
        urn = rows["urn"] != ""
    ukprn = is_among(rows["ukprn"], schools["ukprn"]) | _old_enough(ages)
    code = rows["sensetting"].isin(list(SETTING_OF_CODE))
    return urn | (ukprn & (rows["ukprn"] != "")) | code


def _ages(parents: pd.Series, plans: pd.DataFrame, own_id: str) -> pd.Series:
    """Return the age of the person of each row, by the id of its plan."""
    known = plans[plans[own_id] != ""].drop_duplicates(own_id).set_index(own_id)["age"]
    return known.reindex(parents).set_axis(parents.index)


def _placed(ret: Return, plans: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Return the main placement on census day on index activeplanstableid."""
    rows = ret.modules["placementdetail"]
    day = ret.census_day
    entered = rows["entrydate"].isna() | (rows["entrydate"] <= day)
    stays = rows["leavingdate"].isna() | (rows["leavingdate"] >= day)
    columns = ["activeplanstableid", "placementdetailtableid", *PLACE, "res", "wbp", *WHERE]
    rows = rows[entered & stays]
    ages = _ages(rows["activeplanstableid"], plans, "activeplanstableid")
    rows = rows.assign(tells=_tells(rows, ages, reference))
    return _first_ranked(rows, ["entrydate"])[[*columns, "tells"]].pipe(
        _by_parent, "activeplanstableid", "placementdetailtableid"
    )


def _named(ret: Return, plans: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Return the setting that a plan names on index namedplantableid."""
    rows = ret.modules["plandetail"]
    says = (rows[["urn", "ukprn", "sensetting"]] != "").any(axis=1)
    rows = rows[says]
    ages = _ages(rows["namedplantableid"], plans, "namedplantableid")
    rows = rows.assign(tells=_tells(rows, ages, reference))
    columns = ["namedplantableid", "plandetailtableid", *PLACE, *WHERE]
    return _first_ranked(rows, [])[[*columns, "tells"]].pipe(
        _by_parent, "namedplantableid", "plandetailtableid"
    )


def _first_ranked(rows: pd.DataFrame, latest: list[str]) -> pd.DataFrame:
    rank = rows["placementrank"].where(rows["placementrank"].isin(RANKS), max(RANKS) + 1)
    return rows.assign(rank=rank).sort_values(
        ["tells", "rank", *latest],
        ascending=[False, True] + [False] * len(latest),
        kind="stable",
    )


def _by_parent(rows: pd.DataFrame, parent: str, own: str) -> pd.DataFrame:
    first = rows[rows[parent] != ""].drop_duplicates(parent)
    return first.rename(columns={own: "placement_id"}).set_index(parent)
