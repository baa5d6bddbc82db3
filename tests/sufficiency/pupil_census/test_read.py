"""Censuses read from the files of a folder."""

import gzip
import random
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.findings import Findings
from sufficiency.pupil_census.model import PupilCensus
from sufficiency.pupil_census.read import read_censuses

HEADER = "UPN,LEA,Estab,Postcode,NCyearActual,EnrolStatus,SENprovision,SENtype1,Surname"
ROW = "A8392{n:08d},839,{estab},ZZ1 1AA,4,C,K,SLCN,Demo{n:06d}"
CANARIES = ("A8392", "ZZ1", "Demo0")


def rows(*numbers: int, estab: int = 2001) -> list[str]:
    return [ROW.format(n=n, estab=estab) for n in numbers]


def write(path: Path, lines: list[str], header: str = HEADER) -> None:
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")


def read(folder: Path, **options: int) -> tuple[list[PupilCensus], Findings]:
    findings = Findings()
    return read_censuses(folder, "839", findings, **options), findings


def checks(findings: Findings, severity: str = "blocks") -> list[str]:
    return [f.check for f in findings.items if f.severity == severity]


def assert_silent(findings: Findings) -> None:
    told = " ".join(f"{f.message} {f.action} {f.source} {f.column}" for f in findings.items)
    assert not any(canary in told for canary in CANARIES)


def test_a_census_is_read_with_its_term_day_file_and_rows(folder: Path):
    write(folder / "school_census_spring_2025.csv", rows(1, 2))
    (census,), findings = read(folder)
    assert (census.year, census.term) == (2025, "spring")
    assert census.census_day == pd.Timestamp("2025-01-16")
    (file,) = census.files
    assert (file.name, file.rows) == ("school_census/school_census_spring_2025.csv", 2)
    assert len(file.sha256) == 64
    pupil = census.pupils.iloc[1]
    assert pupil["laestab"] == "8392001"
    assert pupil["row"] == 3
    assert pupil["need"] == "SLCN"
    assert "surname" not in [c.lower() for c in census.pupils.columns]
    assert not findings.blocking
    assert "A8392" not in repr(census)


def test_missing_columns_are_named_and_unknown_ones_only_counted(folder: Path):
    write(folder / "spring_2025.csv", rows(1))
    _, findings = read(folder)
    missing = {f.column: f.severity for f in findings.items if f.check == "missing_column"}
    assert set(missing) == {
        *("uln", "birth_date", "sex", "entry_date", "leaving_date"),
        *("second_need", "unit", "rp"),
    }
    (unknown,) = [f for f in findings.items if f.check == "unknown_column"]
    assert unknown.count == 1
    assert "Surname" not in unknown.message


def test_missing_upn_and_postcode_warn_and_say_what_they_cost(folder: Path):
    write(folder / "autumn_2024.csv", ["2001,R,N"], "Estab,NCyearActual,SENprovision")
    (census,), findings = read(folder)
    assert census.pupils["laestab"].tolist() == ["8392001"]
    warned = {f.column: f.message for f in findings.items if f.severity == "warns"}
    assert set(warned) == {"upn", "postcode"}
    assert "linked" in warned["upn"]
    assert "homes" in warned["postcode"]
    informed = [f.column for f in findings.items if f.severity == "informs"]
    assert "need" not in informed  # autumn does not collect needs


@pytest.mark.parametrize(
    ("header", "line", "named"),
    [
        ("UPN,NCyearActual,SENprovision", "A1,4,N", "the school"),
        ("UPN,Estab,SENprovision", "A1,2001,N", "NCyearActual"),
        ("UPN,Estab,NCyearActual", "A1,2001,4", "SEN provision"),
        ("A8392000000001,2001,Demo000001", "A8392000000002,2001,Demo000002", "the school"),
    ],
)
def test_missing_needed_columns_block_and_nothing_of_the_file_is_read(
    folder: Path, header: str, line: str, named: str
):
    write(folder / "spring_2025.csv", [line], header)
    censuses, findings = read(folder)
    assert censuses == []
    assert checks(findings) == ["missing_needed_column"]
    assert named in findings.blocking[0].message
    assert_silent(findings)


