import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from sufficiency.findings import Findings
from sufficiency.places.workbook import read_workbook
from sufficiency.reports.page import ReportContent
from sufficiency.reports.workbook import write_workbook

SHEETS = [
    "Read me",
    "Places",
    "Gap",
    "Beside others",
    "SCAP draft - unverified",
    "Headlines",
    "Findings",
    "Assumptions",
]


@pytest.fixture(scope="module")
def written(
    tmp_path_factory: pytest.TempPathFactory,
    confirmed_content: ReportContent,
    confirmed_tables: dict[str, pd.DataFrame],
) -> Path:
    path = tmp_path_factory.mktemp("book") / "sufficiency.xlsx"
    return write_workbook(path, confirmed_content, confirmed_tables["register"])


@pytest.fixture(scope="module")
def book(written: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(written)


def test_sheets_stand_in_the_order_a_planner_needs_them(
    book: openpyxl.Workbook,
    tmp_path: Path,
    assumed_content: ReportContent,
    assumed_tables: dict[str, pd.DataFrame],
) -> None:
    assert book.sheetnames == SHEETS
    other = write_workbook(tmp_path / "other.xlsx", assumed_content, assumed_tables["register"])
    assert openpyxl.load_workbook(other, read_only=True).sheetnames[2] == "Change in demand"


@pytest.mark.parametrize("name", SHEETS[2:])
def test_each_sheet_has_its_notice_its_base_census_and_one_table_from_row_3(
    book: openpyxl.Workbook, name: str
) -> None:
    sheet = book[name]
    title = str(sheet["A1"].value)
    assert title.startswith("RESTRICTED: not for publication.")
    assert "Westmere" in title
    assert "Base census: January 2025 (2024/25)" in title
    assert sheet["A2"].value
    assert [area.ref for area in sheet.tables.values()] == [f"A3:{sheet.dimensions.split(':')[1]}"]
    assert not sheet.merged_cells.ranges
    assert sheet.freeze_panes is None
    cells = [cell for row in sheet.iter_rows(min_row=3) for cell in row]
    assert all(cell.value is not None and cell.value != "" for cell in cells)


def test_numbers_are_numbers_and_a_missing_one_is_a_symbol(book: openpyxl.Workbook) -> None:
    rows = list(book["Gap"].iter_rows(min_row=3, values_only=True))
    table = pd.DataFrame(rows[1:], columns=[str(heading) for heading in rows[0]])
    known = table[table["Provision"] == "Special school"]
    assert known["Gap (mean)"].map(type).isin([int, float]).all()
    assert known["Why there is no gap"].eq("[z]").all()
    unit = table[table["Provision"] == "SEN unit"]
    assert unit["Gap (mean)"].eq("[x]").all()
    assert unit["Places for residents"].eq("[x]").all()
    assert unit["Demand (mean)"].map(type).isin([int, float]).all()
    assert "[x] = not known" in str(book["Gap"]["A2"].value)


def test_places_starts_with_its_header_row_and_reads_back_as_the_register(
    book: openpyxl.Workbook, written: Path, confirmed_tables: dict[str, pd.DataFrame]
) -> None:
    assert book["Places"]["A1"].value == "urn"
    findings = Findings()
    read = read_workbook(written, findings)
    assert findings.blocking == []
    columns = ["urn", "site_id", "name", "provision", "commissioned_places", "assumed"]
    pd.testing.assert_frame_equal(read[columns], confirmed_tables["register"][columns])


def test_a_name_that_begins_with_an_equals_sign_stays_text(
    book: openpyxl.Workbook, written: Path
) -> None:
    assert "=Lake Academy" in [cell.value for cell in book["Places"]["C"]]
    with zipfile.ZipFile(written) as parts:
        sheets = [n for n in parts.namelist() if n.startswith("xl/worksheets/sheet")]
        assert len(sheets) == len(SHEETS)
        assert not any(b"<f>" in parts.read(name) for name in sheets)


def test_the_scap_sheet_is_marked_draft(book: openpyxl.Workbook) -> None:
    sheet = book["SCAP draft - unverified"]
    assert "Draft, unverified" in str(sheet["A2"].value)
    assert sheet.cell(4, sheet.max_column).value == "base census, unverified"
    assert sheet.cell(5, sheet.max_column).value == "draft, unverified"
    assert "[x] = not applicable" in str(sheet["A2"].value)


def test_the_same_content_gives_the_same_bytes(
    written: Path,
    tmp_path: Path,
    confirmed_content: ReportContent,
    confirmed_tables: dict[str, pd.DataFrame],
) -> None:
    again = write_workbook(tmp_path / "again.xlsx", confirmed_content, confirmed_tables["register"])
    assert again.read_bytes() == written.read_bytes()
