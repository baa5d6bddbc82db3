"""New dwellings: what the files may say, and how many children a dwelling holds."""

import pandas as pd
import pytest

from sufficiency.contracts import Housing, HousingYields, checked, empty
from sufficiency.council.housing import children_of_dwellings, housing_notes, yields_used

NO_YIELDS = empty(HousingYields)


def a_site(**other: object) -> dict[str, object]:
    return {
        "site": "Meadow", "locality": "North", "year": 2026, "dwellings": 100,
        "dwelling_type": "any", "from_outside": 0.5, **other,
    }  # fmt: skip


def housing(*sites: dict[str, object]) -> pd.DataFrame:
    return checked(Housing, pd.DataFrame(list(sites)), "housing")


def yields(*rows: tuple[str, int, int, float]) -> pd.DataFrame:
    columns = ["dwelling_type", "age_from", "age_to", "children_per_dwelling"]
    return checked(HousingYields, pd.DataFrame(rows, columns=columns).assign(source="ours"), "y")


def test_good_rows_are_read_with_defaults(read) -> None:
    result = read(housing=[{}])
    assert [f.check for f in result.findings] == []
    row = result.housing.iloc[0]
    assert (row["dwelling_type"], row["from_outside"], row["year"]) == ("any", 0.5, 2027)


@pytest.mark.parametrize(
    ("told", "year"), [("2027", 2027), ("2026/27", 2027), ("January 2027", 2027)]
)
def test_a_census_year_may_be_told_as_a_school_year(read, told: str, year: int) -> None:
    assert read(housing=[{"year": told}]).housing["year"].tolist() == [year]


def test_every_problem_is_found_at_once(read, said) -> None:
    result = read(
        housing=[
            {"locality": "Atlantis"},
            {"site": "Hill", "dwellings": "many"},
            {"site": "Dale", "dwellings": "0"},
            {"site": "Moor"},
            {"site": "Moor"},
            {"site": "Plan", "dwellings": "9000"},
        ],
        housing_yields=[{}, {"age_from": "6", "age_to": "5"}, {"age_from": "8", "age_to": "12"}],
    )
    assert [f.row for f in said(result, "housing_unknown_locality")] == [2]
    assert [f.row for f in said(result, "council_unknown_value")] == [3]
    assert [f.row for f in said(result, "housing_row_says_nothing")] == [4]
    assert [f.row for f in said(result, "housing_row_repeated")] == [5, 6]
    assert [f.row for f in said(result, "housing_very_many")] == [7]
    assert [f.row for f in said(result, "housing_yields_ages_reversed")] == [3]
    assert [f.row for f in said(result, "housing_yields_age_repeated")] == [2, 4]
    assert result.housing["site"].tolist() == ["Dale", "Plan"]


def test_a_dwelling_holds_a_yield_spread_evenly_over_its_ages() -> None:
    # 100 dwellings x 0.7 over ages 4 to 10 is 10 of each age, half of them from outside.
    table = children_of_dwellings(housing(a_site()), yields(("any", 4, 10, 0.7)), [2025, 2026])
    assert table["year"].unique().tolist() == [2026]
    assert table["age"].tolist() == list(range(4, 11))
    assert table["children"].tolist() == pytest.approx([10.0] * 7)
    assert table["from_outside"].tolist() == pytest.approx([5.0] * 7)


def test_a_kind_of_dwelling_without_its_own_yield_takes_that_of_any() -> None:
    given = yields(("any", 5, 5, 0.2), ("flat", 5, 5, 0.1))
    sites = a_site(dwelling_type="flat"), a_site(site="Hill", dwelling_type="house")
    table = children_of_dwellings(housing(*sites), given, [2026])
    assert table["children"].tolist() == pytest.approx([100 * 0.1 + 100 * 0.2])


def test_sites_of_a_locality_add_up_and_stay_lived_in() -> None:
    sites = a_site(), a_site(site="Hill"), a_site(site="Dale", year=2028)
    table = children_of_dwellings(housing(*sites), yields(("any", 5, 5, 0.1)), [2026, 2027, 2028])
    assert table.groupby("year")["children"].sum().to_dict() == pytest.approx(
        {2026: 20.0, 2027: 20.0, 2028: 30.0}
    )


def test_without_yields_of_the_council_the_average_dwelling_is_used_and_said() -> None:
    used = yields_used(NO_YIELDS)
    assert used["children_per_dwelling"].between(0, 0.3).all()
    notes = housing_notes(housing(a_site()), NO_YIELDS)
    assert "100 new dwellings at 1 site" in notes[0]
    assert "assumption" in notes[0]


def test_no_file_is_said_not_to_be_counted() -> None:
    assert "not counted" in housing_notes(empty(Housing), NO_YIELDS)[0]
