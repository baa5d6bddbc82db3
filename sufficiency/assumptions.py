"""The assumptions table: everything a reader should know that the data did not say."""

from collections.abc import Iterable, Mapping

import pandas as pd

from sufficiency.contracts import Assumptions, checked
from sufficiency.plans.homes import RATE_BY_DECILE
from sufficiency.terms import census_label
from sufficiency.workspace import Settings

DESIGN = "project rule"
ALWAYS = (
    (
        "starter_places",
        "today's roll",
        "places",
        "A register row marked assumed takes its places from today's roll; it shows change only.",
        DESIGN,
    ),
    (
        "need_split_of_places",
        "mix of residents within the designation",
        "places",
        "A school takes many needs: its places are split over needs and phases as the plans placed "
        "in that provision are, within its designation and year groups.",
        DESIGN,
    ),
    (
        "register_after_today",
        "held constant",
        "places",
        "Only changes that are funded or approved, with a date, are counted; proposals never are.",
        DESIGN,
    ),
    (
        "homes_and_schools",
        "as at the base census",
        "places",
        "Imports, exports and journeys between localities are held at today's. Where imports or "
        "exports are not known, one total a provision stands for both: placements less roll.",
        DESIGN,
    ),
    (
        "flexible_places",
        "one pool within a phase",
        "places",
        "Room in a flexible row serves any need it accepts, row by row and future by future; other "
        "room never offsets a shortage.",
        DESIGN,
    ),
    (
        "awaiting_list",
        "as long as today's",
        "children",
        "Where the council gives a list it replaces possible demand; as many wait in later years.",
        DESIGN,
    ),
    (
        "possible_demand",
        "placed as others with their needs and ages are",
        "plans",
        "School-age plan holders not in education or with no placement; EOTAS and home education "
        "are not counted. Not a measure of unmet duty.",
        DESIGN,
    ),
    (
        "travel",
        "straight line x circuity 1.72 - 0.14 ln(km), from 1.2 to 1.7; 30, 40 and 65 km/h",
        "km and minutes",
        "No road network is read: distances and times are estimates. 380 journeys of a child a "
        "year; capital is spread over 30 years. Nothing is said of who may have transport.",
        "Levinson and El-Geneidy 2009, Department for Transport speeds 2019",
    ),
    (
        "regime",
        "current system lasts",
        "",
        "Bands beyond 3 years hold only if the current system lasts; the reform planned from 2029 "
        "is not in an unmitigated run.",
        "domain handbook",
    ),
)

BASE = {
    "modelled": ("Latest January with full detail.", "DfE"),
    "person": ("Latest January with a return and a published total.", "SEN2 return"),
}
PLANS = {
    "modelled": "Modelled rows keep every published count; who lives where, and which need goes "
    "with which age and setting together, is inferred.",
    "person": "The plans of the SEN2 return, under pseudonyms; published counts set how fast they "
    "grow, from the level of the return.",
}
MODELLED_HOMES = (
    (
        "plan_rate_by_deprivation",
        ", ".join(f"{decile}: {rate:g}" for decile, rate in RATE_BY_DECILE.items()),
        "rate by IMD decile, 1 most deprived",
        "Shares modelled homes out over small areas; chosen, not measured.",
        "assumption, unverified",
    ),
)
OWN_RATES = (
    (
        "own_rates",
        "from the linked returns, shrunk to England's",
        "",
        "Rates of joining, leaving and moving are the council's own where its numbers say enough, "
        "England's where they do not; how much each counts is learned from the numbers.",
        DESIGN,
    ),
)


def assumptions_table(
    settings: Settings,
    choices: Mapping[str, object],
    base_year: int,
    plans: pd.DataFrame,
    population: pd.DataFrame,
    stock: pd.DataFrame,
    notes: Iterable[str],
    housing_notes: Iterable[str] = (),
) -> pd.DataFrame:
    """Return one row an assumption of this run.

    Args:
        settings: The workspace's settings.
        choices: What was chosen in the launchpad: scenario, years, paths, seed.
        base_year: January census year the forecast starts from.
        plans: The plans table; says whether its rows are modelled.
        population: Population table; says which rows are projected or aged.
        stock: Table `published_stock`; says how many authorities lack the base census.
        notes: What the rates had to assume, one sentence each.
        housing_notes: What must be said of new dwellings, one sentence each.

    Returns:
        Contract `Assumptions`.
    """
    basis = _one(plans["basis"])
    rows = [
        ("base_census", census_label(base_year), "", *BASE[basis]),
        *(
            (name, str(value), "", "Chosen in the launchpad or settings.", "planner")
            for name, value in choices.items()
        ),
        (
            "plans_basis",
            basis,
            "",
            PLANS[basis],
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
            "The first year of shortage is the first with at least this probability.",
            "planner",
        ),
        (
            "probability_step",
            f"{1 / int(str(choices['paths'])):.1%}",
            "",
            "Probabilities come from counting futures, so they can be no finer than this.",
            DESIGN,
        ),
        (
            "nursery_fte",
            f"{settings.nursery_fte:g}",
            "full-time equivalents a nursery pupil",
            "Occupancy counts full-time equivalents; demand counts children.",
            "planner",
        ),
        (
            "substitutable_share",
            f"{settings.substitutable_share:g}",
            "share of new placements",
            "How many new independent and non-maintained placements a local place of the right "
            "kind could serve; 52-week placements never.",
            "planner",
        ),
        (
            "authorities_without_this_census",
            f"{_not_returned(stock, base_year):,}",
            "authorities",
            "Authorities whose figures for the base census are not in the files: the national "
            "path uses the others.",
            "DfE",
        ),
        *(MODELLED_HOMES if basis == "modelled" else OWN_RATES),
        *ALWAYS,
        *((f"rates_{i}", note, "", "Rates of joining, leaving and moving.", "DfE")
          for i, note in enumerate(notes, start=1)),
        *((f"new_dwellings_{i}", note, "", "Where joiners live.", "council/housing.csv")
          for i, note in enumerate(housing_notes, start=1)),
    ]  # fmt: skip
    columns = ["assumption", "value", "unit", "why", "source"]
    return checked(Assumptions, pd.DataFrame(rows, columns=columns), "assumptions")


def _one(values: pd.Series) -> str:
    return " and ".join(sorted(values.unique()))


def _population_basis(population: pd.DataFrame, authority: str) -> str:
    own = population[(population["area"] == authority) & (population["projected"] != "observed")]
    return _one(own["projected"]) if len(own) else "observed"


def _not_returned(stock: pd.DataFrame, base_year: int) -> int:
    """Count authorities that have figures within three years of the base census but not for it."""
    rows = stock[(stock["level"] == "authority") & (stock["dimension"] == "total")]
    known = rows[rows["status"].isin(["ok", "zero"])]
    recent = known[known["year"].between(base_year - 3, base_year)]
    return int((recent.groupby("authority")["year"].max() < base_year).sum())
