"""The files that Westmere's council keeps beside its place register.

Belongs here: plans that somebody typed, as CSV (schemes, moves, split over needs, costs, budget),
and the files that follow from the made-up people and the register (awaiting list, pupils of other
authorities, classes). Does not belong here: what the files mean and how they are read
(`sufficiency.council`).
"""

from sufficiency.demo.council.writing import write_council_files

__all__ = ["write_council_files"]
