"""Tests of what the gap costs, by financial year."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sufficiency.contracts import Costs, Journeys, Paths, Places, checked, empty
from sufficiency.costs import gap_costs
from sufficiency.findings import Findings
from sufficiency.gaps import cubes
from sufficiency.places import places

PLACE: dict[str, Any] = {
    "urn": "100002", "site_id": "main", "name": "Elm School", "provision": "special",
    "need_group": "SEMH", "phase": "secondary", "locality": "South",
    "capacity_basis": "commissioned", "kind": "register", "flexible": "no", "assumed": "no",
}  # fmt: skip


def supply(*of_year: int, **changed: object) -> pd.DataFrame:
    """Places of Elm from January 2025; nobody comes from another authority."""
    none_come = {"kind": "imports", "capacity_basis": "imports", "places": 0}
    rows = [
        {**PLACE, "places": number, **changed, "year": 2025 + n, **kind}
        for n, number in enumerate(of_year)
        for kind in ({}, none_come)
    ]
    return checked(Places, pd.DataFrame(rows), "places")


def demand(*of_path: tuple[int, ...]) -> pd.DataFrame:
    """Secondary plan holders with SEMH in special schools from January 2025, path by path."""
    rows = [
        {"scenario": "unmitigated", "path": path, "year": 2025 + n, "need": "SEMH",
         "setting": "SPLA", "ncy": 9, "locality": "South", "count": number}
        for path, numbers in enumerate(of_path)
        for n, number in enumerate(numbers)
    ]  # fmt: skip
    return checked(Paths, pd.DataFrame(rows), "paths")


def costed(
    paths: pd.DataFrame, offer: pd.DataFrame, prices: pd.DataFrame, **other: Any
) -> pd.DataFrame:
    """Return gap costs of the paths and places."""
    return gap_costs(cubes(paths), offer, prices, 2025, seed=7, **other)


def told(rows: pd.DataFrame, column: str, year: str = "2025-26") -> dict[str, float]:
    """Return one column of a financial year by way of meeting the gap and item."""
    of_year = rows[rows["financial_year"] == year]
    named = of_year["met_by"] + " " + of_year["item"]
    return dict(zip(named, of_year[column], strict=True))


def test_five_twelfths_of_this_academic_year_and_seven_of_the_next(prices):
    # Short: none, 2, 2 in one path; none, none, 6 in the other.
    rows = costed(demand((10, 12, 12), (10, 10, 16)), supply(10, 10, 10), prices)
    first, second = 7 / 12 * 2 / 2, (2 + 7 / 12 * 6) / 2
    local = rows[rows["met_by"].eq("local") & rows["item"].eq("ALL")]
    assert local["financial_year"].tolist() == ["2025-26", "2026-27"]
    assert local["places_mean"].tolist() == pytest.approx([first, second])
    assert local["mean"].tolist() == pytest.approx([first * 22_000, second * 22_000])
    assert local["p10"].tolist() == pytest.approx([0, 2 * 22_000])
    assert local["p90"].tolist() == pytest.approx([7 / 6 * 22_000, 3.5 * 22_000])


def test_every_row_of_a_year_on_paper(paper, prices):
    """Elm has 13 on roll for 12 places: one over, three if two more come, none once it grows."""
    offer = places(
        paper.register, paper.plans, 2025, 3, "commissioned", Findings(), paper.establishments,
        imports=paper.imports,
    )  # fmt: skip
    rows = costed(paper.paths, offer, prices)
    assert set(rows["provision"]) == {"special"}
    # April to August 2025: 1 and 1 short; September to March: 1 and 3.
    number = (1 + 5 / 12 + 7 / 12 * 3) / 2
    assert told(rows, "places_mean") == pytest.approx(
        {
            "local place_funding": number,
            "local top_up": number,
            "local ALL": number,
            "local capital": (1 + 3) / 2,
            "independent fee": number,
            "independent ALL": number,
            "difference ALL": number,
        }
    )
    assert told(rows, "mean") == pytest.approx(
        {
            "local place_funding": number * 10_000,
            "local top_up": number * 12_000,
            "local ALL": number * 22_000,
            "local capital": 2 * 90_000,
            "independent fee": number * 60_000,
            "independent ALL": number * 60_000,
            "difference ALL": number * 38_000,
        }
    )
    assert told(rows, "p10")["local ALL"] == pytest.approx(22_000)
    assert told(rows, "p90")["local ALL"] == pytest.approx((5 + 21) / 12 * 22_000)
    # January 2027 on: Elm has grown by the first of its two steps, and no path is short.
    assert told(rows, "places_mean", "2026-27")["local ALL"] == pytest.approx((5 + 15) / 12 / 2)
    assert told(rows, "mean", "2026-27")["local capital"] == 0
    assert set(told(rows, "mean", "2027-28").values()) == {0}


def test_capital_is_for_places_beyond_any_before_and_apart_from_revenue(prices):
    rows = costed(demand((12, 11, 13, 15)), supply(10, 10, 10, 10), prices)
    capital = rows[rows["item"] == "capital"]
    assert capital["places_mean"].tolist() == [2, 1, 2]
    assert capital["mean"].tolist() == [180_000, 90_000, 180_000]
    mean = told(rows, "mean")
    parts = mean["local place_funding"] + mean["local top_up"]
    assert mean["local ALL"] == pytest.approx(parts)


def test_a_price_range_widens_the_band_around_a_certain_demand(prices):
    rows = costed(demand((11, 11), (11, 11)), supply(10, 10), prices)
    assert told(rows, "mean")["independent fee"] == pytest.approx(60_000)
    assert told(rows, "p10")["independent fee"] == pytest.approx(50_000, rel=0.01)
    assert told(rows, "p90")["independent fee"] == pytest.approx(70_000, rel=0.01)


def test_without_a_top_up_there_is_no_sum_and_no_difference(prices):
    known = prices[prices["item"] != "top_up"]
    rows = costed(demand((11, 11)), supply(10, 10), known)
    ways = set(told(rows, "mean"))
    assert ways == {"local place_funding", "local capital", "independent fee", "independent ALL"}


def test_transport_is_counted_both_ways_or_not_at_all(prices):
    shared = {"year": 2025, "locality": "South", "urn": "1", "name": "", "need_group": "SEMH",
              "setting_group": "special_state", "phase": "secondary", "site_locality": "South",
              "in_area": "yes", "minutes": None}  # fmt: skip
    rows = [
        {**shared, "provision": "special", "residential": "no", "children": 3, "km": 4.0},
        {**shared, "provision": "special", "residential": "no", "children": 1, "km": 8.0},
        {**shared, "provision": "special", "residential": "yes", "children": 9, "km": 90.0},
        {**shared, "provision": "special", "residential": "no", "children": 9, "km": None},
        {**shared, "provision": "independent_special", "residential": "no", "children": 2,
         "km": 10.0},
    ]  # fmt: skip
    far = checked(Journeys, pd.DataFrame(rows), "journeys")
    paths, offer = demand((11, 11)), supply(10, 10)
    mean = told(costed(paths, offer, prices, journeys=far), "mean")
    assert mean["local transport"] == pytest.approx(5 * 2 * 380)
    assert mean["independent transport"] == pytest.approx(10 * 2 * 380)
    assert mean["difference ALL"] == pytest.approx(38_000 + 5 * 2 * 380)
    one_way = costed(paths, offer, prices, journeys=far[far["provision"] == "special"])
    assert "transport" not in one_way["item"].tolist()


def test_specialist_post_16_is_not_priced_as_an_independent_school(prices):
    paths = demand((12, 12)).assign(setting="SPI", ncy=13)
    offer = supply(10, 10, provision="post16", phase="post_16")
    assert costed(paths, offer, prices).empty
    fee = prices[prices["provision"] == "independent_special"].assign(provision="post16")
    own = costed(paths, offer, pd.concat([prices, fee.assign(value=30_000.0, low=30_000.0)]))
    assert told(own, "mean") == {"independent fee": 60_000, "independent ALL": 60_000}


def test_no_shortage_and_no_known_gap_cost_nothing_that_is_shown(prices):
    assert costed(demand((9, 9)), supply(10, 10), prices).empty
    assert costed(demand((19, 19)), supply(10, 10, assumed="yes"), prices).empty
    bought = supply(1, 1, provision="independent_special")
    assert costed(demand((9, 9)), bought, prices).empty
    assert gap_costs([], supply(1, 1), empty(Costs), 2025, seed=1).empty


def test_the_same_seed_gives_the_same_costs_and_order_of_rows_changes_none(prices):
    paths, offer = demand((11, 13, 14), (12, 10, 18)), supply(10, 10, 10)
    one = costed(paths, offer, prices)
    mixed = paths.sample(frac=1, random_state=1), offer.sample(frac=1, random_state=1)
    other = costed(*mixed, prices.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("seed", [0, 3, 11])
def test_means_add_up_and_a_band_is_in_order(prices, seed):
    random = np.random.default_rng(seed)
    numbers = random.integers(5, 20, size=(4, 5))
    rows = costed(
        demand(*[tuple(int(n) for n in path) for path in numbers]), supply(*[10] * 5), prices
    )
    assert (rows["p10"] <= rows["p90"]).all()
    for year in rows["financial_year"].unique():
        mean = told(rows, "mean", year)
        whole = mean["local ALL"] + mean["difference ALL"]
        assert whole == pytest.approx(mean["independent ALL"])
