"""Second placements, months of entry and leaving, and schools attended, on a few children."""

from typing import Any

import pandas as pd

from sufficiency.people.route import person_tables

KEY = b"k" * 32


def made(build, reference) -> Any:
    return person_tables([build.built()], reference, KEY)


def second(build, ids, **place):
    build.add("placementdetail", ids["active"], **{"placementrank": 2, **place})


def test_a_second_placement_is_counted_once_apart_from_the_first(small, reference):
    build = small(2025)
    ids = build.plan("A1", need="SEMH", place={"urn": "100003"})
    second(build, ids, urn="100001", resourcedprovisionindicator=True)
    second(build, ids, urn="100001", resourcedprovisionindicator=True)
    build.plan("A2")
    tables = made(build, reference)
    # Born in March 2014: 10 at 31 August 2024, so Year 6.
    assert tables.second_placements.to_dict("records") == [
        {
            "year": 2025,
            "establishment": "100001",
            "setting": "RP",
            "need": "SEMH",
            "ncy": 6,
            "plans": 1,
        }
    ]
    assert len(tables.past_plans) == 2


def test_a_rank_2_placement_that_is_the_only_one_is_not_a_second_one(small, reference):
    build = small(2025)
    build.plan("A1", place={"placementrank": 2, "urn": "100003"})
    tables = made(build, reference)
    assert tables.past_plans["establishment"].tolist() == ["100003"]
    assert tables.second_placements.empty


def test_a_second_placement_that_ended_before_the_census_is_not_counted(small, reference):
    build = small(2025)
    second(build, build.plan("A1"), urn="100003", leavingdate="2024-12-20")
    assert made(build, reference).second_placements.empty


def test_months_count_who_entered_and_left_in_the_calendar_year_before_the_census(small, reference):
    build = small(2025)
    build.plan("A1", place={"urn": "100003", "entrydate": "2024-03-04"})
    moved = build.plan("A2", place={"urn": "100003", "entrydate": "2024-09-03"})
    left = {"urn": "100001", "entrydate": "2019-09-01", "leavingdate": "2024-07-20"}
    build.add("placementdetail", moved["active"], placementrank=1, **left)
    second(build, moved, urn="100001", entrydate="2024-05-01")
    rows = made(build, reference).placement_months.set_index(["establishment", "month"])
    assert rows[["entered", "left"]].to_dict("index") == {
        ("100001", "2024-07"): {"entered": 0, "left": 1},
        ("100003", "2024-03"): {"entered": 1, "left": 0},
        ("100003", "2024-09"): {"entered": 1, "left": 0},
    }
    assert rows["setting"].tolist() == ["MSLA", "SPLA", "SPLA"]


def test_the_pool_of_a_month_is_that_of_its_own_school_year(small, reference):
    build = small(2025)
    # 16 on 1 March 2024: Year 11 until August 2024, Year 12 from September.
    ids = build.plan("A1", born="2008-03-01", place={"urn": "100003", "entrydate": "2024-09-02"})
    before = {"urn": "100009", "leavingdate": "2024-08-31"}
    build.add("placementdetail", ids["active"], placementrank=1, **before)
    months = made(build, reference).placement_months
    assert dict(zip(months["month"], months["pool"], strict=True)) == {
        "2024-08": "school_age",
        "2024-09": "post_16",
    }


def test_schools_attended_are_of_any_authority_with_ages_and_position(small, reference):
    schools = reference.schools.set_index("urn")
    schools.loc["100004", ["name", "age_from", "age_to"]] = ["Far House", 7, 19]
    schools.loc["100004", "easting"] = 430000.0
    schools.loc["100004", "northing"] = 100000.0
    schools.loc["100003", "postcode"] = "ZZ12BB"
    known = schools.reset_index().astype(reference.schools.dtypes.to_dict())
    build = small(2025)
    build.plan("A1", place={"urn": "100004"})
    build.plan("A2", place={"urn": "100003"})
    build.plan("A3", place={"urn": "", "sensetting": "NIEO"})
    given = type(reference)(
        reference.authority, known[reference.schools.columns], reference.postcodes,
        reference.localities, identifiers="synthetic",
    )  # fmt: skip
    rows = made(build, given).schools_attended.set_index("urn")
    assert rows.index.tolist() == ["100003", "100004"]
    assert rows.loc["100004", ["name", "authority", "setting", "age_from", "age_to"]].tolist() == [
        "Far House", "998", "SPIN", 7, 19,
    ]  # fmt: skip
    assert rows["easting"].tolist() == [1.0, 430000.0]  # without a position, as its postcode


def test_nothing_of_a_person_leaves_with_these_tables(small, reference):
    build = small(2025)
    second(build, build.plan("A1", place={"entrydate": "2024-03-04"}), urn="100003")
    tables = made(build, reference)
    for name in ("second_placements", "placement_months", "schools_attended"):
        text = getattr(tables, name).to_csv().upper()
        assert len(getattr(tables, name)) == 1
        assert "DEMO" not in text
        assert "ZZ1" not in text
        assert "A1" not in text


def test_without_returns_the_tables_are_there_and_empty(reference):
    tables = person_tables([], reference, KEY)
    assert isinstance(tables.schools_attended, pd.DataFrame)
    assert tables.second_placements.empty
    assert tables.placement_months.empty
    assert tables.schools_attended.empty
