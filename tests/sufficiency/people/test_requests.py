"""Requests: stages, clocks, months."""

from typing import Any

import pandas as pd
import pytest

from sufficiency.people.requests import backlog_years, request_rows, requests, requests_by_month

KEY = b"k" * 32


def asked(build, *, born="2020-03-01", upn="A", **fields) -> str:
    who = build.person(upn, born)
    return build.add("requests", who, **fields)


def table(*builds) -> Any:
    return requests(request_rows([build.built() for build in builds]), KEY)


def months_of(build) -> Any:
    return requests_by_month(request_rows([build.built()])).set_index("month")


def only(build) -> Any:
    rows = table(build)
    assert len(rows) == 1
    return rows.iloc[0]


def assessed(build, request, outcome="Y", start="", **fields) -> str:
    own = build.add("assessment", request, assessmentoutcome=outcome, **fields)
    if start:
        build.add("namedplan", own, startdate=start)
    return own


def test_clocks_run_from_the_day_received(small):
    build = small(2025)
    request = asked(
        build,
        receiveddate="2024-02-01",
        requestoutcome="Y",
        requestoutcomedate="2024-03-07",
        requestsource=2,
    )
    assessed(build, request, start="2024-06-20", week20=False)
    row = only(build)
    expected = {
        "year": 2025,
        "received": "2024-02",
        "request_source": "2",
        "request_outcome": "Y",
        "assessment_outcome": "Y",
        "plan_issued": "2024-06",
        "weeks_to_decision": 5.0,
        "weeks_to_plan": 20.0,
        "exceptions": "no",
        "pending": "",
        "age": 3,
    }
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("outcome", "assessment", "start", "pending"),
    [
        ("A", None, "", "decision"),
        ("", None, "", "decision"),
        ("X", None, "", "decision"),
        ("N", None, "", ""),
        ("W", None, "", ""),
        ("H", None, "", ""),
        ("Y", None, "", "assessment"),
        ("Y", "A", "", "assessment"),
        ("Y", "", "", "assessment"),
        ("H", "A", "", "assessment"),
        ("Y", "N", "", ""),
        ("Y", "W", "", ""),
        ("Y", "Y", "", "plan"),
        ("Y", "Y", "2024-06-20", ""),
        ("W", "Y", "", "plan"),
    ],
)
def test_a_request_waits_for_what_its_latest_stage_lacks(
    small, outcome, assessment, start, pending
):
    build = small(2025)
    request = asked(build, receiveddate="2024-02-01", requestoutcome=outcome)
    if assessment is not None:
        assessed(build, request, assessment, start)
    assert only(build)["pending"] == pending


def test_an_exported_request_and_one_with_an_active_plan_wait_for_nothing(small):
    build = small(2025)
    asked(build, receiveddate="2024-02-01", requestoutcome="A", exported="1")
    active = asked(build, upn="B", receiveddate="2024-02-01", requestoutcome="A")
    build.add("activeplans", active)
    assert table(build)["pending"].tolist() == ["", ""]


@pytest.mark.parametrize(
    ("received", "decided", "start"),
    [
        (None, "2024-03-07", "2024-06-20"),
        ("2024-02-01", None, ""),
        ("2024-07-01", "2024-03-07", "2024-06-20"),
    ],
)
def test_a_clock_without_a_date_or_that_runs_backwards_is_missing(small, received, decided, start):
    build = small(2025)
    request = asked(build, receiveddate=received, requestoutcome="Y", requestoutcomedate=decided)
    assessed(build, request, start=start)
    row = only(build)
    assert pd.isna(row["weeks_to_decision"])
    assert pd.isna(row["weeks_to_plan"])


def test_requests_whose_assessment_too_is_historical_have_no_clock_to_the_plan(small):
    build = small(2025)
    build.plan("A")
    row = only(build)
    assert (row["request_outcome"], row["plan_issued"]) == ("H", "2021-05")
    assert pd.isna(row["weeks_to_plan"])


@pytest.mark.parametrize(
    ("born", "received", "age"),
    [
        ("2020-08-31", "2024-08-30", 3),
        ("2020-08-31", "2024-09-01", 4),
        ("2020-09-01", "2024-09-01", 3),
        (None, "2024-09-01", None),
        ("2020-09-01", None, None),
    ],
)
def test_age_is_at_the_31_august_before_the_request(small, born, received, age):
    build = small(2025)
    asked(build, born=born, receiveddate=received, requestoutcome="A")
    found = only(build)["age"]
    assert pd.isna(found) if age is None else found == age


