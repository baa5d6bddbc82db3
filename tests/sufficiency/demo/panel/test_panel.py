"""The made-up panel: people add up to what is published of them, at the rates that are said."""

import numpy as np
import pandas as pd
import pytest

from sufficiency.demo.panel import (
    PanelWorld,
    base_plans,
    homes,
    outcomes,
    panel_world,
    past_plans,
    plan_flows,
    population,
    published_flows,
    published_stock,
    requests,
)
from sufficiency.demo.panel import rates as true_rates

BASE, LAST = 2025, 2027
AUTHORITY = "903"


@pytest.fixture(scope="module")
def world() -> PanelWorld:
    """Return a panel of six authorities, two years of the future included."""
    return panel_world(5, count=6, last=LAST)


def test_the_same_seed_makes_the_same_people(world: PanelWorld) -> None:
    again = panel_world(5, count=6, last=LAST)
    pd.testing.assert_frame_equal(world.plans, again.plans)


def test_another_future_leaves_nobody_of_the_past_where_they_were_not(world: PanelWorld) -> None:
    now = set(world.plans.loc[world.plans["year"] == BASE, "person"])
    before = set(world.plans.loc[world.plans["year"] == BASE - 1, "person"])
    gone = set(world.ceased.loc[world.ceased["year"] == BASE, "person"])
    assert before - now == gone
    assert not gone & now


@pytest.mark.parametrize("dimension", ["setting", "age", "need", "need_age", "age_setting"])
def test_published_parts_sum_to_the_published_total(world: PanelWorld, dimension: str) -> None:
    stock = published_stock(world, BASE)
    now = stock[stock["year"] == BASE]
    whole = now[now["dimension"] == "total"].set_index("authority")["value"]
    parts = now[now["dimension"] == dimension].groupby("authority")["value"].sum()
    pd.testing.assert_series_equal(parts.sort_index(), whole.sort_index(), check_names=False)
    local = now[(now["level"] == "authority") & (now["dimension"] == "total")]
    assert whole["ENG"] == local["value"].sum()


def test_nothing_is_published_of_the_future(world: PanelWorld) -> None:
    assert published_stock(world, BASE - 2)["year"].max() == BASE - 2
    assert published_flows(world, BASE - 2)["year"].max() == BASE - 2
    assert population(world, 2023)["year"].max() == 2020


def test_an_earlier_base_publishes_the_same_of_earlier_years(world: PanelWorld) -> None:
    later, earlier = published_flows(world, BASE), published_flows(world, 2022)
    kept = later[(later["year"] <= 2022) & later["dimension"].isin(["total", "setting"])]
    old = earlier[earlier["dimension"].isin(["total", "setting"])]
    pd.testing.assert_frame_equal(kept.reset_index(drop=True), old.reset_index(drop=True))


def test_linked_flows_explain_the_stock(world: PanelWorld) -> None:
    flows = plan_flows(world, AUTHORITY, 2024, BASE).groupby(["year", "flow"])["value"].sum()
    for year in (2024, BASE):
        stayed = sum(flows.get((year, flow), 0.0) for flow in ("stayer", "mover", "need_change"))
        assert stayed + flows[year, "leaver"] == len(base_plans(world, AUTHORITY, year - 1))
        assert stayed + flows[year, "joiner"] == len(base_plans(world, AUTHORITY, year))


def test_plans_of_a_year_are_the_outcomes_of_that_year(world: PanelWorld) -> None:
    found = outcomes(world, AUTHORITY, BASE, LAST).groupby("year")["plans"].sum()
    held = past_plans(world, AUTHORITY, BASE, LAST).groupby("year").size()
    assert found.to_dict() == held.to_dict()


def test_pending_requests_know_part_of_who_will_join(world: PanelWorld) -> None:
    joiners = plan_flows(world, AUTHORITY, BASE + 1, BASE + 1).query("flow == 'joiner'")
    asked = requests(world, AUTHORITY, BASE)
    assert 0 < len(asked) < joiners["value"].sum()
    assert asked["age"].max() <= joiners["age"].max() - 1


def test_people_leave_at_the_rate_that_is_said(world: PanelWorld) -> None:
    """Expected leavers, summed person by person from the true chances, against those drawn."""
    plans = world.plans[world.plans["year"] < LAST]
    usual = true_rates.leaving()[plans["age"], plans["setting"]]
    classes = np.searchsorted([last for _, last in true_rates.AGE_CLASSES], plans["age"])
    at = plans["year"].to_numpy() + 1 - world.process.years[0]
    odds = usual * world.process.leave[at, plans["authority"], classes]
    chance = odds / (1.0 - usual + odds)
    spread = np.sqrt((chance * (1.0 - chance)).sum())
    assert abs(len(world.ceased) - chance.sum()) < 4 * spread


def test_nobody_is_in_a_setting_that_does_not_take_their_age(world: PanelWorld) -> None:
    assert true_rates.can_be()[world.plans["age"], world.plans["setting"]].all()


def test_residents_of_localities_are_those_of_the_authority(world: PanelWorld) -> None:
    here = homes(world, AUTHORITY, BASE, 1)
    summed = here[here["year"] == BASE]["persons"].sum()
    assert summed == pytest.approx(world.process.residents[world.process.at(BASE), 2].sum())
