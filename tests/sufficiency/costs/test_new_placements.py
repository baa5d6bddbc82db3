"""Tests of which independent and non-maintained placements are new."""

import pandas as pd
import pytest

from sufficiency.costs.new_placements import new_placements

LIME = "300001"


def kinds(found: pd.DataFrame) -> list[tuple[str, str, int]]:
    counted = found.groupby(["establishment", "kind"]).size()
    return [(str(urn), str(kind), int(n)) for (urn, kind), n in counted.items()]  # pyright: ignore[reportGeneralTypeIssues]


def before(paper, urn: str, ncy: int, **changed: object) -> pd.DataFrame:
    """Past plans in which one child of Lime House was elsewhere a year before."""
    past = paper.past_plans
    child = past[past["establishment"] == LIME].iloc[:1]
    earlier = child.assign(
        year=paper.base_year - 1, establishment=urn, ncy=ncy, **{"setting": "MSLA", **changed}
    )
    rest = past[past["year"] < paper.base_year]
    return pd.concat([rest, earlier, child.assign(ncy=ncy + 1)], ignore_index=True)


def test_on_paper_two_have_a_new_plan_and_two_came_at_the_change_of_phase(paper):
    found = new_placements(paper.past_plans, paper.schools_attended, paper.base_year)
    assert kinds(found) == [
        (LIME, "new_plan", 2),
        ("300002", "phase_transfer", 1),
        ("300003", "phase_transfer", 1),
    ]


def test_a_child_already_placed_is_never_counted_even_at_a_change_of_phase(paper):
    past = before(paper, LIME, 6, setting="SPIN")
    assert new_placements(past, paper.schools_attended, paper.base_year).empty


def test_leaving_an_infant_school_at_its_last_year_is_a_change_of_phase(paper):
    past = before(paper, "400001", 2)
    found = new_placements(past, paper.schools_attended, paper.base_year)
    assert kinds(found) == [(LIME, "phase_transfer", 1)]


def test_leaving_a_school_before_its_last_year_is_a_move(paper):
    past = before(paper, "400002", 8)
    found = new_placements(past, paper.schools_attended, paper.base_year)
    assert kinds(found) == [(LIME, "move", 1)]


def test_another_independent_school_is_a_new_placement(paper):
    past = before(paper, "300002", 8, setting="SPIN")
    found = new_placements(past, paper.schools_attended, paper.base_year)
    assert kinds(found) == [(LIME, "move", 1)]


def test_where_schools_are_not_recorded_only_another_setting_is_new(paper):
    past = before(paper, "", 8, setting="SPIN")
    assert new_placements(past, paper.schools_attended, paper.base_year).empty


@pytest.mark.parametrize("years", [[], [2025]])
def test_without_the_january_before_nothing_is_known_to_be_new(paper, years):
    past = paper.past_plans[paper.past_plans["year"].isin(years)]
    found = new_placements(past, paper.schools_attended, paper.base_year)
    assert found.empty
    assert "kind" in found


def test_the_order_of_rows_does_not_matter(paper):
    mixed = paper.past_plans.sample(frac=1, random_state=2)
    one = new_placements(paper.past_plans, paper.schools_attended, paper.base_year)
    other = new_placements(mixed, paper.schools_attended, paper.base_year)
    pd.testing.assert_frame_equal(one, other)
