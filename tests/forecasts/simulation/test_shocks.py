"""Targets of paths: right on average, as wide as their bands, adding up."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from forecasts.panel import cuts, setting_groups
from forecasts.pooled.needs import PREFIX
from forecasts.rates.profiles import needs
from forecasts.simulation.shocks import Chance, target_paths
from sufficiency.errors import SufficiencyError

MEAN = dict(zip(cuts(), (1000.0, 450.0, 40.0, 250.0, 60.0, 20.0, 100.0, 80.0), strict=True))
OWN = dict(zip(cuts(), (0.05, 0.10, 0.30, 0.045, 0.15, 0.4, 0.15, 0.25), strict=True))


@pytest.fixture(scope="module")
def targets() -> pd.DataFrame:
    horizon = np.arange(6)
    return pd.concat(
        pd.DataFrame(
            {
                "dimension": "total" if cut == "total" else "setting_group",
                "cut": cut,
                "year": 2025 + horizon,
                "horizon": horizon,
                "mean": MEAN[cut] * 1.05**horizon,
                "own_sd": OWN[cut] * horizon**0.7,
                "common_sd": 0.3 * OWN[cut] * horizon**0.8,
                "tail": 0.0,
                "method": "made up",
            }
        )
        for cut in cuts()
    )


@pytest.fixture(scope="module")
def needs_too(targets) -> pd.DataFrame:
    total = targets[targets["cut"] == "total"]
    share = np.linspace(3.0, 0.0, len(needs()))
    parts = [
        total.assign(
            dimension="need",
            cut=PREFIX + need,
            mean=total["mean"] * share[place] / share.sum(),
            own_sd=0.1 * np.sqrt(total["horizon"]),
            common_sd=0.02 * total["horizon"],
            tail=5.0,
        )
        for place, need in enumerate(needs())
    ]
    return pd.concat([targets, *parts])


@pytest.fixture(scope="module")
def drawn(targets):
    return target_paths(targets, 2000, 5, seed=1)


def test_groups_sum_to_the_total_in_every_path(drawn):
    assert drawn.groups.sum(axis=2) == pytest.approx(drawn.total)
    assert (drawn.groups > 0).all()


def test_the_mean_over_paths_is_the_central_forecast(drawn):
    central = 1000 * 1.05 ** np.arange(1, 6)
    assert drawn.total.mean(axis=0) == pytest.approx(central, rel=0.01)
    for place, group in enumerate(setting_groups()):
        share = drawn.groups[:, :, place].mean(axis=0) / (central * MEAN[group] / 1000)
        assert share == pytest.approx(np.ones(5), abs=0.08), group


def test_the_spread_over_paths_is_that_of_the_band(drawn):
    ahead = np.arange(1, 6)

    def band(cut):
        return OWN[cut] * np.sqrt(ahead**1.4 + 0.09 * ahead**1.6)

    assert np.log(drawn.total).std(axis=0) == pytest.approx(band("total"), rel=0.06)
    for place, group in enumerate(setting_groups()):
        spread = np.log(drawn.groups[:, :, place]).std(axis=0)
        assert spread == pytest.approx(band(group), rel=0.2), group


def test_a_path_that_is_high_one_year_stays_high(drawn):
    logs = np.log(drawn.total)
    assert np.corrcoef(logs[:, 0], logs[:, 1])[0, 1] > 0.5
    assert np.corrcoef(logs[:, 3], logs[:, 4])[0, 1] > 0.8


def test_paths_come_in_mirrored_pairs(targets):
    logs = np.log(target_paths(targets, 2, 5, seed=3).total)
    middle = np.log(1000 * 1.05 ** np.arange(1, 6))
    own = 0.05**2 * np.arange(1, 6) ** 1.4
    common = 0.015**2 * np.arange(1, 6) ** 1.6
    assert logs.mean(axis=0) == pytest.approx(middle - (own + common) / 2)


def test_a_path_does_not_depend_on_how_many_others_there_are(targets, drawn):
    assert np.array_equal(target_paths(targets, 7, 3, seed=1).total, drawn.total[:7, :3])


def test_certain_targets_are_met_by_every_path(targets):
    sure = targets.assign(own_sd=0.0, common_sd=0.0)
    answer = target_paths(sure, 4, 5, seed=1)
    assert answer.groups[:, 0] == pytest.approx(
        np.tile([MEAN[g] * 1.05 for g in setting_groups()], (4, 1))
    )


def test_targets_that_do_not_reach_far_enough_are_an_error(targets):
    with pytest.raises(SufficiencyError, match="reach 5 years ahead"):
        target_paths(targets, 4, 6, seed=1)


def test_needs_sum_to_the_total_in_every_path_and_to_their_targets_on_average(needs_too):
    drawn = target_paths(needs_too, 1000, 5, seed=1)
    assert drawn.needs.sum(axis=2) == pytest.approx(drawn.total)
    wide = needs_too[needs_too["dimension"] == "need"].pivot(
        index="horizon", columns="cut", values="mean"
    )
    wanted = wide[[PREFIX + need for need in needs()]].to_numpy()[1:]
    assert drawn.needs.mean(axis=0) == pytest.approx(wanted, rel=0.06, abs=0.5)


def test_without_need_targets_needs_want_nothing(drawn):
    assert (drawn.needs == 0).all()


def test_need_targets_leave_totals_and_groups_as_they_were(drawn, needs_too):
    again = target_paths(needs_too, 2000, 5, seed=1)
    assert np.array_equal(again.total, drawn.total)
    assert np.array_equal(again.groups, drawn.groups)


@pytest.mark.parametrize("tail", [4.0, 8.0])
def test_tails_give_the_bands_points_where_nothing_is_shared(targets, tail):
    """The band: own_sd x sqrt((tail - 2) / tail) x Student's t."""
    alone = targets.assign(common_sd=0.0, tail=tail)
    logs = np.log(target_paths(alone, 20_000, 1, seed=2).total[:, 0])
    spread = 0.05 * np.sqrt((tail - 2) / tail)
    middle = np.log(1000 * 1.05) - 0.05**2 / 2
    for probability in (0.025, 0.1, 0.9, 0.975):
        point = spread * stats.t.ppf(probability, tail)
        assert np.quantile(logs, probability) - middle == pytest.approx(point, rel=0.05)
    assert logs.std() == pytest.approx(0.05, rel=0.06)


def test_a_tail_of_0_is_a_normal_error(targets, drawn):
    logs = np.log(drawn.total[:, 0])
    assert np.quantile(logs, 0.975) - logs.mean() == pytest.approx(1.96 * logs.std(), rel=0.05)


def test_what_comes_by_chance_is_taken_off_the_own_variance(targets):
    less = target_paths(targets, 2000, 1, seed=1, chance=Chance(total=900.0))
    own = 0.05**2 - 900.0 / 1050.0**2
    assert np.log(less.total).std() == pytest.approx(np.sqrt(own + 0.015**2), rel=0.06)


def test_chance_never_takes_more_than_three_quarters_of_a_band(targets):
    less = target_paths(targets, 2000, 1, seed=1, chance=Chance(total=1e6))
    assert np.log(less.total).std() == pytest.approx(np.sqrt(0.25 * 0.05**2 + 0.015**2), rel=0.06)
