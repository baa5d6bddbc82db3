"""Boosted trees as plain arrays: fitted by scikit-learn, kept and applied without it.

Many shallow trees are fitted one after another to what is left over (Friedman 2001; histogram
version of LightGBM, Ke et al. 2017). Trees find thresholds and interactions that ridge cannot.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from forecasts.panel import Floats

Whole = NDArray[np.int64]
Loss = Literal["squared_error", "absolute_error"]

LEAVES = 6
SMALLEST_LEAF = 35
PENALTY = 10.0
FEATURES_TRIED = 0.5
DIGITS = 5


@dataclass(frozen=True)
class Trees:
    """Trees laid end to end; a leaf points to itself.

    Attributes:
        start: Prediction before the first tree.
        roots: Node that each tree starts at.
        feature: Column that a node looks at.
        threshold: Values up to it go left.
        left: Node to go to.
        right: Node to go to.
        value: What a leaf adds; 0 elsewhere.
    """

    start: float
    roots: Whole
    feature: Whole
    threshold: Floats
    left: Whole
    right: Whole
    value: Floats

    def predict(self, features: Floats) -> Floats:
        """Return one prediction a row of standardised features."""
        rows = np.arange(len(features))[:, None]
        at = np.tile(self.roots, (len(features), 1))
        while True:
            low = features[rows, self.feature[at]] <= self.threshold[at]
            following = np.where(low, self.left[at], self.right[at])
            if np.array_equal(following, at):
                return self.start + self.value[at].sum(axis=1)
            at = following


def fit_trees(features: Floats, answers: Floats, *, trees: int, rate: float, loss: Loss) -> Trees:
    """Return boosted trees fitted to standardised features without missing values.

    Args:
        features: Row x feature.
        answers: One a row.
        trees: How many.
        rate: How much of each tree's answer is taken.
        loss: What is made small.
    """
    model = HistGradientBoostingRegressor(
        loss=loss,
        learning_rate=rate,
        max_iter=trees,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=SMALLEST_LEAF,
        l2_regularization=PENALTY,
        max_features=FEATURES_TRIED,
        early_stopping=False,  # pyright: ignore[reportArgumentType]
        random_state=1,
    )
    # So few rows gain nothing from threads, which on a busy machine wait for one another.
    with threadpool_limits(limits=1, user_api="openmp"):
        model.fit(features, answers)
    roots, parts, size = [], [], 0
    for (predictor,) in model._predictors:  # pyright: ignore[reportAttributeAccessIssue]
        nodes = predictor.nodes
        own = np.arange(len(nodes)) + size
        leaf = nodes["is_leaf"].astype(bool)
        parts.append(
            (
                np.where(leaf, 0, nodes["feature_idx"]),
                np.where(leaf, 0.0, nodes["num_threshold"]),
                np.where(leaf, own, nodes["left"] + size),
                np.where(leaf, own, nodes["right"] + size),
                np.where(leaf, nodes["value"], 0.0),
            )
        )
        roots.append(size)
        size += len(nodes)
    feature, threshold, left, right, value = (
        np.concatenate(arrays) for arrays in zip(*parts, strict=True)
    )
    return Trees(
        start=float(np.ravel(model._baseline_prediction)[0]),  # pyright: ignore[reportAttributeAccessIssue]
        roots=np.array(roots, dtype=np.int64),
        feature=feature.astype(np.int64),
        # Upwards, as a threshold may be one of the values learned from.
        threshold=np.ceil(threshold.astype(float) * 10**DIGITS) / 10**DIGITS,
        left=left.astype(np.int64),
        right=right.astype(np.int64),
        value=value.astype(float),
    )
