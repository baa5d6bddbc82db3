"""Tests of which rows count, and when."""

import pandas as pd

from sufficiency.places.periods import counted_in, in_force_on, running


def rows(*periods: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(periods, columns=["effective_from", "effective_to", "change_status"])


def test_a_row_is_in_force_from_its_first_to_its_last_day_and_without_a_last_day_for_good():
    register = rows(("2020-09-01", "2025-08-31", "existing"), ("2025-09-01", "", "approved"))
    assert in_force_on(register, "2025-08-31").tolist() == [True, False]
    assert in_force_on(register, "2025-09-01").tolist() == [False, True]
    assert in_force_on(register, "2090-01-01").tolist() == [False, True]


def test_a_proposed_row_never_counts():
    register = rows(("2020-09-01", "", "proposed"), ("2020-09-01", "", "funded"))
    assert counted_in(register, 2025)["change_status"].tolist() == ["funded"]


def test_a_class_runs_in_its_last_september_and_without_one_for_good():
    classes = pd.DataFrame(
        {
            "september_from": pd.array([2024, 2024, 2026], dtype="Int32"),
            "september_to": pd.array([2025, None, None], dtype="Int32"),
        }
    )
    assert running(classes, 2025).tolist() == [True, True, False]
    assert running(classes, 2026).tolist() == [False, True, True]
