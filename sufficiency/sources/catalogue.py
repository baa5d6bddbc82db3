"""Which published formats are known, and which of them a file is.

A file is recognised by its columns, never by its name, so that a planner can drop a download into
`inputs/` as it came.
"""

import re
from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path

import pyogrio
from pyogrio.errors import DataSourceError

from sufficiency.errors import SourceError
from sufficiency.findings import Findings
from sufficiency.sources import (
    deprivation,
    ees,
    ees_2022,
    geography,
    gias,
    neighbours,
    population,
    pupil_rates,
    school_census,
)
from sufficiency.sources.files import head
from sufficiency.sources.layout import Layout

LAYOUTS: tuple[Layout, ...] = (
    *ees.LAYOUTS,
    *ees_2022.LAYOUTS,
    *gias.LAYOUTS,
    *school_census.LAYOUTS,
    *population.LAYOUTS,
    *geography.LAYOUTS,
    *deprivation.LAYOUTS,
    *neighbours.LAYOUTS,
    *pupil_rates.LAYOUTS,
)
TEXT_SUFFIXES = (".csv", ".csv.gz")
SUFFIXES = (*TEXT_SUFFIXES, ".gpkg")
MOST_LACKING = 3
FEW_LACKING = 2
FEW_LAYOUTS = 4


def recognise(path: Path) -> Layout | None:
    """Return the format of a file, or None if none fits.

    Args:
        path: A `.csv`, `.csv.gz` or `.gpkg` file; any other kind is not recognised.

    Raises:
        SourceError: The file cannot be opened at all.
    """
    if not path.name.lower().endswith(SUFFIXES):
        return None
    return _best(path.name, *_first_rows(path))


def scan(
    folder: Path, findings: Findings, without: Collection[str] = ()
) -> list[tuple[Path, Layout]]:
    """Return every recognised file below a folder with its format, in order of path.

    Args:
        folder: Searched to any depth; hidden files and folders are passed over.
        without: Sub-folders that other readers read.
        findings: A file that cannot be opened blocks; one that lacks a column or two of a known
            format warns; any other that is not recognised informs.
    """
    found = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith((".", "~$")) for part in parts)
        if (
            hidden
            or parts[0] in without
            or not path.is_file()
            or not path.name.lower().endswith(SUFFIXES)
        ):
            continue
        try:
            columns, first = _first_rows(path)
        except SourceError as err:
            findings.block("file_unreadable", str(err), "Replace the file.", source=path.name)
            continue
        layout = _best(path.name, columns, first)
        near = None if layout else _nearest(path.name, columns, first)
        if near and near[1]:
            findings.warn(
                "columns_missing",
                f"{path.name} was not read: it looks like {near[0].title}, but {near[1]}.",
                "Correct the column name, or download the file again.",
                source=path.name,
                row=1,
                column=_lacking(near[0], set(columns))[0],
                count=len(_lacking(near[0], set(columns))),
            )
        elif layout is None:
            findings.inform(
                "file_not_recognised",
                f"{path.name} was not read: its columns fit no known format."
                + (_not_quite(near[0], set(columns)) if near else ""),
                "Nothing, if it is not meant as an input.",
                source=path.name,
            )
        else:
            found.append((path, layout))
    return found


def _first_rows(path: Path) -> tuple[list[str], dict[str, str]]:
    """Return lower-case column names, and the first data row by column (empty for geometry)."""
    if path.name.lower().endswith(TEXT_SUFFIXES):
        rows = head(path, 2)
        columns = [name.lower() for name in rows[0]]
        return columns, dict(zip(columns, rows[1], strict=False)) if len(rows) > 1 else {}
    try:
        return [str(name).lower() for name in pyogrio.read_info(path)["fields"]], {}
    except DataSourceError:
        raise SourceError(
            f"{path.name} cannot be opened as a GeoPackage. Download or copy it again."
        ) from None


def _best(name: str, columns: list[str], first: dict[str, str]) -> Layout | None:
    present = set(columns)
    fitting = [
        layout
        for layout in LAYOUTS
        if present.issuperset(layout.columns)
        and all(present.intersection(group) for group in layout.any_of)
        and not present.intersection(layout.not_columns)
        and re.search(layout.file_pattern, name, re.IGNORECASE)
        and all(
            re.search(pattern, first.get(column, ""), re.IGNORECASE)
            for column, pattern in layout.first_row
        )
    ]
    return max(fitting, key=lambda layout: len(layout.columns) + len(layout.any_of), default=None)


def _nearest(name: str, columns: list[str], first: dict[str, str]) -> tuple[Layout, str] | None:
    """Return the format that a file nearly has, and what to say if it lacks a column or two."""
    present = set(columns)
    near = [
        layout
        for layout in LAYOUTS
        if re.search(layout.file_pattern, name, re.IGNORECASE)
        and _shares(layout, present)
        and len(_lacking(layout, present))
        <= min(MOST_LACKING, (len(layout.columns) + len(layout.any_of)) // 3)
    ]
    if not near:
        return None
    words = set(re.findall(r"[a-z]+", name.lower()))

    def distance(layout: Layout) -> tuple[int, int, int]:
        told = set(re.findall(r"[a-z]+", f"{layout.name} {layout.title}".lower()))
        unlike = sum(
            not re.search(pattern, first.get(column, ""), re.IGNORECASE)
            for column, pattern in layout.first_row
        )
        return len(_lacking(layout, present)), unlike, -len(words & told)

    layout = min(near, key=distance)
    lacking = _lacking(layout, present)
    if not 0 < len(lacking) <= FEW_LACKING:
        return layout, ""
    spare = [c for c in columns if c not in layout.columns]
    parts = []
    for column in lacking:
        like = get_close_matches(column.split(" or ")[0], spare, 1)
        parts.append(f"column {column} is missing" + (f" (has: {like[0]})" if like else ""))
    return layout, " and ".join(parts)


def _not_quite(layout: Layout, present: set[str]) -> str:
    """Say what keeps a file from a format: columns it lacks or should not have."""
    lacking = _lacking(layout, present)
    surplus = sorted(present.intersection(layout.not_columns))
    parts = [f"lacks {', '.join(lacking)}"] if lacking else []
    parts += [f"has {', '.join(surplus)}, which that format has not"] if surplus else []
    if not parts:
        parts = ["differs in its first row"]
    return f" It is nearly {layout.title} ({layout.name}) but {' and '.join(parts)}."


def _lacking(layout: Layout, present: set[str]) -> list[str]:
    alone = [name for name in layout.columns if name not in present]
    return alone + [
        " or ".join(group[:2]) for group in layout.any_of if not present.intersection(group)
    ]


def _shares(layout: Layout, present: set[str]) -> bool:
    """Return whether a file has a column of the format that few other formats have."""
    return any(
        sum(column in _names(other) for other in LAYOUTS) <= FEW_LAYOUTS
        for column in present & _names(layout)
    )


def _names(layout: Layout) -> set[str]:
    return {*layout.columns, *(name for group in layout.any_of for name in group)}
