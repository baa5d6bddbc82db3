"""Places by need group, phase and census year: each register row split once, parts summing to it.

A school accepts many needs and year groups. Its places are split over need group x phase in the
proportions of the plan holders it already serves, or as the planner says; pools that are set apart
keep their own totals.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sufficiency.contracts import Places, checked
from sufficiency.findings import Findings
from sufficiency.places.attendance import attending
from sufficiency.places.capacity import (
    USABLE,
    Capacity,
    before,
    capacity,
    class_places,
    classes_of_rows,
    first_year,
    ramped,
    split_pools,
    usable,
)
from sufficiency.places.exports import net_export_rows
from sufficiency.places.flows import flow_rows, knows_homes
from sufficiency.places.mix import (
    RowMix,
    allowed,
    cell_rows,
    fold,
    given_shares,
    plan_mix,
    roll_by_phase,
    row_mixes,
    site_key,
    split_whole,
)
from sufficiency.places.periods import counted_rows, in_force
from sufficiency.places.site_units import RegisterRow
from sufficiency.places.split_findings import (
    report_capacities,
    report_ended,
    report_even,
    report_pools,
    report_proposed,
    report_without_classes,
)


@dataclass(frozen=True)
class _Part:
    """One register row: how its places fall over need group x phase, and what was used.

    Attributes:
        mix: Its proportions by need and NCY; `weights` are the same by need group and phase.
        places: Its places once any growth is complete.
        earlier: Places of the period before, where it grows from them.
        assessment: Places of its assessment classes, where usable places were asked for.
        without_plan: Pupils without a plan, and places used by or kept for them; None: not known.
    """

    mix: RowMix
    weights: np.ndarray
    places: Capacity
    earlier: Capacity | None
    assessment: np.ndarray
    without_plan: tuple[int, int] | None


@dataclass(frozen=True)
class _Year:
    """A row's places in one year by need group and phase, and those not for plan holders."""

    places: np.ndarray
    without_plan: np.ndarray
    basis: str
    unused_pools: list[str]


