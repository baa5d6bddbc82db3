"""Checks of ids: every row has its own, once, and finds its parent."""

from collections.abc import Callable

import pandas as pd

from sufficiency.quality.evidence import Evidence
from sufficiency.sen2.model import MODULES, PARENTS


def missing_table_id(seen: Evidence) -> pd.DataFrame:
    """Return rows of any module without an id of their own."""
    return pd.concat([seen.failing(m, seen.ids(m) == "", f"{m}tableid") for m in MODULES])


def repeated_table_id(seen: Evidence) -> pd.DataFrame:
    """Return rows of any module whose own id appears before in it."""
    return pd.concat([seen.failing(m, seen.repeated(m), f"{m}tableid") for m in MODULES])


def orphans_of(module: str) -> Callable[[Evidence], pd.DataFrame]:
    """Return the check of one module for rows whose parent is not there."""

    def orphans(seen: Evidence) -> pd.DataFrame:
        return seen.failing(module, seen.parent(module).isna(), f"{PARENTS[module]}tableid")

    orphans.__name__ = f"orphan_{module}"
    return orphans


CHECKS = (missing_table_id, repeated_table_id, *(orphans_of(module) for module in PARENTS))
