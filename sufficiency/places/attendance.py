"""Which site of the register each base-year plan holder attends, as far as it is known.

Belongs here: laying plan holders, by school and recorded site, over the sites of the register, and
what is assumed where a school has several sites and the returns do not say which.
"""

import numpy as np
import pandas as pd

from sufficiency.findings import Findings
from sufficiency.places.mix import NCYS, SITE, allowed, site_key
from sufficiency.places.site_units import listed_imports
from sufficiency.terms import codes, lookup

CELL = ["need", "ncy", "locality", "in_area"]
COLUMNS = [*SITE, *CELL, "plans"]
MAIN = "main"


def attending(
    register: pd.DataFrame,
    plans: pd.DataFrame,
    base_year: int,
    imports: pd.DataFrame | None = None,
    findings: Findings | None = None,
) -> pd.DataFrame:
    """Return base-year plan holders placed in a provision, by site, need, NCY, home and in_area.

    Args:
        register: Register rows in force at the base census.
        plans: Plans table holding the base census.
        base_year: January census year.
        imports: Imports table; where it lists a school, it counts before the register.
        findings: Receives for how many children the site of their school had to be assumed.

    Returns:
        Columns `urn`, `site_id`, `provision`, `need`, `ncy`, `locality` (home), `in_area` and
        `plans`; urn and site_id are empty where the place is not on the register. Where a school
        has several sites and the site is not recorded, children are given to its sites, the one
        with the narrowest designation and year groups first and the widest last, each up to its
        roll (its places where no roll is known) less pupils without a plan and of other
        authorities, children who live in the site's locality first.
    """
    held = _held(plans, base_year)
    units = _units(register, imports)
    sites = held.merge(units[SITE], on=SITE, how="left", indicator="on_register")
    recorded = sites["on_register"].eq("both").to_numpy()
    parts = [held[recorded]]
    rest = held[~recorded]
    assumed = 0
    for school, unit in units.groupby(["urn", "provision"], sort=True):
        urn, provision = (str(part) for part in school)  # pyright: ignore[reportGeneralTypeIssues]
        mine = rest["urn"].eq(urn) & rest["provision"].eq(provision)
        if not mine.any():
            continue
        there = held[recorded & held["urn"].eq(urn) & held["provision"].eq(provision)]
        parts.append(_given_to_sites(rest[mine], unit, there))
        assumed += int(rest.loc[mine, "plans"].sum()) if len(unit) > 1 else 0
        rest = rest[~mine]
    parts.append(rest.assign(urn="", site_id=""))
    if assumed and findings is not None:
        findings.inform(
            "places_site_assumed",
            f"For {assumed} children at schools of several sites the returns do not say which "
            "site: each site is filled to its roll, by need, year group and home.",
            source="places.csv",
            column="site_id",
            count=assumed,
        )
    return _summed(pd.concat(parts, ignore_index=True))


def _held(plans: pd.DataFrame, base_year: int) -> pd.DataFrame:
    base = plans[plans["year"] == base_year]
    provision = base["setting"].map(lookup("settings", "provision"))
    frame = base.assign(provision=provision, urn=base["establishment"], site_id=base["site"])
    return _summed(frame[provision != ""].assign(plans=1))


def _summed(held: pd.DataFrame) -> pd.DataFrame:
    """Return plans added up by site, need, NCY, home and in_area."""
    return held.groupby([*SITE, *CELL], sort=True)["plans"].sum().reset_index()[COLUMNS]


def _units(register: pd.DataFrame, imports: pd.DataFrame | None) -> pd.DataFrame:
    """Return one row a school, site and provision: where it is, whom it takes, how many."""
    listed, _ = listed_imports(imports, [site_key(row) for _, row in register.iterrows()])
    schools_listed = {(urn, provision) for urn, _, provision in listed}
    roll = register["on_roll"].fillna(register["commissioned_places"]).fillna(0).astype(int)
    without_plan = register["occupants_without_plan"].fillna(0).astype(int)
    others = register["other_la_places"].fillna(0).astype(int)
    rows = register.assign(target=roll - without_plan, others=others)
    records = []
    for key, unit in rows.groupby(SITE, sort=True):
        takes = np.zeros((len(codes("needs")), len(NCYS)), dtype=bool)
        for _, row in unit.iterrows():
            takes |= np.outer(*allowed(row))
        urn, site_id, provision = (str(part) for part in key)  # pyright: ignore[reportGeneralTypeIssues]
        others = int(unit["others"].sum())
        if (urn, provision) in schools_listed:
            others = sum(int(row["pupils"]) for row in listed.get((urn, site_id, provision), []))
        target = max(int(unit["target"].sum()) - others, 0)
        locality = str(unit["locality"].iloc[0])
        records.append((urn, site_id, provision, locality, target, takes))
    return pd.DataFrame(records, columns=[*SITE, "locality", "target", "takes"])


def _given_to_sites(held: pd.DataFrame, units: pd.DataFrame, there: pd.DataFrame) -> pd.DataFrame:
    """Return the children of one school and provision with a site each."""
    if len(units) == 1:
        return held.assign(site_id=units["site_id"].iloc[0])
    breadth = units["takes"].map(np.sum)
    order = units.assign(breadth=breadth, main=units["site_id"] == MAIN)
    order = order.sort_values(["breadth", "main", "site_id"], kind="stable")
    held = _summed(held.assign(site_id=""))
    left = held["plans"].to_numpy(dtype=int).copy()
    cell = (
        pd.Index(codes("needs")).get_indexer(pd.Index(held["need"])),
        held["ncy"].to_numpy(dtype=int) - NCYS[0],
    )
    parts = []
    for _, unit in order.iloc[:-1].iterrows():
        full = int(there.loc[there["site_id"] == unit["site_id"], "plans"].sum())
        eligible = np.where(unit["takes"][cell], left, 0)
        near = held["locality"].eq(unit["locality"]).to_numpy()
        first = np.argsort(~near, kind="stable")
        taken = np.zeros_like(left)
        reached = np.minimum(np.cumsum(eligible[first]), max(int(unit["target"]) - full, 0))
        taken[first] = np.diff(reached, prepend=0)
        left = left - taken
        parts.append(held.assign(site_id=unit["site_id"], plans=taken))
    widest = order.iloc[-1]["site_id"]
    home = np.full(len(held), widest, dtype=object)
    for _, unit in order.iterrows():
        home = np.where(unit["takes"][cell], unit["site_id"], home)
    parts.append(held.assign(site_id=home, plans=left))
    whole = pd.concat(parts, ignore_index=True)
    return whole[whole["plans"] > 0][COLUMNS]
