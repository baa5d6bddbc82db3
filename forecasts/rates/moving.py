"""Moving by linked years: who changes setting, phase transfers apart, and where they go.

Published tables show only the fewest moves that explain them (`movement`); linked years show the
turnover too. Chances of moving are those of England by stage and setting group, shifted by own
moves by stage and group, then by age and setting, then by need and group; what share of the
published pattern within a stage to keep is chosen by how well it explains own moves. Where movers
go follows the published moves, shifted by own movers.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from forecasts.panel import Floats, setting_groups
from forecasts.rates.certainty import AGE_CLASSES, class_of_age
from forecasts.rates.defaults import AGES
from forecasts.rates.leaving import group_of_setting
from forecasts.rates.linked import Steps
from forecasts.rates.movement import NOT_RECORDED, allowed
from forecasts.rates.profiles import rows_to_one, settings
from forecasts.rates.shrinkage import (
    Shrunk,
    pooled_variance,
    shrunk_chances,
    shrunk_counts,
    spread_after,
    stepped_chance,
    summed,
)

# Stages by age at the start of a step. Phases change at the start of the ages 3 and 4 (early years
# to school), 10 (to secondary), 15 (to post-16) and 18 (to post-19); each of those is its own.
STAGES = ((0, 2), (3, 4), (5, 9), (10, 10), (11, 14), (15, 15), (16, 17), (18, 18), (19, 25))
LEAST_MOVE, MOST_MOVE = 0.003, 0.97
PATTERNS = (0.0, 0.25, 0.5, 0.75, 1.0)
ANYWHERE = 0.1
FEWEST = 1e-9


def stage_of_age() -> NDArray[np.int64]:
    """Return the place in `STAGES` of each age 0 to 25."""
    return np.searchsorted([last for _, last in STAGES], np.arange(AGES)).astype(np.int64)


def linked_moves(move: Floats, placed: Floats, steps: Steps) -> tuple[Floats, Floats]:
    """Return chances of each setting a year on (26 x N x S x S), and the spread about them.

    Args:
        move: Chances by published tables, 26 x N x S x S.
        placed: Shares of settings by age and need, 26 x N x S: where movers go besides.
        steps: Counts of linked years.

    Returns:
        The chances, rows summing to 1; and the standard deviation of the log odds of moving, age
        class x setting group.
    """
    count = move.shape[2]
    same = np.eye(count)
    stays = np.diagonal(steps.moved, axis1=2, axis2=3)
    of = steps.moved.sum(axis=3)
    out, spread = _chances_of_moving(1.0 - np.diagonal(move, axis1=2, axis2=3), of - stays, of)
    where = _destinations(move * (1.0 - same), placed, steps.moved * (1.0 - same))
    out = np.where(where.sum(axis=3) > 0, out, 0.0)
    return out[..., None] * where + (1.0 - out)[..., None] * same, spread


def _chances_of_moving(published: Floats, moved: Floats, of: Floats) -> tuple[Floats, Floats]:
    forced = published >= 1.0 - FEWEST
    of, moved = np.where(forced, 0.0, of), np.where(forced, 0.0, moved)
    age, need, setting = np.indices(published.shape)
    group, groups = group_of_setting()[setting], len(setting_groups())
    stage_group = stage_of_age()[age] * groups + group
    class_group = class_of_age()[age] * groups + group
    settled = [need * groups + group, age * published.shape[2] + setting]
    middle = _middle(published, of, forced, stage_group)
    tried: list[tuple[float, Floats, Shrunk]] = []
    for share in PATTERNS:
        within = logit(np.clip(published, LEAST_MOVE, MOST_MOVE)) - logit(middle)
        chance = expit(logit(middle) + share * within)
        found = _found(moved, of, chance, stage_group)
        tried.append((found.evidence, chance, found))
    _, chance, found = max(tried, key=lambda each: each[0])
    variance, told = np.zeros(len(AGE_CLASSES) * groups), of
    for cell in [stage_group, *settled[::-1]]:
        if cell is not stage_group:
            found = _found(moved, of, chance, cell)
        chance = stepped_chance(chance, found.step[cell])
        told = of * chance * (1.0 - chance)
        variance += pooled_variance(found.spread, told, cell, class_group)
    sd = spread_after(variance, summed(told, class_group, len(variance)))
    return np.where(forced, published, chance), sd.reshape(len(AGE_CLASSES), groups)


def _found(moved: Floats, of: Floats, chance: Floats, cell: NDArray[np.int64]) -> Shrunk:
    return shrunk_chances(
        moved.ravel(), of.ravel(), chance.ravel(), cell.ravel(), int(cell.max()) + 1
    )


def _middle(
    published: Floats, of: Floats, forced: NDArray[np.bool_], cell: NDArray[np.int64]
) -> Floats:
    """Mean published chance of moving of each row's stage and group, weighed by own plans."""
    weight = np.where(forced, 0.0, of + 1e-3)
    count = int(cell.max()) + 1
    mean = summed(weight * published, cell, count) / np.maximum(summed(weight, cell, count), FEWEST)
    return np.clip(mean, LEAST_MOVE, MOST_MOVE)[cell]


def _destinations(published: Floats, placed: Floats, moved: Floats) -> Floats:
    """Shares of settings moved to, 26 x N x S x S; no share of the one moved from.

    Published moves, a tenth of them spread as plans of the next age are placed, shifted by own
    movers by stage, group moved from and setting moved to, then by need and setting moved to.
    """
    count = published.shape[2]
    enterable = allowed(settings()) & ~np.isin(settings(), NOT_RECORDED)
    after = (
        np.concatenate([placed[1:], placed[-1:]])
        * np.concatenate([enterable[1:], enterable[-1:]])[:, None]
    )
    anywhere = rows_to_one(after[:, :, None] * (1.0 - np.eye(count)))
    given = rows_to_one(published)
    known = given.sum(axis=3, keepdims=True) > 0
    where = np.where(known, (1.0 - ANYWHERE) * given + ANYWHERE * anywhere, anywhere)
    moved = np.where(where > 0, moved, 0.0)
    movers = moved.sum(axis=3, keepdims=True)
    need, to = np.arange(where.shape[1])[:, None, None], np.arange(count)
    stage, origin = stage_of_age()[:, None, None, None], group_of_setting()[:, None]
    place = (stage * len(setting_groups()) + origin) * count + to
    for cell in (place, need * count + to):
        wide = np.broadcast_to(cell, where.shape)
        cells = int(cell.max()) + 1
        found = shrunk_counts(summed(moved, wide, cells), summed(movers * where, wide, cells))
        where = rows_to_one(where * np.exp(found.step)[cell])
    return where
