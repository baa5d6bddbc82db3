"""Keyed random numbers: uniform, independent, and indifferent to order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from forecasts.randomness import (
    CERTAIN,
    Purpose,
    first_slot,
    leaving_part,
    mirrored_normals,
    mixed,
    moving_part,
    plan_slots,
    recording_part,
    slot_of_joiner,
    stream,
    table,
    uniforms,
)

SLOTS = np.arange(100_000, dtype=np.uint64)


def key_of(seed, path, year, purpose) -> np.uint64:
    return np.uint64(stream(seed, path, year, int(purpose)))


KEY = key_of(1, 2, 2026, Purpose.JOIN)


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
    unrelated(uniforms(KEY, SLOTS), uniforms(key_of(*other), SLOTS))


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
    key = key_of(seed, 0, 2030, Purpose.JOIN)
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


def parts(key: np.uint64, count: int = 20_000) -> np.ndarray:
    words = [mixed(slot ^ key) for slot in plan_slots(str(number) for number in range(count))]
    makers = (leaving_part, recording_part, moving_part)
    return np.array([[make(np.uint64(word)) for word in words] for make in makers]) / CERTAIN


def test_parts_of_a_plans_word_are_uniform_and_say_nothing_of_each_other():
    found = parts(key_of(1, 2, 2026, Purpose.PLAN))
    later = parts(key_of(1, 2, 2027, Purpose.PLAN))
    other_path = parts(key_of(1, 3, 2026, Purpose.PLAN))
    for place, drawn in enumerate(found):
        assert drawn.min() >= 0
        assert drawn.max() < 1
        assert stats.kstest(drawn, "uniform").pvalue > 1e-3
        unrelated(drawn, found[place - 1])
        unrelated(drawn, later[place])
        unrelated(drawn, other_path[place])


def test_those_who_stay_are_as_likely_to_move_as_any():
    """The parts are of one word: leaving must not tell who moves, at small chances too."""
    leaving, recording, moving = parts(key_of(4, 0, 2030, Purpose.PLAN), 50_000)
    rare = leaving < 0.02
    for drawn in (recording, moving):
        assert stats.kstest(drawn[rare], "uniform").pvalue > 1e-3
        assert stats.kstest(drawn[~rare], "uniform").pvalue > 1e-3


def test_joiners_of_other_years_cells_and_numbers_have_other_slots():
    slots = [
        slot_of_joiner(np.uint64(first_slot(year, cell)), which)
        for year in range(2026, 2036)
        for cell in range(500)
        for which in range(10)
    ]
    assert len(set(slots)) == len(slots)
