"""September, changes of phase, pathways, routes and who waits, as shown."""

import pandas as pd

from sufficiency.reports.decisions.shown import CELL, SCHOOL, Shown, rows_where
from sufficiency.terms import ALL

YEARS_AHEAD = 5


def _next_september(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["september"] == frame["september"].min()]


def _least_free(frame: pd.DataFrame) -> pd.DataFrame:
    return _next_september(frame).sort_values(["free_after_named", "name"], kind="stable")


def _all_needs(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[(frame["need_group"] == ALL) & (frame["locality"] == ALL)]


def _routes_now_and_later(frame: pd.DataFrame) -> pd.DataFrame:
    whole = (frame["need_group"] == ALL) & (frame["phase"] == ALL) & (frame["kind"] == "stock")
    stock = frame[whole]
    now = stock.loc[stock["basis"] != "forecast", "year"].max()
    rows = stock[stock["year"].isin([now, now + YEARS_AHEAD])]
    return rows.sort_values(["year", "mean"], ascending=[True, False], kind="stable")


def _most_waiting(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values("children", ascending=False, kind="stable")


SEPTEMBER = {
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
        "school's total. Only children there today or agreed are counted: those still to come, "
        "more each September, are not, so free places further off are not spare.",
        brief=(
            "name",
            "cohort",
            "agreed_places",
            "staying_on",
            "places_free",
            "named",
            "directed",
            "consulted",
            "free_after_named",
            "reason",
        ),
        brief_rows=_least_free,
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
        brief=(
            "transfer",
            "review_by",
            "need_group",
            "setting_group",
            "children",
            "expected_mean",
            "to_specialist_mean",
        ),
        brief_rows=_next_september,
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
        brief=(
            "september",
            "leavers_now",
            "leavers_mean",
            "secondary_places",
            "places_free",
            "shortfall_mean",
            "p_shortfall",
            "reason",
        ),
        brief_rows=_all_needs,
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
        brief=("route", "year", "mean", "p10", "p90", "basis"),
        brief_rows=_routes_now_and_later,
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
        brief=("need_group", "phase", "provision", "where_now", "stage", "waited", "children"),
        brief_rows=_most_waiting,
    ),
}
