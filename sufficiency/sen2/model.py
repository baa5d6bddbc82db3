"""What a SEN2 return is in memory: raw text by module, then typed modules."""

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

MODULES = (
    "sen2",
    "person",
    "requests",
    "assessment",
    "namedplan",
    "plandetail",
    "activeplans",
    "placementdetail",
    "senneed",
)
PARENTS = {
    "person": "sen2",
    "requests": "person",
    "assessment": "requests",
    "namedplan": "assessment",
    "plandetail": "namedplan",
    "activeplans": "requests",
    "placementdetail": "activeplans",
    "senneed": "activeplans",
}
WHERE = ("file", "sheet", "row")

Format = Literal["blade", "collect", "template", "presubmission"]


@dataclass(frozen=True)
class SourceFile:
    """One file of a return.

    Attributes:
        name: Path inside the workspace's inputs folder.
        sha256: Hash of its bytes.
        rows: Data rows read.
    """

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True)
class RawReturn:
    """One return as text.

    Attributes:
        format: Which format it came in.
        files: Its files.
        modules: Module name to a frame of text: canonical field names (those of the Blade export,
            lower case), `""` where missing, and `WHERE`: `file` and `sheet` names and `row`, the
            row as a spreadsheet shows it (for XML, the number of the element of its kind from 1).
            Every module has its own `...tableid` and its parent's, made up where the format has
            none.
        headings: Module name to its columns as headed in the file, which tells the specification;
            empty where the return was not read from files.
    """

    format: Format
    files: tuple[SourceFile, ...]
    modules: dict[str, pd.DataFrame]
    headings: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Return:
    """One year's return, typed.

    Attributes:
        authority: Three-digit DfE code in the header, empty if missing.
        year: January census year.
        census_day: The header's reference date, or the third Thursday of January if missing.
        specification: `before 1.2`, `1.2` or `1.3`, told by the columns.
        format: Which format it came in.
        files: Its files.
        modules: As in `RawReturn`, every field of every specification present; dates are
            `datetime64[us]`, flags `boolean`, whole numbers `Int64`, all else text with `""`
            where missing; codes and postcodes in upper case.
        unreadable: One row a value that is not of its kind (and so is missing in `modules`):
            module, column, file, sheet, row, kind (`date`, `flag`, `number`). Never the value.
    """

    authority: str
    year: int
    census_day: pd.Timestamp
    specification: str
    format: Format
    files: tuple[SourceFile, ...]
    modules: dict[str, pd.DataFrame]
    unreadable: pd.DataFrame = field(repr=False)
