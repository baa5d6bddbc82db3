"""The comparison, worked out by hand on a small panel."""

from pathlib import Path

import pandas as pd
import pytest

from sufficiency.beside_others import beside_others
from sufficiency.findings import Findings
from sufficiency.sources import catalogue, published

NAMES = {
    "999": "Westmere",
    "901": "Ashmere",
    "902": "Birchford",
    "903": "Cedarton",
    "ENG": "England",
}

Panel = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def stock_rows(*cells: tuple) -> pd.DataFrame:
    """Rows of (authority, year, dimension, key, value)."""
    table = pd.DataFrame(cells, columns=["authority", "year", "dimension", "key", "value"])
    level = {"ENG": "national", "E12000009": "region"}
    return table.assign(
        authority_name=table["authority"].map(NAMES).fillna("South West"),
        region=table["authority"].map({"ENG": ""}).fillna("South West"),
        level=table["authority"].map(level).fillna("authority"),
        second_key="",
        status="ok",
        source="ees_2025_caseload",
    )


def residents(area: str, year: int, persons: float, projected: str = "observed") -> pd.DataFrame:
    """One year of age after another, 0 to 25; age 25 must not count."""
    ages = pd.DataFrame({"age": range(26)})
    return ages.assign(
        area=area,
        area_type="authority",
        year=year,
        persons=[persons / 25] * 25 + [1e6],
        source="mye_district",
        projected=projected,
    )


def neighbours(*codes: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "authority": "999",
            "rank": range(1, len(codes) + 1),
            "neighbour": codes,
            "closeness": "Close",
        }
    )


@pytest.fixture
def panel() -> Panel:
    stock = stock_rows(
        ("999", 2025, "total", "all", 400),
        ("999", 2025, "setting", "SPLA", 100),
        ("999", 2025, "setting", "SPAC", 20),
        ("999", 2025, "setting", "SPIN", 30),
        ("999", 2025, "setting", "SPNM", 10),
        ("999", 2025, "setting", "MSLA", 240),
        ("999", 2025, "need", "ASD", 300),
        ("999", 2025, "need", "SLCN", 100),
        ("901", 2025, "total", "all", 200),
        ("902", 2025, "total", "all", 600),
        ("903", 2023, "total", "all", 90),
        ("E12000009", 2025, "total", "all", 1300),
        ("ENG", 2025, "total", "all", 1300),
        ("ENG", 2025, "need", "ASD", 650),
        ("ENG", 2025, "need", "SLCN", 650),
        ("999", 2026, "total", "all", 999),
    )
    people = pd.concat(
        [
            residents("999", 2023, 10_000),
            residents("999", 2019, 1),
            residents("999", 2024, 1, "projection"),
            residents("999", 2026, 1),
            residents("901", 2023, 10_000),
            residents("902", 2023, 10_000),
            residents("903", 2023, 3_000),
        ],
        ignore_index=True,
    )
    return stock, people, neighbours("902", "901", "903", "904")


def value(table: pd.DataFrame, who: str, measure: str, key: str = "all") -> pd.Series:
    rows = table[(table["authority"] == who) & (table["measure"] == measure)]
    return rows[rows["key"] == key].iloc[0]


def beside(panel: Panel, year: int = 2025) -> pd.DataFrame:
    return beside_others(panel[0], panel[1], panel[2], "999", year)


def test_plan_rate_is_per_thousand_residents_under_25_of_the_latest_observed_mid_year(
    panel,
) -> None:
    table = beside(panel)
    assert value(table, "999", "plan_rate")["value"] == pytest.approx(40)
    assert value(table, "999", "plan_rate")["unit"] == "per_1000"
    assert value(table, "999", "plan_rate")["note"] == "Residents of mid-2023."
    # 1,300 plans over 10,000 + 10,000 + 10,000 + 3,000 residents.
    for who in ("ENG", "E12000009"):
        assert value(table, who, "plan_rate")["value"] == pytest.approx(1300 / 33)


def test_shares_are_per_cent_of_plans(panel: Panel) -> None:
    table = beside(panel)
    assert value(table, "999", "setting_share", "special_state")["value"] == pytest.approx(30)
    assert value(table, "999", "setting_share", "special_indep")["value"] == pytest.approx(10)
    assert value(table, "999", "independent_and_nmss_share")["value"] == pytest.approx(10)
    assert value(table, "999", "need_share", "ASD")["value"] == pytest.approx(75)
    assert value(table, "ENG", "need_share", "SLCN")["value"] == pytest.approx(50)


