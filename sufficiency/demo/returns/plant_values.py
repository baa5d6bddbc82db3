"""Errors that are one wrong cell of one person: spoil it, flag its row, note what was there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sufficiency.demo.returns.bench import Bench, Case, Pool

MAINSTREAM = ("MSLA", "MSAC")
UNIT, RP = "senunitindicator", "resourcedprovisionindicator"
Fit = Callable[[Bench, Case], bool]
Cells = Callable[[Bench, Case], dict[str, str]]


@dataclass(frozen=True)
class Wrong:
    """One kind of wrong cell.

    Attributes:
        check: The check that must find it.
        pool: Whose row it is.
        module: Module of the row.
        cells: Column to wrong value, or how to make them for a case.
        fit: Who may be spoilt so without failing another check.
        second_need: The row is the need of rank 2.
    """

    check: str
    pool: Pool
    module: str
    cells: dict[str, str] | Cells
    fit: Fit = lambda bench, case: True
    second_need: bool = False


def plant_value(bench: Bench, wrong: Wrong, each: int) -> None:
    """Spoil the cells of up to `each` people who fit."""

    def fits(case: Case) -> bool:
        has_row = wrong.module in case.at
        if wrong.second_need:
            has_row = case.second_need is not None
        return has_row and wrong.fit(bench, case)

    for case in bench.take(wrong.pool, each, fits):
        second = case.second_need if wrong.second_need else None
        at = case.at[wrong.module] if second is None else second
        cells = wrong.cells if isinstance(wrong.cells, dict) else wrong.cells(bench, case)
        if not cells:
            continue
        for column, value in cells.items():
            bench.spoil(wrong.check, wrong.module, at, column, value)
        bench.flag(wrong.check, wrong.module, at)


def _shifted(module: str, column: str, days: int) -> Callable[[Bench, Case], str]:
    def shifted(bench: Bench, case: Case) -> str:
        stood = date.fromisoformat(bench.get(module, case.at[module], column)[:10])
        return (stood + timedelta(days=days)).isoformat()

    return shifted


def at_school(bench: Bench, case: Case) -> bool:
    """Say whether a person is placed by URN alone and unflagged, so that it can be replaced."""
    placed = case.at["placementdetail"]
    alone = not any(bench.get("placementdetail", placed, c) for c in ("ukprn", "sensetting"))
    return case.urn in bench.groups and alone and not case.flagged


def _school_of(*urns_by: str) -> Cells:
    """Put the first open school of one of these settings in the URN's place."""

    def cells(bench: Bench, case: Case) -> dict[str, str]:
        urns = bench.urns(bench.schools["setting"].isin(urns_by))
        return {"urn": urns[0]} if urns else {}

    return cells


def _closed(bench: Bench, case: Case) -> dict[str, str]:
    closed = bench.closed_urns()
    return {"urn": closed[0]} if closed else {}


def _unlikely(bench: Bench, case: Case) -> dict[str, str]:
    types = ["24", "25", "26", "27", "29", "30", "37", "49", "56"]
    urns = bench.urns(bench.schools["type_code"].isin(types))
    return {"urn": urns[0]} if urns else {}


def setting_of(bench: Bench, case: Case) -> str:
    """Return the setting of the school of a placement, flags apart; empty where unknown."""
    return str(bench.schools["setting"].get(case.urn, ""))


def _mainstream_without_base(bench: Bench, case: Case) -> bool:
    plain = at_school(bench, case) and not bench.based(case)
    return plain and setting_of(bench, case) in MAINSTREAM


def _unflagged_at_base(bench: Bench, case: Case) -> bool:
    return at_school(bench, case) and bench.based(case) and setting_of(bench, case) in MAINSTREAM


def _age_25(bench: Bench, case: Case) -> dict[str, str]:
    return {"personbirthdate": date(bench.year - 26, 3, 9).isoformat()}


