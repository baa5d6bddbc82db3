"""Why the forecast moves: a waterfall of its drivers, and what annotating a year changes."""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from sufficiency.errors import SufficiencyError
from sufficiency.reports.charts import wrapped
from sufficiency.reports.picture import DEMAND, HISTORY, INK, PLACES, Picture, drawn
from sufficiency.reports.printing import Kind, ReportTable, chosen_columns, in_order, printed
from sufficiency.terms import ALL, codes, lookup

MORE, FEWER = DEMAND, PLACES
TOTAL = "total"


def waterfall(drivers: pd.DataFrame, base: float, base_year: int, year: int) -> Picture:
    """Return the bars that lead from the plans of the base census to the mean forecast of a year.

    Args:
        drivers: The `drivers` table of one scenario.
        base: Plans at the base census.
        base_year: January census year the forecast starts from.
        year: Forecast year to explain.

    Raises:
        SufficiencyError: The table has no such year.
    """
    rows = drivers[(drivers["cut_kind"] == "all") & (drivers["year"] == year)]
    if rows.empty:
        raise SufficiencyError(
            f"The drivers of January {year} are not in the table. Run the forecast again with at "
            f"least {year - base_year} years ahead."
        )
    change = rows.set_index("driver")["change"].reindex(codes("drivers"), fill_value=0.0)
    names = [lookup("drivers", "name")[driver] for driver in change.index]
    before = base + change.cumsum().shift(fill_value=0.0)
    end = base + float(change.sum())
    labels = [f"January {base_year}", *names, f"January {year}"]

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        spots = range(len(labels))
        whole = {"height": 0.6, "color": "white", "edgecolor": HISTORY, "hatch": "//"}
        for spot, level in ((0, base), (len(labels) - 1, end)):
            axes.barh(spot, level, **whole)  # pyright: ignore[reportArgumentType]
            axes.annotate(printed(level, "whole"), (level, spot), (4, 0), va="center",
                          textcoords="offset points")  # fmt: skip
        for spot, (start, size) in enumerate(zip(before, change, strict=True), start=1):
            axes.barh(spot, size, left=start, height=0.6, color=MORE if size >= 0 else FEWER)
            axes.annotate(_signed(size), (max(start, start + size), spot), (4, 0), va="center",
                          textcoords="offset points")  # fmt: skip
            axes.plot([start, start], [spot - 1.3, spot + 0.3], color=INK, linewidth=0.8)
        axes.set_yticks(spots, [wrapped(label) for label in labels])
        axes.invert_yaxis()
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        low = min(base, end, float((before + change).min()))
        high = max(base, end, float((before + change).max()))
        room = max(high - low, 0.02 * high, 1.0)
        axes.set_xlim(max(0.0, low - 0.6 * room), high + 0.25 * room)
        axes.set_xlabel("EHC plans (the axis does not start at zero)" if low > 0.6 * room
                        else "EHC plans")  # fmt: skip

    parts = "; ".join(f"{n.lower()} {_signed(v)}" for n, v in zip(names, change, strict=True))
    alt = (
        f"From {printed(base, 'whole')} plans in January {base_year} to {printed(end, 'whole')} in "
        f"January {year} on average: {parts}."
    )
    table = pd.DataFrame(
        {
            "Step": labels,
            "Plans": [printed(base, "whole"), *map(_signed, change), printed(end, "whole")],
        }
    )
    note = (
        "Each driver is the difference between two runs of the same simulated futures, one change "
        "at a time in this order; another order would share them a little differently."
    )
    title = f"Why plans change, January {base_year} to January {year}"
    return Picture(title, alt, table, drawn(draw, height=4.4), footnote=note)


