"""A thousand damaged returns: each ends in clean tables or a plain finding, soon, and tells no one.

Every case is seeded by its number, so that one that went wrong can be run again alone.
"""

import io
import re
import signal
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import numpy as np
import openpyxl
import pandas as pd
import pytest

from sufficiency.demo.returns.small import AUTHORITY, census_day, small_reference, small_returns
from sufficiency.demo.returns.text_files import write_blade, write_collect
from sufficiency.demo.returns.workbooks import write_presubmission, write_template
from sufficiency.errors import SufficiencyError
from sufficiency.findings import Findings
from sufficiency.people.route import person_tables
from sufficiency.quality.checks import check_returns
from sufficiency.quality.table import findings_from, quality_table
from sufficiency.sen2.returns import read_returns

CASES, TOGETHER = 1000, 100
SECONDS = 10
MAX_BYTES = 20_000_000
KEY = b"no one's key".ljust(32)
Files = dict[str, bytes]
Damage = Callable[[Files, np.random.Generator], Files]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Files]:
    """Layout to the files of two whole returns of about forty people."""
    folder = tmp_path_factory.mktemp("whole")
    for year, modules in small_returns(34, (2025, 2026)).items():
        write_blade(modules, folder / "blade" / str(year), census_day(year))
        write_collect(modules, folder / "collect" / f"SEN2_{year}.xml")
        write_template(modules, folder / "template" / f"SEN2_{year}.xlsx")
        write_presubmission(modules, folder / "presubmission" / f"SEN2_{year}.xlsx")
    return {
        layout.name: {
            path.relative_to(layout).as_posix(): path.read_bytes()
            for path in sorted(layout.rglob("*"))
            if path.is_file()
        }
        for layout in sorted(folder.iterdir())
    }


@pytest.fixture(scope="module")
def secrets() -> re.Pattern[str]:
    """Whatever belongs to one person: names, UPNs, postcodes, birth dates."""
    born: set[str] = set()
    for modules in small_returns(34, (2025, 2026)).values():
        dates = pd.to_datetime(modules["person"]["personbirthdate"])
        for written in ("%Y-%m-%d", "%Y-%b-%d", "%d/%m/%Y"):
            born |= set(dates.dt.strftime(written))
    people = r"Demo\d{6}|Given\d{6}|[A-Z]?999\d{9}|ZZ\d+ ?\d[A-Z]{2}"
    return re.compile(f"{people}|{'|'.join(sorted(born))}", re.IGNORECASE)


def _pick(names: list[str], rng: np.random.Generator) -> str:
    return names[int(rng.integers(len(names)))]


def _of_one(change: Callable[[bytes, np.random.Generator], bytes]) -> Damage:
    """Damage the bytes of one file."""

    def damage(files: Files, rng: np.random.Generator) -> Files:
        name = _pick(sorted(files), rng)
        return files | {name: change(files[name], rng)}

    damage.__name__ = change.__name__.strip("_")
    return damage


def _flipped(content: bytes, rng: np.random.Generator) -> bytes:
    made = bytearray(content)
    for at in rng.integers(0, max(len(made), 1), int(rng.integers(1, 30))):
        if made:
            made[at] = int(rng.integers(256))
    return bytes(made)


def _truncated(content: bytes, rng: np.random.Generator) -> bytes:
    return content[: int(rng.integers(0, len(content) + 1))]


def _emptied(content: bytes, rng: np.random.Generator) -> bytes:
    return b"" if rng.random() < 0.5 else b"\r\n \r\n"


def _nulls(content: bytes, rng: np.random.Generator) -> bytes:
    at = int(rng.integers(0, len(content) + 1))
    return content[:at] + b"\0" * int(rng.integers(1, 5000)) + content[at:]


def _chunk_twice(content: bytes, rng: np.random.Generator) -> bytes:
    first, last = sorted(rng.integers(0, len(content) + 1, 2))
    return content[:last] + content[first:last] + content[last:]


def _chunk_lost(content: bytes, rng: np.random.Generator) -> bytes:
    first, last = sorted(rng.integers(0, len(content) + 1, 2))
    return content[:first] + content[last:]


def _garbage_after(content: bytes, rng: np.random.Generator) -> bytes:
    return content + rng.bytes(int(rng.integers(1, 4000)))


def _other_encoding(content: bytes, rng: np.random.Generator) -> bytes:
    text = content.decode("utf-8", errors="replace").replace("Given", "Giv\u00e9n")
    encoding = _pick(["utf-16", "utf-16-le", "latin-1", "cp1252", "utf-8-sig", "utf-32"], rng)
    return text.encode(encoding, errors="replace")


def _swapped(files: Files, rng: np.random.Generator) -> Files:
    """Give two files each other's name."""
    one, other = _pick(sorted(files), rng), _pick(sorted(files), rng)
    return files | {one: files[other], other: files[one]}


