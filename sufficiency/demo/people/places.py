"""Where Westmere's plan holders live and learn: postcodes, and schools here and elsewhere."""

from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import pandas as pd

from sufficiency.demo.authorities import WESTMERE, WESTMERE_ONS
from sufficiency.demo.land import CENTRE, Land
from sufficiency.demo.people import rates
from sufficiency.demo.schools import Schools, postcode
from sufficiency.demo.sharing import generator
from sufficiency.plans.homes import RATE_BY_DECILE
from sufficiency.terms import OUTSIDE

POSTCODES_A_AREA = 24
AREAS_OUTSIDE, POSTCODES_OUTSIDE = 12, 10
FIRST_OUTSIDE = 25_200
UNIVERSITY = "29"
FIRST_ELSEWHERE = 28_800
OUTSIDE_AUTHORITIES = ("960", "962", "964", "965", "966", "969")
LIVE_OUTSIDE = 0.015
SAME_TOWN, NOT_DESIGNATED = 8.0, 0.04
ROLL_WITHOUT = {"990001": 6, "990002": 9, "990003": 5, "990004": 3, "990005": 2, "990006": 41,
                "990007": 38, "990008": 17, "990009": 12, "990010": 14}  # fmt: skip
"""Pupils of other authorities at Westmere's special schools, as its register says."""
ROLL_OF = {"990013": 126, "990014": 900, "991001": 300, "991002": 150, "991003": 120, "991004": 90,
           "991005": 60, "991006": 60, "991007": 90, "991008": 70, "991009": 40, "991010": 40,
           "991011": 250, "991012": 150, "991013": 15, "991014": 64, "991015": 15}  # fmt: skip
"""Weights of the places whose roll is no guide, and of those elsewhere."""
BY_UKPRN = ("991013", "991015")
"""Colleges that returns name by UKPRN alone."""
ROOM = {"mainstream_academy_resourced_provision": "rp_capacity",
        "mainstream_la_maintained_senunit": "unit_capacity"}  # fmt: skip
CENSUS_TYPES = ("1", "2", "7", "8", "14", "28", "33", "34", "35", "36", "42", "44")


@dataclass(frozen=True)
class Places:
    """Homes and schools.

    Attributes:
        postcodes: One row a postcode: postcode, lsoa, locality (`outside` beyond Westmere),
            district, authority, easting, northing, weight (of being a plan holder's home).
        schools: One row an establishment, text as in `Schools.rows`, Westmere's first, with
            authority, ukprn, and whether it makes Westmere's school census (in_census).
    """

    postcodes: pd.DataFrame
    schools: pd.DataFrame


def places(made: Land, schools: Schools, seed: int) -> Places:
    """Return homes and schools of the demo."""
    rng = generator(seed, "people: places")
    others = elsewhere()
    others = others[(others["closed"] == "") & (others["type_code"] != UNIVERSITY)]
    rows = pd.concat([schools.rows.assign(authority=WESTMERE), others], ignore_index=True)
    rows = rows.fillna("")
    known = rows["type_code"].isin(CENSUS_TYPES) & (rows["authority"] == WESTMERE)
    rows = rows.assign(in_census=known, ukprn="99" + rows["urn"])
    return Places(_postcodes(made, rng), rows)


def elsewhere() -> pd.DataFrame:
    """Return the independent schools and the establishments of other authorities that children use.

    Columns are those of `Schools.rows`, `authority` and `closed` (as GIAS writes dates). They stand
    on invented land 30 km or more from Westmere's, but for the one in Westmere itself. A closed
    school and a university are there to be named by mistake: nobody goes to them.
    """
    path = files("sufficiency.demo").joinpath("people/elsewhere.csv")
    with path.open(encoding="utf-8") as handle:
        rows = pd.read_csv(handle, dtype=str, keep_default_na=False)
    number = np.arange(len(rows))
    angle = 2 * np.pi * number / len(rows)
    far = np.where(rows["authority"] == WESTMERE, 2_000.0, 24_000.0)
    east, north = CENTRE[0] + far * np.cos(angle) * 0.6, CENTRE[1] + far * np.sin(angle)
    lsoa = [f"E01Z{95_001 + n}" for n in number]
    return rows.assign(
        town="",
        base_type="Not applicable",
        rp_capacity="",
        rp_roll="",
        unit_capacity="",
        unit_roll="",
        lsoa=lsoa,
        lsoa_name="",
        msoa="",
        msoa_name="",
        ward="",
        ward_name="",
        easting=np.rint(east).astype(int).astype(str),
        northing=np.rint(north).astype(int).astype(str),
        postcode=[postcode(FIRST_ELSEWHERE + n) for n in range(len(rows))],
        establishment=[str(6001 + n) for n in number],
    )


