"""Single years of age: every cohort a year older, some leave, others join.

One year ahead an authority's plans of an age are mostly last year's plans a year younger. Own
rates of leaving and joining say something, but they are noisy: they are mixed with England's, and
whatever the method, ages are brought to England's expected number at that age. A small part of
the count at the same age last year is kept, because schools and phases have their own shape.
The youngest are not aged, as most of their cohort has yet to join (forecasting notes, P5).

The weights were chosen on one step, January 2024 to 2025, over 80 authorities; the error is flat
around them.
"""

import numpy as np

from forecasts.national import smoothed_path
from forecasts.panel import TOTAL, Floats, Panel
from forecasts.pooled.age_rates import (
    AGES,
    ALL,
    AgeRates,
    flow_by_age,
    joiners_when_counted,
    last,
    older,
    own_rates,
    ratio,
    staying_share,
)
from forecasts.pooled.mix import Mix, SingleAgeMix, row

SPECIAL = "special_state"
YOUNGEST = 2
FIRST_AGED = 5
LONGEST = 15
SAME_AGE = 0.15
TO_TOTAL = 0.5
SPECIAL_BY_AGE = (0.15, 0.35, 0.5)  # same age; share of the cohort; those who stay and join
ENGLAND_SPECIAL = (0.2, 0.3, 0.5)  # same age; snapshot; share of the cohort
PRIOR_PLANS = 30.0
COHORT_SHARE = 0.7
LEVEL_YEARS = 3
TWO_YEAR_WEIGHT = 0.5


def fit_single_ages(panel: Panel) -> SingleAgeMix | None:
    """Return England's single ages at the last census; None where none are published.

    England's rates of staying and joining come from the authorities that publish ages, new and
    ceased plans alike.
    """
    plans, special = _england(panel, ALL), _england(panel, SPECIAL)
    if plans is None:
        return None
    own, new, ceased = (
        last(panel.ages[ALL]),
        flow_by_age(panel.new_by_age),
        flow_by_age(panel.ceased_by_age),
    )
    staying, joining = np.ones(AGES), np.zeros(AGES)
    if new is not None:
        known = np.isfinite(own).all(axis=1) & np.isfinite(new).all(axis=1)
        if known.any():
            joining = joiners_when_counted(new[known]).sum(axis=0) / own[known].sum()
    if ceased is not None:
        known = np.isfinite(own).all(axis=1) & np.isfinite(ceased).all(axis=1)
        if known.any():
            staying = staying_share(own[known].sum(axis=0), ceased[known].sum(axis=0))
    return SingleAgeMix(
        plans=row(plans),
        special=row(np.zeros(AGES) if special is None else special),
        staying=row(staying),
        joining=row(joining),
        growth=row(_growth(panel, TOTAL)),
        special_growth=row(_growth(panel, SPECIAL)),
    )


def forecast_single_ages(
    mix: Mix, panel: Panel, total: Floats, special_state: Floats
) -> dict[str, Floats]:
    """Return `all@11`, `special_state@11` and so on for ages 2 to 25 -> plans.

    Each year's ages are drawn half-way to the forecast of the total (a better total would not be
    reached by a noisier one alone), so that over the years they come to agree with it. An
    authority that publishes no ages has England's shape on its own total.

    Args:
        mix: England's ages, fitted on censuses up to the panel's last.
        panel: All authorities, or a council's own figures alone.
        total: Forecast of all plans, authority x horizon.
        special_state: Forecast of plans in state special schools, in the same shape.

    Returns:
        Arrays of authority x horizon; empty where England's single ages are not published at the
        last census. Missing where the authority has no forecast of the total.
    """
    fitted = mix.single_ages
    if fitted is None:
        return {}
    every, special = age_paths(fitted, panel, total, special_state)
    paths = {ALL: every, SPECIAL: special}
    return {
        f"{kind}@{age}": path[:, :, age]
        for kind, path in paths.items()
        for age in range(YOUNGEST, AGES)
    }


