"""The closed sets and field kinds that several contracts share."""

from typing import Any

import pandera.pandas as pa

from sufficiency.terms import codes

FIRST_YEAR, LAST_YEAR = 2000, 2060


def text(description: str, **rules: Any) -> Any:
    """A text column."""
    return pa.Field(description=description, coerce=True, **rules)


def code(kind: str, description: str, extra: tuple[str, ...] = ()) -> Any:
    """A text column that holds codes of one terms table, plus `extra` words such as ALL."""
    return pa.Field(description=description, coerce=True, isin=[*codes(kind), *extra])


def number(description: str, **rules: Any) -> Any:
    """A number column."""
    return pa.Field(description=description, coerce=True, **rules)


def year(description: str = "January census year: 2027 is January 2027 (2026/27).") -> Any:
    """A January census year."""
    return pa.Field(description=description, coerce=True, ge=FIRST_YEAR, le=LAST_YEAR)
