"""Where people and places are: pure functions over tables with codes and coordinates.

Belongs here: localities (which LSOA is in which), residents of each with the children of new
dwellings (`residents`), placing schools and points in them, maps' geometry, estimated travel
(`travel`) and how far children go (`journeys`). Later: reach, allocation, siting.

Does not belong here: reading files, Dagster, forecasting methods.
"""
