"""Which rows count, and from when to when: periods of the register and of classes.

Belongs here: in force on a day, running from a September. How many places a row has in a year is
in `capacity`.
"""

import numpy as np
import pandas as pd

COUNTED = ("existing", "funded", "approved")
"""Statuses of rows that count; a proposed row never does."""
CENSUS_DAY = "01-15"
NO_END = "9999-12-31"


def counted_rows(register: pd.DataFrame) -> pd.DataFrame:
    """Return the register rows that count, on a new index."""
    return register[register["change_status"].isin(list(COUNTED))].reset_index(drop=True)


def last_days(register: pd.DataFrame) -> pd.Series:
    """Return the last day of each row, YYYY-MM-DD; far in the future where it has no end."""
    return register["effective_to"].where(register["effective_to"] != "", NO_END)


def in_force_on(register: pd.DataFrame, day: str) -> np.ndarray:
    """Return which register rows are in force on a day (YYYY-MM-DD)."""
    rows = (register["effective_from"] <= day) & (last_days(register) >= day)
    return rows.to_numpy(dtype=bool)


def in_force(register: pd.DataFrame, year: int) -> np.ndarray:
    """Return which register rows are in force on census day of a January."""
    return in_force_on(register, f"{year}-{CENSUS_DAY}")


def counted_in(register: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the rows that count and are in force on census day of a January, on a new index."""
    counted = counted_rows(register)
    return counted[in_force(counted, year)].reset_index(drop=True)


def running(classes: pd.DataFrame, september: int) -> np.ndarray:
    """Return which classes run in the school year that begins in a September."""
    ended = (classes["september_to"] < september).fillna(False)
    runs = (classes["september_from"] <= september) & ~ended
    return runs.to_numpy(dtype=bool)
