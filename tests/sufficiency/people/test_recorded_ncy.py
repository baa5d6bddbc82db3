"""Year groups as taught, from the school census of the same January."""

import pandas as pd
import pytest

from sufficiency.people.recorded_ncy import with_recorded_ncy
from sufficiency.people.route import person_tables
from sufficiency.pupil_census.model import PupilCensus, Term

KEY = b"k" * 32
CELLS = {"laestab": "", "enrol_status": "C", "entry_date": pd.NaT, "leaving_date": pd.NaT}


def census(*pupils: tuple, year: int = 2025, term: Term = "spring", **cells) -> PupilCensus:
    """Return a census of (UPN, URN, year group)."""
    rows = [{"upn": upn, "urn": urn, "ncy": ncy, **CELLS, **cells} for upn, urn, ncy in pupils]
    frame = pd.DataFrame(rows, columns=["upn", "urn", "ncy", *CELLS]).astype({"ncy": "Int64"})
    for name in ("entry_date", "leaving_date"):
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
    return PupilCensus(year, term, pd.Timestamp(year, 1, 16), (), frame, pd.DataFrame())


@pytest.fixture
def plans(small, reference) -> pd.DataFrame:
    """Plans of A (at a school), B (in a college) and one without a UPN, of one January."""
    build = small(2025)
    build.plan("A", need="ASD")
    build.plan("B", need="SEMH", place={"urn": "100006"})
    build.plan("", need="SLD")
    return person_tables([build.built()], reference, KEY).past_plans


def taught(plans: pd.DataFrame, reference, *censuses: PupilCensus) -> dict[str, int]:
    """Return the year group recorded for the need of each plan."""
    found = with_recorded_ncy(plans, censuses, KEY, reference)
    pd.testing.assert_frame_equal(
        found.drop(columns="ncy_recorded"), plans.drop(columns="ncy_recorded")
    )
    known = found[found["ncy_recorded"].notna()]
    return {str(n): int(v) for n, v in zip(known["need"], known["ncy_recorded"], strict=True)}


def test_the_year_group_is_that_of_the_person_in_the_spring_census_of_the_january(plans, reference):
    told = census(("A", "100001", 5), ("", "100001", 3), ("C", "100001", 4))
    assert taught(plans, reference, told) == {"ASD": 5}


def test_the_school_of_the_plan_decides_between_registrations_else_any_counts(plans, reference):
    both = census(("A", "100003", 4), ("A", "100001", 5), ("b ", "100003", 12))
    assert taught(plans, reference, both) == {"ASD": 5, "SEMH": 12}


@pytest.mark.parametrize(
    "told",
    [
        census(("A", "100001", 5), term="autumn"),
        census(("A", "100001", 5), year=2024),
        census(("A", "100001", 5), enrol_status="S"),
        census(("A", "100001", pd.NA)),
        census(),
    ],
    ids=["another term", "another year", "a subsidiary registration", "unknown", "nobody"],
)
def test_without_a_year_group_it_stays_missing(plans, reference, told):
    assert taught(plans, reference, told) == {}
    assert taught(plans, reference) == {}


def test_no_plans_stay_no_plans(plans, reference):
    assert with_recorded_ncy(plans.head(0), [census(("A", "1", 5))], KEY, reference).empty
