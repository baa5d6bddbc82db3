"""The September board, worked out by hand on the authority on paper (see the shared fixture)."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.contracts import Moves, checked
from sufficiency.findings import Findings

OAK, ELM, ASH = "100001", "100002", "100003"
NUMBERS = [
    "agreed_places",
    "on_roll",
    "leaving",
    "moves_out",
    "moves_in",
    "staying_on",
    "places_free",
    "named",
    "directed",
    "consulted",
    "free_after_named",
]
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


def numbers(board: pd.DataFrame, september: int, urn: str, ncy: int) -> list[int | None]:
    row = line(board, september, urn, ncy)
    return [None if pd.isna(row[name]) else int(row[name]) for name in NUMBERS]


# Oak: of its pupils 8 in Year 6, 5 in Year 8, 6 + 2 imports in Year 9 reach Years 7 to 11: 21
# for the 6 + 8 places of both sites; its 2 in Year 11 and 3 in Year 12 fill Years 12 and 13.
# Elm: 7 in Year 9 reach Year 10, of whom one leaves and one moves out.
ON_PAPER: list[tuple[int, str, int, list[int | None]]] = [
    (2025, OAK, 1, [6, 0, 0, 0, 0, 0, 6, 0, 0, 0, 6]),
    (2025, OAK, 3, [4, 0, 0, 0, 0, 0, 4, 0, 0, 0, 4]),
    (2025, OAK, 5, [8, 4, 0, 0, 0, 4, 4, 0, 0, 0, 4]),
    (2025, OAK, 7, [14, 21, 0, 0, 0, 21, -7, 0, 0, 1, -7]),
    (2025, OAK, 12, [5, 5, 0, 0, 0, 5, 0, 0, 0, 0, 0]),
    (2025, ELM, 7, [3, 0, 0, 0, 0, 0, 3, 0, 0, 0, 3]),
    (2025, ELM, 8, [3, 2, 0, 0, 0, 2, 1, 0, 0, 0, 1]),
    (2025, ELM, 9, [3, 0, 0, 0, 0, 0, 3, 1, 0, 0, 2]),
    (2025, ELM, 10, [2, 7, 1, 1, 0, 5, -3, 0, 0, 0, -3]),
    (2025, ELM, 11, [2, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1]),
    (2026, OAK, 3, [4, 1, 0, 0, 0, 1, 3, 0, 0, 0, 3]),
    (2026, OAK, 5, [8, 4, 0, 0, 0, 4, 4, 0, 0, 0, 4]),
    (2026, OAK, 7, [14, 21, 0, 0, 0, 21, -7, 0, 0, 1, -7]),
    (2026, OAK, 12, [5, 2, 0, 0, 0, 2, 3, 0, 0, 0, 3]),
    (2026, ELM, 9, [3, 2, 0, 0, 0, 2, 1, 0, 0, 0, 1]),
    (2026, ELM, 10, [2, 0, 0, 0, 0, 0, 2, 1, 0, 0, 1]),
    (2026, ELM, 11, [2, 7, 1, 1, 0, 5, -3, 0, 0, 0, -3]),
    (2027, OAK, 5, [8, 5, 0, 0, 0, 5, 3, 0, 0, 0, 3]),
    (2027, OAK, 7, [14, 13, 0, 0, 0, 13, 1, 0, 0, 1, 1]),
    (2027, OAK, 12, [5, 8, 0, 0, 0, 8, -3, 0, 0, 0, -3]),
    (2027, ELM, 11, [2, 0, 0, 0, 0, 0, 2, 1, 0, 0, 1]),
    (2025, ASH, 3, [None, 2, 0, 0, 0, 2, None, 0, 0, 0, None]),
    (2025, ASH, 6, [None, 1, 0, 0, 0, 1, None, 0, 0, 0, None]),
]


def test_every_number_of_the_board_is_that_worked_out_on_paper(board: Board) -> None:
    made = board()
    for september, urn, ncy, expected in ON_PAPER:
        assert numbers(made, september, urn, ncy) == expected, (september, urn, ncy)
    # Three Septembers of Oak's five cohorts, Elm's five and Ash's seven year groups, no more.
    assert len(made) == 3 * (5 + 5 + 7)


def test_a_cohort_says_its_school_site_need_and_place(board: Board) -> None:
    row = line(board(), 2025, ELM, 9)
    told = ["site_id", "name", "provision", "locality", "ncy_from", "ncy_to", "needs", "reason"]
    assert row[told].tolist() == ["main", "Elm School", "special", "South", 9, 9, "SEMH", ""]


def test_sites_are_one_line_where_it_is_not_told_who_sits_where(board: Board) -> None:
    made = board()
    together, alone = line(made, 2025, OAK, 7), line(made, 2025, OAK, 5)
    assert together["site_id"] == together["locality"] == "ALL"
    assert together["name"] == "Oak School; Oak School annexe"
    assert (alone["site_id"], alone["name"], alone["locality"]) == ("main", "Oak School", "North")


def test_satellites_are_apart_where_the_return_names_the_site(
    paper: SimpleNamespace, board: Board
) -> None:
    at_annexe = (paper.plans["establishment"] == OAK) & paper.plans["ncy"].isin([6, 8])
    site = paper.plans["establishment"].eq(OAK).map({True: "main", False: ""})
    plans = paper.plans.assign(site=site.mask(at_annexe & (paper.plans["need"] == "ASD"), "annexe"))
    awaiting = paper.awaiting[paper.awaiting["urn"] != OAK]
    made = board(plans=plans, awaiting=awaiting)
    rows = made[(made["september"] == 2025) & (made["urn"] == OAK) & (made["ncy_from"] == 7)]
    # Annexe: 5 from Year 6 and 5 from Year 8. Main: 3 with SLD from Year 6, 6 + 2 from Year 9.
    found = rows.set_index("site_id")[["agreed_places", "on_roll", "places_free"]]
    assert list(found.loc["annexe"]) == [8, 10, -2]
    assert list(found.loc["main"]) == [6, 11, -5]


def test_over_number_stays_visible(board: Board) -> None:
    assert line(board(), 2025, ELM, 10)["places_free"] == -3


def test_post_16_never_offsets_year_7(board: Board) -> None:
    made = board()
    assert line(made, 2026, OAK, 12)["places_free"] == 3
    assert line(made, 2026, OAK, 7)["places_free"] == -7


def test_pupils_leave_after_the_last_year_group_of_the_provision(board: Board) -> None:
    made = board()
    elm = made[made["urn"] == ELM].groupby("september")["on_roll"].sum()
    # 13 with 3 imports: 3 in Year 11 go first, then the one in Year 10, then the 7 in Year 9.
    assert elm.tolist() == [10, 9, 2]


def test_free_places_are_never_inferred_from_a_whole_school_total(
    paper: SimpleNamespace, board: Board
) -> None:
    made = board(classes=paper.classes[paper.classes["urn"] != ELM])
    elm = made[made["urn"] == ELM]
    assert elm["agreed_places"].isna().all()
    assert elm["places_free"].isna().all()
    assert elm["free_after_named"].isna().all()
    assert (elm["reason"] == "No class of these year groups is listed in classes.csv.").all()
    # Who stays on is known all the same, year group by year group.
    assert line(made, 2025, ELM, 10)["staying_on"] == 5


def test_a_row_that_teaches_a_year_group_without_a_class_is_not_known_there_only(
    paper: SimpleNamespace, board: Board
) -> None:
    classes = paper.classes[paper.classes["class_name"] != "Elm 9"]
    made = board(classes=classes)
    assert pd.isna(line(made, 2025, ELM, 9)["places_free"])
    assert line(made, 2025, ELM, 8)["places_free"] == 1


def test_assessment_places_are_not_free_for_named_children(
    paper: SimpleNamespace, board: Board
) -> None:
    # Oak's child without a plan is in Year 1; in Year 2 they are still in the assessment class.
    assert line(board(), 2025, OAK, 1)["on_roll"] == 0
    ordinary = board(classes=paper.classes[paper.classes["assessment"] == "no"])
    assert line(ordinary, 2025, OAK, 1)["on_roll"] == 1


def test_recorded_need_is_not_designation(paper: SimpleNamespace, board: Board) -> None:
    # One of Elm's two in Year 7 is recorded MLD: they sit in the SEMH class all the same.
    first = paper.plans.index[(paper.plans["establishment"] == ELM) & (paper.plans["ncy"] == 7)][0]
    need = paper.plans["need"].mask(paper.plans.index == first, "MLD")
    findings = Findings()
    made = board(findings, plans=paper.plans.assign(need=need))
    assert numbers(made, 2025, ELM, 8) == [3, 2, 0, 0, 0, 2, 1, 0, 0, 0, 1]
    assert "september_needs_no_class" in {found.check for found in findings.items}


def test_a_need_that_no_class_lists_joins_the_classes_of_its_year_group(
    paper: SimpleNamespace, board: Board
) -> None:
    elm = paper.classes["urn"] == ELM
    second = paper.classes[elm].assign(needs="HI", class_name="second")
    classes = pd.concat([paper.classes, second], ignore_index=True)
    first = paper.plans.index[(paper.plans["establishment"] == ELM) & (paper.plans["ncy"] == 7)][0]
    plans = paper.plans.assign(need=paper.plans["need"].mask(paper.plans.index == first, "MLD"))
    made = board(plans=plans, classes=classes)
    year_8 = made[(made["september"] == 2025) & (made["urn"] == ELM) & (made["ncy_from"] == 8)]
    assert year_8["needs"].tolist() == ["SEMH HI"]
    assert year_8["agreed_places"].tolist() == [6]
    year_9 = made[(made["september"] == 2025) & (made["urn"] == ELM) & (made["ncy_from"] == 9)]
    assert sorted(year_9["needs"]) == ["HI", "SEMH"]


def test_each_stage_is_a_claim_of_its_kind(paper: SimpleNamespace, board: Board) -> None:
    stages = {"named": "named", "directed": "directed", "consulted": "consulted",
              "tribunal": "consulted"}  # fmt: skip
    for stage, column in stages.items():
        row = line(board(awaiting=paper.awaiting.assign(stage=stage)), 2025, ELM, 9)
        assert row[["named", "directed", "consulted"]].sum() == row[column] == 1
        assert row["free_after_named"] == (3 if column == "consulted" else 2)


def test_a_child_only_agreed_or_refused_has_no_claim(paper: SimpleNamespace, board: Board) -> None:
    findings = Findings()
    made = board(findings, awaiting=paper.awaiting.assign(stage=["agreed", "refused"]))
    assert made[["named", "directed", "consulted"]].to_numpy().sum() == 0
    assert [f.count for f in findings.items if f.check == "september_awaiting_elsewhere"] == [2]


def test_agreed_moves_in_take_a_place(paper: SimpleNamespace, board: Board) -> None:
    moves = paper.moves.assign(ncy=7, leavers=0, moves_out=0, moves_in=2)
    assert numbers(board(moves=moves), 2025, ELM, 8) == [3, 2, 0, 0, 2, 2, -1, 0, 0, 0, -1]


def test_no_more_leave_than_are_there(paper: SimpleNamespace, board: Board) -> None:
    findings = Findings()
    made = board(findings, moves=paper.moves.assign(leavers=6, moves_out=5))
    assert numbers(made, 2025, ELM, 10)[1:6] == [7, 6, 1, 0, 0]
    assert "september_moves_exceed_pupils" in {found.check for found in findings.items}


def test_a_provision_that_ends_is_off_the_board_and_its_pupils_are_said(
    paper: SimpleNamespace, board: Board
) -> None:
    register = paper.register.assign(
        effective_to=paper.register["effective_to"].mask(paper.register["urn"] == ASH, "2026-08-31")
    )
    findings = Findings()
    made = board(findings, register=register)
    assert made.loc[made["urn"] == ASH, "september"].unique().tolist() == [2025]
    assert "september_provision_ends" in {found.check for found in findings.items}


def test_proposed_rows_are_not_on_the_board(paper: SimpleNamespace, board: Board) -> None:
    made = board(register=paper.register.assign(change_status="proposed"))
    assert made.empty


def test_a_provision_without_a_capacity_gap_is_on_the_board_only_with_classes(
    paper: SimpleNamespace, board: Board
) -> None:
    ap = paper.register.iloc[[2]].assign(urn="9", provision="ap", name="PRU", effective_to="")
    register = pd.concat([paper.register, ap], ignore_index=True)
    assert "9" not in set(board(register=register)["urn"])
    classes = paper.classes.iloc[[-1]].assign(urn="9", provision="ap")
    with_class = pd.concat([paper.classes, classes], ignore_index=True)
    assert "9" in set(board(register=register, classes=with_class)["urn"])


def test_findings_name_schools_and_never_a_child(paper: SimpleNamespace, board: Board) -> None:
    findings = Findings()
    board(findings)
    assert [found.check for found in findings.items] == ["september_no_classes"]
    assert "Ash Primary" in findings.items[0].message
    ids = set(paper.plans["plan_id"])
    assert not any(one in found.message for found in findings.items for one in ids)


def test_the_order_of_rows_changes_nothing(paper: SimpleNamespace, board: Board) -> None:
    names = ("register", "classes", "plans", "moves", "imports", "pupils", "awaiting")
    turned = {name: getattr(paper, name).iloc[::-1].reset_index(drop=True) for name in names}
    pd.testing.assert_frame_equal(board(**turned), board())


@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_children_are_conserved_and_free_places_add_up(data: st.DataObject) -> None:
    from sufficiency.september.cohorts import Children, SchoolClass, Site, cohorts

    needs = frozenset({"ASD", "SLD", "SEMH"})
    sites = [Site("main", "A", "North", 0, 11, needs), Site("annexe", "B", "South", 5, 9, needs)]
    some = st.frozensets(st.sampled_from(sorted(needs)))
    ncy = st.integers(0, 11)

    def a_class(at: tuple[str, int, int, frozenset[str], int]) -> SchoolClass:
        site, first, length, listed, places = at
        return SchoolClass(site, first, first + length, listed or needs, listed, places)

    site = st.sampled_from(["main", "annexe"])
    a_tuple = st.tuples(site, ncy, st.integers(0, 3), some, st.integers(0, 9))
    classes = [a_class(at) for at in data.draw(st.lists(a_tuple, max_size=6))]
    kind: Any = st.sampled_from(["on_roll", "leaving", "named"])
    child = st.builds(
        Children,
        kind,
        st.sampled_from(["", "main", "annexe"]),
        ncy,
        st.sampled_from(["", "MLD", *sorted(needs)]),
        st.integers(1, 5),
    )
    children = data.draw(st.lists(child, max_size=12))
    made = cohorts(sites, classes, children)
    for one in ("on_roll", "leaving", "named"):
        assert sum(c.counts[one] for c in made) == sum(
            cell.number for cell in children if cell.kind == one
        )
    assert sum(c.places or 0 for c in made) == sum(one.places for one in classes)
    turned = cohorts(sites, classes[::-1], children[::-1])
    assert [(c.ncy_from, c.places, c.counts) for c in turned] == [
        (c.ncy_from, c.places, c.counts) for c in made
    ]


def test_moves_of_earlier_septembers_are_in_the_base_roll_already(
    paper: SimpleNamespace, board: Board
) -> None:
    earlier = board(moves=paper.moves.assign(september=2024))
    none = board(moves=checked(Moves, paper.moves.iloc[:0], "moves"))
    pd.testing.assert_frame_equal(earlier, none)


def test_without_an_awaiting_list_the_noughts_are_said_to_be_unknown(
    board: Board, paper: SimpleNamespace
) -> None:
    findings = Findings()
    made = board(findings, awaiting=paper.awaiting.iloc[:0])
    assert made[["named", "directed", "consulted"]].to_numpy().sum() == 0
    assert "september_no_awaiting_list" in {f.check for f in findings.items}
    with_list = Findings()
    board(with_list)
    assert "september_no_awaiting_list" not in {f.check for f in with_list.items}
