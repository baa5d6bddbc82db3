"""Recoding by linked years: which recorded needs give way to which.

Changes that cancel out are left out, and only provisional needs change, into settled ones, as by
published tables (`movement.smallest_recoding`): the mix of needs is the same, and more joiners of
a settled need leave every other need alone.
"""

import numpy as np

from forecasts.panel import Floats
from forecasts.rates.defaults import AGES
from forecasts.rates.linked import Steps
from forecasts.rates.movement import NEED_NOT_RECORDED
from forecasts.rates.profiles import needs, rows_to_one
from forecasts.rates.shrinkage import shrunk_chances, shrunk_counts, stepped_chance

LEAST, MOST = 1e-3, 0.98
# Ages at the start of a step within which changes of need are taken to be alike.
SPANS = ((0, 4), (5, 10), (11, 15), (16, 25))


def linked_recoding(change_need: Floats, steps: Steps) -> Floats:
    """Return chances of each recorded need a year on, age x from x to; rows sum to 1.

    A need is provisional if it is by published tables and own plans of it do not gain by changes;
    a need that was not recorded always is.

    Args:
        change_need: Chances by published tables, 26 x N x N.
        steps: Counts of linked years.
    """
    same = np.eye(len(needs()))
    flows = steps.mean(steps.changed)
    net = np.maximum(flows - flows.transpose(0, 2, 1), 0.0)
    gain = (flows.sum(axis=0) - flows.sum(axis=0).T).sum(axis=0)
    published = (change_need * (1.0 - same)).sum(axis=2)
    provisional = (published.sum(axis=0) > 0) & (gain <= 0)
    provisional[needs().index(NEED_NOT_RECORDED)] = True
    net = np.where(provisional[:, None] & ~provisional[None], net, 0.0)
    held = flows.sum(axis=2)
    kinds = len(needs())
    span = np.searchsorted([last for _, last in SPANS], np.arange(AGES))
    cell = np.where(provisional, span[:, None] * kinds + np.arange(kinds), -1)
    seen = held * provisional
    out = np.where(published > 0, np.clip(published, LEAST, MOST), 0.0) * provisional
    out = np.where(provisional & (held > 0), np.maximum(out, LEAST), out)
    came = np.minimum(net.sum(axis=2), seen)
    found = shrunk_chances(
        came.ravel(), seen.ravel(), out.ravel(), cell.ravel(), len(SPANS) * kinds
    )
    out = np.where(provisional, stepped_chance(out, found.step[np.maximum(cell, 0)]), 0.0)
    # A settled need that England's changes never lead to may still be changed into here.
    share = np.where(provisional, 0.0, flows.sum(axis=(0, 1)))
    to = change_need * (1.0 - same) * ~provisional + LEAST * share / max(share.sum(), 1.0)
    to = rows_to_one(np.where(provisional[:, None], to, 0.0))
    pairs = (net.sum(axis=2, keepdims=True) * to).sum(axis=0)
    step = shrunk_counts(net.sum(axis=0).ravel(), pairs.ravel()).step.reshape(kinds, kinds)
    to = rows_to_one(to * np.exp(step))
    out = np.where(to.sum(axis=2) > 0, out, 0.0)
    return out[..., None] * to + (1.0 - out)[..., None] * same