def test_term_is_told_by_column_endings_before_all_else(folder: Path):
    header = (
        "UPN,LAESTAB,NCyearActual_AUT24,SENprovision_AUT24,NCyearActual_SPR25,SENprovision_SPR25"
    )
    lines = ["A1,8392001,4,N,4,K", "A2,8392001,5,N,,", "A3,8392001,,,6,E"]
    write(folder / "summer_2020.csv", lines, header)
    censuses, findings = read(folder)
    assert [(c.year, c.term) for c in censuses] == [(2025, "autumn"), (2025, "spring")]
    assert [c.pupils["upn"].tolist() for c in censuses] == [["A1", "A2"], ["A1", "A3"]]
    assert censuses[1].pupils["sen_provision"].tolist() == ["K", "E"]
    assert censuses[1].pupils["row"].tolist() == [2, 4]
    assert not findings.blocking


@pytest.mark.parametrize(
    ("header", "cells", "term"),
    [
        ("CensusDate", "2024-10-03", (2025, "autumn")),
        ("ReferenceDate", "16/01/2025", (2025, "spring")),
        ("Term,Year", "Summer,2025", (2025, "summer")),
        ("Term,AcademicYear", "AUT,2024/25", (2025, "autumn")),
        ("AcademicYear,Term", "202425,Spring", (2025, "spring")),
        ("Term,Year", "Spring,", (2026, "spring")),
    ],
)
def test_term_is_told_by_columns_before_the_files_name(folder: Path, header, cells, term):
    name = "census_2026.csv" if cells == "Spring," else "census.csv"
    write(folder / name, [f"A1,2001,4,N,{cells}"], f"UPN,Estab,NCyearActual,SENprovision,{header}")
    censuses, findings = read(folder)
    assert not findings.blocking
    assert [(c.year, c.term) for c in censuses] == [term]


def test_one_file_may_hold_several_terms(folder: Path):
    header = "UPN,Estab,NCyearActual,SENprovision,CensusDate"
    lines = ["A1,2001,4,N,2025-01-16", "A1,2001,4,K,2025-05-15", "A2,2001,4,E,2025-01-16"]
    write(folder / "census.csv", lines, header)
    censuses, _ = read(folder)
    assert [(c.term, len(c.pupils), c.files[0].rows) for c in censuses] == [
        ("spring", 2, 2),
        ("summer", 1, 1),
    ]


@pytest.mark.parametrize(
    ("name", "cells"),
    [("census.csv", ""), ("spring_2024.csv", "2025"), ("census.csv", "2025-26"), ("2025.csv", "x")],
)
def test_a_term_that_nothing_tells_or_that_differs_blocks_and_says_how_to_name(
    folder: Path, name: str, cells: str
):
    write(folder / name, [f"A1,2001,4,N,{cells}"], "UPN,Estab,NCyearActual,SENprovision,Year")
    censuses, findings = read(folder)
    assert censuses == []
    assert checks(findings) == ["census_term_unknown"]
    assert "school_census_spring_2025.csv" in findings.blocking[0].action


def test_columns_and_name_that_tell_different_terms_warn(folder: Path):
    header = "UPN,Estab,NCyearActual,SENprovision,CensusDate"
    write(folder / "autumn_2024.csv", ["A1,2001,4,N,2025-01-16"], header)
    (census,), findings = read(folder)
    assert census.term == "spring"
    assert "census_term_disagrees" in checks(findings, "warns")


def test_one_file_a_school_is_one_census(folder: Path):
    (folder / "schools").mkdir()
    write(folder / "schools" / "2001_spring_term_2025.csv", rows(1, 2))
    write(folder / "spring_2025_b.csv", rows(3, estab=2002))
    censuses, findings = read(folder)
    assert checks(findings) == ["census_term_unknown"]  # 2001 could be a year
    (folder / "schools" / "2001_spring_term_2025.csv").rename(folder / "spring_2025_a.csv")
    (census,), findings = read(folder)
    assert not findings.blocking
    assert len(censuses) == 1
    assert [f.rows for f in census.files] == [2, 1]
    assert census.pupils["laestab"].tolist() == ["8392001", "8392001", "8392002"]
    assert census.pupils["file"].nunique() == 2


