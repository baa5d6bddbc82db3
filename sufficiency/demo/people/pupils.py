"""Pupils who never have a plan of Westmere's: by school, birth year and place in the class.

A pupil keeps the same number, and whatever is drawn from it, for every year at a school.
"""

import numpy as np
import pandas as pd

from sufficiency.demo.authorities import WESTMERE
from sufficiency.demo.people.identities import names, upns
from sufficiency.demo.people.places import AREAS_OUTSIDE, POSTCODES_OUTSIDE, ROLL_WITHOUT
from sufficiency.demo.people.rates import YEARS
from sufficiency.demo.people.simulate import DAY
from sufficiency.demo.people.world import World
from sufficiency.demo.residents import expected
from sufficiency.demo.schools import RESIDENTS

SUPPORT = 0.13
SUPPORT_NEEDS = {"SLCN": 0.29, "SEMH": 0.23, "MLD": 0.19, "SPLD": 0.14, "NSA": 0.05, "ASD": 0.04,
                 "OTH": 0.03, "PD": 0.01, "HI": 0.01, "VI": 0.01}  # fmt: skip
SUPPORT_IN_AP, PART_TIME_IN_AP = 0.8, 0.5
FROM_OUTSIDE, PLAN_OF_OUTSIDE = 0.03, 0.04
FIRST_NUMBER = 100_000_000
AP_TYPES = ("14", "42")
UNIT_IMPORTS = ("990133", "990171")
LEAST_BIRTH_YEAR = 1990


def special_imports(world: World, year: int) -> pd.DataFrame:
    """Return pupils of other authorities with plans, at special schools and in two units."""
    rows = world.places.schools
    parts = []
    counts = {urn: n for urn, n in ROLL_WITHOUT.items()} | dict.fromkeys(UNIT_IMPORTS, 1)
    for urn, many in counts.items():
        at = int(np.flatnonzero(rows["urn"] == urn)[0])
        row = rows.iloc[at]
        if not row["in_census"]:
            continue
        low, high = int(row["low_age"]), min(int(row["high_age"]), 19)
        slot = np.arange(many)
        age = low + (slot + year) % (high - low)
        designated = row["needs"].split() or ["SLCN"]
        parts.append(
            pd.DataFrame(
                {
                    "school": at,
                    "age": age,
                    "slot": 9_000 + slot,
                    "need": [designated[n % len(designated)] for n in slot],
                    "unit": "1" if urn in UNIT_IMPORTS else "0",
                }
            )
        )
    made = _numbered(pd.concat(parts, ignore_index=True), year)
    home = _outside_home(world, made["number"].to_numpy())
    return made.assign(
        home=home, sen_provision="E", second_need="", rp="0", enrol_status="C", uln=""
    )


def others(world: World, year: int, known: pd.DataFrame) -> pd.DataFrame:
    """Return the rest of each school's roll."""
    places, schools = world.places, world.schools
    rows = places.schools.iloc[: len(schools.rows)]
    now, then = (expected(y, RESIDENTS, 0.0)[:20] for y in (year - 1, YEARS[-1] - 1))
    roll = np.rint((schools.girls + schools.boys) * (now / then)).astype(np.int64)
    special = (rows["needs"] != "").to_numpy() | ~rows["in_census"].to_numpy()
    roll[special] = 0
    taken = np.zeros_like(roll)
    np.add.at(taken, (known["school"].to_numpy(), np.minimum(known["age"].to_numpy(), 19)), 1)
    left = np.maximum(roll - taken, 0)
    school, age = (np.repeat(i.ravel(), left.ravel()) for i in np.indices(left.shape))
    slot = np.concatenate([np.arange(n) for n in left.ravel()])
    made = _numbered(pd.DataFrame({"school": school, "age": age, "slot": slot}), year)
    number = made["number"].to_numpy()
    outside = drawn(number, 1) < FROM_OUTSIDE
    homes = int((places.postcodes["authority"] == WESTMERE).sum())
    home = np.where(outside, _outside_home(world, number), (drawn(number, 2) * homes).astype(int))
    in_ap = rows["type_code"].isin(AP_TYPES).to_numpy()[school]
    supported = drawn(number, 3) < np.where(in_ap, SUPPORT_IN_AP, SUPPORT)
    with_plan = outside & (drawn(number, 4) < PLAN_OF_OUTSIDE) & ~in_ap
    share = np.cumsum(list(SUPPORT_NEEDS.values()))
    need = np.array(list(SUPPORT_NEEDS))[
        np.searchsorted(share, drawn(number, 5) * share[-1], side="right")
    ]
    provision = np.where(with_plan, "E", np.where(supported, "K", "N"))
    need = np.where(
        provision == "N", "", np.where((provision == "E") & (need == "NSA"), "ASD", need)
    )
    made = made.assign(
        home=home,
        sen_provision=provision,
        need=need,
        second_need="",
        unit="0",
        rp="0",
        enrol_status=np.where(in_ap & (drawn(number, 6) < PART_TIME_IN_AP), "S", "C"),
        uln="",
    )
    return pd.concat([made, _main_registrations(world, made)], ignore_index=True)


