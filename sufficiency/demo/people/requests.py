"""Requests for assessment: those that led to a plan, and those that did not."""

import numpy as np
import pandas as pd

from sufficiency.demo import westmere
from sufficiency.demo.people.fitting import fitted
from sufficiency.demo.people.places import Places, homes
from sufficiency.demo.people.rates import AGES
from sufficiency.demo.people.simulate import BOYS, DAY, Course, births, days_between
from sufficiency.demo.sharing import whole

FIRST, LAST = 2019, 2024
WEEKS_LATE = {2019: 6, 2020: 5, 2021: 6, 2022: 5, 2023: 22, 2024: 12}
LONGEST = 98
EXCEPTIONS = 0.07
IN_SIX_WEEKS = 0.6
NOT_ISSUED, WITHDRAWN = 0.6, 0.15
SOURCES, SOURCE_SHARES = np.array(list("12345")), (0.36, 0.55, 0.03, 0.04, 0.02)
RYA, MEDIATED, TRIBUNAL = 0.004, 0.05, 0.02
COLUMNS = ("person", "received", "source", "rya", "decided", "outcome", "assessed", "assessment",
           "start", "exceptions", "mediation", "tribunal")  # fmt: skip


def requests(
    course: Course, found: Places, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return every request, and the people whom only a request makes known.

    Returns:
        Requests, one row each: person, received, source (1 to 5), rya, decided (date, missing
        while open), outcome (`Y`, `N`, `W` or `A` while open), assessed (date), assessment (`Y`,
        `N`, `W`, `A`, or empty where there is none), start (of the plan, missing without),
        exceptions, mediation, tribunal. Plans that came from elsewhere have a request too, dated
        before their start. And people: person, birth, sex, home, age, year (January after).
    """
    led = _led_to_plans(course, rng)
    people, others = _others(course, led, found, rng)
    made = pd.concat([led, others], ignore_index=True)
    many = len(made)
    return made.assign(
        source=rng.choice(SOURCES, many, p=SOURCE_SHARES),
        rya=rng.random(many) < RYA,
        exceptions=rng.random(many) < EXCEPTIONS,
        mediation=rng.random(many) < MEDIATED,
        tribunal=rng.random(many) < TRIBUNAL,
    )[list(COLUMNS)], people


def _led_to_plans(course: Course, rng: np.random.Generator) -> pd.DataFrame:
    plans = course.plans.drop_duplicates("person")[["person", "start"]]
    start = plans["start"].to_numpy().astype("datetime64[D]")
    year = start.astype("datetime64[Y]").astype(int) + 1970
    timely = np.array([westmere.FLOWS["in_20_weeks"].get(y, 0.6) for y in year])
    weeks = np.array([WEEKS_LATE.get(y, 8) for y in year])
    late = np.minimum(141 + rng.exponential(7.0 * weeks), 7 * LONGEST)
    days = np.where(rng.random(len(plans)) < timely, rng.integers(100, 141, len(plans)), late)
    received = start - days.astype(int) * DAY
    decided = received + np.minimum(_decision_days(len(plans), rng), (days - 30).astype(int)) * DAY
    return plans.assign(
        received=received, decided=decided, outcome="Y", assessed=start, assessment="Y", start=start
    )


def _decision_days(many: int, rng: np.random.Generator) -> np.ndarray:
    return np.where(
        rng.random(many) < IN_SIX_WEEKS, rng.integers(18, 43, many), rng.integers(43, 90, many)
    )


def _others(
    course: Course, led: pd.DataFrame, found: Places, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fill each calendar year up to its known requests: refused, not issued, withdrawn, open."""
    year_of = pd.DatetimeIndex(led["received"]).year
    frames = []
    for year in range(FIRST, LAST + 1):
        refused = westmere.FLOWS["refused"][year]
        rest = westmere.FLOWS["requests"][year] - refused - int((year_of == year).sum())
        kinds = ["N"] * refused
        if rest > 0:
            late = round(rest * 0.6) if year == LAST else 0
            closed = rest - late
            withdrawn = round(closed * WITHDRAWN / (NOT_ISSUED + WITHDRAWN))
            kinds += ["W"] * withdrawn + ["YN"] * (closed - withdrawn) + ["A"] * late
        first = np.datetime64(f"{year}-01-02")
        received = days_between(first, np.datetime64(f"{year}-12-28"), len(kinds), rng)
        early = days_between(first, np.datetime64(f"{year}-09-25"), len(kinds), rng)
        received = np.where(np.array(kinds) == "N", early, received)
        if year == LAST:
            recent = days_between(
                np.datetime64(f"{year}-08-05"), np.datetime64(f"{year}-12-20"), len(kinds), rng
            )
            received = np.where(np.array(kinds) == "A", recent, received)
        frames.append(pd.DataFrame({"kind": kinds, "received": received, "year": year + 1}))
    made = pd.concat(frames, ignore_index=True)
    many, kind = len(made), made["kind"].to_numpy(dtype=str)
    received = made["received"].to_numpy()
    decided = received + _decision_days(many, rng) * DAY
    assessed = decided + rng.integers(45, 80, many) * DAY
    end = np.datetime64(f"{LAST}-12-31")
    still_open = (kind == "A") & (decided > end)
    first_number = int(course.people["person"].max()) + 1
    person = np.arange(first_number, first_number + many)
    refused_or_not = np.where(kind == "YN", "N", np.where(kind == "A", "A", ""))
    requests_ = pd.DataFrame(
        {
            "person": person,
            "received": received,
            "decided": np.where(still_open, np.datetime64("NaT", "D"), decided),
            "outcome": np.where(still_open, "A", np.where(np.isin(kind, ("YN", "A")), "Y", kind)),
            "assessed": np.where(kind == "YN", assessed, np.datetime64("NaT", "D")),
            "assessment": np.where(still_open, "", refused_or_not),
            "start": np.datetime64("NaT", "D"),
        }
    )
    share = fitted().joining.sum(axis=(1, 2)) * (np.array(AGES) < 20)
    age = rng.permutation(np.repeat(AGES, whole(share, many, rng)))
    people = pd.DataFrame(
        {
            "person": person,
            "birth": births(age, made["year"].to_numpy(), rng),
            "sex": np.where(rng.random(many) < BOYS, "M", "F"),
            "home": homes(found, many, rng),
            "age": age,
            "year": made["year"],
        }
    )
    return people, requests_
