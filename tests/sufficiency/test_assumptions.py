"""Assumptions: said once each, with what was chosen and what was not in the files."""

import pandas as pd

from sufficiency.assumptions import assumptions_table
from sufficiency.workspace import Settings


def a_table(paths: int = 200) -> pd.DataFrame:
    stock = pd.DataFrame(
        [
            ("839", "authority", "total", 2025, "ok"),
            ("838", "authority", "total", 2023, "ok"),  # has not returned the base census
            ("837", "authority", "total", 2019, "ok"),  # ended long ago: not counted
            ("ENG", "national", "total", 2025, "ok"),
        ],
        columns=["authority", "level", "dimension", "year", "status"],
    )
    plans = pd.DataFrame({"basis": ["modelled", "modelled"]})
    population = pd.DataFrame({"area": ["839", "839"], "projected": ["observed", "aged"]})
    choices = {"scenario": "unmitigated", "years": 10, "paths": paths, "seed": 1}
    return assumptions_table(
        Settings("839"), choices, 2025, plans, population, stock, ["Ages are England's."]
    ).set_index("assumption")


def test_every_assumption_stands_once_with_a_reason_and_a_source() -> None:
    table = a_table()
    assert table.index.is_unique
    assert (table["why"] != "").all()
    assert (table["source"] != "").all()


def test_choices_notes_and_population_basis_are_told() -> None:
    table = a_table()
    assert table.loc["paths", "value"] == "200"
    assert table.loc["population_basis", "value"] == "aged"
    assert table.loc["rates_1", "value"] == "Ages are England's."


def test_probabilities_are_no_finer_than_one_path() -> None:
    assert a_table(paths=50).loc["probability_step", "value"] == "2.0%"


def test_only_authorities_that_lack_the_base_census_are_counted() -> None:
    assert a_table().loc["authorities_without_this_census", "value"] == "1"
