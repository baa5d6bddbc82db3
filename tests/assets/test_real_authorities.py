"""Real published data, from init to a gap table, as a council would run it."""

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import pandas as pd
import pytest

from assets.running import run_forecast
from assets.starting import start_workspace
from assets.store import read_table
from sufficiency.workspace import Workspace, open_workspace

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Confirmed:
    """BCP after a run with confirmed places: the workspace, its headlines, how long it took."""

    workspace: Workspace
    headlines: tuple[str, ...]
    seconds: float


# Rolls in Get Information about Schools, May 2025, and places that stand in for what the council
# would confirm. The places are assumptions made for this test: rolls rounded up, but Tregonwell.
ROLL_AND_PLACES = {
    "113955": (238, 240),  # Winchelsea School
    "113961": (386, 390),  # Linwood School
    "137286": (92, 95),  # Montacute School
    "137998": (142, 140),  # Tregonwell Academy
    "140067": (117, 120),  # Longspee Academy
}
ROLL, PLACES = 975, 985  # 238 + 386 + 92 + 142 + 117, and the same for places
NON_MAINTAINED = {
    "113942": (119, 120),  # Portfield School
    "113954": (110, 115),  # Victoria Education Centre
    "133740": (30, 30),  # Langside School
}
PLACED_IN_SPECIAL = 946  # 643 maintained + 303 academy and free, January 2025
PLACED_IN_NON_MAINTAINED = 240
# The school list has none of the authority's bases, so all of this is assumed for the test but
# the plan holders in them: 30 in resourced provision and 21 in units, January 2025.
BASE_COLUMNS = ["urn", "name", "provision", "ncy_from", "ncy_to", "commissioned_places", "on_roll",
                "locality"]  # fmt: skip
BASES = (
    ("BASE1", "Primary base (assumed)", "resourced_provision", 0, 6, 14, 13, "Poole"),
    ("BASE2", "Secondary base (assumed)", "resourced_provision", 7, 11, 18, 17, "Bournemouth"),
    ("BASE3", "Primary unit (assumed)", "sen_unit", 0, 6, 12, 12, "Bournemouth"),
    ("BASE4", "Secondary unit (assumed)", "sen_unit", 7, 11, 10, 9, "Christchurch"),
)
BCP_PLANS = 4432
LAST_YEAR = 2035


def made(folder: Path, authority: str, data: Path) -> Workspace:
    start_workspace(folder, authority, data)
    return open_workspace(folder)


def stored(workspace: Workspace, table: str) -> pd.DataFrame:
    return read_table(workspace.dagster_home / "store" / f"{table}.parquet")


def authority(gap: pd.DataFrame, provision: str) -> pd.DataFrame:
    """Return the rows of a provision with its places pooled over the authority."""
    chosen = (gap["provision"] == provision) & (gap["locality"] == "ALL")
    return gap[chosen & (gap["view"] == "placements")]


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


def confirm(workspace: Workspace) -> None:
    """Put the assumed places and bases into the register, as the council's planner would."""
    register = pd.read_csv(
        workspace.register_csv, dtype=str, keep_default_na=False, encoding="utf-8-sig"
    )
    for urn, (_, places) in {**ROLL_AND_PLACES, **NON_MAINTAINED}.items():
        register.loc[register["urn"] == urn, "commissioned_places"] = str(places)
        register.loc[register["urn"] == urn, "assumed"] = "no"
    bases = (
        pd.DataFrame(BASES, columns=pd.Index(BASE_COLUMNS))
        .astype("str")
        .assign(
            site_id="main",
            flexible="yes",
            effective_from=register["effective_from"].iloc[0],
            change_status="existing",
            assumed="no",
            source="assumed for a test",
        )
    )
    whole = pd.concat([register, bases], ignore_index=True).fillna("")
    whole.to_csv(workspace.register_csv, index=False)


