"""Bands of the whole engine against known truth: do they hold what really became of it?

Made-up panels (`sufficiency.demo.panel`) are published up to January 2025; everything is refitted
on each. Authorities are then forecast, simulated, and held against the plans that they really had.
One replication is one authority of one panel. An outcome's place among the paths, 0 to 1, is
drawn within ties, so that small counts are not held to be covered merely because they are whole.
"""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np
import pandas as pd
import pytest

from forecasts.panel import build_panel
from forecasts.pooled.parameters import Parameters
from forecasts.pooled.targets import at_level, forecast_targets
from forecasts.rates.estimate import estimate_rates
from forecasts.rates.linked import Linked
from forecasts.simulation.simulate import simulate
from forecasts.tested.pooled import fit_and_test
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
from sufficiency.terms import OUTSIDE, lookup

BASE, YEARS, FIRST_RETURN = 2025, 3, 2020
ROUTES = ("open", "linked")
SMALLEST = 15
LEVELS = {"authority": "all", "need": "need", "setting": "setting_group", "locality": "locality"}
BAND_80, BAND_95 = (0.1, 0.9), (0.025, 0.975)


@dataclass(frozen=True)
class Effort:
    """How much to simulate: panels, authorities in a panel, how many of them, paths, origins."""

    seeds: range
    size: int
    authorities: int
    paths: int
    first_origin: int
    routes: tuple[str, ...] = ROUTES


@dataclass(frozen=True)
class Known:
    """What is known of one panel at the base census, and what was fitted on it."""

    world: PanelWorld
    stock: pd.DataFrame
    flows: pd.DataFrame
    people: pd.DataFrame
    fitted: Parameters


def replications(effort: Effort, workers: int = 1) -> pd.DataFrame:
    """Return one row a route, replication, level, cut and year: mean, actual and its place."""
    of_panel = partial(_of_panel, effort)
    if workers == 1:
        return pd.concat(map(of_panel, effort.seeds), ignore_index=True)
    with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
        return pd.concat(pool.map(of_panel, effort.seeds), ignore_index=True)


def _of_panel(effort: Effort, seed: int) -> pd.DataFrame:
    known = _known(seed, effort)
    random = np.random.default_rng(seed)
    parts = []
    for authority in known.world.process.authorities[: effort.authorities]:
        actual = outcomes(known.world, authority, BASE + 1, BASE + YEARS)
        actual = actual.rename(columns={"plans": "count"})
        targets, _ = forecast_targets(
            known.stock, known.flows, known.people, authority, BASE, YEARS,
            parameters=known.fitted,
        )  # fmt: skip
        for route in effort.routes:
            paths = _paths(known, authority, targets, route, effort.paths)
            found = _places(paths, actual, random)
            parts.append(found.assign(route=route, seed=seed, authority=authority))
    return pd.concat(parts, ignore_index=True)


def coverage(table: pd.DataFrame, band: tuple[float, float]) -> pd.Series:
    """Return per route and level how many of a hundred outcomes lie in a band."""
    inside = table["place"].between(*band)
    return 100 * inside.groupby([table["route"], table["level"]]).mean()


def _known(seed: int, effort: Effort) -> Known:
    world = panel_world(seed, count=effort.size, last=BASE + YEARS)
    stock, flows = published_stock(world, BASE), published_flows(world, BASE)
    people = population(world, BASE)
    panel = build_panel(stock, flows, people, BASE)
    fitted, _ = fit_and_test(panel, effort.first_origin)
    return Known(world, stock, flows, people, fitted)


