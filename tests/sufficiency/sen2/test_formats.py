"""The same return says the same in every format and specification."""

import gzip
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlsxwriter

from sufficiency.findings import Findings
from sufficiency.sen2.content import content
from sufficiency.sen2.fields import return_fields
from sufficiency.sen2.model import MODULES, Return
from sufficiency.sen2.returns import read_returns

FORMATS = ("blade", "collect", "template", "presubmission")
DTYPES = {
    "date": "datetime64[us]",
    "datetime": "datetime64[us]",
    "flag": "boolean",
    "number": "Int64",
}


def place(form: str, folder: Path) -> Path:
    return {
        "blade": folder / "2025",
        "collect": folder / "sen2.xml",
        "template": folder / "sen2.xlsm",
        "presubmission": folder / "sen2.xlsx",
    }[form]


def only(folder: Path) -> Return:
    findings = Findings()
    read = read_returns(folder, "839", findings)
    assert [(item.check, item.message) for item in findings.blocking] == []
    assert len(read) == 1
    return read[0]


def same(one: Return, other: Return) -> None:
    left, right = content(one), content(other)
    assert set(left) == set(right) == set(MODULES)
    for module in MODULES:
        pd.testing.assert_frame_equal(left[module], right[module])


@pytest.mark.parametrize("specification", ["1.3", "1.2", "before 1.2"])
@pytest.mark.parametrize("form", FORMATS[1:])
def test_every_format_says_what_the_blade_export_says(
    form, specification, small_return, write, tmp_path
):
    modules = small_return(2025, specification)
    if specification == "before 1.2":
        modules["person"] = modules["person"].rename(columns={"sex": "gendercurrent"})
    write.blade(modules, place("blade", tmp_path / "one"))
    getattr(write, form)(modules, place(form, tmp_path / "other"))
    one, other = only(tmp_path / "one"), only(tmp_path / "other")
    assert (one.format, other.format) == ("blade", form)
    assert one.specification == other.specification == specification
    assert one.modules["person"]["sex"].tolist() == ["F", "M"]
    assert (one.year, one.authority, one.census_day) == (2025, "839", pd.Timestamp(2025, 1, 16))
    same(one, other)


@pytest.mark.parametrize("form", FORMATS)
def test_modules_are_typed_with_every_field_and_joined_by_ids(form, small_return, write, tmp_path):
    getattr(write, form)(small_return(), place(form, tmp_path))
    ret = only(tmp_path)
    for module in MODULES:
        made = ret.modules[module]
        assert list(made.columns) == [*return_fields(module), "file", "sheet", "row"]
        for field, kind in return_fields(module).items():
            assert made[field].dtype == DTYPES.get(kind, "str"), (module, field)
    person, requests = ret.modules["person"], ret.modules["requests"]
    assert person["personbirthdate"].tolist() == [
        pd.Timestamp(2014, 5, 9),
        pd.Timestamp(2006, 12, 31),
    ]
    assert person["forename"].tolist() == ["Zoë", "Demo"]
    assert requests["persontableid"].tolist() == person["persontableid"].tolist()
    placed = ret.modules["placementdetail"]
    assert placed["senunitindicator"].tolist() == [True, pd.NA]
    assert placed["entrydate"].tolist() == [pd.Timestamp(2024, 9, 2), pd.NaT]
    assert ret.modules["sen2"]["datetime"].tolist() == [pd.Timestamp(2025, 2, 3, 10, 20, 30)]
    assert ret.modules["senneed"]["sentyperank"].tolist() == [1, 2, 1]
    assert ret.unreadable.empty


