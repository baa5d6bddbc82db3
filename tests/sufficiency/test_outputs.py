import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pytest
from shapely import Point

from sufficiency import outputs
from sufficiency.contracts import TABLES, checked, empty
from sufficiency.outputs import (
    NOTICE,
    READ_ME,
    OutputError,
    installed_versions,
    publish,
    run_id,
    write_provenance,
    write_tables,
)

ASSUMPTIONS = checked(
    TABLES["assumptions"],
    pd.DataFrame(
        {
            "assumption": ["births"],
            "value": ["held"],
            "unit": [""],
            "why": ["So that \u00a3 and caf\u00e9 stay whole."],
            "source": ["made up"],
        }
    ),
    "assumptions",
)


def one_file(text: str):
    def write(folder: Path) -> None:
        (folder / "page.html").write_text(text)

    return write


def broken(folder: Path) -> None:
    (folder / "page.html").write_text("half")
    raise ValueError("the printer is on fire")


def tree(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text() for p in folder.rglob("*") if p.is_file()}


def test_run_id_depends_on_inputs_settings_and_versions_and_not_on_their_order() -> None:
    first = run_id(["a", "b"], {"seed": 1, "years": 10}, {"numpy": "2"})
    assert len(first) == 12
    assert int(first, 16) >= 0
    assert run_id(["b", "a"], {"years": 10, "seed": 1}, {"numpy": "2"}) == first
    others = [
        run_id(["a"], {"seed": 1, "years": 10}, {"numpy": "2"}),
        run_id(["a", "b"], {"seed": 2, "years": 10}, {"numpy": "2"}),
        run_id(["a", "b"], {"seed": 1, "years": 10}, {"numpy": "3"}),
    ]
    assert len({first, *others}) == 4


def test_versions_name_python_and_the_packages_that_make_numbers() -> None:
    assert {"python", "numpy", "pandas", "scipy"} <= set(installed_versions())


def test_publish_puts_a_whole_folder_in_place_and_names_it_latest(tmp_path: Path) -> None:
    folder = publish(tmp_path / "outputs", "abc", one_file("first"))
    assert folder == tmp_path / "outputs" / "abc" / "restricted"
    assert tree(tmp_path / "outputs") == {
        "abc/restricted/page.html": "first",
        "latest.txt": "abc\n",
    }


def test_publishing_again_replaces_every_file(tmp_path: Path) -> None:
    def two(folder: Path) -> None:
        one_file("first")(folder)
        (folder / "old.csv").write_text("old")

    publish(tmp_path, "abc", two)
    publish(tmp_path, "abc", one_file("second"))
    assert tree(tmp_path) == {"abc/restricted/page.html": "second", "latest.txt": "abc\n"}


def test_a_failing_write_leaves_the_old_outputs_and_nothing_half_written(tmp_path: Path) -> None:
    publish(tmp_path, "abc", one_file("first"))
    with pytest.raises(ValueError, match="on fire"):
        publish(tmp_path, "abc", broken)
    with pytest.raises(ValueError, match="on fire"):
        publish(tmp_path, "def", broken)
    assert tree(tmp_path) == {"abc/restricted/page.html": "first", "latest.txt": "abc\n"}
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_dir()) == ["abc", "restricted"]


def test_a_folder_that_cannot_be_replaced_is_kept_and_the_planner_is_told_what_to_close(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path, "abc", one_file("first"))
    move = os.replace

    def held_open(source: Path, target: Path) -> None:
        if Path(target).name == "restricted" and "-old" not in Path(source).name:
            raise PermissionError(13, "Permission denied")
        move(source, target)

    monkeypatch.setattr(outputs.os, "replace", held_open)
    with pytest.raises(OutputError, match="open in Excel"):
        publish(tmp_path, "abc", one_file("second"))
    assert tree(tmp_path) == {"abc/restricted/page.html": "first", "latest.txt": "abc\n"}


def test_what_a_killed_run_left_is_cleared_a_day_later_and_not_before(tmp_path: Path) -> None:
    home = tmp_path / "abc"
    old, new = home / ".part-old", home / ".part-new"
    for folder in (old, new):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))
    publish(tmp_path, "abc", one_file("first"))
    assert not old.exists()
    assert new.exists()


def test_every_table_is_csv_and_parquet_and_each_name_says_restricted(tmp_path: Path) -> None:
    written = write_tables(tmp_path, {"assumptions": ASSUMPTIONS, "paths": empty(TABLES["paths"])})
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(p.name for p in written)
    assert {p.name for p in written} == {
        READ_ME,
        "assumptions.restricted.csv",
        "assumptions.restricted.parquet",
        "data_dictionary.restricted.csv",
        "paths.restricted.parquet",
    }


