"""The back-test on what the council has: asked for by itself, as it fits every year's models."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from assets.describe import picture, row_count, short_table, table_out
from assets.failures import spoken_failures
from sufficiency import contracts as tables
from sufficiency.workspace import Workspace

PATHS = 100


@dg.multi_asset(
    name="forecast_the_past",
    outs={
        "past_forecasts": table_out(
            tables.PastForecasts,
            "tested",
            "What the forecast would have said of this authority from every earlier January, and "
            "what was then counted: from published tables, and from your own returns where you "
            "have them. Made by the job `back_test` or `sufficiency backtest`.",
        ),
        "own_accuracy": table_out(
            tables.OwnAccuracy,
            "tested",
            "How far those forecasts were out, beside the simple methods. One authority's past is "
            "short: read `accuracy` and `verdicts`, of all authorities, with it.",
        ),
    },
)
def forecast_the_past(
    workspace: dg.ResourceParam[Workspace],
    published_stock: pd.DataFrame,
    published_flows: pd.DataFrame,
    pupil_rates: pd.DataFrame,
    population: pd.DataFrame,
    localities: pd.DataFrame,
    plans: pd.DataFrame,
    past_plans: pd.DataFrame,
    plan_flows: pd.DataFrame,
    requests: pd.DataFrame,
) -> Iterator[dg.Output]:
    """Forecast from every earlier January with what was known then, and compare."""
    from forecasts.rates.estimate import Linked
    from forecasts.tested.own import (
        ENGINE,
        Published,
        from_published,
        from_returns,
        own_accuracy,
    )
    from forecasts.tested.pooled import METHOD
    from geo.residents import population_by_locality
    from sufficiency.reports.tested import own_verdict, past_chart

    authority, seed = workspace.settings.authority, workspace.settings.seed
    base_year = int(plans["year"].iloc[0])
    published = Published(published_stock, published_flows, population, pupil_rates)
    with spoken_failures():
        made = [from_published(published, authority, base_year)]
        held = sorted(int(year) for year in past_plans["year"].unique() if year <= base_year)
        if len(held) > 1:
            mids = set(population.loc[population["area"] == authority, "year"])
            known = [year for year in held if year - 1 in mids] or [base_year]
            # Apart, so that no January is given small areas as they were estimated later.
            homes = pd.concat(
                [population_by_locality(population, localities, authority, [y]) for y in known]
            )
            linked = Linked(past_plans, plan_flows, requests)
            made.append(
                from_returns(published, linked, homes, authority, base_year, paths=PATHS, seed=seed)
            )
        past = pd.concat(made, ignore_index=True)
        scores = own_accuracy(past)
    chart = past_chart(past)
    shown = {} if chart is None else {"all_plans": picture(chart.png(), chart.alt)}
    yield dg.Output(past, output_name="past_forecasts", metadata={**shown, **row_count(past)})
    ours = scores[scores["method"].isin([METHOD, ENGINE])]
    columns = {"route": "from", "cut": "forecast of", "horizon": "years ahead", "wape": "error %",
               "skill": "skill", "coverage_80": "held by 80% range", "n": "forecasts"}  # fmt: skip
    yield dg.Output(
        scores,
        output_name="own_accuracy",
        metadata={
            "in_words": own_verdict(scores),
            **row_count(scores),
            "all_plans": short_table(ours[ours["cut"] == "total"], columns),
            "one_year_ahead": short_table(ours[ours["horizon"] == 1], columns),
        },
    )
