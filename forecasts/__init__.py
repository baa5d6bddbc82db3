"""Forecasting methods: pure functions from tables to tables.

Belongs here: the published panel, the pooled national models (`pooled`), rates of leaving, joining
and moving (`rates`), the simulation of every plan (`simulation`), and how well all this has done
before (`tested`). Data flows in that order; the naive rivals stand beside every forecast.

Does not belong here: reading files, Dagster, geography. A locality is only a label here.
"""
