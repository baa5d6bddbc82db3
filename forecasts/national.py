"""England's path: how fast a cut grows nationally, carried forward.

The path lies halfway between constant percentage growth (explodes in fast groups) and constant
growth in number (falls short), and goes over to constant number alone where growth is very fast,
as in a new kind of provision filling up. Measured on published data as better than an authority's
own trend at every horizon; see the project's forecasting notes, section 2. Beyond seven years
ahead, where no forecast could ever be tested, growth goes on in number alone.
"""

import numpy as np

from forecasts.panel import Floats

PERCENT_WEIGHT = 0.5
NUMBER_ONLY_FROM = 0.25
BLEND_FADES_FROM = 0.12
SMALLEST_LEVEL = 0.05
LONGEST_TESTED = 7


def growth_path(growth: float, years: int) -> Floats:
    """Return cumulative log growth 1 to `years` ahead from one year's log growth.

    With g the yearly log growth, the percentage path is `g h` and the number path is
    `log(1 + (1 - exp(-g)) h)`: last year's increase in number repeated. Half of each up to 12%
    growth a year; the percentage half fades out linearly until 25%. From the eighth year on the
    seventh year's change in number is repeated.
    """
    ahead = np.arange(1, max(years, LONGEST_TESTED) + 1)
    fade = (NUMBER_ONLY_FROM - abs(growth)) / (NUMBER_ONLY_FROM - BLEND_FADES_FROM)
    weight = PERCENT_WEIGHT * float(np.clip(fade, 0.0, 1.0))
    number = np.log(np.maximum(1.0 + (1.0 - np.exp(-growth)) * ahead, SMALLEST_LEVEL))
    level = np.exp(weight * growth * ahead + (1.0 - weight) * number)
    step = level[LONGEST_TESTED - 1] - level[LONGEST_TESTED - 2]
    beyond = level[LONGEST_TESTED - 1] + step * (ahead - LONGEST_TESTED)
    return np.log(np.where(ahead > LONGEST_TESTED, np.maximum(beyond, SMALLEST_LEVEL), level))[
        :years
    ]


def smoothed_path(growth: Floats, years: int, two_year_weight: Floats) -> Floats:
    """Return cumulative log growth from the last year's growth and the last two years' mean.

    Args:
        growth: Yearly log growth, latest last; missing values are left out.
        years: Years ahead.
        two_year_weight: Weight of the path that starts from the mean of two years, one a horizon;
            the rest goes to the path that starts from the last year alone.
    """
    known = growth[np.isfinite(growth)]
    if len(known) == 0:
        return np.zeros(years)
    last, two = growth_path(float(known[-1]), years), growth_path(float(known[-2:].mean()), years)
    return last + two_year_weight * (two - last)