def test_early_years_providers_are_apart_from_other(panel: Panel) -> None:
    stock, people, others = panel
    more = stock_rows(
        ("999", 2025, "setting", "EYP", 12),
        ("999", 2025, "setting", "EHE", 6),
        ("999", 2025, "setting", "UNK", 2),
    )
    table = beside((pd.concat([stock, more], ignore_index=True), people, others))
    assert value(table, "999", "setting_share", "early_years")["value"] == pytest.approx(3)
    assert value(table, "999", "setting_share", "other")["value"] == pytest.approx(2)
    keys = table.loc[table["measure"] == "setting_share", "key"].drop_duplicates().tolist()
    assert keys[-3:] == ["fe", "early_years", "other"]


def test_medians_of_a_split_say_that_they_do_not_add_up(panel: Panel) -> None:
    stock, people, others = panel
    more = stock_rows(
        ("901", 2025, "need", "ASD", 50),
        ("901", 2025, "need", "SLCN", 150),
        ("902", 2025, "need", "ASD", 300),
        ("902", 2025, "need", "SLCN", 300),
        ("904", 2025, "need", "ASD", 90),
        ("904", 2025, "need", "SLCN", 10),
    )
    table = beside((pd.concat([stock, more], ignore_index=True), people, others))
    median = value(table, "NEIGHBOURS", "need_share", "ASD")
    assert median["value"] == pytest.approx(50)
    assert median["note"] == "Median of 3 of 4 neighbours; medians do not add up to 100."


def test_a_neighbour_without_the_year_has_its_latest_and_says_so(panel: Panel) -> None:
    table = beside(panel)
    old = value(table, "903", "plan_rate")
    assert (old["year"], old["value"]) == (2023, pytest.approx(30))
    assert old["note"].startswith("January 2023: January 2025 is not published.")
    never = value(table, "904", "plan_rate")
    assert pd.isna(never["value"])
    assert pd.isna(never["year"])
    assert never["authority_name"] == "Authority 904"
    assert never["note"] == "Plans not published, or residents not known."


def test_median_falls_back_to_older_years_only_where_too_few_have_this_one(panel: Panel) -> None:
    stock, people, _ = panel
    table = beside(panel)
    # 60, 20 and (of 2023) 30: two of this year are too few.
    few = value(table, "NEIGHBOURS", "plan_rate")
    assert few["value"] == pytest.approx(30)
    assert few["note"] == "Median of 3 of 4 neighbours, some of an earlier year."
    more = pd.concat([stock, stock_rows(("904", 2025, "total", "all", 250))], ignore_index=True)
    people = pd.concat([people, residents("904", 2023, 10_000)], ignore_index=True)
    enough = value(beside_others(more, people, panel[2], "999", 2025), "NEIGHBOURS", "plan_rate")
    assert enough["value"] == pytest.approx(25)
    assert enough["note"] == "Median of 3 of 4 neighbours."


def test_no_rate_of_a_region_whose_residents_are_not_all_known(panel: Panel) -> None:
    stock, people, others = panel
    for year in (2025, 2026):
        table = beside_others(stock, people[people["area"] != "902"], others, "999", year)
        assert pd.isna(value(table, "ENG", "plan_rate")["value"])
        assert pd.isna(value(table, "E12000009", "plan_rate")["value"])
        assert pd.notna(value(table, "999", "plan_rate")["value"])
        assert value(table, "ENG", "need_share", "ASD")["value"] == pytest.approx(50)


def test_no_neighbours_leave_region_and_england(panel: Panel) -> None:
    table = beside_others(panel[0], panel[1], panel[2].iloc[:0], "999", 2025)
    assert table["role"].drop_duplicates().tolist() == ["self", "region", "england"]


def test_order_of_rows_does_not_matter(panel: Panel) -> None:
    stock, people, others = panel
    mixed = [t.sample(frac=1, random_state=1).reset_index(drop=True) for t in panel]
    pd.testing.assert_frame_equal(
        beside_others(stock, people, others, "999", 2025),
        beside_others(mixed[0], mixed[1], mixed[2], "999", 2025),
    )


def test_real_signature_of_the_example(data: Path) -> None:
    findings = Findings()
    files = ["ehcp2025_caseload", "ehcp2025_sen_needs_all_plans"]
    tables = {}
    for file in files:
        layout = catalogue.recognise(path := data / "ehcp" / f"{file}.csv.gz")
        assert layout is not None
        tables[layout.name] = layout.read(path, findings)
    stock = published.published_stock(tables, findings, "839")
    table = beside_others(stock, residents("839", 2023, 111_945), neighbours(), "839", 2025)
    # Domain handbook 10.5 and 10.6: few in units, many in independent and non-maintained.
    assert value(table, "839", "independent_and_nmss_share")["value"] == pytest.approx(
        11.46, abs=0.01
    )
    assert value(table, "839", "setting_share", "rp_unit")["value"] == pytest.approx(1.15, abs=0.01)
    assert value(table, "ENG", "setting_share", "rp_unit")["value"] == pytest.approx(3.84, abs=0.01)
    assert value(table, "ENG", "need_share", "ASD")["value"] == pytest.approx(31.5, abs=0.05)
