"""Scores: how far past forecasts were out, and whether their bands held what they promised.

At each origin the bands are fitted on errors already known there, so that coverage is what a
planner would have got.
"""

import numpy as np
import pandas as pd

from forecasts.naive import rivals
from forecasts.panel import TOTAL, Floats
from forecasts.tested.bands import fit_bands

POOLED = 0
SCORED_TOTAL_ORIGINS = 7
SCORED_ORIGINS = 5
PROBABILITIES = np.array([0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975])
KEYS = ["origin", "horizon", "cut", "method"]
COLUMNS = [
    *KEYS,
    "wape",
    "bias",
    "skill",
    "skill_no_change",
    "coverage_80",
    "coverage_95",
    "crps",
    "mean_error",
    "mean_absolute_error",
    "n",
]


def accuracy(past: pd.DataFrame, base_year: int) -> pd.DataFrame:
    """Return the `Accuracy` table: per origin, and pooled over origins as origin 0.

    The last seven origins are scored for totals and the last five for other cuts, counted back from
    the last one that could be checked. WAPE, bias and CRPS are in per cent of the sum of actuals.
    `mean_error` and `mean_absolute_error` follow DfE's scorecards: (forecast - actual) / actual,
    every authority counting alike. Bands, hence coverage and CRPS, are those of methods that are no
    naive rival, refitted at each origin.

    Args:
        past: What `past_forecasts` or `own_backtest` returned.
        base_year: January census of the forecast these scores stand beside; rows whose actual is of
            a later one are left out.
    """
    past = past[past["origin"] + past["horizon"] <= base_year].reset_index(drop=True)
    if past.empty:
        return pd.DataFrame(columns=COLUMNS)
    scored = past[past["origin"] >= _first_scored(past)].copy()
    scored["miss"] = scored["forecast"] - scored["actual"]
    scored["size"] = scored["miss"].abs()
    scored["relative"] = scored["miss"] / scored["actual"].where(scored["actual"] > 0)
    scored["relative_size"] = scored["relative"].abs()
    scored = scored.join(_against_bands(past, scored))
    both = pd.concat([scored, scored.assign(origin=POOLED)], ignore_index=True)
    grouped = both.groupby(KEYS, sort=True)
    table = grouped.agg(
        size=("size", "sum"),
        miss=("miss", "sum"),
        actual=("actual", "sum"),
        coverage_80=("inside_80", "mean"),
        coverage_95=("inside_95", "mean"),
        mean_error=("relative", "mean"),
        mean_absolute_error=("relative_size", "mean"),
        n=("miss", "size"),
    )
    table["crps"] = grouped["loss"].sum(min_count=1)
    percent = ["size", "miss", "crps"]
    table[percent] = 100 * table[percent].div(table["actual"].where(table["actual"] > 0), axis=0)
    table[["coverage_80", "coverage_95", "mean_error", "mean_absolute_error"]] *= 100
    table = table.rename(columns={"size": "wape", "miss": "bias"}).reset_index()
    for column, rival in (("skill", "growth3"), ("skill_no_change", "persistence")):
        other = table[table["method"] == rival].set_index(KEYS[:-1])["wape"]
        other = table.join(other.rename("other"), on=KEYS[:-1])["other"]
        table[column] = 1 - table["wape"] / other.where(other > 0)
    return table[COLUMNS]


def _first_scored(past: pd.DataFrame) -> pd.Series:
    """The first origin that counts, for every row: by cut, back from its last origin."""
    last = past.groupby("cut")["origin"].transform("max")
    total = past["cut"] == TOTAL
    return last + 1 - np.where(total, SCORED_TOTAL_ORIGINS, SCORED_ORIGINS)


def _against_bands(past: pd.DataFrame, scored: pd.DataFrame) -> pd.DataFrame:
    """Whether each band held the actual, and its CRPS in plans; missing for naive rivals."""
    columns = ["inside_80", "inside_95", "loss"]
    found = pd.DataFrame(np.nan, index=scored.index, columns=columns)
    banded = scored[~scored["method"].isin(list(rivals()))]
    for (method, origin), rows in banded.groupby(["method", "origin"]):
        earlier = past["origin"] + past["horizon"] <= origin
        known = past[(past["method"] == method) & earlier]
        bands = fit_bands(known, tuple(sorted(rows["cut"].unique())))
        for cut, part in rows.groupby("cut"):
            quantiles = bands[str(cut)].quantiles(
                part["forecast"].to_numpy(), part["horizon"].to_numpy(dtype=float), PROBABILITIES
            )
            actual = part["actual"].to_numpy()
            found.loc[part.index, "inside_80"] = _between(quantiles, actual, 0.1, 0.9)
            found.loc[part.index, "inside_95"] = _between(quantiles, actual, 0.025, 0.975)
            found.loc[part.index, "loss"] = crps(quantiles, actual)
    return found


def _between(quantiles: Floats, actual: Floats, low: float, high: float) -> Floats:
    bottom = quantiles[:, int(np.argmin(abs(PROBABILITIES - low)))]
    top = quantiles[:, int(np.argmin(abs(PROBABILITIES - high)))]
    return ((bottom <= actual) & (actual <= top)).astype(float)


def crps(quantiles: Floats, actual: Floats) -> Floats:
    """Return the continuous ranked probability score of each forecast, in plans.

    Twice the quantile loss at `PROBABILITIES`, each weighted by the stretch of probability nearest
    to it.

    Args:
        quantiles: Forecast x probability.
        actual: One a forecast.
    """
    middles = (PROBABILITIES[1:] + PROBABILITIES[:-1]) / 2
    weight = np.diff(np.concatenate([[0.0], middles, [1.0]]))
    short = actual[:, None] - quantiles
    loss = np.maximum(PROBABILITIES * short, (PROBABILITIES - 1) * short)
    return 2 * (loss * weight).sum(axis=1)
