"""Every establishment of every GIAS file, and which took the place of which."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sufficiency.findings import Findings
from sufficiency.people.schools import by_ukprn, in_force, known_schools
from sufficiency.sources import catalogue, gias

HEADER = (
    "URN,LA (code),LA (name),EstablishmentNumber,EstablishmentName,TypeOfEstablishment (code),"
    "TypeOfEstablishment (name),EstablishmentStatus (code),OpenDate,CloseDate,UKPRN,Postcode,"
    "TypeOfResourcedProvision (name),ResourcedProvisionOnRoll,ResourcedProvisionCapacity,"
    "SenUnitOnRoll,SenUnitCapacity,LastChangedDate"
)
LINKS = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate"


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines))
    return path


def row(
    urn: str,
    number: str = "1",
    kind: str = "1",
    status: str = "1",
    closed: str = "",
    ukprn: str = "",
    base: str = "Not applicable,,,,",
    opened: str = "01-09-1990",
) -> str:
    place = f"{urn},999,Westmere,{number},School {urn},{kind},,{status},{opened},{closed},{ukprn}"
    return f"{place},zz1 1aa,{base},01-01-2025"


def schools(tmp_path: Path, *rows: str, links: tuple[str, ...] = ()) -> Any:
    findings = Findings()
    tables = {"gias_full": gias.read_full(written(tmp_path / "full.csv", HEADER, *rows), findings)}
    if links:
        path = written(tmp_path / "links_edubasealldata.csv", LINKS, *links)
        tables["gias_links"] = gias.read_links(path, findings)
    return known_schools(tables).set_index("urn")


def test_closed_and_proposed_schools_are_kept_with_their_dates_and_numbers(tmp_path):
    table = schools(
        tmp_path,
        row("100001", "7", "7", "2", "31-08-2022", "10000001"),
        row("100002", "8", "1", "4"),
    )
    one = table.loc["100001"]
    assert one[["laestab", "ukprn", "authority", "setting", "type_group", "status"]].tolist() == [
        "9990007",
        "10000001",
        "999",
        "SPLA",
        "special",
        "closed",
    ]
    assert one["close_date"] == pd.Timestamp("2022-08-31")
    assert one["open_date"] == pd.Timestamp("1990-09-01")
    assert one["postcode"] == "ZZ11AA"
    assert table.at["100002", "status"] == "proposed"


def test_ages_and_positions_are_kept_where_a_file_has_them(tmp_path):
    header = f"{HEADER},StatutoryLowAge,StatutoryHighAge,Easting,Northing"
    rows = [f"{row('100001')},4,19,400000,100000", f"{row('100002')},,,0,0"]
    path = written(tmp_path / "full.csv", header, *rows)
    full = gias.read_full(path, Findings())
    table: Any = known_schools({"gias_full": full}).set_index("urn")
    columns = ["age_from", "age_to", "easting", "northing"]
    assert table.loc["100001", columns].tolist() == [4, 19, 400000.0, 100000.0]
    assert table.loc["100002", columns].isna().all()


@pytest.mark.parametrize(
    ("base", "unit", "rp"),
    [
        ("Not applicable,,,,", False, False),
        ("SEN unit,,,,", True, False),
        ("Resourced provision,,,,", False, True),
        ("Resourced provision and SEN unit,,,,", True, True),
        (",,12,,", False, True),
        (",,0,5,8", True, False),
    ],
)
def test_a_base_is_told_by_its_type_or_by_its_capacity(tmp_path, base, unit, rp):
    table = schools(tmp_path, row("100001", base=base))
    assert table.loc["100001", ["has_unit", "has_rp"]].tolist() == [unit, rp]


def test_a_blank_in_the_newest_file_is_filled_from_an_older_one_and_types_go_by_name(tmp_path):
    findings = Findings()
    full = written(tmp_path / "full.csv", HEADER, row("100001", ukprn="10000001"))
    listed = written(
        tmp_path / "list_20260731.csv",
        "urn,name,localAuthority,postcode,ageRange,giasPhase,schoolTypeLabel,openDate",
        "100001,New name,Westmere,ZZ9 9ZZ,4 to 11,Primary,Academy converter,2015-04-01",
        "100002,Other,Westmere,ZZ1 1AA,11 to 16,Secondary,Free schools - special,2015-04-01",
    )
    tables = {
        "gias_full": gias.read_full(full, findings),
        "gias_list": gias.read_list(listed, findings),
    }
    table: Any = known_schools(tables).set_index("urn")
    assert table.loc["100001", ["name", "ukprn", "postcode"]].tolist() == [
        "New name",
        "10000001",
        "ZZ99ZZ",
    ]
    assert table.loc["100002", ["setting", "authority"]].tolist() == ["SPAC", "999"]


def test_successors_are_followed_by_date_and_not_to_schools_that_never_opened(tmp_path):
    table = schools(
        tmp_path,
        row("100001", "1", "7", "2", "31-08-2022"),
        row("100002", "2", "44", "2", "31-08-2024"),
        row("100003", "3", "36"),
        row("100004", "4", "36", "4"),
        row("100005", "5", "1", "2", "31-08-2022"),
        links=(
            "100001,100002,School,Successor,01-09-2022",
            "100002,100003,School,Successor - merged,01-09-2024",
            "100002,100001,School,Predecessor,01-09-2022",
            "100005,100004,School,Successor,01-09-2022",
        ),
    )
    assert table["successor"].to_dict() == {
        "100001": "100002",
        "100002": "100003",
        "100003": "",
        "100004": "",
        "100005": "",
    }
    urns = pd.Series(["100001", "100002", "100005", ""], index=[7, 8, 9, 10])
    flat = table.reset_index()
    now = in_force(urns, flat, pd.Timestamp("2025-01-16"))
    assert now.to_dict() == {7: "100003", 8: "100003", 9: "100005", 10: ""}
    then = in_force(urns, flat, pd.Timestamp("2023-01-19"))
    assert then.to_dict() == {7: "100002", 8: "100002", 9: "100005", 10: ""}


def test_a_circle_of_links_ends(tmp_path):
    table = schools(
        tmp_path,
        row("100001", "1", "1", "2", "31-08-2021"),
        row("100002", "2", "1", "2", "31-08-2022"),
        links=("100001,100002,S,Successor,", "100002,100001,S,Successor,"),
    ).reset_index()
    day = pd.Timestamp("2025-01-16")
    assert in_force(pd.Series(["100001", "100002"]), table, day).tolist() == ["100002", "100001"]


def test_no_more_than_five_successions_are_followed(tmp_path):
    rows = [row(f"10000{n}", str(n), "1", "2", "31-08-2020") for n in range(1, 8)]
    links = tuple(f"10000{n},10000{n + 1},S,Successor," for n in range(1, 7))
    table = schools(tmp_path, *rows, links=links).reset_index()
    found = in_force(pd.Series(["100001"]), table, pd.Timestamp("2025-01-16"))
    assert found.tolist() == ["100006"]


def test_of_several_successors_one_of_the_same_kind_is_taken(tmp_path):
    table = schools(
        tmp_path,
        row("100001", "1", "7", "2", "31-08-2022"),
        row("100002", "2", "34"),
        row("100003", "3", "44"),
        links=(
            "100001,100002,S,Successor - Split School,01-09-2022",
            "100001,100003,S,Successor - Split School,01-09-2022",
        ),
    )
    assert table.at["100001", "successor"] == "100003"


def test_without_links_the_open_school_of_the_same_ukprn_or_laestab_succeeds(tmp_path):
    table = schools(
        tmp_path,
        row("100001", "1", "1", "2", "31-08-2022", ukprn="10000001"),
        row("100002", "2", "34", ukprn="10000001"),
        row("100003", "3", "1", "2", "31-08-2022"),
        row("100004", "3", "34"),
        row("100005", "5", "1", "2", "31-08-2022"),
    )
    assert table["successor"].tolist() == ["100002", "", "100004", "", ""]
    flat = table.reset_index()
    assert by_ukprn(flat, pd.Timestamp("2025-01-16")).to_dict() == {"10000001": "100002"}


def test_the_links_file_is_recognised_by_its_columns(tmp_path):
    path = written(tmp_path / "any.csv", LINKS, "100001,100002,S,Successor,01-09-2022")
    layout = catalogue.recognise(path)
    assert layout is not None
    assert layout.name == "gias_links"
    table = gias.read_links(path, Findings())
    assert table.iloc[0].tolist() == ["100001", "100002", "successor", "2022-09-01"]


def test_no_gias_file_gives_an_empty_table_of_the_same_columns(tmp_path):
    assert list(known_schools({}).columns) == list(known_schools_columns(tmp_path))


def known_schools_columns(tmp_path: Path) -> list[str]:
    return ["urn", *schools(tmp_path, row("100001")).columns]


def test_the_published_files_give_every_school_of_england_an_authority(data):
    folder, findings = data / "schools", Findings()
    tables = {
        "gias_extract": gias.read_extract(folder / "gias_open_20250524_england.csv.gz", findings),
        "gias_list": gias.read_list(
            folder / "gias_extract_202607_bcp_dorset_hants.csv.gz", findings
        ),
    }
    table = known_schools(tables)
    assert table["urn"].is_unique
    assert (table["authority"].str.fullmatch(r"\d{3}")).all()
    assert len(table) > 27_000
