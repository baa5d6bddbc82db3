"""Which term of which year a census is of."""

import pandas as pd
import pytest

from sufficiency.pupil_census.dated import census_day, day_term, name_term, suffix_term


@pytest.mark.parametrize(
    ("year", "term", "day"),
    [
        # Published census days of the years named (domain handbook 1.1 and 2).
        (2023, "spring", "2023-01-19"),
        (2024, "spring", "2024-01-18"),
        (2025, "spring", "2025-01-16"),
        (2026, "spring", "2026-01-15"),
        (2027, "spring", "2027-01-21"),
        (2025, "autumn", "2024-10-03"),
        (2026, "autumn", "2025-10-02"),
        (2025, "summer", "2025-05-15"),
    ],
)
def test_census_day_is_the_thursday_that_the_term_has(year, term, day):
    assert census_day(year, term) == pd.Timestamp(day)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("school_census_spring_2025.csv", (2025, "spring")),
        ("school_census_autumn_2024.csv", (2025, "autumn")),
        ("School Census Summer Term 2025 (final).xlsx", (2025, "summer")),
        ("SPR26.csv", (2026, "spring")),
        ("census_aut25_school_2001.csv", None),
        ("census_aut25.csv", (2026, "autumn")),
        ("autumn 2024-25", (2025, "autumn")),
        ("summer_202425.csv", (2025, "summer")),
        ("Spring 2024/2025", (2025, "spring")),
        ("spring_20250116.csv", (2025, "spring")),
        ("springcensus2025.csv", (2025, "spring")),
        ("8392001_spring_2025.csv", (2025, "spring")),
        ("Springfield_autumn_2024.csv", (2025, "autumn")),
        ("Springfield_2024.csv", None),
        ("spring_2024_and_2025.csv", None),
        ("spring_autumn_2024.csv", None),
        ("school_census_2025.csv", None),
        ("school_census_spring.csv", None),
        ("spring_1999.csv", None),
        ("", None),
    ],
)
def test_name_tells_term_and_year_or_nothing_where_it_could_be_two(name, told):
    assert name_term(name) == told


def test_column_ending_names_the_calendar_year_of_the_census_day():
    assert suffix_term("spr26") == (2026, "spring")
    assert suffix_term("aut_25") == (2026, "autumn")
    assert suffix_term("summer2026") == (2026, "summer")


def test_day_belongs_to_the_school_year_that_september_begins():
    assert day_term(pd.Timestamp("2024-10-03")) == (2025, "autumn")
    assert day_term(pd.Timestamp("2025-01-16")) == (2025, "spring")
    assert day_term(pd.Timestamp("2025-05-15")) == (2025, "summer")
