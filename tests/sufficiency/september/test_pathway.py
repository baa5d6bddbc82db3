"""Primary base leavers against secondary base places, on the authority on paper."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from sufficiency.findings import Findings
from sufficiency.september import base_pathway, september_board
from sufficiency.september.pathway import _Base, _unplaced
from sufficiency.terms import ALL

YEW = "400002"
ASH = "100003"


def made(
    paper: SimpleNamespace, *bases: dict[str, object], **changed: pd.DataFrame
) -> pd.DataFrame:
    """Return the pathway with secondary bases at Yew added: needs, locality and classes each."""
    register, classes = paper.register, paper.classes
    for number, base in enumerate(bases):
        site = f"base{number}"
        row = register.iloc[[-1]].assign(
            urn=YEW, site_id=site, provision="sen_unit", name=site, ncy_from=7, ncy_to=11,
            designated_needs=base["needs"], on_roll=0, occupants_without_plan=0,
            other_la_places=0, locality=base["locality"],
        )  # fmt: skip
        register = pd.concat([register, row], ignore_index=True)
        for first, last, places in base["classes"]:  # pyright: ignore[reportGeneralTypeIssues]
            one = paper.classes.iloc[[-1]].assign(
                urn=YEW, site_id=site, provision="sen_unit", needs=base["needs"],
                ncy_from=first, ncy_to=last, places=places,
            )  # fmt: skip
            classes = pd.concat([classes, one], ignore_index=True)
    tables = {"plans": paper.plans, "paths": paper.paths} | changed
    plans, paths = tables["plans"], tables["paths"]
    board = september_board(
        register, classes, plans, paper.moves, paper.imports, paper.pupils, paper.awaiting,
        paper.base_year, Findings(),
    )  # fmt: skip
    return base_pathway(plans, paths, board, register, classes, paper.base_year)


def one(table: pd.DataFrame, september: int, need_group: str, locality: str) -> pd.Series:
    rows = table[
        (table["september"] == september)
        & (table["need_group"] == need_group)
        & (table["locality"] == locality)
    ]
    assert len(rows) == 1
    return rows.iloc[0]


def two_more(paper: SimpleNamespace) -> pd.DataFrame:
    """Return the paths with two more in North's base, Year 6, from 2026 in the second future."""
    paths = paper.paths
    more = paths[(paths["setting"] == "RP") & (paths["ncy"] == 6) & (paths["locality"] == "North")]
    more = more[(more["path"] == 1) & (more["year"] > 2025)].assign(count=2)
    return pd.concat([paths, more], ignore_index=True)


AUTISM = {"needs": "ASD", "locality": "North", "classes": [(7, 7, 2), (8, 11, 6)]}


def test_every_number_is_that_worked_out_on_paper(paper: SimpleNamespace) -> None:
    table = made(paper, AUTISM, paths=two_more(paper))
    columns = ["leavers_now", "leavers_mean", "leavers_p10", "leavers_p50", "leavers_p80",
               "leavers_p90", "secondary_places", "places_free", "shortfall_mean",
               "p_shortfall"]  # fmt: skip
    # Today 2 + 1 in Year 6 and 1 in Year 5; in 2026 3 leave in one future, 5 in the other.
    expected = {
        (2025, "AUTCOM", ALL): [3, 3, 3, 3, 3, 3, 2, 2, 1, 1],
        (2026, "AUTCOM", ALL): [1, 4, 3.2, 4, 4.6, 4.8, 2, 2, 2, 1],
        (2026, "AUTCOM", "North"): [1, 3, 2.2, 3, 3.6, 3.8, 2, 2, 1, 0.5],
        (2026, "AUTCOM", "South"): [0, 1, 1, 1, 1, 1, 0, 0, 1, 1],
        (2027, ALL, ALL): [0, 4, 3.2, 4, 4.6, 4.8, 2, 2, 2, 1],
    }
    for key, numbers in expected.items():
        row = one(table, *key)
        assert row[columns].astype(float).tolist() == pytest.approx(numbers), key
        assert row["reason"] == ""


