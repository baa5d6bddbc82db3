"""What the tables say, in plain English, each sentence with its base census and its certainty.

Every number is read from the tables, so a headline cannot contradict them. Where places are not
confirmed, only change since the base census is told.
"""

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from sufficiency.gaps.offer import NO_PHASE
from sufficiency.places.exports import MOSTLY_WITHOUT_PLANS
from sufficiency.terms import ALL, census_label, codes, lookup

NEAR_YEARS = 3
CELLS_NAMED = 2
HALF_A_PLACE = 0.5
WORTH_NAMING = 1.0
ENOUGH_TO_NAME = 10
CODING_IS_WEAK = ("sen_unit", "resourced_provision")
WORDS = (
    (0.95, "almost certain"),
    (0.8, "very likely"),
    (0.65, "likely"),
    (0.5, "more likely than not"),
    (0.35, "about as likely as not"),
    (0.2, "less likely than not"),
    (0.05, "unlikely"),
    (0.0, "very unlikely"),
)


def certainty(probability: float) -> str:
    """Return a probability in words, for example `very likely` from 0.8."""
    return next(word for least, word in WORDS if probability >= least)


def headlines(
    gap: pd.DataFrame,
    balance: pd.DataFrame,
    demand: pd.DataFrame,
    base_year: int,
    authority_name: str,
    unsettled: Collection[str] = (),
) -> list[str]:
    """Return the main findings as sentences, most general first.

    Args:
        gap: Gap table.
        balance: ProvisionBalance table.
        demand: Demand table.
        base_year: January census year that the forecast starts from.
        authority_name: Name for people.
        unsettled: Provisions whose children the returns do not agree on (`bases.unsettled`).

    Returns:
        Sentences on all plans, then each provision; of the first scenario in the table. SEN units
        and resourced provision are left out until their register rows are confirmed, because
        their published coding is weak; alternative provision is left out, because it also serves
        pupils without a plan. A cell with fewer than 10 plans at the base census is never named.
    """
    scenario = str(demand["scenario"].iloc[0])
    gap, balance, demand = (t[t["scenario"] == scenario] for t in (gap, balance, demand))
    last = int(demand["year"].max())
    near = min(base_year + NEAR_YEARS, last)
    story = _Story(
        gap[(gap["view"] == "placements") & (gap["locality"] == ALL)],
        balance[balance["view"] == "placements"],
        demand[(demand["locality"] == ALL) & (demand["phase"] == ALL)],
        base_year,
        list(dict.fromkeys([near, last])),
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
    lines.extend(story.possible())
    modelled = ", modelled from published tables" if (demand["basis"] == "modelled").any() else ""
    return [f"{line} Base census {census_label(base_year)}{modelled}." for line in lines]


@dataclass(frozen=True)
class _Story:
    """The rows that headlines are read from: whole authority, one scenario."""

    gap: pd.DataFrame
    balance: pd.DataFrame
    demand: pd.DataFrame
    base_year: int
    years: list[int]

    def total(self, provision: str, year: int, view: str = "placements") -> pd.Series | None:
        """Return the demand row of a provision (or ALL) in a year, None if there is none."""
        rows = self.demand[
            (self.demand["need_group"] == ALL)
            & (self.demand["provision"] == provision)
            & (self.demand["view"] == view)
            & (self.demand["year"] == year)
        ]
        return rows.iloc[0] if len(rows) else None

    def all_plans(self, name: str) -> list[str]:
        """Return what happens to the number of plans."""
        return [f"{name}: the number of EHC plans is {text}." for text in self._change(ALL)]

    def provision(self, provision: str) -> list[str]:
        """Return what happens to demand for a provision and, if confirmed, to its places."""
        if provision in MOSTLY_WITHOUT_PLANS:
            return []
        title = lookup("provisions", "name")[provision]
        rows = self.balance[self.balance["provision"] == provision].set_index("year")
        known = [y for y in self.years if y in rows.index and rows.at[y, "gap_reason"] == ""]
        if known:
            return self._shortage(provision, title, known, rows)
        if provision in CODING_IS_WEAK:
            return []
        if lookup("provisions", "capacity_gap")[provision] == "no":
            why = "Its places are bought one by one, so only numbers are shown."
        else:
            why = "Its places are not confirmed on the register, so only the change is shown."
        return [
            f"{title}: the number of residents placed is {text}. {why}"
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
            middle, low, high = (_whole(row[name]) for name in ("p50", "p10", "p90"))
            start_of = f", from {_whole(start)}" if not parts else ""
            parts.append(
                f"{_direction(row)}{start_of} to about {middle} by {census_label(year)} "
                f"(8 in 10 futures: {low} to {high}){self._regime(year)}"
            )
        return ["; and ".join(parts)] if parts else []

    def _shortage(
        self, provision: str, title: str, years: list[int], balance: pd.DataFrame
    ) -> list[str]:
        parts = []
        for year in years:
            when = census_label(year)
            total, elsewhere, low, high = (
                float(balance[f"shortage_{name}"][year])
                for name in ("total", "elsewhere", "p10", "p90")
            )
            if total < HALF_A_PLACE:
                text = f"no shortage is expected in {when}"
            else:
                text = (
                    f"on average about {_places(total)} short in {when} (8 in 10 futures: "
                    f"{_whole(low)} to {_whole(high)})"
                )
                if elsewhere >= HALF_A_PLACE:
                    text += (
                        f", of which about {_whole(elsewhere)} could be met by places in other "
                        "localities or authorities"
                    )
            parts.append(text + _likeliest(self._cells(provision, year)) + self._regime(year))
        summary = (
            f"{title}: {'; '.join(parts)}. Summed over need groups and phases: room in one is "
            "never set against a shortage in another."
        )
        if (balance.loc[years, "flexible"] == "yes").all():
            summary += (
                " All these places are flexible, so the split between need groups is a guide."
            )
        summary += self._left_out(provision, years[0])
        worst = self._cells(provision, years[0])
        worst = worst.sort_values("expected_shortage", ascending=False, kind="stable")
        worst = worst[worst["expected_shortage"] >= WORTH_NAMING].head(CELLS_NAMED)
        return [summary, *(_cell(title, row, years[0]) for _, row in worst.iterrows())]

    def _cells(self, provision: str, year: int) -> pd.DataFrame:
        """Return the cells with a gap that are large enough at the base census to be named."""
        of_provision = self.gap[self.gap["provision"] == provision]
        cell = ["need_group", "phase"]
        base = of_provision[of_provision["year"] == self.base_year].set_index(cell)["demand_mean"]
        large = base.index[base >= ENOUGH_TO_NAME]
        rows = of_provision[(of_provision["year"] == year) & (of_provision["gap_reason"] == "")]
        return rows[pd.MultiIndex.from_frame(rows[cell]).isin(large)]

    def _left_out(self, provision: str, year: int) -> str:
        """Return how many residents are in phases that no register row takes, if any."""
        rows = self.gap[
            (self.gap["provision"] == provision)
            & (self.gap["year"] == year)
            & (self.gap["gap_reason"] == NO_PHASE)
        ]
        if rows["demand_mean"].sum() < HALF_A_PLACE:
            return ""
        held = [p for p in codes("phases") if p in set(rows["phase"])]
        names = " and ".join(lookup("phases", "name")[p].lower() for p in held)
        return (
            f" Not counted: about {_whole(rows['demand_mean'].sum())} residents in {names} in "
            f"{census_label(year)}, which no register row takes."
        )

    def possible(self) -> list[str]:
        """Return how many are not in a school place, and what they would add to provision."""
        base = self.total(ALL, self.base_year)
        children = 0.0 if base is None else float(base["not_placed"])
        if round(children) < 1:
            return []
        later = [y for y in self.years if y > self.base_year]
        more = "".join(
            f", and about {_whole(self._added(year))} by {census_label(year)}{self._regime(year)}"
            for year in later
        )
        return [
            f"Possible demand: {_whole(children)} children of school age (Reception to Year 11) "
            f"are recorded as not in education or with no placement in "
            f"{census_label(self.base_year)}; EOTAS and home education are not counted. Placed as "
            f"others with their needs are, they would add about "
            f"{_whole(self._added(self.base_year))} to specialist provision then{more}, on average."
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

    def _regime(self, year: int) -> str:
        return ", if present patterns last" if year > self.base_year + NEAR_YEARS else ""


def _direction(row: pd.Series) -> str:
    """Return the likelier change of a demand row since the base census, and how sure it is."""
    if row["p_rise"] >= 0.5:
        return f"{certainty(float(row['p_rise']))} to rise"
    if row["p_fall"] >= 0.5:
        return f"{certainty(float(row['p_fall']))} to fall"
    return "as likely to rise as to fall"


def _likeliest(cells: pd.DataFrame) -> str:
    if cells.empty:
        return ""
    row = cells.iloc[int(cells["p_shortage"].to_numpy().argmax())]
    return f"; likeliest: {_named(row)}, {certainty(float(row['p_shortage']))}"


def _cell(title: str, row: pd.Series, year: int) -> str:
    first = row["first_year"]
    since = "" if pd.isna(first) else f"; likely from {census_label(int(first))} on"
    return (
        f"{title}, {_named(row)}: a shortage in {census_label(year)} is "
        f"{certainty(float(row['p_shortage']))}, on average {_places(row['expected_shortage'])} "
        f"(8 in 10 futures: {_side(row['gap_p10'])} to {_side(row['gap_p90'])}){since}."
    )


def _named(row: pd.Series) -> str:
    group = lookup("need_groups", "name")[row["need_group"]]
    return f"{group}, {lookup('phases', 'name')[row['phase']].lower()}"


def _whole(value: float) -> str:
    return f"{round(float(value)):,}"


def _places(value: float) -> str:
    return f"{_whole(value)} place" if round(float(value)) == 1 else f"{_whole(value)} places"


def _side(gap: float) -> str:
    number = round(float(gap))
    return (
        f"{number:,} short" if number > 0 else f"{-number:,} to spare" if number else "none short"
    )
