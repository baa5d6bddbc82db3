"""Tests of prices with their range."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.costs.prices import financial_year, price, price_draws


def row(value: float, low: float, high: float, item: str = "fee") -> pd.Series:
    return pd.Series(
        {"item": item, "provision": "special", "scheme_type": "", "value": value, "low": low,
         "high": high}
    )  # fmt: skip


def test_capital_is_that_of_the_usual_kind_of_scheme(prices):
    found = price(prices, "capital", "special")
    assert found is not None
    assert found["scheme_type"] == "expansion"
    assert price(prices, "capital", "resourced_provision") is None


def test_a_price_for_all_provisions_stands_in_and_an_unknown_one_is_none(prices):
    found = price(prices, "transport", "independent_special")
    assert found is not None
    assert found["value"] == 2
    assert price(prices, "top_up", "resourced_provision") is None


def test_one_draw_in_ten_is_below_low_and_one_in_ten_above_high():
    drawn = price_draws(row(100.0, 80.0, 150.0), seed=1)
    low, middle, high = np.quantile(drawn, [0.1, 0.5, 0.9])
    assert low == pytest.approx(80.0, rel=0.005)
    assert middle == pytest.approx(100.0, rel=0.005)
    assert high == pytest.approx(150.0, rel=0.005)


def test_a_price_without_a_range_is_drawn_as_it_is():
    assert set(price_draws(row(100.0, 100.0, 100.0), seed=1)) == {100.0}


def test_draws_depend_on_the_seed_and_on_which_price_it_is_and_on_nothing_else():
    one = price_draws(row(100.0, 80.0, 120.0), seed=1)
    price_draws(row(5.0, 4.0, 6.0, "top_up"), seed=1)
    again = price_draws(row(100.0, 80.0, 120.0), seed=1)
    assert (one == again).all()
    assert (one != price_draws(row(100.0, 80.0, 120.0), seed=2)).any()
    other = price_draws(row(100.0, 80.0, 120.0, "top_up"), seed=1)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.15


@settings(deadline=None, max_examples=25)
@given(st.floats(0, 1e6), st.floats(0, 1), st.floats(1, 3), st.integers(0, 2**40))
def test_a_drawn_price_is_never_negative(value, below, above, seed):
    assert (price_draws(row(value, value * below, value * above), seed, 100) >= 0).all()


def test_a_financial_year_has_the_name_that_money_people_use():
    assert financial_year(2025) == "2025-26"
    assert financial_year(1999) == "1999-00"
