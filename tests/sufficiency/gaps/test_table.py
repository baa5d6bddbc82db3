"""The gap table of the small authority (see conftest) by hand, and where no gap is shown."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.gaps.offer import (
    ADJUSTMENTS,
    ASSUMED,
    HOMES_OUTSIDE,
    NO_PHASE,
    NO_ROLL,
    NO_ROW,
    NOT_KNOWN,
)
from sufficiency.gaps.table import _first_year, gap_table
from sufficiency.terms import lookup

NET_ROW = {"urn": "", "name": "net", "locality": "outside", "capacity_basis": "net_export"}
GAP_COLUMNS = [
    *[f"gap_{q}" for q in ("mean", "p10", "p50", "p80", "p90")],
    "p_shortage",
    "expected_shortage",
    "first_year",
]


def cell(table, provision, need_group, phase, locality="ALL", year=2026, view="placements"):
    rows = table[
        (table["provision"] == provision)
        & (table["need_group"] == need_group)
        & (table["phase"] == phase)
        & (table["locality"] == locality)
        & (table["year"] == year)
        & (table["view"] == view)
    ]
    assert len(rows) == 1
    return rows.iloc[0]


@pytest.fixture(scope="module")
def table(paths, places_of, confirmed) -> pd.DataFrame:
    return gap_table(paths, places_of(*confirmed), "person", 0.5)


def test_every_column_of_a_cell_as_worked_by_hand(table):
    row = cell(table, "special", "AUTCOM", "secondary")

    # Demand 8, 9, 10, 13 against 6 + 5 - 1 - 1 = 9 places: gaps -1, 0, 1, 4.
    assert row["places"] == 9
    assert row["of_which_net_export"] == -1
    assert row["of_which_without_plan"] == -1
    demand = [row[f"demand_{q}"] for q in ("mean", "p10", "p50", "p80", "p90")]
    assert demand == pytest.approx([10, 8.3, 9.5, 11.2, 12.1])
    gap = [row[f"gap_{q}"] for q in ("mean", "p10", "p50", "p80", "p90")]
    assert gap == pytest.approx([1, -0.7, 0.5, 2.2, 3.1])
    assert row["p_shortage"] == 0.5
    assert row["expected_shortage"] == pytest.approx((0 + 0 + 1 + 4) / 4)
    assert row["first_year"] == 2026
    change = [row[f"change_{q}"] for q in ("mean", "p10", "p50", "p80", "p90")]
    assert change == pytest.approx([4, 2.3, 3.5, 5.2, 6.1])
    assert row["gap_reason"] == ""
    assert (row["basis"], row["capacity_basis"], row["flexible"]) == ("authority", "mixed", "yes")


def test_a_second_need_and_the_unit_as_worked_by_hand(table):
    severe = cell(table, "special", "COMPLEX", "primary")
    # Demand 4, 3, 3, 2 against 4 - 1 = 3 places: gaps 1, 0, 0, -1.
    assert (severe["places"], severe["gap_mean"], severe["p_shortage"]) == (3, 0, 0.25)
    assert severe["expected_shortage"] == 0.25
    unit = cell(table, "sen_unit", "AUTCOM", "primary")
    # Demand 3, 3, 5, 5 against 4 - 1 = 3 places: gaps 0, 0, 2, 2.
    assert (unit["places"], unit["gap_mean"], unit["p_shortage"]) == (3, 1, 0.5)
    assert unit["expected_shortage"] == 1


def test_the_first_year_is_the_same_in_every_row_of_a_cell(table):
    years = table.groupby(["view", "provision", "need_group", "phase", "locality"])["first_year"]

    assert (years.nunique(dropna=False) == 1).all()
    assert cell(table, "special", "AUTCOM", "secondary")["first_year"] == 2026


def test_the_first_year_is_the_first_that_is_likely_even_if_the_shortage_ends(table):
    # Severe, primary: short at the base census (4 residents, 3 places), but in 1 path of 4 later.
    assert cell(table, "special", "COMPLEX", "primary", year=2025)["p_shortage"] == 1
    assert cell(table, "special", "COMPLEX", "primary")["first_year"] == 2025
    chance = np.array([[0.4, 0.4], [0.4, 0.5], [0.4, 0.3]])
    first = _first_year(chance, (2025, 2026, 2027), 0.5)
    assert np.isnan(first[:, 0]).all()
    assert first[:, 1].tolist() == [2026] * 3


def test_the_first_year_needs_the_probability_of_the_settings(paths, places_of, confirmed):
    stricter = gap_table(paths, places_of(*confirmed), "person", 0.6)

    row = cell(stricter, "special", "AUTCOM", "secondary")
    assert row["p_shortage"] == 0.5
    assert row["first_year"] is pd.NA


@pytest.fixture(scope="module")
def told(paths, places_of, across) -> pd.DataFrame:
    """The same where it is known who crosses the border."""
    return gap_table(paths, places_of(*across), "person", 0.5)


def test_a_locality_is_compared_with_the_places_sited_there(told):
    table = told
    north = cell(table, "special", "AUTCOM", "secondary", "North")
    south = cell(table, "special", "AUTCOM", "secondary", "South")

    # North: 5, 5, 6, 8 against 6. South: 3, 4, 4, 5 against 5 - 1 without a plan.
    assert (north["places"], north["gap_mean"], north["p_shortage"]) == (6, 0, 0.25)
    assert (south["places"], south["gap_mean"], south["p_shortage"]) == (4, 0, 0.25)
    assert (north["of_which_imports"], south["of_which_without_plan"]) == (0, -1)
    assert north["of_which_net_export"] is pd.NA
    assert (north["basis"], north["capacity_basis"]) == ("sited", "commissioned")


def test_a_locality_has_what_its_residents_use_elsewhere_and_not_what_others_use_in_it(
    paths, places_of, across
):
    home = {"urn": "", "name": "", "kind": "exports", "capacity_basis": "exports"}
    moves = home | {"kind": "journeys", "capacity_basis": "journeys"}
    rows = [
        home | {"locality": "South", "places": 3},
        moves | {"locality": "South", "places": 2},
        moves | {"locality": "North", "places": -2},
        home | {"locality": "South", "places": 1, "kind": "unreconciled"},
        home | {"locality": "North", "places": -1, "kind": "mismatch"},
        home | {"locality": "North", "places": 1, "kind": "mismatch", "need_group": "SEMH"},
    ]

    table = gap_table(paths, places_of(*across, *rows), "person", 0.5)

    north, south, everywhere = (
        cell(table, "special", "AUTCOM", "secondary", place) for place in ("North", "South", "ALL")
    )
    # North 6 - 2 - 1. South 5 - 1 + 3 + 2 + 1. All 9 + 3 + 1 - 1: journeys stay inside.
    assert (north["places"], south["places"], everywhere["places"]) == (3, 10, 12)
    parts = ["exports", "imports", "journeys", "unreconciled", "mismatch", "without_plan"]
    assert [south[f"of_which_{p}"] for p in parts] == [3, 0, 2, 1, 0, -1]
    assert [north[f"of_which_{p}"] for p in parts] == [0, 0, -2, 0, -1, 0]
    assert [everywhere[f"of_which_{p}"] for p in parts] == [3, -1, 0, 1, -1, -1]


def test_where_the_border_is_a_net_export_no_locality_has_a_probability(table):
    rows = table[(table["locality"] != "ALL") & (table["gap_reason"] == "")]

    assert set(rows["basis"]) == {"sited, before imports and exports"}
    assert rows[["p_shortage", "first_year", "of_which_journeys"]].isna().all(axis=None)
    assert rows["gap_mean"].notna().all()


def test_modelled_homes_are_named_in_the_basis_of_locality_rows(paths, places_of, confirmed):
    table = gap_table(paths, places_of(*confirmed), "modelled", 0.5)

    assert set(table.loc[table["locality"] != "ALL", "basis"]) == {
        "sited, homes modelled, before imports and exports"
    }
    assert set(table.loc[table["locality"] == "ALL", "basis"]) == {"authority"}
    with pytest.raises(ValueError, match="basis"):
        gap_table(paths, places_of(*confirmed), "guessed", 0.5)


def test_modelled_homes_have_a_gap_but_no_probability_and_no_first_year(
    paths, places_of, confirmed
):
    table = gap_table(paths, places_of(*confirmed), "modelled", 0.5)

    row = cell(table, "special", "AUTCOM", "secondary", "South", view="possible")
    assert row[["p_shortage", "first_year"]].isna().all()
    # 3, 4, 4, 5 against 5 - 1 without a plan; nobody in South is in the possible view.
    assert (row["places"], row["gap_mean"], row["expected_shortage"]) == (4, 0, 0.25)
    assert row["gap_reason"] == ""
    assert cell(table, "special", "AUTCOM", "secondary")["first_year"] == 2026


def test_the_mismatch_is_part_of_the_places_of_the_authority_and_of_no_locality(
    paths, places_of, confirmed
):
    rows = [
        {"places": 2, **NET_ROW, "kind": "mismatch"},
        {"places": -2, **NET_ROW, "kind": "mismatch", "need_group": "COMPLEX", "phase": "primary"},
    ]

    table = gap_table(paths, places_of(*confirmed, *rows), "person", 0.5)

    autism = cell(table, "special", "AUTCOM", "secondary")
    severe = cell(table, "special", "COMPLEX", "primary")
    assert (autism["places"], autism["of_which_mismatch"], autism["gap_mean"]) == (11, 2, -1)
    assert (severe["places"], severe["of_which_mismatch"], severe["gap_mean"]) == (1, -2, 2)
    assert cell(table, "special", "AUTCOM", "secondary", "North")["of_which_mismatch"] == 0


def test_a_phase_that_no_register_row_takes_has_unknown_places_and_no_gap(
    paths, places_of, confirmed
):
    rows = [row for row in confirmed if row.get("need_group") != "COMPLEX"]

    table = gap_table(paths, places_of(*rows), "person", 0.5)

    row = cell(table, "special", "COMPLEX", "primary")
    assert row["gap_reason"] == NO_PHASE
    assert row[["places", *GAP_COLUMNS]].isna().all()
    assert (row["demand_mean"], row["change_mean"]) == (3, -1)
    assert cell(table, "special", "AUTCOM", "secondary")["gap_reason"] == ""


def test_occupants_without_a_plan_are_missing_where_no_row_states_them(table):
    assert cell(table, "special", "AUTCOM", "secondary")["of_which_without_plan"] == -1
    assert cell(table, "sen_unit", "AUTCOM", "primary")["of_which_without_plan"] is pd.NA


def test_surplus_in_one_cell_never_offsets_shortage_in_another(paths, places_of, confirmed):
    many = [row | {"places": 400} if row.get("phase") == "primary" else row for row in confirmed]

    row = cell(gap_table(paths, places_of(*many), "person", 0.5), "special", "AUTCOM", "secondary")

    assert (row["places"], row["gap_mean"], row["expected_shortage"]) == (9, 1, 1.25)


def test_possible_demand_has_its_own_gap(table):
    row = cell(table, "special", "AUTCOM", "secondary", view="possible")

    # Demand 8 + 1.5, 9 + 1.5, 10 + 3, 13 + 3 against 9.
    assert row["gap_mean"] == pytest.approx(3.25)
    assert row["p_shortage"] == 1


def test_an_assumed_row_behind_a_cell_leaves_change_only(paths, places_of, confirmed):
    rows = [row | {"assumed": "yes"} if row.get("name") == "Dale" else row for row in confirmed]

    table = gap_table(paths, places_of(*rows), "person", 0.5)

    row = cell(table, "special", "AUTCOM", "secondary")
    assert row["gap_reason"] == ASSUMED
    assert row[GAP_COLUMNS].isna().all()
    assert (row["places"], row["change_mean"]) == (9, 4)
    # Hill alone is behind these two cells, and it is confirmed.
    assert cell(table, "special", "COMPLEX", "primary")["gap_reason"] == ""
    assert cell(table, "special", "AUTCOM", "secondary", "North")["gap_reason"] == ""
    assert cell(table, "special", "AUTCOM", "secondary", "South")["gap_reason"] == ASSUMED


def test_with_only_assumed_rows_no_gap_appears_anywhere(paths, places_of, confirmed):
    table = gap_table(
        paths, places_of(*[row | {"assumed": "yes"} for row in confirmed]), "modelled", 0.5
    )

    assert table[GAP_COLUMNS].isna().all(axis=None)
    assert (table["gap_reason"] != "").all()


def test_no_places_are_believed_only_if_every_row_of_the_provision_is_confirmed(
    paths, places_of, confirmed
):
    hill, *rest = (row for row in confirmed if row.get("need_group") != "COMPLEX")
    rest = [*rest, {"urn": "8", "name": "Glen", "phase": "primary", "places": 2}]
    sure = gap_table(paths, places_of(hill, *rest), "person", 0.5)
    row = cell(sure, "special", "COMPLEX", "primary")
    assert (row["places"], row["gap_mean"], row["gap_reason"]) == (0, 3, "")

    unsure = gap_table(paths, places_of(hill | {"assumed": "yes"}, *rest), "person", 0.5)
    assert cell(unsure, "special", "COMPLEX", "primary")["gap_reason"] == ASSUMED


def test_a_provision_without_a_register_row_is_unknown_not_zero(paths, places_of, confirmed):
    rows = [row for row in confirmed if row.get("provision") != "sen_unit"]

    row = cell(gap_table(paths, places_of(*rows), "person", 0.5), "sen_unit", "AUTCOM", "primary")

    assert row["gap_reason"] == NO_ROW
    assert row[["places", "of_which_net_export", *GAP_COLUMNS]].isna().all()
    assert (row["demand_mean"], row["change_mean"], row["capacity_basis"]) == (4, 1, "none")


def test_a_year_in_which_no_row_is_in_force_is_unknown(paths, places_of, confirmed):
    places = places_of(*confirmed)
    places = places[(places["year"] == 2025) | (places["provision"] != "sen_unit")]

    table = gap_table(paths, places, "person", 0.5)

    assert cell(table, "sen_unit", "AUTCOM", "primary", year=2025)["gap_reason"] == ""
    assert cell(table, "sen_unit", "AUTCOM", "primary", year=2026)["gap_reason"] == NO_ROW


def test_a_school_whose_places_are_not_known_leaves_its_cells_without_places(
    paths, places_of, confirmed
):
    unknown = {"urn": "9", "name": "New", "places": 0, "assumed": "yes"}

    table = gap_table(paths, places_of(*confirmed, unknown), "person", 0.5)

    row = cell(table, "special", "AUTCOM", "secondary")
    assert row["gap_reason"] == NOT_KNOWN
    assert row["places"] is pd.NA
    assert cell(table, "special", "COMPLEX", "primary")["gap_reason"] == ""


def test_without_a_roll_residents_and_pupils_cannot_be_compared_for_the_authority(
    paths, places_of, confirmed
):
    rows = [row for row in confirmed if row.get("kind") != "net_export"]

    table = gap_table(paths, places_of(*rows), "person", 0.5)

    assert cell(table, "special", "AUTCOM", "secondary")["gap_reason"] == NO_ROLL
    assert cell(table, "special", "AUTCOM", "secondary", "North")["gap_reason"] == ""


def test_homes_outside_have_no_gap_of_their_own(paths, places_of, confirmed):
    moved = paths.assign(
        locality=paths["locality"].astype(str).replace("South", "outside").astype("category")
    )

    row = cell(
        gap_table(moved, places_of(*confirmed), "person", 0.5),
        "special",
        "AUTCOM",
        "secondary",
        "outside",
    )

    assert row["gap_reason"] == HOMES_OUTSIDE
    assert (row["demand_mean"], row["places"] is pd.NA) == (4, True)


@pytest.mark.parametrize(("setting", "provision"), [("SPIN", "independent_special"), ("AP", "ap")])
def test_independent_and_alternative_provision_carry_demand_and_change_only(
    paths_of, places_of, setting, provision
):
    paths = paths_of(
        [
            (0, 2025, "North", "SEMH", setting, 8, 3),
            (0, 2026, "North", "SEMH", setting, 8, 5),
        ]
    )
    places = places_of({"provision": provision, "need_group": "SEMH", "places": 4})

    row = cell(gap_table(paths, places, "person", 0.5), provision, "SEMH", "secondary")

    assert row["gap_reason"] == lookup("provisions", "reason_without_gap")[provision]
    assert row[["places", *GAP_COLUMNS]].isna().all()
    assert (row["demand_mean"], row["change_mean"]) == (5, 2)


def test_places_in_a_locality_where_nobody_lives_still_have_a_row(paths, places_of, confirmed):
    far = {"urn": "9", "name": "Far", "locality": "West", "places": 7}

    table = gap_table(paths, places_of(*confirmed, far), "person", 0.5)

    assert cell(table, "special", "AUTCOM", "secondary", "West")["gap_mean"] == -7
    assert cell(table, "special", "AUTCOM", "secondary")["places"] == 16


SUPPLIES = st.lists(
    st.fixed_dictionaries(
        {
            "provision": st.sampled_from(["special", "sen_unit", "ap"]),
            "need_group": st.sampled_from(["AUTCOM", "COMPLEX", "SEMH"]),
            "phase": st.sampled_from(["primary", "secondary"]),
            "locality": st.sampled_from(["North", "South"]),
            "kind": st.sampled_from(["register", "register", "net_export", "exports"]),
            "flexible": st.sampled_from(["no", "yes"]),
            "urn": st.sampled_from(["1", "2"]),
            "assumed": st.sampled_from(["no", "no", "yes"]),
            "places": st.integers(0, 12),
        }
    ),
    min_size=1,
    max_size=8,
)


@settings(deadline=None, max_examples=12)
@given(rows=SUPPLIES)
def test_the_gap_is_demand_less_places_and_known_only_where_a_reason_is_not_given(
    paths, places_of, rows
):
    named = [row | {"name": f"{row['urn']} {row['flexible']}"} for row in rows]

    table = gap_table(paths, places_of(*named), "person", 0.5)

    pd.testing.assert_frame_equal(gap_table(paths, places_of(*named[::-1]), "person", 0.5), table)
    shown = table["gap_reason"] == ""
    known = table[shown]
    gap = known["demand_mean"] - known["places"].astype(float) - known["flexible_mean"]
    np.testing.assert_allclose(known["gap_mean"], gap, atol=1e-9)
    parts = [f"of_which_{kind}" for kind in ADJUSTMENTS if kind != "without_plan"]
    assert (known[[*parts, "of_which_without_plan"]].sum(axis=1) <= known["places"]).all()
    _every_place_is_counted_once(known[known["locality"] == "ALL"], places_of(*named))
    bound = known[known["flexible_mean"] == 0]
    for quantile in ("p10", "p50", "p80", "p90"):
        if not (known["flexible"] == "yes").any():
            gap = bound[f"demand_{quantile}"] - bound["places"].astype(float)
            np.testing.assert_allclose(bound[f"gap_{quantile}"], gap)
    phase = ["view", "locality", "provision", "phase", "year"]
    np.testing.assert_allclose(known.groupby(phase)["flexible_mean"].sum(), 0, atol=1e-9)
    likely = known["basis"].isin(["authority", "sited"])
    assert known.loc[likely, "p_shortage"].between(0, 1).all()
    assert known.loc[~likely, "p_shortage"].isna().all()
    assert (known["expected_shortage"] >= known["gap_mean"].clip(lower=0) - 1e-9).all()
    assert table.loc[~shown, GAP_COLUMNS].isna().all(axis=None)
    base = table[table["year"] == 2025]
    assert (base[["change_mean", "change_p90"]] == 0).all(axis=None)


def _every_place_is_counted_once(authority, places):
    cell = ["year", "need_group", "provision", "phase"]
    at = pd.MultiIndex.from_frame(authority[cell])
    whole = places.groupby(cell)["places"].sum().reindex(at).fillna(0)
    assert authority["places"].tolist() == whole.tolist()
    for kind in ADJUSTMENTS:
        part = places[places["kind"] == kind].groupby(cell)["places"].sum().reindex(at).fillna(0)
        assert authority[f"of_which_{kind}"].fillna(0).tolist() == part.tolist()
