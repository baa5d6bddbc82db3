"""Errors that need rows of their own: broken links, repeats, people added to be spoilt.

Whoever is spoilt in who they are, or in whether they are there, is added for it in the last return:
spoiling someone known from other years would fail the checks between years as well.
"""

from collections.abc import Callable
from datetime import timedelta

from sufficiency.demo.returns.bench import Bench, Case
from sufficiency.demo.returns.identifiers import valid_uln, valid_upn
from sufficiency.demo.returns.layout import parent_id

ELSEWHERE = "998"
SHARED_BY = 10
SECOND_PLACEMENTS = frozenset(
    {"two_main_placements", "unknown_placement_rank", "left_before_entry"}
)


def missing_table_id(bench: Bench, each: int) -> None:
    """Empty the own id of rows that have no children."""
    for at in _second_needs(bench, each):
        bench.spoil("missing_table_id", "senneed", at, "senneedtableid", "")
        bench.flag("missing_table_id", "senneed", at)
    for case in bench.take("plan", each, lambda case: "plandetail" in case.at):
        at = case.at["plandetail"]
        bench.spoil("missing_table_id", "plandetail", at, "plandetailtableid", "")
        bench.flag("missing_table_id", "plandetail", at)


def repeated_table_id(bench: Bench, each: int) -> None:
    """Give rows without children the id of the module's first row."""
    for at in _second_needs(bench, each):
        first = bench.get("senneed", 0, "senneedtableid")
        bench.spoil("repeated_table_id", "senneed", at, "senneedtableid", first)
        bench.flag("repeated_table_id", "senneed", at)


def _second_needs(bench: Bench, each: int) -> list[int]:
    taken = bench.take("plan", each, lambda case: case.second_need not in (None, 0))
    return [case.second_need for case in taken if case.second_need is not None]


def orphans(bench: Bench, each: int) -> None:
    """Break the link of rows without children, and add rows whose parent is nowhere."""
    for at in _second_needs(bench, each):
        bench.spoil("orphan_senneed", "senneed", at, "activeplanstableid", "nowhere")
        bench.flag("orphan_senneed", "senneed", at)
    for case in bench.take("plan", each, lambda case: "plandetail" in case.at):
        at = case.at["plandetail"]
        bench.spoil("orphan_plandetail", "plandetail", at, "namedplantableid", "")
        bench.flag("orphan_plandetail", "plandetail", at)
    for number in range(each) if bench.templates else ():
        _add_orphan_person(bench, bench.templates[0])
        lost = "" if number % 2 else f"nowhere{number}"
        for module in ("requests", "assessment", "namedplan", "placementdetail"):
            _add_orphan(bench, module, bench.templates[0], lost)
        plan = _add_orphan(bench, "activeplans", bench.templates[0], lost, below=True)
        own = bench.get("activeplans", plan, "activeplanstableid")
        bench.append("senneed", bench.templates[0].at["senneed"], activeplanstableid=own)


def _add_orphan_person(bench: Bench, like: Case) -> None:
    at = bench.append("person", like.person, **bench.new_identity())
    bench.spoil("orphan_person", "person", at, "sen2tableid", "nowhere")
    bench.flag("orphan_person", "person", at)


def _add_orphan(bench: Bench, module: str, like: Case, lost: str, below: bool = False) -> int:
    at = bench.append(module, like.at[module], **{parent_id(module): lost})
    bench.flag(f"orphan_{module}", module, at)
    bench.remove(f"orphan_{module}", module, at, below)
    return at


def duplicate_request(bench: Bench, each: int) -> None:
    """Repeat a refused request under the same person."""
    for case in bench.take("refused", each):
        at = bench.append("requests", case.at["requests"])
        bench.flag("duplicate_request", "requests", at)
        bench.remove("duplicate_request", "requests", at)


def duplicate_person(bench: Bench, each: int) -> None:
    """Repeat a person, without any request."""
    for case in bench.take("plan", each):
        at = bench.append("person", case.person)
        bench.flag("duplicate_person", "person", at)
        bench.remove("duplicate_person", "person", at)


