"""Returns as text files: the nine Blade CSV files, and the COLLECT message in XML."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd

from sufficiency.demo.returns.layout import (
    Specification,
    as_specification,
    items,
    kind,
    own_id,
    parent_id,
    xml_names,
)
from sufficiency.sen2.model import MODULES, PARENTS

ELEMENTS = {
    "person": "Person",
    "requests": "Requests",
    "assessment": "Assessment",
    "namedplan": "NamedPlan",
    "plandetail": "PlanDetail",
    "activeplans": "ActivePlans",
    "placementdetail": "PlacementDetail",
    "senneed": "SENneed",
}
CHILDREN = {
    parent: [child for child in MODULES if PARENTS.get(child) == parent] for parent in MODULES
}
COLLECTION = ("collection", "year", "referencedate")


def write_blade(
    modules: dict[str, pd.DataFrame],
    folder: Path,
    day: date,
    specification: Specification = "1.3",
) -> list[Path]:
    """Write the nine CSV files of a Blade export and return their paths.

    Args:
        modules: Canonical text of every module; dates as 2025-01-16, flags as 1 or 0.
        folder: Made if it is not there.
        day: Day of the export, part of each file's name.
        specification: Columns to write.

    Returns:
        `Blade-Export_DD-MM-YYYY_<module>.csv`, header in lower case except `NativeId`, dates as
        `2022-Sep-28 00:00:00`. Text that is no date is written as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for module, frame in as_specification(modules, specification).items():
        dates = [name for name in frame.columns if kind(module, name) in ("date", "datetime")]
        frame = frame.assign(**{name: _blade_dates(frame[name]) for name in dates})
        path = folder / f"Blade-Export_{day:%d-%m-%Y}_{module}.csv"
        path.write_bytes(frame.to_csv(index=False, lineterminator="\r\n").encode("utf-8"))
        paths.append(path)
    return paths


def _blade_dates(values: pd.Series) -> pd.Series:
    read = pd.to_datetime(values, format="ISO8601", errors="coerce")
    return values.mask(read.notna(), read.dt.strftime("%Y-%b-%d %H:%M:%S"))


def write_collect(
    modules: dict[str, pd.DataFrame], path: Path, specification: Specification = "1.3"
) -> None:
    """Write the COLLECT message, one person at a time.

    Empty items are left out, as case systems do. The message nests its modules and has no ids.

    Raises:
        ValueError: A row has no parent, or two rows share an id: the message cannot say so.
    """
    cut = as_specification(modules, specification)
    _refuse_broken_links(cut)
    tree = _Tree(cut, specification)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write('<?xml version="1.0" encoding="utf-8"?>\n<Message>\n')
        out.write(_header(cut["sen2"], specification))
        out.write("<Persons>\n")
        for at in range(len(cut["person"])):
            out.write("".join(tree.element("person", at)))
            out.write("\n")
        out.write("</Persons>\n</Message>\n")


def _refuse_broken_links(modules: dict[str, pd.DataFrame]) -> None:
    for module, parent in PARENTS.items():
        ids = modules[parent][own_id(parent)]
        orphans = int((~modules[module][parent_id(module)].isin(ids)).sum())
        repeats = int(ids[modules[parent][own_id(parent)] != ""].duplicated().sum())
        if orphans or repeats:
            raise ValueError(f"{module}: {orphans} rows without a parent, {repeats} shared ids")


class _Tree:
    """Rows of every module as nested elements."""

    def __init__(self, modules: dict[str, pd.DataFrame], specification: Specification) -> None:
        self.opened = {m: f"<{name}>" for m, name in ELEMENTS.items()}
        self.closed = {m: f"</{name}>" for m, name in ELEMENTS.items()}
        self.ids = {m: modules[m][own_id(m)].tolist() for m in ELEMENTS}
        self.text = {m: _items_of(modules[m], m, specification) for m in ELEMENTS}
        self.rows = {m: modules[m].groupby(parent_id(m), sort=False).indices for m in ELEMENTS}

    def element(self, module: str, at: int) -> Iterator[str]:
        """Yield the text of one row and all below it."""
        yield self.opened[module]
        yield self.text[module][at]
        own = self.ids[module][at]
        for child in CHILDREN[module]:
            for below in self.rows[child].get(own, ()):
                yield from self.element(child, below)
        yield self.closed[module]


def _items_of(frame: pd.DataFrame, module: str, specification: Specification) -> list[str]:
    text = pd.Series("", index=frame.index)
    names = xml_names(module)
    for column in items(module, specification):
        filled = f"<{names[column]}>" + frame[column].map(escape) + f"</{names[column]}>"
        text = text + filled.where(frame[column] != "", "")
    return text.tolist()


def _header(header: pd.DataFrame, specification: Specification) -> str:
    names = xml_names("sen2")
    row = header.iloc[0] if len(header) else pd.Series(dtype=str)

    def filled(columns: list[str]) -> str:
        return "".join(
            f"<{names[c]}>{escape(row[c])}</{names[c]}>\n" for c in columns if row.get(c, "")
        )

    source = [name for name in items("sen2", specification) if name not in COLLECTION]
    return (
        f"<Header>\n<CollectionDetails>\n{filled(list(COLLECTION))}</CollectionDetails>\n"
        f"<Source>\n{filled(source)}</Source>\n</Header>\n"
    )
