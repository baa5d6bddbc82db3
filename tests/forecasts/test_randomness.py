"""Keyed random numbers: uniform, independent, and indifferent to order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from forecasts.randomness import (
    Purpose,
    joiner_slots,
    normals,
    plan_slots,
    poisson,
    stream,
    uniforms,
)

SLOTS = np.arange(100_000, dtype=np.uint64)
KEY = stream(1, 2, 2026, Purpose.LEAVE)


def test_numbers_are_uniform_between_0_and_1():
    drawn = uniforms(KEY, SLOTS)
    assert drawn.min() > 0
    assert drawn.max() < 1
    assert stats.kstest(drawn, "uniform").pvalue > 1e-3
    assert normals(KEY, SLOTS).std() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    "other",
    [(2, 2, 2026, Purpose.LEAVE), (1, 3, 2026, Purpose.LEAVE), (1, 2, 2027, Purpose.LEAVE)]
    + [(1, 2, 2026, purpose) for purpose in Purpose if purpose != Purpose.LEAVE],
)
def test_another_seed_path_year_or_purpose_gives_unrelated_numbers(other):
    one, two = uniforms(KEY, SLOTS), uniforms(stream(*other), SLOTS)
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.02
    table = np.histogram2d(one, two, bins=10, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(table.ravel()).pvalue > 1e-4


def test_neighbouring_slots_are_unrelated():
    drawn = uniforms(KEY, SLOTS)
    assert abs(np.corrcoef(drawn[1:], drawn[:-1])[0, 1]) < 0.02


@settings(deadline=None, max_examples=25)
@given(st.permutations(range(50)), st.integers(0, 2**63 - 1))
def test_a_number_belongs_to_its_slot_whatever_the_order(order, seed):
    key = stream(seed, 0, 2030, Purpose.MOVE)
    slots = SLOTS[:50]
    assert np.array_equal(uniforms(key, slots)[order], uniforms(key, slots[order]))


def test_a_slot_is_that_of_the_plan_and_not_of_its_place():
    assert np.array_equal(plan_slots(["a", "b"]), plan_slots(["b", "a"])[::-1])
    assert plan_slots(["b", "z"])[0] == plan_slots(["b"])[0]


def test_joiners_of_other_years_cells_and_numbers_have_other_slots():
    cells, numbers = np.divmod(np.arange(20_000), 20)
    slots = np.concatenate([joiner_slots(year, cells, numbers) for year in range(2026, 2036)])
    assert len(np.unique(slots)) == len(slots)


@pytest.mark.parametrize("rate", [0.01, 0.5, 3.0, 60.0])
def test_counts_have_the_poisson_distribution(rate):
    counts = poisson(np.full(len(SLOTS), rate), uniforms(KEY, SLOTS))
    assert np.array_equal(counts, stats.poisson.ppf(uniforms(KEY, SLOTS), rate).astype(int))


def test_a_higher_rate_never_gives_fewer():
    chance = uniforms(KEY, SLOTS)
    low, high = poisson(np.full(len(SLOTS), 2.0), chance), poisson(np.full(len(SLOTS), 3.0), chance)
    assert (high >= low).all()


def test_no_rate_gives_nobody():
    assert poisson(np.zeros(3), np.array([0.1, 0.5, 0.999])).tolist() == [0, 0, 0]
