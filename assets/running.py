"""Run the main job in this process, and say how it went."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd

from assets.locking import only_run
from sufficiency.workspace import Workspace, template


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        headlines: What the tables say, if the run succeeded.
        folder: Where the outputs are, if the run succeeded.
        blocked: The findings, if they stopped the run.
        error: Why the run failed, in words; empty if it did not.
    """

    headlines: list[str] = field(default_factory=list)
    folder: Path = Path()
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
        only_run(workspace.dagster_home),
        dg.DagsterInstance.from_config(str(dagster_home(workspace))) as instance,
        dg.execute_job(
            job,
            instance=instance,
            run_config=wanted.to_config_dict(),
            raise_on_error=False,
        ) as result,
    ):
        if result.success:
            told = result.asset_materializations_for_node("report_files")[0].metadata
            lines = str(told["headlines"].value).splitlines()
            return Outcome(
                [line.removeprefix("- ") for line in lines], Path(str(told["folder"].value))
            )
        checks = result.get_asset_check_evaluations()
        if any(c.check_name == "nothing_blocks" and not c.passed for c in checks):
            findings = read_table(workspace.dagster_home / "store" / "findings.parquet")
            return Outcome(blocked=findings)
        return Outcome(error=_reason(result))


def _reason(result: dg.JobExecutionResult) -> str:
    """Return why a run failed: a planner's words where there are any."""
    reasons = []
    for event in result.all_events:
        if event.is_step_failure:
            failure = event.step_failure_data
            told = failure.user_failure_data.description if failure.user_failure_data else None
            reasons.append(told or f"The step {event.step_key} failed for an unforeseen reason.")
    if not reasons:
        failed = result.get_run_failure_event()
        reasons.append(failed.message or "The run failed for an unforeseen reason.")
    return "\n".join([*reasons, "The details are in the Dagster pages: sufficiency ui FOLDER."])
