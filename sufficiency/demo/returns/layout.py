"""Columns of each module by specification, and a return's modules cut to them."""

from functools import cache
from importlib.resources import files
from typing import Literal, get_args

import pandas as pd

from sufficiency.sen2.model import MODULES, PARENTS

Specification = Literal["before 1.2", "1.2", "1.3"]
SPECIFICATIONS: tuple[Specification, ...] = get_args(Specification)


@cache
def layout() -> pd.DataFrame:
    """Return one row a module and column: kind, xml_name, from_spec and to_spec.

    Kept apart from the reader's own list, so that the writers test it. Source: the published
    column list of the Blade export; mixed-case element names of the COLLECT message (case [U]).
    """
    path = files("sufficiency.demo.returns").joinpath("layout.csv")
    with path.open(encoding="utf-8") as handle:
        return pd.read_csv(handle, dtype=str, keep_default_na=False)


@cache
def columns(module: str, specification: Specification = "1.3") -> tuple[str, ...]:
    """Return the column names of one module in the order of the Blade export."""
    rows = layout()[layout()["module"] == module]
    place = SPECIFICATIONS.index(specification)
    since = rows["from_spec"].map(lambda s: SPECIFICATIONS.index(s) if s else 0)
    until = rows["to_spec"].map(lambda s: SPECIFICATIONS.index(s) if s else len(SPECIFICATIONS))
    return tuple(rows.loc[(since <= place) & (until >= place), "column"])


@cache
def items(module: str, specification: Specification = "1.3") -> tuple[str, ...]:
    """Return the columns that are items of the return: no ids and no system columns."""
    rows = layout()[layout()["module"] == module].set_index("column")
    return tuple(name for name in columns(module, specification) if rows.at[name, "xml_name"])


@cache
def kind(module: str, column: str) -> str:
    """Return `date`, `datetime`, `id`, `system`, or empty for any other column."""
    rows = layout()
    return rows.loc[(rows["module"] == module) & (rows["column"] == column), "kind"].iloc[0]


def xml_names(module: str) -> dict[str, str]:
    """Return column -> element name of the COLLECT message."""
    rows = layout()[(layout()["module"] == module) & (layout()["xml_name"] != "")]
    return dict(zip(rows["column"], rows["xml_name"], strict=True))


def own_id(module: str) -> str:
    """Return the name of a module's own id column."""
    return f"{module}tableid"


def parent_id(module: str) -> str:
    """Return the name of the column that holds the id of a row's parent; `""` for the header."""
    return own_id(PARENTS[module]) if module in PARENTS else ""


def as_specification(
    modules: dict[str, pd.DataFrame], specification: Specification
) -> dict[str, pd.DataFrame]:
    """Return modules in the columns of one specification.

    Args:
        modules: Module name to text, in the columns of 1.3 (any may be absent: then empty).
        specification: Before 1.2 sex is `gendercurrent` and the residential and work-based codes
            stand with the active plan (those of its first placement), not with the placement.

    Returns:
        All nine modules with exactly the columns of the specification, system columns filled.
    """
    given = {name: modules.get(name, pd.DataFrame()).fillna("").astype(str) for name in MODULES}
    given = {
        name: frame.rename(columns=lambda c: "NativeId" if c.lower() == "nativeid" else c.lower())
        for name, frame in given.items()
    }
    if specification == "before 1.2":
        given["person"] = given["person"].rename(columns={"sex": "gendercurrent"})
        given["activeplans"] = _with_codes_of_placement(given)
    return {name: _cut(frame, name, specification) for name, frame in given.items()}


def _with_codes_of_placement(given: dict[str, pd.DataFrame]) -> pd.DataFrame:
    plans, placed = given["activeplans"], given["placementdetail"]
    first = placed.drop_duplicates("activeplanstableid").set_index("activeplanstableid")
    codes = {
        name: plans["activeplanstableid"].map(first[name]).fillna("")
        for name in ("res", "wbp")
        if name in first.columns
    }
    return plans.assign(**codes)


def _cut(frame: pd.DataFrame, module: str, specification: Specification) -> pd.DataFrame:
    wanted = columns(module, specification)
    order = pd.Series(range(1, len(frame) + 1), index=frame.index).astype(str)
    made = {"NativeId": order, f"{module}orderseqcolumn": order, "sourceid": ""}
    cut = {name: frame[name] if name in frame.columns else made.get(name, "") for name in wanted}
    return (
        pd.DataFrame(cut, index=frame.index, columns=list(wanted))
        .reset_index(drop=True)
        .astype(str)
    )
