"""Traps in the published figures: found by rule, corrected where the fix is certain, reported.

No authority is named here. Every rule was met in the 2022 and 2025 releases and is written so that
it finds the next case. A figure that cannot be right gets status `unreliable`: models pass it over.
What is wrong with the workspace's authority is a warning; what is wrong with others is counted in
one finding that only informs.
"""

import pandas as pd

from sufficiency import terms
from sufficiency.findings import Findings

FALL = 0.5  # A total below this share of the last good one is a partial return.
FALL_FROM = 50  # Authorities with a handful of plans do halve.
NOT_RECORDED = 0.05  # Above this share without a placement, the settings are not to be relied on.
JUMP, JUMP_FROM = 3.0, 50  # Bases that triple, by at least so many plans, are recoded.
SUCCESSION = (0.7, 1.6)  # Successors' first total over predecessors' last, if they are the same.
PERSON_LEVEL = 2023
WITH_SETTINGS = ["setting", "age_setting", "need_setting"]
REBUILT = "rebuilt from ages"
THE_REST = "the rest of the regional total"


def stock_traps(stock: pd.DataFrame, findings: Findings, authority: str = "") -> pd.DataFrame:
    """Return the stock with what cannot be right marked, and report every trap found.

    Args:
        stock: Tidy rows (`ees_rows.STOCK_COLUMNS`).
        findings: Collects one finding a trap.
        authority: The workspace's authority.
    """
    code_flips(stock, findings, authority)
    predecessors = reorganisations(stock, findings, authority)
    no_recent_year(stock, findings, authority, predecessors)
    stock = partial_returns(stock, findings, authority)
    placements_not_returned(stock, findings, authority)
    stock = placements_not_recorded(stock, findings, authority)
    totals_only(stock, findings, authority)
    base_jumps(stock, findings, authority)
    change_of_collection(stock, findings)
    return stock


def flow_traps(flows: pd.DataFrame, findings: Findings, authority: str = "") -> pd.DataFrame:
    """Return the flows with wrong totals rebuilt or marked, and report every trap found."""
    return regional_totals(flows, findings, authority)


def code_flips(rows: pd.DataFrame, findings: Findings, authority: str = "") -> None:
    """Report authorities whose nine-character code changes; they are joined on the DfE code."""
    local = _local(rows).sort_values("year", kind="stable")
    codes = local.drop_duplicates(["authority", "ons_code"])
    flips = codes[codes.duplicated("authority", keep=False)]
    _tell(
        findings,
        "authority_code_changes",
        flips.drop_duplicates("authority", keep="last"),
        authority,
        "has more than one nine-character code in the releases; its years were joined on the "
        "three-digit DfE code",
        "Nothing here. Beware of tables joined on the nine-character code.",
        always_inform=True,
    )


def reorganisations(stock: pd.DataFrame, findings: Findings, authority: str = "") -> pd.DataFrame:
    """Report authorities whose series begins late, and return those that they replaced.

    Predecessors are those of the region whose series ended the year before, if their last total is
    near the successors' first; else they are not known.

    Returns:
        Frame with authority and year (first year of the successor), one row a predecessor.
    """
    spans = _spans(stock)
    if spans.empty:
        return pd.DataFrame({"authority": [], "year": []})
    begun = spans[spans["first_year"] > spans["first_year"].min()]
    replaced = []
    for (region, year), successors in begun.groupby(["region", "first_year"], sort=True):
        ended = spans[(spans["region"] == region) & (spans["last_year"] == year - 1)]
        ratio = successors["first_total"].sum() / max(ended["last_total"].sum(), 1)
        known = ended if SUCCESSION[0] <= ratio <= SUCCESSION[1] else ended.iloc[:0]
        replaced.append(known[["authority"]].assign(year=year))
        before = ", ".join(f"{r.authority_name} ({r.authority})" for r in known.itertuples())
        _tell(
            findings,
            "authority_reorganised",
            successors.assign(year=year),
            authority,
            f"is a new authority from January {year}"
            + (f", after {before}" if before else "")
            + "; its series begins then and is not rebuilt from its predecessors",
            "Judge its trend by the years since then.",
        )
    return pd.concat(replaced, ignore_index=True) if replaced else spans[["authority"]].iloc[:0]


