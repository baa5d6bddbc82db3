"""Run the main job in this process, and say how it went."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import pandas as pd

from sufficiency.workspace import Workspace, dagster_settings

STEPS = {
    "read_inputs": "Reading and checking the inputs",
    "plans": "Making the plans table from published counts",
    "pooled_forecast": "Forecasting totals from the national panel",
    "simulate_plans": "Moving every plan forward, path by path",
    "demand": "Summing up demand",
    "places": "Splitting the place register over needs and phases",
    "compare_demand_with_places": "Setting demand against places",
    "beside_others": "Comparing with other authorities",
    "report_files": "Writing tables, workbook, page and warehouse",
}


@dataclass(frozen=True)
class Outcome:
    """How a run ended: `blocked` has the findings if they stopped it, `error` why it failed."""

    headlines: list[str] = field(default_factory=list)
    blocked: pd.DataFrame | None = None
    error: str = ""


def dagster_home(workspace: Workspace):
    """Return the workspace's Dagster home, made and set up if it is not there yet."""
    home = workspace.dagster_home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "dagster.yaml").exists():
        (home / "dagster.yaml").write_text(dagster_settings(), encoding="utf-8")
    return home


def run_forecast(
    workspace: Workspace, choices: dict[str, Any], say: Callable[[str], None]
) -> Outcome:
    """Run `forecast_places` on the workspace; the run shows in its UI afterwards.

    Args:
        workspace: Where to read from and write to.
        choices: Launchpad fields that differ from the workspace's settings.
        say: Called with each step as it starts.
    """
    from assets.definitions import build_definitions
    from assets.demand import ForecastChoices
    from assets.store import read_table

    settings = workspace.settings
    chosen = ForecastChoices(
        **{"years": settings.years, "paths": settings.paths, "seed": settings.seed, **choices}
    )
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    store = workspace.dagster_home / "store"
    with dg.DagsterInstance.from_config(str(dagster_home(workspace))) as instance:
        job = build_definitions(workspace.root).resolve_job_def("forecast_places")
        run_id = dg.DagsterRun(job_name="forecast_places").run_id

        def tell(event: dg.EventLogEntry) -> None:
            happened = event.dagster_event
            if happened and happened.is_step_start and happened.step_key in STEPS:
                say(STEPS[happened.step_key])

        instance.add_event_listener(run_id, tell)
        result = job.execute_in_process(
            instance=instance,
            run_config=dg.RunConfig(ops={"simulate_plans": chosen}),
            raise_on_error=False,
            run_id=run_id,
        )
        if result.success:
            told = result.asset_materializations_for_node("report_files")[0].metadata["headlines"]
            return Outcome([line.removeprefix("- ") for line in str(told.value).splitlines()])
        checks = result.get_asset_check_evaluations()
        if any(c.check_name == "nothing_blocks" and not c.passed for c in checks):
            return Outcome(blocked=read_table(store / "findings.parquet"))
        return Outcome(error=_reason(result))


def _reason(result: dg.ExecuteInProcessResult) -> str:
    """Return the messages of the failed steps, a planner's words first."""
    reasons = []
    for event in result.all_events:
        if event.is_step_failure:
            failure = event.step_failure_data
            told = failure.user_failure_data.description if failure.user_failure_data else None
            if not told and failure.error:
                cause = failure.error.cause or failure.error
                told = f"{event.step_key}: {cause.message.strip()}"
            reasons.append(told or f"{event.step_key} failed")
    return "\n".join(reasons) or "The run failed; open the UI to see why."
