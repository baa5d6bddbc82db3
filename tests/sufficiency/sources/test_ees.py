"""The 2025 and 2026 layouts: figures as published, and every trap of the layout."""

from pathlib import Path

import pandas as pd
import pytest

from sufficiency.findings import Findings
from sufficiency.sources import ees
from sufficiency.sources.ees_rows import FLOW_COLUMNS, STOCK_COLUMNS
from sufficiency.sources.files import read_text_table

READ = {layout.name: layout.read for layout in ees.LAYOUTS}
PLACE = {
    "time_period": "202425",
    "time_identifier": "Academic year",
    "geographic_level": "Local authority",
    "country_code": "E92000001",
    "country_name": "England",
    "region_code": "E12000009",
    "region_name": "South West",
    "new_la_code": "E06999999",
    "old_la_code": "999",
    "la_name": "Westmere",
    "breakdown_topic": "All EHC plans",
    "breakdown": "All EHC plans",
}
PLACEMENTS_2025 = [
    "mainstream_la_maintained",
    "mainstream_la_maintained_resourced_provision",
    "special_la_maintained",
    "special_academy_free",
    "general_fe_tertiary_colleges",
    "ukrlp_provider",
    "neet_other",
    "placement_unknown",
]
FLOW = {"time_period": "2024", "time_identifier": "Calendar year"}


@pytest.fixture
def read(tmp_path: Path):
    """Write rows over `PLACE` and read them; returns the tidy table and the findings."""

    def _read(layout: str, *rows: dict[str, str]) -> tuple[pd.DataFrame, Findings]:
        path = tmp_path / f"{layout}.csv"
        pd.DataFrame([PLACE | row for row in rows]).fillna("0").to_csv(path, index=False)
        findings = Findings()
        return READ[layout](path, findings), findings

    return _read


def caseload(**counts: str) -> dict[str, str]:
    return {"ehcplans": "0"} | dict.fromkeys(PLACEMENTS_2025, "0") | counts


def problems(findings: Findings) -> list[tuple[str, str]]:
    """Checks and severities, without the columns that these small files leave out."""
    return [(f.check, f.severity) for f in findings.items if f.check != "missing_column"]


def cells(table: pd.DataFrame, dimension: str) -> dict[tuple[str, str], float]:
    rows = table[table["dimension"] == dimension]
    return dict(zip(zip(rows["key"], rows["second_key"], strict=True), rows["value"], strict=True))


def test_columns_of_one_setting_are_added_up_and_totals_left_out(read) -> None:
    table, findings = read(
        "ees_2025_caseload",
        caseload(
            ehcplans="100",
            mainstream_la_maintained="40",
            mainstream_la_maintained_resourced_provision="5",
            mainstream_total="45",
            mainstream_total_pc="45",
            special_academy_free="30",
            special_total="30",
            general_fe_tertiary_colleges="20",
            ukrlp_provider="5",
        ),
    )
    found = {key: value for (key, _), value in cells(table, "setting").items() if value}
    assert found == {"MSLA": 40, "RP": 5, "SPAC": 30, "FE": 25}
    assert cells(table, "total") == {("all", ""): 100}
    assert list(table) == STOCK_COLUMNS
    assert table["year"].unique().tolist() == [2025]
    assert not problems(findings)


def test_age_labels_count_only_under_the_age_topic(read) -> None:
    topic = "Child or young persons age"
    table, findings = read(
        "ees_2025_caseload",
        caseload(ehcplans="30", special_la_maintained="30"),
        caseload(ehcplans="10", special_la_maintained="4")
        | {"breakdown_topic": topic, "breakdown": "age 4"},
        caseload(ehcplans="2") | {"breakdown_topic": topic, "breakdown": "under 3"},
        caseload(ehcplans="18") | {"breakdown_topic": topic, "breakdown": "age 25"},
        caseload(ehcplans="9") | {"breakdown_topic": "Age when plan started", "breakdown": "age 4"},
        caseload(ehcplans="7") | {"breakdown_topic": "Sex", "breakdown": "Male"},
    )
    assert cells(table, "age") == {("4", ""): 10, ("2", ""): 2, ("25", ""): 18}
    assert cells(table, "age_setting")["4", "SPLA"] == 4
    assert problems(findings) == [("open_age_class", "informs")]
    assert "under 3 as 2" in findings.items[-1].message


