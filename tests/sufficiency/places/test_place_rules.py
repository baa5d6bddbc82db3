"""Rules on places, pools, growth and sites: refused or flagged, with row and column."""

import pandas as pd
import pytest

from sufficiency.findings import Findings
from sufficiency.places.register import read_csv

HEADER = "urn,provision,ncy_from,ncy_to,effective_from,commissioned_places,assumed,locality"
GOOD = "100001,special,-1,13,2024-09-01,20,no,North"
SITES = f"{HEADER},site_id,easting,northing,on_roll"


def read(tmp_path, header: str, *rows: str, **tables) -> tuple[pd.DataFrame, list]:
    path = tmp_path / "places.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    findings = Findings()
    return read_csv(path, findings, **tables), findings.items


def said(items) -> list[tuple[str, str, int, str]]:
    return [(f.check, f.severity, f.row, f.column) for f in items]


@pytest.mark.parametrize(
    ("columns", "cells", "expected"),
    [
        ("nursery_places,post16_places", "8,12", []),
        (
            "nursery_places,post16_places",
            "8,13",
            [("register_pools_exceed_places", "blocks", 2, "post16_places")],
        ),
        (
            "nursery_places,post16_places",
            "21,",
            [("register_pools_exceed_places", "blocks", 2, "post16_places")],
        ),
        ("assessment_places", "20", []),
        (
            "assessment_places",
            "21",
            [("register_assessment_exceeds_places", "blocks", 2, "assessment_places")],
        ),
        ("physical_capacity", "20", []),
        (
            "physical_capacity",
            "19",
            [("register_commissioned_above_physical", "warns", 2, "commissioned_places")],
        ),
        ("ramp_years", "0", [("register_ramp_out_of_range", "blocks", 2, "ramp_years")]),
        ("ramp_years", "11", [("register_ramp_out_of_range", "blocks", 2, "ramp_years")]),
        (
            "ramp_years",
            "3",
            [("register_ramp_without_earlier_period", "warns", 2, "ramp_years")],
        ),
        (
            "on_roll,occupants_without_plan,other_la_places",
            "5,6,7",
            [
                ("register_part_exceeds_roll", "warns", 2, "occupants_without_plan"),
                ("register_part_exceeds_roll", "warns", 2, "other_la_places"),
            ],
        ),
        ("beds", "-1", [("register_negative_places", "blocks", 2, "beds")]),
        ("beds", "many", [("register_not_a_number", "blocks", 2, "beds")]),
    ],
)
def test_numbers_that_cannot_be_or_need_a_look_are_found(tmp_path, columns, cells, expected):
    _, items = read(tmp_path, f"{HEADER},{columns}", f"{GOOD},{cells}")

    wanted = [one for one in expected if one[0] != "register_ramp_out_of_range"]
    if len(wanted) != len(expected):
        items = [f for f in items if f.check != "register_ramp_without_earlier_period"]
        wanted = expected
    assert said(items) == wanted


def test_pools_of_a_row_without_commissioned_places_are_parts_of_what_the_building_supports(
    tmp_path,
):
    row = "100001,special,0,13,2024-09-01,,yes,North,20,21"

    _, items = read(tmp_path, f"{HEADER},physical_capacity,post16_places", row)

    assert ("register_pools_exceed_places", "blocks", 2, "post16_places") in said(items)


def test_growth_over_some_septembers_follows_an_earlier_period_of_the_same_site(tmp_path):
    rows, items = read(
        tmp_path,
        f"{HEADER},effective_to,ramp_years",
        f"{GOOD},2025-08-31,",
        f"{GOOD.replace('2024', '2025').replace(',20,', ',26,')},,3",
    )

    assert items == []
    assert rows["ramp_years"].tolist() == [pd.NA, 3]


def test_a_proposed_row_is_no_earlier_period_to_grow_from(tmp_path):
    _, items = read(
        tmp_path,
        f"{HEADER},effective_to,ramp_years,change_status",
        f"{GOOD},2025-08-31,,proposed",
        f"{GOOD.replace('2024', '2025')},,3,approved",
    )

    assert said(items) == [("register_ramp_without_earlier_period", "warns", 3, "ramp_years")]


def test_a_register_without_the_newer_columns_reads_with_them_blank(tmp_path):
    rows, items = read(tmp_path, HEADER, GOOD)

    newer = ["nursery_places", "post16_places", "assessment_places", "beds", "ramp_years"]
    assert rows[newer].isna().all(axis=None)
    assert items == []


def test_a_satellite_that_does_not_say_where_it_is_warns(tmp_path, schools):
    _, items = read(
        tmp_path,
        SITES,
        f"{GOOD},main,,,12",
        f"{GOOD},annexe,,,8",
        f"{GOOD},hall,401000,90000,9",
        establishments=schools({}),
    )

    assert said(items) == [("register_site_without_place", "warns", 3, "easting")]


