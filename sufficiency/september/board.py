"""The September board: places free on 1 September, against children named for them."""

from typing import Any

import pandas as pd

from sufficiency.contracts import SeptemberBoard, checked
from sufficiency.findings import Findings
from sufficiency.places.periods import counted_rows, in_force_on, running
from sufficiency.september.changes import moving, named, staying, wanted
from sufficiency.september.cohorts import (
    SEVERAL,
    Cohort,
    SchoolClass,
    Site,
    cohorts,
    one_cohort,
)
from sufficiency.september.noted import Key, Noted, report
from sufficiency.september.roll import base_roll
from sufficiency.terms import codes, lookup

SEPTEMBERS = 3
NO_CLASS = "No class of these year groups is listed in classes.csv."
SITE_NOT_TOLD = "Pupils' sites are not told, and another site lists no class of these year groups."


def septembers(base_year: int) -> range:
    """Return the three Septembers after the base census, each by its year."""
    return range(base_year, base_year + SEPTEMBERS)


def september_board(
    register: pd.DataFrame,
    classes: pd.DataFrame,
    plans: pd.DataFrame,
    moves: pd.DataFrame,
    imports: pd.DataFrame,
    pupils: pd.DataFrame,
    awaiting: pd.DataFrame,
    base_year: int,
    findings: Findings,
) -> pd.DataFrame:
    """Return places free in each cohort on the next three 1 Septembers (`SeptemberBoard`).

    Pupils of the base census move up a year group each September; beyond the provision's last
    year group they leave. Agreed leavers and moves, and children named, directed or consulted on
    (an appeal not yet decided counts as consulted on), count in their September and those after
    it, moving up likewise. Assessment classes are not free for named children, so they are left
    out, and with them as many pupils without a plan of their year groups as they have places.
    New starters who are not on the awaiting list are not guessed. Children are counted, not
    full-time equivalents.

    Places are known only from class sizes. Where a year group has no class, or its pupils are not
    known by year group, free places are missing and `reason` says why: nothing is inferred from
    a whole-school total. Provisions that have no capacity gap (independent, non-maintained,
    alternative) are on the board only where classes are listed for them. Sites of one school are
    one line (site ALL) where it is not told who sits at which.

    Args:
        register: Register table.
        classes: Classes table; classes of a provision not on the register are passed over.
        plans: Plans table holding the base census.
        moves: Moves table; Septembers before the base census are passed over.
        imports: Imports table.
        pupils: Pupils table; the spring census of the base year is used.
        awaiting: Awaiting table; `ncy` is of the school year of `agreed_on`.
        base_year: January census year; its September is the first.
        findings: Receives what is missing, with what to do.
    """
    counted = _on_board(counted_rows(register), classes)
    roll = base_roll(counted, plans, imports, pupils, base_year)
    claims = wanted(awaiting, counted, base_year)
    present, changes = _by_key(roll.pupils), _by_key(moves)
    claimed, listed = _by_key(claims), _by_key(classes)
    elsewhere = len(awaiting[awaiting["urn"] != ""]) - int(claims["number"].sum())
    noted = Noted(no_list=awaiting.empty, elsewhere=elsewhere)
    records: list[dict[str, Any]] = []
    for september in septembers(base_year):
        groups = _by_key(counted[in_force_on(counted, f"{september}-09-01")])
        noted.ended |= set(present) - set(groups)
        for key, group in groups.items():
            sites = _sites(group)
            ordinary, assessment = _classes(listed.get(key), sites, september)
            children = [
                *staying(present.get(key), sites, assessment, september - base_year + 1),
                *moving(changes.get(key), sites, base_year, september),
                *named(claimed.get(key), sites, september),
            ]
            reason = roll.unknown.get(key, "")
            made = cohorts(sites, ordinary, children)
            if not ordinary:
                noted.without_classes.add(key)
                made = [one_cohort(made)] if reason and made else made
            records += [_record(september, key, one, sites, reason, noted) for one in made]
    report(counted, roll.unknown, noted, findings)
    columns = list(SeptemberBoard.to_schema().columns)
    return checked(SeptemberBoard, pd.DataFrame(records, columns=columns), "september_board")


