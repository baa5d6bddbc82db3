"""The corrections loop: a workbook out, an officer's values in, applied or refused and why."""

import zipfile
from dataclasses import replace
from typing import Any

import openpyxl
import pandas as pd
import pytest

from sufficiency.errors import SourceError
from sufficiency.findings import Findings
from sufficiency.quality.amending import CORRECTION, amender
from sufficiency.quality.checks import check_returns
from sufficiency.quality.corrections import read_corrections, write_corrections
from sufficiency.sen2.typed_return import typed


def correction(make, module="person", row=2, column="postcode", value="ZZ1 1AA", **other) -> dict:
    return {
        "year": "2025",
        "file": f"sen2/2025/{module}.csv",
        "sheet": "",
        "row": str(row),
        "module": module,
        "column": column,
        "check": "home_unknown",
        "value": value,
        "sha256": f"hash of {module} 2025",
        **other,
    }


def amended(make, rows, modules=None):
    findings = Findings()
    amend = amender(pd.DataFrame(rows, columns=CORRECTION, dtype="str"), findings)
    return amend(make.raw_of(modules or make.modules_of())), amend, findings


def checks_of(raw, reference):
    found = typed(raw, Findings())
    assert found is not None
    return found, check_returns([found], {}, reference)


def filled_in(path, values: dict[str, Any]) -> None:
    """Write corrected values beside the checks named, as an officer would."""
    book = openpyxl.load_workbook(path)
    sheet: Any = book["Issues"]
    heads = [cell.value for cell in sheet[1]]
    for line in sheet.iter_rows(min_row=2):
        check = line[heads.index("Check")].value
        if check in values:
            line[heads.index("Corrected value")].value = values[check]
    book.save(path)


def test_a_return_is_clean_after_its_workbook_is_filled_in(make, reference, tmp_path):
    path = tmp_path / "corrections.xlsx"
    modules = make.edited(make.modules_of(), "person", 0, postcode="ZZ5 5ZZ")
    modules = make.edited(modules, "person", 1, sen2tableid="")
    modules = make.edited(modules, "senneed", 0, sentype="QQQ")
    modules = make.edited(modules, "namedplan", 4, ceasereason="12")
    modules = make.with_copy(modules, "requests", 4, requeststableid="r9")
    raw = make.raw_of(modules)
    found, issues = checks_of(raw, reference)
    assert len(issues) == 5
    write_corrections(path, issues, [found], amender(None, Findings()))
    filled_in(
        path,
        {
            "home_unknown": "ZZ1 1AA",
            "orphan_person": "h1",
            "unknown_need": "ASD",
            "unknown_cease_reason": 1,
            "duplicate_request": "REMOVE",
        },
    )
    findings = Findings()
    amend = amender(read_corrections(path), findings)
    mended, left = checks_of(amend(raw), reference)
    amend.after_check(left)
    assert left.empty
    assert [f.check for f in findings.items] == ["corrections_applied"] * 4
    assert sorted(amend.log["check"]) == sorted(issues["check"])
    write_corrections(path, left, [mended], amend)
    again = read_corrections(path)
    assert len(again) == 5
    _, still = checks_of(amender(again, Findings())(raw), reference)
    assert still.empty


def test_the_log_and_the_findings_hold_no_value(make):
    _, amend, findings = amended(make, [correction(make), correction(make, row=99)])
    words = amend.log.to_csv() + " ".join(f.message for f in findings.items)
    assert "ZZ1 1AA" not in words
    assert amend.log.to_dict("records") == [
        {
            "file": "sen2/2025/person.csv",
            "sheet": "",
            "row": "2",
            "module": "person",
            "column": "postcode",
            "check": "home_unknown",
            "done": "set",
        }
    ]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"row": "99"}, "no such row"),
        ({"sha256": "another"}, "changed since"),
        ({"sha256": ""}, "changed since"),
        ({"module": "teachers"}, "no such module"),
        ({"column": "shoe_size"}, "no such column"),
        ({"column": "row"}, "no such column"),
        ({"column": "personbirthdate", "value": "last spring"}, "not a date"),
        ({"column": "upnunknown", "value": "UN99"}, "not among the codes"),
        ({"column": "sex", "value": "Q"}, "not among the codes"),
        ({"column": "surname", "value": "=1+1"}, "formula"),
        ({"column": "uniquelearnernumber", "value": "12"}, "not a number"),
    ],
)
def test_a_correction_that_does_not_fit_is_refused_with_its_reason(make, cells, reason):
    raw, amend, findings = amended(make, [correction(make) | cells])
    finding = findings.items[0]
    assert (finding.check, finding.severity) == ("correction_refused", "warns")
    assert reason in finding.message
    assert cells.get("row", "2") in finding.message
    assert amend.log.empty
    clean = make.raw_of(make.modules_of())
    for module, frame in raw.modules.items():
        pd.testing.assert_frame_equal(frame, clean.modules[module])


