"""Reading published margins, and saying what is missing or contradicts."""

from pathlib import Path

import pandas as pd
import pytest

from sufficiency.contracts import PublishedStock, checked
from sufficiency.errors import MarginError
from sufficiency.findings import Findings
from sufficiency.plans.margins import base_census, read_margins
from sufficiency.sources import catalogue, published

Cells = dict[tuple[str, str, str], float | None]

# Ten plans: ASD 6 (age 5: 4, age 11: 2), SEMH 4 (age 11); MSLA 5, SPLA 5.
TEN: Cells = {
    ("total", "all", ""): 10,
    ("need", "ASD", ""): 6,
    ("need", "SEMH", ""): 4,
    ("age", "5", ""): 4,
    ("age", "11", ""): 6,
    ("setting", "MSLA", ""): 5,
    ("setting", "SPLA", ""): 5,
    ("need_age", "ASD", "5"): 4,
    ("need_age", "ASD", "11"): 2,
    ("need_age", "SEMH", "11"): 4,
    ("need_setting", "ASD", "MSLA"): 3,
    ("need_setting", "ASD", "SPLA"): 3,
    ("need_setting", "SEMH", "MSLA"): 2,
    ("need_setting", "SEMH", "SPLA"): 2,
    ("age_setting", "5", "MSLA"): 3,
    ("age_setting", "5", "SPLA"): 1,
    ("age_setting", "11", "MSLA"): 2,
    ("age_setting", "11", "SPLA"): 4,
}


def stock(cells: Cells, year: int = 2025, authority: str = "999") -> pd.DataFrame:
    rows = [
        (
            authority,
            "Westmere",
            "South",
            "authority",
            year,
            *keys,
            value,
            "not_available" if value is None else "zero" if value == 0 else "ok",
            "test",
        )
        for keys, value in cells.items()
    ]
    frame = pd.DataFrame(rows, columns=list(PublishedStock.to_schema().columns))
    return checked(PublishedStock, frame, "published_stock")


def without(cells: Cells, *dimensions: str) -> Cells:
    return {keys: v for keys, v in cells.items() if keys[0] not in dimensions}


def kinds(findings: Findings) -> list[str]:
    return [f.check for f in findings.items]


def test_margins_are_read_as_published_with_absent_codes_as_zero() -> None:
    findings = Findings()
    margins = read_margins(stock(TEN), "999", 2025, findings)
    assert findings.items == []
    assert margins.total == 10
    assert margins.need_age is not None
    assert margins.need_age.loc["SEMH"].to_dict() == {5: 0.0, 11: 4.0}
    assert margins.setting.to_dict() == {"MSLA": 5.0, "SPLA": 5.0, "UNK": 0.0}


def test_row_order_does_not_matter() -> None:
    findings = Findings()
    table = stock(TEN)
    margins = read_margins(table, "999", 2025, findings)
    turned = read_margins(table.iloc[::-1], "999", 2025, findings)
    for name, frame in margins.two_way.items():
        pd.testing.assert_frame_equal(frame, turned.two_way[name])


def test_base_census_is_the_latest_january_with_all_three_two_way_counts() -> None:
    table = pd.concat(
        [stock(TEN, 2024), stock(TEN, 2025), stock(without(TEN, "need_setting"), 2026)]
    )
    assert base_census(table, "999") == 2025


def test_a_january_with_a_margin_withheld_is_used_only_if_none_is_better() -> None:
    withheld = {k: None if k[0] == "age_setting" else v for k, v in TEN.items()}
    both = pd.concat([stock(TEN, 2025), stock(withheld, 2026)])
    assert base_census(both, "999") == 2025
    assert base_census(stock(withheld, 2026), "999") == 2026


def test_no_base_census_says_what_the_latest_january_lacks() -> None:
    with pytest.raises(MarginError, match="it lacks need x age, need x setting") as caught:
        base_census(stock(without(TEN, "need_age", "need_setting")), "999")
    assert "January 2025 (2024/25)" in str(caught.value)


@pytest.mark.parametrize("authority", ["998", "ENG"])
def test_an_unknown_authority_is_refused_with_what_to_check(authority: str) -> None:
    with pytest.raises(MarginError, match=r"sufficiency\.toml"):
        base_census(stock(TEN), authority)


def test_a_year_that_is_not_there_is_refused_with_the_years_that_are() -> None:
    with pytest.raises(MarginError, match="it has 2025"):
        read_margins(stock(TEN), "999", 2024, Findings())


def test_a_margin_that_contradicts_its_total_blocks_with_both_numbers() -> None:
    findings = Findings()
    read_margins(stock(TEN | {("total", "all", ""): 11}), "999", 2025, findings)
    messages = [f.message for f in findings.blocking]
    assert "need x age adds up to 10 plans, but the published total is 11." in messages
    assert {f.check for f in findings.blocking} == {"margin_contradicts_total"}


def test_two_margins_that_contradict_block_with_dimension_key_and_both_numbers() -> None:
    """SEMH at 11 becomes 5: need, age and total each disagree with the other tables."""
    findings = Findings()
    read_margins(stock(TEN | {("need_age", "SEMH", "11"): 5}), "999", 2025, findings)
    messages = " ".join(f.message for f in findings.blocking)
    assert (
        "need x age and need x setting give different plans by need: need SEMH: 5 and 4."
        in messages
    )
    assert "need x age and age x setting give different plans by age: age 11: 7 and 6." in messages
    assert all(f.action for f in findings.blocking)


