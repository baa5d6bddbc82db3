"""Each check of a return finds what was planted, as often as it was planted, and nothing else."""

from dataclasses import replace

import pandas as pd
import pytest

from sufficiency.privacy import valid_uln, valid_upn
from sufficiency.quality.checks import check_returns, declared, return_checks

# Person, request and plan n (from 1) are row n - 1 of their modules; plans 1 to 4 are active.
PLAIN, UNIT, RP, SPECIAL, COLLEGE, CLOSED, UNIVERSITY = (f"10000{n}" for n in range(1, 8))
LONG_AGO, TOMORROW = "1998-01-01", "2025-01-17"


def set_cells(module, row, **cells):
    return lambda make, modules: make.edited(modules, module, row, **cells)


def copied(module, row, **cells):
    return lambda make, modules: make.with_copy(modules, module, row, **cells)


def dropped(module, row):
    return lambda make, modules: make.without(modules, module, row)


def both(*changes):
    def change(make, modules):
        for one in changes:
            modules = one(make, modules)
        return modules

    return change


PLANTED = {
    "missing_table_id": (set_cells("plandetail", 0, plandetailtableid=""), {}),
    "repeated_table_id": (copied("senneed", 0), {}),
    "orphan_person": (set_cells("person", 0, sen2tableid="h9"), {}),
    "orphan_requests": (set_cells("requests", 4, persontableid="p9"), {}),
    "orphan_assessment": (copied("assessment", 0, assessmenttableid="a9", requeststableid=""), {}),
    "orphan_namedplan": (copied("namedplan", 0, namedplantableid="n9", assessmenttableid="x"), {}),
    "orphan_plandetail": (set_cells("plandetail", 0, namedplantableid="x"), {}),
    "orphan_activeplans": (
        copied("activeplans", 0, activeplanstableid="v9", requeststableid="x"),
        {},
    ),
    "orphan_placementdetail": (
        copied("placementdetail", 0, placementdetailtableid="l9", activeplanstableid="x"),
        {},
    ),
    "orphan_senneed": (copied("senneed", 0, senneedtableid="s9", activeplanstableid="x"), {}),
    "missing_reference_date": (set_cells("sen2", 0, referencedate=""), {}),
    "reference_date_not_census_day": (set_cells("sen2", 0, referencedate="2025-01-15"), {}),
    "wrong_year": (set_cells("sen2", 0, year="2022"), {}),
    "wrong_authority": (set_cells("sen2", 0, lea="998"), {}),
    "duplicate_request": (copied("requests", 4, requeststableid="r9"), {}),
    "duplicate_person": (copied("person", 4, persontableid="p9"), {}),
    "identifier_shared": (
        copied("person", 4, persontableid="p9", personbirthdate="2018-07-01"),
        {},
    ),
    "same_person_twice_unlinked": (
        copied("person", 4, persontableid="p9", upn="", uniquelearnernumber="9990000001"),
        {},
    ),
    "two_active_plans": (
        both(
            copied("requests", 0, requeststableid="r9", receiveddate="2024-02-09"),
            copied("assessment", 0, assessmenttableid="a9", requeststableid="r9"),
            copied("namedplan", 0, namedplantableid="n9", assessmenttableid="a9"),
            copied("activeplans", 0, activeplanstableid="v9", requeststableid="r9"),
            copied("placementdetail", 0, placementdetailtableid="l9", activeplanstableid="v9"),
            copied("senneed", 0, senneedtableid="s9", activeplanstableid="v9"),
        ),
        {},
    ),
    "no_identifier_with_reason": (set_cells("person", 0, upn="", upnunknown="UN3"), {}),
    "no_identifier_without_reason": (set_cells("person", 0, upn=""), {}),
    "real_identifier_in_synthetic": (set_cells("person", 4, postcode="AB1 2CD"), {}),
    "unknown_upn_reason": (set_cells("person", 0, upnunknown="UN99"), {}),
    "unknown_sex": (set_cells("person", 0, sex="Q"), {}),
    "missing_birth_date": (set_cells("person", 0, personbirthdate=""), {}),
    "missing_birth_date_request": (set_cells("person", 4, personbirthdate=""), {}),
    "implausible_birth_date": (set_cells("person", 4, personbirthdate=TOMORROW), {}),
    "age_out_of_range": (set_cells("person", 0, personbirthdate="1998-08-31"), {}),
    "age_25": (set_cells("person", 0, personbirthdate="1998-09-01"), {}),
    "plan_not_named": (
        both(dropped("assessment", 0), dropped("namedplan", 0), dropped("plandetail", 0)),
        {},
    ),
    "no_placement_transferred_in": (
        both(dropped("placementdetail", 0), set_cells("activeplans", 0, transferla="998")),
        {},
    ),
    "no_placement": (dropped("placementdetail", 0), {}),
    "no_placement_on_census_day": (
        set_cells("placementdetail", 0, leavingdate="2025-01-15"),
        {},
    ),
    "two_main_placements": (
        both(
            copied("placementdetail", 0, placementdetailtableid="l8"),
            copied("placementdetail", 0, placementdetailtableid="l9"),
        ),
        {"two_main_placements": 2},
    ),
    "no_main_placement": (set_cells("placementdetail", 0, placementrank="2"), {}),
    "placement_without_setting": (set_cells("placementdetail", 0, urn=""), {}),
    "unknown_setting": (set_cells("placementdetail", 0, urn="", sensetting="QQQ"), {}),
    "urn_and_setting": (set_cells("placementdetail", 0, sensetting="OTH"), {}),
    "urn_unknown": (set_cells("placementdetail", 0, urn="199999"), {}),
    "urn_closed": (set_cells("placementdetail", 0, urn=CLOSED), {}),
    "urn_unlikely": (set_cells("placementdetail", 0, urn=UNIVERSITY), {}),
    "ukprn_unknown": (set_cells("placementdetail", 3, urn="", ukprn="29999999"), {}),
    "unknown_placement_rank": (
        copied("placementdetail", 0, placementdetailtableid="l9", placementrank="3"),
        {},
    ),
    "young_not_in_education": (set_cells("placementdetail", 2, urn="", sensetting="NEET"), {}),
    "old_in_early_years": (set_cells("placementdetail", 0, urn="", sensetting="EYP"), {}),
    "young_in_college": (set_cells("placementdetail", 0, urn=COLLEGE), {}),
    "unknown_residential": (
        both(
            set_cells("placementdetail", 0, res="Q"),
            set_cells("namedplan", 0, planres="Q"),
            set_cells("activeplans", 1, res="Q"),
        ),
        {"unknown_residential": 3},
    ),
    "unknown_work_placement": (set_cells("placementdetail", 3, wbp="Q"), {}),
    "flag_without_base": (
        both(
            set_cells("placementdetail", 0, senunitindicator="1"),
            set_cells("placementdetail", 1, senunitindicator="0", resourcedprovisionindicator="1"),
        ),
        {"flag_without_base": 2},
    ),
    "flag_blank_at_base": (
        set_cells("placementdetail", 1, senunitindicator="", resourcedprovisionindicator=""),
        {},
    ),
    "both_flags": (set_cells("placementdetail", 1, resourcedprovisionindicator="1"), {}),
    "flag_at_special_school": (set_cells("placementdetail", 2, senunitindicator="1"), {}),
    "no_need": (dropped("senneed", 0), {}),
    "unknown_need": (
        both(set_cells("senneed", 0, sentype="QQQ"), set_cells("senneed", 1, sentype="")),
        {"unknown_need": 2},
    ),
    "no_primary_need": (set_cells("senneed", 0, sentyperank="2"), {}),
    "two_primary_needs": (copied("senneed", 0, senneedtableid="s9", sentype="MLD"), {}),
    "ds_before_2026": (set_cells("senneed", 0, sentype="DS"), {}),
    "request_without_date": (set_cells("requests", 4, receiveddate=""), {}),
    "outcome_without_date": (set_cells("requests", 0, requestoutcomedate=""), {}),
    "unknown_request_outcome": (set_cells("requests", 4, requestoutcome="Q"), {}),
    "unknown_request_source": (set_cells("requests", 0, requestsource="6"), {}),
    "unknown_assessment_outcome": (set_cells("assessment", 0, assessmentoutcome=""), {}),
    "assessment_outcome_without_date": (
        set_cells("assessment", 4, assessmentoutcome="N", assessmentoutcomedate=""),
        {},
    ),
    "exceptions_not_told": (set_cells("assessment", 0, week20=""), {}),
    "decided_before_received": (set_cells("requests", 0, requestoutcomedate="2024-01-31"), {}),
    "future_date": (set_cells("requests", 4, receiveddate=TOMORROW), {}),
    "later_modules_after_undecided": (set_cells("requests", 0, requestoutcome="W"), {}),
    "plan_without_start": (set_cells("namedplan", 0, startdate=""), {}),
    "plan_starts_after_census": (set_cells("namedplan", 0, startdate="2035-06-01"), {}),
    "plan_before_request": (set_cells("namedplan", 0, startdate="2024-01-31"), {}),
    "ceased_before_start": (set_cells("namedplan", 4, ceasedate="2024-06-04"), {}),
    "ceased_but_active": (
        set_cells("namedplan", 0, ceasedate="2025-01-15", ceasereason="5"),
        {},
    ),
    "ceased_without_reason": (set_cells("namedplan", 4, ceasereason=""), {}),
    "unknown_cease_reason": (set_cells("namedplan", 4, ceasereason="12"), {}),
    "reason_without_cease_date": (set_cells("namedplan", 4, ceasedate=""), {}),
    "unknown_transfer": (
        both(
            set_cells("activeplans", 0, transferla="99X"),
            set_cells("activeplans", 1, transferla="999"),
        ),
        {"unknown_transfer": 2},
    ),
    "left_before_entry": (
        copied(
            "placementdetail",
            0,
            placementdetailtableid="l9",
            entrydate="2024-09-01",
            leavingdate="2024-08-31",
        ),
        {},
    ),
    "transfer_decided_late": (
        set_cells(
            "activeplans",
            0,
            phasetransferduedate="2024-02-15",
            phasetransferfinaldate="2024-02-16",
        ),
        {},
    ),
    "unknown_review_outcome": (set_cells("activeplans", 0, reviewoutcome="Q"), {}),
    "unreadable_date": (set_cells("namedplan", 0, startdate="last spring"), {}),
    "unreadable_flag": (set_cells("placementdetail", 0, senunitindicator="perhaps"), {}),
    "unreadable_number": (set_cells("requests", 0, requestsource="two"), {}),
    "formula_in_cell": (
        set_cells("person", 0, surname="=A1", forename="@Given"),
        {"formula_in_cell": 2},
    ),
    "home_missing": (set_cells("person", 0, postcode=""), {}),
    "home_unknown": (set_cells("person", 0, postcode="ZZ5 5ZZ"), {}),
    "home_outside": (set_cells("person", 0, postcode="ZZ9 9ZZ"), {}),
    "home_shared": (
        lambda make, modules: make.with_people(modules, 7),
        {"home_shared": 11},
    ),
}  # fmt: skip
NOT_SYNTHETIC = {"invalid_upn", "invalid_uln"}
OTHERS = NOT_SYNTHETIC | {
    "fewer_flagged_than_expected",
    "identifier_passed_on",
    "lost_since_last_return",
    "active_before_but_not_returned",
    "jump_total",
    "jump_need",
    "jump_setting",
    "jump_age",
    "definition_break",
}


