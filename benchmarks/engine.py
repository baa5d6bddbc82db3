"""Time the simulation of a made-up authority of 5,000 plans: CPU-seconds on all cores, by part.

    python benchmarks/engine.py

Compiling is told apart. The baseline is numpy looking up three keyed random numbers (leave, record
another need, move) for every plan, path and year, and doing nothing with them; it is timed on a
fiftieth of the paths. Fails where a limit is passed or two threads give another result than one.
"""

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd

from forecasts.panel import AGE_BANDS, TOTAL, setting_groups
from forecasts.pooled.needs import PREFIX
from forecasts.rates.certainty import class_of_age
from forecasts.rates.estimate import estimate_rates
from forecasts.rates.model import Rates
from forecasts.rates.profiles import needs
from forecasts.simulation.ages import age_factors
from forecasts.simulation.factors import unsolved
from forecasts.simulation.luck import draw_luck
from forecasts.simulation.shocks import target_paths
from forecasts.simulation.simulate import (
    Simulation,
    broken_paths,
    by_chance,
    run,
    set_out,
    simulate,
)
from sufficiency.demo.panel import (
    base_plans,
    homes,
    panel_world,
    published_flows,
    published_stock,
)
from sufficiency.terms import lookup

BASE, PLANS, GROWTH, SEED = 2025, 5_000, 1.045, 1
LIMITS = {(5_000, 10): 10.0, (1_000, 5): 1.5}
LARGEST = (5_000, 10)
FEWER = 50
LOCALITIES = 12

T = TypeVar("T")


@dataclass(frozen=True)
class Authority:
    """What a simulation starts from."""

    plans: pd.DataFrame
    rates: Rates
    targets: pd.DataFrame
    homes: pd.DataFrame

    def simulated(self, paths: int, years: int, threads: int = 2) -> Simulation:
        """Return its simulated futures."""
        return simulate(
            self.plans, self.rates, self.targets, self.homes,
            paths=paths, years=years, seed=SEED, threads=threads,
        )  # fmt: skip


def made_up() -> Authority:
    """Return an authority of 5,000 plans, put together of those of a made-up panel."""
    world = panel_world(SEED, count=6, last=BASE)
    authorities = world.process.authorities
    every = pd.concat([base_plans(world, name, BASE) for name in authorities], ignore_index=True)
    plans = every.head(PLANS).assign(plan_id=[f"{number:05d}" for number in range(PLANS)])
    years = LARGEST[1]
    rates = estimate_rates(
        published_stock(world, BASE), published_flows(world, BASE), authorities[0], BASE
    )
    names = [f"Locality {number:02d}" for number in range(LOCALITIES)]
    plans = plans.assign(locality=np.resize(names, PLANS))
    people = homes(world, authorities[0], BASE, years)
    people = people[people["locality"] == people["locality"].iloc[0]]
    everywhere = pd.concat([people.assign(locality=name) for name in names], ignore_index=True)
    return Authority(plans, rates, targets(plans, years), everywhere)


def targets(plans: pd.DataFrame, years: int) -> pd.DataFrame:
    """Return targets that grow like England's, every cut as fast, with bands of usual width."""
    group = plans["setting"].map(lookup("settings", "setting_group"))
    band = class_of_age()[np.clip(plans["ncy"].to_numpy(int) + 4, 0, 25)]
    cuts = [("total", TOTAL, float(len(plans)), 0.03)]
    cuts += [
        ("setting_group", name, float((group == name).sum()), 0.06) for name in setting_groups()
    ]
    cuts += [
        ("age_band", name, float((band == place).sum()), 0.06)
        for place, name in enumerate(AGE_BANDS)
    ]
    cuts += [
        ("need", PREFIX + need, float((plans["need"] == need).sum()), 0.06) for need in needs()
    ]
    horizon = np.arange(years + 1)
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "dimension": dimension,
                    "cut": cut,
                    "year": BASE + horizon,
                    "horizon": horizon,
                    "mean": level * GROWTH**horizon,
                    "own_sd": spread * horizon**0.6,
                    "common_sd": 0.5 * spread * horizon**0.6,
                    "tail": 6.0,
                    "method": "made up",
                }
            )
            for dimension, cut, level, spread in cuts
        ],
        ignore_index=True,
    )


