"""Default figures for England, used only where a published table is missing.

All from DfE "Education, health and care plans", reporting year 2025 (January 2025 stock and
calendar 2024 flows), Open Government Licence v3.0. Whoever uses one says so in a note.
"""

import numpy as np

from forecasts.panel import Floats
from forecasts.wide import OLDEST

AGES = OLDEST + 1

FIRST_AGE = 2
STOCK = (
    533, 4302, 22517, 30847, 31867, 34082, 36412, 38381, 41405, 46775, 47172, 47359,
    47125, 44886, 42005, 36484, 28598, 20815, 14495, 9805, 6258, 4030, 2221, 371,
)  # fmt: skip
COHORT_RATIOS = (
    8.94, 4.92, 1.44, 1.28, 1.24, 1.20, 1.20, 1.22, 1.21, 1.09, 1.11, 1.12,
    1.09, 1.06, 0.99, 0.87, 0.79, 0.76, 0.72, 0.67, 0.64, 0.58, 0.18,
)  # fmt: skip
LEAVING_WHILE_COHORTS_GROW = 0.022
NEW_PLAN_NEEDS = {
    "SLCN": 0.277, "ASD": 0.275, "SEMH": 0.263, "MLD": 0.075, "PD": 0.023, "SPLD": 0.023,
    "SLD": 0.013, "OTH": 0.012, "HI": 0.007, "PMLD": 0.006, "VI": 0.005, "MSI": 0.002,
}  # fmt: skip
# Per cent of plans at each age in mainstream, special, further education, elsewhere, early years.
BROAD_SHARES = {
    2: (17, 10, 0, 16, 57), 3: (28, 7, 0, 6, 57), 4: (70, 20, 0, 4, 6), 7: (66, 30, 0, 4, 0),
    10: (65, 30, 0, 5, 0), 11: (51, 42, 0, 7, 0), 15: (45, 43, 0, 12, 0), 16: (11, 25, 45, 19, 0),
    18: (4, 19, 51, 26, 0), 19: (2, 5, 62, 31, 0), 20: (1, 3, 65, 31, 0), 25: (0, 2, 63, 35, 0),
}  # fmt: skip
WITHIN_BROAD = (
    {"MSLA": 0.40, "MSAC": 0.49, "MSIN": 0.02, "RP": 0.055, "SENU": 0.035},
    {"SPLA": 0.443, "SPAC": 0.381, "SPIN": 0.153, "SPNM": 0.023},
    {"FE": 0.89, "SPI": 0.11},
    {"AP": 0.06, "EHE": 0.1, "EOTAS": 0.16, "NEET": 0.28, "NIE": 0.08, "OTHP": 0.06, "UNK": 0.26},
    {"EYP": 1.0},
)


def stock_by_age() -> Floats:
    """Return plans in England by age 0 to 25, January 2025; all under 3 are at age 2."""
    ages = np.zeros(AGES)
    ages[FIRST_AGE:] = STOCK
    return ages


def cohort_ratios() -> Floats:
    """Return plans at age a + 1 in 2025 per plan at age a in 2024, one an age; 0 at 25."""
    ratios = np.zeros(AGES)
    ratios[FIRST_AGE:OLDEST] = COHORT_RATIOS
    return ratios


def setting_shares(settings: tuple[str, ...]) -> Floats:
    """Return shares of settings by age (age x setting), from broad shares by age."""
    ages = sorted(BROAD_SHARES)
    broad = np.array([BROAD_SHARES[age] for age in ages], dtype=float)
    smooth = np.stack([np.interp(range(AGES), ages, column) for column in broad.T], axis=1)
    shares = np.zeros((AGES, len(settings)))
    for column, within in enumerate(WITHIN_BROAD):
        for setting, share in within.items():
            shares[:, settings.index(setting)] += smooth[:, column] * share
    return shares / shares.sum(axis=1, keepdims=True)
