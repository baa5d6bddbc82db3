"""Rates: who leaves, joins and moves in a year, by age, need and setting.

England's published tables give the profiles; the authority's own tables shift them, shrunk so that
small numbers count for little. Levels are set later: the simulation solves factors that bring each
path to its target, so what matters here is who and where, not how many.
"""

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd

from forecasts import defaults
from forecasts.defaults import AGES
from forecasts.movement import COLLEGE_START, allowed, smallest_moves
from forecasts.panel import COUNTED, OLDEST, Floats
from forecasts.profiles import (
    by_age,
    by_age_and,
    by_code,
    by_two_codes,
    latest_year,
    own_to_expected,
    rows_of,
    shares,
)
from sufficiency.errors import SufficiencyError
from sufficiency.terms import codes, table

OPEN_AGE = 20
AGE_WEIGHT, NEED_WEIGHT, SETTING_WEIGHT = 15.0, 30.0, 10.0
LEAVER_WEIGHT = 400.0
SMOOTHING = 20.0
AFFINITY_WEIGHT = 5.0
MOST_LEAVE = 0.98
SETTING_LEAVE_RANGE = (0.5, 2.0)


@cache
def needs() -> tuple[str, ...]:
    """Return the need codes, sorted: the order of every array by need."""
    return tuple(sorted(codes("needs")))


@cache
def settings() -> tuple[str, ...]:
    """Return the setting codes, sorted: the order of every array by setting."""
    return tuple(sorted(codes("settings")))


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
    notes: list[str] = []
    now, before = _ages(stock, base_year, notes)
    by_setting, year_before = _age_settings(stock, now, before, base_year, notes)
    can_go = allowed(settings())
    leave = _leave_by_setting(flows, _leave_by_age(flows, now, before, notes), year_before)
    joining = np.zeros(AGES)
    joining[1:] = now[1:] - before[:-1] * (1.0 - _mean_leave(leave, year_before)[:-1])
    joining = np.maximum(joining, 0.0)
    joining[: defaults.FIRST_AGE + 1] = now[: defaults.FIRST_AGE + 1]

    need_now = by_age_and(rows_of(stock, "", "need_age"), base_year, needs(), "second_key")
    profile, new_plans = _need_profile(flows, joining, need_now, notes)
    own_shape = _own_shape(stock, by_setting, authority, base_year)
    setting_shares = shares(by_setting * own_shape * can_go, can_go.astype(float), 1e-6)
    join_setting = _join_setting(flows, setting_shares, own_shape * can_go, notes)
    placed_joiners = joining[:, None] * join_setting
    return Rates(
        needs=needs(),
        settings=settings(),
        leave=_shifted_leave(leave, stock, flows, authority, base_year),
        join=_own_joiners(stock, flows, joining, profile, new_plans, before, authority, base_year),
        join_setting=join_setting,
        move=smallest_moves(now[:, None] * setting_shares, leave, placed_joiners, can_go),
        affinity=_affinity(stock, need_now, by_setting, base_year, notes),
        notes=tuple(notes),
    )


def _ages(stock: pd.DataFrame, base_year: int, notes: list[str]) -> tuple[Floats, Floats]:
    """England's plans by age at the base census and the one before."""
    rows = rows_of(stock, "", "age")
    now, before = by_age(rows, base_year), by_age(rows, base_year - 1)
    if now is None:
        notes.append("England's plans by age are those of January 2025: no later table was given.")
        now, before = defaults.stock_by_age(), None
    if before is None:
        notes.append("Cohort ratios by age are England's of January 2024 to 2025.")
        ratios = defaults.cohort_ratios()
        before = np.zeros(AGES)
        later = now[1:]
        before[:-1] = np.divide(later, ratios[:-1], out=later.copy(), where=ratios[:-1] > 0)
    return now, before


def _age_settings(
    stock: pd.DataFrame, now: Floats, before: Floats, base_year: int, notes: list[str]
) -> tuple[Floats, Floats]:
    """England's plans by age and setting at the base census and the one before."""
    rows = rows_of(stock, "", "age_setting")
    current = by_age_and(rows, base_year, settings(), "key")
    if current is None:
        notes.append("Settings by age are England's broad shares of January 2025.")
        current = now[:, None] * defaults.setting_shares(settings())
    earlier = by_age_and(rows, base_year - 1, settings(), "key")
    if earlier is None:
        earlier = before[:, None] * shares(current, np.ones_like(current), 1e-6)
    return current, earlier


