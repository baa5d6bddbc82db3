"""Flows of every made-up authority: requests, assessments, new plans, plans that ceased."""

from dataclasses import dataclass

import numpy as np

from sufficiency.demo import layouts, proportions, westmere
from sufficiency.demo.authorities import YEARS, Panel
from sufficiency.demo.outcomes import FLOW_YEARS, NAMES, outcomes, varied
from sufficiency.demo.sharing import fit, generator, whole, whole_rows
from sufficiency.demo.stock import Stock, lean

NEW_PLAN_YEARS = tuple(range(2009, 2025))
DAMPED = 0.5


@dataclass(frozen=True)
class Flows:
    """Flows by calendar year, whole numbers, authorities in the panel's order.

    Attributes:
        totals: New plans: authority x `NEW_PLAN_YEARS`.
        new: Calendar year to authority x placement x age, 2022 to 2024.
        new_needs: 2024: authority x placement x age x need; sums to `new[2024]`.
        new_columns: Calendar year to authority x (placements + two of 2022), 2019 to 2024.
        ceased: Calendar year to authority x placement x age x reason, 2022 to 2024.
        outcomes: File name to calendar year to authority x age x column, 2019 to 2024.
    """

    totals: np.ndarray
    new: dict[int, np.ndarray]
    new_needs: np.ndarray
    new_columns: dict[int, np.ndarray]
    ceased: dict[int, np.ndarray]
    outcomes: dict[str, dict[int, np.ndarray]]


def flows(panel: Panel, stock: Stock, seed: int) -> Flows:
    """Return every flow table of the panel."""
    rng = generator(seed, "flows")
    totals = _new_plan_totals(panel, rng)
    needs = _new_needs(stock, totals[:, NEW_PLAN_YEARS.index(2024)], rng)
    new = {2024: needs.sum(axis=3)}
    for year in (2023, 2022):
        new[year] = _new_by_age(stock, year, totals[:, NEW_PLAN_YEARS.index(year)], rng)
    columns = {year: _new_columns(stock, year, totals, new.get(year), rng) for year in FLOW_YEARS}
    ceased = {year: _ceased(panel, stock, year, rng) for year in (2022, 2023, 2024)}
    decided = {
        name: {
            year: outcomes(name, year, totals[:, NEW_PLAN_YEARS.index(year)], rng)
            for year in FLOW_YEARS
        }
        for name in NAMES
    }
    return Flows(totals, new, needs, columns, ceased, decided)


def _new_plan_totals(panel: Panel, rng: np.random.Generator) -> np.ndarray:
    """New plans follow the stock, and lead its growth: part of next January's surprise is here."""
    rate = proportions.rates("new_plans", NEW_PLAN_YEARS)
    stock_at_start = np.concatenate([panel.totals[:, :1], panel.totals[:, :-1]], axis=1)
    noise = np.exp(rng.normal(0.0, 0.1, stock_at_start.shape))
    expected = stock_at_start * (rate * noise + 0.6 * panel.surprise)
    made = np.rint(np.maximum(expected, 0.02 * stock_at_start)).astype(np.int64)
    for year in FLOW_YEARS:
        made[-1, NEW_PLAN_YEARS.index(year)] = varied("new_plans", year, rng)
    return made


def _new_needs(stock: Stock, totals: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    nation = proportions.new_plans_table()
    columns = stock.columns[2025][:, : nation.shape[0]]
    factors = lean(columns) ** DAMPED
    made = []
    for n, total in enumerate(totals):
        cells = nation * rng.gamma(20.0, 1 / 20.0, nation.shape) * factors[n][:, None, None]
        cells *= np.exp(rng.normal(0.0, 0.2, nation.shape[2]))
        if n == len(totals) - 1:
            known = [
                westmere.NEW_PLAN_NEEDS.get(c.removeprefix("number_").upper(), np.nan)
                for c in layouts.needs()
            ]
            cells = fit(cells / cells.sum(), [((2,), np.array(known))], rounds=5)
        made.append(whole(cells, int(total), rng))
    return np.stack(made)


def _new_by_age(
    stock: Stock, year: int, totals: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    nation = proportions.new_plans_by_age(year)
    factors = lean(stock.columns[2025][:, : len(nation)]) ** DAMPED
    made = [
        whole(nation * factor[:, None] * rng.gamma(20.0, 1 / 20.0, nation.shape), int(t), rng)
        for factor, t in zip(factors, totals, strict=True)
    ]
    return np.stack(made)


def _new_columns(
    stock: Stock,
    year: int,
    totals: np.ndarray,
    by_age: np.ndarray | None,
    rng: np.random.Generator,
) -> np.ndarray:
    if by_age is not None:
        columns = by_age.sum(axis=2)
        return np.concatenate([columns, np.zeros((len(columns), 2), dtype=np.int64)], axis=1)
    nation = proportions.settings("new", year)
    factors = lean(stock.columns[2025]) ** DAMPED
    return whole_rows(nation * factors, totals[:, NEW_PLAN_YEARS.index(year)], rng)


def _ceased(panel: Panel, stock: Stock, year: int, rng: np.random.Generator) -> np.ndarray:
    age_reason = proportions.ceased_by_age()
    placed = proportions.settings("ceased", 2024)[: len(layouts.placements())]
    placed = placed * age_reason.sum() / placed.sum()
    rate = float(proportions.rates("ceased_plans", (year,))[0])
    factors = lean(stock.columns[2025]) ** DAMPED
    made = []
    for n in range(len(panel.totals)):
        start = _ceased_start(stock.before[n])
        cells = fit(start, [((1, 2), age_reason), ((0,), placed)], rounds=15)
        cells *= factors[n][: len(placed), None, None]
        total = panel.totals[n, YEARS.index(year)] * rate * np.exp(rng.normal(0.0, 0.15))
        if n == len(panel.totals) - 1:
            total = varied("ceased_plans", year, rng)
        made.append(whole(cells * rng.gamma(20.0, 1 / 20.0, cells.shape), round(total), rng))
    return np.stack(made)


def _ceased_start(plans: np.ndarray) -> np.ndarray:
    """Weights placement x age x reason from plans held, ages in the ceased file's classes."""
    ages = np.concatenate([plans[:, :18], plans[:, 18:].sum(axis=1, keepdims=True)], axis=1)
    ages = np.concatenate([ages, ages.sum(axis=1, keepdims=True) / 20], axis=1) + 0.05
    return np.repeat(ages[:, :, None], len(layouts.reasons()), axis=2)
