"""Recount the plans table against what was published: the check that no count was changed.

It knows nothing of how the table was made, so it can catch a mistake in the making.
"""

import pandas as pd

from sufficiency.plans.margin_checks import TWO_WAY
from sufficiency.plans.margins import Margins


def differences(plans: pd.DataFrame, margins: Margins) -> pd.DataFrame:
    """Return every published cell that the plans table does not reproduce.

    Args:
        plans: Contract `Plans`, one authority and census.
        margins: What was published; a missing cell is not compared.

    Returns:
        One row a differing cell: dimension, key, second_key, published, counted. Empty if every
        published cell holds.
    """
    text = plans.assign(age=plans["age"].astype(str))
    parts = [_two_way(text, name, frame) for name, frame in margins.two_way.items()]
    total = pd.DataFrame(
        [("total", "all", "", float(margins.total), float(len(plans)))], columns=COLUMNS
    )
    cells = pd.concat([total, *parts], ignore_index=True)
    return cells[(cells["published"] - cells["counted"]).abs() > 0].reset_index(drop=True)


COLUMNS = ["dimension", "key", "second_key", "published", "counted"]


def _two_way(plans: pd.DataFrame, name: str, published: pd.DataFrame) -> pd.DataFrame:
    """Return published and counted cells side by side, over the codes of either."""
    row, column = TWO_WAY[name]
    told = published.rename(index=str, columns=str)
    counted = pd.crosstab(plans[row], plans[column])
    rows, columns = told.index.union(counted.index), told.columns.union(counted.columns)
    # A code that the published table does not list is a true zero; a missing cell is unknown.
    known = told.reindex(index=rows.difference(told.index), columns=columns, fill_value=0.0)
    told = pd.concat([told.reindex(columns=columns, fill_value=0.0), known])
    pairs = pd.DataFrame(
        {
            "published": told.stack(),
            "counted": counted.reindex(index=told.index, columns=columns, fill_value=0).stack(),
        }
    )
    pairs.index.names = ["key", "second_key"]
    return pairs.dropna().reset_index().assign(dimension=name)[COLUMNS]
