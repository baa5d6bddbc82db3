"""Keyed random numbers: uniform, independent, and indifferent to order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from forecasts.randomness import Purpose, mirrored_normals, plan_slots, stream, table, uniforms

SLOTS = np.arange(100_000, dtype=np.uint64)
KEY = stream(1, 2, 2026, int(Purpose.JOIN))


def unrelated(one, two) -> None:
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.02
    counts = np.histogram2d(one, two, bins=10, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(counts.ravel()).pvalue > 1e-4


def test_numbers_are_uniform_between_0_and_1():
    drawn = uniforms(KEY, SLOTS)
    assert drawn.min() > 0
    assert drawn.max() < 1
    assert stats.kstest(drawn, "uniform").pvalue > 1e-3


@pytest.mark.parametrize(
    "other",
    [(2, 2, 2026, Purpose.JOIN), (1, 3, 2026, Purpose.JOIN), (1, 2, 2027, Purpose.JOIN)]
    + [(1, 2, 2026, purpose) for purpose in Purpose if purpose != Purpose.JOIN],
)
def test_another_seed_path_year_or_purpose_gives_unrelated_numbers(other):
    unrelated(uniforms(KEY, SLOTS), uniforms(stream(*other[:3], int(other[3])), SLOTS))


def test_neighbouring_slots_are_unrelated():
    drawn = uniforms(KEY, SLOTS)
    unrelated(drawn[1:], drawn[:-1])


def test_purposes_keep_their_numbers():
    """A purpose is part of the key: another number would change every kept forecast."""
    assert len({int(purpose) for purpose in Purpose}) == len(Purpose)
    assert (Purpose.OWN_SHOCK, Purpose.JOIN, Purpose.JOIN_SETTING) == (1, 7, 8)


@settings(deadline=None, max_examples=25)
@given(st.permutations(range(50)), st.integers(0, 2**63 - 1))
def test_a_number_belongs_to_its_slot_whatever_the_order(order, seed):
    key = stream(seed, 0, 2030, int(Purpose.JOIN))
    slots = SLOTS[:50]
    assert np.array_equal(uniforms(key, slots)[order], uniforms(key, slots[order]))


def test_a_slot_is_that_of_the_plan_and_not_of_its_place():
    assert np.array_equal(plan_slots(["a", "b"]), plan_slots(["b", "a"])[::-1])
    assert plan_slots(["b", "z"])[0] == plan_slots(["b"])[0]


def test_a_table_holds_the_same_numbers_whatever_its_size():
    large = table(5, 6, 2026, 4, int(Purpose.OWN_SHOCK), 3)
    assert np.array_equal(table(5, 2, 2027, 2, int(Purpose.OWN_SHOCK), 2), large[:2, 1:3, :2])
    assert len(np.unique(large)) == large.size


def test_odd_paths_mirror_the_even_before():
    drawn = mirrored_normals(1, 1001, 2026, 3, Purpose.OWN_SHOCK, 2)
    assert drawn.shape == (1001, 3, 2)
    assert np.array_equal(drawn[1::2], -drawn[:-1:2])
    assert drawn.std() == pytest.approx(1, abs=0.05)
