"""Checks of placements: there is one, one is main, its dates and codes hold."""

import pandas as pd

from sufficiency.quality.evidence import Evidence, known_codes

MODULE = "placementdetail"
RANKS = ["1", "2"]
RESIDENTIAL = ["A", "B"]
WORK_PLACEMENTS = ["A", "T", "S"]
SCHOOL_AGE_ENDS, EARLY_YEARS_END = 16, 6


def _without_placement(seen: Evidence) -> pd.Series:
    placed = seen.any_below("activeplans", seen.parent(MODULE))
    return seen.active & ~placed


def no_placement_transferred_in(seen: Evidence) -> pd.DataFrame:
    """Return active plans that transferred in and have no placement row."""
    wrong = _without_placement(seen) & seen.filled("activeplans", "transferla")
    return seen.failing("activeplans", wrong, "activeplanstableid")


def no_placement(seen: Evidence) -> pd.DataFrame:
    """Return active plans that did not transfer in and have no placement row."""
    wrong = _without_placement(seen) & ~seen.filled("activeplans", "transferla")
    return seen.failing("activeplans", wrong, "activeplanstableid")


def no_placement_on_census_day(seen: Evidence) -> pd.DataFrame:
    """Return the first placement row of each active plan that has rows, none active on the day."""
    plan = seen.parent(MODULE)
    of_active = seen.lift(seen.active, plan).fillna(False).astype(bool)
    placed_plans = plan[seen.placed].dropna().unique()
    wrong = of_active & ~plan.isin(placed_plans) & ~plan.duplicated()
    return seen.failing(MODULE, wrong, "entrydate")


def _main(seen: Evidence) -> pd.Series:
    first = (seen.number(MODULE, "placementrank") == 1).fillna(False).astype(bool)
    return seen.placed & first & ~seen.repeated(MODULE)


def two_main_placements(seen: Evidence) -> pd.DataFrame:
    """Return each main placement on census day beyond a plan's first."""
    main = _main(seen)
    again = seen.parent(MODULE)[main].duplicated().reindex(main.index, fill_value=False)
    return seen.failing(MODULE, again, "placementrank")


def no_main_placement(seen: Evidence) -> pd.DataFrame:
    """Return the first placement on census day of each plan that has none of rank 1."""
    plan = seen.parent(MODULE)
    with_main = plan[_main(seen)].unique()
    first = ~plan[seen.placed].duplicated().reindex(plan.index, fill_value=True)
    return seen.failing(MODULE, seen.placed & first & ~plan.isin(with_main), "placementrank")


def placement_without_setting(seen: Evidence) -> pd.DataFrame:
    """Return placements on census day that say nothing of where."""
    told = seen.filled(MODULE, "urn") | seen.filled(MODULE, "ukprn")
    wrong = seen.placed & ~told & ~seen.filled(MODULE, "sensetting")
    return seen.failing(MODULE, wrong, "urn")


def unknown_setting(seen: Evidence) -> pd.DataFrame:
    """Return placements whose setting code is filled and not known."""
    setting = seen.text(MODULE, "sensetting")
    known = setting.isin(["", *known_codes(MODULE, "sensetting")])
    return seen.failing(MODULE, ~known, "sensetting")


def urn_and_setting(seen: Evidence) -> pd.DataFrame:
    """Return placements with both an establishment and a setting code."""
    told = seen.filled(MODULE, "urn") | seen.filled(MODULE, "ukprn")
    return seen.failing(MODULE, told & seen.filled(MODULE, "sensetting"), "sensetting")


def unknown_placement_rank(seen: Evidence) -> pd.DataFrame:
    """Return placements whose rank is filled and not 1 or 2."""
    rank = seen.text(MODULE, "placementrank")
    return seen.failing(MODULE, ~rank.isin(["", *RANKS]), "placementrank")


def young_not_in_education(seen: Evidence) -> pd.DataFrame:
    """Return placements on census day as NEET of children under 16."""
    neet = seen.text(MODULE, "sensetting") == "NEET"
    young = (seen.placement_age < SCHOOL_AGE_ENDS).fillna(False)
    return seen.failing(MODULE, seen.placed & neet & young, "sensetting")


def old_in_early_years(seen: Evidence) -> pd.DataFrame:
    """Return placements on census day in early years of children of 6 or over."""
    early = seen.text(MODULE, "sensetting") == "EYP"
    old = (seen.placement_age >= EARLY_YEARS_END).fillna(False)
    return seen.failing(MODULE, seen.placed & early & old, "sensetting")


def left_before_entry(seen: Evidence) -> pd.DataFrame:
    """Return placements that end before they begin."""
    wrong = seen.date(MODULE, "leavingdate") < seen.date(MODULE, "entrydate")
    return seen.failing(MODULE, wrong, "leavingdate")


def unknown_residential(seen: Evidence) -> pd.DataFrame:
    """Return placements, active plans and named plans whose residential code is not known."""
    return _not_among(seen, RESIDENTIAL, "res", "planres")


def unknown_work_placement(seen: Evidence) -> pd.DataFrame:
    """Return placements, active plans and named plans whose work placement code is not known."""
    return _not_among(seen, WORK_PLACEMENTS, "wbp", "planwbp")


def _not_among(seen: Evidence, known: list[str], column: str, in_plan: str) -> pd.DataFrame:
    codes = {
        MODULE: seen.text(MODULE, column),
        "activeplans": seen.text("activeplans", column),
        "namedplan": seen.text("namedplan", in_plan),
    }
    wrong = {module: ~code.isin(["", *known]) for module, code in codes.items()}
    # Before specification 1.2 a reader gives the plan's code to its placements: count it once.
    of_plan = seen.lift(codes["activeplans"], seen.parent(MODULE))
    wrong[MODULE] &= codes[MODULE] != of_plan
    columns = {MODULE: column, "activeplans": column, "namedplan": in_plan}
    return pd.concat([seen.failing(m, wrong[m], columns[m]) for m in columns])


CHECKS = (
    no_placement_transferred_in,
    no_placement,
    no_placement_on_census_day,
    two_main_placements,
    no_main_placement,
    placement_without_setting,
    unknown_setting,
    urn_and_setting,
    unknown_placement_rank,
    young_not_in_education,
    old_in_early_years,
    left_before_entry,
    unknown_residential,
    unknown_work_placement,
)
