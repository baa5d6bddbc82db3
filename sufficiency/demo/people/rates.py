"""The true rates of Westmere's people: how plan holders leave, move, change need and join.

Every rate here is made up, near England's published proportions (domain handbook 10.3, 10.4); those
that the signature leaves open are fitted to it (`fitting`). They are known, so that what is
estimated from the returns can be held against them: `true_rates`.
"""

from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

YEARS = tuple(range(2020, 2026))
AGES = tuple(range(2, 26))
NEEDS = ("ASD", "HI", "MLD", "MSI", "OTH", "PD", "PMLD", "SEMH", "SLCN", "SLD", "SPLD", "VI")
LEAVE_BY_AGE = {3: 0.02, 16: 0.02, 17: 0.08, 18: 0.20, 19: 0.36, 20: 0.36, 21: 0.40, 22: 0.42,
                23: 0.42, 24: 0.50, 25: 0.97}  # fmt: skip
"""Yearly chance of leaving by age at the end of the year, straight lines between, in 2024."""
LEAVE_BY_GROUP = {"mainstream": 1.0, "base": 0.8, "special": 0.7, "independent": 0.8, "ap": 1.4,
                  "college": 1.0, "home": 1.1, "none": 1.0, "early": 1.0}  # fmt: skip
CEASED = {2020: 140, 2021: 130, 2022: 260, 2023: 105, 2024: 445}
"""Plans that cease in a calendar year; reviews fell behind in 2023 and were caught up in 2024."""
TRANSFERS_IN = {2020: 45, 2021: 50, 2022: 60, 2023: 95, 2024: 75}
FORCED_AGE = 25
DAMPED_FROM, DAMPING = 19, 0.5
MOVE_BY_AGE = {3: 0.02, 10: 0.02, 11: 0.13, 12: 0.03, 15: 0.03, 16: 0.85, 17: 0.08, 18: 0.10,
               19: 0.10, 25: 0.08}  # fmt: skip
"""First guess of the yearly chance of another kind of place, before fitting."""
STAYING = {("special", 11): 0.97, ("independent", 11): 0.97, ("special", 16): 0.6,
           ("independent", 16): 0.6, ("home", 16): 0.5}  # fmt: skip
RETURN_TO_MAINSTREAM = 0.1
NEED_CHANGE = 0.012
NEED_CHANGE_TO = {"ASD": 0.45, "SEMH": 0.25, "MLD": 0.15, "SLCN": 0.10, "SPLD": 0.05}
BASE_PLACES = {"mainstream_academy_resourced_provision": (18.0, 13.0),
               "mainstream_la_maintained_senunit": (11.5, 11.5)}  # fmt: skip
"""Plans in a kind of base every January: primary and secondary ages."""


@cache
def _states() -> pd.DataFrame:
    path = files("sufficiency.demo").joinpath("people/states.csv")
    with path.open(encoding="utf-8") as handle:
        table = pd.read_csv(handle, dtype=str, keep_default_na=False)
    return table.astype({"from_age": int, "to_age": int})


def states() -> pd.DataFrame:
    """Return one row a state: a placement column of the releases, its setting and its ages.

    Columns: column, setting, sensetting (empty where the place has a URN), types (codes of
    establishment, apart by spaces), from_age, to_age (at 31 August), group.
    """
    return _states().copy()


def allowed() -> np.ndarray:
    """Return whether an age may be in a state: age x state."""
    table, ages = _states(), np.array(AGES)[:, None]
    return (ages >= table["from_age"].to_numpy()) & (ages <= table["to_age"].to_numpy())


def leaving() -> np.ndarray:
    """Return the chance of leaving in 2024 by age at the end of the year and state."""
    by_age = np.interp(AGES, list(LEAVE_BY_AGE), list(LEAVE_BY_AGE.values()))
    group = _states()["group"].map(LEAVE_BY_GROUP).to_numpy()
    rate = np.minimum(by_age[:, None] * group, 0.9)
    rate[AGES.index(FORCED_AGE)] = LEAVE_BY_AGE[FORCED_AGE]
    return rate


def with_factor(rate: np.ndarray, factor: float) -> np.ndarray:
    """Return chances of leaving in a year: the factor acts in full to 18, damped above.

    The last age leaves as it does always.
    """
    power = np.where(np.array(AGES) < DAMPED_FROM, 1.0, DAMPING)
    made = np.minimum(rate * factor ** power[:, None], 0.95)
    made[AGES.index(FORCED_AGE)] = rate[AGES.index(FORCED_AGE)]
    return made


def need_change() -> np.ndarray:
    """Return the chance of need at the end of a year, by need at its start: need x need."""
    to = np.array([NEED_CHANGE_TO.get(n, 0.0) for n in NEEDS])
    table = np.tile(to, (len(NEEDS), 1))
    np.fill_diagonal(table, 0.0)
    table *= NEED_CHANGE / table.sum(axis=1, keepdims=True)
    np.fill_diagonal(table, 1 - NEED_CHANGE)
    return table


def first_moves(shape: np.ndarray) -> np.ndarray:
    """Return a first guess of moves: age x state before x state after; rows that can be add to 1.

    Args:
        shape: Plans by age and state, whose shares say where movers go.
    """
    table, can = _states(), allowed()
    group = table["group"].to_numpy(dtype=str)
    moving = np.interp(AGES, list(MOVE_BY_AGE), list(MOVE_BY_AGE.values()))
    made = np.zeros((len(AGES), len(table), len(table)))
    for n, age in enumerate(AGES):
        share = np.where(can[n], shape[n] + 1e-3 * shape[n].sum(), 0.0)
        for before, kind in enumerate(group):
            stay = STAYING.get((kind, age), 1.0 - float(moving[n])) if can[n, before] else 0.0
            to = np.where(np.arange(len(table)) == before, 0.0, share)
            if kind in ("special", "independent"):
                to = np.where(group == "mainstream", to * RETURN_TO_MAINSTREAM, to)
            made[n, before] = (1 - stay) * to / to.sum() if to.sum() > 0 else 0.0
            made[n, before, before] += stay
    return made
