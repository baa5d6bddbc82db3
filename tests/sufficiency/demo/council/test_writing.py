"""Westmere's council files: whole, read back without a problem, and true to its people."""

import stat
from pathlib import Path

import pandas as pd
import pytest

from sufficiency.council import read_council_files
from sufficiency.demo import demo_register, school_files
from sufficiency.demo.council import write_council_files
from sufficiency.demo.people import World
from sufficiency.demo.people.rolls import counted_schools
from sufficiency.demo.writing import write_table
from sufficiency.findings import Findings
from sufficiency.places import read_csv, starter_register, write_csv
from sufficiency.sources import gias
from sufficiency.sources.establishments import establishments
from sufficiency.workspace import Settings, Workspace

TOWNS = pd.DataFrame({"locality": ["Eastport", "Merefold", "Westhaven"]})
BASE = 2025


@pytest.fixture(scope="module")
def schools(people: World, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    path = tmp_path_factory.mktemp("schools") / "gias.csv.gz"
    write_table(school_files.register(counted_schools(people)), path)
    findings = Findings()
    found = establishments({"gias_full": gias.read_full(path, findings)}, None, "999", findings)
    town = dict(zip(people.land.areas["lsoa"], people.land.areas["town"], strict=True))
    return found.assign(locality=found["lsoa"].map(town).fillna(""))


@pytest.fixture(scope="module")
def workspace(
    people: World, schools: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> Workspace:
    """A workspace of Westmere with its register and its council files."""
    made = Workspace(tmp_path_factory.mktemp("council"), Settings("999"))
    write_csv(demo_register(starter_register(schools, "999", BASE, Findings())), made.register_csv)
    write_council_files(people, made)
    return made


@pytest.fixture(scope="module")
def register(workspace: Workspace) -> pd.DataFrame:
    return read_csv(workspace.register_csv, Findings())


@pytest.fixture(scope="module")
def read(
    workspace: Workspace, register: pd.DataFrame, schools: pd.DataFrame
) -> tuple[dict[str, pd.DataFrame], Findings]:
    findings = Findings()
    return read_council_files(workspace.council, register, TOWNS, schools, findings), findings


def now(register: pd.DataFrame) -> pd.DataFrame:
    end = register["effective_to"].replace("", "9999-12-31")
    counted = register["change_status"] != "proposed"
    return register[counted & (register["effective_from"] < "2025-01-15") & (end > "2025-01-15")]


def test_every_file_is_read_without_a_warning(
    read: tuple[dict[str, pd.DataFrame], Findings],
) -> None:
    tables, findings = read
    assert [f.message for f in findings.items if f.severity != "informs"] == []
    assert all(len(frame) for frame in tables.values())
    assert set(tables) == {"awaiting", "schemes", "moves", "imports", "classes", "need_mix_given",
                           "costs_given", "budget", "housing", "housing_yields"}  # fmt: skip


def test_the_folder_is_closed_to_others_and_last_years_register_is_beside_this_years(
    workspace: Workspace,
) -> None:
    assert stat.S_IMODE(workspace.council.stat().st_mode) == 0o700
    findings = Findings()
    assert len(read_csv(workspace.last_year_csv, findings)) > 20
    assert findings.blocking == []


def test_the_same_people_give_the_same_files(
    people: World, workspace: Workspace, tmp_path: Path
) -> None:
    again = Workspace(tmp_path, Settings("999"))
    again.register_csv.write_bytes(workspace.register_csv.read_bytes())
    write_council_files(people, again)
    for path in workspace.council.iterdir():
        assert (again.council / path.name).read_bytes() == path.read_bytes()


def test_most_who_wait_are_of_the_need_and_town_of_the_shortage(
    read: tuple[dict[str, pd.DataFrame], Findings],
) -> None:
    awaiting = read[0]["awaiting"]
    planted = awaiting["need"].eq("SEMH") & awaiting["locality"].eq("Westhaven")
    assert planted.sum() == 12
    assert (awaiting["provision"] != awaiting["where_now"]).all()
    assert set(awaiting["stage"]) == {
        "agreed", "consulted", "refused", "named", "directed", "tribunal",
    }  # fmt: skip


def test_pseudonyms_say_nothing_of_a_child(workspace: Workspace, people: World) -> None:
    ids = pd.read_csv(workspace.council / "awaiting.csv", dtype=str)["child_id"]
    assert ids.is_unique
    assert ids.str.fullmatch(r"W\d{3}").all()
    assert not set(ids) & set(people.people["upn"])


def test_imports_of_each_site_are_the_number_on_the_register(
    read: tuple[dict[str, pd.DataFrame], Findings], register: pd.DataFrame
) -> None:
    site = ["urn", "site_id", "provision"]
    listed = read[0]["imports"].groupby(site)["pupils"].sum()
    told = now(register).set_index(site)["other_la_places"]
    assert listed.to_dict() == told[told > 0].astype(int).to_dict()


def test_classes_of_each_site_add_up_to_its_commissioned_places_now_and_when_grown(
    read: tuple[dict[str, pd.DataFrame], Findings], register: pd.DataFrame
) -> None:
    classes = read[0]["classes"]
    site = ["urn", "site_id", "provision"]
    last = classes["september_to"].fillna(9999)

    def places(september: int) -> dict:
        runs = classes[(classes["september_from"] <= september) & (last >= september)]
        return runs.groupby(site)["places"].sum().to_dict()

    taught = now(register).query("provision in ('special', 'sen_unit', 'resourced_provision')")
    assert places(2024) == taught.set_index(site)["commissioned_places"].astype(int).to_dict()
    grown = places(2029)
    assert grown["990001", "lower", "special"] == 280
    assert grown["990004", "main", "special"] == 106
    assert ("990003", "quay-street", "special") not in grown


def test_classes_are_of_one_pool_and_an_assessment_class_is_apart(
    read: tuple[dict[str, pd.DataFrame], Findings],
) -> None:
    classes = read[0]["classes"]
    for first, last in ((-1, 0), (11, 12)):
        assert not ((classes["ncy_from"] <= first) & (classes["ncy_to"] >= last)).any()
    kept = classes[classes["assessment"] == "yes"]
    assert kept[["urn", "site_id", "places"]].to_numpy().tolist() == [["990001", "lower", 4]]
    assert classes["places"].between(1, 12).all()
