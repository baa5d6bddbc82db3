"""Back-test: the same methods from every earlier census, seeing only what was known then.

The errors found feed the bands (`bands`), the scores beside every forecast (`scores`) and what is
said of it in words (`verdicts`).
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from forecasts.naive import rivals
from forecasts.panel import Floats, Panel, needs

Method = Callable[[Panel, int], dict[str, Floats]]

LONGEST = 7
FIRST_ORIGIN = 2016  # the reform of 2014 and 2015 was a break, not an error of the method
OWN_LONGEST = 5
FORECAST_COLUMNS = ["cut", "origin", "horizon", "authority", "method", "forecast", "actual"]


def past_forecasts(
    panel: Panel,
    methods: Mapping[str, Method],
    *,
    first_origin: int = FIRST_ORIGIN,
) -> pd.DataFrame:
    """Return every forecast that can be checked: one row a method, cut, origin, horizon, authority.

    Args:
        panel: The panel up to the base census.
        methods: Name -> method. A method is given the panel as it stood at an origin and fits
            whatever it needs on that; it returns cut -> forecasts (authority x horizon). The naive
            rivals are added for every cut that a method forecasts.
        first_origin: Earliest January census to forecast from.

    Returns:
        Columns `cut`, `origin`, `horizon`, `authority`, `method`, `forecast`, `actual`; only
        forecasts whose actual is published.
    """
    frames = []
    for origin in panel.years[(panel.years >= first_origin) & (panel.years < panel.origin)]:
        then = panel.until(int(origin))
        years = min(LONGEST, panel.origin - int(origin))
        named = {name: method(then, years) for name, method in methods.items()}
        for cut in dict.fromkeys(cut for made in named.values() for cut in made):
            seen, actual = history(then, cut), history(panel, cut)
            if seen is None or actual is None:
                continue
            made = {name: made[cut] for name, made in named.items() if cut in made}
            growth = then.growth(cut) if cut in then.national else np.empty(0)
            for name, rival in rivals().items():
                made[name] = rival(seen, growth, years)
            ahead = actual[:, len(then.years) : len(then.years) + years]
            for name, forecast in made.items():
                frames.append(_long(panel, cut, int(origin), name, forecast, ahead))
    return _joined(frames)


def history(panel: Panel, cut: str) -> Floats | None:
    """Return the plans of a cut, authority x year; None where the panel has no such cut.

    A cut is a total, setting group or age band, a single age (`all@11`) or a need (`need:ASD`).
    """
    if cut in panel.stock:
        return panel.stock[cut]
    kind, _, key = cut.partition("@")
    if key and kind in panel.ages:
        return panel.ages[kind][:, :, int(key)]
    kind, _, key = cut.partition(":")
    if kind == "need" and panel.needs is not None and key in needs():
        return panel.needs[:, :, needs().index(key)]
    return None


def own_backtest(counts: pd.DataFrame, authority: str) -> pd.DataFrame:
    """Return the naive rivals' past forecasts of one authority's own counts.

    A council's returns hold cuts that nobody publishes (need x provision, locality). Every year but
    the last is an origin; a year without a row of a cut that has rows in other years counts 0,
    because a return lists every plan.

    Args:
        counts: Columns `cut`, `year`, `plans`; one row a cut and January census.
        authority: Three-digit DfE code.

    Returns:
        As `past_forecasts`, at most five years ahead.
    """
    if counts.empty:
        return _joined([])
    wide = counts.pivot_table(index="cut", columns="year", values="plans", aggfunc="sum")
    wide = wide.sort_index().fillna(0.0)
    known = [int(year) for year in wide.columns]
    last = known[-1]
    frames = []
    for origin in known[:-1]:
        years = min(OWN_LONGEST, last - origin)
        ahead = range(origin + 1, origin + years + 1)
        actual = wide.reindex(columns=ahead).to_numpy(dtype=float)
        seen = wide.reindex(columns=range(known[0], origin + 1)).to_numpy(dtype=float)
        growth = _growth(seen)
        for name, rival in rivals().items():
            forecast = rival(seen, growth, years)
            for row, cut in enumerate(wide.index):
                at = slice(row, row + 1)
                part = _checkable(forecast[at], actual[at], [authority])
                frames.append(part.assign(cut=str(cut), origin=origin, method=name))
    return _joined(frames)


def _growth(seen: Floats) -> Floats:
    """Log growth of all of the council's plans: its own path, where no national one fits a cut."""
    total = seen.sum(axis=0)
    known = (total[1:] > 0) & (total[:-1] > 0)
    ratio = np.divide(total[1:], total[:-1], out=np.full(len(total) - 1, np.nan), where=known)
    return np.log(ratio)


def _long(
    panel: Panel, cut: str, origin: int, method: str, forecast: Floats, actual: Floats
) -> pd.DataFrame:
    part = _checkable(forecast, actual, list(panel.authorities))
    return part.assign(cut=cut, origin=origin, method=method)


def _checkable(forecast: Floats, actual: Floats, authorities: list[str]) -> pd.DataFrame:
    rows, ahead = np.nonzero(np.isfinite(forecast) & np.isfinite(actual))
    return pd.DataFrame(
        {
            "horizon": ahead + 1,
            "authority": np.asarray(authorities)[rows],
            "forecast": forecast[rows, ahead],
            "actual": actual[rows, ahead],
        }
    )


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        return pd.DataFrame(columns=FORECAST_COLUMNS)
    return pd.concat(frames, ignore_index=True)[FORECAST_COLUMNS]
