"""Compiled solvers: the factors that bring one path's year to what it should meet."""

import numpy as np
from numba import njit

FEWEST_JOINERS = 0.25
MOST_JOINERS = 20.0
NEED_RANGE = 4.0
MOST_LEAVE_ODDS = 1e4
SETTING_RANGE = 20.0
ITERATIONS = 8
CLOSE_ENOUGH = 0.02
BISECTIONS = 32


@njit(cache=True, nogil=True, error_model="numpy")
def odds_times(chance, factor):
    """Return a chance with its odds multiplied; 0 and 1 stay."""
    return factor * chance / (1.0 - chance + factor * chance)


@njit(cache=True, nogil=True, error_model="numpy")
def solve_leaving(number, chance, fewest, target):
    """Return the factor on the odds of leaving that leaves room for the fewest joiners."""
    low, high = 0.0, np.log(MOST_LEAVE_ODDS)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        factor = np.exp(middle)
        left = 0.0
        for cell in range(len(number)):
            if number[cell] > 0:
                left += number[cell] * (1.0 - odds_times(chance[cell], factor))
        if left > target - fewest:
            low = middle
        else:
            high = middle
    return np.exp((low + high) / 2)


@njit(cache=True, nogil=True, error_model="numpy")
def solve_joining(usual, staying, wanted, total, factor):
    """Set the joiner factor of each need; return the factor of all joiners together.

    Joiners make up what the total lacks, between a quarter and twenty times the usual number. Needs
    share them so that each comes near its own target, none further than four-fold from the rest;
    what one need cannot take or give spills over to the others.
    """
    expected, here = usual.sum(), staying.sum()
    if expected <= 0.0:
        factor[:] = 1.0
        return 1.0
    level = min(max((total - here) / expected, FEWEST_JOINERS), MOST_JOINERS)
    if wanted.sum() <= 0.0:
        factor[:] = level
        return level
    low, high = level / NEED_RANGE, level * NEED_RANGE
    for need in range(len(usual)):
        if usual[need] > 0.0:
            factor[need] = min(max((wanted[need] - staying[need]) / usual[need], low), high)
        else:
            factor[need] = level
    few, many = NEED_RANGE**-2, NEED_RANGE**2
    for _ in range(BISECTIONS):
        times = np.sqrt(few * many)
        reached = 0.0
        for need in range(len(usual)):
            reached += usual[need] * min(max(factor[need] * times, low), high)
        if reached < level * expected:
            few = times
        else:
            many = times
    for need in range(len(usual)):
        factor[need] = min(max(factor[need] * np.sqrt(few * many), low), high)
    return level


@njit(cache=True, nogil=True, error_model="numpy")
def _solved(matrix, right):
    """Solve a small linear system in place by elimination with pivots."""
    size = len(right)
    for column in range(size):
        pivot = column
        for row in range(column + 1, size):
            if abs(matrix[row, column]) > abs(matrix[pivot, column]):
                pivot = row
        if pivot != column:
            for k in range(size):
                matrix[column, k], matrix[pivot, k] = matrix[pivot, k], matrix[column, k]
            right[column], right[pivot] = right[pivot], right[column]
        for row in range(column + 1, size):
            share = matrix[row, column] / matrix[column, column]
            if share != 0.0:
                for k in range(column, size):
                    matrix[row, k] -= share * matrix[column, k]
                right[row] -= share * right[column]
    for column in range(size - 1, -1, -1):
        for k in range(column + 1, size):
            right[column] -= matrix[column, k] * right[k]
        right[column] /= matrix[column, column]


@njit(cache=True, nogil=True, error_model="numpy")
def solve_placing(weights, odds, targets, factor):
    """Set multipliers on setting groups with which expected counts meet the targets.

    Row r's plans go to group g with chance `odds_rg m_g / sum_k odds_rk m_k`. The multipliers
    minimise a convex function whose slope is expected less target, by Newton's method from the
    factors given; they are held between 1/20 and 20, so a target that no reasonable movement
    reaches is met in part.
    """
    rows, count = odds.shape
    total = weights.sum()
    if total <= 0.0 or targets.sum() <= 0.0:
        factor[:] = 1.0
        return
    wanted = np.maximum(targets, 1e-3)
    wanted *= total / wanted.sum()
    bound = np.log(SETTING_RANGE)
    logs = np.log(factor)
    chance = np.empty(count)
    slope = np.empty((count, count))
    expected = np.empty(count)
    for _ in range(ITERATIONS):
        slope[:] = 0.0
        expected[:] = 0.0
        for row in range(rows):
            weight = weights[row]
            if weight <= 0.0:
                continue
            whole = 0.0
            for group in range(count):
                chance[group] = odds[row, group] * factor[group]
                whole += chance[group]
            for group in range(count):
                chance[group] /= whole
                share = weight * chance[group]
                expected[group] += share
                if share > 0.0:
                    for other in range(group + 1):
                        slope[group, other] -= share * chance[other]
        miss = expected - wanted
        if np.abs(miss).max() < CLOSE_ENOUGH:
            break
        for group in range(count):
            for other in range(group):
                slope[other, group] = slope[group, other]
            slope[group, group] += expected[group] + 1e-6 * wanted[group] + 1e-6
        _solved(slope, miss)
        for group in range(count):
            step = min(max(miss[group], -1.0), 1.0)
            logs[group] = min(max(logs[group] - step, -bound), bound)
            factor[group] = np.exp(logs[group])
    middle = (logs * wanted).sum() / total
    for group in range(count):
        factor[group] = np.exp(min(max(logs[group] - middle, -bound), bound))
