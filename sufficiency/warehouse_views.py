"""Views of the warehouse: the questions planners ask most, one a view."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

Tables = Mapping[str, sa.Table]


@dataclass(frozen=True)
class View:
    """A view and the question it answers.

    Attributes:
        name: Name of the view.
        question: The question, in a planner's words.
        tables: Tables it reads; the view is made only where all are there.
        select: Tables by name -> the query.
    """

    name: str
    question: str
    tables: frozenset[str]
    select: Callable[[Tables], sa.Select]


def _shortage(tables: Tables) -> sa.Select:
    balance, names = tables["provision_balance"], tables["term_provisions"]
    return sa.select(
        balance.c.scenario,
        balance.c.view,
        balance.c.provision,
        names.c.name.label("provision_name"),
        balance.c.year,
        balance.c.demand_mean,
        balance.c.demand_p10,
        balance.c.demand_p90,
        balance.c.register_places,
        balance.c.exports,
        balance.c.imports,
        balance.c.net_export,
        balance.c.unreconciled,
        balance.c.without_plan,
        balance.c.shortage_total,
        balance.c.shortage_elsewhere,
        balance.c.shortage_unmet,
        balance.c.gap_reason,
    ).join_from(balance, names, balance.c.provision == names.c.provision)


def _by_need_group(tables: Tables) -> sa.Select:
    demand, names = tables["demand"], tables["term_need_groups"]
    return (
        sa.select(
            demand.c.scenario,
            demand.c.view,
            demand.c.year,
            demand.c.need_group,
            names.c.name.label("need_group_name"),
            demand.c.mean,
            demand.c.p10,
            demand.c.p50,
            demand.c.p80,
            demand.c.p90,
        )
        .join_from(demand, names, demand.c.need_group == names.c.need_group)
        .where(demand.c.provision == "ALL", demand.c.phase == "ALL", demand.c.locality == "ALL")
    )


def _authority_gap(tables: Tables) -> sa.Select:
    gap = tables["gap"]
    return sa.select(*gap.c).where(gap.c.locality == "ALL", gap.c.view == "placements")


def _first_shortage(tables: Tables) -> sa.Select:
    gap = tables["gap"]
    cell = [gap.c.scenario, gap.c.need_group, gap.c.provision, gap.c.phase, gap.c.first_year]
    return (
        sa.select(*cell, sa.func.max(gap.c.expected_shortage).label("largest_expected_shortage"))
        .where(gap.c.locality == "ALL", gap.c.view == "placements", gap.c.first_year.is_not(None))
        .group_by(*cell)
    )


VIEWS = (
    View(
        "shortage_by_provision_and_year",
        "How many places short is each kind of provision, and could places elsewhere meet it?",
        frozenset({"provision_balance", "term_provisions"}),
        _shortage,
    ),
    View(
        "demand_by_need_group",
        "How many plans in each need group, year by year, and how sure are we?",
        frozenset({"demand", "term_need_groups"}),
        _by_need_group,
    ),
    View(
        "authority_gap",
        "Where do demand and places differ, places pooled over the authority?",
        frozenset({"gap"}),
        _authority_gap,
    ),
    View(
        "first_year_of_shortage",
        "When does a shortage become likelier than not, and how large does it grow?",
        frozenset({"gap"}),
        _first_shortage,
    ),
)
