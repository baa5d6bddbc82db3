"""Primary needs: today's shares, half of them moved as the ages behind them move.

Needs differ by age (speech and language early, mental health late), so an ageing population has
other needs. A plan's need seldom changes: half of the needs at an age are those of the cohort a
year before, half those at the same age before. Where England's shares of two censuses or more are
published, their drift is added, fading. As with age bands, this is averaged with constant shares;
by authority it cannot be tested on the data published so far (forecasting notes, P4).
"""

import numpy as np

from forecasts.panel import Floats, Panel, needs
from forecasts.pooled.age_rates import ALL, ages_known, known_rows
from forecasts.pooled.mix import Mix, NeedMix, row
from forecasts.pooled.single_ages import FIRST_AGED, age_paths

PREFIX = "need:"
MOVING = 0.5
WITH_COHORT = 0.5
PRIOR_PLANS = 20.0
DRIFT_USED = 0.5
DRIFT_FADES = 0.8
SHARE_ADDED = 1e-4


def fit_needs(panel: Panel) -> NeedMix | None:
    """Return England's needs at the last census; None where no authority's are published."""
    counts = _national(panel)
    known = np.flatnonzero(np.isfinite(counts).all(axis=1) & (counts.sum(axis=1) > 0))
    if len(known) == 0 or known[-1] != len(counts) - 1:
        return None
    shares = counts[known] / counts[known].sum(axis=1, keepdims=True)
    drift = np.zeros(shares.shape[1])
    if len(known) > 1:
        logs = np.log(shares + SHARE_ADDED)
        drift = (logs[-1] - logs[0]) / float(known[-1] - known[0])
    by_age = _national_by_age(panel)
    return NeedMix(
        shares=row(shares[-1]),
        by_age=() if by_age is None else tuple(row(shares) for shares in _composition(by_age)),
        drift=row(drift),
    )


def forecast_needs(mix: Mix, panel: Panel, total: Floats, years: int) -> dict[str, Floats]:
    """Return `need:ASD` and so on -> plans 1 to `years` ahead; needs sum to the total.

    An authority whose needs are not published has England's shares.

    Args:
        mix: England's needs, fitted on censuses up to the panel's last.
        panel: All authorities, or a council's own figures alone.
        total: Forecast of all plans, authority x horizon.
        years: Years ahead, at most the columns of `total`.

    Returns:
        Arrays of authority x horizon; empty where England's needs are not published at the last
        census. Missing where the total is missing.
    """
    fitted, total = mix.needs, total[:, :years]
    if fitted is None:
        return {}
    england = np.array(fitted.shares)
    now = np.tile(england, (len(total), 1))
    if panel.needs is not None:
        own = panel.needs[:, -1]
        known = known_rows(own) & (own.sum(axis=1) > 0)
        now[known] = own[known] / own[known].sum(axis=1, keepdims=True)
    fading = DRIFT_USED * np.cumsum(DRIFT_FADES ** np.arange(years))
    moved = now[:, :, None] * np.exp(np.outer(np.array(fitted.drift), fading))
    moved = moved * _ageing(mix, fitted, panel, total)
    moved = moved / moved.sum(axis=1, keepdims=True)
    shares = MOVING * moved + (1.0 - MOVING) * now[:, :, None]
    return {f"{PREFIX}{need}": shares[:, place] * total for place, need in enumerate(needs())}


def _ageing(mix: Mix, fitted: NeedMix, panel: Panel, total: Floats) -> Floats:
    """Return by how much ageing alone changes the share of each need, authority x need x year."""
    if mix.single_ages is None or not fitted.by_age:
        return np.ones((len(total), len(fitted.shares), total.shape[1]))
    ages = age_paths(mix.single_ages, panel, total)[0]
    england = np.array(fitted.by_age)
    now = np.tile(england, (len(total), 1, 1))
    if panel.needs_by_age is not None:
        own = np.nan_to_num(panel.needs_by_age)
        sums = own.sum(axis=1, keepdims=True)
        now = (own + PRIOR_PLANS * england) / (sums + PRIOR_PLANS)
    start = np.tile(np.array(mix.single_ages.plans), (len(total), 1))
    known = ages_known(panel)
    start[known] = panel.ages[ALL][known, -1]
    base = _share(np.einsum("ina,ia->in", now, start))
    at_age, path = now, []
    for step in range(total.shape[1]):
        carried = at_age.copy()
        carried[:, :, FIRST_AGED:] = at_age[:, :, FIRST_AGED - 1 : -1]
        at_age = WITH_COHORT * carried + (1.0 - WITH_COHORT) * now
        share = _share(np.einsum("ina,ia->in", at_age, np.nan_to_num(ages[:, step])))
        path.append(np.divide(share, base, out=np.ones_like(share), where=(base > 0) & (share > 0)))
    return np.stack(path, axis=2)


def _national(panel: Panel) -> Floats:
    """England's plans by need, year x need; where not published, of the authorities known."""
    if panel.needs is None:
        return np.full((len(panel.years), len(needs())), np.nan)
    known = np.isfinite(panel.needs).all(axis=2, keepdims=True)
    summed = np.where(known, panel.needs, 0.0).sum(axis=0)
    summed = np.where(known.any(axis=0), summed, np.nan)
    published = panel.national_needs
    if published is None:
        return summed
    return np.where(np.isfinite(published).all(axis=1, keepdims=True), published, summed)


def _national_by_age(panel: Panel) -> Floats | None:
    published = panel.national_needs_by_age
    if published is not None and np.isfinite(published).all() and published.sum() > 0:
        return published
    own = panel.needs_by_age
    if own is None:
        return None
    known = np.isfinite(own).all(axis=(1, 2))
    return own[known].sum(axis=0) if known.any() else None


def _composition(by_age: Floats) -> Floats:
    """Share of each need at each age; that of all ages where an age has no plans."""
    sums, overall = by_age.sum(axis=0), by_age.sum(axis=1) / by_age.sum()
    shares = np.divide(by_age, sums, out=np.zeros_like(by_age), where=sums > 0)
    return np.where(sums > 0, shares, overall[:, None])


def _share(counts: Floats) -> Floats:
    sums = counts.sum(axis=1, keepdims=True)
    return np.divide(counts, sums, out=np.zeros_like(counts), where=sums > 0)