def no_recent_year(
    stock: pd.DataFrame, findings: Findings, authority: str, predecessors: pd.DataFrame
) -> None:
    """Report authorities with no total in the latest year that anyone has one."""
    spans = _spans(stock)
    latest = spans["last_year"].max()
    silent = spans[
        (spans["last_year"] < latest) & ~spans["authority"].isin(predecessors["authority"])
    ]
    _tell(
        findings,
        "no_recent_year",
        silent.assign(year=silent["last_year"]),
        authority,
        f"has no published figure for January {latest}; its last is the year shown",
        "Add the release that has it, if there is one. National and regional rows are complete.",
    )


def partial_returns(stock: pd.DataFrame, findings: Findings, authority: str = "") -> pd.DataFrame:
    """Mark years whose total falls by more than half: value missing, status `unreliable`.

    Every split of that authority and year is marked too. Each total is compared with the last one
    that was not marked.
    """
    totals = _totals(stock).pivot(index="authority", columns="year", values="value")
    good = pd.Series(float("nan"), index=totals.index)
    marked = []
    for year in sorted(totals.columns):
        now = totals[year]
        low = (now < FALL * good) & (good >= FALL_FROM)
        marked.append(pd.DataFrame({"authority": totals.index[low], "year": year}))
        good = now.where(now.notna() & ~low, good)
    cases = _named(pd.concat(marked, ignore_index=True), stock) if marked else stock.iloc[:0]
    _tell(
        findings,
        "partial_return",
        cases,
        authority,
        "has a total less than half of the year before: a partial return. It was not used",
        "Ask whether a corrected figure exists. If the fall is real, tell whoever keeps the "
        "readers.",
    )
    hit = _hits(stock, cases)
    return stock.assign(
        value=stock["value"].mask(hit), status=stock["status"].mask(hit, "unreliable")
    )


def placements_not_returned(stock: pd.DataFrame, findings: Findings, authority: str = "") -> None:
    """Report years with a total and no placement at all."""
    settings = _local(stock[stock["dimension"] == "setting"])
    place = ["authority", "year"]
    given = settings.groupby(place)["value"].count()
    none = given[given == 0].index.to_frame(index=False)
    cases = none.merge(_totals(stock).dropna(subset="value"), on=place)
    _tell(
        findings,
        "placements_not_returned",
        cases,
        authority,
        "has a total but no placements",
        "Take the placements from the authority's own return.",
    )


def placements_not_recorded(
    stock: pd.DataFrame, findings: Findings, authority: str = ""
) -> pd.DataFrame:
    """Mark settings of years in which over 5% of plans have no placement recorded.

    Values stay, so that they can be shown; their status becomes `unreliable`.
    """
    unknown = stock[(stock["dimension"] == "setting") & (stock["key"] == "UNK")]
    place = ["authority", "year"]
    both = _local(unknown)[[*place, "value"]].merge(
        _totals(stock), on=place, suffixes=("_unknown", "")
    )
    share = both["value_unknown"] / both["value"].where(both["value"] >= FALL_FROM)
    cases = both.assign(share=share)[share > NOT_RECORDED]
    _tell(
        findings,
        "placements_not_recorded",
        cases,
        authority,
        "has no placement recorded for more than 5% of its plans; its settings of that year are "
        "not used in models",
        "Complete the placements in the authority's own return.",
    )
    hit = _hits(stock, cases) & stock["dimension"].isin(WITH_SETTINGS) & stock["value"].notna()
    return stock.assign(status=stock["status"].mask(hit, "unreliable"))


