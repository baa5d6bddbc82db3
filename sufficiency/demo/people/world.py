"""The world: everyone in Westmere who has, had or asked for a plan, from one seed."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sufficiency.demo.authorities import YEARS as PANEL_YEARS
from sufficiency.demo.authorities import Panel, panel
from sufficiency.demo.land import Land, land
from sufficiency.demo.people.identities import identities
from sufficiency.demo.people.places import Places, places
from sufficiency.demo.people.rates import YEARS
from sufficiency.demo.people.requests import requests
from sufficiency.demo.people.simulate import Course, simulate
from sufficiency.demo.schools import Schools, schools
from sufficiency.demo.sharing import generator


@dataclass(frozen=True)
class World:
    """Westmere and its people, January 2020 to January 2025.

    Attributes:
        seed: What it was made from.
        panel: The made-up authorities, Westmere last.
        land: Westmere's small areas.
        schools: Westmere's schools.
        places: Homes and schools, those elsewhere among them.
        course: Plans each January, plans that ceased, and people.
        requests: Every request (`requests.requests`).
        people: One row a person: person, birth, sex, home (where first known), age and year
            (missing for plan holders), upn, uln, surname, forename.
    """

    seed: int
    panel: Panel
    land: Land
    schools: Schools
    places: Places
    course: Course
    requests: pd.DataFrame
    people: pd.DataFrame

    def __repr__(self) -> str:
        return f"World(seed={self.seed})"


def world(seed: int = 999) -> World:
    """Return the world of a seed: the same seed gives the same people."""
    authorities, made = panel(seed), land(seed)
    places_here = schools(made, seed)
    found = places(made, places_here, seed)
    first = PANEL_YEARS.index(YEARS[0])
    totals = authorities.totals[-1, first : first + len(YEARS)]
    course = simulate(found, totals, generator(seed, "people"))
    asked, askers = requests(course, found, generator(seed, "people: requests"))
    at_census = found.schools["in_census"].to_numpy()
    plans = course.plans
    school = plans["school"].to_numpy()
    seen = np.where(school >= 0, at_census[school], False)
    known = set(plans.loc[seen, "person"])
    holders = course.people.assign(
        home=course.people["person"].map(
            plans.drop_duplicates("person").set_index("person")["home"]
        )
    )
    everyone = pd.concat([holders, askers], ignore_index=True)
    never = ~everyone["person"].isin(known).to_numpy()
    never &= everyone["person"].isin(holders["person"]).to_numpy()
    people = identities(everyone, never, generator(seed, "people: identities"))
    unlinked = set(people.loc[people["upn"] == "", "person"])
    stays = plans["person"].isin(unlinked)
    home = plans["home"].where(~stays, plans["person"].map(people.set_index("person")["home"]))
    course = Course(plans.assign(home=home.astype(int)), course.ceased, course.people)
    return World(seed, authorities, made, places_here, found, course, asked, people)
