"""The awaiting list: each child once, by a pseudonym, still waiting; no value of a row is shown."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.council.awaiting import _may_name, beside_base
from sufficiency.findings import Findings


def test_weeks_waited_run_from_the_day_agreed_to_the_day_described(read):
    child = read(awaiting=[{"agreed_on": "2024-10-01", "as_at": "2025-01-21"}]).awaiting.iloc[0]
    assert child["weeks_waiting"] == 16
    assert child["row"] == 2
    assert "child_id" not in child.index


def test_a_child_on_two_rows_blocks_and_counts_on_neither(read, said):
    result = read(awaiting=[{"child_id": "W1"}, {"child_id": "w 1"}, {"child_id": "W2"}])
    found = said(result, "awaiting_child_repeated")
    assert [(f.row, f.severity) for f in found] == [(2, "blocks"), (3, "blocks")]
    assert result.awaiting["row"].tolist() == [4]


@pytest.mark.parametrize(
    "told",
    [
        "A123456789012", "a12345678901b", "H801-2000-01001", "1234567890", "123 456 7890",
        "Jane Smith", "Smith, J", "Jane", "Jane Smith 3", "Zoë Åkesson 2", "JS 12/03/2015",
        "JS-2015-03-12", "12032015", "20150312", "BH1 2AB",
    ],
)  # fmt: skip
def test_an_id_that_may_name_a_child_blocks_and_is_not_repeated(read, said, told):
    result = read(awaiting=[{"child_id": told}])
    assert [f.severity for f in said(result, "awaiting_id_may_name_a_child")] == ["blocks"]
    assert result.awaiting.empty
    assert all(told not in f.message + f.action for f in result.findings)


@pytest.mark.parametrize("told", ["W001", "17", "SEND-2026-0112", "a3f9c2e1", "case 12", "2026/4"])
def test_a_pseudonym_is_accepted(told):
    assert not _may_name(told)


def test_a_column_that_names_children_blocks(tmp_path, read, said):
    (tmp_path / "awaiting.csv").write_text(
        "child_id,need,ncy,provision,as_at,stage,Child name,DOB,filename\n"
        "W001,SEMH,8,special,2025-01-21,agreed,Jane Smith,01/02/2012,x\n"
    )
    result = read()
    found = said(result, "council_column_names_children")
    assert [f.column for f in found] == ["name", "dob"]
    assert all("Jane" not in f.message + f.action for f in result.findings)


def test_no_finding_shows_what_a_row_says(read):
    secret = {"child_id": "W9", "need": "QQQ", "ncy": "99", "locality": "Nowhere", "stage": "zzz"}
    findings = read(awaiting=[secret, {"child_id": "W8", "locality": "Atlantis"}]).findings
    assert {f.column for f in findings if f.severity == "blocks"} >= {"need", "ncy", "locality"}
    for value in ("W9", "W8", "QQQ", "99", "Nowhere", "zzz", "Atlantis"):
        assert all(value not in f.message + f.action for f in findings)


def test_a_child_already_in_a_place_of_the_agreed_type_is_left_out_with_a_warning(read, said):
    result = read(awaiting=[{"where_now": "SPLA"}, {"child_id": "W2"}])
    found = said(result, "awaiting_already_placed")
    assert [(f.row, f.severity) for f in found] == [(2, "warns")]
    assert result.awaiting["row"].tolist() == [3]


def test_a_day_agreed_after_the_day_described_blocks(read, said):
    result = read(awaiting=[{"agreed_on": "2025-02-01", "as_at": "2025-01-21"}])
    assert [f.row for f in said(result, "awaiting_agreed_in_the_future")] == [2]
    assert result.awaiting.empty


def test_a_blank_day_leaves_the_wait_unknown_not_zero(read, said):
    result = read(awaiting=[{"agreed_on": ""}])
    assert result.awaiting["weeks_waiting"].isna().tolist() == [True]
    assert said(result, "awaiting_agreed_on_blank")


@pytest.mark.parametrize(
    ("as_at", "september"), [("2025-01-21", 2025), ("2025-09-01", 2025), ("2025-09-02", 2026)]
)
def test_a_blank_september_is_the_next_one_and_is_said(read, said, as_at, september):
    result = read(awaiting=[{"as_at": as_at, "september": ""}])
    assert result.awaiting["september"].tolist() == [september]
    assert said(result, "awaiting_september_blank")


def test_a_school_that_nobody_knows_and_a_school_without_such_a_place_are_warned_of(read, said):
    result = read(
        awaiting=[
            {"child_id": "W1", "urn": "999999"},
            {"child_id": "W2", "urn": "100003"},
            {"child_id": "W3", "urn": ""},
        ]
    )
    assert [f.row for f in said(result, "awaiting_unknown_school")] == [2]
    assert [f.row for f in said(result, "awaiting_school_has_no_such_place")] == [3]
    assert [f.row for f in said(result, "awaiting_stage_without_school")] == [4]
    assert len(result.awaiting) == 3


def test_the_year_group_is_that_of_the_september_wanted(read, said):
    # Elm teaches 7 to 11. NCY 10 when agreed in 2024/25 is 11 in September 2025, and 12 in 2026.
    rows = [{"child_id": "W1", "ncy": "10"}, {"child_id": "W2", "ncy": "10", "september": "2026"}]
    assert [f.row for f in said(read(awaiting=rows), "awaiting_year_group_does_not_fit")] == [3]
    young = {"provision": "post16", "urn": "", "stage": "agreed", "ncy": "5"}
    assert said(read(awaiting=[young]), "awaiting_year_group_does_not_fit")


def test_a_blank_locality_is_outside_and_is_said(read, said):
    result = read(awaiting=[{"locality": ""}])
    assert result.awaiting["locality"].tolist() == ["outside"]
    assert said(result, "awaiting_locality_blank")


@settings(deadline=None, max_examples=25)
@given(st.dates(), st.sampled_from(["%d/%m/%Y", "%Y-%m-%d", "%d.%m.%y"]), st.text("AB", max_size=3))
def test_an_id_with_a_date_in_it_is_never_accepted(day, style, letters):
    assert _may_name(f"{letters} {day.replace(year=1990 + day.year % 40).strftime(style)}"
                     if (day.month, day.day) != (2, 29) else "29/02/2016")  # fmt: skip


def test_a_header_cell_that_may_be_a_child_is_not_repeated(tmp_path, read):
    (tmp_path / "awaiting.csv").write_text(
        "child_id,ned,ncy,provision,as_at,stage,Jane Smith,Jane Smith,smith_upn\n"
        "W001,SEMH,8,special,2025-01-21,agreed,x,y,z\n"
    )
    findings = read().findings
    assert {
        "council_column_missing",
        "council_column_repeated",
        "council_column_names_children",
    } <= {f.check for f in findings}
    told = " ".join(f"{f.message} {f.action} {f.column}" for f in findings).lower()
    assert "jane" not in told
    assert "smith" not in told
    assert "ned" not in told.split()


def test_an_id_in_wide_letters_is_read_as_in_plain_ones(read, said):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in "H801200001001")
    assert said(read(awaiting=[{"child_id": wide}]), "awaiting_id_may_name_a_child")


def test_a_school_that_nothing_knows_leaves_the_table(read, said):
    result = read(awaiting=[{"urn": "Jane Smith"}])
    assert said(result, "awaiting_unknown_school")
    assert result.awaiting["urn"].tolist() == [""]


def test_a_list_of_another_time_and_a_september_long_past_are_warned_of(read):
    rows = [
        {"child_id": "W1"},
        {"child_id": "W2", "as_at": "2035-01-21"},
        {"child_id": "W3", "september": "2015"},
    ]
    findings = Findings()
    beside_base(read(awaiting=rows).awaiting, 2025, findings)
    assert [(f.check, f.row) for f in findings.items] == [
        ("awaiting_list_of_another_time", 3),
        ("awaiting_september_long_past", 4),
    ]


def test_a_far_year_is_not_understood(read, said):
    found = said(read(awaiting=[{"as_at": "9999-01-01"}]), "council_unknown_value")
    assert [f.column for f in found] == ["as_at"]
