"""Tables of whole numbers that keep every margin they are given, cell by cell.

Two steps: a fitted table of fractions by iterative proportional fitting (Deming and Stephan 1940),
then the table of whole numbers nearest to it, by mixed-integer programming (HiGHS in SciPy).
Fitting alone is not enough: it leaves fractions, and it crawls where margins together force a cell
to zero that no margin forces alone. The second step needs only the first one's result as its aim,
so a fit that has not converged costs closeness, never a margin.

Does not belong here: what the axes mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

WINDOWS = (0, 1, 4, None)
"""How far from the floor and ceiling of the fitted value a cell may go, tried in turn."""
NODES = 5_000
"""Branch-and-bound nodes a window may take. Counted and not timed, so the answer is repeatable."""
SECONDS = 120.0
"""A stop for machines so slow that the nodes would take hours; not reached by real margins."""
GAP = 0.01
"""How near to the nearest table is near enough, as a share of the distance."""
LEAST_EXPECTED = 0.01


@dataclass(frozen=True)
class Margin:
    """Sums a table must have over all axes but `axes`.

    Attributes:
        axes: Axes kept, in ascending order; none for the total.
        target: One sum a combination of the kept axes; missing where not known.
    """

    axes: tuple[int, ...]
    target: np.ndarray

    def summed(self, ndim: int) -> tuple[int, ...]:
        """Return the axes summed over."""
        return tuple(i for i in range(ndim) if i not in self.axes)

    def spread(self, values: np.ndarray, ndim: int) -> np.ndarray:
        """Return one value a sum, shaped to multiply a whole table."""
        return np.expand_dims(values, self.summed(ndim))


@dataclass(frozen=True)
class Fit:
    """A fitted table.

    Attributes:
        table: Fractions, at least zero.
        rounds: Passes over all margins.
        error: Largest absolute difference from a known margin.
        converged: Whether `error` is within the tolerance.
    """

    table: np.ndarray
    rounds: int
    error: float
    converged: bool


@dataclass(frozen=True)
class Rounded:
    """A table of whole numbers that keeps every known margin.

    Attributes:
        table: Whole numbers.
        window: How far beyond floor and ceiling cells were allowed to go; None is any distance.
    """

    table: np.ndarray
    window: int | None


def fit(
    start: np.ndarray, margins: Sequence[Margin], tolerance: float = 0.01, rounds: int = 10_000
) -> Fit:
    """Return `start` scaled to each margin in turn until all hold within `tolerance`.

    Args:
        start: Table of relative sizes; its zeros stay zero.
        margins: What must hold; sums that are not known are left alone.
        tolerance: Largest absolute difference allowed, in plans.
        rounds: Passes over all margins at most.
    """
    table, done = start.astype(float), 0
    error = largest_error(table, margins)
    while error > tolerance and done < rounds:
        for margin in margins:
            sums = table.sum(axis=margin.summed(table.ndim))
            factor = np.divide(margin.target, sums, out=np.zeros_like(sums), where=sums > 0)
            table = table * margin.spread(np.where(np.isnan(factor), 1.0, factor), table.ndim)
        done += 1
        error = largest_error(table, margins)
    return Fit(table, done, error, error <= tolerance)


def largest_error(table: np.ndarray, margins: Sequence[Margin]) -> float:
    """Return the largest absolute difference between a table's sums and the known margins."""
    errors = [np.abs(table.sum(axis=m.summed(table.ndim)) - m.target) for m in margins]
    return max((float(np.nanmax(e)) for e in errors if not np.isnan(e).all()), default=0.0)


def round_to_margins(fitted: np.ndarray, margins: Sequence[Margin]) -> Rounded | None:
    """Return the whole-number table nearest to `fitted` that keeps every known margin.

    Distance is sum |x - f| / sqrt(max(f, 0.01)): a plan where hardly any is expected costs most.
    Cells start between floor and ceiling of their fitted value; where no such table exists, the
    window widens until any whole number is allowed.

    Args:
        fitted: Fractions, as from `fit`.
        margins: What must hold; sums that are not known are left alone.

    Returns:
        The table, or None if no table of whole numbers keeps the margins.
    """
    cells = _Cells.of(fitted, margins)
    if len(cells.index) == 0:
        nothing = np.zeros(fitted.shape, dtype=np.int64)
        return None if cells.known.any() else Rounded(nothing, 0)
    for window in WINDOWS:
        found = _nearest(cells, window)
        if found is not None:
            table = np.zeros(fitted.size, dtype=np.int64)
            table[cells.index] = found
            whole = table.reshape(fitted.shape)
            return Rounded(whole, window) if largest_error(whole, margins) == 0 else None
    return None