def _main_registrations(world: World, pupils: pd.DataFrame) -> pd.DataFrame:
    """Return the main registration, at a mainstream school, of those at AP for part of the week."""
    dual = pupils[pupils["enrol_status"] == "S"].reset_index(drop=True)
    home_school = mainstream_near(world, dual.assign(person=dual["number"]))
    return dual.assign(school=home_school, enrol_status="M")


def _numbered(pupils: pd.DataFrame, year: int) -> pd.DataFrame:
    """Add the number that school, birth year and slot give, and what follows from it."""
    born = year - 1 - pupils["age"]
    number = (
        FIRST_NUMBER
        + pupils["school"] * 1_000_000
        + (born - LEAST_BIRTH_YEAR) * 10_000
        + pupils["slot"]
    ).to_numpy()
    first = (born - 1 - 1970).to_numpy().astype("datetime64[Y]").astype("datetime64[D]")
    birth = first + (243 + (drawn(number, 7) * 365).astype(int)) * DAY
    return pupils.assign(
        number=number,
        birth=birth,
        sex=np.where(drawn(number, 8) < 0.51, "M", "F"),
        upn=upns(number),
        surname=names(number % 1_000_000),
        forename=names(number // 100 % 1_000_000),
    )


def drawn(number: np.ndarray, purpose: int) -> np.ndarray:
    """Return a number in [0, 1) that a pupil has for good: a multiplicative hash."""
    mixed = (number.astype(np.uint64) + np.uint64(purpose * 7_919)) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(31)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return ((mixed >> np.uint64(11)) & np.uint64((1 << 32) - 1)).astype(float) / 2.0**32


def _outside_home(world: World, number: np.ndarray) -> np.ndarray:
    many = AREAS_OUTSIDE * POSTCODES_OUTSIDE
    return len(world.places.postcodes) - 1 - (drawn(number, 9) * many).astype(int)


def mainstream_near(world: World, pupils: pd.DataFrame) -> np.ndarray:
    """Return a mainstream school of each pupil's town and age, the same every year it serves."""
    rows = world.places.schools
    town = world.places.postcodes["locality"].to_numpy(dtype=str)[pupils["home"].to_numpy()]
    made = np.zeros(len(pupils), dtype=np.int64)
    chance = drawn(pupils["person"].to_numpy(), 12)
    for phase, who in (("Primary", pupils["age"] < 11), ("Secondary", pupils["age"] >= 11)):
        every = np.flatnonzero((rows["phase"] == phase).to_numpy())
        for name in np.unique(town):
            own = every[rows["town"].to_numpy(dtype=str)[every] == name]
            own = own if len(own) else every
            chosen = who.to_numpy() & (town == name)
            made[chosen] = own[(chance[chosen] * len(own)).astype(int)]
    return made
