"""School census: headcount by age bands, symbols, and both years' headers."""

from pathlib import Path

import pytest

from sufficiency.errors import SourceError
from sufficiency.findings import Findings
from sufficiency.sources.school_census import headcounts, read_school_census

HEAD = "time_period,old_la_code,urn,headcount of pupils"


def read(tmp_path: Path, columns: str, *rows: str, findings: Findings | None = None):
    path = tmp_path / "spc.csv"
    path.write_text("\n".join([f"{HEAD},{columns}", *rows]), encoding="utf-8")
    return read_school_census(path, findings or Findings())


def test_ages_are_added_up_into_phases_whatever_the_spelling(tmp_path: Path) -> None:
    table = read(
        tmp_path,
        "full-time girls aged 3,part time boys aged 4,full time boys aged 10,"
        "full-time girls aged 11,full-time boys aged 15,full-time boys aged 16",
        "202223,839,100001,63,1,2,4,8,16,32",
    )
    row = table.iloc[0]
    assert row["year"] == 2023
    assert row[
        ["on_roll_early_years", "on_roll_primary", "on_roll_secondary", "on_roll_post_16"]
    ].tolist() == [1, 6, 24, 32]


def test_an_age_in_parts_is_used_only_where_the_whole_is_not_there(tmp_path: Path) -> None:
    parts = (
        "full-time girls aged 4 (born April to August),"
        "full-time girls aged 4 (born January to March),"
        "(full-time boys aged 3 (born September to December)"
    )
    assert read(tmp_path, parts, "202324,839,100001,7,1,2,4").iloc[0][
        ["on_roll_early_years", "on_roll_primary"]
    ].tolist() == [4, 3]
    whole = read(tmp_path, f"{parts},full-time girls aged 4", "202324,839,100001,7,1,2,4,3")
    assert whole["on_roll_primary"].tolist() == [3]


def test_not_applicable_counts_nobody_and_suppressed_makes_the_band_missing(
    tmp_path: Path,
) -> None:
    findings = Findings()
    table = read(
        tmp_path,
        "full-time girls aged 5,full-time girls aged 11",
        "202223,839,100001,5,5,z",
        "202223,839,100002,c,c,3",
        "202223,839,100003,3,?,3",
        findings=findings,
    )
    assert table["on_roll_secondary"].tolist() == [0, 3, 3]
    assert table["on_roll_primary"].isna().tolist() == [False, True, True]
    assert table["on_roll"].isna().tolist() == [False, True, False]
    assert [(f.check, f.count) for f in findings.items] == [("symbol_unknown", 1)]


def test_a_file_without_ages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="headcount by age"):
        read(tmp_path, "fte pupils", "202223,839,100001,5,5")


def test_a_period_that_is_no_academic_year_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="time_period"):
        read(tmp_path, "full-time girls aged 5", "Spring,839,100001,5,5")


def test_latest_year_of_each_school_of_the_authority_is_used(tmp_path: Path) -> None:
    table = read(
        tmp_path,
        "full-time girls aged 5",
        "202324,839,100001,6,6",
        "202223,839,100001,5,5",
        "202223,839,100002,4,4",
        "202324,838,100003,9,9",
    )
    latest = headcounts(table, "839")
    assert latest["on_roll"].to_dict() == {"100001": 6, "100002": 4}
    assert latest["headcount_year"].to_dict() == {"100001": 2024, "100002": 2023}
    assert headcounts(None, "839").empty


def test_real_file_has_every_school_and_ages_that_add_up(data: Path) -> None:
    findings = Findings()
    table = read_school_census(
        data / "schools" / "spc_school_level_202223_england.csv.gz", findings
    )
    assert len(table) == 24442
    assert "100000" in set(table["urn"])
    assert [f.check for f in findings.items] == ["urn_in_scientific_notation"]
    assert int((table["authority"] == "839").sum()) == 113
    bands = table[[c for c in table.columns if c.startswith("on_roll_")]].sum(axis=1)
    # a few schools have pupils of 20 and over, who have no column
    assert (bands <= table["on_roll"]).all()
    assert int((bands != table["on_roll"]).sum()) == 30


def test_real_header_of_2024_is_read(data: Path) -> None:
    table = read_school_census(
        data / "schools" / "sample_spc_school_level_anonymised.csv", Findings()
    )
    assert len(table) == 60
    assert table["on_roll"].notna().all()
