"""Residents by single year of age: authorities as estimated, one authority ahead, its LSOAs."""

import pandas as pd

from sufficiency.contracts import Population, checked, empty
from sufficiency.findings import Findings
from sufficiency.sources import geography
from sufficiency.sources.cohorts import carry_forward, spread_over_lsoas, to_lsoa_2021
from sufficiency.sources.population_files import (
    LAYOUTS,
    mid_year,
    read_census,
    read_estimates,
    read_projection,
)

__all__ = [
    "LAYOUTS",
    "authority_estimates",
    "mid_year",
    "population",
    "read_census",
    "read_estimates",
    "read_projection",
]


def population(
    tables: dict[str, pd.DataFrame], authority: str, until_year: int, findings: Findings
) -> pd.DataFrame:
    """Return residents by single year of age 0 to 25 (`Population`).

    Rows of every authority for the mid-years that were estimated; for the workspace's authority
    also each later mid-year to `until_year`, from the published projection where there is one,
    else the latest estimate aged along cohorts; and its LSOAs at the latest small-area mid-year.

    Args:
        tables: Layout name to table: `mye_district`, `snpp`, `mye_lsoa11`, `mye_lsoa21`,
            `census2021_lsoa21`, and the look-ups of `geography`.
        authority: Three-digit DfE code.
        until_year: Last mid-year wanted; January census y uses mid-year y - 1.
        findings: No estimate for the authority blocks; ageing, gaps and fall-backs warn.
    """
    estimates = authority_estimates(tables, authority, findings)
    own = estimates[estimates["area"] == authority]
    if own.empty:
        findings.block(
            "no_population",
            f"No mid-year estimate covers authority {authority}.",
            "Put ONS mid-year estimates by single year of age, and the look-up of districts to "
            "education authorities, into inputs.",
            source="population",
        )
        return empty(Population)
    parts = [
        estimates,
        _ahead(tables, own, authority, until_year, findings),
        _lsoas(tables, own, authority, findings),
    ]
    table = pd.concat([p for p in parts if not p.empty], ignore_index=True)
    ordered = table.sort_values(["area_type", "area", "year", "age"], kind="stable")
    return checked(Population, ordered, "population")


def authority_estimates(
    tables: dict[str, pd.DataFrame], authority: str, findings: Findings
) -> pd.DataFrame:
    """Return the estimates of every authority, its districts added up (`Population`).

    Arguments as `population`; years of which some districts are missing are left out, which is a
    finding for `authority` alone. Empty without estimates or the look-up.
    """
    if "mye_district" not in tables or "lookup_lad_la" not in tables:
        return empty(Population)
    districts = tables["mye_district"].drop_duplicates(["code", "year", "age"], keep="last")
    named = districts[["code", "name"]].drop_duplicates("code")
    named = named.rename(columns={"code": "district", "name": "district_name"})
    areas = geography.district_authorities(named, tables, findings)
    area = districts["code"].map(dict(zip(named["district"], areas, strict=True)))
    placed = districts.assign(area=area)[area.to_numpy() != ""]
    placed = _without_partial_years(placed, tables["lookup_lad_la"], authority, findings)
    summed = placed.groupby(["area", "year", "age"], as_index=False)["persons"].sum()
    return summed.assign(area_type="authority", source="mye_district", projected="observed")


def _without_partial_years(
    placed: pd.DataFrame, hierarchy: pd.DataFrame, authority: str, findings: Findings
) -> pd.DataFrame:
    """Leave out an authority's years that have some, but not all, of its districts of today."""
    live = hierarchy[hierarchy["status"] == "live"].groupby("authority")["district"].agg(set)
    present = placed.groupby(["area", "year"], as_index=False)["code"].agg(set)
    partial = [
        (str(area), int(year))
        for area, year, codes in present.itertuples(index=False)
        if codes < live.get(area, set())
    ]
    own = [f"mid-{year}" for area, year in partial if area == authority]
    if own:
        findings.warn(
            "population_of_some_districts",
            f"Estimates of {', '.join(own)} have only some of the districts of authority "
            f"{authority} and are left out.",
            "Load estimates that cover every district.",
            source="mye_district",
            count=len(own),
        )
    return placed[~pd.MultiIndex.from_frame(placed[["area", "year"]]).isin(partial)]


def _ahead(
    tables: dict[str, pd.DataFrame],
    own: pd.DataFrame,
    authority: str,
    until_year: int,
    findings: Findings,
) -> pd.DataFrame:
    latest_year = int(own["year"].max())
    latest = own[own["year"] == latest_year].set_index("age")["persons"]
    projection = _projection(tables, authority, findings)
    later = projection[projection["year"] > latest_year]
    ahead = carry_forward(latest, latest_year, until_year, later)
    _report_ahead(ahead, projection, latest, latest_year, findings)
    source = {"projection": "snpp", "aged": "mye_district aged"}
    return ahead.assign(
        area=authority, area_type="authority", source=ahead["projected"].map(source)
    )


