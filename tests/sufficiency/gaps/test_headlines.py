"""Headlines say what the tables say, with base census and certainty, and no more."""

import re

import pytest

from sufficiency.gaps import demand, gap_table, headlines, provision_balance
from sufficiency.gaps.headlines import certainty


def tell(paths, places, basis="person"):
    return headlines(
        gap_table(paths, places, basis, 0.5),
        provision_balance(paths, places),
        demand(paths, basis),
        2025,
        "Westmere",
    )


@pytest.fixture(scope="module")
def lines(paths, places_of, confirmed) -> list[str]:
    return tell(paths, places_of(*confirmed))


def test_every_sentence_states_the_base_census(lines):
    assert lines
    assert all(line.endswith("Base census January 2025 (2024/25).") for line in lines)


def test_the_total_is_told_first_as_the_demand_table_has_it(lines):
    # Plans by path in 2026: 20, 20, 25, 27: p50 22.5, said as 22; p10 20, p90 26.4; 18 at the base.
    assert lines[0].startswith(
        "Westmere: the number of EHC plans is very likely to rise, from 18 to about 22 by "
        "January 2026 (2025/26) (8 in 10 futures: 20 to 26)."
    )


def test_a_confirmed_provision_tells_its_shortage_and_its_worst_cells(lines):
    special = [line.split(" Base census")[0] for line in lines if "Special school" in line]

    # Total shortage 1.5 and unmet 1.0 (see test_balance); autism: half the paths, 1.25 places.
    assert special == [
        "Special school: about 2 places short in January 2026 (2025/26), of which about 1 beyond "
        "the number left free for other needs and phases (likeliest: Autism and communication, "
        "secondary, more likely than not). Summed over need groups and phases, never netted.",
        "Special school, Autism and communication, secondary: a shortage in January 2026 "
        "(2025/26) is more likely than not, on average 1 place (8 in 10 futures: 1 to spare to "
        "3 short); first short in January 2026 (2025/26).",
    ]


def test_a_provision_with_room_to_spare_is_said_to_have_no_shortage(paths, places_of, confirmed):
    roomy = [
        row | {"places": 99} if row.get("provision") == "sen_unit" else row for row in confirmed
    ]

    unit = [line for line in tell(paths, places_of(*roomy)) if "SEN unit" in line]

    assert len(unit) == 1
    assert "no shortage is expected in January 2026 (2025/26)" in unit[0]


def test_with_assumed_places_only_change_is_told(paths, places_of, confirmed):
    assumed = [row | {"assumed": "yes"} for row in confirmed]

    lines = tell(paths, places_of(*assumed))

    assert not [line for line in lines if re.search(r"\b(gap|short)", line)]
    (special,) = (line for line in lines if "Special school" in line)
    assert "from 10 to about 12 by January 2026 (2025/26)" in special
    assert "not confirmed on the register" in special


def test_a_far_year_holds_only_if_present_patterns_last(paths_of, places_of, confirmed):
    rows = [(0, year, "North", "ASD", "SPLA", 8, year - 2020) for year in range(2025, 2031)]

    first, *_ = tell(paths_of(rows), places_of(*confirmed))

    assert (
        "is very likely to rise, from 5 to about 8 by January 2028 (2027/28) (8 in 10 futures: "
        "8 to 8); and very likely to rise to about 10 by January 2030 (2029/30) (8 in 10 "
        "futures: 10 to 10), if present patterns last." in first
    )


def test_units_are_barred_until_their_rows_are_confirmed(lines, paths, places_of, confirmed):
    assumed = [row | {"assumed": "yes"} for row in confirmed]

    assert any("SEN unit" in line for line in lines)
    assert not any("SEN unit" in line for line in tell(paths, places_of(*assumed)))


def test_modelled_plans_are_said_to_be_modelled(lines, paths, places_of, confirmed):
    assert not any("modelled" in line for line in lines)
    modelled = tell(paths, places_of(*confirmed), "modelled")
    assert all(
        line.endswith("Base census January 2025 (2024/25), modelled from published tables.")
        for line in modelled
    )


def test_possible_demand_is_told_apart_from_placements(lines):
    # Three quarters of a mean of 3 not in a school place: 2.25.
    (line,) = (line for line in lines if "Possible demand" in line)
    assert "would add about 2 to specialist provision" in line
    assert "duty" not in line


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (1.0, "almost certain"),
        (0.8, "very likely"),
        (0.5, "more likely than not"),
        (0, "very unlikely"),
    ],
)
def test_certainty_is_said_in_words(probability, words):
    assert certainty(probability) == words
