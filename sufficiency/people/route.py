"""The person-level route: from returns to the tables that everything else is made from."""

from dataclasses import dataclass, field

import pandas as pd

from sufficiency.contracts import PastPlans, checked, empty
from sufficiency.people.adulthood import adulthood
from sufficiency.people.flows import plan_flows
from sufficiency.people.identity import identify
from sufficiency.people.placement_months import placement_months
from sufficiency.people.position import PLAN_COLUMNS, left_out, positions
from sufficiency.people.reference import Reference
from sufficiency.people.requests import request_rows, requests, requests_by_month
from sufficiency.people.rows import JoinedReturn
from sufficiency.people.schools_attended import schools_attended
from sufficiency.people.second_placements import second_placements
from sufficiency.sen2.model import Return


@dataclass(frozen=True)
class PersonTables:
    """What the returns of all years become.

    Attributes:
        past_plans: `PastPlans`.
        plan_flows: `PlanFlows`.
        links: `Links`.
        requests: `Requests`.
        requests_by_month: `RequestsByMonth`.
        adulthood: `Adulthood`.
        second_placements: `SecondPlacements`.
        placement_months: `PlacementMonths`.
        schools_attended: `SchoolsAttended`.
        left_out: People with an active plan but no position: year, reason, people
            (`position.left_out`). Any of them blocks.
        positions: January census year to what `position.positions` returned, with plan_id and
            method. Holds names, identifiers, postcodes and dates: never stored, shown or logged.
    """

    past_plans: pd.DataFrame
    plan_flows: pd.DataFrame
    links: pd.DataFrame
    requests: pd.DataFrame
    requests_by_month: pd.DataFrame
    adulthood: pd.DataFrame
    second_placements: pd.DataFrame
    placement_months: pd.DataFrame
    schools_attended: pd.DataFrame
    left_out: pd.DataFrame
    positions: dict[int, pd.DataFrame] = field(repr=False)


def person_tables(returns: list[Return], reference: Reference, key: bytes) -> PersonTables:
    """Return every table of the person-level route.

    Another key changes the names of people and requests and nothing else: rows are in order of
    their contents, and pseudonyms come last.

    Args:
        returns: Returns, one a year.
        reference: Schools, postcodes and localities.
        key: Key of the pseudonyms.
    """
    rows = [JoinedReturn(ret) for ret in sorted(returns, key=lambda ret: ret.year)]
    held = {own.ret.year: positions(own, reference) for own in rows}
    who, links = identify(held, key)
    named = {
        year: position.merge(
            who[who["year"] == year].drop(columns="year"), on="persontableid", how="left"
        )
        for year, position in held.items()
    }
    everyone = pd.concat(named.values(), ignore_index=True) if named else None
    order = [name for name in PLAN_COLUMNS if name != "ncy_recorded"]
    past = empty(PastPlans) if everyone is None else everyone.sort_values([*order, "plan_id"])
    absent = [left_out(own) for own in rows]
    asked = request_rows(rows)
    past_plans = checked(PastPlans, past, "past_plans")
    return PersonTables(
        past_plans=past_plans,
        plan_flows=plan_flows(everyone if everyone is not None else past, rows),
        links=links,
        requests=requests(asked, key),
        requests_by_month=requests_by_month(asked),
        adulthood=adulthood(held, rows),
        second_placements=second_placements(held, rows, reference),
        placement_months=placement_months(rows, reference),
        schools_attended=schools_attended(past_plans, reference),
        left_out=pd.concat(absent, ignore_index=True)
        if absent
        else pd.DataFrame({"year": [], "reason": [], "people": []}),
        positions=named,
    )
