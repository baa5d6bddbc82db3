"""Westmere's people: every child and young person with a plan, from January 2020 to January 2025.

Belongs here: a micro-simulation at known rates, and what is counted from it - SEN2 returns, school
censuses, the authority's published rows, and the truth that estimates are held against.

Does not belong here: file formats and planted errors (`demo.returns`), and readers.
"""

from sufficiency.demo.people.census import census_pupils, sen_support_truth
from sufficiency.demo.people.modules import return_modules
from sufficiency.demo.people.truth import true_rates, truth
from sufficiency.demo.people.world import World, world

__all__ = [
    "World",
    "census_pupils",
    "return_modules",
    "sen_support_truth",
    "true_rates",
    "truth",
    "world",
]
