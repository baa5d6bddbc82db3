"""Targets: where an authority's plans are heading by cut, and how sure that is.

The pooled models give the central forecast of total, setting groups, ages and needs; where
past forecasts of a cut were no better than a simple method's, the simple method is used and the
table says so. Uncertainty is that of the same method's past errors over all authorities.
"""

import numpy as np
import pandas as pd

from forecasts.panel import (
    AGE_BANDS,
    TOTAL,
    Floats,
    Panel,
    build_panel,
    cuts,
    needs,
    setting_groups,
)
from forecasts.pooled.band_shares import band_counts, latest_known
from forecasts.pooled.converge import CLOSES_EACH_YEAR
from forecasts.pooled.ensemble import MEMBERS, family
from forecasts.pooled.needs import PREFIX
from forecasts.pooled.parameters import Parameters, for_origin
from forecasts.tested.bands import Band
from forecasts.tested.pooled import METHOD, accuracy_of, bands_of, fit_and_test, forecast_tested
from forecasts.tested.scores import COLUMNS
from forecasts.tested.verdicts import SIMPLE
from sufficiency.contracts import Accuracy, Targets, checked

WORDS = {
    "ridge": "ridge regression",
    "trees": "boosted trees",
    "convergence": f"plan rate closing {CLOSES_EACH_YEAR:.0%} of its gap to England a year",
}


def forecast_targets(
    stock: pd.DataFrame,
    flows: pd.DataFrame,
    population: pd.DataFrame,
    authority: str,
    base_year: int,
    years: int,
    *,
    annotated: tuple[int, ...] = (),
    parameters: Parameters | None = None,
    pupil_rates: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the targets of one authority and the accuracy of the method that made them.

    Only what is dated up to the base census is used.

    Args:
        stock: `PublishedStock`: of all authorities, or of this one alone with `parameters`.
        flows: `PublishedFlows`; new plans, requests and assessments pending lead totals by a year.
        population: `Population`; residents aged 4 to 18 are the denominator of the plan rate.
        authority: Three-digit DfE code.
        base_year: January census the forecast starts from.
        years: Years ahead.
        annotated: Census years of this authority that are not like others, as a cleared backlog.
        parameters: Fitted and tested before (`fit_and_test`); without them they are fitted now,
            which takes some 20 seconds on the full panel.
        pupil_rates: See `build_panel`.

    Returns:
        `Targets`: one row a cut and horizon 0 to `years`; standard deviations are on the log scale,
        0 at horizon 0. The cuts of a dimension sum to the total each year.
        `Accuracy`: of all origins pooled (origin 0), as kept with the parameters.

    Raises:
        SufficiencyError: No published total at the base census; parameters fitted on a later one;
            neither parameters nor enough authorities to fit them.
    """
    panel = build_panel(stock, flows, population, base_year, pupil_rates)
    row = panel.row(authority)
    fitted = fit_and_test(panel)[0] if parameters is None else for_origin(parameters, base_year)
    seen = panel.annotated(authority, annotated)
    used = fitted.bands.get("used", {})
    made = forecast_tested(fitted, seen, years)
    bands = bands_of(fitted, tuple(made))
    weighed = {name: _weighed(name, table) for name, table in fitted.weights.items()}
    now, notes = _base(panel, row)
    now |= _mix_now(panel, row, now[TOTAL])
    own = _own_shares(panel, row)
    ahead = np.arange(1, years + 1, dtype=float)
    frames = []
    for cut, values in made.items():
        mean = values[row]
        if not np.isfinite(mean).all():
            mean = made[TOTAL][row] * now[cut] / now[TOTAL]
        band = bands[cut]
        frames.append(
            pd.DataFrame(
                {
                    "dimension": dimension(cut),
                    "cut": cut,
                    "year": base_year + np.arange(years + 1),
                    "horizon": np.arange(years + 1),
                    "mean": np.append(now.get(cut, np.nan), mean),
                    "own_sd": np.append(0.0, band.own_sd(mean, ahead)),
                    "common_sd": np.append(0.0, band.common_sd(ahead)),
                    "tail": band.tail,
                    "method": _described(
                        cut, used.get(cut, METHOD), band, weighed[family(cut)], notes, cut in own
                    ),
                }
            )
        )
    targets = checked(Targets, _based(pd.concat(frames, ignore_index=True)), "targets")
    scores = accuracy_of(fitted)
    scores = scores if len(scores) else pd.DataFrame(columns=COLUMNS)
    return targets, checked(Accuracy, scores, "accuracy")


def dimension(cut: str) -> str:
    """Return what a cut is of: total, setting_group, age_band or need."""
    if cut == TOTAL:
        return TOTAL
    if cut in setting_groups():
        return "setting_group"
    return "age_band" if cut in AGE_BANDS else "need"


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


def _based(targets: pd.DataFrame) -> pd.DataFrame:
    """Fill the base census of ages and needs that are not published with next year's shares."""
    total = targets[targets["cut"] == TOTAL].set_index("horizon")["mean"]
    first = targets[targets["horizon"] == 1].set_index("cut")["mean"]
    share = targets["cut"].map(first) * total[0] / total[1]
    unknown = targets["mean"].isna() & (targets["horizon"] == 0)
    return targets.assign(mean=targets["mean"].mask(unknown, share))


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


def _mix_now(panel: Panel, row: int, total: float) -> dict[str, float]:
    """Ages and needs at the base census, where published; each dimension is made to sum."""
    known: dict[tuple[str, ...], Floats] = {AGE_BANDS: band_counts(panel)[row, :, -1]}
    if panel.needs is not None:
        known[tuple(f"{PREFIX}{need}" for need in needs())] = panel.needs[row, -1]
    now = {}
    for names, counts in known.items():
        if np.isfinite(counts).all() and counts.sum() > 0:
            now |= dict(zip(names, total * counts / counts.sum(), strict=True))
    return now


def _own_shares(panel: Panel, row: int) -> set[str]:
    """Age bands and needs whose forecast starts from the authority's own shares."""
    own: set[str] = set()
    if np.isfinite(latest_known(band_counts(panel))[row]).all():
        own |= set(AGE_BANDS)
    if panel.needs is not None and np.isfinite(panel.needs[row, -1]).all():
        own |= {f"{PREFIX}{need}" for need in needs()}
    return own


def _described(cut: str, method: str, band: Band, weighed: str, notes: str, own: bool) -> str:
    if method != METHOD:
        path = f"{SIMPLE[method]}: past forecasts of the pooled models were no better"
    elif cut == TOTAL:
        path = f"England's path and the authority's departure from it ({weighed})"
    elif cut in setting_groups():
        path = (
            f"England's path of the setting group and the authority's departure from it ({weighed})"
            ", reconciled to the total by error variance"
        )
    else:
        path = (
            "national and own shares of the total"
            if own
            else ("England's shares of the total, as the authority's own are not published")
        )
    spread = f"band: {band.errors} past errors" if band.errors else "band: default, untested"
    return f"{path}; {spread}{notes if cut in setting_groups() else ''}"


def _weighed(name: str, weights: Floats) -> str:
    """Return the weights of the ensemble's members in words, one year ahead and longest."""
    first, last = np.rint(100 * weights[:, [0, -1]]).astype(int).T
    parts = [
        f"{WORDS[member]} {early}% and {late}%"
        for member, early, late in zip(MEMBERS[name], first, last, strict=True)
    ]
    return f"1 and {weights.shape[1]} years ahead: {', '.join(parts)}; the rest England alone"
