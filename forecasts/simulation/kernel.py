"""The compiled kernel: one path at a time, every plan by itself.

A year goes: leave, perhaps be recorded with another need, grow a year older and perhaps change
setting, join. What depends on the plans so far (how many must join, where they go) is solved on the
way, unless frozen factors are given. Random numbers are looked up by key (`forecasts.randomness`),
so that neither the order of plans nor the number of threads changes anything.
"""

import numpy as np
from numba import njit

from forecasts.randomness import Purpose, slot_of_joiner, stream, uniform

FEWEST_JOINERS = 0.25
MOST_JOINERS = 20.0
NEED_RANGE = 4.0
MOST_LEAVE_ODDS = 1e4
SETTING_RANGE = 20.0
ITERATIONS = 8
CLOSE_ENOUGH = 0.02
BISECTIONS = 40
LEAVE, MOVE, JOIN = int(Purpose.LEAVE), int(Purpose.MOVE), int(Purpose.JOIN)
JOIN_SETTING, CHANGE_NEED = int(Purpose.JOIN_SETTING), int(Purpose.CHANGE_NEED)


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
    share them so that each comes near its own target, none further than four-fold from the rest.
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
    for _ in range(ITERATIONS):
        reached = (factor * usual).sum()
        if abs(reached - level * expected) < 1e-9 * expected:
            break
        for need in range(len(usual)):
            factor[need] = min(max(factor[need] * level * expected / reached, low), high)
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
    minimise a convex function whose slope is expected less target, by Newton's method; they are
    held between 1/20 and 20, so a target that no reasonable movement reaches is met in part.
    """
    rows, count = odds.shape
    total = weights.sum()
    factor[:] = 1.0
    if total <= 0.0 or targets.sum() <= 0.0:
        return
    wanted = np.maximum(targets, 1e-3)
    wanted *= total / wanted.sum()
    bound = np.log(SETTING_RANGE)
    logs = np.zeros(count)
    chance = np.empty(count)
    for _ in range(ITERATIONS):
        slope = np.zeros((count, count))
        expected = np.zeros(count)
        for row in range(rows):
            if weights[row] <= 0.0:
                continue
            whole = 0.0
            for group in range(count):
                chance[group] = odds[row, group] * factor[group]
                whole += chance[group]
            for group in range(count):
                chance[group] /= whole
                expected[group] += weights[row] * chance[group]
            for group in range(count):
                if chance[group] > 0.0:
                    for other in range(group):
                        slope[group, other] -= weights[row] * chance[group] * chance[other]
                    slope[group, group] -= weights[row] * chance[group] * chance[group]
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
        factor[group] = np.exp(logs[group] - middle)


@njit(cache=True, nogil=True, error_model="numpy")
def poisson(rate, chance):
    """Return the Poisson count at a chance: a higher rate never gives a smaller count."""
    if chance < 1.0 - rate:
        return 0
    term = np.exp(-rate)
    below = term
    number = 0
    most = rate + 40.0 * np.sqrt(rate) + 40.0
    while chance > below and number < most:
        number += 1
        term *= rate / number
        below += term
    return number


@njit(cache=True, nogil=True, error_model="numpy")
def set_chances(
    leave, leave_luck, age_leave, join, join_luck, age_join, place_luck,
    group, age_class, leave_now, exposure, usual,
):  # fmt: skip
    """Set this year's chances of leaving, joiners by cell, and joiners of each need."""
    ages, needs, places = exposure.shape
    settings = len(group)
    usual[:] = 0.0
    for a in range(ages):
        c = age_class[a]
        for s in range(settings):
            odds = leave_luck[c, group[s]] * age_leave[c]
            leave_now[a * settings + s] = odds_times(leave[a, s], odds)
        for n in range(needs):
            times = join_luck[c, n] * age_join[c]
            for at in range(places):
                exposure[a, n, at] = join[a, n, at] * times * place_luck[at]
                usual[n] += exposure[a, n, at]


@njit(cache=True, nogil=True, error_model="numpy")
def leave_or_stay(
    key, key_need, present, age, need, setting, locality, slot,
    leave_now, same_need, change_need, staying, cell_count,
):  # fmt: skip
    """Let plans cease, move those that stay to the front, record other needs; return who left."""
    needs = len(staying)
    settings = len(leave_now) // (len(same_need) // needs)
    staying[:] = 0.0
    j = 0
    for i in range(present):
        a, s, n = np.int64(age[i]), np.int64(setting[i]), np.int64(need[i])
        if uniform(key, slot[i]) < leave_now[a * settings + s]:
            continue
        kind = a * needs + n
        if same_need[kind] < 1.0:
            luck = uniform(key_need, slot[i])
            if luck >= same_need[kind]:
                n = _another(change_need, kind, n, luck - same_need[kind])
        age[j], need[j], setting[j] = a, n, s
        locality[j], slot[j] = locality[i], slot[i]
        staying[n] += 1.0
        cell_count[(a * needs + n) * settings + s] += 1
        j += 1
    return present - j


