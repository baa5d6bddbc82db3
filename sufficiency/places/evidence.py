"""The register beside what others say: the school census, GIAS and the SEN2 return.

Belongs here: pupils of other authorities as the census knows them, and the comparison of each
provision's rolls. How full it is belongs to `occupancy`.
"""

import numpy as np
import pandas as pd

from sufficiency.contracts import Imports, RegisterCheck, checked
from sufficiency.findings import Findings, some
from sufficiency.places.attendance import MAIN, attending
from sufficiency.places.census_rolls import PLAN, census_rolls
from sufficiency.places.periods import counted_in
from sufficiency.terms import ALL, OUTSIDE, codes, lookup

CHILDREN_APART, SHARE_APART = 2, 0.05
GIAS_SHARE_APART = 0.1
UNKNOWN = "unknown"
CENSUS = "school census"
SCHOOL = ["urn", "provision"]
GIAS_COLUMNS = {
    "sen_unit": ("sen_unit_on_roll", "sen_unit_capacity"),
    "resourced_provision": ("resourced_provision_on_roll", "resourced_provision_capacity"),
}
WHOLE_SCHOOL = ("on_roll", "capacity")
NOT_IN_GIAS = ("support_base",)


def imports_table(
    imports_given: pd.DataFrame, pupils: pd.DataFrame, register: pd.DataFrame, base_year: int
) -> pd.DataFrame:
    """Return pupils of other authorities by school, NCY and need (`Imports`).

    As given in `imports.csv`; for a school and provision that it does not name, as the spring
    census of the base year counts pupils whose home is outside the authority (home authority
    unknown). A row with 0 pupils says that the census covers the school and finds none. A school
    that neither knows has no row: its imports are not known.

    Args:
        imports_given: Imports of `imports.csv`, may be empty.
        pupils: Pupils table, may be empty.
        register: Register of places.
        base_year: January census year.
    """
    census = census_rolls(pupils, register, base_year)
    given = pd.MultiIndex.from_frame(imports_given[SCHOOL])
    census = census[~pd.MultiIndex.from_frame(census[SCHOOL]).isin(given)]
    outside = census[(census["home"] == OUTSIDE) & (census["pupils"] > 0)]
    found = outside.assign(need=outside["need"].where(outside["need"] != "", ALL))
    keys = [*SCHOOL, "ncy", "need"]
    found = found.groupby(keys, dropna=False, sort=True)["pupils"].sum().reset_index()
    covered = census[SCHOOL].drop_duplicates()
    none = covered[
        ~pd.MultiIndex.from_frame(covered).isin(pd.MultiIndex.from_frame(found[SCHOOL]))
    ].assign(need=ALL, pupils=0)
    told = pd.concat([found, none], ignore_index=True)
    sites = register[[*SCHOOL, "site_id"]].assign(other=register["site_id"] != MAIN)
    sites = sites.sort_values([*SCHOOL, "other", "site_id"], kind="stable")
    told = told.merge(sites.drop_duplicates(SCHOOL)[[*SCHOOL, "site_id"]], on=SCHOOL)
    told = told.assign(home_authority=UNKNOWN, source=CENSUS)
    columns = list(Imports.to_schema().columns)
    parts = [part for part in (imports_given[columns], told[columns]) if len(part)]
    whole = pd.concat(parts, ignore_index=True) if parts else imports_given[columns]
    order = ["urn", "provision", "site_id", "ncy", "need", "home_authority"]
    return checked(Imports, whole.sort_values(order, kind="stable"), "imports")


def register_check(
    register: pd.DataFrame,
    establishments: pd.DataFrame,
    pupils: pd.DataFrame,
    plans: pd.DataFrame,
    imports: pd.DataFrame,
    base_year: int,
    findings: Findings | None = None,
) -> pd.DataFrame:
    """Return the register beside GIAS, the school census and SEN2 (`RegisterCheck`).

    One row a school and provision: the sources do not tell the sites or rows of one apart (then
    `site_id` is ALL). `difference` is the roll (census, else register) less residents, imports and
    pupils without a plan, and missing where any of them is not known. The verdict is `not_known`
    where nothing can be compared; `differs` where the difference, or the register's roll less the
    census's, is over 2 children and over 5% of the roll; else `agrees`.

    Args:
        register: Register of places.
        establishments: Establishments of the authority, as in GIAS.
        pupils: Pupils table, may be empty.
        plans: Plans at the base census.
        imports: Imports table.
        base_year: January census year.
        findings: Receives how many differ, and residents at schools that the register lacks.
    """
    findings = Findings() if findings is None else findings
    rows = counted_in(register, base_year)
    census = census_rolls(pupils, rows, base_year)
    held = attending(rows, plans, base_year)
    made = _of_register(rows).join(_of_census(census)).join(_of_gias(rows, establishments))
    there = held[held["urn"] != ""].groupby(SCHOOL)["plans"].sum()
    by_person = plans["basis"].eq("person").any()
    made["sen2_plans"] = _number(there.reindex(made.index))
    if by_person:
        made["sen2_plans"] = made["sen2_plans"].fillna(0)
    listed = imports.groupby(SCHOOL)["pupils"].sum().reindex(made.index)
    made["imports"] = _number(listed).fillna(made["other_la_places"])
    told = made["census_without"].fillna(made["occupants_without_plan"])
    made["without_plan"] = _number(told)
    roll = made["census_roll"].fillna(made["register_roll"])
    explained = made["sen2_plans"] + made["imports"] + made["without_plan"]
    made["difference"] = _number(roll - explained)
    made["verdict"] = _verdicts(made, roll)
    columns = list(RegisterCheck.to_schema().columns)
    table = made.reset_index().assign(year=base_year)[columns]
    _say_what_differs(made, findings)
    _say_not_on_register(rows, plans, establishments, base_year, findings)
    return checked(RegisterCheck, table, "register_check")


