"""Age factors bring the expected age mix to its targets."""

import numpy as np
import pandas as pd
import pytest

from forecasts.panel import AGE_BANDS
from forecasts.simulation.ages import FACTOR_RANGE, JOINING_CLASSES, age_factors
from forecasts.simulation.simulate import set_out, simulate

YEARS = 4
NCY_ENDS = [-5, 0, 6, 11, 15, 21]


@pytest.fixture(scope="module")
def set_up(plans, full_rates, homes):
    course, start = set_out(plans, full_rates, homes, YEARS)
    table = np.zeros((26, len(course.needs), len(course.settings)))
    np.add.at(table, (start.age, start.need, start.setting), 1.0)
    return course, table


def shares(targets: pd.DataFrame) -> pd.DataFrame:
    rows = targets[targets["dimension"] == "age_band"]
    wide = rows.pivot(index="year", columns="cut", values="mean")[list(AGE_BANDS)]
    return wide.div(wide.sum(axis=1), axis=0)


def test_without_age_targets_nothing_is_changed(set_up, targets):
    course, table = set_up
    join, leave = age_factors(table, course, targets[targets["dimension"] != "age_band"])
    assert (join == 1).all()
    assert (leave == 1).all()


def test_the_young_are_moved_by_who_joins_and_the_old_by_who_leaves(set_up, targets):
    course, table = set_up
    join, leave = age_factors(table, course, targets)
    assert join.shape == leave.shape == (YEARS, len(AGE_BANDS))
    assert (join[:, JOINING_CLASSES:] == 1).all()
    assert (leave[:, :JOINING_CLASSES] == 1).all()
    for values in (join, leave):
        assert ((values >= FACTOR_RANGE[0]) & (values <= FACTOR_RANGE[1])).all()


def test_the_age_mix_of_the_paths_follows_its_targets(full_run, full_targets):
    wanted = shares(full_targets)
    band = pd.cut(full_run.paths["ncy"], NCY_ENDS, labels=list(AGE_BANDS))
    found = full_run.paths.groupby(["year", band], observed=True)["count"].sum().unstack()
    found = found.div(found.sum(axis=1), axis=0)
    for year in (2026, 2028, 2030):
        assert found.loc[year].to_numpy() == pytest.approx(wanted.loc[year].to_numpy(), abs=0.012)


def test_the_age_mix_goes_elsewhere_without_targets(
    plans, full_rates, full_targets, homes, full_run
):
    """So the test above does not pass by itself."""
    younger = full_targets.copy()
    band = younger["cut"] == "5-10"
    younger.loc[band, "mean"] *= 1 + 0.04 * younger.loc[band, "horizon"]
    run = simulate(plans, full_rates, younger, homes, paths=40, years=4, seed=11)

    def primary(one):
        rows = one.paths[one.paths["year"] == 2029]
        return rows.loc[rows["ncy"].between(1, 6), "count"].sum() / rows["count"].sum()

    assert primary(run) > 1.05 * primary(full_run)
