"""What lies between homes and schools where plans are at person level: five kinds of rows.

Demand counts the authority's residents by where they live; places count seats by where they are,
whoever sits there. With homes L, need group x phase cells c, and the pupils on roll of each site
split like its places, in the base year and for every provision, L and c

    residents = roll - without a plan - imports + exports + journeys + unreconciled + mismatch

so that the gap of a cell (residents less places for residents) is roll and places kept for
assessment over places there, and nothing else. All of it is held constant in later years, imports
and unreconciled roll as long as their site is open.

- exports: residents placed in other authorities, as recorded.
- imports: pupils of other authorities at the site, as listed (`imports.csv`, school census), else
  as the register says.
- journeys: residents of a locality at sites in others, less others' at sites in it.
- unreconciled: plan holders recorded at a site less what its roll leaves for them; where imports
  are not known it holds them too. A child whose place is not on the register has it at home.
- mismatch: recorded need and age of those who attend less the split of the register.
"""

from collections.abc import Mapping, Sequence, Set

import numpy as np
import pandas as pd

from sufficiency.findings import Findings
from sufficiency.places.exports import MISMATCH_NAME, MOSTLY_WITHOUT_PLANS, without_plan_unknown
from sufficiency.places.flow_findings import (
    report_flows,
    report_imports_without_row,
    report_unreconciled,
)
from sufficiency.places.mix import cell_rows, fold, plan_mix
from sufficiency.places.site_units import Key, RegisterRow, Unit, listed_imports, units_of
from sufficiency.terms import OUTSIDE, codes, lookup

EXPORTS_NAME = "Residents placed in other authorities"
IMPORTS_NAME = "pupils of other authorities"
JOURNEYS_NAME = "Places used in other localities, less used by others here"
UNRECONCILED_NAME = "roll that returns do not explain"
IMPORTS_NOT_KNOWN_NAME = "imports not known, roll that returns do not explain"
NOT_LOCATED_NAME = "Place not on the register"


def knows_homes(base: pd.DataFrame) -> bool:
    """Return whether base-year plans are at person level and say who is placed in the authority."""
    return bool(base["basis"].eq("person").any() and base["in_area"].ne("unknown").any())


def flow_rows(
    sites: Sequence[RegisterRow],
    attending: pd.DataFrame,
    imports: pd.DataFrame | None,
    open_sites: Mapping[int, Set[Key]],
    findings: Findings,
) -> list[dict[str, object]]:
    """Return exports, imports, journeys, unreconciled roll and mismatch by cell and year.

    Args:
        sites: Register rows in force at the base census.
        attending: Who attends which site (`attendance.attending`).
        imports: Imports table, or None where it was not supplied.
        open_sites: The school, site and provision of the rows in force in each year.
        findings: Receives each flow, and what is not known.

    Returns:
        Records of the Places table. A kind that is known to be none has rows of 0; one that is
        not known has no row. Of provisions without a capacity gap and without a register row,
        exports alone are given.
    """
    keys = {site.key for site in sites}
    listed, lost = listed_imports(imports, keys)
    report_imports_without_row(lost, findings)
    no_gap = lookup("provisions", "capacity_gap")
    records: list[dict[str, object]] = []
    for provision in codes("provisions"):
        mine = [site for site in sites if site.key[2] == provision]
        held = attending[attending["provision"] == provision]
        away = held[held["urn"].eq("") & held["in_area"].eq("no")]
        exports = (EXPORTS_NAME, provision, _by(away), open_sites)
        if not mine:
            records += _at_homes("exports", *exports) if no_gap[provision] == "no" else []
            continue
        units = units_of(mine, held, listed)
        covered = units[0].weights > 0
        records += _at_homes("exports", *exports, covered)
        journeys = _journeys(held[held["urn"] != ""], units)
        records += _at_homes("journeys", JOURNEYS_NAME, provision, journeys, open_sites, covered)
        for unit in units:
            if unit.imports is not None:
                records += _at_site("imports", IMPORTS_NAME, unit, -unit.imports, open_sites)
        report_flows(provision, int(away["plans"].sum()), units, findings)
        rows = pd.concat([unit.rows for unit in units])
        if provision in MOSTLY_WITHOUT_PLANS and without_plan_unknown(rows, provision, findings):
            continue
        elsewhere = held[held["urn"].eq("") & held["in_area"].ne("no")]
        for unit in units:
            name = IMPORTS_NOT_KNOWN_NAME if unit.imports is None else UNRECONCILED_NAME
            records += _at_site("unreconciled", name, unit, unit.unreconciled, open_sites)
        records += _at_homes(
            "unreconciled", NOT_LOCATED_NAME, provision, _by(elsewhere), open_sites
        )
        mismatch = _mismatch(units)
        records += _at_homes("mismatch", MISMATCH_NAME, provision, mismatch, open_sites, covered)
        report_unreconciled(provision, units, int(elsewhere["plans"].sum()), findings)
    return records


