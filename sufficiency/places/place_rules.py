"""Rules on the numbers of places of a register row: what cannot be, and what is worth a look.

Belongs here: capacities, pools and growth of one row, and the sites of one school. Does not belong
here: spelling (`cells`), whether a value is a number at all (`rules`), other repeats between rows
(`row_conflicts`). All cells are text (`cells`).
"""

from collections.abc import Iterator

import pandas as pd

from sufficiency.findings import Finding
from sufficiency.places.row_conflicts import in_force, same_sites
from sufficiency.terms import lookup

CAPACITIES = ("commissioned_places", "scap_capacity", "physical_capacity")
POOLS = ("nursery_places", "post16_places")
LAST_OF_NURSERY, FIRST_AFTER_16 = -1, 12
PARTS_OF_ROLL = ("occupants_without_plan", "other_la_places")
RAMP_YEARS = (1, 10)
FAR_ABOVE = 1.25
FAR_ABOVE_PUPILS = 10


def no_places(cells: pd.DataFrame, source: str) -> Iterator[Finding]:
    """Yield a finding for each confirmed row that has no capacity."""
    with_gap = cells["provision"].map(lookup("provisions", "capacity_gap")) != "no"
    none = (cells[list(CAPACITIES)] == "").all(axis=1) & (with_gap | (cells["on_roll"] == ""))
    for row in cells.index[none & (cells["assumed"] == "no")]:
        yield Finding(
            "register_places_missing",
            "blocks",
            f"Row {row} is confirmed but holds no capacity (roll is not a capacity).",
            "Fill in commissioned_places (0 if there are none), or put yes in assumed.",
            source,
            int(row),
            "commissioned_places",
        )


def over_full(cells: pd.DataFrame, source: str) -> Iterator[Finding]:
    """Yield a finding for each row whose roll is far above what the building supports."""
    roll, physical = _number(cells, "on_roll"), _number(cells, "physical_capacity")
    over = (roll > FAR_ABOVE * physical) & (roll - physical >= FAR_ABOVE_PUPILS)
    for row in cells.index[over]:
        yield Finding(
            "register_roll_far_above_capacity",
            "warns",
            f"Row {row}: {roll[row]:.0f} on roll, but physical_capacity is {physical[row]:.0f}.",
            "Check both; a roll over capacity is possible and stays visible.",
            source,
            int(row),
            "physical_capacity",
        )


def above_physical(cells: pd.DataFrame, source: str) -> Iterator[Finding]:
    """Yield a finding for each row with more places commissioned than the building supports."""
    places, physical = _number(cells, "commissioned_places"), _number(cells, "physical_capacity")
    for row in cells.index[places > physical]:
        yield Finding(
            "register_commissioned_above_physical",
            "warns",
            f"Row {row}: {places[row]:.0f} commissioned places, but physical_capacity is "
            f"{physical[row]:.0f}.",
            "Check both; a place that the building does not support is not usable.",
            source,
            int(row),
            "commissioned_places",
        )


def pools_exceed_places(cells: pd.DataFrame, source: str) -> Iterator[Finding]:
    """Yield a finding for each row that sets more places apart than it has."""
    commissioned = _number(cells, "commissioned_places")
    whole = commissioned.fillna(_number(cells, "physical_capacity"))
    apart = pd.concat([_number(cells, pool) for pool in POOLS], axis=1).sum(axis=1)
    for row in cells.index[apart > whole]:
        known = "commissioned_places" if commissioned.notna()[row] else "physical_capacity"
        yield Finding(
            "register_pools_exceed_places",
            "blocks",
            f"Row {row}: nursery_places and post16_places come to {apart[row]:.0f}, more than "
            f"{known}, {whole[row]:.0f}.",
            f"They are parts of the commissioned places: correct them, or {known}.",
            source,
            int(row),
            "post16_places",
        )
    kept = _number(cells, "assessment_places")
    for row in cells.index[kept > whole]:
        yield Finding(
            "register_assessment_exceeds_places",
            "blocks",
            f"Row {row}: {kept[row]:.0f} assessment_places, but {whole[row]:.0f} places in all.",
            "Assessment places are part of the commissioned places: correct one of the two.",
            source,
            int(row),
            "assessment_places",
        )


def pools_not_taught(cells: pd.DataFrame, source: str) -> Iterator[Finding]:
    """Yield a finding for places set apart for year groups that the row does not teach."""
    beyond = {
        "nursery_places": cells["ncy_from"].astype(int) > LAST_OF_NURSERY,
        "post16_places": cells["ncy_to"].astype(int) < FIRST_AFTER_16,
    }
    taught = cells["ncy_from"] + " to ncy_to " + cells["ncy_to"]
    for column, none in beyond.items():
        for row in cells.index[none & (_number(cells, column) > 0)]:
            yield Finding(
                "register_pool_not_taught",
                "warns",
                f"Row {row}: {column} is {cells.at[row, column]}, but ncy_from {taught[row]} holds "
                "no such year group.",
                "Correct ncy_from and ncy_to, or leave the cell blank.",
                source,
                int(row),
                column,
            )


