"""The SEN2 person-level return: every format a council holds, read into one set of typed modules.

Belongs here: which files make up a return, reading each format safely, field and code lists by
specification version, and turning text into dates, numbers and flags.

Does not belong here: what a value means for a plan (`people`), whether it is right (`quality`),
and anything that is written to disk: modules hold names, UPNs and postcodes and stay in memory.
"""
