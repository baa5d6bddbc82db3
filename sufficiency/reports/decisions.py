"""What a head of sufficiency decides on, as tables of a report: occupancy, September, money.

Rows are chosen and named here; no number is made.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from sufficiency.reports.printing import Kind, ReportTable, chosen_columns
from sufficiency.terms import ALL, lookup

Columns = Mapping[str, tuple[str, Kind]]
ON_THE_PAGE = 25
YEAR_GROUPS = {-2: "Nursery 1", -1: "Nursery 2", 0: "Reception"}
POOLS = {
    "nursery": "Nursery",
    "school_age": "Reception to Year 11",
    "post_16": "Post-16",
    ALL: "All",
}
NAMED = {
    "provision": "provisions",
    "local_provision": "provisions",
    "need_group": "need_groups",
    "phase": "phases",
    "setting": "settings",
    "where_now": "settings",
    "setting_group": "setting_groups",
    "transfer": "phase_transfers",
    "route": "routes",
    "scheme_type": "scheme_types",
    "item": "cost_items",
}
PLAIN = ("stage", "interim", "kind", "place_type", "verdict", "met_by")


def every(frame: pd.DataFrame) -> pd.DataFrame:
    """Return every row."""
    return frame


def rows_where(**wanted: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Return a function that keeps the rows whose columns have the given values."""

    def kept(frame: pd.DataFrame) -> pd.DataFrame:
        mask = pd.Series(True, index=frame.index)
        for column, value in wanted.items():
            mask &= frame[column] == value
        return frame[mask]

    return kept


@dataclass(frozen=True)
class Shown:
    """How one canonical table is shown.

    Attributes:
        table: Canonical table.
        caption: What it holds.
        columns: Column -> heading and kind, in the order to print.
        note: What to know before reading it.
        rows: Chooses and orders the rows.
    """

    table: str
    caption: str
    columns: Columns
    note: str = ""
    rows: Callable[[pd.DataFrame], pd.DataFrame] = every