def _outside(bench: Bench, case: Case) -> dict[str, str]:
    directory = bench.reference.postcodes
    if directory is None:
        return {}
    own = set(bench.reference.localities["lsoa"])
    outside = sorted(directory.loc[~directory["lsoa"].isin(own), "postcode"])
    return {"postcode": outside[0]} if outside else {}


def _placed_long(bench: Bench, case: Case) -> bool:
    entry = bench.get("placementdetail", case.at["placementdetail"], "entrydate")
    leaving = bench.get("placementdetail", case.at["placementdetail"], "leavingdate")
    return not leaving and entry < (bench.day - timedelta(days=30)).isoformat()


def _before_census(bench: Bench, case: Case) -> dict[str, str]:
    return {"leavingdate": (bench.day - timedelta(days=20)).isoformat()}


def _late_request(bench: Bench, case: Case) -> dict[str, str]:
    started = bench.get("namedplan", case.at["namedplan"], "startdate")
    late = (date.fromisoformat(started[:10]) + timedelta(days=5)).isoformat()
    return {"receiveddate": late, "requestoutcomedate": late}


def _moved(check: str, cells: dict[str, str] | Cells, fit: Fit = at_school) -> Wrong:
    return Wrong(check, "plan", "placementdetail", cells, fit)


def _younger(age: int) -> Fit:
    return lambda bench, case: case.age < age and at_school(bench, case)


def _older(age: int) -> Fit:
    return lambda bench, case: case.age >= age and at_school(bench, case)


def _is_new(bench: Bench, case: Case) -> bool:
    return case.new and "assessment" in case.at


def _issued_in_year(bench: Bench, case: Case) -> bool:
    started = bench.get("namedplan", case.at.get("namedplan", -1), "startdate")
    agreed = bench.get("assessment", case.at.get("assessment", -1), "assessmentoutcome") == "Y"
    return _is_new(bench, case) and agreed and started.startswith(str(bench.year - 1))


def _one_need(bench: Bench, case: Case) -> bool:
    return case.second_need is None


