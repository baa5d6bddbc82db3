"""The authority on paper: small enough to work out every table by hand.

Two special schools, Oak with a satellite and a post-16 pool and Elm, and one base at Ash Primary;
needs ASD, SLD and SEMH; localities North (Oak's main site, Ash) and South (Oak's annexe, Elm).
The base census is January 2025.
"""

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from sufficiency.contracts import (
    TABLES,
    checked,
)

BASE = 2025
OAK, ELM, ASH = "100001", "100002", "100003"
ELSEWHERE, INDEPENDENT, FAR, NMSS = "200001", "300001", "300002", "300003"
INFANT, SECONDARY = "400001", "400002"
NORTH, SOUTH = "North", "South"

# plans, need, setting, school, NCY, home, in_area, residential, where in January 2024 ("" no plan)
PLANS: tuple[tuple[Any, ...], ...] = (
    (4, "ASD", "SPLA", OAK, 3, NORTH, "yes", "no", "SPLA"),
    (3, "ASD", "SPLA", OAK, 6, NORTH, "yes", "no", "SPLA"),
    (2, "ASD", "SPLA", OAK, 6, SOUTH, "yes", "no", "SPLA"),
    (3, "SLD", "SPLA", OAK, 6, NORTH, "yes", "no", "SPLA"),
    (5, "ASD", "SPLA", OAK, 8, SOUTH, "yes", "no", "SPLA"),
    (4, "ASD", "SPLA", OAK, 9, NORTH, "yes", "no", "SPLA"),
    (2, "ASD", "SPLA", OAK, 9, SOUTH, "yes", "no", "SPLA"),
    (2, "SLD", "SPLA", OAK, 11, NORTH, "yes", "no", "SPLA"),
    (3, "ASD", "SPLA", OAK, 12, NORTH, "yes", "no", "SPLA"),
    (2, "SEMH", "SPLA", ELM, 7, SOUTH, "yes", "no", "MSLA"),
    (2, "SEMH", "SPLA", ELM, 9, NORTH, "yes", "no", "SPLA"),
    (2, "SEMH", "SPLA", ELM, 9, SOUTH, "yes", "no", "SPLA"),
    (1, "SEMH", "SPLA", ELM, 10, NORTH, "yes", "no", "SPLA"),
    (3, "SEMH", "SPLA", ELM, 11, SOUTH, "yes", "no", "SPLA"),
    (2, "ASD", "RP", ASH, 2, NORTH, "yes", "no", "RP"),
    (1, "ASD", "RP", ASH, 5, NORTH, "yes", "no", "RP"),
    (2, "ASD", "RP", ASH, 6, NORTH, "yes", "no", "RP"),
    (1, "ASD", "RP", ASH, 6, SOUTH, "yes", "no", "RP"),
    (1, "SLD", "SPLA", ELSEWHERE, 6, SOUTH, "no", "no", "SPLA"),
    (2, "SEMH", "SPIN", INDEPENDENT, 8, SOUTH, "yes", "no", ""),
    (1, "ASD", "SPIN", FAR, 7, NORTH, "no", "52_weeks", "MSLA"),
    (1, "ASD", "SPNM", NMSS, 7, NORTH, "yes", "no", "MSLA"),
    (2, "ASD", "MSLA", INFANT, 2, NORTH, "yes", "no", "MSLA"),
    (1, "SEMH", "MSAC", SECONDARY, 8, NORTH, "yes", "no", "MSAC"),
    (2, "SEMH", "MSAC", SECONDARY, 11, NORTH, "yes", "no", "MSAC"),
    (1, "SEMH", "MSAC", SECONDARY, 12, NORTH, "yes", "no", "MSAC"),
    (1, "SLD", "FE", "", 13, NORTH, "unknown", "no", "SPLA"),
    (1, "SEMH", "NEET", "", 12, SOUTH, "unknown", "no", "MSAC"),
    (1, "ASD", "NIE", "", 6, SOUTH, "unknown", "no", "MSLA"),
)


