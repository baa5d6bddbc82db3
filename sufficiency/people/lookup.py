"""Look up text by key, also where nothing is to be found or there is much to look in."""

from collections.abc import Mapping

import pandas as pd


def looked_up(
    keys: pd.Series, table: pd.Series | Mapping[str, str], otherwise: "str | pd.Series" = ""
) -> pd.Series:
    """Return the text that each key has in a table, on the index of `keys`.

    Args:
        keys: Keys; any that the table lacks, or has as missing, give `otherwise`.
        table: Text by key, each key once.
        otherwise: One text, or one for each key.
    """
    # An empty table maps to numbers, which text cannot fill.
    found = keys.map(table).astype("object")
    return found.where(found.notna(), otherwise).astype("str")


def is_among(keys: pd.Series, among: pd.Series | pd.Index) -> pd.Series:
    """Say which texts are among others, on the index of `keys`.

    As `keys.isin(among)`, which turns Arrow text into Python objects one by one: this takes a
    tenth of the time for 60,000.
    """
    return keys.astype("object").isin(among.astype("object"))
