"""A return against that of the January before."""

from dataclasses import replace

import pandas as pd
import pytest

from sufficiency.quality.checks import check_returns


def positions_of(**counts: int) -> pd.DataFrame:
    """Return positions of so many plans of each need, all alike else."""
    need = [name for name, count in counts.items() for _ in range(count)]
    return pd.DataFrame({"need": need, "setting": "MSLA", "age": 10}, index=range(len(need)))


def test_a_person_gone_without_a_ceased_plan_is_lost(check, make):
    now = make.modules_of()
    now = make.edited(now, "person", 0, upn="I555000000001", surname="Demo777777")
    now = make.edited(now, "namedplan", 0, startdate="2024-06-01")
    found = check({2024: make.modules_of(2024), 2025: now})
    assert found.counts() == {"lost_since_last_return": 1}
    lost = found.issues.iloc[0]
    assert (lost["year"], lost["file"], lost["row"]) == (2025, "sen2/2024/activeplans.csv", 2)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"upn": "", "uniquelearnernumber": "12"}, {"uniquelearnernumber": "12"}),
        ({"upn": ""}, {"upn": "I444000000001"}),
    ],
    ids=["by ULN", "by name, birth date and postcode"],
)
def test_a_person_is_recognised_without_a_upn(check, make, before, now):
    returns = {
        2024: make.edited(make.modules_of(2024), "person", 0, upnunknown="UN1", **before),
        2025: make.edited(make.modules_of(2025), "person", 0, **now),
    }
    assert "lost_since_last_return" not in check(returns).counts()


@pytest.mark.parametrize(
    ("cells", "counts"),
    [
        ({"surname": "Demo777777", "personbirthdate": "2014-10-06"}, {"identifier_passed_on": 1}),
        ({"forename": "Other", "personbirthdate": "2012-10-05"}, {"identifier_passed_on": 1}),
        ({"surname": "Demo777777", "forename": "Other"}, {}),
        ({"personbirthdate": "2014-10-06"}, {}),
    ],
)
def test_a_upn_with_another_name_and_birth_date_has_been_passed_on(check, make, cells, counts):
    returns = {
        2024: make.modules_of(2024),
        2025: make.edited(make.modules_of(), "person", 0, **cells),
    }
    found = check(returns)
    assert found.counts() == counts
    if counts:
        assert found.issues[["module", "column", "row"]].to_numpy().tolist() == [
            ["person", "upn", 2]
        ]


def test_a_person_whose_plan_ceased_is_not_lost(check, make):
    now = make.edited(make.modules_of(), "namedplan", 0, ceasedate="2024-12-01", ceasereason="5")
    for module in ("senneed", "placementdetail", "activeplans"):
        now = make.without(now, module, 0)
    assert check({2024: make.modules_of(2024), 2025: now}).counts() == {}


def test_a_plan_begun_long_ago_and_absent_last_year_is_reported_unless_it_came_from_elsewhere(
    check, make
):
    before = make.with_people(make.modules_of(2024), 2)
    before = make.edited(before, "person", 0, upn="I555000000001", surname="D")
    before = make.edited(before, "namedplan", 0, ceasedate="2023-12-01", ceasereason="1")
    for module in ("senneed", "placementdetail", "activeplans"):
        before = make.without(before, module, 0)
    now = make.with_people(make.modules_of(), 2)
    now = make.edited(now, "namedplan", 0, startdate="2024-01-17")
    now = make.edited(now, "requests", 0, requestoutcome="H")
    assert check({2024: before, 2025: now}).counts() == {"active_before_but_not_returned": 1}
    moved = make.edited(now, "activeplans", 0, transferla="998")
    assert check({2024: before, 2025: moved}).counts() == {}


@pytest.mark.parametrize(
    ("then", "now", "jumps"),
    [
        (positions_of(ASD=100), positions_of(ASD=125), {}),
        (positions_of(ASD=100), positions_of(ASD=126), {"jump_total": 1}),
        (positions_of(ASD=100), positions_of(ASD=74), {"jump_total": 1}),
        (positions_of(ASD=100, SEMH=100), positions_of(ASD=150, SEMH=50), {"jump_need": 2}),
        (positions_of(ASD=200, SEMH=20), positions_of(ASD=200, SEMH=49), {}),
        (positions_of(ASD=200, SEMH=20), positions_of(ASD=200, SEMH=50), {"jump_need": 1}),
    ],
)
def test_jumps_are_over_a_quarter_more_or_less_than_the_total(make, reference, then, now, jumps):
    returns = [make.return_of(make.modules_of(year), year) for year in (2024, 2025)]
    issues = check_returns(returns, {2024: then, 2025: now}, reference)
    assert issues["check"].value_counts().to_dict() == jumps
    assert issues["row"].isna().all()


@pytest.mark.parametrize(
    ("column", "value", "check_id"),
    [("setting", "SPLA", "jump_setting"), ("age", 3, "jump_age")],
)
def test_settings_and_phases_jump_as_needs_do(make, reference, column, value, check_id):
    then = positions_of(ASD=200)
    now = then.copy()
    now.loc[:99, column] = value
    returns = [make.return_of(make.modules_of(year), year) for year in (2024, 2025)]
    issues = check_returns(returns, {2024: then, 2025: now}, reference)
    assert issues["check"].value_counts().to_dict() == {check_id: 2}


def test_a_new_specification_or_a_first_ds_is_a_break(make, reference):
    first, second = (make.return_of(make.modules_of(year), year) for year in (2025, 2026))
    with_ds = make.edited(make.modules_of(2026), "senneed", 0, sentype="DS")
    for changed in (replace(second, specification="1.2"), make.return_of(with_ds, 2026)):
        issues = check_returns([changed, first], {}, reference)
        assert issues["check"].to_list() == ["definition_break"]


def test_returns_two_years_apart_are_not_compared(check, make):
    now = make.edited(make.modules_of(2026), "person", 0, upn="I555000000001", surname="Other")
    assert check({2024: make.modules_of(2024), 2026: now}).counts(2026) == {}