@pytest.fixture
def paper() -> SimpleNamespace:
    """The tables of the authority on paper, by name; its base census as `base_year`."""
    tables = {
        "plans": _plans(BASE),
        "past_plans": pd.concat([_plans(BASE - 1), _plans(BASE)], ignore_index=True),
        "register": _register(),
        "classes": _classes(),
        "imports": _imports(),
        "moves": _moves(),
        "awaiting": _awaiting(),
        "establishments": _establishments(),
        "schools_attended": _schools_attended(),
        "localities": _localities(),
        "pupils": _pupils(),
        "second_placements": _one("second_placements", establishment=ASH, setting="RP"),
        "placement_months": _placement_months(),
        "paths": _paths(),
    }
    return SimpleNamespace(
        base_year=BASE,
        **{name: checked(TABLES[name], frame, name) for name, frame in tables.items()},
    )


def _plans(year: int) -> pd.DataFrame:
    rows = []
    for line, (number, need, setting, urn, ncy, home, in_area, residential, before) in enumerate(
        PLANS
    ):
        if year < BASE and not before:
            continue
        moved = year < BASE and before != setting
        rows += [
            {
                "year": year,
                "plan_id": f"{line:02d}-{child}",
                "need": need,
                "second_need": "",
                "setting": before if year < BASE else setting,
                "establishment": "" if moved else urn,
                "site": "",
                "ncy": ncy - (BASE - year),
                "ncy_recorded": ncy - (BASE - year),
                "age": ncy + 4 - (BASE - year),
                "sex": "",
                "locality": home,
                "lsoa": "E01000001" if home == NORTH else "E01000002",
                "in_area": "yes" if moved else in_area,
                "residential": "no" if moved else residential,
                "plan_start": "",
                "basis": "person",
            }
            for child in range(number)
        ]
    return pd.DataFrame(rows)


def _register() -> pd.DataFrame:
    """Oak 30 + 8 places, Elm 12, Ash's base 7; Elm grows by 6 over two Septembers from 2026."""
    shared = {
        "acceptable_needs": "",
        "sex_restriction": "",
        "nursery_places": None,
        "post16_places": None,
        "assessment_places": None,
        "beds": None,
        "scap_capacity": None,
        "flexible": "no",
        "effective_from": "2024-09-01",
        "effective_to": "",
        "ramp_years": None,
        "change_status": "existing",
        "assumed": "no",
        "source": "on paper",
        "as_at_date": "2025-01-16",
        "notes": "",
    }
    oak = {"urn": OAK, "provision": "special", "designated_needs": "ASD SLD", "flexible": "yes"}
    elm = {"urn": ELM, "site_id": "main", "name": "Elm School", "provision": "special",
           "ncy_from": 7, "ncy_to": 11, "designated_needs": "SEMH", "on_roll": 13,
           "occupants_without_plan": 0, "other_la_places": 3, "locality": SOUTH,
           "easting": 402000.0, "northing": 100000.0}  # fmt: skip
    rows = [
        {**oak, "site_id": "main", "name": "Oak School", "ncy_from": 0, "ncy_to": 13,
         "physical_capacity": 32, "commissioned_places": 30, "post16_places": 6,
         "assessment_places": 2, "beds": 4, "on_roll": 26, "occupants_without_plan": 1,
         "other_la_places": 2, "locality": NORTH, "easting": 400000.0, "northing": 100000.0},
        {**oak, "site_id": "annexe", "name": "Oak School annexe", "ncy_from": 7, "ncy_to": 11,
         "designated_needs": "ASD", "flexible": "no", "physical_capacity": 8,
         "commissioned_places": 8, "on_roll": 5, "occupants_without_plan": 0,
         "other_la_places": 0, "locality": SOUTH, "easting": 402000.0, "northing": 100500.0},
        {**elm, "physical_capacity": 12, "commissioned_places": 12,
         "effective_to": "2026-08-31"},
        {**elm, "physical_capacity": 18, "commissioned_places": 18,
         "effective_from": "2026-09-01", "ramp_years": 2, "change_status": "approved"},
        {"urn": ASH, "site_id": "main", "name": "Ash Primary (resourced provision)",
         "provision": "resourced_provision", "ncy_from": 0, "ncy_to": 6,
         "designated_needs": "ASD", "physical_capacity": 8, "commissioned_places": 7,
         "on_roll": 7, "occupants_without_plan": 1, "other_la_places": 0, "locality": NORTH,
         "easting": 400500.0, "northing": 100000.0},
    ]  # fmt: skip
    frame = pd.DataFrame([{**shared, **row} for row in rows])
    return frame[list(TABLES["register"].to_schema().columns)]


