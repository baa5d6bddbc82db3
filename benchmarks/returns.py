"""Time the reading of a 60,000-plan SEN2 return against pandas alone reading the same CSV files.

    python benchmarks/returns.py [--plans 60000]

Each figure is a process of its own: wall seconds, CPU-seconds and peak memory of reading each
format, and of the whole route (reading, census-day position, requests, flows and every check), as
ratios to the baseline, `pandas.read_csv` of the nine Blade files as text.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

SEED, YEAR = 999, 2025
FORMATS = ("blade", "collect", "template", "presubmission")


def enlarged(modules: dict[str, pd.DataFrame], plans: int) -> dict[str, pd.DataFrame]:
    """Return the modules repeated until they hold `plans` plans or more, with new ids."""
    times = -(-plans // len(modules["activeplans"]))
    made = {}
    for name, frame in modules.items():
        if name == "sen2":
            made[name] = frame
            continue
        ids = [c for c in frame.columns if c.endswith("tableid") and c != "sen2tableid"]
        copies = []
        for n in range(times):
            copy = frame.copy()
            for column in ids:
                copy[column] = copy[column].where(copy[column] == "", f"{n}-" + copy[column])
            for column in ("upn", "uniquelearnernumber"):
                if column in copy:  # another authority's digits make another number
                    other = copy[column].str[:1] + str(900 + n) + copy[column].str[4:]
                    copy[column] = copy[column].where(copy[column] == "", other)
            copies.append(copy)
        made[name] = pd.concat(copies, ignore_index=True)
    return made


def make(folder: Path) -> None:
    """Write published files, and one large return in every format, below `folder`."""
    from sufficiency.demo import write_demo_data
    from sufficiency.demo.people import return_modules, world
    from sufficiency.demo.returns.writing import write_return

    write_demo_data(folder / "published")
    plans = int((folder / "plans.txt").read_text(encoding="utf-8"))
    modules = enlarged(return_modules(world(SEED), YEAR), plans)
    for name in FORMATS:
        write_return(modules, folder / name, name)


def baseline(folder: Path) -> None:
    """Read the Blade files as text with pandas, and nothing else."""
    for path in sorted((folder / "blade").rglob("*.csv")):
        pd.read_csv(path, dtype=str, keep_default_na=False)


def read(folder: Path, name: str) -> None:
    """Read the return in one format."""
    from sufficiency.findings import Findings
    from sufficiency.sen2.returns import read_returns

    found = read_returns(folder / name, "999", findings := Findings())
    if not found:
        raise SystemExit(f"{name}: {[f.message for f in findings.blocking]}")


def route(folder: Path) -> None:
    """Read the Blade files, and make every table and check of them."""
    from sufficiency.findings import Findings
    from sufficiency.people.reference import Reference
    from sufficiency.people.route import person_tables
    from sufficiency.people.schools import known_schools
    from sufficiency.quality.checks import check_returns
    from sufficiency.quality.table import quality_table
    from sufficiency.sen2.returns import read_returns
    from sufficiency.sources.inputs import read_published

    found = Findings()
    published = read_published(folder / "published", "999", 2025, found)
    if published is None:
        raise SystemExit([f.message for f in found.blocking])
    reference = Reference(
        "999",
        known_schools(published.gias),
        published.postcodes,
        published.small_areas.assign(locality="all"),
        identifiers="synthetic",
    )
    returns = read_returns(folder / "blade", "999", found)
    people = person_tables(returns, reference, b"k" * 32)
    issues = check_returns(returns, people.positions, reference)
    quality_table(issues, returns, [], people.positions)


STEPS: dict[str, Callable[[Path], None]] = {
    "make": make,
    "baseline": baseline,
    **{name: lambda folder, name=name: read(folder, name) for name in FORMATS},
    "route": route,
}


def measured(step: str, folder: Path) -> tuple[float, float, float]:
    """Return wall seconds, CPU-seconds and peak MB of one step in a process of its own.

    The measuring process stays small, because a child's peak is never told below its parent's.
    """
    started = time.monotonic()
    child = subprocess.Popen([sys.executable, __file__, "--step", step, "--folder", str(folder)])
    _, status, used = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{step} ended with {os.waitstatus_to_exitcode(status)}")
    return time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Make the return, measure each step and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--plans", type=int, default=60_000)
    options.add_argument("--step", choices=[*STEPS])
    options.add_argument("--folder", type=Path)
    chosen = options.parse_args()
    if chosen.step:
        STEPS[chosen.step](chosen.folder)
        return
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "plans.txt").write_text(str(chosen.plans), encoding="utf-8")
        figures = {step: measured(step, folder) for step in STEPS}
        del figures["make"]
    print(f"{chosen.plans} plans, {os.cpu_count()} cores; ratios to the baseline")
    print("                 wall s   CPU s  peak MB   CPU x   MB x")
    base = figures["baseline"]
    for name, (wall, cpu, peak) in figures.items():
        ratios = f"{cpu / base[1]:7.1f} {peak / base[2]:6.1f}"
        print(f"{name:16s} {wall:6.1f} {cpu:7.1f} {peak:8.0f} {ratios}")
    print(json.dumps({name: [round(v, 2) for v in f] for name, f in figures.items()}))


if __name__ == "__main__":
    main()
