"""Supply: how many places there are, for which needs and ages, where, and how full they are."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from assets.describe import FEW_ROWS, picture, row_count, short_table, table_out
from assets.failures import spoken_failures
from sufficiency import contracts as tables
from sufficiency.terms import ALL
from sufficiency.workspace import MAX_YEARS, Workspace

SCHOOL = {"name": "school or base"}


@dg.multi_asset(
    name="set_out_places",
    outs={
        "scheme_places": table_out(
            tables.SchemePlaces,
            "supply",
            "What each capital scheme adds, January by January: as planned, as likely with its "
            "lead time and slippage, and what unmitigated places count. A scheme that is not "
            "approved is never counted; the table says what is missing.",
        ),
        "need_mix": table_out(
            tables.NeedMix,
            "supply",
            "Who uses which places: plan holders by school and recorded need, the split that is "
            "proposed from them, and what the planner chose instead. Recorded need is not "
            "designation: override it in `council/need_mix.csv`.",
        ),
        "places": table_out(
            tables.Places,
            "supply",
            "Places by need group, phase and year: the parts of a register row always sum to the "
            "row. Imports, exports and journeys between localities are rows of their own, so that "
            "homes and schools are never mixed up.",
        ),
        "occupancy": table_out(
            tables.Occupancy,
            "supply",
            "How full every school and base is, by pool: plan holders, other authorities' pupils, "
            "assessment places and SEN support, in full-time equivalents against each capacity. "
            "Over number stays visible; a second placement is listed apart.",
        ),
        "register_check": table_out(
            tables.RegisterCheck,
            "quality",
            "The register beside GIAS, the school census and SEN2, row by row. Where they differ, "
            "settle it with the school before relying on its places.",
        ),
        "supply_findings": table_out(
            tables.FindingsTable,
            "quality",
            "What had to be assumed, left out or filled in while places were set out.",
        ),
    },
    check_specs=[
        dg.AssetCheckSpec(
            "imports_known",
            asset="places",
            description="Pupils of other authorities are known for every provision with a gap. "
            "Until then an assumed figure stands for what is not known.",
        ),
        dg.AssetCheckSpec(
            "no_school_over_number",
            asset="occupancy",
            description="No school or base has more pupils than commissioned places. If this "
            "fails, the table says where, and by how many.",
        ),
        dg.AssetCheckSpec(
            "register_agrees_with_rolls",
            asset="register_check",
            description="Roll, SEN2, imports and pupils without a plan agree at every school.",
        ),
    ],
)
def set_out_places(
    workspace: dg.ResourceParam[Workspace],
    register: pd.DataFrame,
    plans: pd.DataFrame,
    establishments: pd.DataFrame,
    classes: pd.DataFrame,
    imports: pd.DataFrame,
    need_mix_given: pd.DataFrame,
    schemes: pd.DataFrame,
    costs: pd.DataFrame,
    pupils: pd.DataFrame,
    second_placements: pd.DataFrame,
    placement_months: pd.DataFrame,
) -> Iterator[dg.Output | dg.AssetCheckResult]:
    """Split each register row over needs, phases and years, and say how full it is."""
    from sufficiency.council import scheme_places, with_schemes
    from sufficiency.findings import Findings
    from sufficiency.places import (
        designation_without_need,
        need_mix,
        occupancy,
        register_check,
    )
    from sufficiency.places import places as split
    from sufficiency.places.flows import IMPORTS_NOT_KNOWN_NAME

    base_year = int(plans["year"].iloc[0])
    settings = workspace.settings
    found = Findings()
    with spoken_failures():
        from_schemes = scheme_places(schemes, base_year, MAX_YEARS, costs)
        designation_without_need(register, plans, found)
        mix = need_mix(register, plans, base_year, need_mix_given, found, establishments, imports)
        table = split(
            with_schemes(register, schemes, base_year, MAX_YEARS),
            plans,
            base_year,
            MAX_YEARS,
            settings.capacity_basis,
            found,
            establishments,
            classes=classes,
            imports=imports,
            need_mix_given=need_mix_given,
        )
        full = occupancy(
            register,
            plans,
            base_year,
            classes,
            imports,
            pupils,
            second_placements,
            placement_months,
            settings.nursery_fte,
            found,
        )
        beside = register_check(register, establishments, pupils, plans, imports, base_year, found)
        findings = found.table()
    yield dg.Output(from_schemes, output_name="scheme_places", metadata=_schemes(from_schemes))
    yield dg.Output(
        mix,
        output_name="need_mix",
        metadata={
            **row_count(mix),
            "chosen_by": short_table(mix["chosen_by"].value_counts().rename("rows").reset_index()),
        },
    )
    now = table[table["year"] == base_year]
    by_provision = now.groupby(["provision", "kind"], sort=False)["places"].sum().reset_index()
    yield dg.Output(
        table,
        output_name="places",
        metadata={"places_at_base_census": short_table(by_provision), **row_count(table)},
    )
    whole = full[full["pool"] == ALL]
    over = whole[whole["over_number"].fillna(0) > 0].sort_values(
        "over_number", ascending=False, kind="stable"
    )
    yield dg.Output(full, output_name="occupancy", metadata=_occupancy(full))
    yield dg.Output(
        beside,
        output_name="register_check",
        metadata={
            "differences": short_table(
                beside[beside["verdict"] == "differs"],
                ["name", "register_roll", "census_roll", "sen2_plans", "difference"],
            ),
            **row_count(beside),
        },
    )
    yield dg.Output(
        findings,
        output_name="supply_findings",
        metadata={
            "findings": short_table(findings, ["severity", "message", "action", "count"]),
            **row_count(findings),
        },
    )
    not_told = now["name"].str.contains(IMPORTS_NOT_KNOWN_NAME, regex=False)
    unknown = (now["kind"] == "net_export") | not_told
    assumed = now[unknown]
    yield dg.AssetCheckResult(
        asset_key="places",
        check_name="imports_known",
        passed=assumed.empty,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"not_known_for": ", ".join(assumed["provision"].unique()) or "none"},
    )
    yield dg.AssetCheckResult(
        asset_key="occupancy",
        check_name="no_school_over_number",
        passed=over.empty,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "where": short_table(
                over, {**SCHOOL, "fte": "FTE", "commissioned": "places", "over_number": "over"}
            )
        },
    )
    differs = beside[beside["verdict"] == "differs"]
    yield dg.AssetCheckResult(
        asset_key="register_check",
        check_name="register_agrees_with_rolls",
        passed=differs.empty,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"rows_that_differ": len(differs)},
    )


def _occupancy(full: pd.DataFrame) -> dict:
    """Return what the occupancy page shows: fullest first."""
    from sufficiency.reports.decisions import occupancy_chart

    whole = full[(full["pool"] == ALL) & full["occupancy"].notna()]
    chart = occupancy_chart(full)
    fullest = whole.sort_values("occupancy", ascending=False, kind="stable")
    return {
        "schools_over_number": int((whole["over_number"].fillna(0) > 0).sum()),
        "fullest_first": short_table(
            fullest, {**SCHOOL, "usable": "usable", "fte": "FTE", "occupancy": "%"}, FEW_ROWS
        ),
        **({} if chart is None else {"chart": picture(chart.png(), chart.alt)}),
        **row_count(full),
    }


def _schemes(schemes: pd.DataFrame) -> dict:
    """Return what the schemes page shows: places in the last year, counted or not."""
    last = schemes[schemes["year"] == schemes["year"].max()]
    shown = ["scheme", "provision", "planned_places", "counted_places", "why_not"]
    return {
        "counted_in_unmitigated": int(last["counted_places"].sum()),
        "in_the_last_year": short_table(last, shown),
        **row_count(schemes),
    }
