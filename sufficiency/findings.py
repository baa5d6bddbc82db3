"""Findings: what was wrong with an input, how many, how bad, and what to do.

A reader never stops at the first problem. It collects findings and returns them beside its table,
so that one report can list everything. A finding that *blocks* means nothing may be published.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Literal

import pandas as pd

from sufficiency.contracts import FindingsTable, checked

Severity = Literal["blocks", "warns", "informs"]
SEVERITIES: tuple[Severity, ...] = ("blocks", "warns", "informs")


@dataclass(frozen=True)
class Finding:
    """One problem, or one thing worth knowing, about an input.

    Attributes:
        check: Short stable id in snake case, for example `register_periods_overlap`.
        severity: `blocks` (nothing is published), `warns` or `informs`.
        message: What was found, in plain English. Never a value from a person-level row.
        action: What the planner should do.
        source: File (name only) or table it was found in.
        row: Row in the file, counted as a spreadsheet shows it (header is row 1); 0 if none.
        column: Column name, or empty.
        count: How many rows, cells or children it touches.
    """

    check: str
    severity: Severity
    message: str
    action: str
    source: str = ""
    row: int = 0
    column: str = ""
    count: int = 1


@dataclass
class Findings:
    """A growing list of findings."""

    items: list[Finding] = field(default_factory=list)

    def block(self, check: str, message: str, action: str, **where: str | int) -> None:
        """Add a finding that blocks publication."""
        self.items.append(Finding(check, "blocks", message, action, **where))  # pyright: ignore[reportArgumentType]

    def warn(self, check: str, message: str, action: str, **where: str | int) -> None:
        """Add a finding that a planner should look at before relying on the result."""
        self.items.append(Finding(check, "warns", message, action, **where))  # pyright: ignore[reportArgumentType]

    def inform(self, check: str, message: str, action: str = "", **where: str | int) -> None:
        """Add a finding that only explains."""
        self.items.append(Finding(check, "informs", message, action, **where))  # pyright: ignore[reportArgumentType]

    def extend(self, other: "Findings | Iterable[Finding]") -> None:
        """Add another list of findings to this one."""
        self.items.extend(other.items if isinstance(other, Findings) else other)

    @property
    def blocking(self) -> list[Finding]:
        """The findings that block publication."""
        return [f for f in self.items if f.severity == "blocks"]

    def table(self) -> pd.DataFrame:
        """Return one row a finding, worst first, then as found (contract `FindingsTable`)."""
        columns = list(Finding.__dataclass_fields__)
        table = pd.DataFrame([asdict(f) for f in self.items], columns=columns)
        rank = table["severity"].map({s: i for i, s in enumerate(SEVERITIES)})
        ordered = table.assign(rank=rank).sort_values("rank", kind="stable")
        return checked(FindingsTable, ordered, "findings")


def some(names: Iterable[object], most: int = 5) -> str:
    """Return the first names as text, each once, and how many more there are."""
    every = [str(name) for name in dict.fromkeys(names)]
    more = len(every) - most
    return "; ".join(every[:most]) + (f"; and {more} more" if more > 0 else "")


def spans(rows: list[int]) -> str:
    """Return ascending rows as text: `2, 4 to 9`."""
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][-1] + 1:
            runs[-1].append(row)
        else:
            runs.append([row])
    return ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]} to {r[-1]}" for r in runs)
