"""From a workspace to tables and findings: the key, the corrections and closed folders."""

import os
import stat
from pathlib import Path

import pandas as pd
import pytest

from sufficiency.findings import Findings
from sufficiency.people.reference import Reference
from sufficiency.person_level import read_person_level
from sufficiency.workspace import Settings, Workspace

KEY = "00112233445566778899aabbccddeeff"


def workspace(root: Path, **settings: str) -> Workspace:
    made = Workspace(root, Settings("999", **settings))  # pyright: ignore[reportArgumentType]
    for folder in (made.returns, made.censuses):
        folder.mkdir(parents=True)
    (made.returns / "not_a_return.csv").write_text("a,b\n1,2\n")
    return made


def reference() -> Reference:
    return Reference("999", pd.DataFrame(), None, pd.DataFrame())


def read(made: Workspace) -> Findings:
    findings = Findings()
    read_person_level(made, reference(), pd.DataFrame(), findings, {})
    return findings


def blocking(made: Workspace, check: str):
    return next(f for f in read(made).blocking if f.check == check)


def test_a_missing_key_is_to_be_made(tmp_path: Path) -> None:
    assert "sufficiency key FILE" in blocking(workspace(tmp_path), "no_pseudonym_key").action


@pytest.mark.parametrize("folder", ["inputs", "outputs", "restricted", ".dagster"])
def test_a_key_that_lies_with_the_tables_is_to_be_moved(tmp_path: Path, folder: str) -> None:
    made = workspace(tmp_path, key_file=f"{folder}/pseudonym.key")
    (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / folder / "pseudonym.key").write_text(KEY)
    said = blocking(made, "no_pseudonym_key")
    assert said.action.startswith("Move the key file")
    assert "sufficiency key FILE" not in said.message + said.action


@pytest.mark.parametrize("returns", [True, False])
def test_a_pasted_key_blocks_and_is_not_shown(tmp_path: Path, returns: bool) -> None:
    made = workspace(tmp_path, key_file=KEY)
    if not returns:
        (made.returns / "not_a_return.csv").unlink()
    said = blocking(made, "no_pseudonym_key")
    assert "holds a key" in said.message
    assert KEY[:8] not in f"{said}"


def test_a_damaged_workbook_of_corrections_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    made = workspace(tmp_path, key_file="pseudonym.key")
    (tmp_path / "pseudonym.key").write_text(KEY)
    made.restricted.mkdir()
    made.corrections.write_bytes(b"PK\x03\x04 cut short")
    findings = read(made)
    said = next(f for f in findings.blocking if f.check == "corrections_unreadable")
    assert said.source == "corrections.xlsx"
    assert "delete it" in said.action
    assert made.corrections.read_bytes() == b"PK\x03\x04 cut short"


@pytest.mark.skipif(os.name != "posix", reason="folders have no such modes here")
def test_a_restricted_folder_made_by_hand_is_closed_to_others(tmp_path: Path) -> None:
    made = workspace(tmp_path)
    made.restricted.mkdir(mode=0o755)
    read(made)
    assert stat.S_IMODE(made.restricted.stat().st_mode) == 0o700
