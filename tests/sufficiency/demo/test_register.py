"""The register that Westmere's planner would confirm, and that of the year before."""

from pathlib import Path

import pandas as pd
import pytest

from sufficiency.contracts import Establishments, checked
from sufficiency.demo import demo_register, school_files
from sufficiency.demo.people import World
from sufficiency.demo.people.rolls import counted_schools
from sufficiency.demo.register import last_years_register
from sufficiency.demo.writing import write_table
from sufficiency.findings import Findings
from sufficiency.places import read_csv, starter_register, write_csv
from sufficiency.sources import gias
from sufficiency.sources.establishments import establishments

WITHOUT_GAP = {"non_maintained_special", "independent_special", "ap"}


@pytest.fixture(scope="module")
def schools(tmp_path_factory: pytest.TempPathFactory, people: World) -> pd.DataFrame:
    """Westmere's school list, as read from its files."""
    folder = tmp_path_factory.mktemp("register")
    write_table(school_files.register(counted_schools(people)), folder / "gias.csv.gz")
    findings = Findings()
    tables = {"gias_full": gias.read_full(folder / "gias.csv.gz", findings)}
    found = establishments(tables, None, "999", findings)
    areas = people.land.areas
    town = dict(zip(areas["lsoa"], areas["town"], strict=True))
    return checked(Establishments, found.assign(locality=found["lsoa"].map(town)), "test")


@pytest.fixture(scope="module")
def starter(schools: pd.DataFrame) -> pd.DataFrame:
    return starter_register(schools, "999", 2025, Findings())


@pytest.fixture(scope="module")
def register(starter: pd.DataFrame) -> pd.DataFrame:
    return demo_register(starter)


def in_force(register: pd.DataFrame, day: str) -> pd.DataFrame:
    rows = register[register["change_status"] != "proposed"]
    end = rows["effective_to"].replace("", "9999-12-31")
    return rows[(rows["effective_from"] <= day) & (end >= day)]


def in_order(register: pd.DataFrame) -> pd.DataFrame:
    """Return the register with the needs of each row in alphabetical order."""
    needs = ("designated_needs", "acceptable_needs")
    ordered = {c: register[c].str.split().map(sorted).str.join(" ") for c in needs}
    return register.assign(**ordered)


def test_every_row_is_confirmed_and_no_school_of_the_starter_is_lost(
    starter: pd.DataFrame, register: pd.DataFrame
) -> None:
    assert set(register["assumed"]) == {"no"}
    keys = ["urn", "provision"]
    kept = set(register[keys].itertuples(index=False, name=None))
    assert set(starter[keys].itertuples(index=False, name=None)) <= kept
    assert register["commissioned_places"].notna().all()
    assert register["on_roll"].notna().all()


def test_rolls_of_the_sites_of_a_school_sum_to_the_roll_of_its_pupils(
    register: pd.DataFrame, schools: pd.DataFrame
) -> None:
    now = in_force(register, "2025-01-15")
    whole = now[~now["provision"].isin(["sen_unit", "resourced_provision", "post16"])]
    by_school = whole.groupby("urn")["on_roll"].sum()
    published = schools.set_index("urn")["on_roll"].reindex(by_school.index)
    assert by_school.astype(int).to_dict() == published.astype(int).to_dict()
    assert by_school["990003"] == 69  # 64 plan holders of Westmere and 5 of other authorities
    assert by_school["990002"] == 418


def test_rolls_of_bases_and_of_the_college_are_the_plan_holders_there_and_imports(
    register: pd.DataFrame, people: World
) -> None:
    plans = people.course.plans[people.course.plans["year"] == 2025]
    urn = people.places.schools["urn"].to_numpy()
    placed = plans[plans["school"] >= 0]
    held = pd.Series(urn[placed["school"].to_numpy()]).value_counts()
    now = in_force(register, "2025-01-15")
    college = now[now["urn"] == "990013"]
    assert college["on_roll"].sum() == held["990013"] + college["other_la_places"].sum()
    bases = now[now["provision"].isin(["sen_unit", "resourced_provision"])]
    assert bases["on_roll"].sum() == 50 + 2  # 29 in resourced provision, 21 in units, 2 imports


