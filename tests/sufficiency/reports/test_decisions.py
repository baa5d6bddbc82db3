"""Tables and charts of decisions, on the authority on paper."""

from dataclasses import replace
from types import SimpleNamespace

import openpyxl
import pandas as pd
import pytest

from sufficiency.contracts import TABLES as CONTRACTS
from sufficiency.findings import Findings
from sufficiency.places import occupancy
from sufficiency.reports.decisions import (
    brief_tables,
    decision_tables,
    occupancy_chart,
    september_chart,
)
from sufficiency.reports.decisions.tables import ON_THE_PAGE, TABLES, cohort
from sufficiency.reports.page import ReportContent, render_page
from sufficiency.reports.workbook import write_workbook
from sufficiency.september import september_board

MADE_HERE = {"cohort"}


@pytest.fixture
def made(paper: SimpleNamespace) -> dict[str, pd.DataFrame]:
    """The occupancy and the board of the authority on paper."""
    base, found = paper.base_year, Findings()
    return {
        "occupancy": occupancy(
            paper.register, paper.plans, base, paper.classes, paper.imports, paper.pupils,
            paper.second_placements, paper.placement_months, 0.5, found,
        ),
        "september_board": september_board(
            paper.register, paper.classes, paper.plans, paper.moves, paper.imports,
            paper.pupils, paper.awaiting, base, found,
        ),
    }  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_every_column_shown_is_of_its_table_and_the_page_shows_some_of_them(name: str) -> None:
    shown = TABLES[name]
    known = {*CONTRACTS[shown.table].to_schema().columns, *MADE_HERE}
    assert set(shown.columns) <= known
    assert set(shown.brief) <= set(shown.columns)


def test_tables_speak_in_names_and_year_groups_not_codes(made: dict[str, pd.DataFrame]) -> None:
    board = decision_tables(made)["September board"].frame
    elm = board[(board["School or base"] == "Elm School") & (board["September"] == 2025)]
    assert elm["Year groups"].tolist() == [f"Year {ncy}" for ncy in range(7, 12)]
    assert set(board["Provision"]) == {"Special school", "Resourced provision"}
    assert (board["Needs"] != "").all()
    assert (board["Needs"] == "All").any()  # a class without needs is for all, not for none
    assert cohort(0, 2) == "Reception to Year 2"
    assert cohort(-1, -1) == "Nursery 2"
    pools = decision_tables(made)["Occupancy"].frame["Pool"]
    assert set(pools) == {"Reception to Year 11", "Post-16", "All"}


def test_the_page_shows_the_fullest_school_and_the_least_free_cohort_first(
    made: dict[str, pd.DataFrame],
) -> None:
    brief = brief_tables(made)
    assert brief["Occupancy"].frame.iloc[0]["School or base"] == "Elm School"
    assert brief["Occupancy"].frame.iloc[0]["Over number"] == 1.0
    board = brief["September board"]
    assert len(board.frame) <= ON_THE_PAGE
    assert board.frame.iloc[0]["Free after named and directed"] == -7
    assert board.note.endswith("The whole table is in the workbook, sheet September board.")


def test_routes_start_from_the_last_counted_census_not_from_the_oldest() -> None:
    row = {"kind": "stock", "phase": "ALL", "need_group": "ALL", "route": "further_education",
           "mean": 5.0, "p10": 5.0, "p90": 5.0}  # fmt: skip
    years = {2021: "counted", 2025: "counted", 2026: "forecast", 2030: "forecast"}
    routes = pd.DataFrame([row | {"year": year, "basis": basis} for year, basis in years.items()])
    shown = brief_tables({"post16_routes": routes})["Post-16 routes"].frame
    assert shown["January"].tolist() == [2025, 2030]


def test_a_table_cut_short_says_how_many_rows_it_has(made: dict[str, pd.DataFrame]) -> None:
    many = pd.concat([made["occupancy"]] * 6, ignore_index=True)
    assert (
        f"The first {ON_THE_PAGE} rows of 24."
        in brief_tables({"occupancy": many})["Occupancy"].note
    )


def test_charts_tell_in_words_what_they_draw(made: dict[str, pd.DataFrame]) -> None:
    full, free = occupancy_chart(made["occupancy"]), september_chart(made["september_board"])
    assert full is not None
    assert free is not None
    assert "Fullest: Elm School, 108 per cent. 1 has more pupils" in full.alt
    assert full.table["School or base"].tolist()[0] == "Elm School"
    # Free: Oak 6 + 4 + 4 + 0, Elm 3 + 1 + 3 + 1; cohorts over number lower nobody else's places.
    assert "Special school 22 free, 1 named or directed, 1 being consulted on" in free.alt
    assert "Cohorts over number: 2. Cohorts whose places are not known: 7." in free.alt


def test_without_known_places_there_is_no_chart(made: dict[str, pd.DataFrame]) -> None:
    board = made["september_board"]
    assert september_chart(board[board["places_free"].isna()]) is None
    assert occupancy_chart(made["occupancy"].assign(occupancy=float("nan"))) is None
    assert decision_tables({}) == brief_tables({}) == {}


def test_september_and_places_are_sheets_that_read_back(
    made: dict[str, pd.DataFrame], confirmed_content: ReportContent, confirmed_tables, tmp_path
) -> None:
    content = replace(confirmed_content, decisions=decision_tables(made), brief=brief_tables(made))
    path = write_workbook(tmp_path / "run.xlsx", content, confirmed_tables["register"])
    book = openpyxl.load_workbook(path)
    sheet = book["September board"]
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    board = pd.DataFrame(rows[1:], columns=[str(heading) for heading in rows[0]])
    assert len(board) == len(made["september_board"])
    free = pd.to_numeric(board["Places free"], errors="coerce")
    assert free.sum() == made["september_board"]["places_free"].sum()
    assert (board["Places free"] == "[x]").sum() == made["september_board"][
        "places_free"
    ].isna().sum()
    page = render_page(content)
    assert "Places, September and money" in page
    assert "Year 7 to Year 11" in page
