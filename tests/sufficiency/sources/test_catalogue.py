"""A file is known by its columns, whatever its name."""

import gzip
import re
import shutil
from pathlib import Path

import pytest

from sufficiency.errors import SourceError
from sufficiency.findings import Findings
from sufficiency.sources import catalogue
from sufficiency.sources.ees_rows import COMMON
from sufficiency.sources.layout import Layout

FILTERS = ("breakdown_topic", "breakdown")
NEED = ("ehc_plans", "number_asd", "number_semh", "number_slcn")
PLACEMENT = ("ehcplans", "mainstream_la_maintained", "special_la_maintained")


def table(*columns: str, kind: str = "Academic year") -> bytes:
    names = (*COMMON, *FILTERS, *columns)
    cells = [kind if name == "time_identifier" else "1" for name in names]
    return (",".join(names) + "\n" + ",".join(cells) + "\n").encode()


def name_of(layout: Layout | None) -> str:
    return layout.name if layout else ""


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (table(*PLACEMENT, "special_academy_free"), "ees_2025_caseload"),
        (table(*PLACEMENT, "special_academy", "special_free_school"), "ees_2026_caseload"),
        (table(*NEED), "ees_2025_need"),
        (table(*NEED, kind="Calendar year"), "ees_2025_need_new_plans"),
        (table(*NEED, "number_ds"), "ees_2026_need"),
        (table(*NEED, "number_ds", kind="Calendar year"), "ees_2026_need_new_plans"),
        (b"\xef\xbb\xbf" + table(*NEED).upper(), "ees_2025_need"),
        (b"apples,pears\n1,2\n", ""),
    ],
)
def test_columns_and_first_row_decide(tmp_path: Path, content: bytes, name: str) -> None:
    path = tmp_path / "download (3).csv"
    path.write_bytes(content)
    assert name_of(catalogue.recognise(path)) == name


def test_other_kinds_of_file_are_not_recognised(tmp_path: Path) -> None:
    path = tmp_path / "caseload.xlsx"
    path.write_bytes(b"PK\x03\x04")
    assert catalogue.recognise(path) is None


def test_scan_tells_read_unknown_and_broken_files_apart(tmp_path: Path) -> None:
    (tmp_path / "b" / "deep").mkdir(parents=True)
    (tmp_path / ".cache").mkdir()
    (tmp_path / "b" / "deep" / "a.csv.gz").write_bytes(gzip.compress(table(*NEED)))
    (tmp_path / "a.csv").write_bytes(table(*PLACEMENT, "special_academy_free"))
    (tmp_path / ".cache" / "hidden.csv").write_bytes(table(*NEED))
    (tmp_path / "README.md").write_text("notes")
    (tmp_path / "apples.csv").write_text("apples\n1\n")
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(table(*NEED))[:40])
    (tmp_path / "map.gpkg").write_bytes(b"not a map")
    found = catalogue.scan(tmp_path, findings := Findings())
    assert [(p.relative_to(tmp_path).as_posix(), name_of(layout)) for p, layout in found] == [
        ("a.csv", "ees_2025_caseload"),
        ("b/deep/a.csv.gz", "ees_2025_need"),
    ]
    assert [(f.check, f.severity, f.source) for f in findings.items] == [
        ("file_not_recognised", "informs", "apples.csv"),
        ("file_unreadable", "blocks", "cut.csv.gz"),
        ("file_unreadable", "blocks", "map.gpkg"),
    ]


