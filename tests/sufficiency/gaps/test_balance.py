"""The authority's balance: three lines of shortage, worked path by path."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.gaps.balance import provision_balance
from sufficiency.gaps.offer import ASSUMED, NO_PHASE, NO_ROW
from sufficiency.gaps.table import gap_table

LINES = ["shortage_total", "shortage_elsewhere", "shortage_unmet"]
BAND = ["shortage_p10", "shortage_p90"]
NET: dict[str, Any] = {"urn": "", "name": "net", "locality": "outside", "kind": "net_export"}
NET["capacity_basis"] = "net_export"
SEVERE = {"need_group": "COMPLEX", "phase": "primary"}
EXPORTS = NET | {"name": "exports", "kind": "exports", "capacity_basis": "exports"}
# Autism: 9 places in North, 2 in South. Severe: 3 in North.
LOPSIDED: list[dict[str, Any]] = [
    {"places": 9},
    {"places": 2, "urn": "2", "name": "Dale", "locality": "South"},
    {"places": 3, **SEVERE},
    {"places": 0, **EXPORTS},
]


def row_of(table, provision, year=2026, view="placements"):
    return table.set_index(["view", "provision", "year"]).loc[(view, provision, year)]


def test_the_three_lines_are_about_locality_as_worked_by_hand(paths, places_of):
    row = row_of(provision_balance(paths, places_of(*LOPSIDED), "person"), "special")

    # Autism in North 5, 5, 6, 8 of 9: none short. In South 3, 4, 4, 5 of 2: 1, 2, 2, 3 short.
    # Pooled 8, 9, 10, 13 of 11: 0, 0, 0, 2 short; so 1, 2, 2, 1 could be met elsewhere.
    # Severe 4, 3, 3, 2 of 3: 1, 0, 0, 0 short, in North and pooled.
    assert row[LINES].tolist() == pytest.approx([9 / 4, 6 / 4, 3 / 4])
    # Sums in a path: 2, 2, 2, 3.
    assert row[BAND].tolist() == pytest.approx([2, 2.7])
    assert row["gap_reason"] == ""


def test_where_homes_are_modelled_elsewhere_is_missing_and_the_total_is_unmet(paths, places_of):
    row = row_of(provision_balance(paths, places_of(*LOPSIDED), "modelled"), "special")

    assert row[["shortage_total", "shortage_unmet"]].tolist() == pytest.approx([0.75, 0.75])
    assert pd.isna(row["shortage_elsewhere"])
    # Sums in a path: 1, 0, 0, 2.
    assert row[BAND].tolist() == pytest.approx([0, 1.7])
    with pytest.raises(ValueError, match="basis"):
        provision_balance(paths, places_of(*LOPSIDED), "guessed")


def test_free_places_of_other_needs_and_phases_meet_no_shortage(paths, places_of):
    roomy = [row | {"places": 400} if row.get("phase") == "primary" else row for row in LOPSIDED]

    row = row_of(provision_balance(paths, places_of(*roomy), "person"), "special")

    # As by hand above, without the severe: autism alone is 2 short in one path of four.
    assert row[LINES].tolist() == pytest.approx([8 / 4, 6 / 4, 2 / 4])


def test_places_and_demand_of_the_provision_are_summed(paths, places_of, confirmed):
    row = row_of(provision_balance(paths, places_of(*confirmed), "person"), "special")

    assert (row["register_places"], row["net_export"], row["without_plan"]) == (15, -2, -1)
    # Demand 12, 12, 13, 15.
    assert [row[c] for c in ("demand_mean", "demand_p10", "demand_p90")] == pytest.approx(
        [13, 12, 14.4]
    )


def test_where_nobody_knows_who_crosses_the_border_elsewhere_is_missing(paths, places_of):
    first, second, third, _ = LOPSIDED

    table = provision_balance(
        paths, places_of(first, second, third, {"places": 0, **NET}), "person"
    )

    row = row_of(table, "special")
    assert row[["shortage_total", "shortage_unmet"]].tolist() == pytest.approx([0.75, 0.75])
    assert pd.isna(row["shortage_elsewhere"])
    assert (row["net_export"], row["exports"] is pd.NA, row["imports"] is pd.NA) == (0, True, True)


def test_exports_imports_and_roll_that_nothing_explains_have_columns_of_their_own(paths, places_of):
    kinds = [("exports", 4), ("imports", -2), ("unreconciled", 1)]
    rows = [{**NET, "name": k, "kind": k, "capacity_basis": k, "places": n} for k, n in kinds]

    row = row_of(provision_balance(paths, places_of(*LOPSIDED[:3], *rows), "person"), "special")

    assert row[["exports", "imports", "unreconciled"]].tolist() == [4, -2, 1]
    assert row["net_export"] is pd.NA
    # Pooled 8, 9, 10, 13 of 11 + 4 - 2 + 1: nobody short. Severe 1, 0, 0, 0.
    assert row["shortage_unmet"] == pytest.approx(0.25)


def test_needs_that_share_flexible_rows_are_one_line_of_shortage_elsewhere(paths_of, places_of):
    counts = [("North", "ASD", 2), ("North", "SEMH", 1), ("South", "ASD", 4), ("South", "SEMH", 1)]
    paths = paths_of(
        [(0, y, home, need, "SPLA", 8, n) for home, need, n in counts for y in (2025, 2026)]
    )
    glen = {"flexible": "yes", "urn": "7", "name": "Glen"}
    rows = [
        glen | {"places": 2},
        glen | {"places": 1, "need_group": "SEMH"},
        {"places": 1, "urn": "8", "name": "Dale", "locality": "South"},
        {"places": 1, "urn": "8", "name": "Dale", "locality": "South", "need_group": "SEMH"},
        {"places": 0, **EXPORTS},
    ]

    row = row_of(provision_balance(paths, places_of(*rows), "person"), "special")

    # Three autistic children are short in South, and pooled; the need that is short may differ.
    assert row[LINES].tolist() == pytest.approx([3, 0, 3])


def test_unmet_is_the_sum_of_expected_shortages_in_the_gap_table(paths, places_of, across):
    places = places_of(*across)
    gap = gap_table(paths, places, "person", 0.5)
    cells = gap[gap["locality"] == "ALL"].groupby(["view", "provision", "year"])

    balance = provision_balance(paths, places, "person").set_index(["view", "provision", "year"])

    unmet = balance["shortage_unmet"].dropna()
    expected = cells["expected_shortage"].sum()
    assert len(unmet) == 8
    assert unmet.to_dict() == pytest.approx(expected.loc[unmet.index].to_dict())
    parts = balance["shortage_elsewhere"] + balance["shortage_unmet"]
    assert parts.dropna().to_dict() == pytest.approx(balance["shortage_total"].dropna().to_dict())


def test_one_assumed_row_leaves_the_provision_without_shortage_lines(paths, places_of, confirmed):
    first, *rest = confirmed
    places = places_of(first | {"assumed": "yes"}, *rest)

    row = row_of(provision_balance(paths, places, "person"), "special")

    assert row["gap_reason"] == ASSUMED
    assert row[[*LINES, *BAND]].isna().all()
    assert row["register_places"] == 15


def test_a_provision_without_a_register_row_has_no_places_and_unused_ones_are_left_out(
    paths, places_of, confirmed
):
    rows = [row for row in confirmed if row.get("provision") != "sen_unit"]

    table = provision_balance(paths, places_of(*rows), "person")

    row = row_of(table, "sen_unit")
    assert row["gap_reason"] == NO_ROW
    assert row["register_places"] is pd.NA
    assert row["demand_mean"] == 4
    assert set(table["provision"]) == {"special", "sen_unit"}


def test_phases_that_no_register_row_takes_are_left_out_of_the_shortage(paths, places_of):
    rows = [row for row in LOPSIDED if row.get("phase") != "primary"]
    only_primary = [{"places": 3, "phase": "primary"}, {"places": 0, **NET}]

    table = provision_balance(paths, places_of(*rows), "person")

    row = row_of(table, "special")
    assert row[LINES].tolist() == pytest.approx([8 / 4, 6 / 4, 2 / 4])
    assert (row["demand_mean"], row["register_places"], row["gap_reason"]) == (13, 11, "")
    elders = paths[(paths["setting"] == "SPLA")]
    row = row_of(provision_balance(elders, places_of(*only_primary), "person"), "special")
    assert row["gap_reason"] == NO_PHASE
    assert row[LINES].isna().all()


def test_occupants_without_a_plan_that_no_row_states_are_not_known(paths, places_of, confirmed):
    silent = [row for row in confirmed if row.get("kind") != "without_plan"]
    none = [*silent, {"places": 0, "kind": "without_plan"}]

    unknown = row_of(provision_balance(paths, places_of(*silent), "person"), "special")
    known = row_of(provision_balance(paths, places_of(*none), "person"), "special")

    assert unknown["without_plan"] is pd.NA
    assert known["without_plan"] == 0
    assert unknown["gap_reason"] == ""


@pytest.mark.parametrize(("setting", "provision"), [("SPIN", "independent_special"), ("AP", "ap")])
def test_provisions_without_a_capacity_gap_still_have_their_places_as_far_as_known(
    paths_of, places_of, setting, provision
):
    paths = paths_of([(0, y, "North", "SEMH", setting, 8, 3) for y in (2025, 2026)])
    rows = [
        {"provision": provision, "need_group": "SEMH", "places": 4},
        {"provision": provision, "need_group": "SEMH", "places": 5, "urn": "2", "assumed": "yes"},
        {"provision": provision, "need_group": "SEMH", "urn": "3", "assumed": "yes"},
    ]

    row = row_of(provision_balance(paths, places_of(*rows), "person"), provision)
    unknown = row_of(provision_balance(paths, places_of(rows[2]), "person"), provision)

    assert row["register_places"] == 9
    assert row["gap_reason"] != ""
    assert row[LINES].isna().all()
    assert unknown["register_places"] is pd.NA


def test_places_are_flexible_only_if_every_row_is(paths, places_of):
    every = [row | {"flexible": "yes"} for row in LOPSIDED]

    assert row_of(provision_balance(paths, places_of(*every), "person"), "special")["flexible"] == (
        "yes"
    )
    one_bound = [LOPSIDED[0], *every[1:]]
    assert row_of(provision_balance(paths, places_of(*one_bound), "person"), "special")[
        "flexible"
    ] == ("no")


CAPACITY = st.integers(0, 14)


@settings(deadline=None, max_examples=12)
@given(north=CAPACITY, south=CAPACITY, severe=CAPACITY, net=st.integers(-6, 6), more=CAPACITY)
def test_lines_add_up_and_more_places_for_one_need_never_lower_the_shortage_of_another(
    paths, places_of, north, south, severe, net, more
):
    def lines(severe_places):
        first, second, third, last = LOPSIDED
        rows = [
            first | {"places": north},
            second | {"places": south},
            third | {"places": severe_places},
            last | {"places": net},
        ]
        return row_of(provision_balance(paths, places_of(*rows), "person"), "special")

    row, roomier = lines(severe), lines(severe + more)

    assert row["shortage_total"] == pytest.approx(row["shortage_elsewhere"] + row["shortage_unmet"])
    short_of_severe = sum(max(n - severe, 0) for n in (4, 3, 3, 2)) / 4
    assert row["shortage_total"] - roomier["shortage_total"] <= short_of_severe + 1e-9
