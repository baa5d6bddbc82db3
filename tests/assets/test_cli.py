"""The command: exit codes, and words that tell a planner what to do."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assets.cli import cli, main
from assets.locking import only_run
from sufficiency.workspace import Workspace


def called(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(a) for a in arguments])


def ended_with(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Run the command as the shell does and return its exit code."""
    monkeypatch.setattr("sys.argv", ["sufficiency", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_init_without_data_makes_a_workspace_that_says_which_files_belong_where(
    tmp_path: Path,
) -> None:
    result = called("init", tmp_path / "W", "--authority", "839")
    assert result.exit_code == 0
    assert (tmp_path / "W" / "sufficiency.toml").is_file()
    note = (tmp_path / "W" / "inputs" / "ehcp" / "README.txt").read_text(encoding="utf-8")
    assert "Education, health and care plans" in note


def test_init_never_overwrites_a_planners_register(demo: Workspace) -> None:
    before = demo.register_csv.read_bytes() + b"\n"
    demo.register_csv.write_bytes(before)
    assert called("init", demo.root, "--authority", "999", "--data", demo.inputs).exit_code == 0
    assert demo.register_csv.read_bytes() == before


def test_a_workspace_of_another_authority_is_refused(
    demo_files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended_with(monkeypatch, "init", demo_files, "--authority", "839") == 2
    assert "already the workspace of authority 999" in capsys.readouterr().err


def test_a_missing_workspace_could_not_run_and_says_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended_with(monkeypatch, "run", tmp_path / "nowhere") == 2
    assert "sufficiency init" in capsys.readouterr().err


def test_check_lists_findings_and_ends_with_0_where_nothing_blocks(demo: Workspace) -> None:
    result = called("check", demo.root)
    assert result.exit_code == 0
    assert "0 blocking" in result.output


def test_check_ends_with_1_and_names_file_row_column_and_what_to_do(demo: Workspace) -> None:
    text = demo.register_csv.read_text(encoding="utf-8-sig")
    demo.register_csv.write_text(text.replace(",special,", ",specail,", 1), encoding="utf-8")
    result = called("check", demo.root)
    assert result.exit_code == 1
    assert "BLOCKS: places.csv, row 2, column provision" in result.output
    assert "What to do:" in result.output


def test_run_ends_with_1_and_writes_nothing_where_findings_block(demo: Workspace) -> None:
    demo.register_csv.write_text("urn\n", encoding="utf-8")
    result = called("run", demo.root, "--years", 1, "--paths", 10)
    assert result.exit_code == 1
    assert "Nothing was written" in result.output
    assert not demo.outputs.exists()


@pytest.mark.parametrize("option", [("--years", 11), ("--paths", 0), ("--seed", -1)])
def test_choices_out_of_range_are_refused(demo_files: Path, option: tuple[str, int]) -> None:
    assert called("run", demo_files, *option).exit_code == 2


def test_a_second_run_of_a_workspace_is_told_to_wait(demo: Workspace) -> None:
    with only_run(demo.dagster_home):
        second = subprocess.run(
            [sys.executable, "-m", "assets.cli", "run", str(demo.root)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert second.returncode == 2
    assert "Another run of" in second.stderr
    assert "Traceback" not in second.stderr
    assert not demo.outputs.exists()


def test_a_busy_port_is_named_with_another_to_try(demo_files: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        result = called("ui", demo_files, "--port", port)
    assert result.exit_code == 2
    assert f"--port {port + 1}" in result.output


def test_what_nobody_foresaw_is_one_line_and_exit_code_2(
    demo_files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a value that must not be shown")

    monkeypatch.setattr("assets.reading.read_workspace", broken)
    assert ended_with(monkeypatch, "check", demo_files) == 2
    told = capsys.readouterr().err
    assert "ZeroDivisionError" in told
    assert "must not be shown" not in told
    assert "Traceback" not in told
