"""Linked years: what the same people's returns of consecutive Januaries show, as counts.

Steps are weighted by how long ago they were; a step of an annotated year counts for less. People
whose coming or going is not explained by either return tell nothing: most are links that failed.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.panel import Floats
from forecasts.rates.defaults import AGES
from forecasts.rates.profiles import needs, settings
from sufficiency.terms import ALL

# A step three years ago counts half: rates drift (a tenth a year or so), and five steps are rarely
# more than are to be had.
HALF_LIFE = 3.0
ANNOTATED_WEIGHT = 0.25
NOT_EXPLAINED = "not_explained"
# Assumed: if more of a step's leavers than this have no recorded reason, ceasing is not recorded
# well enough to tell who left, and those who did would look too few.
MOST_UNEXPLAINED = 0.25


@dataclass(frozen=True)
class Linked:
    """Person-level tables of one authority.

    Attributes:
        past_plans: Contract `PastPlans`, every January held.
        plan_flows: Contract `PlanFlows`, every step between two of them.
        requests: Contract `Requests`.
    """

    past_plans: pd.DataFrame
    plan_flows: pd.DataFrame
    requests: pd.DataFrame


@dataclass(frozen=True)
class Steps:
    """Counts of the steps between consecutive Januaries. Ages are those at a step's start.

    Attributes:
        years: January at the end of each step, oldest first.
        weights: How much each step counts; the sum over steps is that of as many even ones as
            would tell as much (Kish), so weighted counts have the information they seem to have.
        held: Plans at the start, step x age x need x setting, without those not explained; none
            in a step whose leavers are mostly not explained.
        left: Of whom left.
        changed: Of whom stayed, step x age x need x need a year on.
        moved: Of whom stayed, weighted over steps, age x need a year on x from x to setting.
        joined: Joiners, step x age (at the end) x need x setting.
        not_explained: Joiners and leavers left out.
        without_leavers: January at the end of the steps that tell nothing of leaving.
    """

    years: tuple[int, ...]
    weights: Floats
    held: Floats
    left: Floats
    changed: Floats
    moved: Floats
    joined: Floats
    not_explained: int
    without_leavers: tuple[int, ...] = ()

    def mean(self, counts: Floats) -> Floats:
        """Return weighted counts summed over steps; the first axis is the step."""
        return np.tensordot(self.weights, counts, axes=1)


def steps(
    linked: Linked,
    base_year: int,
    annotated_years: tuple[int, ...] = (),
    annotated_weight: float = ANNOTATED_WEIGHT,
) -> Steps | None:
    """Return the counts of every step up to the base census; None if there is none.

    Args:
        linked: Person-level tables.
        base_year: January census year.
        annotated_years: January years at whose end a step is unusual.
        annotated_weight: What such a step counts, 0 to 1.
    """
    flows = linked.plan_flows
    flows = flows[(flows["year"] <= base_year) & (flows["flow"] != "residual")]
    flows = flows.reset_index(drop=True)
    unclear = flows["reason"] == NOT_EXPLAINED
    untold = _without_leavers(flows, unclear)
    lost = int(flows.loc[unclear, "value"].sum())
    single = (flows["need"] != ALL) & (flows["setting"] != ALL)
    flows = flows[~unclear & flows["age"].notna() & single]
    years = tuple(sorted(int(year) for year in flows["year"].unique()))
    if not years:
        return None
    at = _places(flows, years)
    count, kinds, places = len(years), len(needs()), len(settings())
    value = flows["value"].to_numpy(dtype=float)
    flow = flows["flow"].to_numpy(dtype=str)
    stayed, left, joined = (
        np.isin(flow, ("stayer", "mover", "need_change")),
        flow == "leaver",
        flow == "joiner",
    )
    weights = _weights(years, base_year, annotated_years, annotated_weight)

    def total(shape: tuple[int, ...], rows: NDArray[np.bool_], *axes: str) -> Floats:
        table = np.zeros(shape)
        np.add.at(table, tuple(at[axis][rows] for axis in axes), value[rows])
        return table

    cells = (count, AGES, kinds, places)
    told = ~np.isin(years, untold)[:, None, None, None]
    gone = total(cells, left, "step", "start", "need", "setting") * told
    moved = np.zeros((AGES, kinds, places, places))
    where = tuple(at[axis][stayed] for axis in ("start", "to_need", "setting", "to_setting"))
    np.add.at(moved, where, value[stayed] * weights[at["step"][stayed]])
    return Steps(
        years=years,
        weights=weights,
        held=gone + total(cells, stayed, "step", "start", "need", "setting") * told,
        left=gone,
        changed=total((count, AGES, kinds, kinds), stayed, "step", "start", "need", "to_need"),
        moved=moved,
        joined=total(cells, joined, "step", "end", "need", "setting"),
        not_explained=lost,
        without_leavers=untold,
    )


def _without_leavers(flows: pd.DataFrame, unclear: pd.Series) -> tuple[int, ...]:
    """The years in which too many leavers have no reason."""
    leavers = flows[flows["flow"] == "leaver"]
    every = leavers.groupby("year")["value"].sum()
    untold = leavers[unclear[leavers.index]].groupby("year")["value"].sum()
    share = untold.reindex(every.index).fillna(0.0) / every
    return tuple(int(year) for year in share.index[share > MOST_UNEXPLAINED])


def _places(flows: pd.DataFrame, years: tuple[int, ...]) -> dict[str, NDArray[np.int64]]:
    """Where each row of flows falls on each axis."""
    end = flows["age"].astype("int64").to_numpy()
    to_need = flows["to_need"].where(flows["to_need"] != "", flows["need"])
    to_setting = flows["to_setting"].where(flows["to_setting"] != "", flows["setting"])
    return {
        "step": pd.Index(years).get_indexer(pd.Index(flows["year"])).astype(np.int64),
        "start": np.clip(end - 1, 0, AGES - 1).astype(np.int64),
        "end": np.clip(end, 0, AGES - 1).astype(np.int64),
        "need": pd.Index(needs()).get_indexer(pd.Index(flows["need"])).astype(np.int64),
        "to_need": pd.Index(needs()).get_indexer(pd.Index(to_need)).astype(np.int64),
        "setting": pd.Index(settings()).get_indexer(pd.Index(flows["setting"])).astype(np.int64),
        "to_setting": pd.Index(settings()).get_indexer(pd.Index(to_setting)).astype(np.int64),
    }


def _weights(
    years: tuple[int, ...],
    base_year: int,
    annotated_years: tuple[int, ...],
    annotated_weight: float,
) -> Floats:
    weights = 0.5 ** ((base_year - np.array(years)) / HALF_LIFE)
    weights = weights * np.where(np.isin(years, annotated_years), annotated_weight, 1.0)
    if weights.sum() <= 0:
        weights = np.ones(len(years))
    return weights * (weights.sum() / (weights**2).sum())
