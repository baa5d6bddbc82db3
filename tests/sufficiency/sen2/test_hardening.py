"""Damaged and hostile files end in a finding; nothing of them is loaded and no value is said."""

import gzip
import zipfile
from pathlib import Path

import pytest

from sufficiency.findings import Findings
from sufficiency.sen2.containers import MAX_BYTES
from sufficiency.sen2.returns import read_returns

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><Message><Persons><Person><Surname>&i;</Surname></Person></Persons></Message>"
)
EXTERNAL = (
    '<?xml version="1.0"?><!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    "<Message><Persons><Person><Surname>&x;</Surname></Person></Persons></Message>"
)
FETCHED = '<?xml version="1.0"?><!DOCTYPE m SYSTEM "http://localhost/m.dtd"><Message/>'


def refused(folder: Path, max_bytes: int = MAX_BYTES) -> list[str]:
    """Return the checks that block; nothing may be read, and nothing of a row be said."""
    findings = Findings()
    assert read_returns(folder, "839", findings, max_bytes=max_bytes) == []
    for item in findings.items:
        said = f"{item.message} {item.action} {item.source} {item.column}"
        assert not any(value in said for value in ("Demo0000", "A8392", "ZZ1 1AA", "2014-05-09"))
        assert item.action or item.severity == "informs"
    return [item.check for item in findings.blocking]


@pytest.mark.parametrize("text", [LAUGHS, EXTERNAL, FETCHED])
@pytest.mark.parametrize("packed", [False, True])
def test_xml_with_a_document_type_or_an_entity_is_not_read(text, packed, tmp_path):
    content = text.encode()
    name = "sen2.xml.gz" if packed else "sen2.xml"
    (tmp_path / name).write_bytes(gzip.compress(content) if packed else content)
    assert refused(tmp_path) == ["unsafe_file"]


def test_xml_nested_without_end_or_with_endless_text_is_not_read(tmp_path):
    (tmp_path / "deep.xml").write_text("<a>" * 5000 + "</a>" * 5000, encoding="utf-8")
    (tmp_path / "long.xml").write_text(f"<a>{'x' * 200_000}</a>", encoding="utf-8")
    assert refused(tmp_path) == ["unsafe_file", "unsafe_file"]


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("form", ["collect", "presubmission"])
def test_a_file_cut_short_is_not_half_loaded(form, share, small_return, write, tmp_path):
    path = tmp_path / {"collect": "sen2.xml", "presubmission": "sen2.xlsx"}[form]
    getattr(write, form)(small_return(), path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert refused(tmp_path) == ["file_unreadable"]


def test_a_damaged_sheet_inside_a_whole_zip_is_not_half_loaded(small_return, write, tmp_path):
    write.presubmission(small_return(), tmp_path / "whole.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "whole.xlsx") as whole,
        zipfile.ZipFile(tmp_path / "cut.xlsx", "w") as cut,
    ):
        for name in whole.namelist():
            content = whole.read(name)
            cut.writestr(name, content[:-40] if name.endswith("sheet5.xml") else content)
    (tmp_path / "whole.xlsx").unlink()
    assert refused(tmp_path) == ["file_unreadable"]


def test_a_workbook_whose_sheet_declares_an_entity_is_not_read(small_return, write, tmp_path):
    write.presubmission(small_return(), tmp_path / "whole.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "whole.xlsx") as whole,
        zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as bad,
    ):
        for name in whole.namelist():
            content = whole.read(name)
            bad.writestr(name, LAUGHS.encode() if name.endswith("sheet2.xml") else content)
    (tmp_path / "whole.xlsx").unlink()
    assert refused(tmp_path) == ["unsafe_file"]


@pytest.mark.parametrize("cut", ["mid row", "mid gzip", "open quote"])
def test_one_csv_cut_short_leaves_out_the_whole_return(cut, small_return, write, tmp_path):
    write.blade(small_return(), tmp_path)
    path = tmp_path / "Blade-Export_03-02-2025_senneed.csv"
    text = path.read_text(encoding="utf-8")
    if cut == "mid gzip":
        path.unlink()
        content = gzip.compress(text.encode())
        path.with_name(f"{path.name}.gz").write_bytes(content[:-12])
    else:
        text = text[:-14] if cut == "mid row" else f'{text}"s9'
        path.write_text(text, encoding="utf-8")
    assert refused(tmp_path) == ["file_unreadable"]


def test_the_other_years_are_still_read(small_return, write, tmp_path):
    write.blade(small_return(2024), tmp_path / "2024")
    write.blade(small_return(2025), tmp_path / "2025")
    (tmp_path / "2025" / "Blade-Export_03-02-2025_person.csv").write_bytes(b"")
    findings = Findings()
    assert [ret.year for ret in read_returns(tmp_path, "839", findings)] == [2024]
    assert [item.check for item in findings.blocking] == ["file_unreadable"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.csv", b" \n \n"),
        ("a.csv", "upn,sex\n".encode("utf-16")),
        ("a.csv", b"persontableid,sen2tableid,surname\np1,h1,\x81\x8d\n"),
        ("a.csv", b"persontableid;sen2tableid;surname\np1;h1;x\n"),
        ("a.csv", b"colour,shape\nred,round\n"),
        ("a.csv", b"Demo000001,ZZ1 1AA,2014-05-09\n"),
        ("a.xml", b"<html><body>Sign in</body></html>"),
        ("a.xml", b"<Message><Header>"),
        ("a.xml", b"<?xml version='1.0' encoding='nonsense'?><Message/>"),
        ("a.xlsx", b"PK\x03\x04 not a zip"),
        ("a.xls", b"\xd0\xcf\x11\xe0" + bytes(200)),
        ("a.csv.gz", b"\x1f\x8b\x08 not gzip"),
    ],
)
def test_what_is_no_return_is_said_once(name, content, tmp_path):
    (tmp_path / name).write_bytes(content)
    assert refused(tmp_path) == ["file_unreadable"]


