"""The compiled kernel: one path at a time, every plan by itself.

A year goes: leave, perhaps be recorded with another need, grow a year older and perhaps change
setting, join. What depends on the plans so far (how many must join, where they go) is solved on the
way, unless frozen factors are given. Random numbers are looked up by key (`forecasts.randomness`),
so that neither the order of plans nor the number of threads changes anything.
"""

import numpy as np
from numba import njit

from forecasts.randomness import CERTAIN, Purpose, stream
from forecasts.simulation.solving import odds_times, solve_joining, solve_placing
from forecasts.simulation.stepping import (
    draw_joiners,
    gather,
    gather_joiners,
    grow,
    leave,
    let_join,
    list_cells,
    set_joining,
    set_leaving,
    set_moving,
    solve_leaver,
    write_counts,
)

PLAN, JOIN, JOIN_SETTING = int(Purpose.PLAN), int(Purpose.JOIN), int(Purpose.JOIN_SETTING)


@njit(cache=True, nogil=True)
def longer(values, size):
    """Return the values with room for more."""
    more = np.empty(size, values.dtype)
    more[: len(values)] = values
    return more


@njit(cache=True, nogil=True, error_model="numpy")
def run_paths(first, last, seed, base, start, course, labels, luck, wanted, factors, flows):
    """Run paths `first` to `last` - 1; return cells, counts, and how many each path and year has.

    A negative number of cells means that one of them holds more plans than can be counted.

    Args:
        first: First path.
        last: One after the last path.
        seed: Seed of the run.
        base: Base census year.
        start: Cell, home and slot of each plan at the base census.
        course: Arrays of `course.laid_out`.
        labels: Setting group of each setting; age class of each age.
        luck: Arrays of `luck.Luck`: leave, join, move, place.
        wanted: Arrays of `shocks.TargetPaths`: total, groups, needs.
        factors: Whether they are frozen, then arrays of `factors.Factors`: level, joiner, leaver,
            setting, age_join, age_leave. The first four are read where frozen, else written.
        flows: Path x year x stock, joiners, leavers; written.
    """
    join, any_join, leave_chance, stay, choices, choice, move_odds, move_groups = course[:8]
    changes, change_below, join_setting, join_groups = course[8:]
    group, age_class = labels
    leave_luck, join_luck, move_luck, place_luck = luck
    totals, wanted_groups, wanted_needs = wanted
    frozen, level, joiner, leaver, setting, age_join, age_leave = factors
    years, ages, needs, places = join.shape
    settings, groups = len(group), move_groups.shape[1]
    cells = needs * settings * ages
    plans = len(start[0])
    room = 2 * plans + 64
    cell, home, slot = np.empty(room, np.uint16), np.empty(room, np.uint16), longer(start[2], room)
    part, moving = np.empty(room, np.uint32), np.empty(room, np.int32)
    every = np.arange(cells)
    group_of, age_of = group[every // ages % settings], every % ages
    class_of = age_class[age_of]
    now, held, holds = np.zeros(cells, np.int32), np.zeros((cells, places), np.uint16), every.copy()
    chance, by_leaving = np.empty((settings, ages)), np.empty(settings * ages)
    leave_below, stay_below = np.empty(cells, np.uint32), np.empty(cells, np.uint32)
    going = np.empty(cells)
    exposure, joining = np.zeros((ages, needs, places)), np.empty((ages, needs))
    number = np.zeros(ages * needs * places, np.int32)
    usual, staying = np.empty(needs), np.empty(needs)
    weight, odds = np.empty(ages * groups + ages), np.empty((ages * groups + ages, groups))
    factor, times = np.ones(groups), np.ones(settings)
    most = (last - first) * (years + 1) * room  # only what is written takes memory
    keys, counts = np.empty(most, np.int32), np.empty(most, np.uint16)
    sizes = np.zeros((last - first, years + 1), np.int64)
    used = 0
    for path in range(first, last):
        cell[:plans], home[:plans], slot[:plans] = start
        present = plans
        now[:] = 0
        for i in range(plans):
            now[cell[i]] += 1
            held[cell[i], home[i]] += 1
        flows[path, 0, 0] = present
        factor[:] = 1.0
        for ahead in range(years + 1):
            if ahead > 0:
                y, year = ahead - 1, base + ahead
                set_leaving(leave_chance[y], leave_luck[path, y], age_leave[y], group, age_class,
                            chance)  # fmt: skip
                set_joining(join[y], any_join[y], join_luck[path, y], age_join[y],
                            place_luck[path, y], age_class, exposure, joining)  # fmt: skip
                for n in range(needs):
                    usual[n] = joining[:, n].sum()
                if not frozen:
                    leaver[path, y] = solve_leaver(
                        now, chance, usual.sum(), totals[path, y], by_leaving
                    )
                block = chance.ravel()
                for k in range(settings * ages):
                    leave_below[k] = np.uint32(CERTAIN * odds_times(block[k], leaver[path, y]))
                for n in range(1, needs):
                    leave_below[n * len(block) : (n + 1) * len(block)] = leave_below[: len(block)]
                before = present
                present = leave(
                    stream(seed, path, year, PLAN), present, cell, home, slot, part,
                    leave_below, change_below, changes, ages, now,
                )  # fmt: skip
                count = list_cells(now, holds)
                if not frozen:
                    for n in range(needs):
                        staying[n] = now[n * len(block) : (n + 1) * len(block)].sum()
                    level[path, y] = solve_joining(
                        usual, staying, wanted_needs[path, y], totals[path, y], joiner[path, y]
                    )
                    gather(count, holds, now, stay, move_groups, move_luck[path], group_of,
                           class_of, age_of, weight, odds)  # fmt: skip
                    gather_joiners(joining, joiner[path, y], join_groups, weight, odds)
                    solve_placing(weight, odds, wanted_groups[path, y], factor)
                    setting[path, y] = factor
                factor[:] = setting[path, y]
                times[:] = factor[group]
                set_moving(count, holds, stay, move_groups, move_luck[path], factor, group_of,
                           class_of, stay_below, going)  # fmt: skip
                grow(present, cell, home, part, moving, stay_below, going, choices, choice,
                     move_odds, times, ages, now, held)  # fmt: skip
                joined = draw_joiners(
                    stream(seed, path, year, JOIN), exposure, any_join[y], joiner[path, y], number
                )
                if present + joined > room:
                    room = 2 * (present + joined)
                    cell, home = longer(cell, room), longer(home, room)
                    slot, part = longer(slot, room), np.empty(room, np.uint32)
                    moving = np.empty(room, np.int32)
                flows[path, ahead, 1], flows[path, ahead, 2] = joined, before - present
                present = let_join(
                    stream(seed, path, year, JOIN_SETTING), year, number, any_join[y], places,
                    present, cell, home, slot, join_setting, times, now, held,
                )  # fmt: skip
                flows[path, ahead, 0] = present
            if used + present >= len(keys):
                keys = longer(keys, 2 * (used + present))
                counts = longer(counts, 2 * (used + present))
            end = write_counts(used, list_cells(now, holds), holds, now, held, keys, counts)
            sizes[path - first, ahead] = end - used
            if end < 0:
                return keys[:0], counts[:0], sizes
            used = end
    return keys[:used].copy(), counts[:used].copy(), sizes
