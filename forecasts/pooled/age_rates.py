"""Rates by single year of age: who stays, who joins, and cohorts a year older.

An authority's own flows of one year are noisy: half of the rate of staying is its own, three tenths
of the joiners are; the rest is England's (0.3 to 0.7 do alike; forecasting notes, P5).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasts.panel import Floats, Panel
from forecasts.pooled.mix import SingleAgeMix
from forecasts.wide import OLDEST

AGES = OLDEST + 1
OPEN_FROM = 20
OVER_20 = np.array([0.45, 0.25, 0.15, 0.10, 0.04, 0.01])  # shares of a flow "20 and over"
OLDER_WHEN_COUNTED = 0.5
OWN_STAYING = 0.5
OWN_JOINING = 0.3
ALL = "all"


@dataclass(frozen=True)
class AgeRates:
    """Own rates by authority and age: `staying` (share) and `joining` (plans in a year)."""

    staying: Floats
    joining: Floats


def own_rates(fitted: SingleAgeMix, panel: Panel, plans: Floats) -> AgeRates:
    """Return own rates mixed with England's; England's alone where own are not published.

    An annotated year's joiners count as not published.
    """
    staying = np.tile(np.array(fitted.staying), (len(plans), 1))
    joining = plans.sum(axis=1, keepdims=True) * np.array(fitted.joining)
    aged = ages_known(panel)
    ceased, new = flow_by_age(panel.ceased_by_age), flow_by_age(panel.new_by_age)
    if ceased is not None:
        known = (np.isfinite(ceased).all(axis=1) & aged)[:, None]
        own = staying_share(plans, np.nan_to_num(ceased))
        staying = np.where(known, OWN_STAYING * own + (1.0 - OWN_STAYING) * staying, staying)
    if new is not None:
        known = (np.isfinite(new).all(axis=1) & aged & ~_unusual(panel))[:, None]
        own = joiners_when_counted(np.nan_to_num(new))
        joining = np.where(known, OWN_JOINING * own + (1.0 - OWN_JOINING) * joining, joining)
    return AgeRates(staying, joining)


def ages_known(panel: Panel) -> NDArray[np.bool_]:
    """Return whether each authority's single ages are published at the last census."""
    if ALL not in panel.ages:
        return np.zeros(len(panel.authorities), dtype=bool)
    return known_rows(last(panel.ages[ALL]))


def known_rows(values: Floats) -> NDArray[np.bool_]:
    """Return which rows have no missing value."""
    return np.asarray(np.isfinite(values).all(axis=1))


def _unusual(panel: Panel) -> NDArray[np.bool_]:
    if panel.unusual is None:
        return np.zeros(len(panel.authorities), dtype=bool)
    return panel.unusual[:, -1]


def last(values: Floats) -> Floats:
    """Return the last census of authority x year x age."""
    return values[:, -1]


def flow_by_age(flow: Floats | None) -> Floats | None:
    """Return a flow by age in the year before the last census, ages 20 and over spread."""
    if flow is None:
        return None
    spread = last(flow).copy()
    spread[:, OPEN_FROM:] = spread[:, OPEN_FROM:].sum(axis=1, keepdims=True) * OVER_20
    return spread


def joiners_when_counted(new: Floats) -> Floats:
    """Return new plans by age when issued as joiners by age at the census a year on."""
    return OLDER_WHEN_COUNTED * older(new) + (1.0 - OLDER_WHEN_COUNTED) * new


def staying_share(plans: Floats, ceased: Floats) -> Floats:
    """Return the share of plans that did not cease, from plans left and plans ceased."""
    return 1.0 - ratio(ceased, plans + ceased)


def older(values: Floats) -> Floats:
    """Return values by age moved to the age above; those of the oldest age leave."""
    moved = np.zeros_like(values)
    moved[..., 1:] = values[..., :-1]
    return moved


def ratio(top: Floats, bottom: Floats | float) -> Floats:
    """Return top over bottom, 0 where there is nothing below."""
    top, below = np.broadcast_arrays(np.asarray(top, float), np.asarray(bottom, float))
    return np.divide(top, below, out=np.zeros(top.shape), where=below > 0)
