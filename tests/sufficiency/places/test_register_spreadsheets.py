"""Registers as planners really save them: other delimiters, open quotes, near-miss columns."""

from pathlib import Path

import pandas as pd
import pytest

from sufficiency.findings import Finding, Findings
from sufficiency.places.register import read_csv

HEADER = "urn,provision,ncy_from,ncy_to,effective_from,commissioned_places,assumed,locality,notes"
GOOD = "100001,special,0,11,2024-09-01,10,no,North,"


def read(path: Path, content: bytes | str, **tables) -> tuple[pd.DataFrame, list[Finding]]:
    path = path / "places.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    findings = Findings()
    return read_csv(path, findings, **tables), findings.items


def said(items: list[Finding]) -> list[tuple[str, str, int, str]]:
    return [(f.check, f.severity, f.row, f.column) for f in items]


def lines(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows]) + "\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_usual_delimiter_and_encoding_gives_the_same_register(tmp_path, delimiter, encoding):
    content = lines(f"{GOOD}Café").replace(",", delimiter).encode(encoding)

    rows, items = read(tmp_path, content)

    assert items == []
    assert rows[["urn", "commissioned_places", "notes"]].iloc[0].tolist() == ["100001", 10, "Café"]


def test_the_delimiter_is_the_one_that_finds_the_columns_not_the_one_met_most(tmp_path):
    header = f'{HEADER.replace(",", ";")};"a, b, c, d, e, f, g, h, i, j, k, l"'

    rows, items = read(tmp_path, lines(f"{GOOD.replace(',', ';')};", header=header))

    assert rows["urn"].tolist() == ["100001"]
    assert [f.severity for f in items] == ["informs"]


def test_big_endian_utf_16_is_read(tmp_path):
    rows, items = read(tmp_path, b"\xfe\xff" + lines(GOOD).encode("utf-16-be"))

    assert (len(rows), items) == (1, [])


@pytest.mark.parametrize(
    ("content", "check"),
    [
        (b"PK\x03\x04\x00\x00a workbook named places.csv", "register_not_text"),
        (b"\xff\xfeu\x00r", "register_not_text"),
        (b"Our places\nurn,provision\n", "register_header_missing"),
        (b"urn:provision:ncy_from\n1:special:0\n", "register_header_missing"),
        (b"\n \n", "register_empty"),
    ],
)
def test_a_file_that_is_no_register_gives_one_finding(tmp_path, content, check):
    rows, items = read(tmp_path, content)

    assert rows.empty
    assert [(f.check, f.severity) for f in items] == [(check, "blocks")]


@pytest.mark.parametrize(
    "rows",
    [
        (GOOD, f'{GOOD}"open', GOOD, GOOD),
        (GOOD, f'{GOOD}"open', GOOD, f'{GOOD}"closed, elsewhere"', GOOD),
        (GOOD, f'{GOOD}"open', GOOD, f'{GOOD}closed"', GOOD),
        (GOOD, f'"{GOOD}'),
        (GOOD, f'{GOOD}"{"x" * 200_000}"', GOOD),
    ],
)
def test_an_open_quote_or_an_endless_cell_is_one_finding_that_names_its_row(tmp_path, rows):
    register, items = read(tmp_path, lines(*rows))

    assert register.empty
    assert said(items) == [("register_unreadable", "blocks", 3, "")]


def test_a_note_of_several_lines_and_quotes_inside_text_are_no_open_quote(tmp_path):
    second = GOOD.replace("100001", "7")
    content = lines(f'{GOOD}"first line, and\nsecond ""line"" of it"', f'{second}6" of snow')

    rows, items = read(tmp_path, content)

    assert items == []
    assert rows["notes"].tolist() == ['first line, and\nsecond "line" of it', '6" of snow']


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("commissioned", "did you mean commissioned?"),
        ("comissioned_places", "did you mean comissioned_places?"),
        ("Places", "did you mean places?"),
        ("colour", ""),
    ],
)
def test_without_the_column_of_commissioned_places_nothing_is_read(tmp_path, name, hint):
    header = HEADER.replace("commissioned_places", name)

    rows, items = read(tmp_path, lines(GOOD, header=header))

    blocking = [f for f in items if f.severity == "blocks"]
    assert rows.empty
    assert said(blocking) == [("register_column_missing", "blocks", 1, "commissioned_places")]
    assert hint in blocking[0].message
    assert ("did you mean" in blocking[0].message) == bool(hint)


