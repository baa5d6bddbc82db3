"""Look up text by key, also where nothing is to be found."""

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
