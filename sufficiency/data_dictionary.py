"""The data dictionary: what each column of every table that is written means, and whose data."""

from collections.abc import Mapping

import pandas as pd

from sufficiency.contracts import TABLES, column_docs

ATTRIBUTION = "attribution"
COLUMNS = ["table", "column", "type", "description"]


def data_dictionary(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return one row a column of each table that has a contract, then whose data they rest on.

    Args:
        tables: Tables by name; those without a contract are passed over. The licences of
            `input_files`, where it is among them, are the rows of table `attribution`.
    """
    rows = [
        (name, column, kind, description)
        for name in tables
        if name in TABLES
        for column, (kind, description) in column_docs(TABLES[name]).items()
    ]
    licences = tables["input_files"]["licence"] if "input_files" in tables else []
    rows += [(ATTRIBUTION, "", "text", line) for line in dict.fromkeys(licences) if line]
    return pd.DataFrame(rows, columns=COLUMNS, dtype="str")
