"""Places by need group, phase and year: two schools and a base, summed by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.findings import Findings
from sufficiency.places.exports import MISMATCH_NAME
from sufficiency.places.exports import NAME as NET_NAME
from sufficiency.places.mix import split_whole
from sufficiency.places.split import places

# Ten residents in special schools (six autistic in secondary, four with severe difficulties in
# primary), three in a unit, twelve in mainstream.
RESIDENTS = (
    (6, "ASD", "SPLA", 8),
    (4, "SLD", "SPAC", 3),
    (3, "SLCN", "SENU", 4),
    (12, "ASD", "MSLA", 8),
)
HILL = {"urn": "1", "name": "Hill", "commissioned_places": 10, "on_roll": 8}
DALE = {
    "urn": "2",
    "name": "Dale",
    "commissioned_places": 5,
    "on_roll": 5,
    "occupants_without_plan": 1,
    "ncy_from": 7,
    "designated_needs": "ASD",
    "locality": "South",
}
BASE = {
    "urn": "3",
    "name": "Base",
    "provision": "sen_unit",
    "commissioned_places": 4,
    "on_roll": 4,
    "ncy_to": 6,
    "designated_needs": "SLCN",
}


def split(register, plans, *rows, years=0, basis="commissioned", schools=None, residents=RESIDENTS):
    findings = Findings()
    table = places(register(*rows), plans(*residents), 2025, years, basis, findings, schools)
    return table, findings


def nonzero(table: pd.DataFrame, kind: str = "register") -> dict[tuple[str, str, str], int]:
    rows = table[(table["kind"] == kind) & (table["places"] != 0)]
    keys = zip(rows["name"], rows["need_group"], rows["phase"], strict=True)
    return dict(zip(keys, rows["places"], strict=True))


def checks(findings: Findings) -> list[str]:
    return [f.check for f in findings.items]


def test_two_schools_and_a_base_split_as_worked_by_hand(register, plans):
    table, findings = split(register, plans, HILL, DALE, BASE)

    assert nonzero(table) == {
        ("Hill", "AUTCOM", "secondary"): 6,
        ("Hill", "COMPLEX", "primary"): 4,
        ("Dale", "AUTCOM", "secondary"): 5,
        ("Base", "AUTCOM", "primary"): 4,
    }
    assert nonzero(table, "without_plan") == {
        ("Dale: pupils without a plan", "AUTCOM", "secondary"): -1
    }
    # Special: Hill's roll of 8 is split 6:4 = 4.8 and 3.2, so 5 and 3; Dale has 5 - 1. Net export
    # is 10 - 12 = -2, spread 9:3 = -1.5 and -0.5: a tie, so both go to the earlier cell. What is
    # left: autism 6 - 9 + 2 = -1, severe 4 - 3 = 1. Unit: 3 - 4 = -1, nothing left.
    assert nonzero(table, "net_export") == {
        (NET_NAME, "AUTCOM", "secondary"): -2,
        (NET_NAME, "AUTCOM", "primary"): -1,
    }
    assert nonzero(table, "mismatch") == {
        (MISMATCH_NAME, "AUTCOM", "secondary"): -1,
        (MISMATCH_NAME, "COMPLEX", "primary"): 1,
    }
    # A mismatch of 2 in sum is more than a tenth of 12 on roll.
    assert checks(findings) == [
        "places_net_export",
        "places_mismatch",
        "places_net_export",
        "places_cross_border_not_known",
    ]


def test_an_assumed_net_export_is_named_imports_not_known_with_a_warning(register, plans):
    table, findings = split(register, plans, HILL)

    assert "not known" in table.loc[table["kind"] == "net_export", "name"].iloc[0]
    (warning,) = (f for f in findings.items if f.check == "places_cross_border_not_known")
    assert (warning.severity, warning.count) == ("warns", 1)
    assert "Special school" in warning.message


def test_children_with_a_need_that_no_row_is_designated_for_keep_their_places(register, plans):
    # Recorded need is not designation: of Hill's eight, six are recorded with SEMH.
    there = ((6, "SEMH", "SPLA", 8, "1"), (2, "ASD", "SPLA", 8, "1"))

    table, _ = split(register, plans, HILL | {"designated_needs": "ASD"}, residents=there)

    assert nonzero(table) == {
        ("Hill", "SEMH", "secondary"): 7,
        ("Hill", "AUTCOM", "secondary"): 3,
    }


def test_a_need_that_another_row_of_the_school_is_designated_for_is_left_to_that_row(
    register, plans
):
    there = ((6, "SEMH", "SPLA", 8, "1"), (6, "ASD", "SPLA", 8, "1"))
    rows = [
        HILL | {"name": "Autism", "designated_needs": "ASD"},
        HILL | {"name": "Wellbeing", "site_id": "two", "designated_needs": "SEMH"},
    ]

    table, _ = split(register, plans, *rows, residents=there)

    assert nonzero(table) == {
        ("Autism", "AUTCOM", "secondary"): 10,
        ("Wellbeing", "SEMH", "secondary"): 10,
    }


def test_net_export_is_one_total_spread_like_the_roll_whatever_residents_are_recorded_as(
    register, plans
):
    residents = ((30, "SEMH", "SPLA", 8), (10, "SLD", "SPAC", 3))
    rows = [
        HILL | {"commissioned_places": 20, "on_roll": 20, "designated_needs": "SEMH"},
        HILL | {"urn": "2", "name": "Dale", "designated_needs": "SLD", "on_roll": 10},
    ]

    table, findings = split(register, plans, *rows, residents=residents)

    # 40 residents less 30 on roll = 10, spread 20:10 = 6.7 and 3.3. Left over: 30 - 20 - 7 = 3.
    assert nonzero(table, "net_export") == {
        (NET_NAME, "SEMH", "secondary"): 7,
        (NET_NAME, "COMPLEX", "primary"): 3,
    }
    assert nonzero(table, "mismatch") == {
        (MISMATCH_NAME, "SEMH", "secondary"): 3,
        (MISMATCH_NAME, "COMPLEX", "primary"): -3,
    }
    (mismatch,) = (f for f in findings.items if f.check == "places_mismatch")
    assert mismatch.count == 6
    assert "designated_needs" in mismatch.action


def test_a_small_mismatch_is_not_a_finding(register, plans):
    # 101 residents, 100 on roll in the same proportions: what rounding leaves is under a tenth.
    residents = ((61, "ASD", "SPLA", 8), (40, "SLD", "SPAC", 3))

    table, findings = split(register, plans, HILL | {"on_roll": 100}, residents=residents)

    assert table.loc[table["kind"] == "mismatch", "places"].abs().sum() <= 10
    assert "places_mismatch" not in checks(findings)


def test_occupants_known_to_be_none_have_rows_of_zero_and_unknown_ones_have_no_row(register, plans):
    none, _ = split(register, plans, HILL | {"occupants_without_plan": 0})
    unknown, _ = split(register, plans, HILL)

    assert set(none.loc[none["kind"] == "without_plan", "places"]) == {0}
    assert "without_plan" not in set(unknown["kind"])


def test_net_export_is_one_row_group_a_provision_outside_and_constant_over_years(register, plans):
    table, _ = split(register, plans, HILL, BASE, years=3)
    net = table[table["kind"] == "net_export"]

    assert set(net["name"]) == {NET_NAME}
    assert set(net["locality"]) == {"outside"}
    assert set(net["capacity_basis"]) == {"net_export"}
    totals = net.groupby(["provision", "year"])["places"].sum()
    assert totals["special"].tolist() == [2, 2, 2, 2]
    assert totals["sen_unit"].tolist() == [-1, -1, -1, -1]


def test_with_places_equal_to_roll_the_base_census_has_neither_shortage_nor_surplus(
    register, plans
):
    row = {"commissioned_places": 37, "on_roll": 37, "occupants_without_plan": 5}

    table, _ = split(register, plans, HILL | row, DALE | row | {"designated_needs": "ASD SEMH"})

    offered = table.groupby(["need_group", "phase"])["places"].sum()
    assert offered[offered != 0].to_dict() == {
        ("AUTCOM", "secondary"): 6,
        ("COMPLEX", "primary"): 4,
    }


def test_net_export_needs_a_known_roll(register, plans):
    table, findings = split(register, plans, HILL | {"on_roll": pd.NA})

    assert "net_export" not in set(table["kind"])
    assert checks(findings) == ["places_imports_not_known"]


def test_a_register_that_starts_after_the_base_census_is_compared_by_its_first_roll(
    register, plans
):
    later = HILL | {"effective_from": "2026-09-01"}

    table, findings = split(register, plans, later, BASE, years=2)

    net = table[(table["kind"] == "net_export") & (table["provision"] == "special")]
    assert net.groupby("year")["places"].sum().to_dict() == {2025: 2, 2026: 2, 2027: 2}
    assert "places_start_after_base_census" in checks(findings)
    assert "places_start_after_base_census" not in checks(split(register, plans, HILL)[1])


def test_net_export_says_when_some_rolls_are_missing(register, plans):
    _, findings = split(register, plans, HILL, DALE | {"on_roll": pd.NA})

    assert "places_roll_missing" in checks(findings)


def test_roll_of_alternative_provision_is_not_compared_unless_pupils_without_a_plan_are_known(
    register, plans
):
    row = {"provision": "ap", "commissioned_places": 70, "on_roll": 71}

    table, findings = split(register, plans, row)
    assert "net_export" not in set(table["kind"])
    assert "places_without_plan_not_known" in checks(findings)

    table, _ = split(register, plans, row | {"occupants_without_plan": 61})
    assert table.loc[table["kind"] == "net_export", "places"].sum() == -10


def test_a_provision_without_a_register_row_has_no_places_at_all(register, plans):
    table, _ = split(register, plans, HILL)

    assert set(table["provision"]) == {"special"}


def test_places_count_in_the_years_in_which_the_row_is_in_force_on_census_day(register, plans):
    row = HILL | {"effective_from": "2026-01-15", "effective_to": "2028-01-14"}

    table, findings = split(register, plans, row, HILL | {"urn": "9"}, years=4)

    counted = table[(table["urn"] == "1") & (table["kind"] == "register")]
    assert counted.groupby("year")["places"].sum().to_dict() == {2026: 10, 2027: 10}
    assert "places_end" not in checks(findings)


def test_a_row_that_ends_without_a_successor_warns(register, plans):
    old, new = HILL | {"effective_to": "2026-08-31"}, HILL | {"effective_from": "2026-09-01"}

    assert "places_end" in checks(split(register, plans, old, years=3)[1])
    assert "places_end" not in checks(split(register, plans, old, new, years=3)[1])


def test_proposed_rows_are_never_counted_and_approved_or_funded_rows_are(register, plans):
    rows = [
        HILL | {"urn": str(n), "change_status": status, "effective_from": "2026-09-01"}
        for n, status in enumerate(("existing", "approved", "funded", "proposed"))
    ]

    table, findings = split(register, plans, *rows, years=2)

    assert set(table.loc[table["kind"] == "register", "urn"]) == {"0", "1", "2"}
    assert set(table.loc[table["kind"] == "register", "year"]) == {2027}
    assert "places_proposed_not_counted" in checks(findings)


@pytest.mark.parametrize(
    ("given_places", "basis", "number", "used"),
    [
        ((10, 11, 12, 13), "commissioned", 10, "commissioned"),
        ((10, 11, 12, 13), "scap", 11, "scap"),
        ((10, 11, 12, 13), "physical", 12, "physical"),
        ((None, 11, 12, 13), "commissioned", 11, "scap"),
        ((None, None, 12, 13), "commissioned", 12, "physical"),
        ((None, None, None, 13), "commissioned", 13, "on_roll"),
        ((10, None, None, 13), "physical", 10, "commissioned"),
    ],
)
def test_the_chosen_capacity_is_used_else_the_next_that_is_filled(
    register, plans, given_places, basis, number, used
):
    columns = ("commissioned_places", "scap_capacity", "physical_capacity", "on_roll")
    row = HILL | {c: pd.NA if v is None else v for c, v in zip(columns, given_places, strict=True)}

    table, findings = split(register, plans, row, basis=basis)

    rows = table[table["kind"] == "register"]
    assert rows["places"].sum() == number
    assert set(rows["capacity_basis"]) == {used}
    assert ("places_other_capacity_used" in checks(findings)) == (used != basis)


def test_unknown_capacity_gives_zero_parts_marked_assumed_and_a_warning(register, plans):
    row = HILL | {"commissioned_places": pd.NA, "on_roll": pd.NA, "assumed": "yes"}

    table, findings = split(register, plans, row)

    assert set(table["places"]) == {0}
    assert set(table["assumed"]) == {"yes"}
    assert "places_unknown" in checks(findings)


def test_places_stay_within_the_designation_and_the_year_groups(register, plans):
    accepting = HILL | {"designated_needs": "SEMH", "acceptable_needs": "ASD", "ncy_from": 7}

    table, _ = split(register, plans, accepting)

    register_rows = table[table["kind"] == "register"]
    assert set(register_rows["need_group"]) == {"AUTCOM", "SEMH"}
    assert set(register_rows["phase"]) == {"secondary"}
    assert nonzero(table) == {("Hill", "AUTCOM", "secondary"): 10}


def test_phases_are_weighted_by_the_year_groups_taught(register, plans):
    residents = ((4, "ASD", "SPLA", 5), (4, "ASD", "SPLA", 6), (8, "ASD", "SPLA", 9))

    table, _ = split(register, plans, HILL | {"ncy_from": 6}, residents=residents)

    # Of NCY 6 to 11 there are 4 in primary (NCY 6 only) and 8 in secondary: 3.3 and 6.7 of 10.
    assert nonzero(table) == {
        ("Hill", "AUTCOM", "primary"): 3,
        ("Hill", "AUTCOM", "secondary"): 7,
    }


def test_a_known_roll_by_phase_sets_the_phases_and_keeps_the_needs(register, plans, schools):
    residents = ((3, "ASD", "SPLA", 3), (1, "SLD", "SPLA", 3), (9, "ASD", "SPLA", 9))
    roll = schools({"urn": "1", "on_roll_primary": 16, "on_roll_secondary": 4})

    table, _ = split(register, plans, HILL, residents=residents, schools=roll)

    # 16:4 of 10 is 8 and 2; the 8 in primary are 3:1 autism to severe.
    assert nonzero(table) == {
        ("Hill", "AUTCOM", "primary"): 6,
        ("Hill", "COMPLEX", "primary"): 2,
        ("Hill", "AUTCOM", "secondary"): 2,
    }


def test_the_schools_own_plan_holders_are_used_where_enough_are_known(register, plans):
    there = ((5, "SEMH", "SPLA", 8, "1"), *RESIDENTS)
    few = ((3, "SEMH", "SPLA", 8, "1"), *RESIDENTS)

    own, _ = split(register, plans, HILL, residents=there)
    shared, _ = split(register, plans, HILL, residents=few)

    assert nonzero(own) == {("Hill", "SEMH", "secondary"): 10}
    # Half the roll of 8 is enough, 3 are not: then 6, 3 and 4 residents of 13 share 10 places.
    assert nonzero(shared)[("Hill", "AUTCOM", "secondary")] == 5


def test_no_mix_at_all_splits_evenly_with_a_finding(register, plans):
    row = BASE | {"designated_needs": "HI ASD", "commissioned_places": 9}

    table, findings = split(register, plans, row, residents=((1, "ASD", "MSLA", 3),))

    assert nonzero(table) == {("Base", "AUTCOM", "primary"): 5, ("Base", "SENS", "primary"): 4}
    assert checks(findings)[0] == "places_split_evenly"


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "provision": st.sampled_from(["special", "sen_unit", "ap"]),
            "commissioned_places": st.integers(0, 300),
            "on_roll": st.none() | st.integers(0, 300),
            "ncy_from": st.integers(-4, 8),
            "ncy_to": st.integers(8, 21),
            "designated_needs": st.sampled_from(["", "ASD", "SEMH SLD", "HI VI"]),
        }
    ),
    min_size=1,
    max_size=4,
)


@settings(deadline=None, max_examples=15)
@given(rows=ROWS)
def test_parts_sum_to_the_row_and_are_never_negative_whatever_the_order(register, plans, rows):
    named = [row | {"urn": str(n), "name": f"School {n}"} for n, row in enumerate(rows)]
    named = [{k: pd.NA if v is None else v for k, v in row.items()} for row in named]

    table, _ = split(register, plans, *named)
    backward, _ = split(register, plans, *named[::-1])

    parts = table[table["kind"] == "register"]
    assert (parts["places"] >= 0).all()
    assert parts.groupby("urn")["places"].sum().to_dict() == {
        row["urn"]: row["commissioned_places"] for row in named
    }
    keys = ["kind", "urn", "name", "provision", "need_group", "phase"]
    pd.testing.assert_frame_equal(
        table.sort_values(keys, ignore_index=True), backward.sort_values(keys, ignore_index=True)
    )


@settings(deadline=None, max_examples=15)
@given(rows=ROWS)
def test_residents_are_roll_and_net_export_and_mismatch_which_sums_to_zero(register, plans, rows):
    named = [row | {"urn": str(n), "name": f"School {n}"} for n, row in enumerate(rows)]
    named = [{k: pd.NA if v is None else v for k, v in row.items()} for row in named]

    table, _ = split(register, plans, *named)

    mismatch = table[table["kind"] == "mismatch"].groupby("provision")["places"].sum()
    assert (mismatch == 0).all()
    net = table[table["kind"] == "net_export"].groupby("provision")["places"].sum()
    assert set(net.index) == set(mismatch.index)
    for provision, residents in (("special", 10), ("sen_unit", 3)):
        if provision in net.index:
            rolls = [r["on_roll"] or 0 for r in rows if r["provision"] == provision]
            assert net[provision] == residents - sum(rolls)


@settings(deadline=None, max_examples=12)
@given(
    roll=st.none() | st.integers(0, 60),
    places_now=st.integers(0, 60),
    more=st.integers(1, 20),
    needs=st.sampled_from(["", "ASD", "SLD ASD", "HI VI"]),
)
def test_raising_commissioned_places_of_a_row_never_lowers_any_cell(
    register, plans, roll, places_now, more, needs
):
    residents = (
        (7, "ASD", "SPLA", 8),
        (5, "SLD", "SPAC", 3),
        (4, "SEMH", "SPLA", 9),
        (1, "VI", "SPLA", 2),
        (6, "ASD", "SPLA", 5, "1"),
    )
    row = HILL | {"on_roll": pd.NA if roll is None else roll, "designated_needs": needs}
    cells = ["need_group", "phase"]

    before, after = (
        table[table["kind"] == "register"].set_index(cells)["places"]
        for table, _ in (
            split(register, plans, row | {"commissioned_places": number}, residents=residents)
            for number in (places_now, places_now + more)
        )
    )

    assert after.sum() == before.sum() + more
    assert (after >= before.reindex(after.index)).all()


def test_places_beyond_the_roll_are_added_to_the_split_of_the_roll(register, plans):
    at_roll, _ = split(register, plans, HILL | {"commissioned_places": 8})
    more, _ = split(register, plans, HILL | {"commissioned_places": 9})

    # 8 places are 6:4 = 4.8 and 3.2; the ninth goes to the cell that is furthest behind its share.
    assert nonzero(at_roll) == {
        ("Hill", "AUTCOM", "secondary"): 5,
        ("Hill", "COMPLEX", "primary"): 3,
    }
    assert nonzero(more) == {
        ("Hill", "AUTCOM", "secondary"): 5,
        ("Hill", "COMPLEX", "primary"): 4,
    }


def test_a_larger_total_never_lowers_a_part_where_largest_remainders_would():
    # The Alabama paradox: with weights 6, 6 and 2, largest remainders give the third 2 of 10
    # and 1 of 11.
    weights = np.array([6.0, 6.0, 2.0])

    assert split_whole(10, weights).tolist() == [5, 4, 1]
    assert split_whole(11, weights).tolist() == [5, 5, 1]


@settings(deadline=None)
@given(
    total=st.integers(-400, 400),
    weights=st.lists(st.floats(0, 1e6), min_size=1, max_size=35),
)
def test_a_split_sums_exactly_is_in_proportion_and_grows_with_its_total(total, weights):
    whole = split_whole(total, np.array(weights))
    even = np.ones(len(weights)) if sum(weights) == 0 else np.array(weights)

    assert whole.sum() == total
    assert (whole[even == 0] == 0).all()
    assert (whole * np.sign(total) >= 0).all()
    larger = split_whole(total + int(np.sign(total)), np.array(weights))
    assert (np.abs(larger) >= np.abs(whole)).all()
    whole_shares = split_whole(10 * len(weights), np.ones(len(weights)))
    assert set(whole_shares) == {10}
