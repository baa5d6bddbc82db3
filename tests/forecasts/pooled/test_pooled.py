"""Targets and back-test on a made-up panel."""

from dataclasses import replace

import pandas as pd
import pytest

from forecasts.panel import build_panel, setting_groups
from forecasts.pooled.parameters import Parameters
from forecasts.pooled.targets import at_level, forecast_targets
from forecasts.tested.pooled import fit_and_test
from sufficiency.contracts import Accuracy, Targets, checked
from sufficiency.errors import SufficiencyError


@pytest.fixture(scope="module")
def fitted(stock, flows, population) -> Parameters:
    return fit_and_test(build_panel(stock, flows, population, 2025))[0]


@pytest.fixture(scope="module")
def made(stock, flows, population, fitted):
    return forecast_targets(stock, flows, population, "905", 2025, 10, parameters=fitted)


def test_tables_keep_their_contracts(made):
    targets, accuracy = made
    assert len(checked(Targets, targets, "targets")) == 11 * targets["cut"].nunique()
    assert (targets["dimension"] == "setting_group").sum() == 7 * 11
    assert len(checked(Accuracy, accuracy, "accuracy")) == len(accuracy) > 0


def test_the_method_of_a_target_says_how_far_each_member_is_believed(made, fitted):
    targets, _ = made
    said = targets.loc[targets["cut"] == "total", "method"].iloc[0]
    ridge = 100 * fitted.weights["total"][0, 0]
    assert f"1 and 7 years ahead: ridge regression {ridge:.0f}% and" in said
    assert "plan rate closing 10% of its gap to England a year" in said


def test_every_dimension_sums_to_the_total_in_every_year(made):
    targets, _ = made
    summed = targets.pivot_table(index="year", columns="dimension", values="mean", aggfunc="sum")
    for name in summed.columns:
        assert summed[name].to_numpy() == pytest.approx(summed["total"].to_numpy()), name


def test_settings_sum_to_the_total_in_every_year(made):
    targets, _ = made
    table = targets.pivot(index="year", columns="cut", values="mean")
    summed = table[list(setting_groups())].sum(axis=1)
    assert summed.to_numpy() == pytest.approx(table["total"].to_numpy())


def test_the_base_year_is_the_published_stock_without_uncertainty(made, stock):
    targets, _ = made
    base = targets[targets["horizon"] == 0].set_index("cut")
    own = stock[(stock["authority"] == "905") & (stock["year"] == 2025)]
    assert base.loc["total", "mean"] == own.loc[own["dimension"] == "total", "value"].item()
    assert (
        base.loc["special_state", "mean"]
        == own.loc[(own["dimension"] == "setting") & (own["key"] == "SPLA"), "value"].item()
    )
    assert (base[["own_sd", "common_sd"]] == 0).all(axis=None)


def test_uncertainty_grows_with_the_horizon(made):
    targets, _ = made
    for column in ("own_sd", "common_sd"):
        table = targets.pivot(index="year", columns="cut", values=column)
        assert (table.diff().iloc[1:] > -1e-3).all(axis=None)
        assert (table.iloc[-1] > table.iloc[1]).all()


def test_nothing_dated_after_the_base_census_is_used(stock, flows, population):
    early = (
        stock[stock["year"] <= 2023],
        flows[flows["year"] <= 2023],
        population[population["year"] < 2023],
    )
    spoiled = stock.assign(value=stock["value"].mask(stock["year"] > 2023, 99999.0))
    crowd = population.assign(persons=population["persons"].mask(population["year"] >= 2023, 1.0))
    for later in ((spoiled, flows, crowd),):
        for made, wanted in zip(
            forecast_targets(*later, "905", 2023, 2),
            forecast_targets(*early, "905", 2023, 2),
            strict=True,
        ):
            pd.testing.assert_frame_equal(made, wanted)


def test_the_order_of_rows_does_not_matter(made, stock, flows, population, fitted):
    mixed = stock.sample(frac=1.0, random_state=1)
    again, accuracy = forecast_targets(mixed, flows, population, "905", 2025, 10, parameters=fitted)
    pd.testing.assert_frame_equal(again, made[0])
    pd.testing.assert_frame_equal(accuracy, made[1])


def test_a_panel_of_one_year_gives_flat_targets_with_default_bands(stock, flows, population):
    now = stock[stock["year"] == 2025]
    targets, accuracy = forecast_targets(now, flows, population, "905", 2025, 3)
    assert targets.loc[targets["cut"] == "total", "method"].str.contains("default").all()
    total = targets[targets["cut"] == "total"]["mean"]
    assert total.iloc[1] == pytest.approx(total.iloc[0], rel=0.05)
    assert len(accuracy) == 0


def test_an_authority_without_settings_takes_its_last_known_shares(
    stock, flows, population, fitted
):
    lost = (stock["authority"] == "903") & (stock["year"] == 2025)
    lost &= stock["dimension"] == "setting"
    targets, _ = forecast_targets(
        stock[~lost], flows, population, "903", 2025, 2, parameters=fitted
    )
    table = targets.pivot(index="year", columns="cut", values="mean")
    summed = table[list(setting_groups())].sum(axis=1)
    assert summed.to_numpy() == pytest.approx(table["total"].to_numpy())
    assert targets.loc[targets["cut"] == "fe", "method"].str.contains("January 2024").all()


def test_an_authority_that_is_not_published_is_an_error(stock, flows, population):
    with pytest.raises(SufficiencyError, match="Authority 123"):
        forecast_targets(stock, flows, population, "123", 2025, 2)


def test_a_cut_without_skill_takes_the_simple_method_and_says_so(stock, flows, population, fitted):
    plain = replace(fitted, bands={**fitted.bands, "used": {"rp_unit": "persistence"}})
    targets, _ = forecast_targets(stock, flows, population, "905", 2025, 3, parameters=plain)
    own = targets[targets["cut"] == "rp_unit"]
    assert own["method"].str.contains("no better").all()
    table = targets[targets["dimension"] == "setting_group"]
    summed = table.groupby("year")["mean"].sum().to_numpy()
    assert summed == pytest.approx(targets[targets["cut"] == "total"]["mean"].to_numpy())


def test_a_council_alone_needs_parameters_and_is_told_so(stock, flows, population, fitted):
    own, moved = stock[stock["authority"] == "905"], flows[flows["authority"] == "905"]
    with pytest.raises(SufficiencyError, match="plans of all authorities"):
        forecast_targets(own, moved, population, "905", 2025, 2)
    targets, _ = forecast_targets(own, moved, population, "905", 2025, 2, parameters=fitted)
    assert (targets["mean"] > 0).any()


def test_a_return_with_more_plans_than_published_lifts_every_year_alike() -> None:
    rows = [("total", 0, 100.0), ("total", 1, 120.0), ("fe", 0, 40.0), ("fe", 1, 60.0)]
    targets = pd.DataFrame(rows, columns=["cut", "horizon", "mean"])
    assert at_level(targets, 110)["mean"].round(9).tolist() == [110.0, 132.0, 44.0, 66.0]
