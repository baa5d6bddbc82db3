"""A lever changes what it names and nothing else, with every feature on."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecasts.rates.model import Rates
from forecasts.simulation.simulate import Simulation, simulate

CELL = ["need", "setting", "ncy", "locality"]


def with_more_joiners(rates: Rates, need: str) -> Rates:
    def raised(join):
        more = join.copy()
        more[:, rates.needs.index(need)] *= 1.5
        return more

    first = None if rates.join_first is None else raised(rates.join_first)
    return replace(rates, join=raised(rates.join), join_first=first)


def counts(paths: pd.DataFrame, by: list[str]) -> pd.Series:
    return paths.groupby(["path", "year", *by], observed=True)["count"].sum()


@pytest.fixture(scope="module")
def levered(full_run, plans, full_rates, homes):
    """Return a function that runs the forecast again with half as many joiners more of a need."""

    def make(need: str) -> Simulation:
        return simulate(
            plans,
            with_more_joiners(full_rates, need),
            pd.DataFrame(),
            homes,
            paths=40,
            years=6,
            seed=11,
            factors=full_run.factors,
        )

    return make


@pytest.mark.parametrize("need", ["ASD", "SEMH", "SLD"])
def test_more_joiners_of_one_settled_need_leave_all_others_as_they_were(full_run, levered, need):
    more = levered(need)
    place = full_run.counts.needs.index(need)
    others = [n - (n > place) if n != place else -1 for n in range(len(full_run.counts.needs))]
    every = [range(size) for size in full_run.counts.shape[1:]]
    fine = [
        run.counts.count_by(need=others, setting=every[0], age=every[1], locality=every[2])
        for run in (full_run, more)
    ]
    assert np.array_equal(*fine)
    assert fine[0].sum() > 0
    own = [0 if n == place else -1 for n in range(len(others))]
    before, after = (
        run.counts.count_by(need=own, setting=every[0], age=every[1]) for run in (full_run, more)
    )
    assert (after >= before).all()
    raised = (after - before).sum(axis=(2, 3, 4))
    assert (raised.mean(axis=0)[1:] > 0).all()
    assert np.array_equal(raised, more.counts.count_by() - full_run.counts.count_by())
    stock = [run.path_totals["stock"].to_numpy() for run in (full_run, more)]
    assert np.array_equal(stock[1] - stock[0], raised.ravel())


def test_half_as_many_joiners_more_is_half_as_many_more(full_run, full_rates, levered):
    more = levered("ASD")
    place = full_run.counts.needs.index("ASD")
    own = [0 if n == place else -1 for n in range(len(full_run.counts.needs))]
    joined = [run.path_totals.groupby("year")["joiners"].mean()[2026] for run in (full_run, more)]
    expected = full_rates.join_first[:, place] @ np.ones(26)
    usual = full_run.factors.joiner[:, 0, place].mean() * expected
    assert joined[1] - joined[0] == pytest.approx(0.5 * usual, rel=0.15)
    stock = [run.counts.count_by(need=own).mean(axis=0)[1, 0] for run in (full_run, more)]
    assert stock[1] - stock[0] == pytest.approx(joined[1] - joined[0])


def test_more_joiners_of_a_first_recorded_need_only_ever_add(full_run, levered):
    """Speech needs give way to others later, so others may gain, but nobody is lost."""
    more = levered("SLCN")
    change = counts(more.paths, CELL).sub(counts(full_run.paths, CELL), fill_value=0)
    assert (change >= 0).all()
    extra = more.path_totals["stock"] - full_run.path_totals["stock"]
    assert change.groupby(["path", "year"]).sum().max() == extra.max()
    assert extra.max() > 0


def test_without_recoding_no_need_touches_another(plans, full_rates, full_targets, homes):
    settled = np.repeat(np.eye(len(full_rates.needs))[None], 26, axis=0)
    fixed = replace(full_rates, change_need=settled)
    base = simulate(plans, fixed, full_targets, homes, paths=6, years=6, seed=1)
    more = simulate(
        plans,
        with_more_joiners(fixed, "SLCN"),
        full_targets,
        homes,
        paths=6,
        years=6,
        seed=1,
        factors=base.factors,
    )
    others = [s.paths[s.paths["need"] != "SLCN"].reset_index(drop=True) for s in (base, more)]
    assert others[0].equals(others[1])
    assert len(more.paths) > len(base.paths)
