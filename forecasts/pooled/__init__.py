"""Pooled national models: what all authorities' history says of one authority's future.

Belongs here: central forecasts of totals, settings, ages and needs, the parameters they are fitted
with, how parts are made to add up, and the targets that the simulation must meet.

Does not belong here: how wrong the forecasts have been (`forecasts.tested`), single plans.
"""
