"""Checks of requests and assessments: dates in order, outcomes known, nothing twice."""

import pandas as pd

from sufficiency.quality.evidence import Evidence, known_codes

RECEIVED, DECIDED, OUTCOME = "receiveddate", "requestoutcomedate", "requestoutcome"
HISTORICAL = "H"
WITHOUT_LATER_MODULES = ["A", "W", "N"]
SOURCES = ["1", "2", "3", "4", "5"]


def duplicate_request(seen: Evidence) -> pd.DataFrame:
    """Return requests of the person, received date and outcome of an earlier row.

    A row whose own id appears before is `repeated_table_id`'s and is left out; so is a request
    without a person or a received date.
    """
    requests = pd.DataFrame(
        {
            "person": seen.text("requests", "persontableid"),
            "received": seen.date("requests", RECEIVED),
            "outcome": seen.text("requests", OUTCOME),
        }
    )
    usable = (requests["person"] != "") & requests["received"].notna()
    wrong = requests[usable & ~seen.repeated("requests")].duplicated()
    return seen.failing("requests", wrong.reindex(requests.index, fill_value=False), RECEIVED)


def request_without_date(seen: Evidence) -> pd.DataFrame:
    """Return requests, other than historical ones, without a received date."""
    historical = seen.text("requests", OUTCOME) == HISTORICAL
    return seen.failing("requests", seen.empty("requests", RECEIVED) & ~historical, RECEIVED)


def outcome_without_date(seen: Evidence) -> pd.DataFrame:
    """Return decided requests without the date of the decision."""
    decided = seen.text("requests", OUTCOME).isin(["Y", "N"])
    return seen.failing("requests", decided & seen.empty("requests", DECIDED), DECIDED)


def unknown_request_outcome(seen: Evidence) -> pd.DataFrame:
    """Return requests whose outcome is missing or not a known code."""
    known = seen.text("requests", OUTCOME).isin(known_codes("requests", OUTCOME))
    return seen.failing("requests", ~known, OUTCOME)


def unknown_request_source(seen: Evidence) -> pd.DataFrame:
    """Return requests whose source is filled and not 1 to 5."""
    source = seen.text("requests", "requestsource")
    return seen.failing("requests", ~source.isin(["", *SOURCES]), "requestsource")


def unknown_assessment_outcome(seen: Evidence) -> pd.DataFrame:
    """Return assessments whose outcome is missing or not a known code."""
    outcome = seen.text("assessment", "assessmentoutcome")
    known = outcome.isin(known_codes("assessment", "assessmentoutcome"))
    return seen.failing("assessment", ~known, "assessmentoutcome")


def assessment_outcome_without_date(seen: Evidence) -> pd.DataFrame:
    """Return assessments that ended in a refusal without its date."""
    refused = seen.text("assessment", "assessmentoutcome") == "N"
    undated = seen.empty("assessment", "assessmentoutcomedate")
    return seen.failing("assessment", refused & undated, "assessmentoutcomedate")


def decided_before_received(seen: Evidence) -> pd.DataFrame:
    """Return requests decided before they were received."""
    wrong = seen.date("requests", DECIDED) < seen.date("requests", RECEIVED)
    return seen.failing("requests", wrong, DECIDED)


def future_date(seen: Evidence) -> pd.DataFrame:
    """Return requests received after the census."""
    return seen.failing("requests", seen.date("requests", RECEIVED) > seen.day, RECEIVED)


def later_modules_after_undecided(seen: Evidence) -> pd.DataFrame:
    """Return requests undecided, withdrawn or refused that have an assessment."""
    assessed = seen.any_below("requests", seen.parent("assessment"))
    stopped = seen.text("requests", OUTCOME).isin(WITHOUT_LATER_MODULES)
    return seen.failing("requests", assessed & stopped, OUTCOME)


def exceptions_not_told(seen: Evidence) -> pd.DataFrame:
    """Return assessments that led to a new plan in the year and leave the exceptions blank."""
    start = seen.date("namedplan", "startdate")
    new = start.dt.year == seen.found.year - 1
    led = seen.any_below("assessment", seen.parent("namedplan")[new])
    origin = seen.filled("activeplans", "transferla")
    elsewhere = seen.any_below("requests", seen.parent("activeplans")[origin])
    came = seen.lift(elsewhere, seen.parent("assessment")).fillna(False).astype(bool)
    agreed = seen.text("assessment", "assessmentoutcome") == "Y"
    wrong = led & agreed & ~came & seen.empty("assessment", "week20")
    return seen.failing("assessment", wrong, "week20")


CHECKS = (
    duplicate_request,
    request_without_date,
    outcome_without_date,
    unknown_request_outcome,
    unknown_request_source,
    unknown_assessment_outcome,
    assessment_outcome_without_date,
    exceptions_not_told,
    decided_before_received,
    future_date,
    later_modules_after_undecided,
)