def _classes() -> pd.DataFrame:
    """Every year group of Oak and Elm has its class; Ash lists none."""
    oak = [
        (OAK, "main", "special", f"Oak {first}-{last}", first, last, "", places, assessment)
        for first, last, places, assessment in (
            (0, 2, 6, "no"), (3, 3, 4, "no"), (4, 6, 8, "no"), (7, 11, 6, "no"), (12, 13, 5, "no"),
            (0, 2, 2, "yes"),
        )
    ]  # fmt: skip
    annexe = [(OAK, "annexe", "special", "Annexe 7-11", 7, 11, "ASD", 8, "no")]
    elm = [
        (ELM, "main", "special", f"Elm {ncy}", ncy, ncy, "SEMH", places, "no")
        for ncy, places in ((7, 3), (8, 3), (9, 3), (10, 2), (11, 2))
    ]
    columns = ["urn", "site_id", "provision", "class_name", "ncy_from", "ncy_to", "needs",
               "places", "assessment"]  # fmt: skip
    frame = pd.DataFrame([*oak, *annexe, *elm], columns=columns)
    return frame.assign(september_from=2024, september_to=None)


def _imports() -> pd.DataFrame:
    rows = [
        (OAK, "main", "special", "998", 9, "ASD", 2, "imports.csv"),
        (ELM, "main", "special", "998", 9, "SEMH", 3, "imports.csv"),
    ]
    return pd.DataFrame(rows, columns=list(TABLES["imports"].to_schema().columns))


def _moves() -> pd.DataFrame:
    rows = [(ELM, "main", "special", 2025, 9, "SEMH", 1, 1, 0)]
    return pd.DataFrame(rows, columns=list(TABLES["moves"].to_schema().columns))


def _awaiting() -> pd.DataFrame:
    shared = {"agreed_on": "2024-10-01", "as_at": "2025-01-21", "weeks_waiting": 16,
              "provision": "special", "september": 2025}  # fmt: skip
    rows = [
        {**shared, "row": 2, "need": "ASD", "ncy": 6, "locality": SOUTH, "where_now": "NIE",
         "interim": "tuition", "stage": "consulted", "urn": OAK},
        {**shared, "row": 3, "need": "SEMH", "ncy": 8, "locality": NORTH, "where_now": "MSAC",
         "interim": "mainstream", "stage": "named", "urn": ELM},
    ]  # fmt: skip
    return pd.DataFrame(rows)[list(TABLES["awaiting"].to_schema().columns)]


SCHOOLS = (
    (OAK, "Oak School", "999", "special", "SPLA", 4, 18, 32, 31, 400000.0, 100000.0, NORTH),
    (ELM, "Elm School", "999", "special", "SPLA", 11, 16, 12, 13, 402000.0, 100000.0, SOUTH),
    (ASH, "Ash Primary", "999", "mainstream", "MSLA", 4, 11, 210, 190, 400500.0, 100000.0, NORTH),
    (INFANT, "Fir Infant", "999", "mainstream", "MSLA", 4, 7, 90, 80, 400500.0, 100500.0, NORTH),
    (SECONDARY, "Yew School", "999", "mainstream", "MSAC", 11, 18, 900, 850, 401000.0, 100000.0,
     NORTH),
    (INDEPENDENT, "Lime House", "999", "independent_special", "SPIN", 7, 16, 40, 30, 402500.0,
     100000.0, SOUTH),
    (NMSS, "Holly School", "999", "special", "SPNM", 5, 19, 60, 55, 401500.0, 100000.0, SOUTH),
    (ELSEWHERE, "Far Special", "998", "special", "SPLA", 4, 19, 90, 90, 430000.0, 100000.0,
     "outside"),
    (FAR, "Far House", "998", "independent_special", "SPIN", 7, 19, 50, 50, 480000.0, 100000.0,
     "outside"),
)  # fmt: skip


