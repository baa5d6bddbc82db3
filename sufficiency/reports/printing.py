"""How a table is printed for readers: one frame with readable headings, and each kind of number.

Numbers stay numbers, so that the workbook can sort them; `ReportTable.text` prints them for a page.
A missing value is printed as words, never as nothing and never as zero.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from sufficiency.terms import codes

Kind = Literal["text", "whole", "signed", "percent", "decimal", "year", "range"]
NOT_KNOWN = "not known"
NONE = "none"


@dataclass(frozen=True)
class ReportTable:
    """A table for readers.

    Attributes:
        caption: What the table holds.
        frame: Readable headings; the first column names the row.
        kinds: Heading to kind of value; text where not named.
        note: What to know before reading it; empty if nothing.
        missing: Words for a missing value.
    """

    caption: str
    frame: pd.DataFrame
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    note: str = ""
    missing: str = NOT_KNOWN

    def kind(self, heading: str) -> Kind:
        """Return how a column is printed."""
        return self.kinds.get(heading, "text")

    def text(self) -> list[list[str]]:
        """Return every cell as printed: whole children, whole percentages, missing in words."""
        columns = [
            [printed(value, self.kind(str(name)), self.missing) for value in self.frame[name]]
            for name in self.frame.columns
        ]
        return [list(row) for row in zip(*columns, strict=True)]


def printed(value: object, kind: Kind = "text", missing: str = NOT_KNOWN) -> str:
    """Return one value as printed; a true minus sign, thousands with a comma."""
    if not isinstance(value, str) and pd.isna(value):  # pyright: ignore[reportArgumentType,reportCallIssue]
        return missing
    if kind in ("text", "range"):
        return str(value) or NONE
    number = float(value)  # pyright: ignore[reportArgumentType]
    if kind == "year":
        return str(round(number))
    if kind == "percent":
        return f"{_half_up(100 * number)}%"
    if kind == "decimal":
        return f"{round(number, 1) + 0.0:,.1f}".replace("-", "\u2212")
    whole = _half_up(number)
    sign = "+" if kind == "signed" and whole > 0 else ""
    return sign + f"{whole:,}".replace("-", "\u2212")


def printed_range(low: pd.Series, high: pd.Series, kind: Kind) -> pd.Series:
    """Return `low to high` as printed, missing where either is."""
    ends = zip(low, high, strict=True)
    words = [f"{printed(one, kind)} to {printed(other, kind)}" for one, other in ends]
    return pd.Series(words, index=low.index, dtype="str").where(low.notna() & high.notna())


def _half_up(number: float) -> int:
    return int(number + 0.5) if number >= 0 else -int(-number + 0.5)


def chosen_columns(
    caption: str,
    frame: pd.DataFrame,
    columns: Mapping[str, tuple[str, Kind]],
    note: str = "",
    missing: str = NOT_KNOWN,
) -> ReportTable:
    """Return some columns of a frame as a table for readers.

    Args:
        caption: What the table holds.
        frame: Any frame.
        columns: Column -> heading and kind, in the order to print.
        note: What to know before reading it.
        missing: Words for a missing value.
    """
    shown = frame[list(columns)].rename(columns={c: heading for c, (heading, _) in columns.items()})
    kinds: dict[str, Kind] = dict(columns.values())
    return ReportTable(caption, shown.reset_index(drop=True), kinds, note, missing)


def in_order(values: Iterable[str], terms: str) -> list[str]:
    """Return the values in the order of a terms table, others last in their own order."""
    found = list(dict.fromkeys(values))
    known = [code for code in codes(terms) if code in found]
    return [*known, *(value for value in found if value not in known)]
