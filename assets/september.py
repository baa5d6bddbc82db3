"""September: who moves on, who waits, and which places are free, for the next three Septembers."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from assets.describe import FEW_ROWS, picture, row_count, short_table, table_out
from assets.failures import spoken_failures
from sufficiency import contracts as tables
from sufficiency.terms import ALL

COHORT = {"name": "school or base", "cohort": "year groups"}


@dg.multi_asset(
    name="look_at_september",
    deps=["path_totals"],  # stands behind its blocking check
    outs={
        "waiting": table_out(
            tables.Waiting,
            "september",
            "Children who wait for a place that is agreed, from the council's list: by how long, "
            "where now and how far it has come. Where there is no list, plan holders recorded as "
            "not in a school place: a *possible demand*, not a measure of unmet duty.",
        ),
        "september_board": table_out(
            tables.SeptemberBoard,
            "september",
            "Places free on 1 September by school, year groups and needs, for three Septembers: "
            "agreed places less pupils staying on, against children named, directed and being "
            "consulted on. Never inferred from a school's total: without class sizes a cohort's "
            "places are not known, and the row says so.",
        ),
        "transfers": table_out(
            tables.Transfers,
            "september",
            "Changes of phase by the authority's own age ranges, and the day by which each plan "
            "must be amended: 15 February, or 31 March into post-16.",
        ),
        "base_pathway": table_out(
            tables.BasePathway,
            "september",
            "Children who leave primary bases against Year 7 places in secondary bases.",
        ),
        "post16_routes": table_out(
            tables.Routes,
            "september",
            "Where young people go from 16 to 25: sixth forms, colleges, specialist post-16, "
            "internships, work.",
        ),
        "september_findings": table_out(
            tables.FindingsTable,
            "quality",
            "What is not known about September, and what to do.",
        ),
    },
    check_specs=[
        dg.AssetCheckSpec(
            "cohort_places_known",
            asset="september_board",
            description="Every cohort of a special school or base has class sizes, so that its "
            "places in September are known. Fill in `council/classes.csv`.",
        ),
        dg.AssetCheckSpec(
            "nobody_named_without_a_place",
            asset="september_board",
            description="No cohort has more children named or directed than free places next "
            "September. If this fails, the table says where.",
        ),
    ],
)
def look_at_september(
    register: pd.DataFrame,
    classes: pd.DataFrame,
    plans: pd.DataFrame,
    moves: pd.DataFrame,
    imports: pd.DataFrame,
    pupils: pd.DataFrame,
    awaiting: pd.DataFrame,
    establishments: pd.DataFrame,
    schools_attended: pd.DataFrame,
    paths: pd.DataFrame,
    past_plans: pd.DataFrame,
    plan_flows: pd.DataFrame,
    adulthood: pd.DataFrame,
) -> Iterator[dg.Output | dg.AssetCheckResult]:
    """Move today's pupils up to the next Septembers and set them against places."""
    from sufficiency.findings import Findings
    from sufficiency.gaps import waiting
    from sufficiency.reports.decisions import named
    from sufficiency.september import base_pathway, post16_routes, september_board, transfers

    base_year = int(plans["year"].iloc[0])
    found = Findings()
    with spoken_failures():
        board = september_board(
            register, classes, plans, moves, imports, pupils, awaiting, base_year, found
        )
        made = {
            "waiting": waiting(awaiting, plans, base_year),
            "september_board": board,
            "transfers": transfers(
                plans, establishments, schools_attended, paths, awaiting, base_year
            ),
            "base_pathway": base_pathway(plans, paths, board, register, classes, base_year),
            "post16_routes": post16_routes(
                plans, past_plans, plan_flows, adulthood, paths, base_year
            ),
            "september_findings": found.table(),
        }
    for name, frame in made.items():
        yield dg.Output(
            frame, output_name=name, metadata={**_shown(name, frame), **row_count(frame)}
        )
    first = board[board["september"] == board["september"].min()]
    unknown = first[first["agreed_places"].isna()]
    yield dg.AssetCheckResult(
        asset_key="september_board",
        check_name="cohort_places_known",
        passed=unknown.empty,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"not_known_for": short_table(unknown, ["name", "reason"])},
    )
    promised = first["named"] + first["directed"] > 0
    short = named(first[promised & (first["free_after_named"].fillna(0) < 0)]).sort_values(
        "free_after_named", kind="stable"
    )
    yield dg.AssetCheckResult(
        asset_key="september_board",
        check_name="nobody_named_without_a_place",
        passed=short.empty,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "where": short_table(
                short, {**COHORT, "agreed_places": "agreed", "free_after_named": "free after named"}
            )
        },
    )


