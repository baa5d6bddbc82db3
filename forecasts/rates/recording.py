"""Recording: how an authority records needs, against England's plans of the same ages."""

import numpy as np
import pandas as pd

from forecasts.panel import Floats
from forecasts.rates.england import NO_FLOOR, England
from forecasts.rates.placement import told
from forecasts.rates.profiles import by_age, by_code, needs, own_to_expected, rows_of, shares

# Plans by need in 81 authorities, January 2025, against England's by age: weights of 3 to 5 were
# likeliest (negative binomial, tried 1 to 20).
RECORDED_WEIGHT = 5.0


def as_recorded(
    country: England, stock: pd.DataFrame, authority: str, base_year: int
) -> Floats | None:
    """Return how many more plans of each need there are than England's of those ages, shrunk.

    Args:
        country: England's counts and rates.
        stock: `PublishedStock`.
        authority: Three-digit DfE code.
        base_year: January census year.

    Returns:
        Multipliers, one a need; None if the authority's plans by need are not published.
    """
    own = by_code(rows_of(stock, authority, "need"), base_year, needs())
    if own is None or country.by_need is None:
        return None
    ages = by_age(rows_of(stock, authority, "age"), base_year)
    ages = country.stock if ages is None else ages
    expected = ages @ shares(country.by_need, np.ones(len(needs())), NO_FLOOR)
    expected = expected * own.sum() / max(expected.sum(), NO_FLOOR)
    return own_to_expected(own, expected, RECORDED_WEIGHT)


def needs_held(
    country: England, stock: pd.DataFrame, authority: str, base_year: int, own_total: float
) -> Floats:
    """Return plans by age and need: England's, led to needs as far as the authority has them."""
    held = country.by_need
    if held is None:
        held = country.stock[:, None] * country.joiner_needs
    recorded = as_recorded(country, stock, authority, base_year)
    if recorded is not None:
        held = held * recorded
    return held * (own_total / max(held.sum(), NO_FLOOR))


def own_recoding(
    country: England, stock: pd.DataFrame, authority: str, base_year: int, notes: list[str]
) -> Floats:
    """Return England's changes of recorded need, led to needs as the authority records them.

    Args:
        country: England's counts and rates.
        stock: `PublishedStock`.
        authority: Three-digit DfE code.
        base_year: January census year.
        notes: Grows by what was done.
    """
    recorded = as_recorded(country, stock, authority, base_year)
    notes.append(
        told("Changes of recorded need by age", recorded, "plans by need", RECORDED_WEIGHT)
    )
    if recorded is None:
        return country.change_need
    same = np.eye(len(needs()))
    changed = country.change_need * (1.0 - same)
    led = changed * recorded
    before, after = changed.sum(axis=2, keepdims=True), led.sum(axis=2, keepdims=True)
    led *= np.divide(before, after, out=np.zeros_like(before), where=after > 0)
    return led + same * (1.0 - before)
