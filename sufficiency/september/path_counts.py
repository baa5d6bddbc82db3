"""Forecast numbers as counts by path: every number here is a cut of the simulated paths."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sufficiency.errors import ContractError

TEXTS = ("scenario", "need", "setting", "locality")


@dataclass(frozen=True)
class PathCounts:
    """Plans by cell and path.

    Attributes:
        cells: One row a cell that occurs in any path, in order of its columns.
        counts: Plans by (cell, path).
    """

    cells: pd.DataFrame
    counts: np.ndarray

    @property
    def paths(self) -> int:
        """Number of simulated paths."""
        return self.counts.shape[1]


def first_scenario(paths: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the first scenario, its texts as categories.

    Raises:
        ContractError: There are no rows.
    """
    if paths.empty:
        raise ContractError("Table paths has no rows.")
    rows = paths.astype(dict.fromkeys(TEXTS, "category"))
    here = (rows["scenario"] == rows["scenario"].iloc[0]).to_numpy()
    return rows if here.all() else rows[here]


def relabelled(column: pd.Series, of: Mapping[str, str]) -> pd.Series:
    """Return a column of categories under other names (needs as need groups), on a new index."""
    names = sorted(set(of.values()))
    position = np.array([names.index(of[str(c)]) for c in column.cat.categories], dtype=np.int64)
    codes = position[column.cat.codes.to_numpy()]
    return pd.Series(pd.Categorical.from_codes(codes, pd.Index(names)))


def path_counts(labels: pd.DataFrame, rows: pd.DataFrame, paths: int) -> PathCounts:
    """Return plans by cell and path.

    Args:
        labels: One row a row of `rows`: the columns that make a cell.
        rows: Rows of the paths table: path and count are used.
        paths: Number of simulated paths, those without a row included.
    """
    columns = list(labels.columns)
    grouped = labels.groupby(columns, observed=True, sort=True)
    cell = grouped.ngroup().to_numpy()
    cells = grouped.size().reset_index()[columns]
    flat = np.bincount(
        cell * paths + rows["path"].to_numpy(np.int64),
        weights=rows["count"].to_numpy(np.float64),
        minlength=len(cells) * paths,
    )
    texts = {c: "str" for c in columns if isinstance(cells[c].dtype, pd.CategoricalDtype)}
    return PathCounts(cells.astype(texts), flat.reshape(len(cells), paths))
