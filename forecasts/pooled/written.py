"""Fitted models as plain values for a file, and back; numbers are kept to six figures."""

from typing import Any

import numpy as np

from forecasts.panel import Floats
from forecasts.pooled.boosting import Trees
from forecasts.pooled.deviations import Deviation, Scaling
from forecasts.pooled.ensemble import MEMBERS
from forecasts.pooled.features import Picture

FIGURES = 6
SCALING = ("low", "high", "middle", "mean", "sd")


def numbers_out(values: Floats) -> list[Any]:
    """Return an array as nested lists; a missing value is null, a whole number has no point."""
    if values.ndim > 1:
        return [numbers_out(row) for row in values]
    return [_rounded(float(value)) for value in values]


def numbers_in(values: list[Any]) -> Floats:
    """Return nested lists as an array; null is missing."""
    return np.array(values, dtype=float)


def picture_out(picture: Picture) -> dict[str, Any]:
    """Return England as known at a census, as plain values."""
    return {
        "years": list(picture.years),
        "growth": {cut: numbers_out(values) for cut, values in picture.growth.items()},
        "regional": {
            cut: {region: numbers_out(values) for region, values in by_region.items()}
            for cut, by_region in picture.regional.items()
        },
        "centres": {cut: numbers_out(values) for cut, values in picture.centres.items()},
    }


def picture_in(values: dict[str, Any]) -> Picture:
    """Return what `picture_out` wrote."""
    return Picture(
        years=tuple(int(year) for year in values["years"]),
        growth={cut: numbers_in(growth) for cut, growth in values["growth"].items()},
        regional={
            cut: {region: numbers_in(growth) for region, growth in by_region.items()}
            for cut, by_region in values["regional"].items()
        },
        centres={cut: numbers_in(middle) for cut, middle in values["centres"].items()},
    )


def deviation_out(model: Deviation) -> dict[str, Any]:
    """Return the models of one cut as plain values."""
    return {
        "scaling": {name: numbers_out(getattr(model.scaling, name)) for name in SCALING},
        "intercept": numbers_out(model.intercept),
        "coefficients": numbers_out(model.coefficients),
        "trees": [_trees_out(trees) for trees in model.trees],
        "longest": model.longest,
    }


def deviation_in(values: dict[str, Any]) -> Deviation:
    """Return what `deviation_out` wrote."""
    return Deviation(
        scaling=Scaling(*(numbers_in(values["scaling"][name]) for name in SCALING)),
        intercept=numbers_in(values["intercept"]),
        coefficients=numbers_in(values["coefficients"]),
        trees=tuple(_trees_in(trees) for trees in values["trees"]),
        longest=int(values["longest"]),
    )


def weights_out(weights: dict[str, Floats]) -> dict[str, Any]:
    """Return the members' weights as plain values: family, then member, one a horizon."""
    return {
        name: dict(zip(MEMBERS[name], numbers_out(table), strict=True))
        for name, table in weights.items()
    }


def weights_in(values: dict[str, Any]) -> dict[str, Floats]:
    """Return what `weights_out` wrote."""
    return {
        name: numbers_in([values[name][member] for member in members])
        for name, members in MEMBERS.items()
    }


def _trees_out(trees: Trees) -> dict[str, Any]:
    # Children are written as steps from their parent: small numbers that compress well.
    own = np.arange(len(trees.feature))
    return {
        "start": _rounded(trees.start),
        "roots": np.diff(trees.roots, prepend=0).tolist(),
        "feature": trees.feature.tolist(),
        "threshold": numbers_out(trees.threshold),
        "left": (trees.left - own).tolist(),
        "right": (trees.right - own).tolist(),
        "value": numbers_out(trees.value),
    }


def _trees_in(values: dict[str, Any]) -> Trees:
    own = np.arange(len(values["feature"]))
    return Trees(
        start=float(values["start"]),
        roots=np.cumsum(np.array(values["roots"], dtype=np.int64)),
        feature=np.array(values["feature"], dtype=np.int64),
        threshold=numbers_in(values["threshold"]),
        left=np.array(values["left"], dtype=np.int64) + own,
        right=np.array(values["right"], dtype=np.int64) + own,
        value=numbers_in(values["value"]),
    )


def _rounded(value: float) -> float | int | None:
    if not np.isfinite(value):
        return None
    short = float(f"{value:.{FIGURES}g}")
    return int(short) if short.is_integer() else short
