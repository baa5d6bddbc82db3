"""Paths counted once into dense cells, from which demand, gaps and balances are all cut.

The possible-demand view moves the children of the council's list, each once, from the provision
they are in to the one that is agreed. The list is held as it stands in every year: as long, of the
same needs, phases and homes. Where there is no list, the view moves plan holders who are not in a
school place, of Reception to Year 11, to the provisions in which children of the same need group
and phase are placed in the base year.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from sufficiency.errors import ContractError
from sufficiency.gaps.waiting import NCY_HIGH, NCY_LOW, NO_PROVISION, SCHOOL_NCY, agreed_moves
from sufficiency.terms import codes, lookup, phase_of_ncy

View = Literal["placements", "possible"]
VIEWS: tuple[View, ...] = ("placements", "possible")
SCHOOL_GROUPS = ("mainstream", "rp_unit", "special_state", "special_indep", "ap")
CHUNK_ROWS = 2_000_000
TINY = 1e-9


@dataclass(frozen=True)
class Move:
    """Children of one home and kind who wait to go from one provision to another.

    Attributes:
        locality: Home locality.
        group: Position of the need group.
        phase: Position of the phase they are in.
        to_phase: Position of the phase of the place that is agreed.
        now: Position of the provision they are in.
        agreed: Position of the provision that is agreed.
        seeks: Whether they are not in a school place now.
        children: How many.
        of_all: How many wait in the same cell, whatever is agreed for them.
    """

    locality: str
    group: int
    phase: int
    to_phase: int
    now: int
    agreed: int
    seeks: bool
    children: int
    of_all: int


@dataclass(frozen=True)
class Cube:
    """One scenario's paths as counts by cell.

    Attributes:
        scenario: Scenario name.
        years: January census years, ascending; the first is the base census.
        localities: Home localities in alphabetical order.
        counts: Plans by (locality, path, year, need group, provision, phase); provisions in the
            order of the terms, with `none` last.
        seekers: Of whom not in a school place, NCY 0 to 11: (locality, path, year, need group,
            phase).
        shares: Base-year share of each provision among those placed in a school: (need group,
            provision, phase).
        moves: The council's list; None where it keeps none.
    """

    scenario: str
    years: tuple[int, ...]
    localities: tuple[str, ...]
    counts: np.ndarray
    seekers: np.ndarray
    shares: np.ndarray
    moves: tuple[Move, ...] | None = None

    @property
    def paths(self) -> int:
        """Number of simulated paths."""
        return self.counts.shape[1]

    def at(self, locality: str | None, view: View) -> np.ndarray:
        """Return demand by (path, year, need group, provision, phase) as floats.

        Args:
            locality: A home locality, or None for the whole authority.
            view: `placements` as they would fall; `possible` with the council's list moved to what
                is agreed, or without a list those not in a school place moved to where others
                are. It moves people and adds none: totals are those of the placements.
        """
        demand = self._pick(self.counts, locality).astype(float)
        if view == "placements":
            return demand
        if self.moves is None:
            seekers = self._pick(self.seekers, locality)
            demand[:, :, :, -1, :] -= seekers
            demand += seekers[:, :, :, None, :] * self.shares
            return demand
        for move, moved in self._moved(locality):
            demand[:, :, move.group, move.now, move.phase] -= moved
            demand[:, :, move.group, move.agreed, move.to_phase] += moved
        return np.where(demand < TINY, 0.0, demand)

    def waiting(self, locality: str | None, view: View) -> np.ndarray:
        """Return, shaped like `at`, those of school age not in a school place.

        They are plan holders without a provision in the view `placements`; in `possible` those
        that it has not moved: none without a list, with one whoever is not on it.
        """
        result = np.zeros(self.counts.shape[1:])
        if view == "placements" or self.moves is not None:
            result[:, :, :, -1, :] = self._pick(self.seekers, locality)
        if view == "possible" and self.moves is not None:
            for move, moved in self._moved(locality):
                if move.seeks:
                    result[:, :, move.group, -1, move.phase] -= moved
        return np.where(result < TINY, 0.0, result)

    def not_found(self) -> float:
        """Return how many children of the list the base census has not where the list has them.

        They are not moved in the view `possible`, which never takes a cell below zero.
        """
        moved = sum(float(moved[:, 0].mean()) for _, moved in self._moved(None))
        return sum(move.children for move in self.moves or ()) - moved

    def _moved(self, locality: str | None) -> Iterator[tuple[Move, np.ndarray]]:
        """Yield each move with how many of it there are to move, by (path, year)."""
        for move in self.moves or ():
            if locality in (None, move.locality) and move.locality in self.localities:
                at = self.localities.index(move.locality)
                there = self.counts[at, :, :, move.group, move.now, move.phase]
                yield move, move.children * np.minimum(there / move.of_all, 1.0)

    def _pick(self, cells: np.ndarray, locality: str | None) -> np.ndarray:
        if locality is None:
            return cells.sum(axis=0)
        if locality not in self.localities:
            return np.zeros_like(cells[0])
        return cells[self.localities.index(locality)]


def provisions() -> list[str]:
    """Return the provisions in the order of the cells: those of the terms, then `none`."""
    return [*codes("provisions"), NO_PROVISION]


def cubes(paths: pd.DataFrame, awaiting: pd.DataFrame | None = None) -> list[Cube]:
    """Return the paths counted into cells, one cube a scenario in order of appearance.

    Args:
        paths: Paths table; any order of rows. Rows are taken in chunks, so that memory stays near
            that of the cells themselves.
        awaiting: Awaiting table; None or no rows where the council keeps no list.
    """
    if paths.empty:
        raise ContractError("Table paths has no rows.")
    scenarios = _categories(paths["scenario"])
    present = [s for n, s in enumerate(scenarios[1]) if (scenarios[0] == n).any()]
    moves = None if awaiting is None or awaiting.empty else _moves(awaiting)
    if len(present) == 1:
        return [_cube(present[0], paths, moves)]
    return [_cube(name, paths[(paths["scenario"] == name).to_numpy()], moves) for name in present]


def as_cubes(paths: pd.DataFrame | Iterable[Cube]) -> list[Cube]:
    """Return cubes, counting the paths unless that was done before."""
    return cubes(paths) if isinstance(paths, pd.DataFrame) else list(paths)


def _moves(awaiting: pd.DataFrame) -> tuple[Move, ...]:
    moves = agreed_moves(awaiting)
    groups, phases = pd.Index(codes("need_groups")), pd.Index(codes("phases"))
    names = pd.Index(provisions())
    return tuple(
        Move(*row)
        for row in zip(
            moves["locality"].tolist(),
            groups.get_indexer(pd.Index(moves["need_group"])).tolist(),
            phases.get_indexer(pd.Index(moves["phase"])).tolist(),
            phases.get_indexer(pd.Index(moves["to_phase"])).tolist(),
            names.get_indexer(pd.Index(moves["from_provision"])).tolist(),
            names.get_indexer(pd.Index(moves["to_provision"])).tolist(),
            moves["seeks"].tolist(),
            moves["children"].tolist(),
            moves["of_all"].tolist(),
            strict=True,
        )
    )


def _cube(scenario: str, paths: pd.DataFrame, moves: tuple[Move, ...] | None) -> Cube:
    locality, localities = _categories(paths["locality"])
    used = [name for n, name in enumerate(localities) if (locality == n).any()]
    used = sorted(used)
    locality_map = _map(localities, {name: n for n, name in enumerate(used)})
    setting, setting_names = _categories(paths["setting"])
    need, need_names = _categories(paths["need"])
    year_values = paths["year"].to_numpy()
    years = tuple(int(y) for y in np.unique(year_values))
    path_values, count = paths["path"].to_numpy(), paths["count"].to_numpy()
    ncy = paths["ncy"].to_numpy()

    group_names, phase_names = codes("need_groups"), codes("phases")
    group_map = _map(need_names, _indices(lookup("needs", "need_group"), group_names))
    provision_of = {s: p or NO_PROVISION for s, p in lookup("settings", "provision").items()}
    provision_map = _map(setting_names, _indices(provision_of, provisions()))
    phase_of = phase_of_ncy(pd.Series(np.arange(NCY_LOW, NCY_HIGH + 1)))
    phase_map = np.array([phase_names.index(p) for p in phase_of])
    seeks = _flags(setting_names, lookup("settings", "possible_demand"), ("yes",))
    in_school = _flags(setting_names, lookup("settings", "setting_group"), SCHOOL_GROUPS)

    shape = (
        len(used),
        int(path_values.max()) + 1,
        len(years),
        len(group_names),
        len(provisions()),
        len(phase_names),
    )
    counts = np.zeros(shape, dtype=np.int32)
    seekers = np.zeros((*shape[:4], shape[5]), dtype=np.int32)
    placed = np.zeros(shape[3:], dtype=float)
    for start in range(0, len(paths), CHUNK_ROWS):
        part = slice(start, start + CHUNK_ROWS)
        year = np.searchsorted(years, year_values[part])
        group, phase = group_map[need[part]], phase_map[ncy[part] - NCY_LOW]
        provision, setting_part = provision_map[setting[part]], setting[part]
        if group.min() < 0 or provision.min() < 0:
            raise ContractError("Table paths: need or setting has codes that are not in the terms.")
        where = (locality_map[locality[part]], path_values[part], year, group, provision, phase)
        np.add.at(counts.reshape(-1), np.ravel_multi_index(where, shape), count[part])
        school_age = (ncy[part] >= SCHOOL_NCY[0]) & (ncy[part] <= SCHOOL_NCY[1])
        mask = seeks[setting_part] & school_age
        to = (*(axis[mask] for axis in where[:4]), phase[mask])
        np.add.at(seekers, to, count[part][mask])
        mask = in_school[setting_part] & (year == 0)
        np.add.at(placed, (group[mask], provision[mask], phase[mask]), count[part][mask])
    return Cube(scenario, years, tuple(used), counts, seekers, _shares(placed), moves)


def _shares(placed: np.ndarray) -> np.ndarray:
    """Return each provision's share by need group and phase.

    A need group with nobody placed in a phase takes the share of all need groups there; a phase
    with nobody placed leaves its plan holders without a provision.
    """
    total = placed.sum(axis=1, keepdims=True)
    everyone = placed.sum(axis=0, keepdims=True)
    placed = np.where(total > 0, placed, everyone)
    total = placed.sum(axis=1, keepdims=True)
    without = np.zeros_like(placed)
    without[:, -1, :] = 1.0
    return np.where(total > 0, placed / np.where(total > 0, total, 1.0), without)


def _categories(values: pd.Series) -> tuple[np.ndarray, list[str]]:
    kept = values.astype("category").cat
    return kept.codes.to_numpy(), [str(c) for c in kept.categories]


def _indices(of: dict[str, str], order: list[str]) -> dict[str, int]:
    return {name: order.index(value) for name, value in of.items()}


def _map(names: list[str], index: dict[str, int]) -> np.ndarray:
    """Return the index of each category; categories that no row uses may be unknown (-1)."""
    return np.array([index.get(name, -1) for name in names], dtype=np.int64)


def _flags(names: list[str], of: dict[str, str], wanted: tuple[str, ...]) -> np.ndarray:
    return np.array([of.get(name) in wanted for name in names], dtype=bool)
