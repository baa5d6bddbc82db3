"""Joiners by published tables: how many an authority's new plans make by age and need."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from forecasts.panel import Floats
from forecasts.rates.england import NO_FLOOR, England
from forecasts.rates.movement import NEED_NOT_RECORDED
from forecasts.rates.placement import told
from forecasts.rates.profiles import by_age, by_code, latest_year, needs, own_to_expected, rows_of
from forecasts.rates.recording import as_recorded

AGE_WEIGHT = 15.0
# Needs of new plans in 81 authorities, calendar 2024, were likeliest (negative binomial) about
# England's by age times how the authority's older plans differ from England's, in full (power 0.9
# best of 0 to 1), with this weight; without the older plans the weight would be 2 and the fit far
# worse.
NEED_WEIGHT = 5.0
OWN_WEIGHT = 0.5
OWN_YEARS = 3


def own_joiners(
    country: England,
    stock: pd.DataFrame,
    flows: pd.DataFrame,
    authority: str,
    own_total: float,
    notes: list[str],
) -> Floats:
    """Return joiners of the authority, age x need: England's rate and profile, shifted by its own.

    The authority's new plans of the last three years count half (own weights of 0.3 to 0.6 did
    best in tests, forecasting notes 1, P5), less where they are few. Needs are first led to those
    that the authority's plans in force have more of than England's of the same ages: how needs are
    recorded in a place lasts longer than a year's new plans can show. A need that was not recorded
    is a failure of the authority's own return, so joiners lack it at its own share of plans.

    Args:
        country: England's counts and rates.
        stock: `PublishedStock` up to the base census.
        flows: `PublishedFlows`, without the authority's own of annotated years.
        authority: Three-digit DfE code.
        own_total: Plans at the base census.
        notes: Grows by what was done.
    """
    shape = country.joiners.copy()
    last = latest_year(flows)
    own_ages = _recent(rows_of(flows, authority, "age", "new_plans"), last, by_age)
    if own_ages is not None and country.new_plans.sum() > 0:
        expected = country.new_plans * own_ages.sum() / country.new_plans.sum()
        shape *= own_to_expected(own_ages, expected, AGE_WEIGHT) ** OWN_WEIGHT
    base_year = latest_year(rows_of(stock, authority, "total"))
    recorded = as_recorded(country, stock, authority, base_year)
    by_need = country.joiner_needs * shape[:, None]
    if recorded is not None:
        by_need = by_need * recorded
    own_needs = own_new_needs(flows, authority)
    if own_needs is not None and by_need.sum() > 0:
        expected = by_need.sum(axis=0) * own_needs.sum() / by_need.sum()
        by_need = by_need * own_to_expected(own_needs, expected, NEED_WEIGHT) ** OWN_WEIGHT
    by_need = _without_lost_needs(by_need, stock, authority, base_year)
    notes.append(
        "How many join is England's rate per plan until brought to the forecast total; their ages "
        "and needs are shifted by the square root of own over expected."
    )
    notes.append(told("Ages of joiners", own_ages, "new plans of the last three years", AGE_WEIGHT))
    counts = "plans in force by need, then new plans of the last three years"
    notes.append(
        told("Needs of joiners", own_needs if recorded is None else recorded, counts, NEED_WEIGHT)
    )
    per_plan = country.joiners.sum() / max(country.stock_before.sum(), 1.0)
    return by_need * (per_plan * own_total / max(by_need.sum(), NO_FLOOR))


def own_new_needs(flows: pd.DataFrame, authority: str) -> Floats | None:
    """Return the authority's new plans by need in the last three years; None if not published.

    Args:
        flows: `PublishedFlows`, without the authority's own of annotated years.
        authority: Three-digit DfE code.
    """
    return _recent(
        rows_of(flows, authority, "need", "new_plans"),
        latest_year(flows),
        lambda rows, year: by_code(rows, year, needs()),
    )


def _without_lost_needs(
    by_need: Floats, stock: pd.DataFrame, authority: str, base_year: int
) -> Floats:
    """Set needs that were not recorded to the authority's own share of plans; none if unknown."""
    lost = needs().index(NEED_NOT_RECORDED)
    own = by_code(rows_of(stock, authority, "need"), base_year, needs())
    share = 0.0 if own is None else min(float(own[lost] / own.sum()), 0.9)
    made = by_need.copy()
    made[:, lost] = 0.0
    made[:, lost] = made.sum(axis=1) * share / (1.0 - share)
    return made


def _recent(
    rows: pd.DataFrame, last: int, read: Callable[[pd.DataFrame, int], Floats | None]
) -> Floats | None:
    """The sum of the last three years, or of those that have a table."""
    years = [read(rows, year) for year in range(last - OWN_YEARS + 1, last + 1)]
    known = [counts for counts in years if counts is not None]
    return np.sum(known, axis=0) if known else None
