"""School censuses as files: the spellings of the COLLECT extract and of the NPD."""

from pathlib import Path
from typing import Literal

import pandas as pd

Style = Literal["collect", "npd"]
TERMS = {"autumn": "AUT", "spring": "SPR", "summer": "SUM"}
SPELLINGS: dict[str, tuple[str, str]] = {
    "upn": ("UPN", "UPN"),
    "uln": ("UniqueLearnerNumber", "ULN"),
    "la": ("LEA", "LA"),
    "estab": ("Estab", "Estab"),
    "laestab": ("LAESTAB", "LAESTAB"),
    "urn": ("URN", "URN"),
    "surname": ("Surname", "Surname"),
    "forename": ("Forename", "Forename"),
    "birth_date": ("DoB", "DOB"),
    "sex": ("Sex", "Gender"),
    "postcode": ("Postcode", "Postcode"),
    "ncy_code": ("NCyearActual", "NCyearActual"),
    "enrol_status": ("EnrolStatus", "EnrolStatus"),
    "entry_date": ("EntryDate", "EntryDate"),
    "leaving_date": ("LeavingDate", "LeavingDate"),
    "sen_provision": ("SENprovision", "SENprovision"),
    "need": ("SENtype1", "PrimarySENtype"),
    "second_need": ("SENtype2", "SecondarySENtype"),
    "unit": ("SENunitIndicator", "SENUnitIndicator"),
    "rp": ("ResourcedProvisionIndicator", "ResourcedProvisionIndicator"),
}
SPRING_ONLY = ("need", "second_need")


def write_census(
    pupils: pd.DataFrame, path: Path, style: Style, year: int, term: str = "spring"
) -> None:
    """Write one term's school census as CSV.

    Args:
        pupils: Text, one row a registration; columns of `SPELLINGS`, any may be absent, others are
            left out; ncy_code as taught (N1, N2, R, 1 to 14, X), dates as 2025-01-16, flags 1 or 0.
        path: File to write; its name should say year and term where the style does not.
        style: `collect` for plain names, or `npd` for names that end in the term (`_SPR25`).
        year: January census year of the school year.
        term: autumn, spring or summer; needs are collected in spring only.
    """
    held = [
        name
        for name in SPELLINGS
        if name in pupils.columns and (term == "spring" or name not in SPRING_ONLY)
    ]
    names = {name: spelling(name, style, year, term) for name in held}
    path.parent.mkdir(parents=True, exist_ok=True)
    text = pupils[held].fillna("").astype(str).rename(columns=names)
    path.write_bytes(text.to_csv(index=False, lineterminator="\r\n").encode("utf-8"))


def spelling(column: str, style: Style, year: int, term: str) -> str:
    """Return how a column is headed in one style."""
    plain, npd = SPELLINGS[column]
    if style == "collect":
        return plain
    return f"{npd}_{TERMS[term]}{_calendar_year(year, term) % 100:02d}"


def _calendar_year(year: int, term: str) -> int:
    return year - 1 if term == "autumn" else year
