"""The authority beside England, its region and its statistical neighbours.

Measures: plans per 1,000 residents aged 0 to 24; plans by setting group, by need, and in
independent and non-maintained special schools, in per cent. Early years providers are shown apart
from the rest of the setting group `other`, which is elsewhere or not recorded. Residents are those
of the latest observed mid-year that is not after the census. Statistical neighbours are the ten
that DfE names (Local Authority Interactive Tool).
"""

import pandas as pd

from sufficiency import terms
from sufficiency.contracts import BesideOthers, checked

MEASURES = {
    "plan_rate": "per_1000",
    "independent_and_nmss_share": "percent",
    "setting_share": "percent",
    "need_share": "percent",
}
INDEPENDENT = ("SPIN", "SPNM")
EARLY_YEARS_PROVIDER, EARLY_YEARS, OTHER = "EYP", "early_years", "other"
RATE_AGES = 25
SPLIT = ("setting_share", "need_share")  # Measures whose keys add up to 100 in one place.
NATIONAL = "ENG"
NEIGHBOURS = "NEIGHBOURS"
FEW = 3
DOUBT = "Placement is not recorded for over 5% of its plans."


def beside_others(
    stock: pd.DataFrame,
    population: pd.DataFrame,
    neighbours: pd.DataFrame,
    authority: str,
    base_year: int,
) -> pd.DataFrame:
    """Return each measure for the authority and those beside it.

    Args:
        stock: `PublishedStock`.
        population: `Population`; only observed years of authorities are used.
        neighbours: `StatisticalNeighbours`.
        authority: Three-digit DfE code.
        base_year: January census year to compare.

    Returns:
        `BesideOthers`: one row a place, measure and key. A place without a value in `base_year`
        has its latest before, and the note says of which year; without any it is missing. The
        median is over neighbours with a value in `base_year`, unless fewer than three have one.
    """
    places = _places(stock, neighbours, authority)
    used = stock[stock["authority"].isin(places["authority"]) & (stock["year"] <= base_year)]
    values = pd.concat(
        [_plan_rates(used, stock, population), _settings(used), _needs(used)], ignore_index=True
    )
    grid = places.merge(_keys(values), how="cross")
    latest = values.sort_values("year", kind="stable").drop_duplicates(
        ["authority", "measure", "key"], keep="last"
    )
    table = grid.merge(latest, on=["authority", "measure", "key"], how="left")
    table["note"] = _notes(table, base_year)
    table = pd.concat([table, _medians(table, base_year)], ignore_index=True)
    table["unit"] = table["measure"].map(MEASURES)
    table["year"] = table["year"].astype("Int32")
    order = ["measure_order", "key_order", "place_order"]
    return checked(BesideOthers, table.sort_values(order, kind="stable"), "beside_others")


def _places(stock: pd.DataFrame, neighbours: pd.DataFrame, authority: str) -> pd.DataFrame:
    """Return who is compared: authority, authority_name, role, place_order."""
    named = stock.sort_values("year", kind="stable").drop_duplicates("authority", keep="last")
    own = named[named["authority"] == authority]
    region = own["region"].iloc[0] if len(own) else ""
    regions = named[(named["level"] == "region") & (named["region"] == region)]
    ranked = neighbours[neighbours["authority"] == authority].sort_values("rank", kind="stable")
    codes = [authority, *ranked["neighbour"], *regions["authority"], NATIONAL]
    roles = ["self", *["neighbour"] * len(ranked), *["region"] * len(regions), "england"]
    # The median stands between the neighbours and the region.
    order = [*range(len(ranked) + 1), *range(len(ranked) + 2, len(codes) + 1)]
    places = pd.DataFrame({"authority": codes, "role": roles, "place_order": order})
    names = dict(zip(named["authority"], named["authority_name"], strict=True))
    known = places["authority"].map(names)
    return places.assign(authority_name=known.fillna("Authority " + places["authority"]))


