"""Rates: who leaves, joins, moves and is recorded with another need in a year.

Belongs here: England's rates, how an authority differs from them, and how sure that is; from
published tables, or from returns linked from January to January.

Does not belong here: how many plans there will be (`forecasts.pooled`), moving them forward.
"""
