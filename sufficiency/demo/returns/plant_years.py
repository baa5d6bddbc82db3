"""Errors of a return as a whole, and between returns."""

from collections.abc import Callable
from datetime import timedelta

from sufficiency.demo.returns.bench import Bench, Case
from sufficiency.demo.returns.plant_values import MAINSTREAM, at_school, setting_of
from sufficiency.terms import lookup

ELSEWHERE = "998"
GROWN, MOVED, JUMP = 1.33, 0.34, 0.25
PLANS_TO_COMPARE = 50
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


def jump_total(bench: Bench, before: list[Case]) -> None:
    """Add people who transferred in, like those there are, until plans have grown by a third."""
    wanted = int(len(before) * GROWN) - len(bench.pools["plan"])
    likes = bench.pools["plan"][: max(wanted, 0)]
    for case in likes:
        made = bench.clone(case)
        bench.modules["activeplans"]["transferla"][made["activeplans"]] = ELSEWHERE
        bench.modules["requests"]["requestoutcome"][made["requests"]] = "H"
    if wanted > 0 and len(likes) == wanted:
        bench.count("jump_total", 1)


def jump_need(bench: Bench, before: list[Case]) -> None:
    """Recode people to the smallest need that is large enough to be compared."""
    needs = [case.need for case in before]
    to, count = _smallest(needs, None)
    taken = _taken(bench, count, lambda case: case.need != to)
    for case in taken:
        bench.spoil("jump_need", "senneed", case.at["senneed"], "sentype", to)
    bench.count("jump_need", _jumped(needs, to, [case.need for case in taken]))


def jump_setting(bench: Bench, before: list[Case]) -> None:
    """Move people to a school of the smallest setting that is large enough to be compared."""
    settings = [setting_of(bench, case) for case in before if not case.flagged]
    to, count = _smallest(settings, SCHOOLS)
    urns = [
        urn
        for urn in bench.urns(bench.schools["setting"] == to)
        if urn not in bench.with_unit | bench.with_rp
    ]
    if not urns:
        return
    taken = _taken(
        bench, count, lambda case: _movable(bench, case) and setting_of(bench, case) != to
    )
    for case in taken:
        bench.spoil("jump_setting", "placementdetail", case.at["placementdetail"], "urn", urns[0])
    left = [setting_of(bench, case) for case in taken]
    bench.count("jump_setting", _jumped(settings, to, left))


def jump_age(bench: Bench, before: list[Case]) -> None:
    """Change birth dates so that a school phase grows."""
    phases = [phase_of(case) for case in before]
    to, count = _smallest(phases, tuple(AGES))
    if not count:
        return
    born = f"{bench.year - 1 - AGES[to]}-05-05"
    taken = _taken(bench, count, lambda case: _movable(bench, case) and phase_of(case) != to)
    for case in taken:
        bench.spoil("jump_age", "person", case.person, "personbirthdate", born)
    bench.count("jump_age", _jumped(phases, to, [phase_of(case) for case in taken]))


def _movable(bench: Bench, case: Case) -> bool:
    return at_school(bench, case) and setting_of(bench, case) in SCHOOLS


def phase_of(case: Case) -> str:
    """Return the phase of a person's age."""
    starts, ends = lookup("phases", "age_from"), lookup("phases", "age_to")
    return next((p for p in starts if int(starts[p]) <= case.age <= int(ends[p])), "")


def _smallest(values: list[str], among: tuple[str, ...] | None) -> tuple[str, int]:
    """Return the smallest key of enough plans, and how many must move to it."""
    counts = {key: values.count(key) for key in sorted(set(values) - {""})}
    large = {
        key: count
        for key, count in counts.items()
        if count >= PLANS_TO_COMPARE and (among is None or key in among)
    }
    if not large:
        return "", 0
    smallest = min(large, key=lambda key: large[key])
    return smallest, int(large[smallest] * MOVED) + 1


def _jumped(before: list[str], to: str, left: list[str]) -> int:
    """Return how many parts jump: the one moved to, and those that lost over a quarter by it."""
    emptied = [
        part
        for part in sorted(set(left))
        if before.count(part) >= PLANS_TO_COMPARE and left.count(part) > JUMP * before.count(part)
    ]
    return len({to, *emptied}) if left else 0


def _taken(bench: Bench, count: int, fit: Callable[[Case], bool]) -> list[Case]:
    """Return `count` people, or none where there are not so many."""
    enough = sum(fit(case) for case in bench.pools["plan"]) >= count
    return bench.take("plan", count, fit) if count and enough else []
