"""GIAS: three layouts of establishments become one table of an authority's schools."""

from pathlib import Path

import pandas as pd
import pytest

from sufficiency.findings import Findings
from sufficiency.sources import gias, postcodes, school_census
from sufficiency.sources.establishments import establishments

FULL_HEADER = (
    "URN,LA (code),LA (name),EstablishmentName,TypeOfEstablishment (code),"
    "TypeOfEstablishment (name),EstablishmentStatus (code),PhaseOfEducation (name),"
    "StatutoryLowAge,StatutoryHighAge,SchoolCapacity,NumberOfPupils,Postcode,Easting,Northing,"
    "LSOA (code),SEN1 (name),SEN2 (name),SEN3 (name),ResourcedProvisionOnRoll,"
    "ResourcedProvisionCapacity,SenUnitOnRoll,SenUnitCapacity,LastChangedDate"
)
EXTRACT_HEADER = (
    "urn,la_code,la_name,establishment_number,establishment_name,establishment_type,"
    "establishment_type_group,education_phase,number_of_pupils,percentage_fsm,easting,northing,"
    "lsoa_code,pcon_code,longitude,latitude"
)
LIST_HEADER = (
    "urn,name,localAuthority,postcode,ageRange,giasPhase,schoolTypeLabel,latitude,longitude,"
    "packGeneratedAt"
)


