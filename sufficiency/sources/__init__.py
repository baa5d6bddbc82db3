"""Readers of outside formats: each turns published or council files into canonical tables.

Belongs here: one module a format family (`ees`, `ees_2022`, `gias`, `school_census`, `population`,
`geography`, `deprivation`, `neighbours`), how a file is recognised (`catalogue`) and opened
(`files`), and the one function that reads a workspace's inputs (`read`).

Does not belong here: anything computed from the tables beyond cleaning and mapping codes.
"""