def _leave_by_age(flows: pd.DataFrame, now: Floats, before: Floats, notes: list[str]) -> Floats:
    """Chance of leaving by age at the census before.

    Plans are published by the age at which they ceased, mostly at the end of a school year: those
    ceased at age a + 1 were a at the census before. Above 19 only the sum is published; there the
    loss of each cohort is used, scaled to that sum. Without the table, cohorts that shrink show
    their leavers, and others lose the share usual at school age.
    """
    later = np.append(now[1:], 0.0)
    lost = np.divide(before - later, before, out=np.zeros(AGES), where=before > 0)
    leave = np.maximum(lost, defaults.LEAVING_WHILE_COHORTS_GROW)
    rows = rows_of(flows, "", "age", "ceased_plans")
    ceased = by_age(rows, latest_year(rows))
    if ceased is None:
        notes.append("Leavers by age come from cohort ratios: no table of ceased plans by age.")
    else:
        young = np.arange(AGES) < OPEN_AGE - 1
        known = young & (before > 0)
        leave = np.where(
            known, np.append(ceased[1:], 0.0) / np.where(known, before, 1.0), leave
        )
        old_losses = float((before * leave)[~young].sum())
        scale = ceased[OPEN_AGE:].sum() / old_losses if old_losses > 0 else 1.0
        leave = np.where(young, leave, leave * scale)
    leave = np.clip(leave, 0.0, MOST_LEAVE)
    leave[OLDEST] = 1.0
    return leave


def _leave_by_setting(flows: pd.DataFrame, leave: Floats, year_before: Floats) -> Floats:
    """Spread leavers over settings, from plans ceased by setting, keeping leavers by age.

    Only from age 16: younger leavers mostly move to another authority, whatever the setting. The
    setting recorded when a plan ceased need not be that of the census before (most of those told
    that their plan ends are by then not in education), so no setting is let far from the rest.
    """
    spread = np.repeat(leave[:, None], len(settings()), axis=1)
    rows = rows_of(flows, "", "setting", "ceased_plans")
    ceased = by_code(rows, latest_year(rows), settings())
    if ceased is None or year_before.sum() <= 0:
        return spread
    ages = np.arange(AGES) >= COLLEGE_START
    wanted = ceased - (year_before * spread)[~ages].sum(axis=0)
    wanted = np.maximum(wanted, 0.0)
    base, by_age_old = spread[ages], (year_before * spread)[ages].sum(axis=1)
    odds, level = np.ones(len(ceased)), np.ones(len(base))
    for _ in range(30):
        expected = (year_before[ages] * base * level[:, None]).sum(axis=0)
        scaled = wanted * expected.sum() / max(wanted.sum(), 1.0)
        odds = np.clip(own_to_expected(scaled, expected, SMOOTHING), *SETTING_LEAVE_RANGE)
        reached = (year_before[ages] * base * odds).sum(axis=1)
        level = np.divide(by_age_old, reached, out=np.ones(len(base)), where=reached > 0)
    spread[ages] = np.clip(base * odds * level[:, None], 0.0, MOST_LEAVE)
    spread[OLDEST] = 1.0
    return spread


def _mean_leave(leave: Floats, year_before: Floats) -> Floats:
    sums = year_before.sum(axis=1)
    return np.divide(
        (year_before * leave).sum(axis=1), sums, out=leave.mean(axis=1), where=sums > 0
    )


def _need_profile(
    flows: pd.DataFrame, joining: Floats, need_now: Floats | None, notes: list[str]
) -> tuple[Floats, Floats]:
    """Needs of England's joiners by age (shares), and its new plans by age."""
    rows = rows_of(flows, "", "need_age", "new_plans")
    new = by_age_and(rows, latest_year(rows), needs(), "second_key")
    usual = np.array([defaults.NEW_PLAN_NEEDS.get(need, 0.0) for need in needs()])
    if new is None:
        notes.append("Needs of new plans are England's of calendar 2024, alike at every age.")
        profile = np.tile(usual / usual.sum(), (AGES, 1))
    else:
        new[OPEN_AGE:] = new[OPEN_AGE]
        profile = shares(new, new.sum(axis=0) / new.sum(), SMOOTHING)
    age_rows = rows_of(flows, "", "age", "new_plans")
    plans = by_age(age_rows, latest_year(age_rows))
    if plans is None or need_now is None:
        return profile, joining
    # Joiners beyond new plans are transfers from other authorities, whose needs are the stock's.
    new_share = np.divide(plans, joining, out=np.ones(AGES), where=joining > 0)
    new_share[OPEN_AGE:] = 1.0
    new_share = np.clip(new_share, 0.0, 1.0)[:, None]
    stock_profile = shares(need_now, profile, SMOOTHING)
    return new_share * profile + (1.0 - new_share) * stock_profile, plans