def test_a_column_that_was_not_asked_is_passed_over_but_a_missing_cell_is_not_zero(read) -> None:
    table, _ = read(
        "ees_2025_caseload",
        caseload(general_fe_tertiary_colleges="7", ukrlp_provider="x", neet_other="x"),
        caseload(general_fe_tertiary_colleges="x", ukrlp_provider="x", neet_other="x")
        | {"old_la_code": "998"},
        caseload(special_la_maintained="c") | {"old_la_code": "997"},
    )
    state = table[table["dimension"] == "setting"].set_index(["authority", "key"])
    # ukrlp_provider has a number nowhere but in 997, where it is 0: it was asked.
    assert pd.isna(state.loc[("999", "FE"), "value"])
    assert state.loc[("998", "FE"), "status"] == "not_available"
    assert state.loc[("997", "SPLA"), "status"] == "suppressed"
    assert state.loc[("997", "FE"), ["value", "status"]].tolist() == [0, "zero"]


def test_a_column_without_any_number_in_a_year_is_no_loss_to_its_setting(read) -> None:
    table, _ = read(
        "ees_2025_caseload",
        caseload(general_fe_tertiary_colleges="7", ukrlp_provider="x") | {"time_period": "202122"},
        caseload(general_fe_tertiary_colleges="8", ukrlp_provider="2"),
    )
    fe = table[(table["dimension"] == "setting") & (table["key"] == "FE")]
    assert dict(zip(fe["year"], fe["value"], strict=True)) == {2022: 7, 2025: 10}


def test_the_2026_layout_gives_the_same_settings(read) -> None:
    row = caseload(ehcplans="50") | {"special_academy": "20", "special_free_school": "7"}
    del row["special_academy_free"]
    row |= {"ap_pru_total_pc": "1"}
    table, findings = read(
        "ees_2026_caseload",
        row | {"time_period": "202526"},
        row
        | {
            "time_period": "202526",
            "breakdown_topic": "Age at start of academic year",
            "breakdown": "age 4",
            "special_academy": "3",
        },
    )
    assert cells(table, "setting")["SPAC", ""] == 27
    assert cells(table, "age_setting")["4", "SPAC"] == 10
    assert set(table["year"]) == {2026}
    assert set(table["release"]) == {2026}
    assert not problems(findings)


def test_an_unmapped_placement_column_blocks_and_names_the_column(read) -> None:
    _, findings = read("ees_2025_caseload", caseload(special_secure="3", note="0"))
    assert problems(findings) == [
        ("unknown_placement_column", "blocks"),
        ("unknown_column", "warns"),
    ]
    [blocked] = findings.blocking
    assert (blocked.source, blocked.column) == ("ees_2025_caseload.csv", "special_secure")


def test_a_missing_placement_column_is_named(read) -> None:
    _, findings = read("ees_2025_caseload", caseload())
    missing = [f.column for f in findings.items if f.check == "missing_column"]
    assert "special_independent" in missing
    assert "special_academy" not in missing


def test_rows_that_cannot_be_placed_are_counted(read) -> None:
    table, findings = read(
        "ees_2025_caseload",
        caseload(ehcplans="1"),
        caseload(ehcplans="2") | {"old_la_code": ""},
        caseload(ehcplans="3") | {"geographic_level": "Ward"},
        caseload(ehcplans="4") | {"old_la_code": "998", "time_period": "spring"},
        caseload(ehcplans="5") | {"old_la_code": "997", "breakdown_topic": "Moon phase"},
        caseload(ehcplans="1"),
        caseload(ehcplans="-6") | {"old_la_code": "996"},
    )
    totals = table[table["dimension"] == "total"].set_index("authority")
    assert totals["value"].dropna().to_dict() == {"999": 1}
    assert totals.loc["996", "status"] == "unreliable"
    found = {f.check: (f.severity, f.row, f.count) for f in findings.items}
    assert found["row_without_place"] == ("warns", 3, 2)
    assert found["period_unreadable"] == ("warns", 5, 1)
    assert found["repeated_row"] == ("warns", 7, 1)
    assert found["negative_count"] == ("warns", 0, 1)
    assert found["unknown_breakdown_topic"] == ("informs", 0, 1)


