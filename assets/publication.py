"""Publication: the files a planner takes away. It runs only behind the blocking checks."""

from datetime import UTC, datetime

import dagster as dg
import pandas as pd

from assets.describe import short_table
from assets.failures import spoken_failures
from sufficiency.workspace import Workspace

FINDINGS = ("findings", "demand_findings", "supply_findings", "september_findings")
SHAPES = "locality_shapes"
WRITTEN = (
    "gap",
    "provision_balance",
    "demand",
    "places",
    "need_mix",
    "scheme_places",
    "occupancy",
    "register",
    "register_changes",
    "register_check",
    "september_board",
    "transfers",
    "base_pathway",
    "post16_routes",
    "waiting",
    "journeys",
    "bringing_back",
    "base_question",
    "place_return",
    "gap_costs",
    "budget_check",
    "costs",
    "budget",
    "schemes",
    "housing",
    "housing_yields",
    "classes",
    "imports",
    "moves",
    "beside_others",
    "accuracy",
    "verdicts",
    "targets",
    "annotation_effect",
    "drivers",
    "plans",
    "paths",
    "path_totals",
    "establishments",
    "localities",
    "assumptions",
    "input_files",
    "published_stock",
    "published_flows",
    "pupil_rates",
    "population",
    "statistical_neighbours",
    "imd",
    "past_plans",
    "plan_flows",
    "links",
    "requests",
    "requests_by_month",
    "adulthood",
    "second_placements",
    "placement_months",
    "schools_attended",
    "pupils",
    "sen_support_to_plan",
    "quality_checks",
    "bases",
    "against_published",
)
"""Tables of a run, the most asked for first; of the awaiting list counts only (`waiting`)."""


@dg.asset(
    group_name="publication",
    kinds={"csv", "parquet", "excel", "sqlite"},
    ins={name: dg.AssetIn() for name in (*WRITTEN, *FINDINGS, SHAPES)},
)
def report_files(
    context: dg.AssetExecutionContext,
    workspace: dg.ResourceParam[Workspace],
    **made: pd.DataFrame,
) -> dg.MaterializeResult[pd.DataFrame]:
    """The finished run in `outputs/<run id>/restricted`: tables, workbook, page and warehouse.

    Open the workbook first: it holds the places to correct, the gap or change table, occupancy,
    the September board, the authority beside its neighbours and a draft for the school capacity
    survey. Every file is restricted: nothing is published before disclosure control exists.
    """
    import geopandas as gpd

    from sufficiency.outputs import installed_versions, publish, run_id, write_provenance
    from sufficiency.places import remember_register
    from sufficiency.reports.content import about_run
    from sufficiency.reports.run import FinishedRun, write_run

    tables = {name: made[name] for name in WRITTEN}
    tables["findings"] = pd.concat([made[name] for name in FINDINGS], ignore_index=True)
    assumptions, input_files = made["assumptions"], made["input_files"]
    chosen = dict(zip(assumptions["assumption"], assumptions["value"], strict=True))
    versions = installed_versions()
    settings = {**workspace.settings.described(), **chosen}
    run = run_id(input_files["sha256"], settings, versions)

    about = about_run(workspace.settings.authority, made["published_stock"], made["plans"], run)
    finished = FinishedRun(about, tables, gpd.GeoDataFrame(made[SHAPES]))

    def write(folder) -> None:
        write_run(folder, finished)
        write_provenance(
            folder,
            run=run,
            orchestrator_run=context.run.run_id,
            finished=datetime.now(UTC),
            settings=settings,
            versions=versions,
            inputs=input_files,
        )

    with spoken_failures():
        folder = publish(workspace.outputs, run, write)
        remember_register(workspace, made["register"])
    files = pd.DataFrame(
        [(p.name, p.stat().st_size) for p in sorted(folder.iterdir())], columns=["file", "bytes"]
    )
    return dg.MaterializeResult(
        value=files,
        metadata={
            "headlines": dg.MetadataValue.md(
                "\n".join(f"- {line}" for line in finished.headlines())
            ),
            "folder": dg.MetadataValue.path(folder.resolve()),
            "run_id": run,
            "files": short_table(files),
        },
    )