def _copied(files: Files, rng: np.random.Generator) -> Files:
    """Put a file in a second time."""
    name = _pick(sorted(files), rng)
    return files | {f"copy of {name.replace('/', ' ')}": files[name]}


def _lost(files: Files, rng: np.random.Generator) -> Files:
    name = _pick(sorted(files), rng)
    return {other: content for other, content in files.items() if other != name}


def _renamed(files: Files, rng: np.random.Generator) -> Files:
    """Give a file another kind's ending."""
    name = _pick(sorted(files), rng)
    ending = _pick([".csv", ".xml", ".xlsx", ".txt", ".gz", ".zip", ".xls", ""], rng)
    return _lost({**files}, np.random.default_rng(0)) | {Path(name).stem + ending: files[name]}


def _cells_changed(table: list[list[str]], rng: np.random.Generator) -> list[list[str]]:
    """Damage a table with its headings in one of the ways that spreadsheets and people do."""
    heads, rows = table[0], [list(row) for row in table[1:]]
    way = int(rng.integers(12))
    at = int(rng.integers(max(len(heads), 1)))
    some = [int(n) for n in rng.integers(0, max(len(rows), 1), 5)] if rows else []
    order = [int(n) for n in rng.permutation(len(heads))]
    if way == 0:
        return [[cell for n, cell in enumerate(row) if n != at] for row in [heads, *rows]]
    if way == 1:
        return [[*row, row[at]] for row in [heads, *rows]]
    if way == 2:
        return [[row[n] for n in order] for row in [heads, *rows]]
    if way == 3:
        return [heads, *[row for n, row in enumerate(rows) if n not in some]]
    if way == 4:
        return [heads, *rows, *[rows[n] for n in some]]
    if way == 5:
        return [heads, *[rows[int(n)] for n in rng.permutation(len(rows))]]
    if way == 6:
        return rows
    if way == 7:
        return [heads, *[row[: int(rng.integers(len(row) + 1))] for row in rows]]
    wrong = (
        "x" * 30_000,
        '=HYPERLINK("http://nowhere","x")',
        "31/02/2024",
        "9999-99-99",
        "1e400",
        "\u202e\ud7ff\u0007",
        "-1",
        "NaN",
        "99999999999999999999",
        "0001-01-01",
        '"',
        "a\nb",
    )
    value = wrong[int(rng.integers(len(wrong)))] if way < 11 else None
    for n in some:
        rows[n][at if at < len(rows[n]) else 0] = rows[0][at] if value is None else value
    return [heads, *rows]


def _table_changed(files: Files, rng: np.random.Generator) -> Files:
    """Damage one table of one file, whatever the format."""
    name = _pick(sorted(files), rng)
    content = files[name]
    if name.endswith(".csv"):
        table = [line.split(",") for line in content.decode().split("\r\n") if line]
        text = "\r\n".join(",".join(row) for row in _cells_changed(table, rng))
        return files | {name: text.encode("utf-8", errors="replace")}
    if name.endswith(".xlsx"):
        return files | {name: _sheet_changed(content, rng)}
    return files | {name: _elements_changed(content, rng)}


def _sheet_changed(content: bytes, rng: np.random.Generator) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[int(rng.integers(len(book.worksheets)))]
    way, row = int(rng.integers(6)), int(rng.integers(1, sheet.max_row + 1))
    column = int(rng.integers(1, sheet.max_column + 1))
    if way == 0:
        sheet.delete_cols(column)
    elif way == 1:
        sheet.delete_rows(row, int(rng.integers(1, 9)))
    elif way == 2:
        sheet.insert_rows(row, 2)
    elif way == 3:
        book.copy_worksheet(sheet)
    else:
        values = ["x" * 30_000, "=1/0", "31/02/2024", -1, 1e300, True, "=SUM(A1:A9)", 123456789012]
        for at in range(row, min(row + 9, sheet.max_row) + 1):
            cell = sheet.cell(at, column)
            cell.number_format = "General"
            cell.value = values[int(rng.integers(len(values)))]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _elements_changed(content: bytes, rng: np.random.Generator) -> bytes:
    parts = re.split(rb"(?=<)", content)
    way, at = int(rng.integers(4)), int(rng.integers(1, len(parts)))
    if way == 0:
        return b"".join(parts[:at] + parts[at + 1 :])
    if way == 1:
        return b"".join([*parts[:at], parts[at], *parts[at:]])
    if way == 2:
        return b"".join(parts[:at]) + b"<Deep>" * 20_000 + b"".join(parts[at:])
    wrong = [b"x" * 100_000, b"31/02/2024", b"&nothing;", b"&#0;", b"]]>", b"<!-- -- -->"]
    return b"".join(parts[:at]) + wrong[int(rng.integers(len(wrong)))] + b"".join(parts[at:])


