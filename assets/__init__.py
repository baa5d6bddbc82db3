"""Dagster only: the assets a planner reviews, their checks, jobs, storage, and the command line.

Belongs here: thin assets (load, call, describe), checks, jobs, the Parquet store, the code
location (`definitions`) and the `sufficiency` command (`cli`).

Does not belong here: rules and formulas. They live in `sufficiency`, `forecasts` and `geo`, where
they can be tested without Dagster.
"""
