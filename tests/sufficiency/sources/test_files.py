"""Files are opened as published; what is wrong with one is said plainly."""

import gzip
import hashlib
from pathlib import Path

import pytest

from sufficiency.errors import SourceError
from sufficiency.findings import Findings
from sufficiency.sources.files import head, header, read_text_table, sha256


@pytest.fixture
def write(tmp_path: Path):
    def _write(content: bytes, name: str = "table.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return _write


def test_every_cell_stays_the_text_that_was_published(write) -> None:
    path = write(b"code,value\n007,1.50\nx,\n")
    table = read_text_table(path, findings := Findings())
    assert table.to_dict("list") == {"code": ["007", "x"], "value": ["1.50", ""]}
    assert not findings.items


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfname,n\r\nCaf\xc3\xa9,1\r\n",
        b"name,n\nCaf\xe9,1\n",
        "name,n\nCafé,1".encode(),
    ],
    ids=["utf-8 with mark", "windows-1252", "utf-8 without last newline"],
)
def test_encodings_give_the_same_table(write, content: bytes) -> None:
    table = read_text_table(write(content), Findings())
    assert table.to_dict("list") == {"name": ["Café"], "n": ["1"]}


@pytest.mark.parametrize("name", ["table.csv.gz", "table.csv"])
def test_gzip_is_read_whatever_the_name(write, name: str) -> None:
    path = write(gzip.compress(b"a,b\n1,2\n"), name)
    assert read_text_table(path, Findings())["b"].tolist() == ["2"]
    assert header(path) == ["a", "b"]


def test_truncated_gzip_is_an_error_that_says_what_to_do(write) -> None:
    path = write(gzip.compress(b"a,b\n" + b"1,2\n" * 5000)[:-9], "table.csv.gz")
    with pytest.raises(SourceError, match=r"table\.csv\.gz is a damaged or incomplete gzip.*again"):
        read_text_table(path, Findings())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no header"),
        (b"\n\n", "no header"),
        (b",,\n1,2,3\n", "no header"),
        (b"a;b\n1;2\n", "not separated by commas"),
        (b"PK\x03\x04rest", "workbook or zip"),
        ("a,b\n1,2\n".encode("utf-16"), "not UTF-8"),
        (b"a\n\x81\n", "neither UTF-8 nor Windows-1252"),
    ],
)
def test_what_is_no_table_is_an_error(write, content: bytes, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        read_text_table(write(content), Findings())


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"absent\.csv cannot be opened"):
        read_text_table(tmp_path / "absent.csv", Findings())


def test_rows_of_the_wrong_length_block_with_their_row_and_count(write) -> None:
    path = write(b"a,b\n1,2\n3\n4,5,6\n7,8\n")
    table = read_text_table(path, findings := Findings())
    assert table["a"].tolist() == ["1", "7"]
    [finding] = findings.items
    assert (finding.severity, finding.row, finding.count) == ("blocks", 3, 2)


def test_a_quoted_cell_may_hold_commas_and_line_breaks(write) -> None:
    path = write(b'"a, first",b\n"1\n2","x,y"\n')
    table = read_text_table(path, Findings())
    assert table.to_dict("list") == {"a, first": ["1\n2"], "b": ["x,y"]}


def test_repeated_names_are_numbered_and_reported(write) -> None:
    path = write(b"SN1,SNP,SN2,SNP\n1,close,2,far\n")
    table = read_text_table(path, findings := Findings())
    assert list(table) == ["SN1", "SNP", "SN2", "SNP.1"]
    assert [f.check for f in findings.items] == ["repeated_column_name"]


def test_a_published_number_after_a_name_is_not_taken_twice(write) -> None:
    table = read_text_table(write(b"a,a.1,a\n1,2,3\n"), Findings())
    assert list(table) == ["a", "a.1", "a.2"]


def test_trailing_commas_of_a_spreadsheet_are_dropped_without_a_word(write) -> None:
    table = read_text_table(write(b"a,b,,\n1,2,,\n"), findings := Findings())
    assert list(table) == ["a", "b"]
    assert not findings.items


def test_a_column_with_values_and_no_name_is_warned_about(write) -> None:
    table = read_text_table(write(b"a,,c\n1,2,3\n"), findings := Findings())
    assert list(table) == ["a", "column_2", "c"]
    assert [(f.check, f.severity) for f in findings.items] == [("blank_column_name", "warns")]


def test_a_header_without_rows_is_an_empty_table(write) -> None:
    table = read_text_table(write(b"a,b\n"), Findings())
    assert list(table) == ["a", "b"]
    assert len(table) == 0


def test_head_reads_only_the_start(write) -> None:
    path = write(b"a,b\n" + b"1,2\n" * 400_000)
    assert head(path, 2) == [["a", "b"], ["1", "2"]]


def test_hash_is_of_the_bytes_as_published(write) -> None:
    content = gzip.compress(b"a\n1\n")
    assert sha256(write(content, "a.csv.gz")) == hashlib.sha256(content).hexdigest()


def test_real_encodings_and_repeated_columns(data: Path) -> None:
    reviews = read_text_table(data / "ehcp" / "ehcp2025_annual_reviews.csv.gz", Findings())
    assert len(reviews) == 7490
    assert {"review_meeting_prior_24", "review_meeting_prior_24.1"} <= set(reviews)
