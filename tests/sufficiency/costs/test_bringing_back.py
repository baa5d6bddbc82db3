"""Tests of bringing back: new placements that could be local, and the net saving."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sufficiency.contracts import Costs, empty
from sufficiency.costs import bringing_back
from sufficiency.costs.bringing_back import ALL_RESIDENTIAL, LEAVES_OUT, NO_PLACE

NORTH, SOUTH = "E01000001", "E01000002"
KM = (
    (NORTH, "300003", "", 4.0),
    (NORTH, "100001", "main", 2.0),
    (NORTH, "100001", "annexe", 6.0),
    (NORTH, "100002", "main", 7.0),
    (SOUTH, "300001", "", 1.5),
    (SOUTH, "100001", "main", 6.0),
    (SOUTH, "100001", "annexe", 3.0),
    (SOUTH, "100002", "main", 5.0),
)


def brought(paper, prices: pd.DataFrame, share: float = 0.5, **other: Any) -> pd.DataFrame:
    told = {"past_plans": paper.past_plans, "register": paper.register, "km": KM, **other}
    distances = pd.DataFrame(told["km"], columns=["lsoa", "urn", "site_id", "km"])
    return bringing_back(
        told["past_plans"],
        paper.schools_attended,
        distances,
        told["register"],
        prices,
        share,
        paper.base_year,
    )


def test_every_column_of_bringing_back_on_paper(paper, prices):
    rows = brought(paper, prices).set_index("setting", drop=False)
    assert rows[["kind", "setting", "in_area", "children", "left_out_52_weeks"]].to_numpy().tolist(
    ) == [
        ["new_plan", "SPIN", "yes", 2, 0],
        ["phase_transfer", "SPIN", "no", 1, 1],
        ["phase_transfer", "SPNM", "yes", 1, 0],
    ]  # fmt: skip
    # Two with SEMH in Year 8 in South: only Elm takes them, 5 km away, 5 x 2 x 2 x 190 = 3,800.
    lime = rows.iloc[0].drop(["saving_low", "saving_high"])
    assert lime.to_dict() == {
        "year": 2025, "kind": "new_plan", "setting": "SPIN", "in_area": "yes",
        "need_group": "SEMH", "phase": "secondary", "locality": "South", "children": 2,
        "left_out_52_weeks": 0, "substitutable_share": 0.5, "could_be_local": 1.0,
        "local_provision": "special", "km_now": 1.5, "km_local": 5.0, "fee": 60_000.0,
        "local_cost": 10_000 + 12_000 + 3_800.0, "capital": 90_000 / 30,
        "saving_mean": 60_000 - 25_800 - 3_000.0, "note": LEAVES_OUT,
    }  # fmt: skip
    # Only the fee has a range, 10,000 to either side.
    assert rows["saving_low"].iloc[0] == pytest.approx(31_200 - 10_000, abs=150)
    assert rows["saving_high"].iloc[0] == pytest.approx(31_200 + 10_000, abs=150)
    # One with ASD in Year 7 in North: Oak's main site at 2 km, not its annexe at 6; 1,520 a year.
    holly = rows.iloc[2]
    assert holly["km_local"] == 2.0
    assert holly["km_now"] == 4.0
    assert holly["local_cost"] == 10_000 + 12_000 + 1_520
    assert holly["saving_mean"] == pytest.approx((50_000 - 23_520 - 3_000) * 0.5)
    assert holly["saving_low"] == pytest.approx(holly["saving_mean"])


def test_a_52_week_placement_is_left_out_and_saves_nothing(paper, prices):
    far = brought(paper, prices).iloc[1]
    assert far[["could_be_local", "saving_mean", "saving_low", "saving_high"]].tolist() == [0] * 4
    assert far["note"] == ALL_RESIDENTIAL


def test_in_and_out_of_area_are_rows_of_their_own(paper, prices):
    rows = brought(paper, prices)
    assert rows["in_area"].tolist() == ["yes", "no", "yes"]


def test_a_need_that_no_row_takes_could_not_be_local_and_has_no_saving(paper, prices):
    register = paper.register[paper.register["urn"] != "100002"]
    lime = brought(paper, prices, register=register).iloc[0]
    assert lime["local_provision"] == ""
    assert lime["could_be_local"] == 0
    assert np.isnan(lime["saving_mean"])
    assert lime["note"] == NO_PLACE


def test_a_proposed_row_is_no_local_place(paper, prices):
    register = paper.register.copy()
    register.loc[register["urn"] == "100002", "change_status"] = "proposed"
    assert brought(paper, prices, register=register)["local_provision"].iloc[0] == ""


def test_without_capital_of_a_special_school_there_is_no_saving_and_the_note_says_so(paper, prices):
    rows = brought(paper, prices[prices["item"] != "capital"])
    assert np.isnan(rows["saving_mean"].iloc[0])
    assert rows["note"].iloc[0] == "No cost for capital: give it in council/costs.csv."


def test_without_any_cost_every_missing_one_is_named(paper):
    note = brought(paper, empty(Costs))["note"].iloc[0]
    for word in ("fee", "place funding", "top-up", "transport", "capital"):
        assert word in note


def test_without_a_distance_there_is_no_saving(paper, prices):
    rows = brought(paper, prices, km=())
    assert np.isnan(rows["saving_mean"].iloc[0])
    assert rows["note"].iloc[0].startswith("No distance")


def test_with_one_january_nothing_is_known_to_be_new(paper, prices):
    only = paper.past_plans[paper.past_plans["year"] == paper.base_year]
    assert brought(paper, prices, past_plans=only).empty


def test_a_dear_local_place_is_a_cost_not_a_saving(paper, prices):
    dear = prices.assign(
        **{c: prices[c].mask(prices["item"] == "top_up", 80_000.0) for c in ("value", "high")}
    )
    rows = brought(paper, dear)
    assert rows["saving_mean"].iloc[0] < 0


@pytest.mark.parametrize("share", [0.0, 0.25, 0.8])
def test_the_saving_is_for_the_share_alone_and_low_is_never_above_high(paper, prices, share):
    rows, whole = brought(paper, prices, share), brought(paper, prices, 1.0)
    day = rows["children"] - rows["left_out_52_weeks"]
    assert rows["could_be_local"].to_numpy() == pytest.approx((day * share).to_numpy())
    assert (rows["saving_low"] <= rows["saving_high"]).all()
    expected = (whole["saving_mean"] * share).to_numpy()
    assert rows["saving_mean"].to_numpy() == pytest.approx(expected)
