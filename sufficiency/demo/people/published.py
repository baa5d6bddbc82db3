"""Westmere's rows of the releases, counted from its people, in place of those drawn as tables."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from sufficiency.demo import layouts, proportions
from sufficiency.demo.flows import NEW_PLAN_YEARS, Flows
from sufficiency.demo.outcomes import FLOW_YEARS, NAMES
from sufficiency.demo.people import rates
from sufficiency.demo.people.rates import NEEDS, YEARS
from sufficiency.demo.people.simulate import REASONS
from sufficiency.demo.people.world import World
from sufficiency.demo.sharing import generator, whole
from sufficiency.demo.stock import BAND_EDGES, LAST_TYPE_YEAR, Stock, type_columns

FOLDED = {
    "ukrlp_provider": "general_fe_tertiary_colleges",
    "elective_home_education": "other_placement_settings",
    "neet": "await_prov_2022",
    "neet_ntci": "await_prov_2022",
    "neet_other": "await_prov_2022",
    "neet_other_csa": "await_prov_2022",
}
"""Where plans of a column stand in a release that does not have it yet."""
DAYS_TO_PLAN, DAYS_TO_DECISION, DAYS_A_YEAR = 140, 42, 365


def counted_stock(stock: Stock, world: World) -> Stock:
    """Return the stock tables with Westmere's rows from January 2020 counted from its people."""
    rng = generator(world.seed, "people: types of establishment")
    plans = _placed(world.course.plans, world)
    base, before = stock.base.copy(), stock.before.copy()
    now, then = plans[plans["year"] == YEARS[-1]], plans[plans["year"] == YEARS[-2]]
    base[-1] = _count((now["placement"], now["age"] - 2, now["need_column"]), base.shape[1:])
    before[-1] = _count((then["placement"], then["age"] - 2), before.shape[1:])
    columns, types = dict(stock.columns), dict(stock.types)
    bands, started = dict(stock.bands), dict(stock.started)
    for year in YEARS:
        own = plans[plans["year"] == year]
        counted = _count((own["placement"],), columns[year].shape[1:])
        columns[year] = _last(columns[year], _folded(counted, "stock", year))
        if year in started:
            cell = (own["placement"], own["start_age"])
            started[year] = _last(started[year], _count(cell, started[year].shape[1:]))
        if year <= LAST_TYPE_YEAR:
            band = np.digitize(own["age"], BAND_EDGES)
            bands[year] = _last(bands[year], _count((band,), bands[year].shape[1:]))
            types[year] = _last(types[year], _types(year, columns[year][-1], rng))
    return Stock(base, before, columns, types, bands, started)


def counted_flows(flows: Flows, world: World) -> Flows:
    """Return the flow tables with Westmere's rows of 2019 to 2024 counted from its people."""
    new, ceased = _new_plans(world), _placed(world.course.ceased, world)
    totals, new_tables, ceased_tables = flows.totals.copy(), dict(flows.new), dict(flows.ceased)
    columns = dict(flows.new_columns)
    for year in FLOW_YEARS:
        own = new[new["issued"] == year]
        totals[-1, NEW_PLAN_YEARS.index(year)] = len(own)
        counted = _count((own["placement"],), columns[year].shape[1:])
        columns[year] = _last(columns[year], _folded(counted, "new", year))
        if year in new_tables:
            cell = (own["placement"], own["start_age"])
            new_tables[year] = _last(new_tables[year], _count(cell, new_tables[year].shape[1:]))
        if year in ceased_tables:
            gone = ceased[ceased["year"] == year + 1]
            cell = (gone["placement"], np.clip(gone["age"] - 2, 0, 18), _reason(gone["reason"]))
            table = _count(cell, ceased_tables[year].shape[1:])
            ceased_tables[year] = _last(ceased_tables[year], table)
    own = new[new["issued"] == FLOW_YEARS[-1]]
    cell = (own["placement"], own["start_age"], own["need_column"])
    needs = _last(flows.new_needs, _count(cell, flows.new_needs.shape[1:]))
    asked = _requests(world)
    outcomes = {
        name: {
            year: _last(by_year[year], _outcomes(name, year, asked, by_year[year].shape[1:]))
            for year in by_year
        }
        for name, by_year in flows.outcomes.items()
        if name in NAMES
    }
    return replace(
        flows,
        totals=totals,
        new=new_tables,
        new_needs=needs,
        new_columns=columns,
        ceased=ceased_tables,
        outcomes=outcomes,
    )


