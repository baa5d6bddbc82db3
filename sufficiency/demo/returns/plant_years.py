"""Errors of a return as a whole, and between returns."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from sufficiency.demo.returns.bench import Bench, Case
from sufficiency.demo.returns.plant_values import MAINSTREAM, at_school, setting_of
from sufficiency.terms import lookup

ELSEWHERE = "998"
GROWN, JUMP, DRAINED = 1.28, 0.32, 0.2
PLANS_TO_COMPARE = 50
SCHOOL_AGE = 5
SCHOOLS = (*MAINSTREAM, "SPLA", "SPAC", "SPIN", "SPNM")
AGES = {"primary": 7, "secondary": 13}
HEADERS = (
    "wrong_authority",
    "reference_date_not_census_day",
    "wrong_year",
    "missing_reference_date",
)


def plant_header(bench: Bench) -> str:
    """Spoil the header of a return in the way of its turn and return the check that finds it."""
    check = HEADERS[bench.number % len(HEADERS)]
    wrong = {
        "wrong_authority": ("lea", ELSEWHERE),
        "reference_date_not_census_day": (
            "referencedate",
            (bench.day + timedelta(days=1)).isoformat(),
        ),
        "wrong_year": ("year", str(bench.year - 3)),
        "missing_reference_date": ("referencedate", ""),
    }
    bench.spoil(check, "sen2", 0, *wrong[check])
    bench.flag(check, "sen2", 0)
    return check


def lost_since_last_return(bench: Bench, each: int) -> None:
    """Add people to the last return but one who are in no other."""
    for number in range(each):
        made = bench.clone(bench.templates[number % len(bench.templates)])
        bench.flag(
            "lost_since_last_return", "activeplans", made["activeplans"], seen_a_year_on=True
        )


def active_before_but_not_returned(bench: Bench, each: int) -> None:
    """Add people to the last return whose plan is old but who were in no return before."""
    if bench.previous is None:
        return
    old = (bench.previous - timedelta(days=400)).isoformat()
    for number in range(each):
        made = bench.clone(bench.templates[number % len(bench.templates)])
        bench.modules["namedplan"]["startdate"][made["namedplan"]] = old
        bench.modules["requests"]["requestoutcome"][made["requests"]] = "H"
        bench.flag("active_before_but_not_returned", "activeplans", made["activeplans"])


def identifier_passed_on(bench: Bench, before: Bench, each: int) -> None:
    """Give people of both of the last returns another name and birth date, of the same age."""
    check, columns = "identifier_passed_on", ("surname", "forename", "personbirthdate")
    known = {
        upn: tuple(before.get("person", at, column) for column in columns)
        for at, upn in active_upns(before).items()
    }

    def stayed(case: Case) -> bool:
        now = tuple(bench.get("person", case.person, column) for column in columns)
        return all(now) and known.get(bench.get("person", case.person, "upn")) == now

    for case in bench.take("plan", each, stayed):
        stranger = bench.new_identity()
        born = bench.get("person", case.person, "personbirthdate")[:10]
        other = {**stranger, "personbirthdate": f"{born[:8]}{int(born[8:]) % 28 + 1:02d}"}
        for column in columns:
            bench.spoil(check, "person", case.person, column, other[column])
        bench.flag(check, "person", case.person)


def active_upns(bench: Bench) -> dict[int, str]:
    """Return the UPN of each person with an active plan, by position."""
    requests, people = bench.modules["requests"], bench.modules["person"]
    owner = dict(zip(requests["requeststableid"], requests["persontableid"], strict=True))
    active = {owner.get(own, "") for own in bench.modules["activeplans"]["requeststableid"]}
    pairs = enumerate(zip(people["persontableid"], people["upn"], strict=True))
    return {at: upn for at, (own, upn) in pairs if own in active and upn}


def jump_total(bench: Bench, before: Bench) -> None:
    """Add people who transferred in until plans have grown by over a quarter.

    They are like those there are, in even steps through ages and settings, so that no part jumps;
    not the youngest, who are so few that more of them would be a jump of their own.
    """
    wanted = int(before.rows("activeplans") * GROWN) - bench.rows("activeplans")
    old_enough = [case for case in bench.pools["plan"] if case.age >= SCHOOL_AGE]
    pool = sorted(old_enough, key=lambda case: (case.age, setting_of(bench, case)))
    chosen = min(max(wanted, 0), len(pool))
    likes = [pool[n * len(pool) // chosen] for n in range(chosen)]
    for case in likes:
        made = bench.clone(case)
        bench.modules["activeplans"]["transferla"][made["activeplans"]] = ELSEWHERE
        bench.modules["requests"]["requestoutcome"][made["requests"]] = "H"
    if wanted > 0 and len(likes) == wanted:
        bench.count("jump_total", 1)


def jump_need(bench: Bench, before: Bench) -> None:
    """Recode people to the smallest need that is large enough to be compared."""
    to, taken = _moved(bench, needs(before), needs(bench), lambda case: case.need)
    for case in taken:
        bench.spoil("jump_need", "senneed", case.at["senneed"], "sentype", to)
    bench.count("jump_need", int(bool(taken)))


def jump_setting(bench: Bench, before: Bench) -> None:
    """Move people to a school of the smallest setting that is large enough to be compared."""

    def setting(case: Case) -> str:
        return setting_of(bench, case) if _movable(bench, case) else ""

    to, taken = _moved(bench, settings(before), settings(bench), setting, SCHOOLS)
    based = bench.with_unit | bench.with_rp
    urns = [urn for urn in bench.urns(bench.schools["setting"] == to) if urn not in based]
    for case in taken if urns else ():
        bench.spoil("jump_setting", "placementdetail", case.at["placementdetail"], "urn", urns[0])
    bench.count("jump_setting", int(bool(taken and urns)))


def jump_age(bench: Bench, before: Bench) -> None:
    """Change birth dates so that a school phase grows."""

    def phase(case: Case) -> str:
        return phase_of(case.age) if _movable(bench, case) else ""

    to, taken = _moved(bench, phases(before), phases(bench), phase, tuple(AGES))
    for case in taken:
        born = f"{bench.year - 1 - AGES[to]}-05-05"
        bench.spoil("jump_age", "person", case.person, "personbirthdate", born)
    bench.count("jump_age", int(bool(taken)))


def _movable(bench: Bench, case: Case) -> bool:
    return at_school(bench, case) and setting_of(bench, case) in SCHOOLS


def needs(bench: Bench) -> Counter[str]:
    """Return primary needs as they now stand."""
    rows = bench.modules["senneed"]
    pairs = zip(rows["sentype"], rows["sentyperank"], strict=True)
    return Counter(need for need, rank in pairs if rank == "1")


def settings(bench: Bench) -> Counter[str]:
    """Return settings of main placements outside bases as they now stand."""
    rows = bench.modules["placementdetail"]
    known = bench.schools["setting"].to_dict()
    columns = ("urn", "placementrank", "senunitindicator", "resourcedprovisionindicator")
    return Counter(
        str(known[urn])
        for urn, rank, unit, rp in zip(*(rows[name] for name in columns), strict=True)
        if rank == "1" and urn in known and "1" not in (unit, rp)
    )


def phases(bench: Bench) -> Counter[str]:
    """Return phases of people with a plan as they now stand."""
    requests, people = bench.modules["requests"], bench.modules["person"]
    owner = dict(zip(requests["requeststableid"], requests["persontableid"], strict=True))
    born = dict(zip(people["persontableid"], people["personbirthdate"], strict=True))
    with_plan = {owner.get(own, "") for own in bench.modules["activeplans"]["requeststableid"]}
    dates = [born[person] for person in with_plan if born.get(person)]
    return Counter(phase_of(bench.year - 1 - int(date[:4]) - (date[5:7] > "08")) for date in dates)


def phase_of(age: int) -> str:
    """Return the phase of an age at 31 August; empty under 0 or over 25."""
    starts, ends = lookup("phases", "age_from"), lookup("phases", "age_to")
    return next((p for p in starts if int(starts[p]) <= age <= int(ends[p])), "")


def _moved(
    bench: Bench,
    then: Counter[str],
    now: Counter[str],
    part_of: Callable[[Case], str],
    among: tuple[str, ...] | None = None,
) -> tuple[str, list[Case]]:
    """Return the part that is to jump and who must move to it, so that no other part jumps.

    Args:
        bench: The return.
        then: Plans of each part at the January before.
        now: Plans of each part now.
        part_of: Part of a person, empty for one who cannot be moved.
        among: Parts that may be moved to, all if None.
    """
    large = {part: n for part, n in sorted(then.items()) if part and n >= PLANS_TO_COMPARE}
    fitting = [part for part in large if among is None or part in among]
    if not fitting:
        return "", []
    to = min(fitting, key=lambda part: large[part])
    growth = sum(now.values()) / sum(then.values())
    wanted = int((growth + JUMP) * then[to]) + 1 - now[to]
    room = {
        part: int(now[part] - (growth - DRAINED) * n) if part in large else now[part]
        for part, n in then.items()
        if part != to
    }
    chosen: list[int] = []
    for case in bench.pools["plan"]:
        part = part_of(case)
        if len(chosen) < wanted and part and room.get(part, 0) > 0:
            room[part] -= 1
            chosen.append(id(case))
    if not 0 < wanted == len(chosen):
        return to, []
    picked = set(chosen)
    return to, bench.take("plan", wanted, lambda case: id(case) in picked)