def _paths(
    known: Known, authority: str, targets: pd.DataFrame, route: str, paths: int
) -> pd.DataFrame:
    """Simulate one authority as `sufficiency run` would."""
    world, stock, flows = known.world, known.stock, known.flows
    residents = homes(world, authority, BASE, YEARS)
    linked = None
    if route == "linked":
        linked = Linked(
            past_plans(world, authority, FIRST_RETURN, BASE),
            plan_flows(world, authority, FIRST_RETURN + 1, BASE),
            requests(world, authority, BASE),
        )
    rates = estimate_rates(
        stock, flows, authority, BASE, linked=linked, population_by_locality=residents
    )
    plans = base_plans(world, authority, BASE)
    run = simulate(
        plans,
        rates,
        at_level(targets, len(plans)),
        residents,
        paths=paths,
        years=YEARS,
        seed=world.seed,
        threads=1,
    )
    return run.paths


def _places(paths: pd.DataFrame, actual: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    many = paths["path"].nunique()
    rows = []
    for level, column in LEVELS.items():
        simulated, true = _by(paths, column, ["path"]), _by(actual, column, [])
        for cut in simulated.index.get_level_values(0).unique().union(true.index.unique(0)):
            if cut == OUTSIDE:
                continue
            for ahead in range(1, YEARS + 1):
                counts = np.zeros(many)
                if (cut, BASE + ahead) in simulated.index:
                    known = simulated.loc[(cut, BASE + ahead)]
                    counts[known.index] = known.to_numpy()
                outcome = float(true.get((cut, BASE + ahead), 0))
                below, same = (counts < outcome).sum(), (counts == outcome).sum()
                place = (below + random.random() * (same + 1)) / (many + 1)
                rows.append((level, cut, ahead, counts.mean(), outcome, place))
    table = pd.DataFrame(rows, columns=["level", "cut", "ahead", "mean", "actual", "place"])
    return table[table["mean"] >= SMALLEST]


def _by(counts: pd.DataFrame, column: str, within: list[str]) -> pd.Series:
    group = counts["setting"].map(lookup("settings", "setting_group"))
    named = counts.assign(all="all", setting_group=group.astype("str"))
    return named.groupby([column, "year", *within], observed=True)["count"].sum()


@pytest.fixture(scope="module")
def many() -> pd.DataFrame:
    """Return 200 replications by either route: 25 authorities in each of 8 panels."""
    effort = Effort(range(101, 109), size=60, authorities=25, paths=200, first_origin=2016)
    return replications(effort, workers=2)


@pytest.mark.slow
@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("level", LEVELS)
def test_eight_in_ten_outcomes_lie_in_the_80_percent_band(
    many: pd.DataFrame, route: str, level: str
) -> None:
    assert many.groupby(["seed", "authority"]).ngroups == 200
    assert 74 <= coverage(many, BAND_80)[route, level] <= 86


@pytest.mark.slow
@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("level", LEVELS)
def test_nineteen_in_twenty_lie_in_the_95_percent_band(
    many: pd.DataFrame, route: str, level: str
) -> None:
    assert 91 <= coverage(many, BAND_95)[route, level] <= 98


def test_bands_of_a_few_replications_are_neither_certain_nor_boundless() -> None:
    """Three authorities: some outcomes outside the 80% band, most inside the 95% one."""
    few = replications(Effort(range(1, 2), size=20, authorities=3, paths=40, first_origin=2022))
    assert few.groupby("authority").ngroups == 3
    assert (coverage(few, BAND_95) >= 70).all()
    assert 55 <= coverage(few, BAND_80).mean() <= 96


def test_the_place_of_an_outcome_is_where_it_lies_among_the_paths() -> None:
    """Four paths with 20 to 23 plans; 22 became true: between the second and the fourth of five."""
    cell = {"year": 2026, "need": "ASD", "setting": "SPLA", "ncy": 1, "locality": "Eastby"}
    paths = pd.DataFrame([{**cell, "path": path, "count": 20 + path} for path in range(4)])
    true = pd.DataFrame([{**cell, "count": 22}])
    table = _places(paths, true, np.random.default_rng(1))
    first = table[(table["ahead"] == 1)]
    assert set(first["level"]) == set(LEVELS)
    assert first["place"].between(2 / 5, 4 / 5).all()
    assert set(first["mean"]) == {21.5}
    assert set(table[table["ahead"] > 1]["mean"]) == set()
