"""The process: how rates of the made-up authorities truly differ, drift and are shocked.

Numbers are not steered to a total. Joiners are residents x a national rate x the authority's own
rate, and totals follow from who joins and who leaves: high-rate authorities slow down because more
leave. Everything on the log scale; the sizes below are chosen so that one-year errors resemble
those of published data (forecasting notes 1: totals 3 to 4%, settings 3 to 25%), and so that
localities differ as authorities of a region do in their new plans per resident (by 0.22).
"""

from dataclasses import dataclass

import numpy as np

from sufficiency.demo.panel.rates import (
    AGE_CLASSES,
    AGES,
    GROUPS,
    NEEDS,
    Floats,
)
from sufficiency.demo.sharing import generator

BURN_IN = 10
LOCALITIES = ("Eastby", "Midton", "Westby")
LOCALITY_SHARES = (0.30, 0.50, 0.20)
OUTSIDE_SHARE = 0.015
REGIONS = ("Eastshire", "Midshire", "Northshire", "Southshire", "Westshire", "Seashire")
CHILDREN = (22_000, 110_000)
POPULATION_GROWTH = 0.008
FIRST_RATE, RATE_GROWTH = 0.0013, 0.075
NATIONAL_WALK, NATIONAL_SHOCK, REGION_SHOCK = 0.04, 0.05, 0.04
OWN_JOINING, JOINING_SHOCK, JOINING_LASTS = 0.22, 0.26, 0.3
OWN_LEAVING, LEAVING_WALK, LEAVING_SHOCK, NATIONAL_LEAVING = 0.15, 0.03, 0.10, 0.05
OWN_NEEDS, NEEDS_WALK, NEEDS_SHOCK = 0.30, 0.06, 0.08
NEED_TREND = (0.025, -0.03, -0.01, 0.02, 0.0, -0.02)
OWN_PLACING = (0.25, 0.6, 0.2, 0.4, 0.5, 0.15, 0.25)
PLACING_WALK = (0.04, 0.12, 0.04, 0.06, 0.12, 0.05, 0.08)
PLACING_TREND = (0.0, 0.015, 0.005, 0.025, 0.0, 0.0, 0.01)
NATIONAL_PLACING = 0.02
OWN_HOMES, HOMES_STEP, HOMES_LAST, HOMES_SHOCK = 0.24, 0.06, 0.9, 0.05


@dataclass(frozen=True)
class Process:
    """True rates of every made-up authority in every year.

    A step ends in its year: the joiners of 2020 are those who joined between January 2019 and
    January 2020.

    Attributes:
        authorities: Three-digit codes.
        region: Place in `REGIONS`, one an authority.
        years: January census years, burn-in first.
        residents: Year x authority x age 0 to 25.
        joiners: Expected joiners, year x authority.
        asked: Expected requests for assessment in the calendar year before, year x authority;
            half of them lead to joiners of the year after, so requests lead joiners.
        leave: Multiplier on the odds of leaving, year x authority x age class.
        need: Multiplier on shares of needs among joiners, year x authority x need.
        place: Multiplier on odds of setting groups, year x authority x group.
        home: Shares of localities (then outside) among joiners, year x authority x place.
    """

    authorities: tuple[str, ...]
    region: np.ndarray
    years: tuple[int, ...]
    residents: Floats
    joiners: Floats
    asked: Floats
    leave: Floats
    need: Floats
    place: Floats
    home: Floats

    def at(self, year: int) -> int:
        """Return the place of a year."""
        return self.years.index(year)


def process(seed: int, count: int, first: int, last: int) -> Process:
    """Return the true rates from one seed.

    Args:
        seed: The same seed gives the same process.
        count: Authorities, at most 99.
        first: First January census that is published.
        last: Last January census, in the future of whoever forecasts.
    """
    rng = generator(seed, "panel: process")
    years = tuple(range(first - BURN_IN, last + 1))
    shape = (len(years), count)
    region = rng.integers(0, len(REGIONS), count)
    residents = _residents(shape, rng)
    joiners, asked = _joiners(residents[:, :, 4:19].sum(axis=2), region, rng)
    return Process(
        authorities=tuple(str(901 + number) for number in range(count)),
        region=region,
        years=years,
        residents=residents,
        joiners=joiners,
        asked=asked,
        leave=_leaving(shape, rng),
        need=_needs(shape, rng),
        place=_placing(shape, rng),
        home=_homes(shape, rng),
    )


