"""The one shortage that is planted in the demo is found, and nothing else is called a shortage."""

import pandas as pd
import pytest

from assets.running import Outcome
from assets.store import read_table
from sufficiency.terms import lookup
from sufficiency.workspace import Workspace

PLANTED = ("SEMH", "special", "secondary")
FIRST_JANUARY = 2027  # the site's lease ends in August 2026, so places are short from September
PLACES_LOST = 36
CELL = ["need_group", "provision", "phase"]


@pytest.fixture(scope="module")
def gap(finished: tuple[Workspace, Outcome]) -> pd.DataFrame:
    """The gap table of the finished demo."""
    workspace, outcome = finished
    assert not outcome.error
    return read_table(workspace.dagster_home / "store" / "gap.parquet")


def test_nothing_but_the_planted_need_phase_and_town_has_a_first_year_of_shortage(
    gap: pd.DataFrame,
) -> None:
    short = gap[gap["first_year"].notna()]
    named = set(short[[*CELL, "locality"]].astype("str").itertuples(index=False, name=None))
    assert named == {(*PLANTED, "ALL"), (*PLANTED, "Westhaven")}


def test_it_is_short_from_the_september_after_the_site_closes_and_almost_certainly(
    gap: pd.DataFrame,
) -> None:
    cell = gap[(gap["view"] == "placements") & (gap["locality"] == "Westhaven")]
    cell = cell[(cell[CELL] == list(PLANTED)).all(axis=1)].set_index("year")
    assert set(cell["first_year"]) == {FIRST_JANUARY}
    chance = {int(year): float(p) for year, p in cell["p_shortage"].items()}  # pyright: ignore[reportArgumentType]
    assert chance[FIRST_JANUARY - 1] < 0.5
    assert min(p for year, p in chance.items() if year >= FIRST_JANUARY) > 0.9
    places = cell["places"].to_dict()
    assert places[FIRST_JANUARY - 1] - places[FIRST_JANUARY] == PLACES_LOST
    assert 20 < cell["gap_p50"].to_dict()[FIRST_JANUARY] < PLACES_LOST


def test_no_other_cell_is_likelier_than_not_to_be_short_in_any_later_year(
    gap: pd.DataFrame,
) -> None:
    others = gap[~(gap[CELL] == list(PLANTED)).all(axis=1)]
    assert others.loc[others["view"] == "placements", "p_shortage"].max() < 0.5


def test_children_who_wait_make_the_same_shortage_larger_and_no_other(gap: pd.DataFrame) -> None:
    cells = gap[(gap["locality"] == "Westhaven") & (gap["year"] == FIRST_JANUARY)]
    cells = cells[(cells[CELL] == list(PLANTED)).all(axis=1)].set_index("view")["gap_mean"]
    assert cells["possible"] > cells["placements"] + 5


def test_headlines_that_call_a_shortage_likely_name_it_and_no_other_need(
    finished: tuple[Workspace, Outcome],
) -> None:
    called = [line for line in finished[1].headlines if "likelier than not" in line]
    assert called
    names = [name for code, name in lookup("need_groups", "name").items() if code != PLANTED[0]]
    for line in called:
        assert "Social, emotional and mental health, secondary" in line
        assert not [name for name in names if name in line]
