"""The methods on real published data: Bournemouth, Christchurch and Poole (839), January 2025.

Expected accuracy is that of the project's forecasting notes, section 1, with room for the
authorities whose latest years this copy of the data lacks.
"""

import numpy as np
import pandas as pd
import pytest

from forecasts.panel import build_panel, setting_groups
from forecasts.pooled.parameters import Parameters, fit_parameters, forecast_pooled
from forecasts.pooled.targets import forecast_targets
from forecasts.rates.estimate import Rates, estimate_rates
from forecasts.tested.pooled import METHOD, fit_and_test
from sufficiency.findings import Findings
from sufficiency.sources import population as people
from sufficiency.sources import published
from sufficiency.sources.inputs import read_layouts


@pytest.fixture(scope="module")
def tables(data) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    findings = Findings()
    files = {}
    for folder in ("ehcp", "population", "geo"):
        files |= read_layouts(data / folder, findings)[0]
    return (
        published.published_stock(files, findings, "839"),
        published.published_flows(files, findings, "839"),
        people.population(files, "839", 2035, findings),
    )


@pytest.fixture(scope="module")
def tested(tables) -> tuple[Parameters, pd.DataFrame]:
    stock, flows, population = tables
    return fit_and_test(build_panel(stock, flows, population, 2025))


@pytest.fixture(scope="module")
def made(tables, tested) -> tuple[pd.DataFrame, pd.DataFrame]:
    stock, flows, population = tables
    return forecast_targets(stock, flows, population, "839", 2025, 10, parameters=tested[0])


@pytest.fixture(scope="module")
def rates(tables) -> Rates:
    return estimate_rates(tables[0], tables[1], "839", 2025)


def test_the_forecast_starts_from_the_published_plans_and_stays_plausible(made):
    targets, _ = made
    total = targets[targets["cut"] == "total"].set_index("year")
    assert total.loc[2025, "mean"] == 4432
    assert 4750 < total.loc[2026, "mean"] < 5000
    # Over 10 years: no less than growth in number alone, no more than constant per cent.
    assert 4432 * (1 + 10 * 0.07) < total.loc[2035, "mean"] < 4432 * np.exp(10 * 0.103)
    groups = targets[(targets["dimension"] == "setting_group") & (targets["year"] == 2025)]
    groups = groups.set_index("cut")
    assert groups["mean"].sum() == 4432
    assert groups.loc["special_state", "mean"] == 643 + 303
    assert groups.loc["rp_unit", "mean"] == 30 + 21


def test_the_method_is_as_accurate_on_totals_as_was_measured(made):
    _, table = made
    ours = table[(table["origin"] == 0) & (table["cut"] == "total") & (table["method"] == METHOD)]
    ours = ours.set_index("horizon")
    assert ours.loc[1, "wape"] == pytest.approx(3.1, abs=0.3)
    assert ours.loc[3, "wape"] == pytest.approx(7.2, abs=0.5)
    # The notes lent origins before 2020 a later population estimate, which this method refuses.
    assert ours.loc[5, "wape"] == pytest.approx(10.7, abs=1.2)
    assert ours.loc[:5, "coverage_80"].between(77, 90).all()
    assert (ours["skill"] > 0.1).all()


def test_every_rival_is_beaten_on_totals_up_to_five_years(made):
    _, table = made
    pooled = table[(table["origin"] == 0) & (table["cut"] == "total") & (table["horizon"] <= 5)]
    wape = pooled.pivot(index="horizon", columns="method", values="wape")
    assert (wape.drop(columns=METHOD).min(axis=1) > wape[METHOD]).all()


def test_settings_are_forecast_better_than_council_growth_does(made):
    _, table = made
    pooled = table[(table["origin"] == 0) & (table["method"] == METHOD)]
    skill = pooled.pivot(index="horizon", columns="cut", values="skill").loc[1:5]
    assert (skill[list(setting_groups())] > 0).all(axis=None)


def test_a_forecast_from_2022_is_the_same_with_and_without_later_data(tables):
    stock, flows, population = tables
    early = build_panel(
        stock[stock["year"] <= 2022],
        flows[flows["year"] <= 2022],
        population[population["year"] < 2022],
        2022,
    )
    later = build_panel(stock, flows, population, 2025).until(2022)
    one = forecast_pooled(fit_parameters(early), early, 3)
    two = forecast_pooled(fit_parameters(later), later, 3)
    for cut, values in one.items():
        rows = [later.authorities.index(code) for code in early.authorities]
        assert np.array_equal(values, two[cut][rows], equal_nan=True), cut


def test_authorities_without_their_latest_years_break_nothing(tables, tested):
    stock, flows, population = tables
    panel = build_panel(stock, flows, population, 2025)
    held_out = panel.authorities.index("865")
    assert np.isnan(panel.stock["total"][held_out, -2:]).all()
    assert np.isfinite(panel.stock["total"][held_out, -3])
    _, past = tested
    assert (past.loc[past["authority"] == "865", "origin"].max()) <= 2022


def test_national_parameters_fit_in_a_small_file_without_any_authority(tested, tmp_path):
    tested[0].save(tmp_path / "parameters.json.gz")
    assert (tmp_path / "parameters.json.gz").stat().st_size < 600_000


def test_the_notes_say_only_how_rates_were_made_when_every_table_is_there(rates):
    assert len(rates.notes) == 8
    assert not any("alone" in note for note in rates.notes)


def test_joiners_are_about_as_many_as_growth_and_leavers_need(rates):
    assert 650 < rates.join.sum() < 1050


def test_phase_transfer_and_the_end_of_school_show_in_the_movement(rates):
    place = rates.settings.index
    special = [place(code) for code in ("SPLA", "SPAC", "SPIN", "SPNM")]
    autism = rates.move[:, rates.needs.index("ASD")]
    into_special = autism[:, place("MSAC")][:, special].sum(axis=1)
    assert into_special[10] > 0.15 > into_special[9]
    into_college = autism[:, place("MSAC"), place("FE")]
    assert into_college[15] > 0.4 > into_college[14]
    assert autism[10, place("SPLA"), place("SPLA")] > 0.9


def test_needs_of_complex_children_point_to_special_schools(rates):
    need, place = rates.needs.index, rates.settings.index
    assert rates.affinity[need("PMLD"), place("SPLA")] > 2
    assert rates.affinity[need("PMLD"), place("MSAC")] < 0.5
    assert rates.affinity[need("SEMH"), place("AP")] > 2
