"""The register beside the school list and the localities: what they fill, and what they deny.

Belongs here: rules that need a table other than the register. All cells are text (`cells`).
"""

from collections.abc import Iterator

import pandas as pd

from sufficiency.findings import Finding
from sufficiency.places.cells import METRES
from sufficiency.places.periods import last_days
from sufficiency.terms import OUTSIDE


def with_school_details(raw: pd.DataFrame, establishments: pd.DataFrame | None) -> pd.DataFrame:
    """Return the cells with blank names, coordinates and localities filled from the school list."""
    cells = raw.copy()
    if establishments is not None:
        schools = establishments.drop_duplicates("urn").set_index("urn")
        for column in ("name", "locality", *METRES):
            values = schools[column].astype("object")
            known = values[values.notna()].map(str)
            filled = cells["urn"].map(known).fillna("").astype("str")
            cells[column] = cells[column].where(cells[column] != "", filled)
    cells["name"] = cells["name"].where(cells["name"] != "", cells["urn"])
    return cells


def places_after_closure(
    cells: pd.DataFrame, source: str, closed_on: pd.Series
) -> Iterator[Finding]:
    """Yield a finding for each row with places after the closing day of its school.

    Args:
        cells: Cells whose dates are in order.
        source: File name.
        closed_on: Closing day (timestamp) by URN, of the schools that have one.

    A row that only starts after that day cannot count; one that goes on after it needs an end.
    """
    days = closed_on[closed_on.notna() & ~closed_on.index.duplicated()]
    closing = cells["urn"].map(days.dt.strftime("%Y-%m-%d")).astype("str").fillna("")
    end = last_days(cells)
    for row in cells.index[(closing != "") & (end > closing)]:
        after = bool(cells.at[row, "effective_from"] > closing[row])
        yield Finding(
            "register_places_after_closure",
            "blocks" if after else "warns",
            f"Row {row}: the school list says this school closed on {closing[row]}, but the row "
            f"{'starts' if after else 'goes on'} after that day.",
            "Put the URN of the school that has the places, or delete the row."
            if after
            else "Put the closing day in effective_to, and add a row under the new URN if it goes "
            "on.",
            source,
            int(row),
            "effective_from" if after else "effective_to",
        )


def school_list_problems(
    cells: pd.DataFrame, source: str, establishments: pd.DataFrame
) -> Iterator[Finding]:
    """Yield a finding for each row whose school is closed, not open yet or not on the list.

    Without a closing day a row of a closed school that ends is taken at its word; a row that
    plans places there cannot be right.
    """
    status = establishments.drop_duplicates("urn").set_index("urn")["status"]
    found = cells["urn"].map(status).astype("str").fillna("")
    planned = cells["change_status"].isin(["funded", "approved"])
    for row in cells.index[(found == "closed") & planned]:
        yield Finding(
            "register_places_after_closure",
            "blocks",
            f"Row {row}: the school list says this school is closed, but the row plans places from "
            f"{cells.at[row, 'effective_from']}.",
            "Put the URN of the school that has the places, or delete the row.",
            source,
            int(row),
            "effective_from",
        )
    for row in cells.index[(found == "proposed") & (cells["change_status"] == "existing")]:
        yield Finding(
            "register_school_not_open",
            "warns",
            f"Row {row}: the school list says this school is not open yet, but the row counts "
            "existing places.",
            "Put funded, approved or proposed in change_status and its opening day in "
            "effective_from; nothing if it has opened since.",
            source,
            int(row),
            "change_status",
        )
    for row in cells.index[(found == "closed") & ~planned & (cells["effective_to"] == "")]:
        yield Finding(
            "register_school_closed",
            "warns",
            f"Row {row}: the school list says this school is closed, but the row has no end.",
            "Put the closing day in effective_to, and add a row under the new URN if it goes on.",
            source,
            int(row),
            "effective_to",
        )
    unknown = cells.index[(found == "") & (cells["change_status"] == "existing")]
    for row in unknown:
        yield Finding(
            "register_school_not_listed",
            "warns",
            f"Row {row}: the urn is not on the school list.",
            "Check the urn; a school that became an academy has a new one.",
            source,
            int(row),
            "urn",
        )


def no_locality(row: object, source: str, school_list: bool) -> Finding:
    """Return the finding for a row whose locality nobody knows."""
    unknown = ", and the school list knows none" if school_list else ""
    return Finding(
        "register_locality_blank",
        "warns",
        f"Row {row} has no locality{unknown}: outside is used.",
        "Fill in locality, so that the places count where they are.",
        source,
        int(row),  # pyright: ignore[reportArgumentType]
        "locality",
    )


def known_localities(
    cells: pd.DataFrame,
    source: str,
    establishments: pd.DataFrame | None,
    localities: pd.DataFrame,
) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the rows with localities of the table only, and what was replaced or is unknown."""
    known = {*localities["locality"], OUTSIDE}
    result, found = cells.copy(), []
    for row in cells.index[~cells["locality"].isin(list(known))]:
        listed = ""
        if establishments is not None:
            match = establishments.loc[establishments["urn"] == cells.at[row, "urn"], "locality"]
            listed = str(match.iloc[0]) if len(match) else ""
        if listed in known:
            result.loc[row, "locality"] = listed
            found.append(
                Finding(
                    "register_locality_replaced",
                    "warns",
                    f"Row {row}: locality '{cells.at[row, 'locality']}' is not in the locality "
                    f"table; {listed} is used, where the school lies.",
                    "Correct column locality if the site is elsewhere.",
                    source,
                    int(row),
                    "locality",
                )
            )
        else:
            found.append(
                Finding(
                    "register_unknown_locality",
                    "blocks",
                    f"Row {row}: locality '{cells.at[row, 'locality']}' is not in the locality "
                    "table.",
                    f"Use one of: {', '.join(sorted(known))}.",
                    source,
                    int(row),
                    "locality",
                )
            )
    return result, found
