"""All England by the open-data route: wall time, CPU time and peak memory, by step.

    python benchmarks/england.py --data DIR --population DIR --geography DIR [--paths 500]

The folders hold the published files: EHC plans releases, mid-year estimates, look-ups of districts.
"""

import argparse
import resource
import sys
import time
from pathlib import Path

import pandas as pd

from forecasts.authorities import EnglandRun, RunChoices, forecast_authorities
from sufficiency.findings import Findings
from sufficiency.sources.inputs import read_layouts
from sufficiency.sources.population import population
from sufficiency.sources.published import published_flows, published_stock

ANY_AUTHORITY = "839"
MINUTES, GIGABYTES = 15, 4


def read(folders: list[Path], base_year: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return published stock, flows and population of every authority."""
    findings, tables = Findings(), {}
    for folder in folders:
        tables |= read_layouts(folder, findings)[0]
    stock = published_stock(tables, findings, ANY_AUTHORITY)
    flows = published_flows(tables, findings, ANY_AUTHORITY)
    return stock, flows, population(tables, ANY_AUTHORITY, base_year, findings)


def peak_gigabytes(workers: int) -> float:
    """Return an upper bound of the peak: this process, and the largest child for each worker."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss if workers > 1 else 0
    return (own + workers * child) / 1024**2


def told(run: EnglandRun) -> str:
    """Return how many authorities were forecast from what."""
    counts = run.authorities.groupby("made_from")["plans"].agg(["size", "sum"])
    return "; ".join(f"{kind}: {n} with {plans:,} plans" for kind, n, plans in counts.itertuples())


def main() -> int:
    """Run, print, and fail if a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    for name in ("data", "population", "geography"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--base-year", type=int, default=2025)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--paths", type=int, default=500)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--authority", nargs="*", help="codes; all if none")
    parser.add_argument("--out", type=Path, help="folder for england_demand.parquet")
    given = parser.parse_args()
    began, used = time.perf_counter(), time.process_time()

    def lap(step: str, in_workers: float = 0.0) -> None:
        nonlocal began, used
        now = time.perf_counter()
        spent = time.process_time() + (in_workers if given.workers > 1 else 0.0)
        print(f"{step:32} wall {now - began:8.1f} s   CPU {spent - used:8.1f} s", flush=True)
        began, used = now, spent

    start = began
    tables = read([given.data, given.population, given.geography], given.base_year)
    lap("read the published files")
    choices = RunChoices(given.base_year, given.years, given.paths, workers=given.workers)
    run = forecast_authorities(*tables, choices, given.authority or None, told=lap)
    wall, peak = time.perf_counter() - start, peak_gigabytes(given.workers)
    print(told(run))
    print(f"rows {len(run.demand):,}; whole run {wall / 60:.1f} minutes; peak {peak:.2f} GB")
    if given.out:
        given.out.mkdir(parents=True, exist_ok=True)
        run.demand.to_parquet(given.out / "england_demand.parquet", index=False)
        run.authorities.to_parquet(given.out / "england_authorities.parquet", index=False)
    return int(wall > MINUTES * 60 or peak > GIGABYTES)


if __name__ == "__main__":
    sys.exit(main())
