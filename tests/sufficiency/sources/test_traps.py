"""Each trap is found by rule on a small table, corrected only where the fix is certain."""

from typing import Any

import pandas as pd
import pytest

from sufficiency.findings import Findings
from sufficiency.sources import traps

NAMES = {"901": "Ashmere", "902": "Birchford", "903": "Cedarton", "904": "Deepvale"}


def rows(*cells: tuple, **fixed: Any) -> pd.DataFrame:
    """Rows of (authority, year, dimension, key, value), one region."""
    table = pd.DataFrame(cells, columns=["authority", "year", "dimension", "key", "value"])
    local = table["authority"].isin(list(NAMES))
    table = table.assign(
        authority_name=table["authority"].map(NAMES).fillna("South West"),
        ons_code="E06" + table["authority"],
        region="South West",
        level=local.map({True: "authority", False: "region"}),
        second_key="",
        status=table["value"].notna().map({True: "ok", False: "not_available"}),
        source="ees_2025_caseload",
        release=2025,
    )
    return table.assign(**fixed)


def total(authority: str, year: int, value: float | None) -> tuple:
    return (authority, year, "total", "all", value)


def found(findings: Findings) -> list[tuple[str, str, int]]:
    return [(f.check, f.severity, f.count) for f in findings.items]


def test_a_code_that_flips_is_reported_and_joined_on_the_other() -> None:
    stock = rows(total("901", 2023, 10), total("901", 2024, 11), total("902", 2024, 9))
    stock.loc[1, "ons_code"] = "E06000060"
    traps.code_flips(stock, findings := Findings())
    assert found(findings) == [("authority_code_changes", "informs", 1)]
    assert "Ashmere" in findings.items[0].message


def test_a_reorganisation_names_the_predecessors_that_fit() -> None:
    stock = rows(
        total("901", 2019, 100),
        total("902", 2019, 200),
        total("902", 2020, 210),
        total("903", 2020, 60),
        total("904", 2020, 50),
    )
    before = traps.reorganisations(stock, findings := Findings(), "903")
    assert before.values.tolist() == [["901", 2020]]
    own, others = findings.items
    assert (own.check, own.severity) == ("authority_reorganised", "warns")
    assert "Cedarton is a new authority from January 2020, after Ashmere (901)" in own.message
    assert (others.severity, others.count) == ("informs", 1)


def test_predecessors_that_do_not_fit_in_size_are_not_named() -> None:
    stock = rows(total("901", 2019, 1000), total("902", 2020, 60), total("903", 2019, 5))
    before = traps.reorganisations(stock, findings := Findings())
    assert before.empty
    assert "after" not in findings.items[0].message


def test_authorities_without_a_recent_year_are_one_finding() -> None:
    stock = rows(
        total("901", 2023, 10),
        total("902", 2023, 10),
        total("903", 2023, 10),
        total("904", 2025, 10),
        total("902", 2025, None),
    )
    none = pd.DataFrame({"authority": ["903"], "year": [2024]})
    traps.no_recent_year(stock, findings := Findings(), "", none)
    assert found(findings) == [("no_recent_year", "informs", 2)]


def test_a_partial_return_is_taken_out_with_all_its_splits() -> None:
    stock = rows(
        total("901", 2023, 1000),
        total("901", 2024, 499),
        total("901", 2025, 480),
        ("901", 2024, "age", "4", 20),
        total("902", 2023, 1000),
        total("902", 2024, 500),
        total("903", 2023, 49),
        total("903", 2024, 10),
        total("E12000009", 2023, 3000),
        total("E12000009", 2024, 1000),
    )
    marked = traps.partial_returns(stock, findings := Findings(), "902")
    gone = marked["status"] == "unreliable"
    # The second low year is compared with the last good one, 2023.
    assert gone.tolist() == [False, True, True, True, False, False, False, False, False, False]
    assert marked.loc[gone, "value"].isna().all()
    assert found(findings) == [("partial_return", "informs", 2)]
    assert stock.loc[1, "value"] == 499


def test_the_authoritys_own_trap_warns() -> None:
    stock = rows(total("901", 2024, 100), total("901", 2025, 10))
    traps.partial_returns(stock, findings := Findings(), "901")
    [own] = findings.items
    assert own.severity == "warns"
    assert own.message.startswith("Ashmere has a total less than half")


