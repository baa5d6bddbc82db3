"""The `sufficiency` command: make, check and run a workspace, and open its UI."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sufficiency.errors import SufficiencyError
from sufficiency.workspace import open_workspace

if TYPE_CHECKING:
    from assets.running import Outcome

DONE, BLOCKED, COULD_NOT_RUN = 0, 1, 2
MOST_ALIKE = 6
STOPPED = (0, -signal.SIGINT, 128 + signal.SIGINT)
FOLDER = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sufficiency")
def cli() -> None:
    """The right number and types of SEND places: demand, places and gaps.

    Exit codes: 0 done, 1 blocked by findings, 2 could not run.
    """


@cli.command()
@FOLDER
@click.option("--authority", required=True, metavar="CODE", help="Three-digit DfE code: 839.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of published files in any known layout; they are recognised by their columns.",
)
def init(folder: Path, authority: str, data: Path | None) -> None:
    """Make a workspace in FOLDER, with a starter place register from today's schools."""
    from assets.starting import start_workspace

    started = start_workspace(folder, authority, data, say)
    click.echo(f"Workspace ready: {folder}")
    if data is None:
        click.echo(f"Put published files into {folder / 'inputs'} (each sub-folder has a note).")
    for line in started:
        click.echo(line)
    click.echo(f"Next: sufficiency check {folder}")


@cli.command()
@FOLDER
@click.option("--notes", is_flag=True, help="List the notes too, not only what needs a look.")
def check(folder: Path, notes: bool) -> None:
    """Read every input of FOLDER and list what is wrong, and what to do."""
    from assets.reading import read_workspace

    say("Reading the inputs")
    workspace = open_workspace(folder)
    inputs = read_workspace(workspace)
    findings = inputs.findings.table()
    _print_findings(findings, notes)
    if inputs.person.returns and workspace.corrections.exists():
        click.echo(f"Rows of the returns to correct (restricted): {workspace.corrections}")
    sys.exit(BLOCKED if (findings["severity"] == "blocks").any() else DONE)


@cli.command()
@FOLDER
def places(folder: Path) -> None:
    """Say in plain words what was understood of the place register of FOLDER.

    For each provision: places, pools, needs, periods, what counts in which year, who uses it, what
    is assumed, what changed since it was last read, and what could not be used.
    """
    from assets.explaining import explain_register

    told = explain_register(open_workspace(folder), say)
    click.echo("RESTRICTED: not for publication")
    for line in told.lines:
        click.echo(line)
    if told.blocked:
        click.echo()
        _print_findings(told.findings[told.findings["severity"] == "blocks"])
    sys.exit(BLOCKED if told.blocked else DONE)


DATA = click.option(
    "--data",
    required=True,
    multiple=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the EHC plans releases; may be given again, the first that has a file wins.",
)
POPULATION = click.option(
    "--population",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of mid-year estimates with the look-up of districts; LAIT's SEN indicators too.",
)
ORIGIN = click.option("--origin", required=True, type=int, help="January census to start from.")


@cli.command()
@DATA
@POPULATION
@click.option(
    "--authority", required=True, metavar="CODES", help="all, or DfE codes with commas: 839,838."
)
@ORIGIN
@click.option("--horizon", required=True, type=int, help="Years ahead.")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False))
def forecast(
    data: tuple[Path, ...],
    population: Path | None,
    authority: str,
    origin: int,
    horizon: int,
    out: Path,
) -> None:
    """Write a forecast file of authorities from published files alone.

    Plans in total, by setting group, age band and single age, with quantiles. Nothing dated after
    January ORIGIN is used.
    """
    from assets.forecasting import write_forecast

    say("Reading the published files, fitting the national models and testing them on past years")
    for line in write_forecast([*data], population, authority, origin, horizon, out):
        click.echo(line)


