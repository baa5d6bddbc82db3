"""The plans table of the open-data route: one row a plan, no published count changed.

Belongs here: published margins of one authority and whether they agree (`margins`,
`margin_checks`), a whole-number table that keeps them all (`synthesis`, with `rounding`), modelled
home areas (`homes`), and the recount that checks the result (`recount`).

Does not belong here: reading files (see `sufficiency.sources`), moving plans forward (see
`forecasts`).
"""
