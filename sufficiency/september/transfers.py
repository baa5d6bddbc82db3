"""Changes of phase in the next three Septembers, by the age ranges of the authority's schools."""

import numpy as np
import pandas as pd

from sufficiency.contracts import Transfers, checked
from sufficiency.september.board import septembers
from sufficiency.september.changes import ncy_when_wanted
from sufficiency.september.path_counts import first_scenario, path_counts, relabelled
from sufficiency.september.school_ends import (
    EVERYONE,
    Shares,
    shares_ending,
    usual_shares,
    years_taught,
)
from sufficiency.terms import ALL, lookup, table

SPECIALIST = ("rp_unit", "special_state", "special_indep")
NEARLY_ALL = 0.9
CHANGE = ["september", "from_ncy"]
ROW = [*CHANGE, "need_group", "setting_group", "locality"]
HOME = [*CHANGE, "need_group", "locality"]


def transfers(
    plans: pd.DataFrame,
    establishments: pd.DataFrame,
    schools_attended: pd.DataFrame,
    paths: pd.DataFrame,
    awaiting: pd.DataFrame,
    base_year: int,
) -> pd.DataFrame:
    """Return plan holders who change phase on each of the next three 1 Septembers (`Transfers`).

    A child changes where the last year group of their school ends (`basis` schools); one without
    a known school, or whose next school is not known yet, as is usual in the authority (`usual`:
    where nine in ten pupils change, or stay, so do they; in between `children` are missing).
    Everyone of Year 11 and of the year before Reception counts: the plan must name what follows,
    also where the school goes on. `children` are those of the base census, year group as taught
    where known; the forecast is the paths' number in the year group before the change (nominal)
    times the share of the row's children who change, or that of its setting group, or the usual
    one. `to_specialist_mean` cuts the paths a January later: those already in special schools or
    bases are taken to stay in one first, the rest of these places go to the others alike, also to
    those whose plan began in between, who are not counted here.

    Args:
        plans: Plans table holding the base census.
        establishments: Establishments of the authority, for what is usual here.
        schools_attended: SchoolsAttended, of any authority; may be empty.
        paths: Paths table; its first scenario is used. A September whose January the paths do
            not hold is left out.
        awaiting: Awaiting table, may be empty.
        base_year: January census year; its September is the first.
    """
    steps = table("phase_transfers").astype({"from_ncy": "int64", "to_ncy": "int64"})
    ncys = [int(n) for n in steps["from_ncy"]]
    usual = usual_shares(establishments, ncys)
    scenario = first_scenario(paths)
    at_base = plans[plans["year"] == base_year]
    by_child = bool((at_base["establishment"] != "").any())
    if by_child:
        usual = {key: _all_or_none(share) for key, share in usual.items()}
    held = {int(year) for year in scenario["year"].unique()}
    forecast = _before(scenario, base_year, ncys)
    holders = _holders(at_base, years_taught(at_base, establishments, schools_attended))
    reach = _reaching(holders, base_year)
    reach = reach[reach["from_ncy"].isin(ncys) & reach["september"].isin(list(held))]
    listed = _listed(awaiting, base_year)
    listed = listed[listed["from_ncy"].isin(ncys) & listed["september"].isin(list(held))]

    wanted = listed.groupby(ROW).size()
    told = _told(reach, usual)
    keys = [forecast.index, told.index, wanted.index]
    index = pd.MultiIndex.from_frame(
        pd.concat([key.to_frame(index=False) for key in keys]).drop_duplicates().sort_values(ROW)
    )
    counts = forecast.reindex(index).fillna(0.0)
    one = pd.Series(1.0, index=holders.index)
    known = shares_ending(holders["setting_group"], holders["first"], holders["last"], one, ncys)
    share, schools = _shares(told, known, usual, index)
    counted = told["children"].reindex(index).where(index.isin(told.index), 0)
    kept = _stay_specialist(counts.mean(axis=1), _after(scenario, base_year, ncys), held)
    changing = counts.mul(share, axis=0)
    rows = pd.DataFrame(
        {
            "children": counted.astype("Int32") if by_child else pd.array([pd.NA] * len(index)),
            "to_specialist_mean": changing.mean(axis=1) * kept,
            "awaiting": wanted.reindex(index).fillna(0),
            "schools": schools,
        },
        index=index,
    )
    every = pd.concat([_with_bands(rows, changing), _with_bands(*_everywhere(rows, changing))])
    return _table(every.reset_index(), steps)


