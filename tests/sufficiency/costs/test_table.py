"""Unit costs: the council's rows come before defaults, and every default says whence it is."""

import pandas as pd

from sufficiency.contracts import Costs, checked, empty
from sufficiency.costs.table import costs_table, unit_cost


def given(*rows):
    shared = {"scheme_type": "", "low": 1.0, "high": 9.0, "unit": "GBP", "price_year": "2025-26",
              "source": "Finance", "given_by": "council"}  # fmt: skip
    return checked(Costs, pd.DataFrame([{**shared, "value": 5.0, **row} for row in rows]), "costs")


def test_every_default_has_its_year_and_source_and_lies_in_its_range():
    costs = costs_table(empty(Costs))
    assert (costs[["price_year", "source", "unit"]] != "").all(axis=None)
    assert ((costs["low"] <= costs["value"]) & (costs["value"] <= costs["high"])).all()
    assert set(costs["given_by"]) == {"default"}
    assert not costs.duplicated(["item", "provision", "scheme_type"]).any()


def test_the_blend_of_bases_and_schools_is_never_a_default_for_special_schools():
    costs = costs_table(empty(Costs))
    for provision in ("special", "independent_special", "post16"):
        assert unit_cost(costs, "capital", provision, "new_school") is None


def test_space_that_is_used_again_has_no_default_price_of_building():
    costs = costs_table(empty(Costs))
    assert unit_cost(costs, "capital", "sen_unit", "reuse") is None
    assert unit_cost(costs, "capital", "sen_unit", "unit_or_rp") is not None


def test_place_funding_is_10000_for_special_and_6000_for_an_occupied_base_place():
    costs = costs_table(empty(Costs))
    prices = {p: unit_cost(costs, "place_funding", p) for p in ("special", "resourced_provision")}
    assert {p: row["value"] for p, row in prices.items() if row is not None} == {
        "special": 10_000, "resourced_provision": 6_000,
    }  # fmt: skip


def test_the_councils_price_replaces_the_default_it_covers_and_no_other():
    costs = costs_table(given({"item": "fee", "provision": "independent_special"}))
    price = unit_cost(costs, "fee", "independent_special")
    assert price is not None
    assert (price["value"], price["given_by"]) == (5, "council")
    other = unit_cost(costs, "fee", "non_maintained_special")
    assert other is not None
    assert other["given_by"] == "default"


def test_the_councils_price_for_any_provision_comes_before_narrower_defaults():
    costs = costs_table(given({"item": "fee", "provision": "ALL"}))
    price = unit_cost(costs, "fee", "independent_special")
    assert price is not None
    assert price["given_by"] == "council"


def test_the_narrowest_price_of_the_council_is_used():
    costs = costs_table(
        given(
            {"item": "capital", "provision": "ALL", "value": 2.0},
            {"item": "capital", "provision": "special", "value": 3.0},
            {"item": "capital", "provision": "ALL", "scheme_type": "modular", "value": 4.0},
        )
    )
    told = [
        unit_cost(costs, "capital", *asked)
        for asked in (("sen_unit", "expansion"), ("special", "expansion"), ("special", "modular"))
    ]
    assert [None if row is None else row["value"] for row in told] == [2, 3, 4]
    assert unit_cost(costs, "top_up", "ap") is None


def test_the_order_of_rows_does_not_matter():
    rows = ({"item": "fee", "provision": "ALL"}, {"item": "top_up", "provision": "special"})
    pd.testing.assert_frame_equal(costs_table(given(*rows)), costs_table(given(*rows[::-1])))
