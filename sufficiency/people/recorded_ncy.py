"""Year groups as taught, from the school census of the same January."""

from collections.abc import Sequence

import pandas as pd

from sufficiency.contracts import PastPlans, checked
from sufficiency.people.reference import Reference
from sufficiency.people.rows import identifier
from sufficiency.privacy import pseudonyms
from sufficiency.pupil_census.counts import counted_registrations, establishments_of
from sufficiency.pupil_census.model import PupilCensus

TERM = "spring"


def with_recorded_ncy(
    past_plans: pd.DataFrame, censuses: Sequence[PupilCensus], key: bytes, reference: Reference
) -> pd.DataFrame:
    """Return the plans with the year group as taught (`ncy_recorded`) where a census tells it.

    From the person's registration in the spring census of the same January: of several, one at
    the establishment of the plan, else any. Missing without such a census, for a person who is not
    in it or is known by no UPN, and where the census has no year group.

    Args:
        past_plans: `PastPlans`.
        censuses: Any terms; spring ones are used.
        key: The key that `plan_id` was made with.
        reference: Its schools tell which schools replaced others.
    """
    parts = [_taught(census, key, reference) for census in censuses if census.term == TERM]
    if not parts or past_plans.empty:
        return past_plans
    taught = pd.concat(parts, ignore_index=True)
    plans = past_plans[["year", "plan_id", "establishment"]].merge(taught, on=["year", "plan_id"])
    elsewhere = plans["establishment"] != plans["school"]
    found = plans.assign(elsewhere=elsewhere).sort_values(
        ["year", "plan_id", "elsewhere", "enrol_status", "school", "taught"], kind="stable"
    )
    one = found.drop_duplicates(["year", "plan_id"]).set_index(["year", "plan_id"])["taught"]
    wanted = pd.MultiIndex.from_frame(past_plans[["year", "plan_id"]])
    recorded = one.reindex(wanted).astype("Int32").set_axis(past_plans.index)
    return checked(PastPlans, past_plans.assign(ncy_recorded=recorded), "past_plans")


def _taught(census: PupilCensus, key: bytes, reference: Reference) -> pd.DataFrame:
    """Return year, plan_id, school, enrol_status and taught of each main registration."""
    pupils = counted_registrations(census)
    pupils = pupils[(pupils["upn"] != "") & pupils["ncy"].notna()]
    return pd.DataFrame(
        {
            "year": census.year,
            "plan_id": pseudonyms(identifier(pupils["upn"]), key, "person"),
            "school": establishments_of(pupils, census.census_day, reference.schools),
            "enrol_status": pupils["enrol_status"],
            "taught": pupils["ncy"].astype("Int32"),
        }
    ).astype({"year": "int32"})
