"""Places laid over the cells of demand, and where a gap may be shown at all.

Unknown is not zero. A cell has a gap only if every register row that could serve it is confirmed;
where it has none, `reason` says in words what is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sufficiency.gaps.flexible import Pool
from sufficiency.terms import OUTSIDE, codes, lookup

NO_ROW = "no register row: places unknown, not zero"
NO_PHASE = "no register row takes this phase: places unknown"
ASSUMED = "places assumed from today's roll: confirm the register"
NOT_KNOWN = "places assumed from today's roll, unknown for a school at least: confirm the register"
NO_ROLL = "no roll on the register: pupils of other authorities are not known, fill in on_roll"
HOMES_OUTSIDE = "homes outside the authority: compared with places in the ALL rows only"
MIXED, NO_BASIS = "mixed", "none"
ADJUSTMENTS = (
    "exports",
    "imports",
    "net_export",
    "journeys",
    "unreconciled",
    "mismatch",
    "without_plan",
)
"""What is added to the register's places to have those of residents; the columns `of_which_*`."""
AT_ITS_SITE = ("without_plan", "imports", "unreconciled")
ROW = ["year", "urn", "site_id", "name", "provision"]
SITE = ["year", "urn", "site_id", "provision", "need_group", "phase"]


@dataclass(frozen=True)
class Offer:
    """Places in one locality, or pooled, by (year, need group, provision, phase).

    Attributes:
        places: Places for residents, missing where unknown.
        parts: Of which by kind (`ADJUSTMENTS`), missing where unknown.
        reason: Why the cell has no gap, empty where it has one.
        capacity_basis: Which capacity the places are.
        flexible: Whether some of the places may serve any accepted need.
        behind: Whether any register row could serve the cell.
        journeys_known: Whether it is known who uses places elsewhere: exports, imports, journeys.
        pools: Flexible rows by position of provision and phase, of cells with a gap only.
    """

    places: np.ndarray
    parts: Mapping[str, np.ndarray]
    reason: np.ndarray
    capacity_basis: np.ndarray
    flexible: np.ndarray
    behind: np.ndarray
    journeys_known: np.ndarray
    pools: Mapping[tuple[int, int], list[Pool]]


@dataclass(frozen=True)
class Totals:
    """Places of a provision over the whole authority, by (year, provision), missing where unknown.

    Attributes:
        register: Places on the register; for provisions without a capacity gap, as far as known.
        parts: What is added to them for residents, by kind (`ADJUSTMENTS`).
        flexible: Whether every register row may serve any need it accepts.
        journeys_known: Whether it is known who uses places elsewhere.
    """

    register: np.ndarray
    parts: Mapping[str, np.ndarray]
    flexible: np.ndarray
    journeys_known: np.ndarray


