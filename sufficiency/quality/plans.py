"""Checks of named and active plans: in force or ceased, once a person, transfers, reviews."""

import pandas as pd

from sufficiency.quality.evidence import Evidence, known_codes

CEASE_REASONS = [str(number) for number in range(1, 10)]


def two_active_plans(seen: Evidence) -> pd.DataFrame:
    """Return each active plan of a person beyond the first, under another request."""
    plans = pd.DataFrame({"person": seen.plan_person, "request": seen.parent("activeplans")})
    first = plans[seen.active].drop_duplicates()
    wrong = first.duplicated("person").reindex(plans.index, fill_value=False)
    return seen.failing("activeplans", wrong, "requeststableid")


def plan_not_named(seen: Evidence) -> pd.DataFrame:
    """Return active plans that did not transfer in and whose request has no named plan."""
    named = seen.any_below("requests", seen.plan_request)
    unnamed = ~seen.lift(named, seen.parent("activeplans")).fillna(True).astype(bool)
    wrong = seen.active & unnamed & ~seen.filled("activeplans", "transferla")
    return seen.failing("activeplans", wrong, "requeststableid")


def plan_without_start(seen: Evidence) -> pd.DataFrame:
    """Return named plans without a start date."""
    return seen.failing("namedplan", seen.empty("namedplan", "startdate"), "startdate")


def plan_starts_after_census(seen: Evidence) -> pd.DataFrame:
    """Return named plans that start after census day while their request is listed as active."""
    late = seen.date("namedplan", "startdate") > seen.day
    return seen.failing("namedplan", late & _is_listed(seen), "startdate")


def plan_before_request(seen: Evidence) -> pd.DataFrame:
    """Return named plans that start before their request was received, historical ones apart."""
    received = seen.lift(seen.date("requests", "receiveddate"), seen.plan_request)
    outcome = seen.lift(seen.text("requests", "requestoutcome"), seen.plan_request)
    early = seen.date("namedplan", "startdate") < received
    return seen.failing("namedplan", early & (outcome != "H"), "startdate")


def ceased_before_start(seen: Evidence) -> pd.DataFrame:
    """Return named plans that ceased before they started."""
    wrong = seen.date("namedplan", "ceasedate") < seen.date("namedplan", "startdate")
    return seen.failing("namedplan", wrong, "ceasedate")


def ceased_but_active(seen: Evidence) -> pd.DataFrame:
    """Return named plans that ceased before census day while their request is listed as active."""
    ceased = seen.date("namedplan", "ceasedate") < seen.day
    return seen.failing("namedplan", ceased & _is_listed(seen), "ceasedate")


def _is_listed(seen: Evidence) -> pd.Series:
    """Return which named plans are of a request that has an active plan row."""
    listed = seen.any_below("requests", seen.parent("activeplans"))
    return seen.lift(listed, seen.plan_request).fillna(False).astype(bool)


def ceased_without_reason(seen: Evidence) -> pd.DataFrame:
    """Return ceased plans without a reason."""
    ceased = seen.date("namedplan", "ceasedate").notna()
    return seen.failing("namedplan", ceased & seen.empty("namedplan", "ceasereason"), "ceasereason")


def unknown_cease_reason(seen: Evidence) -> pd.DataFrame:
    """Return named plans whose cease reason is filled and not 1 to 9."""
    reason = seen.text("namedplan", "ceasereason")
    return seen.failing("namedplan", ~reason.isin(["", *CEASE_REASONS]), "ceasereason")


def reason_without_cease_date(seen: Evidence) -> pd.DataFrame:
    """Return named plans with a cease reason and no cease date."""
    wrong = seen.filled("namedplan", "ceasereason") & seen.empty("namedplan", "ceasedate")
    return seen.failing("namedplan", wrong, "ceasedate")


def unknown_transfer(seen: Evidence) -> pd.DataFrame:
    """Return active plans whose origin is not three digits, or is this authority."""
    origin = seen.text("activeplans", "transferla")
    known = origin.str.fullmatch(r"[0-9]{3}") & (origin != seen.reference.authority)
    return seen.failing("activeplans", (origin != "") & ~known, "transferla")


def transfer_decided_late(seen: Evidence) -> pd.DataFrame:
    """Return active plans whose phase transfer was finalised after it was due."""
    final = seen.date("activeplans", "phasetransferfinaldate")
    wrong = final > seen.date("activeplans", "phasetransferduedate")
    return seen.failing("activeplans", wrong, "phasetransferfinaldate")


def unknown_review_outcome(seen: Evidence) -> pd.DataFrame:
    """Return active plans whose review outcome is filled and not a known code."""
    outcome = seen.text("activeplans", "reviewoutcome")
    known = outcome.isin(["", *known_codes("activeplans", "reviewoutcome")])
    return seen.failing("activeplans", ~known, "reviewoutcome")


CHECKS = (
    two_active_plans,
    plan_not_named,
    plan_without_start,
    plan_starts_after_census,
    plan_before_request,
    ceased_before_start,
    ceased_but_active,
    ceased_without_reason,
    unknown_cease_reason,
    reason_without_cease_date,
    unknown_transfer,
    transfer_decided_late,
    unknown_review_outcome,
)
