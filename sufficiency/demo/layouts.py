"""Layouts of the published files: column names in order, topics, and the labels of rows.

`headers/` holds the header line of each published file. No value of any release is here.
"""

from functools import cache
from importlib.resources import files

from sufficiency.terms import table

STOCK_TOPIC, STOCK_AGE = "All EHC plans", "Child or young persons age"
NEW_TOPIC, CEASED_TOPIC = "New EHC plans", "All ceased EHC plans"
PLACEMENT = "Type of placement"
STARTED, CEASED_AGE = "Age when plan started", "Age plan ceased"
OLD_ONLY = ("await_prov_2022", "perm_ex_2022")
OUTCOME_TOPICS = {
    "requests": "All requests for EHC needs assessments",
    "assessments": "All EHC needs assessments",
    "timeliness_20_week": "All EHC plans issued",
}
AGE_BANDS = ("Under 5", "Age 5 to 10", "Age 11 to 15", "Age 16 to 19", "Age 20 to 25")


@cache
def _header(name: str) -> tuple[str, ...]:
    path = files("sufficiency.demo").joinpath(f"headers/{name}.csv")
    return tuple(path.read_text(encoding="utf-8").strip().split(","))


def header(name: str) -> list[str]:
    """Return the column names of one published file, in order (names may repeat)."""
    return list(_header(name))


def counts(name: str) -> list[str]:
    """Return the columns of counts of one published file, in order: no keys, rates or shares."""
    columns = header(name)
    last_key = "breakdown" if "breakdown" in columns else "la_name"
    after = columns[columns.index(last_key) + 1 :]
    return [c for c in after if "pc" not in c.lower().split("_") and not c.endswith("Rate")]


def placements() -> list[str]:
    """Return the placement columns of the caseload file, in order, without the two of 2022."""
    left_out = {"ehcplans", "ed_elsewhere", *OLD_ONLY}
    return [c for c in counts("caseload") if c not in left_out and not c.endswith("_total")]


def placement_labels() -> list[str]:
    """Return the need file's label of each placement column, in the columns' order."""
    terms = table("ees_settings")
    labels = dict(zip(terms["ees_column"], terms["ees_need_label"], strict=True))
    return [labels[c] for c in placements()]


def needs() -> list[str]:
    """Return the need columns of the need files, in order."""
    return [c for c in counts("sen_needs_all_plans") if c.startswith("number_")]


def reasons() -> list[str]:
    """Return the reason columns of the ceased-plans file, in order."""
    return [c for c in counts("ceased_plans") if c != "total_ceased"]


def stock_ages() -> list[str]:
    """Return the age labels of the stock files, youngest first."""
    return ["under 3", *(f"age {n}" for n in range(3, 26))]


def start_ages() -> list[str]:
    """Return the age labels of the new-plan files, youngest first."""
    return ["age 2 and under", *(f"age {n}" for n in range(3, 20)), "age 20 and over"]


def started_ages() -> list[str]:
    """Return the labels of age when the plan started in the stock file, unknown last."""
    return [*start_ages(), "unknown"]


def ceased_ages() -> list[str]:
    """Return the age labels of the ceased-plans file, youngest first, unknown last."""
    return [*start_ages(), "Age unknown"]


def outcome_ages(name: str) -> list[str]:
    """Return the age labels of the requests, assessments or timeliness file, unknown last."""
    if name == "timeliness_20_week":
        return [*start_ages(), "Unknown"]
    return [*(age.replace("age", "Aged") for age in start_ages()), "Age unknown"]
