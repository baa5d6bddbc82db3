"""Checks of a return's header: its date, its year, its authority."""

import pandas as pd

from sufficiency.quality.evidence import Evidence
from sufficiency.sen2.typed_return import third_thursday


def missing_reference_date(seen: Evidence) -> pd.DataFrame:
    """Return headers whose reference date is empty or unreadable."""
    date = seen.date("sen2", "referencedate")
    return seen.failing("sen2", date.isna(), "referencedate")


def reference_date_not_census_day(seen: Evidence) -> pd.DataFrame:
    """Return headers whose reference date is not the third Thursday of its January."""
    date = seen.date("sen2", "referencedate")
    right = [pd.notna(d) and d.date() == third_thursday(d.year) for d in date]
    wrong = date.notna() & ~pd.Series(right, index=date.index, dtype=bool)
    return seen.failing("sen2", wrong, "referencedate")


def wrong_year(seen: Evidence) -> pd.DataFrame:
    """Return headers whose year is neither the reference date's nor the school year's start."""
    late = seen.date("sen2", "referencedate").dt.year - seen.number("sen2", "year")
    return seen.failing("sen2", late.notna() & ~late.isin([0, 1]), "year")


def wrong_authority(seen: Evidence) -> pd.DataFrame:
    """Return headers of another authority."""
    code = seen.text("sen2", "lea")
    return seen.failing("sen2", (code != "") & (code != seen.reference.authority), "lea")


CHECKS = (missing_reference_date, reference_date_not_census_day, wrong_year, wrong_authority)
