"""Verdicts: what may be said in plain words of a forecast, and which method is fit for use."""

import numpy as np
import pandas as pd
from scipy.stats import norm
from scipy.stats import t as student

from forecasts.naive import rivals
from forecasts.panel import Floats, Panel
from forecasts.tested.backtest import history
from forecasts.tested.scores import POOLED

SKILL_HORIZONS = 3
ENOUGH_ORIGINS = 5
WINS = 0.75
ENOUGH_FORECASTS = 30
HARDLY = 0.03
UPPER = 0.9
COARSE_FROM = 10.0
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
SIMPLE = {
    "persistence": "no change",
    "drift3": "the last three years' change in number, repeated",
    "growth3": "the last three years' growth in per cent, repeated",
    "national": "England's growth",
}
COLUMNS = ["cut", "horizon", "method", "wape", "simple", "simple_wape", "n", "verdict"]


def skilled(accuracy: pd.DataFrame, name: str) -> dict[str, str]:
    """Return which method is used for each cut: `name`, or the simple method that beats it.

    A naive rival takes the place of a method whose WAPE over one to three years ahead is no lower,
    pooled over origins, if it held its own in three of four origins, of at least five. With fewer
    origins luck decides: judged on two, simple methods took the place of better ones in tests.

    Args:
        accuracy: `Accuracy` table, with the rows of single origins.
        name: The method that is used unless it has no skill.
    """
    near = accuracy[accuracy["horizon"] <= SKILL_HORIZONS]
    used = {}
    for cut, rows in near.groupby("cut"):
        errors = rows.pivot_table(index=["origin", "horizon"], columns="method", values="wape")
        if name not in errors:
            continue
        used[str(cut)] = name
        errors = errors.dropna(subset=[name])
        single = errors[errors.index.get_level_values("origin") != POOLED]
        by_origin = single.groupby(level="origin").mean()
        pooled = errors[errors.index.get_level_values("origin") == POOLED].mean()
        candidates = [rival for rival in rivals() if np.isfinite(pooled.get(rival, np.nan))]
        if len(by_origin) < ENOUGH_ORIGINS or not candidates:
            continue
        best = min(candidates, key=lambda rival: float(pooled[rival]))
        wins = float((by_origin[best] <= by_origin[name]).mean())
        if pooled[best] <= pooled[name] and wins >= WINS:
            used[str(cut)] = best
    return used


def use_skilled(
    panel: Panel, central: dict[str, Floats], used: dict[str, str], years: int
) -> dict[str, Floats]:
    """Return forecasts in which cuts without skill are those of their simple method.

    What is put in no longer adds up with the other cuts of its dimension: reconcile afterwards.

    Args:
        panel: The panel at the origin.
        central: Cut -> forecasts (authority x horizon).
        used: What `skilled` returned.
        years: Years ahead.
    """
    made = dict(central)
    methods = rivals()
    for cut, method in used.items():
        seen = history(panel, cut)
        if cut in made and method in methods and seen is not None:
            growth = panel.growth(cut) if cut in panel.national else np.empty(0)
            made[cut] = methods[method](seen, growth, years)
    return made


def verdicts(
    accuracy: pd.DataFrame,
    name: str,
    targets: pd.DataFrame | None = None,
    used: dict[str, str] | None = None,
) -> pd.DataFrame:
    """Return the `Verdicts` table: a plain sentence for each cut and horizon.

    Args:
        accuracy: `Accuracy` table; the rows pooled over origins are used.
        name: The method whose forecasts are shown, unless it has no skill.
        targets: `Targets` of one authority. Where given, a sentence says too how sure a forecast
            for an authority of that size is, since small numbers are less sure than the average.
        used: What `skilled` returned; None works it out, which needs rows of single origins.
    """
    used = skilled(accuracy, name) if used is None else used
    pooled = accuracy[accuracy["origin"] == POOLED]
    rows = []
    for key, part in pooled.groupby(["cut", "horizon"]):
        cut, horizon = str(key[0]), int(str(key[1]))
        wapes = dict(zip(part["method"], part["wape"], strict=True))
        method = used.get(cut)
        if method is None or name not in wapes:
            continue
        simple = {rival: float(wapes[rival]) for rival in rivals() if rival in wapes}
        simple = {rival: error for rival, error in simple.items() if np.isfinite(error)}
        best = min(simple, key=simple.__getitem__) if simple else ""
        wape, n = float(wapes[method]), int(part.loc[part["method"] == method, "n"].sum())
        sentence = _sentence(method == name, method, wape, best, simple.get(best), horizon, n)
        sentence += _at_this_size(targets, cut, horizon)
        rows.append((cut, horizon, method, wape, best, simple.get(best, np.nan), n, sentence))
    return pd.DataFrame(rows, columns=COLUMNS)


def _sentence(
    ours: bool, method: str, wape: float, best: str, best_wape: float | None, horizon: int, n: int
) -> str:
    ahead = f"{_number(horizon)} year{'s' if horizon > 1 else ''} ahead"
    if not np.isfinite(wape):
        return f"Not tested {ahead}."
    about = f"about {_about(wape)}% {ahead}"
    if not ours:
        return (
            f"No better than assuming {SIMPLE[method]}: shown as {SIMPLE[method]}, "
            f"which was out by {about}."
        )
    few = f" Only {n} forecasts could be checked." if n < ENOUGH_FORECASTS else ""
    if best_wape is None or not np.isfinite(best_wape):
        return f"Good to {about}.{few}"
    beside = f"{SIMPLE[best]} ({_about(best_wape)}%)"
    if wape >= best_wape:
        return f"Good to {about}, no better so far ahead than assuming {beside}.{few}"
    if wape > best_wape * (1 - HARDLY):
        return f"Good to {about}, hardly better than assuming {beside}.{few}"
    return f"Good to {about}; better than assuming {beside}.{few}"


def _at_this_size(targets: pd.DataFrame | None, cut: str, horizon: int) -> str:
    if targets is None:
        return ""
    row = targets[(targets["cut"] == cut) & (targets["horizon"] == horizon)]
    if row.empty:
        return ""
    own, common = float(row["own_sd"].iloc[0]), float(row["common_sd"].iloc[0])
    reach = float(np.hypot(own * _point(float(row["tail"].iloc[0])), common * norm.ppf(UPPER)))
    low, high = 100 * (1 - np.exp(-reach)), 100 * (np.exp(reach) - 1)
    return f" At this size, 8 in 10 lie from {_about(low)}% below to {_about(high)}% above."


def _point(tail: float) -> float:
    """Standard deviations from the middle that one own error in ten lies above (`Targets.tail`)."""
    if tail <= 0:
        return float(norm.ppf(UPPER))
    return float(student.ppf(UPPER, tail) * np.sqrt((tail - 2.0) / tail))


def _about(percent: float) -> str:
    """Half per cents below 10, whole per cents above: more would be false precision."""
    if percent < COARSE_FROM:
        return f"{max(round(percent * 2) / 2, 0.5):g}"
    return f"{percent:.0f}"


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)
