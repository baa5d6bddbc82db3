"""Supply: how many places there are, for which needs and ages, and where."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from assets.describe import row_count, short_table, table_out
from assets.failures import spoken_failures
from sufficiency import contracts as tables
from sufficiency.workspace import MAX_YEARS, Workspace


@dg.multi_asset(
    name="split_register",
    outs={
        "places": table_out(
            tables.Places,
            "supply",
            "Places by need group, phase and year: the parts of a register row always "
            "sum to the row. A row of its own says how many residents are placed outside the "
            "authority, net of pupils of other authorities placed inside it, so that homes and "
            "schools are never mixed up.",
        ),
        "supply_findings": table_out(
            tables.FindingsTable,
            "quality",
            "What had to be assumed, left out or filled in while the register was "
            "split over needs, phases and years.",
        ),
    },
)
def split_register(
    workspace: dg.ResourceParam[Workspace],
    register: pd.DataFrame,
    plans: pd.DataFrame,
    establishments: pd.DataFrame,
) -> Iterator[dg.Output]:
    """Split each register row over need groups and phases, year by year."""
    from sufficiency.findings import Findings
    from sufficiency.places import places as split

    base_year = int(plans["year"].iloc[0])
    basis = workspace.settings.capacity_basis
    found = Findings()
    with spoken_failures():
        table = split(register, plans, base_year, MAX_YEARS, basis, found, establishments)
        findings = found.table()
    now = table[table["year"] == base_year]
    by_provision = now.groupby(["provision", "kind"])["places"].sum().reset_index()
    yield dg.Output(
        table,
        output_name="places",
        metadata={**row_count(table), "places_at_base_census": short_table(by_provision)},
    )
    yield dg.Output(
        findings,
        output_name="supply_findings",
        metadata={
            **row_count(findings),
            "findings": short_table(findings, ["severity", "message", "action", "count"]),
        },
    )
