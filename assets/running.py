"""Run the main job in this process, and say how it went."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd

from sufficiency.workspace import Workspace, template


@dataclass(frozen=True)
class Outcome:
    """How a run ended: `blocked` has the findings if they stopped it, `error` why it failed."""

    headlines: list[str] = field(default_factory=list)
    blocked: pd.DataFrame | None = None
    error: str = ""


def dagster_home(workspace: Workspace) -> Path:
    """Return the workspace's Dagster home, made and set up if it is not there yet."""
    home = workspace.dagster_home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    for name in ("dagster.yaml", "workspace.yaml"):
        if not (home / name).exists():
            (home / name).write_text(template(name), encoding="utf-8")
    return home


def forecast_job(root: str) -> dg.JobDefinition:
    """Return `forecast_places` over the workspace at `root`."""
    from assets.definitions import build_definitions

    return build_definitions(Path(root)).resolve_job_def("forecast_places")


def run_forecast(workspace: Workspace, choices: dict[str, Any]) -> Outcome:
    """Run `forecast_places` on the workspace; the run shows in its UI afterwards.

    Args:
        workspace: Where to read from and write to.
        choices: Launchpad fields that differ from the workspace's settings.
    """
    from assets.demand import ForecastChoices
    from assets.store import read_table

    settings = workspace.settings
    chosen = ForecastChoices(
        **{"years": settings.years, "paths": settings.paths, "seed": settings.seed, **choices}
    )
    wanted = dg.RunConfig(ops={"simulate_plans": chosen}, loggers={"progress": {}})
    # A reconstructable job, because running a job object keeps every step's tables in memory.
    job = dg.build_reconstructable_job("assets.running", "forecast_job", (str(workspace.root),))
    with (
        dg.DagsterInstance.from_config(str(dagster_home(workspace))) as instance,
        dg.execute_job(
            job,
            instance=instance,
            run_config=wanted.to_config_dict(),
            raise_on_error=False,
        ) as result,
    ):
        if result.success:
            told = result.asset_materializations_for_node("report_files")[0].metadata["headlines"]
            return Outcome([line.removeprefix("- ") for line in str(told.value).splitlines()])
        checks = result.get_asset_check_evaluations()
        if any(c.check_name == "nothing_blocks" and not c.passed for c in checks):
            findings = read_table(workspace.dagster_home / "store" / "findings.parquet")
            return Outcome(blocked=findings)
        return Outcome(error=_reason(result))


def _reason(result: dg.JobExecutionResult) -> str:
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
