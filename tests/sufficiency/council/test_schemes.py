"""Schemes: what is approved, when it can open, how it fills, and what is refused.

A base for six approved on 1 February 2025 opens on 1 September 2026: usual lead time 18 months, so
1 August 2026 at the earliest. January 2027 is its first.
"""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.contracts import Costs, Register, Schemes, checked, empty
from sufficiency.costs.table import costs_table
from sufficiency.council import scheme_places, scheme_rows
from sufficiency.places.periods import CENSUS_DAY

COSTS = costs_table(empty(Costs))


def by_year(table, column, scheme="S1"):
    return table[table["scheme"] == scheme].set_index("year")[column].to_dict()


def test_a_base_fills_year_by_year_from_the_first_january_after_it_opens(schemes):
    # 6, 10, blank (as before), 12; late by 12 months with a chance of 1 in 4.
    table = scheme_places(
        schemes({"fill_2": 10, "fill_4": 12, "slippage_probability": 0.25, "slippage_months": 12}),
        2025, 6, COSTS,
    )  # fmt: skip
    planned = {2025: 0, 2026: 0, 2027: 6, 2028: 10, 2029: 10, 2030: 12, 2031: 12}
    assert by_year(table, "planned_places") == planned
    assert by_year(table, "counted_places") == planned
    assert by_year(table, "likely_places") == {
        2025: 0, 2026: 0, 2027: 4.5, 2028: 9, 2029: 10, 2030: 11.5, 2031: 12,
    }  # fmt: skip
    row = table.iloc[0]
    assert (row["earliest_opening"], row["counted"], row["why_not"]) == ("2026-08-01", "yes", "")
    # 62,000 for each of the 12 places of a base, for want of a cost of its own.
    assert row["capital_cost"] == 744_000
    assert row["capital_source"].startswith("default: ")


def test_places_never_count_before_the_lead_time_from_approval(schemes):
    # Expansion, 30 months from 15 March 2025: 15 September 2027, so January 2028.
    table = scheme_places(
        schemes({"scheme_type": "expansion", "approval": "2025-03-15", "fill_2": 9}), 2025, 4, COSTS
    )
    assert by_year(table, "planned_places") == {2025: 0, 2026: 0, 2027: 6, 2028: 9, 2029: 9}
    assert by_year(table, "counted_places") == {2025: 0, 2026: 0, 2027: 0, 2028: 6, 2029: 9}
    assert by_year(table, "likely_places") == by_year(table, "counted_places")
    assert table["earliest_opening"].unique().tolist() == ["2027-09-15"]


def test_a_schemes_own_lead_time_comes_before_that_of_its_type(schemes):
    table = scheme_places(
        schemes({"scheme_type": "expansion", "approval": "2025-03-15", "lead_months": 17}),
        2025, 2, COSTS,
    )  # fmt: skip
    assert table["earliest_opening"].unique().tolist() == ["2026-08-15"]
    assert by_year(table, "counted_places")[2027] == 6


def test_without_a_day_of_approval_the_lead_time_runs_from_the_base_census(schemes):
    table = scheme_places(
        schemes({"scheme_type": "new_school", "stage": "idea", "approval": ""}), 2025, 6, COSTS
    )
    assert table["earliest_opening"].unique().tolist() == ["2029-07-01"]
    assert by_year(table, "likely_places") == {
        2025: 0, 2026: 0, 2027: 0, 2028: 0, 2029: 0, 2030: 6, 2031: 6,
    }  # fmt: skip


def test_a_scheme_in_build_or_open_opens_when_it_says(schemes):
    for stage, approval in (("in_build", ""), ("open", "2026-08-01")):
        table = scheme_places(schemes({"stage": stage, "approval": approval}), 2025, 2, COSTS)
        assert table["earliest_opening"].unique().tolist() == ["2026-09-01"]
        assert by_year(table, "counted_places")[2027] == 6


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"stage": "business_case"}, "it is not approved"),
        ({"capital_secured": "part"}, "its capital is secured in part"),
        ({"capital_secured": "no"}, "its capital is not secured"),
        ({"statutory_process": "consulting"}, "its statutory process is not decided"),
        (
            {"stage": "idea", "capital_secured": "no", "statutory_process": "not_started"},
            "it is not approved; its capital is not secured; its statutory process is not decided",
        ),
    ],
)
def test_unapproved_schemes_are_never_counted_in_unmitigated_places(schemes, change, why):
    given = schemes(change)
    table = scheme_places(given, 2025, 5, COSTS)
    assert set(table["counted_places"]) == {0}
    assert table["counted"].unique().tolist() == ["no"]
    assert table["why_not"].unique().tolist() == [why]
    assert by_year(table, "likely_places")[2028] == 6
    assert scheme_rows(given, empty(Register), 2025, 5).empty


