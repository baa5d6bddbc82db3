"""The simulation conserves plans, repeats itself, and changes only what a lever names."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.pooled.targets import forecast_targets
from forecasts.rates.estimate import estimate_rates
from forecasts.simulation.simulate import Simulation, broken_paths, simulate
from sufficiency.contracts import Paths, PathTotals, checked
from sufficiency.errors import SufficiencyError
from sufficiency.terms import lookup

CELL = ["need", "setting", "ncy", "locality"]


@pytest.fixture(scope="module")
def rates(stock, flows):
    return estimate_rates(stock, flows, "905", 2025)


@pytest.fixture(scope="module")
def targets(stock, flows, population):
    return forecast_targets(stock, flows, population, "905", 2025, 10)[0]


@pytest.fixture(scope="module")
def run(plans, rates, targets, homes) -> Simulation:
    return simulate(plans, rates, targets, homes, paths=40, years=6, seed=11)


def same(one: Simulation, two: Simulation) -> None:
    assert one.paths.equals(two.paths)
    pd.testing.assert_frame_equal(one.path_totals, two.path_totals)


def counts(paths: pd.DataFrame, by: list[str]) -> pd.Series:
    return paths.groupby(["path", "year", *by], observed=True)["count"].sum()


def test_tables_keep_their_contracts(run):
    assert checked(Paths, run.paths, "paths").dtypes.equals(run.paths.dtypes)
    checked(PathTotals, run.path_totals, "path_totals")
    for column in ("scenario", "need", "setting", "locality"):
        assert run.paths[column].cat.categories.is_monotonic_increasing


def test_the_base_year_is_the_plans_table_in_every_path(run, plans):
    wanted = plans.groupby(CELL).size()
    base = run.paths[run.paths["year"] == 2025]
    for _, rows in base.groupby("path"):
        found = rows.astype({name: str for name in CELL if name != "ncy"}).set_index(CELL)["count"]
        assert found.to_dict() == wanted.to_dict()


def test_no_plan_is_lost_or_made(run):
    assert broken_paths(run) == 0
    totals = run.path_totals.set_index(["path", "year"])
    assert counts(run.paths, []).to_dict() == totals["stock"].to_dict()
    stock = totals["stock"].unstack("year")
    change = (totals["joiners"] - totals["leavers"]).unstack("year")
    assert (stock.diff(axis=1).iloc[:, 1:] == change.iloc[:, 1:]).all(axis=None)


def test_a_lost_plan_would_be_noticed(run):
    count = run.paths["count"].to_numpy().copy()
    count[-1] += 1
    assert broken_paths(replace(run, paths=run.paths.assign(count=count))) == 1
    totals = run.path_totals.copy()
    totals.loc[5, "leavers"] += 1
    assert broken_paths(replace(run, path_totals=totals)) == 1


def test_nobody_is_older_than_25_and_school_has_ended_by_then(run):
    assert run.paths["ncy"].max() <= 21
    grown = run.paths[(run.paths["ncy"] > 15) & (run.paths["year"] > 2025)]
    schools = {"MSAC", "MSLA", "SPLA", "SPIN", "RP", "EYP"}
    assert len(grown) > 0
    assert not set(grown["setting"].astype(str)) & schools
    early = run.paths[(run.paths["ncy"] > 0) & (run.paths["year"] > 2025)]
    assert "EYP" not in set(early["setting"].astype(str))


def test_paths_meet_their_targets(run):
    ahead = run.path_totals[run.path_totals["year"] > 2025]
    miss = (ahead["stock"] - ahead["target"]) / np.sqrt(ahead["joiners"] + ahead["leavers"])
    assert miss.abs().mean() < 1
    assert abs(miss.mean()) < 0.15
    assert ahead["joiner_factor"].between(0.25, 20).all()


def test_mean_setting_groups_are_near_their_targets(run, targets):
    group = run.paths["setting"].astype(str).map(lookup("settings", "setting_group"))
    found = run.paths.assign(cut=group).groupby(["year", "cut"])["count"].sum() / 40
    wanted = targets.set_index(["year", "cut"])["mean"]
    for cut in ("mainstream", "special_state", "fe"):
        for year in (2026, 2028):
            assert found[year, cut] == pytest.approx(wanted[year, cut], rel=0.08), (year, cut)


def test_the_same_seed_gives_the_same_result_and_another_does_not(
    run, plans, rates, targets, homes
):
    again = simulate(plans, rates, targets, homes, paths=40, years=6, seed=11)
    same(again, run)
    other = simulate(plans, rates, targets, homes, paths=40, years=6, seed=12)
    assert not other.path_totals["stock"].equals(run.path_totals["stock"])


def test_the_order_of_plans_does_not_matter(plans, rates, targets, homes):
    kept = simulate(plans, rates, targets, homes, paths=4, years=3, seed=11)
    mixed = plans.sample(frac=1.0, random_state=5)
    same(simulate(mixed, rates, targets, homes, paths=4, years=3, seed=11), kept)


def test_a_path_does_not_depend_on_how_many_there_are(run, plans, rates, targets, homes):
    few = simulate(plans, rates, targets, homes, paths=3, years=6, seed=11)
    wanted = run.path_totals[run.path_totals["path"] < 3].reset_index(drop=True)
    pd.testing.assert_frame_equal(few.path_totals, wanted)


def test_frozen_factors_repeat_the_run(run, plans, rates, targets, homes):
    again = simulate(plans, rates, targets, homes, paths=40, years=6, seed=11, factors=run.factors)
    same(again, run)


def with_more_joiners(rates, need: str):
    join = rates.join.copy()
    join[:, rates.needs.index(need)] *= 1.5
    return replace(rates, join=join)


@pytest.mark.parametrize("need", ["ASD", "SEMH", "SLD"])
def test_more_joiners_of_one_settled_need_leave_all_others_as_they_were(
    run, plans, rates, targets, homes, need
):
    more = simulate(
        plans,
        with_more_joiners(rates, need),
        targets,
        homes,
        paths=40,
        years=6,
        seed=11,
        factors=run.factors,
    )
    for paths in (more.paths, run.paths):
        assert (paths["need"] == need).any()
    others = [p[p["need"] != need].reset_index(drop=True) for p in (more.paths, run.paths)]
    assert others[0].equals(others[1])
    both = [counts(s.paths[s.paths["need"] == need], CELL[1:]) for s in (run, more)]
    change = both[1].sub(both[0], fill_value=0)
    assert (change >= 0).all()
    assert change.sum() > 0


def test_more_joiners_of_a_first_recorded_need_only_ever_add(run, plans, rates, targets, homes):
    """Speech needs give way to others later, so others may gain, but nobody is lost."""
    more = simulate(
        plans,
        with_more_joiners(rates, "SLCN"),
        targets,
        homes,
        paths=40,
        years=6,
        seed=11,
        factors=run.factors,
    )
    change = counts(more.paths, CELL).sub(counts(run.paths, CELL), fill_value=0)
    assert (change >= 0).all()
    extra = more.path_totals["stock"] - run.path_totals["stock"]
    assert change.groupby(["path", "year"]).sum().max() == extra.max()


def test_without_recoding_no_need_touches_another(run, plans, rates, targets, homes):
    fixed = replace(rates, change_need=np.repeat(np.eye(len(rates.needs))[None], 26, axis=0))
    base = simulate(plans, fixed, targets, homes, paths=6, years=6, seed=1)
    more = simulate(
        plans,
        with_more_joiners(fixed, "SLCN"),
        targets,
        homes,
        paths=6,
        years=6,
        seed=1,
        factors=base.factors,
    )
    others = [s.paths[s.paths["need"] != "SLCN"].reset_index(drop=True) for s in (base, more)]
    assert others[0].equals(others[1])


def test_joiners_follow_where_children_live(run):
    young = run.paths[(run.paths["year"] == 2031) & (run.paths["ncy"] < 0)]
    homes = young.groupby("locality", observed=True)["count"].sum()
    assert homes["Eastby"] / homes["Westby"] == pytest.approx(2, rel=0.15)


def test_a_growing_place_gets_the_joiners_it_should(plans, rates, targets, homes):
    base = simulate(plans, rates, targets, homes, paths=10, years=2, seed=1)
    grown = homes["persons"].mask((homes["locality"] == "Westby") & (homes["year"] > 2025), 3000.0)
    more = simulate(
        plans,
        rates,
        targets,
        homes.assign(persons=grown),
        paths=10,
        years=2,
        seed=1,
        factors=base.factors,
    )
    joined = [
        s.path_totals.loc[s.path_totals["year"] == 2026, "joiners"].sum() for s in (base, more)
    ]
    assert joined[1] / joined[0] == pytest.approx(5000 / 3000, rel=0.05)
    east = [counts(s.paths[s.paths["locality"] == "Eastby"], CELL) for s in (base, more)]
    assert east[0].equals(east[1])


def test_plans_outside_stay_outside_and_their_share_joins_there(plans, rates, targets, homes):
    away = plans.assign(locality=plans["locality"].mask(plans["locality"] == "Westby", "outside"))
    only = homes[homes["locality"] == "Eastby"]
    run = simulate(away, rates, targets, only, paths=10, years=3, seed=1)
    place = counts(run.paths, ["locality"]).groupby(["year", "locality"], observed=True).sum()
    shares = place / place.groupby("year").sum()
    before = (away["locality"] == "outside").mean()
    assert shares[2028, "outside"] == pytest.approx(before, rel=0.1)


def test_a_year_without_population_uses_the_nearest(plans, rates, targets, homes):
    early = homes[homes["year"] <= 2026]
    one = simulate(plans, rates, targets, early, paths=2, years=4, seed=1)
    same(one, simulate(plans, rates, targets, homes, paths=2, years=4, seed=1))


def test_no_population_at_all_spreads_joiners_over_the_plans_localities(
    plans, rates, targets, homes
):
    run = simulate(plans, rates, targets, homes.iloc[:0], paths=2, years=2, seed=1)
    assert broken_paths(run) == 0
    assert (run.path_totals.loc[run.path_totals["year"] == 2026, "joiners"] > 0).all()


def test_two_censuses_at_once_are_an_error(plans, rates, targets, homes):
    both = pd.concat([plans, plans.assign(year=2024)])
    with pytest.raises(SufficiencyError, match="holds 2"):
        simulate(both, rates, targets, homes, paths=2, years=2, seed=1)


def test_factors_of_another_run_are_an_error(run, plans, rates, targets, homes):
    with pytest.raises(SufficiencyError, match="40 paths and 6 years"):
        simulate(plans, rates, targets, homes, paths=2, years=2, seed=1, factors=run.factors)


@settings(deadline=None, max_examples=10)
@given(st.data())
def test_any_few_plans_are_conserved(plans, rates, targets, homes, data):
    size = data.draw(st.integers(1, 60))
    seed = data.draw(st.integers(0, 2**63 - 1))
    few = plans.sample(n=size, random_state=data.draw(st.integers(0, 1000)))
    few = few.assign(ncy=data.draw(st.lists(st.integers(-4, 21), min_size=size, max_size=size)))
    run = simulate(few, rates, targets, homes, paths=2, years=3, seed=seed)
    assert broken_paths(run) == 0
    assert (run.paths["count"] > 0).all()
    assert run.paths["ncy"].between(-4, 21).all()