def totals_only(stock: pd.DataFrame, findings: Findings, authority: str = "") -> None:
    """Report years with a total and no age or need, where other authorities have them."""
    totals = _totals(stock).dropna(subset="value")
    local = _local(stock)
    for dimension in ("age", "need", "need_age"):
        has = local[(local["dimension"] == dimension) & local["value"].notna()]
        pairs = has.drop_duplicates(["authority", "year"])[["authority", "year"]]
        asked = totals[totals["year"].isin(pairs["year"]) & (totals["value"] >= FALL_FROM)]
        merged = asked.merge(pairs, on=["authority", "year"], how="left", indicator=True)
        _tell(
            findings,
            f"total_without_{dimension}",
            merged[merged["_merge"] == "left_only"],
            authority,
            f"has a total but no plans by {dimension.replace('_', ' x ')}",
            "Take the split from the authority's own return.",
        )


def base_jumps(stock: pd.DataFrame, findings: Findings, authority: str = "") -> None:
    """Report units and resourced provision that triple, or fall to a third, in one year.

    Mainstream moves the other way: plans were coded anew, children did not move.
    """
    group = terms.lookup("settings", "setting_group")
    local = _local(stock[(stock["dimension"] == "setting") & (stock["status"] != "unreliable")])
    bases = local[local["key"].map(group) == "rp_unit"].dropna(subset="value")
    sums = bases.groupby(["authority", "year"], as_index=False)["value"].sum()
    before = sums.assign(year=sums["year"] + 1)
    pairs = sums.merge(before, on=["authority", "year"], suffixes=("", "_before"))
    low = pairs[["value", "value_before"]].min(axis=1)
    high = pairs[["value", "value_before"]].max(axis=1)
    jump = (high >= JUMP * low.clip(lower=1)) & (high - low >= JUMP_FROM)
    cases = _named(pairs[jump], stock)
    _tell(
        findings,
        "base_places_recoded",
        cases,
        authority,
        "has units and resourced provision that grow or shrink threefold in a year",
        "Check how pupils in bases are coded; read mainstream and bases together.",
    )


def change_of_collection(stock: pd.DataFrame, findings: Findings) -> None:
    """Say that counts before January 2023 are aggregate returns and since then person level."""
    years = stock["year"]
    if (years < PERSON_LEVEL).any() and (years >= PERSON_LEVEL).any():
        findings.inform(
            "change_of_collection",
            f"Plans to January {PERSON_LEVEL - 1} come from a survey of totals, since then from "
            "person-level returns. Ages and settings step at the change; stocks and flows do not "
            "reconcile, because transfers between authorities are not new plans.",
            source="published_stock",
            count=1,
        )


def regional_totals(flows: pd.DataFrame, findings: Findings, authority: str = "") -> pd.DataFrame:
    """Rebuild totals that repeat the regional total for several authorities of the region.

    An authority's total becomes the sum of its ages, if its settings add up to the same. If one
    authority of the region is left, and the regional total is not less than the others' sum, it
    has the rest. Any other becomes missing and `unreliable`.
    """
    totals = flows[flows["dimension"] == "total"]
    region = totals[totals["level"] == "region"]
    when = ["region", "year", "flow"]
    local = (
        _local(totals)
        .reset_index()
        .merge(region[[*when, "value"]], on=when, suffixes=("", "_region"))
    )
    same = (local["value"] == local["value_region"]) & (local["value"] > 0)
    wrong = local[same & (same.groupby([local[c] for c in when]).transform("sum") >= 2)]
    if wrong.empty:
        return flows
    place = ["authority", "year", "flow"]
    splits = _local(flows).merge(wrong[place], on=place)
    sums = splits[splits["dimension"].isin(["age", "setting"])].pivot_table(
        index=place, columns="dimension", values="value", aggfunc="sum", observed=True
    )
    sums = sums.reindex(columns=["age", "setting"]).reindex(pd.MultiIndex.from_frame(wrong[place]))
    certain = (sums["age"] == sums["setting"]).to_numpy() & (sums["age"] > 0).to_numpy()
    fixed = wrong.assign(new=sums["age"].where(certain).to_numpy())
    # The regional total less those of the others, rebuilt or published right.
    members = local.merge(fixed[["index", "new"]], on="index", how="left")
    members["new"] = members["new"].where(members["index"].isin(wrong["index"]), members["value"])
    groups = members.groupby(when)["new"]
    alone = groups.transform(lambda s: s.isna().sum()) == 1
    left = members["value_region"] - groups.transform("sum")
    rest = members["new"].isna() & alone & (left >= 0)
    members = members.assign(new=members["new"].mask(rest, left), rest=rest)
    members = members[members["index"].isin(wrong["index"])].set_index("index")
    _tell(
        findings,
        "regional_total_repeated",
        members,
        authority,
        "has the total of its whole region published as its own new plans; it was rebuilt from "
        f"the ages ({int(members['new'].isna().sum())} authorities could not be)",
        "Nothing: the rebuilt figure is used.",
    )
    value, status, source = (flows[c].copy() for c in ("value", "status", "source"))
    value.loc[members.index] = members["new"]
    status.loc[members.index] = members["new"].notna().map({True: "ok", False: "unreliable"})
    how = members["rest"].map({True: THE_REST, False: REBUILT})
    source.loc[members.index] = source.loc[members.index] + ", " + how.astype("str")
    return flows.assign(value=value, status=status, source=source)


