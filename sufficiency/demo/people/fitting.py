"""Fitting what the signature leaves open: the first stock, who joins, and who moves where.

Expected plans of every January are linear in the first stock and in the joiners, and moves share
them out, so expectation maximisation for Poisson counts (multiplicative, never negative) brings
the six Januaries to the signature at fixed chances of leaving.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from sufficiency.demo import layouts, proportions, westmere
from sufficiency.demo.authorities import WESTMERE_PLANS
from sufficiency.demo.people import rates
from sufficiency.demo.people.rates import AGES, BASE_PLACES, NEEDS, YEARS
from sufficiency.demo.sharing import fit

ROUNDS, MOVE_ROUNDS = 150, 80
WEIGHT_OF_2025 = 25.0
EVEN = {"nm_early_years": 43.0, "neet_other_csa": 32.0, "other_arrangements_la": 290.0,
        "neet": 123.0, "specialist_post_16_institutions": 190.0}  # fmt: skip
"""Plans of January 2025 in states whose share is the same in every January."""
FEWER = {2: 0.92, 3: 0.92, 4: 0.95}
"""Factors on the youngest, whom joiners at constant shares would make too many."""
PRIMARY = slice(AGES.index(4), AGES.index(11))


@dataclass(frozen=True)
class Fitted:
    """Rates in full, axes age x state x need unless said; ages are `rates.AGES`.

    Attributes:
        first: Expected plans in January 2020.
        joining: Share of a year's joiners.
        moves: Chance of state after, age at the end x state before x state after.
        leave_factor: Calendar year to the factor on `rates.leaving`.
        joiners: Calendar year to expected joiners, transfers in included.
    """

    first: np.ndarray
    joining: np.ndarray
    moves: np.ndarray
    leave_factor: dict[int, float]
    joiners: dict[int, float]


@cache
def fitted() -> Fitted:
    """Return the fitted rates; the same always, for they depend on no seed."""
    targets = [_target(year) for year in YEARS]
    leaving, change = rates.leaving(), rates.need_change()
    first, moves = targets[0].copy(), rates.first_moves(targets[-1].sum(axis=2))
    joining = rates.allowed()[:, :, None] * targets[-1]
    joining[AGES.index(19) :] *= 0.02
    joining /= joining.sum()
    factor = dict.fromkeys(YEARS[:-1], 1.0)
    joiners = dict.fromkeys(YEARS[:-1], 500.0)
    for turn in range(ROUNDS):
        stocks = [first]
        for year in YEARS[:-1]:
            factor[year] = _factor(stocks[-1], leaving, year)
            kept = _kept(stocks[-1], rates.with_factor(leaving, factor[year]))
            joiners[year] = WESTMERE_PLANS[year + 1] - kept.sum()
            placed = np.einsum("asn,ast->atn", kept, moves)
            stocks.append(placed @ change + joiners[year] * joining)
        weight = [1.0] * (len(YEARS) - 1) + [WEIGHT_OF_2025]
        ratio = [
            w * (np.divide(t, e, out=np.ones_like(t), where=e > 1e-12) - 1)
            for w, t, e in zip(weight, targets, stocks, strict=True)
        ]
        back, reach = ratio[-1], np.full_like(first, weight[-1])
        up = np.zeros_like(joining)
        most = np.zeros_like(joining)
        turned = np.zeros_like(moves)
        passed = np.zeros_like(moves)
        for n in range(len(YEARS) - 2, -1, -1):
            year = YEARS[n]
            up += joiners[year] * back
            most += joiners[year] * reach
            lose = rates.with_factor(leaving, factor[year])
            kept = _kept(stocks[n], lose)
            seen, weighed = back @ change.T, reach @ change.T
            turned += np.einsum("asn,atn->ast", kept, seen)
            passed += np.einsum("asn,atn->ast", kept, weighed)
            back = ratio[n] + _before(seen, moves, lose)
            reach = weight[n] + _before(weighed, moves, lose)
        first = _scaled(first * np.maximum(1 + back / reach, 0.2), WESTMERE_PLANS[YEARS[0]])
        joining = _scaled(joining * np.maximum(1 + up / np.maximum(most, 1e-12), 0.2), 1.0)
        if turn < MOVE_ROUNDS:
            moves = moves * np.maximum(1 + turned / np.maximum(passed, 1e-12), 0.3)
            total = moves.sum(axis=2, keepdims=True)
            moves = np.divide(moves, total, out=np.zeros_like(moves), where=total > 0)
    return Fitted(first, joining, moves, factor, joiners)


def _scaled(table: np.ndarray, total: float) -> np.ndarray:
    return table * (total / table.sum())


def _kept(stock: np.ndarray, leaving: np.ndarray) -> np.ndarray:
    """Return plans kept, at the age and in the state before that the year ends with."""
    made = np.zeros_like(stock)
    made[1:] = stock[:-1] * (1 - leaving[1:, :, None])
    return made


def _before(value: np.ndarray, moves: np.ndarray, leaving: np.ndarray) -> np.ndarray:
    """Return what a plan a year before is worth, given what each is worth after (the adjoint)."""
    after = np.einsum("atn,ast->asn", value, moves) * (1 - leaving[:, :, None])
    made = np.zeros_like(value)
    made[:-1] = after[1:]
    return made


def _factor(stock: np.ndarray, leaving: np.ndarray, year: int) -> float:
    """Return the factor that makes as many plans cease as the year is known for."""
    low, high = 0.0, 3.0
    for _ in range(40):
        middle = (low + high) / 2
        lost = stock.sum() - _kept(stock, rates.with_factor(leaving, middle)).sum()
        low, high = (middle, high) if lost < rates.CEASED[year] else (low, middle)
    return (low + high) / 2


def _target(year: int) -> np.ndarray:
    """Return expected plans of a January, age x state x need, with the signature.

    Westmere's own table is cut to what a clean return can hold: ages that each kind of place
    takes, every need and place recorded. Needs and ages of years before 2025 are those of 2025.
    """
    columns = layouts.placements()
    at = [columns.index(c) for c in rates.states()["column"]]
    needs = [layouts.needs().index(f"number_{n.lower()}") for n in NEEDS]
    full = westmere.stock_table(proportions.stock_table())
    table = np.moveaxis(full[np.ix_(at, range(len(AGES)), needs)], 0, 1)
    ages, by_need = table.sum(axis=(1, 2)), table.sum(axis=(0, 1))
    ages *= [FEWER.get(age, 1.0) for age in AGES]
    ages, by_need = ages / ages.sum(), by_need / by_need.sum()
    placed = westmere.placements(year)[at]
    names = list(rates.states()["column"])
    for column, plans in EVEN.items():
        placed[names.index(column)] = plans * WESTMERE_PLANS[year] / WESTMERE_PLANS[YEARS[-1]]
    for base, places in BASE_PLACES.items():
        placed[names.index(base)] = sum(places)
    placed = np.maximum(placed, 1.0)
    total = WESTMERE_PLANS[year]
    table = (table + 1e-6) * rates.allowed()[:, :, None]
    special = rates.states()["group"].isin(["special", "independent"]).to_numpy()
    own = np.array([westmere.SPECIAL_SHARE.get(a, np.nan) for a in AGES]) if year == 2025 else None
    known = np.full((len(names), len(NEEDS)), np.nan)
    for column, counts in westmere.SPECIAL_NEEDS.items():
        for need, plans in counts.items():
            known[names.index(column), NEEDS.index(need)] = (
                plans
                * placed[names.index(column)]
                / westmere.placements(2025)[columns.index(column)]
            )
    margins = [
        ((2,), by_need * total),
        ((1, 2), known),
        ((0,), ages * total),
        ((1,), placed * total / placed.sum()),
    ]
    for _ in range(60):
        table = fit(table, margins, rounds=1)
        for base, (young, old) in BASE_PLACES.items():
            n = names.index(base)
            inside = np.zeros(len(AGES), dtype=bool)
            inside[PRIMARY] = True
            table[inside, n] *= young / table[inside, n].sum()
            table[~inside, n] *= old / table[~inside, n].sum()
        if own is not None:
            table = _with_special_share(table, special, own)
    return _scaled(table, total)


def _with_special_share(table: np.ndarray, special: np.ndarray, share: np.ndarray) -> np.ndarray:
    made = table.copy()
    for row in np.flatnonzero(~np.isnan(share)):
        inside, every = made[row][special].sum(), made[row].sum()
        made[row, special] *= share[row] * every / inside
        made[row, ~special] *= (1 - share[row]) * every / (every - inside)
    return made
