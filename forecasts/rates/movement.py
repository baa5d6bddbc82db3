"""Movement: the fewest changes of setting, or of need, that explain how they change with age.

Published tables show how many plans each setting has at each age, not who moved. Given those who
stay on and those who join, a setting with more plans than its share at the next age must lose
some and one with fewer must gain. The smallest such movement is used, so turnover that cancels out
is left out.
"""

import numpy as np
from numpy.typing import NDArray

from forecasts.panel import Floats
from forecasts.rates.defaults import AGES
from forecasts.wide import OLDEST

# Ages at 31 August for which a setting takes young people (domain handbook 8.1 and 8.3): early
# years settings to 4, schools to 19, colleges and NEET from 16. Others at any age.
EARLY_YEARS = ("EYP",)
SCHOOLS = (
    "MSLA", "MSAC", "MSIN", "SUPB", "RP", "SENU", "SPLA", "SPAC", "SPNM", "SPIN", "AP", "HOSP",
)  # fmt: skip
FROM_16 = ("FE", "FE6", "SPI", "NEET")
EARLY_YEARS_END, SCHOOL_START, SCHOOL_END, COLLEGE_START = 4, 2, 19, 16
NEEDS_SETTLE_BY = 15
# A failure of the return, not a place: nobody moves into it.
NOT_RECORDED = ("UNK",)
NEED_NOT_RECORDED = "UNKNOWN"


def allowed(settings: tuple[str, ...]) -> NDArray[np.bool_]:
    """Return which settings take which ages, age x setting."""
    ages = np.arange(AGES)[:, None]
    names = np.array(settings)
    return (
        (~np.isin(names, EARLY_YEARS) | (ages <= EARLY_YEARS_END))
        & (~np.isin(names, SCHOOLS) | ((ages >= SCHOOL_START) & (ages <= SCHOOL_END)))
        & (~np.isin(names, FROM_16) | (ages >= COLLEGE_START))
    )


def smallest_moves(
    stock: Floats,
    leave: Floats,
    change_need: Floats,
    joiners: Floats,
    can_go: NDArray[np.bool_],
    never_entered: NDArray[np.bool_] | None = None,
    after: Floats | None = None,
) -> Floats:
    """Return chances of moving from each setting to each as a young person gets a year older.

    Worked out need by need, so that each need keeps its own pattern of settings from age to age.

    Args:
        stock: Plans by age, need and setting, 26 x N x S; of a setting only its share within age
            and need matters for the target.
        leave: Chance of leaving within the year, 26 x S.
        change_need: Chance of each recorded need a year on, 26 x N x N.
        joiners: Joiners by age, need and setting, 26 x N x S.
        can_go: Which settings take which ages, 26 x S.
        never_entered: Settings that nobody moves into, S. Those who would have go to the others
            that are short, and stay where none is. Moving out of them is as it would be.
        after: Plans a year later, as `stock`; those of `stock` if None. Where shares of settings
            change over the years, one January alone shows moves that cohorts do not make.

    Returns:
        Age x need x from x to (26 x N x S x S), rows summing to 1: the setting at age + 1 of one
        who stays. At 25 nobody moves, for nobody stays.
    """
    _, kinds, count = stock.shape
    later = stock if after is None else after
    moves = np.broadcast_to(np.eye(count), (AGES, kinds, count, count)).copy()
    # One placed early, such as a 15-year-old in college, may stay: only a setting's end is forced.
    begun = np.logical_or.accumulate(can_go, axis=0)
    entered = np.ones(count, dtype=bool) if never_entered is None else ~never_entered
    for age in range(OLDEST):
        staying = change_need[age].T @ (stock[age] * (1.0 - leave[age]))
        for need in range(kinds):
            shares = later[age + 1, need] * can_go[age + 1]
            if shares.sum() <= 0:
                shares = can_go[age + 1].astype(float)
            shares = shares / shares.sum()
            moves[age, need] = _moves(
                staying[need], joiners[age + 1, need], shares, begun[age + 1], entered
            )
    return moves


def smallest_recoding(
    stock: Floats,
    leave: Floats,
    joiners: Floats,
    not_a_need: NDArray[np.bool_] | None = None,
) -> Floats:
    """Return chances that the recorded need changes as a young person gets a year older.

    Needs recorded first, such as speech and language, give way to others in school years. A need
    is *provisional* if over those ages it loses more than it gains; only provisional needs change,
    and only into settled ones, so that a lever on joiners of a settled need touches no other.

    Args:
        stock: Plans by age and need, 26 x N; only shares within an age matter.
        leave: Chance of leaving by age.
        joiners: Joiners by age and need, 26 x N.
        not_a_need: Needs that nobody changes into, such as a need not recorded, N.

    Returns:
        Age x from x to (26 x N x N), rows summing to 1.
    """
    count = stock.shape[1]
    changes = np.repeat(np.eye(count)[None], AGES, axis=0)
    ages = np.arange(NEEDS_SETTLE_BY)
    staying = stock[ages] * (1.0 - leave[ages])[:, None]
    mixed = staying + joiners[ages + 1]
    sums = np.maximum(stock[ages + 1].sum(axis=1, keepdims=True), 1e-9)
    gain = stock[ages + 1] / sums * mixed.sum(axis=1, keepdims=True) - mixed
    provisional = gain.sum(axis=0) < 0
    if not_a_need is not None:
        provisional |= not_a_need
    for age in ages:
        lost = np.where(provisional, np.clip(-gain[age], 0.0, staying[age]), 0.0)
        gained = np.where(provisional, 0.0, np.maximum(gain[age], 0.0))
        if gained.sum() <= 0:
            continue
        lost *= min(1.0, gained.sum() / max(lost.sum(), 1e-9))
        out = np.divide(lost, staying[age], out=np.zeros(count), where=staying[age] > 0)
        changes[age] = np.outer(out, gained / gained.sum()) + np.diag(1.0 - out)
    return changes


def _moves(
    staying: Floats,
    joining: Floats,
    shares: Floats,
    begun: NDArray[np.bool_],
    entered: NDArray[np.bool_],
) -> Floats:
    moving = np.where(begun, staying, 0.0)
    target = shares * (moving.sum() + joining.sum())
    surplus = np.clip(moving + joining - target, 0.0, moving)
    surplus = np.where(shares > 0, surplus, moving)
    short = np.maximum(target - joining - (moving - surplus), 0.0)
    short = np.where((shares > 0) & entered, short, 0.0)
    if short.sum() <= 0:
        surplus = np.where(shares > 0, 0.0, surplus)
        short = shares * entered
    where = short / short.sum()
    must_leave = begun & (shares <= 0)
    out = np.divide(surplus, staying, out=must_leave.astype(float), where=staying > 0)
    return np.outer(out, where) + np.diag(1.0 - out)