def test_request_ids_are_unique_and_do_not_hang_on_table_ids(small):
    first, second = small(2025), small(2025)
    for build, ids in ((first, "xy"), (second, "yx")):
        who = build.person("A")
        for own, outcome in zip(ids, ("N", "A"), strict=True):
            build.add("requests", who, own, receiveddate="2024-02-01", requestoutcome=outcome)
    one, other = table(first), table(second)
    pd.testing.assert_frame_equal(one, other)
    both = table(first, small(2024))
    assert both["request_id"].is_unique


def test_months_count_each_request_and_plan_once_in_the_year_that_the_return_covers(small):
    build = small(2025)
    asked(build, upn="A", receiveddate="2024-02-01", requestoutcome="N")
    asked(build, upn="B", receiveddate="2024-02-09", requestoutcome="A")
    late = asked(build, upn="C", receiveddate="2024-02-09", requestoutcome="Y")
    assessed(build, late, start="2024-12-20", week20=False)
    soon = asked(build, upn="D", receiveddate="2024-08-02", requestoutcome="Y")
    assessed(build, soon, start="2024-12-20", week20=False)
    excepted = asked(build, upn="E", receiveddate="2023-11-01", requestoutcome="Y")
    assessed(build, excepted, start="2024-12-31", week20=True)
    unsaid = asked(build, upn="F", receiveddate="2024-11-01", requestoutcome="Y")
    assessed(build, unsaid, start="2024-12-31")
    asked(build, upn="G", receiveddate="2025-01-10", requestoutcome="A")
    build.plan("H", start="2024-05-01", active={"transferla": "998"})
    build.plan("I", start="2024-05-01")
    months = months_of(build)
    assert months.index.tolist() == [f"2024-{m:02d}" for m in range(1, 13)]
    assert months.loc["2024-02"].tolist() == [3, 1, 1, 1, 0, 0, 0, 0]
    assert months.loc["2024-12"].tolist() == [0, 0, 0, 0, 4, 2, 2, 1]
    assert months["received"].sum() == 5
    assert months["plans_issued"].sum() == 4


def test_a_late_plan_of_a_request_of_the_year_before_counts_against_the_20_weeks(small):
    build = small(2025)
    for upn, received, outcome, start in (
        ("A", "2023-06-01", "H", "2024-03-01"),
        ("B", "2023-10-01", "H", "2024-01-20"),
        ("C", "2024-02-01", "Y", "2024-06-01"),
    ):
        request = asked(build, upn=upn, receiveddate=received, requestoutcome=outcome)
        assessed(build, request, start=start, week20=False)
    months = months_of(build)
    assert months["counted_for_20_weeks"].sum() == 3
    assert months["within_20_weeks_counted"].sum() == 2
    assert table(build)["weeks_to_plan"].notna().all()


def test_twenty_weeks_are_140_days(small):
    build = small(2025)
    for upn, start in (("A", "2024-06-20"), ("B", "2024-06-21")):
        request = asked(build, upn=upn, receiveddate="2024-02-01", requestoutcome="Y")
        assessed(build, request, start=start, week20=False)
    months = months_of(build)
    assert months.at["2024-06", "within_20_weeks"] == 1


def shares(**by_year: tuple[int, int]) -> pd.DataFrame:
    rows = [(f"{name[1:]}-06", *pair) for name, pair in by_year.items()]
    columns = ["month", "within_20_weeks_counted", "counted_for_20_weeks"]
    return pd.DataFrame(rows, columns=columns)


def test_a_year_far_below_its_neighbours_is_named_by_the_january_that_follows():
    assert backlog_years(shares(y2022=(60, 100), y2023=(5, 100), y2024=(78, 100))) == [2024]
    assert backlog_years(shares(y2022=(60, 100), y2023=(40, 100), y2024=(60, 100))) == []
    assert backlog_years(shares(y2022=(60, 100), y2023=(0, 19), y2024=(60, 100))) == []
    assert backlog_years(shares(y2022=(60, 100))) == []


def test_no_returns_give_empty_tables():
    rows = request_rows([])
    assert requests(rows, KEY).empty
    assert requests_by_month(rows).empty
