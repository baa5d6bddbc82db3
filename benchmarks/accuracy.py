"""Score the product's forecasts against every peer, on the same forecasts, in one run.

    python benchmarks/accuracy.py --data ../shared/data/ehcp --population ../shared/data \
        --bench ../shared/bench/accuracy --peers PEERS --out OUT

For each origin the releases are cut as they stood at that January, the forecast command is run on
the cut copy alone, and what it writes is appended; the benchmark then scores the whole file beside
its peers. Origins 2017 to 2024: totals from 2018, settings from 2020, age bands 2017 to 2021,
single ages 2024. PEERS is what `run.py peers` wrote; without it the peers are run first (a few
minutes; they need the benchmark's own requirements, in the Python of --bench-python).
"""

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd

ORIGINS = range(2017, 2025)
LAST_CENSUS = 2025
LONGEST = 7
SCORED = {
    "P1": (2018, 2024, 7),
    "P2": (2020, 2024, 5),
    "P3": (2017, 2021, 5),
    "P5": (2024, 2024, 1),
}
SHOWN = ("growth3", "reference", "external:mine")
COMMAND = (
    "import sys; from pathlib import Path; from assets.forecasting import write_forecast; "
    "data, population, origin, horizon, out = sys.argv[1:]; "
    "write_forecast([Path(data)], Path(population) if population else None, 'all', "
    "int(origin), int(horizon), Path(out))"
)


def run(command: list[str], **more: str) -> float:
    """Run a command and return the wall seconds it took."""
    started = time.monotonic()
    subprocess.run(command, check=True, env={**os.environ, "OMP_NUM_THREADS": "1", **more})
    return time.monotonic() - started


def forecast(origin: int, given: argparse.Namespace) -> tuple[Path, float]:
    """Cut the releases at an origin, forecast from the copy, and return the file and seconds."""
    cut, file = given.out / f"cut{origin}", given.out / f"forecast{origin}.csv"
    bench = [str(given.bench_python), str(given.bench / "run.py"), "cut"]
    run([*bench, "--data", str(given.data), "--origin", str(origin), "--out", str(cut)])
    horizon = str(min(LONGEST, LAST_CENSUS - origin))
    arguments = [str(cut), str(given.population or ""), str(origin), horizon, str(file)]
    return file, run([sys.executable, "-c", COMMAND, *arguments])


def scored_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Keep the origins and horizons that the benchmark scores, so that no row is wasted."""
    panel = table["unique_id"].str.split("|").str[0]
    first, last, longest = (
        panel.map({name: limits[place] for name, limits in SCORED.items()}) for place in range(3)
    )
    inside = table["origin"].between(first, last) & (table["horizon"] <= longest)
    return table[inside]


def show(scores: pd.DataFrame) -> None:
    """Print each panel: WAPE, coverage and CRPS by horizon, ours beside reference and growth3."""
    for panel, rows in scores[scores["method"].isin(SHOWN)].groupby("panel"):
        print(f"\n== {panel}")
        for measure in ("WAPE", "bias", "CRPS", "cov80", "cov95"):
            table = rows.pivot(index="method", columns="horizon", values=measure)
            table = table.reindex([name for name in SHOWN if name in table.index])
            if table.notna().any(axis=None):
                print(f"{measure}\n{table.round(2).to_string()}")
    near = scores[scores["horizon"] <= 3]
    near = near[near["method"] == "external:mine"]
    print("\n== pooled over origins and horizons 1 to 3: share of actuals inside the bands, %")
    for panel, rows in near[near["cov80"].notna()].groupby("panel"):
        inner = (rows["cov80"] * rows["n"]).sum() / rows["n"].sum()
        outer = (rows["cov95"] * rows["n"]).sum() / rows["n"].sum()
        print(f"{panel}: 80% band {inner:.1f}, 95% band {outer:.1f}")


def main() -> None:
    """Read the arguments, forecast from every origin, score, print."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--population", type=Path)
    arguments.add_argument("--bench", type=Path, required=True)
    arguments.add_argument("--bench-python", type=Path, default=Path(sys.executable))
    arguments.add_argument("--peers", type=Path)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--at-once", type=int, default=2)
    given = arguments.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    bench = [str(given.bench_python), str(given.bench / "run.py")]
    if given.peers is None:
        given.peers = given.out / "peers"
        population = ["--population", str(given.population)] if given.population else []
        run([*bench, "peers", "--data", str(given.data), *population, "--out", str(given.peers)])
    with ThreadPoolExecutor(given.at_once) as pool:  # each waits for processes of its own
        made = list(pool.map(lambda origin: forecast(origin, given), ORIGINS))
    for origin, (_, seconds) in zip(ORIGINS, made, strict=True):
        print(f"origin {origin}: {seconds:.0f} s")
    mine = given.out / "mine.csv"
    whole = pd.concat([pd.read_csv(file) for file, _ in made], ignore_index=True)
    scored_rows(whole).to_csv(mine, index=False)
    paths = {"data": given.data, "peers": given.peers, "forecasts": mine, "out": given.out}
    named = [text for name, path in paths.items() for text in (f"--{name}", str(path))]
    told = subprocess.run(
        [*bench, "score", *named],
        check=True,
        capture_output=True,
        text=True,
    )
    (given.out / "report.txt").write_text(told.stdout, encoding="utf-8")
    show(pd.read_csv(given.out / "scores.csv"))
    print(f"\nin all {time.monotonic() - started:.0f} s; tables and report.txt in {given.out}")


if __name__ == "__main__":
    main()
