"""The starter register: today's roll in place of capacity, every row marked as assumed.

No published file holds the capacity of special provision for every school, so a new workspace
starts from rolls. A starter row can show change from today's roll, never a shortage.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from sufficiency.contracts import Register, checked
from sufficiency.findings import Findings
from sufficiency.terms import OUTSIDE, codes, lookup

School = dict[Any, Any]

UNCONFIRMED = "assumed from roll; confirm"
NCY_LIMITS = (-4, 21)
FIRST_NURSERY_NCY = -2
USUAL_NCY = (0, 14)
USUAL_NCY_POST16 = (12, 21)
ROLL_COLUMNS = {
    "early_years": "on_roll_early_years",
    "primary": "on_roll_primary",
    "secondary": "on_roll_secondary",
    "post_16": "on_roll_post_16",
}
BASES = {
    "sen_unit": ("sen_unit_capacity", "sen_unit_on_roll", "SEN unit"),
    "resourced_provision": (
        "resourced_provision_capacity",
        "resourced_provision_on_roll",
        "resourced provision",
    ),
}


def starter_register(
    establishments: pd.DataFrame, authority: str, base_year: int, findings: Findings
) -> pd.DataFrame:
    """Return a register of the authority's specialist provision with places assumed from roll.

    Args:
        establishments: Establishments table (one row a URN).
        authority: Three-digit DfE code.
        base_year: January census year; rows start on 1 September before it.
        findings: Receives what had to be assumed.

    Returns:
        Register: one row a special, non-maintained or independent school, alternative provision,
        specialist post-16 institution, SEN unit or resourced provision that is open in the
        authority, all with assumed = yes, ordered by provision, name and URN.
    """
    mine = establishments[
        (establishments["authority"] == authority) & (establishments["status"] == "open")
    ]
    rows = [*_whole_schools(mine), *_bases(mine)]
    columns = list(Register.to_schema().columns)
    frame = pd.DataFrame(rows, columns=columns)
    frame["effective_from"] = f"{base_year - 1}-09-01"
    _report(frame, authority, findings)
    _report_year(frame, base_year, findings)
    order = {name: place for place, name in enumerate(codes("provisions"))}
    rank = frame["provision"].map(order)
    frame = frame.assign(rank=rank).sort_values(["rank", "name", "urn"], kind="stable")
    return checked(Register, frame.drop(columns="rank"), "register")


def provision_of_school(establishments: pd.DataFrame) -> pd.Series:
    """Return the provision a whole school is, empty for mainstream and general colleges."""
    provision = {
        "special": "special",
        "independent_special": "independent_special",
        "ap": "ap",
    }
    of_type = establishments["type_group"].map(provision).fillna("")
    of_type = of_type.where(establishments["setting"] != "SPNM", "non_maintained_special")
    return of_type.where(establishments["setting"] != "SPI", "post16").astype(str)


def _whole_schools(schools: pd.DataFrame) -> Iterator[School]:
    for provision, school in zip(
        provision_of_school(schools), schools.to_dict("records"), strict=True
    ):
        if provision:
            yield _row(
                school,
                provision,
                name=str(school["name"]),
                places=school["on_roll"],
                physical=school["capacity"],
            )


def _bases(schools: pd.DataFrame) -> Iterator[School]:
    mainstream = schools[schools["type_group"] == "mainstream"].to_dict("records")
    for provision, (capacity, on_roll, word) in BASES.items():
        for school in mainstream:
            if _known(school[capacity]) or _known(school[on_roll]):
                yield _row(
                    school,
                    provision,
                    name=f"{school['name']} ({word})",
                    places=school[on_roll],
                    physical=school[capacity],
                )


def _known(value: Any) -> bool:
    return bool(pd.notna(value)) and bool(value != 0)


def _row(school: School, provision: str, name: str, places: object, physical: object) -> School:
    ncy_from, ncy_to, note = _ncy_range(school, provision)
    known = set(codes("needs"))
    needs = [n for n in str(school["designated_needs"]).split() if n in known]
    needs = [] if provision in BASES else needs
    source, as_at = _roll_source(school, provision)
    return {
        "urn": school["urn"],
        "site_id": "main",
        "name": name,
        "provision": provision,
        "ncy_from": ncy_from,
        "ncy_to": ncy_to,
        "designated_needs": " ".join(needs),
        "acceptable_needs": "",
        "sex_restriction": "",
        "physical_capacity": physical,
        "scap_capacity": pd.NA,
        "commissioned_places": places,
        "on_roll": places,
        "occupants_without_plan": pd.NA,
        "other_la_places": pd.NA,
        "flexible": "no" if len(needs) == 1 else "yes",
        "effective_from": "",
        "effective_to": "",
        "change_status": "existing",
        "assumed": "yes",
        "easting": school["easting"],
        "northing": school["northing"],
        "locality": school["locality"] or OUTSIDE,
        "source": source,
        "as_at_date": as_at,
        "notes": UNCONFIRMED if not note else f"{UNCONFIRMED}; {note}",
    }


def _roll_source(school: School, provision: str) -> tuple[str, str]:
    """Return the one source of a row's roll and its date, empty where the list does not give one.

    The roll is the school census's where it equals the census's ages together. The census is taken
    on the third Thursday of January.
    """
    year, parts = school["headcount_year"], [school[c] for c in ROLL_COLUMNS.values()]
    counted = pd.notna(year) and sum(int(n) for n in parts if pd.notna(n)) == school["on_roll"]
    if provision in BASES or not counted:
        layouts = str(school["source"]).split()
        return f"school list ({layouts[0]})" if layouts else "school list", ""
    return f"school census, January {year}", third_thursday_of_january(int(year))


def third_thursday_of_january(year: int) -> str:
    """Return the day of the spring school census as YYYY-MM-DD: 2025 -> `2025-01-16`."""
    first = date(year, 1, 1)
    return first.replace(day=15 + (3 - first.weekday()) % 7).isoformat()


def _ncy_range(school: School, provision: str) -> tuple[int, int, str]:
    """Return first and last NCY, and a note where the ages are not published.

    Statutory ages are those reached during the school year, so a school for ages 11 to 16 teaches
    NCY 7 to 11: NCY is the lower age less 4, and the upper age less 5.
    """
    low, high = school["age_from"], school["age_to"]
    if pd.notna(low) and pd.notna(high):
        first, last = (int(n) for n in np.clip([low - 4, high - 5], *NCY_LIMITS))
        if first <= last:
            return first, last, ""
    taught = [phase for phase, column in ROLL_COLUMNS.items() if _known(school[column])]
    if taught and provision not in BASES:
        first = max(int(lookup("phases", "ncy_from")[taught[0]]), FIRST_NURSERY_NCY)
        return (
            first,
            int(lookup("phases", "ncy_to")[taught[-1]]),
            "year groups from the ages on roll",
        )
    first, last = USUAL_NCY_POST16 if provision == "post16" else USUAL_NCY
    return first, last, "ages not published: year groups assumed"


def _report(frame: pd.DataFrame, authority: str, findings: Findings) -> None:
    if frame.empty:
        findings.warn(
            "starter_register_empty",
            f"The school list has no open specialist provision in authority {authority}.",
            "Add your schools to places.csv or places.xlsx, or put a GIAS file in inputs/.",
            source="establishments",
        )
        return
    findings.inform(
        "starter_register_assumed",
        f"{len(frame)} rows of the starter register take places from today's roll.",
        "Correct each row in places.csv or places.xlsx and put no in column assumed.",
        source="places.csv",
        column="assumed",
        count=len(frame),
    )
    for check, mask, message, action in (
        (
            "starter_places_unknown",
            frame["commissioned_places"].isna(),
            "rows have no published roll, so their places are unknown, not zero",
            "Fill in commissioned_places for these rows.",
        ),
        (
            "starter_years_assumed",
            frame["notes"].str.contains("year groups"),
            "rows have no published age range, so their year groups are assumed",
            "Check ncy_from and ncy_to of these rows.",
        ),
        (
            "starter_locality_unknown",
            frame["locality"] == OUTSIDE,
            "rows could not be put in a locality of the authority",
            "Fill in locality for these rows.",
        ),
    ):
        count = int(mask.sum())
        if count:
            findings.warn(check, f"{count} {message}.", action, source="places.csv", count=count)
    if not frame["provision"].isin(list(BASES)).any():
        findings.warn(
            "starter_no_bases",
            "The school list names no SEN unit or resourced provision with places or pupils.",
            "Add a row for each unit and resourced provision; until then their places are "
            "unknown, not zero.",
            source="places.csv",
        )


def _report_year(frame: pd.DataFrame, base_year: int, findings: Findings) -> None:
    years = frame.loc[frame["as_at_date"] != "", "as_at_date"].str[:4].astype(int)
    other = years[years != base_year]
    if len(other):
        findings.warn(
            "starter_roll_of_another_year",
            f"{len(other)} rows take their roll from January "
            f"{', '.join(str(year) for year in sorted(other.unique()))}, not from the base census "
            f"of January {base_year}.",
            f"Put the school census of January {base_year} into inputs/, or correct these rows.",
            source="places.csv",
            column="as_at_date",
            count=len(other),
        )
