"""England's true rates in the made-up panel: who holds, joins, leaves and moves, by age.

All figures are made up, near England's published proportions (domain handbook 10.3, 10.4).
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NEEDS = ("ASD", "MLD", "PD", "SEMH", "SLCN", "SLD")
SETTINGS = ("AP", "EOTAS", "EYP", "FE", "MSAC", "NEET", "RP", "SPIN", "SPLA")
GROUP_OF = ("ap", "other", "other", "fe", "mainstream", "other", "rp_unit", "special_indep",
            "special_state")  # fmt: skip
GROUPS = ("mainstream", "rp_unit", "special_state", "special_indep", "ap", "fe", "other")
AGES, OLDEST = 26, 25
AGE_CLASSES = ((0, 4), (5, 10), (11, 15), (16, 19), (20, 25))

PLACED = {  # per cent of plans at an age, in the order of SETTINGS
    2: (0, 5, 65, 0, 20, 0, 0, 0, 10), 3: (0, 3, 58, 0, 30, 0, 1, 0, 8),
    4: (0, 2, 5, 0, 65, 0, 4, 2, 22), 7: (0.5, 2.5, 0, 0, 62, 0, 5, 3, 27),
    10: (0.7, 2.3, 0, 0, 60, 0, 5, 4, 28), 11: (1, 3, 0, 0, 48, 0, 5, 8, 35),
    15: (3, 4, 0, 0, 42, 0, 4, 11, 36), 16: (0.5, 3, 0, 44, 10, 7.5, 1, 8, 26),
    18: (0.3, 3, 0, 50, 4, 15, 0.5, 7, 20.2), 19: (0, 4, 0, 60, 1, 28, 0, 2, 5),
    20: (0, 4, 0, 64, 0, 32, 0, 0, 0), 25: (0, 4, 0, 64, 0, 32, 0, 0, 0),
}  # fmt: skip
AGE_LIMITS = {"EYP": (0, 4), "MSAC": (2, 19), "RP": (2, 19), "SPIN": (2, 19), "SPLA": (2, 19),
              "AP": (2, 19), "FE": (16, 25), "NEET": (16, 25)}  # fmt: skip
AFFINITY = {  # how much likelier than for others of the age, by need, in the order of SETTINGS
    "ASD": (0.8, 1.2, 1, 1, 0.9, 1, 1.3, 1.3, 1.2), "MLD": (0.8, 0.8, 1, 1.1, 1.2, 1, 1, 0.4, 0.7),
    "PD": (0.2, 0.8, 1, 1, 1.4, 1, 1, 0.4, 0.6), "SEMH": (4, 1.5, 1, 1, 0.9, 1.3, 0.4, 2, 0.7),
    "SLCN": (0.4, 0.6, 1, 1, 1.4, 1, 1.6, 0.4, 0.5), "SLD": (0.1, 0.8, 1, 1, 0.2, 1, 0.4, 1, 3.5),
}  # fmt: skip
JOIN_AT = (0, 0, 0.4, 3, 13, 13, 9, 8, 8, 8, 8, 6, 5, 5, 4, 3, 2.4, 1.2, 0.6, 0.3)
JOIN_NEEDS = {4: (0.28, 0.05, 0.06, 0.08, 0.43, 0.10), 8: (0.30, 0.12, 0.04, 0.25, 0.26, 0.03),
              13: (0.36, 0.11, 0.02, 0.42, 0.08, 0.01)}  # fmt: skip
LEAVE_AT = {2: 0.02, 14: 0.02, 15: 0.06, 16: 0.09, 17: 0.18, 18: 0.32, 19: 0.36, 22: 0.42,
            23: 0.5, 24: 0.7, 25: 1.0}  # fmt: skip
LEAVE_IN = (1.4, 1.1, 1.0, 1.0, 1.0, 1.2, 0.8, 0.8, 0.7)
STAY = 0.965
STAY_AT_TRANSFER = {  # by age at the start: stays in the setting; all others at that age as "else"
    3: {"EYP": 0.25}, 10: {"MSAC": 0.90, "RP": 0.90, "SPLA": 0.98, "SPIN": 0.97},
    15: {"MSAC": 0.15, "RP": 0.15, "SPLA": 0.65, "SPIN": 0.6, "AP": 0.05, "EOTAS": 0.5},
    18: {"MSAC": 0.2, "RP": 0.2, "SPLA": 0.25, "SPIN": 0.25},
}  # fmt: skip
NEED_CHANGES = 0.012
NEED_CHANGES_TO = (0.45, 0.15, 0.0, 0.25, 0.15, 0.0)


def can_be() -> NDArray[np.bool_]:
    """Return which settings take which ages, age x setting."""
    limits = np.array([AGE_LIMITS.get(setting, (0, OLDEST)) for setting in SETTINGS])
    ages = np.arange(AGES)[:, None]
    return (ages >= limits[:, 0]) & (ages <= limits[:, 1])


def placing() -> Floats:
    """Return usual shares of settings by age and need (26 x N x S); rows sum to 1."""
    table = _between(PLACED) * can_be()
    liking = np.array([AFFINITY[need] for need in NEEDS])
    made = table[:, None, :] * liking
    return made / made.sum(axis=2, keepdims=True)


def joining() -> tuple[Floats, Floats]:
    """Return shares of ages among a year's joiners (26), and of needs at each age (26 x N)."""
    ages = np.zeros(AGES)
    ages[: len(JOIN_AT)] = JOIN_AT
    needs = _between(JOIN_NEEDS)
    return ages / ages.sum(), needs / needs.sum(axis=1, keepdims=True)


def leaving() -> Floats:
    """Return the chance of leaving within a year, age at its start x setting; 1 at 25."""
    rate = np.interp(np.arange(AGES), list(LEAVE_AT), list(LEAVE_AT.values()))
    made = np.clip(rate[:, None] * np.array(LEAVE_IN), 0.0, 0.9)
    made[OLDEST] = 1.0
    return made


def moving() -> Floats:
    """Return odds of the setting a year on (26 x N x S x S), by age at the start; rows sum to 1."""
    where, can = placing(), can_be()
    made = np.zeros((AGES, len(NEEDS), len(SETTINGS), len(SETTINGS)))
    made[OLDEST] = np.eye(len(SETTINGS))
    for age in range(OLDEST):
        stays = STAY_AT_TRANSFER.get(age, {})
        for before, setting in enumerate(SETTINGS):
            stay = stays.get(setting, STAY) if can[age + 1, before] else 0.0
            to = where[age + 1] * (np.arange(len(SETTINGS)) != before)
            made[age, :, before] = (1.0 - stay) * to / to.sum(axis=1, keepdims=True)
            made[age, :, before, before] += stay
    return made


def need_changing() -> Floats:
    """Return the chance of each need a year on, need x need; rows sum to 1."""
    to = np.tile(np.array(NEED_CHANGES_TO), (len(NEEDS), 1))
    np.fill_diagonal(to, 0.0)
    to *= NEED_CHANGES / to.sum(axis=1, keepdims=True)
    return to + np.diag(1.0 - to.sum(axis=1))


def _between(rows: dict[int, tuple[float, ...]]) -> Floats:
    """Straight lines between the ages given, age x column."""
    table = np.array(list(rows.values()), dtype=float)
    return np.stack([np.interp(np.arange(AGES), list(rows), column) for column in table.T], axis=1)
