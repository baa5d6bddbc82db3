"""Factors: multipliers on rates that bring a path to its target, solved once and then frozen.

They are solved on the unmitigated run, one set a path and year. A scenario is simulated with the
same factors, so that a lever changes what it names and nothing else.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasts.panel import Floats, setting_groups

FEWEST_JOINERS = 0.25
MOST_JOINERS = 20.0
LEAVER_RANGE = (1.0, 1e4)
SETTING_RANGE = 20.0
ITERATIONS = 12
CLOSE_ENOUGH = 0.02


@dataclass(frozen=True)
class Factors:
    """Multipliers of one run, path x year ahead (x setting group).

    Attributes:
        joiner: On the expected number of joiners.
        leaver: On the odds of leaving; 1 unless a target cannot be met with fewer joiners.
        setting: On the odds of each setting group, for joiners and for who moves.
        target: Total that the path was to meet.
    """

    joiner: Floats
    leaver: Floats
    setting: Floats
    target: Floats

    def frame(self) -> pd.DataFrame:
        """Return one row a path and year ahead, to keep as a table."""
        paths, years = self.joiner.shape
        path, ahead = np.divmod(np.arange(paths * years), years)
        flat = {
            "path": path.astype(np.int32),
            "horizon": (ahead + 1).astype(np.int32),
            "joiner_factor": self.joiner.ravel(),
            "leaver_factor": self.leaver.ravel(),
            "target": self.target.ravel(),
        }
        groups = self.setting.reshape(paths * years, -1)
        names = (f"setting_factor_{name}" for name in setting_groups())
        return pd.DataFrame({**flat, **dict(zip(names, groups.T, strict=True))})

    @staticmethod
    def from_frame(frame: pd.DataFrame) -> "Factors":
        """Return the factors kept by `frame`, whatever the order of rows."""
        rows = frame.sort_values(["path", "horizon"], kind="stable")
        shape = (rows["path"].nunique(), rows["horizon"].nunique())
        names = [f"setting_factor_{name}" for name in setting_groups()]
        return Factors(
            joiner=rows["joiner_factor"].to_numpy(float).reshape(shape),
            leaver=rows["leaver_factor"].to_numpy(float).reshape(shape),
            setting=rows[names].to_numpy(float).reshape(*shape, len(names)),
            target=rows["target"].to_numpy(float).reshape(shape),
        )


def leave_chance(chance: Floats, factor: float) -> Floats:
    """Return chances of leaving with their odds multiplied; 0 and 1 stay."""
    if factor == 1.0:
        return chance
    return factor * chance / (1.0 - chance + factor * chance)


def solve_level(
    plans: Floats, chance: Floats, joiners: float, target: float
) -> tuple[float, float]:
    """Return the joiner and leaver factors with which the expected total meets the target.

    Joiners carry the difference. Only if they would fall below a quarter of the usual number do
    more plans cease instead.

    Args:
        plans: Plans in each cell at the start of the year.
        chance: Usual chance of leaving in each cell.
        joiners: Usual number of joiners in that year.
        target: Total to meet at the end of the year.
    """
    staying = float((plans * (1.0 - chance)).sum())
    if joiners <= 0:
        return 1.0, 1.0
    wanted = (target - staying) / joiners
    if wanted >= FEWEST_JOINERS:
        return min(wanted, MOST_JOINERS), 1.0
    room = target - FEWEST_JOINERS * joiners
    low, high = np.log(LEAVER_RANGE[0]), np.log(LEAVER_RANGE[1])
    for _ in range(40):
        middle = (low + high) / 2
        left = float((plans * (1.0 - leave_chance(chance, float(np.exp(middle))))).sum())
        low, high = (middle, high) if left > room else (low, middle)
    return FEWEST_JOINERS, float(np.exp((low + high) / 2))


def solve_settings(weights: Floats, odds: Floats, targets: Floats) -> Floats:
    """Return multipliers on setting groups with which expected counts meet the targets.

    Each cell's plans go to group g with chance `odds_g m_g / sum_k odds_k m_k`. The multipliers
    minimise a convex function whose slope is expected less target, by Newton's method; they are
    held between 1/20 and 20, so a target that no reasonable movement reaches is met in part.

    Args:
        weights: Plans or expected joiners in each cell.
        odds: Cell x group, odds of each group without multipliers.
        targets: Plans wanted in each group; only their shares count.
    """
    total = weights.sum()
    count = odds.shape[1]
    if total <= 0 or targets.sum() <= 0:
        return np.ones(count)
    wanted = np.maximum(targets, 1e-3)
    wanted = wanted * (total / wanted.sum())
    bound = np.log(SETTING_RANGE)
    logs = np.zeros(count)
    for _ in range(ITERATIONS):
        chances = odds * np.exp(logs)
        chances /= chances.sum(axis=1, keepdims=True)
        expected = weights @ chances
        miss = expected - wanted
        if np.abs(miss).max() < CLOSE_ENOUGH:
            break
        slope = np.diag(expected) - (chances * weights[:, None]).T @ chances
        slope += np.diag(1e-6 * wanted + 1e-6)
        step = np.clip(np.linalg.solve(slope, miss), -1.0, 1.0)
        logs = np.clip(logs - step, -bound, bound)
    return np.exp(logs - logs @ wanted / total)