def test_each_check_of_a_return_has_a_planted_error():
    assert set(PLANTED) | OTHERS == set(return_checks())


OF_THE_WHOLE = (
    "missing_reference_date",
    "reference_date_not_census_day",
    "wrong_year",
    "wrong_authority",
    "home_shared",
)
OF_A_ROW = [name for name in PLANTED if name not in OF_THE_WHOLE]


def apart(modules, number: int):
    """Return modules whose ids, UPNs and postcodes no other number's have."""
    made = {}
    for name, frame in modules.items():
        ids = [c for c in frame if c.endswith("tableid") and c != "sen2tableid"]
        own = {c: frame[c].where(frame[c] == "", f"{number}-" + frame[c]) for c in ids}
        if name == "person":
            upn = frame["upn"]
            own["upn"] = upn.where(upn == "", f"I{number:08d}" + upn.str[-4:])
            own["postcode"] = frame["postcode"].replace("ZZ1 1AA", f"ZZ{number} 1AA")
        made[name] = frame.assign(**own)
    return made


@pytest.fixture(scope="module")
def found_in_each(make, module_reference):
    """What was found in each of many small returns, one a check, checked as one large return."""
    parts: dict[str, list[pd.DataFrame]] = {}
    owners: dict[str, list[str]] = {}
    for number, name in enumerate(OF_A_ROW, start=1):
        for module, frame in apart(PLANTED[name][0](make, make.modules_of()), number).items():
            if module == "sen2" and number > 1:
                continue
            parts.setdefault(module, []).append(frame)
            owners.setdefault(module, []).extend([name] * len(frame))
    modules = {m: pd.concat(p, ignore_index=True).fillna("") for m, p in parts.items()}
    issues = check_returns([make.return_of(modules)], {}, module_reference)
    first_row = 2
    planted = [
        owners[module][row - first_row]
        for module, row in zip(issues["module"], issues["row"], strict=True)
    ]
    counts = issues.groupby([pd.Series(planted, dtype="str"), "check"]).size()
    return {name: counts[name].to_dict() for name in dict.fromkeys(planted)}


