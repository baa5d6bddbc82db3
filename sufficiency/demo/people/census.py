"""Westmere's school censuses, pupil by pupil: plan holders, SEN support, everyone else, imports.

Plan holders and those who will have a plan within two years are the world's people. All others are
numbered by school, birth year and place in the class, so that they keep their number, home and
need from year to year while they stay at a school; whatever they are is drawn from that number.
"""

import numpy as np
import pandas as pd

from sufficiency.demo.authorities import WESTMERE
from sufficiency.demo.people.places import ROOM
from sufficiency.demo.people.pupils import drawn, mainstream_near, others, special_imports
from sufficiency.demo.people.rates import NEEDS, YEARS, states
from sufficiency.demo.people.simulate import DAY, census_day
from sufficiency.demo.people.world import World
from sufficiency.pupil_census.model import Term

COLUMNS = ("upn", "uln", "surname", "forename", "laestab", "urn", "birth_date", "sex", "postcode",
           "ncy_code", "enrol_status", "entry_date", "leaving_date", "sen_provision", "need",
           "second_need", "unit", "rp")  # fmt: skip
ON_SUPPORT_BEFORE = 0.85
YEARS_ON_SUPPORT = 2
PERSON = ("person", "birth", "sex", "upn", "uln", "surname", "forename")
SCHOOL_AGES = (4, 17)


def census_day_of(year: int, term: Term) -> np.datetime64:
    """Return the first Thursday of October before, the third of January, or the third of May."""
    if term == "spring":
        return census_day(year)
    month, weeks = (f"{year - 1}-10-01", 0) if term == "autumn" else (f"{year}-05-01", 2)
    first = np.datetime64(month)
    to_thursday = (3 - (first.astype(int) + 3)) % 7
    return first + (int(to_thursday) + 7 * weeks) * DAY


def census_pupils(world: World, year: int, term: Term = "spring") -> pd.DataFrame:
    """Return every registration of one census at Westmere's state-funded schools, as text.

    Args:
        world: The world.
        year: January census year of the school year, one of `rates.YEARS`.
        term: autumn, spring or summer. Needs and base flags are in the spring census only.

    Returns:
        Columns of `PupilCensus.pupils` as text (dates 2025-01-16, flags 1 or 0), with surname and
        forename; ordered by URN, birth date and UPN.
    """
    held = _holders(world, year, term)
    coming = _coming(world, year)
    imports = special_imports(world, year)
    known = pd.concat([held, coming, imports], ignore_index=True)
    everyone = pd.concat([known, others(world, year, known)], ignore_index=True)
    rows = world.places.schools
    school = everyone["school"].to_numpy()
    made = everyone.assign(
        urn=rows["urn"].to_numpy(dtype=str)[school],
        laestab=WESTMERE + rows["establishment"].to_numpy(dtype=object)[school],
        postcode=world.places.postcodes["postcode"].to_numpy(dtype=str)[everyone["home"]],
        ncy_code=_year_groups(everyone["age"].to_numpy()),
        birth_date=pd.DatetimeIndex(everyone["birth"]).strftime("%Y-%m-%d"),
        entry_date=_entries(everyone, rows, year),
        leaving_date="",
    )
    if term != "spring":
        made = made.assign(need="", second_need="", unit="", rp="")
    made = made.astype("str").sort_values(["urn", "birth_date", "upn", "enrol_status"])
    return made[list(COLUMNS)].reset_index(drop=True)


