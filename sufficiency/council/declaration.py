"""Which files a council may keep, and which columns each has, as declared in `files.csv`."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pandera.pandas as pa

from sufficiency.contracts import (
    Awaiting,
    Budget,
    Classes,
    Costs,
    Housing,
    HousingYields,
    Imports,
    Moves,
    NeedMixGiven,
    Schemes,
)

PURPOSES = {
    "awaiting": "Children who wait for a type of place that is agreed, one row a child.",
    "schemes": "Capital schemes, one row a scheme. Only approved schemes with their money and "
    "their statutory process count.",
    "moves": "Agreed leavers and moves, one row a school, year group, need and September.",
    "imports": "Pupils of other authorities, one row a school, home authority and year group.",
    "classes": "Class sizes, one row a class: the places a year group can really use.",
    "need_mix": "Your own split of a school's places over needs, used before what the returns "
    "show.",
    "costs": "Unit costs; each replaces the default that is used otherwise.",
    "budget": "Budget lines to reconcile costs with.",
    "housing": "New dwellings that planning expects, one row a site and January.",
    "housing_yields": "Children of a new dwelling by age, such as your authority's pupil yields; "
    "used instead of the average dwelling of England.",
}
MODELS: dict[str, type[pa.DataFrameModel]] = {
    "awaiting": Awaiting,
    "schemes": Schemes,
    "moves": Moves,
    "imports": Imports,
    "classes": Classes,
    "need_mix": NeedMixGiven,
    "costs": Costs,
    "budget": Budget,
    "housing": Housing,
    "housing_yields": HousingYields,
}
TABLES = {"need_mix": "need_mix_given", "costs": "costs_given"}
"""Name of the table that a file becomes, where it differs from the file's."""
RESTRICTED = ("awaiting",)
"""Files whose rows are children: no value of theirs is shown."""


@dataclass(frozen=True)
class Column:
    """One column of one file.

    Attributes:
        file: File name without `.csv`.
        column: Column name.
        kind: How a cell is understood: text, child_id, urn, site, whole, months, ncy, money, share,
            yield, age, date, census, september, financial_year, authority, locality, needs;
            `code:TABLE` for codes of a terms table, with `+ALL` where ALL is one, with `?` where
            it may be blank; `choice:a|b` for closed sets.
        required: Whether the column must be there and every cell filled.
        default: What a blank cell means.
        meaning: For the planner.
        example: For the planner.
        aliases: Other names under which councils keep it.
    """

    file: str
    column: str
    kind: str
    required: bool
    default: str
    meaning: str
    example: str
    aliases: tuple[str, ...]


@cache
def _declared() -> tuple[Column, ...]:
    with files("sufficiency.council").joinpath("files.csv").open(encoding="utf-8") as handle:
        return tuple(
            Column(
                file=row["file"],
                column=row["column"],
                kind=row["kind"],
                required=row["required"] == "yes",
                default=row["default"],
                meaning=row["meaning"],
                example=row["example"],
                aliases=tuple(row["aliases"].split()),
            )
            for row in csv.DictReader(handle)
        )


def file_names() -> list[str]:
    """Return the files a council may keep, without `.csv`, in the order declared."""
    return list(dict.fromkeys(column.file for column in _declared()))


def columns_of(file: str) -> list[Column]:
    """Return the columns of one file in the order declared."""
    return [column for column in _declared() if column.file == file]


def table_of(file: str) -> str:
    """Return the name of the table that a file becomes."""
    return TABLES.get(file, file)
