"""The assumptions table: everything a reader should know that the data did not say."""

from collections.abc import Iterable, Mapping

import pandas as pd

from sufficiency.contracts import Assumptions, checked
from sufficiency.terms import census_label
from sufficiency.workspace import Settings

DESIGN = "project rule"


def assumptions_table(
    settings: Settings,
    choices: Mapping[str, object],
    base_year: int,
    plans: pd.DataFrame,
    population: pd.DataFrame,
    notes: Iterable[str],
) -> pd.DataFrame:
    """Return one row an assumption of this run.

    Args:
        settings: The workspace's settings.
        choices: What was chosen in the launchpad: scenario, years, paths, seed.
        base_year: January census year the forecast starts from.
        plans: The plans table; says whether its rows are modelled.
        population: Population table; says which rows are projected or aged.
        notes: What the rates had to assume, one sentence each.

    Returns:
        Contract `Assumptions`.
    """
    rows = [
        ("base_census", census_label(base_year), "", "Latest January with full detail.", "DfE"),
        *(
            (name, str(value), "", "Chosen in the launchpad or settings.", "planner")
            for name, value in choices.items()
        ),
        (
            "plans_basis",
            _one(plans["basis"]),
            "",
            "Modelled rows keep every published count; who lives where, and which need goes with "
            "which age and setting together, is inferred.",
            DESIGN,
        ),
        (
            "population_basis",
            _population_basis(population, settings.authority),
            "",
            "A projection file where there is one, else the latest estimate aged along cohorts "
            "with births held.",
            "ONS",
        ),
        (
            "capacity_basis",
            settings.capacity_basis,
            "places",
            "Which capacity the gap uses where the register has it; the table names what was used.",
            "planner",
        ),
        (
            "first_year_probability",
            f"{settings.first_year_probability:g}",
            "probability",
            "The first year of shortage is the first whose probability reaches this.",
            "planner",
        ),
        (
            "net_export",
            "base-year placements less roll",
            "places",
            "Held constant, one row a provision, until pupils of other authorities are supplied.",
            DESIGN,
        ),
        (
            "regime",
            "current system lasts",
            "",
            "Bands beyond 3 years hold only if the current system lasts; the reform planned from "
            "2029 is not in an unmitigated run.",
            "domain handbook",
        ),
        *((f"rates_{i}", note, "", "Rates of joining, leaving and moving.", "DfE")
          for i, note in enumerate(notes, start=1)),
    ]  # fmt: skip
    columns = ["assumption", "value", "unit", "why", "source"]
    return checked(Assumptions, pd.DataFrame(rows, columns=columns), "assumptions")


def _one(values: pd.Series) -> str:
    return " and ".join(sorted(values.unique()))


def _population_basis(population: pd.DataFrame, authority: str) -> str:
    own = population[(population["area"] == authority) & (population["projected"] != "observed")]
    return _one(own["projected"]) if len(own) else "observed"