def _folded(columns: np.ndarray, flow: str, year: int) -> np.ndarray:
    """Move plans out of columns that the release of the year does not have."""
    names = [*layouts.placements(), *layouts.OLD_ONLY]
    made = columns.copy()
    for column in proportions.unpublished_settings(flow, year):
        if made[names.index(column)]:
            made[names.index(FOLDED[column])] += made[names.index(column)]
            made[names.index(column)] = 0
    return made


def _last(table: np.ndarray, row: np.ndarray) -> np.ndarray:
    return np.concatenate([table[:-1], row[None]])


def _count(cells: Sequence[pd.Series | np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    made = np.zeros(shape, dtype=np.int64)
    np.add.at(made, tuple(np.asarray(c) for c in cells), 1)
    return made


def _placed(plans: pd.DataFrame, world: World) -> pd.DataFrame:
    """Add the row of the placement and need columns, and of the age when the plan started."""
    names = layouts.placements()
    placement = np.array([names.index(c) for c in rates.states()["column"]])
    need = np.array([layouts.needs().index(f"number_{n.lower()}") for n in NEEDS])
    return plans.assign(
        placement=placement[plans["state"].to_numpy()],
        need_column=need[plans["need"].to_numpy()],
        start_age=_age_class(plans["person"], plans["start"], world),
    )


def _age_class(person: pd.Series, day: pd.Series, world: World) -> np.ndarray:
    """Return the row of the age on a day: two and under, 3 to 19, 20 and over."""
    born = pd.DatetimeIndex(person.map(world.people.set_index("person")["birth"]))
    then = pd.DatetimeIndex(day)
    before = (then.month < born.month) | ((then.month == born.month) & (then.day < born.day))
    years = np.asarray(then.year) - np.asarray(born.year) - np.asarray(before, dtype=int)
    return np.clip(years - 2, 0, 18)


def _reason(codes: pd.Series) -> np.ndarray:
    at = {code: layouts.reasons().index(name) for name, code in REASONS.items()}
    return codes.map(at).to_numpy()


def _new_plans(world: World) -> pd.DataFrame:
    """Return plans issued by Westmere, as they stood in the January after."""
    first = world.course.plans.drop_duplicates("person")
    own = first[first["transferla"] == ""]
    return _placed(own.assign(issued=pd.DatetimeIndex(own["start"]).year), world)


def _types(year: int, columns: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    nation = proportions.establishment_types(year)
    names = [*layouts.placements(), *layouts.OLD_ONLY]
    column = type_columns()
    at = np.array([names.index(column[t]) for t in nation["establishment_type"]])
    counted = nation["stock"].to_numpy()
    made = np.zeros(len(at), dtype=np.int64)
    for place in np.flatnonzero(columns):
        rows = np.flatnonzero(at == place)
        weight = counted[rows] if counted[rows].sum() > 0 else np.ones(len(rows))
        made[rows] = whole(weight, int(columns[place]), rng)
    return made


def _requests(world: World) -> pd.DataFrame:
    """Return requests to Westmere itself, with ages and days; plans from elsewhere had none."""
    plans = world.course.plans
    came = set(plans.loc[plans["transferla"] != "", "person"])
    asked = world.requests[~world.requests["person"].isin(came)]
    return asked.assign(
        age=_age_class(asked["person"], asked["received"], world),
        days_to_decision=(asked["decided"] - asked["received"]).dt.days,
        days_to_plan=(asked["assessed"] - asked["received"]).dt.days,
    )


def _outcomes(name: str, year: int, asked: pd.DataFrame, shape: tuple[int, ...]) -> np.ndarray:
    cut = pd.Timestamp(f"{year}-12-31")
    known = {
        "requests": _of_requests,
        "assessments": _of_assessments,
        "timeliness_20_week": _of_timeliness,
    }[name](asked, year, cut)
    made = np.zeros(shape, dtype=np.int64)
    age = asked["age"].to_numpy()
    for n, column in enumerate(layouts.counts(name)):
        made[:, n] = np.bincount(age[known[column].to_numpy()], minlength=shape[0])
    return made


def _of_requests(asked: pd.DataFrame, year: int, cut: pd.Timestamp) -> dict[str, pd.Series]:
    own = asked["received"].dt.year == year
    decided = own & (asked["decided"] <= cut)
    agreed, refused = asked["outcome"] == "Y", asked["outcome"] == "N"
    answered = decided & (agreed | refused)
    soon = asked["days_to_decision"] <= DAYS_TO_DECISION
    mediated, heard = refused & asked["mediation"], refused & asked["tribunal"]
    return {
        "requests_received_in_year": own,
        "requests_rya": own & asked["rya"],
        "requests_decided_to_assess": decided & agreed,
        "requests_decided_not_to_assess": decided & refused,
        "requests_decision_not_made": own & ~decided,
        "requests_withdrawn": decided & (asked["outcome"] == "W"),
        "request_outcome_six_weeks": answered & soon,
        "request_outcome_over_6_weeks": answered & ~soon,
        "mediation_related_request": decided & mediated,
        "tribunal_related_request": decided & heard,
        "tribunal_after_mediation_request": decided & mediated & heard,
    }


def _of_assessments(asked: pd.DataFrame, year: int, cut: pd.Timestamp) -> dict[str, pd.Series]:
    done = asked["assessed"].dt.year == year
    begun = (asked["outcome"] == "Y") & (asked["decided"] <= cut)
    running = begun & ~(asked["assessed"] <= cut)
    issued, refused = done & (asked["assessment"] == "Y"), done & (asked["assessment"] == "N")
    soon = asked["days_to_plan"] <= DAYS_TO_PLAN
    mediated, heard = refused & asked["mediation"], refused & asked["tribunal"]
    never = pd.Series(False, index=asked.index)
    return {
        "assess_in_year": issued | refused | running,
        "assess_issued": issued,
        "assess_not_issued": refused,
        "assess_not_made": running,
        "assess_withdrawn": never,
        "outcome_decision_within_time": (issued | refused) & soon,
        "outcome_decision_over_time": (issued | refused) & ~soon,
        "number_assess_mediation": mediated,
        "number_assess_tribunal": heard,
        "number_asssess_mediation_tribunal": mediated & heard,
        "number_other_mediation": never,
        "number_other_tribunal": never,
        "number_other_mediation_tribunal": never,
    }


def _of_timeliness(asked: pd.DataFrame, year: int, cut: pd.Timestamp) -> dict[str, pd.Series]:
    issued = (asked["start"].dt.year == year) & (asked["start"] <= cut)
    plain = issued & ~asked["exceptions"]
    days = asked["days_to_plan"]
    soon, late = days <= DAYS_TO_PLAN, days > DAYS_A_YEAR
    return {
        "plans_issued_den": issued,
        "plans_issued_den_ex": plain,
        "plans_issued_within_20_weeks": issued & soon,
        "plans_issued_20_weeks_ex": plain & soon,
        "plans_issued_gt20weeks_ltYear": issued & ~soon & ~late,
        "plans_issued_gt20weeks_ltYear_ex": plain & ~soon & ~late,
        "plans_issued_gt_1_year": issued & late,
        "plans_issued_gt_1_year_ex": plain & late,
    }
