"""Rates from linked years, held against the rates that the people were drawn with."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit

from forecasts.rates.certainty import AGE_CLASSES, class_of_age
from forecasts.rates.estimate import Rates, estimate_rates
from forecasts.rates.leaving import group_of_setting
from forecasts.rates.linked import Linked, Steps, steps
from forecasts.rates.movement import allowed
from forecasts.rates.profiles import needs, settings
from sufficiency.demo.people.rates import AGES, NEEDS

BASE, DRAWS = 2025, 3
EIGHTY, NINETY_FIVE = 1.2816, 1.96


@pytest.fixture(scope="module")
def drawn(draw, stock, flows) -> list[tuple[Rates, Steps]]:
    """Westmere's people drawn anew, with another country's published tables behind them."""
    made = []
    for seed in range(DRAWS):
        linked = draw(seed)
        found = steps(linked, BASE)
        assert found is not None
        made.append((estimate_rates(stock, flows, "905", BASE, linked=linked), found))
    return made


def _cells(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    return rows.groupby(by)[["weight", "true", "own"]].sum()


def _misses(cells: pd.DataFrame, sd: np.ndarray, fewest: float) -> list[float]:
    """How many standard deviations the truth lies off, a cell with enough plans to speak of."""
    cells = cells[cells["weight"] >= fewest]
    at = tuple(np.array(cells.index.get_level_values(level)) for level in (0, 1))
    true, own = (cells[name] / cells["weight"] for name in ("true", "own"))
    return list((logit(true) - logit(own)).to_numpy() / sd[at])


def _leavers(rates: Rates, found: Steps, truth) -> list[float]:
    place = np.array([settings().index(code) for code in truth.setting])
    parts = []
    for year, weight in zip(found.years, found.weights, strict=True):
        start = truth.start[year][truth.start[year]["age"] < AGES[-1]]
        age, at = start["age"].to_numpy(), start["state"].to_numpy()
        parts.append(
            pd.DataFrame(
                {
                    "class": class_of_age()[age],
                    "group": group_of_setting()[place[at]],
                    "weight": weight,
                    "true": weight * truth.leave[year][age + 1 - AGES[0], at],
                    "own": weight * rates.leave[age, place[at]],
                }
            )
        )
    return _misses(_cells(pd.concat(parts), ["class", "group"]), rates.certainty.leave, 20.0)


def _movers(rates: Rates, found: Steps, truth) -> list[float]:
    place = np.array([settings().index(code) for code in truth.setting])
    same = place[:, None] == place[None]
    parts = []
    for year, weight in zip(found.years, found.weights, strict=True):
        start = truth.start[year][truth.start[year]["age"] < AGES[-1]]
        age, at = start["age"].to_numpy(), start["state"].to_numpy()
        need = np.array([needs().index(NEEDS[number]) for number in start["need"]])
        true = 1 - (truth.move[age + 1 - AGES[0], at] * same[at]).sum(axis=1)
        own = 1 - rates.move[age, need, place[at], place[at]]
        forced = own >= 1 - 1e-9
        parts.append(
            pd.DataFrame(
                {
                    "class": class_of_age()[age],
                    "group": group_of_setting()[place[at]],
                    "weight": weight,
                    "true": weight * true,
                    "own": weight * own,
                }
            )[~forced]
        )
    return _misses(_cells(pd.concat(parts), ["class", "group"]), rates.certainty.move, 20.0)


def _joiners(rates: Rates, found: Steps, truth) -> list[float]:
    weights = dict(zip(found.years, found.weights / found.weights.sum(), strict=True))
    true = sum(weights[year] * truth.joiners[year].sum(axis=1) for year in found.years)
    member = np.eye(len(AGE_CLASSES))[class_of_age()]
    by_class = member[list(AGES)].T @ true
    own = (member.T @ rates.join)[:, [needs().index(need) for need in NEEDS]]
    sd = rates.certainty.join[:, [needs().index(need) for need in NEEDS]]
    enough = by_class > 0.2
    return list(((np.log(np.maximum(by_class, 1e-9)) - np.log(own)) / sd)[enough])


@pytest.mark.parametrize("measured", [_leavers, _movers, _joiners])
def test_rates_recover_the_true_ones_within_their_stated_uncertainty(drawn, truth, measured):
    misses = np.abs(np.concatenate([measured(*each, truth) for each in drawn]))
    assert len(misses) >= 60
    assert 0.70 <= (misses < EIGHTY).mean() <= 0.90
    assert (misses < NINETY_FIVE).mean() >= 0.90


def test_shares_stay_shares_and_the_old_leave(drawn):
    for rates, _ in drawn:
        assert (rates.leave[25] == 1).all()
        assert ((rates.leave >= 0) & (rates.leave <= 1)).all()
        for table in (rates.join_setting, rates.move, rates.change_need):
            assert (table >= 0).all()
            assert table.sum(axis=-1) == pytest.approx(np.ones(table.shape[:-1]))
        for spread in (rates.certainty.leave, rates.certainty.join, rates.certainty.move):
            assert ((spread > 0) & (spread < 2)).all()


def test_nobody_moves_where_their_age_is_not_taken_nor_out_of_the_record(drawn):
    can, lost = allowed(settings()), settings().index("UNK")
    for rates, _ in drawn:
        for age in range(25):
            into = rates.move[age] * (1 - np.eye(len(settings())))
            assert (into[:, :, ~can[age + 1]] == 0).all()
            assert (into[:, :, lost] == 0).all()


def test_joiners_are_as_many_as_in_a_weighted_year(drawn):
    rates, found = drawn[0]
    weights = found.weights / found.weights.sum()
    assert rates.join.sum() == pytest.approx(weights @ found.joined.sum(axis=(1, 2, 3)))


def test_small_cells_stay_near_the_published_rate_and_large_ones_do_not(drawn, stock, flows):
    published = estimate_rates(stock, flows, "905", BASE)
    rates, found = drawn[0]
    left, held = (found.mean(counts).sum(axis=1) for counts in (found.left, found.held))
    college, noted = settings().index("FE"), settings().index("OTHP")
    many, few = (19, college), (8, noted)
    assert held[many] > 50 > 5 > held[few]
    own = left[many] / held[many]
    assert abs(rates.leave[many] - own) < 0.4 * abs(published.leave[many] - own)
    assert rates.certainty.leave[3, 5] < 0.5 * rates.certainty.leave[0, 5]


def test_more_linked_years_make_rates_surer(draw, drawn, stock, flows):
    one = estimate_rates(stock, flows, "905", BASE, linked=draw(0, range(2025, 2026)))
    many = drawn[0][0]
    assert many.certainty.leave[3, 5] < one.certainty.leave[3, 5]
    assert (
        many.certainty.join[:, needs().index("ASD")].sum()
        < one.certainty.join[:, needs().index("ASD")].sum()
    )


def test_only_provisional_needs_change_and_only_into_settled_ones(drawn):
    for rates, _ in drawn:
        changed = rates.change_need * (1 - np.eye(len(needs())))
        loses, gains = changed.sum(axis=(0, 2)) > 0, changed.sum(axis=(0, 1)) > 0
        assert not (loses & gains).any()
        assert not gains[needs().index("UNKNOWN")]


def test_an_annotated_year_counts_less(draw, stock, flows):
    linked = draw(1)
    leavers = linked.plan_flows["flow"].eq("leaver") & linked.plan_flows["year"].eq(BASE)
    backlog = linked.plan_flows.assign(
        value=linked.plan_flows["value"].where(~leavers, 3 * linked.plan_flows["value"])
    )
    odd = Linked(linked.past_plans, backlog, linked.requests)

    def leaving(tables: Linked, *, years: tuple[int, ...] = (), weight: float = 0.25) -> float:
        rates = estimate_rates(
            stock, flows, "905", BASE, years, linked=tables, annotated_weight=weight
        )
        return float(rates.leave[16:20, settings().index("FE")].mean())

    usual, known, unknown = leaving(linked), leaving(odd, years=(BASE,)), leaving(odd)
    assert usual < known < unknown
    assert leaving(odd, years=(BASE,), weight=0.0) < known


def test_later_years_than_the_base_tell_nothing(draw, stock, flows):
    linked = draw(2)
    early = linked.plan_flows[linked.plan_flows["year"] <= 2023]
    cut = Linked(linked.past_plans, early, linked.requests)
    one, other = (
        estimate_rates(stock, flows, "905", 2023 + 2, linked=tables)
        for tables in (cut, Linked(linked.past_plans, early.iloc[::-1], linked.requests))
    )
    assert np.array_equal(one.leave, other.leave)  # nor does the order of rows
    first, second = steps(linked, 2023), steps(cut, 2023)
    assert first is not None
    assert second is not None
    assert np.array_equal(first.mean(first.held), second.mean(second.held))


def test_joiners_live_where_they_did(draw, truth, stock, flows):
    linked = draw(3)
    places = list(truth.homes.index)
    population = pd.DataFrame(
        [(place, 2025, age, 1000.0) for place in places for age in range(26)],
        columns=pd.Index(["locality", "year", "age", "persons"]),
    )
    rates = estimate_rates(
        stock, flows, "905", BASE, linked=linked, population_by_locality=population
    )
    assert rates.localities == tuple(sorted(set(places) - {"outside"}))
    weights = rates.join.sum(axis=0) @ rates.homes
    share = truth.homes[list(rates.localities)]
    assert weights / weights.sum() == pytest.approx((share / share.sum()).to_numpy(), abs=0.03)
    assert (rates.certainty.place > 0).all()
    assert (rates.certainty.place < rates.certainty.place_elsewhere).all()
    assert 0.02 < rates.certainty.drift_place < 0.08


def test_notes_say_whose_rates_are_used(drawn, stock, flows):
    text = " ".join(drawn[0][0].notes)
    assert "led to what the authority's own people did from January 2020 to January 2025" in text
    assert "5 linked steps" in text
    assert "linked" not in " ".join(estimate_rates(stock, flows, "905", BASE).notes)