def _on_board(register: pd.DataFrame, classes: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of provisions that have a capacity gap, or classes."""
    with_gap = register["provision"].map(lookup("provisions", "capacity_gap")) == "yes"
    keys = pd.MultiIndex.from_frame(register[["urn", "provision"]])
    with_classes = keys.isin(pd.MultiIndex.from_frame(classes[["urn", "provision"]]))
    return register[with_gap | with_classes].reset_index(drop=True)


def _by_key(rows: pd.DataFrame) -> dict[Key, pd.DataFrame]:
    groups = rows.groupby(["urn", "provision"], sort=True)
    return {(str(key[0]), str(key[1])): group for key, group in groups}  # pyright: ignore[reportIndexIssue]


def _sites(group: pd.DataFrame) -> list[Site]:
    order = group.assign(later=group["site_id"] != "main")
    order = order.sort_values(["later", "site_id", "ncy_from", "designated_needs"], kind="stable")
    result = []
    for row in order.itertuples():
        needs = frozenset(f"{row.designated_needs} {row.acceptable_needs}".split())
        result.append(
            Site(
                str(row.site_id),
                str(row.name),
                str(row.locality),
                int(row.ncy_from),  # pyright: ignore[reportArgumentType]
                int(row.ncy_to),  # pyright: ignore[reportArgumentType]
                needs if row.designated_needs else frozenset(codes("needs")),
            )
        )
    return result


def _classes(
    rows: pd.DataFrame | None, sites: list[Site], september: int
) -> tuple[list[SchoolClass], list[SchoolClass]]:
    """Return ordinary and assessment classes that run from a September at the sites."""
    if rows is None:
        return [], []
    needs: dict[str, frozenset[str]] = {}
    for site in sites:
        needs[site.site_id] = needs.get(site.site_id, frozenset()) | site.needs
    rows = rows[running(rows, september) & rows["site_id"].isin(list(needs))]
    rows = rows.sort_values(["site_id", "ncy_from", "ncy_to", "class_name"], kind="stable")
    made: dict[str, list[SchoolClass]] = {"no": [], "yes": []}
    for row in rows.itertuples():
        listed = frozenset(str(row.needs).split())
        site = str(row.site_id)
        made[str(row.assessment)].append(
            SchoolClass(
                site,
                int(row.ncy_from),  # pyright: ignore[reportArgumentType]
                int(row.ncy_to),  # pyright: ignore[reportArgumentType]
                listed or needs[site],
                listed,
                int(row.places),  # pyright: ignore[reportArgumentType]
            )
        )
    return made["no"], made["yes"]


def _record(
    september: int, key: Key, cohort: Cohort, sites: list[Site], reason: str, noted: Noted
) -> dict[str, Any]:
    here = [s for s in sites if cohort.site_id in (s.site_id, SEVERAL)]
    localities = list(dict.fromkeys(s.locality for s in here))
    why = [reason] if reason else []
    why += [NO_CLASS] if cohort.places is None else []
    why += [SITE_NOT_TOLD] if cohort.site_not_told else []
    count = cohort.counts
    leaving = min(count["leaving"], count["on_roll"])
    moves_out = min(count["moves_out"], count["on_roll"] - leaving)
    if not reason and leaving + moves_out < count["leaving"] + count["moves_out"]:
        noted.too_many_moves.add(key)
    if cohort.other_need:
        noted.other_need.add(key)
    known = not reason and not cohort.site_not_told
    on_roll: dict[str, int | None] = {
        "on_roll": count["on_roll"],
        "leaving": leaving,
        "moves_out": moves_out,
        "moves_in": count["moves_in"],
        "staying_on": count["on_roll"] - leaving - moves_out,
    }
    if not known:
        on_roll = dict.fromkeys(on_roll)
    free = None
    if known and cohort.places is not None:
        staying_on = count["on_roll"] - leaving - moves_out
        free = cohort.places - staying_on - count["moves_in"]
    needs = [need for need in codes("needs") if need in cohort.needs]
    return {
        "september": september,
        "urn": key[0],
        "site_id": cohort.site_id,
        "name": "; ".join(dict.fromkeys(s.name for s in here)),
        "provision": key[1],
        "locality": localities[0] if len(localities) == 1 else SEVERAL,
        "ncy_from": cohort.ncy_from,
        "ncy_to": cohort.ncy_to,
        "needs": " ".join(needs),
        "agreed_places": cohort.places,
        **on_roll,
        "places_free": free,
        "named": count["named"],
        "directed": count["directed"],
        "consulted": count["consulted"],
        "free_after_named": None if free is None else free - count["named"] - count["directed"],
        "reason": " ".join(why),
    }
