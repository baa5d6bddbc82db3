"""Rates by published tables: who leaves, joins and moves, by age, need and setting.

England's published tables give the profiles; the authority's own tables shift them, shrunk so that
small numbers count for little. Levels are set later: the simulation solves factors that bring each
path to its target, so what matters here is who and where, not how many.
"""

import numpy as np
import pandas as pd

from forecasts.panel import Floats
from forecasts.rates.certainty import published_certainty
from forecasts.rates.england import MOST_LEAVE, NO_FLOOR, SMOOTHING, england
from forecasts.rates.joiners import NEED_WEIGHT, OWN_YEARS, own_joiners, own_new_needs
from forecasts.rates.model import Rates
from forecasts.rates.movement import NOT_RECORDED, allowed, smallest_moves
from forecasts.rates.placement import by_need, own_pattern, told, without_lost_records
from forecasts.rates.profiles import (
    by_age,
    by_age_and,
    needs,
    own_to_expected,
    rows_of,
    settings,
    shares,
)
from forecasts.rates.recording import needs_held, own_recoding
from forecasts.wide import OLDEST
from sufficiency.errors import SufficiencyError

LEAVER_WEIGHT = 400.0


def published_rates(
    stock: pd.DataFrame,
    flows: pd.DataFrame,
    authority: str,
    base_year: int,
    annotated_years: tuple[int, ...] = (),
) -> Rates:
    """Return the rates of one authority from published tables.

    Args:
        stock: `PublishedStock`, with national rows; later years than the base are ignored.
        flows: `PublishedFlows`, with national rows; flows of calendar years before the base.
        authority: Three-digit DfE code.
        base_year: January census year the simulation starts from.
        annotated_years: January census years whose own flows (those of the calendar year before)
            are unusual, and are left out; England's alone are used where none remains.

    Raises:
        SufficiencyError: The authority has no published total at the base census.
    """
    stock, flows = stock[stock["year"] <= base_year], flows[flows["year"] <= base_year]
    own_total = _own_total(stock, authority, base_year)
    country = england(stock, flows, base_year)
    notes = list(country.notes)
    usual = _without_years(flows, authority, base_year, annotated_years, notes)
    join = own_joiners(country, stock, usual, authority, own_total, notes)
    leave = _shifted_leave(country.leave, stock, usual, authority, base_year, notes)
    change_need = own_recoding(country, stock, authority, base_year, notes)
    can_go = allowed(settings())
    use, affinity = own_pattern(stock, country, authority, base_year, notes)
    placed = shares(country.by_setting * use * can_go, can_go.astype(float), NO_FLOOR)
    placed_before = shares(country.setting_before * use * can_go, placed, NO_FLOOR)
    join_setting = placed
    if country.new_by_setting is not None:
        join_setting = shares(country.new_by_setting * use * can_go, placed, SMOOTHING)
    held = needs_held(country, stock, authority, base_year, own_total)
    move = smallest_moves(
        held[:, :, None] * by_need(placed_before, affinity),
        country.leave,
        change_need,
        join[:, :, None] * by_need(join_setting, affinity),
        can_go,
        np.isin(settings(), NOT_RECORDED),
        held[:, :, None] * by_need(placed, affinity),
    )
    return Rates(
        needs=needs(),
        settings=settings(),
        leave=leave,
        join=join,
        join_setting=without_lost_records(join_setting, stock, authority, base_year),
        move=move,
        change_need=change_need,
        affinity=affinity,
        notes=tuple(notes),
        certainty=published_certainty(own_new_needs(usual, authority), NEED_WEIGHT),
    )


def _without_years(
    flows: pd.DataFrame,
    authority: str,
    base_year: int,
    annotated_years: tuple[int, ...],
    notes: list[str],
) -> pd.DataFrame:
    """Return flows without the authority's own of the years that are known to be unusual."""
    recent = range(base_year - OWN_YEARS + 1, base_year + 1)
    left_out = [year for year in recent if year in annotated_years]
    if not left_out:
        return flows
    calendar = ", ".join(str(year - 1) for year in left_out)
    notes.append(f"The authority's own flows of calendar {calendar} are left out, as set.")
    return flows[(flows["authority"] != authority) | ~flows["year"].isin(left_out)]


def _own_total(stock: pd.DataFrame, authority: str, base_year: int) -> float:
    rows = rows_of(stock, authority, "total")
    total = rows.loc[rows["year"] == base_year, "value"].sum()
    if total <= 0:
        raise SufficiencyError(
            f"Authority {authority} has no published number of plans for January {base_year}. "
            "Load the EHC plans release that has it, or choose an earlier base census."
        )
    return float(total)


def _shifted_leave(
    leave: Floats,
    stock: pd.DataFrame,
    flows: pd.DataFrame,
    authority: str,
    base_year: int,
    notes: list[str],
) -> Floats:
    """Scale leaving by the authority's own ceased plans against those expected, shrunk."""
    rows = rows_of(flows, authority, "total", "ceased_plans")
    ceased = rows.loc[rows["year"] == base_year, "value"].sum()
    earlier = by_age(rows_of(stock, authority, "age"), base_year - 1)
    if ceased <= 0 or earlier is None:
        notes.append(told("Chances of leaving by age and setting", None, "", 0.0))
        return leave
    notes.append(
        told(
            "Chances of leaving by age and setting",
            earlier,
            f"number of plans ceased in calendar {base_year - 1}",
            LEAVER_WEIGHT,
        )
    )
    placed = by_age_and(rows_of(stock, authority, "age_setting"), base_year - 1, settings(), "key")
    if placed is None:
        placed = earlier[:, None] / leave.shape[1] * np.ones_like(leave)
    expected = float((placed * leave).sum())
    scale = own_to_expected(np.array(float(ceased)), np.array(expected), LEAVER_WEIGHT)
    shifted = np.clip(leave * scale, 0.0, MOST_LEAVE)
    shifted[OLDEST] = 1.0
    return shifted
