"""Reading the council's own files: every file that is there, and every problem at once."""

import difflib
from dataclasses import replace
from pathlib import Path

import pandas as pd

from sufficiency.contracts import checked, empty
from sufficiency.council.awaiting import awaiting_rules
from sufficiency.council.cells import file_cells
from sufficiency.council.class_rules import classes_rules
from sufficiency.council.declaration import MODELS, RESTRICTED, file_names, table_of
from sufficiency.council.housing_rules import housing_rules, yields_rules
from sufficiency.council.money_rules import budget_rules, costs_rules
from sufficiency.council.problems import Problems
from sufficiency.council.scheme_rules import scheme_rules
from sufficiency.council.school_rules import (
    OWN_KEY,
    imports_rules,
    moves_rules,
    need_mix_rules,
    repeated_rows,
)
from sufficiency.council.values import typed, understood
from sufficiency.findings import Findings

README = "README.txt"


def read_council_files(
    folder: Path,
    register: pd.DataFrame,
    localities: pd.DataFrame | None,
    establishments: pd.DataFrame | None,
    findings: Findings,
) -> dict[str, pd.DataFrame]:
    """Return every table of the council's own files.

    Args:
        folder: Folder of the files; it need not exist. A file that is missing or has only its
            header is not supplied.
        register: Register table.
        localities: Localities table; None or empty: localities are not checked.
        establishments: Establishments table; None or empty: not used.
        findings: Receives every problem, with file, row and column; of the awaiting list never
            a value.

    Returns:
        `awaiting`, `schemes`, `moves`, `imports`, `classes`, `need_mix_given`, `costs_given`,
        `budget`, `housing` and `housing_yields`: the rows that break no blocking rule; no rows
        where not supplied. `costs_given` is a Costs table of the council's rows only.
    """
    _other_files(folder, findings)
    before = len(findings.items)
    tables = {}
    for file in file_names():
        path = folder / f"{file}.csv"
        there = path.exists() or path.is_symlink()
        cells = file_cells(path, findings) if there else None
        if cells is None or cells.empty:
            tables[table_of(file)] = empty(MODELS[file])
            continue
        problems = Problems(path.name, file in RESTRICTED, findings)
        cells = understood(cells, file, problems)
        sound = cells[~cells.index.isin(list(problems.broken))]
        if file in OWN_KEY:
            repeated_rows(sound, file, problems)
        sound = sound[~sound.index.isin(list(problems.broken))]
        if sound.empty:
            tables[table_of(file)] = empty(MODELS[file])
            continue
        ready = _ruled(sound, file, problems, register, localities, establishments)
        ready = ready[~ready.index.isin(list(problems.broken))]
        tables[table_of(file)] = checked(MODELS[file], typed(ready, file), f"{file}.csv")
    _register_first(findings, before)
    return tables


def _register_first(findings: Findings, before: int) -> None:
    """Say of rows that are not on the register where the register itself has broken rows."""
    broken = any(f.check.startswith("register_") for f in findings.blocking)
    for place, one in enumerate(findings.items[before:] if broken else [], start=before):
        if one.check.endswith(("_not_on_register", "_no_such_register_row")):
            action = (
                "Correct the blocking problems of the register first: its rows with problems are "
                f"left out here. If this is still said then: {one.action}"
            )
            findings.items[place] = replace(one, action=action)


def _ruled(
    cells: pd.DataFrame,
    file: str,
    problems: Problems,
    register: pd.DataFrame,
    localities: pd.DataFrame | None,
    establishments: pd.DataFrame | None,
) -> pd.DataFrame:
    """Return the file's rows with what follows from them, its own rules checked."""
    if file == "awaiting":
        return awaiting_rules(cells, problems, register, localities, establishments)
    if file == "schemes":
        return scheme_rules(cells, problems, register, localities, establishments)
    if file == "costs":
        return costs_rules(cells, problems)
    if file == "budget":
        budget_rules(cells, problems)
    elif file == "housing":
        housing_rules(cells, problems, localities)
    elif file == "housing_yields":
        yields_rules(cells, problems)
    else:
        rules = {
            "moves": moves_rules,
            "imports": imports_rules,
            "classes": classes_rules,
            "need_mix": need_mix_rules,
        }
        rules[file](cells, register, problems)
    return cells.assign(source="imports.csv") if file == "imports" else cells


def _other_files(folder: Path, findings: Findings) -> None:
    """Warn of files that are not read, such as one with a misspelt name.

    The name of a file may name a child, so only one that is like a known name is repeated.
    """
    if not folder.is_dir():
        if folder.exists() or folder.is_symlink():
            findings.block(
                "council_folder_not_a_folder",
                f"{folder.name} is not a folder that can be opened, so none of its files is read.",
                "Make it a folder again, with the council's own files in it.",
                source=folder.name,
            )
        return
    unlike = 0
    known = [f"{file}.csv" for file in file_names()]
    for path in sorted(folder.iterdir()):
        if path.name in (*known, README) or path.name.startswith((".", "~$")) or path.is_dir():
            continue
        stem = next(iter(difflib.get_close_matches(path.stem.lower(), file_names(), 1, 0.6)), "")
        if not stem:
            unlike += 1
            continue
        findings.warn(
            "council_file_not_read",
            f"{path.name} is not one of the files that are read: did you mean {stem}.csv?",
            f"Save it as {stem}.csv (CSV UTF-8).",
            source=path.name,
        )
    if unlike:
        findings.warn(
            "council_file_not_read",
            f"{unlike} of the files in folder {folder.name} {'is' if unlike == 1 else 'are'} not "
            "read: the names are not those of the council's own files.",
            f"Move such files away; the files that are read are {', '.join(known)}.",
            source=folder.name,
            count=unlike,
        )
