"""The authority's balance: one row a provision and year, with its three lines of shortage."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from sufficiency.contracts import ProvisionBalance, checked
from sufficiency.gaps.cube import VIEWS, Cube, as_cubes
from sufficiency.gaps.offer import ASSUMED, NO_ROLL, NO_ROW, NOT_KNOWN, Offer, Supply
from sufficiency.terms import codes, lookup


def provision_balance(paths: pd.DataFrame | Iterable[Cube], places: pd.DataFrame) -> pd.DataFrame:
    """Return demand, places and shortage of each provision and year, for the whole authority.

    Args:
        paths: Paths table, or the cubes already counted from it.
        places: Places table.

    Returns:
        ProvisionBalance. In each path the shortages of all need group x phase cells are summed,
        never netted (`shortage_total`); of these, as many as there are free places of the same
        provision in other cells are `shortage_elsewhere`, the rest `shortage_unmet`; each line is
        the mean over paths, so that elsewhere + unmet = total. The three are missing where any
        cell of the provision has no gap, with the reason. Provisions without demand and without a
        register row are left out.
    """
    parts = []
    for cube in as_cubes(paths):
        supply = Supply(places, cube.years)
        offer = supply.at(None)
        for view in VIEWS:
            demand = cube.at(None, view)[:, :, :, :-1, :]
            parts.append(_rows(demand, offer, cube.years).assign(scenario=cube.scenario, view=view))
    frame = pd.concat(parts, ignore_index=True)
    return checked(ProvisionBalance, frame, "provision_balance")


def _rows(demand: np.ndarray, offer: Offer, years: tuple[int, ...]) -> pd.DataFrame:
    gap = demand - offer.places
    short = np.maximum(gap, 0).sum(axis=(2, 4))
    free = np.maximum(-gap, 0).sum(axis=(2, 4))
    elsewhere = np.minimum(short, free)
    total = demand.sum(axis=(2, 4))
    low, high = np.quantile(total, [0.1, 0.9], axis=0)
    reason = _reasons(offer)
    shown = reason == ""
    columns = {
        "provision": np.broadcast_to(np.array(codes("provisions"), dtype=object), reason.shape),
        "year": np.broadcast_to(np.array(years)[:, None], reason.shape),
        "demand_mean": total.mean(axis=0),
        "demand_p10": low,
        "demand_p90": high,
        "register_places": offer.register.sum(axis=(1, 3)),
        "net_export": offer.net_export.sum(axis=(1, 3)),
        "without_plan": offer.without_plan.sum(axis=(1, 3)),
        "shortage_total": np.where(shown, short.mean(axis=0), np.nan),
        "shortage_elsewhere": np.where(shown, elsewhere.mean(axis=0), np.nan),
        "shortage_unmet": np.where(shown, (short - elsewhere).mean(axis=0), np.nan),
        "gap_reason": reason,
    }
    frame = pd.DataFrame({name: values.T.ravel() for name, values in columns.items()})
    used = (total != 0).any(axis=(0, 1)) | offer.behind.any(axis=(0, 1, 3))
    return frame[np.repeat(used, len(years))]


def _reasons(offer: Offer) -> np.ndarray:
    """Return why a provision has no shortage lines in a year, empty if every cell has a gap."""
    first = np.full((offer.reason.shape[0], offer.reason.shape[2]), "", dtype=object)
    for reason in (NO_ROLL, ASSUMED, NOT_KNOWN, NO_ROW):
        first[(offer.reason == reason).any(axis=(1, 3))] = reason
    for place, reason in enumerate(lookup("provisions", "reason_without_gap").values()):
        first[:, place] = reason or first[:, place]
    return first
