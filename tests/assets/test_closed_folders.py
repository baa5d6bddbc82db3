"""Dagster's home, where the stored tables lie, opens to its owner only; a stopped run says so."""

import os
import signal
import stat
from pathlib import Path
from typing import Any

import pytest

from assets.locking import own_folder
from assets.reading import with_own_files
from assets.running import STOPPED, dagster_home, run_forecast
from sufficiency.contracts import InputFiles, empty
from sufficiency.findings import Findings
from sufficiency.person_level import without_returns
from sufficiency.workspace import Settings, Workspace


def workspace(root: Path) -> Workspace:
    return Workspace(root, Settings("999", key_file="pseudonym.key"))


@pytest.mark.skipif(os.name != "posix", reason="folders have no such modes here")
def test_dagsters_home_opens_to_its_owner_only(tmp_path: Path) -> None:
    made = workspace(tmp_path)
    made.dagster_home.mkdir(mode=0o755)
    assert stat.S_IMODE(dagster_home(made).stat().st_mode) == 0o700
    own_folder(tmp_path / "new" / "home")
    assert stat.S_IMODE((tmp_path / "new" / "home").stat().st_mode) == 0o700


def test_the_file_of_the_key_is_not_listed_among_the_inputs(tmp_path: Path) -> None:
    made = workspace(tmp_path)
    (tmp_path / "pseudonym.key").write_text("00112233445566778899aabbccddeeff")
    made.register_csv.write_text("a\n")
    listed = with_own_files(empty(InputFiles), made, without_returns(), Findings())
    assert listed["file"].tolist() == ["places.csv"]


def test_a_file_that_cannot_be_hashed_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = workspace(tmp_path)
    made.register_csv.write_text("a\n")

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    findings = Findings()
    listed = with_own_files(empty(InputFiles), made, without_returns(), findings)
    assert listed.empty
    assert [(f.check, f.source) for f in findings.blocking] == [("file_unreadable", "places.csv")]


def test_ctrl_c_says_that_nothing_was_written(
    demo: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "assets.reading.read_workspace", lambda _: signal.raise_signal(signal.SIGINT)
    )
    outcome = run_forecast(demo, {"years": 2, "paths": 10})
    assert outcome.error == STOPPED
    assert not demo.outputs.exists()
