"""Drivers sum exactly to the mean change, and each is what its name says."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecasts.simulation.simulate import simulate
from forecasts.simulation.why import why_it_moves
from sufficiency.contracts import Drivers, checked
from sufficiency.terms import codes, lookup


@pytest.fixture(scope="module")
def drivers(full_run, plans, full_rates, homes) -> pd.DataFrame:
    return why_it_moves(full_run, plans, full_rates, homes, seed=11)


def changes(run, column: pd.Series) -> pd.DataFrame:
    mean = run.paths.groupby(["year", column], observed=True)["count"].sum().unstack(fill_value=0)
    mean = mean / run.counts.paths
    return mean - mean.loc[2025]


def test_it_keeps_its_contract(drivers):
    checked(Drivers, drivers, "drivers")
    assert (
        drivers.groupby(["cut_kind", "cut", "year"])["driver"]
        .agg(list)
        .map(lambda found: found == list(codes("drivers")))
        .all()
    )


def test_drivers_sum_to_the_mean_change_of_every_cut(drivers, full_run):
    found = drivers.groupby(["cut_kind", "cut", "year"])["change"].sum()
    everybody = pd.Series("ALL", index=full_run.paths.index)
    provision = full_run.paths["setting"].astype(str).map(lookup("settings", "provision"))
    columns = {
        "all": everybody,
        "provision": provision.replace("", "none").fillna("none"),
        "need_group": full_run.paths["need"].astype(str).map(lookup("needs", "need_group")),
    }
    seen = 0
    for kind, column in columns.items():
        for cut, change in changes(full_run, column).items():
            seen += 1
            wanted = change[change.index > 2025].to_numpy()
            assert found[kind, cut].to_numpy() == pytest.approx(wanted, abs=1e-9), (kind, cut)
    assert seen > 5


def test_cuts_of_a_kind_sum_to_all_plans(drivers):
    table = drivers.groupby(["cut_kind", "driver", "year"])["change"].sum().unstack("cut_kind")
    for kind in ("provision", "need_group"):
        assert table[kind].to_numpy() == pytest.approx(table["all"].to_numpy(), abs=1e-9)


def test_mixes_move_plans_about_and_make_none(drivers):
    moved = drivers[drivers["driver"] == "placement_mix"].groupby("cut_kind")["change"]
    assert moved.agg(lambda change: change.abs().sum())["provision"] > 1
    overall = drivers[(drivers["cut_kind"] == "all") & (drivers["driver"] == "need_mix")]
    largest = drivers[drivers["cut_kind"] == "all"]["change"].abs().max()
    assert overall["change"].abs().max() < 0.1 * largest


def test_more_children_are_the_population_driver_and_nothing_else(
    full_run, plans, full_rates, homes, drivers
):
    grown = homes["persons"].mask(homes["year"] > 2025, homes["persons"] * 1.5)
    more = why_it_moves(full_run, plans, full_rates, homes.assign(persons=grown), seed=11)

    def of(table, driver):
        rows = table[(table["cut_kind"] == "all") & (table["driver"] == driver)]
        return rows["change"].to_numpy()

    assert (of(more, "population") > of(drivers, "population") + 10).all()
    assert of(more, "ageing") == pytest.approx(of(drivers, "ageing"))
    assert of(drivers, "population") == pytest.approx(0, abs=1e-9)


def test_factors_of_1_leave_nothing_but_ageing(full_run, plans, full_rates, homes):
    ones = {name: np.ones_like(values) for name, values in vars(full_run.factors).items()}
    same = simulate(
        plans,
        full_rates,
        pd.DataFrame(),
        homes,
        paths=40,
        years=6,
        seed=11,
        factors=replace(full_run.factors, **ones),
    )
    table = why_it_moves(same, plans, full_rates, homes, seed=11)
    ageing = table["driver"] == "ageing"
    assert (table.loc[~ageing, "change"] == 0).all()
    assert (table.loc[ageing, "change"] != 0).any()
