"""A made-up national panel with known truth, against which forecasts and their bands are tested.

Belongs here: how made-up authorities' plans really come and go (the process), every person with a
plan in them, past and future, and the tables that would have been published or returned of them.

Does not belong here: Westmere, the authority that planners see (`demo.people`), file formats,
and anything that forecasts: the process is deliberately not a copy of the engine.
"""

from sufficiency.demo.panel.linked import (
    base_plans,
    homes,
    outcomes,
    past_plans,
    plan_flows,
    requests,
)
from sufficiency.demo.panel.people import PanelWorld, panel_world
from sufficiency.demo.panel.published import population, published_flows, published_stock

__all__ = [
    "PanelWorld",
    "base_plans",
    "homes",
    "outcomes",
    "panel_world",
    "past_plans",
    "plan_flows",
    "population",
    "published_flows",
    "published_stock",
    "requests",
]
