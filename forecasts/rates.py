"""Rates: who leaves, joins and moves in a year, by age, need and setting.

England's published tables give the profiles; the authority's own tables shift them, shrunk so that
small numbers count for little. Levels are set later: the simulation solves factors that bring each
path to its target, so what matters here is who and where, not how many.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from forecasts.england import MOST_LEAVE, NO_FLOOR, SMOOTHING, England, england
from forecasts.movement import allowed, smallest_moves
from forecasts.panel import OLDEST, Floats
from forecasts.profiles import (
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
from sufficiency.terms import table

AGE_WEIGHT, NEED_WEIGHT, SETTING_WEIGHT = 15.0, 30.0, 10.0
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
        move: Chance of each setting a year on, age x from x to; rows sum to 1.
        change_need: Chance of each recorded need a year on, age x from x to; rows sum to 1.
        affinity: How much likelier a setting is for a need than for others of the same age,
            need x setting; 1 is no different.
        notes: What had to be assumed, one sentence each.
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
    stock: pd.DataFrame, flows: pd.DataFrame, authority: str, base_year: int
) -> Rates:
    """Return the rates of one authority from published tables.

    Args:
        stock: `PublishedStock`, with national rows; later years than the base are ignored.
        flows: `PublishedFlows`, with national rows; flows of calendar years before the base.
        authority: Three-digit DfE code.
        base_year: January census year the simulation starts from.

    Raises:
        SufficiencyError: The authority has no published total at the base census.
    """
    stock, flows = stock[stock["year"] <= base_year], flows[flows["year"] <= base_year]
    own_total = _own_total(stock, authority, base_year)
    country = england(stock, flows, base_year)
    can_go = allowed(settings())
    shape = _own_shape(stock, country.by_setting, authority, base_year)
    placed = shares(country.by_setting * shape * can_go, can_go.astype(float), NO_FLOOR)
    join_setting = placed
    if country.new_by_setting is not None:
        join_setting = shares(country.new_by_setting * shape * can_go, placed, SMOOTHING)
    return Rates(
        needs=needs(),
        settings=settings(),
        leave=_shifted_leave(country.leave, stock, flows, authority, base_year),
        join=_own_joiners(country, flows, authority, own_total),
        join_setting=join_setting,
        move=smallest_moves(
            country.stock[:, None] * placed,
            country.leave,
            country.joiners[:, None] * join_setting,
            can_go,
        ),
        change_need=_own_recoding(country, stock, authority, base_year),
        affinity=country.affinity,
        notes=country.notes,
    )


def _own_joiners(country: England, flows: pd.DataFrame, authority: str, own_total: float) -> Floats:
    """Joiners of the authority, age x need: England's rate and profile, shifted by its own.

    The authority's new plans of the last three years count half (own weights of 0.3 to 0.6 did
    best in tests, forecasting notes 1, P5), less where they are few.
    """
    shape = country.joiners.copy()
    own_ages = _recent(rows_of(flows, authority, "age", "new_plans"), by_age)
    if own_ages is not None and country.new_plans.sum() > 0:
        expected = country.new_plans * own_ages.sum() / country.new_plans.sum()
        shape *= own_to_expected(own_ages, expected, AGE_WEIGHT) ** OWN_WEIGHT
    by_need = country.joiner_needs * shape[:, None]
    own_needs = _recent(
        rows_of(flows, authority, "need", "new_plans"),
        lambda rows, year: by_code(rows, year, needs()),
    )
    if own_needs is not None and by_need.sum() > 0:
        expected = by_need.sum(axis=0) * own_needs.sum() / by_need.sum()
        by_need = by_need * own_to_expected(own_needs, expected, NEED_WEIGHT) ** OWN_WEIGHT
    per_plan = country.joiners.sum() / max(country.stock_before.sum(), 1.0)
    return by_need * (per_plan * own_total / max(by_need.sum(), NO_FLOOR))


def _recent(
    rows: pd.DataFrame, read: Callable[[pd.DataFrame, int], Floats | None]
) -> Floats | None:
    """The sum of the last three years that have a table."""
    last = latest_year(rows)
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
    leave: Floats, stock: pd.DataFrame, flows: pd.DataFrame, authority: str, base_year: int
) -> Floats:
    """Scale leaving by the authority's own ceased plans against those expected, shrunk."""
    rows = rows_of(flows, authority, "total", "ceased_plans")
    ceased = rows.loc[rows["year"] == base_year, "value"].sum()
    earlier = by_age(rows_of(stock, authority, "age"), base_year - 1)
    if ceased <= 0 or earlier is None:
        return leave
    placed = by_age_and(rows_of(stock, authority, "age_setting"), base_year - 1, settings(), "key")
    if placed is None:
        placed = earlier[:, None] / leave.shape[1] * np.ones_like(leave)
    expected = float((placed * leave).sum())
    scale = own_to_expected(np.array(float(ceased)), np.array(expected), LEAVER_WEIGHT)
    shifted = np.clip(leave * scale, 0.0, MOST_LEAVE)
    shifted[OLDEST] = 1.0
    return shifted


def _own_recoding(country: England, stock: pd.DataFrame, authority: str, base_year: int) -> Floats:
    """England's changes of recorded need, led to needs as far as the authority records them."""
    ages = by_age(rows_of(stock, authority, "age"), base_year)
    own = by_code(rows_of(stock, authority, "need"), base_year, needs())
    if ages is None or own is None or country.by_need is None:
        return country.change_need
    expected = ages @ shares(country.by_need, np.ones(len(needs())), NO_FLOOR)
    same = np.eye(len(needs()))
    changed = country.change_need * (1.0 - same)
    led = changed * own_to_expected(own, expected, NEED_WEIGHT)
    before, after = changed.sum(axis=2, keepdims=True), led.sum(axis=2, keepdims=True)
    led *= np.divide(before, after, out=np.zeros_like(before), where=after > 0)
    return led + same * (1.0 - before)


def _own_shape(stock: pd.DataFrame, by_setting: Floats, authority: str, base_year: int) -> Floats:
    """How much more the authority uses each setting than England does, age x setting, by phase."""
    rows = rows_of(stock, authority, "age_setting")
    own = by_age_and(rows, base_year, settings(), "key")
    shape = np.ones_like(by_setting)
    if own is None:
        return shape
    england = shares(by_setting, np.ones_like(by_setting), NO_FLOOR)
    for phase in table("phases").itertuples():
        ages = slice(int(str(phase.age_from)), int(str(phase.age_to)) + 1)
        expected = (own[ages].sum(axis=1)[:, None] * england[ages]).sum(axis=0)
        shape[ages] = own_to_expected(own[ages].sum(axis=0), expected, SETTING_WEIGHT)
    return shape
