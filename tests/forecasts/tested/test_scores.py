"""Scores and back-tests: sums done by hand, no look ahead, rivals beside every method."""

import numpy as np
import pandas as pd
import pytest

from forecasts.panel import Panel
from forecasts.tested.backtest import own_backtest, past_forecasts
from forecasts.tested.scores import PROBABILITIES, accuracy, crps


def small_panel() -> Panel:
    years = np.arange(2014, 2020)
    total = np.array([[100.0, 110, 120, 130, 140, 150], [50.0, 50, 50, 50, 50, 50]])
    return Panel(
        authorities=("901", "902"),
        years=years,
        stock={"total": total, "5-10": np.where(years > 2017, np.nan, total / 2)},
        national={"total": total.sum(axis=0), "5-10": np.full(6, np.nan)},
        residents={},
        ages={"all": np.repeat(total[:, :, None] / 26, 26, axis=2)},
    )


def ten_more(panel: Panel, years: int) -> dict[str, np.ndarray]:
    last = panel.stock["total"][:, -1:]
    return {
        "total": last + 10.0 * np.arange(1, years + 1),
        "5-10": np.repeat(panel.stock["5-10"][:, -1:], years, axis=1),
        "all@11": np.repeat(panel.ages["all"][:, -1:, 11], years, axis=1),
        "unknown": np.ones((2, years)),
    }


def test_every_origin_is_forecast_from_what_was_known_then():
    seen = []

    def remembering(panel: Panel, years: int) -> dict[str, np.ndarray]:
        seen.append((panel.origin, years, panel.stock["total"].shape[1]))
        return ten_more(panel, years)

    past = past_forecasts(small_panel(), {"mine": remembering})
    assert seen == [(2016, 3, 3), (2017, 2, 4), (2018, 1, 5)]
    mine = past[(past["method"] == "mine") & (past["cut"] == "total")]
    first = mine[(mine["authority"] == "901") & (mine["origin"] == 2016)].sort_values("horizon")
    assert first["forecast"].tolist() == [130, 140, 150]
    assert first["actual"].tolist() == [130, 140, 150]


def test_only_cuts_with_a_known_actual_are_kept_and_rivals_stand_beside_them():
    past = past_forecasts(small_panel(), {"mine": ten_more})
    assert set(past["cut"]) == {"total", "5-10", "all@11"}
    assert set(past["method"]) == {"mine", "persistence", "drift3", "growth3", "national"}
    assert past.loc[past["cut"] == "5-10", "origin"].unique().tolist() == [2016]


def row_of(table: pd.DataFrame, origin: int, method: str) -> pd.Series:
    chosen = (table["origin"] == origin) & (table["method"] == method)
    return table[chosen & (table["cut"] == "total") & (table["horizon"] == 1)].iloc[0]


def test_errors_are_worked_out_by_hand_and_pooled_over_origins():
    table = accuracy(past_forecasts(small_panel(), {"mine": ten_more}), 2019)
    one = row_of(table, 2018, "mine")
    # 901 is right at 150; 902 is forecast at 60 and has 50: 10 of 200.
    assert one["wape"] == pytest.approx(5.0)
    assert one["bias"] == pytest.approx(5.0)
    assert one["mean_error"] == pytest.approx(10.0)  # 0% and 20%, DfE counts authorities alike
    assert one["n"] == 2
    nothing = row_of(table, 2018, "persistence")
    assert nothing["wape"] == pytest.approx(5.0)  # 10 short of 150
    assert one["skill_no_change"] == pytest.approx(0.0)
    assert row_of(table, 0, "mine")["n"] == 6
    assert np.isnan(nothing["coverage_80"])
    assert 0 <= one["coverage_80"] <= one["coverage_95"] <= 100


def test_scores_do_not_depend_on_row_order_and_leave_out_later_years():
    past = past_forecasts(small_panel(), {"mine": ten_more})
    table = accuracy(past, 2019)
    mixed = accuracy(past.sample(frac=1, random_state=1), 2019)
    pd.testing.assert_frame_equal(table, mixed)
    earlier = accuracy(past, 2018)
    assert earlier["origin"].max() == 2017


def test_no_past_forecast_gives_an_empty_table():
    assert accuracy(past_forecasts(small_panel().until(2016), {"mine": ten_more}), 2016).empty


def test_crps_of_a_band_that_is_one_number_is_the_distance():
    point = np.full((1, len(PROBABILITIES)), 10.0)
    assert crps(point, np.array([13.0]))[0] == pytest.approx(3.0)
    narrow = 10.0 + np.linspace(-1, 1, len(PROBABILITIES))[None]
    assert crps(narrow, np.array([10.0]))[0] < crps(5 * (narrow - 10) + 10, np.array([10.0]))[0]


def counts() -> pd.DataFrame:
    years = [2022, 2023, 2024, 2025]
    return pd.DataFrame(
        {
            "cut": ["need:ASD"] * 4 + ["need:HI"] * 3,
            "year": years + years[:3],
            "plans": [100, 110, 120, 130, 5, 5, 5],
        }
    )


def test_a_council_tests_simple_methods_on_its_own_counts():
    past = own_backtest(counts(), "901")
    drift = past[(past["method"] == "drift3") & (past["cut"] == "need:ASD")]
    known = drift[drift["origin"] == 2024]
    assert known["forecast"].tolist() == [130]
    # No plan of a need in the last return is none, not unknown.
    hearing = past[(past["cut"] == "need:HI") & (past["origin"] == 2024)]
    assert (hearing["actual"] == 0).all()
    assert len(accuracy(past, 2025)) > 0


def test_one_year_of_counts_has_nothing_to_test():
    assert own_backtest(counts()[counts()["year"] == 2022], "901").empty
