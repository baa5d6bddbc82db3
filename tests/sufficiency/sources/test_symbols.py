"""Symbols are reasons why there is no number; none of them is zero."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.contracts.inputs import STATUSES
from sufficiency.findings import Findings
from sufficiency.sources.symbols import parse


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        ("z", "not_applicable"),
        ("x", "not_available"),
        (":", "not_available"),
        ("", "not_available"),
        ("  ", "not_available"),
        ("c", "suppressed"),
        ("[c]", "suppressed"),
        ("low", "low"),
        ("K", "low"),
        ("~", "low"),
        ("u", "unreliable"),
    ],
)
def test_a_symbol_is_missing_with_its_reason(cell: str, status: str) -> None:
    value, found = parse(pd.Series([cell]), findings := Findings())
    assert math.isnan(value[0])
    assert found[0] == status
    assert not findings.items


@pytest.mark.parametrize(
    ("cell", "number"),
    [("0", 0.0), ("12", 12.0), (" 3.5 ", 3.5), ("1,234", 1234.0), ("-2", -2.0), ("1e3", 1000.0)],
)
def test_a_number_is_a_number(cell: str, number: float) -> None:
    value, status = parse(pd.Series([cell]))
    assert value[0] == number
    assert status[0] == ("zero" if number == 0 else "ok")


def test_unknown_symbols_are_missing_and_one_warning_a_column() -> None:
    cells = pd.Series(["5", "?", "inf", "nan", "1,2", "?"], name="plans", index=[9, 8, 7, 6, 5, 4])
    value, status = parse(cells, findings := Findings(), "file.csv")
    assert value.notna().tolist() == [True, False, False, False, False, False]
    assert set(status.iloc[1:]) == {"not_available"}
    assert list(value.index) == [9, 8, 7, 6, 5, 4]
    [finding] = findings.items
    assert (finding.severity, finding.source, finding.column, finding.count) == (
        "warns",
        "file.csv",
        "plans",
        5,
    )


@settings(deadline=None, max_examples=25)
@given(st.lists(st.text(max_size=6)))
def test_only_a_published_number_has_a_value_and_only_zero_is_zero(cells: list[str]) -> None:
    value, status = parse(pd.Series(cells, dtype="str"))
    assert set(status) <= set(STATUSES)
    assert (value.notna() == status.isin(["ok", "zero"])).all()
    assert ((value == 0) == (status == "zero")).all()