@njit(cache=True, nogil=True, error_model="numpy")
def _another(change_need, kind, but, luck):
    point = luck * (1.0 - 1e-12)
    reached = 0.0
    other = but
    for n in range(change_need.shape[1]):
        if n != but and change_need[kind, n] > 0.0:
            reached += change_need[kind, n]
            other = n
            if reached > point:
                break
    return other


@njit(cache=True, nogil=True, error_model="numpy")
def gather_rows(
    cell_count, stay, move_groups, move_luck, group, age_class,
    exposure, joiner, join_groups, row_weight, row_odds,
):  # fmt: skip
    """Sum who may go where: a row for each age and setting group, and for joiners of each age."""
    ages, needs, places = exposure.shape
    settings, groups = len(group), row_odds.shape[1]
    row_weight[:] = 0.0
    row_odds[:] = 0.0
    for cell in range(len(cell_count)):
        number = cell_count[cell]
        if number == 0:
            continue
        a, s = cell // (needs * settings), cell % settings
        own = group[s]
        times = move_luck[age_class[a], own]
        row = a * groups + own
        whole = stay[cell] + times * (1.0 - stay[cell])
        row_weight[row] += number
        for g in range(groups):
            row_odds[row, g] += number * times * move_groups[cell, g] / whole
        row_odds[row, own] += number * (1.0 - times) * stay[cell] / whole
    for a in range(ages):
        row = ages * groups + a
        for n in range(needs):
            number_joining = 0.0
            for at in range(places):
                number_joining += exposure[a, n, at]
            number_joining *= joiner[n]
            if number_joining > 0.0:
                row_weight[row] += number_joining
                for g in range(groups):
                    row_odds[row, g] += number_joining * join_groups[a * needs + n, g]
    for row in range(len(row_weight)):
        if row_weight[row] > 0.0:
            for g in range(groups):
                row_odds[row, g] /= row_weight[row]


@njit(cache=True, nogil=True, error_model="numpy")
def set_moves(
    cell_count, stay, move_groups, move_luck, factor, group, age_class, needs,
    starts, choice, odds, times, stay_chance, reached,
):  # fmt: skip
    """Set who moves and where to, of each cell that holds anybody; forget the counts."""
    settings, groups = len(group), len(factor)
    for cell in range(len(cell_count)):
        if cell_count[cell] == 0:
            continue
        cell_count[cell] = 0
        a, s = cell // (needs * settings), cell % settings
        all_odds = 0.0
        for g in range(groups):
            all_odds += move_groups[cell, g] * factor[g]
        same = stay[cell] * factor[group[s]]
        moving = max(all_odds - same, 0.0) * move_luck[age_class[a], group[s]]
        stay_chance[cell] = 1.0 if moving <= 1e-12 * all_odds else same / (same + moving)
        if stay_chance[cell] < 1.0:
            add_up(starts, choice, odds, cell, times, s, reached)


@njit(cache=True, nogil=True, error_model="numpy")
def grow_older(
    key, present, age, need, setting, locality, slot,
    stay_chance, starts, choice, reached, by_age_setting, held, keep, shape,
):  # fmt: skip
    """Make every plan a year older, in its next setting, and count it."""
    needs, settings, ages, places = shape
    by_age_setting[:] = 0.0
    for i in range(present):
        a, n, s = np.int64(age[i]), np.int64(need[i]), np.int64(setting[i])
        cell = (a * needs + n) * settings + s
        chance = stay_chance[cell]
        if chance < 1.0:
            luck = uniform(key, slot[i])
            if luck >= chance:
                s = picked(starts, choice, reached, cell, (luck - chance) / (1.0 - chance))
                setting[i] = s
        a += 1
        age[i] = a
        by_age_setting[a * settings + s] += 1.0
        held[keep[((n * settings + s) * ages + a) * places + np.int64(locality[i])]] += 1


