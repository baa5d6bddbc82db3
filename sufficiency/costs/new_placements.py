"""Independent and non-maintained placements that were made in the year before a census.

Belongs here: telling new placements from children already placed, and why each is new.
"""

import pandas as pd

from sufficiency.terms import lookup, table

BOUGHT = "special_indep"
USUAL_TRANSFERS = ("primary_secondary", "secondary_post16")


def new_placements(
    past_plans: pd.DataFrame, schools_attended: pd.DataFrame, base_year: int
) -> pd.DataFrame:
    """Return the plan holders whose independent or non-maintained placement is new.

    Args:
        past_plans: PastPlans table; without the January before the base census nothing is known
            to be new, and no row is returned.
        schools_attended: SchoolsAttended table, for the ages of the school before.
        base_year: January at the end of the year.

    Returns:
        Rows of `past_plans` at the base census with a column `kind`: new_plan, no plan a year
        before; phase_transfer, another school where the school before ends, by its own ages (or at
        the usual change of phase where they are not known); move, any other change of school. A
        child in the same school as a year before is already placed, and is never counted, whatever
        the year group. Where a school is not recorded in either year, only a change of setting
        tells a new placement.
    """
    bought = past_plans["setting"].map(lookup("settings", "setting_group")).eq(BOUGHT)
    base = past_plans[bought & (past_plans["year"] == base_year)]
    earlier = past_plans[past_plans["year"] == base_year - 1]
    if earlier.empty:
        return base.iloc[:0].assign(kind="")
    before = earlier.set_index("plan_id")[["setting", "establishment", "ncy"]].add_suffix("_before")
    ages = schools_attended.set_index("urn")["age_to"]
    rows = base.join(before, on="plan_id").sort_values("plan_id", kind="stable")
    held = rows["setting_before"].notna()
    schools_known = rows["establishment"].ne("") & rows["establishment_before"].fillna("").ne("")
    same_school = rows["establishment"].eq(rows["establishment_before"])
    stayed = held & same_school.where(schools_known, rows["setting"].eq(rows["setting_before"]))
    last = rows["establishment_before"].map(ages).astype(float) - 5
    ncy_before = rows["ncy_before"].astype(float)
    transfer = held & (last.eq(ncy_before) | (last.isna() & ncy_before.isin(_usual_leaving())))
    kind = pd.Series("move", index=rows.index).mask(transfer, "phase_transfer")
    rows = rows.assign(kind=kind.where(held, "new_plan"))
    return rows.loc[~stayed, [*past_plans.columns, "kind"]].reset_index(drop=True)


def _usual_leaving() -> list[int]:
    transfers = table("phase_transfers").set_index("transfer")["from_ncy"]
    return [int(transfers[name]) for name in USUAL_TRANSFERS]
