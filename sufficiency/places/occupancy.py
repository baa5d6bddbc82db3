"""Occupancy and headroom: how full each school and base is at the base census, by pool.

Demand counts persons, occupancy counts full-time equivalents; a place over number stays visible; a
second placement is listed apart (domain handbook 12).
"""

import numpy as np
import pandas as pd

from sufficiency.contracts import Occupancy, checked
from sufficiency.findings import Findings, some
from sufficiency.places.attendance import attending
from sufficiency.places.capacity import Capacity, classes_of_rows, usable
from sufficiency.places.census_rolls import census_rolls
from sufficiency.places.commissioned import COMMISSIONED, commissioned, rows_of_year
from sufficiency.places.mix import NCYS, plan_mix, row_mixes
from sufficiency.places.occupants import (
    CENSUS,
    NONE,
    POOLS,
    REGISTER,
    Numbers,
    Occupants,
    Rows,
    occupants,
    spread,
)
from sufficiency.terms import ALL, lookup, table

BOARDERS = ("yes", "52_weeks")
CLIMB = {"entered": ("02", "07"), "left": ("02", "06")}
"""Months of entry and of leaving between census day and July; who leaves in July was there."""
COUNTS = (
    "physical",
    "scap",
    "commissioned",
    "usable",
    "on_roll",
    "with_plan",
    "other_authorities",
    "assessment",
    "sen_support",
    "unexplained",
    "second_placements",
    "beds",
    "beds_used",
)


def occupancy(
    register: pd.DataFrame,
    plans: pd.DataFrame,
    base_year: int,
    classes: pd.DataFrame,
    imports: pd.DataFrame,
    pupils: pd.DataFrame,
    second_placements: pd.DataFrame,
    placement_months: pd.DataFrame,
    nursery_fte: float,
    findings: Findings,
) -> pd.DataFrame:
    """Return who occupies each register row in force at the base census (`Occupancy`).

    One row a register row and pool it teaches, and one of pool ALL. What is known of the whole
    row only (a register's roll, physical capacity, beds) is missing for its pools, unless it
    teaches one pool. Usable places never exceed the commissioned ones, pool by pool. A nursery
    pupil counts `nursery_fte`, any other 1. July is the roll plus those who entered from February
    to July less those who left from February to June of the calendar year before.

    Args:
        register: Register of places.
        plans: Plans at the base census.
        base_year: January census year.
        classes: Class sizes, may be empty.
        imports: Imports table, may be empty.
        pupils: School census counts, may be empty: the register's roll is then used.
        second_placements: Rank-2 placements.
        placement_months: Months in which residents entered and left.
        nursery_fte: Full-time equivalent of a nursery pupil.
        findings: Receives rows over number, and rows whose roll is not known.
    """
    rows = rows_of_year(register, base_year)
    if not len(rows):
        return checked(Occupancy, pd.DataFrame(columns=_columns()), "occupancy")
    held = attending(rows.rows, plans, base_year, imports)
    by_person = bool(plans["basis"].eq("person").any())
    census = census_rolls(pupils, rows.rows, base_year)
    there = occupants(rows, held, imports, census, by_person)
    full = {
        **_capacities(rows, register, held, classes, base_year),
        **_assessed(there, classes, base_year),
        "on_roll": there.on_roll,
        "with_plan": there.with_plan,
        "other_authorities": there.others,
        "second_placements": _second(rows, second_placements, base_year, by_person),
    }
    full["unexplained"] = _unexplained(there)
    full["fte"], part_time = _fte(there, nursery_fte)
    full["july_peak"] = _july(there, full["fte"], placement_months, base_year, nursery_fte)
    full.update(_boarding(rows, plans, base_year))
    made = _laid_out(rows, full).assign(year=base_year)
    made["roll_source"] = np.repeat(there.roll_source, len(POOLS) + 1)
    made["note"] = np.repeat(_notes(there, part_time, census), len(POOLS) + 1)
    taught = np.column_stack([rows.taught, np.ones(len(rows), dtype=bool)]).ravel()
    made = _rates(made[taught])
    _report(made, findings)
    return checked(Occupancy, made[_columns()], "occupancy")