@cli.command()
@DATA
@POPULATION
@ORIGIN
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="FOLDER/national_parameters.json.gz makes the workspace FOLDER use them.",
)
def refit(data: tuple[Path, ...], population: Path | None, origin: int, out: Path) -> None:
    """Fit the national parameters afresh on published files up to January ORIGIN."""
    from assets.forecasting import refit as fit_afresh

    say("Reading the published files, fitting the national models and testing them on past years")
    for line in fit_afresh([*data], population, origin, out):
        click.echo(line)


@cli.command()
@FOLDER
def backtest(folder: Path) -> None:
    """Forecast the plans of FOLDER from every earlier January, and say how far that was out.

    The table and its pictures then stand in the Dagster pages beside the forecast.
    """
    from assets.running import run_backtest

    outcome = run_backtest(open_workspace(folder))
    if outcome.blocked is not None:
        _print_findings(outcome.blocked)
        sys.exit(BLOCKED)
    if outcome.error:
        click.echo(outcome.error, err=True)
        sys.exit(COULD_NOT_RUN)
    for line in outcome.headlines:
        click.echo(line)


@cli.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def key(file: Path) -> None:
    """Make the secret key of the pseudonyms in FILE, which only you may read.

    Keep it: another key gives every child another pseudonym. Never keep it with the outputs.
    """
    from sufficiency.privacy import make_key

    make_key(file)
    click.echo(f'Key written to {file}. Name it in sufficiency.toml: key_file = "{file}"')


@cli.command()
@FOLDER
@click.option("--years", type=click.IntRange(1, 10), help="Years ahead (10).")
@click.option("--paths", type=click.IntRange(10, 5000), help="Simulated futures (200).")
@click.option("--seed", type=click.IntRange(min=0), help="Seed of every random number.")
def run(folder: Path, years: int | None, paths: int | None, seed: int | None) -> None:
    """Run the whole job on FOLDER and write the outputs."""
    from assets.running import run_forecast

    workspace = open_workspace(folder)
    started = time.monotonic()
    chosen = {"years": years, "paths": paths, "seed": seed}
    outcome = run_forecast(workspace, {k: v for k, v in chosen.items() if v is not None})
    if outcome.blocked is not None:
        _print_findings(outcome.blocked)
        click.echo("Nothing was written. Earlier outputs are untouched.", err=True)
        sys.exit(BLOCKED)
    if outcome.error:
        click.echo(outcome.error, err=True)
        sys.exit(COULD_NOT_RUN)
    _print_outputs(outcome)
    say(f"Done in {time.monotonic() - started:.0f} seconds")


@cli.command()
@FOLDER
@click.option("--port", default=3000, show_default=True, type=click.IntRange(1, 65535))
def ui(folder: Path, port: int) -> None:
    """Open the Dagster UI of FOLDER on this computer only (http://127.0.0.1:3000)."""
    from assets.running import dagster_home

    workspace = open_workspace(folder)
    if not _is_free(port):
        click.echo(
            f"Port {port} is in use. Try: sufficiency ui {folder} --port {port + 1}", err=True
        )
        sys.exit(COULD_NOT_RUN)
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(dagster_home(workspace)),
        "SUFFICIENCY_WORKSPACE": str(workspace.root.resolve()),
        "PYTHONWARNINGS": "ignore",
    }
    click.echo(f"Opening http://127.0.0.1:{port} for {folder}. Press Ctrl+C to stop.")
    command = [sys.executable, "-m", "dagster", "dev", "-w", "workspace.yaml"]
    arguments = [*command, "--host", "127.0.0.1", "--port", str(port)]
    ended = _serve(arguments, environment, workspace.dagster_home)
    sys.exit(DONE if ended in STOPPED else COULD_NOT_RUN)


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) != 0


