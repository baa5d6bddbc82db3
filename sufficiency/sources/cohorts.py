"""Population moved along cohorts, and from one edition of LSOAs to the next."""

import numpy as np
import pandas as pd

AGES = list(range(26))
CENSUS_GROUPS = ((0, 15), (16, 24), (25, 34), (35, 49), (50, 64), (65, 120))


def carry_forward(
    latest: pd.Series, from_year: int, until_year: int, projection: pd.DataFrame
) -> pd.DataFrame:
    """Return a year-by-year population after the latest estimate.

    A published projection is kept as published. Any other age is last year's age one lower (nobody
    moves, nobody dies), and births are held at the latest estimate's. Measured on Bournemouth,
    Christchurch and Poole against the 2022-based projection, from mid-2023: at ages 4 to 10 1% low
    after 3 years and 5% after 13; at 11 to 15 2% and 9%; at 16 to 18 6% and 11%; at 19 to 25 13%
    and 33%, because students come and go.

    Args:
        latest: Persons by age 0 to 25 at the latest estimate.
        from_year: Mid-year of that estimate.
        until_year: Last mid-year wanted.
        projection: Columns year, age, persons; may be empty, and may lack ages or years.

    Returns:
        One row a year and age, from `from_year` + 1: year, age, persons, projected (`projection`
        or `aged`).
    """
    known = {
        (int(y), int(a)): float(p)
        for y, a, p in projection[["year", "age", "persons"]].itertuples(index=False)
    }
    before = latest.reindex(AGES).fillna(0.0).to_numpy(dtype=float)
    births = before[0]
    rows = []
    for year in range(from_year + 1, until_year + 1):
        aged = np.concatenate([[births], before[:-1]])
        before = np.array([known.get((year, age), aged[age]) for age in AGES])
        rows += [
            (year, age, before[age], "projection" if (year, age) in known else "aged")
            for age in AGES
        ]
    return pd.DataFrame(rows, columns=["year", "age", "persons", "projected"])


def to_lsoa_2021(
    estimates: pd.DataFrame, change: pd.DataFrame, census: pd.DataFrame | None
) -> pd.DataFrame:
    """Return LSOA 2011 estimates on LSOA 2021, with every person kept.

    Unchanged areas keep their people, merged ones are summed. A split area's people go to its
    parts by Census 2021 residents of their age group where the census table is given, else evenly;
    a complex change is shared evenly.

    Args:
        estimates: Columns lsoa11, year, age, persons, source.
        change: Columns lsoa11, lsoa, change.
        census: Columns lsoa, age_from, age_to, persons; or None.

    Returns:
        Columns lsoa, year, age, persons, source: areas that `change` lacks are left out.
    """
    pairs = change.drop_duplicates(["lsoa11", "lsoa"])[["lsoa11", "lsoa", "change"]]
    joined = estimates.merge(pairs, on="lsoa11", how="inner")
    weight = pd.Series(1.0, index=joined.index)
    if census is not None:
        split = joined["change"] == "S"
        weight = weight.mask(split, residents(joined["lsoa"], joined["age"], census))
    whole = ["lsoa11", "year", "age", "source"]
    joined["weight"] = weight
    total = joined.groupby(whole)["weight"].transform("sum")
    parts = joined.groupby(whole)["weight"].transform("size")
    # Where the census has nobody of that age in any part, or lacks a part, share evenly.
    complete = joined["weight"].notna().groupby([joined[c] for c in whole]).transform("all")
    even = ~complete | (total <= 0)
    share = (joined["weight"] / total.where(total > 0)).mask(even, 1.0 / parts)
    joined["persons"] = joined["persons"] * share
    summed = joined.groupby(["lsoa", "year", "age", "source"])["persons"].sum().reset_index()
    return summed[["lsoa", "year", "age", "persons", "source"]]


def residents(lsoas: pd.Series, ages: pd.Series, census: pd.DataFrame) -> pd.Series:
    """Return Census residents of each LSOA in the age group of each age; missing if unknown."""
    starts = np.array([low for low, _ in CENSUS_GROUPS])
    group = starts[np.searchsorted(starts, ages.to_numpy(), side="right") - 1]
    known = census.drop_duplicates(["lsoa", "age_from"]).set_index(["lsoa", "age_from"])["persons"]
    wanted = pd.MultiIndex.from_arrays([lsoas.to_numpy(), group])
    return pd.Series(known.reindex(wanted).to_numpy(dtype=float), index=lsoas.index)


def spread_over_lsoas(
    estimate: pd.DataFrame, lsoas: pd.Series, census: pd.DataFrame | None
) -> pd.DataFrame:
    """Return an authority's estimate shared out to its LSOAs, total by age kept.

    By Census 2021 residents of the age group where every LSOA has them, else evenly: LSOAs are
    drawn to be of about the same size.

    Args:
        estimate: Columns year, age, persons of one mid-year.
        lsoas: The authority's LSOA 2021 codes.
        census: Columns lsoa, age_from, age_to, persons; or None.
    """
    grid = estimate.merge(pd.DataFrame({"lsoa": lsoas.to_numpy()}), how="cross")
    weight = pd.Series(1.0, index=grid.index)
    if census is not None and set(lsoas) <= set(census["lsoa"]):
        weight = residents(grid["lsoa"], grid["age"], census).fillna(0.0)
    total = weight.groupby(grid["age"]).transform("sum")
    share = (weight / total.where(total > 0)).fillna(1.0 / len(lsoas))
    return grid.assign(persons=grid["persons"] * share)
