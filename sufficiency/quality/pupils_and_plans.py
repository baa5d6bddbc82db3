"""Checks of a spring census against the SEN2 return of the same January."""

import pandas as pd

from sufficiency.quality.evidence import Evidence
from sufficiency.quality.pupils import MAIN_REGISTRATIONS, CensusEvidence
from sufficiency.quality.traced import FOUND


def _schools(seen: CensusEvidence) -> pd.Series:
    """Return the URN of each registration, found by LAESTAB where the census gives none."""
    schools = seen.reference.schools
    with_number = schools[(schools["laestab"] != "") & (schools["status"] != "closed")]
    by_number = with_number.drop_duplicates("laestab").set_index("laestab")["urn"]
    urn = seen.pupils["urn"]
    return urn.where(urn != "", seen.pupils["laestab"].map(by_number).astype("str").fillna(""))


def plan_in_census_only(seen: CensusEvidence, plans: Evidence) -> pd.DataFrame:
    """Return main registrations of residents with a plan whose UPN has no active plan in SEN2."""
    upn = seen.pupils["upn"]
    stated = (seen.pupils["sen_provision"] == "E") & (seen.home == "inside") & (upn != "")
    main = seen.pupils["enrol_status"].isin(MAIN_REGISTRATIONS)
    known = plans.text("person", "upn")[plans.has_plan]
    return seen.failing(stated & main & ~upn.isin(known), "upn")


def plan_in_sen2_only(seen: CensusEvidence, plans: Evidence) -> pd.DataFrame:
    """Return people placed at a school of the census that has no plan of theirs.

    The rows are those of the SEN2 return. People without a UPN cannot be looked for.
    """
    placed = plans.positions
    if placed is None:
        return plans.nothing
    school = _schools(seen)
    stated = seen.pupils["sen_provision"] == "E"
    there = pd.MultiIndex.from_arrays([school[stated], seen.pupils.loc[stated, "upn"]])
    held = placed[
        (placed["placement_source"] == "placement")
        & placed["establishment"].isin(school[school != ""])
        & (placed["upn"] != "")
    ]
    missing = ~pd.MultiIndex.from_frame(held[["establishment", "upn"]]).isin(there)
    rows = held.loc[missing, ["person_file", "person_sheet", "person_row"]]
    rows.columns = pd.Index(["file", "sheet", "row"])
    return rows.assign(module="person", column="upn")[list(FOUND)]


CHECKS = (plan_in_census_only, plan_in_sen2_only)
