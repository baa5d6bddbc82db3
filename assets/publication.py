"""Publication: the files a planner takes away. It runs only behind the blocking checks."""

from datetime import UTC, datetime

import dagster as dg
import pandas as pd

from assets.describe import short_table
from assets.failures import spoken_failures
from sufficiency.workspace import Workspace


@dg.asset(group_name="publication", kinds={"csv", "parquet", "excel", "sqlite"})
def report_files(
    context: dg.AssetExecutionContext,
    workspace: dg.ResourceParam[Workspace],
    input_files: pd.DataFrame,
    findings: pd.DataFrame,
    demand_findings: pd.DataFrame,
    supply_findings: pd.DataFrame,
    register: pd.DataFrame,
    localities: pd.DataFrame,
    locality_shapes: pd.DataFrame,
    plans: pd.DataFrame,
    targets: pd.DataFrame,
    accuracy: pd.DataFrame,
    paths: pd.DataFrame,
    path_totals: pd.DataFrame,
    assumptions: pd.DataFrame,
    demand: pd.DataFrame,
    places: pd.DataFrame,
    gap: pd.DataFrame,
    provision_balance: pd.DataFrame,
    beside_others: pd.DataFrame,
    establishments: pd.DataFrame,
    published_stock: pd.DataFrame,
    published_flows: pd.DataFrame,
    population: pd.DataFrame,
    statistical_neighbours: pd.DataFrame,
    imd: pd.DataFrame,
    past_plans: pd.DataFrame,
    plan_flows: pd.DataFrame,
    links: pd.DataFrame,
    requests: pd.DataFrame,
    requests_by_month: pd.DataFrame,
    adulthood: pd.DataFrame,
    pupils: pd.DataFrame,
    sen_support_to_plan: pd.DataFrame,
    quality_checks: pd.DataFrame,
    bases: pd.DataFrame,
    against_published: pd.DataFrame,
) -> dg.MaterializeResult[pd.DataFrame]:
    """The finished run in `outputs/<run id>/restricted`: tables, workbook, page and warehouse.

    Open the workbook first: it holds the places to correct, the gap or change table, the
    authority beside its neighbours and a draft for the school capacity survey. Every file is
    restricted: nothing is published before disclosure control exists.
    """
    import geopandas as gpd

    from sufficiency.outputs import installed_versions, publish, run_id, write_provenance
    from sufficiency.reports.content import about_run
    from sufficiency.reports.run import FinishedRun, write_run

    tables = {
        "gap": gap,
        "provision_balance": provision_balance,
        "demand": demand,
        "places": places,
        "register": register,
        "beside_others": beside_others,
        "accuracy": accuracy,
        "targets": targets,
        "plans": plans,
        "paths": paths,
        "path_totals": path_totals,
        "establishments": establishments,
        "localities": localities,
        "assumptions": assumptions,
        "findings": pd.concat([findings, demand_findings, supply_findings], ignore_index=True),
        "input_files": input_files,
        "published_stock": published_stock,
        "published_flows": published_flows,
        "population": population,
        "statistical_neighbours": statistical_neighbours,
        "imd": imd,
        "past_plans": past_plans,
        "plan_flows": plan_flows,
        "links": links,
        "requests": requests,
        "requests_by_month": requests_by_month,
        "adulthood": adulthood,
        "pupils": pupils,
        "sen_support_to_plan": sen_support_to_plan,
        "quality_checks": quality_checks,
        "bases": bases,
        "against_published": against_published,
    }
    chosen = dict(zip(assumptions["assumption"], assumptions["value"], strict=True))
    versions = installed_versions()
    settings = {**workspace.settings.described(), **chosen}
    run = run_id(input_files["sha256"], settings, versions)

    about = about_run(workspace.settings.authority, published_stock, plans, run)
    finished = FinishedRun(about, tables, gpd.GeoDataFrame(locality_shapes))

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
