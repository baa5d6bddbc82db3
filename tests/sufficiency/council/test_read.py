"""Reading the council's own files: what is understood, what is refused, and how it is said."""

import stat

import pandas as pd
import pytest

from sufficiency.contracts import TABLES
from sufficiency.council import read_council_files, write_council_templates
from sufficiency.council.declaration import MODELS, columns_of, file_names, table_of
from sufficiency.findings import Findings

KEYS = ["awaiting", "schemes", "moves", "imports", "classes", "need_mix_given", "costs_given",
        "budget", "housing", "housing_yields"]  # fmt: skip
MADE = {"awaiting": {"row", "weeks_waiting"}, "imports": {"source"}, "costs": {"given_by"}}


def test_every_column_of_a_contract_is_declared_or_made_by_its_reader():
    for file in file_names():
        contract = {*MODELS[file].to_schema().columns}
        declared = {column.column for column in columns_of(file)}
        assert contract - declared == MADE.get(file, set())
        assert declared - contract == ({"child_id"} if file == "awaiting" else set())


def test_a_folder_that_does_not_exist_supplies_no_table_and_nothing_is_wrong(tmp_path, read):
    result = read(tmp_path / "none")
    assert list(result.tables) == KEYS
    assert all(frame.empty for frame in result.tables.values())
    assert result.findings == []


