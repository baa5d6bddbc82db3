"""A clean return and census fail nothing, and every declared check exists."""

from sufficiency.people.rows import JoinedReturn
from sufficiency.quality.checks import census_checks, declared, plan_checks, return_checks
from sufficiency.quality.traced import TracedReturn


def test_a_clean_return_and_census_fail_no_check(check, make):
    found = check(
        {2024: make.modules_of(2024), 2025: make.modules_of(2025)}, {2025: make.pupils_of()}
    )
    assert found.issues.empty, found.counts() | found.counts(2024)


def test_every_declared_check_is_a_function_and_every_function_is_declared():
    of_schools = {"bases_disagree"}
    told = declared()
    found = {"sen2": set(return_checks())}
    found["census"] = set(census_checks()) | set(plan_checks()) | of_schools
    for source, ids in found.items():
        assert set(told.loc[told["source"] == source, "check"]) == ids
    assert told["check"].is_unique
    assert len(told) == 118


def test_plans_active_on_census_day_are_those_of_the_positions_rule(make):
    modules = make.modules_of()
    modules = make.edited(modules, "namedplan", 0, ceasedate="2025-01-15")
    modules = make.edited(modules, "namedplan", 1, startdate="2025-01-17")
    modules = make.edited(modules, "namedplan", 2, ceasedate="2025-01-16")
    found = make.return_of(modules)
    traced = TracedReturn(found)
    mine = traced.ids("activeplans")[traced.active]
    theirs = JoinedReturn(found).active_plans["activeplanstableid"]
    assert set(mine) == set(theirs) == {"v3", "v4"}
