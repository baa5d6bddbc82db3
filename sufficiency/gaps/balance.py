"""The authority's balance: one row a provision and year, with its three lines of shortage."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from sufficiency.contracts import ProvisionBalance, checked
from sufficiency.gaps.cube import VIEWS, Cube, View, as_cubes
from sufficiency.gaps.offer import ASSUMED, NO_PHASE, NO_ROLL, NO_ROW, NOT_KNOWN, Offer, Supply
from sufficiency.gaps.shortage import lay
from sufficiency.gaps.table import PLANS_BASES
from sufficiency.terms import OUTSIDE, codes, lookup

ACROSS = ("exports", "imports", "net_export", "unreconciled", "without_plan")


def provision_balance(
    paths: pd.DataFrame | Iterable[Cube], places: pd.DataFrame, basis: str
) -> pd.DataFrame:
    """Return demand, places and shortage of each provision and year, for the whole authority.

    Args:
        paths: Paths table, or the cubes already counted from it.
        places: Places table.
        basis: One of `table.PLANS_BASES`.

    Returns:
        ProvisionBalance. In each path and need group x phase cell, `shortage_unmet` is the
        shortage with places pooled over the authority; `shortage_elsewhere` is by how much the
        shortages of all localities, each against the places of its residents, exceed it (at least
        0): a free place in another locality could meet it. Need groups that share flexible rows
        are one cell here, because which of them gets the room is a convention. Both are summed
        over cells, so that a surplus in one cell never offsets a shortage in another, and then
        averaged over paths; total = elsewhere + unmet, and its P10 and P90 are those of the sum in
        a path. Unless the basis is `person` and the places say who uses places elsewhere,
        elsewhere is missing and total = unmet. All are missing where a cell of the provision has
        no gap, with the reason; but phases that no register row takes are left out, unless nobody
        is in any other. Provisions without demand and without a register row are left out.
    """
    if basis not in PLANS_BASES:
        raise ValueError(f"basis must be one of {', '.join(PLANS_BASES)}")
    parts = []
    for cube in as_cubes(paths):
        supply = Supply(places, cube.years)
        for view in VIEWS:
            rows = _rows(cube, view, supply, basis)
            parts.append(rows.assign(scenario=cube.scenario, view=view))
    frame = pd.concat(parts, ignore_index=True)
    return checked(ProvisionBalance, frame, "provision_balance")


def _rows(cube: Cube, view: View, supply: Supply, basis: str) -> pd.DataFrame:
    offer, totals = supply.at(None), supply.totals()
    pooled = lay(cube, offer, None, view)
    demand, unmet_cells = pooled.demand, pooled.short()
    unmet = unmet_cells.sum(axis=(2, 4))
    journeys = totals.journeys_known & (basis == "person")
    elsewhere = np.zeros_like(unmet)
    if journeys.any():
        homes = sorted({*cube.localities, *supply.localities} - {OUTSIDE})
        sited = sum(lay(cube, supply.at(home), home, view).short() for home in homes)
        elsewhere = np.where(journeys, _beyond(sited - unmet_cells, supply.linked()), 0.0)
    short = unmet + elsewhere
    total = demand.sum(axis=(2, 4))
    low, high = np.quantile(total, [0.1, 0.9], axis=0)
    short_low, short_high = np.quantile(short, [0.1, 0.9], axis=0)
    reason = _reasons(offer, demand)
    shown = reason == ""
    columns = {
        "provision": np.broadcast_to(np.array(codes("provisions"), dtype=object), reason.shape),
        "year": np.broadcast_to(np.array(cube.years)[:, None], reason.shape),
        "demand_mean": total.mean(axis=0),
        "demand_p10": low,
        "demand_p90": high,
        "register_places": totals.register,
        **{name: totals.parts[name] for name in ACROSS},
        "shortage_total": np.where(shown, short.mean(axis=0), np.nan),
        "shortage_elsewhere": np.where(shown & journeys, elsewhere.mean(axis=0), np.nan),
        "shortage_unmet": np.where(shown, unmet.mean(axis=0), np.nan),
        "shortage_p10": np.where(shown, short_low, np.nan),
        "shortage_p90": np.where(shown, short_high, np.nan),
        "flexible": np.where(totals.flexible, "yes", "no"),
        "gap_reason": reason,
    }
    frame = pd.DataFrame({name: values.T.ravel() for name, values in columns.items()})
    used = (total != 0).any(axis=(0, 1)) | offer.behind.any(axis=(0, 1, 3))
    return frame[np.repeat(used, len(cube.years))]


def _beyond(difference: np.ndarray, linked: np.ndarray) -> np.ndarray:
    """Return, by (path, year, provision), the positive part of a difference between cells.

    Args:
        difference: By (path, year, need group, provision, phase).
        linked: Which need groups count as one cell, by (year, provision, phase, group, group).
    """
    groups = linked.shape[-1]
    first = linked.argmax(axis=-1)
    one_of = np.eye(groups)[first]
    joined = np.einsum("nygpf,ypfgh->nyhpf", difference, one_of)
    return np.maximum(joined, 0.0).sum(axis=(2, 4))


def _reasons(offer: Offer, demand: np.ndarray) -> np.ndarray:
    """Return why a provision has no shortage lines in a year, empty if it has."""
    first = np.full((offer.reason.shape[0], offer.reason.shape[2]), "", dtype=object)
    wanted = (demand != 0).any(axis=0)
    nowhere = offer.reason == NO_PHASE
    only_there = wanted.any(axis=(1, 3)) & ~(wanted & ~nowhere).any(axis=(1, 3))
    first[only_there] = NO_PHASE
    for reason in (NO_ROLL, ASSUMED, NOT_KNOWN, NO_ROW):
        first[(offer.reason == reason).any(axis=(1, 3))] = reason
    for place, reason in enumerate(lookup("provisions", "reason_without_gap").values()):
        first[:, place] = reason or first[:, place]
    return first
