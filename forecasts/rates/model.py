"""Rates of one authority: the arrays that move its plans forward, and how sure they are."""

from dataclasses import dataclass, field

import numpy as np

from forecasts.panel import Floats
from forecasts.rates.certainty import Certainty


@dataclass(frozen=True)
class Rates:
    """Yearly rates of one authority. Ages are at 31 August, 0 to 25; labels name the other axes.

    Attributes:
        needs: Need codes, in the order of the arrays.
        settings: Setting codes, in the order of the arrays.
        leave: Chance that a plan ceases within the year, age x setting; 1 at age 25.
        join: Joiners expected in the base year's step, age at its end x need.
        join_setting: Shares of settings among joiners, age x setting; rows sum to 1.
        move: Chance of each setting a year on, age x need x from x to; rows sum to 1.
        change_need: Chance of each recorded need a year on, age x from x to; rows sum to 1.
        affinity: How much likelier a setting is for a need than for others of the same age,
            need x setting; 1 is no different.
        notes: How they were made and what had to be assumed, one sentence each.
        certainty: How sure they are.
        join_first: Joiners expected in the first year ahead, as `join`, shaped by the requests
            that were pending at the base census; None if as in any year.
        localities: Home localities, in the order of `homes`; none if people's homes are not known.
        homes: How much likelier a joiner of a need lives in a locality than its residents of that
            age lead to expect, need x locality; 1 is no different.
    """

    needs: tuple[str, ...]
    settings: tuple[str, ...]
    leave: Floats
    join: Floats
    join_setting: Floats
    move: Floats
    change_need: Floats
    affinity: Floats
    notes: tuple[str, ...] = field(default=())
    certainty: Certainty = field(default_factory=Certainty)
    join_first: Floats | None = None
    localities: tuple[str, ...] = ()
    homes: Floats = field(default_factory=lambda: np.ones((0, 0)))
