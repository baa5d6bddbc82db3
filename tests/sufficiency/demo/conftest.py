"""The demo's files, made once for every test of the demo."""

from pathlib import Path

import pytest

from sufficiency.demo import write_demo_data
from sufficiency.demo.people import World, world

SEED = 999


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the demo's input files; for reading only."""
    folder = tmp_path_factory.mktemp("demo")
    write_demo_data(folder, SEED)
    return folder


@pytest.fixture(scope="session")
def people() -> World:
    """The people that the demo's files are counted from."""
    return world(SEED)