def test_two_loads_of_one_term_block_and_leave_the_term_out(folder: Path):
    write(folder / "spring_2025.csv", [*rows(1, 2), *rows(3, estab=2002)])
    write(folder / "spring_2025_new.csv", [*rows(1, 2, 4), *rows(3, estab=2002)])
    write(folder / "summer_2025.csv", rows(1))
    censuses, findings = read(folder)
    assert [c.term for c in censuses] == ["summer"]
    (found,) = findings.blocking
    assert (found.check, found.count) == ("two_censuses_for_term", 2)
    assert "spring_2025.csv" in found.message
    assert "spring_2025_new.csv" in found.message


def test_a_copy_of_a_file_is_read_once(folder: Path):
    write(folder / "spring_2025.csv", rows(1))
    write(folder / "spring_2025 (1).csv", rows(1))
    (census,), findings = read(folder)
    assert len(census.pupils) == 1
    assert checks(findings, "warns")[0] == "file_twice"


def test_a_census_of_another_authority_blocks(folder: Path):
    other = [line.replace(",839,", ",838,") for line in rows(1, 2)]
    write(folder / "spring_2025.csv", other)
    assert checks(read(folder)[1]) == ["wrong_authority"]
    write(folder / "spring_2025.csv", [*rows(1), other[1]])
    _, findings = read(folder)
    assert not findings.blocking
    assert [f.count for f in findings.items if f.check == "wrong_authority"] == [1]


def test_one_row_a_need_is_folded_into_one_row_a_pupil(folder: Path):
    header = "UPN,Estab,NCyearActual,SENprovision,SENtype,SENtypeRank"
    lines = ["A1,2001,4,E,SEMH,2", "A1,2001,4,E,ASD,1", "A2,2001,5,N,,", ",2001,5,K,MLD,1"]
    twice = ["A3,2001,6,K,MLD,1", "A3,2001,6,K,MLD,1"]
    write(folder / "spring_2025.csv", [*lines, ",2001,5,K,SLD,1", *twice], header)
    (census,), _ = read(folder)
    told = census.pupils[["upn", "need", "second_need", "row"]].to_numpy().tolist()
    assert told == [
        ["A1", "ASD", "SEMH", 3],
        ["A2", "", "", 4],
        ["", "MLD", "", 5],
        ["", "SLD", "", 6],
        ["A3", "MLD", "", 7],
        ["A3", "MLD", "", 8],
    ]


def test_gzip_and_windows_text_are_read_as_they_are(folder: Path):
    content = "\r\n".join([HEADER, *rows(1), rows(2)[0].replace("Demo", "Démo")]).encode("cp1252")
    (folder / "spring_2025.csv.gz").write_bytes(gzip.compress(content))
    (census,), findings = read(folder)
    assert len(census.pupils) == 2
    assert not findings.blocking


def test_blank_rows_are_left_out_and_rows_keep_their_numbers(folder: Path):
    write(folder / "spring_2025.csv", [rows(1)[0], "," * 8, rows(2)[0]])
    (census,), _ = read(folder)
    assert census.pupils["row"].tolist() == [2, 4]


def test_no_folder_and_notes_hold_no_census(folder: Path):
    assert read(folder / "absent")[0] == []
    (folder / "README.txt").write_text("what to put here")
    (folder / ".hidden.csv").write_text("x")
    (folder / "~$spring_2025.xlsx").write_text("x")
    censuses, findings = read(folder)
    assert censuses == []
    assert findings.items == []


def test_an_empty_file_of_pupils_warns(folder: Path):
    write(folder / "spring_2025.csv", [])
    censuses, findings = read(folder)
    assert censuses == []
    assert checks(findings, "warns") == ["file_empty"]


@pytest.mark.parametrize(
    ("name", "content", "check"),
    [
        ("spring_2025.csv", b"", "file_unreadable"),
        ("spring_2025.csv", HEADER.encode("utf-16"), "file_unreadable"),
        ("spring_2025.csv", b"\x1f\x8b\x08 broken", "file_unreadable"),
        ("spring_2025.csv", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "file_unreadable"),
        ("spring_2025.csv", HEADER.replace(",", ";").encode(), "file_unreadable"),
        ("spring_2025.csv", (HEADER + '\n"Demo000001' + "x" * 2_000_000).encode(), ""),
        ("spring_2025.csv", b'UPN,"Estab\n' + b"A8392,2001\n" * 100_000, "file_unreadable"),
        ("spring_2025.csv", (HEADER + "\nA8392,Demo000001\n").encode(), "ragged_rows"),
        ("spring_2025.csv", gzip.compress(b"0" * 60_000_000), "unsafe_file"),
        ("spring_2025.xlsx", b"\xd0\xcf\x11\xe0 password", "file_unreadable"),
        ("spring_2025.xlsx", b"PK\x03\x04 broken", "file_unreadable"),
        ("spring_2025.xls", b"\xd0\xcf\x11\xe0 old", "file_not_read"),
    ],
)
def test_a_file_that_cannot_be_read_blocks_and_says_nothing_of_its_rows(
    folder: Path, name: str, content: bytes, check: str
):
    (folder / name).write_bytes(content)
    censuses, findings = read(folder)
    assert sum(len(c.pupils) for c in censuses) == 0
    assert findings.blocking
    if check:
        assert check in checks(findings)
    assert all(f.source.startswith("school_census/") for f in findings.blocking)
    assert_silent(findings)


