"""Why the forecast moves, as drawn and as a table, on figures typed by hand."""

import pandas as pd
import pytest

from sufficiency.errors import SufficiencyError
from sufficiency.reports.why import drivers_table, waterfall, with_and_without
from sufficiency.terms import codes

MINUS = "\u2212"
CHANGES = (120.0, -30.0, 900.4, -60.0, 0.0, 9.6)


@pytest.fixture
def drivers() -> pd.DataFrame:
    cuts = [("all", "ALL", 1.0), ("provision", "special", 0.5), ("provision", "none", 0.1),
            ("need_group", "SEMH", 0.25)]  # fmt: skip
    rows = [
        ("unmitigated", 2030, kind, cut, driver, share * change)
        for kind, cut, share in cuts
        for driver, change in zip(codes("drivers"), CHANGES, strict=True)
    ]
    return pd.DataFrame(rows, columns=["scenario", "year", "cut_kind", "cut", "driver", "change"])


def test_the_waterfall_leads_from_the_base_census_to_the_forecast(drivers):
    picture = waterfall(drivers, 4432.0, 2025, 2030)
    assert picture.table["Plans"].tolist() == [
        "4,432", "+120", f"{MINUS}30", "+900", f"{MINUS}60", "0", "+10", "5,372",
    ]  # fmt: skip
    assert "4,432 plans in January 2025 to 5,372 in January 2030" in picture.alt
    assert f"leaving {MINUS}60" in picture.alt


def test_a_year_that_was_not_forecast_is_refused_with_what_to_do(drivers):
    with pytest.raises(SufficiencyError, match=r"January 2031.*at least 6 years ahead"):
        waterfall(drivers, 4432.0, 2025, 2031)


def test_the_table_has_all_plans_first_and_each_row_sums_to_its_change(drivers):
    table = drivers_table(drivers, 2030).frame
    assert table["Plans of"].tolist()[0] == "All plans"
    assert set(table["Plans of"]) >= {"Settings without a provision"}
    assert table.drop(columns=["Plans of", "All drivers"]).sum(axis=1).tolist() == pytest.approx(
        table["All drivers"].tolist()
    )


def test_with_and_without_says_the_difference_in_the_last_year():
    effect = pd.DataFrame(
        {
            "dimension": "total",
            "cut": "total",
            "year": [2025, 2026],
            "annotated": "2025",
            "with_annotation": [4432.0, 4700.0],
            "without": [4432.0, 4790.0],
            "difference": [0.0, -90.0],
        }
    )
    history = pd.DataFrame({"year": [2024, 2025], "plans": [3769.0, 4432.0]})
    picture = with_and_without(effect, history)
    assert f"4,700 against 4,790 in January 2026, a difference of {MINUS}90" in picture.alt
    assert picture.table["Difference"].tolist() == ["0", f"{MINUS}90"]
