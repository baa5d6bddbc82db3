"""No name, identifier, postcode or birth date of a return leaves the reader, whatever fails."""

import gzip
import io
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from assets.running import run_forecast
from sufficiency.findings import Findings
from sufficiency.privacy import valid_upn
from sufficiency.sources.files import read_text_table
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


@pytest.fixture
def canaries(with_returns: Workspace) -> Workspace:
    """The demo with a few people, in returns and censuses, who can be recognised anywhere."""
    assert not valid_upn(pd.Series([UPN])).any()
    for path in sorted(with_returns.returns.rglob("*_person.csv")):
        marked(path, {"personbirthdate": BORN["blade"], "uniquelearnernumber": ULN})
    for path in sorted(with_returns.censuses.rglob("*.csv*")):
        marked(path, {"dob": BORN["iso"], "uniquelearnernumber": ULN})
    return with_returns


def marked(path: Path, more: dict[str, str]) -> None:
    """Give the first people of a file recognisable names, identifiers, homes and birth dates."""
    table = read_text_table(path, Findings())
    values = {
        **more, "surname": SURNAME, "forename": FORENAME, "upn": UPN, "postcode": POSTCODE,
    }  # fmt: skip
    found = 0
    for column in table.columns:
        name = column.lower().split("_")[0]
        if name in values:
            tail = [str(n) for n in range(PEOPLE)] if name in ("upn",) else [""] * PEOPLE
            table.loc[: PEOPLE - 1, column] = [values[name] + t for t in tail]
            found += 1
    assert found >= 3, path.name
    buffer = io.BytesIO()
    table.to_csv(buffer, index=False)
    data = buffer.getvalue()
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def everything(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """Yield each file below a workspace as text, opened as far as it can be."""
    for path in sorted(workspace.root.rglob("*")):
        parts = path.relative_to(workspace.root).parts
        if path.is_file() and not (parts[0] == "inputs" and parts[1] in UNREAD):
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


def assert_silent(workspace: Workspace, shown: str) -> None:
    for name, text in (*everything(workspace), ("what was printed", shown.lower())):
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
