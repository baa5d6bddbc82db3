"""Places to commission next: on paper, and what never happens."""

from typing import Any

import pandas as pd
import pytest

from sufficiency.contracts import TABLES, empty
from sufficiency.costs.table import costs_table
from sufficiency.findings import Findings
from sufficiency.places.occupancy import occupancy
from sufficiency.places.place_return import place_return
from sufficiency.terms import lookup

OAK, ELM, ASH = "100001", "100002", "100003"
CELLS = ["need_group", "provision", "phase", "demand_mean", "change_mean"]


def grown(*cells):
    """Return the rows of a gap table that growth is read from, at January 2027."""
    group = lookup("needs", "need_group")
    rows = [(group[need], *rest) for need, *rest in cells]
    shared = {"scenario": "unmitigated", "view": "placements", "locality": "ALL", "year": 2027}
    return pd.DataFrame(rows, columns=CELLS).assign(**shared)


# On paper SEMH special secondary is 10 today and 10 or 12 by 2027; nothing else changes.
ON_PAPER = grown(
    ("SEMH", "special", "secondary", 11.0, 1.0),
    ("ASD", "special", "primary", 9.0, 0.0),
    ("ASD", "special", "secondary", 11.0, 0.0),
    ("ASD", "special", "post_16", 3.0, 0.0),
    ("SLD", "special", "primary", 4.0, 0.0),
    ("SLD", "special", "secondary", 2.0, 0.0),
    ("ASD", "resourced_provision", "primary", 6.0, 0.0),
)


def board(*cohorts):
    columns = ["urn", "site_id", "provision", "ncy_from", "ncy_to", "staying_on", "moves_in",
               "named", "directed"]  # fmt: skip
    return pd.DataFrame(cohorts, columns=columns).assign(september=2026)


ON_BOARD = board(
    (OAK, "main", "special", 0, 6, 10, 0, 0, 0),
    (OAK, "main", "special", 7, 11, 9, 0, 1, 0),
    (OAK, "main", "special", 12, 13, 3, 0, 0, 0),
    (OAK, "annexe", "special", 7, 11, 5, 0, 0, 0),
    (ELM, "main", "special", 7, 11, 10, 0, 1, 1),
    (ASH, "main", "resourced_provision", 0, 6, None, None, 0, 0),
)


def made(
    tables, *, gap=ON_PAPER, rows: pd.DataFrame | None = ON_BOARD, register=None, year="", **instead
) -> Any:
    names = ["classes", "imports", "pupils", "second_placements", "placement_months"]
    register = tables.register if register is None else register
    own: dict[str, Any] = {name: instead.get(name, getattr(tables, name)) for name in names}
    shared = {"base_year": 2025, "nursery_fte": 0.5, "findings": Findings()}
    full = occupancy(register=register, plans=tables.plans, **own, **shared)
    costs = costs_table(empty(TABLES["costs"]))
    return place_return(
        register, full, tables.classes, gap, costs, 2025, "11-14", year, rows
    ).set_index(["urn", "site_id", "place_type"])


def test_every_column_of_the_return_of_the_authority_on_paper(paper):
    table = made(paper)
    # Elm: 13 on roll, of whom 10 residents grow by 10%: 14; 15 are planned for January 2027.
    expected = {
        (OAK, "annexe", "pre_16"): (8, 5.0, 5, -3, 10000.0),
        (OAK, "main", "pre_16"): (24, 23.0, 23, -1, 10000.0),
        (OAK, "main", "post_16"): (6, 3.0, 3, -3, 10000.0),
        (ELM, "main", "pre_16"): (12, 14.0, 14, 2, 10000.0),
        (ASH, "main", "pre_16"): (7, 7.0, 7, 0, 6000.0),
    }
    assert set(table.index) == set(expected)
    for key, (now, heads, places, change, unit) in expected.items():
        row = table.loc[key]
        assert (row["places_now"], row["recommended"], row["change"]) == (now, places, change), key
        assert row["expected"] == pytest.approx(heads)
        assert row["unit_cost"] == unit
        assert row["cost_first_year"] == pytest.approx(change * unit * 7 / 12)
        assert row["cost_next_year"] == pytest.approx(change * unit * 5 / 12)
    assert table["academic_year"].eq("2026/27").all()
    assert table["first_financial_year"].eq("2026-27").all()
    assert table["notify_by"].eq("2025-11-14").all()
    assert table.loc[(OAK, "main", "pre_16"), ["name", "provision"]].tolist() == [
        "Oak School", "special",
    ]  # fmt: skip
    assert table.loc[(ELM, "main", "pre_16"), "why"] == (
        "13 on roll at the base census, of whom 10 residents with a plan grown by 10.0%. "
        "Rounded up to 14."
    )


def test_places_are_never_below_those_staying_on_and_named(paper):
    rows = ON_BOARD.assign(directed=ON_BOARD["directed"].mask(ON_BOARD["urn"] == ELM, 7))
    elm = made(paper, rows=rows).loc[(ELM, "main", "pre_16")]
    assert elm["recommended"] == 18  # 10 + 1 + 7, over number
    assert "Never below 18" in elm["why"]


