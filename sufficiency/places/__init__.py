"""The supply side: the place register a planner owns, and places ready to meet demand.

Belongs here: the starter register made from published school lists (`starter`), reading and
checking the planner's register (`register`, from `cells` and `rules`), the same register as a
workbook (`workbook`), and its split over need group, phase and census year (`split`, `exports`).

Does not belong here: demand, gaps (see `sufficiency.gaps`), distance or travel (see `geo`).
"""

from sufficiency.places.register import read_csv, read_register, write_csv, write_register
from sufficiency.places.split import places
from sufficiency.places.starter import starter_register
from sufficiency.places.workbook import add_places_sheet, read_workbook, write_workbook

__all__ = [
    "add_places_sheet",
    "places",
    "read_csv",
    "read_register",
    "read_workbook",
    "starter_register",
    "write_csv",
    "write_register",
    "write_workbook",
]
