"""Checks of the unit and resourced provision flags, the weakest field of the return."""

import pandas as pd

from sufficiency.people.schools import MAINSTREAM
from sufficiency.quality.evidence import Evidence

MODULE = "placementdetail"
UNIT, RP = "senunitindicator", "resourcedprovisionindicator"
COLUMN_OF = {"unit": UNIT, "rp": RP}
PLACES_TO_COUNT, EXPECTED_SHARE = 4, 0.5


def _flagged(seen: Evidence) -> dict[str, pd.Series]:
    """Return who is flagged in which base; both flags mean the unit."""
    unit, rp = seen.flag(MODULE, UNIT), seen.flag(MODULE, RP)
    return {"unit": seen.placed & unit, "rp": seen.placed & rp & ~unit}


def _schools_with(seen: Evidence, base: str) -> pd.Series:
    return seen.bases.loc[seen.bases["base"] == base, "urn"]


def _in_mainstream(seen: Evidence) -> pd.Series:
    return seen.placement_school["setting"].isin(MAINSTREAM)


def flag_without_base(seen: Evidence) -> pd.DataFrame:
    """Return placements on census day flagged at a mainstream school that has no such base."""
    urn = seen.placement_school["urn"]
    column = pd.Series(UNIT, index=urn.index)
    wrong = pd.Series(False, index=urn.index)
    for base, flagged in _flagged(seen).items():
        without = flagged & _in_mainstream(seen) & ~urn.isin(_schools_with(seen, base))
        column = column.mask(without, COLUMN_OF[base])
        wrong |= without
    return seen.failing(MODULE, wrong, column)


def flag_blank_at_base(seen: Evidence) -> pd.DataFrame:
    """Return placements on census day with both flags empty at a mainstream school with a base."""
    blank = seen.empty(MODULE, UNIT) & seen.empty(MODULE, RP)
    at_base = seen.placement_school["urn"].isin(seen.bases["urn"]) & _in_mainstream(seen)
    return seen.failing(MODULE, seen.placed & blank & at_base, UNIT)


def fewer_flagged_than_expected(seen: Evidence) -> pd.DataFrame:
    """Return one failure a school of the authority with under half its base places flagged.

    Places are the register's, else GIAS's roll or capacity, less pupils of other authorities in
    the register; units and resourced provision of a school are taken together, 4 places or more.
    """
    schools = seen.reference.schools
    own = schools.loc[schools["authority"] == seen.reference.authority, "urn"]
    known = seen.bases[seen.bases["urn"].isin(own)]
    places = (known["register"].fillna(known["gias"]) - known["imports"]).fillna(0)
    expected = places.groupby(known["urn"]).sum()
    flagged = pd.concat(list(_flagged(seen).values()), axis=1).any(axis=1)
    found = seen.placement_school["urn"][flagged].value_counts().reindex(expected.index)
    few = (expected >= PLACES_TO_COUNT) & (found.fillna(0) < EXPECTED_SHARE * expected)
    return seen.whole(UNIT, MODULE, int(few.sum()))


def both_flags(seen: Evidence) -> pd.DataFrame:
    """Return placements on census day flagged in a unit and in resourced provision."""
    wrong = seen.placed & seen.flag(MODULE, UNIT) & seen.flag(MODULE, RP)
    return seen.failing(MODULE, wrong, UNIT)


def flag_at_special_school(seen: Evidence) -> pd.DataFrame:
    """Return placements on census day flagged at an establishment that is not mainstream."""
    flagged = pd.concat(list(_flagged(seen).values()), axis=1).any(axis=1)
    known = seen.placement_school["urn"].notna()
    column = pd.Series(UNIT, index=flagged.index).where(seen.flag(MODULE, UNIT), RP)
    return seen.failing(MODULE, flagged & known & ~_in_mainstream(seen), column)


CHECKS = (
    flag_without_base,
    flag_blank_at_base,
    fewer_flagged_than_expected,
    both_flags,
    flag_at_special_school,
)
