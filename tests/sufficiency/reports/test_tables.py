import math

import pandas as pd
import pytest

from sufficiency.reports import appendices, tables
from sufficiency.reports.printing import Kind, ReportTable, printed
from sufficiency.returns.scap import scap_draft


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (1234.5, "whole", "1,235"),
        (-0.4, "whole", "0"),
        (-2.5, "signed", "\u22123"),
        (2.5, "signed", "+3"),
        (0.2, "signed", "0"),
        (0.905, "percent", "91%"),
        (-0.04, "decimal", "0.0"),
        (-1.26, "decimal", "\u22121.3"),
        (2027, "year", "2027"),
        ("", "text", "none"),
        (math.nan, "whole", "not known"),
        (pd.NA, "year", "not known"),
        (None, "text", "not known"),
    ],
)
def test_numbers_are_printed_as_a_planner_reads_them(value: object, kind: Kind, words: str) -> None:
    assert printed(value, kind) == words


def test_the_main_table_is_called_change_until_a_gap_is_known(
    confirmed_tables: dict[str, pd.DataFrame], assumed_tables: dict[str, pd.DataFrame]
) -> None:
    assert tables.main_name(confirmed_tables["gap"]) == "Gap"
    assert tables.main_name(assumed_tables["gap"]) == "Change from roll"


def test_change_from_roll_shows_neither_gap_nor_probability(
    assumed_tables: dict[str, pd.DataFrame],
) -> None:
    gap = assumed_tables["gap"]
    for table in (tables.gap_table(gap, 2025), tables.largest(gap, 2030, 2025)):
        headings = " ".join(table.frame.columns)
        assert "Probability" not in headings
        assert "Gap" not in headings
        assert "Change since January 2025" in headings


@pytest.mark.parametrize("confirmed", [True, False])
def test_the_main_table_carries_the_middle_and_the_2_in_10_higher_of_each_measure(
    confirmed: bool,
    confirmed_tables: dict[str, pd.DataFrame],
    assumed_tables: dict[str, pd.DataFrame],
) -> None:
    gap = (confirmed_tables if confirmed else assumed_tables)["gap"]
    frame = tables.gap_table(gap, 2025).frame
    measures = ["Demand", "Change since January 2025", *(["Gap"] if confirmed else [])]
    one = gap[(gap["provision"] == "special") & (gap["year"] == 2030)].iloc[0]
    row = frame[(frame["Provision"] == "Special school") & (frame["January census"] == 2030)]
    for measure, code in zip(measures, ["demand", "change", "gap"], strict=False):
        headings = [f"{measure} (middle, P50)", f"{measure} (2 in 10 higher, P80)"]
        assert row.iloc[0][headings].tolist() == [one[f"{code}_p50"], one[f"{code}_p80"]]
        order = [f"{measure} (1 in 10 lower)", *headings, f"{measure} (1 in 10 higher)"]
        assert [h for h in frame.columns if h in order] == order


def test_the_main_table_starts_with_the_whole_authority_as_placements_would_fall(
    confirmed_tables: dict[str, pd.DataFrame],
) -> None:
    rows = confirmed_tables["gap"]
    rows = rows[(rows["year"] == 2030) & (rows["provision"] == "special")]
    rows = rows[rows["locality"].isin(["ALL", "Eastmere"])].head(4)
    assert rows["locality"].tolist() == ["ALL", "Eastmere", "ALL", "Eastmere"]
    mixed = pd.concat([rows.assign(view="possible"), rows])  # the same index twice
    frame = tables.gap_table(mixed, 2025).frame
    firsts = frame[["View of demand", "Locality", "Phase"]].head(3).to_numpy().tolist()
    assert firsts == [
        ["placements", "Whole authority", "Primary"],
        ["placements", "Whole authority", "Secondary"],
        ["possible", "Whole authority", "Primary"],
    ]
    assert len(frame) == len(mixed)


def test_the_largest_gaps_are_by_size_either_way_and_say_what_is_left_out(
    confirmed_tables: dict[str, pd.DataFrame],
) -> None:
    table = tables.largest(confirmed_tables["gap"], 2030, 2025, rows=5)
    sizes = table.frame["Gap"].abs().tolist()
    assert len(sizes) == 5
    assert sizes == sorted(sizes, reverse=True)
    # 1,186 in special schools, half need autism places, 55% secondary, 5% growth for 5 years;
    # 1,040 places in the same parts.
    demand = 1186 * 0.5 * 0.55 * 1.05**5
    assert table.text()[0][:6] == [  # flexible places last: the fixture has none
        "Special school",
        "Autism and communication",
        "Secondary",
        f"{demand:.0f}",
        "286",
        "0",
    ]
    assert table.text()[0][6] == f"+{demand - 286:.0f}"
    assert "Without a gap: SEN unit" in table.note
    assert "Alternative provision (No register row" in table.note