def sen_support_truth(world: World, years: tuple[int, ...] = YEARS[1:]) -> pd.DataFrame:
    """Return who came from SEN support to a plan: one row a year, need and NCY of a year before.

    Args:
        world: The world.
        years: Januaries at the end of a year; each takes about a second.

    Returns:
        Columns year (January at the end), need, ncy, on_sen_support (residents of
        Westmere on the spring census before), came_to_plan, rate.
    """
    inside = set(
        world.places.postcodes.loc[world.places.postcodes["authority"] == WESTMERE, "postcode"]
    )
    plans = world.course.plans
    parts = []
    for year in years:
        before = census_pupils(world, year - 1)
        supported = before[
            before["sen_provision"].eq("K")
            & before["enrol_status"].isin(["C", "M"])
            & before["postcode"].isin(list(inside))
        ]
        held = plans.loc[plans["year"] == year, "person"]
        number = world.people.set_index("person")["upn"]
        came = supported["upn"].isin(set(number.reindex(held)) - {""})
        ncy = supported["ncy_code"].replace({"R": "0", "N2": "-1", "N1": "-2"}).astype(int)
        table = pd.DataFrame({"need": supported["need"], "ncy": ncy, "came_to_plan": came})
        counted = table.groupby(["need", "ncy"])["came_to_plan"].agg(["size", "sum"]).reset_index()
        counted.columns = pd.Index(["need", "ncy", "on_sen_support", "came_to_plan"])
        parts.append(counted.assign(year=year))
    made = pd.concat(parts, ignore_index=True)
    return made.assign(rate=made["came_to_plan"] / made["on_sen_support"])[
        ["year", "need", "ncy", "on_sen_support", "came_to_plan", "rate"]
    ]


def _holders(world: World, year: int, term: Term) -> pd.DataFrame:
    """Return plan holders at the census's schools; in autumn some are still without their plan."""
    plans = world.course.plans
    at_census = np.append(world.places.schools["in_census"].to_numpy(), False)
    own = plans[(plans["year"] == year) & at_census[plans["school"].to_numpy()]]
    column = states()["column"].to_numpy()[own["state"].to_numpy()]
    has_plan = own["start"] <= census_day_of(year, term)
    need = np.append(np.array(NEEDS, dtype=object), "")
    made = own.merge(world.people[list(PERSON)], on="person")
    return made.assign(
        sen_provision=np.where(has_plan, "E", "K"),
        need=need[own["need"].to_numpy()],
        second_need=need[own["second_need"].to_numpy()],
        unit=np.where([ROOM.get(c) == "unit_capacity" for c in column], "1", "0"),
        rp=np.where([ROOM.get(c) == "rp_capacity" for c in column], "1", "0"),
        enrol_status="C",
    )


def _coming(world: World, year: int) -> pd.DataFrame:
    """Return pupils on SEN support who will have a plan within two years, most of those who can."""
    first = world.course.plans.drop_duplicates("person")
    ahead = first["year"] - year
    age = first["age"] - ahead
    can = (ahead >= 1) & (ahead <= YEARS_ON_SUPPORT) & (first["transferla"] == "")
    can &= (age >= SCHOOL_AGES[0]) & (age < SCHOOL_AGES[1])
    can &= drawn(first["person"].to_numpy(), 11) < ON_SUPPORT_BEFORE
    own = first[can].assign(age=age[can])
    own = own.merge(world.people[list(PERSON)], on="person")
    own = own[own["upn"] != ""].reset_index(drop=True)
    return own.assign(
        school=mainstream_near(world, own),
        sen_provision="K",
        need=np.array(NEEDS)[own["need"].to_numpy()],
        second_need="",
        unit="0",
        rp="0",
        enrol_status="C",
    )


def _year_groups(age: np.ndarray) -> np.ndarray:
    early = {0: "N1", 1: "N1", 2: "N1", 3: "N2", 4: "R"}
    codes = np.array([early.get(a, str(a - 4)) for a in range(26)])
    return codes[age]


def _entries(pupils: pd.DataFrame, rows: pd.DataFrame, year: int) -> np.ndarray:
    """Return the September in which a pupil could first come; plan holders their own day."""
    low = rows["low_age"].astype(int).to_numpy()[pupils["school"].to_numpy()]
    years_ago = np.maximum(pupils["age"].to_numpy() - low, 0)
    september = np.array([f"{year - 1 - n}-09-03" for n in range(26)])[years_ago]
    own = pd.Series(pd.to_datetime(pupils["entry"]), index=pupils.index).dt.strftime("%Y-%m-%d")
    return np.where(pupils["sen_provision"].eq("E") & own.notna(), own, september)