def test_rows_are_named_as_the_file_shows_them(small_return, write, tmp_path):
    for form in FORMATS:
        getattr(write, form)(small_return(), place(form, tmp_path / form))
    rows = {form: only(tmp_path / form).modules["senneed"] for form in FORMATS}
    assert rows["blade"]["row"].tolist() == [2, 3, 4]
    assert rows["blade"]["file"].unique().tolist() == [
        "blade/2025/Blade-Export_03-02-2025_senneed.csv"
    ]
    assert rows["collect"]["row"].tolist() == [1, 2, 3]
    assert rows["presubmission"]["row"].tolist() == [2, 3, 4]
    assert rows["presubmission"]["sheet"].unique().tolist() == ["Senneed"]
    sheet = openpyxl.load_workbook(place("template", tmp_path / "template"))["Data Entry Template"]
    shown = [row[0].row for row in sheet.iter_rows() if row[0].value in ("s1", "s2", "s3")]
    assert rows["template"]["row"].tolist() == shown


def test_made_up_ids_are_the_same_every_time(small_return, write, tmp_path):
    write.collect(small_return(), tmp_path / "sen2.xml")
    first, again = only(tmp_path), only(tmp_path)
    for module in MODULES:
        pd.testing.assert_frame_equal(first.modules[module], again.modules[module])
    assert first.modules["senneed"]["senneedtableid"].tolist() == ["1", "2", "3"]
    assert first.modules["senneed"]["activeplanstableid"].tolist() == ["1", "1", "2"]


def test_xml_names_may_have_prefixes_and_any_case(small_return, write, tmp_path):
    write.collect(small_return(), tmp_path / "one" / "sen2.xml")
    text = (tmp_path / "one" / "sen2.xml").read_text(encoding="utf-8")
    text = re.sub(r"<(/?)([A-Z][A-Za-z0-9]*)>", lambda m: f"<{m[1]}x:{m[2].upper()}>", text)
    text = text.replace("<x:MESSAGE>", '<x:MESSAGE xmlns:x="urn:demo">')
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "sen2.xml").write_text(text, encoding="utf-8")
    same(only(tmp_path / "one"), only(tmp_path / "other"))


def test_csv_may_be_packed_marked_or_of_windows_and_headed_in_any_case(
    small_return, write, tmp_path
):
    write.blade(small_return(), tmp_path / "one" / "2025")
    changed = tmp_path / "other" / "2025"
    changed.mkdir(parents=True)
    for number, path in enumerate(sorted((tmp_path / "one" / "2025").iterdir())):
        head, body = path.read_text(encoding="utf-8").split("\n", 1)
        text = f"{head.upper()}\n\n{body}"
        if number % 3 == 0:
            (changed / f"{path.name}.gz").write_bytes(gzip.compress(text.encode()))
        else:
            encoding = "utf-8-sig" if number % 3 == 1 else "cp1252"
            (changed / path.name).write_bytes(text.encode(encoding))
    same(only(tmp_path / "one"), only(tmp_path / "other"))
    assert only(tmp_path / "other").modules["person"]["row"].tolist() == [3, 4]


def test_a_csv_module_is_told_by_its_columns_whatever_its_name(small_return, write, tmp_path):
    write.blade(small_return(), tmp_path / "one" / "2025")
    write.blade(small_return(), tmp_path / "other" / "2025")
    for number, path in enumerate(sorted((tmp_path / "other" / "2025").iterdir())):
        path.rename(path.with_name(f"export {number}.csv"))
    same(only(tmp_path / "one"), only(tmp_path / "other"))


def test_codes_on_the_plan_are_given_to_placements_that_have_none(small_return, write, tmp_path):
    modules = small_return(2025, "before 1.2")
    modules["activeplans"] = modules["activeplans"].assign(res=["A", ""], wbp=["", "T"])
    write.blade(modules, tmp_path / "2025")
    ret = only(tmp_path)
    assert ret.specification == "before 1.2"
    assert ret.modules["placementdetail"]["res"].tolist() == ["A", ""]
    assert ret.modules["placementdetail"]["wbp"].tolist() == ["", "T"]
    assert ret.modules["activeplans"]["res"].tolist() == ["A", ""]


