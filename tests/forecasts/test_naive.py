"""Every naive rival keeps one contract."""

import numpy as np
import pytest

from forecasts.naive import rivals

HISTORY = np.array([[100.0, 110.0, 121.0, 133.1], [50.0, 40.0, 30.0, 20.0]])
ENGLAND = np.log([1.1, 1.1, 1.1])
RIVALS = sorted(rivals().items())


@pytest.mark.parametrize(("name", "forecast"), RIVALS)
@pytest.mark.parametrize("years", [1, 5, 10])
def test_a_rival_gives_one_forecast_an_authority_and_year_and_none_negative(name, forecast, years):
    answer = forecast(HISTORY, ENGLAND, years)
    assert answer.shape == (2, years)
    assert (answer >= 0).all()


@pytest.mark.parametrize(("name", "forecast"), RIVALS)
def test_a_rival_gives_the_same_answer_for_the_same_input_and_leaves_it_alone(name, forecast):
    history = HISTORY.copy()
    first, second = forecast(history, ENGLAND, 4), forecast(history, ENGLAND, 4)
    assert np.array_equal(first, second)
    assert np.array_equal(history, HISTORY)


@pytest.mark.parametrize(("name", "forecast"), RIVALS)
def test_a_rival_says_no_change_from_one_year_of_history(name, forecast):
    answer = forecast(np.array([[70.0]]), np.array([]), 3)
    assert answer == pytest.approx(np.full((1, 3), 70.0))


@pytest.mark.parametrize(("name", "forecast"), RIVALS)
def test_a_rival_answers_missing_for_an_authority_without_a_last_year(name, forecast):
    history = np.array([[100.0, 110.0, np.nan], [100.0, np.nan, 120.0], [np.nan, np.nan, 5.0]])
    answer = forecast(history, np.array([0.1, 0.1]), 2)
    assert np.isnan(answer[0]).all()
    assert np.isfinite(answer[1:]).all()


@pytest.mark.parametrize(("name", "forecast"), RIVALS)
def test_a_rival_survives_an_empty_history(name, forecast):
    assert forecast(np.empty((0, 3)), ENGLAND, 2).shape == (0, 2)
    assert np.isnan(forecast(np.empty((2, 0)), np.array([]), 2)).all()


def test_persistence_repeats_the_last_count():
    assert rivals()["persistence"](HISTORY, ENGLAND, 2).tolist() == [[133.1, 133.1], [20, 20]]


def test_drift_adds_the_mean_change_of_three_years_and_stops_at_zero():
    answer = rivals()["drift3"](HISTORY, ENGLAND, 3)
    assert answer[0] == pytest.approx([133.1 + 33.1 / 3 * h for h in (1, 2, 3)])
    assert answer[1].tolist() == [10, 0, 0]


def test_council_growth_compounds_the_mean_of_three_years():
    answer = rivals()["growth3"](HISTORY, ENGLAND, 2)
    rate = (np.log(134.1) - np.log(101.0)) / 3
    assert answer[0] == pytest.approx([134.1 * np.exp(rate) - 1, 134.1 * np.exp(2 * rate) - 1])


def test_council_growth_is_capped_at_30_per_cent():
    answer = rivals()["growth3"](np.array([[9.0, 99.0, 999.0]]), ENGLAND, 1)
    assert answer[0, 0] == pytest.approx(1000 * 1.3 - 1)
