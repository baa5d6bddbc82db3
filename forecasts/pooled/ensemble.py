"""The ensemble: how far each member's departure from England's path is believed.

Members depart from England's path in log growth; a weight of a half believes half of a departure,
and what the weights leave of one goes to England's path alone. The usual weights say what did well
in the project's forecasting notes (section 5): what is learned directly is best early, convergence
late. Past forecasts of at least four earlier censuses then move them, little by little: a weight
learned from a thousand past departures counts as much as the usual one. Growth of one's own is no
member by itself: it is among the features of ridge and trees.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecasts.panel import TOTAL, Floats, Panel

SETTING = "setting"
MEMBERS = {TOTAL: ("ridge", "trees", "convergence"), SETTING: ("ridge", "trees")}
LONGEST = {TOTAL: 7, SETTING: 5}
CONVERGENCE_ADDED = 1 / 8
MOST_CONVERGENCE = 0.75
WEIGHT_LOST, LEAST_WEIGHT = 0.1, 0.5
ENOUGH_ORIGINS = 4
USUAL_COUNTS_AS = {TOTAL: 1000.0, SETTING: 3000.0}
SMALLEST = 20.0
ENOUGH_ROWS = 20
OUTLIER = 4.0


@dataclass(frozen=True)
class Departures:
    """One cut at one origin: where it stands, England's path, and each member's departure.

    Attributes:
        now: Plans at the origin, one an authority.
        path: England's cumulative log growth, one a horizon.
        members: Log growth less England's, member x authority x horizon, members as in `MEMBERS`.
    """

    now: Floats
    path: Floats
    members: Floats

    def forecast(self, weights: Floats) -> Floats:
        """Return plans, authority x horizon.

        Args:
            weights: Member x horizon; beyond the last horizon its weights hold on.
        """
        ahead = np.minimum(np.arange(self.members.shape[2]), weights.shape[1] - 1)
        apart = (self.members * weights[:, None, ahead]).sum(axis=0)
        return np.maximum((self.now[:, None] + 1.0) * np.exp(self.path + apart) - 1.0, 0.0)


def family(cut: str) -> str:
    """Return which weights a cut takes: those of totals or of setting groups."""
    return TOTAL if cut == TOTAL else SETTING


def usual_weights() -> dict[str, Floats]:
    """Return family -> weights, member x horizon, before anything is learned.

    Totals: convergence takes an eighth more each year, up to three quarters seven years ahead.
    Setting groups: departures count for 90% one year ahead and 10 points less each year, down to
    half, as few past censuses know settings.
    """
    ahead = np.arange(1, LONGEST[TOTAL] + 1)
    late = np.minimum(CONVERGENCE_ADDED * (ahead - 1), MOST_CONVERGENCE)
    half = np.maximum(1.0 - WEIGHT_LOST * np.arange(1, LONGEST[SETTING] + 1), LEAST_WEIGHT) / 2
    return {
        TOTAL: np.stack([(1.0 - late) / 2, (1.0 - late) / 2, late]),
        SETTING: np.stack([half, half]),
    }


def learn_weights(
    panel: Panel, earlier: Mapping[int, Mapping[str, Departures]]
) -> dict[str, Floats]:
    """Return family -> weights, member x horizon, moved by what came of earlier departures.

    At each horizon the weights minimise squared errors of log growth, larger authorities counting
    more, plus a penalty for leaving the usual weights. England's own error is taken out: weights
    say who departs from England, not where England goes. No weight is negative; they sum to 1 at
    most.

    Args:
        panel: Up to the census that weights are learned at; later origins and outcomes are not
            looked at.
        earlier: Origin -> cut -> departures forecast then, in the panel's order of authorities.
    """
    weights = usual_weights()
    for name, table in weights.items():
        for column in range(table.shape[1]):
            rows = _came(panel, earlier, name, column + 1)
            if rows is not None:
                table[:, column] = _moved(table[:, column], *rows, USUAL_COUNTS_AS[name])
    return weights


def _came(
    panel: Panel, earlier: Mapping[int, Mapping[str, Departures]], name: str, horizon: int
) -> tuple[Floats, Floats, Floats] | None:
    """Return members' departures (row x member), what came, and row weights; None if too few."""
    parts = []
    origins = set()
    for origin in sorted(earlier):
        if origin + horizon > panel.origin:
            continue
        for cut, made in earlier[origin].items():
            if family(cut) != name or made.members.shape[2] < horizon:
                continue
            rows = _one(made, panel.stock[cut][:, origin + horizon - int(panel.years[0])], horizon)
            if rows is not None:
                origins.add(origin)
                parts.append(rows)
    if len(origins) < ENOUGH_ORIGINS:
        return None
    members, came, counts = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return members, came, counts


def _one(made: Departures, then: Floats, horizon: int) -> tuple[Floats, Floats, Floats] | None:
    members = made.members[:, :, horizon - 1].T
    known = np.isfinite(then) & np.isfinite(members).all(axis=1) & (made.now >= SMALLEST)
    # A cut without models has departures of nought: nothing is learned from it.
    if known.sum() < ENOUGH_ROWS or not members[known].any():
        return None
    members = members[known]
    came = np.log((then[known] + 1.0) / (made.now[known] + 1.0)) - made.path[horizon - 1]
    came = came - np.median(came)
    limit = OUTLIER * float(np.median(np.abs(came))) + 1e-6
    came = np.clip(came, -limit, limit)
    counts = np.sqrt(made.now[known] / made.now[known].mean())
    members = members - np.average(members, axis=0, weights=counts)
    came = came - np.average(came, weights=counts)
    scale = float(came.std()) + 1e-6
    return members / scale, came / scale, counts


def _moved(usual: Floats, members: Floats, came: Floats, counts: Floats, worth: float) -> Floats:
    weighted = members * counts[:, None]
    square = weighted.T @ members
    penalty = worth * np.trace(square) / len(square) / len(came)
    step = np.linalg.solve(
        square + penalty * np.eye(len(square)), weighted.T @ (came - members @ usual)
    )
    moved = np.maximum(usual + step, 0.0)
    return moved / max(float(moved.sum()), 1.0)
