"""The compiled steps of one year of one path: leave, move, grow older, join, be counted.

A plan is its cell (need x setting x age, age last, so that growing older adds 1), its home and its
slot. Chances are turned into whole numbers to 2^31 once a year and cell, so that a plan's year is a
look-up and two comparisons. What the arrays are is said in `course.laid_out`; others are of cells
(`now`: plans in each; `holds`: those that hold somebody) or of plans (`cell`, `home`, `slot`, and
`part` of this year's word).
"""

from math import lgamma

import numpy as np
from numba import njit

from forecasts.randomness import (
    CERTAIN,
    first_slot,
    leaving_part,
    mixed,
    moving_part,
    recording_part,
    slot_of_joiner,
    uniform,
)
from forecasts.simulation.solving import FEWEST_JOINERS, odds_times, solve_leaving

NOTHING = 1e-12
MOST_IN_A_CELL = 2**16 - 1

LARGE_RATE = 500.0


@njit(cache=True, nogil=True)
def poisson(rate, chance):
    """Return the Poisson count at a chance: a higher rate never gives a smaller count."""
    if chance < 1.0 - rate:
        return 0
    number = 0
    if rate > LARGE_RATE:  # exp(-rate) would vanish: start where next to nothing lies below
        number = int(rate - 12.0 * np.sqrt(rate))
    term = np.exp(number * np.log(rate) - rate - lgamma(number + 1.0))
    below = term
    most = rate + 40.0 * np.sqrt(rate) + 40.0
    while chance > below and number < most:
        number += 1
        term *= rate / number
        below += term
    return number


@njit(cache=True, nogil=True, error_model="numpy")
def set_leaving(leave, luck, age_leave, group, age_class, chance):
    """Set the chance of leaving of each setting and age; nobody is older than the last age."""
    ages, settings = leave.shape
    for s in range(settings):
        for a in range(ages - 1):
            c = age_class[a]
            chance[s, a] = odds_times(leave[a, s], luck[c, group[s]] * age_leave[c])
        chance[s, ages - 1] = 1.0


@njit(cache=True, nogil=True, error_model="numpy")
def set_joining(join, any_join, luck, age_join, place_luck, age_class, exposure, joining):
    """Set joiners expected of each age, need and home, and those of each age and need."""
    ages, needs, places = join.shape
    for a in range(ages):
        c = age_class[a]
        for n in range(needs):
            joining[a, n] = 0.0
            if any_join[a, n]:
                times = luck[c, n] * age_join[c]
                for at in range(places):
                    exposure[a, n, at] = join[a, n, at] * times * place_luck[at]
                for at in range(places):
                    joining[a, n] += exposure[a, n, at]


@njit(cache=True, nogil=True, error_model="numpy")
def solve_leaver(now, chance, usual, total, number):
    """Return 1, or how much more must leave where the fewest joiners would be too many."""
    fewest = FEWEST_JOINERS * usual
    if usual <= 0.0:
        return 1.0
    number[:] = 0.0
    flat, size = chance.ravel(), chance.size
    for first in range(0, len(now), size):
        for k in range(size):
            number[k] += now[first + k]
    staying = 0.0
    for k in range(size):
        staying += number[k] * (1.0 - flat[k])
    if total - staying >= fewest:
        return 1.0
    return solve_leaving(number, flat, fewest, total)


@njit(cache=True, nogil=True, error_model="numpy")
def leave(key, present, cell, home, slot, part, leave_below, change_below, changes, ages, now):
    """Let plans leave, close the ranks, and record other needs; return how many are left."""
    now[:] = 0
    staying = 0
    size = len(now) // changes.shape[1]
    for i in range(present):
        word = mixed(slot[i] ^ key)
        where = cell[i]
        stays = leaving_part(word) >= leave_below[where]
        if recording_part(word) < change_below[where]:
            share = recording_part(word) / change_below[where]
            need, age = where // size, where % ages
            where = np.uint16(where + (another(changes[age, need], need, share) - need) * size)
        cell[staying], home[staying] = where, home[i]
        slot[staying], part[staying] = slot[i], moving_part(word)
        now[where] += stays
        staying += stays
    return staying


@njit(cache=True, nogil=True, error_model="numpy")
def another(chances, need, share):
    """Return the need in which the running chances of all others pass a share of them."""
    whole = 0.0
    for k in range(len(chances)):
        if k != need:
            whole += chances[k]
    point = share * whole * (1.0 - NOTHING)
    reached = 0.0
    other = need
    for k in range(len(chances)):
        if k != need and chances[k] > 0.0:
            reached += chances[k]
            other = k
            if reached > point:
                break
    return other


@njit(cache=True, nogil=True, error_model="numpy")
def gather(held, holds, now, stay, move_groups, luck, group_of, class_of, age_of, weight, odds):
    """Sum who may move where, a row for each age and setting group."""
    groups = odds.shape[1]
    weight[:] = 0.0
    odds[:] = 0.0
    for k in range(held):
        cell = holds[k]
        own = group_of[cell]
        times = luck[class_of[cell], own]
        row = age_of[cell] * groups + own
        weight[row] += now[cell]
        share = now[cell] / (stay[cell] + times * (1.0 - stay[cell]))
        for g in range(groups):
            odds[row, g] += share * times * move_groups[cell, g]
        odds[row, own] += share * (1.0 - times) * stay[cell]


