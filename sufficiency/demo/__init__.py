"""The demo: a made-up authority, Westmere, and a small made-up England around it.

Belongs here: making input files in published layouts for an authority that does not exist, of the
size and signature of the example authority (domain handbook 10.6), so that known ratios can be
asserted, and the register and council files that a planner of Westmere would keep. `proportions/`
and `headers/` hold England's rounded proportions and the column names of the releases, so that
shapes and layouts are real while every authority, place, school and count is invented.

Does not belong here: readers, forecasts, and anything that a real authority's run needs.
"""

from sufficiency.demo.council import write_council_files
from sufficiency.demo.data import write_demo_data
from sufficiency.demo.register import demo_register

__all__ = ["demo_register", "write_council_files", "write_demo_data"]
