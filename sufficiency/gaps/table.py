"""The gap table: demand less places in every cell, never netted."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from sufficiency.contracts import Gap, checked
from sufficiency.gaps.cube import TINY, VIEWS, Cube, View, as_cubes
from sufficiency.gaps.demand import QUANTILES
from sufficiency.gaps.offer import ADJUSTMENTS, Supply
from sufficiency.gaps.shortage import Laid, lay
from sufficiency.terms import ALL, codes

PLANS_BASES = ("modelled", "person")
"""What is known of where plan holders live and go: nothing, or homes and mostly schools."""
AUTHORITY, SITED = "authority", "sited"
BEFORE_JOURNEYS = {
    "modelled": "sited, homes modelled, before imports and exports",
    "person": "sited, before imports and exports",
}


def gap_table(
    paths: pd.DataFrame | Iterable[Cube],
    places: pd.DataFrame,
    basis: str,
    threshold: float,
) -> pd.DataFrame:
    """Return the gap in every need group, provision, phase, locality and year.

    Args:
        paths: Paths table, or the cubes already counted from it (with the council's list of who
            waits, if it has one).
        places: Places table.
        basis: One of `PLANS_BASES`.
        threshold: Probability of shortage that makes a year the first of a shortage: 0.5, say.

    Returns:
        Gap: rows for locality ALL (basis `authority`: all places pooled) and for each locality
        (basis `sited`: places sited there, those its residents use elsewhere, less those others
        use in it). gap = demand - places - what flexible rows give (`flexible.flexible_moves`) in
        each path, positive is a shortage. Where a gap cannot be shown, gap, probability, expected
        shortage and first year are missing and gap_reason says why. change is demand less that of
        the base census, path by path. Cells without demand, places or any part of them in any year
        are left out, so that the parts of a provision add up over its cells.
        Unless the basis is `person` and the places say who uses places elsewhere, a child may go to
        school in another locality or authority than the one that its place is counted in: locality
        rows say so in their basis and have no probability and no first year.
    """
    if basis not in PLANS_BASES:
        raise ValueError(f"basis must be one of {', '.join(PLANS_BASES)}")
    parts = []
    for cube in as_cubes(paths):
        supply = Supply(places, cube.years)
        localities = sorted({*cube.localities, *supply.localities})
        offers = {locality: supply.at(locality) for locality in (None, *localities)}
        for view in VIEWS:
            for locality, offer in offers.items():
                rows = _cells(lay(cube, offer, locality, view), cube.years, threshold)
                rows = _labelled(rows, cube.scenario, view, locality, basis)
                rows.loc[~rows["basis"].isin([AUTHORITY, SITED]), ["p_shortage", "first_year"]] = (
                    np.nan
                )
                parts.append(rows)
    return checked(Gap, pd.concat(parts, ignore_index=True), "gap")


def _labelled(
    rows: pd.DataFrame, scenario: str, view: View, locality: str | None, plans_basis: str
) -> pd.DataFrame:
    journeys = rows["journeys_known"].to_numpy(dtype=bool) & (plans_basis == "person")
    sited = np.where(journeys, SITED, BEFORE_JOURNEYS[plans_basis])
    return rows.assign(
        scenario=scenario,
        view=view,
        basis=AUTHORITY if locality is None else sited,
        locality=ALL if locality is None else locality,
        of_which_journeys=rows["of_which_journeys"].where(journeys),
    )


def _cells(laid: Laid, years: tuple[int, ...], threshold: float) -> pd.DataFrame:
    """Return one row a cell and year, cells in the order provision, need group, phase."""
    demand, offer = laid.demand, laid.offer
    counted = np.nan_to_num([offer.places, *offer.parts.values()], nan=0.0)
    used = (demand != 0).any(axis=(0, 1)) | (counted != 0).any(axis=(0, 1))
    provision, group, phase = np.nonzero(used.transpose(1, 0, 2))
    cell = (slice(None), group, provision, phase)
    every_path = (slice(None), *cell)
    wanted = demand[every_path]
    places, reason = offer.places[cell], offer.reason[cell]
    has_gap = reason == ""
    gap = laid.gap[every_path]
    chance = np.where(has_gap, (gap > TINY).mean(axis=0), np.nan)
    columns: dict[str, np.ndarray] = {
        "year": np.broadcast_to(np.array(years)[:, None], reason.shape),
        "need_group": _names("need_groups", group, reason.shape),
        "provision": _names("provisions", provision, reason.shape),
        "phase": _names("phases", phase, reason.shape),
        "capacity_basis": offer.capacity_basis[cell],
        "places": places,
        **{f"of_which_{kind}": offer.parts[kind][cell] for kind in ADJUSTMENTS},
        "flexible_mean": np.where(has_gap, laid.flexible[every_path].mean(axis=0), np.nan),
        "p_shortage": chance,
        "expected_shortage": np.where(has_gap, np.maximum(gap, 0).mean(axis=0), np.nan),
        "first_year": np.where(has_gap, _first_year(chance, years, threshold), np.nan),
        "gap_reason": reason,
        "flexible": np.where(offer.flexible[cell], "yes", "no"),
        "journeys_known": offer.journeys_known[cell],
    }
    for name, values in _spread(wanted).items():
        columns[f"demand_{name}"] = values
    for name, values in _spread(gap).items():
        columns[f"gap_{name}"] = np.where(has_gap, values, np.nan)
    for name, values in _spread(wanted - wanted[:, :1]).items():
        columns[f"change_{name}"] = values
    return pd.DataFrame({name: values.T.ravel() for name, values in columns.items()})


def _names(kind: str, index: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    return np.broadcast_to(np.array(codes(kind), dtype=object)[index], shape)


def _spread(values: np.ndarray) -> dict[str, np.ndarray]:
    levels = np.quantile(values, list(QUANTILES.values()), axis=0)
    return {"mean": values.mean(axis=0), **dict(zip(QUANTILES, levels, strict=True))}


def _first_year(chance: np.ndarray, years: tuple[int, ...], threshold: float) -> np.ndarray:
    """Return each cell's first year with the chance at or above the threshold, in all its years."""
    likely = chance >= threshold
    first = np.array(years, dtype=float)[np.argmax(likely, axis=0)]
    return np.broadcast_to(np.where(likely.any(axis=0), first, np.nan), chance.shape)
