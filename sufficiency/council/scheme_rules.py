"""Rules of the schemes (`schemes.csv`): dates, fill, and their rows on the register."""

from datetime import date

import pandas as pd

from sufficiency.council.problems import Problems
from sufficiency.council.schemes import FILL_COLUMNS, earliest_opening, why_not_counted
from sufficiency.places.mix import SITE
from sufficiency.terms import OUTSIDE

SAME_OPENING_DAYS = 366


def scheme_rules(
    cells: pd.DataFrame,
    problems: Problems,
    register: pd.DataFrame,
    localities: pd.DataFrame | None,
    establishments: pd.DataFrame | None,
) -> pd.DataFrame:
    """Return the schemes that break no blocking rule, with names and localities filled.

    Args:
        cells: Understood cells of `schemes.csv` by spreadsheet row.
        problems: Receives every broken rule and the rows it takes out.
        register: Register table.
        localities: Localities table; None or empty: not checked.
        establishments: Establishments table; fills localities. None or empty: not used.
    """
    rows = cells.assign(name=cells["name"].where(cells["name"] != "", cells["scheme"]))
    rows = _placed(rows, problems, register, localities, establishments)
    sound = rows[~rows.index.isin(list(problems.broken))]
    problems.block(
        "schemes_year_groups_reversed",
        sound.index[sound["ncy_from"].astype(int) > sound["ncy_to"].astype(int)],
        "ncy_from is after ncy_to",
        "Put the youngest year group in ncy_from and the oldest in ncy_to.",
        "ncy_from",
    )
    _dates(sound, problems)
    _fills(sound, problems)
    _beside_register(sound, problems, register)
    return rows


def _placed(
    cells: pd.DataFrame,
    problems: Problems,
    register: pd.DataFrame,
    localities: pd.DataFrame | None,
    establishments: pd.DataFrame | None,
) -> pd.DataFrame:
    known = (
        sorted({*localities["locality"], OUTSIDE})
        if localities is not None and len(localities)
        else None
    )
    lists = [register, establishments] if establishments is not None else [register]
    filled = cells["locality"]
    for schools in reversed(lists):
        place = schools.drop_duplicates("urn").set_index("urn")["locality"]
        listed = cells["urn"].map(place).fillna("").astype("str")
        usable = (cells["locality"] == "") & (listed != "")
        filled = filled.where(~usable, listed)
    blank = filled == ""
    filled = filled.where(~blank, OUTSIDE)
    if known is not None:
        problems.block(
            "schemes_unknown_locality",
            cells.index[~filled.isin(known)],
            "locality {value} is not in the locality table",
            f"Use one of: {', '.join(known)}.",
            "locality",
            filled,
        )
    problems.warn(
        "schemes_locality_blank",
        cells.index[blank],
        "locality is blank, and the school is not in a known one: outside is used",
        "Fill in locality, so that the places count where they will be.",
        "locality",
    )
    return cells.assign(locality=filled)


def _dates(schemes: pd.DataFrame, problems: Problems) -> None:
    undated = schemes["stage"].eq("approved") & schemes["approval"].eq("")
    problems.warn(
        "schemes_approved_without_day",
        schemes.index[undated],
        "stage is approved, but approval is blank: its lead time is counted from the base census",
        "Fill in the day of approval.",
        "approval",
    )
    for row, scheme in _numbered(schemes).iterrows():
        if not scheme["approval"]:
            continue
        opening = date.fromisoformat(str(scheme["opening"]))
        earliest = earliest_opening(scheme, opening)
        counted = (
            "while places.csv counts its row from the day it gives"
            if scheme["in_register"] == "yes"
            else "which is used"
        )
        if opening < earliest:
            problems.warn(
                "schemes_open_before_lead_time",
                [row],
                f"opening is {opening.isoformat()}, but approval and lead time allow "
                f"{earliest.isoformat()} at the earliest, {counted}",
                "Correct opening or approval, or put this scheme's own lead_months.",
                "opening",
            )


def _numbered(schemes: pd.DataFrame) -> pd.DataFrame:
    months = pd.to_numeric(schemes["lead_months"].replace("", None)).astype("Int32")
    return schemes.assign(lead_months=months)


def _fill(schemes: pd.DataFrame) -> pd.DataFrame:
    """Return places by year of fill, a blank year as the one before."""
    return schemes[FILL_COLUMNS].replace("", None).apply(pd.to_numeric).astype(float)


