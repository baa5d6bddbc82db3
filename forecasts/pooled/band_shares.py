"""Age bands as arrays: counts from what was published, cohorts a year older, and features.

Bands are in the order of `AGE_BANDS` everywhere.
"""

import numpy as np

from forecasts.panel import AGE_BANDS, TOTAL, Floats, Panel
from forecasts.pooled.age_rates import ALL, known_rows

FIRST_AGES = tuple(int(band.split("-")[0]) for band in AGE_BANDS)
YEARS_OF_PLANS = np.array([2.0, 6.0, 5.0, 4.0, 6.0])  # plans under 3 are few: 0-4 ages as two years
GROWTH_YEARS = 3
ADDED = 2.0
OLDEST_SHARES = 3


def band_counts(panel: Panel) -> Floats:
    """Return plans by age band, authority x band x year, from bands or single ages as published.

    A band that did not exist yet (20-25 before the reform) counts 0 where the others are known.
    """
    counts = np.stack([panel.stock[band] for band in AGE_BANDS], axis=1)
    began = np.isfinite(counts).any(axis=(0, 2))
    first = np.where(began, np.isfinite(counts).any(axis=0).argmax(axis=1), counts.shape[2])
    before = np.arange(counts.shape[2]) < first[:, None]
    usable = np.isfinite(counts).any(axis=1, keepdims=True)
    counts = np.where(before & usable, 0.0, counts)
    if ALL in panel.ages:
        ages = bands_of_ages(panel.ages[ALL])
        counts = np.where(np.isfinite(ages), ages, counts)
    return np.where(np.isfinite(counts).all(axis=1, keepdims=True), counts, np.nan)


def latest_known(counts: Floats) -> Floats:
    """Return each authority's last known bands, at most three censuses old, authority x band."""
    recent = counts[:, :, -OLDEST_SHARES:]
    latest = np.full(counts.shape[:2], np.nan)
    for place in range(recent.shape[2]):
        known = np.isfinite(recent[:, :, place]).all(axis=1, keepdims=True)
        latest = np.where(known, recent[:, :, place], latest)
    return latest


def england_counts(panel: Panel, counts: Floats) -> Floats:
    """Return England's plans by band and year; where not published, of the authorities known."""
    published = np.stack([panel.national[band] for band in AGE_BANDS])
    if ALL in panel.national_ages:
        ages = bands_of_ages(panel.national_ages[ALL])
        published = np.where(np.isfinite(ages), ages, published)
    known = np.isfinite(counts).all(axis=1, keepdims=True)
    summed = np.where(known, counts, 0.0).sum(axis=0)
    summed = np.where(known.any(axis=0), summed, np.nan)
    return np.where(np.isfinite(published).all(axis=0), published, summed)


def joining_ratio(england: Floats) -> Floats:
    """Return log of England's plans by band over plans aged into it, over the last year known.

    No ages were published in 2023, so the new way of counting them never meets the old.
    """
    known = known_rows(england.T)
    pairs = np.flatnonzero(known[1:] & known[:-1]) + 1
    if len(pairs) == 0:
        return np.zeros(len(AGE_BANDS))
    after, before = england[:, pairs[-1]], _older(england[:, pairs[-1] - 1][None])[0]
    positive = (after > 0) & (before > 0)
    return np.where(
        positive, np.log(np.where(positive, after, 1.0) / np.where(positive, before, 1.0)), 0.0
    )


def aged(plans: Floats, joining: Floats, years: int) -> Floats:
    """Return plans by band aged 1 to `years`; joining less leaving is England's (log)."""
    path = []
    for _ in range(years):
        plans = _older(plans) * np.exp(joining)
        path.append(plans)
    return np.stack(path, axis=2)


def _older(plans: Floats) -> Floats:
    """Plans by band a year older: one part in the band's years moves up."""
    moving = plans / YEARS_OF_PLANS
    stayed = plans - moving
    stayed[:, 0] = plans[:, 0]  # the youngest band is filled again from below
    stayed[:, 1:] += moving[:, :-1]
    return stayed


def shares_of(plans: Floats) -> Floats:
    """Return shares of the second axis; equal ones where there are no plans."""
    whole = plans.sum(axis=1, keepdims=True)
    return np.divide(plans, whole, out=np.full_like(plans, 1.0 / plans.shape[1]), where=whole > 0)


def describe_bands(panel: Panel, counts: Floats) -> Floats:
    """Return log share of each band, log new plans per plan, growth over three years, and log size.

    Authority x feature, not centred; what is unknown is missing.
    """
    now = latest_known(counts)
    shares = np.log((now + ADDED) / (now.sum(axis=1, keepdims=True) + len(AGE_BANDS) * ADDED))
    total = panel.stock[TOTAL]
    size = np.log(np.where(total[:, -1] > 0, total[:, -1], np.nan))
    new = panel.flows["new"][:, -1] if "new" in panel.flows else np.full_like(size, np.nan)
    joining = np.log(new + 1.0) - size
    growth = np.full_like(size, np.nan)
    if total.shape[1] > GROWTH_YEARS:
        before = total[:, -1 - GROWTH_YEARS]
        growth = (size - np.log(np.where(before > 0, before, np.nan))) / GROWTH_YEARS
    if panel.unusual is not None:
        joining = np.where(panel.unusual[:, -1], np.nan, joining)
        growth = np.where(panel.unusual[:, -GROWTH_YEARS:].any(axis=1), np.nan, growth)
    return np.column_stack([shares, joining, growth, size])


def centred(features: Floats, centres: Floats) -> Floats:
    """Return features less the median authority's; unknown flows are taken to be as its."""
    apart = features - centres
    flows = slice(len(AGE_BANDS), len(AGE_BANDS) + 2)
    apart[:, flows] = np.nan_to_num(apart[:, flows])
    return apart


def median_authority(features: Floats) -> Floats:
    """Return the median of each feature over authorities that have it, 0 where none has."""
    known = np.isfinite(features)
    return np.array(
        [
            np.median(features[known[:, column], column]) if known[:, column].any() else 0.0
            for column in range(features.shape[1])
        ]
    )


def bands_of_ages(ages: Floats) -> Floats:
    """Sum single ages to bands: anything x year x age to anything x band x year."""
    summed = np.add.reduceat(ages, FIRST_AGES, axis=-1)
    return np.swapaxes(summed, -1, -2)
