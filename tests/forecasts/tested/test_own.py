"""One authority's own back-test: what counts as none, and how the forecasts are scored."""

import numpy as np
import pandas as pd
import pytest

from forecasts.tested.own import against_counts, own_accuracy


def past(method: str, forecasts: list[float], edges: tuple[float, float] | None) -> pd.DataFrame:
    low, high = edges or (np.nan, np.nan)
    return pd.DataFrame(
        {
            "route": "returns",
            "cut": "total",
            "origin": [2022, 2023],
            "horizon": 1,
            "year": [2023, 2024],
            "method": method,
            "forecast": forecasts,
            "p10": low,
            "p90": high,
            "actual": [100.0, 200.0],
        }
    )


def test_a_held_return_without_plans_of_a_cut_counts_none_and_one_not_held_is_unknown() -> None:
    engine = pd.DataFrame(
        {"cut": ["total", "ap", "total", "ap", "fe"], "year": [2023, 2023, 2024, 2024, 2023]}
    )
    actual = pd.DataFrame({"cut": ["total", "ap"], "year": [2023, 2022], "actual": [50.0, 2.0]})
    made = against_counts(engine, actual)
    assert made.to_dict("list") == {
        "cut": ["total", "ap"], "year": [2023, 2023], "actual": [50.0, 0.0],
    }  # fmt: skip


def test_errors_are_weighed_by_plans_and_set_against_the_best_simple_method() -> None:
    rows = [
        past("simulation", [110.0, 195.0], (90.0, 150.0)),
        past("persistence", [70.0, 200.0], None),
        past("growth3", [160.0, 260.0], None),
    ]
    scored = own_accuracy(pd.concat(rows, ignore_index=True))
    table = scored.set_index("method").to_dict("index")
    ours, same = table["simulation"], table["persistence"]
    assert ours["wape"] == pytest.approx(100 * 15 / 300)
    assert ours["bias"] == pytest.approx(100 * 5 / 300)
    assert ours["coverage_80"] == 50.0
    assert ours["skill"] == pytest.approx(1 - 15 / 30)
    assert same["skill"] == 0.0
    assert np.isnan(same["coverage_80"])
