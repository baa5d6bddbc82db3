"""Two registers compared: every cell that changed, every row that is new or gone.

Belongs here: which row of one register is which row of another. Does not belong here: whether a
change is right (see `rules`).
"""

import pandas as pd

from sufficiency.contracts import RegisterChanges, checked, empty
from sufficiency.places.cells import REGISTER_COLUMNS, register_cells

PLACE = ["urn", "place", "provision"]
PERIOD = ["effective_from"]
YEARS = ["ncy_from", "ncy_to"]
NEEDS = ["designated_needs", "sex_restriction"]
# A row is found again by the most that is still the same; what then differs is what changed.
LIKENESS: tuple[list[str], ...] = (
    [*PLACE, *PERIOD, *YEARS, *NEEDS],
    [*PLACE, *PERIOD, *NEEDS],
    [*PLACE, *PERIOD, *YEARS],
    [*PLACE, *YEARS, *NEEDS],
    [*PLACE, *PERIOD],
    PLACE,
)


def compare_registers(
    before: pd.DataFrame | None, after: pd.DataFrame, compared_with: str
) -> pd.DataFrame:
    """Return every difference between two registers.

    Args:
        before: Register as it was; None where there is none to compare with.
        after: Register as it is.
        compared_with: What `before` is, in words: last year's register.

    Returns:
        RegisterChanges: one row a changed cell, added row or removed row, ordered by school, site,
        provision and period; empty where `before` is None. A row is the same row if its school,
        site and provision are and, among several, as much as possible of its first day, year
        groups and needs. The order of rows, and capitals or spaces in a site, do not matter.
    """
    if before is None:
        return empty(RegisterChanges)
    was, now = _ordered(before), _ordered(after)
    pairs = _pairs(was, now)
    records = []
    for old, new in pairs:
        records += _changed_cells(was.iloc[old], now.iloc[new])
    gone = was.drop(index=[old for old, _ in pairs])
    added = now.drop(index=[new for _, new in pairs])
    records += [_whole_row(row, "removed") for _, row in gone.iterrows()]
    records += [_whole_row(row, "added") for _, row in added.iterrows()]
    columns = list(RegisterChanges.to_schema().columns)
    table = pd.DataFrame(records, columns=[*columns, "order"]).assign(compared_with=compared_with)
    order = ["urn", "site_id", "provision", "effective_from", "change", "order", "before", "after"]
    table = table.sort_values(order, kind="stable", ignore_index=True)
    return checked(RegisterChanges, table[columns], "register_changes")


def _ordered(register: pd.DataFrame) -> pd.DataFrame:
    """Return the register as text, in one order, with one spelling of its sites in `place`."""
    cells = register_cells(register)
    place = cells["site_id"].str.replace(r"\s+", "", regex=True).str.casefold()
    columns = ["urn", "provision", *PERIOD, *YEARS, *NEEDS]
    order = [*columns, *(c for c in REGISTER_COLUMNS if c not in columns)]
    return cells.assign(place=place).sort_values(order, kind="stable", ignore_index=True)


def _pairs(was: pd.DataFrame, now: pd.DataFrame) -> list[tuple[int, int]]:
    """Return positions of the same row in both, the likest rows first."""
    left, right = list(range(len(was))), list(range(len(now)))
    pairs: list[tuple[int, int]] = []
    for same in LIKENESS:
        old_keys, new_keys = (
            list(frame[same].itertuples(index=False, name=None)) for frame in (was, now)
        )
        waiting: dict[tuple[str, ...], list[int]] = {}
        for position in right:
            waiting.setdefault(new_keys[position], []).append(position)
        for position in left:
            if waiting.get(old_keys[position]):
                pairs.append((position, waiting[old_keys[position]].pop(0)))
        done_old, done_new = {old for old, _ in pairs}, {new for _, new in pairs}
        left = [position for position in left if position not in done_old]
        right = [position for position in right if position not in done_new]
    return sorted(pairs)


def _named(row: pd.Series) -> dict[str, object]:
    columns = ("urn", "site_id", "provision", "name", "effective_from")
    return {column: row[column] for column in columns}


def _changed_cells(old: pd.Series, new: pd.Series) -> list[dict[str, object]]:
    return [
        {
            **_named(new),
            "change": "changed",
            "column": column,
            "before": old[column],
            "after": new[column],
            "order": order,
        }
        for order, column in enumerate(REGISTER_COLUMNS)
        if old[column] != new[column] and not (column == "site_id" and old["place"] == new["place"])
    ]


def _whole_row(row: pd.Series, change: str) -> dict[str, object]:
    places = row["commissioned_places"]
    held = f"{places} commissioned places" if places else "commissioned places not known"
    told = {
        "before": held if change == "removed" else "",
        "after": held if change == "added" else "",
    }
    return {**_named(row), "change": change, "column": "", **told, "order": -1}
