"""Terms and crosswalks: small data tables with effective dates, and the one reader of them.

Belongs here: need codes and groups, settings, provisions, phases, establishment types, and the
crosswalks from published columns to settings and from settings to SCAP, DSG and LSRP rows. A
policy change edits a CSV file here, not code.

Does not belong here: rules that compute anything beyond a look-up.
"""

from datetime import date
from functools import cache
from importlib.resources import files

import pandas as pd

OUTSIDE = "outside"
SCHOOL_YEAR_BEGINS = 9
ALL = "ALL"
KEYS = {
    "needs": "need",
    "need_groups": "need_group",
    "settings": "setting",
    "setting_groups": "setting_group",
    "provisions": "provision",
    "phases": "phase",
    "establishment_types": "type_code",
    "ees_settings": "setting",
    "phase_transfers": "transfer",
    "routes": "route",
    "scheme_types": "scheme_type",
    "cost_items": "item",
    "drivers": "driver",
    "dwelling_types": "dwelling_type",
    "dwelling_yields": "dwelling_type",
    "vocabulary": "term",
}


@cache
def _read(name: str) -> pd.DataFrame:
    with files("sufficiency.terms").joinpath(f"{name}.csv").open(encoding="utf-8") as handle:
        return pd.read_csv(handle, dtype=str, keep_default_na=False)


def table(name: str, on: date | None = None) -> pd.DataFrame:
    """Return one terms table, all rows or those in force on a day.

    Args:
        name: File name without `.csv`, one of `KEYS`.
        on: Day on which the rows must be in force; None for every row.
    """
    rows = _read(name)
    if on is not None:
        day = on.isoformat()
        open_end = rows["effective_to"].where(rows["effective_to"] != "", "9999-12-31")
        rows = rows[(rows["effective_from"] <= day) & (open_end >= day)]
    return rows.copy()


def codes(name: str) -> list[str]:
    """Return the codes of one terms table in file order."""
    return list(dict.fromkeys(_read(name)[KEYS[name]]))


def lookup(name: str, value: str, on: date | None = None) -> dict[str, str]:
    """Return code -> `value` column of one terms table, for example settings -> provision."""
    rows = table(name, on)
    return dict(zip(rows[KEYS[name]], rows[value], strict=True))


def census_label(year: int) -> str:
    """Return how a census year is printed: `January 2027 (2026/27)`."""
    return f"January {year} ({year - 1}/{year % 100:02d})"


def school_year(days: pd.Series) -> pd.Series:
    """Return the year of the 1 September on which the school year of each day began.

    Args:
        days: YYYY-MM-DD; missing, for a missing result, where empty or no day.
    """
    when = pd.to_datetime(days, format="%Y-%m-%d", errors="coerce")
    return when.dt.year - (when.dt.month < SCHOOL_YEAR_BEGINS).astype(int)


def phase_of_ncy(ncy: pd.Series) -> pd.Series:
    """Return the phase of each nominal NCY (domain handbook 8.1)."""
    phases = table("phases")
    edges = [int(n) for n in phases["ncy_from"]] + [int(phases["ncy_to"].iloc[-1]) + 1]
    cut = pd.cut(ncy, bins=edges, right=False, labels=list(phases["phase"]))
    return cut.astype(str)