def test_needs_by_placement_are_added_up_without_totals(read) -> None:
    need = {"ehc_plans": "9", "number_asd": "0", "number_semh": "0", "number_slcn": "0"}
    at = {"breakdown_topic": "Type of placement"}
    table, findings = read(
        "ees_2025_need",
        need | {"number_asd": "9"},
        need | at | {"breakdown": "FE - general FE and tertiary colleges", "number_asd": "4"},
        need | at | {"breakdown": "FE - UKRLP provider", "number_asd": "2"},
        need | at | {"breakdown": "FE - total", "number_asd": "6"},
        need | at | {"breakdown": "Special - academy/free school", "number_asd": "3"},
        need
        | {"breakdown_topic": "Child or young persons age", "breakdown": "age 7"}
        | {"number_asd": "8"},
    )
    found = {key: value for key, value in cells(table, "need_setting").items() if value}
    assert found == {("ASD", "FE"): 6, ("ASD", "SPAC"): 3}
    assert cells(table, "need_age")["ASD", "7"] == 8
    assert cells(table, "need")["ASD", ""] == 9
    assert not problems(findings)


def test_unmapped_labels_block(read) -> None:
    need = {"ehc_plans": "9", "number_asd": "9", "number_semh": "0", "number_slcn": "0"}
    _, findings = read(
        "ees_2025_need",
        need | {"breakdown_topic": "Type of placement", "breakdown": "Special - lunar"},
        need | {"breakdown_topic": "Child or young persons age", "breakdown": "teenager"},
        need | {"number_xyz": "4"},
    )
    assert sorted(problems(findings)) == [
        ("unknown_age_label", "blocks"),
        ("unknown_need_column", "blocks"),
        ("unknown_setting_label", "blocks"),
    ]


def test_halves_of_london_become_one_region(read) -> None:
    need = FLOW | {"ehc_plans": "9", "number_semh": "0", "number_slcn": "0", "old_la_code": ""}
    need |= {"geographic_level": "Regional", "la_name": "", "new_la_code": ""}
    table, _ = read(
        "ees_2025_need_new_plans",
        need | {"region_code": "E13000001", "region_name": "Inner London", "number_asd": "4"},
        need | {"region_code": "E13000002", "region_name": "Outer London", "number_asd": "5"},
    )
    asd = table[table["key"] == "ASD"]
    assert asd[["authority", "authority_name", "region", "value"]].values.tolist() == [
        ["E12000007", "London", "London", 9]
    ]


def test_flows_are_dated_by_calendar_year_and_lead_to_the_next_january(read) -> None:
    table, findings = read(
        "ees_2025_requests",
        FLOW
        | {"breakdown_topic": "All requests for EHC needs assessments"}
        | {"requests_received_in_year": "40", "requests_decided_not_to_assess": "x"},
        {"breakdown_topic": "All requests for EHC needs assessments", "old_la_code": "998"}
        | {"requests_received_in_year": "50", "requests_decided_not_to_assess": "5"},
    )
    assert list(table) == FLOW_COLUMNS
    rows = table[["authority", "calendar_year", "year", "flow", "status"]].values.tolist()
    assert rows == [
        ["999", 2024, 2025, "requests", "ok"],
        ["999", 2024, 2025, "requests_refused", "not_available"],
    ]
    # An academic year cannot date a flow: that row is left out, aloud.
    assert problems(findings) == [("period_unreadable", "warns")]


def test_ceased_plans_come_by_reason_age_and_last_setting(read) -> None:
    base = FLOW | dict.fromkeys([*ees.CEASED_REASONS, "total_ceased"], "0")
    table, findings = read(
        "ees_2025_ceased_plans",
        base | {"breakdown_topic": "All ceased EHC plans", "transfer": "3", "total_ceased": "5"},
        base
        | {"breakdown_topic": "Age plan ceased", "breakdown": "age 20 and over"}
        | {"total_ceased": "4"},
        base
        | {"breakdown_topic": "Type of placement", "breakdown": "Special - total"}
        | {"total_ceased": "4"},
        base
        | {"breakdown_topic": "Type of placement", "breakdown": "Special - independent"}
        | {"total_ceased": "1"},
    )
    assert cells(table, "total") == {("all", ""): 5}
    assert cells(table, "reason")["transfer", ""] == 3
    assert cells(table, "age") == {("20", ""): 4}
    assert cells(table, "setting") == {("SPIN", ""): 1}
    assert problems(findings) == [("open_age_class", "informs")]


def real(data: Path, file: str, layout: str) -> tuple[pd.DataFrame, Findings]:
    findings = Findings()
    return READ[layout](data / "ehcp" / f"{file}.csv.gz", findings), findings