def test_sites_that_add_up_to_far_more_than_the_school_warn(tmp_path, schools):
    def items(*rolls: int):
        rows = [f"{GOOD},{site},401000,90000,{n}" for site, n in zip("abc", rolls, strict=False)]
        return said(read(tmp_path, SITES, *rows, establishments=schools({"on_roll": 40}))[1])

    assert items(22, 18) == []
    assert items(24, 26) == []
    assert items(24, 27) == [("register_sites_exceed_school", "warns", 3, "on_roll")]
    assert items(90) == []


def test_sites_with_the_same_places_and_roll_may_each_hold_the_whole_schools(tmp_path):
    same = f"{GOOD},main,401000,90000,18", f"{GOOD},annexe,402000,90000,18"

    assert said(read(tmp_path, SITES, *same)[1]) == [
        ("register_sites_repeat_total", "warns", 3, "on_roll")
    ]
    assert read(tmp_path, SITES, same[0], same[1].replace(",18", ",2"))[1] == []


@pytest.mark.parametrize(
    ("first", "second", "warns"),
    [
        ("ASD SLCN,yes", "ASD SEMH,yes", True),
        ("ASD SLCN,yes", "ASD SEMH,no", False),
        ("ASD SLCN,yes", "SEMH,yes", False),
    ],
)
def test_two_flexible_rows_for_the_same_child_read_as_one_pool_written_twice(
    tmp_path, first, second, warns
):
    rows, items = read(
        tmp_path, f"{HEADER},designated_needs,flexible", f"{GOOD},{first}", f"{GOOD},{second}"
    )

    expected = [("register_flexible_pool_twice", "warns", 3, "flexible")] if warns else []
    assert said(items) == expected
    assert len(rows) == 2


def test_places_planned_at_a_closed_school_are_refused_and_a_school_not_open_is_flagged(
    tmp_path, schools
):
    table = schools({"status": "closed"}, {"urn": "2", "status": "proposed"})
    header = f"{HEADER},effective_to,change_status"

    rows, items = read(
        tmp_path,
        header,
        f"{GOOD},2024-12-31,existing",
        f"{GOOD.replace('2024', '2025')},,approved",
        f"{GOOD.replace('100001', '2')},,existing",
        f"{GOOD.replace('100001', '2').replace('2024', '2026')},,proposed",
        establishments=table,
    )

    assert [one for one in said(items) if one[0] != "register_period_break"] == [
        ("register_places_after_closure", "blocks", 3, "effective_from"),
        ("register_school_not_open", "warns", 4, "change_status"),
    ]
    assert rows["effective_from"].tolist() == ["2024-09-01", "2024-09-01", "2026-09-01"]


def test_rows_that_start_after_the_closing_day_are_refused_and_those_that_go_on_flagged(tmp_path):
    closed_on = pd.Series([pd.Timestamp("2025-08-31"), pd.NaT], index=["100001", "2"])

    rows, items = read(
        tmp_path,
        f"{HEADER},effective_to",
        f"{GOOD},2025-08-31",
        f"{GOOD.replace('special', 'sen_unit')},",
        f"{GOOD.replace('2024', '2025')},",
        f"{GOOD.replace('100001', '2')},",
        closed_on=closed_on,
    )

    assert said(items) == [
        ("register_places_after_closure", "warns", 3, "effective_to"),
        ("register_places_after_closure", "blocks", 4, "effective_from"),
    ]
    assert rows["urn"].tolist() == ["100001", "100001", "2"]


def test_a_closed_school_with_a_closing_day_is_told_once(tmp_path, schools):
    _, items = read(
        tmp_path,
        HEADER,
        GOOD,
        establishments=schools({"status": "closed"}),
        closed_on=pd.Series([pd.Timestamp("2025-08-31")], index=["100001"]),
    )

    assert said(items) == [("register_places_after_closure", "warns", 2, "effective_to")]


def test_places_apart_for_year_groups_that_are_not_taught_are_warned_of(tmp_path):
    rows = ["100001,special,7,11,2024-09-01,20,no,North,2,3"]
    _, items = read(tmp_path, f"{HEADER},nursery_places,post16_places", *rows)
    assert said(items) == [
        ("register_pool_not_taught", "warns", 2, "nursery_places"),
        ("register_pool_not_taught", "warns", 2, "post16_places"),
    ]


def test_a_register_that_cannot_be_opened_is_a_finding(tmp_path):
    (tmp_path / "places.csv").mkdir()
    findings = Findings()
    assert read_csv(tmp_path / "places.csv", findings).empty
    assert said(findings.items) == [("register_cannot_be_opened", "blocks", 0, "")]
