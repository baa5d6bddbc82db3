"""Releases are put together, the newest wins, and every split is held against its total."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sufficiency.contracts import PublishedFlows, PublishedStock
from sufficiency.contracts.inputs import Contract
from sufficiency.findings import Findings
from sufficiency.sources import catalogue, published


def tidy(source: str, release: int, *cells: tuple, **more: Any) -> pd.DataFrame:
    """Rows of (authority, year, dimension, key, value)."""
    table = pd.DataFrame(cells, columns=["authority", "year", "dimension", "key", "value"])
    return table.assign(
        authority_name="Westmere",
        ons_code="E06999999",
        region="South West",
        level="authority",
        second_key="",
        status=table["value"].notna().map({True: "ok", False: "not_available"}),
        source=source,
        release=release,
        **more,
    )


def values(stock: pd.DataFrame) -> dict[tuple, float]:
    keys = zip(stock["year"], stock["dimension"], stock["key"], strict=True)
    return dict(zip(keys, stock["value"], strict=True))


def found(findings: Findings, *, without: str = "missing") -> list[tuple[str, str]]:
    return [(f.check, f.severity) for f in findings.items if not f.check.startswith(without)]


def test_the_newest_release_wins_a_whole_block_at_a_time() -> None:
    old = tidy(
        "ees_2022_estab_caseload",
        2022,
        (*("999", 2021), "total", "all", 100),
        (*("999", 2022), "total", "all", 110),
        (*("999", 2022), "setting", "SPLA", 108),
        (*("999", 2022), "setting", "HOSP", 2),
        (*("999", 2022), "age_band", "0-4", 110),
    )
    new = tidy(
        "ees_2025_caseload",
        2025,
        (*("999", 2022), "total", "all", 110),
        (*("999", 2022), "setting", "SPLA", 110),
    )
    tables = {"ees_2025_caseload": new, "ees_2022_estab_caseload": old, "gias_full": old}
    stock = published.published_stock(tables, findings := Findings())
    assert values(stock) == {
        (2021, "total", "all"): 100,
        (2022, "total", "all"): 110,
        (2022, "setting", "SPLA"): 110,
        (2022, "age_band", "0-4"): 110,
    }
    assert found(findings) == [("releases_compared", "informs")]
    assert "1 of 1 totals" in findings.items[-1].message


def test_two_files_of_one_layout_are_told_apart_by_their_latest_year() -> None:
    last = tidy("ees_2025_requests", 2025, (*("999", 2025), "total", "all", 40))
    this = tidy("ees_2025_requests", 2026, (*("999", 2025), "total", "all", 41))
    both = pd.concat([this, last], ignore_index=True)
    both = both.assign(flow="requests", calendar_year=2024)
    flows = published.published_flows({"ees_2025_requests": both}, findings := Findings(), "999")
    assert flows["value"].tolist() == [41]
    assert found(findings) == [("releases_compared", "informs"), ("releases_differ", "warns")]
    assert "requests 2024: 40, now 41" in findings.items[-1].message


@pytest.mark.parametrize("releases", [(2022, 2025), (20_222_021, 20_252_021)])
def test_a_release_without_numbers_gives_way_however_releases_are_numbered(
    releases: tuple[int, int],
) -> None:
    earlier, later = releases
    old = tidy("ees_2022_mi", earlier, (*("999", 2021), "total", "all", 12))
    new = tidy("ees_2025_assessments", later, (*("999", 2021), "total", "all", float("nan")))
    tables = {
        name: t.assign(flow="assessments_pending", calendar_year=2020)
        for name, t in {"ees_2022_mi": old, "ees_2025_assessments": new}.items()
    }
    assert published.published_flows(tables, Findings())["value"].tolist() == [12]


@pytest.mark.parametrize(
    ("share", "authority", "severity"),
    [(97, "999", "warns"), (99, "999", "informs"), (97, "998", "informs")],
)
def test_a_split_that_does_not_add_up_is_reported(
    share: int, authority: str, severity: str
) -> None:
    stock = tidy(
        "ees_2025_caseload",
        2025,
        (*("999", 2025), "total", "all", 100),
        (*("999", 2025), "need", "ASD", share),
        (*("999", 2025), "age", "4", 100),
    )
    published.compare_with_total(stock, findings := Findings(), authority)
    assert found(findings) == [("split_differs_from_total", severity)]
    assert "plans by need" in findings.items[0].message


def test_missing_files_are_all_named_at_once() -> None:
    findings = Findings()
    stock = published.published_stock({}, findings)
    flows = published.published_flows({}, findings)
    assert (len(stock), len(flows)) == (0, 0)
    assert list(stock) == list(PublishedStock.to_schema().columns)
    assert found(findings, without="-") == [
        ("missing_total_file", "blocks"),
        ("missing_need_file", "blocks"),
        ("missing_new_plans_file", "warns"),
        ("missing_ceased_plans_file", "warns"),
    ]


def test_usable_rows_are_counts_only() -> None:
    stock = tidy(
        "ees_2025_caseload",
        2025,
        (*("999", 2025), "setting", "SPLA", 5),
        (*("999", 2025), "setting", "SPIN", float("nan")),
        (*("999", 2025), "setting", "UNK", 3),
    )
    stock.loc[2, "status"] = "unreliable"
    assert published.usable(stock)["key"].tolist() == ["SPLA"]


@pytest.fixture(scope="module")
def real(data: Path) -> tuple[pd.DataFrame, pd.DataFrame, Findings]:
    findings = Findings()
    tables = {
        layout.name: layout.read(path, findings)
        for path, layout in catalogue.scan(data / "ehcp", findings)
    }
    return (
        published.published_stock(tables, findings, "839"),
        published.published_flows(tables, findings, "839"),
        findings,
    )


def test_published_totals_of_england_and_of_the_example(real) -> None:
    stock, _, findings = real
    totals = stock[stock["dimension"] == "total"].set_index(["authority", "year"])["value"]
    # Domain handbook 10.1 and 10.6; statements are counted to 2018.
    assert totals["ENG"].loc[2019:].tolist() == [
        353_995,
        390_109,
        430_697,
        473_255,
        517_048,
        576_474,
        638_745,
    ]
    assert totals["ENG"].index.min() == 2010
    assert totals["839"].to_dict() == {
        2020: 2448,
        2021: 2627,
        2022: 3063,
        2023: 3266,
        2024: 3769,
        2025: 4432,
    }
    assert not findings.blocking


def test_real_rows_are_each_published_once(real) -> None:
    stock, flows, _ = real
    key = ["authority", "year", "dimension", "key", "second_key"]
    assert not stock.duplicated(key).any()
    assert not flows.duplicated([*key, "flow"]).any()


def test_real_overlaps_agree(real) -> None:
    _, _, findings = real
    compared = [f.message for f in findings.items if f.check == "releases_compared"]
    assert [m.split(";")[0] for m in compared] == [
        "646 of 646 totals that two releases publish agree",
        "1451 of 1451 totals that two releases publish agree",
    ]


def test_real_regional_total_is_rebuilt_so_that_the_region_adds_up(real) -> None:
    _, flows, _ = real
    region = flows[
        (flows["region"] == "Yorkshire and The Humber")
        & (flows["calendar_year"] == 2022)
        & (flows["flow"] == "new_plans")
        & (flows["dimension"] == "total")
    ]
    local = region[region["level"] == "authority"].set_index("authority")["value"]
    assert len(local) == 15
    assert local["373"] == 955
    assert local.sum() == 6078


def test_real_reorganisation_and_gaps_are_found(real) -> None:
    stock, _, findings = real
    own = [f for f in findings.items if f.severity == "warns"]
    assert [f.check for f in own] == ["authority_reorganised"]
    checks = {f.check: f for f in findings.items}
    assert "Buckinghamshire" in checks["authority_code_changes"].message
    assert checks["no_recent_year"].count == 72
    unreliable = stock[stock["status"] == "unreliable"]
    # Redcar and Cleveland 2023: 972 of 1,543 plans without a placement.
    assert ((unreliable["authority"] == "807") & (unreliable["year"] == 2023)).any()


def test_contracts_are_kept(real) -> None:
    models: list[type[Contract]] = [PublishedStock, PublishedFlows]
    for model, table in zip(models, real[:2], strict=True):
        assert list(table) == list(model.to_schema().columns)


CELLS = {
    "time_identifier": "Academic year",
    "geographic_level": "Local authority",
    "country_code": "E92000001",
    "country_name": "England",
    "region_code": "E12000009",
    "region_name": "South West",
    "new_la_code": "E06999999",
    "la_name": "Westmere",
    "breakdown_topic": "All EHC plans",
    "breakdown": "All EHC plans",
    "special_la_maintained": "10",
    "mainstream_la_maintained": "10",
    "special_academy_free": "0",
}


def caseload(folder: Path, findings: Findings, *cells: tuple[str, str, str]) -> pd.DataFrame:
    """Read a caseload of (authority, academic year, all plans)."""
    path = folder / "caseload.csv"
    rows = [CELLS | {"old_la_code": a, "time_period": y, "ehcplans": v} for a, y, v in cells]
    pd.DataFrame(rows).to_csv(path, index=False)
    [read] = [x.read for x in catalogue.LAYOUTS if x.name == "ees_2025_caseload"]
    return read(path, findings)


def unread(findings: Findings) -> list[tuple[str, int, str, int]]:
    picked = [f for f in findings.items if f.check == "unknown_symbol"]
    return [(f.severity, f.row, f.column, f.count) for f in picked]


def test_text_for_a_count_blocks_for_the_authority_in_the_latest_year(tmp_path: Path) -> None:
    findings = Findings()
    table = caseload(
        tmp_path,
        findings,
        ("999", "202324", "some"),
        ("999", "202425", "many"),
        ("998", "202425", "lots"),
        ("997", "202425", "few"),
        ("996", "202425", "c"),
    )
    stock = published.published_stock({"ees_2025_caseload": table}, findings, "999")
    assert unread(findings) == [
        ("warns", 2, "ehcplans", 1),
        ("blocks", 3, "ehcplans", 1),
        ("warns", 4, "ehcplans", 2),
    ]
    [block] = [f for f in findings.blocking if f.check == "unknown_symbol"]
    assert block.source == "caseload.csv"
    assert "'many'" in block.message
    totals = stock[stock["dimension"] == "total"]
    assert totals["value"].isna().all()
    assert len(findings.table()) == len(findings.items)


def test_text_for_counts_of_others_never_blocks(tmp_path: Path) -> None:
    findings = Findings()
    table = caseload(tmp_path, findings, ("999", "202425", "20"), ("998", "202425", "lots"))
    published.published_stock({"ees_2025_caseload": table}, findings, "999")
    assert unread(findings) == [("warns", 3, "ehcplans", 1)]


def test_more_than_ten_unread_cells_of_a_place_are_ten_findings_that_count_all(
    tmp_path: Path,
) -> None:
    findings = Findings()
    cells = [("999", f"20{n}{n + 1}", "?") for n in range(11, 24)]
    caseload(tmp_path, findings, *cells)
    counted = [f.count for f in findings.items if f.check == "unknown_symbol"]
    assert (len(counted), sum(counted)) == (11, 13)  # twelve older years, and the latest


@pytest.mark.parametrize("own", [None, float("nan")])
def test_new_plans_that_only_others_have_for_the_latest_year_warn(own: float | None) -> None:
    cells = [("999", 2024, "total", "all", 40.0), ("998", 2025, "total", "all", 50.0)]
    cells += [] if own is None else [("999", 2025, "total", "all", own)]
    table = tidy("ees_2025_new_plans", 2025, *cells)
    table = table.assign(flow="new_plans", calendar_year=table["year"] - 1)
    tables = {"ees_2025_new_plans": table}
    published.published_flows(tables, findings := Findings(), "999")
    [finding] = [f for f in findings.items if f.check == "no_recent_new_plans"]
    assert finding.severity == "warns"
    assert "no published new plans for 2024" in finding.message
    assert "its last is 2023" in finding.message
    published.published_flows(tables, findings := Findings(), "998")
    assert "no_recent_new_plans" not in {f.check for f in findings.items}
