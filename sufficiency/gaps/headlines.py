"""What the tables say, in plain English, each sentence with its base census and its certainty.

Every number is read from the tables, so a headline cannot contradict them. Where places are not
confirmed, only change since the base census is told.
"""

from dataclasses import dataclass

import pandas as pd

from sufficiency.places.exports import MOSTLY_WITHOUT_PLANS
from sufficiency.terms import ALL, census_label, codes, lookup

NEAR_YEARS = 3
CELLS_NAMED = 2
HALF_A_PLACE = 0.5
WORTH_NAMING = 1.0
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
) -> list[str]:
    """Return the main findings as sentences, most general first.

    Args:
        gap: Gap table.
        balance: ProvisionBalance table.
        demand: Demand table.
        base_year: January census year that the forecast starts from.
        authority_name: Name for people.

    Returns:
        Sentences on all plans, then each provision; of the first scenario in the table. SEN units
        and resourced provision are left out until their register rows are confirmed, because
        their published coding is weak; alternative provision is left out, because it also serves
        pupils without a plan.
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
                f"{_direction(row, start)}{start_of} to about {middle} by {census_label(year)} "
                f"(8 in 10 futures: {low} to {high}){self._regime(year)}"
            )
        return ["; and ".join(parts)] if parts else []

    def _shortage(
        self, provision: str, title: str, years: list[int], balance: pd.DataFrame
    ) -> list[str]:
        parts = []
        for year in years:
            cells = self._cells(provision, year)
            total = float(balance["shortage_total"][year])
            unmet = float(balance["shortage_unmet"][year])
            if total < HALF_A_PLACE:
                text = f"no shortage is expected in {census_label(year)}"
            else:
                text = (
                    f"about {_places(total)} short in {census_label(year)}, of which about "
                    f"{_whole(unmet)} beyond the number left free for other needs and phases"
                )
            parts.append(f"{text} ({_likeliest(cells)}){self._regime(year)}")
        summary = f"{title}: {'; '.join(parts)}. Summed over need groups and phases, never netted."
        worst = self._cells(provision, years[0])
        worst = worst.sort_values("expected_shortage", ascending=False, kind="stable")
        worst = worst[worst["expected_shortage"] >= WORTH_NAMING].head(CELLS_NAMED)
        return [summary, *(_cell(title, row, years[0]) for _, row in worst.iterrows())]

    def _cells(self, provision: str, year: int) -> pd.DataFrame:
        rows = self.gap[(self.gap["provision"] == provision) & (self.gap["year"] == year)]
        return rows[rows["gap_reason"] == ""]

    def possible(self) -> list[str]:
        """Return how much those not in a school place would add to specialist provision."""
        year = self.years[0]
        added = 0.0
        for provision in codes("provisions"):
            more = self.total(provision, year, "possible")
            less = self.total(provision, year)
            added += (0.0 if more is None else more["mean"]) - (
                0.0 if less is None else less["mean"]
            )
        if round(added) < 1:
            return []
        return [
            f"Possible demand: counting school-age plan holders who are not in a school place "
            f"would add about {_whole(added)} to specialist provision by {census_label(year)}, on "
            f"average, if they were placed as others with their needs are."
        ]

    def _regime(self, year: int) -> str:
        return ", if present patterns last" if year > self.base_year + NEAR_YEARS else ""


def _direction(row: pd.Series, start: float) -> str:
    if row["p10"] > start:
        return "very likely to rise"
    if row["p80"] < start:
        return "very likely to fall"
    if row["p50"] > start:
        return "more likely than not to rise"
    if row["p50"] < start:
        return "more likely than not to fall"
    return "as likely to rise as to fall"


def _likeliest(cells: pd.DataFrame) -> str:
    if cells.empty:
        return "no resident is placed there"
    row = cells.iloc[int(cells["p_shortage"].to_numpy().argmax())]
    return f"likeliest: {_named(row)}, {certainty(float(row['p_shortage']))}"


def _cell(title: str, row: pd.Series, year: int) -> str:
    first = row["first_year"]
    since = "" if pd.isna(first) else f"; first short in {census_label(int(first))}"
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
