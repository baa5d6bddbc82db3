"""The pooled models as they are used: back-tested, with bands, simple methods where they win.

The back-test fits the models afresh at every earlier census. Its error tables travel with the
parameters, so that a council without other authorities' figures has the same bands and verdicts.
"""

from dataclasses import replace
from typing import Any

import pandas as pd

from forecasts.panel import TOTAL, Floats, Panel, setting_groups
from forecasts.pooled.ensemble import Departures
from forecasts.pooled.needs import PREFIX
from forecasts.pooled.parameters import (
    Parameters,
    departures,
    fit_parameters,
    forecast_pooled,
)
from forecasts.pooled.settings import settle
from forecasts.tested.backtest import FIRST_ORIGIN, past_forecasts
from forecasts.tested.bands import Band, band_from, borrowed, default_band, fit_bands
from forecasts.tested.scores import POOLED, accuracy
from forecasts.tested.verdicts import skilled, use_skilled

METHOD = "pooled"
DIGITS = 6


class Rolling:
    """The pooled method, fitted afresh at each origin it is asked for, earliest first.

    What it forecast at one origin teaches it the weights of its members at later ones.
    """

    def __init__(self) -> None:
        """Start with nothing forecast."""
        self.earlier: dict[int, dict[str, Departures]] = {}

    def __call__(self, panel: Panel, years: int) -> dict[str, Floats]:
        """Return the forecast of every cut, fitted on the panel it is given."""
        fitted = fit_parameters(panel, self.earlier)
        self.earlier[panel.origin] = departures(fitted, panel, years)
        return forecast_pooled(fitted, panel, years)


def fit_and_test(panel: Panel, first_origin: int = FIRST_ORIGIN) -> tuple[Parameters, pd.DataFrame]:
    """Return parameters with bands, the method of each cut and its scores; and the past forecasts.

    Args:
        panel: All authorities up to one census; nothing later is known to the result.
        first_origin: Earliest January census of the back-test.

    Returns:
        Parameters whose `bands` hold plain values: `bands` (cut -> `Band`), `used` (cut -> method)
        and `accuracy` (rows of `Accuracy` pooled over origins); and what `past_forecasts` returns.
    """
    rolling = Rolling()
    past = past_forecasts(panel, {METHOD: rolling}, first_origin=first_origin)
    fitted = fit_parameters(panel, rolling.earlier)
    scores = accuracy(past, panel.origin)
    used = skilled(scores, METHOD)
    tested = tuple(sorted(past["cut"].unique()))
    errors = past[past["method"] == past["cut"].map(used).fillna(METHOD)]
    bands = {cut: band.as_dict() for cut, band in fit_bands(errors, tested).items()}
    shown = scores[scores["origin"] == POOLED].round(DIGITS)
    rows = shown.astype(object).where(shown.notna(), None).to_dict("records")
    tables: dict[str, Any] = {"bands": bands, "used": used, "accuracy": rows}
    return replace(fitted, bands=tables), past


def forecast_tested(parameters: Parameters, panel: Panel, years: int) -> dict[str, Floats]:
    """Return cut -> forecasts (authority x horizon), with simple methods where they do better.

    Setting groups still add up to the total: what a simple method changes is shared among the
    groups by error variance.
    """
    central = forecast_pooled(parameters, panel, years)
    used = {
        cut: method
        for cut, method in parameters.bands.get("used", {}).items()
        if cut in setting_groups() and method != METHOD
    }
    if not used:
        return central
    changed = use_skilled(panel, central, used, years)
    parts = {group: changed[group] for group in setting_groups() if group in changed}
    return {**central, **settle(parts, parameters.spread, central[TOTAL])}


def bands_of(parameters: Parameters, cuts: tuple[str, ...]) -> dict[str, Band]:
    """Return one band a cut from the parameters' tables.

    A need that they lack borrows one; any other cut that they lack has its default.
    """
    kept = {cut: band_from(band) for cut, band in parameters.bands.get("bands", {}).items()}

    def lacking(cut: str) -> Band:
        return borrowed(kept, cut) if cut.startswith(PREFIX) else default_band(cut)

    return {cut: kept.get(cut) or lacking(cut) for cut in cuts}


def accuracy_of(parameters: Parameters) -> pd.DataFrame:
    """Return the `Accuracy` rows, pooled over origins, that came with the parameters."""
    rows = pd.DataFrame(parameters.bands.get("accuracy", []))
    numbers = [c for c in rows.columns if c not in ("origin", "horizon", "cut", "method", "n")]
    return rows.astype(dict.fromkeys(numbers, float))
