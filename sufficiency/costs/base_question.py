"""Can it be met in a base? The share of a shortage of special places that bases could meet.

The Department's rating of capital strategies is best where they add bases in mainstream schools;
special-school places need a case that the need cannot be met in a base. The evidence here is where
children of the same need and phase are placed in England, in its authorities, and here.
"""

import numpy as np
import pandas as pd

from sufficiency.contracts import BaseQuestion, checked, empty
from sufficiency.terms import ALL, census_label, codes, lookup

BASES = ("RP", "SENU", "SUPB")
SPECIAL = ("SPLA", "SPAC")
FEWEST = 20
SPREAD = (0.25, 0.75)
ENGLAND = "ENG"
WEAK = (
    "Flags of bases are weak in returns. The share says where children are placed, not that the "
    "need of each could be met there; a special-school scheme still needs its own case."
)


def base_question(
    gap: pd.DataFrame, plans: pd.DataFrame, published_stock: pd.DataFrame, base_year: int
) -> pd.DataFrame:
    """Return how much of each shortage of special-school places a specialist base could meet.

    Args:
        gap: Gap table.
        plans: Plans table holding the base census.
        published_stock: PublishedStock; `need_setting` and `age_setting` of England and of
            authorities at the base census or the last one before it.
        base_year: January census year.

    Returns:
        BaseQuestion: rows for special schools in the view `placements`, from the first year in
        which the gap table calls the cell a shortage; localities only where the authority is short
        with its places pooled, because a free place elsewhere could meet the rest. The share is
        that of bases among children in bases and state special schools. Its middle is England's for
        the need group, its odds moved to the phase by England's odds for the phase over those of
        all ages; low and high are moved likewise from the quarter points of authorities with
        `FEWEST` or more such children. Where nothing is published, this authority's own share is
        used; where it has none, the share is missing.
    """
    short = gap[(gap["provision"] == "special") & (gap["view"] == "placements")]
    since = short["first_year"].notna() & (short["year"] >= short["first_year"])
    short = short[since.fillna(False).astype(bool) & (short["expected_shortage"] > 0)]
    if short.empty:
        return empty(BaseQuestion)
    short = short[short["scenario"] == short["scenario"].iloc[0]]
    keys = ["need_group", "phase"]
    pooled = short.loc[short["locality"] == ALL, [*keys, "year"]]
    short = short.merge(pooled, on=[*keys, "year"])
    if short.empty:
        return empty(BaseQuestion)
    cells = short[keys].drop_duplicates()
    shares = _Shares(plans[plans["year"] == base_year], published_stock, base_year)
    told = [shares.of(str(need), str(phase)) for need, phase in cells.to_numpy()]
    cells = cells.join(pd.DataFrame(told, index=cells.index))
    rows = short[[*keys, "year", "locality", "expected_shortage"]].merge(cells, on=keys)
    rows = rows.rename(columns={"expected_shortage": "shortage_mean"})
    rows["could_be_base"] = rows["shortage_mean"] * rows["base_share"]
    rows["remains_special"] = rows["shortage_mean"] - rows["could_be_base"]
    rows = rows.assign(first=rows["locality"] != ALL)
    rows = rows.sort_values([*keys, "first", "locality", "year"], kind="stable")
    return checked(BaseQuestion, rows, "base_question")