def _journeys(at_sites: pd.DataFrame, units: Sequence[Unit]) -> dict[str, np.ndarray]:
    """Return residents of a locality at any site less those who attend in it, by cell."""
    journeys = _by(at_sites)
    for unit in units:
        here = journeys.get(unit.locality, np.zeros_like(unit.attending))
        journeys[unit.locality] = here - unit.attending
    return journeys


def _mismatch(units: Sequence[Unit]) -> dict[str, np.ndarray]:
    by_locality: dict[str, np.ndarray] = {}
    for unit in units:
        here = by_locality.get(unit.locality, np.zeros_like(unit.attending))
        by_locality[unit.locality] = here + unit.mismatch
    return by_locality


def _by(held: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return plan holders by home locality and cell."""
    homes = {}
    for locality, part in held.groupby("locality"):
        counted = plan_mix(part.assign(urn="", provision="")).provision("")
        homes[str(locality)] = fold(counted).astype(int)
    return homes


def _at_homes(
    kind: str,
    name: str,
    provision: str,
    homes: Mapping[str, np.ndarray],
    open_sites: Mapping[int, Set[Key]],
    covered: np.ndarray | None = None,
) -> list[dict[str, object]]:
    """Return rows by locality in every year; rows of 0 over `covered` where there are none."""
    used = {place: numbers for place, numbers in sorted(homes.items()) if numbers.any()}
    if not used and covered is not None:
        used = {min(homes, default=OUTSIDE): np.zeros(covered.shape, dtype=int)}
    records: list[dict[str, object]] = []
    for locality, numbers in used.items():
        shared = {
            "urn": "",
            "site_id": "",
            "name": name,
            "provision": provision,
            "locality": locality,
            "capacity_basis": kind,
            "kind": kind,
            "flexible": "no",
            "assumed": "no",
        }
        kept = covered if covered is not None and not numbers.any() else numbers != 0
        for year in open_sites:
            records += cell_rows(shared | {"year": year}, numbers, kept)
    return records


def _at_site(
    kind: str, what: str, unit: Unit, numbers: np.ndarray, open_sites: Mapping[int, Set[Key]]
) -> list[dict[str, object]]:
    """Return rows of a site in the years it is open; rows of 0 where there are none."""
    urn, site_id, provision = unit.key
    shared = {
        "urn": urn,
        "site_id": site_id,
        "name": f"{unit.name}: {what}",
        "provision": provision,
        "locality": unit.locality,
        "capacity_basis": kind,
        "kind": kind,
        "flexible": "yes" if unit.rows["flexible"].eq("yes").any() else "no",
        "assumed": "yes" if unit.rows["assumed"].eq("yes").any() else "no",
    }
    kept = numbers != 0 if numbers.any() else unit.weights > 0
    records: list[dict[str, object]] = []
    for year, there in open_sites.items():
        if unit.key in there:
            records += cell_rows(shared | {"year": year}, numbers, kept)
    return records
