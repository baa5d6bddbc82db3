"""Steps of a year: how many join, where those go who move, what is counted."""

import numpy as np
import pytest
from scipy import stats

from forecasts.randomness import uniforms
from forecasts.simulation.stepping import MOST_IN_A_CELL, list_cells, poisson, write_counts

CHANCES = uniforms(np.uint64(77), np.arange(20_000, dtype=np.uint64))


@pytest.mark.parametrize("rate", [0.01, 0.5, 3.0, 60.0, 900.0])
def test_joiners_have_the_poisson_distribution(rate):
    counts = [poisson(rate, chance) for chance in CHANCES]
    assert counts == stats.poisson.ppf(CHANCES, rate).astype(int).tolist()


def test_a_higher_rate_never_gives_fewer_joiners():
    low = np.array([poisson(2.0, chance) for chance in CHANCES])
    high = np.array([poisson(3.0, chance) for chance in CHANCES])
    assert (high >= low).all()
    assert (high > low).any()


def test_no_rate_gives_nobody():
    assert [poisson(0.0, chance) for chance in (0.1, 0.5, 0.999)] == [0, 0, 0]


def counted(held: np.ndarray) -> tuple[int, np.ndarray, np.ndarray]:
    now = held.sum(axis=1).astype(np.int32)
    holds = np.zeros(len(now), np.int64)
    keys, counts = np.zeros(20, np.int32), np.zeros(20, np.uint16)
    end = write_counts(3, list_cells(now, holds), holds, now, held, keys, counts)
    return end, keys, counts


def test_cells_are_written_behind_what_is_written_and_emptied():
    held = np.array([[0, 0], [2, 5], [0, 0], [0, 1]], dtype=np.uint16)
    end, keys, counts = counted(held)
    assert end == 6
    assert keys[3:6].tolist() == [2, 3, 7]
    assert counts[3:6].tolist() == [2, 5, 1]
    assert not held.any()


def test_a_cell_with_more_plans_than_can_be_counted_is_noticed():
    held = np.array([[MOST_IN_A_CELL, 1]], dtype=np.uint16)
    assert counted(held)[0] == -1
