"""The code location: every asset, check and job, over one workspace."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from assets import (
    demand,
    gaps,
    inputs,
    jobs,
    money,
    outlook,
    publication,
    september,
    supply,
    tested,
)
from assets.failures import spoken_failures
from assets.locking import only_run
from assets.progress import progress
from assets.store import FrameStore
from sufficiency.errors import WorkspaceError
from sufficiency.workspace import Settings, Workspace, open_workspace

WORKSPACE_VARIABLE = "SUFFICIENCY_WORKSPACE"
DEMO = Path("demo")
ASSET_MODULES = [inputs, demand, outlook, supply, september, gaps, money, publication, tested]


def build_definitions(root: Path) -> dg.Definitions:
    """Return every definition, over the workspace at `root`, with tables kept inside it.

    A workspace that is missing or has a wrong setting still loads, so that the UI opens; the first
    asset then says what to do.
    """
    return dg.Definitions(
        assets=dg.load_assets_from_modules(ASSET_MODULES),
        jobs=[
            jobs.forecast_places(_settings(root)),
            jobs.refresh_inputs(),
            jobs.back_test(),
        ],
        resources={
            "workspace": dg.ResourceDefinition(lambda _: workspace_at(root)),
            "io_manager": FrameStore(root / ".dagster" / "store"),
        },
        executor=dg.in_process_executor,
        loggers={"progress": progress, "console": dg.colored_console_logger},
    )


@contextmanager
def workspace_at(root: Path) -> Iterator[Workspace]:
    """Hold the workspace for a run, making the demo where it is asked for and not there yet."""
    with spoken_failures():
        if root == DEMO and not root.exists():
            from assets.starting import start_demo

            start_demo(root)
        workspace = open_workspace(root)
    with spoken_failures(), only_run(workspace.dagster_home):
        yield workspace


def _settings(root: Path) -> Settings | None:
    try:
        return open_workspace(root).settings
    except WorkspaceError:
        return None


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions over the workspace named by the environment, else the demo."""
    return build_definitions(Path(os.environ.get(WORKSPACE_VARIABLE, DEMO)))
