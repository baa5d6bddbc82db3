"""The register as a workbook: reproducible bytes, and read back from any workbook."""

import zipfile
from datetime import datetime

import openpyxl
import pandas as pd
import xlsxwriter

from sufficiency.contracts import Register
from sufficiency.findings import Findings
from sufficiency.places.workbook import add_places_sheet, read_workbook, write_workbook

REST = ["commissioned_places", "assumed", "locality"]


def test_a_written_workbook_reads_back_the_same(tmp_path, register):
    table = register({"name": "=1+1 School", "notes": "a, b"}, {"urn": "7", "on_roll": 3})
    findings = Findings()

    write_workbook(table, tmp_path / "places.xlsx")

    pd.testing.assert_frame_equal(read_workbook(tmp_path / "places.xlsx", findings), table)
    assert findings.items == []


def test_the_same_register_gives_the_same_bytes(tmp_path, register):
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(register({}), tmp_path / name)

    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.xlsx", "b.xlsx"]


def test_the_sheet_is_a_marked_table_and_the_read_me_explains_every_column(tmp_path, register):
    write_workbook(register({}), tmp_path / "places.xlsx")

    book = openpyxl.load_workbook(tmp_path / "places.xlsx")

    columns = list(Register.to_schema().columns)
    assert book.sheetnames == ["Read me", "Places"]
    assert [c.value for c in book["Places"][1]] == columns
    assert list(book["Places"].tables) == ["places"]
    assert book["Places"].freeze_panes is None
    for band in (book["Places"].oddHeader, book["Places"].oddFooter):
        assert band is not None
        assert band.center.text == "RESTRICTED: not for publication"
    explained = {c.value for c in book["Read me"]["A"]}
    assert set(columns) <= explained


def test_text_that_looks_like_a_formula_stays_text(tmp_path, register):
    write_workbook(register({"name": "=1+1"}), tmp_path / "places.xlsx")

    cell = openpyxl.load_workbook(tmp_path / "places.xlsx")["Places"]["C2"]

    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_a_report_workbook_can_hold_the_sheet_and_reads_back(tmp_path, register):
    path = tmp_path / "report.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("Gaps").write(0, 0, "something else")
    add_places_sheet(book, register({}))
    book.close()

    pd.testing.assert_frame_equal(read_workbook(path, Findings()), register({}))


def test_real_dates_booleans_and_rows_above_the_header_are_understood(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Places"
    sheet.append(["Our places, updated by hand"])
    sheet.append(["urn", "provision", "ncy_from", "ncy_to", "effective_from", *REST])
    sheet.append([100001, "special", 0, 11, datetime(2024, 9, 1), 10.0, False, "North"])
    sheet.append([100002, "special", 0, 11, "never", 10, "no", "North"])
    book.save(tmp_path / "own.xlsx")
    findings = Findings()

    rows = read_workbook(tmp_path / "own.xlsx", findings)

    assert rows[["urn", "effective_from", "commissioned_places", "assumed"]].iloc[0].tolist() == [
        "100001",
        "2024-09-01",
        10,
        "no",
    ]
    assert [(f.check, f.row) for f in findings.items] == [("register_bad_date", 4)]


def test_a_file_that_is_no_workbook_or_has_no_places_sheet_blocks(tmp_path):
    (tmp_path / "bad.xlsx").write_bytes(b"not a workbook")
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    findings = Findings()

    assert read_workbook(tmp_path / "bad.xlsx", findings).empty
    assert read_workbook(tmp_path / "other.xlsx", findings).empty
    assert [f.check for f in findings.blocking] == [
        "register_workbook_unreadable",
        "register_sheet_missing",
    ]


def own_workbook(path, *rows) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Places"
    sheet.append(["urn", "provision", "ncy_from", "ncy_to", "effective_from", *REST])
    for row in rows:
        sheet.append(row)
    book.save(path)


def test_a_formula_without_a_saved_value_blocks_its_row_and_is_not_read_as_blank(tmp_path):
    row = ["special", 0, 11, "2024-09-01"]
    own_workbook(
        tmp_path / "own.xlsx",
        ["1", *row, "=4+6", "no", "North"],
        ["2", *row, 10, "no", "North"],
        ["3", *row, None, "yes", "North"],
    )
    findings = Findings()

    rows = read_workbook(tmp_path / "own.xlsx", findings)

    assert rows["urn"].tolist() == ["2", "3"]
    (finding,) = findings.blocking
    assert finding.message == "Row 2: commissioned_places holds a formula without a value."
    assert (finding.row, finding.column) == (2, "commissioned_places")
    assert "save the workbook in Excel, or type" in finding.action


def test_many_formulas_of_one_column_without_values_are_one_finding(tmp_path):
    row = ["special", 0, 11, "2024-09-01", "=4+6", "no", "North"]
    own_workbook(tmp_path / "own.xlsx", *([str(n), *row] for n in range(20)))
    findings = Findings()

    assert read_workbook(tmp_path / "own.xlsx", findings).empty
    (finding,) = findings.items
    assert finding.message == (
        "20 rows (2 to 21): commissioned_places holds a formula without a value."
    )


def test_formulas_with_a_saved_value_are_read_and_saved_empty_text_is_blank(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "written.xlsx"))
    sheet = book.add_worksheet("Places")
    columns = ["urn", "provision", "ncy_from", "ncy_to", "effective_from", *REST, "notes"]
    sheet.write_row(0, 0, columns)
    sheet.write_row(1, 0, ["1", "special", 0, 11, "2024-09-01"])
    sheet.write_formula(1, 5, "=4+6", None, 10)
    sheet.write_row(1, 6, ["no", "North"])
    sheet.write_formula(1, 8, '=IF(A2="","x","")', None, "nothing")  # pyright: ignore[reportArgumentType]
    book.close()
    with (
        zipfile.ZipFile(tmp_path / "written.xlsx") as written,
        zipfile.ZipFile(tmp_path / "own.xlsx", "w") as own,
    ):
        for part in written.namelist():
            # Excel saves a formula that gives empty text as a text value of no length.
            own.writestr(part, written.read(part).replace(b"<v>nothing</v>", b"<v></v>"))
    findings = Findings()

    rows = read_workbook(tmp_path / "own.xlsx", findings)

    assert findings.items == []
    assert rows[["commissioned_places", "notes"]].iloc[0].tolist() == [10, ""]