def identifier_shared(bench: Bench, each: int) -> None:
    """Add a person, without any request, who has another's UPN and another birth date."""
    for case in bench.take("plan", each, lambda case: case.age >= 6):
        born = f"{bench.year - 6}-02-03"
        made = bench.append("person", case.person, **bench.new_identity(), personbirthdate=born)
        upn = bench.get("person", case.person, "upn")
        bench.spoil("identifier_shared", "person", made, "upn", upn)
        bench.flag("identifier_shared", "person", made)


def same_person_twice_unlinked(bench: Bench, each: int) -> None:
    """Repeat a person, without any request, under another UPN."""
    for case in bench.take("plan", each):
        upn = bench.new_identity()["upn"]
        at = bench.append("person", case.person, upn=upn, uniquelearnernumber="")
        bench.flag("same_person_twice_unlinked", "person", at)
        bench.remove("same_person_twice_unlinked", "person", at)


def two_active_plans(bench: Bench, each: int) -> None:
    """Give people a second, historical request with an older plan that is active too."""
    for case in bench.take("plan", each, lambda case: "namedplan" in case.at and case.new):
        made = bench.copy_below(case, case.person)
        owner = bench.get("person", case.person, "persontableid")
        values = bench.modules["requests"]
        values["persontableid"][made["requests"]] = owner
        values["requestoutcome"][made["requests"]] = "H"
        values["receiveddate"][made["requests"]] = f"{bench.year - 2}-01-02"
        values["requestoutcomedate"][made["requests"]] = f"{bench.year - 2}-02-02"
        bench.modules["assessment"]["assessmentoutcome"][made["assessment"]] = "H"
        started = (bench.previous or bench.day - timedelta(days=364)) + timedelta(days=1)
        bench.modules["namedplan"]["startdate"][made["namedplan"]] = started.isoformat()
        bench.flag("two_active_plans", "activeplans", made["activeplans"])
        bench.remove("two_active_plans", "activeplans", made["activeplans"], below=True)


def second_placements(bench: Bench, each: int) -> None:
    """Add placements: a second main one, one of unknown rank, one left before it was entered."""
    ended = {
        "placementrank": "2",
        "entrydate": f"{bench.year - 1}-11-20",
        "leavingdate": f"{bench.year - 1}-11-10",
    }
    wrongs = (
        ("two_main_placements", {}, "placementrank", "1", "2"),
        ("unknown_placement_rank", {}, "placementrank", "7", "2"),
        ("left_before_entry", ended, "leavingdate", ended["leavingdate"], ""),
    )
    for check, values, column, wrong, right in wrongs:
        for case in bench.take("plan", each, lambda case: not case.flagged and case.urn != ""):
            like = case.at["placementdetail"]
            at = bench.append("placementdetail", like, **(values | {column: right}))
            bench.spoil(check, "placementdetail", at, column, wrong)
            bench.flag(check, "placementdetail", at)


def added_people(bench: Bench, each: int, wanted: Callable[..., bool]) -> None:
    """Add people in the last return and spoil who they are, or what they have."""
    if not bench.templates:
        return
    wrongs = (
        ("no_identifier_with_reason", lambda n: {"upn": "", "upnunknown": "UN8"}),
        ("no_identifier_without_reason", lambda n: {"upn": ""}),
        ("missing_birth_date", lambda n: {"personbirthdate": ""}),
        ("implausible_birth_date", lambda n: {"personbirthdate": f"{bench.year}-06-01"}),
        ("age_out_of_range", lambda n: {"personbirthdate": f"{bench.year - 27}-08-31"}),
        *_identity_wrongs(bench),
    )
    for check, cells in wrongs:
        for number in range(each) if wanted(check) else ():
            made = bench.clone(bench.templates[number % len(bench.templates)])
            for column, value in cells(number).items():
                bench.spoil(check, "person", made["person"], column, value)
            bench.flag(check, "person", made["person"])
    _added_plans(bench, each, wanted)


