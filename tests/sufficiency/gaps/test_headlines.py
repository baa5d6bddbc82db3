"""Headlines say what the tables say, with base census and certainty, and no more."""

import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.contracts import SeptemberBoard, Waiting, checked
from sufficiency.gaps import demand, gap_table, headlines, provision_balance
from sufficiency.gaps.asides import across_borders, where_bought
from sufficiency.gaps.headlines import ENOUGH_TO_NAME, Besides
from sufficiency.gaps.offer import ASSUMED
from sufficiency.gaps.wording import certainty, counted, group_and_phase, in_words
from sufficiency.terms import lookup

SPECIAL = "Special school, January 2026 (2025/26)"


def tell(paths, places, basis="person", unsettled=(), besides=None):
    return headlines(
        gap_table(paths, places, basis, 0.5),
        provision_balance(paths, places, basis),
        demand(paths, basis),
        2025,
        "Westmere",
        unsettled,
        besides or Besides(),
    )


def tenfold(paths, rows):
    """Return the small authority ten times as large, so that its cells may be named."""
    return paths.assign(count=paths["count"] * 10), [r | {"places": 10 * r["places"]} for r in rows]


@pytest.fixture(scope="module")
def lines(paths, places_of, confirmed) -> list[str]:
    return tell(paths, places_of(*confirmed))


def test_the_base_census_is_stated_once_for_all_at_the_end(lines):
    assert lines[-1].startswith("Base census of all the above: January 2025 (2024/25). ")
    assert sum("Base census" in line for line in lines) == 1


def test_the_total_is_told_first_as_the_demand_table_has_it(lines):
    # Plans by path in 2026: 20, 20, 25, 27: p50 22.5, said as 22; p10 20, p90 26.4; 18 at the base.
    assert lines[0] == (
        "Westmere: the number of EHC plans is almost certain to rise, from 18 to about 22 by "
        "January 2026 (2025/26) (8 in 10 futures: 20 to 26)."
    )


def test_a_confirmed_provision_tells_who_is_likely_short_and_how_much_in_all(
    paths, places_of, across
):
    larger, rows = tenfold(paths, across)

    special = [line for line in tell(larger, places_of(*rows)) if "Special school" in line]

    # Autism by path -10, 0, 10, 40: 12.5 places, P10 -7. Severe 10, 0, 0, -10: 2.5 places in 1 of
    # 4 paths, so it is not called short. Pooled 10, 0, 10, 40. Autism in North short 0, 0, 0, 20
    # and in South 0, 0, 0, 10, which is less than pooled, so nothing could be met elsewhere.
    assert special == [
        f"{SPECIAL}: likelier than not to be short of places: Autism and communication, secondary "
        "(more likely than not, on average 12 places, 8 in 10 futures: none to 31; first likely in "
        "January 2026 (2025/26)). In all, with lesser chances in other groups, about 15 places "
        "short on average (8 in 10 futures: 3 to 31).",
        "Special school: pupils of other authorities use 20 places here, held as today.",
    ]


def test_a_cell_of_fewer_than_ten_plans_at_the_base_census_is_counted_not_named(lines):
    # Six autistic children at the base census.
    (special,) = (line for line in lines if line.startswith(SPECIAL))
    assert "Autism" not in special
    assert special.startswith(
        f"{SPECIAL}: likelier than not to be short of places: one small group."
    )


def test_room_is_never_told_as_a_surplus(paths, places_of, across):
    larger, rows = tenfold(paths, across)
    roomy = [r | {"places": 9 * r["places"]} if r.get("need_group") else r for r in rows]

    text = " ".join(tell(larger, places_of(*roomy)))

    assert not re.search(r"spare|surplus|no places needed|too many", text)
    assert "Severe" not in text


def test_flexible_places_are_said_to_be_counted_for_whichever_need_is_short(
    paths, places_of, across
):
    rows = [row | {"flexible": "yes"} for row in across]

    (special,) = (line for line in tell(paths, places_of(*rows)) if line.startswith(SPECIAL))

    assert "All these places are flexible" in special


def test_a_locality_that_is_short_while_the_authority_is_not_says_so(paths, places_of, across):
    rows = [
        r | {"locality": "North", "places": 9} if r.get("name") == "Dale" else r for r in across
    ]
    rows = [r | {"places": r["places"] + 4} if r.get("name") is None else r for r in rows]
    larger, rows = tenfold(paths, rows)

    lines = tell(larger, places_of(*rows))

    # South has no place and one pupil without a plan counted in North: 30, 40, 40, 50 short.
    (south,) = (line for line in lines if line.startswith("South"))
    assert south == (
        "South, special school, January 2026 (2025/26): a shortage is likelier than not for Autism "
        "and communication, secondary (almost certain, on average 40 places, 8 in 10 futures: 33 "
        "to 47; first likely in January 2025 (2024/25)). With the places of the whole authority "
        "together it is very unlikely."
    )
    special = next(line for line in lines if line.startswith("Special school: no shortage"))
    assert "is likely in January 2026" in special
    assert "which free places elsewhere could meet" in special


