"""Writing Westmere's council files into a workspace."""

from importlib.resources import files

import pandas as pd

from sufficiency.demo.council.awaiting import awaiting
from sufficiency.demo.council.classes import classes
from sufficiency.demo.council.imports import imports
from sufficiency.demo.people.world import World
from sufficiency.demo.register import last_years_register
from sufficiency.findings import Findings
from sufficiency.places import read_csv, write_csv
from sufficiency.workspace import Workspace

TYPED = ("schemes", "moves", "need_mix", "costs", "budget", "housing", "housing_yields")
ONLY_OWNER = 0o700


def write_council_files(people: World, workspace: Workspace) -> None:
    """Write the council's files and last year's register; the register itself must be there.

    Args:
        people: The world that the workspace's returns were made from.
        workspace: Workspace of Westmere with its `places.csv`; files of the same names are
            replaced.
    """
    workspace.council.mkdir(mode=ONLY_OWNER, exist_ok=True)
    register = read_csv(workspace.register_csv, Findings())
    for name, frame in made_tables(people, register).items():
        _write(workspace, name, frame.to_csv(index=False, lineterminator="\n"))
    for name in TYPED:
        typed = files("sufficiency.demo.council").joinpath(f"{name}.csv")
        _write(workspace, name, typed.read_text(encoding="utf-8"))
    write_csv(last_years_register(register), workspace.last_year_csv)


def _write(workspace: Workspace, name: str, text: str) -> None:
    (workspace.council / f"{name}.csv").write_text(text, encoding="utf-8")


def made_tables(people: World, register: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the files that are made, not typed, by name: awaiting, imports, classes."""
    return {
        "awaiting": awaiting(people),
        "imports": imports(people, register),
        "classes": classes(people, register),
    }
