"""Localities: schemes and the planner's table."""

from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.localities import assign, clean_name

CODES = ["E01Z00001", "E01Z00002", "E01Z00003"]


def areas(**columns: list[str]) -> pd.DataFrame:
    table: dict[str, Any] = {
        "lsoa": CODES,
        "lsoa_name": ["Westmere 001A", "Westmere 001B", "Westmere 002A"],
        "msoa": ["E02Z1", "E02Z1", "E02Z2"],
        "ward": ["E05Z1", "E05Z1", "E05Z2"],
        "ward_name": ["Quay", "Quay", "Down"],
        "district": ["E06Z1"] * 3,
        "former_district": ["Norham", "Norham", "Seaton"],
        "easting": [1.0, 2.0, 3.0],
        "northing": [1.0, 2.0, 3.0],
    }
    return pd.DataFrame(table | columns)


def test_default_scheme_is_the_former_district() -> None:
    table, findings = assign(areas(), "former_district")
    assert table["locality"].tolist() == ["Norham", "Norham", "Seaton"]
    assert findings == []


def test_msoa_scheme_names_areas_by_the_lsoa_name_without_its_letter() -> None:
    table, _ = assign(areas(), "msoa")
    assert table["locality"].tolist() == ["Westmere 001", "Westmere 001", "Westmere 002"]


def test_two_wards_of_one_name_stay_two_localities() -> None:
    table, _ = assign(areas(ward_name=["Quay", "Quay", "Quay"]), "ward")
    assert table["locality"].tolist() == ["Quay (Norham)", "Quay (Norham)", "Quay (Seaton)"]


def test_wards_of_one_name_and_district_are_told_apart_by_code() -> None:
    same = areas(ward_name=["Quay"] * 3, former_district=["Norham"] * 3)
    table, _ = assign(same, "ward")
    assert table["locality"].nunique() == 2


def test_planners_table_is_read_whatever_its_order_and_spacing() -> None:
    table = pd.DataFrame(
        {"lsoa": [CODES[2], f" {CODES[0].lower()}", CODES[1]], "locality": ["B ", "A", " A"]}
    )
    found, findings = assign(areas(), "file", table)
    assert findings == []
    assert found.set_index("lsoa")["locality"].to_dict() == dict(
        zip(CODES, ["A", "A", "B"], strict=True)
    )


def test_every_problem_of_the_planners_table_is_reported_with_its_rows() -> None:
    table = pd.DataFrame(
        {
            "lsoa": [CODES[0], CODES[0], "E01Z99999", CODES[1]],
            "locality": ["A", "B", "A", "Outside"],
        }
    )
    _, findings = assign(areas(), "file", table)
    assert {(f.check, f.row, f.count) for f in findings} == {
        ("locality_lsoa_unknown", 4, 1),
        ("locality_lsoa_repeated", 2, 2),
        ("locality_name_reserved", 5, 1),
        ("locality_lsoa_missing", 0, 1),
    }
    assert all(f.severity == "blocks" for f in findings)
    repeated = next(f for f in findings if f.check == "locality_lsoa_repeated")
    assert "row 2, 3" in repeated.message


def test_a_missing_table_blocks_and_every_lsoa_is_still_there() -> None:
    found, findings = assign(areas(), "file", None)
    assert [f.check for f in findings] == ["locality_table_missing"]
    assert found["locality"].tolist() == ["Norham", "Norham", "Seaton"]


def test_a_table_without_its_columns_blocks() -> None:
    _, findings = assign(areas(), "file", pd.DataFrame({"code": CODES}))
    assert "lsoa and locality" in findings[0].message


def test_one_locality_spelt_two_ways_blocks() -> None:
    table = pd.DataFrame({"lsoa": CODES, "locality": ["North", "north", "South"]})
    _, findings = assign(areas(), "file", table)
    assert [(f.check, f.count) for f in findings] == [("locality_name_spelt_twice", 2)]


def test_blank_locality_blocks_and_an_empty_row_does_not() -> None:
    table = pd.DataFrame({"lsoa": [*CODES, ""], "locality": ["A", "", "B", ""]})
    _, findings = assign(areas(), "file", table)
    assert [(f.check, f.row) for f in findings] == [("locality_name_blank", 3)]


def test_reserved_ward_name_blocks() -> None:
    _, findings = assign(areas(ward_name=["All", "All", "Down"]), "ward")
    assert [f.check for f in findings] == ["locality_name_reserved"]


def test_names_lose_marks_that_file_names_cannot_hold() -> None:
    assert clean_name("  Sea / Shore | East ") == "Sea Shore East"


@settings(deadline=None, max_examples=10)
@given(order=st.permutations(range(3)))
def test_order_of_areas_does_not_matter(order: list[int]) -> None:
    shuffled = areas().iloc[order]
    pd.testing.assert_frame_equal(assign(shuffled, "ward")[0], assign(areas(), "ward")[0])
