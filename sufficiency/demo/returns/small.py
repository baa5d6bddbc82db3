"""A small clean authority for trying writers, checks and damaged files: no micro-simulation.

Everyone is made up by rule: a hundred people or a thousand, a few schools, one home in five towns.
Nothing in it fails a check, so that whatever a check finds has been planted.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd

from sufficiency.demo.returns.identifiers import synthetic_upn, valid_upn
from sufficiency.demo.returns.layout import items, own_id, parent_id
from sufficiency.people.reference import Reference
from sufficiency.sen2.model import MODULES

AUTHORITY = "999"
NEEDS = ("ASD", "SLCN", "SEMH", "MLD", "PD", "SLD", "SPLD", "HI", "OTH")
NEED_SHARES = (0.28, 0.2, 0.18, 0.14, 0.06, 0.05, 0.04, 0.03, 0.02)
PRIMARY, BASE_PRIMARY = "800001", "800002"
SECONDARY, BASE_SECONDARY = "800003", "800004"
SPECIAL, COLLEGE, CLOSED, UNLIKELY = "800005", "800006", "800007", "800008"
EMPTY_HOME = "ZZ9 1AA"
FIRST_AGE, LAST_AGE, LEAVING = 4, 19, 0.06


def census_day(year: int) -> date:
    """Return the third Thursday of January (domain handbook 1.1)."""
    first = date(year, 1, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 14)


def small_reference(identifiers: str = "synthetic") -> Reference:
    """Return schools, postcodes and localities of the small authority."""
    schools = pd.DataFrame(
        [
            (PRIMARY, "1", "MSLA", "mainstream", False, False),
            (BASE_PRIMARY, "1", "MSLA", "mainstream", True, True),
            (SECONDARY, "1", "MSLA", "mainstream", False, False),
            (BASE_SECONDARY, "1", "MSLA", "mainstream", True, False),
            (SPECIAL, "7", "SPLA", "special", False, False),
            (COLLEGE, "18", "FE", "post16", False, False),
            (CLOSED, "1", "MSLA", "mainstream", False, False),
            (UNLIKELY, "29", "OTHP", "other", False, False),
        ],
        columns=["urn", "type_code", "setting", "type_group", "has_unit", "has_rp"],
    )
    closed = schools["urn"] == CLOSED
    ended = pd.Series(pd.NaT, index=schools.index, dtype="datetime64[us]")
    some = schools["has_unit"].map({True: 4, False: None}).astype("Int64")
    schools = schools.assign(
        ukprn="10" + schools["urn"],
        laestab=AUTHORITY + schools["urn"].str[-4:],
        name="School " + schools["urn"],
        authority=AUTHORITY,
        status=np.where(closed, "closed", "open"),
        open_date=pd.Timestamp(2000, 9, 1),
        close_date=ended.mask(closed, pd.Timestamp(2015, 8, 31)),
        successor="",
        unit_on_roll=some,
        unit_capacity=some,
        rp_on_roll=pd.array([2 if has else pd.NA for has in schools["has_rp"]], dtype="Int64"),
        rp_capacity=pd.array([2 if has else pd.NA for has in schools["has_rp"]], dtype="Int64"),
        postcode="ZZ1 1AA",
        age_from=pd.array([4] * len(schools), dtype="Int32"),
        age_to=pd.array([19] * len(schools), dtype="Int32"),
        easting=400000.0,
        northing=90000.0,
    )
    return Reference(
        AUTHORITY, schools, _postcodes(), _localities(), register=None, identifiers=identifiers
    )


def _homes() -> list[str]:
    letters = "ABDEFGHJLN"
    return [f"ZZ{1 + n // 100} {n // 10 % 10}{letters[n % 10]}A" for n in range(400)]


def _postcodes() -> pd.DataFrame:
    homes = [*_homes(), EMPTY_HOME, "ZZ20 1AA"]
    inside = np.arange(len(homes)) < len(homes) - 1
    return pd.DataFrame(
        {
            "postcode": [home.replace(" ", "") for home in homes],
            "easting": 400000.0,
            "northing": 90000.0,
            "lsoa": np.where(inside, [f"E0199000{n % 5}" for n in range(len(homes))], "E01999999"),
            "district": np.where(inside, "E06000999", "E06000998"),
        }
    )


def _localities() -> pd.DataFrame:
    codes = [f"E0199000{n}" for n in range(5)]
    return pd.DataFrame(
        {
            "lsoa": codes,
            "lsoa_name": [f"Small {n}" for n in range(5)],
            "msoa": "E02999999",
            "ward": "E05999999",
            "ward_name": "Small",
            "district": "E06000999",
            "former_district": "Small",
            "locality": ["North", "North", "South", "South", "South"],
            "easting": 400000.0,
            "northing": 90000.0,
        }
    )


@dataclass(frozen=True)
class _Person:
    serial: int
    born: date
    sex: str
    postcode: str
    upn: str
    need: str
    second_need: str
    chance: float
    first_census: int
    last_census: int
    started: date
    in_base: bool


@dataclass
class _Rows:
    """Rows of every module of one return as they are made."""

    rows: dict[str, list[dict[str, str]]] = field(
        default_factory=lambda: {module: [] for module in MODULES}
    )

    def add(self, module: str, parent: str, **values: object) -> str:
        made = {name: "" for name in items(module)}
        own = f"{len(self.rows[module]) + 1:05d}"
        made |= {own_id(module): own} | ({parent_id(module): parent} if parent else {})
        self.rows[module].append(made | {name: str(value) for name, value in values.items()})
        return own

    def frames(self) -> dict[str, pd.DataFrame]:
        made = {}
        for module, rows in self.rows.items():
            names = [own_id(module), *([parent_id(module)] if parent_id(module) else [])]
            made[module] = pd.DataFrame(rows, columns=[*names, *items(module)], dtype="str")
        return made


def small_returns(
    people: int = 400,
    years: tuple[int, ...] = (2024, 2025, 2026),
    seed: int = 7,
    identifiers: str = "synthetic",
) -> dict[int, dict[str, pd.DataFrame]]:
    """Return clean linked returns of the small authority.

    Args:
        people: Plans at the first January; each year about an eighth leave and as many join.
        years: Januaries, without a gap.
        seed: Same seed, same returns.
        identifiers: `synthetic` for UPNs that do not validate, `real` for ones that do.
    """
    rng = np.random.default_rng(seed)
    first = years[0]
    known = [_person(rng, n, first, years, identifiers) for n in range(people)]
    for year in years:
        for number in range(max(people // 8, 6)):
            age = FIRST_AGE if number % 2 else None
            known.append(_person(rng, len(known), year, years, identifiers, new=True, age=age))
    asked = max(people // 6, 6)
    number_of = valid_upn if identifiers == "real" else synthetic_upn
    return {
        year: _return(year, [p for p in known if _in(p, year)], asked, number_of) for year in years
    }


def _person(
    rng: np.random.Generator,
    serial: int,
    first: int,
    years: tuple[int, ...],
    identifiers: str,
    new: bool = False,
    age: int | None = None,
) -> _Person:
    age = int(rng.integers(FIRST_AGE, LAST_AGE + 1)) if age is None else age
    born = date(first - 1 - age, 8, 31) - timedelta(days=int(rng.integers(0, 365)))
    start = date(first - 1, 3, 1) if new else date(first - 1 - min(age, 3), 9, 1)
    stays = int(rng.geometric(LEAVING))
    need = str(rng.choice(NEEDS, p=NEED_SHARES))
    second = str(rng.choice(NEEDS)) if rng.random() < 0.5 else ""
    upn = valid_upn(serial) if identifiers == "real" else synthetic_upn(serial)
    return _Person(
        serial=serial,
        born=born,
        sex="M" if rng.random() < 0.7 else "F",
        postcode=_homes()[serial % 400],
        upn=upn,
        need=need,
        second_need=second if second != need else "",
        chance=float(rng.random()),
        first_census=first,
        last_census=min(first + stays - 1, first + LAST_AGE - age, max(years)),
        started=start + timedelta(days=int(rng.integers(0, 120))),
        in_base=bool(rng.random() < 0.5),
    )


def _in(person: _Person, year: int) -> bool:
    return person.first_census <= year <= person.last_census + 1


def _place(person: _Person, year: int) -> tuple[str, str]:
    """Return URN and setting code of a person at a January."""
    age = year - 1 - person.born.year - (person.born.month > 8)
    if person.chance < 0.25 and age < 18:
        return SPECIAL, ""
    if person.chance > 0.93:
        return "", "OLA"
    if age < 11:
        return (PRIMARY if person.chance < 0.6 else BASE_PRIMARY), ""
    if age < 16:
        return (SECONDARY if person.chance < 0.6 else BASE_SECONDARY), ""
    return COLLEGE, ""


def _return(
    year: int, people: list[_Person], asked: int, number_of: Callable[[int], str]
) -> dict[str, pd.DataFrame]:
    rows = _Rows()
    day = census_day(year)
    header = rows.add(
        "sen2", "", collection="SEN2", year=year, referencedate=day, sourcelevel="L",
        lea=AUTHORITY, softwarecode="Demo", release="1", serialno=1, datetime=f"{day}T09:30:00",
    )  # fmt: skip
    for person in people:
        _add_plan(rows, header, person, year)
    for number in range(asked):
        _add_request(rows, header, number, year, number_of)
    return rows.frames()


def _add_person(rows: _Rows, header: str, serial: int, born: date, **values: str) -> str:
    return rows.add(
        "person", header, surname=f"Demo{serial:06d}", forename=f"Given{serial:06d}",
        personbirthdate=born, ethnicity="WBRI", **values,
    )  # fmt: skip


def _add_plan(rows: _Rows, header: str, person: _Person, year: int) -> None:
    ceased = person.last_census < year
    owner = _add_person(
        rows, header, person.serial, person.born, sex=person.sex, postcode=person.postcode,
        upn=person.upn,
    )  # fmt: skip
    new = person.first_census == year and person.started.year == year - 1
    asked = person.started - timedelta(days=130 if person.serial % 3 else 160)
    decided = asked + timedelta(days=40)
    code = "Y" if new else "H"
    request = rows.add(
        "requests", owner, receiveddate=asked, requestsource=1 + person.serial % 5, rya=0,
        requestoutcomedate=decided, requestoutcome=code, requestmediation=0, requesttribunal=0,
        exported=0,
    )  # fmt: skip
    assessment = rows.add(
        "assessment", request, assessmentoutcome=code,
        assessmentoutcomedate=asked + timedelta(days=100), assessmentmediation=0,
        assessmenttribunal=0, othermediation=0, othertribunal=0, week20=0,
    )  # fmt: skip
    named = rows.add(
        "namedplan", assessment, startdate=person.started, pb=0, oa=0, dp="",
        ceasedate=date(year - 1, 6, 30) if ceased else "", ceasereason=6 if ceased else "",
    )  # fmt: skip
    urn, setting = _place(person, year)
    based = urn in (BASE_PRIMARY, BASE_SECONDARY) and person.in_base
    where = {
        "urn": urn, "sensetting": setting, "placementrank": 1,
        "senunitindicator": int(based), "resourcedprovisionindicator": 0,
    }  # fmt: skip
    rows.add("plandetail", named, **where)
    if ceased:
        return
    active = rows.add("activeplans", request, lastreview=date(year - 1, 11, 5))
    entry = person.started if new else date(year - 1, 9, 1)
    rows.add("placementdetail", active, entrydate=entry, **where)
    rows.add("senneed", active, sentype=person.need, sentyperank=1)
    if person.second_need:
        rows.add("senneed", active, sentype=person.second_need, sentyperank=2)


def _add_request(
    rows: _Rows, header: str, number: int, year: int, number_of: Callable[[int], str]
) -> None:
    """Add a request of the year before that came to no plan: refused, pending, or no plan."""
    serial = 500_000 + year * 1_000 + number
    owner = _add_person(
        rows, header, serial, date(year - 8, 1 + number % 12, 9), sex="F",
        postcode=_homes()[number % 400], upn=number_of(serial),
    )  # fmt: skip
    asked = date(year - 1, 5, 1) + timedelta(days=number % 200)
    outcome = "NAY"[number % 3]
    request = rows.add(
        "requests", owner, receiveddate=asked, requestsource=2, rya=0,
        requestoutcomedate="" if outcome == "A" else asked + timedelta(days=41),
        requestoutcome=outcome, requestmediation=0, requesttribunal=0, exported=0,
    )  # fmt: skip
    if outcome == "Y":
        rows.add(
            "assessment", request, assessmentoutcome="N",
            assessmentoutcomedate=asked + timedelta(days=105), assessmentmediation=0,
            assessmenttribunal=0, othermediation=0, othertribunal=0, week20=0,
        )  # fmt: skip