def _establishments() -> pd.DataFrame:
    rows = []
    for (
        urn,
        name,
        authority,
        group,
        setting,
        low,
        high,
        capacity,
        roll,
        east,
        north,
        town,
    ) in SCHOOLS:
        if authority != "999":
            continue
        rows.append(
            {
                "urn": urn,
                "name": name,
                "authority": authority,
                "type_name": group,
                "type_group": group,
                "setting": setting,
                "phase": "",
                "age_from": low,
                "age_to": high,
                "on_roll": roll,
                "capacity": capacity,
                "designated_needs": "",
                "status": "open",
                "easting": east,
                "northing": north,
                "lsoa": "E01000001" if town == NORTH else "E01000002",
                "locality": town,
                "source": "on paper",
            }
        )
    columns = list(TABLES["establishments"].to_schema().columns)
    return pd.DataFrame(rows).reindex(columns=columns)


def _schools_attended() -> pd.DataFrame:
    rows = [
        (urn, name, authority, setting, low, high, east, north)
        for urn, name, authority, _, setting, low, high, _, _, east, north, _ in SCHOOLS
    ]
    return pd.DataFrame(rows, columns=list(TABLES["schools_attended"].to_schema().columns))


def _localities() -> pd.DataFrame:
    shared = {"msoa": "", "ward": "", "ward_name": "", "district": "", "northing": 100000.0}
    rows = [
        {**shared, "lsoa": "E01000001", "lsoa_name": "North 1", "former_district": NORTH,
         "locality": NORTH, "easting": 400000.0},
        {**shared, "lsoa": "E01000002", "lsoa_name": "South 1", "former_district": SOUTH,
         "locality": SOUTH, "easting": 402000.0},
    ]  # fmt: skip
    return pd.DataFrame(rows)[list(TABLES["localities"].to_schema().columns)]


def _pupils() -> pd.DataFrame:
    """The spring census: residents, imports and pupils without a plan at Oak, Elm and Ash."""
    in_area = [line for line in PLANS if line[3] in (OAK, ELM, ASH)]
    rows = [
        (BASE, "spring", urn, home, "inside", ncy, "E", need, "rp" if urn == ASH else "", number)
        for number, need, _, urn, ncy, home, *_ in in_area
    ]
    rows += [
        (BASE, "spring", OAK, "outside", "outside", 9, "E", "ASD", "", 2),
        (BASE, "spring", ELM, "outside", "outside", 9, "E", "SEMH", "", 3),
        (BASE, "spring", OAK, NORTH, "inside", 1, "K", "ASD", "", 1),
        (BASE, "spring", ASH, NORTH, "inside", 3, "K", "ASD", "rp", 1),
    ]
    return pd.DataFrame(rows, columns=list(TABLES["pupils"].to_schema().columns))


def _one(table: str, **told: Any) -> pd.DataFrame:
    row = {"year": BASE, "need": "SEMH", "ncy": 5, "plans": 1, **told}
    return pd.DataFrame([row])[list(TABLES[table].to_schema().columns)]


def _placement_months() -> pd.DataFrame:
    """Last spring and summer Oak gained two of school age and lost one; in September four came."""
    rows = [
        (BASE, OAK, "SPLA", "school_age", "2024-03", 2, 0),
        (BASE, OAK, "SPLA", "school_age", "2024-06", 0, 1),
        (BASE, OAK, "SPLA", "school_age", "2024-09", 4, 3),
        (BASE, ELM, "SPLA", "school_age", "2024-05", 1, 0),
    ]
    return pd.DataFrame(rows, columns=list(TABLES["placement_months"].to_schema().columns))


def _paths() -> pd.DataFrame:
    """Two futures to January 2028: in one nothing changes, in the other Elm's Year 9 gains two."""
    cells = [(need, setting, ncy, home, n) for n, need, setting, _, ncy, home, *_ in PLANS]
    rows = [
        ("unmitigated", path, year, *cell)
        for path in (0, 1)
        for year in range(BASE, BASE + 4)
        for cell in (
            *cells,
            *([("SEMH", "SPLA", 9, NORTH, 2)] if path == 1 and year > BASE else []),
        )
    ]
    columns = ["scenario", "path", "year", "need", "setting", "ncy", "locality", "count"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.groupby(columns[:-1])["count"].sum().reset_index()
