"""Counts: plans by need, setting, NCY and locality in every path and year, held compactly.

A cell is one small integer; only cells that hold somebody are kept. Any cut is summed from these,
so that whatever is counted comes from the same paths.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray

from forecasts.rates.defaults import AGES
from forecasts.simulation.course import NCY_OF_AGE_0

Ints = NDArray[np.int64]
Chunk = tuple[NDArray[np.int32], NDArray[np.uint16], Ints]


@dataclass(frozen=True)
class Counts:
    """Plans of every path and year, the base census first.

    Attributes:
        needs: Need codes; with settings, ages and localities they make the cells, in that order.
        settings: Setting codes.
        localities: Home localities.
        base: Base census year.
        chunks: Runs of paths: cells held, plans in each, and how many cells each path and year has.
    """

    needs: tuple[str, ...]
    settings: tuple[str, ...]
    localities: tuple[str, ...]
    base: int
    chunks: tuple[Chunk, ...]

    @property
    def paths(self) -> int:
        """Number of paths."""
        return sum(len(sizes) for _, _, sizes in self.chunks)

    @property
    def years(self) -> int:
        """Years ahead; the base census is one more."""
        return self.chunks[0][2].shape[1] - 1

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Cells by need, setting, age and locality."""
        return len(self.needs), len(self.settings), AGES, len(self.localities)

    def count_by(
        self,
        *,
        need: Sequence[int] | None = None,
        setting: Sequence[int] | None = None,
        age: Sequence[int] | None = None,
        locality: Sequence[int] | None = None,
    ) -> NDArray[np.int32]:
        """Return plans by path, year and the chosen axes, in the order need to locality.

        Args:
            need: For each need, its place on the axis, -1 to leave it out; None for no such axis.
            setting: The same for settings.
            age: The same for ages 0 to 25.
            locality: The same for localities.
        """
        size, target = [], np.zeros(self.shape, dtype=np.int64)
        for axis, places in enumerate((need, setting, age, locality)):
            if places is None:
                continue
            where = np.asarray(places, dtype=np.int64)
            size.append(int(where.max()) + 1)
            wide = where.reshape([-1 if other == axis else 1 for other in range(4)])
            target = np.where((target < 0) | (wide < 0), -1, target * size[-1] + wide)
        cells = int(np.prod(size)) if size else 1
        parts = [_summed(*chunk, target.ravel(), cells) for chunk in self.chunks]
        return np.concatenate(parts).reshape(self.paths, self.years + 1, *size)

    def frame(self, scenario: str) -> pd.DataFrame:
        """Return the `Paths` table: one row a path, year and cell that holds somebody."""
        keys = np.concatenate([chunk[0] for chunk in self.chunks])
        sizes = np.concatenate([chunk[2].ravel() for chunk in self.chunks])
        path, ahead = np.divmod(np.arange(len(sizes)), self.years + 1)
        need, setting, age, locality = np.unravel_index(keys, self.shape)
        return pd.DataFrame(
            {
                "scenario": _labels(np.zeros(len(keys), dtype=np.int8), (scenario,)),
                "path": np.repeat(path.astype(np.int32), sizes),
                "year": np.repeat((self.base + ahead).astype(np.int16), sizes),
                "need": _labels(need, self.needs),
                "setting": _labels(setting, self.settings),
                "ncy": (age + NCY_OF_AGE_0).astype(np.int8),
                "locality": _labels(locality, self.localities),
                "count": np.concatenate([chunk[1] for chunk in self.chunks]).astype(np.int32),
            },
            copy=False,
        )


def _labels(codes: NDArray, names: tuple[str, ...]) -> "pd.Categorical[str]":
    return pd.Categorical.from_codes(codes.astype(np.int16), pd.Index(names))


@njit(cache=True, nogil=True)
def _summed(keys, counts, sizes, target, cells):
    paths, steps = sizes.shape
    held = np.zeros((paths * steps, cells), np.int32)
    place = 0
    for step in range(paths * steps):
        for _ in range(sizes[step // steps, step % steps]):
            to = target[keys[place]]
            if to >= 0:
                held[step, to] += counts[place]
            place += 1
    return held