def _shown(name: str, frame: pd.DataFrame) -> dict:
    """Return what a table's page shows; of children counts only, and none by school and need."""
    made = {
        "waiting": lambda: {
            "children": int(frame["children"].sum()),
            "from": ", ".join(frame["source"].unique()),
            "by_wait": short_table(
                frame.groupby(["source", "provision", "waited"], sort=False)["children"]
                .sum()
                .reset_index()
            ),
        },
        "september_board": lambda: _board(frame),
        "transfers": lambda: {
            "next_september": short_table(_next_transfers(frame)),
        },
        "base_pathway": lambda: {
            "all_needs": short_table(
                frame[(frame["need_group"] == ALL) & (frame["locality"] == ALL)],
                {
                    "september": "September",
                    "leavers_now": "leavers today",
                    "leavers_mean": "leavers expected",
                    "places_free": "places free",
                    "p_shortfall": "chance of too few",
                    "reason": "why not known",
                },
            )
        },
        "post16_routes": lambda: {
            "routes": short_table(
                frame[
                    (frame["kind"] == "stock")
                    & (frame["need_group"] == ALL)
                    & (frame["phase"] == ALL)
                    & frame["year"].isin([frame["year"].min(), frame["year"].min() + 5])
                ],
                ["year", "route", "mean", "p10", "p90"],
            )
        },
        "september_findings": lambda: {
            "findings": short_table(frame, ["severity", "message", "action", "count"])
        },
    }
    return made[name]() if len(frame) else {}


def _next_transfers(transfers: pd.DataFrame) -> pd.DataFrame:
    """Return next September's changes of phase; a sum with an unknown part is not known."""
    first = transfers["september"] == transfers["september"].min()
    rows = transfers[first & (transfers["locality"] == ALL)]
    keys = ["transfer", "review_by"]
    numbers = ["children", "expected_mean", "to_specialist_mean"]
    sums = rows.groupby(keys, sort=False)[numbers].sum()
    known = rows[numbers].notna().groupby([rows[key] for key in keys], sort=False).all()
    return sums.where(known).reset_index()


def _board(board: pd.DataFrame) -> dict:
    """Return free places next September by provision, and where there are none."""
    from sufficiency.reports.decisions import named, september_chart

    first = board[board["september"] == board["september"].min()]
    chart = september_chart(board)
    known = first[first["places_free"].notna()]
    shown = named(known)
    sums = shown.groupby("provision", sort=False)[["agreed_places", "staying_on", "places_free"]]
    return {
        "september": int(first["september"].iloc[0]),
        "free_by_provision_where_known": short_table(
            sums.sum().reset_index(),
            {
                "provision": "provision",
                "agreed_places": "agreed",
                "staying_on": "staying on",
                "places_free": "free",
            },
        ),
        "fewest_free_first": short_table(
            shown.sort_values("free_after_named", kind="stable"),
            {
                **COHORT,
                "agreed_places": "agreed",
                "staying_on": "staying on",
                "places_free": "free",
                "free_after_named": "free after named",
            },
            FEW_ROWS,
        ),
        **({} if chart is None else {"chart": picture(chart.png(), chart.alt)}),
    }