@njit(cache=True, nogil=True, error_model="numpy")
def count_joiners(key, exposure, joiner, number):
    """Set how many join in each cell; return how many in all."""
    ages, needs, places = exposure.shape
    total = 0
    for a in range(ages):
        for n in range(needs):
            for at in range(places):
                cell = (a * needs + n) * places + at
                rate = exposure[a, n, at] * joiner[n]
                number[cell] = poisson(rate, uniform(key, np.uint64(cell))) if rate > 0.0 else 0
                total += number[cell]
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def let_join(
    key, year, number, present, age, need, setting, locality, slot,
    starts, choice, odds, times, reached, by_age_setting, held, keep, shape,
):  # fmt: skip
    """Add the plans that join, each in a setting of its own luck, and count them."""
    needs, settings, ages, places = shape
    of_kind = -1
    for cell in range(len(number)):
        if number[cell] == 0:
            continue
        kind, at = cell // places, cell % places
        a, n = kind // needs, kind % needs
        if kind != of_kind:
            add_up(starts, choice, odds, kind, times, -1, reached)
            of_kind = kind
        for which in range(number[cell]):
            who = slot_of_joiner(year, cell, which)
            s = picked(starts, choice, reached, kind, uniform(key, who))
            age[present], need[present], setting[present] = a, n, s
            locality[present], slot[present] = at, who
            present += 1
            by_age_setting[a * settings + s] += 1.0
            held[keep[((n * settings + s) * ages + a) * places + at]] += 1


@njit(cache=True, nogil=True, error_model="numpy")
def add_up(starts, choice, odds, row, times, but, reached):
    """Set the running sums of a row's odds, times their factors; `but` has none.

    Row r's settings are `choice[starts[r]:starts[r + 1]]`, with their odds.
    """
    total = 0.0
    for k in range(starts[row], starts[row + 1]):
        if choice[k] != but:
            total += odds[k] * times[choice[k]]
        reached[k] = total


@njit(cache=True, nogil=True, error_model="numpy")
def picked(starts, choice, reached, row, luck):
    """Return a setting of a row by its running sums."""
    last = starts[row + 1] - 1
    point = luck * reached[last] * (1.0 - 1e-12)
    k = starts[row]
    while k < last and reached[k] <= point:
        k += 1
    return choice[k]


@njit(cache=True, nogil=True, error_model="numpy")
def number_held(held):
    """Return how many cells hold somebody."""
    size = 0
    for cell in range(len(held)):
        size += held[cell] > 0
    return size


@njit(cache=True, nogil=True, error_model="numpy")
def write_cells(held, keys, counts, used):
    """Write the cells that hold somebody behind those written before, and empty them."""
    for cell in range(len(held)):
        if held[cell] > 0:
            keys[used], counts[used] = cell, held[cell]
            held[cell] = 0
            used += 1


@njit(cache=True, nogil=True, error_model="numpy")
def _longer(values, size):
    more = np.empty(size, values.dtype)
    more[: len(values)] = values
    return more


