"""The whole person-level route on a few people."""

import pandas as pd

from sufficiency.people.route import person_tables

KEY = b"k" * 32
PERSONAL = ["upn", "uln", "name_key", "birth_date", "postcode", "surname", "forename"]
TABLES = ["past_plans", "plan_flows", "links", "requests", "requests_by_month", "adulthood"]


def three_years(small):
    builds = [small(year) for year in (2023, 2024, 2025)]
    for number, build in enumerate(builds):
        for who in range(number, number + 6):
            build.plan(
                f"U{who}",
                born=f"20{6 + who:02d}-03-01",
                start=f"{2015 + who}-06-01",
                need="ASD" if who % 2 else "SEMH",
            )
        build.plan("", born=None, person={"surname": "DemoNoDate"})
    return [build.built() for build in builds]


def test_stocks_flows_and_links_agree(small, reference):
    tables = person_tables(three_years(small), reference, KEY)
    past = tables.past_plans
    assert past.groupby("year").size().to_dict() == {2023: 6, 2024: 6, 2025: 6}
    assert past["plan_id"].nunique() == 8
    flows = tables.plan_flows.groupby("flow")["value"].sum()
    assert (flows["joiner"], flows["leaver"], flows["stayer"]) == (2.0, 2.0, 10.0)
    assert tables.links.loc[tables.links["method"] == "upn", "plans"].tolist() == [5, 5]
    no_date = tables.left_out[tables.left_out["reason"] == "no_birth_date"]
    assert no_date["people"].tolist() == [1, 1, 1]
    assert list(tables.positions) == [2023, 2024, 2025]
    assert tables.positions[2025]["plan_id"].is_unique


def test_another_key_or_another_order_of_returns_changes_only_the_names(small, reference):
    one = person_tables(three_years(small), reference, KEY)
    other = person_tables(three_years(small)[::-1], reference, b"q" * 32)
    for name in TABLES:
        ours, theirs = getattr(one, name), getattr(other, name)
        hidden = [c for c in ("plan_id", "request_id") if c in ours]
        pd.testing.assert_frame_equal(ours.drop(columns=hidden), theirs.drop(columns=hidden))
    assert not one.past_plans["plan_id"].isin(other.past_plans["plan_id"]).any()


def test_no_table_that_leaves_holds_what_names_a_person(small, reference):
    tables = person_tables(three_years(small), reference, KEY)
    for name in TABLES:
        table = getattr(tables, name)
        assert not set(PERSONAL) & set(table.columns)
        text = table.to_csv()
        assert "DEMO" not in text.upper()
        assert "ZZ1" not in text
        assert "U3" not in text
    assert "DEMO" not in repr(tables).upper()


def test_no_returns_give_empty_tables(reference):
    tables = person_tables([], reference, KEY)
    assert all(getattr(tables, name).empty for name in TABLES)
    assert tables.left_out.empty
    assert tables.positions == {}


def test_a_return_with_nobody_in_it_is_no_error(small, reference):
    tables = person_tables([small(2024).built(), small(2025).built()], reference, KEY)
    assert tables.past_plans.empty
    assert tables.plan_flows["value"].tolist() == [0.0]
