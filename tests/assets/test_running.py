"""The main job on the demo authority: whole outputs, the same bytes twice, nothing when blocked."""

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd

from assets.running import Outcome, run_forecast
from assets.store import read_table
from sufficiency.contracts import TABLES, checked
from sufficiency.workspace import Workspace, open_workspace

FEW = {"years": 4, "paths": 40}  # as the run of `finished`

Finished = tuple[Workspace, Outcome]


def restricted(workspace: Workspace) -> Path:
    run = (workspace.outputs / "latest.txt").read_text(encoding="utf-8").strip()
    return workspace.outputs / run / "restricted"


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "provenance.json"
    }


def stored(workspace: Workspace, table: str) -> pd.DataFrame:
    return read_table(workspace.dagster_home / "store" / f"{table}.parquet")


def test_a_run_ends_with_headlines_that_name_the_base_census(finished: Finished) -> None:
    _, outcome = finished
    assert outcome.error == ""
    assert outcome.blocked is None
    assert outcome.headlines
    assert any("January 2025 (2024/25)" in line for line in outcome.headlines)


def test_every_stored_table_keeps_its_contract(finished: Finished) -> None:
    workspace, _ = finished
    store = workspace.dagster_home / "store"
    found = {path.stem for path in store.glob("*.parquet")} & set(TABLES)
    assert {"plans", "paths", "gap", "demand", "places", "register"} <= found
    for name in found:
        checked(TABLES[name], read_table(store / f"{name}.parquet"), name)


def test_the_cells_of_every_path_sum_to_its_total_and_no_plan_is_lost(finished: Finished) -> None:
    workspace, _ = finished
    cells = stored(workspace, "paths").groupby(["path", "year"])["count"].sum()
    totals = stored(workspace, "path_totals").set_index(["path", "year"]).sort_index()
    pd.testing.assert_series_equal(
        cells.sort_index(),
        totals["stock"],
        check_names=False,
        check_dtype=False,
        check_index_type=False,
    )
    before = totals["stock"].groupby(level="path").shift()
    after = (before + totals["joiners"] - totals["leavers"]).dropna()
    assert (after == totals["stock"].reindex(after.index)).all()


def test_mean_demand_of_the_cells_adds_up_to_the_total(finished: Finished) -> None:
    workspace, _ = finished
    table = stored(workspace, "demand")
    table = table[table["view"] == "placements"]
    cells = table[(table[["need_group", "provision", "phase", "locality"]] != "ALL").all(axis=1)]
    total = table[(table[["need_group", "provision", "phase", "locality"]] == "ALL").all(axis=1)]
    summed = cells.groupby("year")["mean"].sum()
    pd.testing.assert_series_equal(
        summed,
        total.set_index("year")["mean"],
        check_names=False,
        check_index_type=False,
        rtol=1e-9,
    )


def test_outputs_are_all_there_and_all_marked_restricted(finished: Finished) -> None:
    workspace, _ = finished
    folder = restricted(workspace)
    names = {path.name for path in folder.iterdir()}
    for name in (
        "report.restricted.html", "sufficiency.restricted.xlsx", "warehouse.restricted.sqlite",
        "gap.restricted.csv", "gap.restricted.parquet", "data_dictionary.restricted.csv",
    ):  # fmt: skip
        assert name in names
    unmarked = {n for n in names if ".restricted." not in n}
    assert unmarked == {"READ-ME-FIRST-not-for-publication.txt", "provenance.json"}


def test_csv_parquet_and_sql_hold_the_same_gap_table(finished: Finished) -> None:
    workspace, _ = finished
    folder = restricted(workspace)
    parquet = pd.read_parquet(folder / "gap.restricted.parquet")
    csv = pd.read_csv(folder / "gap.restricted.csv", keep_default_na=False, na_values=[""])
    with closing(sqlite3.connect(folder / "warehouse.restricted.sqlite")) as base:
        sql = pd.read_sql_query("select * from gap", base)
    assert len(parquet) == len(csv) == len(sql)
    for column in ("demand_mean", "gap_mean", "p_shortage"):
        expected = parquet[column].to_numpy(dtype=float, na_value=float("nan"))
        for other in (csv, sql):
            found = pd.to_numeric(other[column]).to_numpy(dtype=float)
            # CSV is rounded to six decimals
            assert np.allclose(found, expected, rtol=0, atol=5.1e-7, equal_nan=True)


def test_clock_time_stands_only_in_provenance(finished: Finished) -> None:
    workspace, _ = finished
    told = json.loads((restricted(workspace) / "provenance.json").read_text(encoding="utf-8"))
    assert told["run_id"] == restricted(workspace).parent.name
    assert told["finished"]
    assert {row["layout"] for row in told["inputs"]} >= {"ees_2025_caseload", "place_register"}


def test_the_same_seed_gives_the_same_files_byte_for_byte_wherever_they_lie(
    finished: Finished, with_returns: Workspace
) -> None:
    workspace, _ = finished
    assert not run_forecast(with_returns, FEW).error
    assert restricted(with_returns).parent.name == restricted(workspace).parent.name
    assert hashes(restricted(with_returns)) == hashes(restricted(workspace))


def test_another_key_changes_pseudonyms_and_no_number(
    finished: Finished, with_returns: Workspace
) -> None:
    assert with_returns.key_file is not None
    with_returns.key_file.write_text("0123456789abcdef" * 4, encoding="utf-8")
    assert not run_forecast(with_returns, FEW).error
    before, after = hashes(restricted(finished[0])), hashes(restricted(with_returns))
    differ = {name.split(".")[0] for name in before if before[name] != after[name]}
    assert differ == {"past_plans", "plans", "requests", "warehouse"}


def test_a_bad_register_is_reported_whole_and_leaves_earlier_outputs_untouched(
    finished: Finished, tmp_path: Path
) -> None:
    demo = open_workspace(Path(shutil.copytree(finished[0].root, tmp_path / "westmere")))
    before = hashes(demo.outputs)
    rows = pd.read_csv(demo.register_csv, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    rows.loc[0, "commissioned_places"] = "-5"
    rows.loc[1, "designated_needs"] = "AUTISM"
    rows = pd.concat([rows, rows.loc[[2]]], ignore_index=True)
    rows.to_csv(demo.register_csv, index=False)

    outcome = run_forecast(demo, FEW)

    assert outcome.blocked is not None
    blocking = outcome.blocked[outcome.blocked["severity"] == "blocks"]
    assert {"commissioned_places", "designated_needs"} <= set(blocking["column"])
    assert {2, 3} <= set(blocking["row"])
    assert len(blocking) >= 3
    assert (blocking["action"] != "").all()
    assert hashes(demo.outputs) == before