@pytest.mark.parametrize("name", OF_A_ROW)
def test_a_planted_error_is_found_by_its_check_alone(name, found_in_each):
    assert found_in_each[name] == (PLANTED[name][1] or {name: 1})


@pytest.mark.parametrize("name", OF_THE_WHOLE)
def test_an_error_of_the_whole_return_is_found_by_its_check_alone(name, check, make):
    plant, counts = PLANTED[name]
    found = check({2025: plant(make, make.modules_of())})
    assert found.counts() == (counts or {name: 1})


def test_an_issue_names_file_row_module_and_column_and_no_value(check, make):
    found = check({2025: make.edited(make.modules_of(), "person", 3, postcode="ZZ5 5ZZ")})
    assert found.issues.to_dict("records") == [
        {
            "year": 2025,
            "source": "sen2",
            "check": "home_unknown",
            "module": "person",
            "column": "postcode",
            "file": "sen2/2025/person.csv",
            "sheet": "",
            "row": 5,
        }
    ]


def valid(letters: str, body: str, is_valid) -> str:
    """Return the one spelling of an invented identifier that validates."""
    tried = pd.Series([body.replace("?", letter) for letter in letters])
    return str(tried[is_valid(tried)].iloc[0])


def test_identifiers_are_validated_only_where_they_are_real(check, make):
    upn = valid("ABCDEFGHJKLMNPQRTUVWXYZ", "?999000000001", valid_upn)
    uln = next(
        valid("0123456789", f"99900000{n}?", valid_uln)
        for n in range(1, 9)
        if valid_uln(pd.Series([f"99900000{n}{d}" for d in range(10)])).any()
    )
    modules = make.modules_of()
    modules = make.edited(modules, "person", 0, upn=upn, uniquelearnernumber=uln)
    modules = make.edited(modules, "person", 1, uniquelearnernumber="12345")
    assert check({2025: modules}, identifiers="real").counts() == {
        "invalid_upn": 5,
        "invalid_uln": 1,
    }
    assert check({2025: modules}).counts() == {"real_identifier_in_synthetic": 1}


