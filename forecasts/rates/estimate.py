"""Rates: who leaves, joins and moves in a year, by age, need and setting.

England's published tables give the profiles; the authority's own tables shift them, shrunk so that
small numbers count for little. Levels are set later: the simulation solves factors that bring each
path to its target, so what matters here is who and where, not how many.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from forecasts.panel import OLDEST, Floats
from forecasts.rates.england import MOST_LEAVE, NO_FLOOR, SMOOTHING, England, england
from forecasts.rates.movement import NOT_RECORDED, allowed, smallest_moves
from forecasts.rates.placement import by_need, own_pattern, told, without_lost_records
from forecasts.rates.profiles import (
    by_age,
    by_age_and,
    by_code,
    latest_year,
    needs,
    own_to_expected,
    rows_of,
    settings,
    shares,
)
from sufficiency.errors import SufficiencyError

AGE_WEIGHT, NEED_WEIGHT = 15.0, 30.0
LEAVER_WEIGHT = 400.0
OWN_WEIGHT = 0.5
OWN_YEARS = 3


@dataclass(frozen=True)
class Rates:
    """Yearly rates of one authority. Ages are at 31 August, 0 to 25; labels name the other axes.

    Attributes:
        needs: Need codes, in the order of the arrays.
        settings: Setting codes, in the order of the arrays.
        leave: Chance that a plan ceases within the year, age x setting; 1 at age 25.
        join: Joiners expected in the base year's step, age at its end x need.
        join_setting: Shares of settings among joiners, age x setting; rows sum to 1.
        move: Chance of each setting a year on, age x need x from x to; rows sum to 1.
        change_need: Chance of each recorded need a year on, age x from x to; rows sum to 1.
        affinity: How much likelier a setting is for a need than for others of the same age,
            need x setting; 1 is no different.
        notes: How they were made and what had to be assumed, one sentence each.
    """

    needs: tuple[str, ...]
    settings: tuple[str, ...]
    leave: Floats
    join: Floats
    join_setting: Floats
    move: Floats
    change_need: Floats
    affinity: Floats
    notes: tuple[str, ...] = field(default=())


def estimate_rates(
    stock: pd.DataFrame,
    flows: pd.DataFrame,
    authority: str,
    base_year: int,
    annotated_years: tuple[int, ...] = (),
) -> Rates:
    """Return the rates of one authority from published tables.

    Args:
        stock: `PublishedStock`, with national rows; later years than the base are ignored.
        flows: `PublishedFlows`, with national rows; flows of calendar years before the base.
        authority: Three-digit DfE code.
        base_year: January census year the simulation starts from.
        annotated_years: January census years whose own flows (those of the calendar year before)
            are unusual, and are left out; England's alone are used where none remains.

    Raises:
        SufficiencyError: The authority has no published total at the base census.
    """
    stock, flows = stock[stock["year"] <= base_year], flows[flows["year"] <= base_year]
    own_total = _own_total(stock, authority, base_year)
    country = england(stock, flows, base_year)
    notes = list(country.notes)
    usual = _without_years(flows, authority, base_year, annotated_years, notes)
    join = _own_joiners(country, usual, authority, own_total, notes)
    leave = _shifted_leave(country.leave, stock, usual, authority, base_year, notes)
    change_need = _own_recoding(country, stock, authority, base_year, notes)
    can_go = allowed(settings())
    use, affinity = own_pattern(stock, country, authority, base_year, notes)
    placed = shares(country.by_setting * use * can_go, can_go.astype(float), NO_FLOOR)
    join_setting = placed
    if country.new_by_setting is not None:
        join_setting = shares(country.new_by_setting * use * can_go, placed, SMOOTHING)
    held = _needs_held(country, stock, authority, base_year, own_total)
    move = smallest_moves(
        held[:, :, None] * by_need(placed, affinity),
        country.leave,
        change_need,
        join[:, :, None] * by_need(join_setting, affinity),
        can_go,
        np.isin(settings(), NOT_RECORDED),
    )
    return Rates(
        needs=needs(),
        settings=settings(),
        leave=leave,
        join=join,
        join_setting=without_lost_records(join_setting, stock, authority, base_year),
        move=move,
        change_need=change_need,
        affinity=affinity,
        notes=tuple(notes),
    )


def _needs_held(
    country: England, stock: pd.DataFrame, authority: str, base_year: int, own_total: float
) -> Floats:
    """Plans by age and need: England's, led to needs as far as the authority has them."""
    by_age_need = country.by_need
    if by_age_need is None:
        by_age_need = country.stock[:, None] * country.joiner_needs
    own = by_code(rows_of(stock, authority, "need"), base_year, needs())
    if own is not None and by_age_need.sum() > 0:
        expected = by_age_need.sum(axis=0) * own.sum() / by_age_need.sum()
        by_age_need = by_age_need * own_to_expected(own, expected, NEED_WEIGHT)
    return by_age_need * (own_total / max(by_age_need.sum(), NO_FLOOR))


def _without_years(
    flows: pd.DataFrame,
    authority: str,
    base_year: int,
    annotated_years: tuple[int, ...],
    notes: list[str],
) -> pd.DataFrame:
    """Return flows without the authority's own of the years that are known to be unusual."""
    recent = range(base_year - OWN_YEARS + 1, base_year + 1)
    left_out = [year for year in recent if year in annotated_years]
    if not left_out:
        return flows
    calendar = ", ".join(str(year - 1) for year in left_out)
    notes.append(f"The authority's own flows of calendar {calendar} are left out, as set.")
    return flows[(flows["authority"] != authority) | ~flows["year"].isin(left_out)]