def test_templates_count_as_not_supplied_and_stay_with_what_was_filled_in(tmp_path, read):
    folder = tmp_path / "council"
    write_council_templates(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert read(folder).findings == []
    filled = read(folder, moves=[{}])
    assert len(filled.moves) == 1
    write_council_templates(folder)
    assert len(read(folder).moves) == 1


def test_the_note_beside_the_templates_names_every_column(tmp_path):
    write_council_templates(tmp_path / "council")
    note = (tmp_path / "council" / "README.txt").read_text(encoding="utf-8")
    for file in file_names():
        assert f"{file}.csv" in note
        assert all(f"  {column.column}: " in note for column in columns_of(file))


def test_a_good_row_of_every_file_reads_without_a_finding(read):
    files = {file: [{}] for file in file_names()}
    result = read(**files)
    assert [f for f in result.findings if f.severity != "informs"] == []
    assert all(len(frame) == 1 for frame in result.tables.values())


def test_the_examples_of_the_declaration_are_understood():
    for file in file_names():
        for column in columns_of(file):
            assert not column.required or column.example, (file, column.column)


def test_the_authority_on_paper_comes_back_as_it_was_written(paper, read):
    def cells(name):
        text = getattr(paper, name).astype("object")
        return text.where(text.notna(), "").map(str).to_dict("records")

    children = [row | {"child_id": f"W00{n}"} for n, row in enumerate(cells("awaiting"))]
    result = read(
        awaiting=children,
        moves=cells("moves"),
        imports=cells("imports"),
        classes=cells("classes"),
    )
    assert [f for f in result.findings if f.severity == "blocks"] == []
    for name in ("awaiting", "moves", "imports", "classes"):
        pd.testing.assert_frame_equal(result.tables[name], getattr(paper, name), check_dtype=False)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_usual_delimiter_encoding_and_spelling_is_understood(
    tmp_path, read, delimiter, encoding
):
    header = ["URN", "Site ID", "Provision Type", "September", "Year group", "Need", "Leavers"]
    row = ["100002", "", "Special school", "2025/26", "9.0", "semh", "2"]
    text = "\r\n".join(delimiter.join(cells) for cells in (header, row))
    (tmp_path / "moves.csv").write_bytes(text.encode(encoding))
    moves = read().moves.iloc[0]
    assert (moves["urn"], moves["site_id"], moves["provision"]) == ("100002", "main", "special")
    assert (moves["september"], moves["ncy"], moves["need"]) == (2025, 9, "SEMH")
    assert (moves["leavers"], moves["moves_out"], moves["moves_in"]) == (2, 0, 0)


def test_dates_septembers_shares_and_pounds_are_understood_as_people_write_them(read):
    result = read(
        schemes=[{"opening": "01/09/2026", "capital_cost": "£1,250,000.00",
                  "slippage_probability": "30%", "slippage_months": "12"}],
        moves=[{"september": "01/09/2025"}, {"september": "September 2026"}],
        budget=[{"financial_year": "2025/26"}],
    )  # fmt: skip
    assert [f for f in result.findings if f.severity == "blocks"] == []
    scheme = result.schemes.iloc[0]
    assert (scheme["opening"], scheme["capital_cost"]) == ("2026-09-01", 1_250_000)
    assert scheme["slippage_probability"] == pytest.approx(0.3)
    assert result.moves["september"].tolist() == [2025, 2026]
    assert result.budget["financial_year"].tolist() == ["2025-26"]


def test_all_problems_are_said_at_once_with_file_row_column_and_value(read, said):
    result = read(
        moves=[{"need": "XYZ", "leavers": "-1"}, {"ncy": ""}],
        classes=[{"places": "many"}],
    )
    wrong = said(result, "council_unknown_value")
    assert [(f.source, f.row, f.column) for f in wrong] == [
        ("moves.csv", 2, "need"), ("moves.csv", 2, "leavers"), ("classes.csv", 2, "places"),
    ]  # fmt: skip
    assert "'XYZ'" in wrong[0].message
    assert all(f.severity == "blocks" and f.action for f in wrong)
    blank = said(result, "council_cell_blank")
    assert [(f.source, f.row, f.column) for f in blank] == [("moves.csv", 3, "ncy")]
    assert result.moves.empty
    assert result.classes.empty


def test_a_good_row_is_kept_beside_a_broken_one(read):
    assert read(moves=[{"need": "XYZ"}, {"ncy": "10"}]).moves["ncy"].tolist() == [10]


def test_a_missing_column_is_named_with_the_one_that_was_meant(tmp_path, read, said):
    (tmp_path / "imports.csv").write_text("urn,provision,pupil\n100002,special,3\n")
    found = said(read(), "council_column_missing")
    assert [(f.source, f.column) for f in found] == [("imports.csv", "pupils")]
    assert "did you mean pupil?" in found[0].message


def test_a_file_with_a_misspelt_name_or_of_another_kind_is_not_passed_over(tmp_path, read, said):
    (tmp_path / "awaitng.csv").write_text("child_id\n")
    (tmp_path / "schemes.xlsx").write_bytes(b"PK")
    found = said(read(), "council_file_not_read")
    assert [f.source for f in found] == ["awaitng.csv", "schemes.xlsx"]
    assert "awaiting.csv" in found[0].message
    assert "schemes.csv" in found[1].action


def test_a_workbook_under_the_name_of_a_csv_file_is_refused(tmp_path, read, said):
    (tmp_path / "costs.csv").write_bytes(b"PK\x03\x04\0\0")
    assert said(read(), "council_not_text")[0].severity == "blocks"


def test_the_same_trouble_on_many_rows_is_one_finding(read, said):
    result = read(classes=[{"class_name": f"C{n}", "urn": "999999"} for n in range(8)])
    found = said(result, "classes_school_not_on_register")
    assert [(f.row, f.count) for f in found] == [(2, 8)]
    assert "Rows 2 to 9" in found[0].message


def test_tables_without_localities_or_school_list_are_read_too(tmp_path, paper):
    findings = Findings()
    tables = read_council_files(tmp_path, paper.register, None, None, findings)
    assert [table_of(file) for file in file_names()] == list(tables)
    assert {"awaiting", "schemes", "moves", "imports", "classes", "budget"} <= {*TABLES}


def test_the_name_of_a_file_that_may_name_a_child_is_not_repeated(tmp_path, read, said):
    (tmp_path / "Jane Smith tribunal.docx").write_bytes(b"x")
    found = said(read(), "council_file_not_read")
    assert [f.count for f in found] == [1]
    assert "Jane" not in found[0].message + found[0].action + found[0].source


def test_a_file_that_cannot_be_opened_is_a_finding_and_not_an_empty_table(tmp_path, read, said):
    (tmp_path / "awaiting.csv").mkdir()
    (tmp_path / "moves.csv").symlink_to(tmp_path / "nowhere")
    found = said(read(), "council_cannot_be_opened")
    assert {(f.source, f.severity) for f in found} == {
        ("awaiting.csv", "blocks"),
        ("moves.csv", "blocks"),
    }


def test_a_file_in_place_of_the_folder_blocks(tmp_path, read, said):
    (tmp_path / "council").write_text("x")
    found = said(read(tmp_path / "council"), "council_folder_not_a_folder")
    assert [f.severity for f in found] == ["blocks"]


def test_a_broken_register_is_to_be_corrected_before_rows_that_are_not_on_it(tmp_path, paper):
    (tmp_path / "moves.csv").write_text(
        "urn,provision,september,ncy,leavers\n999999,special,2025,9,1\n"
    )
    findings = Findings()
    findings.block("register_bad_date", "Row 2: effective_from is blank.", "Put a date.")
    read_council_files(tmp_path, paper.register, paper.localities, paper.establishments, findings)
    assert "register first" in findings.items[-1].action


@pytest.mark.parametrize("cell", [{"lead_months": "99999"}, {"opening": "9999-09-01"}])
def test_months_and_years_beyond_a_calendar_are_refused(read, said, cell):
    found = said(read(schemes=[cell]), "council_unknown_value")
    assert [(f.row, f.column) for f in found] == [(2, next(iter(cell)))]