def test_csv_is_utf8_with_lf_and_parquet_reads_back_the_same(tmp_path: Path) -> None:
    write_tables(tmp_path, {"assumptions": ASSUMPTIONS})
    data = (tmp_path / "assumptions.restricted.csv").read_bytes()
    assert b"\r" not in data
    assert "\u00a3 and caf\u00e9".encode() in data
    back = pd.read_parquet(tmp_path / "assumptions.restricted.parquet")
    pd.testing.assert_frame_equal(back, ASSUMPTIONS)


def test_parquet_carries_the_notice_and_what_each_column_means(tmp_path: Path) -> None:
    write_tables(tmp_path, {"assumptions": ASSUMPTIONS})
    schema = pq.read_schema(tmp_path / "assumptions.restricted.parquet")
    assert schema.metadata[b"notice"] == NOTICE.encode()
    assert schema.field("why").metadata[b"description"] == b"Why, in plain English."
    group = pq.ParquetFile(tmp_path / "assumptions.restricted.parquet").metadata.row_group(0)
    assert group.column(0).compression == "ZSTD"


def test_shapes_are_geoparquet_and_not_in_the_csv(tmp_path: Path) -> None:
    shapes = gpd.GeoDataFrame(
        {"locality": ["Eastmere"], "geometry": [Point(1, 2)]}, crs="EPSG:27700"
    )
    write_tables(tmp_path, {"locality_shapes": shapes})
    assert not (tmp_path / "locality_shapes.restricted.csv").exists()
    back = gpd.read_parquet(tmp_path / "locality_shapes.restricted.parquet")
    assert back.crs == "EPSG:27700"
    assert back.geometry.iloc[0] == Point(1, 2)
    notice = pq.read_schema(tmp_path / "locality_shapes.restricted.parquet").metadata[b"notice"]
    assert notice == NOTICE.encode()


def test_the_dictionary_has_every_column_of_every_table_written(tmp_path: Path) -> None:
    write_tables(tmp_path, {"assumptions": ASSUMPTIONS})
    dictionary = pd.read_csv(tmp_path / "data_dictionary.restricted.csv")
    assert dictionary["column"].tolist() == list(ASSUMPTIONS.columns)
    assert dictionary["description"].notna().all()


def test_the_note_says_not_for_publication_and_why_paths_are_not_text(tmp_path: Path) -> None:
    write_tables(tmp_path, {"assumptions": ASSUMPTIONS, "paths": empty(TABLES["paths"])})
    note = (tmp_path / READ_ME).read_text()
    assert note.startswith(NOTICE)
    assert "assumptions: 1 rows" in note
    assert "paths (every simulated future) is Parquet only" in note


def test_the_same_tables_give_the_same_bytes(tmp_path: Path) -> None:
    shapes = gpd.GeoDataFrame({"locality": ["a"], "geometry": [Point(1, 2)]}, crs="EPSG:27700")
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
        write_tables(folder, {"assumptions": ASSUMPTIONS, "locality_shapes": shapes})
    one, two = ({p.name: p.read_bytes() for p in folder.iterdir()} for folder in folders)
    assert one == two


def test_provenance_holds_clock_time_and_the_other_run_id(tmp_path: Path) -> None:
    inputs = pd.DataFrame({"file": ["a.csv"], "sha256": ["0" * 64], "rows": [3]})
    path = write_provenance(
        tmp_path,
        run="abc",
        orchestrator_run="d0d0",
        finished=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        settings={"seed": 1},
        versions={"numpy": "2"},
        inputs=inputs,
    )
    told = json.loads(path.read_text())
    assert path.name == "provenance.json"
    assert told["finished"] == "2026-01-02T03:04:05+00:00"
    assert told["dagster_run_id"] == "d0d0"
    assert told["run_id"] == "abc"
    assert told["inputs"] == [{"file": "a.csv", "sha256": "0" * 64, "rows": 3}]


def test_numbers_in_a_csv_have_six_decimals_at_most_and_large_ones_keep_every_digit(
    tmp_path: Path,
) -> None:
    frame = pd.DataFrame({"a": [31.099999999999994, 12345678.0], "b": [1 / 3, 2.0]})
    write_tables(tmp_path, {"gap": frame})
    assert (tmp_path / "gap.restricted.csv").read_text() == "a,b\n31.1,0.333333\n12345678.0,2.0\n"


@pytest.mark.skipif(os.name != "posix", reason="folders have no such modes here")
def test_only_the_owner_may_open_what_a_run_wrote(tmp_path: Path) -> None:
    def write(folder: Path) -> None:
        (folder / "more").mkdir()
        for path in (folder / "page.html", folder / "more" / "plans.csv"):
            path.write_text("one row a child")
            path.chmod(0o644)

    publish(tmp_path, "abc", one_file("an earlier run"))
    folder = publish(tmp_path, "abc", write)
    found = {p.name: stat.S_IMODE(p.stat().st_mode) for p in [folder, *folder.rglob("*")]}
    assert found == {"restricted": 0o700, "more": 0o700, "page.html": 0o600, "plans.csv": 0o600}
