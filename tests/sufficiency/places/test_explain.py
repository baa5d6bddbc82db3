"""The register in words: every sentence worked out by hand from the authority on paper."""

import pandas as pd
import pytest

from sufficiency.contracts import SchemePlaces, checked, empty
from sufficiency.findings import Findings
from sufficiency.places import compare_registers, explain, need_mix, places

YEARS = 4


def explained(paper, register=None, schemes=None, changes=None, findings=None) -> list[str]:
    register = paper.register if register is None else register
    found = Findings()
    split = places(
        register,
        paper.plans,
        paper.base_year,
        YEARS,
        "commissioned",
        found,
        paper.establishments,
        classes=paper.classes,
        imports=paper.imports,
    )
    mix = need_mix(register, paper.plans, paper.base_year, None, found)
    schemes = empty(SchemePlaces) if schemes is None else schemes
    return explain(register, split, mix, schemes, changes, findings)


def part(lines: list[str], heading: str) -> list[str]:
    """Return the lines under a heading, until the next blank line."""
    start = next(n for n, line in enumerate(lines) if line.startswith(heading)) + 1
    end = next((n for n, line in enumerate(lines) if n > start and not line), len(lines))
    return [line.strip() for line in lines[start:end]]


def test_a_school_with_pools_and_beds_is_told_in_full(paper):
    assert part(explained(paper), "Oak School: Special school, URN 100001, site main, North") == [
        "From 1 September 2024 with no end (existing; counted), Reception to Year 13:",
        "places: 30 commissioned, 32 physical (SCAP not known)",
        "set apart: 6 for Year 12 and over, 2 for assessment, where no plan is needed",
        "boarding beds, a capacity of their own: 4",
        "needs: ASD SLD; flexible, any of them may use any place",
        "roll: 26, of whom 1 without a plan, 2 of other authorities",
        "counts (commissioned): 30 from January 2025 (2024/25)",
        "of these when they first count: 24 Reception to Year 11, 6 Year 12 on",
        "of its places, used by pupils without a plan: 2",
        "of its places, used by pupils of other authorities: 2",
        # 28 plan holders at Oak, 5 of them ASD at the annexe: 18 ASD and 5 SLD at the main site.
        "used by 23 plan holders who live here (ASD 78%, SLD 22%); the split of places follows "
        "them",
    ]


def test_growth_by_steps_is_told_year_by_year_and_over_number_is_said(paper):
    lines = part(explained(paper), "Elm School")

    # 12 places, then 18 from September 2026 in two steps: 15 in January 2027, 18 in January 2028.
    assert (
        "counts (commissioned): 12 from January 2025 (2024/25); 15 from January 2027 (2026/27); "
        "18 from January 2028 (2027/28)" in lines
    )
    assert "From 1 September 2024 to 31 August 2026 (existing; counted), Year 7 to Year 11:" in (
        lines
    )
    assert (
        "roll: 13, of whom 0 without a plan, 3 of other authorities; 1 over commissioned places"
        in lines
    )


def test_a_satellite_has_a_paragraph_of_its_own_with_its_own_numbers(paper):
    lines = part(explained(paper), "Oak School annexe: Special school, URN 100001, site annexe")

    assert "places: 8 commissioned, 8 physical (SCAP not known)" in lines
    assert "used by 5 plan holders who live here (ASD 100%); the split of places follows them" in (
        lines
    )


def test_a_proposed_row_is_never_counted_and_an_assumed_one_says_what_to_do(paper):
    elm = paper.register["urn"] == "100002"
    later = paper.register["effective_from"] == "2026-09-01"
    register = paper.register.assign(
        change_status=paper.register["change_status"].mask(elm & later, "proposed"),
        assumed=paper.register["assumed"].mask(paper.register["urn"] == "100003", "yes"),
    )

    lines = explained(paper, register)

    assert lines[0] == (
        "Rows on the register: 5, for 4 provisions and sites. Assumed, so that they show change "
        "only: 1. Proposed, so never counted: 1."
    )
    assert (
        "counts (commissioned): 12 from January 2025 (2024/25); 0 from January 2027 (2026/27)"
        in part(lines, "Elm School")
    )
    assert any("(proposed; never counted)" in line for line in part(lines, "Elm School"))
    assert "assumed from on paper: put no in column assumed once it is right" in part(lines, "Ash")


