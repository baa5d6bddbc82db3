"""Which files of a folder make up which return."""

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from sufficiency.findings import Findings
from sufficiency.sen2.blade import headed_module
from sufficiency.sen2.containers import Kind, UnreadableFile, kind_of

READ = frozenset((".csv", ".gz", ".xml", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".zip", ".txt"))
_DATE = re.compile(
    r"(?<!\d)(\d{2}[-_.]\d{2}[-_.]20\d{2}|20\d{2}[-_.]\d{2}[-_.]\d{2}|20\d{2})(?!\d)"
)
_YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)")


@dataclass(frozen=True)
class Parcel:
    """Files that make up one return: nine CSV files, or one of another kind."""

    kind: Kind
    paths: tuple[Path, ...]


def parcels(folder: Path, findings: Findings, max_bytes: int) -> list[Parcel]:
    """Return the returns that a folder and its sub-folders hold, by name.

    CSV files of one folder are one return, unless a module comes more than once: then the date in
    the name tells them apart. A file that cannot be opened blocks, and so takes with it the CSV
    files that it belongs to: a return is read whole or not at all.

    Args:
        folder: Where to look; what does not exist holds nothing.
        findings: Receives each file that is unsafe, unreadable or of no use.
        max_bytes: Largest file opened.
    """
    found: list[Parcel] = []
    tables: dict[Path, list[Path]] = defaultdict(list)
    spoilt: list[Path] = []
    for path in _files(folder):
        if path.suffix.lower() not in READ:
            findings.inform(
                "file_not_read",
                f"{path.name} is not a kind of file that a return comes in and was not read.",
                source=path.name,
            )
            continue
        try:
            kind = kind_of(path, max_bytes)
        except (UnreadableFile, OSError) as err:
            say_unreadable(err, path.name, findings)
            if ".csv" in path.name.lower():
                spoilt.append(path)
                tables[path.parent].append(path)
            continue
        if kind == "csv":
            tables[path.parent].append(path)
        else:
            found.append(Parcel(kind, (path,)))
    for paths in tables.values():
        for together in _together(paths, spoilt):
            if not set(together) & set(spoilt):
                found.append(Parcel("csv", tuple(together)))
    return sorted(found, key=lambda parcel: parcel.paths[0].as_posix())


def say_unreadable(err: UnreadableFile | OSError, name: str, findings: Findings) -> None:
    """Add the finding of a file that could not be read."""
    if isinstance(err, UnreadableFile):
        findings.block(err.check, err.message, err.action, source=name)
        return
    findings.block(
        "file_unreadable",
        f"{name} cannot be opened: {err.strerror}.",
        "Close it in other programs, or copy it again.",
        source=name,
    )


def year_in_name(path: Path, folder: Path) -> int | None:
    """Return the year in a file's name, else in the name of its nearest folder."""
    for part in reversed(path.relative_to(folder).parts):
        years = set(_YEAR.findall(part))
        if len(years) == 1:
            return int(years.pop())
    return None


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        and path.stem.lower() not in ("readme", "thumbs", "desktop")
    )


def _together(paths: list[Path], spoilt: list[Path]) -> list[list[Path]]:
    modules = [headed_module(path) for path in paths if path not in spoilt]
    if len(set(modules)) == len(modules):
        return [paths]
    by_date: dict[str, list[Path]] = defaultdict(list)
    for path in paths:
        dates = _DATE.findall(path.name)
        by_date[dates[0] if dates else ""].append(path)
    return list(by_date.values())
