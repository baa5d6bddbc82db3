"""Quality of person-level returns: what is wrong, how bad, what was assumed, what to do.

Belongs here: one check a condition (`checks.csv` declares them), the corrections workbook, and the
three-way reconciliation of units and resourced provision.

Does not belong here: what may be shown of a row: a check names file, row and column, never a value.
"""
