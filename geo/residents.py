"""Residents of each locality by age and January, with the children of new dwellings kept apart."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sufficiency.errors import SufficiencyError

FIRST_YOUNG_ADULT = 18


@dataclass(frozen=True)
class _Shares:
    """How residents of each age at the small-area mid-year fall to localities."""

    year: int
    by_age: pd.DataFrame


@dataclass(frozen=True)
class _NewChildren:
    """Children of new dwellings at one January, locality x age.

    Attributes:
        placed: All of them.
        added: Of whom not in the authority's total yet.
    """

    placed: np.ndarray
    added: np.ndarray


def population_by_locality(
    population: pd.DataFrame,
    localities: pd.DataFrame,
    authority: str,
    years: Iterable[int],
    housing: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return residents of each locality by single year of age, for January censuses.

    A census counts age at the 31 August before, so census y uses the mid-year before it, y - 1.
    The authority's total of each age is shared out by where that cohort lived in the latest
    small-area estimate of before the first census: children aged 9 live where children aged 3
    lived six years before. Where all estimates are later, the earliest of them is used.
    Children born since are shared like the newest born, and ages 18 and over like the same age
    then, because students and young adults are replaced rather than grow older in a place.

    Dwellings lived in since the small-area estimate move children to their localities. A family
    from inside the authority leaves every locality as its residents are spread. One from outside
    adds to the authority's total if the total of that year is aged from an estimate older than
    the dwelling; an estimate or a projection already holds newcomers, so its total is kept.

    Args:
        population: `Population`, with the authority's rows for every mid-year needed and its
            LSOAs for at least one.
        localities: `Localities`.
        authority: Three-digit DfE code.
        years: January census years.
        housing: Children of new dwellings, as `sufficiency.council.housing` makes them: columns
            locality, completed (January census year), year, age, children, from_outside.

    Returns:
        One row a locality, year (census) and age: locality, year, age, persons, and
        of_which_new_dwellings. For each year and age the localities sum to the authority and the
        children added to it.

    Raises:
        SufficiencyError: The authority has no population for a mid-year, or no small areas; or
            new dwellings hold more children of an age than there are.
    """
    censuses = list(years)
    own = population[(population["area"] == authority) & (population["area_type"] == "authority")]
    lacking = [y for y in censuses if y - 1 not in set(own["year"])]
    if lacking:
        raise SufficiencyError(
            f"There is no population of authority {authority} for mid-year "
            f"{', '.join(str(y - 1) for y in lacking)}. Load estimates or projections that "
            "cover it, or choose another base census."
        )
    shares = _shares(population, localities, min(censuses))
    observed = own.loc[own["projected"] == "observed", "year"]
    estimated = int(observed.max()) if len(observed) else shares.year
    parts = []
    for year in censuses:
        rows = own[own["year"] == year - 1].set_index("age")
        totals = rows["persons"]
        elapsed = year - 1 - shares.year
        at_home = shares.by_age[[_age_then(int(a), elapsed) for a in totals.index]].to_numpy()
        aged = (rows["projected"] == "aged").to_numpy()
        new = _new_children(housing, year, shares, totals.index, aged, estimated)
        remaining = totals.to_numpy() + new.added.sum(axis=0) - new.placed.sum(axis=0)
        if (remaining < 0).any():
            raise SufficiencyError(
                f"New dwellings hold more children than the authority has in January {year}. "
                "Check dwellings in council/housing.csv and the children of a dwelling in "
                "council/housing_yields.csv."
            )
        parts.append(
            pd.DataFrame(
                {
                    "locality": np.repeat(shares.by_age.index.to_numpy(), len(totals)),
                    "age": np.tile(totals.index.to_numpy(), len(at_home)),
                    "persons": (at_home * remaining + new.placed).ravel(),
                    "of_which_new_dwellings": new.placed.ravel(),
                    "year": year,
                }
            )
        )
    table = pd.concat(parts, ignore_index=True)
    table = table.astype({"locality": "str", "age": "int32", "year": "int32"})
    order = ["locality", "year", "age"]
    ordered = table.sort_values(order, kind="stable", ignore_index=True)
    return ordered[[*order, "persons", "of_which_new_dwellings"]]


def _new_children(
    housing: pd.DataFrame | None,
    year: int,
    shares: _Shares,
    ages: pd.Index,
    aged: np.ndarray,
    estimated: int,
) -> _NewChildren:
    """Return the children of dwellings that the small-area estimate does not have.

    Args:
        housing: See `population_by_locality`.
        year: January census year.
        shares: Localities, and the mid-year of the small-area estimate.
        ages: Ages of the columns.
        aged: Whether the authority's total of each age is aged, and so has no newcomers.
        estimated: Latest mid-year that was estimated.
    """
    places = shares.by_age.index
    nobody = np.zeros((len(places), len(ages)))
    if housing is None or housing.empty:
        return _NewChildren(nobody, nobody)
    rows = housing[(housing["year"] == year) & (housing["completed"] - 1 > shares.year)]
    known = places.get_indexer(pd.Index(rows["locality"]))
    if (known < 0).any():
        unknown = ", ".join(sorted(rows.loc[known < 0, "locality"].unique()))
        raise SufficiencyError(
            f"New dwellings are in a locality that has no small areas: {unknown}. Correct it in "
            "council/housing.csv."
        )
    at = known, ages.get_indexer(pd.Index(rows["age"]))
    inside = at[1] >= 0
    placed, added = nobody.copy(), nobody.copy()
    at = at[0][inside], at[1][inside]
    np.add.at(placed, at, rows["children"].to_numpy()[inside])
    late = (rows["completed"].to_numpy() - 1 > estimated)[inside]
    outsiders = rows["from_outside"].to_numpy()[inside] * late * aged[at[1]]
    np.add.at(added, at, outsiders)
    return _NewChildren(placed, added)


def _age_then(age: int, elapsed: int) -> int:
    if age >= FIRST_YOUNG_ADULT:
        return age
    return min(max(age - elapsed, 0), FIRST_YOUNG_ADULT - 1)


def _shares(population: pd.DataFrame, localities: pd.DataFrame, first_census: int) -> _Shares:
    small = population[population["area_type"] == "lsoa"]
    small = small[small["area"].isin(localities["lsoa"])]
    if small.empty:
        raise SufficiencyError(
            "There is no population of the authority's LSOAs, so residents cannot be shared out "
            "to localities. Load small-area estimates and the look-ups of LSOAs."
        )
    known = small.loc[small["year"] < first_census, "year"]
    latest = small[small["year"] == (known.max() if len(known) else small["year"].min())]
    home = localities.set_index("lsoa")["locality"]
    named = latest.assign(locality=latest["area"].map(home))
    counts = named.pivot_table(
        index="locality", columns="age", values="persons", aggfunc="sum", fill_value=0.0
    )
    counts = counts.reindex(index=sorted(home.unique()), columns=range(26), fill_value=0.0)
    everyone = counts.sum(axis=1)
    overall = everyone / everyone.sum() if everyone.sum() > 0 else everyone * 0 + 1 / len(counts)
    total = counts.sum(axis=0)
    by_age = counts.div(total.where(total > 0), axis=1)
    for age in total.index[total <= 0]:
        by_age[age] = overall
    return _Shares(int(latest["year"].max()), by_age)
