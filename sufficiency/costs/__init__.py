"""What places and gaps cost: unit costs with their source, and the money that follows from them.

Belongs here: the table of unit costs (`table`, `defaults.csv`), and costs of gaps, savings and
budget lines. Does not belong here: how many places or children there are, or distances.
"""

from sufficiency.costs.base_question import base_question
from sufficiency.costs.bringing_back import bringing_back
from sufficiency.costs.budget import budget_check
from sufficiency.costs.gap_costs import gap_costs
from sufficiency.costs.table import costs_table, unit_cost

__all__ = [
    "base_question",
    "bringing_back",
    "budget_check",
    "costs_table",
    "gap_costs",
    "unit_cost",
]
