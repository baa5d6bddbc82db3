"""What is said of flows between homes and schools, and of roll that does not add up."""

from collections.abc import Sequence

import numpy as np

from sufficiency.findings import Findings
from sufficiency.places.exports import report_mismatch
from sufficiency.places.site_units import Unit
from sufficiency.terms import lookup

LARGE_UNRECONCILED = 0.05


def report_imports_without_row(lost: int, findings: Findings) -> None:
    """Say how many pupils of other authorities are at no site of the register."""
    if lost:
        findings.warn(
            "places_imports_without_row",
            f"{lost} pupils of other authorities are at a school or provision that has no row of "
            "the register in force at the base census, so they are not counted.",
            "Add the row to places.csv, or correct urn and provision in imports.csv.",
            source="imports.csv",
            column="urn",
            count=lost,
        )


def report_flows(provision: str, away: int, units: Sequence[Unit], findings: Findings) -> None:
    """Say what crosses the border, and at which sites imports are not known."""
    name = lookup("provisions", "name")[provision]
    unknown = [u.name for u in units if u.imports is None]
    imported = sum(u.imported for u in units)
    if away or imported:
        here = str(imported)
        if unknown:
            here = f"at least {imported}" if imported else "not known"
        findings.inform(
            "places_cross_border",
            f"{name}: residents placed in other authorities {away}, pupils of other authorities "
            f"placed here {here}, as at the base census; both held constant.",
            source="imports.csv",
            count=away + imported,
        )
    if unknown:
        findings.warn(
            "places_imports_not_known",
            f"{name}: imports not known at {'; '.join(unknown)}. Roll that the returns do not "
            "explain is taken for pupils of other authorities.",
            "Supply imports.csv or the school census, or fill in other_la_places (0 if none).",
            source="imports.csv",
            column="pupils",
            count=len(unknown),
        )


def report_unreconciled(
    provision: str, units: Sequence[Unit], not_located: int, findings: Findings
) -> None:
    """Say which places are on no register row, and where roll and returns do not add up."""
    name = lookup("provisions", "name")[provision]
    if not_located:
        findings.warn(
            "places_not_on_register",
            f"{name}: {not_located} placements of residents are neither on the register nor in "
            "another authority; each is counted at home, as it is.",
            "Add the school to places.csv, or correct its urn or its base flag in the return.",
            source="places.csv",
            column="urn",
            count=not_located,
        )
    moved = sum(int(np.abs(unit.mismatch).sum()) for unit in units)
    apart = {
        unit.name: int(unit.unreconciled.sum())
        for unit in units
        if unit.imports is not None
        and abs(unit.unreconciled.sum()) > LARGE_UNRECONCILED * max(unit.on_roll.sum(), 1)
    }
    if apart and lookup("provisions", "capacity_gap")[provision] == "yes":
        words = [f"{n}: {abs(left)} {'fewer' if left > 0 else 'more'}" for n, left in apart.items()]
        findings.warn(
            "places_roll_not_reconciled",
            f"{name}: on_roll differs from what the returns, pupils of other authorities and "
            f"pupils without a plan add up to. {'; '.join(words)}.",
            "Check on_roll, occupants_without_plan and imports.csv against the school census.",
            source="places.csv",
            column="on_roll",
            count=len(apart),
        )
    report_mismatch(provision, moved, sum(int(u.on_roll.sum()) for u in units), findings)
    missing = [u.name for u in units if u.roll is None]
    if missing:
        findings.inform(
            "places_roll_from_returns",
            f"{name}: on_roll is blank, so the returns stand for it: {'; '.join(missing)}.",
            "Fill in on_roll.",
            source="places.csv",
            column="on_roll",
            count=len(missing),
        )
