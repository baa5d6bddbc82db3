"""The register that Westmere's planner would confirm."""

from pathlib import Path

import pandas as pd
import pytest

from sufficiency.contracts import Establishments, checked
from sufficiency.demo import demo_register, land, school_files
from sufficiency.demo.schools import schools
from sufficiency.demo.writing import write_table
from sufficiency.findings import Findings
from sufficiency.places import read_csv, starter_register, write_csv
from sufficiency.sources import gias
from sufficiency.sources.establishments import establishments


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("register")
    made = land.land(999)
    write_table(school_files.register(schools(made, 999)), folder / "gias.csv.gz")
    findings = Findings()
    tables = {"gias_full": gias.read_full(folder / "gias.csv.gz", findings)}
    found = establishments(tables, None, "999", findings)
    town = dict(zip(made.areas["lsoa"], made.areas["town"], strict=True))
    placed = checked(Establishments, found.assign(locality=found["lsoa"].map(town)), "test")
    return starter_register(placed, "999", 2025, findings)


@pytest.fixture(scope="module")
def register(starter: pd.DataFrame) -> pd.DataFrame:
    return demo_register(starter)


def test_every_row_is_confirmed_and_none_of_the_starters_is_lost(
    starter: pd.DataFrame, register: pd.DataFrame
) -> None:
    assert set(register["assumed"]) == {"no"}
    keys = ["urn", "provision"]
    assert set(register[keys].itertuples(index=False)) == set(starter[keys].itertuples(index=False))
    assert register["commissioned_places"].notna().all()
    assert register["on_roll"].notna().all()


def test_special_places_of_each_january_are_right_by_hand(register: pd.DataFrame) -> None:
    counted = register["change_status"] != "proposed"
    special = register[(register["provision"] == "special") & counted]
    end = special["effective_to"].replace("", "9999-12-31")
    for day, places in {
        "2025-01-15": 236 + 396 + 144 + 80 + 88 + 118 + 104,
        "2026-01-15": 236 + 396 + 120 + 80 + 88 + 118 + 104,
        "2028-01-15": 236 + 396 + 164 + 80 + 88 + 118 + 104,
    }.items():
        rows = special[(special["effective_from"] <= day) & (end >= day)]
        assert rows["commissioned_places"].sum() == places


def test_places_for_semh_fall_in_2025_and_rise_by_an_approved_expansion_in_2027(
    register: pd.DataFrame,
) -> None:
    rows = register[(register["urn"] == "990003") & (register["designated_needs"] == "SEMH")]
    columns = ["effective_from", "commissioned_places", "change_status"]
    assert rows[columns].to_numpy(dtype=str).tolist() == [
        ["2024-09-01", "144", "existing"],
        ["2025-09-01", "120", "existing"],
        ["2027-09-01", "164", "approved"],
    ]


def test_schemes_without_approval_are_marked_as_proposed(register: pd.DataFrame) -> None:
    later = register[register["effective_from"] >= "2028-01-01"]
    assert sorted(later["urn"]) == ["990005", "990119"]
    assert set(later["change_status"]) == {"proposed"}


def test_special_schools_are_about_full(register: pd.DataFrame) -> None:
    now = register[
        (register["provision"] == "special") & (register["effective_from"] == "2024-09-01")
    ]
    assert 0.97 < now["on_roll"].sum() / now["commissioned_places"].sum() <= 1.0


def test_the_register_reads_back_without_a_blocking_finding(
    register: pd.DataFrame, tmp_path: Path
) -> None:
    findings = Findings()
    write_csv(register, tmp_path / "places.csv")
    read = read_csv(tmp_path / "places.csv", findings)
    assert findings.blocking == []
    assert len(read) == len(register)


def test_rows_the_list_does_not_name_are_confirmed_at_their_roll(starter: pd.DataFrame) -> None:
    one = starter[starter["urn"] == "990004"].assign(urn="123456", on_roll=33)
    made = demo_register(checked_starter(one))
    assert made["commissioned_places"].tolist() == [33]
    assert made["assumed"].tolist() == ["no"]


def checked_starter(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(commissioned_places=pd.array([pd.NA], dtype="Int32"))
