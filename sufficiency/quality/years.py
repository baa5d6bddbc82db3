"""Checks of a return against that of the January before."""

from collections.abc import Callable

import pandas as pd

from sufficiency.quality.evidence import Evidence
from sufficiency.sources.postcodes import normalise
from sufficiency.terms import phase_of_ncy

JUMP = 0.25
PLANS_TO_COMPARE = 50
AGE_OF_RECEPTION = 4


def _keys(seen: Evidence, among: pd.Series) -> pd.DataFrame:
    """Return upn, uln and fallback (name, birth date and postcode) of people, "" where unknown."""
    person = {c: seen.text("person", c) for c in ("surname", "forename")}
    born = seen.text("person", "personbirthdate")
    home = normalise(seen.text("person", "postcode"))
    names = [name.str.strip().str.casefold() for name in person.values()]
    known = (names[0] != "") & (names[1] != "") & (born != "") & (home != "")
    fallback = names[0] + "|" + names[1] + "|" + born + "|" + home
    keys = {
        "upn": seen.text("person", "upn"),
        "uln": seen.text("person", "uniquelearnernumber"),
        "fallback": fallback.where(known, ""),
    }
    return pd.DataFrame(keys)[among]


def _known_in(people: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
    """Return which people share a UPN, a ULN or the fallback with any of the others."""
    found = pd.Series(False, index=people.index)
    for name in people:
        found |= (people[name] != "") & people[name].isin(others[name])
    return found


def _first_plan(seen: Evidence, people: pd.Index) -> pd.Series:
    """Return which activeplans rows are the first active one of each of these people."""
    plan = seen.plan_person[seen.active]
    first = plan[plan.isin(people) & ~plan.duplicated()]
    return pd.Series(seen.active.index.isin(first.index), index=seen.active.index)


def lost_since_last_return(seen: Evidence) -> pd.DataFrame:
    """Return people active at the census before and now neither active nor with a ceased plan.

    The rows are those of last year's return: this one has none.
    """
    before = seen.previous
    if before is None:
        return seen.nothing
    ceased = seen.date("namedplan", "ceasedate").notna()
    person = seen.above("namedplan", "assessment", "requests")
    kept = seen.has_plan | seen.any_below("person", person[ceased])
    people = _keys(before, before.has_plan)
    lost = people.index[~_known_in(people, _keys(seen, kept))]
    return before.failing("activeplans", _first_plan(before, lost), "activeplanstableid")


def active_before_but_not_returned(seen: Evidence) -> pd.DataFrame:
    """Return active plans, not transferred in, begun before last census and absent from it."""
    before = seen.previous
    if before is None:
        return seen.nothing
    people = _keys(seen, seen.has_plan)
    new = people.index[~_known_in(people, _keys(before, before.has_plan))]
    start = seen.date("namedplan", "startdate")[seen.plan_in_force]
    started = start.groupby(seen.plan_request[seen.plan_in_force]).min()
    begun = seen.parent("activeplans").map(started) < before.day
    wrong = _first_plan(seen, new) & begun & ~seen.filled("activeplans", "transferla")
    return seen.failing("activeplans", wrong, "activeplanstableid")


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
    changed = before.found.specification != seen.found.specification
    with_ds = [(e.text("senneed", "sentype") == "DS").any() for e in (before, seen)]
    return seen.whole(count=int(changed or with_ds == [False, True]))


CHECKS = (
    lost_since_last_return,
    active_before_but_not_returned,
    jump_total,
    jump_need,
    jump_setting,
    jump_age,
    definition_break,
)
