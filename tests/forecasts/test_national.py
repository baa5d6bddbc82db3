"""England's path and convergence to it, worked by hand."""

import numpy as np
import pytest

from forecasts.national import growth_path, smoothed_path
from forecasts.panel import Panel, cuts
from forecasts.pooled.converge import closing


def panel(plans, children, england=(1000.0, 1100.0)) -> Panel:
    plans = np.asarray(plans, dtype=float)
    stock = {cut: np.column_stack([plans, plans]) for cut in cuts()}
    persons = np.repeat(np.asarray(children, dtype=float)[:, None] / 15, 26, axis=1)
    return Panel(
        authorities=tuple(str(900 + n) for n in range(len(plans))),
        years=np.array([2024, 2025]),
        stock=stock,
        national={cut: np.array(england) for cut in cuts()},
        residents={2024: persons},
    )


def test_moderate_growth_lies_halfway_between_per_cent_and_number():
    growth = np.log(1.1)
    number = [np.log(1 + h / 11) for h in (1, 2, 3)]
    wanted = [(growth * h + n) / 2 for h, n in zip((1, 2, 3), number, strict=True)]
    assert growth_path(growth, 3) == pytest.approx(wanted)


def test_very_fast_growth_goes_on_in_number_alone():
    assert np.exp(growth_path(np.log(2.0), 4)) == pytest.approx([1.5, 2.0, 2.5, 3.0])


def test_fast_decline_never_reaches_zero():
    assert (np.exp(growth_path(np.log(0.5), 10)) >= 0.05 - 1e-12).all()


def test_no_growth_stays_flat():
    assert growth_path(0.0, 3).tolist() == [0, 0, 0]


def test_beyond_seven_years_growth_goes_on_in_number_alone():
    level = np.exp(growth_path(np.log(1.1), 10))
    assert np.diff(level)[6:] == pytest.approx(level[6] - level[5])
    assert growth_path(np.log(1.1), 5) == pytest.approx(growth_path(np.log(1.1), 10)[:5])


def test_without_known_growth_the_path_is_flat():
    assert smoothed_path(np.array([np.nan]), 2, np.ones(2)).tolist() == [0, 0]


def test_the_path_starts_between_last_year_and_the_mean_of_two_years():
    growth = np.array([np.nan, 0.06, 0.10])
    last, two = growth_path(0.10, 3), growth_path(0.08, 3)
    made = smoothed_path(growth, 3, np.array([0.5, 1.0, 0.0]))
    assert made == pytest.approx([(last[0] + two[0]) / 2, two[1], last[2]])


def test_growth_comes_from_authorities_where_the_national_row_is_missing():
    gap = panel([10.0, 20.0], [100.0, 100.0], england=(np.nan, np.nan))
    assert gap.growth("total").tolist() == [0.0]


def test_a_high_rate_closes_a_tenth_of_its_gap_each_year():
    above = closing(np.log(np.array([1.0, 2.0])), 2)
    assert above[0] == pytest.approx([0.0, 0.0])
    assert above[1] == pytest.approx([-0.1 * np.log(2), -(1 - 0.9**2) * np.log(2)])


def test_an_unknown_gap_is_not_closed():
    assert closing(np.array([np.nan]), 3) == pytest.approx(np.zeros((1, 3)))
