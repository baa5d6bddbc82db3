"""Preparation for adulthood: pathways of those aged 16 to 25, and where leavers went."""

from collections.abc import Sequence

import pandas as pd

from sufficiency.contracts import Adulthood, checked
from sufficiency.people.flows import ceased_plans
from sufficiency.people.lookup import looked_up
from sufficiency.people.rows import JoinedReturn, age_before_census, joined
from sufficiency.sen2.model import Return

PATHWAYS = {"A": "apprenticeship", "T": "traineeship", "S": "supported_internship"}
OUT_OF_EDUCATION = ("NEET", "NIE")
YOUNGEST, OLDEST = 16, 25
NOT_KNOWN = "not_known"


def adulthood(
    positions: dict[int, pd.DataFrame], returns: Sequence[Return | JoinedReturn]
) -> pd.DataFrame:
    """Return pathways at each census and destinations of the year before (`Adulthood`).

    A pathway is the work-based placement (wbp); without one, not in education for NEET and NIE,
    else other education. A destination is the reason for which a plan ceased in the calendar year
    before the census, `not_known` where the return gives none, by age at the 31 August before the
    census.

    Args:
        positions: What `position.positions` returned, by year.
        returns: The returns that the positions were made from.
    """
    parts = [_pathways(rows) for rows in positions.values()]
    parts += [_destinations(joined(ret)) for ret in returns]
    rows = pd.concat([pd.DataFrame(columns=["year", "kind", "key", "age"]), *parts])
    rows = rows[rows["age"].between(YOUNGEST, OLDEST)]
    counts = rows.groupby(["year", "kind", "key", "age"]).size().rename("plans").reset_index()
    order = counts.assign(destination=counts["kind"] == "destination").sort_values(
        ["year", "destination", "key", "age"], kind="stable"
    )
    return checked(Adulthood, order, "adulthood")


def _pathways(rows: pd.DataFrame) -> pd.DataFrame:
    key = pd.Series("other_education", index=rows.index, dtype="str")
    key = key.mask(rows["setting"].isin(OUT_OF_EDUCATION), "not_in_education")
    key = looked_up(rows["wbp"].str.upper(), PATHWAYS, key)
    return rows[["year", "age"]].assign(kind="pathway", key=key)


def _destinations(rows: JoinedReturn) -> pd.DataFrame:
    year = rows.ret.year
    ceased = ceased_plans(rows)
    ceased = ceased[ceased["ceasedate"].dt.year == year - 1]
    key = ceased["reason"].where(ceased["reason"] != "", NOT_KNOWN)
    age = age_before_census(ceased["birth_date"], year)
    told = pd.DataFrame({"year": year, "kind": "destination", "key": key, "age": age})
    return told.dropna(subset=["age"])
