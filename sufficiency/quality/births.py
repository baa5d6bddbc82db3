"""Checks of birth dates and ages at 31 August before the census."""

import pandas as pd

from sufficiency.quality.evidence import Evidence

COLUMN = "personbirthdate"
LAST_AGE = 25


def missing_birth_date(seen: Evidence) -> pd.DataFrame:
    """Return people with a plan whose birth date is empty or unreadable."""
    return seen.failing("person", seen.has_plan & seen.date("person", COLUMN).isna(), COLUMN)


def missing_birth_date_request(seen: Evidence) -> pd.DataFrame:
    """Return people without a plan whose birth date is empty or unreadable."""
    return seen.failing("person", ~seen.has_plan & seen.date("person", COLUMN).isna(), COLUMN)


def implausible_birth_date(seen: Evidence) -> pd.DataFrame:
    """Return people born after census day."""
    return seen.failing("person", seen.date("person", COLUMN) > seen.day, COLUMN)


def age_out_of_range(seen: Evidence) -> pd.DataFrame:
    """Return people with a plan who were 26 or over."""
    return seen.failing("person", seen.has_plan & (seen.age > LAST_AGE).fillna(False), COLUMN)


def age_25(seen: Evidence) -> pd.DataFrame:
    """Return people with a plan who were 25."""
    return seen.failing("person", seen.has_plan & (seen.age == LAST_AGE).fillna(False), COLUMN)


CHECKS = (
    missing_birth_date,
    missing_birth_date_request,
    implausible_birth_date,
    age_out_of_range,
    age_25,
)
