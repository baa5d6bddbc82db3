"""The modules of a return that say where children are: plans in force, placements, needs."""

import numpy as np
import pandas as pd

from sufficiency.demo.people import rates
from sufficiency.demo.people.places import ROOM
from sufficiency.demo.people.rates import NEEDS
from sufficiency.demo.people.simulate import DAY, census_day
from sufficiency.demo.people.world import World

COLLEGE_FROM = 14
COLLEGE = "990014"
BOARDING_GROUPS = ("independent",)


def _group(frame: pd.DataFrame) -> pd.Series:
    groups = rates.states()["group"].to_numpy()
    return pd.Series(groups[frame["state"].to_numpy()], index=frame.index)


def boarding(plans: pd.DataFrame) -> pd.Series:
    """Return the residential code of each plan, empty for a day place."""
    return plans["boards"].where(_group(plans).isin(BOARDING_GROUPS), "")


def work_based(plans: pd.DataFrame) -> pd.Series:
    """Return the work-based code of each plan, empty where there is none."""
    return plans["works"].where(_group(plans).eq("college") & (plans["age"] >= 16), "")


def placement_modules(
    world: World, plans: pd.DataFrame, named: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Return active plans, where children are and were, what plans name, and needs."""
    number = plans["person"].astype(str)
    key = {"activeplanstableid": "L" + number, "person": plans["person"]}
    day = census_day(int(plans["year"].iloc[0]))
    review = plans["start"] + ((day - plans["start"]) / DAY // 365 * 365).astype(int) * DAY
    active = plans.assign(
        **key,
        requeststableid="R" + number,
        lastreview=review.where(review > plans["start"]),
    )
    main = _where(world, plans["state"], plans["school"]).assign(
        **key,
        placementrank="1",
        entrydate=plans["entry"],
        res=boarding(plans),
        wbp=work_based(plans),
    )
    left = plans[plans["before_state"] >= 0]
    earlier = _where(world, left["before_state"], left["before_school"]).assign(
        activeplanstableid="L" + left["person"].astype(str),
        person=left["person"],
        placementrank="1",
        entrydate=np.minimum(left["before_entry"], left["entry"] - DAY),
        leavingdate=left["entry"] - DAY,
        res="",
        wbp="",
    )
    second = _second_places(world, plans, key)
    placed = pd.concat([main, earlier, second], ignore_index=True)
    placed["leavingdate"] = placed["leavingdate"].astype("datetime64[us]")
    detail = main.merge(named[["person", "namedplantableid"]], on="person", how="inner")
    first = pd.DataFrame(
        {**key, "sentype": np.array(NEEDS)[plans["need"].to_numpy()], "sentyperank": "1"}
    )
    other = plans["second_need"] >= 0
    rest = first[other].assign(
        sentype=np.array(NEEDS)[plans.loc[other, "second_need"].to_numpy()], sentyperank="2"
    )
    needs = pd.concat([first, rest]).sort_values(["person", "sentyperank"])
    placed = placed.sort_values(["person", "entrydate", "placementrank"], kind="stable")
    return {
        "plandetail": detail,
        "activeplans": active,
        "placementdetail": placed,
        "senneed": needs,
    }


def _second_places(world: World, plans: pd.DataFrame, key: dict[str, pd.Series]) -> pd.DataFrame:
    """Return the second places of a few: college from 14, else arranged by the authority."""
    school = plans["school"].to_numpy()
    chosen = plans[plans["second_place"].to_numpy() & (school >= 0)]
    at = int(np.flatnonzero(world.places.schools["urn"] == COLLEGE)[0])
    state = list(rates.states()["column"])
    goes = (chosen["age"] >= COLLEGE_FROM) & (chosen["school"] != at)
    college, arranged = (
        state.index("general_fe_tertiary_colleges"),
        state.index("other_arrangements_la"),
    )
    where = _where(
        world,
        pd.Series(np.where(goes, college, arranged), index=chosen.index),
        pd.Series(np.where(goes, at, -1), index=chosen.index),
    )
    return where.assign(
        activeplanstableid=key["activeplanstableid"][chosen.index],
        person=chosen["person"],
        placementrank="2",
        entrydate=chosen["entry"],
        res="",
        wbp="",
    )


def _where(world: World, state: pd.Series, school: pd.Series) -> pd.DataFrame:
    """Return urn, ukprn, sensetting and the base flags of places."""
    table, rows = rates.states(), world.places.schools
    at, number = school.to_numpy(), state.to_numpy()
    columns = table["column"].to_numpy()[number]
    by_ukprn = (columns == "ukrlp_provider") & (at >= 0)
    urn = np.where((at >= 0) & ~by_ukprn, rows["urn"].to_numpy(dtype=str)[at], "")
    kind = table["group"].to_numpy()[number]
    is_mainstream = np.isin(kind, ("mainstream", "base"))
    unit = np.array([ROOM.get(c) == "unit_capacity" for c in columns])
    rp = np.array([ROOM.get(c) == "rp_capacity" for c in columns])
    return pd.DataFrame(
        {
            "urn": urn,
            "ukprn": np.where(by_ukprn, rows["ukprn"].to_numpy(dtype=str)[at], ""),
            "sensetting": np.where(at < 0, table["sensetting"].to_numpy(dtype=str)[number], ""),
            "senunitindicator": np.where(is_mainstream, np.where(unit, "1", "0"), ""),
            "resourcedprovisionindicator": np.where(is_mainstream, np.where(rp, "1", "0"), ""),
        },
        index=state.index,
    )