def test_who_could_stay_after_year_11_keeps_places_and_makes_none(paper):
    post = ON_BOARD["ncy_from"] == 12
    many = ON_BOARD.assign(staying_on=ON_BOARD["staying_on"].mask(post, 20))
    assert made(paper, rows=many).loc[(OAK, "main", "post_16"), "recommended"] == 6
    named = many.assign(named=many["named"].mask(post, 7))
    assert made(paper, rows=named).loc[(OAK, "main", "post_16"), "recommended"] == 7


def test_who_stays_at_a_school_of_sites_not_told_apart_is_spread_over_them_by_roll(paper):
    together = board(
        (OAK, "ALL", "special", 0, 11, 26, 0, 2, 0), (OAK, "ALL", "special", 12, 13, 3, 0, 0, 0)
    )
    rows = pd.concat([together, ON_BOARD[ON_BOARD["urn"] != OAK]], ignore_index=True)
    table = made(paper, rows=rows)
    # 28 over 23 and 5 on roll are 23 and 5.
    recommended = table["recommended"].to_dict()
    assert recommended[OAK, "main", "pre_16"] == 23
    assert recommended[OAK, "annexe", "pre_16"] == 5
    assert recommended[OAK, "main", "post_16"] == 3
    more = rows.assign(directed=rows["directed"].mask(rows["ncy_to"] == 11, 20))
    oak = made(paper, rows=more)["recommended"].to_dict()
    assert oak[OAK, "main", "pre_16"] + oak[OAK, "annexe", "pre_16"] == 48


def test_more_is_not_recommended_than_planned_or_than_building_and_classes_hold(paper):
    elm = made(paper, gap=grown(("SEMH", "special", "secondary", 30.0, 20.0)))
    row = elm.loc[(ELM, "main", "pre_16")]
    # 13 + 10 x 2 = 33; 15 are planned, the building has 18, the classes of that year hold 13.
    assert (row["expected"], row["recommended"]) == (33.0, 15)
    assert "At most 15" in row["why"]


def test_a_cut_where_the_register_plans_more_is_said(paper):
    rows = ON_BOARD.assign(staying_on=ON_BOARD["staying_on"].mask(ON_BOARD["urn"] == ELM, 4))
    row = made(paper, gap=grown(("SEMH", "special", "secondary", 10.0, -5.0)), rows=rows)
    row = row.loc[(ELM, "main", "pre_16")]
    # Demand goes from 15 to 10: 13 less a third of 10 is 9.7, in the year that three places open.
    assert row[["places_now", "recommended"]].tolist() == [12, 10]
    assert "The register plans 15 for that year: settle what fills them" in row["why"]


def test_places_are_not_cut_where_nobody_knows_who_stays_on(paper):
    for rows in (None, ON_BOARD.assign(staying_on=None)):
        table = made(paper, rows=rows)
        assert (table["change"] >= 0).all()
        assert "not cut" in table.loc[(OAK, "annexe", "pre_16"), "why"]


def test_post_16_never_offsets_pre_16(paper):
    table = made(paper, gap=grown(("ASD", "special", "primary", 20.0, 10.0)))
    pre, post = (table.loc[(OAK, "main", kind)] for kind in ("pre_16", "post_16"))
    # 23 + 20 x 1 = 43; the building has 32 less 6 for post-16, 3 of which stay unused; the classes
    # hold 26.
    assert (pre["recommended"], post["recommended"]) == (26, 3)


def test_a_chosen_academic_year_moves_the_notification_and_the_money(paper):
    table = made(paper, year="2027/28")
    assert table["notify_by"].eq("2026-11-14").all()
    assert table["first_financial_year"].eq("2027-28").all()
    assert table.loc[(ELM, "main", "pre_16"), "places_now"] == 15  # January 2027: one step done


def test_without_a_roll_by_year_group_places_stay_as_planned_for_a_school_of_both(paper):
    table = made(paper, pupils=empty(TABLES["pupils"]))
    oak = table.loc[(OAK, "main", "pre_16")]
    assert pd.isna(oak["expected"])
    assert oak["recommended"] == 24
    assert "no roll by year group" in oak["why"]


def test_places_not_set_apart_for_post_16_are_not_guessed(paper):
    register = paper.register.assign(post16_places=pd.NA).astype({"post16_places": "Int32"})
    table = made(paper, register=register)
    oak = table.loc[(OAK, "main", "post_16")]
    assert pd.isna(oak["places_now"])
    assert pd.isna(oak["change"])
    assert pd.isna(oak["cost_first_year"])
    assert "post16_places" in oak["why"]


def test_alternative_provision_stays_as_planned_and_independent_schools_are_not_commissioned(
    paper,
):
    elm, ash = paper.register["urn"] == ELM, paper.register["urn"] == ASH
    provision = paper.register["provision"].mask(elm, "ap").mask(ash, "independent_special")
    table = made(paper, register=paper.register.assign(provision=provision), rows=None)
    assert ASH not in table.index.get_level_values("urn")
    row = table.loc[(ELM, "main", "pre_16")]
    assert (row["recommended"], row["places_now"]) == (15, 12)  # as planned
    assert "No capacity gap" in row["why"]
