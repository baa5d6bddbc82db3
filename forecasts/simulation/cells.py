"""Cells: counts of plans by need, setting, NCY and locality, collected into the `Paths` table."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.rates.defaults import AGES
from forecasts.simulation.stepping import People

NCY_OF_AGE_0 = -4


class CellCounts:
    """Collects the cells of each path and year, in order, as two small integers a cell."""

    def __init__(self, needs: tuple[str, ...], settings: tuple[str, ...], localities: list[str]):
        """Start with nothing collected; the labels are the categories of the table."""
        self.needs, self.settings, self.localities = needs, settings, localities
        self._keys: list[NDArray[np.int32]] = []
        self._counts: list[NDArray[np.int32]] = []

    def add(self, people: People) -> None:
        """Count the plans of the next path and year."""
        kind = (people.need * len(self.settings) + people.setting) * AGES + people.age
        found = np.bincount(kind * len(self.localities) + people.locality)
        keys = np.flatnonzero(found)
        self._keys.append(keys.astype(np.int32))
        self._counts.append(found[keys].astype(np.int32))

    def frame(self, scenario: str, base: int, years: int) -> pd.DataFrame:
        """Return the `Paths` table and forget what was collected."""
        sizes = np.array([len(keys) for keys in self._keys])
        key = np.concatenate(self._keys)
        count = np.concatenate(self._counts)
        self._keys, self._counts = [], []
        steps = years + 1
        path, ahead = np.divmod(np.arange(len(sizes)), steps)
        columns: dict[str, object] = {
            "scenario": _labels(np.zeros(len(key), dtype=np.int8), [scenario]),
            "path": np.repeat(path.astype(np.int32), sizes),
            "year": np.repeat((base + ahead).astype(np.int16), sizes),
            "need": None,
            "setting": None,
            "ncy": None,
            "locality": _labels(key % len(self.localities), self.localities),
            "count": count,
        }
        key //= len(self.localities)
        columns["ncy"] = (key % AGES + NCY_OF_AGE_0).astype(np.int8)
        key //= AGES
        columns["setting"] = _labels(key % len(self.settings), self.settings)
        key //= len(self.settings)
        columns["need"] = _labels(key, self.needs)
        return pd.DataFrame(columns, copy=False)


def _labels(codes: NDArray, names: tuple[str, ...] | list[str]) -> pd.Categorical:
    small = codes.astype(np.int8 if len(names) < 128 else np.int16)
    return pd.Categorical.from_codes(small, categories=pd.Index(list(names), dtype="str"))
