"""Verdicts: plain sentences, and the simple method where the pooled one has no skill."""

import numpy as np
import pandas as pd
import pytest

from forecasts.panel import Panel
from forecasts.tested.bands import Band
from forecasts.tested.verdicts import skilled, use_skilled, verdicts


def scores(
    ours: float, no_change: float, england: float, n: int = 150, origins: int = 5
) -> pd.DataFrame:
    rows = [
        (origin, horizon, "ap", method, wape * horizon, n)
        for origin in (0, *range(2020, 2020 + origins))
        for horizon in (1, 2)
        for method, wape in (
            ("pooled", ours),
            ("persistence", no_change),
            ("national", england),
        )
    ]
    return pd.DataFrame(rows, columns=["origin", "horizon", "cut", "method", "wape", "n"])


def test_a_method_with_skill_is_used_and_said_to_be_good_to_so_much():
    table = verdicts(scores(3.9, 9.5, 5.2), "pooled").set_index("horizon")
    assert table.loc[1, "method"] == "pooled"
    assert table.loc[1, "verdict"] == (
        "Good to about 4% one year ahead; better than assuming England's growth (5%)."
    )
    assert table.loc[2, "simple"] == "national"
    assert table.loc[2, "simple_wape"] == pytest.approx(10.4)


def test_without_skill_the_simple_method_is_used_and_the_table_says_so():
    table = verdicts(scores(28.0, 27.0, 30.0), "pooled")
    assert (table["method"] == "persistence").all()
    assert table["verdict"].iloc[0] == (
        "No better than assuming no change: shown as no change, which was out by about 27% one "
        "year ahead."
    )
    assert table["wape"].iloc[0] == 27.0


def test_a_draw_goes_to_the_simple_method():
    assert skilled(scores(10.0, 10.0, 12.0), "pooled") == {"ap": "persistence"}


def test_few_origins_decide_nothing_but_are_said():
    few = scores(10.0, 8.0, 12.0, n=5, origins=3)
    assert skilled(few, "pooled") == {"ap": "pooled"}
    told = verdicts(few, "pooled")["verdict"].iloc[0]
    assert told.endswith("Only 5 forecasts could be checked.")
    assert "no better so far ahead than assuming no change (8%)" in told


def test_one_lucky_origin_does_not_make_a_simple_method_the_better_one():
    table = scores(10.0, 11.0, 12.0)
    lucky = (table["method"] == "persistence") & table["origin"].isin([0, 2020])
    table.loc[lucky, "wape"] = 1.0
    assert skilled(table, "pooled") == {"ap": "pooled"}


def test_what_is_used_may_be_given_where_only_pooled_scores_are_kept():
    pooled = scores(28.0, 27.0, 30.0)
    pooled = pooled[pooled["origin"] == 0]
    assert (verdicts(pooled, "pooled")["method"] == "pooled").all()
    assert (verdicts(pooled, "pooled", used={"ap": "persistence"})["method"] == "persistence").all()


def test_the_size_of_the_authority_is_said_where_its_targets_are_known():
    spread = {"own_sd": [0.3], "common_sd": [0.0]}
    targets = pd.DataFrame({"cut": ["ap"], "horizon": [1], **spread, "tail": [0.0]})
    told = verdicts(scores(3.9, 9.5, 5.2), "pooled", targets)["verdict"].iloc[0]
    # exp(-1.2816 x 0.3) = 0.681 and exp(+) = 1.469.
    assert told.endswith("At this size, 8 in 10 lie from 32% below to 47% above.")


def test_the_range_at_this_size_is_that_of_the_band_with_its_tail():
    band = Band(level=0.2**2, size=0.0, power=0.5, common=0.1**2, tail=4.0, errors=100)
    ahead, edges = np.array([1.0]), np.array([0.1, 0.9])
    low, high = band.quantiles(np.array([1e6]), ahead, edges)[0] / 1e6
    row = {"cut": "ap", "horizon": 1, "own_sd": band.own_sd(np.array([1e6]), ahead)[0],
           "common_sd": band.common_sd(ahead)[0], "tail": band.tail}  # fmt: skip
    told = verdicts(scores(3.9, 9.5, 5.2), "pooled", pd.DataFrame([row]))["verdict"].iloc[0]
    said = f"from {100 * (1 - low):.0f}% below to {100 * (high - 1):.0f}% above."
    assert told.endswith(said)


def test_the_simple_forecast_takes_the_place_of_the_one_without_skill():
    panel = Panel(
        authorities=("901",),
        years=np.arange(2023, 2026),
        stock={"ap": np.array([[4.0, 5.0, 7.0]])},
        national={"ap": np.array([40.0, 50.0, 70.0])},
        residents={},
    )
    central = {"ap": np.array([[9.0, 11.0]]), "fe": np.array([[1.0, 1.0]])}
    made = use_skilled(panel, central, {"ap": "persistence", "fe": "pooled"}, 2)
    assert made["ap"].tolist() == [[7.0, 7.0]]
    assert made["fe"].tolist() == [[1.0, 1.0]]
    assert central["ap"].tolist() == [[9.0, 11.0]]
