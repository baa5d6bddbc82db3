"""The national commands: a forecast file of all authorities, and the parameters file."""

import platform
import re
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from assets.national import shipped
from assets.whole_file import refuse_unwritable, whole_file
from forecasts.panel import AGE_BANDS, TOTAL, Floats, Panel, build_panel, setting_groups
from forecasts.pooled.features import can_picture
from forecasts.pooled.mix import Mix
from forecasts.pooled.parameters import Parameters, for_origin, load
from forecasts.pooled.single_ages import forecast_single_ages
from forecasts.tested.pooled import bands_of, fit_and_test, forecast_tested
from forecasts.tested.scores import PROBABILITIES
from sufficiency.contracts import Population, PupilRates, empty
from sufficiency.errors import SufficiencyError
from sufficiency.findings import Findings
from sufficiency.sources import population as people
from sufficiency.sources import published
from sufficiency.sources import pupil_rates as rates
from sufficiency.sources.inputs import read_layouts

ALL = "all"
PLANS_START, RATES = "ees_", rates.LAYOUT
ESTIMATES, LOOKUP = "mye_district", "lookup_lad_la"
NO_MATTER = "missing_need_file"  # needs are not in the forecast file
LONGEST = 20
COLUMNS = ["unique_id", "origin", "horizon", "mean"]
QUANTILES = [f"q{probability:g}" for probability in PROBABILITIES]
LIBRARIES = ("numpy", "pandas", "scipy", "scikit-learn", "sufficiency")
DIGITS = 4


@dataclass(frozen=True)
class NationalData:
    """Published figures of every authority, and which files they came from.

    Attributes:
        stock: `PublishedStock`.
        flows: `PublishedFlows`.
        population: `Population`, estimates of authorities only; empty where none were given.
        files: `InputFiles`.
        pupil_rates: `PupilRates`; empty where none were given.
    """

    stock: pd.DataFrame
    flows: pd.DataFrame
    population: pd.DataFrame
    files: pd.DataFrame
    pupil_rates: pd.DataFrame = field(default_factory=lambda: empty(PupilRates))


def write_forecast(
    data: list[Path],
    population: Path | None,
    authority: str,
    origin: int,
    horizon: int,
    out: Path,
) -> list[str]:
    """Write the forecast file: totals, settings, age bands and single ages, with quantiles.

    Nothing dated after January `origin` is used: later rows are left out before anything is made
    of them, models are fitted on what is left, and bands come from errors known by then.

    Args:
        data: Folders of EHC plans releases; where two have the same table the first one wins.
        population: Folder of mid-year estimates and the district look-up, or None. Where it or a
            data folder holds the SEN indicators of the Local Authority Interactive Tool, the per
            cent of pupils with a plan is used.
        authority: `all`, or three-digit DfE codes apart by commas.
        origin: January census to forecast from.
        horizon: Years ahead, 1 to 20.
        out: CSV file to write: `unique_id`, `origin`, `horizon`, `mean`, quantiles.

    Returns:
        Lines for the planner.

    Raises:
        SufficiencyError: An input is missing, cannot be read, or does not fit what is asked.
    """
    wanted = _codes(authority)
    if not 1 <= horizon <= LONGEST:
        raise SufficiencyError(f"--horizon is {horizon}: give 1 to {LONGEST} years.")
    refuse_unwritable(out)
    national = read_national(data, population, origin)
    _spare_inputs(out, data, population, national.files)
    panel = national_panel(national, origin)
    rows = _rows(panel, wanted, origin)
    parameters = _parameters(panel)
    table = forecast_table(parameters, panel, horizon, rows)
    with whole_file(out) as aside:
        table.to_csv(aside, index=False, lineterminator="\n", float_format=f"%.{DIGITS}f")
    lines = [
        f"Forecasts from January {origin}, {horizon} {'year' if horizon == 1 else 'years'} ahead, "
        f"of {len(rows)} {'authority' if len(rows) == 1 else 'authorities'}: {out}"
    ]
    if not panel.residents:
        lines.append(
            f"No population estimate of before January {origin} was used: the plan rate of children"
            " is unknown, and totals are less sure."
        )
    if not panel.pupils:
        lines.append(
            f"No per cent of pupils with a plan of January {origin} or before was used (Local "
            "Authority Interactive Tool, SEN indicators, in a --data or the --population folder): "
            "totals four years ahead and more are less sure."
        )
    return lines


def _parameters(panel: Panel) -> Parameters:
    """Fit on the panel; a council's own figures alone borrow what came with this version."""
    if can_picture(panel):
        return fit_and_test(panel)[0]
    return for_origin(load(shipped()), panel.origin)


