"""The gap table and the balance of the authority on paper, every column worked out by hand."""

import pandas as pd
import pytest

from sufficiency.contracts import Places, checked
from sufficiency.findings import Findings
from sufficiency.gaps import cubes, gap_table, provision_balance
from sufficiency.places import places as split

YEARS = range(2025, 2029)
ELM = dict(zip(YEARS, (12, 12, 15, 18), strict=True))  # six more over two Septembers from 2026
CELLS = {
    # provision, need group, phase, locality, kind, places; Oak's rows are flexible
    "oak": [
        ("special", "AUTCOM", "primary", "North", "register", 11),
        ("special", "AUTCOM", "secondary", "North", "register", 7),
        ("special", "AUTCOM", "post_16", "North", "register", 6),
        ("special", "COMPLEX", "primary", "North", "register", 4),
        ("special", "COMPLEX", "secondary", "North", "register", 2),
        ("special", "COMPLEX", "post_16", "North", "register", 0),
        ("special", "AUTCOM", "primary", "North", "without_plan", -1),
        ("special", "AUTCOM", "secondary", "North", "without_plan", -1),
        ("special", "AUTCOM", "secondary", "North", "imports", -2),
    ],
    "annexe": [("special", "AUTCOM", "secondary", "South", "register", 8)],
    "elm": [("special", "SEMH", "secondary", "South", "imports", -3)],
    "ash": [
        ("resourced_provision", "AUTCOM", "primary", "North", "register", 7),
        ("resourced_provision", "AUTCOM", "primary", "North", "without_plan", -1),
        ("resourced_provision", "AUTCOM", "primary", "North", "imports", 0),
        ("resourced_provision", "AUTCOM", "primary", "North", "unreconciled", 0),
    ],
    "": [
        ("special", "COMPLEX", "primary", "South", "exports", 1),
        ("special", "AUTCOM", "primary", "North", "journeys", -2),
        ("special", "AUTCOM", "primary", "South", "journeys", 2),
        ("special", "AUTCOM", "secondary", "North", "journeys", -2),
        ("special", "AUTCOM", "secondary", "South", "journeys", 2),
        ("special", "SEMH", "secondary", "North", "journeys", 3),
        ("special", "SEMH", "secondary", "South", "journeys", -3),
        ("special", "SEMH", "secondary", "South", "unreconciled", 0),
        ("special", "AUTCOM", "primary", "North", "mismatch", -1),
        ("special", "AUTCOM", "secondary", "North", "mismatch", 1),
        ("resourced_provision", "AUTCOM", "primary", "North", "journeys", -1),
        ("resourced_provision", "AUTCOM", "primary", "South", "journeys", 1),
        ("resourced_provision", "AUTCOM", "primary", "outside", "exports", 0),
    ],
}
NUMBERS = ("mean", "p10", "p50", "p80", "p90")


@pytest.fixture(scope="module")
def on_paper() -> pd.DataFrame:
    """The places of Oak and its annexe, Elm and Ash, and what lies between homes and them."""
    columns = ["provision", "need_group", "phase", "locality", "kind", "places"]
    frames = [
        pd.DataFrame(
            [*rows, *([("special", "SEMH", "secondary", "South", "register", ELM[year])] * elm)],
            columns=columns,
        ).assign(year=year, urn=name, name=name, flexible="yes" if name == "oak" else "no")
        for year in YEARS
        for name, rows in CELLS.items()
        for elm in (name == "elm",)
    ]
    frame = pd.concat(frames, ignore_index=True).assign(site_id="main", assumed="no")
    basis = frame["kind"].replace({"register": "commissioned", "without_plan": "commissioned"})
    return checked(Places, frame.assign(capacity_basis=basis), "places")


@pytest.fixture
def gap(paper, on_paper) -> pd.DataFrame:
    return gap_table(cubes(paper.paths, paper.awaiting), on_paper, "person", 0.5)


def row_of(gap, year, locality="ALL", need="SEMH", phase="secondary", view="placements"):
    keys = ["view", "year", "need_group", "provision", "phase", "locality"]
    provision = "resourced_provision" if need == "base" else "special"
    need, phase = ("AUTCOM", "primary") if need == "base" else (need, phase)
    return gap.set_index(keys).loc[(view, year, need, provision, phase, locality)]


def balance_row(table, provision, year):
    return table.set_index(["view", "provision", "year"]).loc[("placements", provision, year)]


def spread(row, name):
    return row[[f"{name}_{n}" for n in NUMBERS]].tolist()


def parts(row):
    names = ("exports", "imports", "journeys", "unreconciled", "mismatch", "without_plan")
    return [row[f"of_which_{name}"] for name in names]


def test_every_column_of_the_authoritys_cell_that_is_short(gap):
    row = row_of(gap, 2026)

    # Ten residents at the base census; in 2026 ten in one future and twelve in the other, against
    # Elm's 12 places less three pupils of other authorities: 1 or 3 short.
    assert row[["scenario", "basis", "capacity_basis"]].tolist() == [
        "unmitigated",
        "authority",
        "commissioned",
    ]
    assert spread(row, "demand") == pytest.approx([11, 10.2, 11, 11.6, 11.8])
    assert row["places"] == 9
    assert parts(row) == [0, -3, 0, 0, 0, 0]
    assert row["of_which_net_export"] is pd.NA
    assert row["flexible_mean"] == 0
    assert spread(row, "gap") == pytest.approx([2, 1.2, 2, 2.6, 2.8])
    assert row[["p_shortage", "expected_shortage"]].tolist() == [1, 2]
    assert spread(row, "change") == pytest.approx([1, 0.2, 1, 1.6, 1.8])
    assert row[["gap_reason", "flexible"]].tolist() == ["", "no"]


