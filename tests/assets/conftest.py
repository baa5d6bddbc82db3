"""A demo workspace, made once and copied, and a run of it, made once and read."""

import shutil
from pathlib import Path

import pytest

from assets.running import Outcome, run_forecast
from assets.starting import start_demo
from sufficiency.workspace import Workspace, open_workspace

FEW = {"years": 4, "paths": 40}
FEW_JANUARIES = 2


@pytest.fixture(scope="session")
def demo_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo workspace before any run. Copy it before changing anything."""
    folder = tmp_path_factory.mktemp("demo") / "westmere"
    start_demo(folder, januaries=FEW_JANUARIES)
    return folder


@pytest.fixture
def with_returns(demo_files: Path, tmp_path: Path) -> Workspace:
    """A demo workspace of the test's own, not yet run."""
    return open_workspace(Path(shutil.copytree(demo_files, tmp_path / "westmere")))


@pytest.fixture
def demo(demo_files: Path, tmp_path: Path) -> Workspace:
    """A demo workspace of the test's own that holds published files only, not yet run."""
    without = shutil.ignore_patterns("sen2", "school_census")
    return open_workspace(Path(shutil.copytree(demo_files, tmp_path / "open", ignore=without)))


@pytest.fixture(scope="session")
def finished(
    demo_files: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Workspace, Outcome]:
    """The demo after one short run; for reading only."""
    folder = tmp_path_factory.mktemp("run") / "westmere"
    workspace = open_workspace(Path(shutil.copytree(demo_files, folder)))
    return workspace, run_forecast(workspace, FEW)
