"""Read every SEN2 return of a folder, whatever its format: typed modules, one return a year."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from sufficiency.findings import Findings
from sufficiency.sen2.blade import read_blade_file
from sufficiency.sen2.collect import read_collect
from sufficiency.sen2.containers import MAX_BYTES, UnreadableFile
from sufficiency.sen2.excel import made_up_header, read_workbook
from sufficiency.sen2.fields import link_names, names, plain, return_fields
from sufficiency.sen2.folder import Parcel, parcels, say_unreadable, year_in_name
from sufficiency.sen2.model import WHERE, Format, RawReturn, Return, SourceFile
from sufficiency.sen2.tables import Table, frame, joined
from sufficiency.sen2.typed_return import third_thursday, typed
from sufficiency.sources.files import sha256

__all__ = ["read_returns", "typed"]


def read_returns(
    folder: Path,
    authority: str,
    findings: Findings,
    amend: Callable[[RawReturn], RawReturn] = lambda raw: raw,
    max_bytes: int = MAX_BYTES,
) -> list[Return]:
    """Return the returns of a folder, by year ascending, one a year.

    A return with a file that cannot be read, or without a module that no position can be told
    without, is left out whole, and a finding blocks. Of two returns for one year the first by name
    is kept, and a finding blocks.

    Args:
        folder: Where the returns are, in sub-folders or not; their formats are told by content.
        authority: Three-digit code of the authority, for a workbook that has no header.
        findings: Receives what is wrong with files; never a value of a row.
        amend: Applied to each return as text before it is typed: the officer's corrections.
        max_bytes: Largest file opened, as it stands and unpacked.
    """
    by_year: dict[int, Return] = {}
    for parcel in parcels(folder, findings, max_bytes):
        raw = _raw(parcel, folder, authority, findings)
        made = typed(amend(raw), findings) if raw is not None else None
        if made is None:
            continue
        if made.year not in by_year:
            by_year[made.year] = made
            continue
        kept, other = by_year[made.year].files[0].name, made.files[0].name
        findings.block(
            "two_returns_for_year",
            f"Both {kept} and {other} are of a return for January {made.year}.",
            "Keep the return that was submitted and take the other out of the folder.",
            source=other.rpartition("/")[2],
            count=2,
        )
    return [by_year[year] for year in sorted(by_year)]


def _raw(parcel: Parcel, folder: Path, authority: str, findings: Findings) -> RawReturn | None:
    """Return one return as text, or None where any of its files cannot be read."""
    if parcel.kind == "csv":
        return _from_csv(parcel, folder, findings)
    path = parcel.paths[0]
    file = _name(path, folder)
    layout: Format = "collect"
    try:
        if parcel.kind == "xml":
            tables = read_collect(path, file)
        else:
            layout, tables = read_workbook(path, file)
    except (UnreadableFile, OSError) as err:
        say_unreadable(err, path.name, findings)
        return None
    modules, headings = _framed(tables, findings)
    rows = sum(len(made) for made in modules.values())
    if parcel.kind == "workbook":
        if "sen2" not in modules and (year := year_in_name(path, folder)) is not None:
            modules["sen2"] = _header(path, file, year, authority, findings)
        headed = _headed(headings)
        if "sen2" not in headings:
            headed.get("person", set()).discard("sen2tableid")
        joined(modules, headed)
    source = SourceFile(file, sha256(path), rows)
    return RawReturn(layout, (source,), _tidy(modules), headings)


def _from_csv(parcel: Parcel, folder: Path, findings: Findings) -> RawReturn | None:
    modules: dict[str, pd.DataFrame] = {}
    headings: dict[str, tuple[str, ...]] = {}
    sources: list[SourceFile] = []
    spoilt = False
    for path in parcel.paths:
        try:
            table = read_blade_file(path, _name(path, folder))
            if table.module in modules:
                first = modules[table.module]
                other = first["file"].iloc[0] if len(first) else "another file"
                raise UnreadableFile(
                    f"{path.name} and {other} both hold the module {table.module}.",
                    "Keep the files of one export, or put each year in a folder of its own.",
                )
        except (UnreadableFile, OSError) as err:
            say_unreadable(err, path.name, findings)
            spoilt = True
            continue
        made, headed = _framed([table], findings)
        modules.update(made)
        headings.update(headed)
        sources.append(SourceFile(table.file, sha256(path), len(made[table.module])))
    return None if spoilt else RawReturn("blade", tuple(sources), _tidy(modules), headings)


def _framed(
    tables: list[Table], findings: Findings
) -> tuple[dict[str, pd.DataFrame], dict[str, tuple[str, ...]]]:
    """Return the tables as frames and their headings, letting go of each table once framed."""
    modules: dict[str, pd.DataFrame] = {}
    headings: dict[str, tuple[str, ...]] = {}
    while tables:
        table = tables.pop(0)
        modules[table.module] = frame(table, findings)
        headings[table.module] = table.headings
    return modules, headings


def _headed(headings: dict[str, tuple[str, ...]]) -> dict[str, set[str]]:
    """Return the fields, ids of remoter ancestors among them, that each module has a column for."""
    return {
        module: {
            field
            for known in (names(module), link_names(module))
            for name in told
            if (field := known.get(plain(name)))
        }
        for module, told in {"sen2": (), **headings}.items()
    }


def _tidy(modules: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return {module: made[[*return_fields(module), *WHERE]] for module, made in modules.items()}


def _header(path: Path, file: str, year: int, authority: str, findings: Findings) -> pd.DataFrame:
    day = third_thursday(year)
    findings.warn(
        "missing_module",
        f"{path.name} has no header. It was taken for authority {authority}'s return of January "
        f"{year}, as its name says, with census day {day.day} January.",
        "Check the year, or add a sheet sen2 with year, referencedate and lea.",
        source=path.name,
    )
    return made_up_header(file, authority, day)


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder.parent).as_posix()
