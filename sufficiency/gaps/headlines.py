"""What the tables say, in plain English, most general first, with certainty in words.

Every number is read from the tables, so a headline cannot contradict them. Nothing is called a
shortage that is not likelier than not in the gap table, and room is never told as a surplus. Where
places are not confirmed, only change since the base census is told; where places are bought one by
one, only numbers. The last sentence states the base census of all.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

import pandas as pd

from sufficiency.gaps.asides import across_borders, in_september, on_the_list, where_bought
from sufficiency.gaps.offer import NO_PHASE
from sufficiency.gaps.table import SITED
from sufficiency.gaps.wording import (
    at_most_none,
    certainty,
    counted,
    direction,
    group_and_phase,
    in_words,
    listed,
    mid_sentence,
    whole,
)
from sufficiency.terms import ALL, census_label, codes, lookup

NEAR_YEARS = 3
NAMED = 3
HALF_A_PLACE = 0.5
ENOUGH_TO_NAME = 10
LIKELY = 0.5
WORTH_TELLING = 0.05
CODING_IS_WEAK = ("sen_unit", "resourced_provision")
CELL = ["need_group", "provision", "phase"]


@dataclass(frozen=True)
class Besides:
    """Tables that headlines also read where a run has them.

    Attributes:
        plans: Plans table: in and out of area of places that are bought one by one.
        waiting: Waiting table: what the council's list says.
        september_board: SeptemberBoard table: what the next September looks like.
    """

    plans: pd.DataFrame | None = field(default=None)
    waiting: pd.DataFrame | None = field(default=None)
    september_board: pd.DataFrame | None = field(default=None)


NOTHING_BESIDES = Besides()


def headlines(
    gap: pd.DataFrame,
    balance: pd.DataFrame,
    demand: pd.DataFrame,
    base_year: int,
    authority_name: str,
    unsettled: Collection[str] = (),
    besides: Besides = NOTHING_BESIDES,
) -> list[str]:
    """Return the main findings as sentences, most general first, the base census last.

    Args:
        gap: Gap table.
        balance: ProvisionBalance table.
        demand: Demand table.
        base_year: January census year that the forecast starts from.
        authority_name: Name for people.
        unsettled: Provisions whose children the returns do not agree on (`bases.unsettled`).
        besides: Further tables of the run.

    Returns:
        Sentences on all plans, each provision, each locality, who waits and September; of the
        first scenario in the table. SEN units and resourced provision are left out until their
        register rows are confirmed, because their published coding is weak. A need group and phase
        with fewer than 10 plans at the base census is counted, never named.
    """
    scenario = str(demand["scenario"].iloc[0])
    gap, balance, demand = (t[t["scenario"] == scenario] for t in (gap, balance, demand))
    last = int(demand["year"].max())
    near = min(base_year + NEAR_YEARS, last)
    story = _Story(
        gap[gap["view"] == "placements"],
        balance[balance["view"] == "placements"],
        demand[(demand["locality"] == ALL) & (demand["phase"] == ALL)],
        base_year,
        list(dict.fromkeys([near, last])),
        besides,
    )
    lines = story.all_plans(authority_name)
    for provision in codes("provisions"):
        if provision in unsettled:
            name = lookup("provisions", "name")[provision]
            lines.append(
                f"{name}: SEN2, the school census and the register do not agree on who is there, "
                "so nothing is said until the schools have settled it (see the table of bases)."
            )
        else:
            lines.extend(story.provision(provision))
    lines.extend(story.localities(unsettled))
    listed_children = on_the_list(besides.waiting)
    lines.extend(listed_children or story.possible())
    lines.extend(in_september(besides.september_board))
    return [*lines, story.base_census("modelled" in set(demand["basis"]))]


@dataclass(frozen=True)
class _Story:
    """The rows that headlines are read from: one scenario, placements as they would fall."""

    gap: pd.DataFrame
    balance: pd.DataFrame
    demand: pd.DataFrame
    base_year: int
    years: list[int]
    besides: Besides

    def total(self, provision: str, year: int, view: str = "placements") -> pd.Series | None:
        """Return the demand row of a provision (or ALL) in a year, None if there is none."""
        rows = self.demand[
            (self.demand["need_group"] == ALL)
            & (self.demand["provision"] == provision)
            & (self.demand["view"] == view)
            & (self.demand["year"] == year)
        ]
        return rows.iloc[0] if len(rows) else None

    def base_census(self, modelled: bool) -> str:
        """Return what all sentences rest on."""
        how = ", modelled from published tables" if modelled else ""
        text = f"Base census of all the above: {census_label(self.base_year)}{how}."
        if (self.balance["gap_reason"] == "").any():
            text += (
                " Room for one need, phase or provision is never set against a shortage in "
                "another, unless the register says that places are flexible."
            )
        return text

    def _regime(self, year: int) -> str:
        return ", if present patterns last" if year > self.base_year + NEAR_YEARS else ""

    def all_plans(self, name: str) -> list[str]:
        """Return what happens to the number of plans."""
        return [f"{name}: the number of EHC plans is {text}." for text in self._change(ALL)]

    def provision(self, provision: str) -> list[str]:
        """Return what happens to demand for a provision and, if confirmed, to its places."""
        title = lookup("provisions", "name")[provision]
        rows = self.balance[self.balance["provision"] == provision]
        known = rows[rows["year"].isin(self.years) & (rows["gap_reason"] == "")]
        if len(known):
            lines = self._shortage(provision, title, known.sort_values("year"))
            for _, row in rows[rows["year"] == self.base_year].iterrows():
                lines += across_borders(title, row)
            return lines
        if provision in CODING_IS_WEAK:
            return []
        reason = lookup("provisions", "reason_without_gap")[provision]
        if reason:
            if self._few(provision):
                return []
            why = f" {reason}." + where_bought(provision, self.besides.plans, self.base_year)
        else:
            told = rows["gap_reason"][rows["gap_reason"] != ""]
            why = f" Only the change is shown ({told.iloc[-1]})." if len(told) else ""
        return [
            f"{title}: the number of residents placed is {text}.{why}"
            for text in self._change(provision)
        ]

    def _change(self, provision: str) -> list[str]:
        """Return one text on the change to each headline year, none if nobody is placed there."""
        base = self.total(provision, self.base_year)
        start = 0.0 if base is None else float(base["mean"])
        parts = []
        for year in self.years:
            row = self.total(provision, year)
            if row is None or year == self.base_year:
                continue
            middle, low, high = (whole(row[name]) for name in ("p50", "p10", "p90"))
            start_of = f", from {whole(start)}" if not parts else ""
            moves = f"{direction(row)}{start_of} to about {middle}"
            if middle == whole(start):
                moves = f"about the same as today ({middle})"
            parts.append(
                f"{moves} by {census_label(year)} "
                f"(8 in 10 futures: {low} to {high}){self._regime(year)}"
            )
        return ["; and ".join(parts)] if parts else []

    def _few(self, provision: str) -> bool:
        """Return whether fewer than 10 residents are placed, at the base census and later."""
        rows = [self.total(provision, year) for year in (self.base_year, *self.years)]
        return all(row is None or row["mean"] < ENOUGH_TO_NAME for row in rows)

    def _shortage(self, provision: str, title: str, balance: pd.DataFrame) -> list[str]:
        years = [int(year) for year in balance["year"]]
        told = list(zip(years, (row for _, row in balance.iterrows()), strict=True))
        if any(self._likely(provision, year) for year in years):
            lines = [self._shortage_in(provision, title, year, row) for year, row in told]
        else:
            parts = [self._not_short(provision, year, row) for year, row in told]
            lines = [f"{title}: no shortage is likely in {', nor in '.join(parts)}."]
        if (balance["flexible"] == "yes").all():
            lines[0] += (
                " All these places are flexible: room is counted for whichever need is short, so "
                "the split between need groups is a guide."
            )
        lines[0] += self._left_out(provision, years[0])
        return lines

    def _shortage_in(self, provision: str, title: str, year: int, balance: pd.Series) -> str:
        """Return who is likelier than not to be short in a year, and by how much in all."""
        if not self._likely(provision, year):
            return f"{title}: no shortage is likely in {self._not_short(provision, year, balance)}."
        rows = self._of(provision, year)
        short = rows[rows["p_shortage"] >= LIKELY]
        named, others = self._named(short)
        start = f"{title}, {census_label(year)}{self._regime(year)}:"
        parts = [_short_cell(row) for _, row in named.iterrows()]
        if others:
            parts.append(in_words(others, "other group" if parts else "small group"))
        text = f"{start} likelier than not to be short of places: {'; '.join(parts)}."
        lesser = balance["shortage_unmet"] - short["expected_shortage"].sum()
        with_lesser = ", with lesser chances in other groups," if lesser >= HALF_A_PLACE else ""
        text += (
            f" In all{with_lesser} about {counted(balance['shortage_total'], 'place')} short on "
            "average "
            f"(8 in 10 futures: {whole(balance['shortage_p10'])} to "
            f"{whole(balance['shortage_p90'])})"
        )
        elsewhere = balance["shortage_elsewhere"]
        if pd.notna(elsewhere) and elsewhere >= HALF_A_PLACE:
            text += f", of which about {whole(elsewhere)} could be met in other localities"
        return f"{text}."

    def _of(self, provision: str, year: int) -> pd.DataFrame:
        rows = self._known(ALL, year)
        return rows[rows["provision"] == provision]

    def _likely(self, provision: str, year: int) -> bool:
        """Return whether any need group and phase is likelier than not to be short."""
        return bool((self._of(provision, year)["p_shortage"] >= LIKELY).any())

    def _not_short(self, provision: str, year: int, balance: pd.Series) -> str:
        """Return a year in which no shortage is likely, with the lesser chances in brackets."""
        told = [*self._likeliest(self._of(provision, year)), *_lesser(balance)]
        lesser = f" ({'; '.join(told)})" if told else ""
        return f"{census_label(year)}{self._regime(year)}{lesser}"

    def _likeliest(self, rows: pd.DataFrame) -> list[str]:
        large = rows[self._large(rows) & (rows["p_shortage"] >= WORTH_TELLING)]
        if large.empty:
            return []
        row = large.iloc[int(large["p_shortage"].to_numpy(dtype=float).argmax())]
        return [
            f"likeliest: {group_and_phase(row)}, where one is {certainty(float(row['p_shortage']))}"
        ]

    def _known(self, locality: str | None, year: int) -> pd.DataFrame:
        """Return the rows with a gap and a probability: of a locality, or of all but ALL."""
        inside = self.gap["locality"] == locality if locality else self.gap["locality"] != ALL
        return self.gap[
            inside
            & (self.gap["year"] == year)
            & (self.gap["gap_reason"] == "")
            & self.gap["p_shortage"].notna()
        ]

    def _large(self, rows: pd.DataFrame) -> pd.Series:
        """Return which rows have enough plans at the base census to be named."""
        cell = [*CELL, "locality"]
        base = self.gap[self.gap["year"] == self.base_year].set_index(cell)["demand_mean"]
        keys = pd.MultiIndex.from_frame(rows[cell])
        return pd.Series(keys.isin(base.index[base >= ENOUGH_TO_NAME]), index=rows.index)

    def _named(self, short: pd.DataFrame) -> tuple[pd.DataFrame, int]:
        """Return the rows to name, the largest shortage first, and how many others there are."""
        largest = short[self._large(short)].sort_values(
            ["expected_shortage", "locality", *CELL],
            ascending=[False, True, True, True, True],
            kind="stable",
        )
        named = largest.head(NAMED)
        return named, len(short) - len(named)

    def _left_out(self, provision: str, year: int) -> str:
        """Return how many residents are in phases that no register row takes, if any."""
        rows = self.gap[
            (self.gap["locality"] == ALL)
            & (self.gap["provision"] == provision)
            & (self.gap["year"] == year)
            & (self.gap["gap_reason"] == NO_PHASE)
        ]
        if rows["demand_mean"].sum() < HALF_A_PLACE:
            return ""
        held = [p for p in codes("phases") if p in set(rows["phase"])]
        names = listed([lookup("phases", "name")[p].lower() for p in held])
        return (
            f" Not counted: about {counted(rows['demand_mean'].sum(), 'resident')} in {names}, "
            "which no register row takes."
        )

    def localities(self, unsettled: Collection[str]) -> list[str]:
        """Return in which localities a shortage is likelier than not in the nearer year."""
        year = self.years[0]
        rows = self._known(None, year)
        rows = rows[(rows["basis"] == SITED) & ~rows["provision"].isin(list(unsettled))]
        named, others = self._named(rows[rows["p_shortage"] >= LIKELY])
        whole_authority = self._known(ALL, year).set_index(CELL)["p_shortage"]
        lines = []
        for _, row in named.iterrows():
            title = mid_sentence(lookup("provisions", "name")[str(row["provision"])])
            chance = whole_authority.get(tuple(str(row[name]) for name in CELL))
            pooled = (
                ""
                if chance is None
                else " With the places of the whole authority together it is "
                f"{certainty(float(chance))}."
            )
            lines.append(
                f"{row['locality']}, {title}, {census_label(year)}: a shortage is likelier than "
                f"not for {_short_cell(row)}.{pooled}"
            )
        if others and lines:
            lines[-1] += f" By locality, {in_words(others, 'other group')} likewise: see the table."
        elif others:
            lines.append(
                f"By locality, {census_label(year)}: a shortage is likelier than not for "
                f"{in_words(others, 'group')} of fewer than {ENOUGH_TO_NAME} children: see the "
                "table."
            )
        return lines

    def possible(self) -> list[str]:
        """Return how many are not in a school place, and what they would add to provision."""
        base = self.total(ALL, self.base_year)
        children = 0.0 if base is None else float(base["not_placed"])
        if round(children) < 1:
            return []
        later = [y for y in self.years if y > self.base_year]
        more = "".join(
            f", and about {whole(self._added(year))} by {census_label(year)}" for year in later
        )
        return [
            f"Possible demand: {counted(children, 'child', 'children')} of school age (Reception "
            "to Year 11) recorded as not in education or with no placement at the base census; "
            "EOTAS and home education are not counted. Placed as others with their needs are, they "
            f"would add about {whole(self._added(self.base_year))} to specialist provision "
            f"then{more}, on average."
        ]

    def _added(self, year: int) -> float:
        """Return by how much possible demand exceeds placements, over all provisions."""
        pairs = (
            (self.total(provision, year, "possible"), self.total(provision, year))
            for provision in codes("provisions")
        )
        return sum(
            (0.0 if more is None else float(more["mean"]))
            - (0.0 if less is None else float(less["mean"]))
            for more, less in pairs
        )


def _short_cell(row: pd.Series) -> str:
    first = row["first_year"]
    since = "" if pd.isna(first) else f"; first likely in {census_label(int(first))}"
    return (
        f"{group_and_phase(row)} ({certainty(float(row['p_shortage']))}, on average "
        f"{counted(row['expected_shortage'], 'place')}, 8 in 10 futures: "
        f"{at_most_none(row['gap_p10'])} to {at_most_none(row['gap_p90'])}{since})"
    )


def _lesser(balance: pd.Series) -> list[str]:
    """Return what small chances, and localities against each other, add up to."""
    unmet, elsewhere = balance["shortage_unmet"], balance["shortage_elsewhere"]
    told = []
    if unmet >= HALF_A_PLACE:
        told.append(f"all chances together, {counted(unmet, 'place')} short on average")
    if pd.notna(elsewhere) and elsewhere >= HALF_A_PLACE:
        told.append(
            f"by locality {counted(elsewhere, 'more place')}, which free places elsewhere could "
            "meet"
        )
    return told
