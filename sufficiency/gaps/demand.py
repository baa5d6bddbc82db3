"""Demand: paths summarised by need group, provision, phase and locality, with every total."""

from collections.abc import Iterable
from itertools import product

import numpy as np
import pandas as pd

from sufficiency.contracts import Demand, checked
from sufficiency.gaps.cube import TINY, VIEWS, Cube, View, as_cubes, provisions
from sufficiency.terms import ALL, codes

QUANTILES = {"p10": 0.1, "p50": 0.5, "p80": 0.8, "p90": 0.9}


def demand(paths: pd.DataFrame | Iterable[Cube], basis: str) -> pd.DataFrame:
    """Return mean, spread and quantiles of demand for every cell and total.

    Args:
        paths: Paths table, or the cubes already counted from it.
        basis: `modelled` or `person`: the plans that the paths started from.

    Returns:
        Demand: each need group x provision x phase x locality, and the same with ALL in place of
        any of the four. Means of cells sum to the means of totals; quantiles come from the row's
        own paths. `p_rise` and `p_fall` are the shares of paths above and below the row's own
        number at the base census. Cells that are zero in every path and year are left out.
    """
    parts = [
        _summary(cube, view, locality)
        for cube in as_cubes(paths)
        for view in VIEWS
        for locality in (None, *cube.localities)
    ]
    frame = pd.concat(parts, ignore_index=True)
    return checked(Demand, frame.assign(basis=basis), "demand")


def _summary(cube: Cube, view: View, locality: str | None) -> pd.DataFrame:
    cells = cube.at(locality, view)
    waiting = cube.waiting(locality, view)
    frames = []
    for kept in product((True, False), repeat=3):
        summed = tuple(axis for axis, keep in enumerate(kept, start=2) if not keep)
        values = cells.sum(axis=summed, keepdims=True) if summed else cells
        of_them = waiting.sum(axis=summed, keepdims=True) if summed else waiting
        frames.append(_rows(values, of_them, cube.years, kept))
    frame = pd.concat(frames, ignore_index=True)
    frame.insert(0, "scenario", cube.scenario)
    frame.insert(1, "view", view)
    frame["locality"] = ALL if locality is None else locality
    return frame


def _rows(
    values: np.ndarray, waiting: np.ndarray, years: tuple[int, ...], kept: tuple[bool, ...]
) -> pd.DataFrame:
    names = (codes("need_groups"), provisions(), codes("phases"))
    axes = [axis if keep else [ALL] for axis, keep in zip(names, kept, strict=True)]
    present = np.nonzero((values != 0).any(axis=(0, 1)))
    used = values[(slice(None), slice(None), *present)]
    repeat = len(years)
    shown = {
        "year": np.tile(years, len(present[0])),
        **{
            column: np.repeat(np.array(axis)[place], repeat)
            for column, axis, place in zip(
                ("need_group", "provision", "phase"), axes, present, strict=True
            )
        },
        "mean": used.mean(axis=0).T.ravel(),
        "sd": used.std(axis=0).T.ravel(),
    }
    levels = np.quantile(used, list(QUANTILES.values()), axis=0)
    for name, level in zip(QUANTILES, levels, strict=True):
        shown[name] = level.T.ravel()
    change = used - used[:, :1]
    shown["p_rise"] = (change > TINY).mean(axis=0).T.ravel()
    shown["p_fall"] = (change < -TINY).mean(axis=0).T.ravel()
    shown["not_placed"] = waiting[(slice(None), slice(None), *present)].mean(axis=0).T.ravel()
    return pd.DataFrame(shown)
