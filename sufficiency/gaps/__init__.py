"""Demand meets places: summaries of the simulated paths, the gap table, and what it says in words.

Belongs here: counting paths into cells (`cube`), who waits (`waiting`), the demand table
(`demand`), places over the same cells (`offer`) and rows that serve several needs (`flexible`),
shortage path by path (`shortage`), the gap table (`table`), the authority's balance by provision
(`balance`) and plain-English headlines (`headlines`).

Does not belong here: forecasting (see `forecasts`), the register and its split (see
`sufficiency.places`), travel and reach (see `geo`).
"""

from sufficiency.gaps.balance import provision_balance
from sufficiency.gaps.cube import Cube, cubes
from sufficiency.gaps.demand import demand
from sufficiency.gaps.headlines import Besides, headlines
from sufficiency.gaps.offer import Supply
from sufficiency.gaps.shortage import shortage_cells, shortage_paths
from sufficiency.gaps.table import gap_table
from sufficiency.gaps.waiting import waiting

__all__ = [
    "Besides",
    "Cube",
    "Supply",
    "cubes",
    "demand",
    "gap_table",
    "headlines",
    "provision_balance",
    "shortage_cells",
    "shortage_paths",
    "waiting",
]