def test_a_broken_file_is_an_error_when_asked_for_alone(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(SourceError, match=r"empty\.csv has no header"):
        catalogue.recognise(tmp_path / "empty.csv")


def test_a_near_miss_is_told_what_it_lacks_and_what_it_has_instead(tmp_path: Path) -> None:
    (tmp_path / "need.csv").write_bytes(
        table("ehc_plans", "number_asd", "number_semhh", "number_slcn")
    )
    findings = Findings()
    assert not catalogue.scan(tmp_path, findings)
    [finding] = findings.items
    assert (finding.check, finding.severity, finding.column, finding.count) == (
        "columns_missing",
        "warns",
        "number_semh",
        1,
    )
    assert "column number_semh is missing (has: number_semhh)" in finding.message
    assert finding.action == "Correct the column name, or download the file again."


def test_the_files_name_decides_between_two_formats_as_near(tmp_path: Path) -> None:
    columns = ",".join(["wrong", *map(str, range(90)), "90+"])
    (tmp_path / "estimates_districts_2023.csv").write_text(columns + "\n")
    assert not catalogue.scan(tmp_path, findings := Findings())
    assert "looks like ONS mid-year population estimates, districts" in findings.items[0].message


def test_a_file_far_from_every_format_is_only_noted(data: Path) -> None:
    catalogue.scan(data / "finance_la", findings := Findings())
    assert {f.check for f in findings.items} == {"file_not_recognised"}


def test_layouts_are_lower_case_and_say_where_they_belong() -> None:
    for layout in catalogue.LAYOUTS:
        names = [*layout.columns, *layout.not_columns, *(c for g in layout.any_of for c in g)]
        assert names == [name.lower() for name in names], layout.name
        assert re.fullmatch(r"[a-z0-9_]+", layout.name)
        assert layout.folder
        assert layout.licence
        assert layout.title


def test_every_published_file_of_plans_is_recognised_under_any_name(
    data: Path, tmp_path: Path
) -> None:
    expected = {
        "ehcp2022_sen2_age_caseload": "ees_2022_age_caseload",
        "ehcp2022_sen2_age_new_plans": "ees_2022_age_new_plans",
        "ehcp2022_sen2_estab_caseload": "ees_2022_estab_caseload",
        "ehcp2022_sen2_estab_new_plans": "ees_2022_estab_new_plans",
        "ehcp2022_sen2_mi": "ees_2022_mi",
        "ehcp2025_assessments": "ees_2025_assessments",
        "ehcp2025_caseload": "ees_2025_caseload",
        "ehcp2025_ceased_plans": "ees_2025_ceased_plans",
        "ehcp2025_newplans": "ees_2025_new_plans",
        "ehcp2025_requests": "ees_2025_requests",
        "ehcp2025_sen_need_newplans": "ees_2025_need_new_plans",
        "ehcp2025_sen_needs_all_plans": "ees_2025_need",
        "ehcp2025_timeliness_20_week": "ees_2025_timeliness",
        "ehcp2025_annual_reviews": "",
        "ehcp2025_residential_settings": "",
    }
    for number, file in enumerate(expected):
        shutil.copy(data / "ehcp" / f"{file}.csv.gz", tmp_path / f"{number}.csv.gz")
    found = [
        name_of(catalogue.recognise(tmp_path / f"{number}.csv.gz"))
        for number in range(len(expected))
    ]
    assert found == list(expected.values())


def test_other_published_files_are_recognised(data: Path) -> None:
    expected = {
        "schools/gias_open_20250524_england.csv.gz": "gias_extract",
        "schools/spc_school_level_202223_england.csv.gz": "spc_school_level",
        "population/mye_lad_syoa_mid2023_uk.csv.gz": "mye_district",
        "population/mye_lsoa11_2020_bcp_and_neighbours.csv.gz": "mye_lsoa11",
        "population/snpp2022based_bcp_ages3_25.csv": "snpp",
        "geo/lsoa21_bcp_and_neighbours.gpkg": "lsoa21_polygons",
        "geo/lookup_lsoa21_msoa21_ward24_ltla24_england.csv.gz": "lookup_lsoa21",
        "deprivation/imd2025_lsoa21_england.csv.gz": "imd_2025",
        "finance_la/statistical_neighbours_2025_05.csv": "statistical_neighbours",
        "finance_la/lait_sen_indicators.csv.gz": "lait_indicators",
    }
    assert {f: name_of(catalogue.recognise(data / f)) for f in expected} == expected
