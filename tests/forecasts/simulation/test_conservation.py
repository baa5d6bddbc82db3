"""No plan is lost and none is made, whatever the rates."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.panel import setting_groups
from forecasts.rates.certainty import AGE_CLASSES, Certainty
from forecasts.rates.model import Rates
from forecasts.rates.profiles import needs
from forecasts.simulation.simulate import broken_paths, simulate

SETTINGS = ("MSLA", "RP", "SPLA", "FE", "NEET")
YOUNGEST = np.array([3, 4, 2, 15, 0])
OLDEST = np.array([16, 15, 19, 25, 25])
LOCALITIES = ("Eastby", "Westby")


def odds(random: np.random.Generator, allowed: np.ndarray) -> np.ndarray:
    """Random chances with many zeros, none where it is not allowed; rows sum to 1."""
    drawn = random.gamma(0.5, size=allowed.shape) * (random.random(allowed.shape) < 0.5)
    drawn = np.where(drawn.sum(axis=-1, keepdims=True) * 0 + drawn * allowed > 0, drawn, 0.0)
    none = ~(drawn * allowed).any(axis=-1, keepdims=True)
    drawn = np.where(none, allowed, drawn * allowed)
    return drawn / drawn.sum(axis=-1, keepdims=True)


def any_rates(seed: int) -> Rates:
    """Random rates of settings with age limits: chances of 0 and 1 among them."""
    random = np.random.default_rng(seed)
    count, kinds = len(needs()), len(AGE_CLASSES)
    groups, ages = len(setting_groups()), np.arange(26)
    may = ((ages[:, None] >= YOUNGEST) & (ages[:, None] <= OLDEST)).astype(float)
    next_year = may[np.minimum(ages + 1, 25)]
    leave = random.choice([0.0, 0.1, 0.5, 1.0], p=[0.4, 0.4, 0.15, 0.05], size=(26, 5))
    leave[25] = 1.0
    join = random.gamma(0.3, 3.0, (26, count)) * (random.random((26, count)) < 0.5)
    spread = random.uniform(0, 0.5)
    shape = (26, count, 5, 5)
    return Rates(
        needs=needs(),
        settings=SETTINGS,
        leave=leave,
        join=join,
        join_setting=odds(random, may),
        move=odds(random, np.broadcast_to(next_year[:, None, None], shape)),
        change_need=odds(random, np.ones((26, count, count))),
        affinity=random.uniform(0.1, 10, (count, 5)),
        certainty=Certainty(
            leave=np.full((kinds, groups), spread),
            join=np.full((kinds, count), spread),
            move=np.full((kinds, groups), spread),
            place_elsewhere=spread,
            drift_join=np.full(count, spread),
            drift_leave=np.full(kinds, spread),
            drift_place=spread,
        ),
        join_first=join[::-1] if seed % 2 else None,
        localities=LOCALITIES,
        homes=random.gamma(1.0, size=(count, 2)) + 1e-3,
    )


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_plans_are_conserved_at_any_rates_and_ages(plans, full_targets, homes, data):
    size = data.draw(st.integers(1, 80))
    seed = data.draw(st.integers(0, 2**63 - 1))
    rates = any_rates(data.draw(st.integers(0, 10_000)))
    edges = st.sampled_from([-4, -3, -1, 0, 6, 11, 12, 14, 15, 20, 21])
    few = plans.sample(n=size, random_state=data.draw(st.integers(0, 1000))).assign(
        ncy=data.draw(st.lists(edges, min_size=size, max_size=size)),
        setting=data.draw(st.lists(st.sampled_from(SETTINGS), min_size=size, max_size=size)),
        need=data.draw(st.lists(st.sampled_from(needs()), min_size=size, max_size=size)),
    )
    scale = data.draw(st.sampled_from([0.2, 1.0, 2.0])) * size
    level = full_targets.loc[full_targets["cut"] == "total", "mean"].iloc[0]
    wanted = full_targets.assign(mean=full_targets["mean"] * scale / level)
    run = simulate(few, rates, wanted, homes, paths=3, years=4, seed=seed)
    assert broken_paths(run) == 0
    rows = run.paths
    assert (rows["count"] > 0).all()
    later = rows[rows["year"] > 2025]
    age = later["ncy"].to_numpy() + 4
    place = later["setting"].cat.codes.to_numpy()
    assert (age <= OLDEST[place]).all()
    assert (age >= YOUNGEST[place]).all()


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_who_surely_stays_stays_and_who_surely_leaves_leaves(plans, rates, targets, homes, chance):
    from dataclasses import replace

    leave = np.full_like(rates.leave, chance)
    leave[25] = 1.0
    odd = replace(rates, leave=leave, join=np.zeros_like(rates.join))
    run = simulate(plans, odd, targets, homes, paths=2, years=3, seed=1)
    assert broken_paths(run) == 0
    first = run.path_totals[run.path_totals["year"] == 2026]
    oldest = int((plans["ncy"] == 21).sum())
    wanted = oldest if chance == 0.0 else len(plans)
    assert (first["joiners"] == 0).all()
    assert (first["leavers"] == wanted).all()
