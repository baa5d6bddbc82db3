"""Time a whole run of one authority against reading its inputs only, in the same session.

    python benchmarks/whole_run.py --data FOLDER [--authority 839] [--paths 200]

Prints wall seconds, CPU-seconds and peak memory of `sufficiency check` (the baseline) and of
`sufficiency run`, and the ratio of the second to the first.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def measured(arguments: list[str]) -> tuple[float, float, float]:
    """Return wall seconds, CPU-seconds and peak MB of one command."""
    started = time.monotonic()
    command = [sys.executable, "-m", "assets.cli", *arguments]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(arguments)} ended with {os.waitstatus_to_exitcode(status)}")
    return time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--authority", default="839")
    options.add_argument("--paths", default="200")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = str(Path(made) / "W")
        measured(["init", folder, "--authority", chosen.authority, "--data", str(chosen.data)])
        baseline = measured(["check", folder])
        run = measured(["run", folder, "--paths", chosen.paths])
    print(f"authority {chosen.authority}, {chosen.paths} paths, {os.cpu_count()} cores")
    print("                     wall s   CPU s  peak MB")
    for name, figures in (("check (baseline)", baseline), ("run", run)):
        print(f"{name:20s} {figures[0]:7.1f} {figures[1]:7.1f} {figures[2]:8.0f}")
    ratios = [after / before for after, before in zip(run, baseline, strict=True)]
    print(f"{'ratio':20s} {ratios[0]:7.1f} {ratios[1]:7.1f} {ratios[2]:8.1f}")


if __name__ == "__main__":
    main()