def _serve(command: list[str], environment: dict[str, str], folder: Path) -> int:
    """Run a server until it ends or is stopped, and stop its own servers with it."""
    # A shell that starts this in the background hides Ctrl+C, by which Dagster stops its servers.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    server = subprocess.Popen(command, env=environment, cwd=folder)

    def stop(*_: object) -> None:
        server.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    while True:
        with suppress(KeyboardInterrupt):  # the server has had the same Ctrl+C and is stopping
            return server.wait()


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option(
    "--errors",
    is_flag=True,
    help="Plant errors of every kind in the returns, with an answer key; nothing is run.",
)
@click.option(
    "--formats", is_flag=True, help="Write the returns in every format too, into FOLDER/formats."
)
@click.option(
    "--januaries",
    type=click.IntRange(1, 6),
    default=6,
    show_default=True,
    help="How many Januaries of returns.",
)
def demo(folder: Path | None, errors: bool, formats: bool, januaries: int) -> None:
    """Make a synthetic authority in FOLDER and run the whole job on it.

    FOLDER is demo if left out, or demo-errors with --errors.
    """
    from assets.running import run_forecast
    from assets.starting import start_demo

    folder = folder or Path("demo-errors" if errors else "demo")
    say("Making a synthetic authority, Westmere; none of its schools or areas exists")
    start_demo(folder, say, errors, formats, januaries)
    workspace = open_workspace(folder)
    if errors:
        click.echo(f"Errors are planted in the returns. Next: sufficiency check {folder}")
        return
    outcome = run_forecast(workspace, {})
    if outcome.error or outcome.blocked is not None:
        click.echo(outcome.error or "The demo was blocked by its own findings.", err=True)
        sys.exit(COULD_NOT_RUN)
    _print_outputs(outcome)
    click.echo(f"\nSee it in the browser: sufficiency ui {folder}   (or: make ui)")


def say(line: str) -> None:
    """Show progress on the error stream, so that output can be piped."""
    click.echo(f"  {line} ...", err=True)


def _print_findings(findings, notes: bool = False) -> None:
    """Print findings, those of one check together with their advice once."""
    words = {"blocks": "BLOCKS", "warns": "WARNING", "informs": "Note"}
    listed = findings if notes else findings[findings["severity"] != "informs"]
    for _, alike in listed.groupby(["severity", "check", "action"], sort=False):
        for row in alike.head(MOST_ALIKE).itertuples():
            row_number = f"row {row.row}" if row.row else ""
            column = f"column {row.column}" if row.column else ""
            where = ", ".join(part for part in (row.source, row_number, column) if part)
            click.echo(f"{words[row.severity]}: {where + ': ' if where else ''}{row.message}")
        if len(alike) > MOST_ALIKE:
            click.echo(f"    and {len(alike) - MOST_ALIKE} more of the same kind.")
        first = alike.iloc[0]
        if first["action"]:
            click.echo(f"    What to do: {first['action']} [{first['check']}]")
    tally = findings["severity"].value_counts()
    click.echo(
        f"{tally.get('blocks', 0)} blocking, {tally.get('warns', 0)} warnings, "
        f"{tally.get('informs', 0)} notes{'' if notes else ' (see them with: check --notes)'}."
    )


def _print_outputs(outcome: "Outcome") -> None:
    click.echo()
    for line in outcome.headlines:
        click.echo(f"* {line}")
    click.echo(f"\nOutputs (restricted, not for publication): {outcome.folder}")
    for name in ("report", "sufficiency"):
        for path in sorted(outcome.folder.glob(f"{name}*")):
            click.echo(f"  {path.name}")


def main() -> None:
    """Run the command; an error is one clear line and exit code 2."""
    try:
        cli(standalone_mode=True)
    except SufficiencyError as err:
        click.echo(str(err), err=True)
        sys.exit(COULD_NOT_RUN)
    except Exception as err:  # the last resort: no planner should meet a traceback
        with tempfile.NamedTemporaryFile(
            "w", prefix="sufficiency-error-", suffix=".txt", delete=False, encoding="utf-8"
        ) as details:
            traceback.print_exception(err, file=details)
        click.echo(
            f"Something went wrong that was not foreseen ({type(err).__name__}). "
            f"Please report it with the details in {details.name}",
            err=True,
        )
        sys.exit(COULD_NOT_RUN)


if __name__ == "__main__":
    main()