def test_approved_growth_ends_a_shortage_that_began_at_the_base_census(gap):
    rows = [row_of(gap, year) for year in YEARS]

    assert [row["places"] for row in rows] == [9, 9, 12, 15]
    assert [row["gap_mean"] for row in rows] == [1, 2, -1, -4]
    assert [row["p_shortage"] for row in rows] == [1, 1, 0, 0]
    assert all(row["first_year"] == 2025 for row in rows)


def test_a_locality_has_the_places_its_residents_use_in_another(gap):
    north, south = row_of(gap, 2026, "North"), row_of(gap, 2026, "South")

    # North has no SEMH school: three residents go to Elm, which stays so; 3 or 5 need a place.
    assert (north["basis"], north["places"], north["of_which_journeys"]) == ("sited", 3, 3)
    assert (north["gap_mean"], north["p_shortage"], north["first_year"]) == (1, 0.5, 2026)
    # South: Elm's 12 less three of North's and three of other authorities', for seven residents.
    assert (south["places"], parts(south)) == (6, [0, -3, -3, 0, 0, 0])
    assert (south["gap_mean"], row_of(gap, 2027, "South")["gap_mean"]) == (1, -2)


def test_a_resident_placed_elsewhere_has_that_place_in_its_home(gap):
    south = row_of(gap, 2025, "South", "COMPLEX", "primary")

    assert (south["demand_mean"], south["places"], south["of_which_exports"]) == (1, 1, 1)
    assert south["gap_mean"] == 0


def test_an_assessment_class_and_a_post_16_pool_are_no_room_for_others(gap):
    # One of Oak's assessment places is of primary, one of secondary age; post-16 has three free.
    primary = row_of(gap, 2025, "North", "AUTCOM", "primary")
    post_16 = row_of(gap, 2025, "North", "AUTCOM", "post_16")

    assert (primary["places"], primary["of_which_without_plan"]) == (11 - 1 - 2 - 1, -1)
    assert (post_16["places"], post_16["gap_mean"], post_16["flexible_mean"]) == (6, -3, 0)
    assert primary["gap_mean"] == 0


def test_the_base_is_full_with_a_pupil_on_sen_support(gap):
    rows = [row_of(gap, 2025, place, "base") for place in ("ALL", "North", "South")]

    assert [(row["demand_mean"], row["places"], row["gap_mean"]) for row in rows] == [
        (6, 6, 0),
        (5, 5, 0),
        (1, 1, 0),
    ]


def test_the_two_children_of_the_list_move_once_in_the_possible_view(gap):
    pairs = [("SEMH", "secondary", "North"), ("AUTCOM", "primary", "South")]
    for need, phase, place in pairs:
        for year in YEARS:
            demand = [
                row_of(gap, year, place, need, phase, view)["demand_mean"]
                for view in ("possible", "placements")
            ]
            assert demand[0] - demand[1] == 1
    moved = gap.groupby("view")["demand_mean"].sum()
    # Both, in their home and in ALL, in each of four years.
    assert moved["possible"] - moved["placements"] == 2 * 2 * 4


def test_every_column_of_the_balance(paper, on_paper):
    table = provision_balance(cubes(paper.paths, paper.awaiting), on_paper, "person")
    row = balance_row(table, "special", 2026)

    # 28 at Oak, 10 or 12 at Elm, one elsewhere, against 30 + 8 + 12 places.
    assert row[["demand_mean", "demand_p10", "demand_p90"]].tolist() == pytest.approx(
        [40, 39.2, 40.8]
    )
    columns = ["register_places", "exports", "imports", "unreconciled", "without_plan"]
    assert row[columns].tolist() == [50, 1, -5, 0, -2]
    assert row["net_export"] is pd.NA
    # Pooled, SEMH is 1 or 3 short. At home: North's SEMH 0 or 2 and South's 1, so none of it could
    # be met elsewhere; but North's autism of secondary age is 1 short, and South has room.
    assert row[["shortage_unmet", "shortage_elsewhere", "shortage_total"]].tolist() == [2, 1, 3]
    assert row[["shortage_p10", "shortage_p90"]].tolist() == pytest.approx([2.2, 3.8])
    assert row[["scenario", "flexible", "gap_reason"]].tolist() == ["unmitigated", "no", ""]
    later = balance_row(table, "special", 2028)
    # From 2027 South has room for the child that North's SEMH lacks.
    assert later[["shortage_unmet", "shortage_elsewhere"]].tolist() == [0, 2]
    base = balance_row(table, "resourced_provision", 2026)
    assert base[["register_places", "exports", "imports", "without_plan"]].tolist() == [7, 0, 0, -1]
    assert base["shortage_total"] == 0
    bought = balance_row(table, "independent_special", 2026)
    assert pd.isna(bought["shortage_total"])
    assert bought["gap_reason"].startswith("Independent places are bought place by place")


def test_with_the_register_itself_the_base_census_is_short_only_where_rolls_exceed_places(paper):
    places = split(
        paper.register,
        paper.plans,
        paper.base_year,
        3,
        "commissioned",
        Findings(),
        classes=paper.classes,
        imports=paper.imports,
    )

    gap = gap_table(paper.paths, places, "person", 0.5)

    now = gap[(gap["year"] == 2025) & (gap["view"] == "placements") & (gap["locality"] == "ALL")]
    short = now[now["p_shortage"] > 0].set_index(["need_group", "provision", "phase"])
    # Elm has 13 on roll and 12 places; Oak 31 and two for assessment, of 38; Ash 7 of 7.
    assert short["gap_mean"].to_dict() == {("SEMH", "special", "secondary"): 1}