def _hostile(files: Files, rng: np.random.Generator) -> Files:
    """Put in what is meant to harm: entities, a bomb, a file from elsewhere."""
    name = _pick(sorted(files), rng)
    levels = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    bomb = b'<?xml version="1.0"?><!DOCTYPE Message [<!ENTITY l0 "lol">' + levels + b"]>"
    outside = b'<?xml version="1.0"?><!DOCTYPE Message [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    start = bomb if rng.random() < 0.5 else outside
    body = b"<Message><Persons><Person><Surname>&l9;&x;</Surname></Person></Persons></Message>"
    if not name.endswith(".xlsx"):
        return files | {Path(name).with_suffix(".xml").as_posix(): start + body}
    with zipfile.ZipFile(io.BytesIO(files[name])) as packed:
        held = {part: packed.read(part) for part in packed.namelist()}
    part = _pick(sorted(held), rng)
    way = int(rng.integers(4))
    if way == 0:
        held[part] = start + held[part].split(b"?>", 1)[-1]
    elif way == 1:
        del held[part]
    elif way == 2:
        held[part] = _flipped(held[part], rng)
    else:
        held[part] = b" " * (2 * MAX_BYTES)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for inside, content in held.items():
            packed.writestr(inside, content)
    return files | {name: out.getvalue()}


DAMAGES: tuple[Damage, ...] = (
    _of_one(_flipped),
    _of_one(_truncated),
    _of_one(_emptied),
    _of_one(_nulls),
    _of_one(_chunk_twice),
    _of_one(_chunk_lost),
    _of_one(_garbage_after),
    _of_one(_other_encoding),
    _swapped,
    _copied,
    _lost,
    _renamed,
    _table_changed,
    _table_changed,
    _table_changed,
    _table_changed,
    _hostile,
)


OF_ANY_BYTES = 12


@contextmanager
def _at_most(seconds: int) -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"over {seconds} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _outcome(folder: Path, secrets: re.Pattern[str]) -> str:
    """Read a folder of returns to the end, where contracts are checked; return how it ended."""
    findings = Findings()
    reference = small_reference()
    try:
        returns = read_returns(folder, AUTHORITY, findings, max_bytes=MAX_BYTES)
        people = person_tables(returns, reference, KEY)
        issues = check_returns(returns, people.positions, reference)
        table = quality_table(issues, returns, [], people.positions)
        findings.extend(findings_from(table, issues, returns))
        said, ended = "", "blocked" if findings.blocking else "tables"
    except SufficiencyError as err:
        said, ended = str(err), "error"
    said += findings.table().to_csv()
    told = secrets.search(said)
    assert told is None, f"a finding tells who someone is: column {told.start()} of what was said"
    return ended


def _damaged(case: int, whole: dict[str, Files]) -> tuple[str, Files]:
    rng = np.random.default_rng([20261123, case])
    layout = sorted(whole)[case % len(whole)]
    files = dict(whole[layout])
    if rng.random() < 0.85:
        files = {name: content for name, content in files.items() if "2025" in name}
    named = []
    for number in range(1 if rng.random() < 0.8 else 3):
        kinds = DAMAGES[:OF_ANY_BYTES] if number else DAMAGES
        damage = kinds[int(rng.integers(len(kinds)))]
        files = damage(files, rng) if files else files
        named.append(damage.__name__.strip("_"))
    return f"{layout}: {', '.join(named)}", files


def _write(files: Files, folder: Path) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, CASES, TOGETHER))
def test_a_damaged_return_ends_in_tables_or_a_plain_finding(
    tmp_path: Path, whole: dict[str, Files], secrets: re.Pattern[str], first: int
) -> None:
    ended: Counter[str] = Counter()
    wrong: list[str] = []
    slowest = 0.0
    for case in range(first, first + TOGETHER):
        about, files = _damaged(case, whole)
        _write(files, tmp_path / str(case) / "sen2")
        began = time.monotonic()
        try:
            with _at_most(SECONDS):
                ended[_outcome(tmp_path / str(case) / "sen2", secrets)] += 1
        except Exception as err:
            frames = traceback.extract_tb(err.__traceback__)
            ours = [f for f in frames if "site-packages" not in f.filename] or frames
            place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}"
            wrong.append(f"{case} ({about}): {type(err).__name__} {place} {str(err)[:120]}")
        slowest = max(slowest, time.monotonic() - began)
    print(f"{dict(ended)}; slowest {slowest:.1f} s")  # noqa: T201
    assert not wrong, f"{len(wrong)} cases\n" + "\n".join(wrong)
    assert min(ended["tables"], ended["blocked"]) > TOGETHER / 10


def test_whole_returns_of_every_format_end_in_tables(
    tmp_path: Path, whole: dict[str, Files], secrets: re.Pattern[str]
) -> None:
    for layout, files in whole.items():
        _write(files, tmp_path / layout / "sen2")
        assert _outcome(tmp_path / layout / "sen2", secrets) == "tables"
