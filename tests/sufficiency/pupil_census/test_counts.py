"""Pupils counted on census day."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.contracts import Pupils
from sufficiency.people.reference import Reference
from sufficiency.pupil_census.counts import (
    counted_registrations,
    establishments_of,
    imports,
    pupil_counts,
)
from sufficiency.pupil_census.dated import census_day

SPRING_2025 = census_day(2025, "spring")


def one(pupils: pd.DataFrame) -> dict:
    assert len(pupils) == 1
    return pupils.iloc[0].to_dict()


def test_a_pupil_is_described_by_school_home_year_group_provision_need_and_base(
    make_census, reference: Reference
):
    census = make_census(
        [{"ncy_code": "N2", "sen_provision": "E", "need": "ASD", "unit": "1", "postcode": "zz12aa"}]
    )
    assert one(pupil_counts([census], reference)) == {
        "year": 2025,
        "term": "spring",
        "establishment": "100001",
        "locality": "south",
        "home": "inside",
        "ncy": -1,
        "sen_provision": "E",
        "need": "ASD",
        "base": "unit",
        "pupils": 1,
    }


def test_current_main_and_empty_registrations_are_counted_and_no_others(make_census):
    census = make_census([{"enrol_status": s} for s in ("C", "M", "", "S", "G", "Q")])
    assert counted_registrations(census)["enrol_status"].tolist() == ["C", "M", ""]


def test_only_those_there_on_census_day_are_counted(make_census):
    dates = [
        ("", ""),
        ("2025-01-16", "2025-01-16"),
        ("2025-01-17", ""),
        ("2020-09-01", "2025-01-15"),
        ("unknown", ""),
    ]
    census = make_census([{"entry_date": entered, "leaving_date": left} for entered, left in dates])
    assert census.census_day == pd.Timestamp("2025-01-16")
    assert counted_registrations(census)["row"].tolist() == [2, 3, 6]


def test_homes_outside_and_unknown_are_told_apart(make_census, reference: Reference):
    census = make_census([{"postcode": p} for p in ("ZZ1 1AA", "ZZ9 9AA", "", "ZZ88 8ZZ")])
    counted = pupil_counts([census], reference).set_index("home")
    assert counted["pupils"].to_dict() == {"inside": 1, "outside": 1, "unknown": 2}
    assert counted["locality"].to_dict() == {
        "inside": "north",
        "outside": "outside",
        "unknown": "outside",
    }


def test_needs_follow_what_the_checks_say_is_assumed(make_census, reference: Reference):
    cases = [
        ("N", "ASD", ("N", "")),
        ("K", "", ("K", "UNKNOWN")),
        ("K", "NSA", ("K", "NSA")),
        ("E", "NSA", ("E", "OTH")),
        ("E", "XYZ", ("E", "UNKNOWN")),
        ("S", "ASD", ("N", "")),
        ("", "", ("N", "")),
    ]
    for provision, need, expected in cases:
        census = make_census([{"sen_provision": provision, "need": need}])
        found = one(pupil_counts([census], reference))
        assert (found["sen_provision"], found["need"]) == expected


def test_autumn_and_summer_carry_no_need(make_census, reference: Reference):
    for term in ("autumn", "summer"):
        census = make_census([{"sen_provision": "K", "need": "ASD"}], term=term)
        assert one(pupil_counts([census], reference))["need"] == ""


def test_both_flags_count_as_a_unit_and_none_as_no_base(make_census, reference: Reference):
    flags = [("1", "1"), ("0", "1"), ("", ""), ("maybe", "0")]
    for (unit, rp), base in zip(flags, ("unit", "rp", "", ""), strict=True):
        census = make_census([{"unit": unit, "rp": rp}])
        assert one(pupil_counts([census], reference))["base"] == base


def test_year_group_that_is_not_followed_or_known_is_missing(make_census, reference: Reference):
    census = make_census([{"ncy_code": code} for code in ("X", "15", "")])
    found = one(pupil_counts([census], reference))
    assert pd.isna(found["ncy"])
    assert found["pupils"] == 3


def test_school_is_found_by_laestab_and_followed_to_its_successor(
    make_census, reference: Reference
):
    census = make_census(
        [
            {"urn": "", "laestab": "8392001"},
            {"urn": "", "laestab": "8392002"},
            {"urn": "100002"},
            {"urn": "999999"},
            {"urn": "", "laestab": "8399999"},
        ]
    )
    found = establishments_of(census.pupils, SPRING_2025, reference.schools)
    assert found.tolist() == ["100001", "100003", "100003", "999999", ""]
    before = establishments_of(census.pupils, census_day(2024, "spring"), reference.schools)
    assert before.tolist()[1:3] == ["100002", "100002"]


def test_imports_are_pupils_of_other_authorities_by_school_provision_and_base(
    make_census, reference: Reference
):
    rows = [
        {"postcode": "ZZ99AA", "sen_provision": "E", "need": "ASD", "unit": "1"},
        {"postcode": "ZZ99AA", "sen_provision": "E", "need": "SLCN", "unit": "1"},
        {"postcode": "", "sen_provision": "E", "need": "SLCN", "unit": "1"},
        {"postcode": "ZZ11AA", "sen_provision": "K", "need": "ASD"},
    ]
    found = imports(pupil_counts([make_census(rows)], reference))
    assert found.to_dict("records") == [
        {
            "year": 2025,
            "term": "spring",
            "establishment": "100001",
            "sen_provision": "E",
            "base": "unit",
            "pupils": 2,
            "home_unknown": 1,
        }
    ]


def test_no_census_gives_an_empty_table(reference: Reference):
    counted = pupil_counts([], reference)
    assert list(counted.columns) == list(Pupils.to_schema().columns)
    assert counted.empty
    assert imports(counted).empty


PUPIL = st.fixed_dictionaries(
    {
        "upn": st.sampled_from(["A839200000001", "A839200000002", ""]),
        "urn": st.sampled_from(["100001", "100002", ""]),
        "laestab": st.sampled_from(["8392001", "8399999", ""]),
        "postcode": st.sampled_from(["ZZ11AA", "ZZ9 9AA", "", "nowhere"]),
        "ncy_code": st.sampled_from(["R", "7", "X", "what"]),
        "enrol_status": st.sampled_from(["C", "M", "S", "G", ""]),
        "sen_provision": st.sampled_from(["N", "K", "E", "?"]),
        "need": st.sampled_from(["ASD", "NSA", "", "?"]),
        "unit": st.sampled_from(["1", "0", ""]),
        "leaving_date": st.sampled_from(["", "2024-12-31", "2025-06-01"]),
    }
)


@settings(deadline=None, max_examples=25)
@given(rows=st.lists(PUPIL, min_size=1, max_size=12), shuffle=st.randoms(use_true_random=False))
def test_counts_add_up_to_the_registrations_counted_in_any_order_of_rows(
    make_census, reference: Reference, rows: list[dict[str, str]], shuffle
):
    census = make_census(rows)
    counted = pupil_counts([census], reference)
    assert counted["pupils"].sum() == len(counted_registrations(census))
    shuffle.shuffle(rows)
    pd.testing.assert_frame_equal(counted, pupil_counts([make_census(rows)], reference))
    brought = imports(counted)
    assert brought["pupils"].sum() == counted.loc[counted["home"] == "outside", "pupils"].sum()


@settings(deadline=None, max_examples=10)
@given(rows=st.lists(PUPIL, min_size=1, max_size=6))
def test_nothing_that_belongs_to_one_pupil_is_in_a_count(
    make_census, reference: Reference, rows: list[dict[str, str]]
):
    counted = pupil_counts([make_census(rows)], reference)
    for table in (counted, imports(counted)):
        told = table.to_csv()
        assert "A8392" not in told
        assert "ZZ" not in told
        assert not {"upn", "uln", "postcode", "birth_date", "sex"} & set(table.columns)


def test_a_name_or_upn_in_any_column_of_the_census_reaches_no_count(reference, make_census):
    free = ("urn", "laestab", "estab", "ncy_code", "enrol_status", "sen_provision", "need")
    moved = [{column: cell} for column in free for cell in ("Demo000001", "A839200000001")]
    counts = pupil_counts([make_census(moved)], reference)
    told = counts.astype("str").stack().str.upper()
    assert not told.str.contains("DEMO|A8392").any()