def _all_or_none(share: float) -> float:
    """Return 1 where nearly all pupils change and 0 where nearly none, else the share."""
    return 1.0 if share >= NEARLY_ALL else 0.0 if share <= 1 - NEARLY_ALL else share


def _before(scenario: pd.DataFrame, base_year: int, ncys: list[int]) -> pd.DataFrame:
    """Return plans by path (columns) in the year groups before a change, on index `ROW`."""
    wanted = scenario["year"].isin(list(septembers(base_year))) & scenario["ncy"].isin(ncys)
    part = scenario[wanted.to_numpy()]
    labels = pd.DataFrame(
        {
            "september": part["year"].to_numpy(np.int64),
            "from_ncy": part["ncy"].to_numpy(np.int64),
            "need_group": relabelled(part["need"], lookup("needs", "need_group")),
            "setting_group": relabelled(part["setting"], lookup("settings", "setting_group")),
            "locality": part["locality"].array,
        }
    )
    found = path_counts(labels, part, int(scenario["path"].max()) + 1)
    return pd.DataFrame(found.counts, index=pd.MultiIndex.from_frame(found.cells))


def _after(scenario: pd.DataFrame, base_year: int, ncys: list[int]) -> pd.DataFrame:
    """Return mean plans the January after, on index `HOME`: `specialist` and `all`."""
    groups = lookup("settings", "setting_group")
    specialist = [setting for setting, group in groups.items() if group in SPECIALIST]
    later = scenario["year"].isin([september + 1 for september in septembers(base_year)])
    later &= scenario["ncy"].isin([ncy + 1 for ncy in ncys])
    part = scenario[later.to_numpy()]
    labels = pd.DataFrame(
        {
            "september": part["year"].to_numpy(np.int64) - 1,
            "from_ncy": part["ncy"].to_numpy(np.int64) - 1,
            "need_group": relabelled(part["need"], lookup("needs", "need_group")),
            "locality": part["locality"].array,
        }
    )
    inside = part["setting"].isin(specialist).to_numpy()
    paths = int(scenario["path"].max()) + 1
    means = {
        "specialist": _mean_counts(labels[inside], part[inside], paths),
        "all": _mean_counts(labels, part, paths),
    }
    return pd.DataFrame(means).fillna(0.0)


def _mean_counts(labels: pd.DataFrame, part: pd.DataFrame, paths: int) -> pd.Series:
    found = path_counts(labels, part, paths)
    return pd.Series(found.counts.mean(axis=1), index=pd.MultiIndex.from_frame(found.cells))


def _holders(plans: pd.DataFrame, taught: pd.DataFrame) -> pd.DataFrame:
    """Return each plan holder's need group, setting group, home, ncy, and years of their school."""
    return taught.assign(
        need_group=plans["need"].map(lookup("needs", "need_group")),
        setting_group=plans["setting"].map(lookup("settings", "setting_group")),
        locality=plans["locality"],
        ncy=plans["ncy_recorded"].fillna(plans["ncy"]).astype("int64"),
    )


def _reaching(holders: pd.DataFrame, base_year: int) -> pd.DataFrame:
    """Return one row a plan holder and September, with the year group before it."""
    parts = [
        holders.assign(september=september, from_ncy=holders["ncy"] + september - base_year)
        for september in septembers(base_year)
    ]
    return pd.concat(parts, ignore_index=True).astype({"september": "int64"})


def _listed(awaiting: pd.DataFrame, base_year: int) -> pd.DataFrame:
    """Return awaiting children for whom a special school or base is agreed, with their row."""
    settings = table("settings").drop_duplicates("provision").set_index("provision")
    agreed = awaiting["provision"].map(settings["setting_group"].to_dict())
    listed = pd.DataFrame(
        {
            "september": awaiting["september"].astype("int64"),
            "from_ncy": ncy_when_wanted(awaiting, base_year).astype("int64") - 1,
            "need_group": awaiting["need"].map(lookup("needs", "need_group")),
            "setting_group": awaiting["where_now"].map(lookup("settings", "setting_group")),
            "locality": awaiting["locality"],
        }
    )
    return listed[agreed.isin(list(SPECIALIST))].astype({"need_group": "str"})


