"""Which column plays which role, where a publisher changes names with every vintage."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sufficiency.errors import SourceError


@dataclass(frozen=True)
class Role:
    """A column to find.

    Attributes:
        name: What the column holds, in this project's words.
        patterns: Regular expressions of the whole column name, lower case, best first. The first
            pattern that matches any column decides.
        required: Whether a file without such a column cannot be read.
    """

    name: str
    patterns: tuple[str, ...]
    required: bool = True


def match_roles(columns: Iterable[str], roles: Iterable[Role], file: str) -> dict[str, str]:
    """Return role name -> column name, for the roles that a file has.

    Args:
        columns: Column names as in the file.
        roles: Roles to look for.
        file: File name, for the message.

    Raises:
        SourceError: A required role is matched by no column, or any role by two; every such role
            is named at once.
    """
    names = {str(c).strip().lower(): str(c) for c in columns}
    found: dict[str, str] = {}
    wrong: list[str] = []
    for role in roles:
        hits: list[str] = []
        for pattern in role.patterns:
            hits = [name for name in names if re.fullmatch(pattern, name)]
            if hits:
                break
        if len(hits) > 1:
            wrong.append(f"{role.name} could be any of {', '.join(names[h] for h in hits)}")
        elif hits:
            found[role.name] = names[hits[0]]
        elif role.required:
            wrong.append(f"no column for {role.name}")
    if wrong:
        raise SourceError(
            f"{file}: {'; '.join(wrong)}. Keep one column for each, under its published name."
        )
    return found


def vintages(stem: str, ending: str, first: int = 16, last: int = 39) -> tuple[str, ...]:
    """Return the names a yearly code column may have: `ward22_code`, `ward23_code` and so on."""
    return tuple(f"{stem}{year}{ending}" for year in range(first, last + 1))
