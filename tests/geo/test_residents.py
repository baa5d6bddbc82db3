"""Residents of each locality, and children of new dwellings among them."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.residents import population_by_locality
from sufficiency.contracts import Housing, HousingYields, checked, empty
from sufficiency.council.housing import children_of_dwellings
from sufficiency.errors import SufficiencyError

CODES = ["E01Z00001", "E01Z00002", "E01Z00003"]
HOMES = pd.DataFrame({"lsoa": CODES, "locality": ["Norham", "Norham", "Seaton"]})


def people(rows: list[tuple[str, str, int, int, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["area", "area_type", "year", "age", "persons"])
    return table.assign(source="made up", projected="observed")


def test_children_are_shared_by_where_their_cohort_lived() -> None:
    # mid-2020: all 3-year-olds in Norham, 5-year-olds 1:3; mid-2022 the 3-year-olds are 5.
    small = [
        (CODES[0], "lsoa", 2020, 3, 6.0),
        (CODES[1], "lsoa", 2020, 3, 4.0),
        (CODES[0], "lsoa", 2020, 5, 1.0),
        (CODES[2], "lsoa", 2020, 5, 3.0),
    ]
    population = people([*small, ("839", "authority", 2022, 5, 12.0)])
    table = population_by_locality(population, HOMES, "839", [2023])
    assert table.values.tolist() == [
        ["Norham", 2023, 5, 12.0, 0.0],
        ["Seaton", 2023, 5, 0.0, 0.0],
    ]


def test_young_adults_are_shared_like_the_same_age_then() -> None:
    small = [
        (CODES[0], "lsoa", 2020, 18, 9.0),
        (CODES[2], "lsoa", 2020, 20, 5.0),
        (CODES[0], "lsoa", 2020, 20, 5.0),
    ]
    population = people([*small, ("839", "authority", 2022, 20, 8.0)])
    table = population_by_locality(population, HOMES, "839", [2023])
    assert table["persons"].tolist() == [4.0, 4.0]


def test_children_born_since_are_shared_like_the_newest_born() -> None:
    small = [(CODES[0], "lsoa", 2020, 0, 3.0), (CODES[2], "lsoa", 2020, 0, 1.0)]
    population = people([*small, ("839", "authority", 2026, 4, 8.0)])
    table = population_by_locality(population, HOMES, "839", range(2027, 2028))
    assert table["persons"].tolist() == [6.0, 2.0]


def test_a_small_area_estimate_of_after_the_first_census_is_not_used() -> None:
    small = [
        (CODES[0], "lsoa", 2020, 20, 3.0),
        (CODES[2], "lsoa", 2020, 20, 1.0),
        (CODES[2], "lsoa", 2023, 20, 9.0),
    ]
    population = people([*small, ("839", "authority", 2022, 20, 8.0)])
    table = population_by_locality(population, HOMES, "839", [2023])
    assert table["persons"].tolist() == [6.0, 2.0]


def test_the_earliest_small_area_estimate_is_used_where_all_are_later() -> None:
    small = [(CODES[0], "lsoa", 2023, 20, 3.0), (CODES[2], "lsoa", 2024, 20, 1.0)]
    population = people([*small, ("839", "authority", 2022, 20, 8.0)])
    table = population_by_locality(population, HOMES, "839", [2023])
    assert table["persons"].tolist() == [8.0, 0.0]


def test_a_year_without_population_is_named() -> None:
    population = people([("839", "authority", 2022, 5, 12.0), (CODES[0], "lsoa", 2020, 5, 1.0)])
    with pytest.raises(SufficiencyError, match="mid-year 2029"):
        population_by_locality(population, HOMES, "839", [2023, 2030])


def test_no_small_area_population_is_said() -> None:
    population = people([("839", "authority", 2022, 5, 12.0)])
    with pytest.raises(SufficiencyError, match="LSOA"):
        population_by_locality(population, HOMES, "839", [2023])


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
    rows = [
        (code, "lsoa", 2020, age, persons)
        for code, by_age in zip(CODES, small, strict=True)
        for age, persons in enumerate(by_age)
    ]
    for year in years:
        rows += [("839", "authority", year - 1, age, p) for age, p in enumerate(totals)]
    table = population_by_locality(people(rows), HOMES, "839", years)
    assert (table["persons"] >= 0).all()
    assert len(table) == 2 * 26 * len(years)
    sums = table.groupby(["year", "age"])["persons"].sum()
    for year in years:
        assert sums[year].tolist() == pytest.approx(totals, rel=1e-9, abs=1e-9)


def small_area(age: int) -> list[tuple[str, str, int, int, float]]:
    """Three quarters of the children live in Norham."""
    return [(CODES[0], "lsoa", 2020, age, 3.0), (CODES[2], "lsoa", 2020, age, 1.0)]


def children(
    dwellings: int = 40, completed: int = 2026, outside: float = 0.5, locality: str = "Seaton"
) -> pd.DataFrame:
    """A quarter of a child of age 4 in each dwelling."""
    site = {
        "site": "Meadow", "locality": locality, "year": completed, "dwellings": dwellings,
        "dwelling_type": "any", "from_outside": outside,
    }  # fmt: skip
    each = {
        "dwelling_type": "any", "age_from": 4, "age_to": 4, "children_per_dwelling": 0.25,
        "source": "made up",
    }  # fmt: skip
    housing = checked(Housing, pd.DataFrame([site]), "housing")
    yields = checked(HousingYields, pd.DataFrame([each]), "yields")
    return children_of_dwellings(housing, yields, [2025, 2026, 2027])


def residents(projected: str, housing: pd.DataFrame) -> pd.DataFrame:
    table = people([*small_area(0), ("839", "authority", 2026, 4, 80.0)])
    table.loc[table["area_type"] == "authority", "projected"] = projected
    return population_by_locality(table, HOMES, "839", [2027], housing).set_index("locality")


def test_new_dwellings_add_families_from_outside_where_the_population_is_aged() -> None:
    # 40 dwellings hold 10 children, 5 from outside: 80 + 5, of whom 75 are spread 3 to 1.
    table = residents("aged", children())
    assert table["persons"].to_dict() == {"Norham": 56.25, "Seaton": 18.75 + 10}
    assert table["of_which_new_dwellings"].to_dict() == {"Norham": 0.0, "Seaton": 10.0}


def test_new_dwellings_move_children_where_a_projection_has_the_newcomers_already() -> None:
    # The projected 80 stay 80: 70 are spread 3 to 1, and 10 live in the new dwellings.
    table = residents("projection", children())
    assert table["persons"].to_dict() == {"Norham": 52.5, "Seaton": 17.5 + 10}


def test_dwellings_that_an_estimate_has_already_are_not_counted_again() -> None:
    table = residents("aged", children(completed=2021))
    assert table["of_which_new_dwellings"].sum() == 0
    assert table["persons"].sum() == 80


def test_no_new_dwellings_changes_nothing() -> None:
    none = children_of_dwellings(empty(Housing), empty(HousingYields), [2027])
    table = population_by_locality(
        people([*small_area(0), ("839", "authority", 2026, 4, 80.0)]), HOMES, "839", [2027], none
    )
    assert table["persons"].tolist() == [60.0, 20.0]


def test_more_children_in_new_dwellings_than_there_are_is_refused() -> None:
    with pytest.raises(SufficiencyError, match=r"housing\.csv"):
        residents("projection", children(dwellings=4000))


def test_new_dwellings_in_an_unknown_locality_are_refused() -> None:
    with pytest.raises(SufficiencyError, match="Nowhere"):
        residents("aged", children(locality="Nowhere"))
