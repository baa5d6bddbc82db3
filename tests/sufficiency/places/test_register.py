"""Reading the register: every rule, reported at once, and which of two files counts."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from sufficiency.contracts import Register, checked
from sufficiency.findings import Finding, Findings
from sufficiency.places.register import read_csv, read_register, write_csv, write_register
from sufficiency.terms import codes
from sufficiency.workspace import Settings, Workspace

HEADER = "urn,provision,ncy_from,ncy_to,effective_from,commissioned_places,assumed,locality"
GOOD = "100001,special,0,11,2024-09-01,10,no,North"


def findings_of(tmp_path: Path, *rows: str, header: str = HEADER, **tables) -> list[Finding]:
    return read(tmp_path, *rows, header=header, **tables)[1].items


def read(
    tmp_path: Path, *rows: str, header: str = HEADER, **tables
) -> tuple[pd.DataFrame, Findings]:
    path = tmp_path / "places.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    findings = Findings()
    return read_csv(path, findings, **tables), findings


def said(items: list[Finding]) -> list[tuple[str, str, int, str]]:
    return [(f.check, f.severity, f.row, f.column) for f in items]


def test_a_good_file_reads_without_findings(tmp_path):
    rows, findings = read(tmp_path, GOOD)

    assert findings.items == []
    assert rows[["site_id", "change_status", "flexible", "name"]].iloc[0].tolist() == [
        "main",
        "existing",
        "no",
        "100001",
    ]
    assert rows.at[0, "commissioned_places"] == 10
    assert rows.at[0, "on_roll"] is pd.NA


def test_columns_in_any_order_with_a_byte_order_mark_capitals_and_spaces_are_understood(tmp_path):
    path = tmp_path / "places.csv"
    path.write_bytes(
        "\ufeffLocality,Provision Type,NCY from,ncy-to,Effective From,assumed,URN,"
        "Commissioned places\n"
        "North,SEN unit,0,6,01/09/2024,Yes,100001,\n".encode()
    )
    findings = Findings()

    rows = read_csv(path, findings)

    assert [f.check for f in findings.items] == ["register_rows_assumed"]
    assert rows[["urn", "provision", "effective_from", "assumed"]].iloc[0].tolist() == [
        "100001",
        "sen_unit",
        "2024-09-01",
        "yes",
    ]


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(";", "cp1252"), ("\t", "utf-16"), (",", "utf-8-sig")]
)
def test_a_register_is_read_however_a_spreadsheet_saves_csv(tmp_path, delimiter, encoding):
    path = tmp_path / "places.csv"
    path.write_bytes("\n".join([HEADER, GOOD]).replace(",", delimiter).encode(encoding))
    findings = Findings()

    rows = read_csv(path, findings)

    assert len(rows) == 1
    assert not findings.blocking


def test_a_cell_too_long_to_be_one_is_refused_with_what_to_look_for(tmp_path):
    path = tmp_path / "places.csv"
    path.write_text(f'{HEADER}\n"{"x" * 200_000}', encoding="utf-8")
    findings = Findings()

    assert read_csv(path, findings).empty
    assert [f.check for f in findings.blocking] == ["register_unreadable"]


def test_columns_that_are_not_used_are_reported(tmp_path):
    header, row = f"{HEADER},head teacher,colour", f"{GOOD},A,blue"

    assert said(findings_of(tmp_path, row, header=header)) == [
        ("register_columns_not_used", "informs", 1, "")
    ]


def test_missing_required_columns_are_all_named(tmp_path):
    items = findings_of(tmp_path, "100001,special", header="urn,provision")

    assert said(items) == [
        ("register_column_missing", "blocks", 1, column)
        for column in ("ncy_from", "ncy_to", "effective_from", "commissioned_places")
    ]


def test_a_phase_stands_for_its_year_groups(tmp_path):
    rows, findings = read(
        tmp_path,
        "1,special,Secondary,2024-09-01,5,no,North",
        header="urn,provision,phase,effective_from,commissioned_places,assumed,locality",
    )

    assert findings.items == []
    assert rows[["ncy_from", "ncy_to"]].iloc[0].tolist() == [7, 11]


def test_a_column_given_twice_blocks(tmp_path):
    items = findings_of(tmp_path, f"{GOOD},North", header=f"{HEADER},Locality")

    assert said(items) == [("register_column_repeated", "blocks", 1, "locality")]


@pytest.mark.parametrize(
    ("row", "check", "column"),
    [
        (GOOD.replace("special", "castle"), "register_unknown_provision", "provision"),
        (GOOD.replace(",10,", ",-3,"), "register_negative_places", "commissioned_places"),
        (GOOD.replace(",10,", ",ten,"), "register_not_a_number", "commissioned_places"),
        (GOOD.replace(",10,", ",10.5,"), "register_not_a_number", "commissioned_places"),
        (GOOD.replace(",10,", ",nan,"), "register_not_a_number", "commissioned_places"),
        (GOOD.replace(",10,", ",inf,"), "register_not_a_number", "commissioned_places"),
        (GOOD.replace(",10,", ',"10,5",'), "register_not_a_number", "commissioned_places"),
        (GOOD.replace(",0,11,", ",11,0,"), "register_year_groups_reversed", "ncy_from"),
        (GOOD.replace(",0,11,", ",,11,"), "register_not_a_number", "ncy_from"),
        (GOOD.replace(",0,11,", ",0,40,"), "register_not_a_number", "ncy_to"),
        (GOOD.replace("2024-09-01", "31/02/2024"), "register_bad_date", "effective_from"),
        (GOOD.replace("2024-09-01", "September"), "register_bad_date", "effective_from"),
        (GOOD.replace("2024-09-01", "20240901"), "register_bad_date", "effective_from"),
        (GOOD.replace("2024-09-01", "2024-W01-1"), "register_bad_date", "effective_from"),
        (GOOD.replace("2024-09-01", ""), "register_bad_date", "effective_from"),
        (GOOD.replace("100001", ""), "register_urn_missing", "urn"),
        (GOOD.replace(",no,", ",perhaps,"), "register_unknown_assumed", "assumed"),
        (GOOD.replace(",10,", ",,"), "register_places_missing", "commissioned_places"),
        (f"{GOOD},x", "register_row_too_long", ""),
    ],
)
def test_a_broken_row_blocks_and_is_named_by_spreadsheet_row_and_column(
    tmp_path, row, check, column
):
    rows, findings = read(tmp_path, GOOD.replace("100001", "7"), "", row)

    assert said(findings.items) == [(check, "blocks", 4, column)]
    assert "7" in set(rows["urn"])


def test_unknown_need_codes_block_and_the_allowed_codes_are_listed(tmp_path):
    header = f"{HEADER},designated_needs,acceptable_needs"

    items = findings_of(tmp_path, f"{GOOD},ASC; ASD,SEMH/BESD", header=header)

    assert said(items) == [
        ("register_unknown_need", "blocks", 2, "designated_needs"),
        ("register_unknown_need", "blocks", 2, "acceptable_needs"),
    ]
    assert "ASC" in items[0].message
    assert "ASD" not in items[0].message
    assert all(code in items[0].action for code in codes("needs"))


def test_an_end_before_the_start_blocks(tmp_path):
    items = findings_of(tmp_path, f"{GOOD},01/08/2024", header=f"{HEADER},effective_to")

    assert said(items) == [("register_period_reversed", "blocks", 2, "effective_to")]


def test_everything_wrong_is_reported_at_once(tmp_path):
    items = findings_of(
        tmp_path,
        GOOD.replace(",10,", ",-3,"),
        GOOD.replace("special", "castle"),
        GOOD.replace("2024-09-01", "soon"),
    )

    assert [(f.row, f.column) for f in items] == [
        (2, "commissioned_places"),
        (3, "provision"),
        (4, "effective_from"),
    ]


PERIODS = f"{HEADER},effective_to,site_id,designated_needs,change_status"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (",,,", "2025-09-01,,,,", ["register_periods_overlap"]),
        ("2025-09-01,,,", "2025-09-01,,,,", ["register_periods_overlap"]),
        ("2025-08-31,,,", "2025-09-01,,,,", []),
        ("2025-07-31,,,", "2025-09-01,,,,", ["register_period_break"]),
        (",,,", "2025-09-01,,annexe,,", ["register_site_without_place"]),
        (",,ASD,", "2025-09-01,,,SEMH,", []),
        (",,,", "2025-09-01,,,,proposed", []),
        (",,,", "2025-09-01,,,,approved", ["register_periods_overlap"]),
    ],
)
def test_periods_of_one_provision_must_not_overlap(tmp_path, first, second, expected):
    start, rest = second.split(",", 1)

    items = findings_of(
        tmp_path,
        f"{GOOD},{first}",
        f"{GOOD.replace('2024-09-01', start).replace(',10,', ',12,')},{rest}",
        header=PERIODS,
    )

    assert [f.check for f in items] == expected
    assert all(f.row == (2 if f.check == "register_period_break" else 3) for f in items)


def test_the_same_designation_for_overlapping_year_groups_warns_of_double_counting(tmp_path):
    items = findings_of(tmp_path, GOOD, GOOD.replace(",0,11,", ",7,11,"))

    assert said(items) == [("register_year_groups_overlap", "warns", 3, "ncy_from")]
    assert findings_of(tmp_path, GOOD.replace(",0,11,", ",0,6,"), GOOD.replace(",0,", ",7,")) == []


def test_a_repeated_row_blocks_once(tmp_path):
    assert said(findings_of(tmp_path, GOOD, GOOD)) == [("register_duplicate_row", "blocks", 3, "")]


def test_a_roll_far_above_the_building_warns(tmp_path):
    header = f"{HEADER},on_roll,physical_capacity"

    items = findings_of(tmp_path, f"{GOOD},70,50", header=header)

    assert said(items) == [("register_roll_far_above_capacity", "warns", 2, "physical_capacity")]
    assert findings_of(tmp_path, f"{GOOD},60,50", header=header) == []


def test_closed_and_unlisted_schools_warn(tmp_path, schools):
    table = schools({"status": "closed"})

    items = findings_of(tmp_path, GOOD, GOOD.replace("100001", "7"), establishments=table)

    assert said(items) == [
        ("register_school_closed", "warns", 2, "effective_to"),
        ("register_school_not_listed", "warns", 3, "urn"),
    ]


def test_blank_names_coordinates_and_localities_come_from_the_school_list(tmp_path, schools):
    rows, findings = read(tmp_path, GOOD.replace("North", ""), establishments=schools({}))

    assert findings.items == []
    assert rows[["name", "easting", "locality"]].iloc[0].tolist() == [
        "Hill School",
        400000.0,
        "North",
    ]


def test_a_locality_outside_the_table_is_replaced_from_the_school_list_or_blocks(tmp_path, schools):
    localities = pd.DataFrame({"locality": ["North", "South"]})
    row = GOOD.replace("North", "Nroth")

    rows, findings = read(tmp_path, row, establishments=schools({}), localities=localities)
    assert said(findings.items) == [("register_locality_replaced", "warns", 2, "locality")]
    assert rows["locality"].tolist() == ["North"]

    _, findings = read(tmp_path, row, localities=localities)
    assert said(findings.items) == [("register_unknown_locality", "blocks", 2, "locality")]


def test_a_row_without_locality_counts_as_outside_with_a_warning(tmp_path):
    localities = pd.DataFrame({"locality": ["North"]})

    rows, findings = read(tmp_path, GOOD.replace("North", ""), localities=localities)

    assert said(findings.items) == [("register_locality_blank", "warns", 2, "locality")]
    assert "school list" not in findings.items[0].message
    assert rows["locality"].tolist() == ["outside"]


@pytest.mark.parametrize("localities", [None, pd.DataFrame({"locality": []}, dtype="str")])
def test_nothing_is_said_of_schools_and_localities_without_tables_to_compare_with(
    tmp_path, localities
):
    row = GOOD.replace("North", "")

    assert findings_of(tmp_path, row, establishments=None, localities=localities) == []


def test_a_row_that_does_not_say_whether_it_is_assumed_counts_as_assumed(tmp_path):
    rows, findings = read(tmp_path, GOOD.replace(",no,", ",,"))

    assert said(findings.items) == [
        ("register_assumed_blank", "warns", 0, "assumed"),
        ("register_rows_assumed", "informs", 0, "assumed"),
    ]
    assert rows["assumed"].tolist() == ["yes"]


def test_assumed_rows_are_counted(tmp_path):
    items = findings_of(tmp_path, GOOD, GOOD.replace("100001", "7").replace(",no,", ",yes,"))

    assert said(items) == [("register_rows_assumed", "informs", 0, "assumed")]
    assert items[0].message.startswith("1 of 2 rows")


def test_a_file_with_no_rows_blocks(tmp_path):
    assert said(findings_of(tmp_path)) == [("register_empty", "blocks", 0, "")]
    (tmp_path / "places.csv").write_bytes(b"")
    findings = Findings()
    read_csv(tmp_path / "places.csv", findings)
    assert [f.check for f in findings.items] == ["register_empty"]


REGISTERS = st.lists(
    st.fixed_dictionaries(
        {
            "provision": st.sampled_from(codes("provisions")),
            "ncy_from": st.integers(-4, 7),
            "ncy_to": st.integers(7, 21),
            "designated_needs": st.sampled_from(["", "ASD", "ASD SEMH"]),
            "commissioned_places": st.integers(0, 500),
            "on_roll": st.none() | st.integers(0, 500),
            "easting": st.none() | st.integers(100_000, 700_000).map(float),
            "name": st.text("abcé ,\"'=&", min_size=1, max_size=9).filter(
                lambda t: t == t.strip() != ""
            ),
        }
    ),
    min_size=1,
    max_size=6,
)


@settings(deadline=None, max_examples=10)
@given(rows=REGISTERS)
def test_a_written_register_reads_back_the_same(tmp_path_factory, register, rows):
    table = register(*({**row, "urn": str(n)} for n, row in enumerate(rows)))
    path = tmp_path_factory.mktemp("w") / "places.csv"
    findings = Findings()

    write_csv(table, path)

    pd.testing.assert_frame_equal(read_csv(path, findings), table)
    assert findings.items == []


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path, Settings("999"))


def edit_workbook(path: Path, cell: str, value: int) -> None:
    book = openpyxl.load_workbook(path)
    book["Places"][cell] = value
    book.save(path)


def edit_csv(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8-sig")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def places_of(rows: pd.DataFrame) -> list[int]:
    return rows["commissioned_places"].tolist()


def column_letter(name: str) -> str:
    return get_column_letter(list(Register.to_schema().columns).index(name) + 1)


def test_init_writes_both_files_with_the_same_rows(workspace, register, schools):
    table, findings = register({}, {"urn": "7", "commissioned_places": 4}), Findings()

    write_register(workspace, table)
    rows = read_register(workspace, schools({}, {"urn": "7"}), findings)

    assert findings.items == []
    pd.testing.assert_frame_equal(rows, table)


def test_the_workbook_counts_if_only_the_workbook_was_edited(workspace, register, schools):
    write_register(workspace, register({}))
    edit_workbook(workspace.register_workbook, f"{column_letter('commissioned_places')}2", 25)
    findings = Findings()

    rows = read_register(workspace, schools({}), findings)

    assert places_of(rows) == [25]
    assert said(findings.items) == [("register_edited_file_used", "informs", 0, "")]
    assert findings.items[0].source == "places.xlsx"


def test_the_csv_counts_if_only_the_csv_was_edited(workspace, register, schools):
    write_register(workspace, register({}))
    edit_csv(workspace.register_csv, ",10,", ",30,")
    findings = Findings()

    rows = read_register(workspace, schools({}), findings)

    assert places_of(rows) == [30]
    assert findings.items[0].source == "places.csv"


def test_both_edited_alike_is_no_conflict(workspace, register, schools):
    write_register(workspace, register({}))
    edit_csv(workspace.register_csv, ",10,", ",30,")
    edit_workbook(workspace.register_workbook, f"{column_letter('commissioned_places')}2", 30)
    findings = Findings()

    assert places_of(read_register(workspace, schools({}), findings)) == [30]
    assert findings.items == []


def test_both_edited_differently_blocks_and_says_which_rows_differ(workspace, register, schools):
    write_register(workspace, register({}, {"urn": "7"}, {"urn": "8"}))
    edit_csv(workspace.register_csv, "\n8,", "\n9,")
    edit_workbook(workspace.register_workbook, f"{column_letter('commissioned_places')}3", 25)
    findings = Findings()

    read_register(workspace, schools({}, *({"urn": u} for u in "789")), findings)

    (finding,) = findings.blocking
    assert finding.check == "register_edited_twice"
    assert "only in places.csv: 3, 4" in finding.message
    assert "only in places.xlsx: 3, 4" in finding.message
    assert "delete the other" in finding.action


def test_saving_dates_and_numbers_in_another_form_or_sorting_is_not_an_edit(
    workspace, register, schools
):
    write_register(workspace, register({}, {"urn": "7"}))
    text = workspace.register_csv.read_text(encoding="utf-8-sig").splitlines()
    swapped = [text[0], text[2], text[1]]
    changed = "\r\n".join(swapped).replace("2024-09-01", "01/09/2024").replace("400000", "400000.0")
    workspace.register_csv.write_text(changed, encoding="utf-8-sig", newline="")
    findings = Findings()

    rows = read_register(workspace, schools({}, {"urn": "7"}), findings)

    assert findings.items == []
    assert len(rows) == 2


def test_one_file_alone_is_enough_and_neither_blocks(workspace, register, schools):
    write_register(workspace, register({}))
    workspace.register_csv.unlink()
    findings = Findings()
    assert places_of(read_register(workspace, schools({}), findings)) == [10]
    workspace.register_workbook.unlink()

    rows = read_register(workspace, schools({}), findings)

    assert rows.empty
    assert said(findings.items) == [("register_missing", "blocks", 0, "")]
    assert "sufficiency init" in findings.items[0].action


def test_a_workbook_from_elsewhere_that_differs_from_the_csv_blocks(workspace, register, schools):
    write_register(workspace, register({}))
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Places"
    for line in (HEADER.split(","), GOOD.replace(",10,", ",11,").split(",")):
        sheet.append(line)
    book.save(workspace.register_workbook)
    findings = Findings()

    read_register(workspace, schools({}), findings)

    assert [f.check for f in findings.blocking] == ["register_edited_twice"]


def test_writing_refuses_a_table_that_breaks_the_contract(tmp_path, register):
    from sufficiency.errors import ContractError

    with pytest.raises(ContractError, match="provision"):
        write_csv(register({}).assign(provision="castle"), tmp_path / "places.csv")
    assert checked(Register, register({}), "register").shape[0] == 1
