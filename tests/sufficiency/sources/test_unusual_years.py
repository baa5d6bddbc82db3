"""Years that stand out are named with their numbers; nothing is forced."""

from pathlib import Path

import pandas as pd
import pytest

from sufficiency.contracts import PublishedFlows, PublishedStock
from sufficiency.findings import Finding, Findings
from sufficiency.sources import catalogue, published
from sufficiency.sources.unusual_years import unusual_years


def rows(*cells: tuple[str, int, float], status: str = "ok") -> pd.DataFrame:
    """Totals of (authority, January census year, value)."""
    table = pd.DataFrame(cells, columns=["authority", "year", "value"])
    return table.assign(
        authority_name=table["authority"].map({"999": "Westmere"}).fillna("Another"),
        region="South West",
        level="authority",
        dimension="total",
        key="all",
        second_key="",
        status=status,
        source="made",
    )


def stock(*cells: tuple[str, int, float]) -> pd.DataFrame:
    return PublishedStock.validate(rows(*cells)[list(PublishedStock.to_schema().columns)])


def flows(
    new: list[tuple[str, int, float]],
    ceased: list[tuple[str, int, float]] | None = None,
    status: str = "ok",
) -> pd.DataFrame:
    both = pd.concat(
        [
            rows(*new, status=status).assign(flow="new_plans"),
            rows(*(ceased or [])).assign(flow="ceased_plans"),
        ],
        ignore_index=True,
    )
    both = both.assign(calendar_year=both["year"] - 1)
    return PublishedFlows.validate(both[list(PublishedFlows.to_schema().columns)])


def found(stock: pd.DataFrame, flows: pd.DataFrame) -> list[Finding]:
    unusual_years(stock, flows, "999", findings := Findings())
    return findings.items


@pytest.mark.parametrize(
    ("before", "after", "unusual"),
    [
        (100, 200, True),
        (100, 199, False),
        (200, 100, True),
        (200, 101, False),
        (50, 100, True),
        (49, 100, False),
        (100, 49, False),
    ],
)
def test_new_plans_that_double_or_halve_are_unusual_unless_few(
    before: int, after: int, unusual: bool
) -> None:
    cases = found(stock(), flows([("999", 2024, before), ("999", 2025, after)]))
    assert [(f.check, f.severity) for f in cases] == [("new_plans_unusual", "warns")] * unusual


def test_a_rise_names_both_years_and_the_january_to_put_into_the_settings() -> None:
    [case] = found(stock(), flows([("999", 2023, 312), ("999", 2024, 1034)]))
    assert "new plans rose from 312 in 2022 to 1,034 in 2023" in case.message
    assert "may be a backlog being cleared" in case.message
    assert case.action == (
        "If so, put the January that follows into annotated_years in sufficiency.toml, for "
        "example annotated_years = [2024]."
    )


def test_a_fall_may_be_the_end_of_a_backlog() -> None:
    [case] = found(stock(), flows([("999", 2024, 1034), ("999", 2025, 400)]))
    assert "fell from 1,034 in 2023 to 400 in 2024" in case.message
    assert "cleared in 2023" in case.message


def test_years_that_do_not_follow_one_another_are_not_compared() -> None:
    assert found(stock(), flows([("999", 2022, 100), ("999", 2024, 400)])) == []


def test_figures_that_are_not_reliable_are_passed_over() -> None:
    new = [("999", 2024, 100.0), ("999", 2025, 400.0)]
    assert found(stock(), flows(new, status="unreliable")) == []


@pytest.mark.parametrize(("closing", "told"), [(1000, False), (1015, False), (1016, True)])
def test_a_stock_that_flows_do_not_account_for_is_reported(closing: int, told: bool) -> None:
    # 900 + 160 - 60 = 1,000; 1.5% of 1,015 is 15.2 and of 1,016 is 15.24.
    cases = found(
        stock(("999", 2024, 900), ("999", 2025, closing)),
        flows([("999", 2025, 160)], [("999", 2025, 60)]),
    )
    assert [(f.check, f.severity) for f in cases] == [("stock_and_flows_differ", "warns")] * told
    for case in cases:
        assert "900 plans in January 2024 + 160 new - 60 ceased = 1,000" in case.message
        assert "1,016 are published for January 2025" in case.message
        assert "Transfers between authorities are not new plans" in case.message


def test_only_the_latest_year_with_all_four_figures_is_compared() -> None:
    cases = found(
        stock(("999", 2023, 500), ("999", 2024, 900), ("999", 2025, 1000), ("999", 2026, 5)),
        flows([("999", 2024, 160), ("999", 2025, 160)], [("999", 2024, 60), ("999", 2025, 60)]),
    )
    assert cases == []


def test_other_authorities_are_counted_in_one_finding_each() -> None:
    others = ["901", "902"]
    cases = found(
        stock(*[(a, y, v) for a in others for y, v in ((2024, 900), (2025, 2000))]),
        flows(
            [(a, y, v) for a in others for y, v in ((2024, 100), (2025, 300))],
            [(a, 2025, 60) for a in others],
        ),
    )
    assert [(f.check, f.severity, f.count) for f in cases] == [
        ("new_plans_unusual", "informs", 2),
        ("stock_and_flows_differ", "informs", 2),
    ]
    assert "2 of 2" in cases[1].message


def test_real_backlog_of_the_example_is_found(data: Path) -> None:
    wanted = {"ees_2025_caseload", "ees_2025_new_plans", "ees_2025_ceased_plans"}
    reading, findings = Findings(), Findings()
    tables = {
        layout.name: layout.read(path, reading)
        for path, layout in catalogue.scan(data / "ehcp", reading)
        if layout.name in wanted
    }
    assert set(tables) == wanted
    unusual_years(
        published.published_stock(tables, reading, "839"),
        published.published_flows(tables, reading, "839"),
        "839",
        findings,
    )
    rise, residual = [f for f in findings.items if f.severity == "warns"]
    assert "from 312 in 2023 to 1,034 in 2024" in rise.message
    assert "annotated_years = [2025]" in rise.action
    assert "3,769 plans in January 2024 + 1,034 new - 447 ceased = 4,356" in residual.message
    assert "4,432 are published for January 2025" in residual.message
    assert [f.check for f in findings.items if f.severity == "informs"] == [
        "new_plans_unusual",
        "stock_and_flows_differ",
    ]