def test_published_stock_of_bournemouth_christchurch_and_poole(data: Path) -> None:
    table, findings = real(data, "ehcp2025_caseload", "ees_2025_caseload")
    own = table[(table["authority"] == "839") & (table["year"] == 2025)]
    # Domain handbook 10.6.
    settings = {key: value for (key, _), value in cells(own, "setting").items()}
    assert sum(settings.values()) == 4432
    assert {k: settings[k] for k in ("SPLA", "SPAC", "SPIN", "SPNM", "RP", "SENU", "AP")} == {
        "SPLA": 643,
        "SPAC": 303,
        "SPIN": 268,
        "SPNM": 240,
        "RP": 30,
        "SENU": 21,
        "AP": 22,
    }
    assert (settings["SPI"], settings["EHE"], settings["EOTAS"]) == (190, 49, 284)
    ages = {key: value for (key, _), value in cells(own, "age").items()}
    assert (ages["2"], ages["4"], ages["14"], ages["24"], sum(ages.values())) == (
        6,
        176,
        356,
        18,
        4432,
    )
    assert not findings.blocking


def test_published_needs_of_bournemouth_christchurch_and_poole(data: Path) -> None:
    table, findings = real(data, "ehcp2025_sen_needs_all_plans", "ees_2025_need")
    own = table[table["authority"] == "839"]
    needs = {key: value for (key, _), value in cells(own, "need").items()}
    assert (needs["ASD"], needs["SEMH"], needs["SLCN"], needs["MLD"], needs["MSI"]) == (
        1356,
        1095,
        913,
        452,
        22,
    )
    assert sum(cells(own, "need_age").values()) == 4432
    assert sum(cells(own, "need_setting").values()) == 4432
    assert cells(own, "need_setting")["SEMH", "SPAC"] == 125
    assert not findings.blocking


def test_published_flows_of_england(data: Path) -> None:
    expected = {
        ("ehcp2025_requests", "ees_2025_requests"): {
            "requests": 154489,
            "requests_refused": 38889,
        },
        ("ehcp2025_assessments", "ees_2025_assessments"): {
            "assessments": 105340,
            "assessments_issued": 98547,
        },
        ("ehcp2025_ceased_plans", "ees_2025_ceased_plans"): {"ceased_plans": 44862},
        ("ehcp2025_newplans", "ees_2025_new_plans"): {"new_plans": 97747},
    }
    for (file, layout), figures in expected.items():
        table, findings = real(data, file, layout)
        rows = table[(table["authority"] == "ENG") & (table["calendar_year"] == 2024)]
        totals = rows[rows["dimension"] == "total"].set_index("flow")["value"]
        assert {flow: totals[flow] for flow in figures} == figures
        assert not findings.blocking
    timely, _ = real(data, "ehcp2025_timeliness_20_week", "ees_2025_timeliness")
    own = timely[(timely["authority"] == "839") & (timely["calendar_year"] == 2024)]
    in_time, issued = own.set_index("flow")["value"].loc[["issued_within_20_weeks", "issued"]]
    assert round(100 * in_time / issued, 1) == 77.6


def test_next_years_columns_are_all_known(data: Path, tmp_path: Path) -> None:
    """The published 2026 header over last year's values gives last year's settings."""
    columns = (data / "ehcp" / "ehcp2026_caseload_columns.txt").read_text().split()
    old = read_text_table(data / "ehcp" / "ehcp2025_caseload.csv.gz", Findings())
    old = old[old["time_period"] == "202425"].rename(columns=str.lower)
    half = pd.to_numeric(old["special_academy_free"], errors="coerce") // 2
    rest = pd.to_numeric(old["special_academy_free"], errors="coerce") - half
    new = old.assign(
        special_academy=half.astype("Int64").astype("str"),
        special_free_school=rest.astype("Int64").astype("str"),
        breakdown_topic=old["breakdown_topic"].replace(
            "Child or young persons age", "Age at start of academic year"
        ),
        time_period="202526",
    ).replace("<NA>", "x")[columns]
    new.to_csv(tmp_path / "caseload.csv", index=False)
    findings = Findings()
    table = READ["ees_2026_caseload"](tmp_path / "caseload.csv", findings)
    assert {f.check for f in findings.items} == {"open_age_class"}
    last, _ = real(data, "ehcp2025_caseload", "ees_2025_caseload")
    last = last[last["year"] == 2025].reset_index(drop=True)
    assert table["year"].unique().tolist() == [2026]
    pd.testing.assert_frame_equal(
        table[["authority", "dimension", "key", "second_key", "value", "status"]],
        last[["authority", "dimension", "key", "second_key", "value", "status"]],
    )
