"""England's rates: who leaves, joins, moves and is recorded with which need, from national tables.

Where a table is missing, a documented default is used and a note says so.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasts.panel import Floats
from forecasts.rates import defaults
from forecasts.rates.defaults import AGES
from forecasts.rates.movement import COLLEGE_START, NEED_NOT_RECORDED, smallest_recoding
from forecasts.rates.profiles import (
    by_age,
    by_age_and,
    by_code,
    by_two_codes,
    latest_year,
    needs,
    own_to_expected,
    rows_of,
    settings,
    shares,
)
from forecasts.wide import OLDEST

OPEN_AGE = 20
SMOOTHING = 20.0
AFFINITY_WEIGHT = 5.0
MOST_LEAVE = 0.98
SETTING_LEAVE_RANGE = (0.5, 2.0)
NO_FLOOR = 1e-6


@dataclass(frozen=True)
class England:
    """National counts and rates. Ages are at 31 August, 0 to 25.

    Attributes:
        stock: Plans at the base census, by age.
        stock_before: Plans at the census before, by age.
        by_setting: Plans at the base census, age x setting.
        setting_before: Plans at the census before, age x setting.
        by_need: Plans at the base census, age x need; None if not published.
        leave: Chance of leaving, age x setting.
        joiners: Joiners in the last step, by age at its end.
        joiner_needs: Shares of needs among them, age x need.
        new_plans: New plans of the last calendar year, by age; the joiners if not published.
        new_by_setting: The same, age x setting; None if not published.
        change_need: Chance of each recorded need a year on, age x from x to.
        affinity: How much likelier a setting is for a need than for others of its age.
        notes: What had to be assumed.
    """

    stock: Floats
    stock_before: Floats
    by_setting: Floats
    setting_before: Floats
    by_need: Floats | None
    leave: Floats
    joiners: Floats
    joiner_needs: Floats
    new_plans: Floats
    new_by_setting: Floats | None
    change_need: Floats
    affinity: Floats
    notes: tuple[str, ...]


def england(stock: pd.DataFrame, flows: pd.DataFrame, base_year: int) -> England:
    """Return England's rates of the year to the base census.

    Args:
        stock: `PublishedStock` up to the base census.
        flows: `PublishedFlows` of calendar years before the base census.
        base_year: January census year.
    """
    notes: list[str] = []
    now, before = _ages(stock, base_year, notes)
    by_setting, year_before = _age_settings(stock, now, before, base_year, notes)
    leave = _leave_by_setting(flows, _leave_by_age(flows, now, before, notes), year_before)
    mean_leave = _mean_leave(leave, year_before)
    joiners = np.zeros(AGES)
    joiners[1:] = np.maximum(now[1:] - before[:-1] * (1.0 - mean_leave[:-1]), 0.0)
    first = defaults.FIRST_AGE + 1
    joiners[:first] = now[:first]
    need_now = by_age_and(rows_of(stock, "", "need_age"), base_year, needs(), "second_key")
    profile, new_plans = _need_profile(flows, joiners, need_now, notes)
    rows = rows_of(flows, "", "age_setting", "new_plans")
    new_by_setting = by_age_and(rows, latest_year(rows), settings(), "key")
    if new_by_setting is None:
        notes.append("Joiners are placed as plans of their age are: no new plans by setting.")
    else:
        new_by_setting[OPEN_AGE:] = new_by_setting[OPEN_AGE]
    if need_now is None:
        notes.append("Recorded needs never change: no table of needs by age.")
        change_need = np.repeat(np.eye(len(needs()))[None], AGES, axis=0)
    else:
        change_need = smallest_recoding(
            need_now, mean_leave, joiners[:, None] * profile, np.isin(needs(), NEED_NOT_RECORDED)
        )
    return England(
        stock=now,
        stock_before=before,
        by_setting=by_setting,
        setting_before=year_before,
        by_need=need_now,
        leave=leave,
        joiners=joiners,
        joiner_needs=profile,
        new_plans=new_plans,
        new_by_setting=new_by_setting,
        change_need=change_need,
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
        notes.append(
            f"Moves between settings are taken from January {base_year} alone, age against age: "
            "no table of settings by age for the January before."
        )
        earlier = before[:, None] * shares(current, np.ones_like(current), NO_FLOOR)
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
        leave = np.where(known, np.append(ceased[1:], 0.0) / np.where(known, before, 1.0), leave)
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


def _affinity(
    stock: pd.DataFrame,
    need_now: Floats | None,
    by_setting: Floats,
    base_year: int,
    notes: list[str],
) -> Floats:
    """Plans by need and setting against what ages alone would give, need x setting."""
    rows = rows_of(stock, "", "need_setting")
    observed = by_two_codes(rows, base_year, needs(), settings())
    if observed is None or need_now is None:
        notes.append("Every need is placed alike: no table of needs by setting.")
        return np.ones((len(needs()), len(settings())))
    expected = need_now.T @ shares(by_setting, np.ones_like(by_setting), NO_FLOOR)
    return own_to_expected(observed, expected, AFFINITY_WEIGHT)
