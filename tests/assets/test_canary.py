"""No name, identifier, postcode or birth date of a return leaves the reader, whatever fails."""

import gzip
import io
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from assets.running import run_forecast
from sufficiency.findings import Findings
from sufficiency.privacy import valid_upn
from sufficiency.quality.corrections import write_corrections
from sufficiency.sources.files import read_text_table, sha256
from sufficiency.workspace import Workspace

FEW = {"years": 2, "paths": 10}
SURNAME, FORENAME = "Canarywharf", "Tweetington"
UPN, ULN, POSTCODE = "B98765432109C"[:1] + "987654321098", "9876543219", "ZZ98 9XY"
BORN = {"blade": "2012-Feb-29 00:00:00", "iso": "2012-02-29"}
PEOPLE = 6
TOLD = tuple(
    text.lower()
    for text in (
        SURNAME, FORENAME, UPN[:10], ULN[:9], POSTCODE, POSTCODE.replace(" ", ""),
        BORN["blade"][:11], BORN["iso"], "29/02/2012", "29-02-2012", "20120229",
    )
)  # fmt: skip
STEPS = (
    "read_returns", "read_censuses", "person_tables", "pupil_counts", "reconcile_bases",
    "check_returns", "check_censuses", "quality_table", "findings_from", "write_corrections",
    "against_published", "sen_support_to_plan",
)  # fmt: skip
INNER = (
    "sufficiency.sen2.returns.typed",
    "sufficiency.people.route.positions",
    "sufficiency.people.route.identify",
    "sufficiency.people.route.plan_flows",
)
UNREAD = ("sen2", "school_census")
CODED = (
    "sex", "ethnicity", "upnunknown", "uniquelearnernumber", "requestoutcome", "exported",
    "requestsource", "assessmentoutcome", "planres", "planwbp", "dp", "ceasereason", "urn",
    "ukprn", "sensetting", "sensettingother", "placementrank", "transferla", "reviewoutcome",
    "res", "wbp", "sentype", "sentyperank", "rya", "week20", "laestab", "ncyearactual",
    "enrolstatus", "senprovision", "sentype1", "sentype2", "senunitindicator",
    "resourcedprovisionindicator", "nativeid", "sourceid", "softwarecode", "release",
)  # fmt: skip
STREWN_FROM, MANY = 20, 150
ISSUES = ("year", "source", "check", "module", "column", "file", "sheet", "row")


@pytest.fixture
def canaries(with_returns: Workspace) -> Workspace:
    """The demo with a few people, in returns and censuses, who can be recognised anywhere."""
    assert not valid_upn(pd.Series([UPN])).any()
    for path in sorted(with_returns.returns.rglob("*_person.csv")):
        marked(path, {"personbirthdate": BORN["blade"], "uniquelearnernumber": ULN})
    for path in sorted(with_returns.censuses.rglob("*.csv*")):
        marked(path, {"dob": BORN["iso"], "uniquelearnernumber": ULN})
    return with_returns


def plain(column: str) -> str:
    return column.lower().split("_")[0]


def marked(path: Path, more: dict[str, str]) -> None:
    """Give the first people of a file recognisable names, identifiers, homes and birth dates."""
    table = read_text_table(path, Findings())
    values = {
        **more, "surname": SURNAME, "forename": FORENAME, "upn": UPN, "postcode": POSTCODE,
    }  # fmt: skip
    found = 0
    born = next((column for column in more if column in ("dob", "personbirthdate")), "")
    assert born in {plain(column) for column in table.columns}, path.name
    for column in table.columns:
        name = plain(column)
        if name in values:
            tail = [str(n) for n in range(PEOPLE)] if name in ("upn",) else [""] * PEOPLE
            table.loc[: PEOPLE - 1, column] = [values[name] + t for t in tail]
            found += 1
    assert found >= 3, path.name
    rewritten(path, table)


def rewritten(path: Path, table: pd.DataFrame) -> None:
    buffer = io.BytesIO()
    table.to_csv(buffer, index=False)
    data = buffer.getvalue()
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def inputs_of(workspace: Workspace) -> list[Path]:
    """Return the files of the returns and of the censuses."""
    found = [*workspace.returns.rglob("*.csv*"), *workspace.censuses.rglob("*.csv*")]
    return sorted(path for path in found if path.is_file())


def strewn(path: Path) -> int:
    """Put canaries into some rows of every column of codes and numbers; return how many."""
    table = read_text_table(path, Findings())
    if len(table) < MANY:
        return 0
    row = STREWN_FROM
    for column in table.columns:
        if plain(column) in CODED:
            for canary in (SURNAME, f"{UPN}7", ULN, POSTCODE, BORN["iso"]):
                table.loc[row, column] = canary
                row += 1
    assert row < len(table), path.name
    rewritten(path, table)
    return row - STREWN_FROM


def moved(path: Path) -> None:
    """Move every value one column on, and call one column by a person's name."""
    table = read_text_table(path, Findings())
    heads = [*table.columns[:-1], f"{FORENAME} {SURNAME}"]
    names = [FORENAME, SURNAME, f"{UPN}7"] * len(table)
    cells = table.to_numpy()[:, [-1, *range(table.shape[1] - 1)]]
    shifted = pd.DataFrame(cells, columns=heads).assign(
        **{name: names[: len(table)] for name in heads if plain(name) in CODED}
    )
    rewritten(path, shifted)


