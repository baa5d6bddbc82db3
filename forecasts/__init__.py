"""Forecasting methods: pure functions from tables to tables.

Belongs here: the pooled national path, reconciliation, bands, the simulation of plans, the rates
that drive it, and the naive rivals that every forecast is shown beside.

Does not belong here: reading files, Dagster, geography. A locality is only a label here.
"""
