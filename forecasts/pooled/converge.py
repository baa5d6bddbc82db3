"""Convergence: where the plan rate is above England's, plans grow more slowly; below, faster.

The plan rate is plans per resident aged 4 to 18. Its logarithm closes 6% of its gap to England's
each year; rates of 4% to 10% a year did equally well in tests (forecasting notes 2.2).
"""

import numpy as np

from forecasts.panel import Floats

CLOSES_EACH_YEAR = 0.06


def closing(gap: Floats, years: int) -> Floats:
    """Return log growth less England's that closes the gap, authority x horizon 1 to `years`.

    Args:
        gap: log(plan rate / the median authority's), one an authority; missing counts as none.
        years: Years ahead.
    """
    closed = 1.0 - (1.0 - CLOSES_EACH_YEAR) ** np.arange(1, years + 1)
    return -np.outer(np.nan_to_num(gap), closed)