def test_a_module_under_anothers_name_is_what_its_columns_say(small_return, write, tmp_path):
    write.blade(small_return(), tmp_path)
    person = tmp_path / "Blade-Export_03-02-2025_person.csv"
    requests = tmp_path / "Blade-Export_03-02-2025_requests.csv"
    requests.write_bytes(person.read_bytes())
    assert "file_unreadable" in refused(tmp_path)


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", b"<workbook/>")
        bomb.writestr("xl/worksheets/sheet1.xml", bytes(60_000_000))
    (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress(bytes(60_000_000)))
    assert refused(tmp_path) == ["unsafe_file", "unsafe_file"]


def test_a_zip_of_files_that_is_no_workbook_is_not_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as packed:
        packed.writestr("person.csv", "persontableid\n")
    assert refused(tmp_path) == ["file_unreadable"]


def test_a_file_over_the_size_limit_is_not_opened(small_return, write, tmp_path):
    write.collect(small_return(), tmp_path / "sen2.xml")
    write.blade(small_return(2024), tmp_path / "2024")
    found = refused(tmp_path, max_bytes=50)
    assert set(found) == {"unsafe_file"}
    assert len(found) == 10


def test_a_huge_sparse_file_is_refused_at_once(tmp_path):
    with (tmp_path / "huge.csv").open("wb") as handle:
        handle.truncate(2_000_000_001)
    assert refused(tmp_path) == ["unsafe_file"]


def test_a_workbook_that_is_no_return_or_holds_a_module_twice_is_said(
    small_return, write, tmp_path
):
    write.presubmission({"person": small_return()["person"]}, tmp_path / "a.xlsx")
    assert refused(tmp_path) == ["missing_module"] * 5
    modules = small_return()
    write.template(modules, tmp_path / "a.xlsx")
    import openpyxl

    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book.copy_worksheet(book.worksheets[0])
    book.save(tmp_path / "a.xlsx")
    assert refused(tmp_path) == ["file_unreadable"]
    empty = openpyxl.Workbook()
    empty.save(tmp_path / "a.xlsx")
    assert refused(tmp_path) == ["file_unreadable"]


def test_other_kinds_of_file_are_left_alone(tmp_path):
    (tmp_path / "guide.pdf").write_bytes(b"%PDF")
    (tmp_path / "~$sen2.xlsx").write_bytes(b"lock")
    (tmp_path / ".hidden.csv").write_bytes(b"x")
    findings = Findings()
    assert read_returns(tmp_path, "839", findings) == []
    assert [(item.check, item.severity) for item in findings.items] == [
        ("file_not_read", "informs")
    ]
