"""Text of a census turned into dates, flags, year groups and codes."""

import pandas as pd
import pytest

from sufficiency.pupil_census.values import school_numbers, year_groups


@pytest.mark.parametrize(
    ("written", "code", "ncy"),
    [
        ("N1", "N1", -2),
        ("n2", "N2", -1),
        ("R", "R", 0),
        ("Reception", "R", 0),
        ("0", "0", 0),
        ("7", "7", 7),
        ("07", "7", 7),
        ("7.0", "7", 7),
        ("Year 10", "10", 10),
        ("Y11", "11", 11),
        ("14", "14", 14),
        ("X", "X", None),
        ("15", "?", None),
        ("what", "?", None),
        ("", "", None),
    ],
)
def test_year_groups_have_one_spelling_and_a_number(written, code, ncy):
    codes, numbers = year_groups(pd.Series([written], dtype="str"))
    assert codes.tolist() == [code]
    assert [None if pd.isna(n) else n for n in numbers] == [ncy]


def test_laestab_is_taken_from_itself_or_from_authority_and_establishment():
    text = pd.DataFrame(
        {
            "laestab": ["8392001", "839/2001", "2001", "", "", "", "8392001.0"],
            "la": ["", "", "", "838", "", "", ""],
            "estab": ["", "", "", "2001", "201", "", ""],
        },
        dtype="str",
    )
    assert school_numbers(text, "839").tolist() == [
        "8392001",
        "8392001",
        "8392001",
        "8382001",
        "8390201",
        "",
        "8392001",
    ]


def test_values_that_are_not_of_their_kind_are_missing_and_listed_without_the_value(make_census):
    census = make_census(
        [
            {"birth_date": "16/01/2015", "unit": "Y", "entry_date": "2020-Sep-01 00:00:00"},
            {"birth_date": "31/02/2015", "unit": "perhaps", "rp": "0"},
        ]
    )
    pupils = census.pupils
    assert pupils["birth_date"].tolist() == [pd.Timestamp("2015-01-16"), pd.NaT]
    assert pupils["entry_date"].tolist() == [pd.Timestamp("2020-09-01"), pd.NaT]
    assert pupils["unit"].fillna(False).tolist() == [True, False]
    assert pupils["unit"].isna().tolist() == [False, True]
    assert pupils["rp"].isna().tolist() == [True, False]
    told = census.unreadable.sort_values("column")
    assert told[["column", "row", "kind"]].to_numpy().tolist() == [
        ["birth_date", 3, "date"],
        ["unit", 3, "flag"],
    ]
    assert list(told.columns) == ["column", "file", "sheet", "row", "kind"]


def test_types_are_those_of_the_model(make_census):
    pupils = make_census([{}]).pupils
    assert pupils["ncy"].dtype == "Int64"
    assert pupils["unit"].dtype == "boolean"
    for column in ("birth_date", "entry_date", "leaving_date"):
        assert pupils[column].dtype == "datetime64[us]"
    texts = ["upn", "uln", "laestab", "urn", "sex", "postcode", "ncy_code", "enrol_status"]
    for column in [*texts, "sen_provision", "need", "second_need"]:
        assert pupils[column].dtype == "str"


def test_codes_are_in_capitals_and_identifiers_without_spaces(make_census):
    census = make_census(
        [{"upn": "a839 200000001", "sex": "female", "need": "SpLD", "postcode": "zz1 1aa"}]
    )
    row = census.pupils.iloc[0]
    assert row[["upn", "sex", "need", "postcode"]].tolist() == [
        "A839200000001",
        "F",
        "SPLD",
        "ZZ1 1AA",
    ]


def test_needs_are_turned_round_where_their_ranks_say_so(make_census):
    census = make_census(
        [
            {"need": "ASD", "need_rank": "2", "second_need": "SEMH", "second_need_rank": "1"},
            {"need": "ASD", "need_rank": "1", "second_need": "SEMH", "second_need_rank": "2"},
        ]
    )
    assert census.pupils["need"].tolist() == ["SEMH", "ASD"]
    assert census.pupils["second_need"].tolist() == ["ASD", "SEMH"]


@pytest.mark.parametrize("column", ["enrol_status", "sen_provision", "need", "second_need", "sex"])
def test_what_is_no_code_is_not_kept_because_it_may_be_a_name(make_census, column):
    census = make_census([{column: "Demo000001"}, {column: ""}])
    assert census.pupils[column].tolist() == ["?", ""]
    assert not census.pupils.astype("str").isin(["DEMO000001", "Demo000001"]).any(axis=None)
