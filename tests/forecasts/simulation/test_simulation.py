"""The simulation conserves plans, repeats itself, and changes only what a lever names."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecasts.simulation import simulate as room
from forecasts.simulation.simulate import Simulation, broken_paths, simulate
from sufficiency.contracts import Paths, PathTotals, checked
from sufficiency.errors import SufficiencyError
from sufficiency.terms import lookup

CELL = ["need", "setting", "ncy", "locality"]


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
    keys, held, sizes = run.counts.chunks[-1]
    more = held.copy()
    more[-1] += 1
    chunks = (*run.counts.chunks[:-1], (keys, more, sizes))
    assert broken_paths(replace(run, counts=replace(run.counts, chunks=chunks))) == 1
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


@pytest.mark.parametrize("at_once", [1, 7, 64])
@pytest.mark.parametrize("threads", [1, 2])
def test_threads_and_paths_at_once_change_no_bit(
    full_run, plans, full_rates, full_targets, homes, monkeypatch, threads, at_once
):
    monkeypatch.setattr(room, "PATHS_AT_ONCE", at_once)
    again = simulate(
        plans, full_rates, full_targets, homes, paths=40, years=6, seed=11, threads=threads
    )
    same(again, full_run)
    for name, values in vars(full_run.factors).items():
        assert np.array_equal(getattr(again.factors, name), values), name


def test_the_order_of_plans_does_not_matter(plans, rates, targets, homes):
    kept = simulate(plans, rates, targets, homes, paths=4, years=3, seed=11)
    mixed = plans.sample(frac=1.0, random_state=5)
    same(simulate(mixed, rates, targets, homes, paths=4, years=3, seed=11), kept)


def test_a_path_does_not_depend_on_how_many_there_are(run, plans, rates, targets, homes):
    few = simulate(plans, rates, targets, homes, paths=3, years=6, seed=11)
    wanted = run.path_totals[run.path_totals["path"] < 3].reset_index(drop=True)
    pd.testing.assert_frame_equal(few.path_totals, wanted)


def test_need_targets_are_met_on_average_and_totals_in_every_path(full_run, full_targets):
    wanted = full_targets[full_targets["dimension"] == "need"].set_index(["year", "cut"])["mean"]
    found = full_run.paths.groupby(["year", "need"], observed=True)["count"].sum() / 40
    for need in ("ASD", "SEMH", "MLD", "SLCN"):
        for year in (2026, 2028, 2031):
            mean = wanted[year, f"need:{need}"]
            assert found[year, need] == pytest.approx(mean, rel=0.05), (year, need)
    ahead = full_run.path_totals[full_run.path_totals["year"] > 2025]
    miss = (ahead["stock"] - ahead["target"]) / np.sqrt(ahead["joiners"] + ahead["leavers"])
    assert miss.abs().mean() < 1
    assert abs(miss.mean()) < 0.15


def test_totals_are_as_wide_as_their_band(plans, full_rates, full_targets, homes):
    """What comes by chance in the simulation is part of the band and not added to it."""
    tight = full_targets.copy()
    tight["common_sd"] = 0.0
    tight["tail"] = 0.0
    total = tight["dimension"] == "total"
    tight.loc[total, "own_sd"] = 0.012 * np.sqrt(tight.loc[total, "horizon"])
    run = simulate(plans, full_rates, tight, homes, paths=600, years=3, seed=4)
    stock = np.log(run.path_totals.pivot(index="path", columns="year", values="stock"))
    spread = stock.std()[[2026, 2027, 2028]].to_numpy()
    assert spread == pytest.approx(0.012 * np.sqrt([1, 2, 3]), rel=0.12)


def test_pending_requests_shape_the_first_year_alone(plans, rates, homes, full_run):
    ones = {name: np.ones_like(values) for name, values in vars(full_run.factors).items()}
    ones = replace(full_run.factors, **ones)
    first = rates.join.copy()
    first[10] *= 3
    runs = [
        simulate(
            plans,
            replace(rates, join_first=join_first),
            pd.DataFrame(),
            homes,
            paths=40,
            years=6,
            seed=2,
            factors=ones,
        )
        for join_first in (None, first)
    ]
    joined = [r.path_totals.groupby("year")["joiners"].mean() for r in runs]
    assert joined[1][2026] - joined[0][2026] == pytest.approx(2 * rates.join[10].sum(), rel=0.15)
    assert joined[1].drop(2026).to_dict() == joined[0].drop(2026).to_dict()


def test_homes_of_a_need_tilt_where_its_joiners_live(full_run, run):
    def share(one, need):
        rows = one.paths[(one.paths["year"] == 2031) & (one.paths["need"] == need)]
        young = rows[rows["ncy"] < 2].groupby("locality", observed=True)["count"].sum()
        return young["Eastby"] / young.sum()

    assert share(full_run, "ASD") > share(run, "ASD") + 0.04
    assert share(full_run, "SLD") < share(run, "SLD") - 0.1


def test_frozen_factors_repeat_the_run(run, plans, rates, targets, homes):
    again = simulate(plans, rates, targets, homes, paths=40, years=6, seed=11, factors=run.factors)
    same(again, run)


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
