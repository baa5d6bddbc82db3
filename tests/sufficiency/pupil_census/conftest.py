"""A small authority's schools, homes and census, made up."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from sufficiency.people.reference import Reference
from sufficiency.people.schools import COLUMNS
from sufficiency.pupil_census.columns import table
from sufficiency.pupil_census.dated import census_day
from sufficiency.pupil_census.model import PupilCensus, Term
from sufficiency.pupil_census.values import typed

HEADER = "UPN,LEA,Estab,URN,Postcode,NCyearActual,EnrolStatus,SENprovision,SENtype1"
MakeCensus = Callable[..., PupilCensus]


def days(*written: str) -> pd.Series:
    return pd.to_datetime(pd.Series(list(written), dtype="str"), format="%Y-%m-%d")


@pytest.fixture(scope="session")
def reference() -> Reference:
    """Two schools in authority 839, one of which took the place of another; three postcodes."""
    given = pd.DataFrame(
        {
            "urn": ["100001", "100002", "100003"],
            "laestab": ["8392001", "8392002", "8392002"],
            "status": ["open", "closed", "open"],
            "open_date": days("2000-09-01", "1990-09-01", "2024-12-01"),
            "close_date": days("", "2024-11-30", ""),
            "successor": ["", "100003", ""],
        }
    )
    rest = {
        "str": "",
        "bool": False,
        "Int32": pd.NA,
        "datetime64[us]": pd.NaT,
        "float64": float("nan"),
    }
    schools = given.assign(**{c: rest[k] for c, k in COLUMNS.items() if c not in given})
    return Reference(
        authority="839",
        schools=schools[list(COLUMNS)].astype(COLUMNS),
        postcodes=pd.DataFrame(
            {
                "postcode": ["ZZ11AA", "ZZ12AA", "ZZ99AA"],
                "easting": 0.0,
                "northing": 0.0,
                "lsoa": ["E01000001", "E01000002", "E01000099"],
            }
        ),
        localities=pd.DataFrame(
            {"lsoa": ["E01000001", "E01000002"], "locality": ["north", "south"]}
        ),
        identifiers="synthetic",
    )


@pytest.fixture(scope="session")
def make_census() -> MakeCensus:
    """Return a maker of censuses from rows of canonical text."""

    def make(rows: list[dict[str, str]], year: int = 2025, term: Term = "spring") -> PupilCensus:
        usual = {
            "urn": "100001",
            "postcode": "ZZ1 1AA",
            "ncy_code": "4",
            "enrol_status": "C",
            "sen_provision": "N",
        }
        columns = [*table()["column"], "file", "sheet", "row"]
        full = [{**dict.fromkeys(columns, ""), **usual, **row} for row in rows]
        text = pd.DataFrame(full, columns=columns, dtype="str").assign(row=range(2, len(rows) + 2))
        pupils, unreadable = typed(text, "839")
        return PupilCensus(year, term, census_day(year, term), (), pupils, unreadable)

    return make


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of censuses of an empty workspace."""
    path = tmp_path / "inputs" / "school_census"
    path.mkdir(parents=True)
    return path
