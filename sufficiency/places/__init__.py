"""The supply side: the place register a planner owns, and places ready to meet demand.

Belongs here: the starter register made from published school lists (`starter`), reading and
checking the planner's register (`register`, from `cells` and `rules`), the same register as a
workbook (`workbook`), what changed (`changes`), what it says in words (`explain`), its designations
beside residents' needs (`designation`), its split over need group, phase and census year (`split`,
from `mix`, `capacity` and `attendance`), what lies between homes and schools (`flows` where
journeys are known, `exports` where not), and who uses which places (`need_mix`, `occupancy`,
`evidence`).

Does not belong here: demand, gaps (see `sufficiency.gaps`), distance or travel (see `geo`).
"""

from sufficiency.places.changes import compare_registers
from sufficiency.places.designation import designation_without_need
from sufficiency.places.evidence import imports_table, register_check
from sufficiency.places.explain import explain
from sufficiency.places.need_mix import need_mix
from sufficiency.places.occupancy import occupancy
from sufficiency.places.place_return import place_return
from sufficiency.places.register import (
    read_csv,
    read_last_year,
    read_register,
    remember_register,
    remembered_register,
    write_csv,
    write_register,
)
from sufficiency.places.split import places
from sufficiency.places.starter import starter_register
from sufficiency.places.workbook import add_places_sheet, read_workbook, write_workbook

__all__ = [
    "add_places_sheet",
    "compare_registers",
    "designation_without_need",
    "explain",
    "imports_table",
    "need_mix",
    "occupancy",
    "place_return",
    "places",
    "read_csv",
    "read_last_year",
    "read_register",
    "read_workbook",
    "register_check",
    "remember_register",
    "remembered_register",
    "starter_register",
    "write_csv",
    "write_register",
    "write_workbook",
]
