"""Charts: finished tables drawn, each with alt text from its own numbers and a table under it."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sufficiency.errors import SufficiencyError
from sufficiency.reports.picture import (
    BAND,
    BAND_EDGE,
    DEMAND,
    HISTORY,
    INK,
    PLACES,
    Picture,
    drawn,
)
from sufficiency.reports.printing import NOT_KNOWN, in_order, printed
from sufficiency.terms import ALL, lookup

ROUND_STEPS = [1, 2, 5, 10]
NOT_CONFIRMED = "Places not confirmed"
BAND_WORDS = "8 in 10 futures (P10 to P90)"
NO_HISTORY = pd.DataFrame({"year": pd.Series(dtype="int64"), "plans": pd.Series(dtype="float64")})


def demand_and_places(
    demand: pd.DataFrame,
    provision: str,
    places: pd.DataFrame | None = None,
    history: pd.DataFrame | None = None,
    *,
    assumed: bool = False,
) -> Picture:
    """Return demand for one provision against the places residents can use.

    Args:
        demand: The `demand` table's rows of one scenario, view and cell: year, p10, p50, p90.
        provision: Provision code, for the words.
        places: One row a year: year, places (missing where not known); None where a count of
            places has no meaning, as for independent schools.
        history: One row a past January: year, plans.
        assumed: Whether the places await a planner; then none is drawn, for a line beside demand
            would show a gap that is not known.
    """
    name = lookup("provisions", "name").get(provision, provision)
    table = _yearly(demand, history)
    if places is not None and not assumed:
        table["places"] = table["year"].map(places.set_index("year")["places"].astype("Float64"))
    known = "places" in table and bool(table["places"].notna().any())
    label = "Places for residents"

    def draw(figure: Figure) -> None:
        axes = _axes(figure, "Plans")
        _band(axes, table)
        if known:
            line = table[table["places"].notna()]
            axes.plot(
                line["year"],
                line["places"].to_numpy(dtype=float),
                color=PLACES,
                linewidth=2,
                marker="s",
                markersize=5,
                label=label,
            )
        _finish(axes, figure, table)

    alt = f"{name}. {_demand_words(table)}"
    note = ""
    if places is not None and assumed:
        note = f"{NOT_CONFIRMED}: no places or gap are shown until a planner confirms them."
        alt += f" {NOT_CONFIRMED}."
    elif places is not None:
        alt += " " + (_places_words(table, label) if known else "Places are not known.")
    title = f"{name}: demand and places" if "places" in table else f"{name}: demand"
    return Picture(title, alt, _readable(table, label), drawn(draw), note)


def demand_total(
    demand: pd.DataFrame, authority_name: str, history: pd.DataFrame | None = None
) -> Picture:
    """Return all plans year by year as a fan: the middle, and 8 in 10 futures.

    Args:
        demand: The `demand` table's rows for all needs, provisions and phases: year, p10, p50, p90.
        authority_name: For the words.
        history: One row a past January: year, plans.
    """
    table = _yearly(demand, history)

    def draw(figure: Figure) -> None:
        axes = _axes(figure, "EHC plans")
        _band(axes, table)
        _finish(axes, figure, table)

    alt = f"EHC plans maintained by {authority_name}. {_demand_words(table)}"
    title = f"EHC plans in {authority_name}"
    return Picture(title, alt, _readable(table, ""), drawn(draw))


def demand_by_need_group(demand: pd.DataFrame, from_year: int, to_year: int) -> Picture:
    """Return bars of demand by need group in two years, with the numbers on them.

    Args:
        demand: The `demand` table's rows of one scenario and view, by need group, for all
            provisions and phases of the whole authority: need_group, year, mean, p10, p90.
        from_year: Base census.
        to_year: Year to compare with it.

    Raises:
        SufficiencyError: Either year has no rows.
    """
    wide = demand[demand["need_group"] != ALL].set_index(["need_group", "year"])
    years = set(wide.index.get_level_values("year"))
    if not {from_year, to_year} <= years:
        raise SufficiencyError(
            f"Demand by need group needs January {from_year} and January {to_year}; the demand "
            "table does not have both. Run the forecast again."
        )
    groups = in_order(wide.index.get_level_values("need_group"), "need_groups")
    now = wide["mean"].xs(from_year, level="year").reindex(groups, fill_value=0.0)
    later = wide.xs(to_year, level="year").reindex(groups)
    names = [lookup("need_groups", "name").get(g, g) for g in groups]

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        spot = np.arange(len(groups), dtype=float)
        bars = (
            (spot - 0.2, now, "white", "//", f"January {from_year}"),
            (spot + 0.2, later["mean"].fillna(0.0), DEMAND, "", f"January {to_year}"),
        )
        for at, values, colour, hatch, label in bars:
            drawn_bars = axes.barh(
                at, values, height=0.36, color=colour, edgecolor=DEMAND, hatch=hatch, label=label
            )
            axes.bar_label(drawn_bars, labels=[printed(v, "whole") for v in values], padding=4)
        axes.set_yticks(spot, [wrapped(n) for n in names])
        axes.invert_yaxis()
        axes.set_xlabel("EHC plans")
        axes.set_xlim(0, 1.12 * max(float(now.max()), float(later["mean"].max()), 1.0))
        axes.xaxis.set_major_formatter(FuncFormatter(_thousands))
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True, steps=ROUND_STEPS))
        drawn_key(figure, axes)

    table = pd.DataFrame(
        {
            "Need group": names,
            f"January {from_year}": [printed(v, "whole") for v in now],
            f"January {to_year}": [printed(v, "whole") for v in later["mean"]],
            "1 in 10 lower": [printed(v, "whole") for v in later["p10"]],
            "1 in 10 higher": [printed(v, "whole") for v in later["p90"]],
        }
    )
    moves = [
        f"{n} {printed(a, 'whole')} to {printed(b, 'whole')}"
        for n, a, b in zip(names, now, later["mean"], strict=True)
    ]
    alt = f"EHC plans by need group, January {from_year} to January {to_year}: {'; '.join(moves)}."
    return Picture("EHC plans by need group", alt, table, drawn(draw, height=4.8))


def _yearly(demand: pd.DataFrame, history: pd.DataFrame | None) -> pd.DataFrame:
    """One row a year, past and future: year, plans (past), p10, p50, p90 (future)."""
    ahead = demand[["year", "p10", "p50", "p90"]].astype({"year": "int64"})
    if ahead["year"].duplicated().any():
        raise SufficiencyError(
            "A chart needs one row of demand a year; choose one scenario, view and cell first."
        )
    past = NO_HISTORY if history is None else history[["year", "plans"]].astype({"year": "int64"})
    joined = past.merge(ahead, on="year", how="outer").sort_values("year", kind="stable")
    return joined.astype({"plans": "float64"}).reset_index(drop=True)


def _axes(figure: Figure, unit: str) -> Axes:
    axes = figure.subplots()
    axes.set_ylabel(unit)
    axes.grid(axis="y")
    return axes


def _band(axes: Axes, table: pd.DataFrame) -> None:
    ahead = table[table["p50"].notna()]
    past = table[table["plans"].notna()]
    if len(past):
        axes.plot(
            past["year"],
            past["plans"],
            color=HISTORY,
            linewidth=2,
            marker="o",
            markersize=5,
            label="Recorded",
        )
    axes.fill_between(
        ahead["year"].to_numpy(dtype=float),
        ahead["p10"].to_numpy(dtype=float),
        ahead["p90"].to_numpy(dtype=float),
        facecolor=BAND,
        edgecolor=BAND_EDGE,
        linewidth=1,
        label=BAND_WORDS,
    )
    axes.plot(
        ahead["year"], ahead["p50"], color=DEMAND, linewidth=2.5, label="Demand, middle (P50)"
    )


def _finish(axes: Axes, figure: Figure, table: pd.DataFrame) -> None:
    years = list(range(int(table["year"].min()), int(table["year"].max()) + 1))
    step = max(1, -(-len(years) // 7))
    shown = years[::-1][::step][::-1]
    axes.set_xticks(shown, [f"Jan\n{year}" for year in shown])
    numbers = table.drop(columns="year").to_numpy(dtype=float, na_value=np.nan)
    top = float(np.nanmax(numbers))
    axes.set_ylim(0, 1.08 * max(top, 1.0))
    axes.yaxis.set_major_formatter(FuncFormatter(_thousands))
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True, steps=ROUND_STEPS))
    drawn_key(figure, axes)


def drawn_key(figure: Figure, axes: Axes) -> None:
    """Draw the key above the axes."""
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=2, frameon=False, labelcolor=INK)


def _thousands(value: float, _: int) -> str:
    return f"{value:,.0f}"


def wrapped(name: str) -> str:
    """Return a long name on two lines."""
    middle = len(name) // 2
    spaces = [i for i, letter in enumerate(name) if letter == " "]
    if len(name) <= 22 or not spaces:
        return name
    cut = min(spaces, key=lambda i: abs(i - middle))
    return f"{name[:cut]}\n{name[cut + 1 :]}"


def _demand_words(table: pd.DataFrame) -> str:
    past, ahead = table[table["plans"].notna()], table[table["p50"].notna()]
    words = ""
    if len(past):
        first, last = past.iloc[0], past.iloc[-1]
        words = (
            f"Recorded plans go from {printed(first['plans'], 'whole')} in January "
            f"{int(first['year'])} to {printed(last['plans'], 'whole')} in January "
            f"{int(last['year'])}. "
        )
    if not len(ahead):
        return words + "Demand is not known."
    start, end = ahead.iloc[0], ahead.iloc[-1]
    return words + (
        f"Demand goes from {printed(start['p50'], 'whole')} in January {int(start['year'])} to "
        f"{printed(end['p50'], 'whole')} in January {int(end['year'])}; in 8 of 10 futures it is "
        f"then between {printed(end['p10'], 'whole')} and {printed(end['p90'], 'whole')}."
    )


def _places_words(table: pd.DataFrame, label: str) -> str:
    known = table[table["places"].notna()]
    start, end = known.iloc[0], known.iloc[-1]
    if known["places"].nunique() == 1:
        return f"{label}: {printed(start['places'], 'whole')} throughout."
    return (
        f"{label}: {printed(start['places'], 'whole')} in January {int(start['year'])}, "
        f"{printed(end['places'], 'whole')} in January {int(end['year'])}."
    )


def _readable(table: pd.DataFrame, places_label: str) -> pd.DataFrame:
    """The numbers drawn, as printed; a past year has no forecast and a future one no record."""
    headings = {
        "plans": "Recorded",
        "p50": "Demand, middle",
        "p10": "1 in 10 lower",
        "p90": "1 in 10 higher",
        "places": places_label,
    }
    out = pd.DataFrame({"January census": table["year"].astype(str)})
    for column, heading in headings.items():
        if column not in table or (column == "plans" and table[column].isna().all()):
            continue
        awaited = (table["p50"].notna() & (column == "places")).map(
            {True: NOT_KNOWN, False: "not applicable"}
        )
        cells = zip(table[column], awaited, strict=True)
        out[heading] = [printed(value, "whole", missing) for value, missing in cells]
    return out
