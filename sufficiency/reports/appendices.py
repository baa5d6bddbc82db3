"""The tables at the back of a report: accuracy, assumptions, findings, inputs, the SCAP draft."""

import pandas as pd

from sufficiency.reports.printing import Kind, ReportTable, chosen_columns
from sufficiency.terms import lookup


def accuracy_table(accuracy: pd.DataFrame) -> ReportTable:
    """Return how past forecasts fared, all origins pooled where the table has them pooled.

    Args:
        accuracy: The `accuracy` table.
    """
    pooled = accuracy[accuracy["origin"] == 0]
    rows = pooled if len(pooled) else accuracy
    names = {**lookup("setting_groups", "name"), "total": "All plans"}
    shown = rows.assign(
        cut=rows["cut"].map(names).fillna(rows["cut"]),
        method=rows["method"].str.replace("_", " "),
    )
    columns: dict[str, tuple[str, Kind]] = {
        "cut": ("Forecast of", "text"),
        "horizon": ("Years ahead", "whole"),
        "method": ("Method", "text"),
        "wape": ("Average error, % of plans", "decimal"),
        "bias": ("Bias, % (+ is too high)", "decimal"),
        "skill": ("Skill beside growth of the last 3 years", "decimal"),
        "coverage_80": ("Actuals inside the 80% band, %", "whole"),
        "n": ("Forecasts scored", "whole"),
    }
    if not len(pooled):
        columns = {"origin": ("Made from January", "year"), **columns}
    note = (
        "Past forecasts made by the same method, set against what happened. Skill above 0 beats "
        "carrying on the growth of the last three years; 0 or below does not. Beyond 3 years the "
        "bands hold only if the current regime lasts."
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
