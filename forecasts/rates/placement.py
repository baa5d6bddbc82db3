"""Placement: how an authority's use of settings differs from England's, by age and by need.

Each comparison is of the authority's published plans with those expected if it placed alike, and
is shrunk: a count counts in full only where it is large against the weight.
"""

import numpy as np
import pandas as pd

from forecasts.panel import Floats
from forecasts.rates.england import NO_FLOOR, England
from forecasts.rates.movement import NOT_RECORDED
from forecasts.rates.profiles import (
    by_age_and,
    by_code,
    by_two_codes,
    needs,
    own_to_expected,
    rows_of,
    settings,
    shares,
)
from sufficiency.terms import table

# How far 76 authorities of January 2025 lay from what England's pattern gives was likeliest with
# these weights (negative binomial, tried 0.3 to 60): 1 for settings, 3 for settings by phase after
# that, 15 for need by setting, but 5 at special schools, where it matters most.
USE_WEIGHT, PHASE_WEIGHT = 1.0, 3.0
NEED_SETTING_WEIGHT = 10.0
FITS = 50


def told(what: str, own: Floats | None, counts: str, weight: float) -> str:
    """Return the sentence that says whose a rate is, and how far the authority's counts shift it.

    Args:
        what: The rate, in the plural.
        own: The authority's counts; None if there are none.
        counts: What they count.
        weight: As many plans more are taken to be as expected.
    """
    if own is None:
        return f"{what} are England's alone: the authority's own counts are not used or published."
    return (
        f"{what} are England's, shifted by the authority's own {counts} against those expected, "
        f"as if {weight:g} more were as expected."
    )


def by_need(placed: Floats, affinity: Floats) -> Floats:
    """Return shares of settings by age and need (26 x N x S) from those by age and the affinity."""
    return shares(placed[:, None] * affinity[None], placed[:, None], NO_FLOOR)


def own_pattern(
    stock: pd.DataFrame, country: England, authority: str, base_year: int, notes: list[str]
) -> tuple[Floats, Floats]:
    """Return the use of settings (26 x S) and the affinity (N x S); England's where unpublished.

    Placements that were not recorded say nothing of a need: their affinity is 1.

    Args:
        stock: `PublishedStock`.
        country: England's counts and rates.
        authority: Three-digit DfE code.
        base_year: January census year.
        notes: Grows by what was done.
    """
    use = own_use(stock, country.by_setting, authority, base_year)
    affinity = own_affinity(stock, country.affinity, authority, base_year)
    counts = f"plans by setting (as if {USE_WEIGHT:g} more were as expected), then by phase,"
    notes.append(told("Settings by age, and so moves between them,", use, counts, PHASE_WEIGHT))
    counts = "plans by need and setting"
    notes.append(told("Settings by need", affinity, counts, NEED_SETTING_WEIGHT))
    notes.append(
        "Nobody moves into placement not recorded; joiners are unrecorded at the authority's own "
        "share of plans by phase."
    )
    use = np.ones_like(country.by_setting) if use is None else use
    affinity = country.affinity if affinity is None else affinity
    return use, np.where(np.isin(settings(), NOT_RECORDED), 1.0, affinity)


def own_use(
    stock: pd.DataFrame, by_setting: Floats, authority: str, base_year: int
) -> Floats | None:
    """Return how much more the authority uses each setting than England does, age x setting.

    First over all ages, then by phase against what that leads to expect, so that a setting hardly
    used at any age is not given England's share anew in each phase.

    Args:
        stock: `PublishedStock`.
        by_setting: England's plans, age x setting.
        authority: Three-digit DfE code.
        base_year: January census year.

    Returns:
        Multipliers, 26 x S; None if the authority's plans by age and setting are not published.
    """
    own = by_age_and(rows_of(stock, authority, "age_setting"), base_year, settings(), "key")
    if own is None:
        return None
    usual = own.sum(axis=1, keepdims=True) * shares(by_setting, np.ones_like(by_setting), NO_FLOOR)
    overall = own_to_expected(own.sum(axis=0), usual.sum(axis=0), USE_WEIGHT)
    use = np.tile(overall, (len(own), 1))
    for ages in _phases():
        expected = (usual[ages] * overall).sum(axis=0)
        use[ages] *= own_to_expected(own[ages].sum(axis=0), expected, PHASE_WEIGHT)
    return use


def own_affinity(
    stock: pd.DataFrame, affinity: Floats, authority: str, base_year: int
) -> Floats | None:
    """Return how much likelier a setting is for a need than for others of its age, locally.

    England's affinity times the authority's own plans by need and setting over those expected.
    Expected are its own plans by need and age, placed as its plans of that age are, times
    England's affinity, and fitted to its own totals by need and by setting: so the comparison is
    of which needs go where, not of how much of either there is, nor of their ages.

    Args:
        stock: `PublishedStock`.
        affinity: England's, need x setting.
        authority: Three-digit DfE code.
        base_year: January census year.

    Returns:
        Need x setting; None if one of the three tables is not published.
    """
    observed = by_two_codes(
        rows_of(stock, authority, "need_setting"), base_year, needs(), settings()
    )
    ages = by_age_and(rows_of(stock, authority, "need_age"), base_year, needs(), "second_key")
    placed = by_age_and(rows_of(stock, authority, "age_setting"), base_year, settings(), "key")
    if observed is None or ages is None or placed is None:
        return None
    alike = ages.T @ shares(placed, np.ones_like(placed), NO_FLOOR)
    expected = _fitted(alike * affinity, observed)
    return affinity * own_to_expected(observed, expected, NEED_SETTING_WEIGHT)


def without_lost_records(
    join_setting: Floats, stock: pd.DataFrame, authority: str, base_year: int
) -> Floats:
    """Return shares of settings among joiners, with "not recorded" at the authority's own share.

    A placement that was not recorded is a failure of one authority's return. Its share by phase is
    taken as it is, unshrunk, for England's says nothing of it; none where it is not published.

    Args:
        join_setting: Shares, age x setting; rows sum to 1.
        stock: `PublishedStock`.
        authority: Three-digit DfE code.
        base_year: January census year.
    """
    lost = np.isin(settings(), NOT_RECORDED)
    own = by_age_and(rows_of(stock, authority, "age_setting"), base_year, settings(), "key")
    recorded = shares(np.where(lost, 0.0, join_setting), np.zeros_like(join_setting), 0.0)
    if own is None:
        everywhere = by_code(rows_of(stock, authority, "setting"), base_year, settings())
        own = np.zeros_like(join_setting) if everywhere is None else everywhere + 0.0 * join_setting
    share = np.zeros_like(join_setting)
    for ages in _phases():
        counts = own[ages].sum(axis=0)
        share[ages] = np.where(lost, counts, 0.0) / max(counts.sum(), 1.0)
    return recorded * (1.0 - share.sum(axis=1, keepdims=True)) + share


def _fitted(table: Floats, margins: Floats) -> Floats:
    """Scale rows and columns of a table to the row and column sums of another."""
    fitted = table
    for _ in range(FITS):
        fitted = fitted * _ratio(margins.sum(axis=1), fitted.sum(axis=1))[:, None]
        fitted = fitted * _ratio(margins.sum(axis=0), fitted.sum(axis=0))
    return fitted


def _ratio(wanted: Floats, found: Floats) -> Floats:
    return np.divide(wanted, found, out=np.zeros_like(found), where=found > 0)


def _phases() -> list[slice]:
    return [
        slice(int(str(phase.age_from)), int(str(phase.age_to)) + 1)
        for phase in table("phases").itertuples()
    ]
