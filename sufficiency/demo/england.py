"""England's published shape: which rows and columns the releases have, and in what proportions.

The small files in `england/` are the England rows, counts only, of the DfE releases "Education,
health and care plans" 2025 and 2022 (Open Government Licence v3.0). `headers/` holds the header of
each published file. Made-up authorities take their proportions from these; no row of any real
authority is used.
"""

from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from sufficiency.demo.sharing import fit
from sufficiency.terms import table

SYMBOLS = ("x", "z", "")
STOCK_TOPIC, STOCK_AGE = "All EHC plans", "Child or young persons age"
PLACEMENT = "Type of placement"
STARTED = "Age when plan started"
NOT_PLACEMENTS = (
    "time_period",
    "breakdown_topic",
    "breakdown",
    "ehcplans",
    "await_prov_2022",
    "perm_ex_2022",
)


@cache
def _published(name: str) -> pd.DataFrame:
    with files("sufficiency.demo").joinpath(f"england/{name}.csv").open(encoding="utf-8") as handle:
        return pd.read_csv(handle, dtype=str, keep_default_na=False)


def published(name: str) -> pd.DataFrame:
    """Return England's rows of one published file, as text."""
    return _published(name).copy()


def header(name: str) -> list[str]:
    """Return the column names of one published file, in order (names may repeat)."""
    path = files("sufficiency.demo").joinpath(f"headers/{name}.csv")
    return path.read_text(encoding="utf-8").strip().split(",")


def counts(frame: pd.DataFrame, columns: list[str]) -> np.ndarray:
    """Return `columns` as numbers, 0 where a symbol stands."""
    text = frame[columns].to_numpy(dtype=str)
    return np.where(np.isin(text, SYMBOLS), "0", text).astype(float)


def placements() -> list[str]:
    """Return the placement columns of the caseload file, in order, without the two of 2022."""
    return [c for c in _published("caseload").columns if c not in NOT_PLACEMENTS]


def needs() -> list[str]:
    """Return the need columns of the need files, in order."""
    return [c for c in _published("sen_needs_all_plans").columns if c.startswith("number_")]


def placement_labels() -> list[str]:
    """Return the need file's label of each placement column, in the columns' order."""
    terms = table("ees_settings")
    labels = dict(zip(terms["ees_column"], terms["ees_need_label"], strict=True))
    return [labels[c] for c in placements()]


def rows(name: str, period: str, topic: str) -> pd.DataFrame:
    """Return England's rows of one file, period and topic, in the file's order."""
    frame = _published(name)
    return frame[(frame["time_period"] == period) & (frame["breakdown_topic"] == topic)]


def year_rows(name: str, year: int) -> pd.DataFrame:
    """Return England's rows of one file of the 2022 release and one calendar year."""
    frame = _published(name)
    return frame[frame["time_period"] == str(year)]


def by_need(name: str, period: str, topic: str, order: list[str]) -> np.ndarray:
    """Return breakdown x need counts of one need file, breakdowns in `order` (absent: 0)."""
    frame = rows(name, period, topic).set_index("breakdown").reindex(order, fill_value="0")
    return counts(frame, needs())


def stock_ages() -> list[str]:
    """Return the age labels of the stock files, youngest first."""
    return ["under 3", *(f"age {n}" for n in range(3, 26))]


def start_ages() -> list[str]:
    """Return the age labels of the new-plan files, youngest first."""
    return ["age 2 and under", *(f"age {n}" for n in range(3, 20)), "age 20 and over"]


def stock_table() -> np.ndarray:
    """Return England's plans of January 2025, placement x age x need, fitted to three margins."""
    ages = rows("caseload", "202425", STOCK_AGE).set_index("breakdown").loc[stock_ages()]
    age_placement = counts(ages, placements())
    need_age = by_need("sen_needs_all_plans", "202425", STOCK_AGE, stock_ages())
    need_placement = by_need("sen_needs_all_plans", "202425", PLACEMENT, placement_labels())
    return _three_way(age_placement, need_age, need_placement)


def new_plans_table() -> np.ndarray:
    """Return England's new plans of 2024, placement x age x need, fitted to three margins."""
    ages = rows("newplans", "2024", STARTED).set_index("breakdown").loc[start_ages()]
    age_placement = counts(ages, placements())
    need_age = by_need("sen_need_newplans", "2024", STOCK_AGE, start_ages())
    need_placement = by_need("sen_need_newplans", "2024", PLACEMENT, placement_labels())
    return _three_way(age_placement, need_age, need_placement)


def _three_way(
    age_placement: np.ndarray, need_age: np.ndarray, need_placement: np.ndarray
) -> np.ndarray:
    total = age_placement.sum()
    start = np.ones((age_placement.shape[1], age_placement.shape[0], need_age.shape[1]))
    margins = [
        ((1, 2), need_age * total / need_age.sum()),
        ((0, 2), need_placement * total / need_placement.sum()),
        ((0, 1), age_placement.T),
    ]
    return fit(start, margins)
