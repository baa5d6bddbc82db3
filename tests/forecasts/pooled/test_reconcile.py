"""Reconciliation, by hand and as a property."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.pooled.reconcile import reconcile

POSITIVE = st.floats(0.0, 1e4)


def test_the_difference_is_shared_by_error_variance():
    parts, variance = np.array([[60.0], [30.0]]), np.array([[9.0], [1.0]])
    answer = reconcile(parts, variance, np.array([100.0]))
    assert answer[:, 0] == pytest.approx([69.0, 31.0])


def test_parts_that_already_add_up_stay():
    parts = np.array([[60.0], [40.0]])
    assert np.array_equal(reconcile(parts, np.ones((2, 1)), np.array([100.0])), parts)


def test_a_part_pushed_below_zero_is_empty_and_the_rest_scaled():
    parts, variance = np.array([[5.0], [95.0]]), np.array([[1.0], [1.0]])
    answer = reconcile(parts, variance, np.array([50.0]))
    assert answer[:, 0] == pytest.approx([0.0, 50.0])


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(POSITIVE, st.floats(0.01, 1e6)), min_size=1, max_size=8),
    st.floats(0.0, 1e5),
)
def test_parts_always_sum_to_the_total_and_none_is_negative(parts, total):
    values = np.array([[value] for value, _ in parts])
    variance = np.array([[size] for _, size in parts])
    answer = reconcile(values, variance, np.array([total]))
    assert answer.sum() == pytest.approx(total, abs=1e-6)
    assert (answer >= 0).all()
