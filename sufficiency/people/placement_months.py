"""When residents entered and left schools, month by month: how a roll climbs to July."""

import pandas as pd

from sufficiency.contracts import PlacementMonths, checked, empty
from sufficiency.people.lookup import looked_up
from sufficiency.people.placement import FLAGS, settings
from sufficiency.people.reference import Reference
from sufficiency.people.rows import JoinedReturn, age_before_census, month
from sufficiency.sen2.model import Return
from sufficiency.terms import SCHOOL_YEAR_BEGINS, lookup, phase_of_ncy

MAIN = 1
KEYS = ["year", "establishment", "setting", "pool", "month"]
EVENTS = {"entered": "entrydate", "left": "leavingdate"}


def placement_months(returns: list[JoinedReturn], reference: Reference) -> pd.DataFrame:
    """Return main placements that began and ended, counted (`PlacementMonths`).

    Of each return the calendar year before its census. A placement without a rank counts as main.
    A return lists placements of plans that are in force at its census, so children whose plan
    ceased earlier are not among those who left. Placements outside any known school and of people
    without a birth date are left out.

    Args:
        returns: Returns, one a year.
        reference: Schools, to tell the setting.
    """
    parts = [_of_year(own, reference) for own in returns]
    if not parts:
        return empty(PlacementMonths)
    rows = pd.concat(parts, ignore_index=True)
    counted = rows.groupby(KEYS, sort=True)[list(EVENTS)].sum().reset_index()
    return checked(PlacementMonths, counted, "placement_months")


def _of_year(own: JoinedReturn, reference: Reference) -> pd.DataFrame:
    ret = own.ret
    rows = ret.modules["placementdetail"]
    is_main = rows["placementrank"].isna() | (rows["placementrank"] == MAIN).fillna(False)
    rows = rows[is_main.astype(bool)].rename(columns=FLAGS).reset_index(drop=True)
    born = _birth_dates(own).reindex(rows["activeplanstableid"]).set_axis(rows.index)
    parts = [
        _events(rows, born, rows[column], name, ret, reference) for name, column in EVENTS.items()
    ]
    return pd.concat(parts, ignore_index=True).fillna(dict.fromkeys(EVENTS, 0))


def _events(
    rows: pd.DataFrame,
    born: pd.Series,
    days: pd.Series,
    name: str,
    ret: Return,
    reference: Reference,
) -> pd.DataFrame:
    """Return one row a placement that began (or ended) in the calendar year before the census."""
    told = (days.dt.year == ret.year - 1) & born.notna()
    rows, born, days = rows[told], born[told], days[told]
    school_year = days.dt.year + (days.dt.month >= SCHOOL_YEAR_BEGINS)
    ages = age_before_census(born, school_year)
    placed = settings(rows, ages, reference, ret.census_day)
    pools = lookup("phases", "pool")
    found = pd.DataFrame(
        {
            "year": ret.year,
            "establishment": placed["establishment"],
            "setting": placed["setting"],
            "pool": looked_up(phase_of_ncy(ages.clip(0, 25) - 4), pools),
            "month": month(days),
            name: 1,
        }
    )
    return found[found["establishment"] != ""]


def _birth_dates(own: JoinedReturn) -> pd.Series:
    """Return birth dates on index activeplanstableid."""
    plans = own.ret.modules["activeplans"].drop_duplicates("activeplanstableid")
    who = looked_up(
        plans["requeststableid"], own.requests.set_index("requeststableid")["persontableid"]
    )
    born = own.people.set_index("persontableid")["birth_date"]
    return born.reindex(who).set_axis(pd.Index(plans["activeplanstableid"]))
