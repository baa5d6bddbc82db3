"""Where people and places are: pure functions over tables with codes and coordinates.

Belongs here: localities (which LSOA is in which), placing schools and points in them, and maps'
geometry. Later: travel, reach, allocation, siting.

Does not belong here: reading files, Dagster, forecasting methods.
"""
