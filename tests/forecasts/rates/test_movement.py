"""The smallest movement, by hand."""

import numpy as np
import pytest

from forecasts.rates.movement import allowed, smallest_moves, smallest_recoding

OPEN = np.ones((26, 2), dtype=bool)
NOBODY = np.zeros((26, 2))


def by_age(table: dict[int, list[float]], columns: int) -> np.ndarray:
    full = np.zeros((26, columns))
    for age, counts in table.items():
        full[age] = counts
    return full


def moved(
    stock: np.ndarray,
    leave: np.ndarray = NOBODY,
    joiners: np.ndarray = NOBODY,
    can_go: np.ndarray = OPEN,
    never_entered: np.ndarray | None = None,
) -> np.ndarray:
    """The smallest moves of young people of one need, age x from x to."""
    same = np.ones((26, 1, 1))
    moves = smallest_moves(stock[:, None], leave, same, joiners[:, None], can_go, never_entered)
    return moves[:, 0]


def test_settings_end_and_begin_at_their_ages():
    can = allowed(("EYP", "MSAC", "SPLA", "FE", "NEET", "EOTAS"))
    assert can[4].tolist() == [True, True, True, False, False, True]
    assert can[5].tolist() == [False, True, True, False, False, True]
    assert can[15].tolist() == [False, True, True, False, False, True]
    assert can[16].tolist() == [False, True, True, True, True, True]
    assert can[20].tolist() == [False, False, False, True, True, True]


def test_only_the_surplus_moves():
    stock = by_age({10: [80, 20], 11: [60, 40]}, 2)
    moves = moved(stock)
    assert moves[10] == pytest.approx(np.array([[0.75, 0.25], [0.0, 1.0]]))


def test_joiners_fill_a_setting_before_anybody_moves_there():
    stock = by_age({10: [80, 20], 11: [60, 40]}, 2)
    joiners = by_age({11: [0, 20]}, 2)
    moves = moved(stock, joiners=joiners)
    assert moves[10, 0] == pytest.approx([72 / 80, 8 / 80])


def test_leavers_are_taken_off_before_movement_is_worked_out():
    stock = by_age({10: [80, 20], 11: [60, 40]}, 2)
    leave = by_age({10: [0.5, 0.0]}, 2)
    moves = moved(stock, leave)
    assert moves[10, 0] == pytest.approx([36 / 40, 4 / 40])


def test_everybody_leaves_a_setting_that_ends():
    ends = OPEN.copy()
    ends[11:, 1] = False
    stock = by_age({10: [80, 20], 11: [95, 5], 12: [90, 10]}, 2)
    moves = moved(stock, can_go=ends)
    assert moves[10] == pytest.approx(np.array([[1.0, 0.0], [1.0, 0.0]]))
    assert moves[11, 1] == pytest.approx([1.0, 0.0])


def test_one_placed_before_the_usual_age_may_stay():
    begins = OPEN.copy()
    begins[:16, 1] = False
    stock = by_age({14: [99, 1], 15: [98, 2]}, 2)
    moves = moved(stock, can_go=begins)
    assert moves[14] == pytest.approx(np.eye(2))


def test_rows_sum_to_one_even_at_ages_without_plans():
    moves = moved(NOBODY)
    assert moves.sum(axis=2) == pytest.approx(np.ones((26, 2)))


def test_nobody_moves_where_nobody_may_but_those_there_leave_as_before():
    stock = by_age({10: [80, 20, 0], 11: [50, 30, 20], 12: [50, 40, 10], 13: [40, 40, 20]}, 3)
    nobody, can = np.zeros((26, 3)), np.ones((26, 3), dtype=bool)
    last = np.array([False, False, True])
    freely, closed = (moved(stock, nobody, nobody, can, rule) for rule in (None, last))
    # 30 leave the first, 10 for the second and 20 for the last; with the rule all for the second.
    assert freely[10, 0] == pytest.approx([0.625, 0.125, 0.25])
    assert closed[10, 0] == pytest.approx([0.625, 0.375, 0.0])
    assert freely[11] == pytest.approx(np.array([[1, 0, 0], [0, 1, 0], [0, 0.5, 0.5]]))
    assert closed[11] == pytest.approx(freely[11])
    # Only the last is short at 13, so all stay.
    assert freely[12, 0] == pytest.approx([0.8, 0.0, 0.2])
    assert closed[12] == pytest.approx(np.eye(3))


def test_each_need_moves_to_its_own_pattern():
    stock = np.zeros((26, 2, 2))
    stock[10], stock[11] = [[80, 20], [80, 20]], [[60, 40], [80, 20]]
    same = np.tile(np.eye(2), (26, 1, 1))
    moves = smallest_moves(stock, NOBODY, same, np.zeros((26, 2, 2)), OPEN)
    assert moves[10, 0] == pytest.approx(np.array([[0.75, 0.25], [0.0, 1.0]]))
    assert moves[10, 1] == pytest.approx(np.eye(2))


def test_those_recorded_with_another_need_bring_their_setting():
    stock = np.zeros((26, 2, 2))
    stock[10], stock[11] = [[40, 0], [30, 30]], [[30, 0], [40, 40]]
    change = np.tile(np.eye(2), (26, 1, 1))
    change[10, 0] = [0.5, 0.5]
    # 20 of the first need's 40 are recorded with the second: 50 and 30 there, 40 and 40 wanted.
    moves = smallest_moves(stock, NOBODY, change, np.zeros((26, 2, 2)), OPEN)
    assert moves[10, 1] == pytest.approx(np.array([[0.8, 0.2], [0.0, 1.0]]))


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


def test_cohorts_move_as_two_januaries_show_and_not_as_one_does():
    """Everywhere half are in each setting, and each cohort keeps its own: nobody has moved.

    A year on, fewer of each age are in the first setting, because those who came to the age were
    fewer there already. One January alone would show moves from age to age.
    """
    first = np.linspace(0.9, 0.4, 26)
    now = np.stack([first, 1 - first], axis=1)[:, None] * 100
    later = np.concatenate([now[:1], now[:-1]])
    same = np.ones((26, 1, 1))
    none = np.zeros((26, 1, 2))
    one = smallest_moves(now, NOBODY, same, none, OPEN)
    both = smallest_moves(now, NOBODY, same, none, OPEN, after=later)
    assert one[5, 0, 0, 1] > 0.01
    assert both[:25, 0] == pytest.approx(np.broadcast_to(np.eye(2), (25, 2, 2)))