def _fullest(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(
        ["provision", "name", "urn", "site_id"], kind="stable", key=lambda c: c.astype("str")
    )


def _latest_first(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values("year", ascending=False, kind="stable")


SCHOOL: Columns = {"name": ("School or base", "text"), "provision": ("Provision", "text")}
CELL: Columns = {
    "need_group": ("Need group", "text"),
    "phase": ("Phase", "text"),
    "locality": ("Locality", "text"),
}
TABLES: dict[str, Shown] = {
    "Occupancy": Shown(
        "occupancy",
        "Occupancy and headroom",
        {
            **SCHOOL,
            "pool": ("Pool", "text"),
            "physical": ("Physical", "whole"),
            "scap": ("SCAP", "whole"),
            "commissioned": ("Commissioned", "whole"),
            "usable": ("Usable", "whole"),
            "on_roll": ("On roll", "whole"),
            "with_plan": ("Our residents with a plan", "whole"),
            "other_authorities": ("Other authorities", "whole"),
            "assessment": ("Assessment places", "whole"),
            "sen_support": ("Others without a plan", "whole"),
            "unexplained": ("Not explained", "signed"),
            "fte": ("FTE", "decimal"),
            "occupancy": ("Occupancy, per cent", "decimal"),
            "headroom": ("Headroom", "decimal"),
            "over_number": ("Over number", "decimal"),
            "second_placements": ("Second placements", "whole"),
            "july_peak": ("July peak", "decimal"),
            "beds": ("Beds", "whole"),
            "beds_used": ("Boarders", "whole"),
            "note": ("Note", "text"),
        },
        "Full-time equivalents at the base census. Usable is class sizes added up where supplied, "
        "else commissioned. A second placement is listed apart and never added.",
        _fullest,
    ),
    "September board": Shown(
        "september_board",
        "Places free on 1 September",
        {
            **SCHOOL,
            "september": ("September", "year"),
            "cohort": ("Year groups", "text"),
            "needs": ("Needs", "text"),
            "agreed_places": ("Agreed places", "whole"),
            "on_roll": ("Would be in it if all stayed", "whole"),
            "leaving": ("Agreed leavers", "whole"),
            "moves_out": ("Agreed moves out", "whole"),
            "moves_in": ("Agreed moves in", "whole"),
            "staying_on": ("Staying on", "whole"),
            "places_free": ("Places free", "whole"),
            "named": ("Named", "whole"),
            "directed": ("Directed", "whole"),
            "consulted": ("Being consulted on", "whole"),
            "free_after_named": ("Free after named and directed", "whole"),
            "reason": ("Why it is not known", "text"),
        },
        "Agreed places less pupils staying on. Below nought is over number. Never inferred from a "
        "school's total.",
    ),
    "Phase transfers": Shown(
        "transfers",
        "Changes of phase",
        {
            "transfer": ("Change of phase", "text"),
            "september": ("September", "year"),
            "review_by": ("Amend the plan by", "text"),
            "need_group": ("Need group", "text"),
            "setting_group": ("Placed before it", "text"),
            "children": ("On today's roll", "whole"),
            "expected_mean": ("Expected", "decimal"),
            "expected_p10": ("Expected, 1 in 10 lower", "decimal"),
            "expected_p90": ("Expected, 1 in 10 higher", "decimal"),
            "to_specialist_mean": ("Of whom to special schools or bases", "decimal"),
            "basis": ("Ages from", "text"),
        },
        "Whole authority. SEND Regulations 2014, regulation 18: 15 February, or 31 March into "
        "post-16.",
        rows_where(locality=ALL),
    ),
    "Base pathway": Shown(
        "base_pathway",
        "From primary bases to secondary bases",
        {
            "september": ("September", "year"),
            "need_group": ("Need group", "text"),
            "locality": ("Locality", "text"),
            "leavers_now": ("Leavers on today's roll", "whole"),
            "leavers_mean": ("Leavers expected", "decimal"),
            "leavers_p10": ("Leavers, 1 in 10 lower", "decimal"),
            "leavers_p90": ("Leavers, 1 in 10 higher", "decimal"),
            "secondary_places": ("Year 7 base places", "whole"),
            "places_free": ("Of which free", "whole"),
            "shortfall_mean": ("Expected without a place", "decimal"),
            "p_shortfall": ("Probability of too few", "percent"),
            "reason": ("Why it is not known", "text"),
        },
    ),
    "Post-16 routes": Shown(
        "post16_routes",
        "Post-16 to 25: where young people go",
        {
            "route": ("Route", "text"),
            "year": ("January", "year"),
            "kind": ("What is counted", "text"),
            "phase": ("Phase", "text"),
            "need_group": ("Need group", "text"),
            "mean": ("Young people", "decimal"),
            "p10": ("1 in 10 lower", "decimal"),
            "p90": ("1 in 10 higher", "decimal"),
            "basis": ("Counted or forecast", "text"),
        },
    ),
    "Waiting": Shown(
        "waiting",
        "Children who wait for a place, or may",
        {
            **CELL,
            "provision": ("Place agreed", "text"),
            "where_now": ("Where now", "text"),
            "interim": ("Meanwhile", "text"),
            "stage": ("Stage", "text"),
            "waited": ("Weeks since agreed", "text"),
            "children": ("Children", "whole"),
            "source": ("From", "text"),
        },
        "From the council's list each child counts once. Without a list these are plan holders "
        "recorded as not in a school place: a possible demand.",
    ),
    "Schemes": Shown(
        "scheme_places",
        "Capital schemes and what counts",
        {
            "scheme": ("Scheme", "text"),
            "name": ("School or base", "text"),
            "scheme_type": ("Kind", "text"),
            "stage": ("Stage", "text"),
            "provision": ("Provision", "text"),
            "year": ("January", "year"),
            "planned_places": ("Planned places", "whole"),
            "earliest_opening": ("Earliest opening", "text"),
            "likely_places": ("Likely places", "decimal"),
            "counted_places": ("Counted", "whole"),
            "why_not": ("Why it does not count", "text"),
            "capital_cost": ("Capital, pounds", "whole"),
            "capital_source": ("Capital from", "text"),
        },
        "A scheme that is not approved is never counted in unmitigated places.",
    ),
    "Place return": Shown(
        "place_return",
        "Recommended places to commission",
        {
            **SCHOOL,
            "academic_year": ("Academic year", "text"),
            "place_type": ("Place type", "text"),
            "places_now": ("Places now", "whole"),
            "expected": ("Expected FTE", "decimal"),
            "recommended": ("Recommended", "whole"),
            "change": ("Change", "signed"),
            "unit_cost": ("Pounds a place", "whole"),
            "cost_first_year": ("Cost, September to March", "signed"),
            "cost_next_year": ("Cost, April to August", "signed"),
            "notify_by": ("Notify by", "text"),
            "why": ("How it was reached", "text"),
        },
        "A draft for the autumn notification: 7/12 of a change falls in the first financial year, "
        "5/12 in the next.",
    ),
    "Bringing back": Shown(
        "bringing_back",
        "New independent and non-maintained placements that a local place could serve",
        {
            "setting": ("Placed in", "text"),
            "in_area": ("In the area", "text"),
            "year": ("January", "year"),
            "kind": ("Why new", "text"),
            **CELL,
            "children": ("New placements", "whole"),
            "left_out_52_weeks": ("52-week, left out", "whole"),
            "substitutable_share": ("Share assumed servable", "percent"),
            "could_be_local": ("Could be local", "decimal"),
            "local_provision": ("Local provision", "text"),
            "km_now": ("Kilometres now", "decimal"),
            "km_local": ("Kilometres to the nearest", "decimal"),
            "saving_mean": ("Net saving a year, pounds", "signed"),
            "saving_low": ("1 in 10 lower", "signed"),
            "saving_high": ("1 in 10 higher", "signed"),
            "note": ("Note", "text"),
        },
        "New placements and changes of phase only, never children already placed. Saving = fee - "
        "place funding - top-up - transport - capital. In or out of area is a separate question.",
        _latest_first,
    ),
    "Base question": Shown(
        "base_question",
        "Can it be met in a base?",
        {
            "need_group": ("Need group", "text"),
            "phase": ("Phase", "text"),
            "locality": ("Locality", "text"),
            "year": ("January", "year"),
            "shortage_mean": ("Shortage of special-school places", "decimal"),
            "base_share": ("Share a base could meet", "percent"),
            "could_be_base": ("Could be met in bases", "decimal"),
            "remains_special": ("Remains for special schools", "decimal"),
            "evidence": ("What it rests on", "text"),
        },
    ),
    "Cost of the gap": Shown(
        "gap_costs",
        "What the gap costs",
        {
            "provision": ("Provision short", "text"),
            "financial_year": ("Financial year", "text"),
            "met_by": ("Met by", "text"),
            "item": ("Cost", "text"),
            "places_mean": ("Places short", "decimal"),
            "mean": ("Pounds", "signed"),
            "p10": ("1 in 10 lower", "signed"),
            "p90": ("1 in 10 higher", "signed"),
        },
        "Difference is what buying independent places costs over local ones.",
    ),
    "Budget": Shown(
        "budget_check",
        "Costs beside budget lines",
        {
            "line": ("Budget line", "text"),
            "financial_year": ("Financial year", "text"),
            "budget": ("Budget, pounds", "whole"),
            "computed": ("Placements x unit cost", "whole"),
            "difference": ("Difference", "signed"),
            "note": ("Note", "text"),
        },
    ),
    "Unit costs": Shown(
        "costs",
        "Unit costs",
        {
            "item": ("Cost", "text"),
            "provision": ("Provision", "text"),
            "scheme_type": ("Kind of scheme", "text"),
            "value": ("Central", "decimal"),
            "low": ("1 in 10 lower", "decimal"),
            "high": ("1 in 10 higher", "decimal"),
            "unit": ("Unit", "text"),
            "price_year": ("Prices of", "text"),
            "source": ("Source", "text"),
            "given_by": ("Given by", "text"),
        },
    ),
    "Who uses places": Shown(
        "need_mix",
        "Who uses which places",
        {
            **SCHOOL,
            "need": ("Recorded need", "text"),
            "plans": ("Plan holders", "whole"),
            "share_observed": ("Share observed", "percent"),
            "share_used": ("Share used", "percent"),
            "designated": ("Designated for it", "text"),
            "chosen_by": ("Chosen by", "text"),
        },
        "Recorded need is not designation. Override the split in council/need_mix.csv.",
    ),
    "Register and rolls": Shown(
        "register_check",
        "The register beside GIAS, the school census and SEN2",
        {
            **SCHOOL,
            "register_roll": ("Roll, register", "whole"),
            "census_roll": ("Roll, school census", "whole"),
            "census_plans": ("of whom with a plan", "whole"),
            "gias_roll": ("Roll, GIAS", "whole"),
            "gias_capacity": ("Capacity, GIAS", "whole"),
            "sen2_plans": ("Our residents, SEN2", "whole"),
            "imports": ("Other authorities", "whole"),
            "without_plan": ("Without a plan", "whole"),
            "difference": ("Not explained", "signed"),
            "verdict": ("Verdict", "text"),
        },
    ),
    "Register changes": Shown(
        "register_changes",
        "What changed on the register since last year",
        {
            **SCHOOL,
            "effective_from": ("From", "text"),
            "change": ("Change", "text"),
            "column": ("Column", "text"),
            "before": ("Before", "text"),
            "after": ("Now", "text"),
        },
    ),
}


def decision_tables(run_tables: Mapping[str, pd.DataFrame]) -> dict[str, ReportTable]:
    """Return short name -> table, whole; tables that are not there or are empty are left out.

    Args:
        run_tables: Canonical tables by name.
    """
    made: dict[str, ReportTable] = {}
    for name, shown in TABLES.items():
        frame = run_tables.get(shown.table)
        rows = frame if frame is None else shown.rows(frame)
        if rows is None or rows.empty:
            continue
        made[name] = chosen_columns(shown.caption, named(rows), shown.columns, shown.note)
    return made


def on_the_page(table: ReportTable, name: str) -> ReportTable:
    """Return a table short enough for the page, saying where the rest is."""
    left_out = len(table.frame) - ON_THE_PAGE
    if left_out <= 0:
        return table
    more = f"The first {ON_THE_PAGE} rows; {left_out:,} more are in the workbook, sheet {name}."
    return replace(table, frame=table.frame.head(ON_THE_PAGE), note=f"{table.note} {more}".strip())


def named(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with names in place of codes, and year groups in words."""
    names: dict[str, pd.Series] = {}
    for column, terms in NAMED.items():
        if column in frame:
            known = {**lookup(terms, "name"), ALL: "All"}
            names[column] = frame[column].map(known).fillna(frame[column])
    for column in PLAIN:
        if column in frame:
            names[column] = frame[column].str.replace("_", " ")
    if "pool" in frame:
        names["pool"] = frame["pool"].map(POOLS)
    if "locality" in frame:
        names["locality"] = frame["locality"].replace(ALL, "Whole authority")
    if {"ncy_from", "ncy_to"} <= set(frame.columns):
        names["cohort"] = pd.Series(
            [
                cohort(int(first), int(last))
                for first, last in zip(frame["ncy_from"], frame["ncy_to"], strict=True)
            ],
            index=frame.index,
            dtype="str",
        )
    return frame.assign(**names)


def cohort(first: int, last: int) -> str:
    """Return year groups in words: `Year 7 to Year 9`."""
    return year_group(first) if first == last else f"{year_group(first)} to {year_group(last)}"


def year_group(ncy: int) -> str:
    """Return a nominal year group in words: 0 is Reception, 7 is Year 7."""
    return YEAR_GROUPS.get(ncy, f"Year {ncy}" if ncy > 0 else f"age {ncy + 4}")
