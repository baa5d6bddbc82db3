"""Places by need group, phase and census year: each register row split once, parts summing to it.

A school accepts many needs and year groups. Its places are split over need group x phase in the
proportions of the plan holders it already serves, within what it is designated for.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sufficiency.contracts import Places, checked
from sufficiency.findings import Findings
from sufficiency.places.exports import net_export_rows
from sufficiency.places.mix import (
    Mix,
    cell_rows,
    covered_cells,
    plan_mix,
    roll_by_phase,
    row_weights,
    split_whole,
)

CENSUS_DAY = "01-15"
COUNTED = ("existing", "funded", "approved")
BASIS_COLUMNS = {
    "commissioned": "commissioned_places",
    "scap": "scap_capacity",
    "physical": "physical_capacity",
    "on_roll": "on_roll",
}


@dataclass(frozen=True)
class _Part:
    """One register row: how its places fall over need group x phase, and what was used."""

    weights: np.ndarray
    covered: np.ndarray
    capacity: int | None
    basis: str


def places(
    register: pd.DataFrame,
    plans: pd.DataFrame,
    base_year: int,
    years: int,
    capacity_basis: str,
    findings: Findings,
    establishments: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return places by register row, need group, phase and year, ready to meet demand.

    Args:
        register: Register table.
        plans: Plans table holding the base census.
        base_year: January census year to start from.
        years: Years ahead; places are given for base_year to base_year + years.
        capacity_basis: `commissioned`, `scap` or `physical`: which capacity to use where the row
            has it; else the first of commissioned, SCAP, physical and on roll that it has.
        findings: Receives what was assumed, left out or fell back.
        establishments: Establishments table; where given, a whole school's places are split over
            phases by its roll.

    Returns:
        Places. A row is counted in the years in which it is in force on census day (15 January);
        proposed rows never are. A register row whose capacity is unknown has parts of 0 places
        marked as assumed, so that no cell it could serve shows a gap. More capacity never lowers
        a part. Net export, mismatch and occupants without a plan have rows of their own (`kind`);
        a row whose occupants without a plan are not known has none, one known to have no such
        occupants has parts of 0.
    """
    counted = register[register["change_status"].isin(list(COUNTED))].reset_index(drop=True)
    mix = plan_mix(plans, base_year)
    parts = _parts(counted, mix, capacity_basis, base_year, establishments, findings)
    records: list[dict[str, object]] = []
    for year in range(base_year, base_year + years + 1):
        for position in np.flatnonzero(in_force(counted, year)):
            row, part = counted.iloc[position], parts[position]
            records.extend(_register_rows(row, part, year))
            records.extend(_without_plan_rows(row, part, year))
    compared = _compared(counted, base_year, years, findings)
    weights = [parts[int(position)].weights for position in np.flatnonzero(compared)]
    records.extend(net_export_rows(counted[compared], weights, mix, base_year, years, findings))
    _report(register, counted, parts, capacity_basis, (base_year, base_year + years), findings)
    columns = list(Places.to_schema().columns)
    return checked(Places, pd.DataFrame(records, columns=columns), "places")


def in_force(register: pd.DataFrame, year: int) -> np.ndarray:
    """Return which register rows are in force on census day of a year."""
    day = f"{year}-{CENSUS_DAY}"
    end = register["effective_to"].where(register["effective_to"] != "", "9999-12-31")
    return ((register["effective_from"] <= day) & (end >= day)).to_numpy(dtype=bool)


def _compared(counted: pd.DataFrame, base_year: int, years: int, findings: Findings) -> np.ndarray:
    """Return the rows whose roll is set against base-year residents, provision by provision.

    They are the rows in force at the base census or, where a provision has none, those of its
    first year: a register may start after the census, and its roll is the nearest known.
    """
    chosen = np.zeros(len(counted), dtype=bool)
    late: list[str] = []
    for provision in counted["provision"].unique():
        inside = counted["provision"].eq(provision).to_numpy(dtype=bool)
        for year in range(base_year, base_year + years + 1):
            open_then = inside & in_force(counted, year)
            if open_then.any():
                chosen |= open_then
                late += [str(provision)] if year > base_year else []
                break
    if late:
        findings.warn(
            "places_start_after_base_census",
            f"No row of {', '.join(late)} is in force at the base census, so the first later roll "
            "is compared with residents of the base census.",
            "Add the places of the base census, or put an earlier effective_from.",
            source="places.csv",
            column="effective_from",
            count=len(late),
        )
    return chosen


