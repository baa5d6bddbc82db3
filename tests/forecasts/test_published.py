"""The methods on real published data: Bournemouth, Christchurch and Poole (839), January 2025.

Expected accuracy is that of the project's forecasting notes, section 1, with room for the
authorities whose latest years this copy of the data lacks. The back-test is long (`slow`).
"""

import numpy as np
import pandas as pd
import pytest

from forecasts.panel import Panel, build_panel, setting_groups
from forecasts.pooled.ensemble import usual_weights
from forecasts.pooled.parameters import Parameters, fit_parameters, forecast_pooled
from forecasts.pooled.targets import forecast_targets
from forecasts.rates.estimate import Rates, estimate_rates
from forecasts.tested.pooled import METHOD, accuracy_of, fit_and_test
from sufficiency.findings import Findings
from sufficiency.sources import population as people
from sufficiency.sources import published
from sufficiency.sources.inputs import read_layouts
from sufficiency.sources.pupil_rates import pupil_rates

Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]
LAYOUTS = ("ees_", "mye_district", "lookup_lad_la", "lait_")


@pytest.fixture(scope="module")
def tables(data) -> Tables:
    findings = Findings()
    files = {}
    for folder in ("ehcp", "population", "geo", "finance_la"):
        files |= read_layouts(data / folder, findings, LAYOUTS)[0]
    return (
        published.published_stock(files, findings, "839"),
        published.published_flows(files, findings, "839"),
        people.authority_estimates(files, "839", findings),
        pupil_rates(files, findings),
    )


@pytest.fixture(scope="module")
def panel(tables) -> Panel:
    stock, flows, population, rates = tables
    return build_panel(stock, flows, population, 2025, rates)


@pytest.fixture(scope="module")
def fitted(panel) -> Parameters:
    return fit_parameters(panel)


@pytest.fixture(scope="module")
def targets(tables, fitted) -> pd.DataFrame:
    stock, flows, population, rates = tables
    return forecast_targets(
        stock, flows, population, "839", 2025, 10, parameters=fitted, pupil_rates=rates
    )[0]


@pytest.fixture(scope="module")
def tested(panel) -> tuple[Parameters, pd.DataFrame]:
    return fit_and_test(panel)


@pytest.fixture(scope="module")
def accuracy(tested) -> pd.DataFrame:
    return accuracy_of(tested[0])


@pytest.fixture(scope="module")
def rates(tables) -> Rates:
    return estimate_rates(tables[0], tables[1], "839", 2025)


def test_the_forecast_starts_from_the_published_plans_and_stays_plausible(targets):
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


@pytest.mark.slow
def test_the_method_is_as_accurate_on_totals_as_was_measured(accuracy):
    ours = accuracy[(accuracy["cut"] == "total") & (accuracy["method"] == METHOD)]
    ours = ours.set_index("horizon")
    assert ours.loc[1, "wape"] == pytest.approx(3.1, abs=0.3)
    assert ours.loc[3, "wape"] == pytest.approx(7.2, abs=0.5)
    assert ours.loc[5, "wape"] == pytest.approx(10.4, abs=0.8)
    assert ours.loc[:5, "coverage_80"].between(77, 90).all()
    assert (ours["skill"] > 0.1).all()


@pytest.mark.slow
def test_every_rival_is_beaten_on_totals_up_to_five_years(accuracy):
    pooled = accuracy[(accuracy["cut"] == "total") & (accuracy["horizon"] <= 5)]
    wape = pooled.pivot(index="horizon", columns="method", values="wape")
    assert (wape.drop(columns=METHOD).min(axis=1) > wape[METHOD]).all()


@pytest.mark.slow
def test_settings_are_forecast_better_than_council_growth_does(accuracy):
    pooled = accuracy[accuracy["method"] == METHOD]
    skill = pooled.pivot(index="horizon", columns="cut", values="skill").loc[1:5]
    assert (skill[list(setting_groups())] > 0).all(axis=None)


@pytest.mark.slow
def test_a_forecast_from_2022_is_the_same_with_and_without_later_data(tables, panel):
    stock, flows, population, rates = tables
    early = build_panel(
        stock[stock["year"] <= 2022],
        flows[flows["year"] <= 2022],
        population[population["year"] < 2022],
        2022,
        rates[rates["year"] <= 2022],
    )
    later = panel.until(2022)
    one = forecast_pooled(fit_parameters(early), early, 3)
    two = forecast_pooled(fit_parameters(later), later, 3)
    for cut, values in one.items():
        rows = [later.authorities.index(code) for code in early.authorities]
        assert np.array_equal(values, two[cut][rows], equal_nan=True), cut


@pytest.mark.slow
def test_weights_of_the_members_stay_near_the_usual_ones(tested):
    for name, usual in usual_weights().items():
        assert tested[0].weights[name] == pytest.approx(usual, abs=0.1)


@pytest.mark.slow
def test_authorities_without_their_latest_years_break_nothing(panel, tested):
    held_out = panel.authorities.index("865")
    assert np.isnan(panel.stock["total"][held_out, -2:]).all()
    assert np.isfinite(panel.stock["total"][held_out, -3])
    _, past = tested
    assert (past.loc[past["authority"] == "865", "origin"].max()) <= 2022


@pytest.mark.slow
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