def test_places_that_are_not_known_are_not_called_zero(paper):
    blank = ["physical_capacity", "commissioned_places", "on_roll"]
    ash = paper.register["urn"] == "100003"
    register = paper.register.copy()
    register.loc[ash, blank] = pd.NA

    lines = part(explained(paper, register), "Ash")

    assert "places: not known, which is not zero (commissioned, physical, SCAP not known)" in lines
    assert (
        "counts: nothing, because its places are not known; no gap is shown where it serves"
        in lines
    )


def test_what_changed_is_told_where_it_changed_and_rows_that_are_gone_at_the_end(paper):
    ash = paper.register["urn"] == "100003"
    before = paper.register.assign(
        commissioned_places=paper.register["commissioned_places"].mask(ash, 6)
    )
    gone = before[ash].assign(site_id="hall", name="Ash hall", effective_from="2023-09-01")
    before = pd.concat([before, gone], ignore_index=True)
    changes = compare_registers(before, paper.register, "the last run")

    lines = explained(paper, changes=changes)

    assert (
        "changed since the last run, in the row from 1 September 2024: commissioned_places, "
        "from 6 to 7" in part(lines, "Ash")
    )
    assert lines[-1] == (
        "Gone since the last run: Ash hall, the row from 1 September 2023 with 6 commissioned "
        "places"
    )


@pytest.mark.parametrize("known", [True, False])
def test_no_change_is_told_apart_from_no_earlier_reading(paper, known):
    changes = compare_registers(paper.register, paper.register, "x") if known else None

    assert explained(paper, changes=changes)[-1] == (
        "Nothing changed on the register since it was last read."
        if known
        else "No earlier reading of this register is known, so nothing is listed as changed."
    )


def test_what_lies_between_homes_and_schools_is_told_by_provision(paper):
    told = part(explained(paper), "Between homes and schools in January 2025 (2024/25)")

    assert "Special school, used in other authorities by children who live here: 1" in told
    assert "Special school, used here by children of other authorities: 5" in told
    assert "Resourced provision, used by pupils without a plan: 1" in told


def test_each_scheme_says_whether_it_counts_or_why_not(paper):
    shared = {
        "name": "Elm wing",
        "scheme_type": "expansion",
        "provision": "special",
        "locality": "South",
        "earliest_opening": "2026-09-01",
        "likely_places": 3.5,
        "capital_cost": None,
        "capital_source": "",
    }
    rows = [
        {**shared, "scheme": "A", "stage": "approved", "year": year, "planned_places": planned,
         "counted_places": planned, "counted": "yes", "why_not": ""}
        for year, planned in ((2026, 0), (2027, 6), (2028, 10))
    ] + [
        {**shared, "scheme": "B", "stage": "idea", "year": 2027, "planned_places": 8,
         "counted_places": 0, "counted": "no", "why_not": "not approved"}
    ]  # fmt: skip

    told = part(explained(paper, schemes=checked(SchemePlaces, pd.DataFrame(rows), "s")), "Schemes")

    assert told == [
        "A: counted, up to 10 of 10 planned places, not before 1 September 2026",
        "B: not counted (8 planned places): not approved",
    ]


def test_what_could_not_be_used_is_told_with_what_to_do(paper):
    found = Findings()
    found.block("a", "Row 7: no urn.", "Put the URN.", source="places.csv", row=7)
    found.warn("b", "Row 8 is odd.", "Look.", source="places.csv", row=8)
    found.block("c", "Row 2: no scheme.", "Add it.", source="schemes.csv", row=2)

    told = part(explained(paper, findings=found.table()), "Not used, until it is corrected")

    assert told == [
        "Row 7: no urn. Put the URN.",
        "Worth a look on the register: 1 (sufficiency check lists them).",
    ]


def test_the_order_of_rows_does_not_matter(paper):
    turned = paper.register.iloc[::-1].reset_index(drop=True)

    assert explained(paper, turned) == explained(paper)
