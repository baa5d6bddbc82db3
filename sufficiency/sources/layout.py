"""What a layout is: a published format that a reader understands, recognised by its columns."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from sufficiency.findings import Findings

Reader = Callable[[Path, Findings], pd.DataFrame]


@dataclass(frozen=True)
class Layout:
    """One published format.

    Attributes:
        name: Stable name, for example `ees_2025_caseload`.
        folder: Sub-folder of `inputs/` where `init` puts such a file.
        title: The publication's name, for planners.
        columns: Column names that together identify the format, in lower case. A file matches if
            it has all of them; where several layouts match, the one with most columns wins.
        licence: Attribution that every report must carry.
        read: Reader from a path to this layout's tidy table, adding findings.
        any_of: Groups of aliases; at least one of each group must be present.
        not_columns: Columns (lower case) whose presence rules the layout out.
        file_pattern: Regular expression the file name must match (only where columns can't tell).
        first_row: Pairs of column and regular expression that the first data row must match, where
            two formats have the same columns: stocks are dated by academic year, flows by calendar.
    """

    name: str
    folder: str
    title: str
    columns: tuple[str, ...]
    licence: str
    read: Reader
    any_of: tuple[tuple[str, ...], ...] = field(default=())
    not_columns: tuple[str, ...] = field(default=())
    file_pattern: str = ""
    first_row: tuple[tuple[str, str], ...] = field(default=())