def parts_exceed_roll(cells: pd.DataFrame, source: str) -> Iterator[Finding]:
    """Yield a finding for each row with more pupils of one kind than pupils on roll."""
    roll = _number(cells, "on_roll")
    for column in PARTS_OF_ROLL:
        part = _number(cells, column)
        for row in cells.index[(part > roll) & (roll > 0)]:
            yield Finding(
                "register_part_exceeds_roll",
                "warns",
                f"Row {row}: {column} is {part[row]:.0f}, but on_roll is {roll[row]:.0f}.",
                "Check both: these pupils are part of the roll.",
                source,
                int(row),
                column,
            )


def ramps(cells: pd.DataFrame, source: str) -> Iterator[Finding]:
    """Yield a finding for growth over an impossible time, or without places to grow from."""
    steps = _number(cells, "ramp_years")
    low, high = RAMP_YEARS
    for row in cells.index[(steps < low) | (steps > high)]:
        yield Finding(
            "register_ramp_out_of_range",
            "blocks",
            f"Row {row}: ramp_years is {steps[row]:.0f}.",
            f"Put {low} to {high} Septembers, or leave it blank if the places open at once.",
            source,
            int(row),
            "ramp_years",
        )
    counted = same_sites(cells[cells["change_status"] != "proposed"])
    first = counted.groupby(["urn", "site_id", "provision"])["effective_from"].min()
    rows = same_sites(cells[steps.notna()])
    for number, row in rows.iterrows():
        earliest = first.get((row["urn"], row["site_id"], row["provision"]), "9999-12-31")
        if str(earliest) >= row["effective_from"]:
            yield Finding(
                "register_ramp_without_earlier_period",
                "warns",
                f"Row {number} grows over {row['ramp_years']} Septembers, but the provision has no "
                "row of an earlier period: its places grow from 0.",
                "Add the row of the period before, with effective_to; nothing if the provision is "
                "new.",
                source,
                int(number),  # pyright: ignore[reportArgumentType]
                "ramp_years",
            )


def repeated_totals(cells: pd.DataFrame, source: str) -> Iterator[Finding]:
    """Yield a finding where sites of a school hold the same numbers, as if each were the whole."""
    columns = ["commissioned_places", "on_roll"]
    rows = in_force(cells)
    rows = rows[(rows[columns].apply(pd.to_numeric) >= FAR_ABOVE_PUPILS).all(axis=1)]
    for _, group in rows.groupby(["urn", "provision", "effective_from", *columns], sort=False):
        if group["site_id"].nunique() > 1:
            listed = sorted(int(n) for n in group.index)  # pyright: ignore[reportArgumentType]
            yield Finding(
                "register_sites_repeat_total",
                "warns",
                f"Rows {' and '.join(str(n) for n in listed)} are sites of one school with the "
                "same places and roll: each may hold the number of the whole school.",
                "Put each site's own places and roll; the sites of a school add up to it.",
                source,
                listed[-1],
                "on_roll",
            )


def sites_beyond_school(
    cells: pd.DataFrame, source: str, establishments: pd.DataFrame
) -> Iterator[Finding]:
    """Yield a finding where the rolls of a school's sites add up to far more than its own."""
    schools = establishments.drop_duplicates("urn").set_index("urn")["on_roll"]
    rows = in_force(cells[cells["change_status"] == "existing"])
    rows = rows.assign(roll=_number(rows, "on_roll"))
    for urn, group in rows.groupby("urn", sort=True):
        whole = schools.get(urn)
        if group["site_id"].nunique() < 2 or whole is None or pd.isna(whole):
            continue
        for day in sorted(group["effective_from"].unique()):
            then = group[(group["effective_from"] <= day) & (group["end"] >= day)]
            total = float(then["roll"].sum())
            if total > FAR_ABOVE * whole and total - whole >= FAR_ABOVE_PUPILS:
                listed = sorted(int(n) for n in then.index)
                yield Finding(
                    "register_sites_exceed_school",
                    "warns",
                    f"Rows {', '.join(str(n) for n in listed)} are the sites of one school with "
                    f"{total:.0f} on roll together; the school list gives the whole school "
                    f"{whole:.0f}.",
                    "Put each site's own roll; the sites of a school add up to it.",
                    source,
                    listed[-1],
                    "on_roll",
                )
                break


def satellites_without_place(raw: pd.DataFrame, source: str) -> Iterator[Finding]:
    """Yield a finding for each further site of a school that does not say where it is.

    Args:
        raw: Cells before anything is filled from the school list.
        source: File name.
    """
    rows = same_sites(raw)
    sites = rows.groupby("urn")["site_id"].transform("nunique")
    blank = (rows["easting"] == "") | (rows["northing"] == "")
    for row in rows.index[(sites > 1) & (rows["site_id"] != "main") & blank]:
        yield Finding(
            "register_site_without_place",
            "warns",
            f"Row {row}: this site of a school of several sites has no easting and northing, so it "
            "is taken to lie where the school list puts the school.",
            "Fill in easting, northing and locality of the site: travel is measured to the site.",
            source,
            int(row),
            "easting",
        )


def _number(cells: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of text cells as numbers, missing where blank."""
    return pd.to_numeric(cells[column].replace("", None)).astype(float)