def _columns() -> list[str]:
    return list(Occupancy.to_schema().columns)


def _capacities(
    rows: Rows, register: pd.DataFrame, held: pd.DataFrame, classes: pd.DataFrame, base_year: int
) -> dict[str, Numbers]:
    """Return physical, SCAP, commissioned and usable places."""
    paid, own = commissioned(rows, register, base_year)
    return {
        "physical": rows.given("physical_capacity"),
        "scap": rows.given("scap_capacity"),
        "commissioned": paid,
        "usable": _usable(rows, held, classes, own, paid, base_year),
    }


def _usable(
    rows: Rows,
    held: pd.DataFrame,
    classes: pd.DataFrame,
    own: list[Capacity | None],
    paid: Numbers,
    base_year: int,
) -> Numbers:
    """Return class sizes added up where supplied, else commissioned places."""
    listed = classes_of_rows(classes, rows.rows, base_year)
    mixes = row_mixes(rows.rows, plan_mix(held), {}, {}, frozenset())
    pool_of_phase = np.array([POOLS.index(pool) for pool in table("phases")["pool"]])
    whole, pools = paid.whole.copy(), paid.pools.copy()
    for row, its in sorted(listed.items()):
        places = own[row] or Capacity(None, COMMISSIONED, {})
        by_phase = usable(its, rows.rows.iloc[row], mixes[row], places)[0].sum(axis=0)
        found = np.bincount(pool_of_phase, weights=by_phase, minlength=len(POOLS))
        most = np.where(np.isnan(paid.pools[row]), np.inf, paid.pools[row])
        pools[row] = np.minimum(found, most)
        whole[row] = np.fmin(pools[row].sum(), paid.whole[row])
    return Numbers(whole, pools)


def _assessed(there: Occupants, classes: pd.DataFrame, base_year: int) -> dict[str, Numbers]:
    """Return assessment places in use, and others without a plan.

    Pupils without a plan fill the assessment places (those of the register, else of assessment
    classes), of the pools with an assessment class first, then nursery, school age and post-16.
    """
    rows, without = there.rows, there.without_plan
    given = rows.rows["assessment_places"].astype("float64").to_numpy()
    in_classes, class_pools = np.zeros(len(rows)), np.zeros((len(rows), len(POOLS)), dtype=bool)
    for row, its in classes_of_rows(classes, rows.rows, base_year).items():
        kept = its[its["assessment"] == "yes"]
        in_classes[row] = kept["places"].sum()
        for first, last in zip(kept["ncy_from"], kept["ncy_to"], strict=True):
            inside = (int(first) <= NCYS) & (int(last) >= NCYS)
            class_pools[row, np.unique(rows.pool_of_ncy[inside])] = True
    kept = np.where(np.isnan(given), in_classes, given)
    whole = np.minimum(without.whole, kept)
    pools = np.where(kept[:, None] == 0, np.minimum(without.pools, 0), without.pools)
    for row in np.flatnonzero(kept > 0):
        left = kept[row]
        for pool in sorted(range(len(POOLS)), key=lambda pool: (not class_pools[row, pool], pool)):
            pools[row, pool] = min(pools[row, pool], left)
            left -= pools[row, pool]
    others = Numbers(without.whole - whole, without.pools - pools)
    return {"assessment": Numbers(whole, pools), "sen_support": others}


def _unexplained(there: Occupants) -> Numbers:
    parts = (there.with_plan, there.others, there.without_plan)
    return Numbers(
        there.on_roll.whole - np.sum([part.whole for part in parts], axis=0),
        there.on_roll.pools - np.sum([part.pools for part in parts], axis=0),
    )


