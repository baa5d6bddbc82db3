"""The census-day position: one row a person with an active plan (domain handbook 1.5)."""

import pandas as pd

from sufficiency import terms
from sufficiency.people.homes import homes
from sufficiency.people.lookup import looked_up
from sufficiency.people.placement import placements, settings
from sufficiency.people.reference import Reference
from sufficiency.people.rows import JoinedReturn, age_before_census, joined, month
from sufficiency.sen2.model import Return

NOT_A_PRIMARY_NEED = ("NSA", "UNKNOWN")
OLDEST = 25
RESIDENTIAL = {"A": "yes", "B": "52_weeks"}
PLAN_COLUMNS = [
    "year",
    "need",
    "second_need",
    "setting",
    "establishment",
    "site",
    "ncy",
    "ncy_recorded",
    "age",
    "sex",
    "locality",
    "lsoa",
    "in_area",
    "residential",
    "plan_start",
    "basis",
]
LEFT_OUT = ("no_birth_date", "born_after_census", "too_old")


def positions(ret: Return | JoinedReturn, reference: Reference) -> pd.DataFrame:
    """Return one row a person with an active plan on census day, in the order of the return.

    Holds every column of `Plans` but plan_id, and besides, for use in memory only: the ids
    persontableid, requeststableid, activeplanstableid, namedplantableid and placement_id; upn,
    uln, name_key, birth_date, postcode, home, plan_start_date, transfer_la; what was returned of
    the placement (placement_source, placement_urn, placement_ukprn, sensetting, unit, rp,
    residential_weeks A or B, wbp) and file, sheet and row of placement and person.

    People who cannot be counted at an age (see `left_out`) are left out: each of those reasons
    blocks publication.

    Args:
        ret: A year's return.
        reference: Schools, postcodes and localities.
    """
    rows = joined(ret)
    ret = rows.ret
    held = _held(rows)
    held = held[held["reason"] == ""].drop(columns="reason").reset_index(drop=True)
    chosen = placements(ret, held, reference)
    placed = settings(chosen, held["age"], reference, ret.census_day)
    living = homes(held["postcode"], reference)
    weeks = chosen["res"].where(chosen["res"].isin(list(RESIDENTIAL)), "")
    residential = looked_up(weeks, RESIDENTIAL, "no")
    is_nowhere = (chosen["placement_source"] == "none") & (weeks == "")
    rows = held.drop(columns=["res", "wbp", "planres", "planwbp"]).assign(
        year=ret.year,
        site="",
        ncy=held["age"] - 4,
        ncy_recorded=pd.array([pd.NA] * len(held), dtype="Int32"),
        residential=residential.mask(is_nowhere, "unknown"),
        residential_weeks=weeks,
        plan_start=month(held["plan_start_date"]),
        basis="person",
    )
    told = chosen.drop(columns="res").rename(
        columns={"urn": "placement_urn", "ukprn": "placement_ukprn"}
    )
    rows = pd.concat([rows, _needs(ret, held["activeplanstableid"]), placed, living, told], axis=1)
    whole = {"year": "int32", "ncy": "int32", "age": "int32"}
    extra = [name for name in rows.columns if name not in PLAN_COLUMNS]
    first = [name for name in extra if name.endswith("tableid")]
    return rows.astype(whole)[first + PLAN_COLUMNS + [n for n in extra if n not in first]]


def left_out(ret: Return | JoinedReturn) -> pd.DataFrame:
    """Return how many people with an active plan have no position: one row a year and reason.

    Columns year, reason (no_birth_date; born_after_census; too_old: 26 or over at 31 August before
    the census) and people; reasons that touch nobody are there with 0.
    """
    rows = joined(ret)
    counts = _held(rows)["reason"].value_counts()
    return pd.DataFrame(
        {
            "year": pd.Series(rows.ret.year, index=range(len(LEFT_OUT)), dtype="int32"),
            "reason": list(LEFT_OUT),
            "people": [int(counts.get(reason, 0)) for reason in LEFT_OUT],
        }
    )


def _held(rows: JoinedReturn) -> pd.DataFrame:
    """Return active plans with their people, age, and why they cannot be counted (else empty)."""
    ret = rows.ret
    held = rows.active_plans.merge(rows.people, on="persontableid", how="left")
    age = age_before_census(held["birth_date"], ret.year)
    reason = pd.Series("", index=held.index, dtype="str")
    reason = reason.mask((age > OLDEST).fillna(False).astype(bool), "too_old")
    reason = reason.mask(held["birth_date"] > ret.census_day, "born_after_census")
    reason = reason.mask((age < 0).fillna(False).astype(bool), "born_after_census")
    return held.assign(age=age, reason=reason.mask(held["birth_date"].isna(), "no_birth_date"))


def _needs(ret: Return, active: pd.Series) -> pd.DataFrame:
    """Return need and second_need of each active plan id, on its index.

    The lowest rank is primary, then the first row; a code that is not known is UNKNOWN. The row
    that follows is the second need.
    """
    known = [need for need in terms.codes("needs") if need not in NOT_A_PRIMARY_NEED]
    rows = ret.modules["senneed"]
    rows = rows.assign(need=rows["sentype"].where(rows["sentype"].isin(known), "UNKNOWN"))
    rows = rows.sort_values("sentyperank", na_position="last", kind="stable")
    place = rows.groupby("activeplanstableid").cumcount()
    first = rows[place == 0].set_index("activeplanstableid")["need"]
    second = rows[place == 1].set_index("activeplanstableid")["need"]
    need = looked_up(active, first, "UNKNOWN")
    after = looked_up(active, second)
    has_second = after.isin(known) & (after != need)
    return pd.DataFrame({"need": need, "second_need": after.where(has_second, "")})
