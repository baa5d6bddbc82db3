"""A small return, and writers of it in each format."""

from collections.abc import Callable, Hashable, Mapping
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd
import pytest
import xlsxwriter

from sufficiency.sen2.fields import expected, fields, return_fields
from sufficiency.sen2.model import MODULES, PARENTS

Modules = dict[str, pd.DataFrame]
ELEMENTS = {
    "sen2": "Header",
    "person": "Person",
    "requests": "Requests",
    "assessment": "Assessment",
    "namedplan": "NamedPlan",
    "plandetail": "PlanDetail",
    "activeplans": "ActivePlans",
    "placementdetail": "PlacementDetail",
    "senneed": "SENneed",
}
ROWS = {
    "sen2": [
        {
            "sen2tableid": "h1",
            "collection": "SEN2",
            "year": "2025",
            "referencedate": "2025-01-16",
            "sourcelevel": "L",
            "lea": "839",
            "softwarecode": "Demo system",
            "serialno": "3",
            "datetime": "2025-02-03T10:20:30",
            "dsco": "Demo officer",
        }
    ],
    "person": [
        {
            "persontableid": "p1",
            "sen2tableid": "h1",
            "surname": "Demo000001",
            "forename": "Zoë",
            "personbirthdate": "2014-05-09",
            "sex": "F",
            "postcode": "ZZ1 1AA",
            "upn": "A839200012345",
        },
        {
            "persontableid": "p2",
            "sen2tableid": "h1",
            "surname": "Demo000002",
            "forename": "Demo",
            "personbirthdate": "2006-12-31",
            "sex": "M",
            "postcode": "ZZ2 2BB",
            "uniquelearnernumber": "1234567890",
            "upnunknown": "UN10",
        },
    ],
    "requests": [
        {
            "requeststableid": "r1",
            "persontableid": "p1",
            "receiveddate": "2024-02-01",
            "requestsource": "2",
            "rya": "0",
            "requestoutcomedate": "2024-03-04",
            "requestoutcome": "Y",
            "requestmediation": "1",
        },
        {"requeststableid": "r2", "persontableid": "p2", "requestoutcome": "H"},
    ],
    "assessment": [
        {
            "assessmenttableid": "a1",
            "requeststableid": "r1",
            "assessmentoutcome": "Y",
            "assessmentoutcomedate": "2024-05-20",
            "week20": "1",
        }
    ],
    "namedplan": [
        {
            "namedplantableid": "n1",
            "assessmenttableid": "a1",
            "startdate": "2024-06-20",
            "planres": "A",
            "pb": "1",
        }
    ],
    "plandetail": [
        {
            "plandetailtableid": "d1",
            "namedplantableid": "n1",
            "urn": "113000",
            "placementrank": "1",
            "senunitindicator": "1",
            "resourcedprovisionindicator": "0",
        }
    ],
    "activeplans": [
        {
            "activeplanstableid": "c1",
            "requeststableid": "r1",
            "reviewmeeting": "2024-11-05",
            "reviewoutcome": "A",
            "lastreview": "2024-11-29",
        },
        {"activeplanstableid": "c2", "requeststableid": "r2", "transferla": "838"},
    ],
    "placementdetail": [
        {
            "placementdetailtableid": "e1",
            "activeplanstableid": "c1",
            "urn": "113000",
            "placementrank": "1",
            "entrydate": "2024-09-02",
            "senunitindicator": "1",
            "resourcedprovisionindicator": "0",
        },
        {
            "placementdetailtableid": "e2",
            "activeplanstableid": "c2",
            "sensetting": "NEET",
            "placementrank": "1",
            "res": "B",
            "wbp": "S",
        },
    ],
    "senneed": [
        {
            "senneedtableid": "s1",
            "activeplanstableid": "c1",
            "sentype": "ASD",
            "sentyperank": "1",
        },
        {
            "senneedtableid": "s2",
            "activeplanstableid": "c1",
            "sentype": "SLCN",
            "sentyperank": "2",
        },
        {
            "senneedtableid": "s3",
            "activeplanstableid": "c2",
            "sentype": "SEMH",
            "sentyperank": "1",
        },
    ],
}


