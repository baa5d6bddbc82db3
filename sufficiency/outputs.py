"""Finished runs: a run id, a folder that is whole or absent, and every table as CSV and Parquet.

A run is written beside its place and then moved into it, so that a failure leaves the last good
outputs alone. Nothing here is for publication: the folder, every file name and the Parquet
metadata say so. Clock time and Dagster's own run id are kept in `provenance.json` and nowhere else.
"""

import hashlib
import json
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sufficiency.data_dictionary import data_dictionary
from sufficiency.errors import SufficiencyError

NOTICE = "RESTRICTED: not for publication"
READ_ME = "READ-ME-FIRST-not-for-publication.txt"
MARK = ".restricted"
LATEST = "latest.txt"
TOO_BIG_FOR_CSV = frozenset({"paths"})
VERSIONED = ("sufficiency", "numpy", "pandas", "scipy", "scikit-learn", "statsmodels", "geopandas")
CSV_DECIMALS = 6
ASIDE = ".part-"
OWNER_ONLY_FOLDER, OWNER_ONLY_FILE = 0o700, 0o600
ABANDONED_AFTER_SECONDS = 24 * 3600


class OutputError(SufficiencyError):
    """Finished outputs cannot be put in their place."""


def run_id(
    input_hashes: Iterable[str], settings: Mapping[str, Any], versions: Mapping[str, str]
) -> str:
    """Return the run id: first 12 hex digits of SHA-256 over inputs, settings and versions.

    Args:
        input_hashes: SHA-256 of each input file, in any order.
        settings: Everything a planner chose, seed included; values that JSON can hold.
        versions: Package name to version.
    """
    told = json.dumps(
        {
            "inputs": sorted(input_hashes),
            "settings": dict(settings),
            "versions": dict(versions),
        },
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(told.encode("utf-8")).hexdigest()[:12]


def installed_versions() -> dict[str, str]:
    """Return the version of Python and of each package that can change a number."""
    found = {"python": platform.python_version()}
    for package in VERSIONED:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def publish(outputs: Path, run: str, write: Callable[[Path], None]) -> Path:
    """Write a run's restricted folder whole, or leave what was there; only its owner may open it.

    Args:
        outputs: The workspace's outputs folder; made if absent.
        run: Run id, the name of the run's folder.
        write: Fills an empty folder. Whatever it raises passes through.

    Returns:
        `outputs/<run>/restricted`. `outputs/latest.txt` then holds the run id.

    Raises:
        OutputError: The folder cannot be replaced, for example while a file in it is open in
            Excel. The earlier outputs are still there.
    """
    home = outputs / run
    existed = home.exists()
    home.mkdir(parents=True, exist_ok=True)
    _clear_abandoned(home)
    aside = Path(tempfile.mkdtemp(prefix=ASIDE, dir=home))
    aside.chmod(OWNER_ONLY_FOLDER)
    target = home / "restricted"
    try:
        write(aside)
        _close_to_others(aside)
        _swap(aside, target)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        if not existed:
            home.rmdir()
        raise
    _replace_text(outputs / LATEST, f"{run}\n")
    return target


def _close_to_others(folder: Path) -> None:
    """Let only the owner open a folder and its files: one table has a row a child."""
    folder.chmod(OWNER_ONLY_FOLDER)
    for path in folder.rglob("*"):
        path.chmod(OWNER_ONLY_FOLDER if path.is_dir() else OWNER_ONLY_FILE)


def _swap(new: Path, target: Path) -> None:
    old = new.with_name(new.name + "-old")
    try:
        if target.exists():
            os.replace(target, old)
        try:
            os.replace(new, target)
        except OSError:
            if old.exists():
                os.replace(old, target)
            raise
    except OSError as err:
        raise OutputError(
            f"{target} could not be replaced ({err.strerror}). Close any file of that folder that "
            "is open in Excel or another program and run again. The earlier outputs are untouched."
        ) from err
    shutil.rmtree(old, ignore_errors=True)


def _clear_abandoned(home: Path) -> None:
    """Remove what killed runs left half-written, sparing a run that is still writing."""
    limit = time.time() - ABANDONED_AFTER_SECONDS
    for folder in home.glob(f"{ASIDE}*"):
        if folder.stat().st_mtime < limit:
            shutil.rmtree(folder, ignore_errors=True)


def _replace_text(path: Path, text: str) -> None:
    aside = path.with_name(path.name + ".part")
    aside.write_text(text, encoding="utf-8", newline="\n")
    os.replace(aside, path)


def write_tables(folder: Path, tables: Mapping[str, pd.DataFrame]) -> list[Path]:
    """Write every table as CSV and Parquet, their dictionary and a note to read first.

    CSV is UTF-8 with LF line ends, a missing value is an empty cell, numbers have 6 decimals at
    most, and a table that is nothing but shapes has none: shapes are left out. Parquet
    is compressed with zstd and carries column descriptions. `paths` is Parquet only: millions of
    rows are no use as text.

    Args:
        folder: An existing folder.
        tables: Table name to frame; a GeoDataFrame becomes GeoParquet.

    Returns:
        The files written, in order.
    """
    written: list[Path] = []
    for name, frame in tables.items():
        if name not in TOO_BIG_FOR_CSV and not _shape_columns(frame):
            written.append(_write_csv(folder / f"{name}{MARK}.csv", frame))
        written.append(_write_parquet(folder / f"{name}{MARK}.parquet", name, frame))
    dictionary = data_dictionary(tables)
    written.append(_write_csv(folder / f"data_dictionary{MARK}.csv", dictionary))
    read_me = folder / READ_ME
    read_me.write_text(_read_me(tables), encoding="utf-8", newline="\n")
    return [*written, read_me]


def _write_csv(path: Path, frame: pd.DataFrame) -> Path:
    plain = pd.DataFrame(frame.drop(columns=_shape_columns(frame))).round(CSV_DECIMALS)
    plain.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
    return path


def _shape_columns(frame: pd.DataFrame) -> list[str]:
    return [str(c) for c in frame.columns if str(frame[c].dtype) == "geometry"]


def _write_parquet(path: Path, name: str, frame: pd.DataFrame) -> Path:
    if isinstance(frame, gpd.GeoDataFrame) and _shape_columns(frame):
        frame.to_parquet(path, index=False)
        table = pq.read_table(path)
    else:
        table = pa.Table.from_pandas(frame, preserve_index=False)
    told = data_dictionary({name: frame}).set_index("column")["description"].to_dict()
    fields = [
        field.with_metadata({"description": str(told[field.name])}) if field.name in told else field
        for field in table.schema
    ]
    metadata = {**(table.schema.metadata or {}), b"notice": NOTICE.encode()}
    described = table.cast(pa.schema(fields, metadata=metadata))
    pq.write_table(described, path, compression="zstd")
    return path


def _read_me(tables: Mapping[str, pd.DataFrame]) -> str:
    lines = [
        NOTICE,
        "",
        "These files hold small numbers of children and have not been through disclosure control.",
        "Do not publish them, or anything copied from them, and share them only inside the",
        "authority with people who need them.",
        "",
        "Every table is here as CSV (for Excel and other programs) and as Parquet (for Power BI,",
        "Python and R). Missing numbers are empty cells and mean not known, never zero.",
        f"What each column means: data_dictionary{MARK}.csv.",
    ]
    if TOO_BIG_FOR_CSV & set(tables):
        lines += [
            "The table paths (every simulated future) is Parquet only, because as text it is too",
            "big to open; path_totals and demand are its summaries.",
        ]
    lines += ["", "Tables:"]
    lines += [f"  {name}: {len(frame):,} rows" for name, frame in tables.items()]
    return "\n".join(lines) + "\n"


def write_provenance(
    folder: Path,
    *,
    run: str,
    orchestrator_run: str,
    finished: datetime,
    settings: Mapping[str, Any],
    versions: Mapping[str, str],
    inputs: pd.DataFrame,
) -> Path:
    """Write `provenance.json`: what went in, with which settings and versions, and when.

    Args:
        folder: Where to write it.
        run: Run id.
        orchestrator_run: The run id that Dagster gave, or empty.
        finished: Clock time, with its time zone.
        settings: As given to `run_id`.
        versions: As given to `run_id`.
        inputs: The `input_files` table.
    """
    told = {
        "notice": NOTICE,
        "run_id": run,
        "dagster_run_id": orchestrator_run,
        "finished": finished.isoformat(timespec="seconds"),
        "settings": dict(settings),
        "versions": dict(versions),
        "inputs": inputs.to_dict(orient="records"),
    }
    path = folder / "provenance.json"
    path.write_text(
        json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n"
    )
    return path
