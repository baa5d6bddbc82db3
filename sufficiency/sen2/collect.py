"""Read a COLLECT XML file: one stream of nested elements to nine modules."""

from pathlib import Path

from sufficiency.sen2.containers import UnreadableFile, open_bytes
from sufficiency.sen2.fields import names, return_fields
from sufficiency.sen2.hardened_xml import Attributes, Elements, stream
from sufficiency.sen2.model import MODULES, PARENTS
from sufficiency.sen2.tables import Table

SHORT = 40
_RECORDS = frozenset(MODULES) - {"sen2"}


class _Record:
    """The columns of one module, filled element by element."""

    def __init__(self, module: str) -> None:
        self.fields = {
            key: field for key, field in names(module).items() if not field.endswith("tableid")
        }
        self.own_id = f"{module}tableid"
        self.parent = PARENTS.get(module, "")
        self.parent_id = f"{self.parent}tableid"
        self.columns: dict[str, list[str]] = {field: [] for field in return_fields(module)}
        self.count = 0
        self.seen: dict[str, str] = {}
        self.unknown: dict[str, None] = {}

    def add(self, parent: str) -> str:
        """Begin a record under a parent and return its made-up id."""
        self.count += 1
        own = str(self.count)
        for column in self.columns.values():
            column.append("")
        self.columns[self.own_id][-1] = own
        if self.parent:
            self.columns[self.parent_id][-1] = parent
        return own


class _Return(Elements):
    """Take the elements of a return; ids are numbers in document order."""

    def __init__(self) -> None:
        super().__init__()
        self.modules = {module: _Record(module) for module in MODULES}
        self.header = self.modules["sen2"].add("")
        self._open: list[tuple[str, str]] = []
        self._leaf = False
        self._memo: dict[str, str] = {}

    def started(self, name: str, attributes: Attributes) -> None:
        self._leaf = True
        if name not in _RECORDS:
            return
        self._leaf = False
        record = self.modules[name]
        parent = next((own for module, own in reversed(self._open) if module == record.parent), "")
        if record.parent == "sen2":
            parent = self.header
        self._open.append((name, record.add(parent)))

    def ended(self, name: str) -> None:
        if name in _RECORDS:
            self._open.pop()
        elif self._leaf:
            self._fill(self._open[-1][0] if self._open else "sen2", name, self.text)
        self._leaf = False

    def _fill(self, module: str, name: str, text: str) -> None:
        record = self.modules[module]
        field = record.fields.get(name)
        if field is None:
            record.unknown[name] = None
            return
        record.seen.setdefault(field, name)
        text = text.strip()
        if text:
            short = len(text) <= SHORT
            record.columns[field][-1] = self._memo.setdefault(text, text) if short else text


def read_collect(path: Path, file: str) -> list[Table]:
    """Return the nine tables of a COLLECT XML file, empty ones included.

    A record is named `row` by its place among its kind in the document, from 1. Element names are
    taken without prefix and in any case. A record inside none of its parent's has no parent's id.

    Args:
        path: The file, plain or gzip.
        file: Its name in findings and row references.

    Raises:
        UnsafeFile: It holds a document type, an entity or an external reference.
        UnreadableFile: It is cut short, not well-formed, or no SEN2 return.
    """
    taken = _Return()
    with open_bytes(path) as handle:
        stream(handle, taken, path.name)
    if not (taken.modules["person"].count or taken.modules["sen2"].seen):
        raise UnreadableFile(
            f"{path.name} is XML, but holds neither the header nor a person of a SEN2 return.",
            "Take it out of the folder, or export the return again.",
        )
    return [_table(module, record, file) for module, record in taken.modules.items()]


def _table(module: str, record: _Record, file: str) -> Table:
    ids = [record.own_id, *([record.parent_id] if record.parent else [])]
    told = {**{field: field for field in ids}, **record.seen}
    blank = [""] * record.count
    return Table(
        module,
        file,
        "",
        (*told.values(), *record.unknown),
        [record.columns[field] for field in told] + [blank for _ in record.unknown],
        list(range(1, record.count + 1)),
    )