def _fte(there: Occupants, nursery_fte: float) -> tuple[Numbers, np.ndarray]:
    """Return full-time equivalents, and rows where only plan holders tell who is in nursery."""
    rows = there.rows
    weights = np.where(np.array(POOLS) == "nursery", nursery_fte, 1.0)
    pools = there.on_roll.pools * weights
    nursery = POOLS.index("nursery")
    told = np.where(
        np.isnan(there.on_roll.pools[:, nursery]),
        np.nan_to_num(there.with_plan.pools[:, nursery]),
        there.on_roll.pools[:, nursery],
    )
    whole = there.on_roll.whole - told * (1 - nursery_fte)
    is_guess = np.isnan(there.on_roll.pools[:, nursery]) & rows.taught[:, nursery]
    return Numbers(whole, pools), is_guess & ~np.isnan(whole)


def _second(
    rows: Rows, second_placements: pd.DataFrame, base_year: int, by_person: bool
) -> Numbers:
    told = _with_provision(second_placements[second_placements["year"] == base_year])
    found = rows.laid_over(told, "plans")
    if by_person:
        return found
    unknown = np.full((len(rows), len(POOLS)), np.nan)
    return Numbers(unknown[:, 0], unknown)


def _with_provision(counted: pd.DataFrame) -> pd.DataFrame:
    provision = counted["setting"].map(lookup("settings", "provision")).astype("str")
    return counted.assign(urn=counted["establishment"], provision=provision)


def _july(
    there: Occupants,
    fte: Numbers,
    placement_months: pd.DataFrame,
    base_year: int,
    nursery_fte: float,
) -> Numbers:
    """Return the FTE expected in July; missing where the return of the base year is not held."""
    rows = there.rows
    own = placement_months[placement_months["year"] == base_year]
    unknown = np.full((len(rows), len(POOLS)), np.nan)
    if own.empty:
        return Numbers(unknown[:, 0], unknown)
    month = own["month"].str[5:]
    net = pd.Series(0, index=own.index)
    for name, sign in (("entered", 1), ("left", -1)):
        first, last = CLIMB[name]
        net = net + sign * own[name].where((month >= first) & (month <= last), 0)
    summed = _with_provision(own.assign(net=net)).groupby(["urn", "provision", "pool"])["net"].sum()
    climb = np.zeros((len(rows), len(POOLS)))
    for position, pool in enumerate(POOLS):
        if pool in summed.index.get_level_values("pool"):
            totals = summed.xs(pool, level="pool").to_dict()
            weights = np.nan_to_num(there.on_roll.pools[:, position])
            weights = np.where(weights > 0, weights, np.nan_to_num(there.on_roll.whole))
            climb[:, position] = spread(rows, totals, weights, rows.taught[:, position])
    climb = _in_taught_pools(rows, climb)
    climb = climb * np.where(np.array(POOLS) == "nursery", nursery_fte, 1.0)
    return Numbers(np.maximum(fte.whole + climb.sum(axis=1), 0), np.maximum(fte.pools + climb, 0))


def _in_taught_pools(rows: Rows, numbers: np.ndarray) -> np.ndarray:
    """Return row x pool with what a row does not teach in its nearest pool, as rolls are."""
    result = np.where(rows.taught, numbers, 0.0)
    for row, pool in zip(*np.nonzero(~rows.taught & (numbers != 0)), strict=True):
        taught = np.flatnonzero(rows.taught[row])
        result[row, taught[np.abs(taught - pool).argmin()]] += numbers[row, pool]
    return result


def _boarding(rows: Rows, plans: pd.DataFrame, base_year: int) -> dict[str, Numbers]:
    """Return beds and boarders of whole rows; of a school's rows, those with beds hold them."""
    nowhere = np.full((len(rows), len(POOLS)), np.nan)
    beds = rows.rows["beds"].astype("float64").to_numpy()
    own = plans[(plans["year"] == base_year) & (plans["establishment"] != "")]
    if not own["residential"].ne("unknown").any():
        return {"beds": Numbers(beds, nowhere), "beds_used": Numbers(nowhere[:, 0], nowhere)}
    boarders = _with_provision(own[own["residential"].isin(BOARDERS)])
    totals = boarders.groupby(["urn", "provision"]).size().to_dict()
    used = spread(rows, totals, beds, np.nan_to_num(beds) > 0)
    return {"beds": Numbers(beds, nowhere), "beds_used": Numbers(used, nowhere)}


