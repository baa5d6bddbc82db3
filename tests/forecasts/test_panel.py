"""The panel: what is missing stays missing, and later years are not there."""

import numpy as np
import pandas as pd
import pytest

from forecasts.panel import build_panel, cuts, setting_groups
from sufficiency.errors import SufficiencyError


def test_settings_are_grouped_and_add_up_to_the_total(stock, flows, population):
    panel = build_panel(stock, flows, population, 2025)
    summed = np.sum([panel.stock[group] for group in setting_groups()], axis=0)
    assert summed == pytest.approx(panel.stock["total"])
    assert (
        panel.national["total"][-1]
        == stock[
            (stock["authority"] == "ENG")
            & (stock["year"] == 2025)
            & (stock["dimension"] == "total")
        ]["value"].item()
    )


def test_rows_after_the_base_census_change_nothing(stock, flows, population):
    panel = build_panel(stock, flows, population, 2023)
    before = build_panel(
        stock[stock["year"] <= 2023], flows, population[population["year"] < 2023], 2023
    )
    for cut in cuts():
        assert np.array_equal(panel.stock[cut], before.stock[cut], equal_nan=True)
        assert np.array_equal(panel.national[cut], before.national[cut], equal_nan=True)
    assert set(panel.residents) == set(before.residents) == {2020}


def test_an_authority_without_its_latest_years_stays_in_the_panel(stock, flows, population):
    gone = (stock["authority"] == "903") & (stock["year"] >= 2024)
    panel = build_panel(stock[~gone], flows, population, 2025)
    place = panel.authorities.index("903")
    assert np.isnan(panel.stock["total"][place, -2:]).all()
    assert np.isfinite(panel.stock["total"][place, :-2]).all()
    with pytest.raises(SufficiencyError, match="903 has no usable published number"):
        panel.row("903")


def test_a_hidden_part_makes_the_settings_of_that_year_unknown_not_smaller(
    stock, flows, population, rows
):
    both = pd.concat([stock, rows("903", 2025, [("setting", "SENU", "", 4.0)])])
    panel = build_panel(both, flows, population, 2025)
    place = panel.authorities.index("903")
    seen = panel.stock["rp_unit"][place, -1]
    one = (both["authority"] == "903") & (both["year"] == 2025) & (both["key"] == "RP")
    assert seen == both.loc[one, "value"].item() + 4
    hidden = build_panel(
        both.assign(status=both["status"].mask(one, "suppressed")), flows, population, 2025
    )
    assert all(np.isnan(hidden.stock[group][place, -1]) for group in setting_groups())
    assert np.isfinite(hidden.stock["total"][place, -1])


def test_a_part_that_was_not_collected_is_left_out(stock, flows, population, rows):
    extra = rows("903", 2025, [("setting", "SENU", "", np.nan)]).assign(status="not_available")
    panel = build_panel(pd.concat([stock, extra]), flows, population, 2025)
    assert np.isfinite(panel.stock["rp_unit"][panel.authorities.index("903"), -1])


def test_a_total_that_more_than_halves_is_a_partial_return(stock, flows, population):
    bad = (stock["authority"] == "904") & (stock["year"] == 2025)
    fallen = stock.assign(value=stock["value"].mask(bad, stock["value"] * 0.4))
    panel = build_panel(fallen, flows, population, 2025)
    place = panel.authorities.index("904")
    assert all(np.isnan(panel.stock[cut][place, -1]) for cut in cuts())


def test_settings_are_dropped_where_many_are_not_recorded(stock, flows, population, rows):
    total = stock.loc[
        (stock["authority"] == "904") & (stock["year"] == 2025) & (stock["dimension"] == "total"),
        "value",
    ].item()
    more = rows("904", 2025, [("setting", "UNK", "", total * 0.06)])
    panel = build_panel(pd.concat([stock, more]), flows, population, 2025)
    place = panel.authorities.index("904")
    assert np.isnan(panel.stock["mainstream"][place, -1])
    assert np.isfinite(panel.stock["total"][place, -1])


def test_children_are_the_latest_estimate_moved_along_cohorts(stock, flows, population):
    ramp = population.assign(persons=population["age"].astype(float))
    panel = build_panel(stock, flows, ramp, 2025)
    wanted = sum(max(age - 1, 0) for age in range(4, 19))
    assert panel.children() == pytest.approx(np.full(20, wanted))


def test_no_published_total_at_the_base_census_is_an_error(stock, flows, population):
    with pytest.raises(SufficiencyError, match="January 2026"):
        build_panel(stock, flows, population, 2026)


def test_flows_of_a_calendar_year_stand_under_the_january_that_follows(stock, flows, population):
    panel = build_panel(stock, flows, population, 2025)
    place = panel.authorities.index("905")
    assert panel.flows["new"][place, -1] == 250
    assert np.isnan(panel.flows["new"][place, :-1]).all()
    assert np.isnan(panel.flows["new"][place - 1]).all()
    assert panel.new_by_age is not None
    assert panel.new_by_age[place, -1].sum() == pytest.approx(250, abs=10)


def test_ages_and_needs_are_known_where_published_and_missing_elsewhere(stock, flows, population):
    panel = build_panel(stock, flows, population, 2025)
    place = panel.authorities.index("905")
    published = stock[
        (stock["authority"] == "905") & (stock["year"] == 2025) & (stock["dimension"] == "age")
    ]
    assert panel.ages["all"][place, -1].sum() == published["value"].sum()
    assert panel.ages["all"][place, -1, :2].sum() == 0
    assert np.isnan(panel.ages["all"][place, 0]).all()
    assert np.isnan(panel.ages["all"][place + 1]).all()
    assert panel.needs_by_age is not None
    assert np.isfinite(panel.needs_by_age[place]).all()
    assert panel.until(2024).needs_by_age is None


def test_pupils_are_what_plans_and_their_published_share_imply(stock, flows, population):
    rates = pd.DataFrame({"authority": ["905", "905"], "year": [2020, 2025], "percent": [4.0, 5.0]})
    panel = build_panel(stock, flows, population, 2025, rates)
    place = panel.authorities.index("905")
    assert panel.pupils[2025][place] == panel.stock["total"][place, -1] * 20
    assert set(panel.until(2023).pupils) == {2020}
    assert set(panel.until(2023, hindsight=True).pupils) == {2020, 2025}


def test_annotated_years_are_marked_for_one_authority_only(stock, flows, population):
    panel = build_panel(stock, flows, population, 2025).annotated("905", (2024,))
    assert panel.unusual is not None
    assert panel.unusual.sum() == 1
    assert panel.unusual[panel.authorities.index("905"), -2]
    before = panel.until(2023).unusual
    assert before is not None
    assert not before.any()
