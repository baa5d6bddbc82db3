"""Flexible rows as one pool within a phase: their room goes to the needs that are short.

A flexible register row may serve any need it accepts, so its split over need groups says where its
places would be used, not where they must be. Here a place moves from a need group with room to one
that is short, in one provision and phase, in each simulated path by itself. Nothing is made or
lost: moves sum to zero in every path, a cell never gives more than its room nor gets more than its
shortage, and a row never gives more places of a need group than its split put there.

The sum of shortage that is left is the least there can be under those rules. Rows with the fewest
needs give first, each from its cells with room and to its cells that are short in proportion; what
is still short then takes room along the shortest chain of rows (a place of one row frees a place of
another), until no chain is left. That is the maximum flow (Edmonds and Karp 1972). Who of several
short cells gets the room is a convention, in proportion; the sum does not depend on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

TINY = 1e-9


@dataclass(frozen=True)
class Pool:
    """A flexible row of one provision and phase, or several that accept the same need groups.

    Attributes:
        accepts: Which need groups they accept: (need group,).
        places: Their places left to residents with plans, as split: (year, need group).
    """

    accepts: tuple[bool, ...]
    places: np.ndarray


def flexible_moves(gap: np.ndarray, pools: Sequence[Pool]) -> np.ndarray:
    """Return the places that flexible rows give each need group from the others.

    Args:
        gap: Demand less places by (path, year, need group) of one provision and phase; missing
            where no gap is known, which neither gives nor takes.
        pools: Flexible rows of that provision and phase, in any order.

    Returns:
        Shaped like `gap`: positive is given to the need group, negative taken from it.
    """
    moved = np.zeros(gap.shape)
    known = np.nan_to_num(gap, nan=0.0)
    at = np.nonzero((known > TINY).any(axis=2) & (known < -TINY).any(axis=2))
    if not pools or not len(at[0]):
        return moved
    state = _State(known[at], np.isfinite(gap[at]), at[1], pools)
    state.share()
    state.chain()
    moved[at] = state.moved
    return moved


class _State:
    """Room, shortage and who holds which places, in each path and year where both exist."""

    def __init__(
        self, gap: np.ndarray, known: np.ndarray, year: np.ndarray, pools: Sequence[Pool]
    ) -> None:
        self.room, self.short = np.maximum(-gap, 0.0), np.maximum(gap, 0.0)
        self.moved = np.zeros_like(gap)
        of_needs: dict[tuple[bool, ...], np.ndarray] = {}
        for pool in pools:
            of_needs[pool.accepts] = of_needs.get(pool.accepts, 0.0) + pool.places
        in_order = sorted(of_needs, key=lambda accepts: (sum(accepts), accepts))
        self.accepts = [np.array(accepts) & known for accepts in in_order]
        self.held = [np.where(known, of_needs[accepts][year], 0.0) for accepts in in_order]

    def share(self) -> None:
        """Give each pool's room to the needs it accepts that are short, in proportion."""
        for accepts, held in zip(self.accepts, self.held, strict=True):
            offered = np.minimum(held, self.room)
            wanted = np.where(accepts, self.short, 0.0)
            has, wants = (cells.sum(axis=1, keepdims=True) for cells in (offered, wanted))
            amount = np.minimum(has, wants)
            given = wanted * _ratio(amount, wants)
            taken = offered * _ratio(amount, has)
            held += given - taken
            self.short = np.maximum(self.short - given, 0.0)
            self.room = np.maximum(self.room - taken, 0.0)
            self.moved += given - taken

    def chain(self) -> None:
        """Move room along the shortest chains of pools until none reaches a shortage."""
        active = np.flatnonzero((self.room > TINY).any(axis=1) & (self.short > TINY).any(axis=1))
        while len(active):
            came_from, through, steps = self._reach(active)
            ends = (self.short[active] > TINY) & (steps > 0)
            found = ends.any(axis=1)
            target = np.where(ends, steps, np.iinfo(np.int64).max).argmin(axis=1)
            active, came_from, through, target = (
                values[found] for values in (active, came_from, through, target)
            )
            self._push(active, came_from, through, target)

    def _reach(self, active: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return, for each need group, the one before it, the pool between, and how many steps."""
        reached = self.room[active] > TINY
        came_from = np.full(reached.shape, -1)
        through, steps = came_from.copy(), np.zeros(reached.shape, dtype=np.int64)
        for step in range(1, reached.shape[1]):
            fresh = np.zeros_like(reached)
            for number, held in enumerate(self.held):
                gives = reached & (held[active] > TINY)
                hit = (
                    gives.any(axis=1, keepdims=True)
                    & self.accepts[number][active]
                    & ~reached
                    & ~fresh
                )
                giver = np.broadcast_to(gives.argmax(axis=1)[:, None], hit.shape)
                came_from[hit], through[hit], steps[hit] = giver[hit], number, step
                fresh |= hit
            if not fresh.any():
                break
            reached = reached | fresh
        return came_from, through, steps

    def _push(
        self,
        active: np.ndarray,
        came_from: np.ndarray,
        through: np.ndarray,
        target: np.ndarray,
    ) -> None:
        amount, start = self.short[active, target], target.copy()
        line = np.arange(len(active))
        links = []
        for _ in range(came_from.shape[1]):
            before, number = came_from[line, start], through[line, start]
            linked = before >= 0
            if not linked.any():
                break
            links.append((linked, before, start, number))
            for pool, held in enumerate(self.held):
                used = linked & (number == pool)
                amount[used] = np.minimum(amount[used], held[active[used], before[used]])
            start = np.where(linked, before, start)
        amount = np.minimum(amount, self.room[active, start])
        for linked, before, after, number in links:
            for pool, held in enumerate(self.held):
                used = linked & (number == pool)
                held[active[used], before[used]] -= amount[used]
                held[active[used], after[used]] += amount[used]
        self.room[active, start] -= amount
        self.short[active, target] -= amount
        self.moved[active, start] -= amount
        self.moved[active, target] += amount


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