def look_ups(paths: int, years: int) -> None:
    """Look up three numbers for every plan, path and year: the baseline."""
    slots = np.arange(PLANS, dtype=np.uint64)
    for key in range(paths * years * 3):
        word = slots * np.uint64(0x9E3779B97F4A7C15) + np.uint64(key)
        word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        word ^= word >> np.uint64(31)
        _ = (word >> np.uint64(11)) * 2.0**-53


def timed(work: Callable[[], T]) -> tuple[T, float, float]:
    """Return what was made, CPU-seconds and wall seconds."""
    wall, cpu = time.monotonic(), time.process_time()
    made = work()
    return made, time.process_time() - cpu, time.monotonic() - wall


def alike(one: Simulation, two: Simulation) -> bool:
    """Return whether two simulations are the same to the last bit."""
    pairs = zip(one.counts.chunks, two.counts.chunks, strict=True)
    return one.path_totals.equals(two.path_totals) and all(
        np.array_equal(a, b) for chunks in pairs for a, b in zip(*chunks, strict=True)
    )


def by_part(authority: Authority, paths: int, years: int) -> dict[str, float]:
    """Return CPU-seconds of each part of one simulation, and of the cuts made of it."""
    spent: dict[str, float] = {}

    def part(name: str, work: Callable[[], T]) -> T:
        made, spent[name], _ = timed(work)
        return made

    course, start = part(
        "plans and rates set out",
        lambda: set_out(authority.plans, authority.rates, authority.homes, years),
    )
    luck = part("luck", lambda: draw_luck(authority.rates, course, paths, BASE, SEED))
    chance = by_chance(start, course)
    wanted = part(
        "targets of paths", lambda: target_paths(authority.targets, paths, years, SEED, chance)
    )
    table = np.zeros((26, len(course.needs), len(course.settings)))
    np.add.at(table, (start.age, start.need, start.setting), 1.0)
    ages = part("ages", lambda: age_factors(table, course, authority.targets))
    solved = unsolved(paths, years, wanted.total, *ages)
    done = part(
        "paths, factors solved",
        lambda: run(course, start, luck, solved, SEED, "solved", wanted=wanted),
    )
    part("paths, factors frozen", lambda: run(course, start, luck, done.factors, SEED, "frozen"))
    counts = done.counts
    part("cut by need and setting", lambda: counts.count_by(
        need=range(len(counts.needs)), setting=range(len(counts.settings))
    ))  # fmt: skip
    part("plans conserved", lambda: broken_paths(done))
    return spent


def main() -> int:
    """Measure, print, and fail where a limit is passed."""
    authority = made_up()
    _, compiling, _ = timed(lambda: authority.simulated(2, 2))
    print(f"compiling or loading what was compiled: {compiling:.1f} CPU-s")
    failed = False
    print("paths years  plans at end  CPU s  wall s  limit  baseline CPU s  ratio")
    for (paths, years), limit in LIMITS.items():
        done, cpu, wall = timed(lambda p=paths, y=years: authority.simulated(p, y))
        broken = broken_paths(done)
        stock = done.path_totals.groupby("year")["stock"].mean().iloc[-1]
        held = sum(array.nbytes for chunk in done.counts.chunks for array in chunk) / 1e6
        _, baseline, _ = timed(lambda p=paths, y=years: look_ups(p // FEWER, y))
        baseline *= FEWER
        print(
            f"{paths:5d} {years:5d} {stock:13,.0f} {cpu:6.2f} {wall:7.2f} {limit:6.1f} "
            f"{baseline:15.1f} {cpu / baseline:6.2f}   {held:.0f} MB held, {broken} broken"
        )
        failed |= cpu > limit or broken > 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak {peak:,.0f} MB")
    one = authority.simulated(200, 10, threads=1)
    same = alike(one, authority.simulated(200, 10))
    print(f"one and two threads give the same: {'yes' if same else 'NO'}")
    print(f"CPU-seconds by part, {LARGEST[0]} paths x {LARGEST[1]} years:")
    for name, spent in by_part(authority, *LARGEST).items():
        print(f"  {name:26s} {spent:6.2f}")
    return int(failed or not same)


if __name__ == "__main__":
    sys.exit(main())
