"""Real published data, from init to a gap table, as a council would run it."""

from pathlib import Path

import pandas as pd
import pytest

from assets.running import run_forecast
from assets.starting import start_workspace
from assets.store import read_table
from sufficiency.workspace import Workspace, open_workspace

pytestmark = pytest.mark.slow

# Rolls in Get Information about Schools, May 2025, and places that stand in for what the council
# would confirm. The places are assumptions made for this test: rolls rounded up, but Tregonwell.
ROLL_AND_PLACES = {
    "113942": (119, 120),  # Portfield School
    "113954": (110, 115),  # Victoria Education Centre
    "113955": (238, 240),  # Winchelsea School
    "113961": (386, 390),  # Linwood School
    "133740": (30, 30),  # Langside School
    "137286": (92, 95),  # Montacute School
    "137998": (142, 140),  # Tregonwell Academy
    "140067": (117, 120),  # Longspee Academy
}
ROLL, PLACES = 1234, 1250  # 119 + 110 + 238 + 386 + 30 + 92 + 142 + 117, and the same for places
PLACED_IN_SPECIAL = 1186  # 643 maintained + 303 academy + 240 non-maintained, January 2025
BCP_PLANS = 4432
LAST_YEAR = 2035


def made(folder: Path, authority: str, data: Path) -> Workspace:
    start_workspace(folder, authority, data)
    return open_workspace(folder)


def stored(workspace: Workspace, table: str) -> pd.DataFrame:
    return read_table(workspace.dagster_home / "store" / f"{table}.parquet")


@pytest.fixture(scope="module")
def bcp(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = made(tmp_path_factory.mktemp("bcp") / "W", "839", data)
    assert not run_forecast(workspace, {}).error
    return workspace


def test_bcp_plans_equal_every_published_table_cell_by_cell(bcp: Workspace) -> None:
    plans, stock = stored(bcp, "plans"), stored(bcp, "published_stock")
    assert len(plans) == BCP_PLANS
    own = stock[(stock["authority"] == "839") & (stock["year"] == 2025)]
    keys = plans.assign(age=plans["age"].astype(str))
    for dimension, (row, column) in {
        "need_age": ("need", "age"), "need_setting": ("need", "setting"),
        "age_setting": ("age", "setting"),
    }.items():  # fmt: skip
        told = own[own["dimension"] == dimension].groupby(["key", "second_key"])["value"].sum()
        counted = keys.groupby([row, column]).size()
        both = pd.concat([told, counted], axis=1, keys=["told", "counted"]).fillna(0)
        assert (both["told"] == both["counted"]).all(), dimension
        assert both["told"].sum() == BCP_PLANS


def test_bcp_paths_sum_to_their_totals_in_every_path_to_2035(bcp: Workspace) -> None:
    cells = stored(bcp, "paths").groupby(["path", "year"])["count"].sum().sort_index()
    totals = stored(bcp, "path_totals").set_index(["path", "year"])["stock"].sort_index()
    assert list(cells.index) == list(totals.index)
    assert (cells.to_numpy() == totals.to_numpy()).all()
    assert totals.index.get_level_values("year").max() == LAST_YEAR


def test_the_starter_register_lists_the_real_schools_all_assumed_and_shows_no_gap(
    bcp: Workspace,
) -> None:
    register, gap = stored(bcp, "register"), stored(bcp, "gap")
    special = register[register["provision"] == "special"].set_index("urn")
    assert dict(special["on_roll"]) == {u: roll for u, (roll, _) in ROLL_AND_PLACES.items()}
    assert (register["assumed"] == "yes").all()
    hidden = gap[["gap_mean", "p_shortage", "expected_shortage", "first_year"]]
    assert hidden.isna().all().all()
    assert (gap["gap_reason"] != "").all()
    assert gap["change_mean"].notna().all()


def test_bcp_with_confirmed_places_has_gaps_probabilities_and_a_total_right_by_hand(
    bcp: Workspace,
) -> None:
    register = pd.read_csv(bcp.register_csv, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    for urn, (_, places) in ROLL_AND_PLACES.items():
        register.loc[register["urn"] == urn, "commissioned_places"] = str(places)
        register.loc[register["urn"] == urn, "assumed"] = "no"
    register.to_csv(bcp.register_csv, index=False)
    assert not run_forecast(bcp, {}).error
    balance, gap = stored(bcp, "provision_balance"), stored(bcp, "gap")
    special = balance[
        (balance["provision"] == "special")
        & (balance["view"] == "placements")
        & (balance["year"] == 2026)
    ].iloc[0]
    assert special["register_places"] == PLACES
    assert special["net_export"] == PLACED_IN_SPECIAL - ROLL
    cells = gap[
        (gap["provision"] == "special") & (gap["locality"] == "ALL") & (gap["view"] == "placements")
    ]
    now = cells[cells["year"] == 2026]
    pooled = stored(bcp, "places")
    pooled = pooled[(pooled["provision"] == "special") & (pooled["year"] == 2026)]
    assert pooled["places"].sum() == PLACES + PLACED_IN_SPECIAL - ROLL
    assert pooled.loc[pooled["kind"] == "mismatch", "places"].sum() == 0
    untaken = now["gap_reason"].str.startswith("no register row takes")
    assert (now["places"].isna() == untaken).all()
    known = cells[cells["gap_reason"] == ""]
    assert len(known)
    assert known[["gap_mean", "p_shortage", "expected_shortage"]].notna().all().all()
    assert ((known["gap_mean"] - (known["demand_mean"] - known["places"])).abs() < 1e-9).all()
    assert known["first_year"].notna().any()


@pytest.mark.parametrize(
    ("authority", "plans", "localities"), [("838", 4333, 5), ("850", 17784, 11), ("851", 2310, 1)]
)
def test_other_authorities_run_without_hand_edits(
    authority: str, plans: int, localities: int, data: Path, tmp_path: Path
) -> None:
    workspace = made(tmp_path / "W", authority, data)
    outcome = run_forecast(workspace, {"paths": 40})
    assert not outcome.error
    assert outcome.blocked is None
    assert len(stored(workspace, "plans")) == plans
    assert stored(workspace, "localities")["locality"].nunique() == localities
    assert stored(workspace, "paths")["year"].max() == LAST_YEAR