def test_room_as_large_as_a_shortage_is_listed_with_it_but_after_it(
    confirmed_tables: dict[str, pd.DataFrame],
) -> None:
    gap = confirmed_tables["gap"]
    one = gap[(gap["year"] == 2030) & (gap["locality"] == "ALL") & (gap["provision"] == "special")]
    two = one.iloc[:2].assign(gap_mean=[-40.0, 30.0])
    assert tables.largest(two, 2030, 2025).frame["Gap"].tolist() == [30.0, -40.0]
    assert len(tables.largest(two, 2030, 2025, rows=1).frame) == 1


NET = "Net places used in other authorities (minus: used by theirs), where no more is known"


def test_balance_shows_three_lines_and_the_difference_of_the_views(
    confirmed_tables: dict[str, pd.DataFrame],
) -> None:
    table = tables.balance_table(confirmed_tables["provision_balance"], 2030)
    special = dict(zip(table.frame.columns, table.text()[0], strict=True))
    plans = 1186 * 1.05**5
    assert special["Provision"] == "Special school"
    assert special["Further possible demand"] == f"{0.04 * plans:.0f}"
    assert special[NET] == "+44"
    assert special["Places used without a plan"] == "\u22124"
    assert special["Expected shortage"] == f"{plans - 1040:.0f}"
    unit = dict(zip(table.frame.columns, table.text()[2], strict=True))
    assert unit["Places on the register"] == "not known"
    assert unit["Expected shortage"] == "not known"
    bought = next(row for row in table.text() if row[0] == "Independent special school")
    bought = dict(zip(table.frame.columns, bought, strict=True))
    assert (
        bought["Expected shortage"]
        == bought["Of which they could not (mismatch)"]
        == "not applicable"
    )
    assert special["Shortage in 8 in 10 futures"] == (
        f"{0.8 * (plans - 1040):.0f} to {1.2 * (plans - 1040):.0f}"
    )
    assert unit["Why there is no gap"].startswith("No register row")


def test_beside_others_is_one_row_a_measure_with_the_notes_of_all_its_values(
    confirmed_tables: dict[str, pd.DataFrame],
) -> None:
    table = tables.beside_table(confirmed_tables["beside_others"])
    assert table.text()[1] == [
        "Plans by setting",
        "Resourced provision and SEN units",
        "per cent",
        "1.2",
        "3.8",
        "not known",
        "4.2",
        "2025",
        "Region: Not published.",
    ]
    assert table.text()[0][-1] == "none"


def test_early_years_providers_have_a_name_of_their_own_beside_others(
    confirmed_tables: dict[str, pd.DataFrame],
) -> None:
    beside = confirmed_tables["beside_others"]
    share = beside[beside["key"] == "rp_unit"].assign(key="early_years")
    assert tables.beside_table(share).frame["Of"].tolist() == ["Early years providers"]


def test_accuracy_sets_the_method_used_beside_its_rivals_total_first(
    confirmed_tables: dict[str, pd.DataFrame],
) -> None:
    table = appendices.accuracy_table(confirmed_tables["accuracy"])
    assert list(table.frame.columns)[-1] == "Error of growth of the last 3 years, %"
    assert table.text() == [
        ["All plans", "1", "2.4", "\u22120.6", "0.3", "81", "740", "3.5"],
        ["All plans", "3", "7.9", "\u22122.2", "0.2", "78", "420", "not known"],
        ["State special schools", "1", "3.3", "0.4", "0.0", "70", "740", "not known"],
    ]


def test_a_finding_without_a_row_says_so(confirmed_tables: dict[str, pd.DataFrame]) -> None:
    table = appendices.findings_table(confirmed_tables["findings"])
    assert [row[4] for row in table.text()] == ["2", "no one row"]


def test_year_groups_outside_a_scap_row_do_not_apply(paths: pd.DataFrame) -> None:
    table = appendices.scap_table(scap_draft(paths, "999", 2025))
    first = dict(zip(table.frame.columns, table.text()[0], strict=True))
    assert first["NCY 7"] == "not applicable"
    assert first["Reception"] == "0"
    assert first["Status"] == "base census, unverified"


def test_an_empty_table_prints_no_rows() -> None:
    assert ReportTable("Nothing", pd.DataFrame({"a": [], "b": []})).text() == []