@pytest.mark.parametrize(
    ("module", "column", "value"),
    [
        ("placementdetail", "senunitindicator", "maybe"),
        ("placementdetail", "placementrank", "first"),
        ("placementdetail", "urn", "Hill School"),
        ("namedplan", "ceasereason", "12"),
    ],
)
def test_a_value_of_another_kind_is_refused(make, module, column, value):
    _, amend, _ = amended(make, [correction(make, module, 2, column, value)])
    assert len(amend.refused) == 1


def test_two_values_for_one_cell_are_both_refused_and_one_value_twice_is_applied(make):
    rows = [correction(make), correction(make, value="ZZ2 1AA", check="home_outside")]
    _, amend, _ = amended(make, rows)
    assert len(amend.refused) == 2
    _, amend, _ = amended(make, [rows[0], rows[0] | {"check": "home_outside"}])
    assert len(amend.refused) == 0
    assert len(amend.log) == 2


def test_clear_empties_a_cell(make):
    raw, _, _ = amended(make, [correction(make, value="CLEAR")])
    assert raw.modules["person"]["postcode"].to_list()[0] == ""


def test_remove_leaves_orphans_and_remove_all_takes_them_too(make, reference):
    alone, _, _ = amended(make, [correction(make, value="REMOVE")])
    _, issues = checks_of(alone, reference)
    assert issues["check"].to_list() == ["orphan_requests"]
    whole, amend, findings = amended(make, [correction(make, value="REMOVE ALL")])
    _, issues = checks_of(whole, reference)
    assert issues.empty
    sizes = {name: len(frame) for name, frame in whole.modules.items()}
    before = {name: len(frame) for name, frame in make.modules_of().items()}
    assert {name: before[name] - size for name, size in sizes.items()} == {
        name: int(name != "sen2") for name in sizes
    }
    assert "7 rows below" in findings.items[0].message
    assert amend.log["done"].to_list() == ["row removed with those below it"]


def test_removing_a_repeated_row_keeps_what_belongs_to_the_row_that_stays(make, reference):
    modules = make.with_copy(make.modules_of(), "person", 0)
    raw, _, _ = amended(make, [correction(make, row=8, value="REMOVE ALL")], modules)
    _, issues = checks_of(raw, reference)
    assert issues.empty
    assert len(raw.modules["requests"]) == 6


def test_a_correction_that_changes_nothing_is_reported_after_the_check(make, reference):
    raw, amend, findings = amended(make, [correction(make, value="ZZ6 6ZZ")])
    _, issues = checks_of(raw, reference)
    amend.after_check(issues)
    finding = findings.items[-1]
    assert (finding.check, finding.count) == ("correction_without_effect", 1)
    assert finding.row == 2


def test_a_correction_of_a_file_that_is_gone_is_refused_once_all_are_read(make, reference):
    _, amend, findings = amended(make, [correction(make, file="sen2/2019/person.csv")])
    assert findings.items == []
    amend.after_check(pd.DataFrame())
    assert [f.check for f in findings.items] == ["correction_refused"]


def test_what_was_refused_comes_back_with_its_value_and_reason(make, reference, tmp_path):
    path = tmp_path / "corrections.xlsx"
    modules = make.edited(make.modules_of(), "person", 0, sex="Q")
    rows = [correction(make, column="sex", value="X", check="unknown_sex")]
    raw, amend, _ = amended(make, rows, modules)
    found, issues = checks_of(raw, reference)
    write_corrections(path, issues, [found], amend)
    sheet: Any = openpyxl.load_workbook(path)["Issues"]
    heads = [cell.value for cell in sheet[1]]
    line = dict(zip(heads, [cell.value for cell in sheet[2]], strict=True))
    assert line["Corrected value"] == "X"
    assert "codes" in line["Why refused"]
    gone = replace(found, files=tuple(replace(f, sha256="new") for f in found.files))
    write_corrections(path, issues, [gone], amend)
    assert read_corrections(path)["sha256"].to_list() == ["hash of person 2025"]


