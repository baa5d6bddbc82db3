"""Supply: how many places there are, for which needs and ages, and where."""

import dagster as dg
import pandas as pd

from assets.describe import column_schema, row_count, short_table
from assets.failures import spoken_failures
from sufficiency import contracts as tables
from sufficiency.workspace import MAX_YEARS, Workspace


@dg.asset(
    group_name="supply",
    kinds={"pandas"},
    deps=["findings"],
    metadata=column_schema(tables.Places),
)
def places(
    workspace: dg.ResourceParam[Workspace], register: pd.DataFrame, plans: pd.DataFrame
) -> dg.MaterializeResult[pd.DataFrame]:
    """Places by need group, phase and year: the parts of a register row always sum to the row.

    A row of its own says how many residents are placed outside the authority, net of pupils of
    other authorities placed inside it, so that homes and schools are never mixed up.
    """
    from sufficiency.findings import Findings
    from sufficiency.places import places as split

    base_year = int(plans["year"].iloc[0])
    findings = Findings()
    with spoken_failures():
        table = split(
            register, plans, base_year, MAX_YEARS, workspace.settings.capacity_basis, findings
        )
    now = table[table["year"] == base_year]
    by_provision = now.groupby(["provision", "kind"])["places"].sum().reset_index()
    return dg.MaterializeResult(
        value=table,
        metadata={
            **row_count(table),
            "places_at_base_census": short_table(by_provision),
            "notes": short_table(findings.frame(), ["severity", "message", "action", "count"]),
        },
    )
