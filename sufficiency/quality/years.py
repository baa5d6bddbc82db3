"""Checks of a return against that of the January before."""

from collections.abc import Callable

import pandas as pd

from sufficiency.quality.evidence import Evidence, YearBefore
from sufficiency.quality.traced import FOUND
from sufficiency.terms import phase_of_ncy

JUMP = 0.25
PLANS_TO_COMPARE = 50
AGE_OF_RECEPTION = 4


IDENTITY = ["upn", "uln", "fallback"]


def remembered(seen: Evidence) -> YearBefore:
    """Return what the checks of the next January need of this return, and no more."""
    first = seen.plan_person[seen.active].drop_duplicates()
    rows = seen.failing("activeplans", _at(seen, first.index), "activeplanstableid")
    people = seen.identity.loc[first.to_numpy(dtype="int64")].set_axis(first.index)
    return YearBefore(
        day=seen.day,
        specification=seen.found.specification,
        with_ds=_with_ds(seen),
        positions=seen.positions,
        people=pd.concat([people, rows], axis=1),
    )


def _at(seen: Evidence, plans: pd.Index) -> pd.Series:
    return pd.Series(seen.active.index.isin(plans), index=seen.active.index)


def _known_in(people: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
    """Return which people share a UPN, a ULN or the fallback with any of the others."""
    found = pd.Series(False, index=people.index)
    for name in IDENTITY:
        found |= (people[name] != "") & people[name].isin(others[name])
    return found


def lost_since_last_return(seen: Evidence) -> pd.DataFrame:
    """Return people active at the census before and now neither active nor with a ceased plan.

    The rows are those of last year's return: this one has none.
    """
    if seen.previous is None:
        return seen.nothing
    ceased = seen.date("namedplan", "ceasedate").notna()
    person = seen.above("namedplan", "assessment", "requests")
    kept = seen.has_plan | seen.any_below("person", person[ceased])
    people = seen.previous.people
    return people.loc[~_known_in(people, seen.identity[kept]), list(FOUND)]


def active_before_but_not_returned(seen: Evidence) -> pd.DataFrame:
    """Return active plans, not transferred in, begun before last census and absent from it."""
    before = seen.previous
    if before is None:
        return seen.nothing
    people = seen.identity[seen.has_plan]
    new = people.index[~_known_in(people, before.people)]
    first = seen.plan_person[seen.active].drop_duplicates()
    start = seen.date("namedplan", "startdate")[seen.plan_in_force]
    started = start.groupby(seen.plan_request[seen.plan_in_force]).min()
    begun = seen.parent("activeplans").map(started) < before.day
    wrong = _at(seen, first.index[first.isin(new)]) & begun
    return seen.failing(
        "activeplans", wrong & ~seen.filled("activeplans", "transferla"), "activeplanstableid"
    )


def _growth(seen: Evidence) -> float | None:
    """Return the growth of all plans since the census before, or None where it cannot be told."""
    before = seen.previous
    if before is None or seen.positions is None or before.positions is None:
        return None
    return len(seen.positions) / len(before.positions) - 1 if len(before.positions) else None


def jump_total(seen: Evidence) -> pd.DataFrame:
    """Return one failure where all plans changed by more than 25%."""
    growth = _growth(seen)
    return seen.whole(count=int(growth is not None and abs(growth) > JUMP))


def _jumps(seen: Evidence, part: Callable[[pd.DataFrame], pd.Series]) -> pd.DataFrame:
    """Return one failure a part that grew over 25 points more, or less, than the total."""
    growth, before = _growth(seen), seen.previous
    if growth is None or before is None or seen.positions is None or before.positions is None:
        return seen.nothing
    counts = pd.DataFrame(
        {
            "now": part(seen.positions).value_counts(),
            "then": part(before.positions).value_counts(),
        }
    ).fillna(0)
    compared = counts[counts.max(axis=1) >= PLANS_TO_COMPARE]
    jumped = (compared["now"] / compared["then"] - 1 - growth).abs() > JUMP
    return seen.whole(count=int(jumped.sum()))


def jump_need(seen: Evidence) -> pd.DataFrame:
    """Return one failure a need that jumped."""
    return _jumps(seen, lambda plans: plans["need"].astype("str"))


def jump_setting(seen: Evidence) -> pd.DataFrame:
    """Return one failure a setting that jumped."""
    return _jumps(seen, lambda plans: plans["setting"].astype("str"))


def jump_age(seen: Evidence) -> pd.DataFrame:
    """Return one failure a phase that jumped."""
    return _jumps(seen, lambda plans: phase_of_ncy(plans["age"].dropna() - AGE_OF_RECEPTION))


def definition_break(seen: Evidence) -> pd.DataFrame:
    """Return one failure where the specification changed, or Down syndrome is first recorded."""
    before = seen.previous
    if before is None:
        return seen.nothing
    changed = before.specification != seen.found.specification
    first_ds = _with_ds(seen) and not before.with_ds
    return seen.whole(count=int(changed or first_ds))


def _with_ds(seen: Evidence) -> bool:
    return bool((seen.text("senneed", "sentype") == "DS").any())


CHECKS = (
    lost_since_last_return,
    active_before_but_not_returned,
    jump_total,
    jump_need,
    jump_setting,
    jump_age,
    definition_break,
)
