"""Joiners, leavers and movers between two Januaries, and what they leave unexplained."""

from collections.abc import Sequence

import pandas as pd

from sufficiency.contracts import PlanFlows, checked, empty
from sufficiency.people.identity import fallback_key
from sufficiency.people.lookup import is_among, looked_up
from sufficiency.people.rows import JoinedReturn, code, joined
from sufficiency.sen2.model import Return
from sufficiency.terms import ALL

CEASE_REASONS = {
    "1": "max_age",
    "2": "needs_met",
    "3": "higher_education",
    "4": "employed",
    "5": "transferred_out",
    "6": "no_engagement",
    "7": "left_england",
    "8": "deceased",
    "9": "other",
}
NOT_EXPLAINED = "not_explained"
RESIDUAL = "stock change less the return's new and ceased plans"
CELL = ["year", "flow", "age", "need", "setting", "to_need", "to_setting", "reason"]


def plan_flows(held: pd.DataFrame, returns: Sequence[Return | JoinedReturn]) -> pd.DataFrame:
    """Return flows between each pair of consecutive Januaries held (`PlanFlows`).

    Everyone of the later January who was not in the earlier is a joiner, everyone of the earlier
    who is not in the later a leaver; those in both are movers (setting changed, whatever else
    did), need changes (need changed, setting not) or stayers. So stock + joiners - leavers is the
    next stock, exactly. A year whose January before is not held has no rows.

    A joiner with an authority of origin transferred in; one whose plan started after the January
    before has a new plan; any other is not explained. A leaver has the reason for which the later
    return says that the plan ceased.

    The residual of a year is the change in stock less what the return itself says happened in the
    calendar year: plans that started (without an origin, and whose assessment is not historical:
    a plan's start date is that of its current version), plus people who transferred in and were not
    held before, less plans that ceased. It is published, never forced to zero.

    Args:
        held: Positions of every January with plan_id: year, plan_id, need, setting, age,
            plan_start_date, transfer_la, and upn, uln, name_key, birth_date, postcode.
        returns: The returns that the positions were made from.
    """
    by_year = {rows.ret.year: rows for rows in map(joined, returns)}
    parts = []
    for year in sorted(by_year):
        if year - 1 in by_year:
            before, after = (held[held["year"] == y] for y in (year - 1, year))
            linked = _linked(before, after, by_year[year - 1].ret.census_day, by_year[year])
            parts += [linked, _residual(before, after, by_year[year])]
    if not parts:
        return empty(PlanFlows)
    flows = pd.concat(parts, ignore_index=True)
    return checked(PlanFlows, flows.sort_values(CELL, kind="stable"), "plan_flows")


def ceased_plans(ret: Return | JoinedReturn) -> pd.DataFrame:
    """Return one row a person whose plan has ceased, with the date and reason of the last.

    Columns: those of `JoinedReturn.people`, and startdate, ceasedate and reason, a word of
    `CEASE_REASONS` or empty where it is not known.
    """
    rows = joined(ret)
    plans = rows.named_plans
    plans = plans[plans["ceasedate"].notna()].sort_values(
        "ceasedate", ascending=False, kind="stable"
    )
    last = plans.drop_duplicates("persontableid").sort_index()
    reason = looked_up(last["ceasereason"], CEASE_REASONS)
    columns = ["persontableid", "startdate", "ceasedate"]
    return last[columns].assign(reason=reason).merge(rows.people, on="persontableid")


def _linked(
    before: pd.DataFrame, after: pd.DataFrame, day: pd.Timestamp, ret: JoinedReturn
) -> pd.DataFrame:
    """Return counted rows of everyone of either January; `day` is the census day of the first."""
    columns = ["plan_id", "need", "setting", "age"]
    both = before[columns].merge(after[columns], on="plan_id", suffixes=("", "_end"))
    to_need = both["need_end"].where(both["need_end"] != both["need"], "")
    to_setting = both["setting_end"].where(both["setting_end"] != both["setting"], "")
    flow = pd.Series("stayer", index=both.index, dtype="str")
    flow = flow.mask(to_need != "", "need_change").mask(to_setting != "", "mover")
    stayed = pd.DataFrame(
        {
            "flow": flow,
            "age": both["age_end"],
            "need": both["need"],
            "setting": both["setting"],
            "to_need": to_need,
            "to_setting": to_setting,
            "reason": "",
        }
    )
    joined = after[~is_among(after["plan_id"], before["plan_id"])]
    is_new = joined["plan_start_date"] > day
    reason = pd.Series(NOT_EXPLAINED, index=joined.index, dtype="str").mask(is_new, "new_plan")
    reason = reason.mask(code(joined["transfer_la"]) != "", "transfer_in")
    joiners = joined[["age", "need", "setting"]].assign(flow="joiner", reason=reason)
    left = before[~is_among(before["plan_id"], after["plan_id"])]
    leavers = left[["age", "need", "setting"]].assign(
        flow="leaver", age=left["age"] + 1, reason=_reasons(left, ceased_plans(ret))
    )
    rows = pd.concat([stayed, joiners.assign(to_need="", to_setting=""), leavers])
    rows = rows.assign(year=ret.ret.year, age=rows["age"].astype("Int32"))
    rows = rows.fillna({"to_need": "", "to_setting": ""})
    counts = rows.groupby(CELL, dropna=False).size().rename("value").reset_index()
    return counts.assign(source="linked")


def _reasons(left: pd.DataFrame, ceased: pd.DataFrame) -> pd.Series:
    """Return why each leaver's plan ceased: found by UPN, else ULN, else name, birth, postcode."""
    reason = pd.Series("", index=left.index, dtype="str")
    found = pd.Series(False, index=left.index)
    keys = [(left[name], ceased[name]) for name in ("upn", "uln")]
    for wanted, given in [*keys, (fallback_key(left), fallback_key(ceased))]:
        told = pd.Series(ceased["reason"].to_numpy(), index=given.to_numpy())
        told = told[(told.index != "") & ~told.index.duplicated()]
        here = ~found & is_among(wanted, told.index)
        reason = reason.mask(here, looked_up(wanted, told))
        found |= here
    return reason.mask(reason == "", NOT_EXPLAINED)


def _residual(before: pd.DataFrame, after: pd.DataFrame, rows: JoinedReturn) -> pd.DataFrame:
    plans = rows.named_plans
    flow_year = rows.ret.year - 1
    is_new = (plans["startdate"].dt.year == flow_year) & (plans["assessmentoutcome"] != "H")
    started = plans[is_new]
    new = int((~is_among(started["requeststableid"], rows.from_elsewhere)).sum())
    ceased = int((plans["ceasedate"].dt.year == flow_year).sum())
    arrived = after[code(after["transfer_la"]) != ""]
    transferred = int((~is_among(arrived["plan_id"], before["plan_id"])).sum())
    value = len(after) - len(before) - (new + transferred - ceased)
    row = {
        "year": rows.ret.year,
        "flow": "residual",
        "age": pd.NA,
        "need": ALL,
        "setting": ALL,
        "to_need": "",
        "to_setting": "",
        "reason": RESIDUAL,
        "value": float(value),
        "source": "computed",
    }
    return pd.DataFrame([row]).astype({"age": "Int32"})
