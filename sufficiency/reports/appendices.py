"""The tables at the back of a report: accuracy, assumptions, findings, inputs, the SCAP draft."""

import pandas as pd

from sufficiency.reports.printing import Kind, ReportTable, chosen_columns
from sufficiency.terms import codes, lookup

HORIZONS = (1, 3, 5)
RIVALS = {
    "persistence": "no change",
    "drift3": "adding the last 3 years' change",
    "growth3": "growth of the last 3 years",
    "national": "national growth",
}


def accuracy_table(accuracy: pd.DataFrame) -> ReportTable:
    """Return how past forecasts fared, one row a cut and horizon, rivals beside the method used.

    All origins pooled. The method used is the one that has a band, so that its coverage is known;
    the others are its rivals. Horizons are 1, 3 and 5 years; the CSV file has every one.

    Args:
        accuracy: The `accuracy` table.
    """
    pooled = accuracy[(accuracy["origin"] == 0) & accuracy["horizon"].isin(HORIZONS)]
    used = pooled[pooled["coverage_80"].notna()].drop_duplicates(["cut", "horizon"])
    rivals = pooled[~pooled["method"].isin(used["method"])]
    beside = rivals.pivot_table(index=["cut", "horizon"], columns="method", values="wape")
    shown = used.join(beside, on=["cut", "horizon"])
    order = {cut: place for place, cut in enumerate(["total", *codes("setting_groups")])}
    shown = shown.assign(order=shown["cut"].map(order)).sort_values(
        ["order", "horizon"], kind="stable"
    )
    names = {**lookup("setting_groups", "name"), "total": "All plans"}
    shown["cut"] = shown["cut"].map(names).fillna(shown["cut"])
    columns: dict[str, tuple[str, Kind]] = {
        "cut": ("Forecast of", "text"),
        "horizon": ("Years ahead", "whole"),
        "wape": ("Average error, %", "decimal"),
        "bias": ("Bias, % (+ is too high)", "decimal"),
        "skill": ("Skill", "decimal"),
        "coverage_80": ("Actuals inside the band, %", "whole"),
        "n": ("Forecasts scored", "whole"),
    }
    for method in beside.columns:
        columns[method] = (f"Error of {RIVALS.get(method, method.replace('_', ' '))}, %", "decimal")
    note = (
        "Past forecasts made by the same method, set against what happened. The band should hold "
        "80% of them. Skill is beside growth of the last 3 years: above 0 is better, 0 or below is "
        "not. Beyond 3 years the bands hold only if the current regime lasts."
    )
    return chosen_columns("How past forecasts fared", shown, columns, note)


def assumptions_table(assumptions: pd.DataFrame) -> ReportTable:
    """Return every assumption, readable."""
    shown = assumptions.assign(assumption=assumptions["assumption"].str.replace("_", " "))
    columns: dict[str, tuple[str, Kind]] = {
        name: (name.capitalize(), "text")
        for name in ("assumption", "value", "unit", "why", "source")
    }
    return chosen_columns("Assumptions", shown, columns)


def findings_table(findings: pd.DataFrame) -> ReportTable:
    """Return every finding about the inputs, worst first."""
    shown = findings.assign(row=findings["row"].astype("Int64").where(findings["row"] > 0))
    columns: dict[str, tuple[str, Kind]] = {
        "severity": ("Severity", "text"),
        "message": ("What was found", "text"),
        "action": ("What to do", "text"),
        "source": ("File or table", "text"),
        "row": ("Row", "year"),
        "column": ("Column", "text"),
        "count": ("How many", "whole"),
    }
    return chosen_columns("Findings about the inputs", shown, columns, missing="no one row")


def inputs_table(input_files: pd.DataFrame) -> ReportTable:
    """Return the input files with their size and hash."""
    columns: dict[str, tuple[str, Kind]] = {
        "file": ("File", "text"),
        "layout": ("Recognised as", "text"),
        "rows": ("Rows", "whole"),
        "sha256": ("SHA-256", "text"),
    }
    return chosen_columns("Input files", input_files, columns)


def scap_table(scap: pd.DataFrame) -> ReportTable:
    """Return the SCAP draft, readable; year groups outside a row's phase do not apply."""
    first = ["planning_area", "phase", "code", "provision_type", "academic_year"]
    last = ["total", "unrounded_total", "status"]
    middle = [c for c in scap.columns if c not in {*first, *last, "authority", "year"}]
    headings = {c: c.replace("_", " ").capitalize() for c in [*first, *last]}
    columns: dict[str, tuple[str, Kind]] = {c: (headings[c], "text") for c in first}
    columns |= {c: (f"NCY {c}" if c.isdigit() else c, "whole") for c in middle}
    columns |= {
        "total": ("Total", "whole"),
        "unrounded_total": (headings["unrounded_total"], "decimal"),
        "status": ("Status", "text"),
    }
    note = (
        "Draft, unverified. Check the planning-area codes and who counts as UR and AP against the "
        "SCAP guide before using any of it."
    )
    return chosen_columns("SCAP draft - unverified", scap, columns, note, missing="not applicable")
