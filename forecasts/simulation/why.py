"""Why the forecast moves: one change at a time, on the same paths and random numbers.

Each driver is the difference between two runs whose only difference it is; the last run is the
forecast, so the drivers sum exactly to its mean change. What depends on order is shared in the
order of the terms table `drivers`.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from forecasts.panel import Floats
from forecasts.rates.model import Rates
from forecasts.simulation.counts import Counts
from forecasts.simulation.course import held_population
from forecasts.simulation.luck import draw_luck
from forecasts.simulation.simulate import Simulation, run, set_out
from sufficiency.contracts import Drivers, checked
from sufficiency.terms import ALL, codes, lookup

NO_PROVISION = "none"


def why_it_moves(
    simulation: Simulation,
    plans: pd.DataFrame,
    rates: Rates,
    population_by_locality: pd.DataFrame,
    seed: int,
) -> pd.DataFrame:
    """Return the drivers of every year's mean change since the base census.

    Args:
        simulation: The forecast; its factors are taken off one kind at a time.
        plans: As it was made with.
        rates: As it was made with.
        population_by_locality: As it was made with.
        seed: As it was made with.

    Returns:
        Contract `Drivers`: all plans, each provision and each need group.
    """
    factors = simulation.factors
    paths, years = factors.level.shape
    course, start = set_out(plans, rates, population_by_locality, years)
    held = held_population(population_by_locality, start.base)
    same_children, _ = set_out(plans, rates, held, years)
    luck = draw_luck(rates, course, paths, start.base, seed)
    even = np.repeat(factors.level[..., None], factors.joiner.shape[2], axis=2)
    none = replace(
        factors,
        level=np.ones_like(factors.level),
        joiner=np.ones_like(factors.joiner),
        leaver=np.ones_like(factors.leaver),
        setting=np.ones_like(factors.setting),
        age_join=np.ones_like(factors.age_join),
        age_leave=np.ones_like(factors.age_leave),
    )
    joining = replace(none, level=factors.level, joiner=even, age_join=factors.age_join)
    leaving = replace(joining, leaver=factors.leaver, age_leave=factors.age_leave)
    placing = replace(leaving, setting=factors.setting)
    runs = [
        run(same_children, start, luck, none, seed, "ageing").counts,
        run(course, start, luck, none, seed, "population").counts,
        run(course, start, luck, joining, seed, "new_plan_rate").counts,
        run(course, start, luck, leaving, seed, "leaving").counts,
        run(course, start, luck, placing, seed, "placement_mix").counts,
        simulation.counts,
    ]
    means = [_means(counts) for counts in runs]
    frames = []
    for kind, cut in dict.fromkeys(cut for mean in means for cut in mean):
        level = np.stack([mean.get((kind, cut), np.zeros(years + 1)) for mean in means])
        steps = np.diff(level, axis=0, prepend=np.full((1, years + 1), level[0, 0]))
        frames += [
            pd.DataFrame(
                {
                    "scenario": simulation.scenario,
                    "year": start.base + np.arange(1, years + 1),
                    "cut_kind": kind,
                    "cut": cut,
                    "driver": driver,
                    "change": change[1:],
                }
            )
            for driver, change in zip(codes("drivers"), steps, strict=True)
        ]
    return checked(Drivers, pd.concat(frames, ignore_index=True), "drivers")


def _means(counts: Counts) -> dict[tuple[str, str], Floats]:
    """Mean plans over paths by cut, one value a year from the base census."""
    provisions = [*codes("provisions"), NO_PROVISION]
    groups = codes("need_groups")
    provision_of, group_of = lookup("settings", "provision"), lookup("needs", "need_group")
    by_provision = counts.count_by(
        setting=[provisions.index(provision_of[s] or NO_PROVISION) for s in counts.settings]
    ).mean(axis=0)
    by_group = counts.count_by(need=[groups.index(group_of[n]) for n in counts.needs]).mean(axis=0)
    means = {("all", ALL): by_group.sum(axis=1)}
    for kind, names, table in (
        ("provision", provisions, by_provision),
        ("need_group", groups, by_group),
    ):
        for column in np.flatnonzero(table.sum(axis=0)):
            means[kind, names[column]] = table[:, column]
    return means
