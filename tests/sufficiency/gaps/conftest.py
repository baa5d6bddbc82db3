"""A small authority with two homes, two special schools and a unit, in four simulated futures.

Base census, January 2025 (the same in every path), and January 2026 by path:

    home   need  setting  NCY   2025   2026: path 0  1  2  3
    North  ASD   SPLA     8       4              5   5  6  8
    South  ASD   SPLA     8       2              3   4  4  5
    North  SLD   SPAC     3       4              4   3  3  2
    North  SLCN  SENU     4       3              3   3  5  5
    North  ASD   MSLA     8       2              2   2  2  2
    North  ASD   NIE      8       2              2   2  4  4   not in a school place
    South  ASD   NEET    12       1              1   1  1  1   too old for possible demand
"""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from sufficiency.contracts import Paths, Places, checked

FUTURES = [
    ("North", "ASD", "SPLA", 8, 4, (5, 5, 6, 8)),
    ("South", "ASD", "SPLA", 8, 2, (3, 4, 4, 5)),
    ("North", "SLD", "SPAC", 3, 4, (4, 3, 3, 2)),
    ("North", "SLCN", "SENU", 4, 3, (3, 3, 5, 5)),
    ("North", "ASD", "MSLA", 8, 2, (2, 2, 2, 2)),
    ("North", "ASD", "NIE", 8, 2, (2, 2, 4, 4)),
    ("South", "ASD", "NEET", 12, 1, (1, 1, 1, 1)),
]
PLACE: dict[str, Any] = {
    "year": 2025,
    "urn": "1",
    "site_id": "main",
    "name": "Hill",
    "provision": "special",
    "need_group": "AUTCOM",
    "phase": "secondary",
    "locality": "North",
    "capacity_basis": "commissioned",
    "places": 0,
    "kind": "register",
    "flexible": "no",
    "assumed": "no",
}
DALE = {"urn": "2", "name": "Dale", "locality": "South", "capacity_basis": "scap"}
BASE = {"urn": "3", "name": "Base", "provision": "sen_unit", "phase": "primary"}
NET = {
    "urn": "",
    "site_id": "",
    "name": "Assumed net export",
    "locality": "outside",
    "capacity_basis": "net_export",
    "kind": "net_export",
}
SEVERE = {"need_group": "COMPLEX", "phase": "primary"}
# Autism, secondary: 6 + 5 - 1 without a plan - 1 net import = 9. Severe, primary: 4 - 1 = 3.
# Unit, primary: 4 - 1 = 3.
CONFIRMED: list[dict[str, Any]] = [
    {"places": 6},
    {"places": 4, **SEVERE},
    {"places": 5, "flexible": "yes", **DALE},
    {"places": -1, "kind": "without_plan", **DALE},
    {"places": 4, **BASE},
    {"places": -1, **NET},
    {"places": -1, **SEVERE, **NET},
    {"places": -1, **BASE, **NET},
]


def paths_frame(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Return a paths table from (path, year, locality, need, setting, ncy, count)."""
    columns = ["path", "year", "locality", "need", "setting", "ncy", "count"]
    frame = pd.DataFrame(rows, columns=columns).assign(scenario="unmitigated")
    frame = frame[frame["count"] > 0]
    for column in ("scenario", "need", "setting", "locality"):
        frame[column] = frame[column].astype("category")
    return checked(Paths, frame, "paths")


@pytest.fixture(scope="session")
def paths_of() -> Callable[..., pd.DataFrame]:
    """Return the function from rows to a paths table."""
    return paths_frame


@pytest.fixture(scope="session")
def paths() -> pd.DataFrame:
    """Return the four futures of the small authority."""
    rows = []
    for home, need, setting, ncy, base, later in FUTURES:
        for path, count in enumerate(later):
            rows.append((path, 2025, home, need, setting, ncy, base))
            rows.append((path, 2026, home, need, setting, ncy, count))
    return paths_frame(rows)


@pytest.fixture(scope="session")
def places_of() -> Callable[..., pd.DataFrame]:
    """Return a function from place cells to a places table for 2025 and 2026."""
    return lambda *rows: checked(
        Places,
        pd.DataFrame([PLACE | row | {"year": y} for y in (2025, 2026) for row in rows]),
        "places",
    )


@pytest.fixture(scope="session")
def confirmed() -> list[dict[str, Any]]:
    """Return the cells of the small authority's confirmed places."""
    return [dict(row) for row in CONFIRMED]


@pytest.fixture(scope="session")
def across() -> list[dict[str, Any]]:
    """Return the same places where it is known who crosses borders: imports and no net export."""
    told = [
        row | {"kind": "imports", "name": "imports", "capacity_basis": "imports"}
        if row.get("kind") == "net_export"
        else dict(row)
        for row in CONFIRMED
    ]
    none = {**NET, "name": "exports", "kind": "exports", "capacity_basis": "exports", "places": 0}
    return [*told, none, none | BASE | {"name": "exports", "urn": ""}]
