"""Localities: schemes, the planner's table, and residents of each locality."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.localities import assign, clean_name, population_by_locality
from sufficiency.errors import SufficiencyError

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


def people(rows: list[tuple[str, str, int, int, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["area", "area_type", "year", "age", "persons"])
    return table.assign(source="made up", projected="observed")


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


def test_children_are_shared_by_where_their_cohort_lived() -> None:
    homes, _ = assign(areas(), "former_district")
    # mid-2020: all 3-year-olds in Norham, 5-year-olds 1:3; mid-2022 the 3-year-olds are 5.
    small = [
        (CODES[0], "lsoa", 2020, 3, 6.0),
        (CODES[1], "lsoa", 2020, 3, 4.0),
        (CODES[0], "lsoa", 2020, 5, 1.0),
        (CODES[2], "lsoa", 2020, 5, 3.0),
    ]
    population = people([*small, ("839", "authority", 2022, 5, 12.0)])
    table = population_by_locality(population, homes, "839", [2023])
    assert table.values.tolist() == [["Norham", 2023, 5, 12.0], ["Seaton", 2023, 5, 0.0]]


def test_young_adults_are_shared_like_the_same_age_then() -> None:
    homes, _ = assign(areas(), "former_district")
    small = [
        (CODES[0], "lsoa", 2020, 18, 9.0),
        (CODES[2], "lsoa", 2020, 20, 5.0),
        (CODES[0], "lsoa", 2020, 20, 5.0),
    ]
    population = people([*small, ("839", "authority", 2022, 20, 8.0)])
    table = population_by_locality(population, homes, "839", [2023])
    assert table["persons"].tolist() == [4.0, 4.0]


def test_children_born_since_are_shared_like_the_newest_born() -> None:
    homes, _ = assign(areas(), "former_district")
    small = [(CODES[0], "lsoa", 2020, 0, 3.0), (CODES[2], "lsoa", 2020, 0, 1.0)]
    population = people([*small, ("839", "authority", 2026, 4, 8.0)])
    table = population_by_locality(population, homes, "839", range(2027, 2028))
    assert table["persons"].tolist() == [6.0, 2.0]


def test_a_year_without_population_is_named() -> None:
    homes, _ = assign(areas(), "former_district")
    population = people([("839", "authority", 2022, 5, 12.0), (CODES[0], "lsoa", 2020, 5, 1.0)])
    with pytest.raises(SufficiencyError, match="mid-year 2029"):
        population_by_locality(population, homes, "839", [2023, 2030])


def test_no_small_area_population_is_said() -> None:
    homes, _ = assign(areas(), "former_district")
    population = people([("839", "authority", 2022, 5, 12.0)])
    with pytest.raises(SufficiencyError, match="LSOA"):
        population_by_locality(population, homes, "839", [2023])


counts = st.floats(0, 1e4, allow_nan=False)


@settings(deadline=None, max_examples=25)
@given(
    small=st.lists(st.lists(counts, min_size=26, max_size=26), min_size=3, max_size=3),
    totals=st.lists(counts, min_size=26, max_size=26),
    years=st.lists(st.integers(2016, 2040), min_size=1, max_size=3, unique=True),
)
def test_localities_always_sum_to_the_authority(
    small: list[list[float]], totals: list[float], years: list[int]
) -> None:
    homes, _ = assign(areas(), "former_district")
    rows = [
        (code, "lsoa", 2020, age, persons)
        for code, by_age in zip(CODES, small, strict=True)
        for age, persons in enumerate(by_age)
    ]
    for year in years:
        rows += [("839", "authority", year - 1, age, p) for age, p in enumerate(totals)]
    table = population_by_locality(people(rows), homes, "839", years)
    assert (table["persons"] >= 0).all()
    assert len(table) == 2 * 26 * len(years)
    sums = table.groupby(["year", "age"])["persons"].sum()
    for year in years:
        assert sums[year].tolist() == pytest.approx(totals, rel=1e-9, abs=1e-9)


@settings(deadline=None, max_examples=10)
@given(order=st.permutations(range(3)))
def test_order_of_areas_does_not_matter(order: list[int]) -> None:
    shuffled = areas().iloc[order]
    pd.testing.assert_frame_equal(assign(shuffled, "ward")[0], assign(areas(), "ward")[0])