def _identity_wrongs(bench: Bench) -> list[tuple[str, Callable[[int], dict[str, str]]]]:
    """Return identifiers that are wrong where real, or that could be real where synthetic."""
    if bench.reference.identifiers == "real":
        return [
            ("invalid_upn", lambda n: {"upn": f"A9991{n}X"}),
            ("invalid_uln", lambda n: {"uniquelearnernumber": f"99{n:03d}"}),
        ]
    check, serial = "real_identifier_in_synthetic", bench.year * 10
    return [
        (check, lambda n: {"uniquelearnernumber": valid_uln(serial + 5 * n)}),
        (check, lambda n: {"upn": valid_upn(900_000_000 + serial + n)}),
    ]


def _added_plans(bench: Bench, each: int, wanted: Callable[..., bool]) -> None:
    """Add people whose plan, placement or need is missing, ceased, or unexplained."""
    wrongs = (
        ("plan_not_named", ("assessment",), ""),
        ("no_placement", ("placementdetail",), ""),
        ("no_placement_transferred_in", ("placementdetail",), ELSEWHERE),
        ("no_need", ("senneed",), ""),
    )
    for check, without, origin in wrongs:
        for number in range(each) if wanted(check) else ():
            made = bench.clone(bench.templates[number % len(bench.templates)], without)
            bench.modules["activeplans"]["transferla"][made["activeplans"]] = origin
            bench.flag(check, "activeplans", made["activeplans"])
    ceased = {"ceasedate": (bench.day - timedelta(days=9)).isoformat(), "ceasereason": "9"}
    started = {"startdate": f"{bench.year + 9}-05-06"}
    for check, cells in (("ceased_but_active", ceased), ("plan_starts_after_census", started)):
        for number in range(each) if wanted(check) else ():
            made = bench.clone(bench.templates[number % len(bench.templates)])
            for column, value in cells.items():
                bench.spoil(check, "namedplan", made["namedplan"], column, value)
            bench.flag(check, "namedplan", made["namedplan"])


def home_shared(bench: Bench, each: int) -> None:
    """Move people to one postcode that nobody lives at."""
    for case in bench.take("plan", SHARED_BY) if bench.empty_home else ():
        bench.spoil("home_shared", "person", case.person, "postcode", bench.empty_home)
        bench.flag("home_shared", "person", case.person)


def ds_before_2026(bench: Bench, each: int) -> None:
    """Record Down syndrome as a second need in the second return, if the code did not exist yet.

    Where no other return has it, that is a break of definitions too.
    """
    if bench.year >= 2026 or bench.number != 1:
        return
    at = _second_needs(bench, each)
    for row in at:
        bench.spoil("ds_before_2026", "senneed", row, "sentype", "DS")
        bench.flag("ds_before_2026", "senneed", row)
    if at:
        bench.count("definition_break", 1)


def fewer_flagged_than_expected(bench: Bench, each: int) -> None:
    """Clear the base flags of everyone at one school with a base."""
    placed, check = bench.modules["placementdetail"], "fewer_flagged_than_expected"
    urn = pick_base(bench)
    for at, school in enumerate(placed["urn"]) if urn else ():
        for column in ("senunitindicator", "resourcedprovisionindicator"):
            if school == urn and placed[column][at] == "1":
                bench.spoil(check, "placementdetail", at, column, "0")
    if urn:
        bench.pools["plan"] = [case for case in bench.pools["plan"] if case.urn != urn]
        bench.count(check, 1)


def pick_base(bench: Bench) -> str:
    """Return a school of the authority with a base of 4 places or more, well flagged, or empty."""
    schools = bench.schools
    own = schools[schools["authority"] == bench.reference.authority]
    places = own[["unit_on_roll", "rp_on_roll"]].fillna(0).sum(axis=1)
    capacity = own[["unit_capacity", "rp_capacity"]].fillna(0).sum(axis=1)
    flagged: dict[str, int] = {}
    for case in bench.pools["plan"]:
        flagged[case.urn] = flagged.get(case.urn, 0) + case.flagged
    known = sorted(places.index[(places >= 4) & (capacity >= 4)])
    enough = [urn for urn in known if flagged.get(urn, 0) >= max(places[urn], capacity[urn]) / 2]
    spare = [urn for urn in enough if urn in bench.with_unit or urn in bench.with_rp]
    return spare[-1] if spare else ""