def test_a_withheld_cell_is_left_open_and_said() -> None:
    findings = Findings()
    margins = read_margins(stock(TEN | {("need_age", "SEMH", "11"): None}), "999", 2025, findings)
    assert kinds(findings) == ["margin_cells_withheld"]
    assert margins.need_age is not None
    assert margins.need_age.isna().sum().sum() == 1
    assert margins.need["SEMH"] == 4


def test_unreliable_counts_are_used_and_said() -> None:
    table = stock(TEN)
    table.loc[table["dimension"] == "age_setting", "status"] = "unreliable"
    findings = Findings()
    margins = read_margins(table, "999", 2025, findings)
    assert kinds(findings) == ["margin_unreliable"]
    assert margins.age_setting is not None
    assert margins.age_setting.loc[11, "SPLA"] == 4


@pytest.mark.parametrize("withheld", [True, False])
def test_a_missing_margin_warns_and_the_others_are_used(withheld: bool) -> None:
    cells = without(TEN, "need_setting")
    if withheld:
        cells |= {k: None for k in TEN if k[0] == "need_setting"}
    findings = Findings()
    margins = read_margins(stock(cells), "999", 2025, findings)
    assert kinds(findings) == ["margin_missing"]
    assert list(margins.two_way) == ["need_age", "age_setting"]
    assert margins.setting["SPLA"] == 5


def test_without_any_count_by_setting_every_plan_is_setting_not_recorded() -> None:
    findings = Findings()
    cells = without(TEN, "setting", "need_setting", "age_setting")
    margins = read_margins(stock(cells), "999", 2025, findings)
    assert margins.setting.to_dict() == {"UNK": 10.0}
    assert "margin_axis_missing" in kinds(findings)


def test_without_any_count_by_age_there_is_nothing_to_build_on() -> None:
    with pytest.raises(MarginError, match="caseload table by age"):
        read_margins(stock(without(TEN, "age", "need_age", "age_setting")), "999", 2025, Findings())


def test_plans_that_the_need_tables_leave_out_are_need_not_recorded() -> None:
    """Two plans aged 11, one in each setting, have no need: 12 by age and setting, 10 by need."""
    cells = TEN | {
        ("total", "all", ""): 12,
        ("age", "11", ""): 8,
        ("setting", "MSLA", ""): 6,
        ("setting", "SPLA", ""): 6,
        ("age_setting", "11", "MSLA"): 3,
        ("age_setting", "11", "SPLA"): 5,
    }
    findings = Findings()
    margins = read_margins(stock(cells), "999", 2025, findings)
    assert findings.blocking == []
    assert kinds(findings) == ["margin_not_recorded", "margin_not_recorded"]
    assert margins.need.to_dict() == {"ASD": 6.0, "SEMH": 4.0, "UNKNOWN": 2.0}
    assert margins.need_age is not None
    assert margins.need_age.loc["UNKNOWN"].to_dict() == {5: 0.0, 11: 2.0}
    assert margins.need_setting is not None
    assert margins.need_setting.loc["UNKNOWN", "MSLA"] == 1


def test_a_shortfall_blocks_where_the_table_has_its_own_not_recorded_row() -> None:
    cells = TEN | {
        ("need_age", "UNKNOWN", "11"): 0,
        ("total", "all", ""): 11,
        ("age", "11", ""): 7,
        ("age_setting", "11", "MSLA"): 3,
        ("setting", "MSLA", ""): 6,
    }
    findings = Findings()
    read_margins(stock(cells), "999", 2025, findings)
    assert "margin_not_recorded" not in kinds(findings)
    assert "margins_contradict" in kinds(findings)


def test_repeated_fractional_and_unknown_cells_all_block_at_once() -> None:
    cells = TEN | {("need", "ASD", ""): 6.5, ("need_age", "XYZ", "5"): 1, ("age", "26", ""): 1}
    table = pd.concat([stock(cells), stock({("age", "5", ""): 4})])
    findings = Findings()
    read_margins(table, "999", 2025, findings)
    found = set(kinds(findings))
    assert {"margin_cell_repeated", "margin_not_whole", "margin_code_unknown"} <= found
    unknown = [f for f in findings.blocking if f.check == "margin_code_unknown"]
    assert [f.count for f in unknown] == [1, 1]


def test_real_margins_agree_with_each_other(data: Path) -> None:
    """Published January 2025 totals of the four authorities: EES release of June 2025."""
    findings = Findings()
    tables = {}
    for name in ("ehcp2025_caseload", "ehcp2025_sen_needs_all_plans"):
        path = data / "ehcp" / f"{name}.csv.gz"
        layout = catalogue.recognise(path)
        assert layout is not None
        tables[layout.name] = layout.read(path, findings)
    table = published.published_stock(tables, findings)
    for authority, total in {"839": 4432, "838": 4333, "850": 17784, "851": 2310}.items():
        said = Findings()
        year = base_census(table, authority)
        margins = read_margins(table, authority, year, said)
        assert (year, margins.total, said.items) == (2025, total, [])
        assert {f.to_numpy().sum() for f in margins.two_way.values()} == {float(total)}
