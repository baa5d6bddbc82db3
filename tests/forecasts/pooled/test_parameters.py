"""Parameters: fitted from the past only, kept in a small file, used by a council alone."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecasts.panel import TOTAL, Panel, build_panel, setting_groups
from forecasts.pooled.parameters import (
    Parameters,
    fit_parameters,
    for_origin,
    forecast_pooled,
    load,
)
from sufficiency.errors import SufficiencyError


@pytest.fixture(scope="module")
def panel(stock, flows, population) -> Panel:
    return build_panel(stock, flows, population, 2025)


@pytest.fixture(scope="module")
def fitted(panel) -> Parameters:
    return fit_parameters(panel)


def test_setting_groups_sum_to_the_total_for_every_authority(fitted, panel):
    made = forecast_pooled(fitted, panel, 12)
    summed = np.sum([made[group] for group in setting_groups()], axis=0)
    assert made[TOTAL].shape == (20, 12)
    assert summed == pytest.approx(made[TOTAL])
    assert all((values >= 0).all() for values in made.values())


def test_a_file_gives_back_the_same_parameters_and_the_same_bytes(fitted, panel, tmp_path: Path):
    first, second = tmp_path / "first.json.gz", tmp_path / "second.json.gz"
    fitted.save(first)
    again = load(first)
    again.save(second)
    assert first.read_bytes() == second.read_bytes()
    for cut, values in forecast_pooled(fitted, panel, 8).items():
        assert np.array_equal(values, forecast_pooled(again, panel, 8)[cut]), cut


def test_the_file_names_no_authority(fitted, panel, tmp_path: Path):
    fitted.save(tmp_path / "parameters.json.gz")
    kept = json.dumps(fitted.picture.__dict__, default=str)
    assert not any(f'"{code}"' in kept for code in panel.authorities)
    assert (tmp_path / "parameters.json.gz").stat().st_size < 600_000


def test_another_file_is_refused_in_plain_words(tmp_path: Path):
    (tmp_path / "other.json.gz").write_bytes(b"not ours")
    with pytest.raises(SufficiencyError, match=r"other\.json\.gz does not hold"):
        load(tmp_path / "other.json.gz")


def test_parameters_that_know_the_future_are_refused(fitted, panel):
    assert for_origin(fitted, 2025) is fitted
    with pytest.raises(SufficiencyError, match="know its own future"):
        for_origin(fitted, 2024)
    with pytest.raises(SufficiencyError, match="know its own future"):
        forecast_pooled(fitted, panel.until(2024), 3)


def test_a_council_alone_gets_nearly_the_forecast_it_has_in_the_panel(fitted, panel):
    alone = forecast_pooled(fitted, panel.only("905"), 5)
    among = forecast_pooled(fitted, panel, 5)
    for cut in among:
        assert alone[cut][0] == pytest.approx(among[cut][panel.row("905")], rel=5e-3), cut


def test_a_council_alone_cannot_fit_national_parameters(panel):
    with pytest.raises(SufficiencyError, match="plans of all authorities"):
        fit_parameters(panel.only("905"))


def test_figures_after_an_origin_change_nothing_fitted_at_it(stock, flows, population, panel):
    cut = build_panel(
        stock[stock["year"] <= 2023],
        flows[flows["year"] <= 2023],
        population[population["year"] < 2023],
        2023,
    )
    one = forecast_pooled(fit_parameters(cut), cut, 4)
    then = panel.until(2023)
    two = forecast_pooled(fit_parameters(then), then, 4)
    assert all(np.array_equal(one[name], two[name]) for name in one)


def test_the_order_of_rows_changes_nothing(fitted, panel, stock, flows, population):
    mixed = build_panel(stock.sample(frac=1.0, random_state=2), flows, population, 2025)
    again = forecast_pooled(fit_parameters(mixed), mixed, 3)
    assert all(
        np.array_equal(values, again[cut])
        for cut, values in forecast_pooled(fitted, panel, 3).items()
    )


def test_an_authority_without_the_last_census_has_no_forecast_and_disturbs_no_other(fitted, panel):
    lost = panel.stock[TOTAL].copy()
    lost[3, -1] = np.nan
    missing = replace(panel, stock={**panel.stock, TOTAL: lost})
    made = forecast_pooled(fitted, missing, 2)[TOTAL]
    assert np.isnan(made[3]).all()
    assert np.isfinite(np.delete(made, 3, axis=0)).all()
