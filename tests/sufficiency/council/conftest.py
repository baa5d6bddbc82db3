"""Council files of a few rows, written as text and read back."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from sufficiency.contracts import Schemes, checked
from sufficiency.council import read_council_files
from sufficiency.council.declaration import columns_of
from sufficiency.findings import Finding, Findings

CELLS: dict[str, dict[str, str]] = {
    "awaiting": {
        "child_id": "W001", "need": "SEMH", "ncy": "8", "locality": "North",
        "provision": "special", "agreed_on": "2024-10-01", "as_at": "2025-01-21",
        "where_now": "MSAC", "interim": "tuition", "stage": "consulted", "urn": "100002",
        "september": "2025",
    },
    "schemes": {
        "scheme": "S1", "scheme_type": "unit_or_rp", "stage": "approved",
        "statutory_process": "decided", "capital_secured": "yes", "urn": "100003",
        "provision": "resourced_provision", "ncy_from": "0", "ncy_to": "6", "needs": "ASD",
        "opening": "2026-09-01", "approval": "2025-02-01", "fill_1": "6",
    },
    "moves": {"urn": "100002", "provision": "special", "september": "2025", "ncy": "9",
              "need": "SEMH", "leavers": "1"},
    "imports": {"urn": "100002", "provision": "special", "home_authority": "998", "ncy": "9",
                "need": "SEMH", "pupils": "3"},
    "classes": {"urn": "100002", "provision": "special", "class_name": "Elm 7", "ncy_from": "7",
                "ncy_to": "7", "needs": "SEMH", "places": "3", "september_from": "2025"},
    "need_mix": {"urn": "100002", "provision": "special", "need": "SEMH", "share": "1"},
    "costs": {"item": "fee", "provision": "independent_special", "value": "58000",
              "low": "45000", "high": "80000", "price_year": "2025-26", "source": "Outturn"},
    "budget": {"line": "Fees", "item": "fee", "provision": "independent_special",
               "financial_year": "2025-26", "amount": "1500000", "source": "s251"},
    "housing": {"site": "Meadow", "locality": "North", "year": "2027", "dwellings": "120"},
    "housing_yields": {"age_from": "4", "age_to": "10", "children_per_dwelling": "0.25",
                       "source": "Dashboard"},
}  # fmt: skip


def written(path: Path, file: str, rows: list[dict[str, str]]) -> None:
    """Write rows of a council file, cells not told as usual for a good row."""
    names = [column.column for column in columns_of(file)]
    frame = pd.DataFrame([CELLS[file] | row for row in rows], dtype="str")
    frame.reindex(columns=names, fill_value="").fillna("").to_csv(path, index=False)


@pytest.fixture(scope="session")
def kept() -> dict[str, pd.DataFrame]:
    """The tables of the authority on paper, made once: readers never change them."""
    return {}


@pytest.fixture
def read(
    tmp_path: Path, request: pytest.FixtureRequest, kept: dict[str, pd.DataFrame]
) -> Callable[..., SimpleNamespace]:
    """Return a function that writes rows by file name, and reads every file of the folder."""
    if not kept:
        kept.update(vars(request.getfixturevalue("paper")))

    def _read(folder: Path = tmp_path, **files: list[dict[str, str]]) -> SimpleNamespace:
        for file, rows in files.items():
            written(folder / f"{file}.csv", file, rows)
        findings = Findings()
        tables = read_council_files(
            folder, kept["register"], kept["localities"], kept["establishments"], findings
        )
        return SimpleNamespace(findings=findings.items, tables=tables, **tables)

    return _read


@pytest.fixture
def said() -> Callable[..., list[Finding]]:
    """Return a function that picks the findings of one check."""
    return lambda result, check: [one for one in result.findings if one.check == check]


SCHEME: dict[str, Any] = {
    "scheme": "S1", "scheme_type": "unit_or_rp", "stage": "approved",
    "statutory_process": "decided", "capital_secured": "yes", "capital_cost": None,
    "urn": "100003", "site_id": "main", "name": "Ash base", "provision": "resourced_provision",
    "ncy_from": 0, "ncy_to": 6, "needs": "ASD", "flexible": "no", "locality": "North",
    "opening": "2026-09-01", "approval": "2025-02-01", "lead_months": None,
    **{f"fill_{n}": None for n in range(1, 8)},
    "fill_1": 6, "slippage_probability": None, "slippage_months": None, "in_register": "no",
}  # fmt: skip


@pytest.fixture(scope="session")
def schemes() -> Callable[..., pd.DataFrame]:
    """Return a function from scheme cells to a Schemes table."""
    return lambda *rows: checked(Schemes, pd.DataFrame([SCHEME | row for row in rows]), "schemes")
