"""An answer key as an officer would type it: where each row is, and what belongs there."""

import pandas as pd

from sufficiency.demo.returns.layout import own_id, parent_id
from sufficiency.demo.returns.planted import AnswerKey
from sufficiency.sen2.model import PARENTS, WHERE, RawReturn, Return

CLEAR = "CLEAR"
CORRECTION = ["year", "file", "sheet", "row", "module", "column", "check", "value", "sha256"]


def located(
    key: AnswerKey, found: RawReturn | Return, year: int, modules: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """Return the rows that checks must find in one return: year, check, module and `WHERE`.

    Args:
        key: The answer key.
        found: The return as read from files written from `modules`.
        year: January of `found`; the checks may be those of the return a year on.
        modules: The spoilt modules.
    """
    rows = key.flagged[key.flagged["held_in"] == year]
    return _placed(rows, found, modules)[["year", "check", "module", *WHERE]]


def corrections(
    key: AnswerKey, found: RawReturn | Return, year: int, modules: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """Return what an officer would type for one return, in the columns of the corrections workbook.

    Args:
        key: The answer key.
        found: The return as read from files written from `modules`.
        year: January of `found`.
        modules: The spoilt modules.

    Returns:
        All text; value is what stood in the cell, `CLEAR`, `REMOVE` or `REMOVE ALL`.
    """
    rows = _placed(key.corrections[key.corrections["year"] == year], found, modules)
    hashes = {file.name: file.sha256 for file in found.files}
    made = rows.assign(
        value=rows["corrected"].where(rows["corrected"] != "", CLEAR),
        sha256=rows["file"].map(hashes),
    )
    return made[CORRECTION].astype("str").reset_index(drop=True)


def _placed(
    rows: pd.DataFrame, found: RawReturn | Return, modules: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """Return rows with the file, sheet and row that each position of a module has."""
    numbers = document_order(modules) if found.format == "collect" else {}
    parts = []
    for module, of_module in rows.groupby("module", sort=False):
        name = str(module)
        at = of_module["position"]
        if name in numbers:
            at = at.map(numbers[name])
        where = found.modules[name][list(WHERE)].iloc[at.to_numpy()]
        parts.append(of_module.assign(**{c: where[c].to_numpy() for c in WHERE}))
    return pd.concat(parts).sort_index() if parts else rows.assign(file="", sheet="", row=0)


def document_order(modules: dict[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """Return the place of each row of a module among its kind in a COLLECT message, from 0."""
    orders: dict[str, pd.Series] = {"sen2": pd.Series(range(len(modules["sen2"])))}
    for module, parent in PARENTS.items():
        ids = modules[parent][own_id(parent)].reset_index(drop=True)
        place_of = dict(zip(ids, orders[parent], strict=True))
        above = modules[module][parent_id(module)].reset_index(drop=True).map(place_of)
        ranked = above.sort_values(kind="stable").index
        orders[module] = pd.Series(range(len(ranked)), index=ranked).sort_index()
    return orders
