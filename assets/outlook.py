"""Outlook: how many plans there will be, from all authorities' history, and how sure that is."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from assets.describe import picture, row_count, short_table, table_out
from assets.failures import spoken_failures
from sufficiency import contracts as tables
from sufficiency.terms import codes
from sufficiency.workspace import MAX_YEARS, Workspace

NEAR = 3
HELD = (74.0, 90.0)
AGE_BANDS = ("0-4", "5-10", "11-15", "16-19", "20-25")
TESTED_CUTS = ("total", *codes("setting_groups"), *AGE_BANDS)


@dg.multi_asset(
    name="pooled_forecast",
    outs={
        "targets": table_out(
            tables.Targets,
            "demand",
            "The pooled forecast of plans: in total, by setting group, age band and need, from all "
            "authorities' history: central line and how wrong such forecasts have been.",
        ),
        "accuracy": table_out(
            tables.Accuracy,
            "quality",
            "How the same method would have fared in past years over all authorities, beside "
            "simple rivals (no change, drift, three-year growth, national growth).",
        ),
        "verdicts": table_out(
            tables.Verdicts,
            "quality",
            "What may be said of each forecast in plain words. Where a simple method has done "
            "better it is used, and its row says so.",
        ),
        "annotation_effect": table_out(
            tables.AnnotationEffect,
            "demand",
            "The forecast with the annotated years down-weighted, and without (`annotated_years` "
            "in `sufficiency.toml`). No rows where no year is annotated.",
        ),
    },
    check_specs=[
        dg.AssetCheckSpec(
            "beats_simple_methods",
            asset="accuracy",
            description="Over the past years of all authorities the forecast of all plans was "
            "closer than every simple method, one to three years ahead.",
        ),
        dg.AssetCheckSpec(
            "ranges_hold",
            asset="accuracy",
            description="Ranges that should have held 80% of past years' plans, in total and by "
            "setting and age, one to three years ahead, held 74% to 90%.",
        ),
    ],
)
def pooled_forecast(
    workspace: dg.ResourceParam[Workspace],
    published_stock: pd.DataFrame,
    published_flows: pd.DataFrame,
    pupil_rates: pd.DataFrame,
    population: pd.DataFrame,
    plans: pd.DataFrame,
) -> Iterator[dg.Output | dg.AssetCheckResult]:
    """Forecast totals, settings, ages and needs from the national panel, and say how sure."""
    from assets.national import national_parameters
    from forecasts.panel import build_panel
    from forecasts.pooled.annotation import annotation_effect
    from forecasts.pooled.targets import at_level, forecast_targets
    from forecasts.tested.pooled import METHOD, fit_and_test
    from forecasts.tested.verdicts import verdicts
    from sufficiency.contracts import checked

    authority = workspace.settings.authority
    annotated = workspace.settings.annotated_years
    base_year = int(plans["year"].iloc[0])
    panel = (published_stock, published_flows, population)
    with spoken_failures():
        fitted = national_parameters(workspace, base_year)
        if fitted is None:
            fitted, _ = fit_and_test(build_panel(*panel, base_year, pupil_rates))
        targets, accuracy = forecast_targets(
            *panel,
            authority,
            base_year,
            MAX_YEARS,
            annotated=annotated,
            parameters=fitted,
            pupil_rates=pupil_rates,
        )
        targets = at_level(targets, len(plans))
        effect = annotation_effect(
            fitted, *panel, authority, base_year, MAX_YEARS, annotated, pupil_rates
        )
        told = verdicts(accuracy, METHOD, targets, fitted.bands.get("used"))
        told = checked(tables.Verdicts, told, "verdicts")
    total = targets[targets["cut"] == "total"]
    yield dg.Output(
        targets,
        output_name="targets",
        metadata={
            "plans_in_final_year": float(total["mean"].iloc[-1]),
            "national_parameters_fitted_through": fitted.fitted_through,
            **row_count(targets),
            "total": short_table(total, ["year", "mean", "own_sd", "common_sd"]),
        },
    )
    pooled = accuracy[accuracy["origin"] == 0]
    yield dg.Output(
        accuracy,
        output_name="accuracy",
        metadata={
            **row_count(accuracy),
            "total_by_horizon": short_table(
                pooled[pooled["cut"] == "total"],
                {
                    "method": "method",
                    "horizon": "years ahead",
                    "wape": "error %",
                    "bias": "bias %",
                    "coverage_80": "held by 80% range",
                    "n": "forecasts",
                },
            ),
        },
    )
    yield dg.Output(
        told,
        output_name="verdicts",
        metadata={
            "all_plans": _first_verdict(told, "total"),
            **row_count(told),
            "one_year_ahead": short_table(
                told[told["horizon"] == 1], {"cut": "forecast of", "verdict": "what may be said"}
            ),
        },
    )
    yield dg.Output(
        effect,
        output_name="annotation_effect",
        metadata=_effect_shown(effect, published_stock, authority, base_year),
    )
    yield from _checks(pooled, METHOD)


def _checks(pooled: pd.DataFrame, method: str) -> Iterator[dg.AssetCheckResult]:
    """Hold the scores of the method, pooled over origins, against simple ones and its promise."""
    near = pooled[(pooled["horizon"] <= NEAR) & pooled["cut"].isin(TESTED_CUTS)]
    simple = near[(near["cut"] == "total") & (near["method"] != method)].groupby("method")
    ours = near[(near["cut"] == "total") & (near["method"] == method)]
    best = float(simple["wape"].mean().min()) if len(simple) else float("nan")
    yield dg.AssetCheckResult(
        asset_key="accuracy",
        check_name="beats_simple_methods",
        passed=bool(len(ours)) and float(ours["wape"].mean()) < best,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"error_percent": float(ours["wape"].mean()), "best_simple_percent": best},
    )
    tested = near[(near["method"] == method) & near["coverage_80"].notna()]
    held = float((tested["coverage_80"] * tested["n"]).sum() / max(tested["n"].sum(), 1))
    yield dg.AssetCheckResult(
        asset_key="accuracy",
        check_name="ranges_hold",
        passed=HELD[0] <= held <= HELD[1],
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"held_percent": held, "promised_percent": 80},
    )


def _first_verdict(told: pd.DataFrame, cut: str) -> str:
    rows = told[(told["cut"] == cut) & (told["horizon"] == 1)]["verdict"]
    return str(rows.iloc[0]) if len(rows) else "Not tested on past years."


def _effect_shown(
    effect: pd.DataFrame, stock: pd.DataFrame, authority: str, base_year: int
) -> dict[str, dg.MetadataValue | int | str]:
    """Return the picture of with and without, or that no year is annotated."""
    from sufficiency.reports.content import recorded
    from sufficiency.reports.why import with_and_without
    from sufficiency.terms import ALL

    if effect.empty:
        return {"annotated_years": "none", **row_count(effect)}
    chart = with_and_without(effect, recorded(stock, authority, base_year).get(ALL))
    return {
        "annotated_years": str(effect["annotated"].iloc[0]),
        "with_and_without": picture(chart.png(), chart.alt),
        **row_count(effect),
        "total": short_table(
            effect[effect["cut"] == "total"],
            {"year": "January", "with_annotation": "as used", "without": "had it not been"},
        ),
    }
