"""Problems of one council file, collected by kind so that many rows make one finding."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from sufficiency.findings import Finding, Findings, spans

SAID_ONE_BY_ONE = 5


@dataclass
class Problems:
    """What is wrong with one file, and which of its rows cannot be used.

    Attributes:
        source: File name, for findings.
        secret: Whether values of the file may never be shown, because its rows are children.
        findings: Receives every problem.
        broken: Spreadsheet rows that a blocking problem takes out.
    """

    source: str
    secret: bool
    findings: Findings
    broken: set[int] = field(default_factory=set)

    def block(
        self,
        check: str,
        rows: Iterable[object],
        what: str,
        action: str,
        column: str = "",
        values: pd.Series | None = None,
    ) -> None:
        """Add findings that block publication, and take the rows out.

        Args:
            check: Stable id.
            rows: Spreadsheet rows it touches; nothing is added for none.
            what: What is wrong, without the row: `needs {value} is not understood`.
            action: What the planner should do.
            column: Column name.
            values: Cell of each row for ` {value}`; not shown where the file is secret.
        """
        touched = self._add("blocks", check, rows, what, action, column, values)
        self.broken.update(touched)

    def warn(
        self,
        check: str,
        rows: Iterable[object],
        what: str,
        action: str,
        column: str = "",
        values: pd.Series | None = None,
    ) -> None:
        """Add findings that a planner should look at; arguments as for `block`."""
        self._add("warns", check, rows, what, action, column, values)

    def inform(
        self,
        check: str,
        rows: Iterable[object],
        what: str,
        action: str = "",
        column: str = "",
        values: pd.Series | None = None,
    ) -> None:
        """Add findings that only explain; arguments as for `block`."""
        self._add("informs", check, rows, what, action, column, values)

    def _add(
        self,
        severity: Literal["blocks", "warns", "informs"],
        check: str,
        rows: Iterable[object],
        what: str,
        action: str,
        column: str,
        values: pd.Series | None,
    ) -> list[int]:
        touched = sorted({int(row) for row in rows})  # pyright: ignore[reportArgumentType]
        said: dict[str, list[int]] = {}
        for row in touched:
            shown = "" if self.secret or values is None else f" '{values[row]}'"
            said.setdefault(what.replace(" {value}", shown), []).append(row)
        for words, same in said.items():
            groups = [[row] for row in same] if len(same) <= SAID_ONE_BY_ONE else [same]
            for group in groups:
                one = f"Row {group[0]}" if len(group) == 1 else f"Rows {spans(group)}"
                self.findings.items.append(
                    Finding(
                        check,
                        severity,
                        f"{one}: {words}.",
                        action,
                        self.source,
                        group[0],
                        column,
                        len(group),
                    )
                )
        return touched
