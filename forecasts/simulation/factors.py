"""Factors: multipliers on rates that bring a path to its target, solved once and then frozen.

They are solved on the unmitigated run, one set a path and year. A scenario is simulated with the
same factors, so that a lever changes what it names and nothing else.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasts.panel import Floats, setting_groups
from forecasts.rates.certainty import AGE_CLASSES
from forecasts.rates.profiles import needs
from sufficiency.errors import SufficiencyError


@dataclass(frozen=True)
class Factors:
    """Multipliers of one run, path x year ahead, but for those on ages: year ahead x age class.

    Attributes:
        level: On all joiners together, path x year.
        joiner: On the expected joiners of each need, path x year x need; `level` shared out so that
            each need comes near its own target.
        leaver: On the odds of leaving, path x year; 1 unless a target cannot be met with fewer
            joiners.
        setting: On the odds of each setting group, for joiners and for who moves, path x year x
            group.
        target: Total that the path was to meet, path x year.
        age_join: On joiners of each age class, year x class, alike in every path.
        age_leave: On the odds of leaving of each age class, year x class, alike in every path.
    """

    level: Floats
    joiner: Floats
    leaver: Floats
    setting: Floats
    target: Floats
    age_join: Floats
    age_leave: Floats

    def frame(self) -> pd.DataFrame:
        """Return one row a path and year ahead, to keep as a table."""
        paths, years = self.level.shape
        path, ahead = np.divmod(np.arange(paths * years), years)
        flat = {
            "path": path.astype(np.int32),
            "horizon": (ahead + 1).astype(np.int32),
            "joiner_factor": self.level.ravel(),
            "leaver_factor": self.leaver.ravel(),
            "target": self.target.ravel(),
        }
        parts = [
            (f"joiner_factor_{name}", column)
            for name, column in zip(needs(), self.joiner.reshape(paths * years, -1).T, strict=True)
        ]
        parts += [
            (f"setting_factor_{name}", column)
            for name, column in zip(
                setting_groups(), self.setting.reshape(paths * years, -1).T, strict=True
            )
        ]
        for kind, values in (("join", self.age_join), ("leave", self.age_leave)):
            parts += [
                (f"age_{kind}_factor_{low}_{high}", values[ahead, place])
                for place, (low, high) in enumerate(AGE_CLASSES)
            ]
        return pd.DataFrame({**flat, **dict(parts)})

    @staticmethod
    def from_frame(frame: pd.DataFrame) -> "Factors":
        """Return the factors kept by `frame`, whatever the order of rows."""
        rows = frame.sort_values(["path", "horizon"], kind="stable")
        shape = (rows["path"].nunique(), rows["horizon"].nunique())

        def read(names: list[str]) -> Floats:
            return rows[names].to_numpy(float).reshape(*shape, len(names))

        ages = [f"{low}_{high}" for low, high in AGE_CLASSES]
        return Factors(
            level=read(["joiner_factor"])[..., 0],
            joiner=read([f"joiner_factor_{name}" for name in needs()]),
            leaver=read(["leaver_factor"])[..., 0],
            setting=read([f"setting_factor_{name}" for name in setting_groups()]),
            target=read(["target"])[..., 0],
            age_join=read([f"age_join_factor_{name}" for name in ages])[0],
            age_leave=read([f"age_leave_factor_{name}" for name in ages])[0],
        )

    def must_fit(self, paths: int, years: int) -> None:
        """Refuse factors of a run of another size.

        Raises:
            SufficiencyError: They are of other paths or years than asked for.
        """
        if self.level.shape != (paths, years):
            raise SufficiencyError(
                f"The frozen factors are of {self.level.shape[0]} paths and "
                f"{self.level.shape[1]} years, but {paths} paths and {years} years were asked for. "
                "Run the unmitigated scenario again with the same paths and years."
            )


def unsolved(
    paths: int, years: int, target: Floats, age_join: Floats, age_leave: Floats
) -> Factors:
    """Return factors of 1, for the kernel to fill."""
    return Factors(
        level=np.ones((paths, years)),
        joiner=np.ones((paths, years, len(needs()))),
        leaver=np.ones((paths, years)),
        setting=np.ones((paths, years, len(setting_groups()))),
        target=target,
        age_join=age_join,
        age_leave=age_leave,
    )