def with_person_like_the_fifth(make, first, second):
    """Return modules in which the fifth person is told by `first`, and again by `second`."""
    modules = make.edited(make.modules_of(), "person", 4, **first)
    return make.with_copy(modules, "person", 4, persontableid="p9", **second)


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        ({}, {"forename": "Other"}, {"identifier_shared": 1}),
        ({}, {"forename": ""}, {"duplicate_person": 1}),
        ({}, {"forename": " given5"}, {"duplicate_person": 1}),
        (
            {"personbirthdate": ""},
            {"personbirthdate": "", "forename": "Other"},
            {"identifier_shared": 1, "missing_birth_date_request": 2},
        ),
        (
            {"uniquelearnernumber": "12"},
            {"upn": "", "uniquelearnernumber": "12"},
            {"duplicate_person": 1},
        ),
        (
            {"upn": "", "uniquelearnernumber": "12"},
            {"upn": "I555000000001", "uniquelearnernumber": "12"},
            {"duplicate_person": 1},
        ),
        (
            {"uniquelearnernumber": "12"},
            {"upn": "", "uniquelearnernumber": "12", "personbirthdate": "2018-07-01"},
            {"identifier_shared": 1},
        ),
        ({}, {"upn": "I555000000001"}, {"same_person_twice_unlinked": 1}),
        ({}, {"upn": "", "upnunknown": "UN3", "postcode": "ZZ2 1AA"}, {"no_identifier": 1}),
        (
            {"upn": "", "upnunknown": "UN3"},
            {"upn": "", "upnunknown": "UN3"},
            {"same_person_twice_unlinked": 1, "no_identifier": 2},
        ),
        ({}, {"upn": "I555000000001", "surname": ""}, {}),
    ],
)
def test_two_rows_are_one_person_or_two_or_not_known(check, make, first, second, counts):
    found = check({2025: with_person_like_the_fifth(make, first, second)}).counts()
    told = {name.removesuffix("_with_reason"): count for name, count in found.items()}
    assert told == counts