def _parts(
    counted: pd.DataFrame,
    mix: Mix,
    capacity_basis: str,
    base_year: int,
    establishments: pd.DataFrame | None,
    findings: Findings,
) -> list[_Part]:
    rolls = roll_by_phase(establishments)
    at_base = counted[in_force(counted, base_year)]
    alone = at_base.groupby(["urn", "provision"]).size().eq(1)
    parts, even = [], []
    for _, row in counted.iterrows():
        capacity, basis = _capacity(row, capacity_basis)
        key = (str(row["urn"]), str(row["provision"]))
        roll = rolls.get(key) if alone.get(key, False) else None
        weights, found = row_weights(row, mix, roll)
        parts.append(_Part(weights, covered_cells(row), capacity, basis))
        if not found and capacity:
            even.append(str(row["name"]))
    if even:
        findings.warn(
            "places_split_evenly",
            f"No plan holder in {len(even)} provisions has a need and year group that they are "
            f"designated for, so their places are split evenly: {'; '.join(even)}.",
            "Check designated_needs, acceptable_needs, ncy_from and ncy_to of these rows.",
            source="places.csv",
            column="designated_needs",
            count=len(even),
        )
    return parts


def _capacity(row: pd.Series, chosen: str) -> tuple[int | None, str]:
    """Return the row's places and which capacity they are; None where no column is filled."""
    for basis in dict.fromkeys([chosen, *BASIS_COLUMNS]):
        value = row[BASIS_COLUMNS[basis]]
        if pd.notna(value):
            return int(value), basis
    return None, "on_roll"


def _register_rows(row: pd.Series, part: _Part, year: int) -> list[dict[str, object]]:
    numbers = split_whole(part.capacity or 0, part.weights)
    assumed = "yes" if part.capacity is None else row["assumed"]
    shared = _shared(row, year) | {"kind": "register", "assumed": assumed}
    shared["capacity_basis"] = part.basis
    return cell_rows(shared, numbers, part.covered)


def _without_plan_rows(row: pd.Series, part: _Part, year: int) -> list[dict[str, object]]:
    if pd.isna(row["occupants_without_plan"]):
        return []
    numbers = -split_whole(int(row["occupants_without_plan"]), part.weights)
    shared = _shared(row, year) | {"kind": "without_plan", "assumed": row["assumed"]}
    shared["capacity_basis"] = part.basis
    shared["name"] = f"{row['name']}: pupils without a plan"
    return cell_rows(shared, numbers, part.covered)


def _shared(row: pd.Series, year: int) -> dict[str, object]:
    kept = ("urn", "site_id", "name", "provision", "locality", "flexible")
    return {"year": year, **{column: row[column] for column in kept}}


def _report(
    register: pd.DataFrame,
    counted: pd.DataFrame,
    parts: list[_Part],
    capacity_basis: str,
    span: tuple[int, int],
    findings: Findings,
) -> None:
    proposed = len(register) - len(counted)
    if proposed:
        findings.inform(
            "places_proposed_not_counted",
            f"{proposed} proposed rows are not counted as places.",
            "Put funded or approved in change_status once that is so.",
            source="places.csv",
            column="change_status",
            count=proposed,
        )
    unknown = [str(n) for n, p in zip(counted["name"], parts, strict=True) if p.capacity is None]
    if unknown:
        findings.warn(
            "places_unknown",
            f"{len(unknown)} rows have no places in any column; they are unknown, not zero, and "
            f"no gap is shown where they could serve: {'; '.join(unknown)}.",
            "Fill in commissioned_places.",
            source="places.csv",
            column="commissioned_places",
            count=len(unknown),
        )
    fell_back = [p.basis for p in parts if p.capacity is not None and p.basis != capacity_basis]
    if fell_back:
        words = ", ".join(f"{fell_back.count(b)} use {b}" for b in dict.fromkeys(fell_back))
        findings.warn(
            "places_other_capacity_used",
            f"{len(fell_back)} rows do not give {BASIS_COLUMNS[capacity_basis]}: {words}.",
            f"Fill in {BASIS_COLUMNS[capacity_basis]}, or accept that capacities are mixed.",
            source="places.csv",
            column=BASIS_COLUMNS[capacity_basis],
            count=len(fell_back),
        )
    first, last = span
    ended = counted[in_force(counted, first) & ~in_force(counted, last)]
    successors = counted[in_force(counted, last)][["urn", "site_id", "provision"]]
    going_on = ended.merge(successors.drop_duplicates(), how="inner")
    count = len(ended) - len(going_on)
    if count:
        findings.warn(
            "places_end",
            f"{count} rows end before January {last} and nothing follows at the same site.",
            "Nothing if they close; else clear effective_to or add the next row.",
            source="places.csv",
            column="effective_to",
            count=count,
        )
