"""People with plans: from SEN2 returns to the tables that everything else is made from.

Belongs here: the census-day position, homes, who is who from year to year, joiners, leavers and
movers, requests, preparation for adulthood, and agreement with published totals.

Does not belong here: reading files (`sen2`, `pupil_census`), judging them (`quality`), and any
name, UPN, postcode or birth date in a table that leaves this package.
"""
