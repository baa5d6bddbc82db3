"""How far plan holders travel from home to the school, and to the site, they attend.

A home is the centroid of its small area and a road distance is estimated (`travel`): good for
averages over many children, not for one. Children of another authority and homes outside it have
no distance. Distances say nothing about who may have transport: children with special needs can
qualify at any distance.
"""

import pandas as pd

from geo.travel import Travel, road_km, road_minutes, straight_km
from sufficiency.contracts import Journeys, checked
from sufficiency.places.attendance import attending
from sufficiency.places.periods import counted_in
from sufficiency.terms import OUTSIDE, lookup, phase_of_ncy

NONE, UNKNOWN = "none", "unknown"
POINT = ["easting", "northing"]
SITE = ["urn", "site_id"]
CELL = ["urn", "provision", "need", "ncy", "locality", "in_area"]
ROW = ["locality", "urn", "name", "provision", "setting_group", "need_group", "phase",
       "site_locality", "in_area", "residential"]  # fmt: skip


def journeys(
    plans: pd.DataFrame,
    localities: pd.DataFrame,
    establishments: pd.DataFrame,
    schools_attended: pd.DataFrame,
    register: pd.DataFrame,
    base_year: int,
    imports: pd.DataFrame | None = None,
    travel: Travel | None = None,
) -> pd.DataFrame:
    """Return how far plan holders travel at the base census.

    Args:
        plans: Plans table.
        localities: Localities with the centroid of each small area.
        establishments: Establishments of the authority.
        schools_attended: Schools of any authority that plan holders attend; may have no rows.
        register: Place register.
        base_year: January census year.
        imports: Imports table, to fill the sites of a school as `places` fills them.
        travel: Circuity and speeds; None for the defaults.

    Returns:
        Journeys: one row a home locality, school, provision, setting group, need group, phase, site
        locality, in_area and residential. The distance is to the site that a child attends: as
        recorded, else as `sufficiency.places` lays children over the sites of a school. km and
        minutes are one way, means over the children of the row whose home and school are known.
    """
    base = plans[plans["year"] == base_year].reset_index(drop=True)
    base = base.assign(
        urn=base["establishment"],
        provision=base["setting"].map(lookup("settings", "provision")).replace("", NONE),
        setting_group=base["setting"].map(lookup("settings", "setting_group")),
        need_group=base["need"].map(lookup("needs", "need_group")),
        phase=phase_of_ncy(base["ncy"]),
    )
    base["site_id"] = _sites(base, counted_in(register, base_year), base_year, imports)
    there = _points(establishments, schools_attended, register, base_year)
    there = base[SITE].merge(there, on=SITE, how="left")
    whole = base[["urn"]].merge(_schools(establishments, schools_attended), on="urn", how="left")
    columns = ["name", "site_locality", *POINT]
    there = there[columns].where(there["name"].notna(), whole[columns])
    km = road_km(straight_km(_homes(base["lsoa"], localities), there), travel)
    site_locality = there["site_locality"].fillna(
        base["in_area"].map({"no": OUTSIDE}).fillna(UNKNOWN)
    )
    rows = base.assign(
        name=there["name"].fillna(""),
        site_locality=site_locality,
        km=km,
        minutes=road_minutes(km, travel),
    )
    # In order of distance, so that no pseudonym changes a mean, not even in the last digit.
    rows = rows.sort_values("km", kind="stable")
    summed = rows.groupby(ROW, sort=True).agg(
        children=("urn", "size"), km=("km", "mean"), minutes=("minutes", "mean")
    )
    return checked(Journeys, summed.reset_index().assign(year=base_year), "journeys")


def distances(
    plans: pd.DataFrame,
    localities: pd.DataFrame,
    establishments: pd.DataFrame,
    schools_attended: pd.DataFrame,
    register: pd.DataFrame,
    base_year: int,
    travel: Travel | None = None,
) -> pd.DataFrame:
    """Return estimated road distances from homes to schools that matter to the bringing-back table.

    Args:
        plans: Plans or past plans, holding the base census.
        localities: Localities with the centroid of each small area.
        establishments: Establishments of the authority.
        schools_attended: Schools of any authority that plan holders attend; may have no rows.
        register: Place register.
        base_year: January census year.
        travel: Circuity; None for the default.

    Returns:
        Columns `lsoa`, `urn`, `site_id` and `km` (one way): a row for each small area and school
        that a plan holder goes between (site_id empty), and for each small area with a plan holder
        and each site in force on the register at the next census. Pairs without coordinates are
        left out.
    """
    base = plans[(plans["year"] == base_year) & (plans["lsoa"] != "")]
    attended = base[["lsoa", "establishment"]].drop_duplicates()
    attended = attended.rename(columns={"establishment": "urn"})
    attended = attended.merge(_schools(establishments, schools_attended), on="urn")
    sites = _points(establishments, schools_attended, register, base_year + 1)
    pairs = pd.concat(
        [attended.assign(site_id=""), base[["lsoa"]].drop_duplicates().merge(sites, how="cross")],
        ignore_index=True,
    )
    pairs["km"] = road_km(straight_km(_homes(pairs["lsoa"], localities), pairs), travel)
    columns = ["lsoa", *SITE]
    return pairs.dropna(subset="km").sort_values(columns, ignore_index=True)[[*columns, "km"]]


