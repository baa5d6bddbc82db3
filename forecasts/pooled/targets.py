"""Targets: where an authority's total and settings are heading, and how sure that is.

The total follows England's path with the authority's plan rate closing 6% of its gap a year; each
setting group follows England's path for that group; the groups are then reconciled to the total.
Uncertainty is that of the same method's past errors over all authorities.
"""

import numpy as np
import pandas as pd

from forecasts.national import national_path
from forecasts.panel import TOTAL, Floats, Panel, build_panel, cuts, setting_groups
from forecasts.pooled.converge import converging_totals
from forecasts.pooled.reconcile import growth_spread, reconcile
from forecasts.tested.backtest import accuracy, past_forecasts
from forecasts.tested.bands import Band, default_band, fit_bands
from sufficiency.contracts import Accuracy, Targets, checked

METHOD = "national_converge"
EXTRA_VARIANCE = 1.0


def forecast_targets(
    stock: pd.DataFrame,
    flows: pd.DataFrame,
    population: pd.DataFrame,
    authority: str,
    base_year: int,
    years: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the targets of one authority and the accuracy of the method that made them.

    Only rows dated up to the base census are used: published stock of January `base_year` or
    earlier, and mid-year estimates of `base_year` - 1 or earlier.

    Args:
        stock: `PublishedStock` of all authorities; national rows drive the path.
        flows: `PublishedFlows`; not used by this method, which needs stocks only. It is part of
            the signature because new plans and requests lead totals by a year.
        population: `Population`; residents aged 4 to 18 are the denominator of the plan rate.
        authority: Three-digit DfE code.
        base_year: January census the forecast starts from.
        years: Years ahead.

    Returns:
        `Targets`: one row a cut (total, then setting groups) and horizon 0 to `years`; standard
        deviations are on the log scale, 0 at horizon 0. Setting groups sum to the total each year.
        `Accuracy`: per origin, and origin 0 for all origins pooled.

    Raises:
        SufficiencyError: No published total at the base census.
    """
    panel = build_panel(stock, population, base_year)
    row = panel.row(authority)
    past = past_forecasts(panel, central, METHOD)
    bands = fit_bands(past[past["method"] == METHOD], cuts())
    now, notes = _base(panel, row)
    forecast = central(panel, years)
    frames = []
    ahead = np.arange(1, years + 1, dtype=float)
    for cut in cuts():
        mean = forecast[cut][row]
        if not np.isfinite(mean).all():
            mean = forecast[TOTAL][row] * now[cut] / now[TOTAL]
        band = bands[cut]
        frames.append(
            pd.DataFrame(
                {
                    "cut": cut,
                    "year": base_year + np.arange(years + 1),
                    "horizon": np.arange(years + 1),
                    "mean": np.append(now[cut], mean),
                    "own_sd": np.append(0.0, band.own_sd(mean, ahead)),
                    "common_sd": np.append(0.0, band.common_sd(ahead)),
                    "method": _described(cut, band, notes),
                }
            )
        )
    targets = checked(Targets, pd.concat(frames, ignore_index=True), "targets")
    return targets, checked(Accuracy, accuracy(past, base_year, METHOD), "accuracy")


def at_level(targets: pd.DataFrame, plans: int) -> pd.DataFrame:
    """Return targets whose base census holds so many plans; growth and bands are as they were.

    A return may hold a few plans more or less than were published: without this, the first year
    would bring them back to the published level, as joiners or leavers nobody can explain.

    Args:
        targets: `Targets`, with horizon 0.
        plans: Plans in the table that the simulation starts from.
    """
    base = targets[(targets["cut"] == TOTAL) & (targets["horizon"] == 0)]["mean"]
    return targets.assign(mean=targets["mean"] * (plans / float(base.iloc[0])))


def central(panel: Panel, years: int) -> dict[str, Floats]:
    """Return cut -> central forecasts of every authority (authority x horizon).

    Setting groups add up to the total. An authority whose settings are not known at the last
    census has its total only.
    """
    total = converging_totals(panel, years)
    parts, variance = [], []
    for cut in setting_groups():
        part = panel.stock[cut][:, -1:] * np.exp(national_path(panel, cut, years))
        parts.append(part)
        variance.append((growth_spread(panel, cut) * part) ** 2 + EXTRA_VARIANCE)
    settled = reconcile(np.stack(parts), np.stack(variance), total)
    return {TOTAL: total, **dict(zip(setting_groups(), settled, strict=True))}


def _base(panel: Panel, row: int) -> tuple[dict[str, float], str]:
    """Counts at the base census, and a note where settings had to be taken from elsewhere."""
    now = {cut: float(panel.stock[cut][row, -1]) for cut in cuts()}
    if np.isfinite(list(now.values())).all():
        return now, ""
    groups = np.stack([panel.stock[cut][row] for cut in setting_groups()])
    known = np.isfinite(groups).all(axis=0) & (groups.sum(axis=0) > 0)
    if known.any():
        last = int(np.flatnonzero(known)[-1])
        shares, source = groups[:, last], f"the authority's of January {panel.years[last]}"
    else:
        shares = np.array([panel.national[cut][-1] for cut in setting_groups()])
        source = "England's"
        if not np.isfinite(shares).all():
            shares, source = np.ones(len(groups)), "equal (none published)"
    shares = shares / shares.sum()
    for cut, share in zip(setting_groups(), shares, strict=True):
        now[cut] = now[TOTAL] * float(share)
    return now, f"; shares of settings are {source}, as the base census records too few"


def _described(cut: str, band: Band, notes: str) -> str:
    path = (
        "England's path, plan rate closing 6% of its gap to England a year"
        if cut == TOTAL
        else "England's path of the setting group, reconciled to the total by error variance"
    )
    if band == default_band(cut):
        spread = "band: default, fewer than 60 past errors"
    else:
        spread = f"band: {band.errors} past errors"
    return f"{path}; {spread}{notes if cut != TOTAL else ''}"
