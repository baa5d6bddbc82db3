"""Anything may be typed into a cell of the workbook of corrections; no finding repeats it."""

import pandas as pd
import pytest

from sufficiency.findings import Findings
from sufficiency.quality.amending import CORRECTION, amender

NAME, ULN = "Demo000001 Demoson", "9876543219"


def given(**other: str) -> dict[str, str]:
    return {
        "year": "2025", "file": "sen2/2025/person.csv", "sheet": "", "row": "2",
        "module": "person", "column": "postcode", "check": "home_unknown", "value": "ZZ1 1AA",
        "sha256": "hash of person 2025", **other,
    }  # fmt: skip


def said(make, *rows: dict[str, str]) -> Findings:
    findings = Findings()
    amend = amender(pd.DataFrame(rows, columns=CORRECTION, dtype="str"), findings)
    amend(make.raw_of(make.modules_of()))
    amend.after_check(pd.DataFrame())
    return findings


@pytest.mark.parametrize("cell", CORRECTION)
@pytest.mark.parametrize("typed", [NAME, ULN])
@pytest.mark.parametrize("value", ["ZZ1 1AA", "REMOVE"])
def test_what_is_typed_into_a_cell_is_never_repeated(make, cell: str, typed: str, value: str):
    findings = said(make, given(**{"value": value, cell: typed}))
    shown = f"{findings.items}"
    assert NAME not in shown
    assert ULN not in shown


def test_where_no_row_can_be_named_the_workbook_is(make):
    (finding,) = said(make, given(file=NAME), given(file=NAME, column=NAME)).items
    assert finding.source == "corrections.xlsx"
    assert "person row 2 postcode; 1 whose Module, Row or Column" in finding.message


def test_rows_of_a_known_file_are_still_named(make):
    (finding,) = said(make, given(row="900")).items
    assert (finding.source, finding.row, finding.column) == (
        "sen2/2025/person.csv",
        900,
        "postcode",
    )
    assert "person row 900 postcode" in finding.message