def age_paths(
    fitted: SingleAgeMix, panel: Panel, total: Floats, special_state: Floats | None = None
) -> tuple[Floats, Floats]:
    """Return all plans and those in state special schools, authority x horizon x age 0 to 25.

    Without a forecast of state special schools theirs grow as in England.
    """
    if special_state is None:
        special_state = np.full_like(total, np.nan)
    england, england_special = np.array(fitted.plans), np.array(fitted.special)
    plans = _start(panel, ALL, england, total)
    special = _special_start(panel, plans, (england, england_special), special_state)
    rates = own_rates(fitted, panel, plans)
    every, placed = [], []
    for step in range(total.shape[1]):
        grown = _step_growth(fitted.growth, step)
        since = float(np.exp(fitted.growth[min(step, LONGEST - 1)]))
        ahead = _england_ahead(fitted, england, grown, since)
        later = _to_total(_ahead(fitted, plans, rates, england, ahead, since), total[:, step])
        special_ahead = _england_special_ahead(
            england, england_special, ahead, _step_growth(fitted.special_growth, step)
        )
        special = _to_total(
            _special_ahead(
                fitted,
                (plans, special),
                later,
                rates,
                (england, england_special),
                (ahead, special_ahead),
            ),
            special_state[:, step],
        )
        plans, england, england_special = later, ahead, special_ahead
        every.append(plans)
        placed.append(special)
    unknown = ~np.isfinite(total)[:, :, None]
    return (
        np.where(unknown, np.nan, np.stack(every, axis=1)),
        np.where(unknown, np.nan, np.stack(placed, axis=1)),
    )


def _ahead(
    fitted: SingleAgeMix,
    plans: Floats,
    rates: AgeRates,
    england: Floats,
    ahead: Floats,
    since: float,
) -> Floats:
    """One year of an authority's ages, each age brought to England's expected number."""
    expected = older(england * np.array(fitted.staying)) + np.array(
        fitted.joining
    ) * since * np.sum(fitted.plans)
    moved = older(plans * rates.staying) + rates.joining * since
    same = plans * ratio(ahead, england)
    mixed = SAME_AGE * same + (1.0 - SAME_AGE) * moved * ratio(ahead, expected)
    return np.where(np.arange(AGES) < FIRST_AGED, same, mixed)


def _special_ahead(
    fitted: SingleAgeMix,
    now: tuple[Floats, Floats],
    later: Floats,
    rates: AgeRates,
    england: tuple[Floats, Floats],
    ahead: tuple[Floats, Floats],
) -> Floats:
    """One year of state special schools: same age, shares carried with the cohort, stayers."""
    (plans, special), (all_england, special_england) = now, england
    all_ahead, special_ahead = ahead
    usual = ratio(special_england, all_england)
    share = (special + PRIOR_PLANS * usual) / (plans + PRIOR_PLANS)
    carried = np.clip(older(share) * ratio(usual, older(usual)), 0.0, 1.0)
    carried = COHORT_SHARE * carried + (1.0 - COHORT_SHARE) * share
    by_share = later * carried * ratio(special_ahead, all_ahead * usual)
    same = special * ratio(special_ahead, special_england)
    # Many leave special schools at 16 without leaving the system: brought to England's number.
    stayed = older(special_england * np.array(fitted.staying))
    joiners = np.maximum(special_ahead - stayed, 0.0)
    size = ratio(special.sum(axis=1, keepdims=True), special_england.sum())
    flowing = older(special * rates.staying) + size * joiners
    flowing = flowing * ratio(special_ahead, stayed + joiners)
    weights = SPECIAL_BY_AGE
    mixed = weights[0] * same + weights[1] * by_share + weights[2] * flowing
    return np.where(np.arange(AGES) < FIRST_AGED, (same + by_share) / 2.0, mixed)


