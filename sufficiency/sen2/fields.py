"""The fields of a SEN2 return and their codes: two small tables and the one reader of them.

`fields.csv` has one row a field of a module (domain handbook 1.3): its kind, the specifications it
belongs to, its element in the COLLECT XML file and its heading in the Excel template. Headings are
as described second-hand, so each says whether it was verified. `code_lists.csv` has one row a code
(domain handbook 1.4).

Kinds: `id`, `date`, `datetime`, `flag`, `number` (whole), `code`, `text`, `urn` (a reference number
kept as text).
"""

import re
from functools import cache
from importlib.resources import files

import pandas as pd

from sufficiency.sen2.model import MODULES, PARENTS

SPECIFICATIONS = ("before 1.2", "1.2", "1.3")
_NOT_A_NAME = re.compile(r"[^0-9a-z]")


@cache
def _read(name: str) -> pd.DataFrame:
    with files("sufficiency.sen2").joinpath(name).open(encoding="utf-8") as handle:
        return pd.read_csv(handle, dtype=str, keep_default_na=False)


def fields(module: str) -> pd.DataFrame:
    """Return the fields of one module, one row a field in file order.

    Args:
        module: One of `model.MODULES`.

    Returns:
        Columns field, kind, code_list, from_spec, to_spec, aliases (separated by `|`), xml_name,
        heading, heading_verified, personal, system (of the exporting system, not of the return:
        yes or no), title.
    """
    rows = _read("fields.csv")
    return rows[rows["module"] == module].drop(columns="module").reset_index(drop=True)


@cache
def return_fields(module: str) -> dict[str, str]:
    """Return field -> kind of a module, its ids first, without the exporting system's own."""
    rows = fields(module)
    rows = rows[rows["system"] == "no"]
    return dict(zip(rows["field"], rows["kind"], strict=True))


def expected(module: str, specification: str) -> tuple[str, ...]:
    """Return the fields that a module has under one specification, without system fields."""
    rank = SPECIFICATIONS.index(specification)
    rows = fields(module)
    rows = rows[rows["system"] == "no"]
    first = rows["from_spec"].map(lambda spec: SPECIFICATIONS.index(spec) if spec else 0)
    last = rows["to_spec"].map(lambda spec: SPECIFICATIONS.index(spec) if spec else 9)
    return tuple(rows["field"][(first <= rank) & (last >= rank)])


def code_list(name: str) -> tuple[str, ...]:
    """Return the codes of a list, empty where no list of that name is known."""
    rows = _read("code_lists.csv")
    return tuple(rows["code"][rows["code_list"] == name])


def plain(name: str) -> str:
    """Return a heading as it is compared: lower case, letters and digits only."""
    return _NOT_A_NAME.sub("", name.lower())


@cache
def names(module: str) -> dict[str, str]:
    """Return plain name -> field: every way in which a field of the module is headed."""
    known: dict[str, str] = {}
    for row in fields(module).to_dict("records"):
        for name in (row["field"], row["xml_name"], row["heading"], *row["aliases"].split("|")):
            if name:
                known.setdefault(plain(name), row["field"])
    return known


def ancestors(module: str) -> tuple[str, ...]:
    """Return the modules above a module, nearest first."""
    above: list[str] = []
    while module in PARENTS:
        module = PARENTS[module]
        above.append(module)
    return tuple(above)


@cache
def link_names(module: str) -> dict[str, str]:
    """Return plain name -> id of a remoter ancestor, by which some workbooks link their tables."""
    known: dict[str, str] = {}
    own = names(module)
    for above in ancestors(module)[1:]:
        field = f"{above}tableid"
        below = next(m for m, parent in PARENTS.items() if parent == above)
        rows = fields(below)
        row = rows[rows["field"] == field].iloc[0]
        for name in (field, row["heading"], *row["aliases"].split("|")):
            if plain(name) not in own:
                known.setdefault(plain(name), field)
    return known


def module_of(headings: list[str]) -> str:
    """Return the module whose fields the headings are, empty where none or several may be meant.

    A module qualifies by its own id, or by at least two of its fields that make up at least half
    of the headings.
    """
    keys = {plain(name) for name in headings if name}
    scores: dict[str, tuple[int, int]] = {}
    for module in MODULES:
        own, links = names(module), link_names(module)
        found = {own[key] for key in keys if key in own}
        telling = {key for key in keys if key in own or key in links}
        has_id = f"{module}tableid" in found
        if has_id or (len(found) > 1 and 2 * len(telling) >= len(keys)):
            foreign = {
                key
                for key in keys
                if key not in own and any(key in names(other) for other in MODULES)
            }
            scores[module] = (len(found) - len(foreign), int(has_id))
    if not scores:
        return ""
    best = max(scores.values())
    told = [module for module, score in scores.items() if score == best]
    return told[0] if len(told) == 1 else ""
