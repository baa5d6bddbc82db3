"""What people read: charts, maps, the HTML page and the workbook a planner opens first.

Belongs here: drawing finished tables (`charts`, `maps`, kept as a `Picture`), wording and layout of
tables for readers (`tables`), the one-page HTML report (`page`, with its template) and the plain
workbook (`workbook`). `content` gathers the canonical tables of a run into what the two carry.

Does not belong here: any number that is not already in a table, statutory returns (see `returns`),
machine-readable files (see `outputs`) and SQL (see `warehouse`).
"""
