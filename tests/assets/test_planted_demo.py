"""The officer's loop on the demo: planted errors, the workbook, an answer key, nothing left."""

from collections.abc import Iterator

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

from assets.cli import cli
from assets.reading import read_workspace
from assets.starting import start_demo
from sufficiency.quality.checks import declared
from sufficiency.workspace import Workspace, open_workspace

NATURAL = {"age_25", "home_outside", "no_identifier_with_reason"}
"""True of some people of the clean demo as well; they inform, and nothing is wrong."""


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The demo with errors of every kind in its returns."""
    folder = tmp_path_factory.mktemp("spoilt") / "W"
    start_demo(folder, errors=True)
    return open_workspace(folder)


def key_of(workspace: Workspace, name: str) -> pd.DataFrame:
    return pd.read_csv(workspace.root / "answer-key" / f"{name}.csv", dtype={"corrected": str})


def failing(workspace: Workspace) -> tuple[dict[tuple[int, str], int], list[str]]:
    inputs = read_workspace(workspace)
    table = inputs.person.tables["quality_checks"]
    rows = table[(table["count"] > 0) & (table["source"] == "SEN2 return")]
    pairs = zip(rows["year"], rows["check"], strict=True)
    counts = {(int(y), str(c)): int(n) for (y, c), n in zip(pairs, rows["count"], strict=True)}
    return counts, [finding.check for finding in inputs.findings.blocking]


def rows_of(sheet) -> Iterator[tuple]:
    """Yield the rows of a sheet from its headings on."""
    started = False
    for row in sheet.iter_rows():
        started = started or any(cell.value == "Corrected value" for cell in row)
        if started:
            yield row


def fill_in(workspace: Workspace, answers: pd.DataFrame) -> int:
    """Type the answers into the workbook as an officer would; return how many had no row there."""
    book = openpyxl.load_workbook(workspace.corrections)
    wanted = {
        (int(a.year), str(a.module), int(a.row), str(a.column)): str(a.corrected)  # pyright: ignore
        for a in answers.itertuples()
    }
    headings, *rows = rows_of(book["Issues"])
    at = {str(cell.value): n for n, cell in enumerate(headings)}
    files: dict[tuple[int, str], str] = {}
    left = dict(wanted)
    for row in rows:
        told = {name: row[n].value for name, n in at.items()}
        if not str(told["Row"]).isdigit():
            continue
        year, module = int(told["Year"]), str(told["Module"])
        files[year, module] = str(told["File"])
        cell = (year, module, int(told["Row"]), str(told["Column"]))
        if cell in wanted:
            row[at["Corrected value"]].value = wanted[cell]
            left.pop(cell, None)
    first = max(row[0].row for row in rows) + 1
    for number, (cell, value) in enumerate(left.items()):
        told = {
            "Year": cell[0], "Module": cell[1], "Row": cell[2], "Column": cell[3],
            "File": files[cell[0], cell[1]], "Corrected value": value,
        }  # fmt: skip
        for name, text in told.items():
            book["Issues"].cell(first + number, at[name] + 1).value = text
    book.save(workspace.corrections)
    return len(left)


@pytest.mark.slow
def test_every_planted_error_is_found_and_after_its_correction_nothing_blocks(
    spoilt: Workspace,
) -> None:
    found, blocking = failing(spoilt)
    key = key_of(spoilt, "counts")
    planted = {
        (int(year), str(check)): int(count)
        for year, check, count in key.itertuples(index=False, name=None)
    }
    shipped = declared()
    every = set(shipped.loc[shipped["source"] == "sen2", "check"])
    only_real = {"invalid_upn", "invalid_uln"}  # in a synthetic return no number may be valid
    assert {check for _, check in planted} == every - only_real
    exact = {cell: n for cell, n in found.items() if cell[1] not in NATURAL}
    assert exact == {cell: n for cell, n in planted.items() if cell[1] not in NATURAL}
    assert all(found[cell] >= n for cell, n in planted.items())
    assert blocking

    answers = key_of(spoilt, "corrections").fillna({"corrected": "CLEAR"})
    fill_in(spoilt, answers)
    inputs = read_workspace(spoilt)
    refused = [f.message for f in inputs.findings.items if f.check == "correction_refused"]
    assert refused == []
    assert [f.message for f in inputs.findings.blocking] == []


@pytest.mark.slow
def test_the_command_names_the_workbook_and_ends_as_blocked(spoilt: Workspace) -> None:
    spoilt.corrections.unlink(missing_ok=True)
    ended = CliRunner().invoke(cli, ["check", str(spoilt.root)])
    assert ended.exit_code == 1
    assert "corrections.xlsx" in ended.output
    assert "BLOCKS" in ended.output