def _postcodes(made: Land, rng: np.random.Generator) -> pd.DataFrame:
    areas = made.areas.loc[made.areas.index.repeat(POSTCODES_A_AREA)]
    middle = areas[["easting", "northing"]].to_numpy() + rng.normal(0.0, 60.0, (len(areas), 2))
    decile = np.clip(np.ceil((1 - made.deprivation) * 10), 1, 10).astype(int)
    poor = np.array([RATE_BY_DECILE[int(d)] for d in decile])
    weight = made.weight * (0.7 + 0.6 * made.deprivation) * poor
    weight *= (1 - LIVE_OUTSIDE) / weight.sum()
    here = pd.DataFrame(
        {
            "postcode": [postcode(n) for n in range(len(areas))],
            "lsoa": areas["lsoa"].to_numpy(),
            "locality": areas["town"].to_numpy(),
            "district": WESTMERE_ONS,
            "authority": WESTMERE,
            "easting": np.rint(middle[:, 0]).astype(np.int64),
            "northing": np.rint(middle[:, 1]).astype(np.int64),
            "weight": np.repeat(weight / POSTCODES_A_AREA, POSTCODES_A_AREA),
        }
    )
    many = AREAS_OUTSIDE * POSTCODES_OUTSIDE
    area = np.arange(many) // POSTCODES_OUTSIDE
    authority = np.array(OUTSIDE_AUTHORITIES)[area % len(OUTSIDE_AUTHORITIES)]
    angle = 2 * np.pi * area / AREAS_OUTSIDE
    beyond = pd.DataFrame(
        {
            "postcode": [postcode(FIRST_OUTSIDE + n) for n in range(many)],
            "lsoa": [f"E01Z{96_001 + n}" for n in area],
            "locality": OUTSIDE,
            "district": ["E06000" + code for code in authority],
            "authority": authority,
            "easting": np.rint(CENTRE[0] + 15_000 * np.cos(angle)).astype(np.int64),
            "northing": np.rint(CENTRE[1] + 15_000 * np.sin(angle)).astype(np.int64),
            "weight": LIVE_OUTSIDE / many,
        }
    )
    return pd.concat([here, beyond], ignore_index=True)


def homes(found: Places, many: int, rng: np.random.Generator) -> np.ndarray:
    """Return row numbers of postcodes: shared by weight, so that none is crowded."""
    share = np.cumsum(found.postcodes["weight"].to_numpy())
    spots = (np.arange(many) + rng.random()) / max(many, 1) * share[-1]
    at = np.minimum(np.searchsorted(share, spots), len(share) - 1)
    return rng.permutation(at)


class Placing:
    """Chooses an establishment for children by kind of place, age, need and home town."""

    def __init__(self, found: Places) -> None:
        self._schools = found.schools
        self._town = found.schools["town"].to_numpy(dtype=str)
        self._home_town = found.postcodes["locality"].to_numpy(dtype=str)
        self._low = found.schools["low_age"].astype(int).to_numpy()
        self._high = found.schools["high_age"].astype(int).to_numpy()
        self._fits = self._by_need()
        self._by_state = [self._of_state(row) for row in rates.states().to_dict("records")]

    def _by_need(self) -> np.ndarray:
        designated = self._schools["needs"].str.split()
        return np.array(
            [[1.0 if not d or n in d else NOT_DESIGNATED for d in designated] for n in rates.NEEDS]
        )

    def _of_state(self, state: dict) -> tuple[np.ndarray, np.ndarray]:
        rows = self._schools
        roll = pd.to_numeric(rows["roll"], errors="coerce").fillna(0).to_numpy(dtype=float)
        roll = roll - rows["urn"].map(ROLL_WITHOUT).fillna(0).to_numpy()
        given = rows["urn"].map(ROLL_OF)
        roll = np.where(given.notna(), given, roll)
        if state["column"] in ROOM:
            room = pd.to_numeric(rows[ROOM[state["column"]]], errors="coerce")
            roll = room.fillna(0).to_numpy(dtype=float)
        can = rows["type_code"].isin(state["types"].split()).to_numpy() & (roll > 0)
        by_ukprn = rows["urn"].isin(BY_UKPRN).to_numpy()
        can &= by_ukprn == (state["column"] == "ukrlp_provider")
        at = np.flatnonzero(can)
        return at, roll[at]

    def takes(self, school: np.ndarray, age: np.ndarray) -> np.ndarray:
        """Return whether each school (row, -1 for none) takes an age."""
        inside = (age >= self._low[school]) & (age < self._high[school])
        return inside | (school < 0)

    def choose(
        self, state: np.ndarray, age: np.ndarray, need: np.ndarray, home: np.ndarray,
        rng: np.random.Generator,
    ) -> np.ndarray:  # fmt: skip
        """Return the row of an establishment for each child, -1 where the state has none."""
        made = np.full(len(state), -1)
        near = np.where(rates.states()["group"] == "mainstream", SAME_TOWN, 1.0)
        for number in np.unique(state):
            at, weight = self._by_state[number]
            if not len(at):
                continue
            who = np.flatnonzero(state == number)
            chance = np.tile(weight, (len(who), 1))
            low, high = self._low[at], self._high[at]
            chance *= (age[who, None] >= low) & (age[who, None] < high)
            chance *= self._fits[np.ix_(need[who], at)]
            chance *= np.where(
                self._home_town[home[who], None] == self._town[at], near[number], 1.0
            )
            running = np.cumsum(chance, axis=1)
            drawn = rng.permutation(np.arange(len(who)) + rng.random(len(who))) / len(who)
            spot = drawn[:, None] * running[:, -1:]
            made[who] = at[np.minimum((running <= spot).sum(axis=1), len(at) - 1)]
        return made
