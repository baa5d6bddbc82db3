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
RANKS = (1, 2)
URN = r"\d{5,7}"
PLACE = ["urn", "ukprn", "sensetting", "senunitindicator", "resourcedprovisionindicator"]


def placements(ret: Return, plans: pd.DataFrame) -> pd.DataFrame:
    """Return where each plan's holder is placed on census day: one row a plan, on its index.

    Of the placements active on the day (an empty date is open) the lowest rank counts, ranks other
    than 1 and 2 last, then the one entered last. Where there is none, the setting that the plan
    names counts, if it names one.

    Args:
        ret: The return.
        plans: `JoinedReturn.active_plans`, or rows of it.

    Returns:
        placement_source (placement, plan or none), placement_id, urn, ukprn, sensetting, unit, rp
        (flags as returned, missing if blank), res and wbp as given for the placement (for a plan's
        named setting, for the plan), and placement_file, placement_sheet and placement_row.
    """
    placed = _placed(ret).reindex(plans["activeplanstableid"]).set_axis(plans.index)
    named = _named(ret).reindex(plans["namedplantableid"]).set_axis(plans.index)
    named = named.assign(res=plans["planres"], wbp=plans["planwbp"])
    is_placed, is_named = placed["placement_id"].notna(), named["placement_id"].notna()
    chosen = placed.where(is_placed, named.where(is_named))
    source = pd.Series("none", index=plans.index, dtype="str")
    source = source.mask(is_named, "plan").mask(is_placed, "placement")
    for name in ("res", "wbp"):
        given = chosen[name].astype("str").fillna("")
        chosen[name] = given.where(given != "", plans[name].astype("str").fillna(""))
    for name in ("placement_id", "urn", "ukprn", "sensetting", "file", "sheet"):
        chosen[name] = chosen[name].astype("str").fillna("")
    flags = {"senunitindicator": "unit", "resourcedprovisionindicator": "rp"}
    chosen = chosen.rename(columns={**flags, **{name: f"placement_{name}" for name in WHERE}})
    kinds = {"unit": "boolean", "rp": "boolean", "placement_row": "Int64"}
    return chosen.astype(kinds).assign(placement_source=source)


def settings(chosen: pd.DataFrame, reference: Reference, day: pd.Timestamp) -> pd.DataFrame:
    """Return setting, establishment and in_area of each placement, on its index.

    The URN decides if GIAS knows it (a school that closed before the day counts as its successor),
    else the UKPRN (one that GIAS does not know is a further-education provider), else the setting
    code; else the setting is not recorded. A unit flag, then a resourced provision flag, counts at
    mainstream schools only.

    Args:
        chosen: What `placements` returned.
        reference: Its schools and authority.
        day: Census day.
    """
    schools = reference.schools.set_index("urn")
    given = chosen["urn"].where(is_among(chosen["urn"], schools.index), "")
    through = looked_up(chosen["ukprn"], by_ukprn(reference.schools, day))
    known = in_force(given.where(given != "", through), reference.schools, day)
    by_code = looked_up(chosen["sensetting"], SETTING_OF_CODE, UNKNOWN)
    otherwise = by_code.mask(chosen["ukprn"] != "", OTHER_PROVIDER)
    setting = looked_up(known, schools["setting"], otherwise)
    is_mainstream = setting.isin(MAINSTREAM)
    unit, rp = (chosen[flag].fillna(False).astype(bool) for flag in ("unit", "rp"))
    setting = setting.mask(is_mainstream & rp, "RP").mask(is_mainstream & unit, "SENU")
    authority = looked_up(known, schools["authority"])
    in_area = (authority == reference.authority).map({True: "yes", False: "no"})
    stays = chosen["urn"].where(chosen["urn"].str.fullmatch(URN), "")
    return pd.DataFrame(
        {
            "setting": setting,
            "establishment": known.where(known != "", stays),
            "in_area": in_area.where(authority != "", "unknown").astype("str"),
        }
    )


def _placed(ret: Return) -> pd.DataFrame:
    """Return the main placement on census day on index activeplanstableid."""
    rows = ret.modules["placementdetail"]
    day = ret.census_day
    entered = rows["entrydate"].isna() | (rows["entrydate"] <= day)
    stays = rows["leavingdate"].isna() | (rows["leavingdate"] >= day)
    columns = ["activeplanstableid", "placementdetailtableid", *PLACE, "res", "wbp", *WHERE]
    return _first_ranked(rows[entered & stays], ["entrydate"])[columns].pipe(
        _by_parent, "activeplanstableid", "placementdetailtableid"
    )


def _named(ret: Return) -> pd.DataFrame:
    """Return the setting that a plan names on index namedplantableid."""
    rows = ret.modules["plandetail"]
    says = (rows[["urn", "ukprn", "sensetting"]] != "").any(axis=1)
    columns = ["namedplantableid", "plandetailtableid", *PLACE, *WHERE]
    return _first_ranked(rows[says], [])[columns].pipe(
        _by_parent, "namedplantableid", "plandetailtableid"
    )


def _first_ranked(rows: pd.DataFrame, latest: list[str]) -> pd.DataFrame:
    rank = rows["placementrank"].where(rows["placementrank"].isin(RANKS), max(RANKS) + 1)
    return rows.assign(rank=rank).sort_values(
        ["rank", *latest], ascending=[True] + [False] * len(latest), kind="stable"
    )


def _by_parent(rows: pd.DataFrame, parent: str, own: str) -> pd.DataFrame:
    first = rows[rows[parent] != ""].drop_duplicates(parent)
    return first.rename(columns={own: "placement_id"}).set_index(parent)
