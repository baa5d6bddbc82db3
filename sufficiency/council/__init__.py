"""The council's own files beside the place register, and what its capital schemes add.

Belongs here: the declaration of the files (`files.csv`), reading and checking them (`read`), the
templates a new workspace starts from (`templates`), and places of schemes by year (`schemes`).

Does not belong here: the place register (see `sufficiency.places`), default prices (see
`sufficiency.costs`), or anything computed from a file other than schemes.
"""

from sufficiency.council.read import read_council_files
from sufficiency.council.schemes import scheme_places, scheme_rows, with_schemes
from sufficiency.council.templates import write_council_templates

__all__ = [
    "read_council_files",
    "scheme_places",
    "scheme_rows",
    "with_schemes",
    "write_council_templates",
]
