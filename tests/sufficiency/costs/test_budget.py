"""Tests of costs beside budget lines."""

import numpy as np
import pandas as pd
import pytest

from sufficiency.contracts import Budget, checked, empty
from sufficiency.costs import budget_check


def lines(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    columns = ["item", "provision", "financial_year", "amount"]
    frame = pd.DataFrame(rows, columns=columns).assign(source="s251")
    return checked(Budget, frame.assign(line=[f"Line {n}" for n in range(len(rows))]), "budget")


def test_every_column_of_the_budget_check_on_paper(paper, prices):
    # Residents in special schools: 38 at Oak and Elm and 1 in another authority; 3 independent.
    budget = lines(("top_up", "special", "2024-25", 450_000), ("fee", "ALL", "2025-26", 200_000))
    rows = budget_check(budget, paper.plans, prices, paper.base_year)
    first, second = rows.to_dict("records")
    assert first == {
        "line": "Line 0", "item": "top_up", "provision": "special", "financial_year": "2024-25",
        "budget": 450_000.0, "computed": 39 * 12_000.0, "difference": 18_000.0,
        "note": "Residents placed in January 2025 (2024/25): Special school 39 x 12,000 pounds "
        "(2025-26 prices, council).",
    }  # fmt: skip
    assert second["computed"] == 3 * 60_000 + 1 * 50_000
    assert second["difference"] == 30_000
    assert "Independent special school 3 x 60,000 pounds" in second["note"]


def test_place_funding_says_that_it_follows_places(paper, prices):
    budget = lines(("place_funding", "special", "2024-25", 400_000))
    row = budget_check(budget, paper.plans, prices, paper.base_year).iloc[0]
    assert row["computed"] == 390_000
    assert row["note"].endswith("Place funding follows places paid for, not pupils.")


def test_place_funding_is_that_of_places_paid_for_five_and_seven_twelfths(paper, prices):
    rows = [(2025, 48, "register"), (2026, 60, "register"), (2026, 9, "exports")]
    places = pd.DataFrame(rows, columns=["year", "places", "kind"]).assign(
        provision="special", capacity_basis="commissioned"
    )
    budget = lines(
        ("place_funding", "special", "2024-25", 1.0), ("place_funding", "special", "2025-26", 1.0)
    )

    rows = budget_check(budget, paper.plans, prices, paper.base_year, places)

    # January 2025 pays all of what is known of 2024-25; 2025-26 is 48 x 5/12 + 60 x 7/12 = 55.
    assert rows["computed"].tolist() == pytest.approx([480_000.0, 550_000.0])
    assert rows["note"].tolist() == [
        "Places commissioned, January 2025 (2024/25) all year: Special school 48 x 10,000 pounds "
        "(2025-26 prices, council).",
        "Places commissioned, 5/12 of January 2025 (2024/25) and 7/12 of January 2026 (2025/26): "
        "Special school 55 x 10,000 pounds (2025-26 prices, council).",
    ]
    other = places.assign(capacity_basis="usable")
    by_resident = budget_check(budget, paper.plans, prices, paper.base_year, other)
    assert by_resident["computed"].tolist() == [390_000, 390_000]


def test_a_cost_that_is_not_known_is_not_nothing(paper, prices):
    budget = lines(
        ("top_up", "ALL", "2024-25", 1.0), ("top_up", "resourced_provision", "2024-25", 1.0)
    )
    rows = budget_check(budget, paper.plans, prices, paper.base_year)
    assert rows["computed"].isna().all()
    assert rows["difference"].isna().all()
    assert rows["note"].str.contains("no cost for Resourced provision").all()


@pytest.mark.parametrize(
    ("item", "year", "said"),
    [
        ("transport", "2024-25", "who has transport"),
        ("capital", "2024-25", "schemes"),
        ("top_up", "2023-24", "January 2025 (2024/25) is not in or just before it"),
        ("top_up", "2026-27", "January 2025 (2024/25) is not in or just before it"),
    ],
)
def test_what_placements_cannot_tell_is_left_out_with_the_reason(paper, prices, item, year, said):
    budget = lines((item, "special", year, 1000.0))
    row = budget_check(budget, paper.plans, prices, paper.base_year).iloc[0]
    assert np.isnan(row["computed"])
    assert said in row["note"]


def test_nobody_placed_costs_nothing(paper, prices):
    plans = paper.plans[paper.plans["setting"] != "SPNM"]
    budget = lines(("fee", "non_maintained_special", "2024-25", 10.0))
    row = budget_check(budget, plans, prices, paper.base_year).iloc[0]
    assert row["computed"] == 0
    assert row["difference"] == -10


def test_without_budget_lines_there_is_no_table(paper, prices):
    assert budget_check(empty(Budget), paper.plans, prices, paper.base_year).empty
