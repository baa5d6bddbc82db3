"""Demand meets places: summaries of the simulated paths, the gap table, and what it says in words.

Belongs here: counting paths into cells (`cube`), the demand table (`demand`), places laid over the
same cells (`offer`), the gap table (`table`), the authority's balance by provision (`balance`) and
plain-English headlines (`headlines`).

Does not belong here: forecasting (see `forecasts`), the register and its split (see
`sufficiency.places`), travel and reach (see `geo`).
"""

from sufficiency.gaps.balance import provision_balance
from sufficiency.gaps.cube import Cube, cubes
from sufficiency.gaps.demand import demand
from sufficiency.gaps.headlines import headlines
from sufficiency.gaps.table import gap_table

__all__ = ["Cube", "cubes", "demand", "gap_table", "headlines", "provision_balance"]