def places(
    register: pd.DataFrame,
    plans: pd.DataFrame,
    base_year: int,
    years: int,
    capacity_basis: str,
    findings: Findings,
    establishments: pd.DataFrame | None = None,
    classes: pd.DataFrame | None = None,
    imports: pd.DataFrame | None = None,
    need_mix_given: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return places by register row, need group, phase and year, ready to meet demand.

    Args:
        register: Register table.
        plans: Plans table holding the base census.
        base_year: January census year to start from.
        years: Years ahead; places are given for base_year to base_year + years.
        capacity_basis: `commissioned`, `usable`, `scap` or `physical`: which capacity to use where
            the row has it; else the first of commissioned, SCAP, physical and on roll that it has.
        findings: Receives what was assumed, left out or fell back.
        establishments: Establishments table; where given, a whole school's places are split over
            phases by its roll unless enough of its plan holders are known.
        classes: Classes table: the usable places of a cohort.
        imports: Imports table: pupils of other authorities.
        need_mix_given: NeedMixGiven table: the planner's own split over needs.

    Returns:
        Places. A row is counted in the years in which it is in force on census day (15 January);
        proposed rows never are. A register row whose capacity is unknown has parts of 0 places
        marked as assumed, so that no cell it could serve shows a gap. More capacity never lowers
        a part. Places kept for assessment count with those used by pupils without a plan: a plan
        holder cannot use them. What lies between homes and schools has rows of its own (`kind`):
        exports, imports, journeys, unreconciled roll and mismatch where plans are at person level
        and say who is placed in the authority, else net export and mismatch.
    """
    counted = counted_rows(register)
    compared = compared_rows(counted, base_year, years, findings)
    held = attending(counted[compared], plans, base_year, imports, findings)
    rolls = roll_by_phase(establishments)
    mix = plan_mix(held)
    shares = given_shares(need_mix_given)
    mixes = row_mixes(counted, mix, shares, rolls, alone_at_base(counted, base_year))
    parts = _parts(counted, mixes, capacity_basis, classes)
    records: list[dict[str, object]] = []
    unused: dict[str, list[str]] = {}
    without_classes: dict[str, None] = {}
    for year in range(base_year, base_year + years + 1):
        positions = np.flatnonzero(in_force(counted, year))
        listed = {}
        if capacity_basis == USABLE:
            listed = classes_of_rows(classes, counted.iloc[positions], year)
        for place, position in enumerate(positions):
            row, part = counted.iloc[position], parts[position]
            then = _in_year(row, part, listed.get(place), year)
            unused.update({str(row["name"]): then.unused_pools} if then.unused_pools else {})
            if capacity_basis == USABLE and then.basis != USABLE:
                without_classes[str(row["name"])] = None
            records.extend(_register_rows(row, part, then, year))
            records.extend(_without_plan_rows(row, part, then, year))
    span = (base_year, base_year + years)
    report_even(
        [
            str(name)
            for name, part in zip(counted["name"], parts, strict=True)
            if not part.mix.found and part.places.total
        ],
        findings,
    )
    records.extend(_between(counted, compared, parts, plans, held, imports, span, findings))
    report_pools(unused, findings)
    report_without_classes(list(without_classes), findings)
    report_proposed(len(register) - len(counted), findings)
    report_capacities(counted["name"], [part.places for part in parts], capacity_basis, findings)
    first, last = (counted[in_force(counted, year)] for year in span)
    report_ended(first, last, span[1], findings)
    columns = list(Places.to_schema().columns)
    return checked(Places, pd.DataFrame(records, columns=columns), "places")


def alone_at_base(counted: pd.DataFrame, base_year: int) -> frozenset[tuple[str, str]]:
    """Return the schools and provisions that are one row of the register at the base census."""
    rows = counted[in_force(counted, base_year)].groupby(["urn", "provision"]).size()
    return frozenset((str(u), str(p)) for u, p in rows[rows == 1].index)


def compared_rows(
    counted: pd.DataFrame, base_year: int, years: int, findings: Findings | None = None
) -> np.ndarray:
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
    if late and findings is not None:
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
    counted: pd.DataFrame, mixes: list[RowMix], capacity_basis: str, classes: pd.DataFrame | None
) -> list[_Part]:
    parts = []
    for (_, row), mix in zip(counted.iterrows(), mixes, strict=True):
        earlier = None
        if pd.notna(row["ramp_years"]):
            previous = before(counted, row)
            earlier = None if previous is None else capacity(previous, capacity_basis)
        weights = fold(mix.weights)
        assessment = np.zeros(weights.shape, dtype=int)
        if capacity_basis == USABLE and classes is not None:
            kept = [site_key(one) == site_key(row) for _, one in classes.iterrows()]
            kept = classes[np.array(kept, dtype=bool) & classes["assessment"].eq("yes")]
            assessment = class_places(kept, row, mix)
        whole = capacity(row, capacity_basis)
        parts.append(_Part(mix, weights, whole, earlier, assessment, without_a_plan(row)))
    return parts


def _in_year(row: pd.Series, part: _Part, classes: pd.DataFrame | None, year: int) -> _Year:
    """Return a row's places by cell in a year, and which of them are not for plan holders.

    Those left to plan holders are split by themselves, like pupils on roll: two roundings of one
    proportion would look like a shortage in one cell and room in another.
    """
    then = part.places
    if pd.notna(row["ramp_years"]):
        steps = int(row["ramp_years"])
        then = ramped(part.places, part.earlier, year, first_year(row), steps)
    kept = 0 if part.without_plan is None else part.without_plan[1]
    if classes is not None:
        numbers, unused = usable(classes, row, part.mix, then)
        where = part.assessment if part.assessment.any() else numbers
        not_theirs = split_whole(kept, where if where.any() else part.weights)
        return _Year(numbers, not_theirs, USABLE, unused)
    numbers, unused = split_pools(then, part.weights, part.mix.covered)
    if not kept:
        return _Year(numbers, np.zeros_like(numbers), then.basis, unused)
    left = replace(then, total=max((then.total or 0) - kept, 0))
    not_theirs = numbers - split_pools(left, part.weights, part.mix.covered)[0]
    not_theirs = not_theirs + split_whole(kept - int(not_theirs.sum()), part.weights)
    return _Year(numbers, not_theirs, then.basis, unused)


def without_a_plan(row: pd.Series) -> tuple[int, int] | None:
    """Return pupils without a plan on roll, and the places they use or that are kept for them.

    Assessment places are full where nothing says who uses them. None where neither is known.
    """
    pupils, kept = row["occupants_without_plan"], row["assessment_places"]
    if pd.isna(pupils) and pd.isna(kept):
        return None
    kept = 0 if pd.isna(kept) else int(kept)
    roll = kept if pd.isna(row["on_roll"]) else int(row["on_roll"])
    pupils = min(kept, roll) if pd.isna(pupils) else int(pupils)
    return pupils, max(pupils, kept)


def _register_rows(row: pd.Series, part: _Part, then: _Year, year: int) -> list[dict[str, object]]:
    unknown = part.places.total is None and then.basis != USABLE
    assumed = "yes" if unknown else row["assumed"]
    shared = _shared(row, year) | {"kind": "register", "assumed": assumed}
    shared["capacity_basis"] = then.basis
    kept = part.mix.covered | (then.places != 0)
    # Places that children hold against the designation are theirs: no pool for others like them.
    takes = fold(np.outer(*allowed(row))) > 0
    held = cell_rows(shared | {"flexible": "no"}, then.places, kept & ~takes)
    return [*cell_rows(shared, then.places, kept & takes), *held]


def _without_plan_rows(
    row: pd.Series, part: _Part, then: _Year, year: int
) -> list[dict[str, object]]:
    if part.without_plan is None:
        return []
    shared = _shared(row, year) | {"kind": "without_plan", "assumed": row["assumed"]}
    shared["capacity_basis"] = then.basis
    shared["name"] = f"{row['name']}: pupils without a plan"
    kept = part.mix.covered | (then.without_plan != 0)
    return cell_rows(shared, -then.without_plan, kept)


def _shared(row: pd.Series, year: int) -> dict[str, object]:
    kept = ("urn", "site_id", "name", "provision", "locality", "flexible")
    return {"year": year, **{column: row[column] for column in kept}}


def _between(
    counted: pd.DataFrame,
    compared: np.ndarray,
    parts: list[_Part],
    plans: pd.DataFrame,
    held: pd.DataFrame,
    imports: pd.DataFrame | None,
    span: tuple[int, int],
    findings: Findings,
) -> list[dict[str, object]]:
    """Return the rows between homes and schools, by journeys where they are known."""
    chosen = [int(position) for position in np.flatnonzero(compared)]
    rolls = [_roll(counted.iloc[p], parts[p]) for p in chosen]
    base_year, last = span
    if not knows_homes(plans[plans["year"] == base_year]):
        mix = plan_mix(held)
        rows = counted[compared]
        return net_export_rows(rows, rolls, mix, base_year, last - base_year, findings)
    years = {
        year: {site_key(row) for _, row in counted[in_force(counted, year)].iterrows()}
        for year in range(base_year, last + 1)
    }
    sites = [
        RegisterRow(counted.iloc[p], parts[p].weights, roll)
        for p, roll in zip(chosen, rolls, strict=True)
    ]
    return flow_rows(sites, held, imports, years, findings)


def _roll(row: pd.Series, part: _Part) -> np.ndarray | None:
    """Return pupils on roll less those without a plan by cell, None where it is not known."""
    if pd.isna(row["on_roll"]):
        return None
    pupils = 0 if part.without_plan is None else part.without_plan[0]
    return split_whole(int(row["on_roll"]) - pupils, part.weights)