def _told(reach: pd.DataFrame, usual: Shares) -> pd.DataFrame:
    """Return children who change, their share, and whether schools tell it, on index `ROW`.

    Children are missing where what is usual leaves open whether one of them changes.
    """
    everyone = reach["from_ncy"].isin(EVERYONE)
    known = (reach["last"] >= reach["from_ncy"]).fillna(False).astype(bool)
    ends = (reach["last"] == reach["from_ncy"]).fillna(False).astype(bool) | everyone
    pairs = zip(reach["setting_group"], reach["from_ncy"], strict=True)
    usually = pd.Series([usual[pair] for pair in pairs], index=reach.index, dtype="float64")
    share = ends.astype("float64").where(known | everyone, usually)
    unsure = (share > 0) & (share < 1)
    part = reach[ROW].assign(
        children=share.where(~unsure, 0.0), unsure=unsure, share=share, schools=known
    )
    groups = part.groupby(ROW)
    children = groups["children"].sum().astype("Int32").mask(groups["unsure"].any())
    return pd.DataFrame(
        {
            "children": children,
            "share": groups["share"].mean(),
            "schools": groups["schools"].any(),
        }
    )


def _shares(
    told: pd.DataFrame, known: Shares, usual: Shares, index: pd.MultiIndex
) -> tuple[pd.Series, pd.Series]:
    """Return each row's share who change, and whether schools tell it.

    The share of the row's own children, else that of all plan holders in schools of its setting
    group that teach the year group (`known`), else the usual one.
    """
    groups, ncys = (index.get_level_values(name) for name in ("setting_group", "from_ncy"))
    pairs = [(str(g), int(n)) for g, n in zip(groups, ncys, strict=True)]
    otherwise = pd.Series([known.get(pair, usual[pair]) for pair in pairs], index=index)
    by_schools = pd.Series([pair in known for pair in pairs], index=index)
    own = told.reindex(index)
    schools = own["schools"].astype("boolean").fillna(by_schools).astype(bool)
    return own["share"].fillna(otherwise).astype("float64"), schools


def _stay_specialist(total: pd.Series, after: pd.DataFrame, held: set[int]) -> pd.Series:
    """Return the share of each row forecast in a special school or base after the change.

    Those in one before it come first; what they leave goes to all others alike, and to those by
    whom the year group has grown since. Missing where the paths do not hold the January after.
    """
    group = total.index.get_level_values("setting_group")
    inside = group.isin(list(SPECIALIST))
    cells = pd.MultiIndex.from_arrays([total.index.get_level_values(name) for name in HOME])
    there = pd.Series(np.where(inside, total, 0.0), index=cells).groupby(level=HOME).sum()
    others = pd.Series(np.where(inside, 0.0, total), index=cells).groupby(level=HOME).sum()
    after = after.reindex(there.index).fillna(0.0)
    places, joined = after["specialist"], (after["all"] - there - others).clip(lower=0.0)
    first = (places / there.where(there > 0)).clip(upper=1.0).fillna(0.0)
    left = (places - there).clip(lower=0.0)
    then = (left / (others + joined).where(others > 0)).clip(upper=1.0).fillna(0.0)
    share = pd.Series(
        np.where(inside, first.reindex(cells), then.reindex(cells)), index=total.index
    )
    reached = (total.index.get_level_values("september") + 1).isin(list(held))
    return share.where(reached)


def _everywhere(rows: pd.DataFrame, changing: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of the authority: sums over its localities, path by path."""
    levels = ROW[:-1]
    by = rows.groupby(level=levels)
    sums = by[["to_specialist_mean", "awaiting"]].sum(min_count=1)
    missing = rows["children"].isna().groupby(level=levels).any()
    sums["children"] = by["children"].sum().astype("Int32").mask(missing)
    sums["schools"] = by["schools"].any()
    whole = changing.groupby(level=levels).sum()
    index = pd.MultiIndex.from_frame(sums.index.to_frame(index=False).assign(locality=ALL))
    return sums.set_axis(index), whole.set_axis(index)


def _with_bands(rows: pd.DataFrame, changing: pd.DataFrame) -> pd.DataFrame:
    values = changing.to_numpy()
    p10, p90 = np.quantile(values, [0.1, 0.9], axis=1)
    return rows.assign(expected_mean=values.mean(axis=1), expected_p10=p10, expected_p90=p90)


def _table(rows: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    """Return the table, rows without any child or forecast left out."""
    some = (rows["expected_mean"] > 0) | (rows["children"] > 0).fillna(False).astype(bool)
    terms = steps[["transfer", "from_ncy", "to_ncy", "review_by"]]
    frame = rows[some].merge(terms, on="from_ncy", how="left")
    frame["review_by"] = frame["september"].astype("str") + "-" + frame["review_by"]
    frame["basis"] = np.where(frame["schools"], "schools", "usual")
    frame["children"] = frame["children"].astype("Int32")
    return checked(Transfers, frame.sort_values(ROW, kind="stable"), "transfers")
