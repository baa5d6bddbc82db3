import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point
from sqlalchemy.exc import DBAPIError

from sufficiency.contracts import TABLES, checked, empty
from sufficiency.warehouse import BATCH, NOTICE, write_warehouse

BALANCE = {
    "scenario": "unmitigated",
    "view": "placements",
    "provision": "special",
    "year": 2030,
    "demand_mean": 110.5,
    "demand_p10": 100.0,
    "demand_p90": 120.0,
    "register_places": 90,
    "exports": 7,
    "imports": -2,
    "net_export": None,
    "unreconciled": 0,
    "without_plan": -1,
    "shortage_total": 17.0,
    "shortage_elsewhere": 2.0,
    "shortage_unmet": 15.0,
    "shortage_p10": 12.0,
    "shortage_p90": 22.0,
    "flexible": "no",
    "gap_reason": "",
}


def run_tables() -> dict[str, pd.DataFrame]:
    unknown = {k: None for k in BALANCE if k.startswith("shortage")} | {"register_places": None}
    balance = pd.DataFrame([BALANCE, {**BALANCE, **unknown, "provision": "sen_unit"}])
    cells = [("AUTCOM", "ALL", 8.0), ("ALL", "ALL", 10.0), ("AUTCOM", "special", 3.0)]
    demand = pd.DataFrame(
        [
            {
                "scenario": "unmitigated",
                "view": "placements",
                "basis": "modelled",
                "year": 2030,
                "need_group": need,
                "provision": provision,
                "phase": "ALL",
                "locality": "ALL",
                **dict.fromkeys(("mean", "sd", "p10", "p50", "p80", "p90"), mean),
                **{"p_rise": 0.6, "p_fall": 0.3, "not_placed": 0.0},
            }
            for need, provision, mean in cells
        ]
    )
    return {
        "provision_balance": checked(TABLES["provision_balance"], balance, "provision_balance"),
        "demand": checked(TABLES["demand"], demand, "demand"),
        "gap": empty(TABLES["gap"]),
        "paths": empty(TABLES["paths"]),
        "path_totals": empty(TABLES["path_totals"]),
    }


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.sqlite"
    write_warehouse(path, run_tables())
    return path


def ask(path: Path, question: str) -> list[tuple]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(question).fetchall()


def test_two_builds_of_the_same_tables_are_the_same_file(file: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.sqlite"
    write_warehouse(again, run_tables())
    assert again.read_bytes() == file.read_bytes()
    write_warehouse(file, run_tables())
    assert again.read_bytes() == file.read_bytes()
    assert not list(tmp_path.glob("*.part"))


def test_columns_are_typed_and_missing_numbers_are_null(file: Path) -> None:
    rows = ask(
        file,
        "SELECT typeof(year), typeof(demand_mean), typeof(provision), register_places, "
        "shortage_total FROM provision_balance ORDER BY provision DESC",
    )
    assert rows == [
        ("integer", "real", "text", 90, 17.0),
        ("integer", "real", "text", None, None),
    ]
    kinds = {name: kind for _, name, kind, *_ in ask(file, "PRAGMA table_info(gap)")}
    assert (kinds["year"], kinds["gap_mean"], kinds["phase"]) == ("BIGINT", "DOUBLE", "TEXT")


def test_paths_are_left_out_and_the_warehouse_says_so(file: Path) -> None:
    names = {name for (name,) in ask(file, "SELECT name FROM sqlite_master")}
    assert "paths" not in names
    assert {"path_totals", "gap", "data_dictionary"} <= names
    about = dict(ask(file, "SELECT * FROM about"))
    assert about["notice"] == NOTICE
    assert "Parquet" in about["left out: paths"]
    described = {table for (table,) in ask(file, 'SELECT DISTINCT "table" FROM data_dictionary')}
    assert described == {"provision_balance", "demand", "gap", "path_totals"}


def test_views_answer_in_words(file: Path) -> None:
    shortage = ask(
        file,
        "SELECT provision_name, year, shortage_total, shortage_unmet "
        "FROM shortage_by_provision_and_year ORDER BY provision DESC",
    )
    assert shortage == [("Special school", 2030, 17.0, 15.0), ("SEN unit", 2030, None, None)]
    needs = ask(file, "SELECT need_group_name, mean FROM demand_by_need_group")
    assert needs == [("Autism and communication", 8.0)]
    assert ask(file, "SELECT * FROM authority_gap") == []
    assert ask(file, "SELECT * FROM first_year_of_shortage") == []


def test_views_without_their_tables_are_not_made(tmp_path: Path) -> None:
    path = tmp_path / "small.sqlite"
    write_warehouse(path, {"demand": run_tables()["demand"]})
    views = {name for (name,) in ask(path, "SELECT name FROM sqlite_master WHERE type = 'view'")}
    assert views == {"demand_by_need_group"}


def test_shapes_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "shapes.sqlite"
    shapes = gpd.GeoDataFrame({"locality": ["Eastmere"], "geometry": [Point(0, 0)]})
    write_warehouse(path, {"locality_shapes": shapes})
    assert ask(path, "SELECT * FROM locality_shapes") == [("Eastmere",)]


def test_more_rows_than_a_batch_are_all_written(tmp_path: Path) -> None:
    path = tmp_path / "many.sqlite"
    write_warehouse(path, {"many": pd.DataFrame({"n": range(BATCH + 7)})})
    assert ask(path, "SELECT COUNT(*), SUM(n) FROM many") == [
        (BATCH + 7, (BATCH + 7) * (BATCH + 6) // 2)
    ]


def test_a_failed_write_leaves_the_old_file_and_shows_no_row(file: Path) -> None:
    before = file.read_bytes()
    bad = pd.DataFrame({"child": ["the child"], "odd": [{"not": "a value"}]})
    with pytest.raises(DBAPIError) as caught:
        write_warehouse(file, {"bad": bad})
    assert "the child" not in str(caught.value)
    assert file.read_bytes() == before
    assert not list(file.parent.glob("*.part"))


def test_a_url_is_written_in_place_twice_over(tmp_path: Path) -> None:
    path = tmp_path / "by_url.sqlite"
    url = f"sqlite:///{path.as_posix()}"
    write_warehouse(url, run_tables())
    write_warehouse(url, run_tables())
    assert ask(path, "SELECT COUNT(*) FROM provision_balance") == [(2,)]
    assert len(ask(path, "SELECT * FROM shortage_by_provision_and_year")) == 2
