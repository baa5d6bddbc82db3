"""Between homes and schools at person level: the authority on paper, and what always holds."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.contracts import Imports, Plans, checked
from sufficiency.findings import Findings
from sufficiency.places.split import places
from sufficiency.terms import lookup, table

OAK, ELM, ASH = "100001", "100002", "100003"
NORTH, SOUTH = "North", "South"
CELL = ["provision", "need_group", "phase", "locality"]


def checks(findings: Findings) -> list[str]:
    return [f.check for f in findings.items]


def used(rows: pd.DataFrame, *keys: str) -> dict[Any, int]:
    """Return the places of rows that are not 0 by some columns."""
    summed = rows.groupby(list(keys))["places"].sum()
    return summed[summed != 0].to_dict()


@pytest.fixture
def on_paper(paper):
    def build(years: int = 0, **other: Any) -> tuple[pd.DataFrame, Findings]:
        given = {"register": paper.register, "imports": paper.imports, **other}
        findings = Findings()
        rest = {name: given[name] for name in given if name not in ("register", "basis")}
        basis = given.get("basis", "commissioned")
        table = places(
            given["register"], paper.plans, paper.base_year, years, basis, findings, **rest
        )
        return table, findings

    return build


def test_the_authority_on_paper_is_split_as_worked_by_hand(on_paper):
    rows, findings = on_paper()
    at = {kind: rows[rows["kind"] == kind] for kind in rows["kind"].unique()}

    # Oak's roll of 26 less 1 without a plan less 2 imports leaves 23 for its main site, the annexe
    # has 5; of 11 with ASD in Years 7 to 11 the annexe takes 5, those of South first. So main has
    # 9 + 6 + 3 ASD in primary, secondary and post-16, and 3 + 2 SLD. Of its 30 places 6 are set
    # apart for post-16 and 24 fall 9 : 6 : 3 : 2 = 10.8, 7.2, 3.6, 2.4.
    assert used(at["register"], "urn", "site_id", "need_group", "phase") == {
        (OAK, "main", "AUTCOM", "primary"): 11,
        (OAK, "main", "AUTCOM", "secondary"): 7,
        (OAK, "main", "AUTCOM", "post_16"): 6,
        (OAK, "main", "COMPLEX", "primary"): 4,
        (OAK, "main", "COMPLEX", "secondary"): 2,
        (OAK, "annexe", "AUTCOM", "secondary"): 8,
        (ELM, "main", "SEMH", "secondary"): 12,
        (ASH, "main", "AUTCOM", "primary"): 7,
    }
    assert used(at["register"], "locality") == {NORTH: 37, SOUTH: 20}
    # Oak keeps two places for assessment, one of them in use; Ash has one child without a plan.
    # Of 24 school-age places 22 are left, as 10, 7, 3, 2.
    assert used(at["without_plan"], "urn", "need_group", "phase") == {
        (OAK, "AUTCOM", "primary"): -1,
        (OAK, "COMPLEX", "primary"): -1,
        (ASH, "AUTCOM", "primary"): -1,
    }
    assert used(at["imports"], "urn", "need_group", "phase", "locality") == {
        (OAK, "AUTCOM", "secondary", NORTH): -2,
        (ELM, "SEMH", "secondary", SOUTH): -3,
    }
    # One resident in a special school of the neighbour; one far away in an independent school,
    # which has no row here and no gap. Lime House and Holly lie in the area.
    assert used(at["exports"], *CELL) == {
        ("special", "COMPLEX", "primary", SOUTH): 1,
        ("independent_special", "AUTCOM", "secondary", NORTH): 1,
    }
    # South: 2 ASD of Year 6 at Oak main; 7 in Years 8 and 9 less 5 at the annexe; 3 SEMH of North
    # at Elm. One of South at Ash.
    assert used(at["journeys"], *CELL) == {
        ("special", "AUTCOM", "primary", NORTH): -2,
        ("special", "AUTCOM", "primary", SOUTH): 2,
        ("special", "AUTCOM", "secondary", NORTH): -2,
        ("special", "AUTCOM", "secondary", SOUTH): 2,
        ("special", "SEMH", "secondary", NORTH): 3,
        ("special", "SEMH", "secondary", SOUTH): -3,
        ("resourced_provision", "AUTCOM", "primary", NORTH): -1,
        ("resourced_provision", "AUTCOM", "primary", SOUTH): 1,
    }
    # Every roll adds up: 23 + 1 + 2, 5, 10 + 3, 6 + 1.
    assert set(at["unreconciled"]["places"]) == {0}
    # Oak's 25 with a plan on roll fall 9 : 6 : 3 : 3 : 2 as 10, 7, 3, 3, 2; the 23 recorded and 2
    # imports are 9, 8, 3, 3, 2.
    assert used(at["mismatch"], "locality", "need_group", "phase") == {
        (NORTH, "AUTCOM", "primary"): -1,
        (NORTH, "AUTCOM", "secondary"): 1,
    }
    assert "net_export" not in at
    assert checks(findings) == ["places_site_assumed", "places_cross_border"]
    kinds = rows[~rows["kind"].isin(["register", "without_plan"])]
    assert (kinds["capacity_basis"] == kinds["kind"]).all()


def test_base_gap_on_paper_is_roll_and_kept_places_over_places_by_locality(on_paper, paper):
    rows, _ = on_paper()
    residents = paper.plans.assign(
        provision=paper.plans["setting"].map(lookup("settings", "provision"))
    ).groupby(["provision", "locality"])
    offered = rows[rows["locality"] != "outside"].groupby(["provision", "locality"])["places"].sum()
    short = residents.size() - offered

    # Oak main 26 on roll + 1 kept free of 30; Oak annexe 5 of 8 and Elm 13 of 12; Ash 7 of 7.
    assert short["special"].to_dict() == {NORTH: -3, SOUTH: -2}
    assert short["resourced_provision"].to_dict() == {NORTH: 0, SOUTH: 0}


def test_base_gap_on_paper_by_cell_is_room_at_the_sites_and_nothing_else(on_paper, paper):
    rows, _ = on_paper()
    cells = rows[(rows["provision"] == "special") & (rows["locality"] != "outside")]
    offered = cells.groupby(["locality", "need_group", "phase"])["places"].sum()
    groups = paper.plans["need"].map(lookup("needs", "need_group"))
    special = paper.plans["setting"].isin(["SPLA", "SPAC"])
    spans = table("phases")
    phase = spans["phase"].to_numpy()[
        pd.Index(spans["ncy_from"].astype(int)).searchsorted(paper.plans["ncy"], side="right") - 1
    ]
    demand = paper.plans.assign(need_group=groups, phase=phase)[special]
    short = demand.groupby(["locality", "need_group", "phase"]).size().sub(offered, fill_value=0)

    # At Oak 3 of the 6 post-16 places are in use and school age is full; at the annexe 3 of 8 are
    # free; Elm is one over number.
    assert short[short != 0].to_dict() == {
        (NORTH, "AUTCOM", "post_16"): -3,
        (SOUTH, "AUTCOM", "secondary"): -3,
        (SOUTH, "SEMH", "secondary"): 1,
    }


def test_what_lies_between_homes_and_schools_is_held_constant(on_paper):
    rows, _ = on_paper(years=3)
    between = rows[~rows["kind"].isin(["register", "without_plan"])]

    yearly = between.groupby(["kind", "year"])["places"].sum().unstack()
    assert yearly.eq(yearly[2025], axis=0).all(axis=None)


def test_imports_and_unexplained_roll_end_with_their_site_and_journeys_stay(on_paper, paper):
    register = paper.register.copy()
    register.loc[register["urn"] == ELM, "on_roll"] = 15
    register = register[register["effective_from"] < "2026"]

    rows, findings = on_paper(years=2, register=register)

    at_elm = rows[rows["urn"] == ELM]
    assert used(at_elm[at_elm["kind"] == "imports"], "year") == {2025: -3, 2026: -3}
    # 15 on roll less 3 imports less 10 residents: two are not explained.
    assert used(at_elm[at_elm["kind"] == "unreconciled"], "year") == {2025: -2, 2026: -2}
    assert "places_roll_not_reconciled" in checks(findings)
    journeys = rows[(rows["kind"] == "journeys") & (rows["need_group"] == "SEMH")]
    assert used(journeys, "year", "locality")[(2027, NORTH)] == 3


def test_the_register_says_imports_where_the_list_does_not(on_paper):
    rows, _ = on_paper(imports=None)

    imports = rows[rows["kind"] == "imports"]
    assert used(imports, "urn") == {OAK: -2, ELM: -3}


def test_imports_not_known_are_a_row_and_a_warning_and_not_zero(on_paper, paper):
    register = paper.register.assign(other_la_places=pd.array([None] * 5, dtype="Int32"))

    rows, findings = on_paper(imports=None, register=register)

    special = rows[rows["provision"] == "special"]
    unknown = special[special["name"].str.contains("imports not known")]
    # 26 less 1 without a plan for 23 + 5 residents of Oak's two sites of which the annexe has 5:
    # 2 unexplained; Elm 13 for 10. At Ash residents make up the whole roll, so imports are none.
    assert used(unknown, "urn") == {OAK: -2, ELM: -3}
    assert set(unknown["kind"]) == {"unreconciled"}
    assert not special[special["urn"] == ELM]["kind"].eq("imports").any()
    ash = rows[(rows["urn"] == ASH) & (rows["kind"] == "imports")]
    assert set(ash["places"]) == {0}
    (warning,) = (f for f in findings.items if f.check == "places_imports_not_known")
    assert (warning.severity, warning.count) == ("warns", 2)
    said = [f.message for f in findings.items if f.check == "places_cross_border"]
    assert any("placed here not known" in text for text in said)


def test_a_placement_on_no_register_row_is_counted_at_home_with_a_warning(on_paper, paper):
    register = paper.register[paper.register["site_id"] != "annexe"]
    register = register[register["urn"] != ELM]

    rows, findings = on_paper(register=register)

    lost = rows[rows["name"] == "Place not on the register"]
    assert set(lost["kind"]) == {"unreconciled"}
    assert used(lost, "locality", "need_group") == {(NORTH, "SEMH"): 3, (SOUTH, "SEMH"): 7}
    found = {f.check: f for f in findings.items}
    assert found["places_not_on_register"].count == 10
    # Elm's three imports have no row to sit at.
    assert found["places_imports_without_row"].count == 3


def test_a_blank_roll_is_taken_from_the_returns(on_paper, paper):
    register = paper.register.copy()
    register.loc[register["urn"] == ELM, "on_roll"] = None

    rows, findings = on_paper(register=register)

    elm = rows[(rows["urn"] == ELM) & (rows["kind"] == "unreconciled")]
    assert set(elm["places"]) == {0}
    assert "places_roll_from_returns" in checks(findings)


def test_plans_that_do_not_say_who_is_placed_in_the_authority_keep_the_net_export(paper):
    plans = paper.plans.assign(in_area="unknown")

    rows = places(paper.register, plans, paper.base_year, 0, "commissioned", Findings())

    assert "net_export" in set(rows["kind"])
    assert not set(rows["kind"]) & {"exports", "imports", "journeys", "unreconciled"}


def test_pupils_of_alternative_provision_without_a_plan_are_not_called_unexplained(
    register, person_plans
):
    ap = {"provision": "ap", "commissioned_places": 90, "on_roll": 91, "other_la_places": 0}
    findings = Findings()

    rows = places(
        register(ap),
        person_plans((22, "SEMH", "AP", 9, "100001", NORTH, "yes")),
        2025,
        0,
        "commissioned",
        findings,
    )

    assert set(rows["kind"]) == {"register", "exports", "journeys", "imports"}
    assert "places_without_plan_not_known" in checks(findings)


@pytest.fixture(scope="module")
def person_plans():
    def build(*groups: tuple[Any, ...]) -> pd.DataFrame:
        rows = [
            {"need": need, "setting": setting, "ncy": ncy, "age": ncy + 4, "establishment": urn,
             "locality": home, "in_area": in_area}
            for number, need, setting, ncy, urn, home, in_area in groups
            for _ in range(number)
        ]  # fmt: skip
        frame = pd.DataFrame(rows).assign(
            year=2025, second_need="", site="", ncy_recorded=None, sex="", lsoa="",
            residential="no", plan_start="", basis="person",
        )  # fmt: skip
        frame["plan_id"] = [f"p{n}" for n in range(len(frame))]
        return checked(Plans, frame, "plans")

    return build


HELD = st.lists(
    st.tuples(
        st.integers(1, 9),
        st.sampled_from(["ASD", "SLD", "SEMH"]),
        st.sampled_from(["SPLA", "SENU"]),
        st.integers(0, 12),
        st.sampled_from(["1", "2", "9", ""]),
        st.sampled_from([NORTH, SOUTH, "outside"]),
        st.sampled_from(["yes", "no", "unknown"]),
    ),
    min_size=1,
    max_size=6,
)
SCHOOLS = st.lists(
    st.fixed_dictionaries(
        {
            "urn": st.sampled_from(["1", "2"]),
            "provision": st.sampled_from(["special", "sen_unit"]),
            "on_roll": st.integers(0, 40),
            "occupants_without_plan": st.none() | st.integers(0, 5),
            "other_la_places": st.none() | st.integers(0, 5),
            "ncy_to": st.sampled_from([6, 11, 13]),
            "designated_needs": st.sampled_from(["", "ASD", "SEMH SLD"]),
            "locality": st.sampled_from([NORTH, SOUTH]),
        }
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda row: (row["urn"], row["provision"], row["locality"]),
)
FROM_OUTSIDE = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "7"]),
        st.none() | st.integers(0, 13),
        st.sampled_from(["ALL", "ASD", "VI"]),
        st.integers(0, 6),
    ),
    max_size=3,
)


def imports_of(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    columns = ["urn", "ncy", "need", "pupils"]
    frame = pd.DataFrame(rows, columns=columns).astype({"ncy": "Int32"})
    shared = {"site_id": "main", "provision": "special", "home_authority": "998", "source": "x"}
    return checked(Imports, frame.assign(**shared), "imports")


@settings(deadline=None, max_examples=12)
@given(held=HELD, schools=SCHOOLS, outside=FROM_OUTSIDE)
def test_with_places_equal_to_roll_no_cell_of_any_locality_is_short_or_has_room(
    register, person_plans, held, schools, outside
):
    named = [
        {k: pd.NA if v is None else v for k, v in row.items()}
        | {
            "name": f"School {n}",
            "commissioned_places": row["on_roll"],
            "site_id": "main" if row["locality"] == NORTH else "annexe",
        }
        for n, row in enumerate(schools)
    ]
    plans = person_plans(*held)
    homes = plans if (plans["in_area"] != "unknown").any() else plans.assign(in_area="yes")
    imports = imports_of(outside)

    rows = places(register(*named), homes, 2025, 0, "commissioned", Findings(), imports=imports)
    again = places(
        register(*named[::-1]),
        homes.iloc[::-1],
        2025,
        0,
        "commissioned",
        Findings(),
        imports=imports.iloc[::-1],
    )

    keys = ["kind", "urn", "site_id", "name", *CELL]
    pd.testing.assert_frame_equal(
        rows.sort_values(keys, ignore_index=True), again.sort_values(keys, ignore_index=True)
    )
    for kind, by in (("journeys", ["provision"]), ("mismatch", ["provision", "locality"])):
        assert (rows[rows["kind"] == kind].groupby(by)["places"].sum() == 0).all()
    spans = table("phases")
    first = pd.Index(spans["ncy_from"].astype(int)).searchsorted(homes["ncy"], side="right") - 1
    phase = spans["phase"].to_numpy()[first]
    residents = homes.assign(
        provision=homes["setting"].map(lookup("settings", "provision")),
        need_group=homes["need"].map(lookup("needs", "need_group")),
        phase=phase,
    )
    demand = residents[residents["provision"].isin({r["provision"] for r in schools})]
    short = demand.groupby(CELL).size().sub(rows.groupby(CELL)["places"].sum(), fill_value=0)
    assert (short == 0).all()
