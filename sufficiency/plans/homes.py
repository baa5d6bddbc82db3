"""Modelled homes of plans: an LSOA each, from the children who live there and its deprivation.

Nothing published says where plan holders live. These homes are a model: every plan that has one is
labelled modelled, and nothing below the authority may be published from them.
"""

import numpy as np
import pandas as pd

from sufficiency.errors import SufficiencyError
from sufficiency.findings import Findings

RATE_BY_DECILE = {1: 1.4, 2: 1.32, 3: 1.24, 4: 1.17, 5: 1.09, 6: 1.01, 7: 0.93, 8: 0.86, 9: 0.78,
                  10: 0.7}  # fmt: skip
"""Plan rate of an IMD decile against an average of about 1; decile 1 is most deprived.

Assumption [U]: a straight line between two ends that were chosen, not measured. Plans are more
common where deprivation is higher; how much more is unverified. The council's own plans replace it.
"""
RATE_UNKNOWN = 1.0
HOME_BANDS = ((0, 4), (5, 10), (11, 15), (16, 17))
"""Ages of residents that say where plan holders of those ages live; the last holds to age 25.

Assumption [U]: from 18 the residents of an LSOA include university students, who hold no plans, so
young adults are placed where 16 and 17 year olds live.
"""
STREAM = 1


def allocate_homes(ages: pd.Series, weights: pd.DataFrame, seed: int) -> pd.Series:
    """Return an LSOA for each plan, each age shared out by largest remainder.

    What an LSOA is owed beyond whole plans is carried to the next age, so that small areas get
    their share over all ages together. The seed breaks ties and decides which plan of an age
    lives where; the number of plans an LSOA gets depends on it by ties only.

    Args:
        ages: Age of each plan, in the plans' order.
        weights: Relative plans: one row an LSOA, one column a start of `HOME_BANDS`.
        seed: Run seed.

    Returns:
        LSOA codes, with the index of `ages`.
    """
    random = np.random.default_rng([seed, STREAM])
    lsoas = weights.index.to_numpy()
    owed = np.zeros(len(lsoas))
    home = np.empty(len(ages), dtype=np.intp)
    age = ages.to_numpy()
    for value in np.unique(age):
        plans = np.flatnonzero(age == value)
        share = weights[_band(int(value))].to_numpy()
        owed += len(plans) * share / share.sum()
        given = _largest_remainder(owed, len(plans), random.permutation(len(lsoas)))
        owed -= given
        home[plans] = random.permutation(np.repeat(np.arange(len(lsoas)), given))
    return pd.Series(lsoas[home], index=ages.index, dtype="str")


def home_weights(
    localities: pd.DataFrame,
    imd: pd.DataFrame,
    population: pd.DataFrame,
    year: int,
    findings: Findings,
) -> pd.DataFrame:
    """Return relative numbers of plan holders: residents times the plan rate of the IMD decile.

    Args:
        localities: Contract `Localities`, the authority's LSOAs.
        imd: Contract `Imd`.
        population: Contract `Population`. Of its LSOA rows, the latest mid-year before the census
            is used, else the first after it.
        year: January census year.
        findings: Grows by what had to be assumed.

    Returns:
        One row an LSOA in order of code, one column a start of `HOME_BANDS`.

    Raises:
        SufficiencyError: The authority has no LSOA.
    """
    lsoas = pd.Index(sorted(localities["lsoa"]), name="lsoa")
    if lsoas.empty:
        raise SufficiencyError(
            "The localities table has no LSOA for this authority, so plans have no home area. "
            "Check that the LSOA look-up in inputs/ covers the authority."
        )
    rate = imd.set_index("lsoa")["imd_decile"].map(RATE_BY_DECILE).reindex(lsoas)
    if rate.isna().any():
        findings.warn(
            "homes_without_deprivation",
            f"{rate.isna().sum()} of {len(lsoas)} LSOAs have no deprivation decile; they are "
            "given the average plan rate.",
            "Put the Indices of Deprivation by LSOA 2021 into inputs/.",
            source="imd",
            count=int(rate.isna().sum()),
        )
    residents = _residents(lsoas, population, year, findings)
    findings.inform(
        "homes_modelled",
        "Home areas of plans are modelled from resident children and deprivation. They are not "
        "where plan holders live, and nothing below the authority may be published from them.",
        "Load the council's own plans to replace them.",
        source="plans",
        count=len(lsoas),
    )
    return residents.mul(rate.fillna(RATE_UNKNOWN), axis=0)


def _residents(
    lsoas: pd.Index, population: pd.DataFrame, year: int, findings: Findings
) -> pd.DataFrame:
    """Return residents of each band by LSOA, all equal where nothing is known."""
    starts = [first for first, _ in HOME_BANDS]
    rows = population[(population["area_type"] == "lsoa") & population["area"].isin(lsoas)]
    lacking = len(lsoas.difference(pd.Index(rows["area"].unique())))
    if lacking:
        findings.warn(
            "homes_without_population",
            f"{lacking} of {len(lsoas)} LSOAs have no resident children in the population table; "
            "they are counted as average, so home areas there follow deprivation only.",
            "Put ONS small-area population estimates by single year of age into inputs/.",
            source="population",
            count=lacking,
        )
    if rows.empty:
        return pd.DataFrame(1.0, index=lsoas, columns=starts)
    before = rows.loc[rows["year"] < year, "year"]
    rows = rows[rows["year"] == (before.max() if len(before) else rows["year"].min())]
    by_age = rows.groupby(["area", "age"])["persons"].sum().unstack(fill_value=0.0)
    bands = {first: by_age[_ages(first, last, by_age.columns)].sum(axis=1)
             for first, last in HOME_BANDS}  # fmt: skip
    residents = pd.DataFrame(bands, dtype=float).reindex(lsoas)
    residents = residents.fillna(residents.mean())
    return residents.where(residents.sum() > 0, 1.0, axis=1)


def _ages(first: int, last: int, known: pd.Index) -> list[int]:
    """Return the known ages of a band, else the known age nearest to it."""
    inside = [a for a in known if first <= a <= last]
    return inside or [min(known, key=lambda a: (max(first - a, a - last), a))]


def _band(age: int) -> int:
    return max(first for first, _ in HOME_BANDS if first <= age)


def _largest_remainder(owed: np.ndarray, plans: int, order: np.ndarray) -> np.ndarray:
    """Return whole numbers near `owed` that add up to `plans`; ties go by `order`."""
    given = np.floor(np.maximum(owed, 0.0)).astype(np.int64)
    left = plans - int(given.sum())
    rest = np.round(owed - given, 9)
    if left >= 0:
        given[order[np.argsort(-rest[order], kind="stable")[:left]]] += 1
    else:
        held = order[given[order] > 0]
        given[held[np.argsort(rest[held], kind="stable")[:-left]]] -= 1
    return given
