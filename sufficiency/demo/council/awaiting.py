"""Westmere's awaiting list: plan holders for whom another type of place is agreed."""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from sufficiency.demo.people import rates
from sufficiency.demo.people.rates import NEEDS, YEARS
from sufficiency.demo.people.world import World

AS_AT = date(2025, 5, 1)
SEPTEMBER = 2025
FIRST_OF_SCHOOL_YEAR = date(2024, 9, 1)
WEEKS_WAITING = (4, 9, 15, 22, 30, 41, 58)
STAGES = ("consulted", "named", "consulted", "refused", "tribunal", "directed", "agreed")
IN_MAINSTREAM = ("mainstream", "mainstream", "part_time")
INTERIM = {"NIE": "tuition", "NEET": "none", "EOTAS": "eotas"}
FROM = ("MSLA", "MSAC", "NIE", "EOTAS")


@dataclass(frozen=True)
class _Group:
    """Children of one need and town who wait for one type of place."""

    need: str
    ncys: tuple[int, ...]
    locality: str
    provision: str
    schools: tuple[str, ...]
    children: int


GROUPS = (
    _Group("SEMH", (6, 7, 8, 9), "Westhaven", "special", ("990003", "990004"), 12),
    _Group("SEMH", (7, 8, 9), "Eastport", "special", ("990003",), 2),
    _Group("ASD", (1, 2, 3), "Eastport", "special", ("990001",), 3),
    _Group("ASD", (2, 3, 4), "Westhaven", "special", ("990005", "990002"), 2),
    _Group("SLCN", (0, 1, 2), "Eastport", "resourced_provision", ("990119",), 2),
    _Group("ASD", (7, 8), "Eastport", "resourced_provision", ("990164",), 3),
    _Group("ASD", (11,), "Westhaven", "post16", ("990013",), 2),
)


def awaiting(world: World) -> pd.DataFrame:
    """Return `awaiting.csv`: one row a child under a pseudonym, in the order of the groups.

    The children are plan holders of the last January in mainstream schools or out of school; how
    long they have waited and how far it has come goes round by turns.
    """
    plans = world.course.plans[world.course.plans["year"] == YEARS[-1]]
    state, home = plans["state"].to_numpy(), plans["home"].to_numpy()
    known = pd.DataFrame(
        {
            "need": [NEEDS[n] for n in plans["need"]],
            "ncy": plans["age"].to_numpy() - 4,
            "locality": world.places.postcodes["locality"].to_numpy(dtype=str)[home],
            "where_now": rates.states()["setting"].to_numpy(dtype=str)[state],
        }
    )
    known = known[known["where_now"].isin(FROM)]
    rows: list[dict[str, object]] = []
    for group in GROUPS:
        mine = known["need"].eq(group.need) & known["ncy"].isin(group.ncys)
        mine &= known["locality"].eq(group.locality)
        for turn, child in enumerate(known[mine].head(group.children).to_dict("records")):
            rows.append(_row(len(rows), turn, group, child))
    return pd.DataFrame(rows)


def _row(number: int, turn: int, group: _Group, child: dict) -> dict[str, object]:
    agreed = AS_AT - timedelta(weeks=WEEKS_WAITING[number % len(WEEKS_WAITING)])
    stage = STAGES[turn % len(STAGES)]
    interim = INTERIM.get(child["where_now"], IN_MAINSTREAM[turn % len(IN_MAINSTREAM)])
    return {
        "child_id": f"W{number + 1:03d}",
        "need": child["need"],
        "ncy": child["ncy"] - (agreed < FIRST_OF_SCHOOL_YEAR),
        "locality": child["locality"],
        "provision": group.provision,
        "agreed_on": agreed.isoformat(),
        "as_at": AS_AT.isoformat(),
        "where_now": child["where_now"],
        "interim": interim,
        "stage": stage,
        "urn": "" if stage == "agreed" else group.schools[turn % len(group.schools)],
        "september": SEPTEMBER,
    }
