"""Writers of returns, looked at as files: no reader is needed to say what must be in them."""

import csv
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pandas as pd
import pytest

from sufficiency.demo.returns.answers import document_order
from sufficiency.demo.returns.censuses import write_census
from sufficiency.demo.returns.layout import Specification, as_specification
from sufficiency.demo.returns.small import AUTHORITY, census_day, small_reference, small_returns
from sufficiency.demo.returns.text_files import write_blade, write_collect
from sufficiency.demo.returns.workbooks import write_presubmission, write_template
from sufficiency.findings import Findings
from sufficiency.people.route import person_tables
from sufficiency.privacy import valid_uln as validates_uln
from sufficiency.privacy import valid_upn as validates_upn
from sufficiency.sen2.model import MODULES
from sufficiency.sen2.returns import read_returns

DAY = date(2025, 3, 7)
KEY = b"no one's key".ljust(32)


def _modules() -> dict[str, pd.DataFrame]:
    return small_returns(12, (2025,))[2025]


def _headings(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as handle:
        return next(csv.reader(handle))


def test_a_blade_export_has_the_published_columns_of_its_specification(
    tmp_path: Path, data: Path
) -> None:
    published = pd.read_csv(
        data / "sen2" / "sen2_person_level_blade_columns.csv", dtype=str, keep_default_na=False
    )
    dropped: dict[Specification, tuple[str, ...]] = {
        "before 1.2": ("≥v1.2", "≥v1.3"),
        "1.2": ("<v1.2", "≥v1.3"),
        "1.3": ("<v1.2",),
    }
    for specification, notes in dropped.items():
        write_blade(_modules(), tmp_path / specification, DAY, specification)
        for module in MODULES:
            path = tmp_path / specification / f"Blade-Export_07-03-2025_{module}.csv"
            of_module = published[published["module"].str.replace("-", "") == module]
            wanted = of_module.loc[~of_module["note"].isin(notes), "blade_csv_column"]
            assert _headings(path) == wanted.tolist()


def test_a_blade_export_writes_dates_its_own_way_and_what_is_no_date_as_it_is(
    tmp_path: Path,
) -> None:
    modules = _modules()
    spoilt = modules["person"].assign(
        personbirthdate=["31/31/2024", "2015-09-08", *["", "x"] * 99][: len(modules["person"])]
    )
    write_blade({**modules, "person": spoilt}, tmp_path, DAY)
    written = pd.read_csv(
        tmp_path / "Blade-Export_07-03-2025_person.csv", dtype=str, keep_default_na=False
    )
    assert written["personbirthdate"].tolist()[:4] == [
        "31/31/2024",
        "2015-Sep-08 00:00:00",
        "",
        "x",
    ]


def test_a_collect_message_nests_its_modules_and_has_no_ids(tmp_path: Path) -> None:
    modules = _modules()
    write_collect(modules, tmp_path / "return.xml")
    root = ElementTree.parse(tmp_path / "return.xml").getroot()
    nested = {
        "person": "Persons/Person",
        "requests": "Persons/Person/Requests",
        "plandetail": "Persons/Person/Requests/Assessment/NamedPlan/PlanDetail",
        "senneed": "Persons/Person/Requests/ActivePlans/SENneed",
    }
    for module, path in nested.items():
        assert len(root.findall(path)) == len(modules[module])
    assert root.findtext("Header/CollectionDetails/ReferenceDate") == "2025-01-16"
    assert root.findtext("Header/Source/LEA") == AUTHORITY
    assert "tableid" not in (tmp_path / "return.xml").read_text().lower()


def test_a_collect_message_cannot_be_written_with_broken_links(tmp_path: Path) -> None:
    modules = _modules()
    orphan = modules["senneed"].assign(activeplanstableid="nowhere")
    with pytest.raises(ValueError, match="without a parent"):
        write_collect({**modules, "senneed": orphan}, tmp_path / "return.xml")


def test_document_order_follows_parents_then_positions() -> None:
    modules = {module: pd.DataFrame({f"{module}tableid": []}, dtype="str") for module in MODULES}
    modules["sen2"] = pd.DataFrame({"sen2tableid": ["1"]})
    modules["person"] = pd.DataFrame({"persontableid": ["a", "b"], "sen2tableid": ["1", "1"]})
    modules["requests"] = pd.DataFrame(
        {"requeststableid": ["r", "s", "t"], "persontableid": ["b", "a", "b"]}
    )
    for module, parent in (("assessment", "requests"), ("namedplan", "assessment")):
        modules[module][f"{parent}tableid"] = pd.Series(dtype="str")
    modules["plandetail"]["namedplantableid"] = pd.Series(dtype="str")
    modules["activeplans"]["requeststableid"] = pd.Series(dtype="str")
    for module in ("placementdetail", "senneed"):
        modules[module]["activeplanstableid"] = pd.Series(dtype="str")
    assert document_order(modules)["requests"].tolist() == [1, 0, 2]


def test_workbooks_hold_dates_and_numbers_as_spreadsheets_do(tmp_path: Path) -> None:
    write_presubmission(_modules(), tmp_path / "pre.xlsx")
    write_template(_modules(), tmp_path / "template.xlsx")
    book = openpyxl.load_workbook(tmp_path / "pre.xlsx")
    assert book.sheetnames == list(MODULES)
    heads = [cell.value for cell in book["requests"][1]]
    assert "rquestsource" in heads
    assert "requestsource" not in heads
    first = dict(zip(heads, [cell.value for cell in book["requests"][2]], strict=True))
    assert hasattr(first["receiveddate"], "year")
    assert first["rya"] == 0
    assert len(openpyxl.load_workbook(tmp_path / "template.xlsx").sheetnames) == 1


def test_the_same_return_gives_the_same_bytes(tmp_path: Path) -> None:
    for turn in ("once", "again"):
        write_template(_modules(), tmp_path / turn / "template.xlsx")
        write_presubmission(_modules(), tmp_path / turn / "pre.xlsx")
        write_collect(_modules(), tmp_path / turn / "return.xml")
        write_blade(_modules(), tmp_path / turn, DAY)
    for path in sorted((tmp_path / "once").iterdir()):
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_before_1_2_codes_of_a_placement_stand_with_the_plan() -> None:
    modules = _modules()
    placed = modules["placementdetail"].assign(res="A")
    older = as_specification({**modules, "placementdetail": placed}, "before 1.2")
    assert set(older["activeplans"]["res"]) == {"A"}
    assert "res" not in older["placementdetail"]
    assert "sex" not in older["person"]
    assert older["person"]["gendercurrent"].tolist() == modules["person"]["sex"].tolist()


def test_a_census_is_spelt_in_either_style_and_needs_are_of_spring(tmp_path: Path) -> None:
    pupils = pd.DataFrame({"upn": ["A1"], "ncy_code": ["R"], "need": ["ASD"]})
    write_census(pupils, tmp_path / "a.csv", "collect", 2025)
    write_census(pupils, tmp_path / "b.csv", "npd", 2025, "autumn")
    assert _headings(tmp_path / "a.csv") == ["UPN", "NCyearActual", "SENtype1"]
    assert _headings(tmp_path / "b.csv") == ["UPN_AUT24", "NCyearActual_AUT24"]


def test_made_up_numbers_validate_only_where_they_are_meant_to() -> None:
    from sufficiency.demo.returns import identifiers

    serials = range(40)
    wrong = pd.Series([identifiers.synthetic_upn(n) for n in serials])
    right = pd.Series([identifiers.valid_upn(n) for n in serials])
    assert not validates_upn(wrong).any()
    assert validates_upn(right).all()
    assert validates_uln(pd.Series([identifiers.valid_uln(n) for n in serials])).all()


def test_all_formats_of_a_year_give_the_same_tables(tmp_path: Path) -> None:
    modules = small_returns(60, (2025,))[2025]
    write_blade(modules, tmp_path / "blade" / "2025", census_day(2025))
    write_collect(modules, tmp_path / "collect" / "2025.xml")
    write_template(modules, tmp_path / "template" / "2025.xlsx")
    write_presubmission(modules, tmp_path / "presubmission" / "2025.xlsx")
    made = {}
    for layout in ("blade", "collect", "template", "presubmission"):
        findings = Findings()
        returns = read_returns(tmp_path / layout, AUTHORITY, findings)
        assert [found.format for found in returns] == [layout]
        assert findings.items == []
        made[layout] = person_tables(returns, small_reference(), KEY)
    assert len(made["blade"].past_plans) == len(modules["activeplans"])
    for other in ("collect", "template", "presubmission"):
        for name in ("past_plans", "requests", "requests_by_month", "adulthood", "plan_flows"):
            pd.testing.assert_frame_equal(getattr(made["blade"], name), getattr(made[other], name))