class Supply:
    """A places table counted into cells of (locality, year, need group, provision, phase)."""

    def __init__(self, places: pd.DataFrame, years: tuple[int, ...]) -> None:
        """Count `places` for the census years of the paths; other years are left out."""
        rows = places[places["year"].isin(list(years))]
        self.localities = tuple(sorted(rows["locality"].unique()))
        self._years = years
        self._axes = {
            "locality": pd.Index(self.localities),
            "year": pd.Index(list(years)),
            "need_group": pd.Index(codes("need_groups")),
            "provision": pd.Index(codes("provisions")),
            "phase": pd.Index(codes("phases")),
        }
        self._shape = tuple(len(axis) for axis in self._axes.values())
        register = rows[rows["kind"] == "register"]
        self._register = self._sum(register)
        of_kind = {kind: rows[rows["kind"] == kind] for kind in ADJUSTMENTS}
        self._parts = {kind: self._sum(part) for kind, part in of_kind.items()}
        self._has = {kind: _anywhere(self._any(part)) for kind, part in of_kind.items()}
        told = self._has["exports"] | self._has["imports"] | self._has["journeys"]
        self._journeys_known = told & ~self._has["net_export"]
        self._behind = self._any(register)
        assumed = register[register["assumed"] == "yes"]
        self._assumed = self._any(assumed)
        empty = assumed.groupby(ROW)["places"].transform("sum") == 0
        self._unknown = self._any(assumed[empty])
        self._stated = self._any(register.drop(index=assumed.index[empty.to_numpy()]))
        self._flexible = self._any(register[register["flexible"] == "yes"])
        self._bound = self._any(register[register["flexible"] == "no"])
        self._pool_rows = _left_to_residents(register, rows[rows["kind"].isin(AT_ITS_SITE)])
        self._bases = {
            str(name): self._any(part) for name, part in register.groupby("capacity_basis")
        }

    def _where(self, rows: pd.DataFrame) -> tuple[np.ndarray, ...]:
        return tuple(axis.get_indexer(pd.Index(rows[name])) for name, axis in self._axes.items())

    def _sum(self, rows: pd.DataFrame) -> np.ndarray:
        result = np.zeros(self._shape)
        np.add.at(result, self._where(rows), rows["places"].to_numpy(dtype=float))
        return result

    def _any(self, rows: pd.DataFrame) -> np.ndarray:
        result = np.zeros(self._shape, dtype=bool)
        result[self._where(rows)] = True
        return result

    def at(self, locality: str | None) -> Offer:
        """Return the places of a locality's residents or, with None, of the whole authority's.

        In a locality: places sited there, and what its residents use elsewhere and others use in
        it as far as known. A net export is of no locality.
        """
        register = self._pick(self._register, locality)
        parts = {kind: self._pick(cells, locality) for kind, cells in self._parts.items()}
        reason = self._reason(locality)
        unknown = np.isin(reason, [NO_ROW, NO_PHASE, NOT_KNOWN, HOMES_OUTSIDE, *self._no_gap()])
        return Offer(
            places=np.where(unknown, np.nan, register + sum(parts.values())),
            parts={
                kind: np.where(unknown | ~self._has[kind], np.nan, cells)
                for kind, cells in parts.items()
            },
            reason=reason,
            capacity_basis=self._basis(locality, unknown),
            flexible=self._pick(self._flexible, locality) > 0,
            behind=self._pick(self._behind, locality) > 0,
            journeys_known=np.broadcast_to(self._journeys_known, reason.shape),
            pools=self._pools(locality, reason == ""),
        )

    def totals(self) -> Totals:
        """Return the places of each provision over the whole authority."""
        has_row, unknown, stated, bound = (
            _flat(_anywhere(cells))
            for cells in (self._behind, self._unknown, self._stated, self._bound)
        )
        no_gap = np.array([r != "" for r in lookup("provisions", "reason_without_gap").values()])
        known = np.where(no_gap, stated, has_row & ~unknown)
        return Totals(
            register=np.where(known, self._register.sum(axis=(0, 2, 4)), np.nan),
            parts={
                kind: np.where(_flat(self._has[kind]), cells.sum(axis=(0, 2, 4)), np.nan)
                for kind, cells in self._parts.items()
            },
            flexible=has_row & ~bound,
            journeys_known=_flat(self._journeys_known),
        )

    def linked(self) -> np.ndarray:
        """Return which need groups share flexible rows, directly or through others.

        By (year, provision, phase, need group, need group), rows of all localities together; each
        is linked with itself.
        """
        _, years, groups, provisions, phases = self._shape
        result = np.zeros((years, provisions, phases, groups, groups), dtype=bool)
        result[:] = np.eye(groups, dtype=bool)
        for (provision, phase), pools in self._pools(None, None).items():
            for pool in pools:
                used = pool.places.sum(axis=1) > 0
                result[used, provision, phase] |= np.outer(pool.accepts, pool.accepts)
        for _ in range(groups.bit_length()):
            result = (result.astype(np.int16) @ result.astype(np.int16)) > 0
        return result

    def _pools(
        self, locality: str | None, with_gap: np.ndarray | None
    ) -> dict[tuple[int, int], list[Pool]]:
        """Return the flexible rows of a locality, or of all, those of the same needs as one."""
        rows = self._pool_rows
        rows = rows if locality is None else rows[rows["locality"] == locality]
        _, year, group, provision, phase = self._where(rows)
        frame = pd.DataFrame(
            {"year": year, "group": group, "provision": provision, "phase": phase}
        ).assign(row=rows.groupby([*ROW, "phase"], sort=True).ngroup().to_numpy())
        accepts = np.zeros((int(frame["row"].max()) + 1 if len(frame) else 0, self._shape[2]), bool)
        accepts[frame["row"], frame["group"]] = True
        cells: dict[tuple[int, int], dict[tuple[bool, ...], np.ndarray]] = {}
        values = rows["places"].to_numpy(dtype=float)
        for line, places in zip(frame.itertuples(index=False), values, strict=True):
            y, g, p, f, row = (int(n) for n in line)
            if with_gap is None or with_gap[y, g, p, f]:
                of_needs = cells.setdefault((p, f), {})
                key = tuple(bool(a) for a in accepts[row])
                of_needs.setdefault(key, np.zeros((self._shape[1], self._shape[2])))[y, g] += places
        return {
            cell: [Pool(accepts, places) for accepts, places in sorted(of_needs.items())]
            for cell, of_needs in sorted(cells.items())
        }

    def _pick(self, cells: np.ndarray, locality: str | None) -> np.ndarray:
        """Return the cells of one locality, zeros where nothing is sited, or the sum of all."""
        if locality is None:
            return cells.sum(axis=0)
        if locality not in self.localities:
            return np.zeros(self._shape[1:])
        return cells[self.localities.index(locality)].astype(float)

    def _no_gap(self) -> list[str]:
        return [r for r in lookup("provisions", "reason_without_gap").values() if r]

    def _reason(self, locality: str | None) -> np.ndarray:
        behind = self._pick(self._behind, locality) > 0
        has_row = _anywhere(self._behind)
        any_assumed = _anywhere(self._assumed)
        any_unknown = _anywhere(self._unknown)
        # No row behind a cell means no places there only if nothing in the provision is assumed:
        # an assumed row's designation, year groups and site are assumed too.
        assumed = np.where(behind, self._pick(self._assumed, locality) > 0, any_assumed)
        unknown = np.where(behind, self._pick(self._unknown, locality) > 0, any_unknown)
        reason = np.full(self._shape[1:], "", dtype=object)
        across = self._has["net_export"] | self._journeys_known
        reason[np.broadcast_to(~across, reason.shape) & (locality is None)] = NO_ROLL
        reason[assumed] = ASSUMED
        reason[unknown] = NOT_KNOWN
        taken = np.any(self._behind, axis=(0, 2))[:, None]
        reason[np.broadcast_to(~taken, reason.shape)] = NO_PHASE
        if locality == OUTSIDE:
            reason[:] = HOMES_OUTSIDE
        reason[np.broadcast_to(~has_row, reason.shape)] = NO_ROW
        for place, name in enumerate(codes("provisions")):
            if lookup("provisions", "capacity_gap")[name] == "no":
                reason[:, :, place, :] = lookup("provisions", "reason_without_gap")[name]
        return reason

    def _basis(self, locality: str | None, unknown: np.ndarray) -> np.ndarray:
        """Return which capacity each cell uses; an empty cell takes that of its provision."""
        here = {n: self._pick(cells, locality) > 0 for n, cells in self._bases.items()}
        wide = {n: _anywhere(c) for n, c in self._bases.items()}
        behind = np.sum([*here.values(), np.zeros(self._shape[1:])], axis=0) > 0
        result = np.full(self._shape[1:], NO_BASIS, dtype=object)
        used = np.zeros(self._shape[1:], dtype=int)
        for name in self._bases:
            uses = np.where(behind, here[name], wide[name])
            result[uses] = name
            used += uses
        result[used > 1] = MIXED
        result[unknown] = NO_BASIS
        return result


def _left_to_residents(register: pd.DataFrame, occupants: pd.DataFrame) -> pd.DataFrame:
    """Return flexible rows with the places that others use at their site taken off, never below 0.

    Pupils without a plan, of other authorities and not explained are told by site; they are taken
    from all rows of the site in proportion to their places in the cell.
    """
    there = register.groupby(SITE)["places"].sum().astype(float)
    used = occupants.groupby(SITE)["places"].sum().reindex(there.index).fillna(0).clip(upper=0)
    share = ((there + used).clip(lower=0) / there.where(there > 0)).fillna(0)
    flexible = register[register["flexible"] == "yes"]
    at = pd.MultiIndex.from_frame(flexible[SITE])
    return flexible.assign(places=flexible["places"] * share.reindex(at).to_numpy(dtype=float))


def _anywhere(cells: np.ndarray) -> np.ndarray:
    """Return, by year and provision, whether any cell is true; shaped to meet the cells again."""
    return np.moveaxis(cells, 3, 2).any(axis=(0, 3, 4)).reshape(cells.shape[1], 1, -1, 1)


def _flat(by_provision: np.ndarray) -> np.ndarray:
    """Return what `_anywhere` returned as (year, provision)."""
    return by_provision[:, 0, :, 0]