def request_ids(modules: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the modules as a workbook identifies them: by person and request only."""
    of_request = {
        "assessment": modules["assessment"],
        "activeplans": modules["activeplans"],
    }
    of_request["namedplan"] = modules["namedplan"].merge(
        modules["assessment"][["assessmenttableid", "requeststableid"]]
    )
    of_request["plandetail"] = modules["plandetail"].merge(
        of_request["namedplan"][["namedplantableid", "requeststableid"]]
    )
    for module in ("placementdetail", "senneed"):
        of_request[module] = modules[module].merge(
            modules["activeplans"][["activeplanstableid", "requeststableid"]]
        )
    kept = ("persontableid", "requeststableid")
    written = {**modules, **of_request}
    return {
        module: frame[[c for c in frame.columns if c in kept or not c.endswith("tableid")]]
        for module, frame in written.items()
    }


@pytest.mark.parametrize("form", ["template", "presubmission"])
def test_a_workbook_that_identifies_persons_and_requests_only_is_joined_by_them(
    form, small_return, write, tmp_path
):
    modules = small_return()
    write.blade(modules, place("blade", tmp_path / "one"))
    getattr(write, form)(request_ids(modules), place(form, tmp_path / "other"))
    same(only(tmp_path / "one"), only(tmp_path / "other"))


def test_a_workbook_without_a_header_is_of_the_year_in_its_name(small_return, write, tmp_path):
    modules = {name: frame for name, frame in small_return(2024).items() if name != "sen2"}
    write.presubmission(modules, tmp_path / "SEN2 2024.xlsx")
    findings = Findings()
    (ret,) = read_returns(tmp_path, "839", findings)
    assert (ret.year, ret.census_day, ret.authority) == (2024, pd.Timestamp(2024, 1, 18), "839")
    assert ret.modules["person"]["sen2tableid"].tolist() == ["1", "1"]
    assert ("missing_module", "warns") in [(f.check, f.severity) for f in findings.items]
    (tmp_path / "SEN2 2024.xlsx").rename(tmp_path / "SEN2.xlsx")
    findings = Findings()
    assert read_returns(tmp_path, "839", findings) == []
    assert [f.check for f in findings.blocking] == ["missing_module"]


def test_a_formula_is_text_and_never_computed(small_return, write, tmp_path):
    write.presubmission(small_return(), tmp_path / "sen2.xlsx")
    book = openpyxl.load_workbook(tmp_path / "sen2.xlsx")
    book["Person"]["C2"] = '=CONCAT("Demo","1")'
    book["Senneed"]["D3"] = "=1+1"
    book.save(tmp_path / "sen2.xlsx")
    ret = only(tmp_path)
    assert ret.modules["person"]["surname"].tolist()[0] == '=CONCAT("Demo","1")'
    assert ret.modules["senneed"]["sentyperank"].tolist() == [1, pd.NA, 1]
    assert ret.unreadable[["module", "column", "sheet", "row", "kind"]].to_numpy().tolist() == [
        ["senneed", "sentyperank", "Senneed", 3, "number"]
    ]


def test_a_workbook_may_count_days_from_1904_and_write_dates_and_numbers_in_any_way(
    small_return, write, tmp_path
):
    write.blade(small_return(), tmp_path / "one" / "2025")
    (tmp_path / "other").mkdir()
    book = xlsxwriter.Workbook(str(tmp_path / "other" / "sen2.xlsx"), {"date_1904": True})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for module, frame in small_return().items():
        sheet = book.add_worksheet(module)
        for column, field in enumerate(frame.columns):
            sheet.write_string(0, column, field)
            for row, text in enumerate(frame[field], start=1):
                kind = return_fields(module)[field]
                if kind == "date" and text:
                    sheet.write_datetime(row, column, pd.Timestamp(text).to_pydatetime(), day)
                elif kind == "flag" and text:
                    sheet.write_boolean(row, column, text == "1")
                else:
                    sheet.write_string(row, column, f"{text}.0" if kind == "urn" and text else text)
    book.close()
    same(only(tmp_path / "one"), only(tmp_path / "other"))
