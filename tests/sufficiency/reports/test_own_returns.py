"""What a report says of the council's own returns."""

import pandas as pd

from sufficiency.contracts import TABLES, empty
from sufficiency.reports.own_returns import returns_tables


def flows() -> pd.DataFrame:
    rows = [
        (2025, "joiner", "new_plan", 30.0),
        (2025, "joiner", "transfer_in", 4.0),
        (2025, "leaver", "transferred_out", 3.0),
        (2025, "leaver", "max_age", 7.0),
        (2025, "mover", "", 5.0),
        (2025, "residual", "stock change less the return's new and ceased plans", -2.0),
    ]
    return pd.DataFrame(rows, columns=["year", "flow", "reason", "value"])


def test_without_returns_there_is_nothing_to_say() -> None:
    names = ("past_plans", "plan_flows", "requests_by_month", "quality_checks", "bases")
    assert returns_tables({name: empty(TABLES[name]) for name in names}) == {}


def test_a_year_shows_its_joiners_leavers_movers_and_what_they_leave_unexplained() -> None:
    held = pd.DataFrame({"year": [2024] * 100 + [2025] * 124})
    shown = returns_tables({"past_plans": held, "plan_flows": flows()})["Year by year"]
    assert shown.text() == [
        ["January 2025 (2024/25)", "124", "34", "4", "10", "3", "5", "0", "\u22122"]
    ]


def test_the_20_week_share_leaves_out_those_with_exceptions_and_years_without_plans() -> None:
    months = pd.DataFrame(
        {
            "month": ["2023-11", "2024-01", "2024-02"],
            "received": [3, 5, 6],
            "agreed": [2, 3, 4],
            "refused": [1, 1, 1],
            "pending": [0, 1, 1],
            "plans_issued": [0, 4, 6],
            "within_20_weeks": [0, 2, 3],
            "counted_for_20_weeks": [0, 3, 5],
            "within_20_weeks_counted": [0, 2, 2],
        }
    )
    shown = returns_tables({"requests_by_month": months})["Requests"]
    assert shown.text() == [
        ["2023", "3", "1", "0", "0", "does not apply"],
        ["2024", "11", "2", "2", "10", "50%"],
    ]


def test_checks_that_passed_or_only_inform_are_not_listed() -> None:
    columns = [
        "year",
        "source",
        "check",
        "title",
        "severity",
        "count",
        "share",
        "assumed",
        "action",
    ]
    rows = [
        (2025, "SEN2 return", "a", "First", "informs", 4, 0.1, "", "Look."),
        (2025, "SEN2 return", "b", "Second", "blocks", 1, None, "", "Mend."),
        (2025, "SEN2 return", "c", "Third", "blocks", 0, 0.0, "", "Mend."),
    ]
    table = pd.DataFrame(rows, columns=columns)
    shown = returns_tables({"quality_checks": table})["Return checks"]
    assert list(shown.frame["What was found"]) == ["Second"]
    assert list(shown.frame["January"]) == ["2025"]  # a year is a name here, never summed
    assert "3 checks" in shown.note


def test_adulthood_shows_the_newest_january_by_age() -> None:
    rows = [
        (2024, "pathway", "apprenticeship", 17, 9),
        (2025, "pathway", "apprenticeship", 17, 2),
        (2025, "pathway", "apprenticeship", 20, 3),
        (2025, "destination", "max_age", 25, 4),
    ]
    table = pd.DataFrame(rows, columns=["year", "kind", "key", "age", "plans"])
    shown = returns_tables({"adulthood": table})["Preparing for adulthood"]
    assert shown.text() == [
        ["At the census", "apprenticeship", "2", "3"],
        ["Plan ceased in the year before", "max age", "0", "4"],
    ]
