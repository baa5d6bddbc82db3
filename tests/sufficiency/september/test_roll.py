"""What the September board knows of pupils, and what it must not guess."""

from collections.abc import Callable
from types import SimpleNamespace

import pandas as pd

from sufficiency.contracts import Pupils, empty
from sufficiency.findings import Findings

OAK, ELM, ASH = "100001", "100002", "100003"
Board = Callable[..., pd.DataFrame]


def line(board: pd.DataFrame, september: int, urn: str, ncy: int) -> pd.Series:
    """Return the one row of a school's cohort that has a year group."""
    rows = board[
        (board["september"] == september)
        & (board["urn"] == urn)
        & (board["ncy_from"] <= ncy)
        & (board["ncy_to"] >= ncy)
    ]
    assert len(rows) == 1
    return rows.iloc[0]


def test_without_a_spring_census_pupils_without_a_plan_are_known_to_be_in_assessment_places_only(
    paper: SimpleNamespace, board: Board
) -> None:
    made = board(pupils=empty(Pupils))
    # Oak's one has an assessment place; Elm has none; Ash's one has no year group.
    assert line(made, 2025, OAK, 7)["on_roll"] == 21
    assert line(made, 2025, ELM, 10)["on_roll"] == 7
    ash = made[made["urn"] == ASH]
    assert ash["on_roll"].isna().all()
    assert (
        ash["reason"]
        .str.startswith("Pupils without a plan whose year group is not known: 1.")
        .all()
    )
    # Neither classes nor pupils are known: one line a September.
    assert ash["ncy_from"].tolist() == [0, 0, 0]
    assert ash["ncy_to"].tolist() == [6, 6, 6]


def test_pupils_of_other_authorities_who_are_not_known_leave_no_free_places(
    paper: SimpleNamespace, board: Board
) -> None:
    no_census = {"pupils": empty(Pupils), "imports": paper.imports.iloc[:0]}
    made = board(**no_census)
    elm = line(made, 2025, ELM, 9)
    assert elm["agreed_places"] == 3
    assert pd.isna(elm["places_free"])
    assert elm["reason"].startswith("Pupils of other authorities without a year group: 3.")
    blank = paper.register.assign(other_la_places=pd.array([pd.NA] * 5, dtype="Int32"))
    assert line(board(**no_census, register=blank), 2025, ELM, 9)["reason"].startswith(
        "Imports not known"
    )


def test_imports_of_the_census_count_where_imports_csv_names_none(
    paper: SimpleNamespace, board: Board
) -> None:
    made = board(imports=paper.imports.iloc[:0])
    assert line(made, 2025, ELM, 10)["on_roll"] == 7


def test_imports_without_a_year_group_leave_no_free_places(
    paper: SimpleNamespace, board: Board
) -> None:
    imports = paper.imports.assign(ncy=pd.array([pd.NA, 9], dtype="Int32"))
    made = board(imports=imports)
    oak = made[made["urn"] == OAK]
    assert oak["places_free"].isna().all()
    assert (
        oak["reason"]
        .str.startswith("Pupils without a year group in the census or imports.csv: 2.")
        .all()
    )
    assert line(made, 2025, ELM, 10)["places_free"] == -3


def test_weak_base_flags_leave_no_free_places(paper: SimpleNamespace, board: Board) -> None:
    flagged = paper.plans[~((paper.plans["establishment"] == ASH) & (paper.plans["ncy"] == 6))]
    classes = pd.DataFrame([{**paper.classes.iloc[0], "urn": ASH, "ncy_to": 6, "places": 7,
                             "provision": "resourced_provision"}])  # fmt: skip
    row = line(board(plans=flagged, classes=classes.astype(paper.classes.dtypes)), 2025, ASH, 3)
    # 3 of the 6 plan holders and the child without a plan are told: 4 of 7.
    assert row["agreed_places"] == 7
    assert pd.isna(row["places_free"])
    assert row["reason"].endswith("too few pupils: 4 of 7 on roll in the register.")


def test_open_data_shows_agreed_places_but_nobody(paper: SimpleNamespace, board: Board) -> None:
    plans = paper.plans.assign(establishment="", basis="modelled")
    row = line(board(plans=plans, pupils=empty(Pupils)), 2025, ELM, 9)
    assert row["agreed_places"] == 3
    assert pd.isna(row["on_roll"])
    assert pd.isna(row["places_free"])
    assert row["reason"].startswith("Pupils by year group are not known")


def test_a_spring_census_alone_tells_the_roll(paper: SimpleNamespace, board: Board) -> None:
    made = board(plans=paper.plans.assign(establishment="", basis="modelled"))
    whole = board()
    pd.testing.assert_frame_equal(made, whole)


def test_the_year_group_as_taught_counts_before_the_nominal_one(
    paper: SimpleNamespace, board: Board
) -> None:
    late = (paper.plans["establishment"] == ELM) & (paper.plans["ncy"] == 7)
    plans = paper.plans.assign(ncy=paper.plans["ncy"].mask(late, 8).astype("int32"))
    assert line(board(plans=plans), 2025, ELM, 8)["on_roll"] == 2


def test_a_register_that_starts_after_the_census_is_compared_by_its_first_rows(
    paper: SimpleNamespace, board: Board
) -> None:
    later = paper.register["effective_from"].mask(
        paper.register["effective_from"] == "2024-09-01", "2025-09-01"
    )
    made = board(
        register=paper.register.assign(effective_from=later),
        pupils=empty(Pupils),
        imports=paper.imports.iloc[:0],
    )
    assert line(made, 2025, ELM, 9)["reason"].startswith(
        "Pupils of other authorities without a year group: 3."
    )


def test_nobody_is_known_in_a_support_base(paper: SimpleNamespace, board: Board) -> None:
    register = paper.register.assign(
        provision=paper.register["provision"].replace("resourced_provision", "support_base")
    )
    row = line(board(register=register), 2025, ASH, 0)
    assert pd.isna(row["on_roll"])
    assert row["reason"].startswith("No return says who is in a support base")


def test_what_is_not_known_is_said_once_for_each_kind(paper: SimpleNamespace, board: Board) -> None:
    findings = Findings()
    board(findings, pupils=empty(Pupils), imports=paper.imports.iloc[:0])
    said = [f.message for f in findings.items if f.check == "september_pupils_not_known"]
    assert said == [
        "Pupils of other authorities without a year group, so free places are not known at 2 "
        "provisions: Elm School; Oak School.",
        "Pupils without a plan whose year group is not known, so free places are not known at 1 "
        "provisions: Ash Primary (resourced provision).",
    ]
