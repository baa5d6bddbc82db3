"""Every establishment a plan holder was placed in, of any authority."""

import pandas as pd

from sufficiency.contracts import SchoolsAttended, checked
from sufficiency.people.lookup import is_among
from sufficiency.people.reference import Reference
from sufficiency.sources.establishments import UNKNOWN_TYPE
from sufficiency.sources.postcodes import look_up

AXES = ("easting", "northing")


def schools_attended(past_plans: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Return every establishment of the plans of any January (`SchoolsAttended`), by URN.

    A school without a position in GIAS has that of its postcode, where a directory was supplied.
    One that no GIAS file knows keeps its URN and nothing else is known of it.

    Args:
        past_plans: `PastPlans`, or rows with its establishment.
        reference: Its schools and postcodes.
    """
    urns = past_plans["establishment"][past_plans["establishment"] != ""].unique()
    schools = reference.schools
    known = schools[is_among(schools["urn"], pd.Index(urns))].set_index("urn")
    rows = known.reindex(pd.Index(sorted(urns), name="urn")).reset_index()
    rows = rows.assign(setting=rows["setting"].fillna(UNKNOWN_TYPE[0]))
    for name in ("name", "authority", "postcode"):
        rows[name] = rows[name].astype("str").fillna("")
    if reference.postcodes is not None:
        directory = look_up(rows["postcode"], reference.postcodes)
        lacks = rows["easting"].isna() | rows["northing"].isna()
        for axis in AXES:
            rows[axis] = rows[axis].mask(lacks, directory[axis].astype("float64"))
    columns = list(SchoolsAttended.to_schema().columns)
    return checked(SchoolsAttended, rows[columns], "schools_attended")
