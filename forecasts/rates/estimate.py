"""Rates: who leaves, joins and moves in a year, by age, need and setting, and how sure that is.

Published tables give the rates of any authority; returns linked from January to January shift them
to what its own people did, as far as their numbers can bear.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from forecasts.rates.certainty import AGE_CLASSES, PLACE_SPREAD, Certainty, class_of_age
from forecasts.rates.drift import USUAL_JOIN, USUAL_LEAVE, USUAL_PLACE, yearly_drift
from forecasts.rates.homes import home_weights, joiners_by_home, localities_of
from forecasts.rates.joining import linked_joiners, linked_placement
from forecasts.rates.leaving import linked_leave
from forecasts.rates.linked import ANNOTATED_WEIGHT, Linked, Steps, steps
from forecasts.rates.model import Rates
from forecasts.rates.moving import linked_moves
from forecasts.rates.pending import first_year_joiners
from forecasts.rates.placement import by_need
from forecasts.rates.published import published_rates
from forecasts.rates.recoding import linked_recoding

__all__ = ["Linked", "Rates", "estimate_rates"]


def estimate_rates(
    stock: pd.DataFrame,
    flows: pd.DataFrame,
    authority: str,
    base_year: int,
    annotated_years: tuple[int, ...] = (),
    linked: Linked | None = None,
    population_by_locality: pd.DataFrame | None = None,
    annotated_weight: float = ANNOTATED_WEIGHT,
) -> Rates:
    """Return the rates of one authority.

    Args:
        stock: `PublishedStock`, with national rows; later years than the base are ignored.
        flows: `PublishedFlows`, with national rows; flows of calendar years before the base.
        authority: Three-digit DfE code.
        base_year: January census year the simulation starts from.
        annotated_years: January census years whose own flows (those of the calendar year before)
            are unusual: left out of published tables, counted less in linked years.
        linked: Person-level tables of the authority's returns; None uses published tables alone.
        population_by_locality: Columns locality, year, age and persons; with linked years, where
            joiners live is held against it. None leaves joiners where residents are.
        annotated_weight: What a linked step of an annotated year counts, 0 to 1.

    Raises:
        SufficiencyError: The authority has no published total at the base census.
    """
    rates = published_rates(stock, flows, authority, base_year, annotated_years)
    if linked is None:
        return rates
    found = steps(linked, base_year, annotated_years, annotated_weight)
    if found is not None:
        rates = _with_steps(rates, found)
        if population_by_locality is not None and len(population_by_locality):
            rates = _with_homes(rates, found, linked, population_by_locality, base_year)
    join_first, note = first_year_joiners(rates.join, linked.requests, base_year)
    return replace(rates, join_first=join_first, notes=(*rates.notes, note))


def _with_steps(rates: Rates, found: Steps) -> Rates:
    """Shift published rates by own linked years."""
    leave, leave_sd = linked_leave(rates.leave, found)
    join, join_sd = linked_joiners(rates.join, found)
    join_setting = linked_placement(rates.join_setting, rates.affinity, found)
    move, move_sd = linked_moves(rates.move, by_need(join_setting, rates.affinity), found)
    certainty = Certainty(
        leave=leave_sd,
        join=join_sd,
        move=move_sd,
        place_elsewhere=PLACE_SPREAD,
        drift_join=np.full(len(rates.needs), _join_drift(found)),
        drift_leave=np.full(len(AGE_CLASSES), _leave_drift(found)),
        drift_place=USUAL_PLACE,
    )
    return replace(
        rates,
        leave=leave,
        join=join,
        join_setting=join_setting,
        move=move,
        change_need=linked_recoding(rates.change_need, found),
        certainty=certainty,
        notes=(*rates.notes, *_notes(found)),
    )


def _with_homes(
    rates: Rates, found: Steps, linked: Linked, population: pd.DataFrame, base_year: int
) -> Rates:
    """Add where joiners of each need live, against where residents do."""
    localities = localities_of(population)
    by_home = joiners_by_home(linked.past_plans, found, localities)
    homes, place = home_weights(found.mean(by_home), rates.join, population, localities, base_year)
    whole = by_home.sum(axis=1)
    drift = yearly_drift(whole, np.tile(whole.mean(axis=0), (len(whole), 1)), USUAL_PLACE)
    return replace(
        rates,
        localities=localities,
        homes=homes,
        certainty=replace(rates.certainty, place=place, drift_place=drift),
        notes=(*rates.notes, "Where joiners live is as in the linked years, by need and locality."),
    )


def _join_drift(found: Steps) -> float:
    by_need = found.joined.sum(axis=(1, 3))
    return yearly_drift(by_need, np.ones_like(by_need), USUAL_JOIN)


def _leave_drift(found: Steps) -> float:
    member = np.eye(len(AGE_CLASSES))[class_of_age()]
    left, held = (np.einsum("yans,ac->yc", counts, member) for counts in (found.left, found.held))
    return yearly_drift(left, held, USUAL_LEAVE)


def _notes(found: Steps) -> tuple[str, ...]:
    first, last = found.years[0], found.years[-1]
    span = f"January {first - 1} to January {last}"
    notes = [
        f"Leaving, moving, joining and changes of need are then led to what the authority's own "
        f"people did from {span} ({len(found.years)} linked steps, later ones counting more), each "
        "rate as far as its number of plans can bear; few plans leave it near the published one.",
        f"{found.not_explained} comings and goings that neither return explains are left out.",
    ]
    if found.without_leavers:
        years = ", ".join(str(year) for year in found.without_leavers)
        notes.append(
            f"Who left in the year to January {years} is not used: more than a quarter of leavers "
            "have no recorded reason. Record why plans ceased in the SEN2 return of that January."
        )
    return tuple(notes)
