"""A return opened up for planting: who is fit to be spoilt, what was spoilt, and how it was before.

A person is spoilt once in a return, so that no planted error hides or doubles another.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from sufficiency.demo.returns.identifiers import synthetic_upn, valid_upn
from sufficiency.demo.returns.layout import own_id, parent_id
from sufficiency.people.reference import Reference
from sufficiency.places.periods import counted_in
from sufficiency.sen2.model import MODULES, PARENTS

Pool = Literal["plan", "ceased", "refused", "pending", "not_issued"]
REMOVE, REMOVE_ALL = "REMOVE", "REMOVE ALL"
RESERVED = 12


@dataclass(frozen=True)
class Case:
    """One person's only request and what hangs on it: module to position of its row.

    Attributes:
        at: Position of the row of each module that there is.
        second_need: Position of the need of rank 2, or None.
        age: At 31 August before the census; -1 if not known.
        urn: Of the placement, or empty.
        need: Primary need, or empty.
        flagged: Whether either base flag is set.
        new: Whether the request was made and agreed in the year (not historical).
    """

    at: dict[str, int]
    second_need: int | None
    age: int
    urn: str
    need: str
    flagged: bool
    new: bool

    @property
    def person(self) -> int:
        """Position of the person."""
        return self.at["person"]


@dataclass
class Bench:
    """One return being spoilt.

    Attributes:
        number: How many returns come before it.
        year: January census year.
        day: Census day.
        previous: Census day of the return before, or None.
        last: Whether no later return follows.
        flagged: Year of the check, check, module, position and year of the return of each row that
            a check must find.
        corrections: Year, check, module, position, column and what was there.
        counts: Check to failures that have no row of their own.
    """

    number: int
    year: int
    day: date
    previous: date | None
    last: bool
    modules: dict[str, dict[str, list[str]]]
    reference: Reference
    rng: np.random.Generator
    flagged: list[tuple[int, str, str, int, int]] = field(default_factory=list)
    corrections: list[tuple[int, str, str, int, str, str]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    made: int = 0

    def __post_init__(self) -> None:
        self.schools = self.reference.schools.drop_duplicates("urn").set_index("urn")
        self.groups = self.schools["type_group"].to_dict()
        self.with_unit = set(self.schools.index[self.schools["has_unit"].astype(bool)])
        self.with_rp = set(self.schools.index[self.schools["has_rp"].astype(bool)])
        _add_register(self)
        self.homes, self.empty_home = _homes_of(self)
        self.pools = pools_of(self)
        for pool in self.pools.values():
            order = self.rng.permutation(len(pool))
            pool[:] = [pool[at] for at in order]
        self.templates = self.take("plan", RESERVED, self._is_template)

    def _is_template(self, case: Case) -> bool:
        started = self.get("namedplan", case.at.get("namedplan", -1), "startdate")
        plain = case.new and "plandetail" in case.at and not case.flagged and not self.based(case)
        recent = self.previous is None or started > self.previous.isoformat()
        return plain and recent and 5 <= case.age < 15 and case.urn != ""

    def get(self, module: str, at: int, column: str) -> str:
        """Return one cell; empty where there is no such row or column."""
        values = self.modules[module].get(column)
        return values[at] if values is not None and 0 <= at < len(values) else ""

    def rows(self, module: str) -> int:
        """Return how many rows a module has."""
        return len(self.modules[module][own_id(module)])

    def based(self, case: Case) -> bool:
        """Say whether a person is placed at a school that has a unit or resourced provision."""
        return case.urn in self.with_unit or case.urn in self.with_rp

    def take(
        self, pool: Pool, count: int, fit: Callable[[Case], bool] = lambda case: True
    ) -> list[Case]:
        """Return up to `count` people who fit, and never again after."""
        taken: list[Case] = []
        left: list[Case] = []
        for case in self.pools[pool]:
            (taken if len(taken) < count and fit(case) else left).append(case)
        self.pools[pool] = left
        return taken

    def spoil(self, check: str, module: str, at: int, column: str, value: str) -> None:
        """Change one cell and note what was there."""
        if column not in self.modules[module]:
            self.modules[module][column] = [""] * self.rows(module)
        before = self.modules[module][column][at]
        self.corrections.append((self.year, check, module, at, column, before))
        self.modules[module][column][at] = value

    def flag(self, check: str, module: str, at: int, seen_a_year_on: bool = False) -> None:
        """Note a row that a check of this return must find, or of the return a year on."""
        self.flagged.append((self.year + seen_a_year_on, check, module, at, self.year))

    def remove(self, check: str, module: str, at: int, below: bool = False) -> None:
        """Note that the cure is to remove a row (with all below it)."""
        cure = REMOVE_ALL if below else REMOVE
        self.corrections.append((self.year, check, module, at, own_id(module), cure))

    def count(self, check: str, count: int) -> None:
        """Note failures that have no row."""
        self.counts[check] = self.counts.get(check, 0) + count

    def append(self, module: str, like: int, **values: str) -> int:
        """Append a copy of a row with a new id and other values; return its position."""
        self.made += 1
        columns = self.modules[module]
        for name in values:
            columns.setdefault(name, [""] * self.rows(module))
        fresh = {own_id(module): f"x{self.year}{self.made:05d}"} | values
        copied = {name: fresh.get(name, column[like]) for name, column in columns.items()}
        for name, value in copied.items():
            columns[name].append(value)
        return self.rows(module) - 1

    def new_identity(self) -> dict[str, str]:
        """Return identifiers, names and home of a person who is in no return."""
        self.made += 1
        serial = (self.year % 1000) * 1_000_000 + 500_000 + self.made
        real = self.reference.identifiers == "real"
        home = {"postcode": self.homes[self.made % len(self.homes)]} if self.homes else {}
        return home | {
            "upn": valid_upn(serial) if real else synthetic_upn(serial),
            "uniquelearnernumber": "",
            "upnunknown": "",
            "surname": f"Demo{serial}",
            "forename": f"Given{serial}",
        }

    def clone(self, case: Case, without: tuple[str, ...] = ()) -> dict[str, int]:
        """Append a new person who is otherwise like another; return module to position.

        Args:
            case: Whom to copy.
            without: Modules to leave out, with all below them.
        """
        made = {"person": self.append("person", case.person, **self.new_identity())}
        return made | self.copy_below(case, made["person"], without)

    def copy_below(self, case: Case, person: int, without: tuple[str, ...] = ()) -> dict[str, int]:
        """Append a copy of a person's request and all below it under another person."""
        made = {"person": person}
        for module in MODULES[2:]:
            parent = PARENTS[module]
            if module in without or module not in case.at or parent not in made:
                continue
            above = self.get(parent, made[parent], own_id(parent))
            made[module] = self.append(module, case.at[module], **{parent_id(module): above})
        return {module: at for module, at in made.items() if module != "person"}

    def closed_urns(self) -> list[str]:
        """Return schools that closed before census day."""
        closed = self.schools["close_date"] < pd.Timestamp(self.day)
        usual = self.schools["type_group"].isin(["mainstream", "special"])
        return self.schools.index[closed & usual].tolist()

    def urns(self, condition: pd.Series) -> list[str]:
        """Return open schools for which a condition holds, in order."""
        still = self.schools["close_date"].isna() & (self.schools["status"] != "closed")
        return sorted(self.schools.index[still & condition])

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return the modules as frames again."""
        return {m: pd.DataFrame(columns, dtype="str") for m, columns in self.modules.items()}


def _homes_of(bench: Bench) -> tuple[list[str], str]:
    """Return homes inside the authority, and one that nobody lives in (empty if all are)."""
    directory = bench.reference.postcodes
    if directory is None:
        return [], ""
    own = set(bench.reference.localities["lsoa"])
    homes = sorted(set(directory.loc[directory["lsoa"].isin(own), "postcode"]))
    lived = {home.replace(" ", "").upper() for home in bench.modules["person"]["postcode"]}
    empty = next((home for home in homes if home not in lived), "")
    return [home for home in homes if home != empty], empty


def _add_register(bench: Bench) -> None:
    register = bench.reference.register
    if register is None:
        return
    held = counted_in(register, bench.year)
    bench.with_unit |= set(held.loc[held["provision"] == "sen_unit", "urn"])
    bench.with_rp |= set(held.loc[held["provision"] == "resourced_provision", "urn"])


def pools_of(bench: Bench) -> dict[str, list[Case]]:
    """Return people with one request, by what became of it; those with oddities are in none."""
    below = {m: _positions(bench, m) for m in PARENTS}
    upns = bench.modules["person"].get("upn", [])
    once = {upn for upn, n in pd.Series(upns, dtype="str").value_counts().items() if n == 1}
    pools: dict[str, list[Case]] = {
        name: [] for name in ("plan", "ceased", "refused", "pending", "not_issued")
    }
    for person, own in enumerate(bench.modules["person"]["persontableid"]):
        requests = below["requests"].get(own, [])
        if len(requests) != 1 or upns[person] not in once or not upns[person]:
            continue
        case = _case(bench, below, person, requests[0])
        pool = _pool(bench, case) if case else None
        if case and pool:
            pools[pool].append(case)
    return pools


def _positions(bench: Bench, module: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at, parent in enumerate(bench.modules[module][parent_id(module)]):
        found.setdefault(parent, []).append(at)
    return found


def _case(
    bench: Bench, below: dict[str, dict[str, list[int]]], person: int, request: int
) -> Case | None:
    at = {"person": person, "requests": request}
    for module in MODULES[3:-1]:
        parent = PARENTS[module]
        if parent not in at:
            continue
        found = below[module].get(bench.get(parent, at[parent], own_id(parent)), [])
        if len(found) > 1:
            return None
        if found:
            at[module] = found[0]
    needs = list(_needs(bench, below, at))
    if "activeplans" in at and ("placementdetail" not in at or not needs or len(needs) > 2):
        return None
    at |= {"senneed": needs[0]} if needs else {}
    return _described(bench, at, needs[1] if len(needs) == 2 else None)


def _needs(
    bench: Bench, below: dict[str, dict[str, list[int]]], at: dict[str, int]
) -> Iterator[int]:
    if "activeplans" in at:
        own = bench.get("activeplans", at["activeplans"], "activeplanstableid")
        found = below["senneed"].get(own, [])
        yield from sorted(found, key=lambda need: bench.get("senneed", need, "sentyperank"))


def _described(bench: Bench, at: dict[str, int], second_need: int | None) -> Case:
    born = pd.to_datetime(bench.get("person", at["person"], "personbirthdate"), errors="coerce")
    placed = at.get("placementdetail", -1)
    flags = ("senunitindicator", "resourcedprovisionindicator")
    return Case(
        at=at,
        second_need=second_need,
        age=-1 if pd.isna(born) else bench.year - 1 - born.year - (born.month > 8),
        urn=bench.get("placementdetail", placed, "urn"),
        need=bench.get("senneed", at.get("senneed", -1), "sentype"),
        flagged=any(bench.get("placementdetail", placed, name) == "1" for name in flags),
        new=bench.get("requests", at["requests"], "requestoutcome") == "Y",
    )


def _pool(bench: Bench, case: Case) -> Pool | None:
    outcome = bench.get("requests", case.at["requests"], "requestoutcome")
    decided = bench.get("requests", case.at["requests"], "requestoutcomedate")
    received = bench.get("requests", case.at["requests"], "receiveddate")
    named = case.at.get("namedplan", -1)
    ceased = bench.get("namedplan", named, "ceasedate")
    if "activeplans" in case.at:
        started = bench.get("namedplan", named, "startdate")
        bare = not bench.get("activeplans", case.at["activeplans"], "transferla")
        return "plan" if started and not ceased and bare and case.age >= 0 else None
    if ceased and bench.get("namedplan", named, "ceasereason"):
        return "ceased"
    if not received or case.age < 0:
        return None
    if outcome == "A" and "assessment" not in case.at:
        return "pending"
    if outcome == "N" and decided and "assessment" not in case.at:
        return "refused"
    if outcome == "Y" and named < 0 and "assessment" in case.at:
        assessment = case.at["assessment"]
        refused = bench.get("assessment", assessment, "assessmentoutcome") == "N"
        dated = bench.get("assessment", assessment, "assessmentoutcomedate")
        return "not_issued" if refused and dated else None
    return None