def test_capital_is_the_schemes_own_and_not_known_where_no_price_applies(schemes):
    table = scheme_places(
        schemes(
            {"scheme": "own", "capital_cost": 900_000.0},
            {"scheme": "school", "provision": "special", "scheme_type": "new_school"},
        ),
        2025, 0, COSTS,
    ).set_index("scheme")  # fmt: skip
    assert table["capital_source"].to_dict() == {"own": "scheme", "school": "not known"}
    assert table["capital_cost"].dropna().to_dict() == {"own": 900_000}


def test_rows_of_an_approved_scheme_change_on_1_september_and_the_last_has_no_end(schemes, paper):
    rows = scheme_rows(
        schemes({"fill_2": 10, "fill_4": 12}), paper.register, paper.base_year, 10
    )  # fmt: skip
    told = rows[["commissioned_places", "effective_from", "effective_to"]]
    assert told.to_numpy().tolist() == [
        [6, "2026-09-01", "2027-08-31"],
        [10, "2027-09-01", "2029-08-31"],
        [12, "2029-09-01", ""],
    ]
    assert set(rows["change_status"]) == {"approved"}
    assert set(rows["assumed"]) == {"no"}
    assert set(rows["easting"]) == {400500.0}
    assert rows["physical_capacity"].isna().all()


def test_a_scheme_that_the_register_holds_is_not_added_again(schemes, paper):
    held = schemes({"in_register": "yes"})
    assert scheme_rows(held, paper.register, 2025, 10).empty
    assert by_year(scheme_places(held, 2025, 2, COSTS), "counted_places")[2027] == 6


def test_rows_that_start_after_the_last_january_are_left_out(schemes):
    given = schemes({"fill_2": 10})
    assert len(scheme_rows(given, empty(Register), 2025, 2)) == 1
    assert scheme_rows(given, empty(Register), 2025, 1).empty


FILL = st.lists(st.integers(0, 40), min_size=1, max_size=7)
DAYS = st.dates(pd.Timestamp("2024-01-01").date(), pd.Timestamp("2030-12-31").date())


@settings(deadline=None, max_examples=12)
@given(FILL, DAYS, DAYS, st.sampled_from(["expansion", "reuse", "satellite"]), st.floats(0, 1))
def test_rows_in_force_in_a_january_hold_the_counted_places(
    schemes, fill, opening, approval, kind, chance
):
    given = schemes(
        {
            **{f"fill_{n}": places for n, places in enumerate(fill, start=1)},
            "scheme_type": kind,
            "opening": opening.isoformat(),
            "approval": approval.isoformat(),
            "slippage_probability": chance,
            "slippage_months": 9,
        },
        {"scheme": "S2", "stage": "idea"},
    )
    table = scheme_places(given, 2025, 10, COSTS)
    rows = scheme_rows(given, empty(Register), 2025, 10)
    last = rows["effective_to"].where(rows["effective_to"] != "", "9999")
    for year in range(2025, 2036):
        day = f"{year}-{CENSUS_DAY}"
        open_then = rows[(rows["effective_from"] <= day) & (last >= day)]
        counted = table.loc[table["year"] == year, "counted_places"].sum()
        assert open_then["commissioned_places"].sum() == counted
        assert len(open_then) <= 1
        assert counted == 0 or day >= table["earliest_opening"].iloc[0]
    order = given.iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        scheme_places(checked(Schemes, order, "s"), 2025, 10, COSTS), table
    )


def test_every_scheme_refused_leaves_no_table_and_no_other_trouble(read, said):
    result = read(schemes=[{"locality": "Nowhere"}])
    assert [f.check for f in result.findings] == ["schemes_unknown_locality"]
    assert result.schemes.empty


def test_a_scheme_without_an_opening_blocks(read, said):
    result = read(schemes=[{"opening": ""}])
    found = said(result, "council_cell_blank")
    assert [(f.source, f.row, f.column) for f in found] == [("schemes.csv", 2, "opening")]
    assert result.schemes.empty


def test_an_approved_scheme_without_a_day_of_approval_is_warned_of(read, said):
    assert said(read(schemes=[{"approval": ""}]), "schemes_approved_without_day")