def drivers_table(drivers: pd.DataFrame, year: int) -> ReportTable:
    """Return the drivers of one year, a row for all plans, each provision and each need group.

    Args:
        drivers: The `drivers` table of one scenario.
        year: Forecast year to explain.
    """
    rows = drivers[drivers["year"] == year]
    wide = rows.pivot_table(index=["cut_kind", "cut"], columns="driver", values="change")
    wide = wide.reindex(columns=codes("drivers"), fill_value=0.0)
    wide["change"] = wide.sum(axis=1)
    names = {
        **lookup("provisions", "name"),
        **lookup("need_groups", "name"),
        ALL: "All plans",
        "none": "Settings without a provision",
    }
    places = {
        "all": [ALL],
        "provision": in_order(wide.index.get_level_values("cut"), "provisions"),
        "need_group": in_order(wide.index.get_level_values("cut"), "need_groups"),
    }
    ordered = [(kind, cut) for kind, cuts in places.items() for cut in cuts]
    wide = wide.loc[[place for place in dict.fromkeys(ordered) if place in wide.index]]
    shown = wide.reset_index()
    shown["cut"] = shown["cut"].map(names).fillna(shown["cut"])
    columns: dict[str, tuple[str, Kind]] = {"cut": ("Plans of", "text")}
    columns |= {code: (name, "signed") for code, name in lookup("drivers", "name").items()}
    columns["change"] = ("All drivers", "signed")
    note = (
        "Mean change in plans since the base census, driver by driver. A driver is the difference "
        "between two runs of the same simulated futures; drivers of a row sum to its change."
    )
    return chosen_columns(f"Why the forecast moves, to January {year}", shown, columns, note)


def with_and_without(effect: pd.DataFrame, history: pd.DataFrame | None) -> Picture:
    """Return the pooled forecast of all plans with the annotated years down-weighted and without.

    Args:
        effect: The `annotation_effect` table, not empty.
        history: One row a past January: year, plans.
    """
    rows = effect[effect["cut"] == TOTAL].sort_values("year", kind="stable")
    annotated = str(rows["annotated"].iloc[0])

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        if history is not None and len(history):
            axes.plot(history["year"], history["plans"], color=HISTORY, linewidth=2, marker="o",
                      markersize=5, label="Recorded")  # fmt: skip
        axes.plot(rows["year"], rows["with_annotation"], color=DEMAND, linewidth=2.5,
                  label=f"Forecast, {annotated} annotated")  # fmt: skip
        axes.plot(rows["year"], rows["without"], color=PLACES, linewidth=2, linestyle="--",
                  label="Forecast had it not been")  # fmt: skip
        axes.set_ylabel("EHC plans")
        axes.grid(axis="y")
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axes.set_ylim(bottom=0)
        figure.legend(loc="outside upper left", ncols=3, frameon=False)

    last = rows.iloc[-1]
    alt = (
        f"Central forecast of all plans with January {annotated} annotated as unusual, and without:"
        f" {printed(last['with_annotation'], 'whole')} against {printed(last['without'], 'whole')} "
        f"in January {int(last['year'])}, a difference of {_signed(last['difference'])}."
    )
    table = pd.DataFrame(
        {
            "January census": rows["year"].astype(str),
            "Annotated": [printed(v, "whole") for v in rows["with_annotation"]],
            "Not annotated": [printed(v, "whole") for v in rows["without"]],
            "Difference": [_signed(v) for v in rows["difference"]],
        }
    )
    return Picture("With and without the annotated years", alt, table, drawn(draw))


def _signed(value: float) -> str:
    return printed(value, "signed")


def annotation_table(effect: pd.DataFrame) -> ReportTable:
    """Return the forecast of all plans with the annotated years down-weighted, and without.

    Args:
        effect: The `annotation_effect` table, not empty.
    """
    rows = effect[effect["cut"] == TOTAL].sort_values("year", kind="stable")
    columns: dict[str, tuple[str, Kind]] = {
        "year": ("January census", "year"),
        "with_annotation": ("As used", "whole"),
        "without": ("Had no year been annotated", "whole"),
        "difference": ("Difference", "signed"),
    }
    note = (
        f"January {rows['annotated'].iloc[0]} is annotated as unusual (annotated_years in "
        "sufficiency.toml): what happened in the year before it counts for less."
    )
    return chosen_columns("With and without the annotated years", rows, columns, note)
