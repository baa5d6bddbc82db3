"""The school census at pupil level: read, counted, and forgotten.

Belongs here: reading autumn, spring and summer files, and counting pupils by school, locality,
NCY, SEN provision and need.

Does not belong here: published headcounts (`sources/school_census.py`), quality checks (`quality`),
and anything that is written to disk: the rows hold UPNs and postcodes and stay in memory.
"""
