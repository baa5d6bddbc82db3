"""The next three Septembers: places free, changes of phase, base leavers, and routes after 16.

Belongs here: pupils by year group moved up (`roll`), classes joined into cohorts (`cohorts`), the
September board (`board`), changes of phase (`transfers`), primary base leavers against secondary
base places (`pathway`), routes after Year 11 (`routes`), and forecast numbers as counts by path
(`path_counts`).

Does not belong here: reading the council's files (see `sufficiency.council`), places by census
year (`sufficiency.places`), forecasting (`forecasts`).
"""

from sufficiency.september.board import september_board
from sufficiency.september.pathway import base_pathway
from sufficiency.september.routes import post16_routes
from sufficiency.september.transfers import transfers

__all__ = ["base_pathway", "post16_routes", "september_board", "transfers"]
