"""Sharing counts out: fitting a table to margins, and turning it into whole numbers."""

import zlib
from collections.abc import Sequence

import numpy as np

Margin = tuple[tuple[int, ...], np.ndarray]


def generator(seed: int, purpose: str) -> np.random.Generator:
    """Return the generator of one purpose, so that a new purpose never moves another's numbers."""
    return np.random.default_rng([seed, zlib.crc32(purpose.encode())])


def fit(table: np.ndarray, margins: Sequence[Margin], rounds: int = 60) -> np.ndarray:
    """Return `table` scaled in turn to each margin (iterative proportional fitting).

    Args:
        table: Positive weights; zeros stay zero.
        margins: Pairs of the axes that a target keeps (in order) and the target itself. A missing
            target cell (NaN) leaves its slice alone.
        rounds: Passes over all margins. The last margin holds exactly.
    """
    fitted = table.astype(float)
    for _ in range(rounds):
        for axes, target in margins:
            others = tuple(i for i in range(fitted.ndim) if i not in axes)
            current = fitted.sum(axis=others)
            factor = np.where(
                np.isnan(target), 1.0, np.divide(target, np.where(current > 0, current, 1.0))
            )
            fitted = fitted * np.expand_dims(factor, others)
    return fitted


def whole(expected: np.ndarray, total: int, rng: np.random.Generator) -> np.ndarray:
    """Return whole numbers near `expected` that sum to `total` (systematic rounding).

    Running totals are rounded with one random start, so any run of neighbouring cells is within 1
    of what was expected: sums over all but the leading axes are nearly exact.
    """
    flat = expected.astype(float).ravel()
    if total == 0 or flat.sum() <= 0:
        return np.zeros(expected.shape, dtype=np.int64)
    running = np.cumsum(flat) * (total / flat.sum())
    running[-1] = total
    steps = np.floor(running + rng.uniform(1e-6, 1 - 1e-6)).astype(np.int64)
    return np.diff(steps, prepend=0).reshape(expected.shape)


def whole_rows(expected: np.ndarray, totals: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return whole numbers near `expected` whose sums over all but the first axis are `totals`."""
    rows = [whole(row, int(t), rng) for row, t in zip(expected, totals, strict=True)]
    return np.stack(rows)


def part_of(counts: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return whole numbers, none above `counts`, that are about `share` of them."""
    shape = counts.shape
    return np.minimum(np.floor(counts * share + rng.random(shape)).astype(np.int64), counts)