def _projection(
    tables: dict[str, pd.DataFrame], authority: str, findings: Findings
) -> pd.DataFrame:
    """Return the authority's published projection: year, age, persons; empty if there is none."""
    none = pd.DataFrame({"year": [], "age": [], "persons": []})
    if "snpp" not in tables:
        return none
    hierarchy = tables["lookup_lad_la"]
    live = hierarchy[(hierarchy["authority"] == authority) & (hierarchy["status"] == "live")]
    rows = tables["snpp"].drop_duplicates(["code", "year", "age"], keep="last")
    own = rows[rows["code"].isin(live["district"])]
    lacking = len(set(live["district"]) - set(own["code"]))
    if lacking and not own.empty:
        findings.warn(
            "projection_of_some_districts",
            f"The projection lacks {lacking} of the authority's districts and is not used.",
            "Load projections for every district.",
            source="snpp",
            count=lacking,
        )
        return none
    whole = own.groupby(["year", "age"], as_index=False).agg(
        persons=("persons", "sum"), districts=("code", "nunique")
    )
    return whole.loc[whole["districts"] == len(live), ["year", "age", "persons"]]


def _report_ahead(
    ahead: pd.DataFrame,
    projection: pd.DataFrame,
    latest: pd.Series,
    latest_year: int,
    findings: Findings,
) -> None:
    if ahead.empty:
        return
    aged = ahead[ahead["projected"] == "aged"]
    last = int(ahead["year"].max())
    if len(aged) == len(ahead):
        findings.warn(
            "population_aged",
            f"There is no population projection: the estimate of mid-{latest_year} is aged along "
            f"cohorts to mid-{last}, births held. Nobody moves in or out, so it falls short "
            "where families or students move in.",
            "Put ONS subnational projections by single year of age into inputs/population.",
            source="population",
            count=len(aged),
        )
    elif not aged.empty:
        ages = sorted(aged["age"].unique())
        findings.warn(
            "population_partly_aged",
            f"The projection lacks {len(aged)} of {len(ahead)} years and ages to mid-{last} "
            f"(ages {ages[0]} to {ages[-1]}): those are aged along cohorts, births held.",
            "Load the full projection, ages 0 to 25.",
            source="population",
            count=len(aged),
        )
    start = projection[projection["year"] == latest_year].set_index("age")["persons"]
    start = start[start.index.isin(latest.index)]
    if not start.empty:
        ratio = start.sum() / latest[start.index].sum() - 1
        findings.inform(
            "projection_level",
            f"For mid-{latest_year} the projection has {ratio:+.1%} residents of ages "
            f"{start.index.min()} to {start.index.max()} against the estimate. Both are kept as "
            "published, so the step shows in the first projected year.",
            source="population",
        )


def _lsoas(
    tables: dict[str, pd.DataFrame], own: pd.DataFrame, authority: str, findings: Findings
) -> pd.DataFrame:
    areas = geography.authority_lsoas(tables, authority)["lsoa"]
    if areas.empty:
        return empty(Population)
    estimates = _small_area_estimates(tables, areas)
    covered = estimates.groupby("year")["lsoa"].nunique()
    full = covered[covered == len(areas)]
    if full.empty:
        latest = own[own["year"] == own["year"].max()][["year", "age", "persons"]]
        census = tables.get("census2021_lsoa21")
        findings.warn(
            "no_small_area_population",
            f"No small-area estimate covers all {len(areas):,} LSOAs of the authority: its "
            "residents are shared over them by the census, or evenly.",
            "Put ONS small-area estimates by single year of age into inputs/population.",
            source="population",
            count=len(areas),
        )
        chosen = spread_over_lsoas(latest, areas, census).assign(source="mye_district shared")
    else:
        chosen = estimates[estimates["year"] == full.index.max()]
    return chosen.rename(columns={"lsoa": "area"}).assign(area_type="lsoa", projected="observed")


def _small_area_estimates(tables: dict[str, pd.DataFrame], areas: pd.Series) -> pd.DataFrame:
    """Return estimates on LSOA 2021 of the authority's areas: lsoa, year, age, persons, source."""
    parts = []
    if "mye_lsoa21" in tables:
        rows = tables["mye_lsoa21"].rename(columns={"code": "lsoa"})
        parts.append(rows.assign(source="mye_lsoa21"))
    if "mye_lsoa11" in tables and "lookup_lsoa11_lsoa21" in tables:
        change = tables["lookup_lsoa11_lsoa21"]
        older = change.loc[change["lsoa"].isin(areas), "lsoa11"]
        rows = tables["mye_lsoa11"].rename(columns={"code": "lsoa11"})
        rows = rows[rows["lsoa11"].isin(older)].assign(source="mye_lsoa11")
        rows = rows.drop_duplicates(["lsoa11", "year", "age"], keep="last")
        parts.append(to_lsoa_2021(rows, change, tables.get("census2021_lsoa21")))
    if not parts:
        return pd.DataFrame(columns=["lsoa", "year", "age", "persons", "source"])
    columns = ["lsoa", "year", "age", "persons", "source"]
    joined = pd.concat([p[columns] for p in parts], ignore_index=True)
    joined = joined[joined["lsoa"].isin(areas)]
    return joined.drop_duplicates(["lsoa", "year", "age"], keep="first")
