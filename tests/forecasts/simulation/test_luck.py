"""Luck: factors around 1, which leave sums of places as they are."""

from dataclasses import replace

import numpy as np
import pytest

from forecasts.rates.certainty import Certainty
from forecasts.simulation.luck import draw_luck
from forecasts.simulation.simulate import set_out

PATHS, YEARS = 4000, 4


@pytest.fixture(scope="module")
def course(plans, full_rates, homes):
    return set_out(plans, full_rates, homes, YEARS)[0]


@pytest.fixture(scope="module")
def luck(full_rates, course):
    return draw_luck(full_rates, course, PATHS, 2025, 3)


def test_factors_have_mean_1(luck):
    assert luck.leave.mean(axis=0) == pytest.approx(1, abs=0.03)
    assert luck.join.mean(axis=0) == pytest.approx(1, abs=0.03)
    assert luck.move.mean(axis=0) == pytest.approx(1, abs=0.03)


def test_factors_spread_as_certainty_says_and_drift_further_each_year(luck, full_rates):
    sure = full_rates.certainty
    for ahead in (1, YEARS):
        join = np.log(luck.join[:, ahead - 1]).std(axis=0)
        assert join == pytest.approx(np.sqrt(sure.join**2 + ahead * sure.drift_join**2), rel=0.06)
        leave = np.log(luck.leave[:, ahead - 1]).std(axis=0)
        wanted = np.sqrt(sure.leave**2 + ahead * sure.drift_leave[:, None] ** 2)
        assert leave == pytest.approx(wanted, rel=0.06)
    assert np.log(luck.move).std(axis=0) == pytest.approx(sure.move, rel=0.06)


def test_a_path_that_joins_more_one_year_does_so_the_next(luck):
    logs = np.log(luck.join[:, :, 0, 0])
    assert np.corrcoef(logs[:, 0], logs[:, 1])[0, 1] > 0.8


def test_places_keep_their_sum_in_every_path(luck, course):
    # Twice as many children live in Eastby as in Westby.
    share = np.array([{"Eastby": 2 / 3, "Westby": 1 / 3}.get(n, 0.0) for n in course.localities])
    assert luck.place @ share == pytest.approx(np.ones((PATHS, YEARS)))
    assert luck.place[..., course.localities.index("Eastby")].std() > 0.05


def test_shares_of_places_spread_as_certainty_says_though_they_sum(full_rates, course):
    """The residents' mean variance of the log of a share is that of the places' certainty."""
    sure = replace(full_rates.certainty, place=np.array([0.2, 0.2]), drift_place=0.0)
    luck = draw_luck(replace(full_rates, certainty=sure), course, PATHS, 2025, 3)
    variance = np.log(luck.place[:, 0]).var(axis=0) @ course.residents
    assert np.sqrt(variance) == pytest.approx(0.2, rel=0.1)


def test_luck_does_not_depend_on_the_joiners_of_any_need(luck, full_rates, plans, homes):
    """Else a lever on one need would move the homes of all others."""
    join = full_rates.join * np.linspace(0.1, 9.0, len(full_rates.needs))
    other = replace(full_rates, join=join)
    course = set_out(plans, other, homes, YEARS)[0]
    assert np.array_equal(draw_luck(other, course, PATHS, 2025, 3).place, luck.place)


def test_a_path_does_not_depend_on_how_many_others_there_are(luck, full_rates, course):
    few = draw_luck(full_rates, course, 5, 2025, 3)
    for name, values in vars(few).items():
        assert np.array_equal(values, getattr(luck, name)[:5]), name


def test_certain_rates_have_no_luck(full_rates, course):
    sure = replace(full_rates, certainty=Certainty())
    for name, values in vars(draw_luck(sure, course, 3, 2025, 3)).items():
        assert values == pytest.approx(1), name
