"""Rules of new dwellings (`housing.csv`) and of children a dwelling (`housing_yields.csv`)."""

import pandas as pd

from sufficiency.council.problems import Problems

MANY_DWELLINGS = 5_000
MANY_CHILDREN = 1.0


def housing_rules(cells: pd.DataFrame, problems: Problems, localities: pd.DataFrame | None) -> None:
    """Check new dwellings beside the locality table.

    Args:
        cells: Understood cells of `housing.csv` by spreadsheet row.
        problems: Receives every broken rule and the rows it takes out.
        localities: Localities table; None or empty: localities are not checked.
    """
    known = [] if localities is None else sorted(localities["locality"].unique())
    if known:
        problems.block(
            "housing_unknown_locality",
            cells.index[~cells["locality"].isin(known)],
            "locality {value} is not in the locality table",
            f"Use one of: {', '.join(known)}.",
            "locality",
            cells["locality"],
        )
    dwellings = cells["dwellings"].astype(int)
    problems.warn(
        "housing_row_says_nothing",
        cells.index[dwellings.eq(0)],
        "dwellings is 0",
        "Fill in a number, or delete the row.",
        "dwellings",
    )
    problems.warn(
        "housing_very_many",
        cells.index[dwellings > MANY_DWELLINGS],
        "{value} dwellings in one year at one site",
        "Check that the row is of one year and not of the whole plan.",
        "dwellings",
        cells["dwellings"],
    )


def yields_rules(cells: pd.DataFrame, problems: Problems) -> None:
    """Check children of a dwelling: ages in order, each age of a kind of dwelling once.

    Args:
        cells: Understood cells of `housing_yields.csv` by spreadsheet row.
        problems: Receives every broken rule and the rows it takes out.
    """
    first, last = cells["age_from"].astype(int), cells["age_to"].astype(int)
    problems.block(
        "housing_yields_ages_reversed",
        cells.index[first > last],
        "age_from is above age_to",
        "Put the first age in age_from and the last in age_to.",
        "age_from",
    )
    sound = first <= last
    twice = [
        row
        for _, rows in cells[sound].groupby("dwelling_type")
        for row in rows.index
        if ((first[rows.index] <= last[row]) & (last[rows.index] >= first[row])).sum() > 1
    ]
    problems.block(
        "housing_yields_age_repeated",
        twice,
        "an age of this kind of dwelling is in another row as well",
        "Give each age once for each kind of dwelling.",
        "age_from",
    )
    each = cells["children_per_dwelling"].astype(float)
    problems.warn(
        "housing_yields_very_high",
        cells.index[each > MANY_CHILDREN],
        "children_per_dwelling is {value}",
        "Check that it is a dwelling's and not that of a hundred dwellings.",
        "children_per_dwelling",
        cells["children_per_dwelling"],
    )
