"""Second placements: where a plan's holder is placed besides the placement that is counted."""

import pandas as pd

from sufficiency.contracts import SecondPlacements, checked, empty
from sufficiency.people.placement import FLAGS, settings
from sufficiency.people.reference import Reference
from sufficiency.people.rows import JoinedReturn

SECOND = 2
KEYS = ["year", "establishment", "setting", "need", "ncy"]


def second_placements(
    positions: dict[int, pd.DataFrame], returns: list[JoinedReturn], reference: Reference
) -> pd.DataFrame:
    """Return rank-2 placements on census day, counted (`SecondPlacements`), in order of every key.

    A rank-2 placement that is the one counted (there is no rank 1) is not a second one. They are
    listed apart and never added to demand or occupancy (domain handbook 12).

    Args:
        positions: January census year to what `position.positions` returned.
        returns: The returns of the same years.
        reference: Schools, to tell the setting.
    """
    parts = [_of_year(own, positions[own.ret.year], reference) for own in returns]
    if not parts:
        return empty(SecondPlacements)
    rows = pd.concat(parts, ignore_index=True)
    counted = rows.groupby(KEYS, sort=True).size().rename("plans").reset_index()
    return checked(SecondPlacements, counted, "second_placements")


def _of_year(own: JoinedReturn, held: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    rows, day = own.ret.modules["placementdetail"], own.ret.census_day
    entered = rows["entrydate"].isna() | (rows["entrydate"] <= day)
    stays = rows["leavingdate"].isna() | (rows["leavingdate"] >= day)
    second = (rows["placementrank"] == SECOND).fillna(False).astype(bool)
    there = rows[entered & stays & second].rename(columns=FLAGS)
    there = there[["activeplanstableid", "placementdetailtableid", "urn", "ukprn", "sensetting",
                   *FLAGS.values()]]  # fmt: skip
    who = held[["activeplanstableid", "placement_source", "placement_id", "need", "ncy", "age"]]
    found = there.merge(who, on="activeplanstableid", how="inner")
    is_counted = (found["placement_source"] == "placement") & (
        found["placementdetailtableid"] == found["placement_id"]
    )
    found = found[~is_counted].reset_index(drop=True)
    placed = settings(found, found["age"], reference, day)
    rows = pd.concat([found, placed[["establishment", "setting"]]], axis=1).assign(
        year=own.ret.year
    )
    return rows.drop_duplicates(["activeplanstableid", "establishment", "setting"])[KEYS]