PLAN, PLACED, NEED = "plan", "placementdetail", "senneed"
VALUES: tuple[Wrong, ...] = (
    Wrong("unknown_upn_reason", PLAN, "person", {"upnunknown": "UN99"}),
    Wrong("unknown_sex", PLAN, "person", {"sex": "Q"}),
    Wrong("missing_birth_date_request", "refused", "person", {"personbirthdate": ""}),
    Wrong("age_25", PLAN, "person", _age_25, _older(16)),
    _moved("no_placement_on_census_day", _before_census, _placed_long),
    _moved("no_main_placement", {"placementrank": "2"}),
    _moved("placement_without_setting", {"urn": ""}),
    _moved("unknown_setting", {"urn": "", "sensetting": "ZZZ"}),
    _moved("urn_and_setting", {"sensetting": "OLA"}),
    _moved("urn_unknown", {"urn": "199999"}),
    _moved("urn_closed", _closed),
    _moved("urn_unlikely", _unlikely),
    _moved("ukprn_unknown", {"urn": "", "ukprn": "19999999"}, _older(16)),
    _moved("young_not_in_education", {"urn": "", "sensetting": "NEET"}, _younger(16)),
    _moved("old_in_early_years", {"urn": "", "sensetting": "EYP"}, _older(6)),
    _moved("young_in_college", _school_of("FE", "FE6", "SPI"), _younger(14)),
    _moved("unknown_residential", {"res": "Q"}),
    _moved("unknown_work_placement", {"wbp": "Q"}),
    _moved("flag_without_base", {UNIT: "1", RP: "0"}, _mainstream_without_base),
    _moved("flag_blank_at_base", {UNIT: "", RP: ""}, _unflagged_at_base),
    _moved(
        "both_flags",
        {UNIT: "1", RP: "1"},
        lambda bench, case: case.urn in bench.with_unit and _unflagged_at_base(bench, case),
    ),
    _moved(
        "flag_at_special_school",
        {UNIT: "1"},
        lambda bench, case: at_school(bench, case) and bench.groups.get(case.urn) == "special",
    ),
    Wrong("unknown_need", PLAN, NEED, {"sentype": "XX"}, second_need=True),
    Wrong("no_primary_need", PLAN, NEED, {"sentyperank": "2"}, _one_need),
    Wrong("two_primary_needs", PLAN, NEED, {"sentyperank": "1"}, second_need=True),
    Wrong("request_without_date", "refused", "requests", {"receiveddate": ""}),
    Wrong("outcome_without_date", "refused", "requests", {"requestoutcomedate": ""}),
    Wrong("unknown_request_outcome", "refused", "requests", {"requestoutcome": "Q"}),
    Wrong("unknown_request_source", "refused", "requests", {"requestsource": "9"}),
    Wrong("unknown_assessment_outcome", "not_issued", "assessment", {"assessmentoutcome": "Q"}),
    Wrong(
        "assessment_outcome_without_date",
        "not_issued",
        "assessment",
        {"assessmentoutcomedate": ""},
    ),
    Wrong("exceptions_not_told", PLAN, "assessment", {"week20": ""}, _issued_in_year),
    Wrong(
        "decided_before_received",
        "refused",
        "requests",
        lambda b, c: {"requestoutcomedate": _shifted("requests", "receiveddate", -10)(b, c)},
    ),
    Wrong(
        "future_date",
        "pending",
        "requests",
        lambda b, c: {"receiveddate": (b.day + timedelta(days=5)).isoformat()},
    ),
    Wrong("later_modules_after_undecided", PLAN, "requests", {"requestoutcome": "W"}, _is_new),
    Wrong("plan_without_start", PLAN, "namedplan", {"startdate": ""}),
    Wrong(
        "ceased_before_start",
        "ceased",
        "namedplan",
        lambda b, c: {"ceasedate": _shifted("namedplan", "startdate", -5)(b, c)},
    ),
    Wrong("ceased_without_reason", "ceased", "namedplan", {"ceasereason": ""}),
    Wrong("unknown_cease_reason", "ceased", "namedplan", {"ceasereason": "77"}),
    Wrong("reason_without_cease_date", PLAN, "namedplan", {"ceasereason": "9"}),
    Wrong("unknown_transfer", PLAN, "activeplans", {"transferla": "99"}),
    Wrong(
        "transfer_decided_late",
        PLAN,
        "activeplans",
        lambda b, c: {
            "phasetransferduedate": f"{b.year - 1}-02-15",
            "phasetransferfinaldate": f"{b.year - 1}-03-20",
        },
    ),
    Wrong("unknown_review_outcome", PLAN, "activeplans", {"reviewoutcome": "QQ"}),
    Wrong("unreadable_date", PLAN, "activeplans", {"lastreview": "31/31/2024"}),
    Wrong("unreadable_flag", "refused", "requests", {"requestmediation": "perhaps"}),
    Wrong("unreadable_number", PLAN, NEED, {"sentyperank": "second"}, second_need=True),
    Wrong("formula_in_cell", PLAN, "person", {"forename": "=1+1"}),
    Wrong("home_missing", PLAN, "person", {"postcode": ""}),
    Wrong("home_unknown", PLAN, "person", {"postcode": "ZZ99 9XX"}),
    Wrong("home_outside", PLAN, "person", _outside),
)


def plant_late_request(bench: Bench, each: int) -> None:
    """Let plans start before they were asked for: requests are moved, their plans flagged."""
    for case in bench.take("plan", each, lambda case: _is_new(bench, case)):
        for column, value in _late_request(bench, case).items():
            bench.spoil("plan_before_request", "requests", case.at["requests"], column, value)
        bench.flag("plan_before_request", "namedplan", case.at["namedplan"])
