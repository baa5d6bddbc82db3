"""Headlines say what the tables say, with base census and certainty, and no more."""

import re

import pytest

from sufficiency.gaps import demand, gap_table, headlines, provision_balance
from sufficiency.gaps.headlines import certainty


def tell(paths, places, basis="person", unsettled=()):
    return headlines(
        gap_table(paths, places, basis, 0.5),
        provision_balance(paths, places, basis),
        demand(paths, basis),
        2025,
        "Westmere",
        unsettled,
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
        "Westmere: the number of EHC plans is almost certain to rise, from 18 to about 22 by "
        "January 2026 (2025/26) (8 in 10 futures: 20 to 26)."
    )


def test_a_confirmed_provision_tells_its_shortage_its_band_and_its_worst_cells(
    paths, places_of, confirmed
):
    tenfold = [row | {"places": 10 * row["places"]} for row in confirmed]

    lines = tell(paths.assign(count=paths["count"] * 10), places_of(*tenfold))
    special = [line.split(" Base census")[0] for line in lines if "Special school" in line]

    # Shortage by path 10, 0, 10, 40: mean 15, P10 3, P90 31. Autism -10, 0, 10, 40: 12.5 places.
    # Severe 10, 0, 0, -10: 2.5 places.
    assert special == [
        "Special school: on average about 15 places short in January 2026 (2025/26) (8 in 10 "
        "futures: 3 to 31); likeliest: Autism and communication, secondary, more likely than not. "
        "Summed over need groups and phases: room in one is never set against a shortage in "
        "another.",
        "Special school, Autism and communication, secondary: a shortage in January 2026 "
        "(2025/26) is more likely than not, on average 12 places (8 in 10 futures: 7 to spare to "
        "31 short); likely from January 2026 (2025/26) on.",
        "Special school, Severe and complex learning difficulties, primary: a shortage in "
        "January 2026 (2025/26) is less likely than not, on average 2 places (8 in 10 futures: "
        "7 to spare to 7 short).",
    ]


def test_a_cell_of_fewer_than_ten_plans_at_the_base_census_is_not_named(lines):
    # Six autistic children and four with severe difficulties at the base census.
    (special,) = (line for line in lines if "Special school" in line)
    assert "Autism" not in special
    assert "likeliest" not in special
    assert "on average about 2 places short" in special


def test_shortage_that_other_localities_could_meet_is_told_and_flexible_places_are_said(
    paths, places_of, confirmed
):
    rows = [row | {"flexible": "yes"} for row in confirmed]
    rows = [r | {"locality": "North", "places": 9} if r.get("name") == "Dale" else r for r in rows]

    (special,) = (line for line in tell(paths, places_of(*rows)) if "Special school" in line)

    assert "could be met by places in other localities or authorities" in special
    assert "All these places are flexible" in special
    assert "never netted" not in special
    assert "left free" not in special


def test_residents_in_phases_that_no_row_takes_are_said_not_to_be_counted(
    paths, places_of, confirmed
):
    rows = [row for row in confirmed if row.get("need_group") != "COMPLEX"]

    (special,) = (line for line in tell(paths, places_of(*rows)) if "Special school" in line)

    assert (
        "Not counted: about 3 residents in primary in January 2026 (2025/26), which no register "
        "row takes." in special
    )


@pytest.mark.parametrize(
    ("rise", "fall", "words"),
    [
        (0.96, 0.0, "almost certain to rise"),
        (0.9, 0.1, "very likely to rise"),
        (0.7, 0.3, "likely to rise"),
        (0.5, 0.5, "more likely than not to rise"),
        (0.2, 0.7, "likely to fall"),
        (0.1, 0.85, "very likely to fall"),
        (0.45, 0.45, "as likely to rise as to fall"),
    ],
)
def test_a_rise_or_fall_is_said_in_the_words_of_its_probability(
    rise, fall, words, paths, places_of, confirmed
):
    places = places_of(*confirmed)
    table = demand(paths, "person").assign(p_rise=rise, p_fall=fall)
    gap, balance = (
        gap_table(paths, places, "person", 0.5),
        provision_balance(paths, places, "person"),
    )

    first, *_ = headlines(gap, balance, table, 2025, "Westmere")

    assert first.startswith(f"Westmere: the number of EHC plans is {words}, from 18")


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
        "is almost certain to rise, from 5 to about 8 by January 2028 (2027/28) (8 in 10 futures: "
        "8 to 8); and almost certain to rise to about 10 by January 2030 (2029/30) (8 in 10 "
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
    # Two now; three quarters of them, then of a mean of 3: 1.5 and 2.25.
    (line,) = (line for line in lines if "Possible demand" in line)
    assert line.startswith(
        "Possible demand: 2 children of school age (Reception to Year 11) are recorded as not in "
        "education or with no placement in January 2025 (2024/25); EOTAS and home education are "
        "not counted. Placed as others with their needs are, they would add about 2 to specialist "
        "provision then, and about 2 by January 2026 (2025/26), on average."
    )
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


def test_a_provision_whose_children_are_not_agreed_is_not_told(paths, places_of, confirmed):
    lines = tell(paths, places_of(*confirmed), unsettled=("special",))
    told = [line for line in lines if line.startswith("Special school")]
    assert len(told) == 1
    assert "do not agree" in told[0]
