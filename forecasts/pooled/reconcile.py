"""Reconciliation: make forecasts of parts add up to the forecast of their total.

The difference is shared by error variance, so that a part that is hard to forecast moves most:
minimum-trace reconciliation (Wickramasuriya, Athanasopoulos and Hyndman 2019) with a diagonal
covariance has a closed form for one constraint. Scaling all parts alike made state special schools
worse in tests; weights by variance do not (forecasting notes, section 1).
"""

import numpy as np

from forecasts.panel import Floats, Panel

YEARS_OF_GROWTH = 4
FLOOR = 1e-3


def reconcile(parts: Floats, variance: Floats, total: Floats) -> Floats:
    """Return parts that add up to the total, none negative.

    Args:
        parts: Part x anything, forecasts of each part.
        variance: Same shape, error variance of each, positive.
        total: Same shape less the first axis; held as it is.
    """
    share = variance / variance.sum(axis=0)
    moved = parts + share * (total - parts.sum(axis=0))
    moved = np.maximum(moved, 0.0)
    summed = moved.sum(axis=0)
    scale = np.divide(total, summed, out=np.zeros_like(total), where=summed > 0)
    moved = moved * scale
    return moved + np.where(summed > 0, 0.0, total / len(parts))


def growth_spread(panel: Panel, cut: str) -> float:
    """Return the spread (robust sd) of authorities' log growth about England's, last four years.

    This is the coefficient of variation used for a part's error variance.
    """
    logs = np.log(panel.stock[cut] + 1.0)
    apart = (np.diff(logs, axis=1) - panel.growth(cut))[:, -YEARS_OF_GROWTH:]
    apart = apart[np.isfinite(apart)]
    return float(1.4826 * np.median(np.abs(apart)) if len(apart) else 0.0) + FLOOR
