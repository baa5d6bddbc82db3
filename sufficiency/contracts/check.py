"""Check a frame against its contract, all problems at once, never showing a value."""

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from sufficiency.errors import ContractError


def checked(model: type[pa.DataFrameModel], frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Return `frame` with the contract's columns, order and types.

    Args:
        model: The table's contract.
        frame: Any frame with at least the contract's columns.
        table: The table's name, for the message.

    Raises:
        ContractError: Columns are missing, or rules are broken. The message has column, rule and
            count of rows; never a value, because a value may belong to a child.
    """
    names = list(model.to_schema().columns)
    missing = [n for n in names if n not in frame.columns]
    if missing:
        raise ContractError(f"Table {table}: missing columns {', '.join(missing)}.")
    try:
        return model.validate(frame[names].reset_index(drop=True), lazy=True)
    except SchemaErrors as err:
        cases = err.failure_cases
        broken = cases.groupby(["column", "check"], dropna=False).size()
        parts = [f"{col}: {rule} ({n} rows)" for (col, rule), n in broken.items()]  # pyright: ignore[reportGeneralTypeIssues]
        raise ContractError(f"Table {table} breaks its contract: {'; '.join(parts)}.") from None


def column_docs(model: type[pa.DataFrameModel]) -> dict[str, tuple[str, str]]:
    """Return column name -> (type, description) in the contract's order."""
    return {
        str(name): (str(col.dtype), col.description or "")
        for name, col in model.to_schema().columns.items()
    }


def empty(model: type[pa.DataFrameModel]) -> pd.DataFrame:
    """Return a frame with the contract's columns and types and no rows."""
    schema = model.to_schema()
    return schema.coerce_dtype(pd.DataFrame({str(n): [] for n in schema.columns}))
