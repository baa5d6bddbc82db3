"""The domain: what a need, a setting, a place and a gap are, and every table's contract.

Belongs here: terms and crosswalks (`terms`), table contracts (`contracts`), readers of outside
formats (`sources`), findings, the plans table made from published counts (`plans`), the place
register (`places`),
gaps, the workspace a planner owns, the warehouse, reports and the synthetic authority (`demo`).

Does not belong here: Dagster (see `assets`), forecasting methods (see `forecasts`), distance and
localities (see `geo`). Nothing here reads a file or the environment when it is imported.
"""
