"""A clean small return and census, made in memory, and what they are looked up in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace

import pandas as pd
import pytest

from sufficiency.findings import Findings
from sufficiency.people.position import positions
from sufficiency.people.reference import Reference
from sufficiency.people.schools import COLUMNS
from sufficiency.pupil_census.model import PupilCensus, Term
from sufficiency.quality.bases import bases
from sufficiency.quality.checks import check_censuses, check_returns
from sufficiency.sen2.model import PARENTS, RawReturn, Return, SourceFile
from sufficiency.sen2.typed_return import third_thursday, typed

Modules = dict[str, pd.DataFrame]
AUTHORITY = "999"
PLAIN, UNIT, RP, SPECIAL, COLLEGE, CLOSED, UNIVERSITY = (f"10000{n}" for n in range(1, 8))
TYPES = {
    PLAIN: ("1", "MSLA", "mainstream"),
    UNIT: ("34", "MSAC", "mainstream"),
    RP: ("2", "MSLA", "mainstream"),
    SPECIAL: ("7", "SPLA", "special"),
    COLLEGE: ("18", "FE", "post16"),
    CLOSED: ("1", "MSLA", "mainstream"),
    UNIVERSITY: ("29", "OTHP", "other"),
}
INSIDE, OUTSIDE = "ZZ1 1AA", "ZZ9 9ZZ"
BORN = {1: "2014-10-05", 2: "2012-03-09", 3: "2009-05-20", 4: "2007-02-11", 5: "2018-06-30"}
NEEDS = {1: "ASD", 2: "SLCN", 3: "SLD", 4: "SEMH"}
PLACES = {1: PLAIN, 2: UNIT, 3: SPECIAL, 4: COLLEGE}


def _school(urn: str) -> dict[str, object]:
    code, setting, group = TYPES[urn]
    return {
        "urn": urn,
        "ukprn": f"200{urn[1:]}",
        "laestab": f"{AUTHORITY}{urn[2:]}",
        "name": f"School {urn}",
        "authority": AUTHORITY,
        "type_code": code,
        "setting": setting,
        "type_group": group,
        "status": "closed" if urn == CLOSED else "open",
        "close_date": "2022-08-31" if urn == CLOSED else None,
        "successor": PLAIN if urn == CLOSED else "",
        "has_unit": urn == UNIT,
        "has_rp": urn == RP,
        "unit_on_roll": 2 if urn == UNIT else None,
        "rp_on_roll": 2 if urn == RP else None,
        "postcode": "ZZ11AA",
    }


@pytest.fixture
def reference(module_reference: Reference) -> Reference:
    """Seven schools, homes inside and outside, no register, synthetic identifiers."""
    return module_reference


@pytest.fixture(scope="module")
def module_reference() -> Reference:
    """The reference, for fixtures that serve many tests."""
    schools = pd.DataFrame([_school(urn) for urn in TYPES], columns=list(COLUMNS)).astype(COLUMNS)
    inside = [f"ZZ{n}1AA" for n in range(1, 200)]
    postcodes = pd.DataFrame(
        {
            "postcode": [*inside, "ZZ99ZZ"],
            "easting": 400000.0,
            "northing": 100000.0,
            "lsoa": ["E01099001"] * len(inside) + ["E01099999"],
        }
    )
    localities = pd.DataFrame({"lsoa": ["E01099001"], "locality": ["Middle"]})
    return Reference(AUTHORITY, schools, postcodes, localities, None, "synthetic")


def modules_of(year: int = 2025) -> Modules:
    """Return a clean return as text: four plans, one request undecided, one plan ceased."""
    rows: dict[str, list[dict[str, str]]] = {
        "sen2": [
            {
                "sen2tableid": "h1",
                "year": str(year),
                "referencedate": third_thursday(year).isoformat(),
                "lea": AUTHORITY,
            }
        ]
    }
    for n in range(1, 7):
        person = {
            "persontableid": f"p{n}",
            "sen2tableid": "h1",
            "surname": f"Demo{n:06d}",
            "forename": f"Given{n}",
            "personbirthdate": BORN.get(n, "2005-01-15"),
            "sex": "F" if n % 2 else "M",
            "postcode": INSIDE,
            "upn": f"I99900000000{n}",
        }
        rows.setdefault("person", []).append(person)
        request = {
            "requeststableid": f"r{n}",
            "persontableid": f"p{n}",
            "receiveddate": f"{year - 1}-02-0{n}",
            "requestoutcomedate": "" if n == 5 else f"{year - 1}-03-0{n}",
            "requestoutcome": "A" if n == 5 else "Y",
            "requestsource": "2",
        }
        rows.setdefault("requests", []).append(request)
        if n == 5:
            continue
        assessed = {"assessmenttableid": f"a{n}", "requeststableid": f"r{n}"}
        assessed |= {"assessmentoutcome": "Y", "assessmentoutcomedate": f"{year - 1}-05-0{n}"}
        assessed |= {"week20": "0"}
        rows.setdefault("assessment", []).append(assessed)
        plan = {"namedplantableid": f"n{n}", "assessmenttableid": f"a{n}"}
        plan |= {"startdate": f"{year - 1}-06-0{n}"}
        ceased = {"ceasedate": f"{year - 1}-09-01", "ceasereason": "1"} if n == 6 else {}
        rows.setdefault("namedplan", []).append(plan | ceased)
        if n == 6:
            continue
        detail = {"plandetailtableid": f"d{n}", "namedplantableid": f"n{n}", "placementrank": "1"}
        rows.setdefault("plandetail", []).append(detail | {"urn": PLACES[n]})
        active = {"activeplanstableid": f"v{n}", "requeststableid": f"r{n}"}
        rows.setdefault("activeplans", []).append(active)
        place = {"placementdetailtableid": f"l{n}", "activeplanstableid": f"v{n}"}
        place |= {"urn": PLACES[n], "placementrank": "1", "entrydate": f"{year - 1}-09-01"}
        place |= {"senunitindicator": "1" if n == 2 else "0", "resourcedprovisionindicator": "0"}
        rows.setdefault("placementdetail", []).append(place)
        need = {"senneedtableid": f"s{n}", "activeplanstableid": f"v{n}"}
        rows.setdefault("senneed", []).append(need | {"sentype": NEEDS[n], "sentyperank": "1"})
    return {name: _as_text(found) for name, found in rows.items()}


def _as_text(rows: list[dict[str, str]]) -> pd.DataFrame:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    filled = [[row.get(name, "") for name in columns] for row in rows]
    return pd.DataFrame(filled, columns=columns, dtype="str")


def raw_of(modules: Modules, year: int = 2025) -> RawReturn:
    """Return modules as a Blade return, one file a module; the first row of each is row 2."""
    placed = {}
    for name, frame in modules.items():
        found = frame.reset_index(drop=True)
        placed[name] = found.assign(file=f"sen2/{year}/{name}.csv", sheet="", row=found.index + 2)
    files = tuple(
        SourceFile(f"sen2/{year}/{name}.csv", f"hash of {name} {year}", len(frame))
        for name, frame in modules.items()
    )
    return RawReturn("blade", files, placed)


def return_of(modules: Modules, year: int = 2025) -> Return:
    """Return modules typed as the reader types them."""
    found = typed(raw_of(modules, year), Findings())
    assert found is not None
    return found


def edited(modules: Modules, module: str, row: int, **cells: str) -> Modules:
    """Return modules with cells of one row (from 0) set; a new column is empty elsewhere."""
    frame = modules[module].copy()
    for column, value in cells.items():
        if column not in frame:
            frame[column] = ""
        frame.loc[row, column] = value
    return {**modules, module: frame}


def without(modules: Modules, module: str, row: int) -> Modules:
    """Return modules without one row (from 0)."""
    return {**modules, module: modules[module].drop(index=row).reset_index(drop=True)}


def with_copy(modules: Modules, module: str, row: int, **cells: str) -> Modules:
    """Return modules with a copy of one row at the end of its module, with other cells."""
    copy = modules[module].iloc[[row]].assign(**cells)
    frame = modules[module].assign(**{c: "" for c in cells if c not in modules[module]})
    return {**modules, module: pd.concat([frame, copy], ignore_index=True)}


OWN = {
    "person": "p",
    "requests": "r",
    "assessment": "a",
    "namedplan": "n",
    "plandetail": "d",
    "activeplans": "v",
    "placementdetail": "l",
    "senneed": "s",
}


def with_people(modules: Modules, count: int, **person: str) -> Modules:
    """Return modules with more people like the first, each with a whole tree of rows."""
    made = dict(modules)
    number = pd.Series([f"+{n:04d}" for n in range(count)])
    for module, own in OWN.items():
        more = pd.concat([modules[module].iloc[[0]]] * count, ignore_index=True)
        more[f"{module}tableid"] = own + number
        if PARENTS[module] != "sen2":
            more[f"{PARENTS[module]}tableid"] = OWN[PARENTS[module]] + number
        if module == "person":
            more["upn"] = "I88800000" + number.str[1:]
            more["surname"] = "Demo99" + number.str[1:]
            more = more.assign(**person)
        made[module] = pd.concat([modules[module], more], ignore_index=True)
    return made


def pupils_of(year: int = 2025) -> pd.DataFrame:
    """Return the registrations of a clean census: plans 1 to 3, one on SEN support, one without."""
    rows = []
    for n, (urn, ncy, provision, need) in enumerate(
        [
            (PLAIN, 6, "E", "ASD"),
            (UNIT, 8, "E", "SLCN"),
            (SPECIAL, 11, "E", "SLD"),
            (PLAIN, 3, "K", "NSA"),
            (PLAIN, 4, "N", ""),
        ],
        start=1,
    ):
        rows.append(
            {
                "upn": f"I99900000000{n}" if n < 4 else f"I77700000000{n}",
                "uln": "",
                "laestab": f"{AUTHORITY}{urn[2:]}",
                "urn": urn,
                "birth_date": BORN[n],
                "sex": "F",
                "postcode": INSIDE,
                "ncy": ncy,
                "ncy_code": str(ncy),
                "enrol_status": "C",
                "entry_date": None,
                "leaving_date": None,
                "sen_provision": provision,
                "need": need,
                "second_need": "",
                "unit": n == 2,
                "rp": False,
                "file": f"census/{year}.csv",
                "sheet": "",
                "row": n + 1,
            }
        )
    kinds = {"ncy": "Int64", "unit": "boolean", "rp": "boolean"}
    kinds |= dict.fromkeys(("birth_date", "entry_date", "leaving_date"), "datetime64[us]")
    return pd.DataFrame(rows).astype(kinds)


def census_of(pupils: pd.DataFrame, year: int = 2025, term: Term = "spring") -> PupilCensus:
    """Return registrations as a census whose every cell was understood."""
    unreadable = pd.DataFrame(
        {name: pd.Series(dtype="str") for name in ("column", "file", "sheet", "row", "kind")}
    )
    day = pd.Timestamp(third_thursday(year))
    files = (SourceFile(f"census/{year}.csv", f"hash of census {year}", len(pupils)),)
    return PupilCensus(year, term, day, files, pupils, unreadable)


@dataclass(frozen=True)
class Checked:
    """What was found."""

    returns: list[Return]
    censuses: list[PupilCensus]
    positions: dict[int, pd.DataFrame]
    issues: pd.DataFrame

    def counts(self, year: int = 2025) -> dict[str, int]:
        """Return check -> rows that fail it, of one year."""
        found = self.issues.loc[self.issues["year"] == year, "check"]
        return {str(name): int(count) for name, count in found.value_counts().items()}


Check = Callable[..., Checked]


@pytest.fixture
def check(reference: Reference) -> Check:
    """Check modules by year (and pupils by year) as the whole pipeline does."""

    def run(
        returns: dict[int, Modules],
        pupils: dict[int, pd.DataFrame] | None = None,
        term: Term = "spring",
        **changed: object,
    ) -> Checked:
        known = replace(reference, **changed)  # pyright: ignore[reportArgumentType]
        held = [return_of(modules, year) for year, modules in returns.items()]
        censuses = [census_of(rows, year, term) for year, rows in (pupils or {}).items()]
        placed = {found.year: positions(found, known) for found in held}
        three_ways = bases(placed, censuses, known)
        issues = pd.concat(
            [
                check_returns(held, placed, known),
                check_censuses(censuses, held, placed, known, three_ways),
            ],
            ignore_index=True,
        )
        return Checked(held, censuses, placed, issues)

    return run


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """The functions that make and spoil small returns and censuses."""
    return SimpleNamespace(
        modules_of=modules_of,
        raw_of=raw_of,
        return_of=return_of,
        edited=edited,
        without=without,
        with_copy=with_copy,
        with_people=with_people,
        pupils_of=pupils_of,
        census_of=census_of,
    )
