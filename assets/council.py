"""How the council's own files are explained and shown: counts only, never a child's row."""

import pandas as pd

from assets.describe import counts, row_count, short_table
from sufficiency import contracts as tables

TEXT = {
    "awaiting": "Children who wait for a type of place that is agreed (`council/awaiting.csv`), "
    "each once. Where there is a list it replaces guessed possible demand. Only counts are shown.",
    "schemes": "Capital schemes (`council/schemes.csv`): stage, statutory process, money, opening "
    "and how they fill. Only approved schemes count in unmitigated places.",
    "moves": "Agreed leavers and moves by school, year group and September (`council/moves.csv`).",
    "imports": "Pupils of other authorities by school (`council/imports.csv`, else the school "
    "census). Where neither says, imports are not known, and never taken as none.",
    "classes": "Class sizes by school, year groups and needs (`council/classes.csv`): the usable "
    "places of a cohort. Without them the September board cannot say how many places are free.",
    "need_mix_given": "The planner's own split of places over needs (`council/need_mix.csv`), used "
    "before what the returns show.",
    "costs": "Unit costs with their range, year and source: the council's (`council/costs.csv`), "
    "else a default that every result names.",
    "budget": "Budget lines to reconcile costs with (`council/budget.csv`).",
    "housing": "New dwellings by locality and year (`council/housing.csv`): they move where "
    "joiners live, and add children where the population was estimated before they stood.",
    "housing_yields": "Children of a new dwelling (`council/housing_yields.csv`), the council's "
    "own. Without them England's average dwelling is used, and the assumptions say so.",
    "register_changes": "Every cell that differs from last year's register "
    "(`places_last_year.csv`).",
}
MODELS = {
    "awaiting": tables.Awaiting,
    "schemes": tables.Schemes,
    "moves": tables.Moves,
    "imports": tables.Imports,
    "classes": tables.Classes,
    "need_mix_given": tables.NeedMixGiven,
    "costs": tables.Costs,
    "budget": tables.Budget,
    "housing": tables.Housing,
    "housing_yields": tables.HousingYields,
    "register_changes": tables.RegisterChanges,
}


def shown(name: str, frame: pd.DataFrame) -> dict:
    """Return what a table's page shows; of the awaiting list counts only."""
    made = {
        "awaiting": lambda: {"children_by_stage": counts(frame, "stage")},
        "schemes": lambda: {
            "schemes": short_table(frame, ["scheme", "provision", "stage", "opening"])
        },
        "moves": lambda: {"moves": short_table(frame, ["september", "leavers", "moves_out"])},
        "imports": lambda: {
            "pupils_by_provision": short_table(
                frame.groupby(["provision", "source"])["pupils"].sum().reset_index()
            )
        },
        "classes": lambda: {
            "places_by_provision": short_table(
                frame.groupby(["provision", "assessment"])["places"].sum().reset_index()
            )
        },
        "need_mix_given": lambda: {"rows_by_need": counts(frame, "need")},
        "costs": lambda: {
            "costs": short_table(frame, ["item", "provision", "value", "unit", "given_by"])
        },
        "budget": lambda: {"budget": short_table(frame, ["line", "financial_year", "amount"])},
        "housing": lambda: {
            "dwellings": short_table(
                frame.groupby(["locality", "year"])["dwellings"].sum().reset_index()
            )
        },
        "housing_yields": lambda: {
            "yields": short_table(
                frame, ["dwelling_type", "age_from", "age_to", "children_per_dwelling", "source"]
            )
        },
        "register_changes": lambda: {
            "changes": short_table(frame, ["name", "change", "column", "before", "after"])
        },
    }
    return {**row_count(frame), **(made[name]() if len(frame) else {"given": "none"})}