def _residents(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    years, count = shape
    low, high = np.log(CHILDREN)
    size = np.exp(rng.uniform(low, high, count)) / AGES
    growth = rng.normal(0.0, POPULATION_GROWTH, count)
    wave = 1.0 + 0.06 * np.sin((np.arange(AGES) - np.arange(years)[:, None]) / 4.0)
    level = size * np.exp(growth * np.arange(years)[:, None])
    return level[:, :, None] * wave[:, None, :]


def _joiners(
    children: Floats, region: np.ndarray, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    years, count = children.shape
    walk = np.cumsum(RATE_GROWTH + rng.normal(0.0, NATIONAL_WALK, years))
    national = walk + rng.normal(0.0, NATIONAL_SHOCK, years)
    regional = rng.normal(0.0, REGION_SHOCK, (years, len(REGIONS)))[:, region]
    own = _fading(rng.normal(0.0, JOINING_SHOCK, (years, count)), JOINING_LASTS)
    level = rng.normal(0.0, OWN_JOINING, count)
    rate = FIRST_RATE * np.exp(national[:, None] + regional + level + own)
    joiners = children * rate
    later = np.concatenate([joiners[1:], joiners[-1:]])
    noise = np.exp(rng.normal(0.0, 0.1, joiners.shape))
    return joiners, 1.6 * np.sqrt(joiners * later) * noise


def _leaving(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    classes = len(AGE_CLASSES)
    level = rng.normal(0.0, OWN_LEAVING, (1, shape[1], classes))
    walk = np.cumsum(rng.normal(0.0, LEAVING_WALK, (*shape, classes)), axis=0)
    shock = rng.normal(0.0, LEAVING_SHOCK, (*shape, 1))
    national = rng.normal(0.0, NATIONAL_LEAVING, (shape[0], 1, 1))
    return np.exp(level + walk + shock + national)


def _needs(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    level = rng.normal(0.0, OWN_NEEDS, (1, shape[1], len(NEEDS)))
    walk = np.cumsum(rng.normal(0.0, NEEDS_WALK, (*shape, len(NEEDS))), axis=0)
    shock = rng.normal(0.0, NEEDS_SHOCK, (*shape, len(NEEDS)))
    trend = np.arange(shape[0])[:, None, None] * np.array(NEED_TREND)
    return np.exp(level + walk + shock + trend)


def _placing(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    level = rng.normal(0.0, OWN_PLACING, (1, shape[1], len(GROUPS)))
    walk = np.cumsum(rng.normal(0.0, PLACING_WALK, (*shape, len(GROUPS))), axis=0)
    national = np.cumsum(rng.normal(PLACING_TREND, NATIONAL_PLACING, (shape[0], len(GROUPS))), 0)
    return np.exp(level + walk + national[:, None, :])


def _homes(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    places = len(LOCALITIES)
    level = rng.normal(0.0, OWN_HOMES, (1, shape[1], places))
    walk = _fading(rng.normal(0.0, HOMES_STEP, (*shape, places)), HOMES_LAST)
    shock = rng.normal(0.0, HOMES_SHOCK, (*shape, places))
    share = np.array(LOCALITY_SHARES) * np.exp(level + walk + shock)
    inside = (1.0 - OUTSIDE_SHARE) * share / share.sum(axis=2, keepdims=True)
    return np.concatenate([inside, np.full((*shape, 1), OUTSIDE_SHARE)], axis=2)


def _fading(steps: Floats, lasts: float) -> Floats:
    """Add up steps along the years, so much of what was there lasting into the next."""
    made = steps.copy()
    for year in range(1, len(steps)):
        made[year] += lasts * made[year - 1]
    return made
