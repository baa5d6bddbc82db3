"""Money: how far children travel, what could come back, what a base could meet, what it costs."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from assets.describe import FEW_ROWS, row_count, short_table, table_out
from assets.failures import spoken_failures
from sufficiency import contracts as tables
from sufficiency.terms import ALL
from sufficiency.workspace import Workspace

LARGE_DIFFERENCE = 0.1


@dg.multi_asset(
    name="count_the_cost",
    outs={
        "journeys": table_out(
            tables.Journeys,
            "money",
            "How far plan holders travel to school today: straight line times a stated circuity, "
            "an estimate. Distances say nothing about who may have transport.",
        ),
        "bringing_back": table_out(
            tables.BringingBack,
            "money",
            "New independent and non-maintained placements, and changes of phase, that a local "
            "place could serve, and the net saving. Children already placed are never counted; "
            "52-week placements are left out; in and out of area are told apart.",
        ),
        "base_question": table_out(
            tables.BaseQuestion,
            "money",
            "Can it be met in a base? The share of each shortage of special-school places that a "
            "specialist base could meet, what remains, and the evidence.",
        ),
        "place_return": table_out(
            tables.PlaceReturn,
            "money",
            "Recommended places to commission for the next academic year by institution, before "
            "and after 16, with 7/12 and 5/12 of the cost in each financial year. A draft for the "
            "autumn notification.",
        ),
        "gap_costs": table_out(
            tables.GapCosts,
            "money",
            "What the gap costs each financial year if it is met by local places, or bought from "
            "independent schools, with the range of demand and prices.",
        ),
        "budget_check": table_out(
            tables.BudgetCheck,
            "money",
            "Placements times unit costs beside the council's budget lines, where it gives them.",
        ),
    },
    check_specs=[
        dg.AssetCheckSpec(
            "costs_are_the_councils",
            asset="gap_costs",
            description="Every unit cost comes from `council/costs.csv`. Until then national "
            "defaults are used, and say so.",
        ),
        dg.AssetCheckSpec(
            "budget_reconciles",
            asset="budget_check",
            description="Placements times unit costs are within 10% of each budget line.",
        ),
    ],
)
def count_the_cost(
    workspace: dg.ResourceParam[Workspace],
    gap: pd.DataFrame,
    paths: pd.DataFrame,
    places: pd.DataFrame,
    plans: pd.DataFrame,
    past_plans: pd.DataFrame,
    register: pd.DataFrame,
    occupancy: pd.DataFrame,
    classes: pd.DataFrame,
    september_board: pd.DataFrame,
    localities: pd.DataFrame,
    establishments: pd.DataFrame,
    schools_attended: pd.DataFrame,
    imports: pd.DataFrame,
    published_stock: pd.DataFrame,
    costs: pd.DataFrame,
    budget: pd.DataFrame,
) -> Iterator[dg.Output | dg.AssetCheckResult]:
    """Work out journeys, savings, the place return and the cost of the gap."""
    from geo.journeys import distances, journeys
    from sufficiency.costs import base_question, bringing_back, budget_check, gap_costs
    from sufficiency.gaps import cubes
    from sufficiency.places import place_return

    base_year = int(plans["year"].iloc[0])
    settings = workspace.settings
    with spoken_failures():
        travelled = journeys(
            plans, localities, establishments, schools_attended, register, base_year, imports
        )
        far = distances(
            past_plans, localities, establishments, schools_attended, register, base_year
        )
        made = {
            "journeys": travelled,
            "bringing_back": bringing_back(
                past_plans,
                schools_attended,
                far,
                register,
                costs,
                settings.substitutable_share,
                base_year,
                settings.seed,
            ),
            "base_question": base_question(gap, plans, published_stock, base_year),
            "place_return": place_return(
                register,
                occupancy,
                classes,
                gap,
                costs,
                base_year,
                settings.place_return_due,
                board=september_board,
            ),
            "gap_costs": gap_costs(
                cubes(paths), places, costs, base_year, settings.seed, travelled
            ),
            "budget_check": budget_check(budget, plans, costs, base_year, places),
        }
    for name, frame in made.items():
        yield dg.Output(
            frame, output_name=name, metadata={**_shown(name, frame), **row_count(frame)}
        )
    defaults = costs[costs["given_by"] == "default"]
    yield dg.AssetCheckResult(
        asset_key="gap_costs",
        check_name="costs_are_the_councils",
        passed=defaults.empty,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"defaults": short_table(defaults, ["item", "provision", "value", "source"])},
    )
    checked = made["budget_check"]
    off = checked[checked["difference"].abs() > LARGE_DIFFERENCE * checked["budget"]]
    yield dg.AssetCheckResult(
        asset_key="budget_check",
        check_name="budget_reconciles",
        passed=off.empty,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"where": short_table(off, ["line", "budget", "computed", "difference"])},
    )


def _shown(name: str, frame: pd.DataFrame) -> dict:
    """Return what a table's page shows: sums, never a child."""
    from sufficiency.reports.decisions import named

    made = {
        "journeys": lambda: {
            "by_provision": short_table(_mean_journeys(frame)),
        },
        "bringing_back": lambda: {
            "net_saving_a_year_pounds": _sum_if_known(frame["saving_mean"], -3),
            "newest_january": short_table(
                named(frame[frame["year"] == frame["year"].max()])
                .groupby(["setting", "in_area", "kind"], sort=False)[
                    ["children", "could_be_local", "saving_mean"]
                ]
                .sum(min_count=1)
                .reset_index(),
                {
                    "setting": "placed in",
                    "in_area": "in area",
                    "kind": "why new",
                    "children": "new",
                    "could_be_local": "could be local",
                    "saving_mean": "saving where known, pounds",
                },
            ),
        },
        "base_question": lambda: {
            "by_need": short_table(
                frame[(frame["locality"] == ALL) & (frame["year"] == frame["year"].max())],
                ["need_group", "phase", "shortage_mean", "could_be_base", "remains_special"],
            )
        },
        "place_return": lambda: {
            "change_in_places": _sum_if_known(frame["change"]),
            "recommended": short_table(
                frame.sort_values("change", key=abs, ascending=False, kind="stable"),
                {
                    "name": "school or base",
                    "place_type": "places",
                    "places_now": "now",
                    "recommended": "recommended",
                    "change": "change",
                },
                FEW_ROWS,
            ),
        },
        "gap_costs": lambda: {
            "by_year": short_table(
                named(frame[frame["item"] == ALL].sort_values("financial_year", kind="stable")),
                {
                    "financial_year": "year",
                    "provision": "provision",
                    "met_by": "met by",
                    "places_mean": "places short",
                    "mean": "pounds",
                },
            )
        },
        "budget_check": lambda: {
            "lines": short_table(frame, ["line", "budget", "computed", "difference"])
        },
    }
    return made[name]() if len(frame) else {"result": "none"}


def _sum_if_known(values: pd.Series, digits: int = 0) -> int | str:
    """Return the rounded sum of what is known and, where nothing is, the words that say so."""
    known = values.dropna()
    return int(round(float(known.sum()), digits)) if len(known) else "not known"


def _mean_journeys(journeys: pd.DataFrame) -> pd.DataFrame:
    """Return children and mean kilometres by provision, of those whose distance is known."""
    known = journeys[journeys["km"].notna()]
    weighted = known.assign(total=known["km"] * known["children"])
    sums = weighted.groupby(["provision", "in_area"], sort=False)[["children", "total"]].sum()
    return sums.assign(km=sums["total"] / sums["children"]).drop(columns="total").reset_index()