def write(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def cells(table: pd.DataFrame, row: object, *columns: str) -> list[object]:
    return [table.at[row, column] for column in columns]  # pyright: ignore[reportArgumentType]


def checks(findings: Findings) -> list[str]:
    return [f.check for f in findings.items]


def full(tmp_path: Path, *lines: str, findings: Findings | None = None) -> pd.DataFrame:
    path = write(tmp_path / "edubasealldata.csv", FULL_HEADER, *lines, encoding="cp1252")
    return gias.read_full(path, findings or Findings())


def extract(tmp_path: Path, *lines: str, findings: Findings | None = None) -> pd.DataFrame:
    path = write(tmp_path / "gias_open_20250524.csv", EXTRACT_HEADER, *lines)
    return gias.read_extract(path, findings or Findings())


def listed(tmp_path: Path, *lines: str, findings: Findings | None = None) -> pd.DataFrame:
    path = write(tmp_path / "list.csv", LIST_HEADER, *lines)
    return gias.read_list(path, findings or Findings())


def row(urn: str, kind: str, la: str = "839,Westmere", roll: str = "50") -> str:
    return f"{urn},{la},1,School {urn},{kind},Group,Primary,{roll},,400000,90000,E01Z1,,,"


def test_full_header_gives_status_needs_bases_and_text_in_windows_1252(tmp_path: Path) -> None:
    table = full(
        tmp_path,
        "100001,839,Westmere,St André,7,Community special school,1,Not applicable,4,19,100,90,"
        "BH1 1AA,400000,90000,E01Z1,SLD - Severe Learning Difficulty,"
        "SpLD - Specific Learning Difficulty,Not applicable,8,10,6,7,03-02-2024",
        "100002,839,Westmere,Old,1,Community school,2,Primary,4,11,,,,,,,,,,,,,,05-03-2024",
        "100003,839,Westmere,New,35,Free schools,4,Primary,,,,,,,,,,,,,,,,",
    )
    assert table["name"].tolist()[0] == "St André"
    assert table["status"].tolist() == ["open", "closed", "proposed"]
    assert table["designated_needs"].tolist() == ["SPLD SLD", "", ""]
    assert cells(table, 0, "resourced_provision_capacity", "sen_unit_on_roll") == [10, 6]
    assert set(table["as_at"]) == {"2024-03-05"}


def test_an_approved_need_not_in_the_list_is_reported(tmp_path: Path) -> None:
    findings = Findings()
    table = full(
        tmp_path,
        "100001,839,Westmere,A,7,Community special school,1,,4,19,,,,,,,XYZ - New,,,,,,,",
        findings=findings,
    )
    assert table["designated_needs"].tolist() == [""]
    assert "approved_need_unknown" in checks(findings)


def test_urn_100000_written_by_r_is_put_right(tmp_path: Path) -> None:
    findings = Findings()
    table = extract(tmp_path, row("1e+05", "Community school"), findings=findings)
    assert table["urn"].tolist() == ["100000"]
    assert checks(findings) == ["urn_in_scientific_notation"]


def test_a_urn_that_lost_digits_in_a_spreadsheet_is_left_out_and_said(tmp_path: Path) -> None:
    findings = Findings()
    table = extract(
        tmp_path,
        row("100001", "Community school"),
        row("1.13E+05", "Community school"),
        findings=findings,
    )
    assert table["urn"].tolist() == ["100001"]
    lost = findings.items[0]
    assert (lost.check, lost.row, lost.count) == ("urn_not_a_number", 3, 1)


def test_list_gives_ages_and_national_grid_positions(tmp_path: Path) -> None:
    findings = Findings()
    table = listed(
        tmp_path,
        "100001,A,Westmere,BH1 1AA,2 to 19,Primary,Community special school,50.7192,-1.8808,"
        "2026-07-31",
        "100002,B,Westmere,BH1 1AB,all ages,Primary,Community school,,,2026-07-31",
        findings=findings,
    )
    assert cells(table, 0, "age_from", "age_to") == [2, 19]
    assert table["easting"].isna().tolist() == [False, True]
    assert checks(findings) == ["age_range_unread"]


def test_newest_layout_wins_where_it_is_filled(tmp_path: Path) -> None:
    tables = {
        "gias_extract": extract(tmp_path, row("100001", "Community special school", roll="44")),
        "gias_list": listed(
            tmp_path, "100001,New name,Westmere,BH1 1AA,4 to 16,,Voluntary aided,,,2026-07-31"
        ),
    }
    found = establishments(tables, None, "839", Findings()).iloc[0]
    assert (found["name"], found["on_roll"], found["age_to"]) == ("New name", 44, 16)
    assert (found["setting"], found["phase"]) == ("MSLA", "Primary")
    assert found["source"] == "gias_list gias_extract"


def test_only_the_authority_is_kept_and_the_list_is_matched_by_name(tmp_path: Path) -> None:
    tables = {
        "gias_extract": extract(
            tmp_path,
            row("100001", "Community school"),
            row("100002", "Community school", la="838,Eastmere"),
        ),
        "gias_list": listed(
            tmp_path,
            "100003,C,WESTMERE,BH1 1AA,4 to 11,,Community school,,,2026-07-31",
            "100004,D,Eastmere,BH1 1AA,4 to 11,,Community school,,,2026-07-31",
        ),
    }
    assert establishments(tables, None, "839", Findings())["urn"].tolist() == ["100001", "100003"]


def test_closed_establishments_are_kept_with_their_status(tmp_path: Path) -> None:
    tables = {
        "gias_full": full(
            tmp_path,
            "100002,839,Westmere,Old,1,Community school,2,Primary,4,11,,,,1,1,E01Z1,,,,,,,,",
        )
    }
    assert establishments(tables, None, "839", Findings())["status"].tolist() == ["closed"]


@pytest.mark.parametrize(
    ("name", "setting", "group"),
    [
        ("Voluntary aided", "MSLA", "mainstream"),
        ("VOLUNTARY AIDED SCHOOL", "MSLA", "mainstream"),
        ("Free schools special", "SPAC", "special"),
        ("Academy 16 to 19 converter", "FE6", "post16"),
        ("Special post 16 institution", "SPI", "post16"),
        ("Other independent special school", "SPIN", "independent_special"),
    ],
)
def test_types_are_matched_whatever_the_edition_calls_them(
    tmp_path: Path, name: str, setting: str, group: str
) -> None:
    findings = Findings()
    tables = {"gias_extract": extract(tmp_path, row("100001", name))}
    found = establishments(tables, None, "839", findings).iloc[0]
    assert (found["setting"], found["type_group"]) == (setting, group)
    assert findings.items == []


def test_an_unknown_type_is_other_with_a_warning(tmp_path: Path) -> None:
    findings = Findings()
    tables = {"gias_extract": extract(tmp_path, row("100001", "Moon school"))}
    found = establishments(tables, None, "839", findings).iloc[0]
    assert (found["setting"], found["type_group"]) == ("OTHP", "other")
    assert [(f.check, f.severity) for f in findings.items] == [
        ("establishment_type_unknown", "warns")
    ]


def test_position_comes_from_the_postcode_where_gias_has_none(tmp_path: Path) -> None:
    line = "10000{n},S{n},Westmere,{pc},4 to 11,,Community school,,,2026-07-31"
    tables = {
        "gias_extract": extract(tmp_path, row("100009", "Community school")),
        "gias_list": listed(tmp_path, line.format(n=1, pc="bh1 1aa"), line.format(n=2, pc="ZZ1")),
    }
    known = pd.DataFrame(
        {"postcode": ["BH11AA"], "easting": [5.0], "northing": [6.0], "lsoa": ["E01Z7"]}
    )
    findings = Findings()
    found = establishments(tables, known, "839", findings).set_index("urn")
    assert cells(found, "100001", "easting", "northing", "lsoa") == [5.0, 6.0, "E01Z7"]
    unplaced = next(f for f in findings.items if f.check == "establishment_without_position")
    assert unplaced.count == 1
    assert "S2" in unplaced.message


def test_a_school_that_moved_takes_the_newer_position_and_loses_its_old_lsoa(
    tmp_path: Path,
) -> None:
    near = "100001,A,Westmere,BH1,4 to 11,,Community school,{},-2.0,2026-07-31"
    tables = {"gias_extract": extract(tmp_path, row("100001", "Community school"))}
    stays = tables | {"gias_list": listed(tmp_path, near.format(50.7095))}
    moves = tables | {"gias_list": listed(tmp_path, near.format(50.80))}
    kept = establishments(stays, None, "839", Findings()).iloc[0]
    moved = establishments(moves, None, "839", Findings()).iloc[0]
    assert (kept["easting"], kept["lsoa"]) == (400000.0, "E01Z1")
    assert moved["northing"] > 99000
    assert moved["lsoa"] == ""


def test_headcount_by_age_comes_from_the_school_census_of_the_same_authority(
    tmp_path: Path,
) -> None:
    census = pd.DataFrame(
        {
            "urn": ["100001", "100001", "100002"],
            "authority": ["839", "839", "100"],
            "year": [2022, 2023, 2024],
            "on_roll": [40.0, 45.0, 999.0],
            "on_roll_early_years": [1.0, 2.0, 9.0],
            "on_roll_primary": [20.0, 21.0, 9.0],
            "on_roll_secondary": [19.0, 20.0, 9.0],
            "on_roll_post_16": [0.0, 2.0, 9.0],
        }
    )
    tables = {
        "gias_extract": extract(
            tmp_path,
            row("100001", "Community school", roll=""),
            row("100002", "Community school", roll="50"),
        ),
        "spc_school_level": census,
    }
    found = establishments(tables, None, "839", Findings()).set_index("urn")
    assert cells(found, "100001", "on_roll", "on_roll_primary", "headcount_year") == [
        45,
        21,
        2023,
    ]
    assert found.loc["100002", "on_roll"] == 50
    assert found["on_roll_primary"].isna()["100002"]


def test_an_open_school_missing_from_the_newest_list_is_named(tmp_path: Path) -> None:
    tables = {
        "gias_extract": extract(
            tmp_path,
            row("100001", "Community school"),
            row("100002", "Community school"),
            row("100003", "Further education"),
        ),
        "gias_list": listed(
            tmp_path, "100001,A,Westmere,BH1 1AA,4 to 11,,Community school,,,2026-07-31"
        ),
    }
    findings = Findings()
    establishments(tables, None, "839", findings)
    closure = next(f for f in findings.items if f.check == "establishment_not_in_newest_list")
    assert closure.count == 1
    assert "School 100002" in closure.message


def test_an_authority_without_establishments_blocks(tmp_path: Path) -> None:
    findings = Findings()
    tables = {"gias_extract": extract(tmp_path, row("100001", "Community school"))}
    assert establishments(tables, None, "777", findings).empty
    assert [f.check for f in findings.blocking] == ["no_establishments"]
    assert establishments({}, None, "839", findings).empty


@pytest.fixture(scope="module")
def real(data: Path) -> dict[str, pd.DataFrame]:
    findings = Findings()
    schools = data / "schools"
    return {
        "gias_full": gias.read_full(schools / "sample_gias_full_header_anonymised.csv", findings),
        "gias_extract": gias.read_extract(schools / "gias_open_20250524_england.csv.gz", findings),
        "gias_list": gias.read_list(
            schools / "gias_extract_202607_bcp_dorset_hants.csv.gz", findings
        ),
        "spc_school_level": school_census.read_school_census(
            schools / "spc_school_level_202223_england.csv.gz", findings
        ),
        "postcodes": postcodes.read_postcodes(
            data / "geo" / "postcodes_onspd_202511_bcp_and_neighbours.csv.gz", findings
        ),
    }


def test_real_full_header_is_read(real: dict[str, pd.DataFrame]) -> None:
    assert len(real["gias_full"]) == 60
    assert real["gias_full"]["capacity"].notna().all()


def test_bcp_has_fifteen_special_schools_and_special_colleges(
    real: dict[str, pd.DataFrame],
) -> None:
    found = establishments(real, real["postcodes"], "839", Findings())
    special = found[found["setting"].isin(["SPLA", "SPAC", "SPNM", "SPIN", "SPI"])]
    assert len(special) == 15
    by_urn = found.set_index("urn")
    # Linwood, Victoria and Connie Rothman: one school of each route through the merge
    assert cells(by_urn, "113961", "name", "age_from", "age_to", "setting") == [
        "Linwood School",
        2,
        19,
        "SPLA",
    ]
    assert by_urn["easting"].notna()["113954"]
    assert by_urn.loc["148069", "headcount_year"] == 2023


def test_latitudes_become_the_national_grid_of_the_postcode_directory(
    real: dict[str, pd.DataFrame],
) -> None:
    listed = real["gias_list"].dropna(subset="easting")
    known = postcodes.look_up(listed["postcode"], real["postcodes"])
    distance = ((listed["easting"] - known["easting"]) ** 2) ** 0.5
    distance += ((listed["northing"] - known["northing"]) ** 2) ** 0.5
    # the list places a school at its postcode; 2 m is the error of the transformation
    assert distance.median() < 3


@pytest.mark.parametrize(("authority", "schools"), [("838", 185), ("850", 629), ("851", 67)])
def test_every_establishment_of_the_neighbours_has_a_known_type_and_a_position(
    real: dict[str, pd.DataFrame], authority: str, schools: int
) -> None:
    findings = Findings()
    found = establishments(real, real["postcodes"], authority, findings)
    # 2025 extract (184, 612, 67) and those only in the July 2026 list (1, 17, 0)
    assert len(found) == schools
    assert set(checks(findings)) <= {"establishment_not_in_newest_list"}
    assert found["easting"].notna().all()


@pytest.mark.parametrize(
    ("before", "after", "column"),
    [
        (",50,", ",-1,", "number_of_pupils"),
        (",50,", ",many,", "number_of_pupils"),
        (",50,", ",inf,", "number_of_pupils"),
        (",400000,", ",abc,", "easting"),
        (",400000,", ",700001,", "easting"),
        (",90000,", ",1300001,", "northing"),
        (",839,", ",83,", "la_code"),
    ],
)
def test_a_cell_that_cannot_be_right_is_missing_and_named(
    tmp_path: Path, before: str, after: str, column: str
) -> None:
    findings = Findings()
    good = row("100001", "Community school")
    bad = [row(urn, "Community school").replace(before, after) for urn in ("100002", "100003")]
    table = extract(tmp_path, good, *bad, findings=findings)
    [finding] = findings.items
    assert (finding.severity, finding.source) == ("warns", "gias_open_20250524.csv")
    assert (finding.row, finding.column, finding.count) == (3, column, 2)
    assert "Rows 3, 4" in finding.message
    made = establishments({"gias_extract": table}, None, "839", findings)
    assert len(made) == 3  # an authority's code that is missing is known by its name
