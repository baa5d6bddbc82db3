"""Fixtures shared by every test."""

import os
import shutil
from pathlib import Path

import pytest

PUBLISHED = Path(__file__).resolve().parents[2] / "shared" / "data"


def skip_or_fail(reason: str) -> None:
    """Skip with a plain reason, or fail where continuous integration must run everything."""
    if os.environ.get("SUFFICIENCY_CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def data() -> Path:
    """Folder of real published data, beside the checkout or at SUFFICIENCY_DATA."""
    folder = Path(os.environ.get("SUFFICIENCY_DATA", PUBLISHED))
    if not (folder / "README.md").is_file():
        skip_or_fail(f"published data not found at {folder}: set SUFFICIENCY_DATA to its folder")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser that the system has."""
    found = shutil.which("chromium")
    if found is None:
        skip_or_fail("chromium was not found: install the Debian package chromium")
    return str(found)