ROLL = f"{HEADER},on_roll,scap_capacity,physical_capacity"


@pytest.mark.parametrize(
    ("provision", "assumed", "figures", "allowed"),
    [
        ("special", "no", "40,,", False),
        ("special", "no", "40,38,", True),
        ("special", "no", "40,,38", True),
        ("special", "yes", "40,,", True),
        ("post16", "no", "40,,", False),
        ("independent_special", "no", "40,,", True),
        ("ap", "no", "40,,", True),
        ("ap", "no", ",,", False),
    ],
)
def test_a_roll_is_no_capacity_of_a_confirmed_row_that_has_a_gap(
    tmp_path, provision, assumed, figures, allowed
):
    row = f"1,{provision},0,11,2024-09-01,,{assumed},North,,{figures}"

    rows, items = read(tmp_path, lines(row, header=ROLL))

    blocking = [f for f in items if f.severity == "blocks"]
    assert len(rows) == allowed
    assert [(f.check, f.row) for f in blocking] == [("register_places_missing", 2)] * (not allowed)
    assert all("roll is not a capacity" in f.message for f in blocking)


@pytest.mark.parametrize("value", ["nan", "inf", "-5", "9_999_999_999_999"])
def test_a_coordinate_that_is_none_blocks(tmp_path, value):
    content = lines(f"{GOOD},{value},90000", header=f"{HEADER},easting,northing")

    rows, items = read(tmp_path, content)

    assert rows.empty
    assert said(items) == [("register_not_a_number", "blocks", 2, "easting")]


def test_the_message_for_nan_quotes_it(tmp_path):
    _, items = read(tmp_path, lines(GOOD.replace(",10,", ",nan,")))

    assert [f.message for f in items] == [
        "Row 2: commissioned_places is 'nan', which is not a number."
    ]


SITES = f"{HEADER},site_id,designated_needs"


@pytest.mark.parametrize(
    ("first", "second", "check"),
    [
        ("Annexe 1,", "annexe  1 ,", "register_duplicate_row"),
        ("Annexe 1,ASD", "ANNEXE1,ASD", "register_duplicate_row"),
        ("Annexe 1,", "annexe 2,", ""),
        (",", ",ASD", "register_needs_overlap"),
        ("main,SEMH", "Main,", "register_needs_overlap"),
        (",SEMH", ",ASD", ""),
    ],
)
def test_one_site_in_two_spellings_and_all_needs_beside_listed_needs_are_seen(
    tmp_path, first, second, check
):
    _, items = read(tmp_path, lines(f"{GOOD},{first}", f"{GOOD},{second}", header=SITES))

    of_rows = [(f.check, f.row) for f in items if f.check != "register_site_without_place"]
    assert of_rows == ([(check, 3)] if check else [])


def test_all_needs_and_listed_needs_of_other_years_days_or_sexes_do_not_overlap(tmp_path):
    header = f"{HEADER},designated_needs,sex_restriction,effective_to"
    first = f"{GOOD},,F,2025-08-31"

    for second in (
        f"{GOOD.replace('2024-09-01', '2025-09-01')},ASD,F,",
        f"{GOOD},ASD,M,2025-08-31",
        f"{GOOD.replace(',0,11,', ',12,14,')},ASD,F,2025-08-31",
    ):
        assert read(tmp_path, lines(first, second, header=header))[1] == []


def test_two_spellings_of_a_site_with_other_figures_overlap(tmp_path):
    other = GOOD.replace(",10,", ",12,")

    rows, items = read(tmp_path, lines(f"{GOOD},Main,", f"{other},main,", header=SITES))

    assert said(items) == [("register_periods_overlap", "blocks", 3, "effective_from")]
    assert len(rows) == 1


@pytest.mark.parametrize(("number", "expected"), [(5, 5), (6, 1), (40, 1)])
def test_one_warning_for_more_than_five_rows_is_said_once_with_count_and_rows(
    tmp_path, schools, number, expected
):
    numbered = [GOOD.replace("100001", str(n)) for n in range(1, number + 1)]
    content = lines(*numbered[:3], GOOD, *numbered[3:])

    rows, items = read(tmp_path, content, establishments=schools({}))

    assert len(rows) == number + 1
    assert {f.check for f in items} == {"register_school_not_listed"}
    assert len(items) == expected
    if expected == 1:
        assert (items[0].count, items[0].row) == (number, 2)
        assert items[0].message == (
            f"{number} rows (2 to 4, 6 to {number + 2}): the urn is not on the school list."
        )
