"""The workspace: every wrong setting is named at once, and a missing one says what to do."""

from pathlib import Path

import pytest

from sufficiency.errors import WorkspaceError
from sufficiency.workspace import open_workspace


def write(folder: Path, text: str) -> Path:
    (folder / "sufficiency.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_workspace_needs_only_its_authority(tmp_path: Path) -> None:
    workspace = open_workspace(write(tmp_path, 'authority = "839"\n'))
    assert workspace.settings.authority == "839"
    assert workspace.settings.years == 10


def test_a_number_is_taken_as_an_authority_code(tmp_path: Path) -> None:
    assert open_workspace(write(tmp_path, "authority = 839\n")).settings.authority == "839"


def test_a_missing_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="sufficiency init"):
        open_workspace(tmp_path / "nowhere")


def test_every_wrong_setting_is_named_at_once(tmp_path: Path) -> None:
    text = (
        'authority = "BCP"\nyears = 40\npaths = 1\nlocality_scheme = "town"\n'
        'colour = "blue"\nfirst_year_probability = 2\ncapacity_basis = "all"\nbase_census = 25\n'
        'annotated_years = ["2024"]\nidentifiers = "secret"\nkey_file = 3\n'
        'published_difference = 2\n[checks]\nhome_unknown = "worries"\n'
    )
    with pytest.raises(WorkspaceError) as caught:
        open_workspace(write(tmp_path, text))
    message = str(caught.value)
    for name in (
        "authority", "years", "paths", "locality_scheme", "colour", "first_year_probability",
        "capacity_basis", "base_census", "annotated_years", "identifiers", "key_file",
        "published_difference", "checks",
    ):  # fmt: skip
        assert name in message


def test_broken_toml_names_the_file_and_the_line(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"sufficiency.toml is not valid TOML.*line 1"):
        open_workspace(write(tmp_path, "authority = \n"))


def test_the_key_file_is_relative_to_the_workspace(tmp_path: Path) -> None:
    text = 'authority = "839"\nkey_file = "../keys/own.key"\n[checks]\nhome_unknown = "informs"\n'
    workspace = open_workspace(write(tmp_path, text))
    assert workspace.key_file == tmp_path / "../keys/own.key"
    assert workspace.settings.described()["checks"] == {"home_unknown": "informs"}
    assert open_workspace(write(tmp_path, 'authority = "839"\n')).key_file is None
