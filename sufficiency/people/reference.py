"""What person-level rows are looked up in."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Reference:
    """Tables that give an establishment its type, and a home its locality.

    Attributes:
        authority: Three-digit DfE code of the authority whose plans these are.
        schools: `people.schools.known_schools`: every establishment of every GIAS file.
        postcodes: `sources.postcodes.read_postcodes`, or None where no directory was supplied.
        localities: `Localities` of the authority.
        register: `Register` of places, or None.
        identifiers: `real`, or `synthetic` where no identifier may belong to a real person.
    """

    authority: str
    schools: pd.DataFrame
    postcodes: pd.DataFrame | None
    localities: pd.DataFrame
    register: pd.DataFrame | None = None
    identifiers: str = "real"