def _own_joiners(
    stock: pd.DataFrame,
    flows: pd.DataFrame,
    joining: Floats,
    profile: Floats,
    new_plans: Floats,
    before: Floats,
    authority: str,
    base_year: int,
) -> Floats:
    """Joiners of the authority, age x need: England's rate and profile, shifted by its own."""
    own_total = _own_total(stock, authority, base_year)
    shape = joining.copy()
    rows = rows_of(flows, authority, "age", "new_plans")
    own_ages = by_age(rows, latest_year(rows)) if len(rows) else None
    if own_ages is not None and new_plans.sum() > 0:
        expected = new_plans * own_ages.sum() / new_plans.sum()
        shape *= own_to_expected(own_ages, expected, AGE_WEIGHT)
    by_need = profile * shape[:, None]
    rows = rows_of(flows, authority, "need", "new_plans")
    own_needs = by_code(rows, latest_year(rows), needs()) if len(rows) else None
    if own_needs is not None and by_need.sum() > 0:
        expected = by_need.sum(axis=0) * own_needs.sum() / by_need.sum()
        by_need = by_need * own_to_expected(own_needs, expected, NEED_WEIGHT)
    per_plan = joining.sum() / max(before.sum(), 1.0)
    return by_need * (per_plan * own_total / by_need.sum())


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
    expected = float((earlier * leave.mean(axis=1)).sum())
    placed = by_age_and(rows_of(stock, authority, "age_setting"), base_year - 1, settings(), "key")
    if placed is not None:
        expected = float((placed * leave).sum())
    scale = own_to_expected(np.array(float(ceased)), np.array(expected), LEAVER_WEIGHT)
    shifted = np.clip(leave * scale, 0.0, MOST_LEAVE)
    shifted[OLDEST] = 1.0
    return shifted


def _own_shape(
    stock: pd.DataFrame, by_setting: Floats, authority: str, base_year: int
) -> Floats:
    """How much more the authority uses each setting than England does, age x setting, by phase."""
    rows = rows_of(stock, authority, "age_setting")
    own = by_age_and(rows, base_year, settings(), "key")
    shape = np.ones_like(by_setting)
    if own is None:
        return shape
    england = shares(by_setting, np.ones_like(by_setting), 1e-6)
    for phase in table("phases").itertuples():
        ages = slice(int(str(phase.age_from)), int(str(phase.age_to)) + 1)
        expected = (own[ages].sum(axis=1)[:, None] * england[ages]).sum(axis=0)
        shape[ages] = own_to_expected(own[ages].sum(axis=0), expected, SETTING_WEIGHT)
    return shape


def _join_setting(
    flows: pd.DataFrame, setting_shares: Floats, own_shape: Floats, notes: list[str]
) -> Floats:
    """Settings of joiners by age: England's new plans, shifted by the authority's use of each."""
    rows = rows_of(flows, "", "age_setting", "new_plans")
    new = by_age_and(rows, latest_year(rows), settings(), "key")
    if new is None:
        notes.append("Joiners are placed as plans of their age are: no new plans by setting.")
        return setting_shares
    new[OPEN_AGE:] = new[OPEN_AGE]
    return shares(new * own_shape, setting_shares, SMOOTHING)


def _affinity(
    stock: pd.DataFrame,
    need_now: Floats | None,
    by_setting: Floats,
    base_year: int,
    notes: list[str],
) -> Floats:
    """Plans by need and setting against what ages alone would give, need x setting."""
    rows = rows_of(stock, "", "need_setting")
    rows = rows[rows["status"].isin(COUNTED)]
    observed = by_two_codes(rows, base_year, needs(), settings())
    if observed is None or need_now is None:
        notes.append("Every need is placed alike: no table of needs by setting.")
        return np.ones((len(needs()), len(settings())))
    expected = need_now.T @ shares(by_setting, np.ones_like(by_setting), 1e-6)
    return own_to_expected(observed, expected, AFFINITY_WEIGHT)
