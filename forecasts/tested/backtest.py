"""Back-test: the same method from every earlier census, seeing only what was known then.

The errors found feed the bands; the scores go beside every forecast. At each origin the bands are
fitted on errors already known there, so that coverage is what a planner would have got.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from forecasts.naive import rivals
from forecasts.panel import TOTAL, Floats, Panel, cuts
from forecasts.tested.bands import fit_bands, interval

Method = Callable[[Panel, int], dict[str, Floats]]

LONGEST = 7
FIRST_ORIGIN = 2016  # the reform of 2014 and 2015 was a break, not an error of the method
SCORED_ORIGINS = {TOTAL: 7}
SCORED_SETTING_ORIGINS = 5
FORECAST_COLUMNS = ["cut", "origin", "horizon", "authority", "method", "forecast", "actual"]
POOLED = 0


def past_forecasts(panel: Panel, method: Method, name: str) -> pd.DataFrame:
    """Return every forecast that can be checked: one row a method, cut, origin, horizon, authority.

    Args:
        panel: The panel up to the base census.
        method: Returns cut -> forecasts (authority x horizon) from a panel.
        name: What the method is called; the naive rivals keep their own names.
    """
    frames = []
    for origin in panel.years[(panel.years >= FIRST_ORIGIN) & (panel.years < panel.origin)]:
        then = panel.until(int(origin))
        horizons = min(LONGEST, panel.origin - int(origin))
        central = method(then, horizons)
        for cut in cuts():
            if not np.isfinite(then.growth(cut)).any():
                continue
            named = {name: central[cut]}
            for rival, forecast in rivals().items():
                named[rival] = forecast(then.stock[cut], then.growth(cut), horizons)
            frames += [_long(panel, cut, int(origin), key, value) for key, value in named.items()]
    if not frames:
        return pd.DataFrame(columns=FORECAST_COLUMNS)
    return pd.concat(frames, ignore_index=True)


def accuracy(past: pd.DataFrame, base_year: int, name: str) -> pd.DataFrame:
    """Return the `Accuracy` table: per origin, and pooled over origins as origin 0.

    The last seven origins are scored for totals and the last five for settings, over all
    authorities whose actual is known. WAPE and bias are in per cent of the sum of actuals. Coverage
    is of the method's own 80% band, refitted at each origin; rivals have none.
    """
    first = past["cut"].map(SCORED_ORIGINS).fillna(SCORED_SETTING_ORIGINS).rsub(base_year)
    scored = past[past["origin"] >= first].copy()
    scored["miss"] = scored["forecast"] - scored["actual"]
    scored["inside"] = _inside(past, scored, name)
    pooled = scored.assign(origin=POOLED)
    both = pd.concat([scored, pooled], ignore_index=True)
    both["size"] = both["miss"].abs()
    keys = ["origin", "horizon", "cut", "method"]
    table = both.groupby(keys, sort=True).agg(
        size=("size", "sum"),
        miss=("miss", "sum"),
        actual=("actual", "sum"),
        coverage_80=("inside", "mean"),
        n=("miss", "size"),
    )
    table = table.reset_index()
    table["wape"] = 100 * table["size"] / table["actual"].where(table["actual"] > 0)
    table["bias"] = 100 * table["miss"] / table["actual"].where(table["actual"] > 0)
    table["coverage_80"] *= 100
    excel = table[table["method"] == "growth3"].set_index(keys[:-1])["wape"].rename("excel")
    table = table.join(excel, on=keys[:-1])
    table["skill"] = 1 - table["wape"] / table["excel"].where(table["excel"] > 0)
    return table[[*keys, "wape", "bias", "skill", "coverage_80", "n"]]


def _inside(past: pd.DataFrame, scored: pd.DataFrame, name: str) -> pd.Series:
    """1 where the method's band of that origin held the actual, 0 where not, missing for rivals."""
    inside = pd.Series(np.nan, index=scored.index)
    ours = past[past["method"] == name]
    mine = scored[scored["method"] == name]
    for origin, rows in mine.groupby("origin"):
        known = ours[ours["origin"] + ours["horizon"] <= origin]
        bands = fit_bands(known, cuts())
        for cut, part in rows.groupby("cut"):
            horizon = part["horizon"].to_numpy(float)
            forecast = part["forecast"].to_numpy()
            band = bands[str(cut)]
            own, common = band.own_sd(forecast, horizon), band.common_sd(horizon)
            low, high = interval(forecast, own, common)
            actual = part["actual"].to_numpy()
            inside[part.index] = ((low <= actual) & (actual <= high)).astype(float)
    return inside


def _long(panel: Panel, cut: str, origin: int, method: str, forecast: Floats) -> pd.DataFrame:
    first = int(origin - panel.years[0]) + 1
    actual = panel.stock[cut][:, first : first + forecast.shape[1]]
    rows, ahead = np.nonzero(np.isfinite(forecast) & np.isfinite(actual))
    return pd.DataFrame(
        {
            "cut": cut,
            "origin": origin,
            "horizon": ahead + 1,
            "authority": np.asarray(panel.authorities)[rows],
            "method": method,
            "forecast": forecast[rows, ahead],
            "actual": actual[rows, ahead],
        }
    )