def _number(values: pd.Series) -> pd.Series:
    return values.astype("Int32")


def _of_register(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row a school and provision; a sum is missing where any part of it is."""
    rows = rows.assign(other=rows["site_id"] != MAIN)
    ordered = rows.sort_values([*SCHOOL, "other", "site_id", "ncy_from"], kind="stable")
    groups = ordered.groupby(SCHOOL, sort=True)
    several = groups.size() > 1
    made = groups.agg(name=("name", "first"), site_id=("site_id", "first"))
    made["site_id"] = made["site_id"].mask(several, ALL)
    for column in ("on_roll", "other_la_places", "occupants_without_plan"):
        known = groups[column].count() == groups.size()
        made[column] = _number(groups[column].sum()).where(known)
    return made.rename(columns={"on_roll": "register_roll"})


def _of_census(census: pd.DataFrame) -> pd.DataFrame:
    has_plan = census["sen_provision"] == PLAN
    own = (census["home"] != OUTSIDE) & ~has_plan
    counted = census.assign(
        census_roll=census["pupils"],
        census_plans=census["pupils"].where(has_plan, 0),
        census_without=census["pupils"].where(own, 0),
    )
    names = ["census_roll", "census_plans", "census_without"]
    return counted.groupby(SCHOOL)[names].sum().astype("Int32")


def _of_gias(rows: pd.DataFrame, establishments: pd.DataFrame) -> pd.DataFrame:
    keys = rows[SCHOOL].drop_duplicates()
    schools = establishments.set_index("urn")
    parts = []
    for provision in [name for name in codes("provisions") if name not in NOT_IN_GIAS]:
        roll, capacity = GIAS_COLUMNS.get(provision, WHOLE_SCHOOL)
        own = keys[keys["provision"] == provision]
        told = schools.reindex(own["urn"])[[roll, capacity]]
        told.columns = ["gias_roll", "gias_capacity"]
        parts.append(told.set_axis(pd.MultiIndex.from_frame(own)).astype("Int32"))
    return pd.concat(parts)


def _apart(difference: pd.Series, roll: pd.Series, share: float = SHARE_APART) -> pd.Series:
    size = difference.abs().astype("float64")
    allowed = np.maximum(CHILDREN_APART, share * roll.astype("float64"))
    return size > allowed


def _verdicts(made: pd.DataFrame, roll: pd.Series) -> pd.Series:
    beside = made["register_roll"] - made["census_roll"]
    is_known = made["difference"].notna() | beside.notna()
    differs = _apart(made["difference"], roll) | _apart(beside, roll)
    verdict = pd.Series("agrees", index=made.index).mask(differs, "differs")
    return verdict.mask(~is_known, "not_known").astype("str")


def _say_what_differs(made: pd.DataFrame, findings: Findings) -> None:
    """Report rolls that differ from the census, from GIAS, or are not explained."""
    differs = made[made["verdict"] == "differs"]
    if len(differs):
        findings.warn(
            "register_roll_differs",
            f"{len(differs)} provisions have a roll that the register, the school census and SEN2 "
            f"do not agree on: {some(differs['name'])}.",
            "See register_check: correct on_roll, occupants_without_plan or imports.csv with the "
            "school.",
            source="places.csv",
            column="on_roll",
            count=len(differs),
        )
    gias = made[made["census_roll"].isna()]
    beside = gias["register_roll"] - gias["gias_roll"]
    stale = gias[_apart(beside, gias["register_roll"], GIAS_SHARE_APART)]
    if len(stale):
        findings.inform(
            "register_roll_differs_from_gias",
            f"{len(stale)} provisions have another roll in GIAS, by more than 10%: "
            f"{some(stale['name'])}.",
            "GIAS may be older. Check on_roll where it is the older one.",
            source="places.csv",
            column="on_roll",
            count=len(stale),
        )


def _say_not_on_register(
    rows: pd.DataFrame,
    plans: pd.DataFrame,
    establishments: pd.DataFrame,
    base_year: int,
    findings: Findings,
) -> None:
    """Report residents in a provision of the authority's schools that the register lacks."""
    provision = plans["setting"].map(lookup("settings", "provision"))
    gaps = [name for name, gap in lookup("provisions", "capacity_gap").items() if gap == "yes"]
    here = plans["establishment"].isin(establishments["urn"]) & (plans["year"] == base_year)
    held = plans[here & provision.isin(gaps)]
    held = held.assign(urn=held["establishment"], provision=provision.reindex(held.index))
    listed = pd.MultiIndex.from_frame(rows[SCHOOL])
    lacking = held[~pd.MultiIndex.from_frame(held[SCHOOL]).isin(listed)]
    if lacking.empty:
        return
    names = establishments.set_index("urn")["name"]
    schools = lacking["urn"].drop_duplicates().sort_values().map(names)
    findings.warn(
        "placements_not_on_register",
        f"{len(lacking)} residents are placed in a special school or base here that has no row in "
        f"force on the register: {some(schools)}.",
        "Add the provision to places.csv, or correct the flags of the return.",
        source="places.csv",
        column="urn",
        count=len(lacking),
    )
