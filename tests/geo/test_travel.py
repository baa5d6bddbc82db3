"""Tests of the first tier of travel: straight line, circuity and speed."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.travel import Travel, circuity, road_km, road_minutes, straight_km


def point(*pairs: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame(list(pairs), columns=["easting", "northing"])


def test_a_straight_line_is_that_of_pythagoras_in_kilometres():
    start, end = point((400000, 100000), (0, 0)), point((403000, 104000), (np.nan, 0))
    line = straight_km(start, end)
    assert line.iloc[0] == pytest.approx(5.0)
    assert np.isnan(line.iloc[1])


def test_circuity_falls_with_distance_and_is_1_40_at_10_km_and_1_30_at_20_km():
    curve = circuity(pd.Series([0.5, 10.0, 20.0, 100.0]))
    assert curve.round(2).tolist() == [1.70, 1.40, 1.30, 1.20]


def test_no_distance_is_no_distance_and_an_unknown_one_stays_unknown():
    road = road_km(pd.Series([0.0, np.nan]))
    assert road.iloc[0] == 0.0
    assert np.isnan(road.iloc[1])


def test_a_journey_is_slow_at_first_and_faster_when_it_is_long():
    minutes = road_minutes(pd.Series([5.0, 20.0, 85.0, np.nan]))
    assert minutes.iloc[:3].tolist() == pytest.approx([10.0, 10 + 22.5, 10 + 22.5 + 60])
    assert np.isnan(minutes.iloc[3])


def test_an_authority_may_have_a_circuity_and_speeds_of_its_own():
    flat = Travel(circuity_least=1.5, circuity_most=1.5, km_at_speed=(), speeds=(60.0,))
    road = road_km(pd.Series([10.0]), flat)
    assert road.iloc[0] == pytest.approx(15.0)
    assert road_minutes(road, flat).iloc[0] == pytest.approx(15.0)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.floats(0, 400), min_size=2, max_size=20))
def test_a_longer_straight_line_is_never_a_shorter_road_nor_a_quicker_journey(lines):
    road = road_km(pd.Series(sorted(lines)))
    assert (road.diff().dropna() >= -1e-9).all()
    assert (road >= pd.Series(sorted(lines)) - 1e-9).all()
    assert (road_minutes(road).diff().dropna() >= -1e-9).all()