def least_changes(shape: tuple[int, ...], margins: Sequence[Margin]) -> list[np.ndarray]:
    """Return, a margin, the smallest changes to its sums that would let all margins hold at once.

    Smallest by the sum of absolute changes. Zero where nothing need change or nothing is known.
    """
    index = np.arange(np.prod(shape, dtype=int))
    rows, known = _rows(shape, margins, index)
    slack = sparse.identity(len(known), format="csr")
    cost = np.r_[np.zeros(len(index)), np.ones(2 * len(known))]
    found = _solve(
        cost,
        sparse.csr_array(sparse.hstack([rows, slack, -slack])),
        known,
        np.zeros(len(cost)),
        np.full(len(cost), np.inf),
        whole=len(index),
    )
    sizes = [m.target.size for m in margins]
    changes = np.zeros(sum(sizes))
    if found is not None:
        up, down = np.split(found[len(index) :], 2)
        changes[~np.isnan(_targets(margins))] = np.rint(down - up)
    parts = np.split(changes, np.cumsum(sizes)[:-1])
    return [part.reshape(m.target.shape) for part, m in zip(parts, margins, strict=True)]


@dataclass(frozen=True)
class _Cells:
    """The cells that may hold anything, and what they must add up to."""

    index: np.ndarray
    fitted: np.ndarray
    most: np.ndarray
    rows: sparse.csr_array
    known: np.ndarray

    @classmethod
    def of(cls, fitted: np.ndarray, margins: Sequence[Margin]) -> "_Cells":
        most = np.full(fitted.shape, np.inf)
        for margin in margins:
            target = np.where(np.isnan(margin.target), np.inf, margin.target)
            most = np.minimum(most, margin.spread(target, fitted.ndim))
        index = np.flatnonzero(most.ravel() > 0)
        rows, known = _rows(fitted.shape, margins, index)
        return cls(index, fitted.ravel()[index], most.ravel()[index], rows, known)


def _targets(margins: Sequence[Margin]) -> np.ndarray:
    return np.concatenate([np.ravel(m.target) for m in margins])


def _rows(
    shape: tuple[int, ...], margins: Sequence[Margin], index: np.ndarray
) -> tuple[sparse.csr_array, np.ndarray]:
    """Return the 0/1 matrix of known sums by cells, and the sums."""
    place = np.unravel_index(index, shape)
    rows, offset = [], 0
    for margin in margins:
        sizes = tuple(shape[a] for a in margin.axes)
        kept = tuple(place[a] for a in margin.axes)
        at = np.ravel_multi_index(kept, sizes) if kept else np.zeros(len(index), dtype=np.intp)
        rows.append(offset + at)
        offset += margin.target.size
    columns = np.tile(np.arange(len(index)), len(margins))
    ones = np.ones(len(columns))
    matrix = sparse.coo_array((ones, (np.concatenate(rows), columns)), (offset, len(index)))
    targets = _targets(margins)
    known = np.flatnonzero(~np.isnan(targets))
    return sparse.csr_array(matrix)[known], targets[known]


def _nearest(cells: _Cells, window: int | None) -> np.ndarray | None:
    """Return whole numbers in the window around the fitted values; None if there are none."""
    reach = np.inf if window is None else window
    floor = np.minimum(np.floor(cells.fitted + 1e-9), cells.most)
    low = np.maximum(floor - reach, 0.0)
    high = np.minimum(floor + 1 + reach, cells.most)
    weight = 1 / np.sqrt(np.maximum(cells.fitted, LEAST_EXPECTED))
    count = len(cells.index)
    if window == 0:
        cost = weight * (1 - 2 * (cells.fitted - floor))
        found = _solve(cost, cells.rows, cells.known, low, high, whole=count)
    else:
        cell = sparse.identity(count, format="csr")
        nothing = sparse.csr_array((len(cells.known), 2 * count))
        sums = sparse.hstack([cells.rows, nothing])
        distance = sparse.hstack([cell, -cell, cell])
        found = _solve(
            np.r_[np.zeros(count), weight, weight],
            sparse.csr_array(sparse.vstack([sums, distance])),
            np.r_[cells.known, cells.fitted],
            np.r_[low, np.zeros(2 * count)],
            np.r_[high, np.full(2 * count, np.inf)],
            whole=count,
        )
    return None if found is None else np.rint(found[:count]).astype(np.int64)


def _solve(
    cost: np.ndarray,
    rows: sparse.csr_array,
    sums: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    whole: int,
) -> np.ndarray | None:
    """Return the cheapest values with the given sums, the first `whole` of them whole numbers."""
    answer = milp(
        cost,
        constraints=LinearConstraint(rows, sums, sums),  # pyright: ignore[reportArgumentType]
        integrality=(np.arange(len(cost)) < whole).astype(int),
        bounds=Bounds(low, high),  # pyright: ignore[reportArgumentType]
        options={"node_limit": NODES, "time_limit": SECONDS, "mip_rel_gap": GAP},
    )
    return answer.x
