"""Convergence: where the plan rate is above England's, plans grow more slowly; below, faster.

The plan rate is plans per resident aged 4 to 18. Its logarithm closes 10% of its gap to England's
each year: the top of the range that did equally well in the forecasting notes (2.2), and the best
of 3% to 15% three to six years ahead from every origin 2016 to 2021, with the gap as known then.
"""

import numpy as np

from forecasts.panel import Floats

CLOSES_EACH_YEAR = 0.10


def closing(gap: Floats, years: int) -> Floats:
    """Return log growth less England's that closes the gap, authority x horizon 1 to `years`.

    Args:
        gap: log(plan rate / the median authority's), one an authority; missing counts as none.
        years: Years ahead.
    """
    closed = 1.0 - (1.0 - CLOSES_EACH_YEAR) ** np.arange(1, years + 1)
    return -np.outer(np.nan_to_num(gap), closed)
