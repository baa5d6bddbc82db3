"""Deprivation: both headers of the 2025 indices, and the authority's part of them."""

from pathlib import Path

import pandas as pd

from sufficiency.findings import Findings
from sufficiency.sources.deprivation import imd, read_imd


def read(tmp_path: Path, *lines: str, findings: Findings | None = None) -> pd.DataFrame:
    path = tmp_path / "imd.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return read_imd(path, findings or Findings())


def test_published_and_redistributed_headers_give_the_same_table(tmp_path: Path) -> None:
    short = read(tmp_path, "lsoa21_code,IMD_decile,IMD_score", "E01000001,8,8.742")
    long = read(
        tmp_path,
        "LSOA code (2021),Index of Multiple Deprivation (IMD) Score,"
        '"Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)"',
        "E01000001,8.742,8",
    )
    pd.testing.assert_frame_equal(short, long)


def test_rows_without_a_score_are_left_out_and_said(tmp_path: Path) -> None:
    findings = Findings()
    table = read(
        tmp_path,
        "lsoa21_code,IMD_decile,IMD_score",
        "E01000001,8,8.7",
        "E01000002,11,1.0",
        "E01000003,3,",
        findings=findings,
    )
    assert table["lsoa"].tolist() == ["E01000001"]
    assert [(f.check, f.row, f.count) for f in findings.items] == [("imd_unread", 3, 2)]


def test_only_the_asked_lsoas_are_given_and_missing_ones_counted() -> None:
    table = pd.DataFrame({"lsoa": ["B", "A"], "imd_score": [1.0, 2.0], "imd_decile": [1, 2]})
    findings = Findings()
    found = imd({"imd_2025": table}, ["A", "Z"], findings)
    assert found["lsoa"].tolist() == ["A"]
    assert [(f.check, f.count) for f in findings.items] == [("deprivation_missing", 1)]


def test_no_file_warns() -> None:
    findings = Findings()
    assert imd({}, ["A"], findings).empty
    assert [f.severity for f in findings.items] == ["warns"]


def test_real_file_covers_england(data: Path) -> None:
    findings = Findings()
    table = read_imd(data / "deprivation" / "imd2025_lsoa21_england.csv.gz", findings)
    assert (len(table), findings.items) == (33755, [])