def test_an_opening_before_the_lead_time_allows_is_warned_of(read, said):
    result = read(schemes=[{"approval": "2025-06-01"}])
    found = said(result, "schemes_open_before_lead_time")
    assert [(f.row, f.severity) for f in found] == [(2, "warns")]
    assert "2026-12-01" in found[0].message
    assert not said(read(schemes=[{}]), "schemes_open_before_lead_time")


def test_a_falling_fill_and_one_of_nothing_are_warned_of(read, said):
    result = read(
        schemes=[{"scheme": "A", "fill_2": "", "fill_3": "4"}, {"scheme": "B", "fill_1": "0"}]
    )
    assert [f.row for f in said(result, "schemes_fill_falls")] == [2]
    assert [f.row for f in said(result, "schemes_without_places")] == [3]


def test_more_places_than_the_building_supports_are_warned_of(read, said):
    # Ash's base: 8 physical, 7 commissioned. Re-use adds to the 7; a new base stands alone.
    rows = [
        {"scheme": "A", "scheme_type": "reuse", "fill_1": "2"},
        {"scheme": "B", "scheme_type": "reuse", "fill_1": "1"},
        {"scheme": "C", "fill_1": "9"},
        {"scheme": "D", "fill_1": "8"},
    ]
    assert [f.row for f in said(read(schemes=rows), "schemes_fill_above_physical")] == [2, 4]


def test_a_scheme_on_the_register_is_told_that_its_own_row_counts(read, said):
    result = read(schemes=[{**ELM, "approval": "2026-01-01"}])
    found = said(result, "schemes_open_before_lead_time")
    assert "2027-01-01 at the earliest, while places.csv counts" in found[0].message


ELM = {"urn": "100002", "provision": "special", "needs": "SEMH", "ncy_from": "7", "ncy_to": "11",
       "scheme_type": "modular", "in_register": "yes", "opening": "2026-09-01"}  # fmt: skip


def test_a_scheme_said_to_be_on_the_register_must_have_its_row_there(read, said):
    rows = [{"scheme": "A", "in_register": "yes"}, {"scheme": "B", **ELM}]
    found = said(read(schemes=rows), "schemes_no_such_register_row")
    assert [(f.row, f.severity) for f in found] == [(2, "blocks")]


def test_an_unapproved_scheme_that_the_register_would_count_blocks(read, said):
    result = read(schemes=[{**ELM, "stage": "feasibility"}])
    assert [f.row for f in said(result, "schemes_counted_before_approval")] == [2]
    both = [{"scheme": "A", **ELM}, {"scheme": "B", **ELM, "capital_secured": "no"}]
    result = read(schemes=both)
    assert not said(result, "schemes_counted_before_approval")
    assert [f.row for f in said(result, "schemes_perhaps_counted_before_approval")] == [3]


def test_a_scheme_beside_a_planned_row_of_its_place_may_be_counted_twice(read, said):
    rows = [{"scheme": "A", **ELM, "in_register": "no"}, {"scheme": "B"}]
    found = said(read(schemes=rows), "schemes_perhaps_counted_twice")
    assert [(f.row, f.severity) for f in found] == [(2, "warns")]


def test_an_open_scheme_belongs_on_the_register(read, said):
    assert said(read(schemes=[{"stage": "open"}]), "schemes_open_not_on_register")


def test_a_blank_locality_is_the_schools_and_an_unknown_one_blocks(read, said):
    result = read(
        schemes=[
            {"scheme": "A"},
            {"scheme": "B", "urn": "NEW1"},
            {"scheme": "C", "locality": "Nowhere"},
        ]
    )
    assert result.schemes.set_index("scheme")["locality"].to_dict() == {
        "A": "North", "B": "outside",
    }  # fmt: skip
    assert [f.row for f in said(result, "schemes_locality_blank")] == [3]
    assert [f.row for f in said(result, "schemes_unknown_locality")] == [4]


def test_two_schemes_of_one_name_and_year_groups_reversed_block(read, said):
    result = read(schemes=[{}, {}, {"scheme": "B", "ncy_from": "9"}])
    assert [f.row for f in said(result, "schemes_row_repeated")] == [2, 3]
    assert [f.row for f in said(result, "schemes_year_groups_reversed")] == [4]


def test_slippage_half_given_is_warned_of(read, said):
    assert said(read(schemes=[{"slippage_probability": "0.2"}]), "schemes_slippage_half_given")
