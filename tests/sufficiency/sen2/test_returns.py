"""Files of a folder become one return a year, and what is wrong with them is said at once."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from sufficiency.findings import Findings
from sufficiency.sen2.model import RawReturn, Return
from sufficiency.sen2.returns import read_returns, typed
from sufficiency.sen2.typed_return import third_thursday


def read(folder: Path) -> tuple[list[Return], Findings]:
    findings = Findings()
    return read_returns(folder, "839", findings), findings


def checks(findings: Findings, severity: str) -> list[str]:
    return [item.check for item in findings.items if item.severity == severity]


def raw(modules: dict[str, pd.DataFrame]) -> RawReturn:
    where = {
        name: frame.assign(file="f.csv", sheet="", row=range(2, len(frame) + 2))
        for name, frame in modules.items()
    }
    return RawReturn("blade", (), where)


def test_a_folder_without_returns_gives_none(tmp_path):
    assert read(tmp_path)[0] == read(tmp_path / "none")[0] == []
    (tmp_path / "README.txt").write_text("Put the returns here.", encoding="utf-8")
    assert read(tmp_path)[1].items == []


def test_years_side_by_side_come_in_order_whatever_their_formats(small_return, write, tmp_path):
    write.collect(small_return(2025), tmp_path / "a.xml")
    write.blade(small_return(2024), tmp_path / "older" / "2024")
    write.presubmission(small_return(2023, "1.2"), tmp_path / "z.xlsx")
    found, findings = read(tmp_path)
    assert findings.blocking == []
    told = [(ret.year, ret.format, ret.specification) for ret in found]
    assert told == [
        (2023, "presubmission", "1.2"),
        (2024, "blade", "1.3"),
        (2025, "collect", "1.3"),
    ]
    assert [file.rows for file in found[2].files] == [15]
    assert all(len(file.sha256) == 64 for ret in found for file in ret.files)
    assert found[2].files[0].name == f"{tmp_path.name}/a.xml"


def test_blade_files_of_several_years_in_one_folder_are_told_apart_by_date(
    small_return, write, tmp_path
):
    write.blade(small_return(2024), tmp_path, "12-03-2024")
    write.blade(small_return(2025), tmp_path, "10-03-2025")
    found, findings = read(tmp_path)
    assert findings.blocking == []
    assert [(ret.year, len(ret.files)) for ret in found] == [(2024, 9), (2025, 9)]


def test_one_export_may_be_dated_over_two_days(small_return, write, tmp_path):
    write.blade(small_return(), tmp_path, "12-03-2025")
    path = tmp_path / "Blade-Export_12-03-2025_senneed.csv"
    path.rename(tmp_path / "Blade-Export_13-03-2025_senneed.csv")
    found, findings = read(tmp_path)
    assert findings.blocking == []
    assert len(found[0].files) == 9


def test_two_returns_for_a_year_block_and_the_first_by_name_is_kept(small_return, write, tmp_path):
    write.collect(small_return(2025), tmp_path / "b.xml")
    write.presubmission(small_return(2025), tmp_path / "a.xlsx")
    found, findings = read(tmp_path)
    assert [ret.format for ret in found] == ["presubmission"]
    assert [(item.check, item.count) for item in findings.blocking] == [("two_returns_for_year", 2)]


@pytest.mark.parametrize(
    ("module", "severity", "returns"),
    [("person", "blocks", 0), ("senneed", "blocks", 0), ("sen2", "blocks", 0)]
    + [(m, "warns", 1) for m in ("assessment", "namedplan", "plandetail")],
)
@pytest.mark.parametrize("header_only", [False, True])
def test_a_missing_module_blocks_where_no_position_can_be_told_without_it(
    module, severity, returns, header_only, small_return, write, tmp_path
):
    write.blade(small_return(), tmp_path)
    path = tmp_path / f"Blade-Export_03-02-2025_{module}.csv"
    if header_only:
        path.write_text(path.read_text(encoding="utf-8").split("\n")[0], encoding="utf-8")
    else:
        path.unlink()
    found, findings = read(tmp_path)
    assert len(found) == returns
    assert ("missing_module", severity) in [(f.check, f.severity) for f in findings.items]
    for ret in found:
        assert ret.modules[module].empty
        assert f"{module}tableid" in ret.modules[module]


def test_unknown_columns_are_said_and_missing_ones_are_empty(small_return, write, tmp_path):
    modules = small_return()
    modules["person"] = modules["person"].drop(columns=["ethnicity"]).assign(shoesize="4")
    write.blade(modules, tmp_path)
    found, findings = read(tmp_path)
    said = {item.check: item for item in findings.items}
    assert said["unknown_column"].severity == "informs"
    assert "shoesize" not in said["unknown_column"].message
    assert "column 12" in said["unknown_column"].message
    assert said["unknown_column"].column == "12"
    assert said["missing_column"].severity == "warns"
    assert said["missing_column"].column == "ethnicity"
    assert found[0].modules["person"]["ethnicity"].tolist() == ["", ""]
    assert "shoesize" not in found[0].modules["person"]


def test_a_column_that_later_specifications_have_is_not_missed(small_return, write, tmp_path):
    write.blade(small_return(2025, "1.2"), tmp_path)
    found, findings = read(tmp_path)
    assert found[0].specification == "1.2"
    assert checks(findings, "warns") == []
    assert found[0].modules["requests"]["requestsource"].isna().all()


def test_amendments_are_made_before_values_are_read(small_return, write, tmp_path):
    write.blade(small_return(), tmp_path)

    def amend(found: RawReturn) -> RawReturn:
        person = found.modules["person"]
        dates = person["personbirthdate"].mask(person["row"] == 3, "01/02/2007")
        modules = {**found.modules, "person": person.assign(personbirthdate=dates)}
        return replace(found, modules=modules)

    (ret,) = read_returns(tmp_path, "839", Findings(), amend)
    assert ret.modules["person"]["personbirthdate"].tolist()[1] == pd.Timestamp(2007, 2, 1)


def test_unreadable_values_are_named_by_place_and_missing(small_return, write, tmp_path):
    modules = small_return()
    modules["person"] = modules["person"].assign(personbirthdate=["2014-05-09", "soon"])
    modules["sen2"] = modules["sen2"].assign(serialno="x")
    ret = typed(raw(modules), Findings())
    assert ret is not None
    assert ret.unreadable.to_dict("records") == [
        {
            "module": "sen2",
            "column": "serialno",
            "file": "f.csv",
            "sheet": "",
            "row": 2,
            "kind": "number",
        },
        {
            "module": "person",
            "column": "personbirthdate",
            "file": "f.csv",
            "sheet": "",
            "row": 3,
            "kind": "date",
        },
    ]


@pytest.mark.parametrize(
    ("header", "day"),
    [
        ({"year": "2025", "referencedate": ""}, "2025-01-16"),
        ({"year": "2025", "referencedate": "unknown"}, "2025-01-16"),
        ({"year": "", "referencedate": "2024-01-18"}, "2024-01-18"),
        ({"year": "2023", "referencedate": "2024-01-18"}, "2024-01-18"),
    ],
)
def test_the_reference_date_decides_the_year_and_else_the_years_third_thursday(
    header, day, small_return
):
    modules = small_return()
    modules["sen2"] = modules["sen2"].assign(**header)
    ret = typed(raw(modules), Findings())
    assert ret is not None
    assert ret.census_day == pd.Timestamp(day)
    assert ret.year == ret.census_day.year


def test_a_header_without_year_and_date_blocks(small_return):
    modules = small_return()
    modules["sen2"] = modules["sen2"].assign(year="", referencedate="")
    findings = Findings()
    assert typed(raw(modules), findings) is None
    assert checks(findings, "blocks") == ["year_not_told"]


def test_headers_of_two_years_in_one_return_block(small_return):
    modules = small_return()
    other = modules["sen2"].assign(sen2tableid="h2", referencedate="2024-01-18", year="2024")
    modules["sen2"] = pd.concat([modules["sen2"], other], ignore_index=True)
    findings = Findings()
    assert typed(raw(modules), findings) is None
    assert checks(findings, "blocks") == ["several_years_in_return"]


@pytest.mark.parametrize("specification", ["before 1.2", "1.2", "1.3"])
def test_a_return_not_read_from_files_is_told_by_its_filled_columns(specification, small_return):
    modules = small_return(2025, specification)
    if specification == "before 1.2":
        placed = modules["placementdetail"]
        modules["placementdetail"] = placed.assign(attendancepattern="F")
        modules["person"] = modules["person"].drop(columns="sex")
    ret = typed(raw(modules), Findings())
    assert ret is not None
    assert ret.specification == specification


@pytest.mark.parametrize(
    ("year", "day"), [(2023, 19), (2024, 18), (2025, 16), (2026, 15), (2027, 21)]
)
def test_census_day_is_the_third_thursday_of_january(year, day):
    assert third_thursday(year).day == day


@pytest.mark.parametrize(
    ("layout", "file"),
    [
        ("blade", ""),
        ("collect", "2025.xml"),
        ("template", "2025.xlsx"),
        ("presubmission", "2025.xlsx"),
    ],
)
def test_a_heading_that_is_a_name_is_never_repeated(small_return, write, tmp_path, layout, file):
    modules = small_return()
    modules["person"] = modules["person"].rename(columns={"ethnicity": "OliverDemoson"})
    getattr(write, layout)(modules, tmp_path / file)
    _, findings = read(tmp_path)
    assert "demoson" not in f"{findings.items}".lower()