def refit(data: list[Path], population: Path | None, origin: int, out: Path) -> list[str]:
    """Fit the national parameters on everything up to January `origin` and write their file.

    Arguments and errors as `write_forecast`. The file says which files it was fitted from.
    """
    refuse_unwritable(out)
    national = read_national(data, population, origin)
    _spare_inputs(out, data, population, national.files)
    panel = national_panel(national, origin)
    parameters, _ = fit_and_test(panel)
    provenance = {
        "fitted_through": origin,
        "command": f"sufficiency refit --data DIR --population DIR --origin {origin}",
        "files": [
            {"file": row.file, "layout": row.layout, "sha256": row.sha256}
            for row in national.files.itertuples(index=False)
        ],
        "versions": {
            "python": platform.python_version(),
            **{library: version(library) for library in LIBRARIES},
        },
    }
    with whole_file(out) as aside:
        replace(parameters, provenance=provenance).save(aside)
    size = out.stat().st_size / 1000
    return [
        f"National parameters fitted on January {panel.years[0]} to {origin}, "
        f"{len(panel.authorities)} authorities: {out} ({size:.0f} kB)"
    ]


def read_national(data: list[Path], population: Path | None, origin: int) -> NationalData:
    """Return the published figures of every authority up to January `origin`.

    Rows of later censuses are dropped as soon as they are read, so that no repair of one year's
    figures can look at a later year's.

    Raises:
        SufficiencyError: With every problem found in any file.
    """
    findings = Findings()
    problems = [
        f"There is no folder {folder}: give the folder with the published files."
        for folder in [*data, *([population] if population else [])]
        if not folder.is_dir()
    ]
    if problems:
        raise SufficiencyError("\n".join(problems))
    tables: dict[str, pd.DataFrame] = {}
    files = []
    for folder in data:
        found, listed = read_layouts(folder, findings, (PLANS_START, RATES))
        tables = {**found, **tables}
        files.append(listed)
    indicators = {RATES: tables.pop(RATES)} if RATES in tables else {}
    tables = {name: _as_it_stood(name, table, origin) for name, table in tables.items()}
    where = " and ".join(str(folder) for folder in data)
    if not any(len(table) for table in tables.values()):
        _refuse(findings)
        raise SufficiencyError(
            f"No EHC plans of January {origin} or earlier were found in {where}. Put the releases "
            "of “Education, health and care plans” there (CSV, as downloaded)."
        )
    stock = published.published_stock(tables, findings)
    flows = published.published_flows(tables, findings)
    residents = empty(Population)
    if population is not None:
        found, listed = read_layouts(population, findings, (ESTIMATES, LOOKUP, RATES))
        files.append(listed)
        indicators = {name: found[name] for name in (RATES,) if name in found} | indicators
        residents = _estimates(found, population, findings, origin)
    _refuse(findings)
    newest = int(stock["year"].max()) if len(stock) else None
    if newest != origin:
        known = (
            "no number of plans" if newest is None else f"plans of January {newest} at the latest"
        )
        raise SufficiencyError(
            f"{where}: {known}, so nothing can be forecast from January {origin}. Put the release "
            "that covers it there, or choose an earlier --origin."
        )
    percent = rates.pupil_rates(indicators, findings)
    return NationalData(
        stock,
        flows,
        residents,
        pd.concat(files, ignore_index=True),
        percent[percent["year"] <= origin],
    )


def _as_it_stood(layout: str, table: pd.DataFrame, origin: int) -> pd.DataFrame:
    """A table up to one January, its release told by the layout.

    A release is known by its last year; where two overlap the newer wins. Once later years are left
    out both end alike, so the year that the layout came up goes first.
    """
    known = table[table["year"] <= origin]
    came_up = int(re.sub(r"\D", "", layout)[:4] or 0)
    return known.assign(release=came_up * 10_000 + known["release"].clip(upper=origin))


def national_panel(national: NationalData, origin: int) -> Panel:
    """Return the panel of every authority up to January `origin`."""
    return build_panel(
        national.stock, national.flows, national.population, origin, national.pupil_rates
    )


def _estimates(
    tables: dict[str, pd.DataFrame], folder: Path, findings: Findings, origin: int
) -> pd.DataFrame:
    """Estimates of every authority of mid-years before the census."""
    if ESTIMATES not in tables:
        findings.block(
            "no_estimates",
            f"{folder} holds no ONS mid-year estimates by single year of age.",
            "Put them there (CSV, as downloaded), or leave out --population.",
            source=str(folder),
        )
    if LOOKUP not in tables:
        findings.block(
            "no_district_lookup",
            f"{folder} holds no look-up of districts to education authorities "
            "(lookup_lad_la_hierarchy.csv), without which estimates of districts cannot be added "
            "up to authorities.",
            "Put it beside the estimates, or leave out --population.",
            source=str(folder),
        )
    if ESTIMATES not in tables or LOOKUP not in tables:
        return empty(Population)
    estimates = tables[ESTIMATES]
    known = {ESTIMATES: estimates[estimates["year"] < origin], LOOKUP: tables[LOOKUP]}
    if known[ESTIMATES].empty:
        return empty(Population)
    return people.authority_estimates(known, "", findings)


