"""The smallest movement, by hand."""

import numpy as np
import pytest

from forecasts.movement import allowed, smallest_moves, smallest_recoding

OPEN = np.ones((26, 2), dtype=bool)


def by_age(table: dict[int, list[float]], columns: int) -> np.ndarray:
    full = np.zeros((26, columns))
    for age, counts in table.items():
        full[age] = counts
    return full


def test_settings_end_and_begin_at_their_ages():
    can = allowed(("EYP", "MSAC", "SPLA", "FE", "NEET", "EOTAS"))
    assert can[4].tolist() == [True, True, True, False, False, True]
    assert can[5].tolist() == [False, True, True, False, False, True]
    assert can[15].tolist() == [False, True, True, False, False, True]
    assert can[16].tolist() == [False, True, True, True, True, True]
    assert can[20].tolist() == [False, False, False, True, True, True]


def test_only_the_surplus_moves():
    stock = by_age({10: [80, 20], 11: [60, 40]}, 2)
    moves = smallest_moves(stock, np.zeros((26, 2)), np.zeros((26, 2)), OPEN)
    assert moves[10] == pytest.approx(np.array([[0.75, 0.25], [0.0, 1.0]]))


def test_joiners_fill_a_setting_before_anybody_moves_there():
    stock = by_age({10: [80, 20], 11: [60, 40]}, 2)
    joiners = by_age({11: [0, 20]}, 2)
    moves = smallest_moves(stock, np.zeros((26, 2)), joiners, OPEN)
    assert moves[10, 0] == pytest.approx([72 / 80, 8 / 80])


def test_leavers_are_taken_off_before_movement_is_worked_out():
    stock = by_age({10: [80, 20], 11: [60, 40]}, 2)
    leave = by_age({10: [0.5, 0.0]}, 2)
    moves = smallest_moves(stock, leave, np.zeros((26, 2)), OPEN)
    assert moves[10, 0] == pytest.approx([36 / 40, 4 / 40])


def test_everybody_leaves_a_setting_that_ends():
    ends = OPEN.copy()
    ends[11:, 1] = False
    stock = by_age({10: [80, 20], 11: [95, 5], 12: [90, 10]}, 2)
    moves = smallest_moves(stock, np.zeros((26, 2)), np.zeros((26, 2)), ends)
    assert moves[10] == pytest.approx(np.array([[1.0, 0.0], [1.0, 0.0]]))
    assert moves[11, 1] == pytest.approx([1.0, 0.0])


def test_one_placed_before_the_usual_age_may_stay():
    begins = OPEN.copy()
    begins[:16, 1] = False
    stock = by_age({14: [99, 1], 15: [98, 2]}, 2)
    moves = smallest_moves(stock, np.zeros((26, 2)), np.zeros((26, 2)), begins)
    assert moves[14] == pytest.approx(np.eye(2))


def test_rows_sum_to_one_even_at_ages_without_plans():
    moves = smallest_moves(np.zeros((26, 2)), np.zeros((26, 2)), np.zeros((26, 2)), OPEN)
    assert moves.sum(axis=2) == pytest.approx(np.ones((26, 2)))


def test_a_need_that_fades_with_age_gives_way_to_one_that_grows():
    stock = np.zeros((26, 2))
    stock[4:16, 0] = np.linspace(60, 10, 12)
    stock[4:16, 1] = 100 - stock[4:16, 0]
    changes = smallest_recoding(stock, np.zeros(26), np.zeros((26, 2)))
    assert changes[4, 0] == pytest.approx([stock[5, 0] / 60, 1 - stock[5, 0] / 60])
    assert np.array_equal(changes[:, 1], np.tile([0.0, 1.0], (26, 1)))


def test_needs_settle_by_sixteen():
    stock = np.zeros((26, 2))
    stock[4:, 0] = np.linspace(60, 10, 22)
    stock[4:, 1] = 100 - stock[4:, 0]
    changes = smallest_recoding(stock, np.zeros(26), np.zeros((26, 2)))
    assert np.array_equal(changes[15:], np.repeat(np.eye(2)[None], 11, axis=0))