def test_settings_with_many_placements_not_recorded_are_marked_and_kept() -> None:
    stock = rows(
        total("901", 2025, 1000),
        ("901", 2025, "setting", "UNK", 51),
        ("901", 2025, "setting", "SPLA", 300),
        ("901", 2025, "setting", "SPIN", None),
        ("901", 2025, "age", "4", 30),
        total("902", 2025, 1000),
        ("902", 2025, "setting", "UNK", 50),
        total("903", 2025, 17),
        ("903", 2025, "setting", "UNK", 1),
    )
    marked = traps.placements_not_recorded(stock, findings := Findings())
    assert marked["status"].tolist() == [
        "ok",
        "unreliable",
        "unreliable",
        "not_available",
        *["ok"] * 5,
    ]
    assert marked.loc[2, "value"] == 300
    assert found(findings) == [("placements_not_recorded", "informs", 1)]


def test_years_without_any_placement_or_split_are_reported() -> None:
    stock = rows(
        total("901", 2025, 1000),
        ("901", 2025, "setting", "SPLA", None),
        total("902", 2025, 900),
        ("902", 2025, "setting", "SPLA", 300),
        ("902", 2025, "age", "4", 30),
        ("902", 2025, "need", "ASD", 500),
    )
    traps.placements_not_returned(stock, findings := Findings())
    traps.totals_only(stock, findings)
    assert found(findings) == [
        ("placements_not_returned", "informs", 1),
        ("total_without_age", "informs", 1),
        ("total_without_need", "informs", 1),
    ]
    assert all("Ashmere 2025" in f.message for f in findings.items)


@pytest.mark.parametrize(
    ("before", "after", "jumps"),
    [(92, 442, True), (442, 92, True), (20, 69, False), (100, 299, False), (0, 50, True)],
)
def test_bases_that_triple_are_reported(before: int, after: int, jumps: bool) -> None:
    stock = rows(
        total("901", 2024, 2000),
        ("901", 2024, "setting", "RP", before),
        ("901", 2024, "setting", "SENU", 0),
        ("901", 2025, "setting", "RP", 0),
        ("901", 2025, "setting", "SENU", after),
    )
    traps.base_jumps(stock, findings := Findings())
    assert bool(findings.items) is jumps


def test_the_change_of_collection_is_said_once() -> None:
    traps.change_of_collection(rows(total("901", 2022, 1), total("901", 2023, 1)), a := Findings())
    traps.change_of_collection(rows(total("901", 2023, 1)), b := Findings())
    assert (len(a.items), len(b.items)) == (1, 0)


def flows(*cells: tuple) -> pd.DataFrame:
    return rows(*cells, flow="new_plans").assign(calendar_year=lambda d: d["year"] - 1)


def test_a_repeated_regional_total_is_rebuilt_from_ages_and_the_rest() -> None:
    table = flows(
        total("E12000009", 2023, 600),
        total("901", 2023, 600),
        ("901", 2023, "age", "4", 100),
        ("901", 2023, "age", "5", 50),
        ("901", 2023, "setting", "MSLA", 150),
        total("902", 2023, 600),
        ("902", 2023, "age", "4", 10),
        ("902", 2023, "setting", "MSLA", None),
        total("903", 2023, 200),
    )
    fixed = traps.flow_traps(table, findings := Findings(), "901")
    totals = fixed[fixed["dimension"] == "total"].set_index("authority")
    # Ashmere: 100 + 50. Birchford's ages are partial: 600 - 150 - 200 = 250 are left for it.
    assert totals["value"].to_dict() == {"E12000009": 600, "901": 150, "902": 250, "903": 200}
    assert "rebuilt from ages" in str(totals.loc["901", "source"])
    assert "rest of the regional total" in str(totals.loc["902", "source"])
    assert totals.loc["903", "source"] == "ees_2025_caseload"
    assert found(findings) == [
        ("regional_total_repeated", "warns", 1),
        ("regional_total_repeated", "informs", 1),
    ]
    assert "calendar year 2022" in findings.items[0].message


def test_a_repeated_total_that_cannot_be_rebuilt_is_missing_not_guessed() -> None:
    table = flows(
        total("E12000009", 2023, 600),
        total("901", 2023, 600),
        total("902", 2023, 600),
    )
    fixed = traps.flow_traps(table, Findings())
    assert fixed["status"].tolist() == ["ok", "unreliable", "unreliable"]
    assert fixed["value"].isna().tolist() == [False, True, True]


def test_a_region_of_one_authority_may_equal_its_total() -> None:
    table = flows(total("E12000009", 2023, 600), total("901", 2023, 600))
    fixed = traps.flow_traps(table, findings := Findings())
    pd.testing.assert_frame_equal(fixed, table)
    assert not findings.items


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    stock = rows(
        total("901", 2024, 1000),
        total("901", 2025, 1100),
        ("901", 2025, "setting", "SPLA", 1100),
        ("901", 2025, "age", "4", 1100),
        ("901", 2025, "need", "ASD", 1100),
    )
    same = traps.stock_traps(stock, findings := Findings(), "901")
    pd.testing.assert_frame_equal(same, stock)
    assert not findings.items