def _own_joiners(
    country: England,
    flows: pd.DataFrame,
    authority: str,
    own_total: float,
    notes: list[str],
) -> Floats:
    """Joiners of the authority, age x need: England's rate and profile, shifted by its own.

    The authority's new plans of the last three years count half (own weights of 0.3 to 0.6 did
    best in tests, forecasting notes 1, P5), less where they are few.
    """
    shape = country.joiners.copy()
    last = latest_year(flows)
    own_ages = _recent(rows_of(flows, authority, "age", "new_plans"), last, by_age)
    if own_ages is not None and country.new_plans.sum() > 0:
        expected = country.new_plans * own_ages.sum() / country.new_plans.sum()
        shape *= own_to_expected(own_ages, expected, AGE_WEIGHT) ** OWN_WEIGHT
    by_need = country.joiner_needs * shape[:, None]
    own_needs = _recent(
        rows_of(flows, authority, "need", "new_plans"),
        last,
        lambda rows, year: by_code(rows, year, needs()),
    )
    if own_needs is not None and by_need.sum() > 0:
        expected = by_need.sum(axis=0) * own_needs.sum() / by_need.sum()
        by_need = by_need * own_to_expected(own_needs, expected, NEED_WEIGHT) ** OWN_WEIGHT
    notes.append(
        "How many join is England's rate per plan until brought to the forecast total; their ages "
        "and needs are shifted by the square root of own over expected."
    )
    notes.append(told("Ages of joiners", own_ages, "new plans of the last three years", AGE_WEIGHT))
    notes.append(
        told("Needs of joiners", own_needs, "new plans of the last three years", NEED_WEIGHT)
    )
    per_plan = country.joiners.sum() / max(country.stock_before.sum(), 1.0)
    return by_need * (per_plan * own_total / max(by_need.sum(), NO_FLOOR))


def _recent(
    rows: pd.DataFrame, last: int, read: Callable[[pd.DataFrame, int], Floats | None]
) -> Floats | None:
    """The sum of the last three years, or of those that have a table."""
    years = [read(rows, year) for year in range(last - OWN_YEARS + 1, last + 1)]
    known = [counts for counts in years if counts is not None]
    return np.sum(known, axis=0) if known else None


def _own_total(stock: pd.DataFrame, authority: str, base_year: int) -> float:
    rows = rows_of(stock, authority, "total")
    total = rows.loc[rows["year"] == base_year, "value"].sum()
    if total <= 0:
        raise SufficiencyError(
            f"Authority {authority} has no published number of plans for January {base_year}. "
            "Load the EHC plans release that has it, or choose an earlier base census."
        )
    return float(total)


def _shifted_leave(
    leave: Floats,
    stock: pd.DataFrame,
    flows: pd.DataFrame,
    authority: str,
    base_year: int,
    notes: list[str],
) -> Floats:
    """Scale leaving by the authority's own ceased plans against those expected, shrunk."""
    rows = rows_of(flows, authority, "total", "ceased_plans")
    ceased = rows.loc[rows["year"] == base_year, "value"].sum()
    earlier = by_age(rows_of(stock, authority, "age"), base_year - 1)
    if ceased <= 0 or earlier is None:
        notes.append(told("Chances of leaving by age and setting", None, "", 0.0))
        return leave
    notes.append(
        told(
            "Chances of leaving by age and setting",
            earlier,
            f"number of plans ceased in calendar {base_year - 1}",
            LEAVER_WEIGHT,
        )
    )
    placed = by_age_and(rows_of(stock, authority, "age_setting"), base_year - 1, settings(), "key")
    if placed is None:
        placed = earlier[:, None] / leave.shape[1] * np.ones_like(leave)
    expected = float((placed * leave).sum())
    scale = own_to_expected(np.array(float(ceased)), np.array(expected), LEAVER_WEIGHT)
    shifted = np.clip(leave * scale, 0.0, MOST_LEAVE)
    shifted[OLDEST] = 1.0
    return shifted


def _own_recoding(
    country: England, stock: pd.DataFrame, authority: str, base_year: int, notes: list[str]
) -> Floats:
    """England's changes of recorded need, led to needs as far as the authority records them."""
    ages = by_age(rows_of(stock, authority, "age"), base_year)
    own = by_code(rows_of(stock, authority, "need"), base_year, needs())
    if ages is None or own is None or country.by_need is None:
        notes.append(told("Changes of recorded need by age", None, "", 0.0))
        return country.change_need
    notes.append(told("Changes of recorded need by age", own, "plans by need", NEED_WEIGHT))
    expected = ages @ shares(country.by_need, np.ones(len(needs())), NO_FLOOR)
    same = np.eye(len(needs()))
    changed = country.change_need * (1.0 - same)
    led = changed * own_to_expected(own, expected, NEED_WEIGHT)
    before, after = changed.sum(axis=2, keepdims=True), led.sum(axis=2, keepdims=True)
    led *= np.divide(before, after, out=np.zeros_like(before), where=after > 0)
    return led + same * (1.0 - before)
