"""Contracts: one a table, every column explained, errors that never show a value."""

import pandas as pd
import pytest

from sufficiency.contracts import TABLES, Plans, checked, column_docs, empty
from sufficiency.errors import ContractError


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_column_of_every_table_says_what_it_means(table: str) -> None:
    docs = column_docs(TABLES[table])
    assert docs
    assert all(description for _, description in docs.values())


@pytest.mark.parametrize("table", sorted(TABLES))
def test_an_empty_table_keeps_its_contract(table: str) -> None:
    model = TABLES[table]
    assert checked(model, empty(model), table).empty


def a_plan(**other: object) -> dict[str, object]:
    return {
        "year": 2025, "plan_id": "M-1", "need": "ASD", "second_need": "", "setting": "SPLA",
        "establishment": "", "site": "", "ncy": 3, "ncy_recorded": pd.NA, "age": 7, "sex": "",
        "locality": "Poole", "lsoa": "", "in_area": "unknown", "residential": "unknown",
        "plan_start": "", "basis": "modelled", **other,
    }  # fmt: skip


def test_a_broken_rule_names_column_and_count_but_never_the_value() -> None:
    secret = "SECRET-VALUE"
    frame = pd.DataFrame([a_plan(need=secret), a_plan(plan_id="M-2", age=99)])
    with pytest.raises(ContractError) as caught:
        checked(Plans, frame, "plans")
    message = str(caught.value)
    assert "need" in message
    assert "age" in message
    assert secret not in message
    assert "99" not in message


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ContractError, match="missing columns locality"):
        checked(Plans, pd.DataFrame([a_plan()]).drop(columns="locality"), "plans")


def test_checked_keeps_only_the_contracts_columns_in_its_order() -> None:
    frame = pd.DataFrame([a_plan(extra=1)])[["plan_id", "extra", *list(a_plan())[2:], "year"]]
    assert list(checked(Plans, frame, "plans").columns) == list(column_docs(Plans))