def test_the_workbook_holds_no_value_of_the_return_and_every_cell_is_text(
    make, reference, tmp_path
):
    path = tmp_path / "corrections.xlsx"
    modules = make.edited(make.modules_of(), "person", 0, postcode="ZZ5 5ZZ", sex="Q")
    found, issues = checks_of(make.raw_of(modules), reference)
    write_corrections(path, issues, [found])
    first = path.read_bytes()
    write_corrections(path, issues, [found])
    assert path.read_bytes() == first
    with zipfile.ZipFile(path) as packed:
        text = "".join(packed.read(name).decode("utf-8", "ignore") for name in packed.namelist())
    for value in ("ZZ5 5ZZ", "Demo000001", "Given1", "I999000000001", "2014-10-05"):
        assert value not in text
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Read me", "Fix first", "Issues", "Corrections", "School census"]
    cells = [c for sheet in book for line in sheet.iter_rows() for c in line if c.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(sheet.sheet_state == "visible" for sheet in book)


def test_fix_first_puts_what_blocks_first_then_the_largest(make, reference, tmp_path):
    path = tmp_path / "corrections.xlsx"
    modules = make.edited(make.modules_of(), "person", 0, sen2tableid="")
    for row in (1, 2):
        modules = make.edited(modules, "person", row, postcode="ZZ5 5ZZ")
    modules = make.edited(modules, "person", 3, upn="")
    found, issues = checks_of(make.raw_of(modules), reference)
    write_corrections(path, issues, [found])
    lines = list(openpyxl.load_workbook(path)["Fix first"].iter_rows(min_row=2, values_only=True))
    assert [(line[0], line[1], line[4]) for line in lines] == [
        ("blocks", "1", "orphan_person"),
        ("warns", "2", "home_unknown"),
        ("warns", "1", "no_identifier_without_reason"),
    ]


def test_of_one_check_and_year_only_so_many_rows_are_listed_and_all_are_counted(
    make, reference, tmp_path, monkeypatch
):
    monkeypatch.setattr("sufficiency.quality.corrections.ROWS_A_CHECK", 3)
    path = tmp_path / "corrections.xlsx"
    found, issues = checks_of(
        make.raw_of(make.with_people(make.modules_of(), 8, sex="Q")), reference
    )
    issues = issues[issues["check"] == "unknown_sex"]
    write_corrections(path, issues, [found])
    book = openpyxl.load_workbook(path)
    assert len(list(book["Issues"].iter_rows(min_row=2))) == 3
    assert [c.value for c in book["Fix first"]["B"]][1:] == ["8"]


def test_dates_and_flags_that_a_spreadsheet_made_its_own_are_read_as_typed(
    make, reference, tmp_path
):
    path = tmp_path / "corrections.xlsx"
    modules = make.edited(make.modules_of(), "person", 0, personbirthdate="")
    modules = make.edited(modules, "placementdetail", 1, senunitindicator="perhaps")
    raw = make.raw_of(modules)
    found, issues = checks_of(raw, reference)
    write_corrections(path, issues, [found])
    filled_in(path, {"missing_birth_date": pd.Timestamp("2014-10-05"), "unreadable_flag": True})
    read = read_corrections(path)
    assert sorted(read["value"]) == ["1", "2014-10-05"]
    _, left = checks_of(amender(read, Findings())(raw), reference)
    assert left.empty


def test_a_file_that_is_not_the_workbook_says_so(tmp_path):
    path = tmp_path / "corrections.xlsx"
    path.write_text("not a workbook")
    with pytest.raises(SourceError, match="is not a workbook"):
        read_corrections(path)
    openpyxl.Workbook().save(path)
    with pytest.raises(SourceError, match="no sheet Corrections"):
        read_corrections(path)


def test_rows_of_an_xml_return_are_found_by_element_number(make):
    raw = make.raw_of(make.modules_of())
    modules = {
        name: frame.assign(file="sen2/2025.xml", row=range(1, len(frame) + 1))
        for name, frame in raw.modules.items()
    }
    whole = replace(raw, format="collect", files=(replace(raw.files[0], name="sen2/2025.xml"),))
    findings = Findings()
    row = correction(make, file="sen2/2025.xml", row=3, sha256=raw.files[0].sha256, value="ZZ3 1AA")
    amend = amender(pd.DataFrame([row], columns=CORRECTION, dtype="str"), findings)
    mended = amend(replace(whole, modules=modules))
    assert mended.modules["person"]["postcode"].to_list()[2] == "ZZ3 1AA"
    assert mended.headings == whole.headings
