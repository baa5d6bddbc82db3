"""How sure rates are: the spread of each rate about its estimate, on the log scale.

One draw per simulated path moves every age of a class alike; a yearly drift on top says that rates
do not stay what they were. How an authority's rates differ from England's can be learned from its
own linked years (`shrinkage`); without them it is as far as authorities are known to differ.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from forecasts.panel import AGE_BANDS, Floats, setting_groups
from forecasts.rates.defaults import AGES
from forecasts.rates.drift import USUAL_JOIN, USUAL_LEAVE, USUAL_PLACE
from forecasts.rates.profiles import needs

# The published age bands, first and last age at 31 August.
AGE_CLASSES = tuple((int(first), int(last)) for first, last in (b.split("-") for b in AGE_BANDS))

# How far 81 authorities lay from what England's rates and their own totals lead to expect, in
# calendar 2024: plans ceased by age class, all settings together; new plans by age class and need,
# after needs were brought to their own. Sampling is taken off; a passing year is still in it.
LEAVE_SPREAD = (0.6, 0.5, 0.4, 0.2, 0.3)
JOIN_SPREAD = 0.2
# New plans per resident aged 4 to 18, calendar 2022 to 2024 together, differ between authorities of
# the same region by 0.21 to 0.23 (152 authorities); parts of an authority are taken to differ as
# much, for no publication shows where joiners live.
PLACE_SPREAD = 0.22
# Assumed, for no publication shows who moved: such rates are taken to differ by a third.
MOVE_SPREAD = 0.3


def class_of_age() -> NDArray[np.int64]:
    """Return the place in `AGE_CLASSES` of each age 0 to 25."""
    return np.searchsorted([last for _, last in AGE_CLASSES], np.arange(AGES)).astype(np.int64)


def _by_group() -> Floats:
    return np.zeros((len(AGE_CLASSES), len(setting_groups())))


@dataclass(frozen=True)
class Certainty:
    """Standard deviations about the rates of one authority; all zero is certain.

    Attributes:
        leave: Of the log odds of leaving, age class x setting group.
        join: Of the log of joiners, age class x need.
        move: Of the log odds of changing setting, age class x setting group moved from.
        place: Of the log of a locality's share of joiners, one each in the order of
            `Rates.localities`.
        place_elsewhere: The same for a locality that is not among them.
        drift_join: Yearly step of the log of joiners, one each need.
        drift_leave: Yearly step of the log odds of leaving, one each age class.
        drift_place: Yearly step of the log of a locality's share of joiners.
    """

    leave: Floats = field(default_factory=_by_group)
    join: Floats = field(default_factory=lambda: np.zeros((len(AGE_CLASSES), len(needs()))))
    move: Floats = field(default_factory=_by_group)
    place: Floats = field(default_factory=lambda: np.zeros(0))
    place_elsewhere: float = 0.0
    drift_join: Floats = field(default_factory=lambda: np.zeros(len(needs())))
    drift_leave: Floats = field(default_factory=lambda: np.zeros(len(AGE_CLASSES)))
    drift_place: float = 0.0


def published_certainty(own_new_plans: Floats | None, weight: float) -> Certainty:
    """Return how sure rates are that come from published tables alone.

    Args:
        own_new_plans: The authority's new plans by need, to which joiners were led; None if none.
        weight: As many plans more were taken to be as expected.
    """
    groups = len(setting_groups())
    counted = np.zeros(len(needs())) if own_new_plans is None else own_new_plans
    join = np.sqrt(JOIN_SPREAD**2 + 1.0 / (counted + weight))
    return Certainty(
        leave=np.tile(np.array(LEAVE_SPREAD)[:, None], (1, groups)),
        join=np.tile(join, (len(AGE_CLASSES), 1)),
        move=np.full((len(AGE_CLASSES), groups), MOVE_SPREAD),
        place_elsewhere=PLACE_SPREAD,
        drift_join=np.full(len(needs()), USUAL_JOIN),
        drift_leave=np.full(len(AGE_CLASSES), USUAL_LEAVE),
        drift_place=USUAL_PLACE,
    )