@njit(cache=True, nogil=True, error_model="numpy")
def run_paths(
    first, last, seed, base,
    start_age, start_need, start_setting, start_locality, start_slot,
    join, leave, stay, moves, move_groups, same_need, change_need, joins, join_groups,
    group, age_class,
    leave_luck, join_luck, move_luck, place_luck,
    totals, wanted_groups, wanted_needs,
    age_join, age_leave,
    frozen, level, joiner, leaver, setting_factor,
    flows, keep, kept,
):  # fmt: skip
    """Run paths `first` to `last` - 1; return cells, counts, and how many each path and year has.

    Every array is described in `course`, `luck`, `factors` and `shocks`. `level`, `joiner`,
    `leaver` and `setting_factor` are read where `frozen`, else written; `flows` (path x year x
    stock, joiners, leavers) is written. `moves` and `joins` are sparse odds as `add_up` reads
    them. `keep` maps a full cell to the cell counted.
    """
    years, ages, needs, places = join.shape
    settings, groups = len(group), move_groups.shape[1]
    shape = (needs, settings, ages, places)
    plans = len(start_age)
    room = 2 * plans + 64
    age, need = np.empty(room, np.uint8), np.empty(room, np.uint8)
    setting, locality = np.empty(room, np.uint8), np.empty(room, np.uint16)
    slot = np.empty(room, np.uint64)
    cell_count = np.zeros(ages * needs * settings, np.int32)
    stay_chance = np.empty(ages * needs * settings)
    by_age_setting, leave_now = np.zeros(ages * settings), np.empty(ages * settings)
    held = np.zeros(kept, np.int32)
    exposure = np.empty((ages, needs, places))
    number = np.zeros(ages * needs * places, np.int32)
    usual, staying = np.empty(needs), np.empty(needs)
    row_weight = np.zeros(ages * groups + ages)
    row_odds = np.zeros((ages * groups + ages, groups))
    times = np.ones(settings)
    moved, placed = np.empty(len(moves[1])), np.empty(len(joins[1]))
    keys, counts = np.empty(1024, np.int32), np.empty(1024, np.int32)
    sizes = np.zeros((last - first, years + 1), np.int64)
    used = 0
    for path in range(first, last):
        age[:plans], need[:plans] = start_age, start_need
        setting[:plans], locality[:plans] = start_setting, start_locality
        slot[:plans] = start_slot
        present = plans
        _count_all(present, age, need, setting, locality, by_age_setting, held, keep, shape)
        flows[path, 0, 0] = present
        for ahead in range(years + 1):
            if ahead > 0:
                y, year = ahead - 1, base + ahead
                set_chances(
                    leave[y], leave_luck[path, y], age_leave[y], join[y], join_luck[path, y],
                    age_join[y], place_luck[path, y], group, age_class, leave_now, exposure, usual,
                )  # fmt: skip
                if not frozen:
                    leaver[path, y] = _leaver_factor(
                        by_age_setting, leave_now, usual.sum(), totals[path, y]
                    )
                if leaver[path, y] != 1.0:
                    for k in range(len(leave_now)):
                        leave_now[k] = odds_times(leave_now[k], leaver[path, y])
                left = leave_or_stay(
                    stream(seed, path, year, LEAVE), stream(seed, path, year, CHANGE_NEED),
                    present, age, need, setting, locality, slot,
                    leave_now, same_need, change_need, staying, cell_count,
                )  # fmt: skip
                present -= left
                if not frozen:
                    level[path, y] = solve_joining(
                        usual, staying, wanted_needs[path, y], totals[path, y], joiner[path, y]
                    )
                    gather_rows(
                        cell_count, stay, move_groups, move_luck[path], group, age_class,
                        exposure, joiner[path, y], join_groups, row_weight, row_odds,
                    )  # fmt: skip
                    solve_placing(
                        row_weight, row_odds, wanted_groups[path, y], setting_factor[path, y]
                    )
                for s in range(settings):
                    times[s] = setting_factor[path, y, group[s]]
                set_moves(
                    cell_count, stay, move_groups, move_luck[path], setting_factor[path, y],
                    group, age_class, needs, *moves, times, stay_chance, moved,
                )  # fmt: skip
                grow_older(
                    stream(seed, path, year, MOVE), present, age, need, setting, locality, slot,
                    stay_chance, moves[0], moves[1], moved, by_age_setting, held, keep, shape,
                )  # fmt: skip
                joined = count_joiners(
                    stream(seed, path, year, JOIN), exposure, joiner[path, y], number
                )
                if present + joined > len(age):
                    room = 2 * (present + joined)
                    age, need = _longer(age, room), _longer(need, room)
                    setting, locality = _longer(setting, room), _longer(locality, room)
                    slot = _longer(slot, room)
                let_join(
                    stream(seed, path, year, JOIN_SETTING), year, number, present,
                    age, need, setting, locality, slot,
                    *joins, times, placed, by_age_setting, held, keep, shape,
                )  # fmt: skip
                present += joined
                flows[path, ahead, 0] = present
                flows[path, ahead, 1] = joined
                flows[path, ahead, 2] = left
            size = number_held(held)
            if used + size > len(keys):
                keys, counts = _longer(keys, 2 * (used + size)), _longer(counts, 2 * (used + size))
            write_cells(held, keys, counts, used)
            used += size
            sizes[path - first, ahead] = size
    return keys[:used].copy(), counts[:used].copy(), sizes


@njit(cache=True, nogil=True, error_model="numpy")
def _leaver_factor(number, chance, usual, total):
    """Return 1, or what more must leave where even the fewest joiners would be too many."""
    if usual <= 0.0:
        return 1.0
    staying = 0.0
    for cell in range(len(number)):
        staying += number[cell] * (1.0 - chance[cell])
    if total - staying >= FEWEST_JOINERS * usual:
        return 1.0
    return solve_leaving(number, chance, FEWEST_JOINERS * usual, total)


@njit(cache=True, nogil=True, error_model="numpy")
def _count_all(present, age, need, setting, locality, by_age_setting, held, keep, shape):
    _, settings, ages, places = shape
    by_age_setting[:] = 0.0
    for i in range(present):
        a, n, s = np.int64(age[i]), np.int64(need[i]), np.int64(setting[i])
        by_age_setting[a * settings + s] += 1.0
        held[keep[((n * settings + s) * ages + a) * places + np.int64(locality[i])]] += 1