def _keys(values: pd.DataFrame) -> pd.DataFrame:
    """Return the measures and keys that are shown, in the order of the terms tables."""
    rows = [("plan_rate", "all"), ("independent_and_nmss_share", "all")]
    groups = [group for group in terms.codes("setting_groups") if group != OTHER]
    rows += [("setting_share", group) for group in (*groups, EARLY_YEARS, OTHER)]
    given = set(values.loc[values["measure"] == "need_share", "key"])
    rows += [("need_share", need) for need in terms.codes("needs") if need in given]
    keys = pd.DataFrame(rows, columns=["measure", "key"])
    order = list(MEASURES)
    return keys.assign(measure_order=keys["measure"].map(order.index), key_order=range(len(keys)))


def _plan_rates(used: pd.DataFrame, stock: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    totals = _dimension(used, "total")
    persons = _residents(stock, population)
    # The latest mid-year not after the census, area by area.
    pairs = totals.merge(persons, on="authority")
    pairs = pairs[pairs["mid_year"] <= pairs["year"]].sort_values("mid_year", kind="stable")
    pairs = pairs.drop_duplicates(["authority", "year"], keep="last")
    basis = "Residents of mid-" + pairs["mid_year"].astype(int).astype("str") + ". "
    return pairs.assign(
        measure="plan_rate",
        key="all",
        value=1000 * pairs["value"] / pairs["persons"],
        remark=(basis + pairs["remark"]).str.strip(),
    )[["authority", "year", "measure", "key", "value", "remark"]]


def _residents(stock: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    """Return residents aged 0 to 24: authority (regions and England too), mid_year, persons."""
    young = population[
        (population["area_type"] == "authority")
        & (population["projected"] == "observed")
        & (population["age"] < RATE_AGES)
    ]
    grouped = young.groupby(["area", "year"])["persons"]
    areas = grouped.agg(["sum", "size"]).reset_index()
    areas = areas[areas["size"] == RATE_AGES].rename(
        columns={"area": "authority", "year": "mid_year", "sum": "persons"}
    )[["authority", "mid_year", "persons"]]
    local = stock[stock["level"] == "authority"]
    region_of = local.sort_values("year", kind="stable").groupby("authority")["region"].last()
    codes = stock[stock["level"] == "region"].drop_duplicates("region")
    code_of = dict(zip(codes["region"], codes["authority"], strict=True))
    parent = areas["authority"].map(region_of).map(code_of)
    regional = areas.assign(authority=parent).dropna(subset="authority")
    national = areas.assign(authority=NATIONAL)
    adrift = areas[parent.isna()].groupby("mid_year").size()
    wide = pd.concat([regional, national], ignore_index=True)
    wide = wide.groupby(["authority", "mid_year"], as_index=False)["persons"].sum()
    lost = wide["mid_year"].map(adrift).fillna(0).where(wide["authority"] != NATIONAL, 0)
    remark = (
        "Authorities without a published region, whose residents are left out wherever they lie: "
        + lost.astype(int).astype(str)
        + "."
    )
    wide = _only_whole(wide.assign(remark=remark.where(lost > 0, "")), areas, stock, code_of)
    return pd.concat([areas.assign(remark=""), wide], ignore_index=True)


def _only_whole(
    wide: pd.DataFrame, areas: pd.DataFrame, stock: pd.DataFrame, code_of: dict[str, str]
) -> pd.DataFrame:
    """Leave out mid-years of a region or England in which an authority of today has no residents.

    Plans of the region count every authority, so residents must too. Authorities of today are those
    with a total in the latest year that England has one.
    """
    totals = stock[stock["dimension"] == "total"]
    latest = totals.loc[totals["level"] == "national", "year"].max()
    today = totals[(totals["level"] == "authority") & (totals["year"] == latest)]
    kept = []
    for row in wide.itertuples():
        known = areas.loc[areas["mid_year"] == row.mid_year, "authority"]
        inside = (
            today
            if row.authority == NATIONAL
            else today[today["region"].map(code_of) == row.authority]
        )
        kept.append(inside["authority"].isin(known).all())
    return wide[pd.Series(kept, index=wide.index, dtype=bool)]


def _settings(used: pd.DataFrame) -> pd.DataFrame:
    rows = _shares(_dimension(used, "setting"), _dimension(used, "total"))
    group = rows["key"].map(terms.lookup("settings", "setting_group"))
    group = group.mask(rows["key"] == EARLY_YEARS_PROVIDER, EARLY_YEARS)
    shares = rows.assign(measure="setting_share", key=group)
    independent = rows[rows["key"].isin(INDEPENDENT)]
    independent = independent.assign(measure="independent_and_nmss_share", key="all")
    return _summed(pd.concat([shares, independent], ignore_index=True))


def _needs(used: pd.DataFrame) -> pd.DataFrame:
    needs = _dimension(used, "need")
    totals = needs.groupby(["authority", "year"])["value"].sum().reset_index()
    return _summed(_shares(needs, totals).assign(measure="need_share"))


def _dimension(used: pd.DataFrame, dimension: str) -> pd.DataFrame:
    rows = used[(used["dimension"] == dimension) & used["value"].notna()]
    return rows[["authority", "year", "key", "value", "status"]]


def _shares(rows: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Return rows with their value in per cent of the authority's total of that year."""
    place = ["authority", "year"]
    both = rows.merge(totals[[*place, "value"]], on=place, suffixes=("", "_total"))
    both = both[both["value_total"] > 0]
    return both.assign(value=100 * both["value"] / both["value_total"])


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    cell = ["authority", "year", "measure", "key"]
    doubt = rows.assign(remark=(rows["status"] == "unreliable").map({True: DOUBT, False: ""}))
    return doubt.groupby(cell, as_index=False).agg(value=("value", "sum"), remark=("remark", "max"))


def _notes(table: pd.DataFrame, base_year: int) -> pd.Series:
    """Return why a value is missing or old, and any remark on it."""
    missing = table["value"].isna()
    old = ~missing & (table["year"] != base_year)
    year = table["year"].astype("Int64").astype("str")
    rate = table["measure"] == "plan_rate"
    note = pd.Series("", index=table.index, dtype="str")
    note = note.mask(missing, "Not published.")
    note = note.mask(missing & rate, "Plans not published, or residents not known.")
    note = note.mask(old, "January " + year + f": January {base_year} is not published.")
    return (note + " " + table["remark"].fillna("")).str.strip()


def _medians(table: pd.DataFrame, base_year: int) -> pd.DataFrame:
    """Return the neighbours' median, one row a measure and key."""
    rows = table[table["role"] == "neighbour"]
    if rows.empty:
        return rows
    medians = []
    for (measure, key), cases in rows.groupby(["measure", "key"], sort=False):
        given = cases.dropna(subset="value")
        now = given[(given["year"] == base_year) & (given["remark"] != DOUBT)]
        some = now if len(now) >= FEW else given
        note = f"Median of {len(some)} of {len(cases)} neighbours"
        note += "" if len(now) >= FEW else ", some of an earlier year"
        note += "; medians do not add up to 100." if measure in SPLIT else "."
        medians.append(
            {
                "authority": NEIGHBOURS,
                "authority_name": "Median of statistical neighbours",
                "role": "neighbours_median",
                "measure": measure,
                "key": key,
                "year": base_year if len(some) else pd.NA,
                "value": some["value"].median(),
                "note": note if len(some) else "Not published for any neighbour.",
                "measure_order": cases["measure_order"].iloc[0],
                "key_order": cases["key_order"].iloc[0],
                "place_order": cases["place_order"].max() + 1,
            }
        )
    return pd.DataFrame(medians)
