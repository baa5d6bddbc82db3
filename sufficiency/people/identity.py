"""Who is who from January to January: people joined over the years, each with one pseudonym."""

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from sufficiency.contracts import Links, checked
from sufficiency.privacy import pseudonyms

METHODS = ("upn", "uln", "fallback")
CONTENT = ["upn", "uln", "name_key", "birth_date", "postcode"]


def identify(
    people_by_year: dict[int, pd.DataFrame], key: bytes
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return each person's pseudonym and how they were recognised, and the rates (`Links`).

    People are joined by UPN; then, where that leaves them apart, by ULN; then by name, birth date
    and postcode together. Two people of one year are never joined: the stronger of the matches
    that would join them is kept. Where one identifier is held by two people of a year, it joins
    only rows with the same birth date. Where an identifier is found with another birth date and
    another name as well, it has passed to another person, and does not join them.

    The pseudonym is made from the person's latest UPN, so that it is the same in every run with
    the same key and can be found from a school census (of several people who have held it, by the
    one who held it last); else from the latest ULN; else from name, birth date and postcode.

    Args:
        people_by_year: January census year to its people: persontableid (unique), upn, uln,
            name_key, birth_date and postcode.
        key: Key of the pseudonyms.

    Returns:
        One row a year and person: year, persontableid, plan_id (unique in a year) and method: how
        the person was recognised among those of the January held before (upn, uln, fallback or
        none; empty in the first). And `Links`.
    """
    rows = _all_years(people_by_year)
    year = rows["year"].to_numpy()
    stages = []
    cluster = np.arange(len(rows))
    for method in METHODS:
        cluster = _joined(cluster, _match_key(rows, method), year)
        stages.append(cluster)
    rows["plan_id"] = _plan_ids(rows, cluster, key)
    rows["method"] = _methods(rows, stages)
    told = rows[["year", "persontableid", "plan_id", "method"]].reset_index(drop=True)
    return told, _links(told)


def fallback_key(rows: pd.DataFrame) -> pd.Series:
    """Return surname, forename, birth date and postcode as one text; empty if one is missing."""
    postcode = rows["postcode"].str.replace(r"\s+", "", regex=True).str.upper()
    named = ~rows["name_key"].str.contains(r"^\||\|$|^$", regex=True)
    known = named & rows["birth_date"].notna() & (postcode != "")
    born = rows["birth_date"].dt.strftime("%Y-%m-%d").astype("str").fillna("")
    return (rows["name_key"] + "|" + born + "|" + postcode).where(known, "")


def _all_years(people_by_year: dict[int, pd.DataFrame]) -> pd.DataFrame:
    """Return the people of all years in an order that their contents alone decide."""
    columns = ["persontableid", *CONTENT]
    parts = [people_by_year[y][columns].assign(year=y) for y in sorted(people_by_year)]
    if not parts:
        empty = {name: pd.Series(dtype="str") for name in columns}
        empty["birth_date"] = pd.Series(dtype="datetime64[us]")
        return pd.DataFrame({**empty, "year": pd.Series(dtype="int64")})
    rows = pd.concat(parts, ignore_index=True)
    return rows.sort_values(["year", *CONTENT], kind="stable").reset_index(drop=True)


def _match_key(rows: pd.DataFrame, method: str) -> pd.Series:
    """Return what rows are matched by; empty where they cannot be."""
    if method == "fallback":
        value = fallback_key(rows)
    else:
        value = rows[method]
        shared = _shared_in_a_year(value, rows["year"])
        born = rows["birth_date"].dt.strftime("|%Y-%m-%d").astype("str").fillna("|")
        value = _by_person(rows, value.where(~shared, value + born))
    return value.mask(_shared_in_a_year(value, rows["year"]), "")


def _by_person(rows: pd.DataFrame, value: pd.Series) -> pd.Series:
    """Return identifiers made apart for each of the people they have passed between.

    Rows of an identifier are one person's if a chain of equal birth dates or equal names joins
    them; one without a birth date or name could be anyone's, and joins all.
    """
    held = value != ""
    born = rows["birth_date"].dt.strftime("%Y-%m-%d").astype("str").fillna("")
    told = pd.DataFrame({"value": value, "born": born, "name": rows["name_key"]})[held]
    differing = told.groupby("value")[["born", "name"]].nunique().gt(1).all(axis=1)
    unsure = told.loc[(told[["born", "name"]] == "").any(axis=1), "value"]
    suspects = differing.index[differing].difference(pd.Index(unsure))
    told = told[told["value"].isin(suspects)]
    if told.empty:
        return value
    dates = told.groupby(["value", "born"]).ngroup().to_numpy()
    names = told.groupby(["value", "name"]).ngroup().to_numpy() + dates.max() + 1
    size = int(names.max()) + 1
    edges = (np.ones(len(told), dtype=bool), (dates, names))
    _, label = connected_components(coo_matrix(edges, shape=(size, size)), directed=False)
    who = (told["born"] + "|" + told["name"]).groupby(label[dates]).transform("min")
    return value.where(~value.index.isin(told.index), value + "|" + who.reindex(value.index))


def _shared_in_a_year(value: pd.Series, year: pd.Series) -> pd.Series:
    """Say which rows hold a value that two rows of some year hold."""
    twice = pd.DataFrame({"value": value, "year": year}).duplicated() & (value != "")
    return value.isin(value[twice].unique())


def _joined(cluster: np.ndarray, value: pd.Series, year: np.ndarray) -> np.ndarray:
    """Return clusters after joining those that share a value, never two people of one year."""
    has = (value != "").to_numpy()
    codes, values = pd.factorize(value[has])
    if not len(values):
        return cluster
    clusters = int(cluster.max()) + 1
    edges = (np.ones(len(codes), dtype=bool), (cluster[has], clusters + codes))
    size = clusters + len(values)
    _, label = connected_components(coo_matrix(edges, shape=(size, size)), directed=False)
    joined = label[cluster]
    twice = pd.DataFrame({"cluster": joined, "year": year}).duplicated(keep=False).to_numpy()
    clash = np.isin(joined, np.unique(joined[twice]))
    if clash.any():
        joined[clash] = size + _one_by_one(cluster[clash], value.to_numpy()[clash], year[clash])
    return np.unique(joined, return_inverse=True)[1]


def _one_by_one(cluster: np.ndarray, value: np.ndarray, year: np.ndarray) -> np.ndarray:
    """Return clusters after joining pair by pair, nearest years first, whatever can be joined."""
    rows = pd.DataFrame({"cluster": cluster, "value": value, "year": year})
    held = rows[rows["value"] != ""].sort_values(["value", "year", "cluster"], kind="stable")
    pairs = held.assign(
        before=held.groupby("value")["cluster"].shift(),
        gap=held["year"] - held.groupby("value")["year"].shift(),
    ).dropna()
    pairs = pairs.sort_values(["gap", "year", "value"], kind="stable")
    years: dict[int, set[int]] = {}
    for name, when in zip(cluster.tolist(), year.tolist(), strict=True):
        years.setdefault(name, set()).add(when)
    root = {int(name): int(name) for name in rows["cluster"].unique()}

    def top(name: int) -> int:
        while root[name] != name:
            root[name] = root[root[name]]
            name = root[name]
        return name

    for one, other in zip(pairs["before"].astype(int), pairs["cluster"], strict=True):
        first, second = sorted((top(one), top(other)))
        if first != second and not years[first] & years[second]:
            root[second] = first
            years[first] |= years[second]
    return np.array([top(name) for name in cluster])


def _plan_ids(rows: pd.DataFrame, cluster: np.ndarray, key: bytes) -> pd.Series:
    """Return the pseudonym of each row's person; no two people share one."""
    by_person = rows.assign(fallback=fallback_key(rows)).groupby(cluster)
    blank = {name: rows[name].mask(rows[name] == "") for name in ("upn", "uln")}
    latest = rows.assign(**blank).groupby(cluster)[["upn", "uln"]].last()
    row = rows["name_key"] + "|" + rows["birth_date"].astype("str").fillna("") + "|"
    row = (row + rows["postcode"]).groupby(cluster).last()
    text = latest["upn"].fillna(latest["uln"])
    text = text.fillna(by_person["fallback"].last().replace("", pd.NA)).fillna("?" + row)
    born = by_person["birth_date"].last().astype("str").fillna("")
    # Whoever holds a number last keeps it plain: a census of that January finds them by it.
    held = pd.DataFrame({"text": text, "year": by_person["year"].max()})
    is_last = held["year"] == held.groupby("text")["year"].transform("max")
    keeps = is_last & ~held.duplicated(keep=False)
    for more in (born, row):
        text = text.mask(text.duplicated(keep=False) & ~keeps, text + "|" + more)
    again = text.groupby(text).cumcount()
    text = text.mask(again > 0, text + "#" + again.astype("str"))
    return pseudonyms(text.astype("str"), key, "person").reindex(cluster).set_axis(rows.index)


def _methods(rows: pd.DataFrame, stages: list[np.ndarray]) -> pd.Series:
    """Return by which match each row is joined to a row of the January held before."""
    years = sorted(rows["year"].unique())
    before = rows["year"].map(dict(zip(years[1:], years, strict=False)))
    method = pd.Series("none", index=rows.index, dtype="str").mask(before.isna(), "")
    for name, cluster in reversed(list(zip(METHODS, stages, strict=True))):
        earlier = pd.MultiIndex.from_arrays([cluster, rows["year"]])
        wanted = pd.MultiIndex.from_arrays([cluster, before.fillna(-1).astype("int64")])
        method = method.mask(wanted.isin(earlier), name)
    return method


def _links(told: pd.DataFrame) -> pd.DataFrame:
    later = told[told["method"] != ""]
    years = sorted(later["year"].unique())
    index = pd.MultiIndex.from_product([years, [*METHODS, "none"]], names=["year", "method"])
    plans = later.groupby(["year", "method"]).size().reindex(index, fill_value=0)
    total = plans.groupby(level="year").transform("sum")
    table = plans.rename("plans").to_frame().assign(share=(plans / total).fillna(0.0))
    return checked(Links, table.reset_index(), "links")