def small(year: int = 2025, specification: str = "1.3") -> Modules:
    made = {}
    for module in MODULES:
        columns = expected(module, specification)
        frame = pd.DataFrame(
            [{field: row.get(field, "") for field in columns} for row in ROWS[module]], dtype="str"
        )
        made[module] = frame
    day = {2023: "2023-01-19", 2024: "2024-01-18", 2025: "2025-01-16"}[year]
    made["sen2"] = made["sen2"].assign(year=str(year), referencedate=day)
    return made


def blade(modules: Modules, folder: Path, exported: str = "03-02-2025") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for module, frame in modules.items():
        kinds = return_fields(module)
        written = frame.copy()
        for column in frame.columns:
            kind = kinds.get(column, "text")
            if kind in ("date", "datetime"):
                written[column] = [
                    pd.Timestamp(text).strftime("%Y-%b-%d %H:%M:%S") if text else ""
                    for text in frame[column]
                ]
            elif kind == "flag":
                written[column] = frame[column].map({"1": "true", "0": "false", "": ""})
        written.insert(1, "NativeId", "n1")
        written[f"{module}orderseqcolumn"] = "1"
        written["sourceid"] = "1"
        written.to_csv(folder / f"Blade-Export_{exported}_{module}.csv", index=False)


def collect(modules: Modules, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    xml_names = {
        m: dict(zip(fields(m)["field"], fields(m)["xml_name"], strict=True)) for m in MODULES
    }

    def leaves(module: str, record: Mapping[Hashable, Any]) -> str:
        return "".join(
            f"<{xml_names[module].get(str(field)) or field}>{escape(text)}"
            f"</{xml_names[module].get(str(field)) or field}>"
            for field, text in record.items()
            if text and not str(field).endswith("tableid")
        )

    def element(module: str, record: Mapping[Hashable, Any]) -> str:
        inside = "".join(
            element(child, below)
            for child, parent in PARENTS.items()
            if parent == module
            for below in modules[child].to_dict("records")
            if below[f"{module}tableid"] == record[f"{module}tableid"]
        )
        name = ELEMENTS[module]
        return f"<{name}>{leaves(module, record)}{inside}</{name}>\n"

    header = leaves("sen2", modules["sen2"].to_dict("records")[0])
    people = "".join(element("person", record) for record in modules["person"].to_dict("records"))
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<Message><Header><CollectionDetails>'
        f"{header}</CollectionDetails></Header><SEN2><Persons>\n{people}</Persons></SEN2></Message>",
        encoding="utf-8",
    )


def _cell(sheet, row: int, column: int, text: str, kind: str, day) -> None:
    if not text:
        return
    if kind == "date":
        number = (date.fromisoformat(text) - date(1899, 12, 30)).days
        sheet.write_number(row, column, number, day)
    elif kind in ("flag", "number", "urn"):
        sheet.write_number(row, column, float(text))
    else:
        sheet.write_string(row, column, text)


def template(modules: Modules, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path))
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Data Entry Template")
    sheet.write_string(0, 0, "A note on how to fill this sheet")
    at = 2
    for module, frame in modules.items():
        headings = dict(zip(fields(module)["field"], fields(module)["heading"], strict=True))
        sheet.write_string(at, 0, f"{ELEMENTS[module]} Record")
        for column, field in enumerate(frame.columns):
            sheet.write_string(at + 1, column, headings.get(field) or field)
        at += 2
        for record in frame.to_dict("records"):
            for column, (field, text) in enumerate(record.items()):
                _cell(sheet, at, column, text, return_fields(module).get(str(field), "text"), day)
            at += 1
        at += 2
    book.close()


def presubmission(modules: Modules, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path))
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for module, frame in modules.items():
        sheet = book.add_worksheet(module.title())
        for column, field in enumerate(frame.columns):
            sheet.write_string(0, column, field.replace("requestsource", "rquestsource"))
        for row, record in enumerate(frame.to_dict("records"), start=1):
            for column, (field, text) in enumerate(record.items()):
                _cell(sheet, row, column, text, return_fields(module).get(str(field), "text"), day)
    book.close()


@pytest.fixture(scope="session")
def small_return() -> Callable[..., Modules]:
    """Two people with plans as module frames: `small_return(year, specification)`."""
    return small


@pytest.fixture(scope="session")
def write() -> SimpleNamespace:
    """Writers of module frames: blade(modules, folder), the others (modules, path)."""
    return SimpleNamespace(
        blade=blade, collect=collect, template=template, presubmission=presubmission
    )
