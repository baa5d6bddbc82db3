"""The made-up people: they add up, they follow their known rates, and none could be real."""

import numpy as np
import pandas as pd
import pytest

from sufficiency.demo import westmere
from sufficiency.demo.people import World, true_rates, truth, world
from sufficiency.demo.people.fitting import fitted
from sufficiency.demo.people.identities import ulns, upns
from sufficiency.demo.people.rates import AGES, CEASED, YEARS, allowed, need_change, states
from sufficiency.demo.people.simulate import census_day
from sufficiency.privacy import valid_uln, valid_upn


def test_the_same_seed_gives_the_same_people_and_another_seed_others(people: World) -> None:
    again, other = world(people.seed), world(7)
    pd.testing.assert_frame_equal(again.course.plans, people.course.plans)
    pd.testing.assert_frame_equal(again.requests, people.requests)
    pd.testing.assert_frame_equal(again.people, people.people)
    assert not other.course.plans["home"].equals(people.course.plans["home"])


def test_plans_of_every_january_are_those_of_the_panel(people: World) -> None:
    counted = people.course.plans.groupby("year").size()
    assert counted.index.tolist() == list(YEARS)
    assert counted.tolist() == people.panel.totals[-1, -len(YEARS) :].tolist()
    assert not people.course.plans.duplicated(["year", "person"]).any()


def test_stock_and_joiners_less_leavers_are_the_next_stock(people: World) -> None:
    known = truth(people)
    stock, joiners, leavers = (
        known[name].groupby("year")["plans"].sum() for name in ("stock", "joiners", "leavers")
    )
    assert (stock.shift(1) + joiners - leavers)[1:].tolist() == stock[1:].tolist()
    kept = sum(known[name].groupby("year")["plans"].sum() for name in ("movers", "stayers"))
    kept = kept + known["need_changes"].groupby("year")["plans"].sum()
    assert (kept + joiners).tolist() == stock[1:].tolist()


def test_every_child_is_of_an_age_that_their_place_takes(people: World) -> None:
    plans = people.course.plans
    assert allowed()[plans["age"] - AGES[0], plans["state"]].all()
    school = plans["school"].to_numpy()
    placed = plans[school >= 0]
    rows = people.places.schools.iloc[placed["school"]]
    age = placed["age"].to_numpy()
    assert (age >= rows["low_age"].astype(int).to_numpy()).all()
    assert (age < rows["high_age"].astype(int).to_numpy()).all()
    needs_urn = (states()["types"] != "").to_numpy()[plans["state"]]
    assert ((school >= 0) == needs_urn).all()
    types = states()["types"].to_numpy()[placed["state"]]
    fits = [code in held.split() for code, held in zip(rows["type_code"], types, strict=True)]
    assert all(fits)


def test_ages_follow_from_birth_dates(people: World) -> None:
    plans = people.course.plans
    born = pd.DatetimeIndex(plans["person"].map(people.people.set_index("person")["birth"]))
    at_31_august = plans["year"] - 1 - born.year - (born.month > 8)
    assert (at_31_august == plans["age"]).all()


def test_rates_are_chances(people: World) -> None:
    known = fitted()
    rows = known.moves.sum(axis=2)
    assert np.allclose(rows[rows > 0], 1.0)
    assert np.allclose(need_change().sum(axis=1), 1.0)
    assert known.joining.sum() == pytest.approx(1.0)
    assert (known.joining[~allowed()] == 0).all()
    tables = true_rates(people)
    for name in ("leave", "move", "need_change"):
        assert tables[name]["rate"].between(0, 1).all()


def test_children_leave_as_often_as_the_known_rates_say(people: World) -> None:
    plans = people.course.plans
    column = states()["column"].to_numpy()[plans["state"]]
    held = plans.assign(column=column, age=plans["age"] + 1, year=plans["year"] + 1)
    held = held[held["year"].isin(YEARS)]
    chance = held.merge(true_rates(people)["leave"], on=["year", "age", "column"], how="left")
    # Beyond 25, and where the place no longer takes the age, the rate is not in the table.
    expected = chance.assign(old=chance["age"] >= 18).groupby(["year", "old"])["rate"].sum()
    left = truth(people)["leavers"]
    found = left.assign(old=left["age"] >= 18).groupby(["year", "old"])["plans"].sum()
    assert (found - expected).abs().max() < 12
    counted = left.groupby("year")["plans"].sum()
    for year, plans_ceased in CEASED.items():
        assert counted[year + 1] == pytest.approx(plans_ceased, abs=4)


