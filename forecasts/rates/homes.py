"""Homes of joiners: where they live, against where residents of their ages live."""

import numpy as np
import pandas as pd

from forecasts.panel import Floats
from forecasts.rates.defaults import AGES
from forecasts.rates.linked import Steps
from forecasts.rates.profiles import needs
from forecasts.rates.shrinkage import shrunk_counts
from sufficiency.terms import OUTSIDE


def joiners_by_home(past_plans: pd.DataFrame, steps: Steps, localities: tuple[str, ...]) -> Floats:
    """Return joiners of each step by home, step x need x locality.

    Who was not held the January before is a joiner; those with no plan that explains it are few,
    and live where others do.

    Args:
        past_plans: Contract `PastPlans`.
        steps: Counts of linked years; its years are the steps.
        localities: Names, in the order of the last axis; homes elsewhere are left out.
    """
    counts = np.zeros((len(steps.years), len(needs()), len(localities)))
    for step, year in enumerate(steps.years):
        now = past_plans[past_plans["year"] == year]
        before = past_plans.loc[past_plans["year"] == year - 1, "plan_id"]
        rows = now[~now["plan_id"].isin(before)]
        place = pd.Index(localities).get_indexer(pd.Index(rows["locality"]))
        need = pd.Index(needs()).get_indexer(pd.Index(rows["need"]))
        np.add.at(counts[step], (need[place >= 0], place[place >= 0]), 1.0)
    return counts


def home_weights(
    own: Floats, join: Floats, population_by_locality: pd.DataFrame, localities: tuple[str, ...],
    base_year: int,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Return how much likelier joiners live in a locality than residents do, and the spread.

    Own joiners shift the share of residents of the same ages first by locality, then by need and
    locality, each as far as counts can bear.

    Args:
        own: Weighted joiners, need x locality.
        join: Joiners a year, age x need: which ages each need joins at.
        population_by_locality: Columns locality, year, age and persons.
        localities: Names, in the order of the axis.
        base_year: The nearest year of the population is used.

    Returns:
        Weights, need x locality; and the standard deviation of the log of each locality's share.
    """
    residents = _residents(population_by_locality, localities, base_year)
    at_age = residents / np.maximum(residents.sum(axis=1, keepdims=True), 1e-9)
    expected = join.T @ at_age
    expected = expected / np.maximum(expected.sum(axis=1, keepdims=True), 1e-9)
    expected = expected * own.sum(axis=1, keepdims=True)
    places = shrunk_counts(own.sum(axis=0), expected.sum(axis=0))
    weights = np.exp(places.step)
    shifted = expected * weights
    shifted = shifted * (own.sum(axis=1) / np.maximum(shifted.sum(axis=1), 1e-9))[:, None]
    cells = shrunk_counts(own.ravel(), shifted.ravel()).step.reshape(own.shape)
    return weights * np.exp(cells), places.sd


def _residents(population: pd.DataFrame, localities: tuple[str, ...], base_year: int) -> Floats:
    """Residents of the year nearest the base, age x locality."""
    years = sorted(population["year"].unique(), key=lambda year: (abs(year - base_year), year))
    rows = population[(population["year"] == years[0]) & (population["age"] < AGES)]
    place = pd.Index(localities).get_indexer(pd.Index(rows["locality"]))
    table = np.zeros((AGES, len(localities)))
    known = place >= 0
    persons = rows["persons"].to_numpy(dtype=float)
    np.add.at(table, (rows["age"].to_numpy()[known], place[known]), persons[known])
    return table


def localities_of(population_by_locality: pd.DataFrame) -> tuple[str, ...]:
    """Return the localities of a population, sorted, without homes outside the authority."""
    return tuple(sorted({*population_by_locality["locality"]} - {OUTSIDE}))
