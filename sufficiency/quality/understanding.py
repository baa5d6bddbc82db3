"""Checks of cells that are not of their kind: dates, flags, numbers, formulas."""

import pandas as pd

from sufficiency.quality.evidence import Evidence
from sufficiency.quality.traced import FOUND
from sufficiency.sen2.model import MODULES, WHERE

FORMULA_STARTS = ("=", "+", "@")


def _unreadable(seen: Evidence, *kinds: str) -> pd.DataFrame:
    wrong = seen.found.unreadable
    return wrong.loc[wrong["kind"].isin(kinds), list(FOUND)]


def unreadable_date(seen: Evidence) -> pd.DataFrame:
    """Return cells of date fields that are not dates."""
    return _unreadable(seen, "date", "datetime")


def unreadable_flag(seen: Evidence) -> pd.DataFrame:
    """Return cells of yes/no fields that are neither."""
    return _unreadable(seen, "flag")


def unreadable_number(seen: Evidence) -> pd.DataFrame:
    """Return cells of whole-number fields that are not whole numbers."""
    return _unreadable(seen, "number")


def formula_in_cell(seen: Evidence) -> pd.DataFrame:
    """Return text cells that start as a formula does."""
    found = [seen.nothing]
    for module in MODULES:
        frame = seen.frames[module]
        for column in frame.columns.difference(list(WHERE), sort=False):
            if pd.api.types.is_string_dtype(frame[column]):
                wrong = frame[column].str.startswith(FORMULA_STARTS)
                if wrong.any():
                    found.append(seen.failing(module, wrong, str(column)))
    return pd.concat(found)


CHECKS = (unreadable_date, unreadable_flag, unreadable_number, formula_in_cell)
