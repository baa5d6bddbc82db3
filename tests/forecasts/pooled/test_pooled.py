"""Targets and back-test on a made-up panel."""

import numpy as np
import pandas as pd
import pytest

from forecasts.national import growth_path
from forecasts.panel import build_panel, setting_groups
from forecasts.pooled.targets import METHOD, at_level, central, forecast_targets
from forecasts.tested.backtest import past_forecasts
from sufficiency.contracts import Accuracy, Targets, checked
from sufficiency.errors import SufficiencyError


@pytest.fixture(scope="module")
def made(stock, flows, population):
    return forecast_targets(stock, flows, population, "905", 2025, 10)


def test_tables_keep_their_contracts(made):
    targets, accuracy = made
    assert len(checked(Targets, targets, "targets")) == 8 * 11
    assert len(checked(Accuracy, accuracy, "accuracy")) == len(accuracy) > 0


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


def test_the_total_follows_england_but_for_its_gap(made, stock):
    targets, _ = made
    total = targets[targets["cut"] == "total"].set_index("year")["mean"]
    england = stock[(stock["authority"] == "ENG") & (stock["dimension"] == "total")]
    levels = england.set_index("year")["value"]
    growth = float(np.log(levels[2025] / levels[2024]))
    ratio = np.log(total[2026] / total[2025]) - growth_path(growth, 1)[0]
    plans = stock[(stock["dimension"] == "total") & (stock["year"] == 2025)]
    plans = plans[plans["level"] == "authority"].set_index("authority")["value"]
    rate = np.log(plans / (15 * (1000.0 + 150.0 * np.arange(20))))
    assert ratio == pytest.approx(-0.06 * (rate["905"] - rate.median()))


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
    for later in ((stock, flows, population), (spoiled, flows, crowd)):
        for made, wanted in zip(
            forecast_targets(*later, "905", 2023, 5),
            forecast_targets(*early, "905", 2023, 5),
            strict=True,
        ):
            pd.testing.assert_frame_equal(made, wanted)


def test_the_order_of_rows_does_not_matter(made, stock, flows, population):
    mixed = stock.sample(frac=1.0, random_state=1)
    again, accuracy = forecast_targets(mixed, flows, population, "905", 2025, 10)
    pd.testing.assert_frame_equal(again, made[0])
    pd.testing.assert_frame_equal(accuracy, made[1])


def test_a_panel_of_one_year_gives_flat_targets_with_default_bands(stock, flows, population):
    now = stock[stock["year"] == 2025]
    targets, accuracy = forecast_targets(now, flows, population, "905", 2025, 3)
    assert targets.loc[targets["cut"] == "total", "method"].str.contains("default").all()
    assert len(accuracy) == 0


def test_an_authority_without_settings_takes_its_last_known_shares(stock, flows, population):
    lost = (stock["authority"] == "903") & (stock["year"] == 2025)
    lost &= stock["dimension"] == "setting"
    targets, _ = forecast_targets(stock[~lost], flows, population, "903", 2025, 2)
    table = targets.pivot(index="year", columns="cut", values="mean")
    summed = table[list(setting_groups())].sum(axis=1)
    assert summed.to_numpy() == pytest.approx(table["total"].to_numpy())
    assert targets.loc[targets["cut"] == "fe", "method"].str.contains("January 2024").all()


def test_an_authority_that_is_not_published_is_an_error(stock, flows, population):
    with pytest.raises(SufficiencyError, match="Authority 123"):
        forecast_targets(stock, flows, population, "123", 2025, 2)


def test_accuracy_is_worked_out_as_promised(made, stock, population):
    _, accuracy = made
    panel = build_panel(stock, population, 2025)
    forecast = central(panel.until(2023), 2)["total"][:, 1]
    actual = panel.stock["total"][:, -1]
    row = accuracy[
        (accuracy["origin"] == 2023)
        & (accuracy["horizon"] == 2)
        & (accuracy["cut"] == "total")
        & (accuracy["method"] == METHOD)
    ].iloc[0]
    assert row["wape"] == pytest.approx(100 * np.abs(forecast - actual).sum() / actual.sum())
    assert row["bias"] == pytest.approx(100 * (forecast - actual).sum() / actual.sum())
    assert row["n"] == 20


def test_pooled_rows_count_every_origin_and_council_growth_has_no_skill_over_itself(made):
    _, accuracy = made
    ours = accuracy[(accuracy["cut"] == "total") & (accuracy["method"] == METHOD)]
    for horizon, rows in ours.groupby("horizon"):
        single, pooled = rows[rows["origin"] > 0], rows[rows["origin"] == 0]
        assert pooled["n"].item() == single["n"].sum(), horizon
    excel = accuracy[accuracy["method"] == "growth3"]
    assert (excel["skill"].dropna() == 0).all()
    assert excel["coverage_80"].isna().all()
    assert ours["coverage_80"].between(0, 100).all()


def test_each_past_forecast_saw_only_its_own_past(stock, population):
    full = past_forecasts(build_panel(stock, population, 2025), central, METHOD)
    cut = past_forecasts(build_panel(stock, population, 2023), central, METHOD)
    keys = ["method", "cut", "origin", "horizon", "authority"]
    both = cut.merge(full, on=keys, suffixes=("", "_full"))
    assert len(both) == len(cut) > 1000
    assert np.array_equal(both["forecast"], both["forecast_full"])


def test_a_return_with_more_plans_than_published_lifts_every_year_alike() -> None:
    rows = [("total", 0, 100.0), ("total", 1, 120.0), ("fe", 0, 40.0), ("fe", 1, 60.0)]
    targets = pd.DataFrame(rows, columns=["cut", "horizon", "mean"])
    assert at_level(targets, 110)["mean"].round(9).tolist() == [110.0, 132.0, 44.0, 66.0]