def test_without_a_secondary_base_on_the_register_places_are_not_known(
    paper: SimpleNamespace,
) -> None:
    row = one(made(paper), 2025, ALL, ALL)
    assert pd.isna(row["secondary_places"])
    assert pd.isna(row["p_shortfall"])
    assert row["reason"] == "No secondary base is on the register."


def test_without_classes_places_are_not_known(paper: SimpleNamespace) -> None:
    table = made(paper, {**AUTISM, "classes": []})
    for group in ("AUTCOM", ALL):
        row = one(table, 2025, group, ALL)
        assert pd.isna(row["places_free"])
        assert row["reason"].startswith("Free places of a secondary base are not known")


def test_leavers_never_use_the_places_of_another_need(paper: SimpleNamespace) -> None:
    table = made(paper, {**AUTISM, "needs": "SEMH"})
    assert one(table, 2025, "AUTCOM", ALL)["shortfall_mean"] == 3
    assert one(table, 2025, ALL, ALL)["shortfall_mean"] == 3
    assert one(table, 2025, "SEMH", ALL)["places_free"] == 2


def test_shared_classes_are_one_pool_in_the_total_only(paper: SimpleNamespace) -> None:
    table = made(paper, {**AUTISM, "needs": "ASD SEMH"})
    shared = one(table, 2025, "AUTCOM", ALL)
    assert pd.isna(shared["places_free"])
    assert shared["reason"].startswith("Classes are shared with other need groups")
    assert one(table, 2025, ALL, ALL)["shortfall_mean"] == 1


def test_only_classes_that_take_year_7_are_open_to_leavers(paper: SimpleNamespace) -> None:
    # The two classes share Year 9, so they are one cohort of 8 free; only 2 take Year 7.
    table = made(paper, {**AUTISM, "classes": [(7, 9, 2), (9, 11, 6)]})
    row = one(table, 2025, "AUTCOM", ALL)
    assert (row["secondary_places"], row["places_free"]) == (2, 2)


def test_a_base_that_goes_on_to_year_7_has_no_leavers(paper: SimpleNamespace) -> None:
    row = {**AUTISM}
    register = paper.register.assign(
        ncy_to=paper.register["ncy_to"].mask(paper.register["urn"] == ASH, 9)
    )
    goes_on = SimpleNamespace(**{**vars(paper), "register": register})
    table = made(goes_on, row)
    assert one(table, 2025, ALL, ALL)["leavers_mean"] == 0
    assert one(table, 2025, ALL, ALL)["leavers_now"] == 0


def test_open_data_tells_the_forecast_and_nobody_by_name_of_school(
    paper: SimpleNamespace,
) -> None:
    table = made(paper, AUTISM, plans=paper.plans.assign(establishment="", basis="modelled"))
    assert table["leavers_now"].isna().all()
    assert one(table, 2025, "AUTCOM", ALL)["leavers_mean"] == 3


@settings(deadline=None, max_examples=25)
@given(
    leavers=st.lists(st.integers(0, 6), min_size=3, max_size=3),
    bases=st.lists(
        st.tuples(
            st.frozensets(st.sampled_from(["AUTCOM", "SEMH", "LEARN"]), min_size=1),
            st.integers(0, 5),
        ),
        max_size=4,
    ),
)
def test_those_left_over_are_those_of_the_greatest_flow(
    leavers: list[int], bases: list[tuple[frozenset[str], int]]
) -> None:
    groups = ["AUTCOM", "SEMH", "LEARN"]
    made = _unplaced(
        np.array([[n] for n in leavers], dtype=float),
        groups,
        [_Base("North", taken, free, free) for taken, free in bases],
    )
    size = 2 + len(groups) + len(bases)
    graph = np.zeros((size, size), dtype=np.int32)
    for g, name in enumerate(groups):
        graph[0, 2 + g] = leavers[g]
        for b, (taken, _) in enumerate(bases):
            graph[2 + g, 2 + len(groups) + b] = 99 if name in taken else 0
    for b, (_, free) in enumerate(bases):
        graph[2 + len(groups) + b, 1] = free
    flow = maximum_flow(csr_array(graph), 0, 1).flow_value
    assert made.tolist() == [sum(leavers) - flow]
