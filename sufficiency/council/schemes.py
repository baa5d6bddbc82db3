"""What capital schemes add, January by January, and which of it may be counted.

A scheme counts in unmitigated places only when it is approved, its money is secured and its
statutory process is decided or not needed (domain handbook 12), and never before the lead time
from its approval has passed. Lead times are those of `scheme_types`, unless the scheme has its own.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from sufficiency.contracts import Register, SchemePlaces, checked
from sufficiency.contracts.council import FILLS
from sufficiency.costs.table import unit_cost
from sufficiency.places.periods import CENSUS_DAY
from sufficiency.terms import lookup

APPROVED = ("approved", "in_build", "open")
STATUTORY_DONE = ("not_needed", "decided")
FILL_COLUMNS = [f"fill_{n}" for n in range(1, FILLS + 1)]


@dataclass(frozen=True)
class Programme:
    """When a scheme can open and how it fills.

    Attributes:
        earliest: Earliest day that approval and lead time allow.
        start: First day of places: the planned opening, or `earliest` if that is later.
        fill: Places in its first, second and further years; the last one goes on.
    """

    earliest: date
    start: date
    fill: tuple[int, ...]

    def places(self, year: int, months_late: int = 0) -> int:
        """Return the places open on census day of a January, if it opens so much later."""
        first = first_january(later(self.start, months_late))
        return self.fill[min(year - first, len(self.fill) - 1)] if year >= first else 0


def programme(scheme: pd.Series, base_year: int) -> Programme:
    """Return when a scheme can open and how it fills.

    Args:
        scheme: Row of Schemes.
        base_year: January census year. Where a scheme has no day of approval, its lead time runs
            from 1 January of that year: it cannot have been counted on before.
    """
    opening = date.fromisoformat(str(scheme["opening"]))
    earliest = earliest_opening(scheme, date(base_year, 1, 1))
    given = [scheme[column] for column in FILL_COLUMNS]
    last = max((n for n, value in enumerate(given) if pd.notna(value)), default=-1)
    fill: list[int] = []
    for value in given[: last + 1]:
        fill.append(int(value) if pd.notna(value) else (fill[-1] if fill else 0))
    return Programme(earliest, max(opening, earliest), tuple(fill) or (0,))


def earliest_opening(scheme: pd.Series, otherwise: date) -> date:
    """Return the first day that approval and lead time allow.

    Args:
        scheme: Row of Schemes.
        otherwise: Day to count the lead time from where the scheme has no day of approval.

    Returns:
        For a scheme that is open, its opening; for one in build without a day of approval, its
        planned opening; else approval and lead time.
    """
    opening = date.fromisoformat(str(scheme["opening"]))
    approval = str(scheme["approval"])
    if scheme["stage"] == "open" or (scheme["stage"] == "in_build" and not approval):
        return opening
    own = scheme["lead_months"]
    usual = lookup("scheme_types", "lead_months")[str(scheme["scheme_type"])]
    months = int(own) if pd.notna(own) else int(usual)
    return later(date.fromisoformat(approval) if approval else otherwise, months)


def later(day: date, months: int) -> date:
    """Return the same day some months later, or the last day of that month if it has no such."""
    count = day.year * 12 + day.month - 1 + months
    moved = pd.Timestamp(count // 12, count % 12 + 1, 1)
    return date(moved.year, moved.month, min(day.day, moved.days_in_month))


def first_january(day: date) -> int:
    """Return the first January census year on whose census day a place of that day is open."""
    return day.year + (f"{day:%m-%d}" > CENSUS_DAY)


def why_not_counted(scheme: pd.Series) -> str:
    """Return what a scheme still needs before it may be counted, empty if nothing."""
    missing = []
    if scheme["stage"] not in APPROVED:
        missing.append("it is not approved")
    if scheme["capital_secured"] != "yes":
        part = scheme["capital_secured"] == "part"
        missing.append("its capital is secured in part" if part else "its capital is not secured")
    if scheme["statutory_process"] not in STATUTORY_DONE:
        missing.append("its statutory process is not decided")
    return "; ".join(missing)


def scheme_places(
    schemes: pd.DataFrame, base_year: int, years: int, costs: pd.DataFrame
) -> pd.DataFrame:
    """Return what each scheme adds in each January.

    Args:
        schemes: Schemes table.
        base_year: January census year to start from.
        years: Years ahead; rows are given for base_year to base_year + years.
        costs: Costs table, for the capital of schemes that have no cost of their own.

    Returns:
        SchemePlaces: one row a scheme and January. Planned places open on the planned day; likely
        places open when the lead time allows and, by the scheme's own chance, later still (no
        chance given: as if none). That a scheme may never be approved is not in them: the stage
        says it. Counted places of a scheme that the register already holds are counted there,
        and only once.
    """
    records: list[dict[str, object]] = []
    for _, scheme in schemes.sort_values("scheme", kind="stable").iterrows():
        plan = programme(scheme, base_year)
        opening = Programme(plan.earliest, date.fromisoformat(str(scheme["opening"])), plan.fill)
        missing = why_not_counted(scheme)
        cost, source = _capital(scheme, max(plan.fill), costs)
        for year in range(base_year, base_year + years + 1):
            records.append(
                {
                    **{c: scheme[c] for c in ("scheme", "name", "scheme_type", "stage")},
                    **{c: scheme[c] for c in ("provision", "locality")},
                    "year": year,
                    "planned_places": opening.places(year),
                    "earliest_opening": plan.earliest.isoformat(),
                    "likely_places": _likely(scheme, plan, year),
                    "counted_places": 0 if missing else plan.places(year),
                    "counted": "no" if missing else "yes",
                    "why_not": missing,
                    "capital_cost": cost,
                    "capital_source": source,
                }
            )
    columns = list(SchemePlaces.to_schema().columns)
    return checked(SchemePlaces, pd.DataFrame(records, columns=columns), "scheme_places")


def _likely(scheme: pd.Series, plan: Programme, year: int) -> float:
    chance, months = scheme["slippage_probability"], scheme["slippage_months"]
    if pd.isna(chance) or pd.isna(months):
        return float(plan.places(year))
    return (1 - chance) * plan.places(year) + chance * plan.places(year, int(months))


def _capital(scheme: pd.Series, places: int, costs: pd.DataFrame) -> tuple[float, str]:
    if pd.notna(scheme["capital_cost"]):
        return float(scheme["capital_cost"]), "scheme"
    unit = unit_cost(costs, "capital", str(scheme["provision"]), str(scheme["scheme_type"]))
    if unit is None:
        return np.nan, "not known"
    return float(unit["value"]) * places, f"{unit['given_by']}: {unit['source']}"


def scheme_rows(
    schemes: pd.DataFrame, register: pd.DataFrame, base_year: int, years: int
) -> pd.DataFrame:
    """Return approved schemes that the register does not hold yet as rows of a register.

    Args:
        schemes: Schemes table.
        register: Register table: gives coordinates of a school that it has.
        base_year: January census year to start from.
        years: Years ahead; rows that start after the last January are left out.

    Returns:
        Register: one row a scheme and year in which its places change, from the day the lead time
        allows, then from each 1 September; the last row has no end. Physical and SCAP capacity
        are not known. Places are those the scheme adds, beside rows the school already has.
    """
    records: list[dict[str, object]] = []
    for _, scheme in schemes.sort_values("scheme", kind="stable").iterrows():
        if scheme["in_register"] == "yes" or why_not_counted(scheme):
            continue
        plan = programme(scheme, base_year)
        where = _coordinates(scheme, register)
        for places, start, end in _periods(plan):
            if first_january(date.fromisoformat(start)) <= base_year + years:
                records.append(_row(scheme, places, start, end, where))
    columns = list(Register.to_schema().columns)
    return checked(Register, pd.DataFrame(records, columns=columns), "register of schemes")


def with_schemes(
    register: pd.DataFrame, schemes: pd.DataFrame, base_year: int, years: int
) -> pd.DataFrame:
    """Return the register with the rows of approved schemes after its own (`scheme_rows`)."""
    added = scheme_rows(schemes, register, base_year, years)
    return pd.concat([register, added], ignore_index=True) if len(added) else register


def _periods(plan: Programme) -> list[tuple[int, str, str]]:
    """Return places, first day and last day of each period in which they are the same."""
    first = first_january(plan.start)
    starts = [plan.start.isoformat()]
    starts += [f"{first + n - 1}-09-01" for n in range(1, len(plan.fill))]
    changed = [n for n in range(len(plan.fill)) if n == 0 or plan.fill[n] != plan.fill[n - 1]]
    ends = [f"{starts[n][:4]}-08-31" for n in changed[1:]]
    return [(plan.fill[n], starts[n], end) for n, end in zip(changed, [*ends, ""], strict=True)]


def _coordinates(scheme: pd.Series, register: pd.DataFrame) -> tuple[float, float]:
    same = register[(register["urn"] == scheme["urn"]) & register["easting"].notna()]
    there = same[same["site_id"] == scheme["site_id"]]
    if there.empty:
        return np.nan, np.nan
    return float(there["easting"].iloc[0]), float(there["northing"].iloc[0])


def _row(
    scheme: pd.Series, places: int, start: str, end: str, where: tuple[float, float]
) -> dict[str, object]:
    copied = ("urn", "site_id", "name", "provision", "ncy_from", "ncy_to", "flexible", "locality")
    return {
        **{column: scheme[column] for column in copied},
        "designated_needs": scheme["needs"],
        "acceptable_needs": "",
        "sex_restriction": "",
        "commissioned_places": places,
        "effective_from": start,
        "effective_to": end,
        "change_status": "approved",
        "assumed": "no",
        "easting": where[0],
        "northing": where[1],
        "source": f"schemes.csv: {scheme['scheme']}",
        "as_at_date": "",
        "notes": "Places that an approved scheme adds",
    }