def _refuse(findings: Findings) -> None:
    """Raise with everything that makes a wrong forecast, each with what to do."""
    grave = [found for found in findings.blocking if found.check != NO_MATTER]
    if grave:
        told = [
            f"{found.source}: " if found.source and found.source not in found.message else ""
            for found in grave
        ]
        lines = [
            f"{where}{found.message} {found.action}"
            for where, found in zip(told, grave, strict=True)
        ]
        raise SufficiencyError("\n".join(lines))


def _codes(authority: str) -> tuple[str, ...]:
    """The codes asked for; none of them means all."""
    if authority.strip().lower() == ALL:
        return ()
    codes = tuple(dict.fromkeys(code.strip() for code in authority.split(",") if code.strip()))
    wrong = [code for code in codes if not re.fullmatch(r"[0-9]{3}", code)]
    if wrong or not codes:
        raise SufficiencyError(
            f"--authority {authority!r}: give all, or three-digit DfE codes apart by commas, for "
            "example 839,838."
        )
    return codes


def _rows(panel: Panel, wanted: tuple[str, ...], origin: int) -> list[int]:
    """Rows of the panel to be written."""
    now = np.isfinite(panel.stock[TOTAL][:, -1])
    if not wanted and now.any():
        return np.flatnonzero(now).tolist()
    known = {code: row for row, code in enumerate(panel.authorities) if now[row]}
    lacking = [code for code in wanted if code not in known]
    if lacking or not wanted:
        told = [_without(panel, code) for code in lacking]
        raise SufficiencyError(
            "\n".join(
                [
                    f"No usable number of plans is published for January {origin} of "
                    f"{', '.join(lacking) or 'any authority'}.",
                    *told,
                ]
            )
        )
    return sorted(known[code] for code in wanted)


def _without(panel: Panel, code: str) -> str:
    """What is known of an authority that has no usable number at the origin."""
    if code in panel.authorities:
        held = np.flatnonzero(np.isfinite(panel.stock[TOTAL][panel.authorities.index(code)]))
        if len(held):
            last = panel.years[held[-1]]
            return f"{code}: January {last} is its latest. Choose --origin {last}, or leave it out."
    return f"{code}: no January up to {panel.origin} has one. Check the code, or leave it out."


def _spare_inputs(
    out: Path, data: list[Path], population: Path | None, files: pd.DataFrame
) -> None:
    """Refuse to write over a file that was read."""
    folders = [*data, *([population] if population else [])]
    read = {(folder / name).resolve() for folder in folders for name in files["file"]}
    if out.resolve() in read:
        raise SufficiencyError(
            f"--out {out} is one of the published files that were read. Give another file."
        )


def forecast_table(
    parameters: Parameters, panel: Panel, horizon: int, rows: list[int]
) -> pd.DataFrame:
    """Return the rows of the forecast file, in order of panel, authority, cut and horizon.

    Args:
        parameters: Fitted on censuses up to the panel's last, with bands.
        panel: Up to the origin.
        horizon: Years ahead.
        rows: Rows of the panel to be written.
    """
    central = forecast_tested(parameters, panel, horizon)
    named = {TOTAL: "P1", **dict.fromkeys(setting_groups(), "P2"), **dict.fromkeys(AGE_BANDS, "P3")}
    made = {cut: (named[cut], central[cut]) for cut in named if cut in central}
    made |= {cut: ("P5", value) for cut, value in _single_ages(parameters, panel, central).items()}
    bands = bands_of(parameters, tuple(made))
    ahead = np.arange(1, horizon + 1, dtype=float)
    parts = []
    for cut, (name, values) in made.items():
        mean = values[rows]
        quantiles = bands[cut].quantiles(mean, np.broadcast_to(ahead, mean.shape), PROBABILITIES)
        ids = [f"{name}|{panel.authorities[row]}|{cut}" for row in rows]
        part = pd.DataFrame(
            {
                "unique_id": np.repeat(ids, horizon),
                "origin": panel.origin,
                "horizon": np.tile(np.arange(1, horizon + 1), len(rows)),
                "mean": mean.ravel(),
            }
        )
        part[QUANTILES] = quantiles.reshape(-1, len(QUANTILES))
        parts.append(part[np.isfinite(part["mean"])])
    return pd.concat(parts, ignore_index=True)[[*COLUMNS, *QUANTILES]]


def _single_ages(
    parameters: Parameters, panel: Panel, central: dict[str, Floats]
) -> dict[str, Floats]:
    """Single ages of all plans and of state special schools, where their ages are published."""
    mix = Mix.from_dict(parameters.mix)
    if mix.single_ages is None:
        return {}
    return forecast_single_ages(mix, panel, central[TOTAL], central["special_state"])