def test_children_change_place_and_need_as_often_as_the_known_rates_say(people: World) -> None:
    plans = people.course.plans
    before = plans[["person", "year", "state", "need"]].assign(year=plans["year"] + 1)
    pairs = plans.merge(before, on=["person", "year"], suffixes=("", "_before"))
    moves = fitted().moves
    stays = moves[pairs["age"] - AGES[0], pairs["state_before"], pairs["state_before"]]
    expected = pd.Series(1 - stays).groupby(pairs["age"]).sum()
    found = (pairs["state"] != pairs["state_before"]).groupby(pairs["age"]).sum()
    assert ((found - expected).abs() <= 4 * np.sqrt(expected + 1)).all()
    changed = (pairs["need"] != pairs["need_before"]).mean()
    assert changed == pytest.approx(0.012, abs=0.003)


def test_joiners_are_shared_over_ages_and_needs_as_the_known_rates_say(people: World) -> None:
    joiners = truth(people)["joiners"]
    cells = true_rates(people)["join_cells"]
    for axis in ("age", "need"):
        found = joiners.groupby(axis)["plans"].sum()
        expected = cells.groupby(axis)["share"].sum() * found.sum()
        expected = expected[expected > 1]
        assert ((found.reindex(expected.index) - expected).abs() <= 3 * np.sqrt(expected) + 3).all()


def test_homes_follow_the_known_shares_of_localities(people: World) -> None:
    stock = truth(people)["stock"]
    now = stock[stock["year"] == YEARS[-1]].groupby("locality")["plans"].sum()
    share = true_rates(people)["join_localities"].set_index("locality")["share"]
    assert (now / now.sum() - share).abs().max() < 0.02


def test_signature_of_bases_and_boys_holds(people: World) -> None:
    plans = people.course.plans
    kind = states()["group"].to_numpy()[plans["state"]]
    bases = plans[kind == "base"].groupby("year").size()
    assert bases.between(44, 66).all()
    assert (people.course.people["sex"] == "M").mean() == pytest.approx(0.72, abs=0.02)


def test_requests_come_before_plans_and_twenty_weeks_are_missed_until_2024(people: World) -> None:
    asked = people.requests
    assert (asked["start"].isna() | (asked["start"] > asked["received"])).all()
    own = set(people.course.plans.loc[people.course.plans["transferla"] == "", "person"])
    issued = asked[asked["start"].notna() & asked["person"].isin(own)]
    weeks = (issued["start"] - issued["received"]).dt.days / 7
    for year, share in westmere.FLOWS["in_20_weeks"].items():
        of_year = issued["start"].dt.year == year
        assert (weeks[of_year] <= 20).mean() == pytest.approx(share, abs=0.06)


@pytest.mark.parametrize("year", [2019, 2020, 2021, 2022, 2023, 2024])
def test_requests_of_each_calendar_year_are_about_those_of_the_signature(
    people: World, year: int
) -> None:
    plans = people.course.plans
    came = set(plans.loc[plans["transferla"] != "", "person"])
    asked = people.requests[~people.requests["person"].isin(came)]
    own = asked[asked["received"].dt.year == year]
    assert len(own) == pytest.approx(westmere.FLOWS["requests"][year], rel=0.16)
    refused = own["outcome"] == "N"
    assert refused.sum() == westmere.FLOWS["refused"][year]


def test_no_identifier_is_valid_and_no_two_people_share_one(people: World) -> None:
    everyone = people.people
    assert not valid_upn(everyone["upn"]).any()
    assert not valid_uln(everyone["uln"]).any()
    assert everyone.loc[everyone["upn"] != "", "upn"].is_unique
    assert everyone.loc[everyone["uln"] != "", "uln"].is_unique
    lacking = (everyone["upn"] == "").mean()
    assert 0.005 < lacking < 0.03
    assert everyone["surname"].str.fullmatch(r"Demo\d{6}").all()


def test_a_check_letter_or_digit_is_wrong_by_one_worked_by_hand() -> None:
    # 9x2 + 9x3 + 9x4 + 1x13 = 94; 94 mod 23 = 2, the letter C; the next is D.
    assert upns(np.array([1])).tolist() == ["D999000000001"]
    # 9x10 + 1x2 = 92; 92 mod 11 = 4; 10 - 4 = 6; the next is 7.
    assert ulns(np.array([1])).tolist() == ["9000000017"]


@pytest.mark.parametrize(
    ("year", "day"),
    [(2020, "2020-01-16"), (2023, "2023-01-19"), (2024, "2024-01-18"), (2025, "2025-01-16")],
)
def test_census_day_is_the_third_thursday_of_january(year: int, day: str) -> None:
    assert str(census_day(year))[:10] == day
