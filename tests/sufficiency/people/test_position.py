"""The census-day position: every rule worked by hand, every assumption of the checks."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sufficiency.contracts import PastPlans, checked
from sufficiency.people.position import left_out, positions


def held(build, reference, **columns):
    """Return the positions of one built return, on index upn."""
    return positions(build.built(), reference).set_index("upn")


def one(build, reference) -> Any:
    """Return the only position."""
    rows = positions(build.built(), reference)
    assert len(rows) == 1
    return rows.iloc[0]


def test_a_plan_becomes_one_row_with_everything_that_the_plans_table_needs(small, reference):
    build = small(2025)
    build.plan("A1", born="2014-08-31", start="2021-05-04")
    row = one(build, reference)
    expected = {
        "year": 2025,
        "need": "ASD",
        "second_need": "",
        "setting": "MSLA",
        "establishment": "100001",
        "age": 10,
        "ncy": 6,
        "sex": "F",
        "locality": "North",
        "lsoa": "E01000001",
        "home": "inside",
        "in_area": "yes",
        "residential": "no",
        "plan_start": "2021-05",
        "basis": "person",
        "placement_source": "placement",
        "person_file": "person.csv",
        "person_row": 2,
        "placement_row": 2,
    }
    assert {name: row[name] for name in expected} == expected
    table = positions(build.built(), reference).assign(plan_id="p")
    checked(PastPlans, table, "past_plans")


@pytest.mark.parametrize(
    ("start", "cease", "counts"),
    [
        ("2025-01-16", None, True),
        ("2025-01-17", None, False),
        (None, None, True),
        ("2021-05-04", "2025-01-16", True),
        ("2021-05-04", "2025-01-15", False),
        ("2024-06-01", "2024-05-01", False),
    ],
)
def test_a_plan_counts_if_it_has_started_and_not_ceased_on_the_day(
    small, reference, start, cease, counts
):
    build = small(2025)
    build.plan("A1", start=start, ceasedate=cease)
    assert len(positions(build.built(), reference)) == counts


def test_a_cease_reason_without_a_date_leaves_the_plan_in_force(small, reference):
    build = small(2025)
    build.plan("A1", ceasereason=5)
    assert len(positions(build.built(), reference)) == 1


def test_an_active_plan_without_a_named_plan_counts_with_no_start(small, reference):
    build = small(2025)
    who = build.person("A1")
    request = build.add("requests", who, requestoutcome="H")
    build.add("activeplans", request, transferla="998")
    row = one(build, reference)
    assert (row["plan_start"], row["transfer_la"], row["need"]) == ("", "998", "UNKNOWN")


def test_of_several_plans_of_a_person_the_one_that_started_last_counts(small, reference):
    build = small(2025)
    ids = build.plan("A1", start="2020-01-01", need="ASD")
    build.plan_of(ids["person"], start="2024-01-01", need="SEMH")
    build.plan_of(ids["person"], start=None, need="MLD")
    assert one(build, reference)["need"] == "SEMH"


def test_the_same_person_twice_is_one_person_and_gaps_are_filled_from_the_later_row(
    small, reference
):
    build = small(2025)
    build.plan("A1", start="2020-01-01", need="ASD", person={"postcode": ""})
    build.plan("A1", start="2024-01-01", need="SEMH", person={"postcode": "ZZ1 2BB"})
    row = one(build, reference)
    assert (row["need"], row["locality"], row["persontableid"]) == ("SEMH", "South", "person-0")


def test_one_upn_with_two_birth_dates_stays_two_people(small, reference):
    build = small(2025)
    build.plan("A1", born="2014-03-01")
    build.plan("A1", born="2015-03-01")
    assert len(positions(build.built(), reference)) == 2


def test_without_a_upn_the_uln_tells_the_same_person(small, reference):
    build = small(2025)
    build.plan("", person={"uniquelearnernumber": "1234567890"})
    build.plan("", person={"uniquelearnernumber": "1234567890"})
    build.plan("", person={"uniquelearnernumber": ""})
    assert len(positions(build.built(), reference)) == 2


@pytest.mark.parametrize(
    ("born", "age"),
    [
        ("2014-08-31", 10),
        ("2014-09-01", 9),
        ("2020-08-31", 4),
        ("2024-10-01", 0),
        ("2025-01-10", 0),
        ("1999-08-31", 25),
    ],
)
def test_age_is_at_31_august_before_and_nominal_ncy_is_4_less(small, reference, born, age):
    build = small(2025)
    build.plan("A1", born=born)
    row = one(build, reference)
    assert (row["age"], row["ncy"]) == (age, age - 4)


def test_people_without_an_age_are_left_out_and_counted_by_reason(small, reference):
    build = small(2025)
    build.plan("A1", born=None)
    build.plan("A2", born="2025-01-17")
    build.plan("A3", born="1998-08-31")
    build.plan("A4", born="1998-08-31", ceasedate="2024-05-01")
    build.plan("A5")
    assert list(positions(build.built(), reference)["upn"]) == ["A5"]
    counts = left_out(build.built()).set_index("reason")["people"]
    assert counts.to_dict() == {"no_birth_date": 1, "born_after_census": 1, "too_old": 1}


# Needs


def need_of(build, reference, *ranked):
    ids = build.plan("A1", need="")
    for code, rank in ranked:
        build.add("senneed", ids["active"], sentype=code, sentyperank=rank)
    row = one(build, reference)
    return row["need"], row["second_need"]


@pytest.mark.parametrize(
    ("ranked", "expected"),
    [
        ([], ("UNKNOWN", "")),
        ([("MLD", 2), ("ASD", 1)], ("ASD", "MLD")),
        ([("MLD", 1), ("ASD", 1)], ("MLD", "ASD")),
        ([("MLD", 3), ("ASD", 2)], ("ASD", "MLD")),
        ([("MLD", None), ("ASD", None)], ("MLD", "ASD")),
        ([("XXX", 1), ("ASD", 2)], ("UNKNOWN", "ASD")),
        ([("", 1)], ("UNKNOWN", "")),
        ([("NSA", 1)], ("UNKNOWN", "")),
        ([("ASD", 1), ("XXX", 2)], ("ASD", "")),
        ([("ASD", 1), ("ASD", 2)], ("ASD", "")),
        ([("DS", 1)], ("DS", "")),
    ],
)
def test_the_lowest_rank_is_the_primary_need_and_an_unknown_code_is_unknown(
    small, reference, ranked, expected
):
    assert need_of(small(2025), reference, *ranked) == expected


# Placements


def placed(build, reference, *rows, **plan) -> Any:
    ids = build.plan("A1", place={}, **plan)
    for row in rows:
        build.add("placementdetail", ids["active"], **row)
    return one(build, reference)


@pytest.mark.parametrize(
    ("rows", "urn"),
    [
        ([{"urn": "100001", "placementrank": 2}, {"urn": "100003", "placementrank": 1}], "100003"),
        ([{"urn": "100001", "placementrank": 9}, {"urn": "100003", "placementrank": 2}], "100003"),
        ([{"urn": "100001"}, {"urn": "100003", "placementrank": 2}], "100003"),
        (
            [
                {"urn": "100001", "placementrank": 1, "entrydate": "2022-09-01"},
                {"urn": "100003", "placementrank": 1, "entrydate": "2024-09-01"},
                {"urn": "100002", "placementrank": 1},
            ],
            "100003",
        ),
        (
            [
                {"urn": "100001", "placementrank": 1, "leavingdate": "2025-01-15"},
                {"urn": "100003", "placementrank": 2, "leavingdate": "2025-01-16"},
            ],
            "100003",
        ),
        (
            [
                {"urn": "100001", "placementrank": 1, "entrydate": "2025-01-17"},
                {"urn": "100003", "placementrank": 2, "entrydate": "2025-01-16"},
            ],
            "100003",
        ),
        (
            [
                {
                    "urn": "100001",
                    "placementrank": 1,
                    "entrydate": "2025-01-10",
                    "leavingdate": "2024-01-10",
                },
                {"urn": "100003", "placementrank": 2},
            ],
            "100003",
        ),
    ],
)
def test_the_main_placement_active_on_the_day_counts(small, reference, rows, urn):
    assert placed(small(2025), reference, *rows)["establishment"] == urn


def test_without_a_placement_on_the_day_the_plan_names_the_setting(small, reference):
    build = small(2025)
    ids = build.plan("A1", place={"leavingdate": "2024-12-01"}, planres="B", planwbp="S")
    build.add("plandetail", ids["named"], urn="100001", placementrank=2)
    build.add("plandetail", ids["named"], urn="100004", placementrank=1)
    row = one(build, reference)
    assert (row["setting"], row["placement_source"], row["in_area"]) == ("SPIN", "plan", "no")
    assert (row["residential"], row["residential_weeks"], row["wbp"]) == ("52_weeks", "B", "S")
    assert (row["placement_file"], row["placement_row"]) == ("plandetail.csv", 3)


def test_without_any_setting_it_is_not_recorded_and_residential_is_unknown(small, reference):
    row = placed(small(2025), reference)
    assert (row["setting"], row["placement_source"], row["establishment"]) == ("UNK", "none", "")
    assert (row["in_area"], row["residential"]) == ("unknown", "unknown")


@pytest.mark.parametrize(
    "silent",
    [
        {"urn": ""},
        {"urn": "199999"},
        {"urn": "", "sensetting": "QQQ"},
        {"urn": "", "ukprn": "19999999"},
    ],
)
def test_a_placement_that_tells_no_setting_gives_way_to_one_that_does_then_to_the_plan(
    small, reference, silent
):
    build = small(2025)
    ids = build.plan("A1", place={**silent, "res": "B"})
    row = one(build, reference)
    assert (row["setting"], row["placement_source"]) == ("UNK", "placement")
    build.add("plandetail", ids["named"], urn="199999", placementrank=1)
    row = one(build, reference)
    assert (row["setting"], row["placement_source"]) == ("UNK", "placement")
    build.add("plandetail", ids["named"], urn="100003", placementrank=2)
    row = one(build, reference)
    assert (row["setting"], row["placement_source"]) == ("SPLA", "plan")
    assert row["residential_weeks"] == "B"
    build.add("placementdetail", ids["active"], sensetting="EHE", placementrank=2)
    row = one(build, reference)
    assert (row["setting"], row["placement_source"]) == ("EHE", "placement")


@pytest.mark.parametrize(
    ("born", "code", "setting"),
    [
        ("2008-08-31", "", "FE"),
        ("2008-09-01", "", "UNK"),
        ("2008-08-31", "NEET", "NEET"),
        ("2014-03-01", "EHE", "EHE"),
    ],
)
def test_a_ukprn_that_gias_does_not_know_is_a_college_from_16_without_a_setting_code(
    small, reference, born, code, setting
):
    build = small(2025)
    build.plan("A1", born=born, place={"urn": "", "ukprn": "19999999", "sensetting": code})
    assert one(build, reference)["setting"] == setting


def test_a_urn_that_gias_does_not_know_is_kept_only_where_no_gias_file_is_there(small, reference):
    build = small(2025)
    ids = build.plan("A1", place={"urn": "40912"})
    build.add("plandetail", ids["named"], urn="100003", placementrank=1)
    assert one(build, reference)["establishment"] == "100003"
    without = replace(reference, schools=reference.schools.head(0))
    assert one(build, without)["establishment"] == "40912"


def test_twins_under_one_upn_stay_two_people(small, reference):
    build = small(2025)
    build.plan("A1", person={"forename": "Ada"})
    build.plan("A1", person={"forename": "Ben"})
    assert len(positions(build.built(), reference)) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [(("A1", "12"), ("", "12")), (("", "12"), ("A1", "12"))],
)
def test_a_person_with_a_upn_in_one_row_alone_is_told_by_the_uln(small, reference, first, second):
    build = small(2025)
    for upn, uln in (first, second):
        build.plan(upn, person={"uniquelearnernumber": uln, "surname": "Demo"})
    found = positions(build.built(), reference)
    assert found["upn"].tolist() == ["A1"]


@pytest.mark.parametrize(
    ("place", "setting", "establishment", "in_area"),
    [
        ({"urn": "100001", "senunitindicator": True}, "SENU", "100001", "yes"),
        ({"urn": "100002", "resourcedprovisionindicator": True}, "RP", "100002", "yes"),
        (
            {"urn": "100002", "senunitindicator": True, "resourcedprovisionindicator": True},
            "SENU",
            "100002",
            "yes",
        ),
        ({"urn": "100002", "senunitindicator": False}, "MSAC", "100002", "yes"),
        ({"urn": "100003", "senunitindicator": True}, "SPLA", "100003", "yes"),
        ({"urn": "100005", "resourcedprovisionindicator": True}, "EYP", "100005", "yes"),
        ({"urn": "100006"}, "FE", "100006", "no"),
        ({"urn": "100007"}, "FE6", "100007", "yes"),
        ({"urn": "100008"}, "OTHP", "100008", "unknown"),
        ({"urn": "", "ukprn": "10000003"}, "SPLA", "100003", "yes"),
        ({"urn": "", "ukprn": "19999999"}, "UNK", "", "unknown"),
        ({"urn": "100003", "sensetting": "EHE"}, "SPLA", "100003", "yes"),
        ({"urn": "", "ukprn": "19999999", "sensetting": "EHE"}, "EHE", "", "unknown"),
        ({"urn": "199999", "sensetting": "EHE"}, "EHE", "", "unknown"),
        ({"urn": "199999", "ukprn": "10000003"}, "SPLA", "100003", "yes"),
        ({"urn": "199999"}, "UNK", "", "unknown"),
        ({"urn": "Demo", "senunitindicator": True}, "UNK", "", "unknown"),
        ({"urn": "", "sensetting": "XXX"}, "UNK", "", "unknown"),
        ({"urn": "100009"}, "SPAC", "100011", "yes"),
        ({"urn": "100012"}, "MSLA", "100012", "yes"),
    ],
)
def test_setting_follows_urn_then_ukprn_then_code(
    small, reference, place, setting, establishment, in_area
):
    build = small(2025)
    build.plan("A1", place=place)
    row = one(build, reference)
    assert (row["setting"], row["establishment"], row["in_area"]) == (
        setting,
        establishment,
        in_area,
    )


@pytest.mark.parametrize(
    ("code", "setting"),
    [
        ("OLA", "EOTAS"),
        ("OPA", "OPA"),
        ("EHE", "EHE"),
        ("EYP", "EYP"),
        ("OTH", "OTHP"),
        ("NEET", "NEET"),
        ("NIEC", "NIE"),
        ("NIEO", "NIE"),
    ],
)
def test_setting_codes_become_settings(small, reference, code, setting):
    build = small(2025)
    build.plan("A1", place={"urn": "", "sensetting": code})
    assert one(build, reference)["setting"] == setting


def test_a_closed_school_is_followed_no_further_than_the_census_day(small, reference):
    build = small(2024)
    build.plan("A1", place={"urn": "100009"})
    assert one(build, reference)["establishment"] == "100010"


@pytest.mark.parametrize(
    ("place", "active", "expected"),
    [
        ({"res": "A"}, {}, ("yes", "A")),
        ({"res": "B"}, {}, ("52_weeks", "B")),
        ({"res": "X"}, {}, ("no", "")),
        ({}, {"res": "A"}, ("yes", "A")),
    ],
)
def test_residential_follows_the_placement_then_the_plan(small, reference, place, active, expected):
    build = small(2025)
    build.plan("A1", place={"urn": "100004", **place}, active=active)
    row = one(build, reference)
    assert (row["residential"], row["residential_weeks"]) == expected


def test_sex_other_than_f_and_m_is_left_empty(small, reference):
    build = small(2025)
    build.plan("A1", person={"sex": "U"})
    assert one(build, reference)["sex"] == ""


@pytest.mark.parametrize("year", [2025, 2026])
def test_ds_is_kept_in_every_year(small, reference, year):
    assert need_of(small(year), reference, ("DS", 1))[0] == "DS"


def test_orphans_and_repeated_ids_neither_multiply_nor_lose_plans(small, reference):
    build = small(2025)
    ids = build.plan("A1")
    build.plan("A2")
    build.add("requests", "nobody", requestoutcome="H")
    build.add("activeplans", "", res="")
    build.add("person", own=ids["person"], upn="A9", personbirthdate="2012-01-01")
    build.add("namedplan", "", startdate="2020-01-01")
    assert sorted(positions(build.built(), reference)["upn"]) == ["A1", "A2"]


def test_positions_do_not_depend_on_the_order_of_rows(small, reference):
    build = small(2025)
    for number in range(30):
        place = {"urn": f"10000{1 + number % 8}", "entrydate": "2023-09-01"}
        build.plan(f"A{number}", start=f"2021-05-{1 + number % 28:02d}", place=place)
    ret = build.built()
    rng = np.random.default_rng(5)
    for module, frame in ret.modules.items():
        ret.modules[module] = frame.iloc[rng.permutation(len(frame))].reset_index(drop=True)
    shuffled = positions(ret, reference).sort_values("upn").reset_index(drop=True)
    straight = positions(build.built(), reference).sort_values("upn").reset_index(drop=True)
    pd.testing.assert_frame_equal(shuffled, straight)


def test_an_empty_return_gives_an_empty_position(small, reference):
    rows = positions(small(2025).built(), reference)
    assert rows.empty
    checked(PastPlans, rows.assign(plan_id=pd.Series(dtype="str")), "past_plans")
