"""Places to commission, what could come back, what bases could meet, and costs, as shown."""

import pandas as pd

from sufficiency.reports.decisions.shown import CELL, SCHOOL, Shown, rows_where
from sufficiency.terms import ALL


def _largest_changes(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values("change", key=abs, ascending=False, kind="stable")


def _largest_savings(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values("saving_mean", ascending=False, kind="stable")


def _first_shortages(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[(frame["locality"] == ALL) & (frame["year"] <= frame["year"].min() + 2)]


def _latest_first(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values("year", ascending=False, kind="stable")


MONEY = {
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
        brief=(
            "name",
            "place_type",
            "places_now",
            "expected",
            "recommended",
            "change",
            "cost_first_year",
            "cost_next_year",
        ),
        brief_rows=_largest_changes,
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
        brief=(
            "setting",
            "in_area",
            "kind",
            "need_group",
            "phase",
            "children",
            "could_be_local",
            "local_provision",
            "saving_mean",
            "note",
        ),
        brief_rows=_largest_savings,
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
        brief=(
            "need_group",
            "phase",
            "year",
            "shortage_mean",
            "base_share",
            "could_be_base",
            "remains_special",
            "evidence",
        ),
        brief_rows=_first_shortages,
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
        brief=("provision", "financial_year", "met_by", "places_mean", "mean", "p10", "p90"),
        brief_rows=rows_where(item=ALL),
    ),
    "Budget": Shown(
        "budget_check",
        "Costs beside budget lines",
        {
            "line": ("Budget line", "text"),
            "financial_year": ("Financial year", "text"),
            "budget": ("Budget, pounds", "whole"),
            "computed": ("Placements, or places, x unit cost", "whole"),
            "difference": ("Difference", "signed"),
            "note": ("Note", "text"),
        },
        brief=("line", "financial_year", "budget", "computed", "difference", "note"),
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
}
