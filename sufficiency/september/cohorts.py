"""Classes of a provision joined into cohorts, and children counted into them.

Two classes are one cohort where a child could sit in either: they share a year group and a need at
one site, or a child whose need or site does not tell is of a year group that both take.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

Kind = Literal["on_roll", "leaving", "moves_out", "moves_in", "named", "directed", "consulted"]
KINDS: tuple[Kind, ...] = (
    "on_roll",
    "leaving",
    "moves_out",
    "moves_in",
    "named",
    "directed",
    "consulted",
)
SEVERAL = "ALL"


@dataclass(frozen=True)
class Site:
    """A provision's row at one site on 1 September: year groups, and the needs it takes."""

    site_id: str
    name: str
    locality: str
    ncy_from: int
    ncy_to: int
    needs: frozenset[str]


@dataclass(frozen=True)
class SchoolClass:
    """A class, with the needs it takes; `listed` is how the file says them (empty: all)."""

    site_id: str
    ncy_from: int
    ncy_to: int
    needs: frozenset[str]
    listed: frozenset[str]
    places: int

    def takes(self, ncy: int) -> bool:
        """Say whether a year group sits in the class."""
        return self.ncy_from <= ncy <= self.ncy_to


@dataclass(frozen=True)
class Children:
    """A number of children of one year group and need (empty: not told) at a site (same)."""

    kind: Kind
    site_id: str
    ncy: int
    need: str
    number: int


@dataclass
class Cohort:
    """Year groups and needs that share places, and the children counted into them.

    Attributes:
        site_id: Site, ALL where it spans several.
        places: Sum of class sizes; None where a year group has no class.
        counts: Children by kind.
        other_need: Of those on roll, whose need no class of their year group lists.
        site_not_told: Whether some may sit at a site that lists no class of their year group.
    """

    site_id: str
    ncy_from: int
    ncy_to: int
    needs: frozenset[str]
    places: int | None
    counts: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    other_need: int = 0
    site_not_told: bool = False


def cohorts(
    sites: list[Site], classes: list[SchoolClass], children: Iterable[Children]
) -> list[Cohort]:
    """Return the cohorts of one provision on one 1 September, children counted into them.

    Every child of the year groups is counted once; the same kind's counts sum to the children
    given. A year group in the range of a site without a class of its own is a cohort whose places
    are not known.

    Args:
        sites: The provision's rows in force.
        classes: Ordinary classes (not assessment classes) that run that year.
        children: Children by year group from that September.
    """
    cells = sorted(children, key=lambda c: (c.kind, c.site_id, c.ncy, c.need))
    options = [_could_take(cell, classes) for cell in cells]
    root = list(range(len(classes)))
    pairs = [(i, j) for i, j in combinations(range(len(classes)), 2) if _share(classes, i, j)]
    for fits in options:
        pairs += [(fits[0], other) for other in fits[1:]]
    for i, j in pairs:
        _join(root, i, j)
    members: dict[int, list[int]] = {}
    for position in range(len(classes)):
        members.setdefault(_root(root, position), []).append(position)
    made = {top: _cohort([classes[i] for i in inside]) for top, inside in members.items()}
    lacking = _without_class(sites, classes)
    bare = {ncy: _bare(ncy, at, sites) for ncy, at in lacking.items()}
    for cell, fits in zip(cells, options, strict=True):
        if fits:
            cohort = made[_root(root, fits[0])]
            at = lacking.get(cell.ncy, [])
            cohort.site_not_told |= not cell.site_id and bool(at) and cell.kind == "on_roll"
            if cell.kind == "on_roll" and not any(
                cell.need in classes[i].needs and classes[i].takes(cell.ncy) for i in fits
            ):
                cohort.other_need += cell.number
        else:
            if cell.ncy not in bare:
                bare[cell.ncy] = _bare(cell.ncy, [], sites)
            cohort = bare[cell.ncy]
        cohort.counts[cell.kind] += cell.number
    every = [*made.values(), *bare.values()]
    return sorted(every, key=lambda c: (c.ncy_from, c.ncy_to, c.site_id, sorted(c.needs)))


def one_cohort(parts: list[Cohort]) -> Cohort:
    """Return cohorts whose places are not known as one, with all their children."""
    sites = {part.site_id for part in parts}
    whole = Cohort(
        site_id=sites.pop() if len(sites) == 1 else SEVERAL,
        ncy_from=min(part.ncy_from for part in parts),
        ncy_to=max(part.ncy_to for part in parts),
        needs=frozenset(),
        places=None,
    )
    whole.counts.update({kind: sum(part.counts[kind] for part in parts) for kind in KINDS})
    return whole


def _could_take(cell: Children, classes: list[SchoolClass]) -> list[int]:
    """Return the classes a child could sit in; by need where any class of the year lists it."""
    year = [
        n
        for n, one in enumerate(classes)
        if one.takes(cell.ncy) and cell.site_id in ("", one.site_id)
    ]
    by_need = [n for n in year if cell.need in classes[n].needs]
    return by_need or year


def _share(classes: list[SchoolClass], i: int, j: int) -> bool:
    one, other = classes[i], classes[j]
    years = one.ncy_from <= other.ncy_to and other.ncy_from <= one.ncy_to
    return one.site_id == other.site_id and years and bool(one.needs & other.needs)


def _root(root: list[int], position: int) -> int:
    while root[position] != position:
        position = root[position]
    return position


def _join(root: list[int], i: int, j: int) -> None:
    first, second = sorted((_root(root, i), _root(root, j)))
    root[second] = first


def _cohort(classes: list[SchoolClass]) -> Cohort:
    sites = {one.site_id for one in classes}
    every_need = any(not one.listed for one in classes)
    return Cohort(
        site_id=sites.pop() if len(sites) == 1 else SEVERAL,
        ncy_from=min(one.ncy_from for one in classes),
        ncy_to=max(one.ncy_to for one in classes),
        needs=frozenset() if every_need else frozenset().union(*(one.listed for one in classes)),
        places=sum(one.places for one in classes),
    )


def _without_class(sites: list[Site], classes: list[SchoolClass]) -> dict[int, list[str]]:
    """Return the sites that teach a year group and list no class of it, by year group."""
    taught: dict[int, set[str]] = {}
    for site in sites:
        for ncy in range(site.ncy_from, site.ncy_to + 1):
            if not any(one.site_id == site.site_id and one.takes(ncy) for one in classes):
                taught.setdefault(ncy, set()).add(site.site_id)
    return {ncy: sorted(at) for ncy, at in sorted(taught.items())}


def _bare(ncy: int, at: list[str], sites: list[Site]) -> Cohort:
    """Return the cohort of a year group without a class; `at` empty: no site teaches it."""
    where = at or sorted({site.site_id for site in sites})
    return Cohort(where[0] if len(where) == 1 else SEVERAL, ncy, ncy, frozenset(), None)
