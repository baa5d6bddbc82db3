"""Small registers, plans and school lists, one keyword a cell."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from sufficiency.contracts import Establishments, Plans, Register, checked

SCHOOL: dict[str, Any] = {
    "urn": "100001",
    "name": "Hill School",
    "authority": "999",
    "type_name": "Community special school",
    "type_group": "special",
    "setting": "SPLA",
    "phase": "Not applicable",
    "age_from": 4,
    "age_to": 16,
    "on_roll": 40,
    "on_roll_early_years": pd.NA,
    "on_roll_primary": pd.NA,
    "on_roll_secondary": pd.NA,
    "on_roll_post_16": pd.NA,
    "headcount_year": pd.NA,
    "capacity": pd.NA,
    "designated_needs": "",
    "resourced_provision_capacity": pd.NA,
    "resourced_provision_on_roll": pd.NA,
    "sen_unit_capacity": pd.NA,
    "sen_unit_on_roll": pd.NA,
    "status": "open",
    "easting": 400000.0,
    "northing": 90000.0,
    "lsoa": "E01Z00001",
    "locality": "North",
    "source": "gias",
}
ROW: dict[str, Any] = {
    "urn": "100001",
    "site_id": "main",
    "name": "Hill School",
    "provision": "special",
    "ncy_from": 0,
    "ncy_to": 11,
    "designated_needs": "",
    "acceptable_needs": "",
    "sex_restriction": "",
    "physical_capacity": pd.NA,
    "scap_capacity": pd.NA,
    "commissioned_places": 10,
    "nursery_places": pd.NA,
    "post16_places": pd.NA,
    "assessment_places": pd.NA,
    "beds": pd.NA,
    "on_roll": pd.NA,
    "occupants_without_plan": pd.NA,
    "other_la_places": pd.NA,
    "flexible": "no",
    "effective_from": "2024-09-01",
    "effective_to": "",
    "ramp_years": pd.NA,
    "change_status": "existing",
    "assumed": "no",
    "easting": 400000.0,
    "northing": 90000.0,
    "locality": "North",
    "source": "test",
    "as_at_date": "",
    "notes": "",
}


@pytest.fixture(scope="session")
def schools() -> Callable[..., pd.DataFrame]:
    """Return a function from school cells to an establishments table."""
    return lambda *rows: checked(
        Establishments, pd.DataFrame([SCHOOL | row for row in rows]), "establishments"
    )


@pytest.fixture(scope="session")
def register() -> Callable[..., pd.DataFrame]:
    """Return a function from register cells to a register table."""
    return lambda *rows: checked(Register, pd.DataFrame([ROW | row for row in rows]), "register")


@pytest.fixture(scope="session")
def plans() -> Callable[..., pd.DataFrame]:
    """Return a function from (number, need, setting, ncy) to a plans table at January 2025."""

    def build(*groups: tuple[Any, ...]) -> pd.DataFrame:
        rows = [
            {
                "year": 2025,
                "need": need,
                "second_need": "",
                "setting": setting,
                "establishment": urn[0] if urn else "",
                "site": "",
                "ncy": ncy,
                "ncy_recorded": pd.NA,
                "age": ncy + 4,
                "sex": "",
                "locality": "North",
                "lsoa": "",
                "in_area": "unknown",
                "residential": "unknown",
                "plan_start": "",
                "basis": "modelled",
            }
            for number, need, setting, ncy, *urn in groups
            for _ in range(number)
        ]
        frame = pd.DataFrame(rows)
        frame["plan_id"] = [f"p{n}" for n in range(len(frame))]
        return checked(Plans, frame, "plans")

    return build
