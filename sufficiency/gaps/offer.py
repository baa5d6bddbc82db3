"""Places laid over the cells of demand, and where a gap may be shown at all.

Unknown is not zero. A cell has a gap only if every register row that could serve it is confirmed;
where it has none, `reason` says in words what is missing.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sufficiency.terms import OUTSIDE, codes, lookup

NO_ROW = "no register row: places unknown, not zero"
NO_PHASE = "no register row takes this phase: places unknown"
ASSUMED = "places assumed from today's roll: confirm the register"
NOT_KNOWN = "places assumed from today's roll, unknown for a school at least: confirm the register"
NO_ROLL = "no roll on the register: pupils of other authorities are not known, fill in on_roll"
HOMES_OUTSIDE = "homes outside the authority: compared with places in the ALL rows only"
MIXED, NO_BASIS = "mixed", "none"


@dataclass(frozen=True)
class Offer:
    """Places in one locality, or pooled, by (year, need group, provision, phase).

    Attributes:
        places: Places for residents, missing where unknown.
        register: Of which on the register, missing where unknown.
        net_export: Of which the net export, missing where unknown.
        mismatch: Of which the mismatch of need or age, missing where unknown.
        without_plan: Of which used by pupils without a plan, missing where unknown.
        reason: Why the cell has no gap, empty where it has one.
        capacity_basis: Which capacity the places are.
        flexible: Whether some of the places may serve any accepted need.
        behind: Whether any register row could serve the cell.
    """

    places: np.ndarray
    register: np.ndarray
    net_export: np.ndarray
    mismatch: np.ndarray
    without_plan: np.ndarray
    reason: np.ndarray
    capacity_basis: np.ndarray
    flexible: np.ndarray
    behind: np.ndarray


@dataclass(frozen=True)
class Totals:
    """Places of a provision over the whole authority, by (year, provision), missing where unknown.

    Attributes:
        register: Places on the register; for provisions without a capacity gap, as far as known.
        net_export: Net export.
        without_plan: Places used by pupils without a plan.
        flexible: Whether every register row may serve any need it accepts.
    """

    register: np.ndarray
    net_export: np.ndarray
    without_plan: np.ndarray
    flexible: np.ndarray


class Supply:
    """A places table counted into cells of (locality, year, need group, provision, phase)."""

    def __init__(self, places: pd.DataFrame, years: tuple[int, ...]) -> None:
        """Count `places` for the census years of the paths; other years are left out."""
        rows = places[places["year"].isin(list(years))]
        sited = ~rows["kind"].isin(["net_export", "mismatch"])
        self.localities = tuple(sorted(rows.loc[sited, "locality"].unique()))
        self._shape = (
            len(self.localities),
            len(years),
            len(codes("need_groups")),
            len(codes("provisions")),
            len(codes("phases")),
        )
        self._years = years
        register = rows[rows["kind"] == "register"]
        self._register = self._sum(register)
        occupants = rows[rows["kind"] == "without_plan"]
        self._without_plan = self._sum(occupants)
        self._has_occupants = _anywhere(self._any(occupants))
        net = rows[rows["kind"] == "net_export"].assign(locality="")
        self._net_export = self._sum(net, ("",))[0]
        self._has_net = self._any(net, ("",))[0].any(axis=(1, 3), keepdims=True)
        mismatch = rows[rows["kind"] == "mismatch"].assign(locality="")
        self._mismatch = self._sum(mismatch, ("",))[0]
        self._behind = self._any(register)
        assumed = register[register["assumed"] == "yes"]
        self._assumed = self._any(assumed)
        row = ["year", "urn", "site_id", "name", "provision"]
        empty = assumed.groupby(row)["places"].transform("sum") == 0
        self._unknown = self._any(assumed[empty])
        self._stated = self._any(register.drop(index=assumed.index[empty.to_numpy()]))
        self._flexible = self._any(register[register["flexible"] == "yes"])
        self._bound = self._any(register[register["flexible"] == "no"])
        self._bases = {
            str(name): self._any(part) for name, part in register.groupby("capacity_basis")
        }

    def _where(self, rows: pd.DataFrame, localities: tuple[str, ...]) -> tuple[np.ndarray, ...]:
        axes = (
            ("locality", localities),
            ("year", self._years),
            ("need_group", codes("need_groups")),
            ("provision", codes("provisions")),
            ("phase", codes("phases")),
        )
        return tuple(pd.Index(axis).get_indexer(pd.Index(rows[name])) for name, axis in axes)

    def _sum(self, rows: pd.DataFrame, localities: tuple[str, ...] | None = None) -> np.ndarray:
        names = self.localities if localities is None else localities
        result = np.zeros((len(names), *self._shape[1:]))
        np.add.at(result, self._where(rows, names), rows["places"].to_numpy(dtype=float))
        return result

    def _any(self, rows: pd.DataFrame, localities: tuple[str, ...] | None = None) -> np.ndarray:
        names = self.localities if localities is None else localities
        result = np.zeros((len(names), *self._shape[1:]), dtype=bool)
        result[self._where(rows, names)] = True
        return result

    def at(self, locality: str | None) -> Offer:
        """Return the places sited in a locality, or None: pooled with net export."""
        register = self._pick(self._register, locality)
        without_plan = self._pick(self._without_plan, locality)
        pooled = locality is None
        net = self._net_export if pooled else np.zeros_like(self._net_export)
        mismatch = self._mismatch if pooled else np.zeros_like(self._mismatch)
        reason = self._reason(locality)
        unknown = np.isin(reason, [NO_ROW, NO_PHASE, NOT_KNOWN, HOMES_OUTSIDE, *self._no_gap()])
        no_net = unknown | (~self._has_net & pooled)
        return Offer(
            places=np.where(unknown, np.nan, register + without_plan + net + mismatch),
            register=np.where(unknown, np.nan, register),
            net_export=np.where(no_net, np.nan, net),
            mismatch=np.where(no_net, np.nan, mismatch),
            without_plan=np.where(unknown | ~self._has_occupants, np.nan, without_plan),
            reason=reason,
            capacity_basis=self._basis(locality, unknown),
            flexible=self._pick(self._flexible, locality) > 0,
            behind=self._pick(self._behind, locality) > 0,
        )

    def totals(self) -> Totals:
        """Return the places of each provision over the whole authority."""
        has_row, has_net, has_occupants, unknown, stated = (
            found[:, 0, :, 0]
            for found in (
                _anywhere(self._behind),
                self._has_net,
                self._has_occupants,
                _anywhere(self._unknown),
                _anywhere(self._stated),
            )
        )
        no_gap = np.array([r != "" for r in lookup("provisions", "reason_without_gap").values()])
        known = np.where(no_gap, stated, has_row & ~unknown)
        register, without_plan = (
            cells.sum(axis=(0, 2, 4)) for cells in (self._register, self._without_plan)
        )
        return Totals(
            register=np.where(known, register, np.nan),
            net_export=np.where(has_net, self._net_export.sum(axis=(1, 3)), np.nan),
            without_plan=np.where(has_occupants, without_plan, np.nan),
            flexible=has_row & ~_anywhere(self._bound)[:, 0, :, 0],
        )

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
        reason[np.broadcast_to(~self._has_net, reason.shape) & (locality is None)] = NO_ROLL
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


def _anywhere(cells: np.ndarray) -> np.ndarray:
    """Return, by year and provision, whether any cell is true; shaped to meet the cells again."""
    return np.moveaxis(cells, 3, 2).any(axis=(0, 3, 4)).reshape(cells.shape[1], 1, -1, 1)
