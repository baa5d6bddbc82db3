"""Which column of a file is which: the spellings of COLLECT, NPD and school systems."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pandas as pd

from sufficiency.pupil_census.dated import TermOfYear, suffix_term

SUFFIX = re.compile(r"^(?P<name>.+?)_?(?P<suffix>(?:aut|spr|sum)[a-z]*_?(?:20)?\d\d)$")
SCHOOL = ("urn", "laestab", "estab")


@dataclass(frozen=True)
class Recognised:
    """The columns of one file or sheet.

    Attributes:
        shared: Canonical column to its position, for columns that name no term.
        by_term: The same for each term that column names end in (`NCyearActual_SPR26`).
        doubled: Canonical columns that more than one column claims; the first is used.
        unknown: How many columns are none of those that are read.
    """

    shared: dict[str, int]
    by_term: dict[TermOfYear, dict[str, int]]
    doubled: tuple[str, ...]
    unknown: int

    @property
    def known(self) -> set[str]:
        """Canonical columns found for at least one term."""
        return set(self.shared).union(*self.by_term.values())


@cache
def table() -> pd.DataFrame:
    """Return the alias table: column, kind, absent, title, aliases (separated by spaces).

    `absent` is what the lack of a column does: blocks, warns, informs, `spring` (informs in the
    term that collects it), `one_school` (one of these is needed), or nothing.
    """
    with files("sufficiency.pupil_census").joinpath("aliases.csv").open(encoding="utf-8") as handle:
        return pd.read_csv(handle, dtype=str, keep_default_na=False)


def of_kind(kind: str) -> list[str]:
    """Return the canonical columns of one kind, in the order of the alias table."""
    rows = table()
    return list(rows.loc[rows["kind"] == kind, "column"])


def titles() -> dict[str, str]:
    """Return canonical column -> its name for planners."""
    rows = table()
    return dict(zip(rows["column"], rows["title"], strict=True))


def recognise(names: list[str]) -> Recognised:
    """Return which of a header's names are known; case, spaces and punctuation do not matter."""
    shared: dict[str, int] = {}
    by_term: dict[TermOfYear, dict[str, int]] = {}
    doubled = []
    unknown = 0
    for position, name in enumerate(names):
        column, term = _column(name)
        if not column:
            unknown += 1
            continue
        where = shared if term is None else by_term.setdefault(term, {})
        if column in where:
            doubled.append(column)
        where.setdefault(column, position)
    return Recognised(shared, by_term, tuple(dict.fromkeys(doubled)), unknown)


def _column(name: str) -> tuple[str, TermOfYear | None]:
    aliases = _aliases()
    plain = _plain(name)
    if plain in aliases:
        return aliases[plain], None
    ending = SUFFIX.match(name.strip().lower())
    if ending and _plain(ending["name"]) in aliases:
        return aliases[_plain(ending["name"])], suffix_term(ending["suffix"])
    return "", None


@cache
def _aliases() -> dict[str, str]:
    rows = table()
    pairs = zip(rows["column"], rows["aliases"].str.split(), strict=True)
    return {alias: column for column, aliases in pairs for alias in aliases}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