def _england_ahead(fitted: SingleAgeMix, now: Floats, grown: float, since: float) -> Floats:
    """One year of England's ages: mean of same-age growth, snapshot shape and flows."""
    start = np.array(fitted.plans)
    same = now * grown
    shape = older(now) * ratio(start, older(start)) * grown
    flow = older(now * np.array(fitted.staying)) + np.array(fitted.joining) * start.sum() * since
    mean = np.where(np.arange(AGES) < FIRST_AGED, same, (same + shape + flow) / 3.0)
    return mean * (now.sum() * grown / mean.sum())


def _england_special_ahead(
    plans: Floats, special: Floats, plans_ahead: Floats, grown: float
) -> Floats:
    """One year of England's ages in state special schools."""
    if special.sum() <= 0:
        return special
    same = special * grown
    shape = older(special) * ratio(special, older(special)) * grown
    by_share = plans_ahead * ratio(special, plans)
    weights = ENGLAND_SPECIAL
    mean = weights[0] * same + weights[1] * shape + weights[2] * by_share
    mean = np.where(np.arange(AGES) < FIRST_AGED, (same + by_share) / 2.0, mean)
    return mean * (special.sum() * grown / mean.sum())


def _growth(panel: Panel, cut: str) -> Floats:
    """England's cumulative log growth of one cut, by the same path as the totals follow."""
    return smoothed_path(panel.growth(cut), LONGEST, np.full(LONGEST, TWO_YEAR_WEIGHT))


def _start(panel: Panel, kind: str, england: Floats, total: Floats) -> Floats:
    """Ages at the last census; England's shape on the first forecast total where not known."""
    own = last(panel.ages[kind]) if kind in panel.ages else np.full((len(total), AGES), np.nan)
    known = np.isfinite(own).all(axis=1, keepdims=True)
    level = np.nan_to_num(total[:, :1])
    return np.where(known, own, level * ratio(england, england.sum()))


def _special_start(
    panel: Panel, plans: Floats, england: tuple[Floats, Floats], special_state: Floats
) -> Floats:
    """Ages in state special schools at the last census.

    Where they are not known (too many placements not recorded), England's share of each age,
    brought to the last known number in state special schools, or to the first forecast of it.
    """
    own = last(panel.ages[SPECIAL]) if SPECIAL in panel.ages else np.full(plans.shape, np.nan)
    known = np.isfinite(own).all(axis=1, keepdims=True)
    level = special_state[:, 0].copy() if special_state.shape[1] else np.full(len(plans), np.nan)
    for counts in panel.stock.get(SPECIAL, plans[:, :0]).T[-LEVEL_YEARS:]:
        level = np.where(np.isfinite(counts), counts, level)
    usual = plans * ratio(england[1], england[0])
    scale = ratio(level, usual.sum(axis=1))
    usual = usual * np.where(np.isfinite(scale), scale, 1.0)[:, None]
    return np.where(known, own, usual)


def _england(panel: Panel, kind: str) -> Floats | None:
    """England's published ages at the last census, or the sum of the authorities known."""
    published = panel.national_ages.get(kind)
    if published is not None and np.isfinite(published[-1]).all() and published[-1].sum() > 0:
        return published[-1]
    if kind not in panel.ages:
        return None
    own = last(panel.ages[kind])
    own = own[np.isfinite(own).all(axis=1)]
    return own.sum(axis=0) if own.sum() > 0 else None


def _to_total(ages: Floats, total: Floats) -> Floats:
    apart = ratio(total, ages.sum(axis=1))
    apart = np.where(np.isfinite(apart) & (apart > 0), apart, 1.0)
    return ages * (apart**TO_TOTAL)[:, None]


def _step_growth(path: tuple[float, ...], step: int) -> float:
    """Growth from one year to the next; the last known year's growth goes on for ever."""
    place = min(step, len(path) - 1)
    return float(np.exp(path[place] - (path[place - 1] if place else 0.0)))