def typed_into_corrections(workspace: Workspace) -> None:
    """Type canaries into every cell of the workbook of corrections that an officer may fill."""
    workspace.restricted.mkdir()
    nothing = {name: pd.Series(dtype="str") for name in ISSUES}
    write_corrections(workspace.corrections, pd.DataFrame(nothing), [])
    book = openpyxl.load_workbook(workspace.corrections)
    file = next(path for path in inputs_of(workspace) if "person" in path.name)
    right = {
        "File": file.relative_to(workspace.inputs).as_posix(),
        "Row": "2",
        "Module": "person",
        "Column": "ethnicity",
        "Corrected value": "WBRI",
        "File fingerprint": sha256(file),
    }
    for sheet in (book["Issues"], book["Corrections"]):
        heads = [cell.value for cell in sheet[1]]
        for number, head in enumerate(heads):
            line = [right.get(str(name), "") for name in heads]
            line[number] = f"{FORENAME} {SURNAME}" if head != "Row" else ULN
            sheet.append(line)
    book.save(workspace.corrections)


def everything(workspace: Workspace, but: str = "") -> Iterator[tuple[str, str]]:
    """Yield each file below a workspace as text, opened as far as it can be."""
    for path in sorted(workspace.root.rglob("*")):
        parts = path.relative_to(workspace.root).parts
        if not path.is_file() or path.name == but:
            continue
        if not (parts[0] == "inputs" and parts[1] in UNREAD):
            yield path.name, "\n".join(opened(path)).lower()


def opened(path: Path) -> Iterator[str]:
    data = path.read_bytes()
    yield data.decode("latin-1")
    if path.suffix == ".parquet":
        yield pd.read_parquet(path).to_csv()
    elif path.suffix in (".db", ".sqlite"):
        with closing(sqlite3.connect(path)) as base:
            yield "\n".join(base.iterdump())
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(n).decode("utf-8", "replace") for n in archive.namelist())
    elif data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data).decode("latin-1")


def assert_silent(workspace: Workspace, shown: str, but: str = "") -> None:
    for name, text in (*everything(workspace, but), ("what was printed", shown.lower())):
        for canary in TOLD:
            assert canary not in text, f"{canary} is in {name}"


def test_the_search_finds_a_canary_in_every_kind_of_file(tmp_path: Path) -> None:
    table = pd.DataFrame({"a": [SURNAME] * 3})
    table.to_parquet(tmp_path / "t.parquet")
    table.to_excel(tmp_path / "t.xlsx")
    with closing(sqlite3.connect(tmp_path / "t.db")) as base:
        table.to_sql("t", base)
    for path in tmp_path.iterdir():
        assert SURNAME in "\n".join(opened(path)), path.name


@pytest.mark.slow
def test_a_run_stores_and_says_nothing_of_a_person(
    canaries: Workspace, capfd: pytest.CaptureFixture[str]
) -> None:
    outcome = run_forecast(canaries, FEW)
    assert outcome.headlines, (outcome.error, outcome.blocked)
    shown = "".join(capfd.readouterr())
    assert_silent(canaries, shown)


@pytest.mark.slow
def test_identifiers_strewn_over_codes_and_numbers_leave_the_reader_nowhere(
    canaries: Workspace, capfd: pytest.CaptureFixture[str]
) -> None:
    assert sum(strewn(path) for path in inputs_of(canaries)) > 300
    outcome = run_forecast(canaries, FEW)
    assert outcome.headlines, (outcome.error, outcome.blocked)
    assert_silent(canaries, "".join(capfd.readouterr()))


@pytest.mark.slow
def test_columns_that_moved_and_names_typed_into_corrections_are_not_repeated(
    canaries: Workspace, capfd: pytest.CaptureFixture[str]
) -> None:
    for path in inputs_of(canaries):
        if "person" not in path.name:
            moved(path)
    typed_into_corrections(canaries)
    outcome = run_forecast(canaries, FEW)
    assert outcome.blocked is not None, outcome.error
    checks = set(outcome.blocked["check"])
    assert {"urn_column_unreadable", "unknown_column", "correction_refused"} <= checks
    # The workbook keeps what the officer typed into it; nothing else may have it.
    shown = "".join(capfd.readouterr()) + outcome.blocked.to_csv()
    assert_silent(canaries, shown, but=canaries.corrections.name)


@pytest.mark.slow
@pytest.mark.parametrize("step", [*(f"sufficiency.person_level.{s}" for s in STEPS), *INNER])
def test_a_step_that_fails_on_a_person_says_nothing_of_them(
    step: str,
    canaries: Workspace,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        row = {"surname": SURNAME, "upn": UPN, "postcode": POSTCODE, "born": BORN["iso"]}
        raise ValueError(f"could not convert {row}")

    monkeypatch.setattr(step, fail)
    outcome = run_forecast(canaries, FEW)
    assert outcome.blocked is not None
    assert outcome.headlines == []
    assert_silent(canaries, "".join(capfd.readouterr()) + outcome.blocked.to_csv())
