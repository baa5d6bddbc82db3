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
    assert all(line.startswith("From the January 2025 (2024/25) census: ") for line in lines)


def test_the_total_is_told_first_as_the_demand_table_has_it(lines):
    # Plans by path in 2026: 20, 20, 25, 27, so mean 23; p10 20 and p90 26.4; 18 at the base.
    assert lines[0].endswith(
        "Westmere: the number of EHC plans is very likely to rise, from 18 to about 23 by "
        "January 2026 (2025/26) (8 in 10 futures: 20 to 26)."
    )


def test_a_confirmed_provision_tells_its_shortage_and_its_worst_cells(lines):
    special = [line.split("census: ")[1] for line in lines if "Special school" in line]

    # Total shortage 1.5 and unmet 1.0 (see test_balance); autism: half the paths, 1.25 places.
    assert special == [
        "Special school: about 2 places short by January 2026 (2025/26), summed over need groups "
        "and phases and never netted; of these, about 1 place is beyond the number left free for "
        "other needs and phases (likeliest: Autism and communication, secondary, more likely "
        "than not).",
        "Special school, Autism and communication, secondary: a shortage by January 2026 "
        "(2025/26) is more likely than not, on average 1 place (8 in 10 futures: 1 to spare to "
        "3 short); first year of shortage January 2026 (2025/26).",
    ]


def test_a_provision_with_room_to_spare_is_said_to_have_no_shortage(paths, places_of, confirmed):
    roomy = [
        row | {"places": 99} if row.get("provision") == "sen_unit" else row for row in confirmed
    ]

    unit = [line for line in tell(paths, places_of(*roomy)) if "SEN unit" in line]

    assert len(unit) == 1
    assert "no shortage is expected by January 2026 (2025/26)" in unit[0]


def test_with_assumed_places_only_change_is_told(paths, places_of, confirmed):
    assumed = [row | {"assumed": "yes"} for row in confirmed]

    lines = tell(paths, places_of(*assumed))

    assert not [line for line in lines if re.search(r"\b(gap|short)", line)]
    (special,) = (line for line in lines if "Special school" in line)
    assert "from 10 to about 13 by January 2026 (2025/26)" in special
    assert "not confirmed on the register" in special


def test_units_are_barred_until_their_rows_are_confirmed(lines, paths, places_of, confirmed):
    assumed = [row | {"assumed": "yes"} for row in confirmed]

    assert any("SEN unit" in line for line in lines)
    assert not any("SEN unit" in line for line in tell(paths, places_of(*assumed)))


def test_modelled_plans_are_said_to_be_modelled(lines, paths, places_of, confirmed):
    assert not any("Modelled" in line for line in lines)
    modelled = tell(paths, places_of(*confirmed), "modelled")
    assert all(line.endswith("Modelled from published tables.") for line in modelled)


def test_possible_demand_is_told_apart_from_placements(lines):
    # Three quarters of a mean of 3 not in a school place: 2.25.
    (line,) = (line for line in lines if "possible demand" in line)
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