def test_residents_in_phases_that_no_row_takes_are_said_not_to_be_counted(
    paths, places_of, confirmed
):
    rows = [row for row in confirmed if row.get("need_group") != "COMPLEX"]

    (special,) = (line for line in tell(paths, places_of(*rows)) if line.startswith(SPECIAL))

    assert special.endswith(
        "Not counted: about 3 residents in primary, which no register row takes."
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

    unit = next(line for line in tell(paths, places_of(*roomy)) if line.startswith("SEN unit"))

    assert unit == "SEN unit: no shortage is likely in January 2026 (2025/26)."


def test_with_assumed_places_only_change_is_told(paths, places_of, confirmed):
    assumed = [row | {"assumed": "yes"} for row in confirmed]

    lines = tell(paths, places_of(*assumed))

    assert not [line for line in lines if re.search(r"\b(gap|short)", line)]
    (special,) = (line for line in lines if "Special school" in line)
    assert "from 10 to about 12 by January 2026 (2025/26)" in special
    assert special.endswith(f"Only the change is shown ({ASSUMED}).")


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
    assert modelled[-1].startswith(
        "Base census of all the above: January 2025 (2024/25), modelled from published tables."
    )


def test_possible_demand_is_told_apart_from_placements(lines):
    # Two now; three quarters of them, then of a mean of 3: 1.5 and 2.25.
    (line,) = (line for line in lines if "Possible demand" in line)
    assert line.startswith(
        "Possible demand: 2 children of school age (Reception to Year 11) recorded as not in "
        "education or with no placement at the base census; EOTAS and home education are "
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


def test_numbers_alone_are_told_of_places_that_are_bought_one_by_one(paths_of, places_of, paper):
    paths = paths_of(
        [
            (0, year, "North", "SEMH", setting, 8, n + year - 2025)
            for setting, n in (("SPIN", 20), ("SPNM", 12), ("AP", 15))
            for year in (2025, 2026)
        ]
    )
    plans = pd.concat([paper.plans[paper.plans["setting"] == "SPIN"]] * 10)
    places = places_of({"provision": "ap", "need_group": "SEMH", "places": 91})

    lines = tell(paths, places, besides=Besides(plans=plans))

    told = {line.split(":")[0]: line for line in lines}
    independent = told["Independent special school"]
    assert "from 20 to about 21" in independent
    assert independent.endswith("At the base census, 20 inside the authority and 10 outside it.")
    assert "from 12 to about 13" in told["Non-maintained special school"]
    assert "from 15 to about 16" in told["Alternative provision"]
    assert "inside" not in told["Alternative provision"]
    assert not re.search("short of|91|surplus|room", " ".join(lines).lower())


@pytest.mark.parametrize(
    ("inside", "outside", "words"),
    [
        (12, 4, "most inside it and fewer than 10 not"),
        (4, 12, "most outside it and fewer than 10 not"),
        (4, 4, "fewer than 10 inside the authority and fewer than 10 outside it"),
        (0, 12, "none inside the authority and 12 outside it"),
    ],
)
def test_fewer_than_ten_in_or_out_of_area_are_not_told_as_a_number(inside, outside, words, paper):
    one = paper.plans[paper.plans["setting"] == "SPIN"].head(1)
    plans = pd.concat([one.assign(in_area="yes")] * inside + [one.assign(in_area="no")] * outside)

    assert where_bought("independent_special", plans, 2025) == f" At the base census, {words}."
    assert where_bought("independent_special", plans.assign(basis="modelled"), 2025) == ""


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ((3, -2, None), "3 residents use places in other authorities and pupils of other "
         "authorities use 2 places here, held as today."),
        ((3, None, None), "pupils of other authorities are not known; 3 residents use places in "
         "other authorities, held as today."),
        ((None, None, 4), "pupils of other authorities are not known; on balance 4 residents are "
         "placed elsewhere, held as today."),
        ((None, None, -1), "pupils of other authorities are not known; on balance 1 place is used "
         "by pupils who are not residents with a plan, held as today."),
    ],
)  # fmt: skip
def test_who_crosses_the_border_is_said_and_what_is_not_known(parts, words):
    row = pd.Series(
        dict(zip(("exports", "imports", "net_export"), parts, strict=True)), dtype="Int32"
    )

    assert across_borders("Special school", row) == [f"Special school: {words}"]


