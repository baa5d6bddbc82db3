"""What the gap costs each financial year: met by new local places, or bought as independent ones.

A shortage at a January census lasts for its academic year. The financial year from April takes 5/12
of that academic year (April to August) and 7/12 of the next (September to March).
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from sufficiency.contracts import GapCosts, checked, empty
from sufficiency.costs.prices import (
    APRIL_TO_AUGUST,
    DRAWS,
    JOURNEYS_A_YEAR,
    SEPTEMBER_TO_MARCH,
    financial_year,
    price,
    price_draws,
)
from sufficiency.gaps.cube import Cube
from sufficiency.gaps.offer import Supply
from sufficiency.gaps.shortage import shortage_paths
from sufficiency.terms import ALL, codes, table

LOCAL, INDEPENDENT, DIFFERENCE = "local", "independent", "difference"
BOUGHT_AS = {"post16": "post16"}
"""What is bought where places of a provision are short: else an independent special school."""
CAPITAL = "capital"
NEEDED = {LOCAL: ("place_funding", "top_up"), INDEPENDENT: ("fee",)}
SHORT = 1e-9


def gap_costs(
    cubes: Iterable[Cube],
    places: pd.DataFrame,
    costs: pd.DataFrame,
    base_year: int,
    seed: int,
    journeys: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return what the shortage of each provision costs, by financial year and way of meeting it.

    Args:
        cubes: Paths counted into cells; the first scenario is costed, as placements would fall.
        places: Places table.
        costs: Costs table.
        base_year: January census year; the first financial year starts in its April.
        seed: Seed of the draws of prices.
        journeys: Journeys table, for the mean distance to each provision; without it, or where a
            provision has none, transport is left out of both ways.

    Returns:
        GapCosts: rows for provisions that are short in a path, with places pooled over the
        authority (`gaps.shortage_paths`). Local places cost place funding, top-up and transport;
        independent ones a fee (of independent special schools; for specialist post-16 institutions
        one of their own) and transport. ALL is the sum of that revenue, and difference is
        independent less local, path by path. Capital is apart: pounds in the year in which places
        beyond any before are first short, `places_mean` how many. The mean takes central prices
        and adds up; p10 and p90 are over paths and draws of prices together. Where place funding,
        top-up or the fee is not known there is no ALL and no difference, and where capital is not
        known no capital: they are not 0. Nor is there a row for a financial year with a January at
        which the places are not known.
    """
    cube = next(iter(cubes), None)
    if cube is None:
        return empty(GapCosts)
    short = shortage_paths(cube, Supply(places, cube.years), "placements")
    first = cube.years.index(base_year)
    short = short[:, first:]
    rows = []
    for at, provision in enumerate(codes("provisions")):
        of_path = short[:, :, at]
        if table("provisions").set_index("provision").at[provision, "capacity_gap"] == "no":
            continue
        if not (of_path > SHORT).any():
            continue
        ways = _prices(costs, provision, seed, journeys)
        for year in range(of_path.shape[1] - 1):
            if np.isnan(of_path[:, year : year + 2]).any():
                continue
            counted = _year(ways, of_path, year)
            named = {"financial_year": financial_year(base_year + year), "provision": provision}
            rows += [{**named, **row} for row in counted]
    if not rows:
        return empty(GapCosts)
    return checked(GapCosts, pd.DataFrame(rows), "gap_costs")


def _prices(
    costs: pd.DataFrame, provision: str, seed: int, journeys: pd.DataFrame | None
) -> dict[str, dict[str, tuple[float, np.ndarray]]]:
    """Return way -> item -> pounds a place and year: central and draws; items not known left out.

    Transport is left out of both ways unless it is known for both, so that they compare.
    """
    wanted = {
        LOCAL: ((*NEEDED[LOCAL], CAPITAL), provision),
        INDEPENDENT: (NEEDED[INDEPENDENT], BOUGHT_AS.get(provision, "independent_special")),
    }
    ways: dict[str, dict[str, tuple[float, np.ndarray]]] = {}
    for way, (items, of) in wanted.items():
        rows = {item: price(costs, item, of) for item in items}
        ways[way] = {
            item: (float(row["value"]), price_draws(row, seed))
            for item, row in rows.items()
            if row is not None
        }
    km = {way: _mean_km(journeys, of) for way, (_, of) in wanted.items()}
    rate = {way: price(costs, "transport", of) for way, (_, of) in wanted.items()}
    if not np.isnan(list(km.values())).any():
        for way, row in rate.items():
            if row is not None and all(other is not None for other in rate.values()):
                a_year = km[way] * JOURNEYS_A_YEAR
                drawn = price_draws(row, seed) * a_year
                ways[way]["transport"] = (float(row["value"]) * a_year, drawn)
    return ways


def _mean_km(journeys: pd.DataFrame | None, provision: str) -> float:
    """Return the mean one-way distance of day pupils to a provision, missing if not known."""
    if journeys is None:
        return np.nan
    rows = journeys[journeys["provision"].eq(provision) & journeys["km"].notna()]
    rows = rows[~rows["residential"].isin(["yes", "52_weeks"])]
    if rows.empty:
        return np.nan
    return float(np.average(rows["km"], weights=rows["children"]))


def _year(
    ways: dict[str, dict[str, tuple[float, np.ndarray]]], short: np.ndarray, year: int
) -> list[dict]:
    """Return the rows of one provision and financial year, which starts in April after a census."""
    places = APRIL_TO_AUGUST * short[:, year] + SEPTEMBER_TO_MARCH * short[:, year + 1]
    peak = np.fmax.accumulate(short, axis=1)
    first = peak[:, year + 1] if year == 0 else peak[:, year + 1] - peak[:, year]
    rows: list[dict] = []
    sums: dict[str, tuple[float, np.ndarray]] = {}
    for way, items in ways.items():
        revenue = {item: each for item, each in items.items() if item != CAPITAL}
        if set(revenue) == {"transport"}:
            revenue = {}
        rows += [_row(way, item, places, *each) for item, each in revenue.items()]
        if all(item in revenue for item in NEEDED[way]):
            central = sum(each[0] for each in revenue.values())
            drawn = np.sum([each[1] for each in revenue.values()], axis=0)
            sums[way] = central, drawn
            rows.append(_row(way, ALL, places, central, drawn))
        if CAPITAL in items:
            rows.append(_row(way, CAPITAL, first, *items[CAPITAL]))
    if len(sums) == len(NEEDED):
        central, drawn = (sums[INDEPENDENT][n] - sums[LOCAL][n] for n in (0, 1))
        rows.append(_row(DIFFERENCE, ALL, places, float(central), np.asarray(drawn)))
    return rows


def _row(
    way: str, item: str, places: np.ndarray, central: float, drawn: np.ndarray
) -> dict[str, object]:
    """Return one row: pounds a place times places, over every path with its share of the draws."""
    repeats = -(-DRAWS // len(places))
    paths = np.tile(places, repeats)
    pounds = paths * np.resize(drawn, len(paths))
    low, high = np.quantile(pounds, [0.1, 0.9])
    mean = float(places.mean())
    return {
        "met_by": way,
        "item": item,
        "places_mean": mean,
        "mean": mean * central,
        "p10": low,
        "p90": high,
    }
