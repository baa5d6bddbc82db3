"""What a pupil-level school census is in memory."""

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from sufficiency.sen2.model import SourceFile

Term = Literal["autumn", "spring", "summer"]


@dataclass(frozen=True)
class PupilCensus:
    """One term's census.

    Attributes:
        year: January census year of the school year: autumn 2024, spring 2025 and summer 2025 are
            all 2025.
        term: autumn, spring or summer.
        census_day: First Thursday of October, third of January or third of May.
        files: Its files.
        pupils: One row a registration: upn, uln, laestab, urn, birth_date, sex, postcode, ncy
            (Int64; N1 = -2, N2 = -1, R = 0, missing where X or unknown), ncy_code (as taught),
            enrol_status, entry_date, leaving_date, sen_provision (N, K, E or as found), need,
            second_need, unit and rp (boolean, missing where not told), and file, sheet, row.
        unreadable: column, file, sheet, row, kind of each value that is not of its kind.
    """

    year: int
    term: Term
    census_day: pd.Timestamp
    files: tuple[SourceFile, ...]
    pupils: pd.DataFrame = field(repr=False)
    unreadable: pd.DataFrame = field(repr=False)
