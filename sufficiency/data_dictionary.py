"""The data dictionary: what each column of every table that is written means."""

from collections.abc import Iterable

import pandas as pd

from sufficiency.contracts import TABLES, column_docs

COLUMNS = ["table", "column", "type", "description"]


def data_dictionary(tables: Iterable[str]) -> pd.DataFrame:
    """Return one row a column of each named table that has a contract, in the contract's order.

    Args:
        tables: Canonical table names; names without a contract are passed over.
    """
    rows = [
        (name, column, kind, description)
        for name in tables
        if name in TABLES
        for column, (kind, description) in column_docs(TABLES[name]).items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS, dtype="str")
