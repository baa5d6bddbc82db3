"""Demand laid over places in every path: gaps and shortages, of cells and of provisions."""

from dataclasses import dataclass

import numpy as np

from sufficiency.gaps.cube import TINY, Cube, View
from sufficiency.gaps.flexible import flexible_moves
from sufficiency.gaps.offer import Offer, Supply


@dataclass(frozen=True)
class Laid:
    """Demand and places of one locality, or pooled, by (path, year, need group, provision, phase).

    Attributes:
        demand: Plan holders of each provision (`none` left out).
        offer: Places, by (year, need group, provision, phase).
        flexible: Places that flexible rows give a cell (negative: take), 0 where none do.
        gap: demand - places - flexible, missing where the offer has a reason.
    """

    demand: np.ndarray
    offer: Offer
    flexible: np.ndarray
    gap: np.ndarray

    def short(self) -> np.ndarray:
        """Return the shortage of each cell and path, 0 where there is none or no gap is known."""
        over = np.where(self.gap > TINY, self.gap, 0.0)
        return np.nan_to_num(over, nan=0.0)


def lay(cube: Cube, offer: Offer, locality: str | None, view: View) -> Laid:
    """Return a cube's demand laid over the places of a locality, None for all places pooled."""
    demand = cube.at(locality, view)[:, :, :, :-1, :]
    gap = demand - np.where(offer.reason == "", offer.places, np.nan)
    flexible = np.zeros_like(gap)
    for (provision, phase), pools in offer.pools.items():
        cell = (..., provision, phase)
        flexible[cell] = flexible_moves(gap[cell], pools)
    return Laid(demand, offer, flexible, gap - flexible)


def shortage_cells(
    cube: Cube, supply: Supply, view: View, locality: str | None = None
) -> np.ndarray:
    """Return the shortage of every cell, path by path.

    Args:
        cube: One scenario.
        supply: Places for the same years.
        view: `placements` or `possible`.
        locality: A locality, or None for the authority with its places pooled.

    Returns:
        Places short by (path, year, need group, provision, phase), never negative, after flexible
        rows have served whom they can; missing where no gap is known, which is not zero.
    """
    laid = lay(cube, supply.at(locality), locality, view)
    return np.where(np.isnan(laid.gap), np.nan, laid.short())


def shortage_paths(cube: Cube, supply: Supply, view: View) -> np.ndarray:
    """Return the authority's shortage by provision with its places pooled, path by path.

    Returns:
        Places short by (path, year, provision): the sum over need groups and phases, in which a
        surplus never offsets a shortage. Cells without a known gap are left out, as in
        `provision_balance`; a provision without any is missing.
    """
    cells = shortage_cells(cube, supply, view)
    known = (~np.isnan(cells[0])).any(axis=(1, 3))
    return np.where(known, np.nansum(cells, axis=(2, 4)), np.nan)