def _laid_out(rows: Rows, full: dict[str, Numbers]) -> pd.DataFrame:
    """Return one row a register row and pool, the whole row last."""
    each = len(POOLS) + 1
    shared = ["urn", "site_id", "name", "provision", "locality", "flexible"]
    made = rows.rows[shared].loc[np.repeat(np.arange(len(rows)), each)].reset_index(drop=True)
    made["pool"] = np.tile([*POOLS, ALL], len(rows))
    for name, numbers in full.items():
        values = np.column_stack([numbers.pools, numbers.whole]).ravel()
        made[name] = pd.array(values, dtype="Float64") if name in COUNTS else values
    return made.astype(dict.fromkeys(COUNTS, "Int32"))


def _rates(made: pd.DataFrame) -> pd.DataFrame:
    fte = made["fte"].astype("float64")
    places, paid = (made[name].astype("float64") for name in ("usable", "commissioned"))
    return made.assign(
        occupancy=(100 * fte / places.where(places > 0)),
        headroom=(places - fte).clip(lower=0),
        over_number=(fte - paid).clip(lower=0),
    ).reset_index(drop=True)


def _notes(there: Occupants, part_time: np.ndarray, census: pd.DataFrame) -> np.ndarray:
    """Return what a reader must know of each row, one sentence after the other."""
    unplaced = there.rows.is_among(census[census["ncy"].isna() & (census["pupils"] > 0)])
    several = [
        len(there.rows.of_school[key]) > 1
        for key in zip(there.rows.rows["urn"], there.rows.rows["provision"], strict=True)
    ]
    counted_by_main = there.rows.rows["provision"].eq("ap").to_numpy() & (
        there.roll_source == CENSUS
    )
    said = {
        "Roll not known.": there.roll_source == NONE,
        "Roll as in the register: year groups not known.": there.roll_source == REGISTER,
        "Pupils registered mainly elsewhere are not counted.": counted_by_main,
        "Imports not known.": np.isnan(there.others.whole),
        "Plan holders by school not known.": np.isnan(there.with_plan.whole),
        "Pupils without a plan not known.": np.isnan(there.without_plan.whole),
        "Some pupils follow no year group: pools not known.": unplaced & ~there.rows.is_single,
        "Only plan holders tell who is in nursery; others are counted as full-time.": part_time,
        "The sources do not tell the sites apart: spread over them.": np.array(several),
    }
    return np.array(
        [
            " ".join(text for text, applies in said.items() if applies[row])
            for row in range(len(there.rows))
        ]
    )


def _report(made: pd.DataFrame, findings: Findings) -> None:
    whole = made[made["pool"] == ALL]
    over = whole[whole["over_number"].fillna(0) > 0]
    if len(over):
        findings.inform(
            "occupancy_over_number",
            f"{len(over)} schools or bases have more full-time equivalents than commissioned "
            f"places: {some(over['name'])}. A named school must admit, so this is not an error.",
            "Check that on_roll and commissioned_places describe the same places.",
            source="places.csv",
            column="commissioned_places",
            count=len(over),
        )
    unknown = whole[whole["roll_source"] == NONE]
    if len(unknown):
        findings.warn(
            "occupancy_roll_not_known",
            f"{len(unknown)} schools or bases have no roll, so their occupancy is not known: "
            f"{some(unknown['name'])}.",
            "Fill in on_roll in the place register, or supply the spring school census.",
            source="places.csv",
            column="on_roll",
            count=len(unknown),
        )
