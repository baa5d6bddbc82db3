"""The starter register: what is listed, what is assumed, and that it says so."""

import pandas as pd

from sufficiency.findings import Findings
from sufficiency.places.starter import starter_register, third_thursday_of_january

BASE = {"type_group": "mainstream", "setting": "MSLA", "age_from": 4, "age_to": 11}


def test_open_specialist_schools_of_the_authority_become_assumed_rows_with_places_from_roll(
    schools,
):
    table = schools(
        {},
        {"urn": "2", "type_group": "independent_special", "setting": "SPIN", "on_roll": 12},
        {"urn": "3", "type_group": "ap", "setting": "AP", "on_roll": 20},
        {"urn": "4", "type_group": "post16", "setting": "SPI", "on_roll": pd.NA},
        {"urn": "5", "type_group": "post16", "setting": "FE"},
        {"urn": "6", "type_group": "mainstream", "setting": "MSLA"},
        {"urn": "7", "status": "closed"},
        {"urn": "8", "authority": "998"},
        {"urn": "9", "setting": "SPNM", "on_roll": 30, "name": "Abbey School"},
    )
    findings = Findings()

    rows = starter_register(table, "999", 2025, findings)

    assert list(zip(rows["urn"], rows["provision"], strict=True)) == [
        ("100001", "special"),
        ("4", "post16"),
        ("9", "non_maintained_special"),
        ("2", "independent_special"),
        ("3", "ap"),
    ]
    assert rows["commissioned_places"].tolist() == [40, pd.NA, 30, 12, 20]
    assert rows["on_roll"].tolist() == [40, pd.NA, 30, 12, 20]
    assert set(rows["assumed"]) == {"yes"}
    assert set(rows["effective_from"]) == {"2024-09-01"}
    assert rows["notes"].str.startswith("assumed from roll; confirm").all()
    assert rows["source"].str.contains("gias").all()
    assert {f.check: f.count for f in findings.items} == {
        "starter_register_assumed": 5,
        "starter_places_unknown": 1,
        "starter_no_bases": 1,
    }
    assert not findings.blocking


def test_units_and_resourced_provision_are_listed_where_the_school_list_gives_numbers(schools):
    table = schools(
        BASE | {"urn": "1", "sen_unit_capacity": 16, "sen_unit_on_roll": 14},
        BASE | {"urn": "2", "resourced_provision_capacity": 8},
        BASE | {"urn": "3", "resourced_provision_capacity": 0, "sen_unit_on_roll": 0},
    )

    rows = starter_register(table, "999", 2025, Findings()).set_index("provision")

    assert rows["urn"].to_dict() == {"sen_unit": "1", "resourced_provision": "2"}
    assert rows["physical_capacity"].to_dict() == {"sen_unit": 16, "resourced_provision": 8}
    assert rows.at["sen_unit", "commissioned_places"] == 14
    assert rows.at["resourced_provision", "commissioned_places"] is pd.NA
    assert rows.at["sen_unit", "name"] == "Hill School (SEN unit)"


def test_year_groups_come_from_ages_then_from_the_roll_then_are_assumed_with_a_note(schools):
    unknown = {"age_from": pd.NA, "age_to": pd.NA}
    table = schools(
        {"urn": "1", "name": "A", "age_from": 11, "age_to": 16},
        {"urn": "2", "name": "B", "age_from": 2, "age_to": 19},
        {"urn": "3", "name": "C", "on_roll_secondary": 20, "on_roll_post_16": 5, **unknown},
        {"urn": "4", "name": "D", "on_roll_early_years": 3, "on_roll_primary": 9, **unknown},
        {"urn": "5", "name": "E", **unknown},
        {"urn": "6", "name": "F", "type_group": "post16", "setting": "SPI", **unknown},
    )
    findings = Findings()

    rows = starter_register(table, "999", 2025, findings)

    assert list(zip(rows["ncy_from"], rows["ncy_to"], strict=True)) == [
        (7, 11),
        (-2, 14),
        (7, 14),
        (-2, 6),
        (0, 14),
        (12, 21),
    ]
    assert rows["notes"].str.contains("year groups").tolist() == [False, False, *[True] * 4]
    assert [f.count for f in findings.items if f.check == "starter_years_assumed"] == [4]


def test_only_known_need_codes_are_taken_as_designation(schools):
    table = schools({"designated_needs": "ASD XYZ"}, {"urn": "2", "name": "Z"})

    rows = starter_register(table, "999", 2025, Findings())

    assert rows["designated_needs"].tolist() == ["ASD", ""]
    assert rows["flexible"].tolist() == ["no", "yes"]


def test_an_authority_without_specialist_provision_gets_an_empty_register_and_a_warning(schools):
    findings = Findings()

    rows = starter_register(schools({}), "111", 2025, findings)

    assert rows.empty
    assert [f.check for f in findings.items] == ["starter_register_empty"]


def test_the_order_of_the_school_list_does_not_matter(schools):
    table = schools({}, {"urn": "2", "name": "Hill School"}, {"urn": "3", "name": "Abbey"})

    forward = starter_register(table, "999", 2025, Findings())
    backward = starter_register(table.iloc[::-1], "999", 2025, Findings())

    pd.testing.assert_frame_equal(forward, backward)


def test_each_row_names_the_one_source_of_its_roll_and_its_date(schools):
    ages = {"on_roll": 40, "on_roll_primary": 30, "on_roll_secondary": 10, "headcount_year": 2024}
    ages |= {"on_roll_early_years": pd.NA, "on_roll_post_16": pd.NA}
    table = schools({"urn": "1", **ages}, {"urn": "2", **ages, "on_roll": 41})
    findings = Findings()

    rows = starter_register(table, "999", 2025, findings).set_index("urn")

    assert rows.at["1", "source"] == "school census, January 2024"
    assert rows.at["1", "as_at_date"] == "2024-01-18"
    assert rows["source"].str.startswith("school list (").tolist() == [False, True]
    assert rows.at["2", "as_at_date"] == ""
    late = [f for f in findings.items if f.check == "starter_roll_of_another_year"]
    assert [(f.severity, f.count) for f in late] == [("warns", 1)]
    same = Findings()
    starter_register(table, "999", 2024, same)
    assert "starter_roll_of_another_year" not in {f.check for f in same.items}


def test_the_school_census_is_on_the_third_thursday_of_january():
    days = [third_thursday_of_january(year) for year in (2023, 2024, 2025, 2026)]
    assert days == ["2023-01-19", "2024-01-18", "2025-01-16", "2026-01-15"]
