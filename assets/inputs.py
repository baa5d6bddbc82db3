"""Inputs: what was read from the workspace, and what was wrong with it."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from assets import council, people
from assets.describe import counts, row_count, short_table, table_out
from assets.failures import spoken_failures
from sufficiency import contracts as tables
from sufficiency.workspace import Workspace

TEXT = {
    "input_files": "Every file that was read, with its layout, its SHA-256 and its licence. "
    "Put new files into the workspace's `inputs` folder; they are recognised by their columns.",
    "published_stock": "Plans in force each January as published by DfE, for every authority: in "
    "total, by setting, age and need. Symbols such as `x` and `c` are kept apart from zero.",
    "published_flows": "What happened in each calendar year as published by DfE: requests, "
    "assessments, new plans, ceased plans, 20-week timeliness.",
    "pupil_rates": "Per cent of pupils with a plan in each authority and January (DfE's Local "
    "Authority Interactive Tool); optional. It says how high the plan rate stood before the first "
    "population estimate came out.",
    "population": "Residents by single year of age: estimates for every authority, and projections "
    "for yours. Where no projection file is there, the latest estimate is aged along its cohorts.",
    "establishments": "Schools and colleges in the authority, from Get Information about Schools "
    "and the school census: type, ages, pupils on roll, place on the map.",
    "localities": "Which small area (LSOA) belongs to which locality. Every LSOA exactly once. "
    "Change the scheme in `sufficiency.toml`.",
    "locality_shapes": "Outlines of the localities, British National Grid, for maps.",
    "imd": "Indices of deprivation 2025 by small area.",
    "statistical_neighbours": "DfE's ten statistical neighbours of each authority.",
    "register": "The place register: one row a provision and period, from `places.xlsx` or "
    "`places.csv`. Rows marked *assumed* come from today's roll: correct and confirm them.",
    "findings": "Everything that was wrong with the inputs, or worth knowing, worst first. "
    "A finding that **blocks** stops publication: do what its *action* says and run again.",
    **council.TEXT,
    **people.TEXT,
}
MODELS = {
    "input_files": tables.InputFiles,
    "published_stock": tables.PublishedStock,
    "published_flows": tables.PublishedFlows,
    "pupil_rates": tables.PupilRates,
    "population": tables.Population,
    "establishments": tables.Establishments,
    "localities": tables.Localities,
    "imd": tables.Imd,
    "statistical_neighbours": tables.StatisticalNeighbours,
    "register": tables.Register,
    "findings": tables.FindingsTable,
    **council.MODELS,
    **people.MODELS,
}
GROUPS = {
    "findings": "quality",
    "register": "supply",
    **dict.fromkeys(council.MODELS, "supply"),
    **dict.fromkeys(people.QUALITY, "quality"),
}


def _out(name: str) -> dg.AssetOut:
    group = GROUPS.get(name, "inputs")
    if name in MODELS:
        return table_out(MODELS[name], group, TEXT[name], is_required=False)
    return dg.AssetOut(
        group_name=group, description=TEXT[name], is_required=False, kinds={"geopandas"}
    )


@dg.multi_asset(
    name="read_inputs",
    outs={name: _out(name) for name in TEXT},
    check_specs=[
        dg.AssetCheckSpec(
            "nothing_blocks",
            asset="findings",
            blocking=True,
            description="No input problem that would make a wrong table. If this fails, the "
            "findings table says which file, row and column, and what to do.",
        ),
        dg.AssetCheckSpec(
            "nothing_to_look_at",
            asset="findings",
            description="No warning. Warnings do not stop a run; read them before relying on it.",
        ),
        dg.AssetCheckSpec(
            "register_confirmed",
            asset="register",
            description="Every row of the place register has been confirmed. Until then the run "
            "shows change in demand, not gaps.",
        ),
        *people.CHECKS,
    ],
)
def read_inputs(
    workspace: dg.ResourceParam[Workspace],
) -> Iterator[dg.Output | dg.AssetCheckResult]:
    """Read every input file, check it, and stop here if anything would make a wrong table."""
    from assets.reading import read_workspace

    with spoken_failures():
        inputs = read_workspace(workspace)
    findings = inputs.findings.table()
    told = {"findings": findings, "quality_checks": inputs.person.tables["quality_checks"]}
    for name, frame in (told if inputs.blocked else {**inputs.tables, **told}).items():
        yield dg.Output(frame, output_name=name, metadata=_metadata(name, frame))
    yield _severity_check("nothing_blocks", findings, "blocks", dg.AssetCheckSeverity.ERROR)
    yield _severity_check("nothing_to_look_at", findings, "warns", dg.AssetCheckSeverity.WARN)
    if not inputs.blocked:
        assumed = int((inputs.tables["register"]["assumed"] == "yes").sum())
        yield dg.AssetCheckResult(
            asset_key="register",
            check_name="register_confirmed",
            passed=assumed == 0,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"rows_assumed": assumed},
        )
    yield from people.check_results(inputs.person.tables, inputs.blocked)


def _severity_check(
    name: str, findings: pd.DataFrame, severity: str, grave: dg.AssetCheckSeverity
) -> dg.AssetCheckResult:
    """Return the check that no finding has a severity: the first problem in words, then all."""
    rows = findings[findings["severity"] == severity]
    metadata: dict = {"findings": len(rows)}
    if len(rows):
        first = rows.iloc[0]
        metadata["first_problem"] = f"{first['source']}: {first['message']} {first['action']}"
        metadata["all_problems"] = short_table(
            rows, ["source", "row", "column", "message", "action", "count"]
        )
    return dg.AssetCheckResult(
        asset_key="findings",
        check_name=name,
        passed=rows.empty,
        severity=grave,
        metadata=metadata,
    )


def _metadata(name: str, frame) -> dict:
    """Return what the asset's page shows: the answer first, then a short table."""
    if name in council.TEXT:
        return council.shown(name, frame)
    if name in people.TEXT:
        return {**row_count(frame), **people.shown(name, frame)}
    shown: dict = {
        "input_files": lambda: {"files": short_table(frame, ["file", "layout", "rows"])},
        "published_stock": lambda: {"rows_by_dimension": counts(frame, "dimension")},
        "published_flows": lambda: {"rows_by_flow": counts(frame, "flow")},
        "pupil_rates": lambda: {"rows_by_year": counts(frame, "year")},
        "population": lambda: {"rows_by_kind": counts(frame, "projected")},
        "establishments": lambda: {"schools_by_type": counts(frame, "type_name")},
        "localities": lambda: {"small_areas_by_locality": counts(frame, "locality")},
        "register": lambda: {
            "places": short_table(
                frame, ["name", "provision", "commissioned_places", "on_roll", "assumed"]
            )
        },
        "findings": lambda: {
            "findings_by_severity": counts(frame, "severity"),
            "findings": short_table(frame, ["severity", "source", "message", "count"]),
        },
    }.get(name, dict)()
    return {**row_count(frame), **shown}