def _homes(lsoa: pd.Series, localities: pd.DataFrame) -> pd.DataFrame:
    """Return the centroid of each row's small area, missing where it is not one of them."""
    areas = localities.set_index("lsoa")[POINT]
    return areas.reindex(lsoa).set_index(lsoa.index)


def _schools(establishments: pd.DataFrame, schools_attended: pd.DataFrame) -> pd.DataFrame:
    """Return `urn`, `name`, `site_locality` and point of each school."""
    own = establishments[["urn", "name", "locality", *POINT]]
    own = own.rename(columns={"locality": "site_locality"})
    authorities = set(establishments.loc[establishments["locality"] != OUTSIDE, "authority"])
    other = schools_attended[["urn", "name", "authority", *POINT]]
    elsewhere = ~other["authority"].isin([*authorities, ""])
    other = other.assign(site_locality=elsewhere.map({True: OUTSIDE, False: None}))
    both = pd.concat([own.astype({"site_locality": object}), other[own.columns]])
    found = both.groupby("urn", sort=True)[["name", "site_locality", *POINT]].first()
    return found.reset_index()


def _points(
    establishments: pd.DataFrame,
    schools_attended: pd.DataFrame,
    register: pd.DataFrame,
    year: int,
) -> pd.DataFrame:
    """Return `urn`, `site_id`, `name`, `site_locality` and point of each site of the register.

    A main site without coordinates on the register lies where its school does; any other site
    without them has no point, because it lies elsewhere.
    """
    rows = counted_in(register, year).sort_values("effective_from", kind="stable")
    sites = rows.rename(columns={"locality": "site_locality"})
    sites = sites.groupby(SITE, sort=True)[["name", "site_locality", *POINT]].first().reset_index()
    schools = _schools(establishments, schools_attended).set_index("urn")
    school = schools.reindex(sites["urn"]).reset_index(drop=True)
    main = sites["site_id"].eq("main")
    points = sites[POINT].where(sites[POINT].notna() | ~main.to_numpy()[:, None], school[POINT])
    return sites.assign(name=school["name"].fillna(sites["name"]), **{c: points[c] for c in POINT})


def _sites(
    base: pd.DataFrame, register: pd.DataFrame, base_year: int, imports: pd.DataFrame | None
) -> pd.Series:
    """Return each plan holder's site on the register, empty for a school that is not on it."""
    known = pd.MultiIndex.from_frame(register[["urn", "site_id", "provision"]])
    recorded = pd.MultiIndex.from_frame(base[["urn", "site", "provision"]]).isin(known)
    result = base["site"].where(recorded, "")
    laid = attending(register, base.assign(year=base_year), base_year, imports)
    laid = laid[laid["urn"] != ""]
    told = base[recorded].rename(columns={"site": "given"}).groupby([*CELL, "given"]).size()
    told = told.rename_axis([*CELL, "site_id"]).rename("told").reset_index()
    left = laid.merge(told, on=[*CELL, "site_id"], how="left")
    left["plans"] = (left["plans"] - left["told"].fillna(0)).astype(int)
    left = left.sort_values([*CELL, "site_id"], kind="stable")
    slots = left.loc[left.index.repeat(left["plans"].clip(lower=0)), [*CELL, "site_id"]]
    slots = slots.assign(turn=slots.groupby(CELL).cumcount())
    # What the table tells of children, and no pseudonym, says who is at which site.
    rest = base[~recorded].sort_values(["lsoa", "residential"], kind="stable")
    rest = rest.assign(turn=rest.groupby(CELL).cumcount(), at=rest.index)
    found = rest[[*CELL, "turn", "at"]].merge(slots, on=[*CELL, "turn"], how="inner")
    result.loc[found["at"]] = found["site_id"].to_numpy()
    return result
