"""How one canonical table is shown to readers: which columns, which rows, in which words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from sufficiency.reports.printing import Kind

Columns = Mapping[str, tuple[str, Kind]]
SCHOOL: Columns = {"name": ("School or base", "text"), "provision": ("Provision", "text")}
CELL: Columns = {
    "need_group": ("Need group", "text"),
    "phase": ("Phase", "text"),
    "locality": ("Locality", "text"),
}


def every(frame: pd.DataFrame) -> pd.DataFrame:
    """Return every row."""
    return frame


def rows_where(**wanted: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Return a function that keeps the rows whose columns have the given values."""

    def kept(frame: pd.DataFrame) -> pd.DataFrame:
        mask = pd.Series(True, index=frame.index)
        for column, value in wanted.items():
            mask &= frame[column] == value
        return frame[mask]

    return kept


@dataclass(frozen=True)
class Shown:
    """How one canonical table is shown.

    Attributes:
        table: Canonical table.
        caption: What it holds.
        columns: Column -> heading and kind, in the order to print.
        note: What to know before reading it.
        rows: Chooses and orders the rows.
        brief: Columns of them that the page shows; none if only the workbook has the table.
        brief_rows: Chooses and orders the rows for the page.
    """

    table: str
    caption: str
    columns: Columns
    note: str = ""
    rows: Callable[[pd.DataFrame], pd.DataFrame] = every
    brief: tuple[str, ...] = ()
    brief_rows: Callable[[pd.DataFrame], pd.DataFrame] = every
