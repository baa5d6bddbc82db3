"""Checks of where people with plans live."""

import pandas as pd

from sufficiency.quality.evidence import Evidence

COLUMN = "postcode"
MANY = 10


def _failing(seen: Evidence, wrong: pd.Series) -> pd.DataFrame:
    everyone = seen.frames["person"].index
    return seen.failing("person", wrong.reindex(everyone, fill_value=False), COLUMN)


def home_missing(seen: Evidence) -> pd.DataFrame:
    """Return people with a plan and no postcode."""
    return seen.failing("person", seen.has_plan & ~seen.filled("person", COLUMN), COLUMN)


def home_unknown(seen: Evidence) -> pd.DataFrame:
    """Return people with a plan whose postcode is not in the directory, where there is one."""
    nowhere = (seen.home["postcode"] != "") & (seen.home["home"] == "unknown")
    return _failing(seen, nowhere & (seen.reference.postcodes is not None))


def home_outside(seen: Evidence) -> pd.DataFrame:
    """Return people with a plan whose postcode lies outside the authority."""
    return _failing(seen, seen.home["home"] == "outside")


def home_shared(seen: Evidence) -> pd.DataFrame:
    """Return people with a plan at a postcode that ten or more of them share."""
    postcode = seen.home["postcode"]
    sharing = postcode.map(postcode[postcode != ""].value_counts())
    return _failing(seen, (sharing >= MANY).fillna(False))


CHECKS = (home_missing, home_unknown, home_outside, home_shared)
