"""Run every check of `checks.csv` on returns and censuses."""

from collections.abc import Callable
from functools import cache
from importlib.resources import files

import pandas as pd

from sufficiency.people.reference import Reference
from sufficiency.pupil_census.model import PupilCensus
from sufficiency.quality import (
    births,
    establishments,
    flags,
    header,
    home_postcodes,
    identifiers,
    joins,
    needs,
    placements,
    plans,
    pupils,
    pupils_and_plans,
    requests,
    understanding,
    years,
)
from sufficiency.quality.bases import UNSETTLED
from sufficiency.quality.evidence import Evidence, YearBefore
from sufficiency.quality.pupils import CensusEvidence
from sufficiency.sen2.model import Return

ISSUES = {
    "year": "int32",
    "source": "str",
    "check": "str",
    "module": "str",
    "column": "str",
    "file": "str",
    "sheet": "str",
    "row": "Int64",
}
SEN2, CENSUS = "sen2", "census"
RETURN_MODULES = (
    joins,
    header,
    requests,
    identifiers,
    births,
    plans,
    placements,
    establishments,
    flags,
    needs,
    understanding,
    home_postcodes,
    years,
)


@cache
def declared() -> pd.DataFrame:
    """Return the checks as declared, one row a check, with the columns of `checks.csv`."""
    with files("sufficiency.quality").joinpath("checks.csv").open(encoding="utf-8") as handle:
        return pd.read_csv(handle, dtype=str, keep_default_na=False)


def return_checks() -> dict[str, Callable[[Evidence], pd.DataFrame]]:
    """Return check id -> the function that finds its rows in a SEN2 return."""
    return {check.__name__: check for module in RETURN_MODULES for check in module.CHECKS}


def census_checks() -> dict[str, Callable[[CensusEvidence], pd.DataFrame]]:
    """Return check id -> the function that finds its rows in a school census."""
    return {check.__name__: check for check in pupils.CHECKS}


def plan_checks() -> dict[str, Callable[[CensusEvidence, Evidence], pd.DataFrame]]:
    """Return check id -> the function that sets a spring census beside its SEN2 return."""
    return {check.__name__: check for check in pupils_and_plans.CHECKS}


def check_returns(
    returns: list[Return], positions: dict[int, pd.DataFrame], reference: Reference
) -> pd.DataFrame:
    """Return every failing row of SEN2 returns; never a value of a row.

    Args:
        returns: Returns, one a January.
        positions: Census-day positions by January.
        reference: Tables that rows are looked up in.

    Returns:
        One row a failing row: year, source (`sen2`), check, module, column, file, sheet, row
        (missing where the whole return, or a school, fails).
    """
    found = []
    kept: dict[int, YearBefore] = {}
    for one in sorted(returns, key=lambda held: held.year):
        seen = Evidence(one, positions.get(one.year), reference, kept.pop(one.year - 1, None))
        for name, check in return_checks().items():
            found.append(_labelled(check(seen), one.year, SEN2, name))
        kept[one.year] = years.remembered(seen)
    return _issues(found)


def check_censuses(
    censuses: list[PupilCensus],
    returns: list[Return],
    positions: dict[int, pd.DataFrame],
    reference: Reference,
    bases: pd.DataFrame,
) -> pd.DataFrame:
    """Return every failing row of school censuses, alone and beside the SEN2 returns.

    Args:
        censuses: Censuses of any terms.
        returns: Returns, one a January.
        positions: Census-day positions by January.
        reference: Tables that rows are looked up in.
        bases: The three-way reconciliation (contract `Bases`).

    Returns:
        As `check_returns`, with source `census`; rows of `plan_in_sen2_only` are those of the SEN2
        return.
    """
    found = []
    returned = {held.year: held for held in returns}
    for census in censuses:
        seen = CensusEvidence(census, reference)
        for name, check in census_checks().items():
            found.append(_labelled(check(seen), census.year, CENSUS, name))
        if census.term != "spring":
            continue
        wrong = bases[(bases["year"] == census.year) & bases["verdict"].isin(UNSETTLED)]
        found.append(_labelled(_of_schools(len(wrong)), census.year, CENSUS, "bases_disagree"))
        if census.year in returned:
            plans_of = Evidence(returned[census.year], positions.get(census.year), reference)
            for name, check in plan_checks().items():
                rows = check(seen, plans_of)
                found.append(_labelled(rows, census.year, CENSUS, name))
    return _issues(found)


def _of_schools(count: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"module": "", "column": "unit", "file": "", "sheet": "", "row": pd.NA}, index=range(count)
    )


def _labelled(rows: pd.DataFrame, year: int, source: str, check: str) -> pd.DataFrame:
    return rows.assign(year=year, source=source, check=check) if len(rows) else rows


def _issues(found: list[pd.DataFrame]) -> pd.DataFrame:
    parts = [part[list(ISSUES)].astype(ISSUES) for part in found if len(part)]
    if not parts:
        return pd.DataFrame({name: [] for name in ISSUES}).astype(ISSUES)
    return pd.concat(parts, ignore_index=True)
