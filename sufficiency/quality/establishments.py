"""Checks of where people are placed against GIAS."""

import pandas as pd

from sufficiency.quality.evidence import Evidence

MODULE = "placementdetail"
COLLEGES = ["FE", "FE6", "SPI"]
COLLEGE_FROM = 14
UNLIKELY_TYPES = ["24", "25", "26", "27", "29", "30", "37", "49", "56"]


def urn_unknown(seen: Evidence) -> pd.DataFrame:
    """Return placements whose URN is in no GIAS file, where a full one is loaded."""
    urn = seen.text(MODULE, "urn")
    wrong = (urn != "") & ~urn.isin(seen.reference.schools["urn"]) & seen.schools_complete
    return seen.failing(MODULE, wrong, "urn")


def urn_closed(seen: Evidence) -> pd.DataFrame:
    """Return placements on census day at a school that had closed before it."""
    wrong = seen.placed & (seen.stated_school["close_date"] < seen.day)
    return seen.failing(MODULE, wrong, "urn")


def urn_unlikely(seen: Evidence) -> pd.DataFrame:
    """Return placements at an establishment of a type unlikely for a plan."""
    unlikely = seen.stated_school["type_code"].isin(UNLIKELY_TYPES)
    return seen.failing(MODULE, unlikely, "urn")


def ukprn_unknown(seen: Evidence) -> pd.DataFrame:
    """Return placements told by a UKPRN alone that is in no GIAS file, where a full one is."""
    ukprn = seen.text(MODULE, "ukprn")
    alone = (ukprn != "") & ~seen.filled(MODULE, "urn")
    wrong = alone & ~ukprn.isin(seen.reference.schools["ukprn"]) & seen.schools_complete
    return seen.failing(MODULE, wrong, "ukprn")


def young_in_college(seen: Evidence) -> pd.DataFrame:
    """Return placements on census day at a college of children under 14."""
    college = seen.placement_school["setting"].isin(COLLEGES)
    young = (seen.placement_age < COLLEGE_FROM).fillna(False)
    column = pd.Series("urn", index=young.index).where(seen.filled(MODULE, "urn"), "ukprn")
    return seen.failing(MODULE, seen.placed & college & young, column)


CHECKS = (urn_unknown, urn_closed, urn_unlikely, ukprn_unknown, young_in_college)
