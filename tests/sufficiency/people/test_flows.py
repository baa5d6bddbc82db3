"""Joiners, leavers and movers, and what they leave unexplained."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sufficiency.people.flows import plan_flows
from sufficiency.people.identity import identify
from sufficiency.people.position import positions

KEY = b"k" * 32


def flows_of(builds, reference) -> Any:
    returns = [build.built() for build in builds]
    held = {ret.year: positions(ret, reference) for ret in returns}
    who, _ = identify(held, KEY)
    rows = pd.concat(held.values(), ignore_index=True)
    return plan_flows(rows.merge(who, on=["year", "persontableid"]), returns)


def only(flows: pd.DataFrame, flow: str) -> dict:
    rows = flows[flows["flow"] == flow]
    assert len(rows) == 1
    return rows.iloc[0].drop(["year", "flow", "source"]).to_dict()


def test_a_stayer_a_mover_and_a_need_change_are_told_apart(small, reference):
    first, second = small(2024), small(2025)
    for upn in ("A", "B", "C", "D"):
        first.plan(upn, need="ASD")
    second.plan("A", need="ASD")
    second.plan("B", need="SEMH")
    second.plan("C", need="ASD", place={"urn": "100003"})
    second.plan("D", need="SEMH", place={"urn": "100003"})
    flows = flows_of([first, second], reference)
    told = flows[flows["flow"] != "residual"][
        ["flow", "age", "need", "setting", "to_need", "to_setting", "value"]
    ]
    assert told.to_numpy().tolist() == [
        ["mover", 10, "ASD", "MSLA", "", "SPLA", 1.0],
        ["mover", 10, "ASD", "MSLA", "SEMH", "SPLA", 1.0],
        ["need_change", 10, "ASD", "MSLA", "SEMH", "", 1.0],
        ["stayer", 10, "ASD", "MSLA", "", "", 1.0],
    ]
    assert set(flows["source"]) == {"linked", "computed"}


@pytest.mark.parametrize(
    ("start", "transfer", "reason"),
    [
        ("2024-01-19", "", "new_plan"),
        ("2024-01-18", "", "not_explained"),
        (None, "", "not_explained"),
        ("2024-06-01", "998", "transfer_in"),
        ("2019-06-01", "XX", "transfer_in"),
    ],
)
def test_a_joiner_is_new_after_the_january_before_or_came_from_elsewhere(
    small, reference, start, transfer, reason
):
    second = small(2025)
    second.plan("A", start=start, active={"transferla": transfer}, need="MLD")
    row = only(flows_of([small(2024), second], reference), "joiner")
    assert row == {
        "age": 10,
        "need": "MLD",
        "setting": "MSLA",
        "to_need": "",
        "to_setting": "",
        "reason": reason,
        "value": 1.0,
    }


@pytest.mark.parametrize(
    ("cease", "number", "reason"),
    [
        ("2024-07-31", 1, "max_age"),
        ("2024-07-31", 2, "needs_met"),
        ("2024-07-31", 3, "higher_education"),
        ("2024-07-31", 4, "employed"),
        ("2024-07-31", 5, "transferred_out"),
        ("2024-07-31", 6, "no_engagement"),
        ("2024-07-31", 7, "left_england"),
        ("2024-07-31", 8, "deceased"),
        ("2024-07-31", 9, "other"),
        ("2024-07-31", None, "not_explained"),
        ("2024-07-31", 10, "not_explained"),
    ],
)
def test_a_leaver_has_the_reason_that_the_later_return_gives(
    small, reference, cease, number, reason
):
    first, second = small(2024), small(2025)
    first.plan("A")
    second.plan("A", ceasedate=cease, ceasereason=number)
    row = only(flows_of([first, second], reference), "leaver")
    assert (row["reason"], row["age"]) == (reason, 10)


def test_a_leaver_of_whom_the_later_return_says_nothing_is_not_explained(small, reference):
    first = small(2024)
    first.plan("A")
    row = only(flows_of([first, small(2025)], reference), "leaver")
    assert row["reason"] == "not_explained"


def test_a_leaver_without_upn_is_found_by_name_birth_date_and_postcode(small, reference):
    first, second = small(2024), small(2025)
    first.plan("", person={"surname": "DemoX"})
    second.plan("", person={"surname": "demox "}, ceasedate="2024-07-31", ceasereason=5)
    second.plan("B", ceasedate="2024-07-31", ceasereason=8)
    row = only(flows_of([first, second], reference), "leaver")
    assert row["reason"] == "transferred_out"


def test_the_residual_is_the_change_less_what_the_return_says(small, reference):
    # 2024 holds A and B. 2025 holds A, new N, transferred T, unexplained U: 4 - 2 = 2.
    # The return says: 1 new, 1 transferred in, B ceased: 1. The residual is 1. A's plan started
    # afresh in the year, under an old assessment: nothing new.
    first, second = small(2024), small(2025)
    first.plan("A", start="2019-01-01")
    first.plan("B", start="2019-01-01")
    second.plan("A", start="2024-05-01")
    second.plan("B", start="2019-01-01", ceasedate="2024-07-31", ceasereason=5)
    second.plan("N", start="2024-06-01")
    second.rows["assessment"][-1]["assessmentoutcome"] = "Y"
    second.plan("T", start="2024-06-01", active={"transferla": "998"})
    second.plan("U", start="2020-06-01")
    row = only(flows_of([first, second], reference), "residual")
    assert (row["value"], row["need"], row["setting"]) == (1.0, "ALL", "ALL")
    assert row["reason"] == "stock change less the return's new and ceased plans"


def test_years_apart_have_no_flows(small, reference):
    first, second = small(2023), small(2025)
    first.plan("A")
    second.plan("A")
    assert flows_of([first, second], reference).empty


people = st.dictionaries(
    st.integers(0, 12),
    st.tuples(st.sampled_from(["ASD", "SEMH"]), st.sampled_from(["MSLA", "SPLA", "UNK"])),
    max_size=10,
)


@settings(
    deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(people, min_size=2, max_size=3))
def test_stock_plus_joiners_less_leavers_is_the_next_stock(small, years):
    rows = [
        {"year": 2023 + number, "plan_id": str(who), "need": need, "setting": setting, "age": 9}
        for number, stock in enumerate(years)
        for who, (need, setting) in stock.items()
    ]
    held = pd.DataFrame(rows, columns=["year", "plan_id", "need", "setting", "age"])
    held = held.astype({"plan_id": "str", "need": "str", "setting": "str", "age": "int32"})
    held[["upn", "uln", "name_key", "postcode", "transfer_la"]] = ""
    held[["birth_date", "plan_start_date"]] = pd.NaT
    held = held.astype({name: "datetime64[us]" for name in ("birth_date", "plan_start_date")})
    held = held.astype({n: "str" for n in ("upn", "uln", "name_key", "postcode", "transfer_la")})
    flows = plan_flows(held, [small(2023 + number).built() for number in range(len(years))])
    sums = flows.groupby(["year", "flow"])["value"].sum()
    for number in range(1, len(years)):
        at = {flow: sums.get((2023 + number, flow), 0.0) for flow in flows["flow"].unique()}
        stayed = sum(at.get(flow, 0) for flow in ("stayer", "mover", "need_change"))
        assert len(years[number - 1]) == stayed + at.get("leaver", 0)
        assert len(years[number]) == stayed + at.get("joiner", 0)
        assert at["residual"] == len(years[number]) - len(years[number - 1])
