"""Charts of occupancy and of September: bars by school and by provision, numbers on them."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sufficiency.reports.charts import drawn_key, wrapped
from sufficiency.reports.decisions.tables import cohort
from sufficiency.reports.picture import DEMAND, PLACES, Picture, drawn
from sufficiency.reports.printing import printed
from sufficiency.terms import ALL, lookup

MOST_BARS = 16


def occupancy_chart(occupancy: pd.DataFrame) -> Picture | None:
    """Return FTE on roll against usable places of each school and base, fullest first.

    Args:
        occupancy: The `occupancy` table.

    Returns:
        None where no row has both. The fullest 16 are drawn; the table under it has them all.
    """
    rows = occupancy[(occupancy["pool"] == ALL) & occupancy["occupancy"].notna()]
    if rows.empty:
        return None
    rows = rows.sort_values(["occupancy", "name"], ascending=[False, True], kind="stable")
    shown = rows.head(MOST_BARS)
    spot = np.arange(len(shown), dtype=float)

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        axes.barh(
            spot,
            shown["fte"].to_numpy(dtype=float),
            height=0.6,
            color="white",
            edgecolor=DEMAND,
            hatch="//",
            label="On roll, full-time equivalents",
        )
        for at, (_, row) in zip(spot, shown.iterrows(), strict=True):
            end = max(float(row["fte"]), float(row["usable"]))
            axes.annotate(
                f"{row['occupancy']:.0f}%",
                (end, at),
                (7, 0),
                textcoords="offset points",
                va="center",
            )
        axes.scatter(
            shown["usable"].to_numpy(dtype=float),
            spot,
            marker="|",
            s=260,
            linewidths=3,
            color=PLACES,
            label="Usable places",
            zorder=3,
        )
        axes.set_yticks(spot, [wrapped(str(name)) for name in shown["name"]])
        axes.invert_yaxis()
        axes.set_xlabel("Places and pupils")
        largest = max(float(shown["fte"].max()), float(shown["usable"].max()), 1.0)
        axes.set_xlim(0, 1.15 * largest)
        drawn_key(figure, axes)

    table = pd.DataFrame(
        {
            "School or base": rows["name"].to_numpy(),
            "Usable places": [printed(v, "whole") for v in rows["usable"]],
            "FTE": [printed(v, "decimal") for v in rows["fte"]],
            "Occupancy, per cent": [printed(v, "whole") for v in rows["occupancy"]],
            "Over number": [printed(v, "decimal") for v in rows["over_number"]],
        }
    )
    over = rows[rows["over_number"].fillna(0) > 0]
    first = rows.iloc[0]
    alt = (
        f"Pupils on roll against usable places, {len(rows)} schools and bases. Fullest: "
        f"{first['name']}, {printed(first['occupancy'], 'whole')} per cent. "
        f"{len(over)} {'has' if len(over) == 1 else 'have'} more pupils than commissioned places."
    )
    return Picture("How full schools and bases are", alt, table, drawn(draw, height=_height(shown)))


def september_chart(board: pd.DataFrame) -> Picture | None:
    """Return places free next September against children named and directed, by provision.

    Args:
        board: The `september_board` table.

    Returns:
        None where no cohort's places are known. Cohorts over number do not lower the free places
        of others: they are left out of the bars and counted in the words.
    """
    first = board[board["september"] == board["september"].min()]
    known = first[first["places_free"].notna()]
    if known.empty:
        return None
    promised = known["named"] + known["directed"]
    summed = (
        known.assign(free=known["places_free"].clip(lower=0), promised=promised)
        .groupby("provision", sort=False)[["free", "promised", "consulted"]]
        .sum()
    )
    names = [lookup("provisions", "name")[str(p)] for p in summed.index]
    spot = np.arange(len(summed), dtype=float)

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for at, column, colour, hatch, label in (
            (spot - 0.25, "free", "white", "//", "Places free"),
            (spot, "promised", DEMAND, "", "Named or directed"),
            (spot + 0.25, "consulted", PLACES, "", "Being consulted on"),
        ):
            bars = axes.barh(
                at,
                summed[column].to_numpy(dtype=float),
                height=0.22,
                color=colour,
                edgecolor=DEMAND,
                hatch=hatch,
                label=label,
            )
            axes.bar_label(bars, labels=[printed(v, "whole") for v in summed[column]], padding=4)
        axes.set_yticks(spot, [wrapped(name) for name in names])
        axes.invert_yaxis()
        axes.set_xlabel("Places and children")
        axes.set_xlim(0, 1.15 * max(float(summed.to_numpy(dtype=float).max()), 1.0))
        drawn_key(figure, axes)

    over = known[known["places_free"] < 0]
    unknown = len(first) - len(known)
    year = int(first["september"].iloc[0])
    table = pd.DataFrame(
        {
            "School or base": known["name"].to_numpy(),
            "Year groups": [
                cohort(int(a), int(b))
                for a, b in zip(known["ncy_from"], known["ncy_to"], strict=True)
            ],
            "Places free": [printed(v, "signed") for v in known["places_free"]],
            "Named or directed": [printed(v, "whole") for v in promised],
            "Being consulted on": [printed(v, "whole") for v in known["consulted"]],
        }
    )
    alt = f"Places free on 1 September {year}: " + "; ".join(
        f"{name} {printed(row['free'], 'whole')} free, {printed(row['promised'], 'whole')} named "
        f"or directed, {printed(row['consulted'], 'whole')} being consulted on"
        for name, (_, row) in zip(names, summed.iterrows(), strict=True)
    )
    alt += f". Cohorts over number: {len(over)}. Cohorts whose places are not known: {unknown}."
    height = max(2.6, 1.2 + 0.9 * len(summed))
    return Picture(f"Places free on 1 September {year}", alt, table, drawn(draw, height=height))


def _height(rows: pd.DataFrame) -> float:
    return max(2.6, 1.4 + 0.42 * len(rows))
