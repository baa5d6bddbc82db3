"""Moves, imports, classes and need mix beside the register: two schools and a base on paper.

Elm (100002) is for SEMH in Years 7 to 11 with 12 places and a roll of 13.
"""

import pytest

NOT_THERE = {"urn": "999999"}


@pytest.mark.parametrize("file", ["moves", "imports", "classes", "need_mix"])
def test_a_school_that_is_not_on_the_register_blocks(read, said, file):
    result = read(**{file: [NOT_THERE]})
    found = said(result, f"{file}_school_not_on_register")
    assert [(f.source, f.row, f.severity) for f in found] == [(f"{file}.csv", 2, "blocks")]
    assert "'999999'" in found[0].message


@pytest.mark.parametrize("file", ["moves", "imports", "classes", "need_mix"])
def test_a_site_that_is_not_on_the_register_blocks(read, said, file):
    result = read(**{file: [{"site_id": "annexe"}]})
    assert [f.severity for f in said(result, f"{file}_site_not_on_register")] == ["blocks"]


@pytest.mark.parametrize("file", ["moves", "imports", "need_mix", "budget", "costs"])
def test_the_same_row_twice_blocks(read, said, file):
    result = read(**{file: [{}, {}]})
    assert [f.row for f in said(result, f"{file}_row_repeated")] == [2, 3]


def test_a_year_group_that_the_row_does_not_teach_is_warned_of(read, said):
    result = read(
        moves=[{"ncy": "6"}, {"ncy": "7"}], imports=[{"ncy": "12"}], classes=[{"ncy_to": "12"}]
    )
    assert [f.row for f in said(result, "moves_year_group_not_taught")] == [2]
    assert len(said(result, "imports_year_group_not_taught")) == 1
    assert len(said(result, "classes_year_group_not_taught")) == 1
    assert len(result.moves) == 2


def test_a_move_of_nobody_is_warned_of(read, said):
    assert said(read(moves=[{"leavers": ""}]), "moves_row_says_nothing")


def test_imports_above_the_roll_are_warned_of_once_a_school(read, said):
    # The register has Elm's roll of 13 in each of its two periods.
    rows = [{"pupils": "20"}, {"pupils": "7", "ncy": "8"}]
    found = said(read(imports=rows), "imports_above_roll")
    assert [(f.row, f.severity) for f in found] == [(2, "warns")]
    assert "27 pupils" in found[0].message
    assert not said(read(imports=[{"pupils": "13"}]), "imports_above_roll")
    assert said(read(imports=[{"pupils": "14"}]), "imports_above_roll")


def test_no_pupils_of_an_authority_is_a_number_and_not_a_blank(read):
    assert read(imports=[{"pupils": "0"}]).imports["pupils"].tolist() == [0]


def test_imports_say_where_they_come_from(read):
    imported = read(imports=[{"home_authority": "", "ncy": "", "need": ""}]).imports.iloc[0]
    assert (imported["home_authority"], imported["need"]) == ("unknown", "ALL")
    assert imported["source"] == "imports.csv"


def test_shares_of_a_row_that_do_not_sum_to_one_block(read, said):
    result = read(need_mix=[{"share": "60%"}, {"need": "ASD", "share": "0.3"}])
    found = said(result, "need_mix_shares_do_not_sum")
    assert [f.row for f in found] == [2, 3]
    assert "0.9" in found[0].message
    assert result.need_mix_given.empty


def test_thirds_rounded_to_two_figures_sum_to_one(read, said):
    rows = [{"need": need, "share": "0.33"} for need in ("SEMH", "ASD", "SLD")]
    assert not said(read(need_mix=rows), "need_mix_shares_do_not_sum")


def test_shares_for_all_phases_and_for_one_do_not_go_together(read, said):
    result = read(need_mix=[{}, {"phase": "secondary"}])
    assert len(said(result, "need_mix_phases_and_all")) == 2


def test_a_need_beyond_the_designation_is_allowed_and_said(read, said):
    result = read(need_mix=[{"need": "SEMH", "share": "0.5"}, {"need": "SLD", "share": "0.5"}])
    assert [(f.row, f.severity) for f in said(result, "need_mix_need_not_designated")] == [
        (3, "informs")
    ]
    assert len(result.need_mix_given) == 2


def test_classes_with_more_places_than_commissioned_are_warned_of_by_september(read, said):
    # Elm has 12 places; from September 2026 it has 18.
    rows = [
        {"class_name": f"Elm {ncy}", "ncy_from": str(ncy), "ncy_to": str(ncy), "places": places}
        for ncy, places in ((7, "5"), (8, "5"), (9, "3"))
    ]
    found = said(read(classes=rows), "classes_above_commissioned")
    assert [f.row for f in found] == [2]
    assert "September 2025 have 13 places, but 12" in found[0].message
    later = [row | {"september_from": "2026"} for row in rows]
    assert not said(read(classes=later), "classes_above_commissioned")


def test_classes_of_overlapping_year_groups_are_warned_of(read, said):
    rows = [{"class_name": "A", "ncy_to": "9"}, {"class_name": "B", "ncy_from": "9", "ncy_to": "9"}]
    assert len(said(read(classes=rows), "classes_cohorts_overlap")) == 2
    apart = [{"class_name": "A"}, {"class_name": "B"}, {"class_name": "C", "ncy_from": "8",
              "ncy_to": "8"}]  # fmt: skip
    assert not said(read(classes=apart), "classes_cohorts_overlap")


def test_a_class_of_another_period_or_for_assessment_is_another_class(read):
    rows = [
        {"september_to": "2025"},
        {"september_from": "2026"},
        {"assessment": "yes"},
    ]
    result = read(classes=rows)
    assert [f for f in result.findings if f.severity == "blocks"] == []
    assert len(result.classes) == 3


def test_one_class_on_two_rows_of_a_september_blocks(read, said):
    result = read(classes=[{}, {"places": "4"}])
    assert [f.row for f in said(result, "classes_class_repeated")] == [2, 3]


def test_years_the_wrong_way_round_block(read, said):
    result = read(classes=[{"ncy_from": "9"}, {"class_name": "B", "september_to": "2024"}])
    assert [f.row for f in said(result, "classes_year_groups_reversed")] == [2]
    assert [f.row for f in said(result, "classes_period_reversed")] == [3]


def test_a_need_that_the_row_does_not_take_is_warned_of(read, said):
    assert said(read(classes=[{"needs": "SEMH, PD"}]), "classes_need_not_taken")
