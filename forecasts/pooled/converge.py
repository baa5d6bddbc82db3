"""Convergence: where the plan rate is above England's, plans grow more slowly; below, faster.

The plan rate is plans per resident aged 4 to 18. Its logarithm closes 6% of its gap to England's
each year; rates of 4% to 10% a year did equally well in tests (forecasting notes 2.2).
"""

import numpy as np

from forecasts.national import national_path
from forecasts.panel import TOTAL, Floats, Panel

CLOSES_EACH_YEAR = 0.06


def rate_gap(panel: Panel) -> Floats:
    """Return log(plan rate / England's), one an authority; 0 where it cannot be known.

    England's rate is the median authority's, so that one very large or odd authority moves nobody.
    """
    children = panel.children()
    plans = panel.stock[TOTAL][:, -1]
    known = np.isfinite(children) & (plans > 0)
    if not known.any():
        return np.zeros(len(plans))
    rate = np.log(np.where(known, plans, 1.0) / np.where(known, children, 1.0))
    return np.where(known, rate - np.median(rate[known]), 0.0)


def converging_totals(panel: Panel, years: int) -> Floats:
    """Return each authority's total 1 to `years` ahead: national path, gap closing 6% a year.

    Returns:
        Authority x horizon; missing where the authority has no total at the last census.
    """
    closed = 1.0 - (1.0 - CLOSES_EACH_YEAR) ** np.arange(1, years + 1)
    growth = national_path(panel, TOTAL, years) - np.outer(rate_gap(panel), closed)
    return panel.stock[TOTAL][:, -1:] * np.exp(growth)
