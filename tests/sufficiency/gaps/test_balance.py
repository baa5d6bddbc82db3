"""The authority's balance: three lines of shortage, worked path by path."""

import pandas as pd
import pytest

from sufficiency.gaps.balance import provision_balance
from sufficiency.gaps.offer import ASSUMED, NO_ROW
from sufficiency.gaps.table import gap_table

LINES = ["shortage_total", "shortage_elsewhere", "shortage_unmet"]


def row_of(table, provision, year=2026, view="placements"):
    return table.set_index(["view", "provision", "year"]).loc[(view, provision, year)]


def test_the_three_lines_as_worked_by_hand(paths, places_of, confirmed):
    row = row_of(provision_balance(paths, places_of(*confirmed)), "special")

    # Autism gaps -1, 0, 1, 4 and severe gaps 1, 0, 0, -1: shortages 1, 0, 1, 4 with 1, 0, 0, 1
    # free places in the other cell.
    assert row[LINES].tolist() == pytest.approx([6 / 4, (1 + 0 + 0 + 1) / 4, (0 + 0 + 1 + 3) / 4])
    assert (row["register_places"], row["net_export"], row["without_plan"]) == (15, -2, -1)
    # Demand 12, 12, 13, 15.
    assert [row[c] for c in ("demand_mean", "demand_p10", "demand_p90")] == pytest.approx(
        [13, 12, 14.4]
    )
    assert row["gap_reason"] == ""


def test_the_total_is_the_sum_of_expected_shortages_in_the_gap_table(paths, places_of, confirmed):
    places = places_of(*confirmed)
    gap = gap_table(paths, places, "person", 0.5)
    cells = gap[gap["locality"] == "ALL"].groupby(["view", "provision", "year"])

    balance = provision_balance(paths, places).set_index(["view", "provision", "year"])

    total = balance["shortage_total"].dropna()
    expected = cells["expected_shortage"].sum()
    assert len(total) == 8
    assert total.to_dict() == pytest.approx(expected.loc[total.index].to_dict())
    parts = balance["shortage_elsewhere"] + balance["shortage_unmet"]
    assert parts.dropna().to_dict() == pytest.approx(total.to_dict())


def test_one_assumed_row_leaves_the_provision_without_shortage_lines(paths, places_of, confirmed):
    first, *rest = confirmed

    row = row_of(provision_balance(paths, places_of(first | {"assumed": "yes"}, *rest)), "special")

    assert row["gap_reason"] == ASSUMED
    assert row[LINES].isna().all()
    assert row["register_places"] == 15


def test_a_provision_without_a_register_row_has_no_places_and_unused_ones_are_left_out(
    paths, places_of, confirmed
):
    rows = [row for row in confirmed if row.get("provision") != "sen_unit"]

    table = provision_balance(paths, places_of(*rows))

    row = row_of(table, "sen_unit")
    assert row["gap_reason"] == NO_ROW
    assert row["register_places"] is pd.NA
    assert row["demand_mean"] == 4
    assert set(table["provision"]) == {"special", "sen_unit"}
