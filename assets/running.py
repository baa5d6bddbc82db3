"""Run the main job in this process, and say how it went."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import pandas as pd

from assets.locking import only_run, own_folder
from sufficiency.workspace import Workspace, template

if TYPE_CHECKING:
    from dagster._core.definitions.reconstruct import ReconstructableJob

STOPPED = "Stopped; nothing was written. Earlier outputs are untouched."
INTERRUPTIONS = ("DagsterExecutionInterruptedError", "KeyboardInterrupt")


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
    own_folder(home)
    for name in ("dagster.yaml", "workspace.yaml"):
        if not (home / name).exists():
            (home / name).write_text(template(name), encoding="utf-8")
    return home


def forecast_job(root: str) -> dg.JobDefinition:
    """Return `forecast_places` over the workspace at `root`."""
    return _job(root, "forecast_places")


def backtest_job(root: str) -> dg.JobDefinition:
    """Return `back_test` over the workspace at `root`."""
    return _job(root, "back_test")


def _job(root: str, name: str) -> dg.JobDefinition:
    from assets.definitions import build_definitions

    return build_definitions(Path(root)).resolve_job_def(name)


def run_forecast(workspace: Workspace, choices: dict[str, Any]) -> Outcome:
    """Run `forecast_places` on the workspace; the run shows in its UI afterwards.

    Args:
        workspace: Where to read from and write to.
        choices: Launchpad fields that differ from the workspace's settings.
    """
    from assets.demand import ForecastChoices

    settings = workspace.settings
    chosen = ForecastChoices(
        **{"years": settings.years, "paths": settings.paths, "seed": settings.seed, **choices}
    )
    wanted = dg.RunConfig(ops={"simulate_plans": chosen}, loggers={"progress": {}})
    return _run(workspace, forecast_job, wanted, _headlines)


def run_backtest(workspace: Workspace) -> Outcome:
    """Run `back_test` on the workspace; its tables show in the UI afterwards."""
    return _run(workspace, backtest_job, dg.RunConfig(loggers={"progress": {}}), _verdict)


def _headlines(result: dg.JobExecutionResult) -> Outcome:
    told = result.asset_materializations_for_node("report_files")[0].metadata
    lines = str(told["headlines"].value).splitlines()
    return Outcome([line.removeprefix("- ") for line in lines], Path(str(told["folder"].value)))


def _verdict(result: dg.JobExecutionResult) -> Outcome:
    made = {
        m.asset_key.path[-1]: m for m in result.asset_materializations_for_node("forecast_the_past")
    }
    return Outcome([str(made["own_accuracy"].metadata["in_words"].value)])


def _run(
    workspace: Workspace,
    made: Callable[[str], dg.JobDefinition],
    wanted: dg.RunConfig,
    told: Callable[[dg.JobExecutionResult], Outcome],
) -> Outcome:
    """Run one job; tell its outcome, or why there is none."""
    # A reconstructable job, because running a job object keeps every step's tables in memory.
    job = dg.build_reconstructable_job("assets.running", made.__name__, (str(workspace.root),))
    try:
        return _executed(job, workspace, wanted, told)
    except KeyboardInterrupt:
        return Outcome(error=STOPPED)


def _executed(
    job: "ReconstructableJob",
    workspace: Workspace,
    wanted: dg.RunConfig,
    told: Callable[[dg.JobExecutionResult], Outcome],
) -> Outcome:
    from assets.store import read_table

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
            return told(result)
        checks = result.get_asset_check_evaluations()
        if any(c.check_name == "nothing_blocks" and not c.passed for c in checks):
            findings = read_table(workspace.dagster_home / "store" / "findings.parquet")
            return Outcome(blocked=findings)
        return Outcome(error=_reason(result))


def _was_stopped(result: dg.JobExecutionResult) -> bool:
    """Say whether a run ended by Ctrl+C and not by an error of its own."""
    failures = [e.step_failure_data for e in result.all_events if e.is_step_failure]
    causes = []
    for failure in failures:
        error = failure.error
        while error is not None:
            causes.append(error.cls_name)
            error = error.cause
    return any(name in INTERRUPTIONS for name in causes)


def _reason(result: dg.JobExecutionResult) -> str:
    """Return why a run failed: a planner's words where there are any."""
    if _was_stopped(result):
        return STOPPED
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