@pytest.fixture(scope="module")
def confirmed(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Confirmed:
    """BCP with a register that is confirmed but for post-16 and alternative provision; one run."""
    workspace = made(tmp_path_factory.mktemp("confirmed") / "W", "839", data)
    confirm(workspace)
    started = perf_counter()
    outcome = run_forecast(workspace, {})
    assert not outcome.error
    return Confirmed(workspace, tuple(outcome.headlines), perf_counter() - started)


def test_bcp_with_confirmed_places_runs_in_90_seconds(confirmed: Confirmed) -> None:
    assert confirmed.seconds < 90


def test_bcp_with_confirmed_places_has_gaps_probabilities_and_a_total_right_by_hand(
    confirmed: Confirmed,
) -> None:
    balance, gap = (
        stored(confirmed.workspace, "provision_balance"),
        stored(confirmed.workspace, "gap"),
    )
    special = balance[
        (balance["provision"] == "special")
        & (balance["view"] == "placements")
        & (balance["year"] == 2026)
    ].iloc[0]
    assert special["register_places"] == PLACES
    assert special["net_export"] == PLACED_IN_SPECIAL - ROLL
    cells = authority(gap, "special")
    now = cells[cells["year"] == 2026]
    pooled = stored(confirmed.workspace, "places")
    pooled = pooled[(pooled["provision"] == "special") & (pooled["year"] == 2026)]
    assert pooled["places"].sum() == PLACES + PLACED_IN_SPECIAL - ROLL
    assert pooled.loc[pooled["kind"] == "mismatch", "places"].sum() == 0
    untaken = now["gap_reason"].str.startswith("no register row takes")
    assert (now["places"].isna() == untaken).all()
    known = cells[cells["gap_reason"] == ""]
    assert len(known)
    assert known[["gap_mean", "p_shortage", "expected_shortage"]].notna().all().all()
    moved = known["demand_mean"] - known["places"] - known["flexible_mean"]
    assert ((known["gap_mean"] - moved).abs() < 1e-9).all()
    assert known["first_year"].notna().any()


@pytest.mark.parametrize(
    ("provision", "roll", "places"),
    [("special", ROLL, PLACES), ("resourced_provision", 30, 32), ("sen_unit", 21, 22)],
)
def test_room_at_the_base_census_is_what_schools_have_free_and_no_cross_border_flow(
    provision: str, roll: int, places: int, confirmed: Confirmed
) -> None:
    cells = authority(stored(confirmed.workspace, "gap"), provision)
    base = cells[(cells["year"] == 2025) & (cells["gap_reason"] == "")]
    assert base["gap_mean"].sum() == pytest.approx(roll - places)


@pytest.mark.parametrize("provision", ["ap", "non_maintained_special", "independent_special"])
def test_provisions_bought_place_by_place_and_alternative_provision_have_no_surplus(
    provision: str, confirmed: Confirmed
) -> None:
    gap = stored(confirmed.workspace, "gap")
    cells = gap[gap["provision"] == provision]
    assert len(cells)
    assert cells[["gap_mean", "gap_p50", "p_shortage", "first_year"]].isna().all().all()
    balance = stored(confirmed.workspace, "provision_balance")
    lines = balance[balance["provision"] == provision]
    assert lines[["shortage_total", "shortage_unmet"]].isna().all().all()


def test_residents_in_non_maintained_schools_are_counted_apart(confirmed: Confirmed) -> None:
    balance = stored(confirmed.workspace, "provision_balance")
    base = balance[(balance["year"] == 2025) & (balance["view"] == "placements")]
    demand = base.set_index("provision")["demand_mean"]
    assert demand["non_maintained_special"] == PLACED_IN_NON_MAINTAINED
    assert demand["special"] == PLACED_IN_SPECIAL


def test_places_for_severe_and_complex_needs_are_never_called_unneeded(
    confirmed: Confirmed,
) -> None:
    cells = authority(stored(confirmed.workspace, "gap"), "special")
    complex_needs = cells[
        (cells["need_group"] == "COMPLEX") & cells["phase"].isin(["primary", "secondary"])
    ]
    assert (complex_needs["places"] > 0).all()
    base = complex_needs[complex_needs["year"] == 2025]
    assert (base["gap_mean"] >= -5).all()  # the schools are full, whatever need is recorded


def test_headlines_are_what_a_director_can_say(confirmed: Confirmed) -> None:
    told = confirmed.headlines
    assert told
    for line in told:
        words = line.lower()
        for never in (
            "surplus",
            "no places needed",
            "not needed",
            "unmet duty",
            "nan",
            "none short",
        ):
            assert never not in words, line
        bought = ("independent", "non-maintained", "alternative provision")
        if words.startswith(bought):
            assert "short" not in words, line
            assert "to spare" not in words, line
    assert sum("january 2025" in line.lower() for line in told) >= 1


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
