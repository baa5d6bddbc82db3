"""Children of new dwellings, by locality, January and age.

A dwelling holds as many children of each age in every year after it is lived in: published yields
are averages over dwellings of all years since completion (DfE, pupil yield from housing
developments), so the children of a site grow no older together.
"""

import numpy as np
import pandas as pd

from sufficiency.terms import table

ANY = "any"
AGES = 26


def yields_used(given: pd.DataFrame) -> pd.DataFrame:
    """Return the yields that are used: the council's, else those of England's average dwelling.

    Args:
        given: Contract `HousingYields`, no rows where the council gave none.

    Returns:
        Contract `HousingYields`. Where the council gives yields for some kinds of dwelling only,
        England's stand for the others.
    """
    if (given["dwelling_type"] == ANY).any():
        return given
    usual = table("dwelling_yields")
    usual = usual.assign(
        age_from=usual["age_from"].astype(int),
        age_to=usual["age_to"].astype(int),
        children_per_dwelling=usual["children_per_dwelling"].astype(float),
    )
    return pd.concat([given, usual[list(given.columns)]], ignore_index=True)


def children_of_dwellings(
    housing: pd.DataFrame, given_yields: pd.DataFrame, years: list[int]
) -> pd.DataFrame:
    """Return children of new dwellings by site's locality, completion, January and age.

    Args:
        housing: Contract `Housing`.
        given_yields: Contract `HousingYields`, as the council gave them.
        years: January census years wanted.

    Returns:
        Columns locality, completed (January by which lived in), year, age, children and
        from_outside (of the children, those whose families come from outside the authority).
        Ages without a yield have none.
    """
    by_type = {
        str(kind): _by_age(rows)
        for kind, rows in yields_used(given_yields).groupby("dwelling_type")
    }
    parts = []
    for site in housing.itertuples():
        each = by_type.get(str(site.dwelling_type), by_type[ANY])
        children = float(str(site.dwellings)) * each
        ages = np.flatnonzero(children)
        for year in years:
            if year >= int(str(site.year)):
                parts.append(
                    pd.DataFrame(
                        {
                            "locality": site.locality,
                            "completed": site.year,
                            "year": year,
                            "age": ages,
                            "children": children[ages],
                            "from_outside": children[ages] * float(str(site.from_outside)),
                        }
                    )
                )
    columns = ["locality", "completed", "year", "age", "children", "from_outside"]
    if not parts:
        return pd.DataFrame({name: [] for name in columns}).astype(
            {"locality": "str", "completed": int, "year": int, "age": int}
        )
    keys = columns[:4]
    return pd.concat(parts).groupby(keys, as_index=False)[columns[4:]].sum()


def housing_notes(housing: pd.DataFrame, given_yields: pd.DataFrame) -> list[str]:
    """Return what has to be said about new dwellings beside the forecast, one sentence each."""
    if housing.empty:
        return ["New dwellings are not counted: council/housing.csv has no rows."]
    sites = housing["site"].nunique()
    used = yields_used(given_yields)
    kinds = used[used["dwelling_type"].isin([*housing["dwelling_type"], ANY])]
    sources = "; ".join(
        source for source in dict.fromkeys(kinds["source"]) if not source.startswith("As ages")
    )
    return [
        f"{int(housing['dwellings'].sum()):,} new dwellings at {sites} "
        f"{'site' if sites == 1 else 'sites'} add children to their localities. "
        f"Children of a dwelling: {sources}.",
        "Families from outside the authority add to its children only in years for which no "
        "estimate or projection of population is published; both have them in already. Where "
        "from_outside was left blank, half is an assumption.",
    ]


def _by_age(rows: pd.DataFrame) -> np.ndarray:
    """Return children of each single age a dwelling, a range of ages spread evenly."""
    each = np.zeros(AGES)
    for row in rows.itertuples():
        first, last = int(str(row.age_from)), int(str(row.age_to))
        each[first : last + 1] += float(str(row.children_per_dwelling)) / (last - first + 1)
    return each