@njit(cache=True, nogil=True, error_model="numpy")
def gather_joiners(joining, factor, join_groups, weight, odds):
    """Add who may join where, a row for each age, and make every row odds of one plan."""
    ages, needs = joining.shape
    groups = odds.shape[1]
    for a in range(ages):
        row = ages * groups + a
        for n in range(needs):
            number = joining[a, n] * factor[n]
            if number > 0.0:
                weight[row] += number
                for g in range(groups):
                    odds[row, g] += number * join_groups[a, n, g]
    for row in range(len(weight)):
        if weight[row] > 0.0:
            for g in range(groups):
                odds[row, g] /= weight[row]


@njit(cache=True, nogil=True, error_model="numpy")
def set_moving(held, holds, stay, move_groups, luck, factor, group_of, class_of, below, going):
    """Set who stays in a setting, and the odds of all others together, of each cell held."""
    for k in range(held):
        cell = holds[k]
        own = group_of[cell]
        every = 0.0
        for g in range(len(factor)):
            every += move_groups[cell, g] * factor[g]
        same = stay[cell] * factor[own]
        going[cell] = max(every - same, 0.0)
        times = luck[class_of[cell], own]
        if going[cell] <= NOTHING * every:
            below[cell] = np.uint32(CERTAIN)
        else:
            below[cell] = np.uint32(CERTAIN * same / (same + going[cell] * times))


@njit(cache=True, nogil=True, error_model="numpy")
def grow(
    present, cell, home, part, moving, below, going, choices, choice, odds, times, ages, now, held
):  # fmt: skip
    """Let every plan grow a year older and perhaps change setting, and count it."""
    now[:] = 0
    settings = len(times)
    places = held.shape[1]
    flat = held.ravel()
    movers = 0
    for i in range(present):
        moving[movers] = i
        movers += part[i] >= below[cell[i]]
    for k in range(movers):
        i = moving[k]
        where = np.int64(cell[i])
        point = (part[i] - below[where] + 0.5) / (CERTAIN - below[where]) * going[where]
        reached = 0.0
        passed = 0
        for other in range(choices[where]):
            reached += odds[where, other] * times[choice[where, other]]
            passed += reached <= point
        to = np.int64(choice[where, min(passed, choices[where] - 1)])
        cell[i] = where + (to - where // ages % settings) * ages
    for i in range(present):
        where = np.int64(cell[i]) + 1
        cell[i] = where
        now[where] += 1
        flat[where * places + home[i]] += 1


@njit(cache=True, nogil=True, error_model="numpy")
def draw_joiners(key, exposure, any_join, factor, number):
    """Set how many join of each age, need and home; return how many in all."""
    ages, needs, places = exposure.shape
    total = 0
    for a in range(ages):
        for n in range(needs):
            if any_join[a, n]:
                for at in range(places):
                    rate = exposure[a, n, at] * factor[n]
                    where = (a * needs + n) * places + at
                    number[where] = 0
                    if rate > 0.0:
                        number[where] = poisson(rate, uniform(key, np.uint64(where)))
                        total += number[where]
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def let_join(
    key, year, number, any_join, places, present, cell, home, slot,
    join_setting, times, now, held,
):  # fmt: skip
    """Add those who join, each in a setting of its own luck, and count them."""
    ages, needs, settings = join_setting.shape
    reached = np.empty(settings)
    for a in range(ages):
        for n in range(needs):
            if not any_join[a, n]:
                continue
            whole = -1.0
            for at in range(places):
                many = number[(a * needs + n) * places + at]
                if many == 0:
                    continue
                if whole < 0.0:
                    whole = 0.0
                    for s in range(settings):
                        whole += join_setting[a, n, s] * times[s]
                        reached[s] = whole
                    whole *= 1.0 - NOTHING
                start = first_slot(year, (a * needs + n) * places + at)
                for which in range(many):
                    who = slot_of_joiner(start, which)
                    point = uniform(key, who) * whole
                    s = 0
                    for k in range(settings):
                        s += reached[k] <= point
                    where = (n * settings + s) * ages + a
                    cell[present], home[present], slot[present] = where, at, who
                    now[where] += 1
                    held[where, at] += 1
                    present += 1
    return present


@njit(cache=True, nogil=True, error_model="numpy")
def list_cells(now, holds):
    """List the cells that hold somebody; return how many there are."""
    size = 0
    for cell in range(len(now)):
        holds[size] = cell
        size += now[cell] > 0
    return size


@njit(cache=True, nogil=True, error_model="numpy")
def write_counts(used, count, holds, now, held, keys, counts):
    """Write plans of each cell and home behind what is written; empty them; return the end.

    Returns -1 where a cell holds more than can be counted. Room is needed for one cell more.
    """
    places = held.shape[1]
    for k in range(count):
        cell = holds[k]
        left = now[cell]
        if left > MOST_IN_A_CELL:
            return -1
        at = 0
        while left > 0:
            number = held[cell, at]
            keys[used], counts[used] = cell * places + at, number
            held[cell, at] = 0
            left -= number
            used += number > 0
            at += 1
    return used
