"""From SEN support to a plan: an early sign of the plans to come."""

import pandas as pd

from sufficiency import terms
from sufficiency.contracts import SenSupportToPlan, checked, empty
from sufficiency.people.homes import homes
from sufficiency.people.reference import Reference
from sufficiency.privacy import pseudonyms
from sufficiency.pupil_census.counts import (
    NEED_TERM,
    SUPPORT,
    counted_registrations,
    needs,
    provisions,
)
from sufficiency.pupil_census.model import PupilCensus

REGISTRATION_ORDER = ["plan_id", "enrol_status", "urn", "laestab", "need", "ncy"]


def sen_support_to_plan(
    censuses: list[PupilCensus], past_plans: pd.DataFrame, key: bytes, reference: Reference
) -> pd.DataFrame:
    """Return how many children on SEN support held a plan a year on (`SenSupportToPlan`).

    Of residents on SEN support (K) in the spring census of a year before, who held no plan then by
    SEN2: those who hold one at this January. Children who have left the school or the area since
    stay in the denominator, so the rate is a floor for those who stayed. Children without a UPN
    cannot be followed and are left out of both; a plan that is known by a ULN or by name only, or
    whose holder's UPN has changed since, is not recognised. A plan that began and ceased between
    the two Januaries is not seen.

    Args:
        censuses: Any terms; spring ones are used.
        past_plans: `PastPlans`: plans at every January held.
        key: The key that `plan_id` was made with.
        reference: Where homes are looked up.

    Returns:
        Rows for each need and NCY, each need, each NCY, and all together (need ALL, NCY missing),
        for each January with plans whose January before has both plans and a spring census. A
        child whose year group is not known is in the rows over all NCY only.
    """
    years = sorted(set(past_plans["year"].tolist()))
    held = {year: set(past_plans.loc[past_plans["year"] == year, "plan_id"]) for year in years}
    spring = [c for c in censuses if c.term == NEED_TERM]
    parts = [
        _rates(_on_support(census, key, reference), census.year + 1, held)
        for census in sorted(spring, key=lambda c: c.year)
        if census.year in held and census.year + 1 in held
    ]
    if not parts:
        return empty(SenSupportToPlan)
    return checked(SenSupportToPlan, pd.concat(parts, ignore_index=True), "sen_support_to_plan")


def _on_support(census: PupilCensus, key: bytes, reference: Reference) -> pd.DataFrame:
    """Return plan_id, need and ncy of residents on SEN support, each child once."""
    pupils = counted_registrations(census)
    inside = homes(pupils["postcode"], reference)["home"] == "inside"
    chosen = pupils[inside & (provisions(pupils) == SUPPORT) & (pupils["upn"] != "")]
    described = chosen.assign(
        plan_id=pseudonyms(chosen["upn"], key, "person"), need=needs(chosen, census.term)
    )
    ordered = described.sort_values(REGISTRATION_ORDER, kind="stable")
    return ordered.drop_duplicates("plan_id")[["plan_id", "need", "ncy"]]


def _rates(children: pd.DataFrame, year: int, held: dict[int, set[str]]) -> pd.DataFrame:
    """Return the rows of one step, which ends at `year`."""
    without = children[~children["plan_id"].isin(held[year - 1])]
    followed = pd.DataFrame(
        {
            "need": without["need"],
            "ncy": without["ncy"].astype("Int32"),
            "on_sen_support": 1,
            "came_to_plan": without["plan_id"].isin(held[year]).astype("int32"),
        }
    )
    over_ncy = followed.assign(ncy=pd.array([pd.NA] * len(followed), dtype="Int32"))
    known = followed[followed["ncy"].notna()]
    cuts = (known, over_ncy, known.assign(need=terms.ALL), over_ncy.assign(need=terms.ALL))
    rows = pd.concat([_summed(cut) for cut in cuts], ignore_index=True)
    if rows.empty:
        rows = _summed(_nobody())
    order = {need: n for n, need in enumerate([*terms.codes("needs"), terms.ALL])}
    rows = rows.assign(year=year, place=rows["need"].map(order))
    rows["rate"] = rows["came_to_plan"] / rows["on_sen_support"].where(rows["on_sen_support"] > 0)
    return rows.sort_values(["place", "ncy"], kind="stable", na_position="last")


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    by = rows.groupby(["need", "ncy"], dropna=False, sort=True)
    return by[["on_sen_support", "came_to_plan"]].sum().reset_index()


def _nobody() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "need": [terms.ALL],
            "ncy": pd.array([pd.NA], dtype="Int32"),
            "on_sen_support": [0],
            "came_to_plan": [0],
        }
    )
