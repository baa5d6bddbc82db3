"""Postcodes: column names of several editions, and joins in any spelling."""

from pathlib import Path

import pandas as pd
import pytest

from sufficiency.errors import SourceError
from sufficiency.findings import Findings
from sufficiency.sources.postcodes import look_up, normalise, read_postcodes

OLD = "pcd,oseast1m,osnrth1m,laua,lsoa21"
NEW = "pcd7,pcd8,pcds,east1m,north1m,lad26cd,lsoa21cd"


def write(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "onspd.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (OLD, "BH1 1AA,408000,91000,E06000058,E01000001"),
        (NEW, "BH1 1AA,BH1  1AA,BH1 1AA,408000,91000,E06000058,E01000001"),
    ],
)
def test_old_and_new_column_names_give_the_same_table(
    tmp_path: Path, header: str, row: str
) -> None:
    table = read_postcodes(write(tmp_path, header, row), Findings())
    assert table.values.tolist() == [
        ["BH11AA", 408000, 91000, "E01000001", "E06000058"],
    ]


def test_northern_ireland_is_dropped_and_a_missing_position_stays_missing(tmp_path: Path) -> None:
    path = write(tmp_path, OLD, "BT1 1AA,1,1,N09000003,x", "BH1 1AB,,,E06000058,E01000001")
    table = read_postcodes(path, Findings())
    assert table["postcode"].tolist() == ["BH11AB"]
    assert table["easting"].isna().all()


def test_roles_matched_by_none_or_two_columns_are_all_named(tmp_path: Path) -> None:
    path = write(tmp_path, "pcd,oseast1m,laua,lad25cd,lsoa21", "BH1 1AA,1,a,b,c")
    with pytest.raises(SourceError) as err:
        read_postcodes(path, Findings())
    assert "district could be any of laua, lad25cd" in str(err.value)
    assert "no column for northing" in str(err.value)


def test_repeated_postcodes_are_reported(tmp_path: Path) -> None:
    findings = Findings()
    path = write(tmp_path, OLD, "BH1 1AA,1,1,E06000058,A", "BH11AA,2,2,E06000058,B")
    assert read_postcodes(path, findings)["lsoa"].tolist() == ["B"]
    assert [(f.check, f.count) for f in findings.items] == [("postcode_repeated", 1)]


def test_any_spelling_of_a_postcode_is_found_and_others_are_empty() -> None:
    known = pd.DataFrame(
        {"postcode": ["BA100AA"], "easting": [1.0], "northing": [2.0], "lsoa": ["E01000001"]}
    )
    asked = pd.Series(["ba10 0aa", " BA100AA", "ZZ1 1ZZ", None], index=[7, 3, 5, 1])
    found = look_up(asked, known)
    assert found.index.tolist() == [7, 3, 5, 1]
    assert found["lsoa"].tolist() == ["E01000001", "E01000001", "", ""]
    assert found["easting"].isna().tolist() == [False, False, True, True]


def test_normalising_takes_case_and_spaces_out() -> None:
    assert normalise(pd.Series([" bh1  1aa "])).tolist() == ["BH11AA"]


def test_real_extract_is_read_whole(data: Path) -> None:
    path = data / "geo" / "postcodes_onspd_202511_bcp_and_neighbours.csv.gz"
    findings = Findings()
    table = read_postcodes(path, findings)
    assert (len(table), findings.items) == (168120, [])
    assert int((table["district"] == "E06000058").sum()) == 14667