def test_one_school_has_four_sites_in_three_towns(register: pd.DataFrame) -> None:
    larkspur = in_force(register, "2025-01-15").query("urn == '990001'").set_index("site_id")
    assert larkspur["locality"].to_dict() == {
        "lower": "Eastport",
        "upper": "Eastport",
        "mere-lane": "Merefold",
        "nursery": "Westhaven",
    }
    assert larkspur["on_roll"].sum() == 62 + 86 + 60 + 4


def test_pools_assessment_places_and_beds_are_parts_of_the_register(register: pd.DataFrame) -> None:
    now = in_force(register, "2025-01-15")
    for column, urn in {
        "nursery_places": "990001",
        "post16_places": "990002",
        "assessment_places": "990001",
        "beds": "990007",
    }.items():
        assert now.loc[now["urn"] == urn, column].sum() > 0
    pools = now[["nursery_places", "post16_places"]].fillna(0).sum(axis=1)
    assert (pools <= now["commissioned_places"]).all()
    assert (now["commissioned_places"] <= now["physical_capacity"]).all()


def test_non_maintained_schools_are_no_special_schools_of_the_authority(
    register: pd.DataFrame,
) -> None:
    assert set(register.loc[register["urn"].isin(["990006", "990007"]), "provision"]) == {
        "non_maintained_special"
    }


def test_the_only_secondary_semh_site_of_westhaven_closes_in_august_2026(
    register: pd.DataFrame,
) -> None:
    semh = register["designated_needs"].str.contains("SEMH")
    semh |= register["acceptable_needs"].str.contains("SEMH")
    takes = semh & (register["ncy_from"] <= 11) & (register["ncy_to"] >= 7)
    takes &= (register["locality"] == "Westhaven") & (register["provision"] == "special")
    before, after = (
        in_force(register[takes], day)["commissioned_places"].sum()
        for day in ("2026-01-15", "2027-01-15")
    )
    assert (before, after) == (36, 0)
    later = register[takes & (register["effective_from"] > "2027")]
    assert later["change_status"].tolist() == ["proposed"]


def test_growth_is_approved_and_takes_five_septembers(register: pd.DataFrame) -> None:
    growing = register[register["ramp_years"].notna()]
    assert set(growing["ramp_years"]) == {5}
    assert set(growing["change_status"]) == {"approved"}
    assert not set(growing["provision"]) & WITHOUT_GAP


def test_special_schools_are_nearly_full(register: pd.DataFrame) -> None:
    now = in_force(register, "2025-01-15").query("provision == 'special'")
    assert 0.9 < now["on_roll"].sum() / now["commissioned_places"].sum() <= 1.0


def test_the_register_reads_back_without_a_blocking_finding(
    register: pd.DataFrame, schools: pd.DataFrame, tmp_path: Path
) -> None:
    findings = Findings()
    write_csv(register, tmp_path / "places.csv")
    read = read_csv(tmp_path / "places.csv", findings, schools)
    assert [f for f in findings.items if f.severity != "informs"] == []
    pd.testing.assert_frame_equal(in_order(read), in_order(register))


def test_last_years_register_has_no_end_that_was_not_yet_decided(register: pd.DataFrame) -> None:
    last = last_years_register(register)
    assert set(last["effective_to"]) == {""}
    assert (last["effective_from"] < "2025-01-01").all()
    keys = ["urn", "site_id", "provision"]
    both = last.merge(in_force(register, "2025-01-15"), on=keys, suffixes=("", "_now"))
    changed = both[both["commissioned_places"] != both["commissioned_places_now"]]
    assert sorted(changed["urn"]) == ["990002", "990004", "990011"]


def test_rows_the_list_does_not_name_are_confirmed_at_their_roll(starter: pd.DataFrame) -> None:
    one = starter[starter["urn"] == "990004"].assign(urn="123456", on_roll=33)
    one["commissioned_places"] = pd.array([pd.NA], dtype="Int32")
    made = demo_register(one)
    mine = made[made["urn"] == "123456"]
    assert mine["commissioned_places"].tolist() == [33]
    assert mine["assumed"].tolist() == ["no"]
