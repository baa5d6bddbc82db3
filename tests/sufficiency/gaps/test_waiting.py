"""Children who wait are counted once, and the list replaces every guess."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.contracts import Awaiting, checked, empty
from sufficiency.gaps import cubes, demand, waiting
from sufficiency.gaps.cube import provisions
from sufficiency.terms import codes

CHILD = {
    "row": 2,
    "need": "ASD",
    "ncy": 8,
    "locality": "North",
    "provision": "special",
    "agreed_on": "2024-11-01",
    "as_at": "2025-01-20",
    "weeks_waiting": 11,
    "where_now": "NIE",
    "interim": "tuition",
    "stage": "consulted",
    "urn": "",
    "september": 2025,
}
SPECIAL, UNIT = provisions().index("special"), provisions().index("sen_unit")
AUTCOM, SECONDARY = codes("need_groups").index("AUTCOM"), codes("phases").index("secondary")


def children(*rows):
    frame = pd.DataFrame([CHILD | row | {"row": n + 2} for n, row in enumerate(rows)])
    return checked(Awaiting, frame, "awaiting")


def secondary_autism(cube, locality="North", view="possible", year=1):
    """Return demand of each provision by path."""
    return cube.at(locality, view)[:, year, AUTCOM, :, SECONDARY]


def test_the_list_is_counted_by_how_long_where_now_and_stage(paper):
    table = waiting(paper.awaiting, paper.plans, paper.base_year)

    assert table.to_dict("records") == [
        {
            "source": "awaiting",
            "need_group": "AUTCOM",
            "phase": "primary",
            "locality": "South",
            "provision": "special",
            "where_now": "NIE",
            "interim": "tuition",
            "stage": "consulted",
            "waited": "13-26",
            "children": 1,
        },
        {
            "source": "awaiting",
            "need_group": "SEMH",
            "phase": "secondary",
            "locality": "North",
            "provision": "special",
            "where_now": "MSAC",
            "interim": "mainstream",
            "stage": "named",
            "waited": "13-26",
            "children": 1,
        },
    ]


def test_without_a_list_those_of_school_age_not_in_a_school_place_may_need_one(paper):
    table = waiting(empty(Awaiting), paper.plans, paper.base_year)

    # The young person of NCY 12 who is NEET is not of school age.
    (row,) = table.to_dict("records")
    assert (row["source"], row["need_group"], row["phase"], row["where_now"]) == (
        "possible",
        "AUTCOM",
        "primary",
        "NIE",
    )
    assert (row["children"], row["provision"], row["stage"], row["waited"]) == (
        1,
        "none",
        "none",
        "not known",
    )


@pytest.mark.parametrize(
    ("weeks", "band"),
    [(0, "0-12"), (12, "0-12"), (13, "13-26"), (52, "27-52"), (53, "53+"), (None, "not known")],
)
def test_waits_are_told_in_bands_and_unknown_is_not_none(weeks, band, paper):
    table = waiting(children({"weeks_waiting": weeks}), paper.plans, paper.base_year)

    assert table["waited"].tolist() == [band]


def test_a_child_is_in_the_phase_of_the_school_year_that_its_row_describes(paper):
    rows = children(
        {"ncy": 6, "agreed_on": "2024-07-01", "as_at": "2024-10-01"},
        {"ncy": 6, "agreed_on": "2024-09-01", "as_at": "2025-08-31"},
        {"ncy": 6, "agreed_on": "", "as_at": "2025-08-31"},
    )

    table = waiting(rows, paper.plans, paper.base_year).set_index("phase")["children"]

    assert table.to_dict() == {"primary": 2, "secondary": 1}


def test_the_order_of_the_list_does_not_matter(paper):
    rows = children({}, {"need": "SLD"}, {"locality": "South"}, {})

    table = waiting(rows, paper.plans, paper.base_year)

    assert table["children"].tolist() == [2, 1, 1]
    pd.testing.assert_frame_equal(waiting(rows[::-1], paper.plans, paper.base_year), table)


def test_each_child_moves_once_from_where_it_is_to_what_is_agreed_in_every_year(paths):
    (cube,) = cubes(
        paths, children({}, {"where_now": "MSLA"}, {"where_now": "MSLA", "provision": "sen_unit"})
    )

    for year in (0, 1):
        more = secondary_autism(cube, year=year) - secondary_autism(
            cube, view="placements", year=year
        )
        assert more[:, SPECIAL].tolist() == [2, 2, 2, 2]
        assert more[:, UNIT].tolist() == [1, 1, 1, 1]
        assert more[:, -1].tolist() == [-3, -3, -3, -3]
    assert cube.not_found() == 0


def test_the_list_replaces_those_not_in_a_school_place_whom_it_does_not_name(paths):
    (guessed,), (listed,) = cubes(paths), cubes(paths, children({}))

    # Two, two, four and four are not in education; one of them is on the list.
    assert guessed.waiting("North", "possible").sum(axis=(2, 3, 4))[:, 1].tolist() == [0, 0, 0, 0]
    assert listed.waiting("North", "possible").sum(axis=(2, 3, 4))[:, 1].tolist() == [1, 1, 3, 3]
    assert listed.waiting("North", "placements").sum(axis=(2, 3, 4))[:, 1].tolist() == [2, 2, 4, 4]
    more = secondary_autism(listed) - secondary_autism(listed, view="placements")
    assert more[:, SPECIAL].tolist() == [1, 1, 1, 1]


def test_no_cell_falls_below_zero_and_who_is_not_found_is_told(paths):
    # Two in mainstream schools and two not in education are without a provision; nine are listed.
    (cube,) = cubes(paths, children(*[{}] * 6, *[{"provision": "sen_unit"}] * 3))

    at_base = secondary_autism(cube, year=0)[0]

    # Six special and three units share the four who are there.
    assert at_base[-1] == 0
    assert at_base[[SPECIAL, UNIT]].tolist() == pytest.approx([4 + 4 * 6 / 9, 4 * 3 / 9])
    assert cube.not_found() == pytest.approx(5)


def test_a_child_already_in_the_agreed_provision_and_an_unknown_home_move_nobody(paths):
    (cube,) = cubes(paths, children({"where_now": "SPLA"}, {"locality": "West"}))

    np.testing.assert_array_equal(cube.at(None, "possible"), cube.at(None, "placements"))
    assert cube.not_found() == 1


def test_an_empty_list_is_no_list(paths):
    (guessed,), (empty_list,) = cubes(paths), cubes(paths, empty(Awaiting))

    np.testing.assert_array_equal(guessed.at(None, "possible"), empty_list.at(None, "possible"))


LISTS = st.lists(
    st.fixed_dictionaries(
        {
            "need": st.sampled_from(["ASD", "SLCN", "SLD"]),
            "ncy": st.sampled_from([3, 4, 8]),
            "locality": st.sampled_from(["North", "South", "outside"]),
            "where_now": st.sampled_from(["NIE", "MSLA", "SENU", "SPLA"]),
            "provision": st.sampled_from(["special", "sen_unit", "independent_special"]),
        }
    ),
    min_size=1,
    max_size=12,
)


@settings(deadline=None, max_examples=10)
@given(rows=LISTS)
def test_possible_demand_moves_children_and_adds_none(paths, rows):
    (cube,) = cubes(paths, children(*rows))

    table = demand([cube], "person")

    everyone = table[(table[["need_group", "provision", "phase"]] == "ALL").all(axis=1)]
    totals = everyone.pivot(index=["locality", "year"], columns="view", values="mean")
    np.testing.assert_allclose(totals["possible"], totals["placements"])
    by_home = sum(cube.at(home, "possible") for home in cube.localities)
    np.testing.assert_allclose(by_home, cube.at(None, "possible"))


def test_a_pupil_with_specialist_post_16_agreed_wants_a_post_16_place(paths):
    cube = cubes(paths, children({"provision": "post16"}))[0]
    before, after = (cube.at("North", view)[:, 1, AUTCOM] for view in ("placements", "possible"))
    post16, post_16 = provisions().index("post16"), codes("phases").index("post_16")

    assert (after[:, post16, post_16] - before[:, post16, post_16] == 1).all()
    assert (after[:, post16, SECONDARY] == before[:, post16, SECONDARY]).all()
    assert (after.sum(axis=(1, 2)) == before.sum(axis=(1, 2))).all()