def test_a_file_over_the_limit_is_not_read(folder: Path):
    write(folder / "spring_2025.csv", rows(*range(50)))
    censuses, findings = read(folder, max_bytes=1000)
    assert censuses == []
    assert checks(findings) == ["unsafe_file"]


def test_a_document_that_is_no_census_warns_by_name_only(folder: Path):
    (folder / "minutes.docx").write_bytes(b"PK")
    _, findings = read(folder)
    assert checks(findings, "warns") == ["file_not_read"]


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> None:
    book = xlsxwriter.Workbook(str(path))
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for name, lines in sheets.items():
        sheet = book.add_worksheet(name)
        for row, line in enumerate(lines):
            for column, value in enumerate(line):
                if isinstance(value, datetime):
                    sheet.write_datetime(row, column, value, day)
                else:
                    sheet.write(row, column, value)
    book.close()


COLUMNS = ["UPN", "Estab", "DOB", "NCyearActual", "SENprovision", "SENunitIndicator"]


def test_a_workbook_gives_what_its_csv_would(folder: Path):
    born = datetime(2015, 3, 1)
    workbook(
        folder / "spring_2025.xlsx",
        {
            "Cover": [["What this is"]],
            "Pupils": [
                ["Spring census"],
                [],
                [*COLUMNS, None, "Notes"],
                ["A1", 2001, born, 4, "K", True],
                [],
                ["A2", 2001, "", "R", "E", 0],
            ],
        },
    )
    (census,), findings = read(folder)
    assert not findings.blocking
    told = census.pupils[["upn", "laestab", "birth_date", "ncy", "sen_provision", "unit"]]
    assert told.iloc[0].tolist() == ["A1", "8392001", pd.Timestamp(born), 4, "K", True]
    assert told.iloc[1]["ncy"] == 0
    assert census.pupils["row"].tolist() == [4, 6]
    assert set(census.pupils["sheet"]) == {"sheet 2"}


def test_sheets_may_each_be_a_term_of_their_own(folder: Path):
    line = ["A1", 2001, "", 4, "K", ""]
    sheets = {"Autumn 2024": [COLUMNS, line], "Spring 2025": [COLUMNS, line]}
    workbook(folder / "census.xlsx", sheets)
    censuses, findings = read(folder)
    assert not findings.blocking
    assert [c.term for c in censuses] == ["autumn", "spring"]


def test_a_formula_is_read_as_its_text(folder: Path):
    lines = [COLUMNS, ["A1", 2001, "", 4, "E", "=1=1"]]
    workbook(folder / "spring_2025.xlsx", {"Pupils": lines})
    (census,), _ = read(folder)
    assert census.pupils["unit"].isna().tolist() == [True]
    assert census.unreadable["column"].tolist() == ["unit"]


def test_a_workbook_without_a_census_blocks(folder: Path):
    workbook(folder / "spring_2025.xlsx", {"Pupils": [["Demo000001", "A8392000000001"]]})
    censuses, findings = read(folder)
    assert censuses == []
    assert checks(findings) == ["missing_needed_column"]
    assert_silent(findings)


def with_sheet(path: Path, content: bytes) -> None:
    """Put other bytes in place of a workbook's first sheet."""
    workbook(path, {"Pupils": [COLUMNS, ["A1", 2001, "", 4, "K", ""]]})
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in {**parts, "xl/worksheets/sheet1.xml": content}.items():
            book.writestr(name, part)


