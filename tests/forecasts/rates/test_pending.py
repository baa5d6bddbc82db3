"""Open requests and who joins in the first year."""

import numpy as np
import pandas as pd
import pytest

from forecasts.rates.pending import first_year_joiners
from sufficiency.contracts import Requests, empty


def _requests(*rows: tuple) -> pd.DataFrame:
    names = ["year", "received", "request_outcome", "assessment_outcome", "pending", "age"]
    made = pd.DataFrame(rows, columns=pd.Index(names))
    return made.reindex(columns=list(empty(Requests).columns))


def _join() -> np.ndarray:
    join = np.zeros((26, 2))
    join[4:12] = [3.0, 1.0]
    return join


def test_open_requests_shift_ages_not_numbers():
    # Ten wait for their plan at 6, asked for in October: they will be 7. All of the ten come.
    waiting = [(2025, "2024-10", "Y", "Y", "plan", 6)] * 10
    first, note = first_year_joiners(_join(), _requests(*waiting), 2025)
    assert first is not None
    assert first.sum() == pytest.approx(32)
    assert first[7].sum() == pytest.approx(10 + 4 * 22 / 32)
    assert first[7, 0] / first[7, 1] == pytest.approx(3)
    assert "10 requests open" in note


def test_a_request_of_before_september_has_two_birthdays_to_go():
    waiting = [(2025, "2024-06", "Y", "Y", "plan", 6)] * 4
    first, _ = first_year_joiners(_join(), _requests(*waiting), 2025)
    assert first is not None
    assert first[8].sum() == pytest.approx(4 + 4 * 28 / 32)


def test_own_refusals_lower_what_open_requests_lead_to():
    waiting = [(2025, "2024-10", "", "", "decision", 6)] * 10
    refused = [(2024, "2023-10", "N", "", "", 6)] * 100
    agreed = [(2024, "2023-10", "Y", "Y", "", 6)] * 100
    few, many = (
        first_year_joiners(_join(), _requests(*waiting, *past), 2025)[0]
        for past in (refused, agreed)
    )
    assert few is not None
    assert many is not None
    assert few[7].sum() < many[7].sum()


def test_more_on_their_way_than_usual_raise_the_number():
    waiting = [(2025, "2024-10", "Y", "Y", "plan", 6)] * 50
    first, _ = first_year_joiners(_join(), _requests(*waiting), 2025)
    assert first is not None
    assert first.sum() == pytest.approx(50)


def test_without_open_requests_the_first_year_is_as_any():
    closed = [(2025, "2024-10", "N", "", "", 6), (2024, "2023-10", "Y", "Y", "plan", 6)]
    first, note = first_year_joiners(_join(), _requests(*closed), 2025)
    assert first is None
    assert "as in any year" in note