class _Shares:
    """Shares of bases among children in bases and state special schools."""

    def __init__(self, plans: pd.DataFrame, published: pd.DataFrame, base_year: int) -> None:
        own = plans[plans["setting"].isin([*BASES, *SPECIAL])]
        own = own.assign(need_group=own["need"].map(lookup("needs", "need_group")))
        self._own = own.assign(base=own["setting"].isin(BASES))
        known = published[published["year"] <= base_year]
        by_need = known[known["dimension"] == "need_setting"]
        self._year = int(by_need["year"].max()) if len(by_need) else base_year
        by_need = by_need[by_need["year"] == self._year]
        groups = by_need["key"].map(lookup("needs", "need_group"))
        self._need = _counted(by_need.assign(group=groups))
        by_age = known[(known["dimension"] == "age_setting") & (known["year"] == self._year)]
        by_age = by_age[by_age["authority"] == ENGLAND]
        self._age = _counted(by_age.assign(group=by_age["key"].map(_phase_of_age())))

    def of(self, need_group: str, phase: str) -> dict[str, object]:
        """Return the share of one need group and phase with its range and evidence."""
        own = self._own[self._own["need_group"] == need_group]
        names = lookup("need_groups", "name")[need_group], lookup("phases", "name")[phase].lower()
        here = f"Here {int(own['base'].sum())} of {len(own)} such children are in bases."
        rows = self._need[self._need["group"] == need_group]
        england = rows[rows["authority"] == ENGLAND]
        if england.empty or england["total"].iloc[0] == 0:
            share = float(own["base"].mean()) if len(own) else np.nan
            said = "No figures of England are loaded: this authority's own share is used."
            return _told(share, share, share, f"{said} {here} {WEAK}")
        moved = self._odds_of_phase(phase)
        whole = float(england["bases"].iloc[0] / england["total"].iloc[0])
        others = rows[(rows["level"] == "authority") & (rows["total"] >= FEWEST)]
        spread = (others["bases"] / others["total"]).quantile(list(SPREAD)).to_list()
        low, high = spread if len(others) else (whole, whole)
        middle, low, high = (_moved(share, moved) for share in (whole, low, high))
        said = (
            f"{names[0]}: of children in bases or state special schools, {whole:.0%} are in bases "
            f"in England at {census_label(self._year)}, {middle:.0%} once moved to {names[1]} "
            f"ages; the middle half of {len(others)} authorities lies from {low:.0%} to {high:.0%}."
        )
        return _told(middle, min(low, middle), max(high, middle), f"{said} {here} {WEAK}")

    def _odds_of_phase(self, phase: str) -> float:
        """Return England's odds of a base in a phase over those of all ages, 1 if not known."""
        rows = self._age.groupby("group")[["bases", "total"]].sum()
        if phase not in rows.index:
            return 1.0
        bases, total = (float(rows[name].loc[phase]) for name in ("bases", "total"))
        all_bases, all_total = (float(rows[name].sum()) for name in ("bases", "total"))
        if min(total - bases, all_total - all_bases, all_bases) <= 0:
            return 1.0
        return bases / (total - bases) / (all_bases / (all_total - all_bases))


def _counted(rows: pd.DataFrame) -> pd.DataFrame:
    """Return children in bases, and in bases or state special schools, by authority and group.

    A group in which an authority has a cell that is hidden is left out: hidden is not zero.
    """
    rows = rows[rows["second_key"].isin([*BASES, *SPECIAL]) & rows["group"].notna()]
    rows = rows.assign(
        bases=rows["value"].where(rows["second_key"].isin(BASES), 0.0), hidden=rows["value"].isna()
    )
    summed = rows.groupby(["authority", "level", "group"], sort=True).agg(
        bases=("bases", "sum"), total=("value", "sum"), hidden=("hidden", "any")
    )
    summed = summed.reset_index()
    return summed[~summed["hidden"]]


def _phase_of_age() -> dict[str, str]:
    first, last = lookup("phases", "age_from"), lookup("phases", "age_to")
    return {
        str(age): phase
        for phase in codes("phases")
        for age in range(int(first[phase]), int(last[phase]) + 1)
    }


def _moved(share: float, odds: float) -> float:
    """Return a share whose odds are multiplied."""
    return share * odds / (1 - share + share * odds)


def _told(share: float, low: float, high: float, evidence: str) -> dict[str, object]:
    return {
        "base_share": share,
        "base_share_low": low,
        "base_share_high": high,
        "evidence": evidence,
    }