def test_a_workbook_that_unpacks_to_far_too_much_is_not_read(folder: Path):
    with_sheet(folder / "spring_2025.xlsx", b" " * 60_000_000)
    censuses, findings = read(folder)
    assert censuses == []
    assert checks(findings) == ["unsafe_file"]


def test_a_workbook_whose_xml_defines_entities_is_not_read(folder: Path):
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    content = (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "Demo000001">{entities}]>'
        "<worksheet><sheetData><row><c><v>&e8;</v></c></row></sheetData></worksheet>"
    )
    with_sheet(folder / "spring_2025.xlsx", content.encode())
    censuses, findings = read(folder)
    assert censuses == []
    assert checks(findings) == ["file_unreadable"]
    assert_silent(findings)


def test_a_column_of_ranks_without_needs_is_of_no_use(folder: Path):
    write(
        folder / "spring_2025.csv",
        ["A1,2001,4,E,1"],
        "UPN,Estab,NCyearActual,SENprovision,SENtypeRank",
    )
    (census,), _ = read(folder)
    assert census.pupils["need"].tolist() == [""]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000))
def test_a_corrupted_file_ends_in_a_census_or_a_finding_that_tells_no_value(
    tmp_path_factory, suffix: str, seed: int
):
    folder = tmp_path_factory.mktemp("workspace") / "inputs" / "school_census"
    folder.mkdir(parents=True)
    path = folder / f"spring_2025.{suffix}"
    if suffix == "csv":
        write(path, rows(*range(20)))
    else:
        lines = [[f"A8392{n:08d}", 2001, "", 4, "K", ""] for n in range(20)]
        workbook(path, {"Pupils": [COLUMNS, *lines]})
    content = bytearray(path.read_bytes())
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 20)):
        at = chance.randrange(len(content))
        if chance.random() < 0.1:
            del content[at:]
            content = content or bytearray(b"U")
        else:
            content[at] = chance.choice([0, 10, 34, 44, 60, 255, chance.randrange(256)])
    path.write_bytes(content)
    censuses, findings = read(folder)
    assert censuses or findings.items
    assert_silent(findings)


@pytest.mark.parametrize(
    ("column", "cell", "title"),
    [
        ("URN", "Demo000001", "URN of the school"),
        ("URN", "A839200000001", "URN of the school"),
        ("DfEnumber", "ZZ1 1AA", "LAESTAB of the school"),
        ("DfEnumber", "29/2/2012", "LAESTAB of the school"),
        ("Estab", "Demo000001", "Establishment number of the school"),
    ],
)
def test_names_moved_into_a_column_of_schools_block_and_are_not_kept(
    folder: Path, column: str, cell: str, title: str
):
    header = f"UPN,{column},NCyearActual,SENprovision"
    lines = [f"A8392{n:08d},{cell},4,K" for n in range(3)]
    write(folder / "spring_2025.csv", lines, header)
    (census,), findings = read(folder)
    said = next(f for f in findings.blocking if f.check == "urn_column_unreadable")
    assert title in said.message
    assert "3 of 3" in said.message
    assert census.pupils["urn"].tolist() == ["", "", ""]
    assert census.pupils["laestab"].tolist() == ["", "", ""]
    assert not [f for f in findings.items if cell in f"{f}"]


def test_a_name_in_one_cell_of_the_schools_is_taken_as_empty(folder: Path):
    header = "UPN,URN,NCyearActual,SENprovision"
    write(
        folder / "spring_2025.csv",
        ["A1,100001,4,K", "A2,Demo000002,4,K", "A3,100001.0,4,K"],
        header,
    )
    (census,), findings = read(folder)
    assert not findings.blocking
    said = next(f for f in findings.items if f.check == "school_number_unreadable")
    assert (said.severity, said.row, said.count) == ("warns", 3, 1)
    assert census.pupils["urn"].tolist() == ["100001", "", "100001"]
    assert "Demo" not in f"{findings.items}"


def test_the_name_of_a_sheet_is_never_a_row_reference(folder: Path):
    sheets = {"Demo000001 spring 2025": [COLUMNS, ["A1", 2001, "", 4, "K", "perhaps"]]}
    workbook(folder / "census.xlsx", sheets)
    (census,), findings = read(folder)
    assert census.unreadable["sheet"].tolist() == ["sheet 1"]
    assert_silent(findings)