def test_the_list_of_children_who_wait_replaces_possible_demand(paths, places_of, confirmed):
    row = {"source": "awaiting", "need_group": "SEMH", "phase": "secondary", "locality": "North",
           "provision": "special", "where_now": "MSAC", "interim": "mainstream", "stage": "named",
           "waited": "0-12", "children": 5}  # fmt: skip
    other = row | {"provision": "sen_unit", "interim": "tuition", "waited": "53+", "children": 2}
    list_of = checked(Waiting, pd.DataFrame([row, other]), "waiting")

    lines = tell(paths, places_of(*confirmed), besides=Besides(waiting=list_of))

    assert not any("Possible demand" in line for line in lines)
    (line,) = (line for line in lines if line.startswith("Waiting list"))
    assert line == (
        "Waiting list: 7 children wait for a type of place that is agreed (5 for special school "
        "and 2 for SEN unit); 2 for more than 26 weeks, 2 meanwhile with no school, tuition or a "
        "part-time place. Each is counted once."
    )


def test_the_next_september_is_told_cohort_by_cohort_and_not_netted(paths, places_of, confirmed):
    cohort = {"september": 2025, "urn": "1", "site_id": "main", "name": "Hill",
              "provision": "special", "locality": "North", "ncy_from": 7, "ncy_to": 11,
              "needs": "", "named": 0, "directed": 0, "consulted": 0, "reason": ""}  # fmt: skip
    frame = pd.DataFrame([cohort] * 5).assign(
        september=[2025, 2025, 2025, 2025, 2026],
        free_after_named=pd.array([4, -3, 0, pd.NA, -9], dtype="Int32"),
    )
    columns = list(SeptemberBoard.to_schema().columns)
    board = checked(SeptemberBoard, frame.reindex(columns=columns), "september_board")

    lines = tell(paths, places_of(*confirmed), besides=Besides(september_board=board))

    (line,) = (line for line in lines if "September" in line)
    assert line == (
        "1 September 2025: 1 of 3 cohorts with class sizes has more children staying, named or "
        "directed than places (3 children over); 1 of 3 cohorts has 4 places free before children "
        "not yet named, each for its own year groups and needs only; for 1 cohort places are not "
        "known."
    )


def test_a_september_with_no_cohort_over_or_free_says_so_without_noughts(
    paths, places_of, confirmed
):
    columns = list(SeptemberBoard.to_schema().columns)
    cohort = {"september": 2025, "urn": "1", "site_id": "main", "name": "Hill",
              "provision": "special", "locality": "North", "ncy_from": 7, "ncy_to": 11,
              "needs": "", "named": 0, "directed": 0, "consulted": 0, "reason": ""}  # fmt: skip
    frame = pd.DataFrame([cohort]).assign(free_after_named=pd.array([0], dtype="Int32"))
    board = checked(SeptemberBoard, frame.reindex(columns=columns), "september_board")

    lines = tell(paths, places_of(*confirmed), besides=Besides(september_board=board))

    assert [line for line in lines if "September" in line] == [
        "1 September 2025: no cohort with class sizes has more children staying, named or directed "
        "than places."
    ]


ROOM = st.integers(0, 20)


@settings(deadline=None, max_examples=8)
@given(numbers=st.tuples(ROOM, ROOM, ROOM, ROOM), times=st.sampled_from([1, 2, 10]))
def test_headlines_never_contradict_the_tables(paths, places_of, across, numbers, times):
    rows = [row | {"places": n * times} for row, n in zip(across[:3], numbers[:3], strict=True)]
    rows += [across[4] | {"places": numbers[3] * times}, *across[5:]]
    larger = paths.assign(count=paths["count"] * times)
    places = places_of(*rows)
    gap = gap_table(larger, places, "person", 0.5)
    balance = provision_balance(larger, places, "person")

    lines = tell(larger, places)

    cells = gap[(gap["view"] == "placements") & (gap["gap_reason"] == "")]
    for provision in ("special", "sen_unit"):
        title = lookup("provisions", "name")[provision]
        starts = (f"{title}, January 2026", f"{title}: no shortage is likely in January 2026")
        line = next(text for text in lines if text.startswith(starts))
        mine = cells[(cells["provision"] == provision) & (cells["locality"] == "ALL")]
        base = mine[mine["year"] == 2025].set_index(["need_group", "phase"])["demand_mean"]
        now = mine[mine["year"] == 2026]
        short = now[now["p_shortage"] >= 0.5]
        at = (balance["view"] == "placements") & (balance["provision"] == provision)
        total = balance.loc[at & (balance["year"] == 2026), "shortage_total"].sum()
        if short.empty:
            assert line.startswith(starts[1])
            assert "In all" not in line
        else:
            assert f"In all about {counted(total, 'place')} short" in line
        called = line.split("In all")[0] if len(short) else ""
        small = 0
        for _, row in now.iterrows():
            large = base.get((row["need_group"], row["phase"]), 0) >= ENOUGH_TO_NAME
            named = f"{group_and_phase(row)} ({certainty(row['p_shortage'])}, on average"
            assert (named in called) == (row["p_shortage"] >= 0.5 and large)
            small += row["p_shortage"] >= 0.5 and not large
        assert ("group" in called) == (small > 0)
        assert not small or f"{in_words(small, 'x').split()[0]} " in called