def _local(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["level"] == "authority"]


def _totals(stock: pd.DataFrame) -> pd.DataFrame:
    """Return one row an authority and year: name, region, total."""
    totals = _local(stock[stock["dimension"] == "total"])
    return totals[["authority", "authority_name", "region", "year", "value"]]


def _spans(stock: pd.DataFrame) -> pd.DataFrame:
    """Return one row an authority: name, region, first and last year with a total, those totals."""
    totals = _totals(stock).dropna(subset="value").sort_values("year", kind="stable")
    grouped = totals.groupby("authority", sort=True)
    return pd.DataFrame(
        {
            "authority_name": grouped["authority_name"].last(),
            "region": grouped["region"].last(),
            "first_year": grouped["year"].first(),
            "last_year": grouped["year"].last(),
            "first_total": grouped["value"].first(),
            "last_total": grouped["value"].last(),
        }
    ).reset_index()


def _named(cases: pd.DataFrame, stock: pd.DataFrame) -> pd.DataFrame:
    names = _totals(stock).drop_duplicates("authority", keep="last")
    return cases.merge(names[["authority", "authority_name"]], on="authority", how="left")


def _hits(rows: pd.DataFrame, cases: pd.DataFrame) -> pd.Series:
    """Return which rows belong to the authorities and years of `cases`."""
    wanted = pd.MultiIndex.from_frame(cases[["authority", "year"]])
    found = pd.MultiIndex.from_frame(rows[["authority", "year"]]).isin(wanted)
    return pd.Series(found, index=rows.index) & (rows["level"] == "authority")


def _tell(
    findings: Findings,
    check: str,
    cases: pd.DataFrame,
    authority: str,
    what: str,
    action: str,
    *,
    always_inform: bool = False,
) -> None:
    """Report cases (authority, name, year): the authority's own as a warning, others as a count."""
    own = cases[cases["authority"] == authority]
    others = cases[cases["authority"] != authority]
    source = "published_flows" if "flow" in cases else "published_stock"
    when = "calendar_year" if "calendar_year" in cases else "year"
    if len(own):
        word = "January" if when == "year" else "calendar year"
        years = ", ".join(str(year) for year in sorted(own[when].unique()))
        add = findings.inform if always_inform else findings.warn
        add(
            check,
            f"{own['authority_name'].iloc[-1]} {what} ({word} {years}).",
            action,
            source=source,
            count=len(own),
        )
    if len(others):
        shown = others.sort_values([when, "authority"], ascending=[False, True], kind="stable")
        named = [
            f"{name} {year}"
            for name, year in zip(shown["authority_name"], shown[when], strict=True)
        ][:5]
        more = f" and {len(others) - 5} more" if len(others) > 5 else ""
        findings.inform(
            check,
            f"Other authorities ({others['authority'].nunique()}): each {what}. "
            f"{', '.join(named)}{more}.",
            source=source,
            count=len(others),
        )
