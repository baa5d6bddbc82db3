"""The 2022 release: statements and plans together, bands of age, types of establishment."""

from pathlib import Path

import pandas as pd
import pytest

from sufficiency.findings import Findings
from sufficiency.sources import ees_2022

READ = {layout.name: layout.read for layout in ees_2022.LAYOUTS}
PLACE = {
    "time_period": "2016",
    "time_identifier": "Calendar year",
    "geographic_level": "Local authority",
    "country_code": "E92000001",
    "country_name": "England",
    "region_code": "E12000009",
    "region_name": "South West",
    "old_la_code": "999",
    "new_la_code": "E06999999",
    "la_name": "Westmere",
    "Total_st": "3",
    "Total_ehc": "4",
}


@pytest.fixture
def read(tmp_path: Path):
    def _read(layout: str, *rows: dict[str, str]) -> tuple[pd.DataFrame, Findings]:
        path = tmp_path / f"{layout}.csv"
        pd.DataFrame([PLACE | row for row in rows]).to_csv(path, index=False)
        findings = Findings()
        return READ[layout](path, findings), findings

    return _read


def test_statements_and_plans_are_counted_together_in_bands(read) -> None:
    table, findings = read(
        "ees_2022_age_caseload",
        {"characteristic_age": "Total", "Total_all": "70"},
        {"characteristic_age": "Under 5", "Total_all": "7"},
        {"characteristic_age": "Age 20 to 25", "Total_all": "z"},
    )
    rows = table[["year", "dimension", "key", "status"]].values.tolist()
    assert rows == [
        [2016, "total", "all", "ok"],
        [2016, "age_band", "0-4", "ok"],
        [2016, "age_band", "20-25", "not_applicable"],
    ]
    assert table["value"].dropna().tolist() == [70, 7]
    assert not findings.items


def test_types_are_added_up_to_settings_and_totals_left_out(read) -> None:
    def row(kind: str, count: str) -> dict[str, str]:
        return {"establishment_type": kind, "establishment_group": "", "Total_all": count}

    table, findings = read(
        "ees_2022_estab_caseload",
        row("Total", "100"),
        row("General FE and tertiary colleges/HE", "10"),
        row("Other FE", "z"),
        row("Sixth form college", "5"),
        row("Mainstream - Academy - Resourced Provision", "z"),
        row("Hospital School", "2"),
    )
    state = table.set_index("key")
    assert state["value"].dropna().to_dict() == {"FE": 15, "HOSP": 2}
    assert state.loc["RP", "status"] == "not_applicable"
    assert set(table["dimension"]) == {"setting"}
    assert not findings.items


def test_unknown_bands_and_types_block(read) -> None:
    _, ages = read(
        "ees_2022_age_caseload", {"characteristic_age": "Age 26 to 30", "Total_all": "1"}
    )
    _, types = read(
        "ees_2022_estab_caseload",
        {"establishment_type": "Space school", "establishment_group": "", "Total_all": "1"},
    )
    assert [f.check for f in ages.blocking] == ["unknown_age_label"]
    assert [f.check for f in types.blocking] == ["unknown_setting_label"]


def test_flows_lead_to_the_next_january(read) -> None:
    table, _ = read(
        "ees_2022_mi", {"InreqEHC": "40", "AssRefusedEHC": "0", "AssnodecisionEHC": "z"}
    )
    assert table[["flow", "calendar_year", "year", "status"]].values.tolist() == [
        ["requests", 2016, 2017, "ok"],
        ["requests_refused", 2016, 2017, "zero"],
        ["assessments_pending", 2016, 2017, "not_applicable"],
    ]


def test_published_series(data: Path) -> None:
    def total(layout: str, file: str, code: str, year: int, dimension: str) -> float:
        findings = Findings()
        table = READ[layout](data / "ehcp" / f"ehcp2022_sen2_{file}.csv.gz", findings)
        assert not findings.blocking
        rows = table[(table["authority"] == code) & (table["year"] == year)]
        return rows.loc[rows["dimension"] == dimension, "value"].sum()

    # Domain handbook 10.1 and 10.6.
    assert total("ees_2022_age_caseload", "age_caseload", "ENG", 2019, "total") == 353_995
    assert total("ees_2022_age_caseload", "age_caseload", "839", 2022, "age_band") == 3063
    assert total("ees_2022_estab_caseload", "estab_caseload", "ENG", 2022, "setting") == 473_255
    assert total("ees_2022_estab_new_plans", "estab_new_plans", "839", 2022, "setting") == 507
