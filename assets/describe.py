"""How a table is shown in the Dagster UI: its columns, its size, a short table, pictures."""

import base64
from collections.abc import Callable, Iterable

import dagster as dg
import pandas as pd
import pandera.pandas as pa

from sufficiency.contracts import column_docs

SHORT_TABLE_ROWS = 20


def column_schema(model: type[pa.DataFrameModel]) -> dict[str, dg.MetadataValue]:
    """Return asset metadata that shows each column, its type and its meaning."""
    columns = [
        dg.TableColumn(name, kind, description)
        for name, (kind, description) in column_docs(model).items()
    ]
    return {"dagster/column_schema": dg.MetadataValue.table_schema(dg.TableSchema(columns))}


def short_table(frame: pd.DataFrame, columns: Iterable[str] | None = None) -> dg.MetadataValue:
    """Return the first rows as a Markdown table; only for tables that hold no person's row."""
    chosen = frame[list(columns)] if columns else frame
    shown = chosen.head(SHORT_TABLE_ROWS)
    text = shown.to_markdown(index=False, floatfmt=".1f", missingval="not known")
    left_out = len(chosen) - len(shown)
    return dg.MetadataValue.md(text + (f"\n\n{left_out:,} more rows" if left_out else ""))


def picture(png: bytes, alt: str) -> dg.MetadataValue:
    """Return a picture with its text description."""
    data = base64.b64encode(png).decode("ascii")
    return dg.MetadataValue.md(f"![{alt}](data:image/png;base64,{data})\n\n{alt}")


def counts(frame: pd.DataFrame, column: str) -> dg.MetadataValue:
    """Return rows by the values of one column, largest first, as a Markdown table."""
    table = frame[column].value_counts().rename_axis(column).reset_index(name="rows")
    return short_table(table)


def row_count(frame: pd.DataFrame) -> dict[str, dg.MetadataValue | int]:
    """Return the metadata entry that Dagster plots over time."""
    return {"dagster/row_count": len(frame)}


MetadataFunction = Callable[[pd.DataFrame], dict[str, dg.MetadataValue | int]]