def test_a_shared_uln_is_named_where_the_upn_is_not_shared(check, make):
    upn = {"upn": "I555000000001"}
    uln = {"uniquelearnernumber": "12"}
    modules = with_person_like_the_fifth(make, {"upn": "", **uln}, {**upn, **uln})
    assert check({2025: modules}).issues["column"].tolist() == ["uniquelearnernumber"]


def test_exceptions_are_asked_of_new_plans_of_the_year_alone(check, make):
    blank = make.edited(make.modules_of(), "assessment", 0, week20="")
    moved = make.edited(blank, "activeplans", 0, transferla="998")
    older = make.edited(blank, "assessment", 0, assessmentoutcome="H")
    assert check({2025: blank}).counts() == {"exceptions_not_told": 1}
    assert check({2025: moved}).counts() == {}
    assert check({2025: older}).counts() == {}


def test_a_plan_that_starts_later_and_is_not_listed_as_active_is_no_error(check, make):
    modules = make.edited(
        make.modules_of(), "namedplan", 4, startdate="2025-02-01", ceasedate="", ceasereason=""
    )
    assert check({2025: modules}).counts() == {}


def test_urns_are_not_called_unknown_without_a_full_download_of_gias(check, make, reference):
    modules = make.edited(make.modules_of(), "placementdetail", 0, urn="199999")
    schools = reference.schools
    extract = schools[schools["status"] == "open"].assign(ukprn="")
    assert check({2025: modules}, schools=extract).counts() == {}


def test_homes_are_not_called_unknown_without_a_directory(check, make):
    modules = make.edited(make.modules_of(), "person", 0, postcode="ZZ5 5ZZ")
    assert check({2025: modules}, postcodes=None).counts() == {}


def test_a_base_with_under_half_of_its_places_flagged_counts_once_a_school(check, make, reference):
    schools = reference.schools
    full = schools.assign(unit_on_roll=schools["unit_on_roll"].mask(schools["urn"] == UNIT, 4))
    assert check({2025: make.modules_of()}, schools=full).counts() == {
        "fewer_flagged_than_expected": 1
    }
    modules = make.with_people(make.modules_of(), 1)
    flagged = make.edited(modules, "placementdetail", 4, urn=UNIT, senunitindicator="1")
    assert check({2025: flagged}, schools=full).counts() == {}


def test_a_plan_that_ceased_is_not_asked_for_a_need_or_placement(check, make):
    modules = make.edited(
        make.modules_of(), "namedplan", 0, ceasedate="2024-12-01", ceasereason="5"
    )
    modules = make.without(make.without(modules, "senneed", 0), "placementdetail", 0)
    assert check({2025: modules}).counts() == {"ceased_but_active": 1}


def test_a_request_without_a_plan_is_not_asked_for_a_home(check, make):
    modules = make.edited(make.modules_of(), "person", 4, postcode="")
    assert check({2025: modules}).counts() == {}


def test_the_school_years_start_is_accepted_as_the_year(check, make):
    assert check({2025: make.edited(make.modules_of(), "sen2", 0, year="2024")}).counts() == {}


def test_a_return_without_named_plans_is_still_checked(check, make):
    modules = make.modules_of()
    for module in ("assessment", "namedplan", "plandetail"):
        modules[module] = modules[module].head(0)
    assert check({2025: modules}).counts() == {"plan_not_named": 4}


def test_a_code_of_the_plan_given_to_its_placements_counts_once(check, make):
    modules = make.edited(make.modules_of(), "activeplans", 0, res="Q")
    assert check({2025: modules}).counts() == {"unknown_residential": 1}


def test_a_missing_module_is_no_reason_to_stop(make, reference):
    found = make.return_of(make.modules_of())
    modules = {name: frame for name, frame in found.modules.items() if name != "plandetail"}
    issues = check_returns([replace(found, modules=modules)], {}, reference)
    assert issues.empty


def test_every_check_says_what_to_do():
    told = declared()
    assert (told[["title", "condition", "action"]] != "").all(axis=None)
    assert set(told["severity"]) <= {"blocks", "warns", "informs"}
    assert set(told.loc[told["assumed"] == "", "severity"]) == {"blocks"}
