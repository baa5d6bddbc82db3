"""Stream the sheets of an Excel workbook as text, row by row, with nothing computed.

The openpyxl library takes 45 seconds for a return of 60,000 plans, its sheets being read in pure
Python once its XML is hardened. This reader takes less than half of that: it wants only texts. A
formula is told as its own text after `=`, never as the value a spreadsheet last computed.
"""

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from posixpath import dirname, join, normpath

from sufficiency.sen2.containers import UnreadableFile
from sufficiency.sen2.hardened_xml import Attributes, Elements, stream

FORMULA = "="
LAST_COLUMN = 16_384
Row = dict[int, str]


class Finished(Exception):
    """Raised by a taker of rows that has seen enough of a sheet."""


@dataclass(frozen=True)
class Workbook:
    """A workbook's sheets.

    Attributes:
        path: The file.
        sheets: Sheet name and the part of the file that holds it, in order.
        from_1904: Whether day numbers count from 1904, as old Macintosh workbooks do.
        texts: Texts that cells refer to by number.
    """

    path: Path
    sheets: tuple[tuple[str, str], ...]
    from_1904: bool
    texts: list[str]

    def rows(self, part: str, take: Callable[[int, Row], None]) -> None:
        """Call `take` with the number of each row that has a cell, and its cells by position.

        Positions count from 0; empty cells are left out. `take` may raise `Finished`.
        """
        try:
            _read(self.path, part, _Sheet(self.texts, take))
        except Finished:
            return


def open_workbook(path: Path) -> Workbook:
    """Return the sheets of a workbook that `containers.kind_of` has passed.

    Raises:
        UnreadableFile: It is damaged or holds no sheet.
        UnsafeFile: One of its parts holds a document type or an entity.
    """
    book, links = _Book(), _Links()
    _read(path, "xl/workbook.xml", book)
    _read(path, "xl/_rels/workbook.xml.rels", links)
    sheets = tuple(
        (name, _part(links.targets[link])) for name, link in book.sheets if link in links.targets
    )
    if not sheets:
        raise UnreadableFile(f"{path.name} is a workbook without a sheet.")
    texts = _Texts()
    if links.texts:
        _read(path, _part(links.texts), texts)
    return Workbook(path, sheets, book.from_1904, texts.texts)


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))


def _read(path: Path, part: str, into: Elements) -> None:
    try:
        with zipfile.ZipFile(path) as packed, packed.open(part) as handle:
            stream(handle, into, path.name)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        KeyError,
        NotImplementedError,
        OSError,
        RuntimeError,
    ):
        raise UnreadableFile(
            f"{path.name} is a damaged workbook: {dirname(part) or 'a part'} cannot be unpacked.",
            "Open it in Excel, save it again, or export the return again.",
        ) from None


class _Book(Elements):
    """Names of the sheets and what links them to their parts."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, str]] = []
        self.from_1904 = False

    def started(self, name: str, attributes: Attributes) -> None:
        if name == "sheet":
            told = {key.rpartition(":")[2]: value for key, value in attributes.items()}
            self.sheets.append((told.get("name", ""), told.get("id", "")))
        elif name == "workbookpr":
            self.from_1904 = attributes.get("date1904", "0") in ("1", "true")


class _Links(Elements):
    """Where each linked part is."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: dict[str, str] = {}
        self.texts = ""

    def started(self, name: str, attributes: Attributes) -> None:
        if name != "relationship" or attributes.get("TargetMode") == "External":
            return
        kind, target = attributes.get("Type", ""), attributes.get("Target", "")
        if kind.endswith("/worksheet"):
            self.targets[attributes.get("Id", "")] = target
        elif kind.endswith("/sharedStrings"):
            self.texts = target


class _Texts(Elements):
    """Texts shared by cells; phonetic guides are left out."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._parts: list[str] = []
        self._phonetic = False

    def started(self, name: str, attributes: Attributes) -> None:
        if name == "si":
            self._parts = []
        elif name == "rph":
            self._phonetic = True

    def ended(self, name: str) -> None:
        if name == "t" and not self._phonetic:
            self._parts.append(self.text)
        elif name == "rph":
            self._phonetic = False
        elif name == "si":
            self.texts.append("".join(self._parts))


class _Sheet(Elements):
    """Cells of a sheet, told a row at a time."""

    def __init__(self, texts: list[str], take: Callable[[int, Row], None]) -> None:
        super().__init__()
        self._texts = texts
        self._take = take
        self._positions: dict[str, int] = {}
        self._memo: dict[str, str] = {}
        self._row = 0
        self._cells: Row = {}
        self._position = -1
        self._type = ""
        self._value = ""
        self._formula = ""

    def started(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._position = self._column(attributes.get("r", ""))
            self._type = attributes.get("t", "n")
            self._value = self._formula = ""
        elif name == "row":
            told = attributes.get("r", "")
            self._row = int(told) if told.isdecimal() else self._row + 1
            self._cells = {}
            self._position = -1

    def ended(self, name: str) -> None:
        if name == "v":
            self._value = self.text
        elif name == "t":
            self._value += self.text
        elif name == "f":
            self._formula = FORMULA + self.text
        elif name == "c":
            told = self._formula or self._text()
            if told:
                self._cells[self._position] = told
        elif name == "row" and self._cells:
            self._take(self._row, self._cells)

    def _column(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        if not letters:
            return self._position + 1
        known = self._positions.get(letters)
        if known is None:
            known = 0
            for letter in letters.upper():
                known = known * 26 + ord(letter) - 64
            if not 0 < known <= LAST_COLUMN:
                raise ValueError("no such column")
            known -= 1
            self._positions[letters] = known
        return known

    def _text(self) -> str:
        if self._type == "s":
            number = self._value.strip()
            if not number.isdecimal() or int(number) >= len(self._texts):
                raise ValueError("a cell refers to a text that is not there")
            return self._texts[int(number)]
        if self._type == "b":
            return {"1": "true", "0": "false"}.get(self._value, self._value)
        if self._type == "n" and not self._value.isdecimal():
            return _number(self._value)
        return self._memo.setdefault(self._value, self._value)


def _number(text: str) -> str:
    """Return a number as a person writes it: 4.5E4 is 45000."""
    try:
        value = float(text)
    except ValueError:
        return text
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
