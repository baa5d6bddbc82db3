"""How a table is shown in the Dagster UI: its columns, its size, a short table, pictures."""

import base64
from collections.abc import Iterable, Mapping

import dagster as dg
import pandas as pd
import pandera.pandas as pa

from sufficiency.contracts import column_docs

MOST_ROWS = 20
FEW_ROWS = 8
SHOWN_AT_ONCE = 960  # the UI hides Markdown of 1,000 characters or more behind a click


def column_schema(model: type[pa.DataFrameModel]) -> dict[str, dg.MetadataValue]:
    """Return asset metadata that shows each column, its type and its meaning."""
    columns = [
        dg.TableColumn(name, _plain(kind), description)
        for name, (kind, description) in column_docs(model).items()
    ]
    return {"dagster/column_schema": dg.MetadataValue.table_schema(dg.TableSchema(columns))}


def table_out(
    model: type[pa.DataFrameModel], group: str, description: str, is_required: bool = True
) -> dg.AssetOut:
    """Return an asset that is one canonical table, with its columns explained.

    Args:
        model: The table's contract.
        group: Step of the story it belongs to.
        description: Text for planners, Markdown.
        is_required: Whether every run makes it.
    """
    return dg.AssetOut(
        group_name=group,
        kinds={"pandas"},
        metadata=column_schema(model),
        description=description,
        is_required=is_required,
    )


def _plain(kind: str) -> str:
    """Return a column's type in words."""
    if kind.lower().startswith("int"):
        return "whole number"
    return "number" if kind.startswith("float") else "text"


def short_table(
    frame: pd.DataFrame,
    columns: Iterable[str] | Mapping[str, str] | None = None,
    most: int = MOST_ROWS,
) -> dg.MetadataValue:
    """Return the first rows as a Markdown table short enough to be shown at once.

    Args:
        frame: A table that holds no person's row.
        columns: Columns to show, or column -> heading; all if None.
        most: Most rows to show.
    """
    names = list(columns) if columns is not None else [str(c) for c in frame.columns]
    headings = columns if isinstance(columns, Mapping) else {name: name for name in names}
    lines = [_line(headings[name] for name in names), _line("-" for _ in names)]
    shown = 0
    for row in frame[names].head(most).itertuples(index=False):
        line = _line(_cell(value) for value in row)
        if sum(map(len, lines)) + len(line) + len(lines) > SHOWN_AT_ONCE:
            break
        lines.append(line)
        shown += 1
    left_out = len(frame) - shown
    more = f"\n\n{left_out:,} more rows" if left_out else ""
    return dg.MetadataValue.md("\n".join(lines) + more if len(frame) else "None")


def _line(cells: Iterable[str]) -> str:
    return f"|{'|'.join(cells)}|"


def _cell(value: object) -> str:
    if value is None or value is pd.NA or value != value:
        return "not known"
    if isinstance(value, float):
        return f"{value:,.2f}" if 0 < abs(value) < 1 else f"{value:,.1f}"
    return str(value).replace("|", " ").replace("\n", " ")


def picture(png: bytes, alt: str) -> dg.MetadataValue:
    """Return a picture with its text description; a click opens it."""
    data = base64.b64encode(png).decode("ascii")
    return dg.MetadataValue.md(f"![{alt}](data:image/png;base64,{data})\n\n{alt}")


def counts(frame: pd.DataFrame, column: str) -> dg.MetadataValue:
    """Return rows by the values of one column, largest first, as a Markdown table."""
    table = frame[column].value_counts().rename_axis(column).reset_index(name="rows")
    return short_table(table)


def row_count(frame: pd.DataFrame) -> dict[str, dg.MetadataValue | int]:
    """Return the metadata entry that Dagster plots over time."""
    return {"dagster/row_count": len(frame)}


def inline_picture(uri: str, alt: str) -> dg.MetadataValue:
    """Return a picture small enough to be shown at once."""
    return dg.MetadataValue.md(f"![{alt}]({uri})")