def _fills(schemes: pd.DataFrame, problems: Problems) -> None:
    fill = _fill(schemes).ffill(axis=1)
    problems.warn(
        "schemes_fill_falls",
        schemes.index[(fill.diff(axis=1) < 0).any(axis=1)],
        "a later fill is lower than the one before",
        "Put all places open in that year, not those added in it; leave it if places do close.",
        "fill_1",
    )
    problems.warn(
        "schemes_without_places",
        schemes.index[fill.max(axis=1).eq(0)],
        "every fill is 0, so the scheme adds no place",
        "Fill in the places it opens, year by year.",
        "fill_1",
    )
    halved = schemes["slippage_probability"].eq("") != schemes["slippage_months"].eq("")
    problems.warn(
        "schemes_slippage_half_given",
        schemes.index[halved],
        "slippage_probability and slippage_months are not both filled in, so neither is used",
        "Fill in both, or neither.",
        "slippage_probability",
    )


def _beside_register(schemes: pd.DataFrame, problems: Problems, register: pd.DataFrame) -> None:
    most = _fill(schemes).max(axis=1)
    missing, counted, unsure, above, twice = [], [], [], [], []
    settled = {
        tuple(scheme[SITE]) for _, scheme in schemes.iterrows() if not why_not_counted(scheme)
    }
    for (row, scheme), places in zip(schemes.iterrows(), most, strict=True):
        key = tuple(scheme[SITE])
        same = register[(register[SITE] == list(key)).all(axis=1)]
        near = same[_days_apart(same, str(scheme["opening"])) <= SAME_OPENING_DAYS]
        planned = near["change_status"].isin(["funded", "approved"]).any()
        if scheme["in_register"] == "no" and not why_not_counted(scheme) and planned:
            twice.append(row)
        if scheme["in_register"] == "yes":
            if near.empty:
                missing.append(row)
            elif why_not_counted(scheme) and planned:
                (unsure if key in settled else counted).append(row)
        room = same["physical_capacity"].max() if len(same) else pd.NA
        there = same["commissioned_places"].max() if len(same) else pd.NA
        before = there if scheme["scheme_type"] == "reuse" and pd.notna(there) else 0
        if pd.notna(room) and places + (before if scheme["in_register"] == "no" else 0) > room:
            above.append(row)
    _say_register(problems, missing, counted, unsure, above)
    problems.warn(
        "schemes_perhaps_counted_twice",
        twice,
        "the scheme is approved and in_register is no, but places.csv has a funded or "
        "approved row there that starts within a year of opening: its places may count twice",
        "Put yes in in_register if that row is this scheme's.",
        "in_register",
    )
    problems.warn(
        "schemes_open_not_on_register",
        schemes.index[schemes["stage"].eq("open") & schemes["in_register"].eq("no")],
        "the scheme is open, but in_register is no: its places are added to the register's",
        "Add a row to places.csv and put yes in in_register, so that its roll counts too.",
        "in_register",
    )


def _say_register(
    problems: Problems,
    missing: list[object],
    counted: list[object],
    unsure: list[object],
    above: list[object],
) -> None:
    problems.block(
        "schemes_no_such_register_row",
        missing,
        "in_register is yes, but places.csv has no row of this urn, site_id and provision that "
        "starts within a year of opening",
        "Add the row to places.csv, correct the codes or the date, or put no in in_register.",
        "in_register",
    )
    problems.block(
        "schemes_counted_before_approval",
        counted,
        "the scheme is not approved with its money and statutory process, but its row in "
        "places.csv is funded or approved and would be counted",
        "Put proposed in change_status of that row, or correct the scheme.",
        "stage",
    )
    problems.warn(
        "schemes_perhaps_counted_before_approval",
        unsure,
        "the scheme is not approved; places.csv has a funded or approved row there, which may "
        "be another scheme's",
        "Check that change_status is proposed in the row of this scheme.",
        "stage",
    )
    problems.warn(
        "schemes_fill_above_physical",
        above,
        "its places are more than the physical_capacity of its row in places.csv",
        "Check fill here and physical_capacity there.",
        "fill_1",
    )


def _days_apart(rows: pd.DataFrame, opening: str) -> pd.Series:
    return (pd.to_datetime(rows["effective_from"]) - pd.Timestamp(opening)).dt.days.abs()
