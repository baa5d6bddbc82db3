"""The job on the demo's returns finds exactly the people that were put into them."""

from pathlib import Path

import pandas as pd
import pytest

from assets.running import Outcome, run_forecast
from assets.starting import DEMO_SEED, start_demo
from assets.store import read_table
from sufficiency.demo.people import truth, world
from sufficiency.people.flows import CEASE_REASONS
from sufficiency.workspace import Workspace, open_workspace

FEW = {"years": 2, "paths": 10}
CELL = ["year", "need", "setting", "ncy", "locality"]
FLOWS = {
    "joiners": ("joiner", ["reason"]),
    "leavers": ("leaver", ["reason"]),
    "movers": ("mover", ["to_setting", "to_need"]),
    "need_changes": ("need_change", ["to_need"]),
    "stayers": ("stayer", []),
}


@pytest.fixture(scope="module")
def true() -> dict[str, pd.DataFrame]:
    """What the generator knows."""
    return truth(world(DEMO_SEED))


def stored(workspace: Workspace, table: str) -> pd.DataFrame:
    return read_table(workspace.dagster_home / "store" / f"{table}.parquet")


def counted(rows: pd.DataFrame, cell: list[str], value: str | None) -> pd.Series:
    """Return plans by cell, as plain text keys so that only the counts can differ."""
    keys = [rows[name].astype("str").rename(name) for name in cell]
    plans = pd.Series(1.0, rows.index) if value is None else rows[value].astype(float)
    summed = plans.groupby(keys).sum()
    return summed[summed > 0].sort_index()


def same(found: pd.Series, known: pd.Series) -> None:
    pd.testing.assert_series_equal(found, known, check_names=False, check_index_type=False)


def assert_true(workspace: Workspace, true: dict[str, pd.DataFrame], years: set[int]) -> None:
    held = stored(workspace, "past_plans")
    known = true["stock"][true["stock"]["year"].isin(years)]
    same(counted(held, CELL, None), counted(known, CELL, "plans"))
    base = stored(workspace, "plans")
    assert set(base["basis"]) == {"person"}
    same(counted(base, CELL, None), counted(known[known["year"] == max(years)], CELL, "plans"))
    flows = stored(workspace, "plan_flows")
    for name, (flow, more) in FLOWS.items():
        cell = ["year", "age", "need", "setting", *more]
        expected = true[name][true[name]["year"].isin(years - {min(years)})]
        if flow == "leaver":
            expected = expected.assign(
                reason=expected["reason"].astype("str").replace(dict(CEASE_REASONS))
            )
        found = flows[flows["flow"] == flow]
        same(counted(found, cell, "value"), counted(expected, cell, "plans"))
    assert (flows.loc[flows["flow"] == "residual", "value"] == 0).all()


def test_the_plans_of_the_base_census_and_the_year_before_are_the_true_ones(
    finished: tuple[Workspace, Outcome], true: dict[str, pd.DataFrame]
) -> None:
    assert_true(finished[0], true, {2024, 2025})


def test_the_returns_agree_with_the_published_counts_of_the_same_children(
    finished: tuple[Workspace, Outcome],
) -> None:
    beside = stored(finished[0], "against_published")
    assert set(beside["dimension"]) == {"total", "need", "age", "setting"}
    assert (beside["difference"] == 0).all()


@pytest.mark.slow
def test_six_linked_returns_in_four_formats_hold_the_true_plans_and_flows_of_every_year(
    tmp_path: Path, true: dict[str, pd.DataFrame]
) -> None:
    start_demo(tmp_path / "W")
    workspace = open_workspace(tmp_path / "W")
    outcome = run_forecast(workspace, FEW)
    assert outcome.headlines, (outcome.error, outcome.blocked)
    assert_true(workspace, true, set(range(2020, 2026)))
