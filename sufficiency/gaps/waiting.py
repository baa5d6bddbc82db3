"""Children who wait for a place: the council's list where there is one, else a possible demand.

The list counts each child once and replaces every guess. Without one, plan holders of school age
recorded as not in a school place are a possible demand, told by age; they are never called an unmet
duty (domain handbook 12).
"""

import numpy as np
import pandas as pd

from sufficiency.contracts import Waiting, checked
from sufficiency.terms import codes, lookup, phase_of_ncy, school_year

NO_PROVISION = "none"
SCHOOL_NCY = (0, 11)
NCY_LOW, NCY_HIGH = -4, 21
WEEKS = ((12, "0-12"), (26, "13-26"), (52, "27-52"))
LONGEST, NOT_KNOWN = "53+", "not known"
CELL = ["need_group", "phase", "locality", "provision", "where_now", "interim", "stage", "waited"]
MOVE = ["locality", "need_group", "phase", "to_phase", "from_provision", "to_provision", "seeks"]
POST_16 = "post_16"


def waiting(awaiting: pd.DataFrame, plans: pd.DataFrame, base_year: int) -> pd.DataFrame:
    """Return how many children wait, by need group, phase, home and how far it has come.

    Args:
        awaiting: Awaiting table; no rows where the council keeps no list.
        plans: Plans table.
        base_year: January census year of the plans to count where there is no list.

    Returns:
        Waiting: with a list every child of it once, in the phase of the school year that the row
        describes (`as_at`). Without, base-year plan holders of Reception to Year 11 without a
        school place, the same that `demand` tells as `not_placed`.
    """
    if len(awaiting):
        rows = pd.DataFrame(
            {
                "source": "awaiting",
                "need_group": awaiting["need"].map(lookup("needs", "need_group")),
                "phase": _phase(awaiting),
                **{
                    name: awaiting[name]
                    for name in ("locality", "provision", "where_now", "interim", "stage")
                },
                "waited": _waited(awaiting["weeks_waiting"]),
            }
        )
    else:
        seeks = plans["setting"].map(lookup("settings", "possible_demand")) == "yes"
        found = plans[(plans["year"] == base_year) & seeks & plans["ncy"].between(*SCHOOL_NCY)]
        rows = pd.DataFrame(
            {
                "source": "possible",
                "need_group": found["need"].map(lookup("needs", "need_group")),
                "phase": phase_of_ncy(found["ncy"]),
                "locality": found["locality"],
                "provision": NO_PROVISION,
                "where_now": found["setting"],
                "interim": "unknown",
                "stage": "none",
                "waited": NOT_KNOWN,
            }
        )
    counted = rows.groupby(["source", *CELL], sort=False).size().rename("children").reset_index()
    return checked(Waiting, _in_order(counted), "waiting")


def agreed_moves(awaiting: pd.DataFrame) -> pd.DataFrame:
    """Return how many children of the list wait to go from one provision to another.

    Returns:
        One row a home locality, need group, phase, `from_provision` (of `where_now`, `none` where
        that has none), `to_provision` (agreed), `to_phase` (post-16 for a pupil of school age with
        specialist post-16 agreed, else as now) and `seeks` (where now is not a school place), with
        `children` and, of the same cell now, `of_all`. Those already in the provision are left out.
    """
    setting = awaiting["where_now"]
    phase = _phase(awaiting)
    younger = ~phase.map(lookup("phases", "pool")).eq(POST_16)
    leaves_school = awaiting["provision"].eq("post16") & younger
    rows = pd.DataFrame(
        {
            "locality": awaiting["locality"],
            "need_group": awaiting["need"].map(lookup("needs", "need_group")),
            "phase": phase,
            "to_phase": phase.mask(leaves_school, POST_16),
            "from_provision": setting.map(lookup("settings", "provision")).replace(
                "", NO_PROVISION
            ),
            "to_provision": awaiting["provision"],
            "seeks": setting.map(lookup("settings", "possible_demand")) == "yes",
        }
    )
    rows = rows[rows["from_provision"] != rows["to_provision"]]
    counted = rows.groupby(MOVE).size().rename("children").reset_index()
    now = counted.groupby(["locality", "need_group", "phase", "from_provision"])
    return counted.assign(of_all=now["children"].transform("sum"))


def _phase(awaiting: pd.DataFrame) -> pd.Series:
    """Return each child's phase in the school year that its row describes."""
    since = school_year(awaiting["as_at"]) - school_year(awaiting["agreed_on"])
    years = since.fillna(0).astype(int)
    return phase_of_ncy((awaiting["ncy"].astype(int) + years).clip(NCY_LOW, NCY_HIGH))


def _waited(weeks: pd.Series) -> np.ndarray:
    told = weeks.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    return np.select(
        [np.isnan(told), *(told <= most for most, _ in WEEKS)],
        [NOT_KNOWN, *(name for _, name in WEEKS)],
        LONGEST,
    )


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows in the order of the terms, so that the order of the list does not matter."""
    ranks = {"need_group": codes("need_groups"), "phase": codes("phases")}
    keys = rows.assign(**{n: pd.Index(c).get_indexer(pd.Index(rows[n])) for n, c in ranks.items()})
    return rows.loc[keys.sort_values(CELL, kind="stable").index]
