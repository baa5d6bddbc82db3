"""Checks of needs: there is one, one is primary, the code is known."""

import pandas as pd

from sufficiency.quality.evidence import Evidence, known_codes

MODULE = "senneed"
DS_SINCE = 2026


def _of_active(seen: Evidence) -> pd.Series:
    of_active = seen.lift(seen.active, seen.parent(MODULE)).fillna(False).astype(bool)
    return of_active & ~seen.repeated(MODULE)


def _primary(seen: Evidence) -> pd.Series:
    first = (seen.number(MODULE, "sentyperank") == 1).fillna(False).astype(bool)
    return _of_active(seen) & first


def no_need(seen: Evidence) -> pd.DataFrame:
    """Return active plans without a need row."""
    with_need = seen.any_below("activeplans", seen.parent(MODULE))
    return seen.failing("activeplans", seen.active & ~with_need, "activeplanstableid")


def unknown_need(seen: Evidence) -> pd.DataFrame:
    """Return need rows whose code is missing or not known."""
    known = seen.text(MODULE, "sentype").isin(known_codes(MODULE, "sentype"))
    return seen.failing(MODULE, ~known, "sentype")


def no_primary_need(seen: Evidence) -> pd.DataFrame:
    """Return the first need row of each active plan that has none of rank 1."""
    plan = seen.parent(MODULE)
    wrong = _of_active(seen) & ~plan.isin(plan[_primary(seen)].unique()) & ~plan.duplicated()
    return seen.failing(MODULE, wrong, "sentyperank")


def two_primary_needs(seen: Evidence) -> pd.DataFrame:
    """Return each primary need beyond an active plan's first."""
    primary = _primary(seen)
    again = seen.parent(MODULE)[primary].duplicated().reindex(primary.index, fill_value=False)
    return seen.failing(MODULE, again, "sentyperank")


def ds_before_2026(seen: Evidence) -> pd.DataFrame:
    """Return need rows of Down syndrome in a return before the code existed."""
    early = seen.found.year < DS_SINCE
    return seen.failing(MODULE, (seen.text(MODULE, "sentype") == "DS") & early, "sentype")


CHECKS = (no_need, unknown_need, no_primary_need, two_primary_needs, ds_before_2026)
