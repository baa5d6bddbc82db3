"""How past forecasts fared: in one sentence to stand under a chart, and as a picture."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from sufficiency.reports.picture import DEMAND, HISTORY, PLACES, Picture, drawn
from sufficiency.reports.printing import Kind, ReportTable, chosen_columns, printed
from sufficiency.terms import lookup

YEARS_AHEAD = {1: "one year", 2: "two years", 3: "three years"}
TOO_NARROW, TOO_WIDE = 75, 92  # per cent; the range should hold 80
NOT_TESTED = "Not tested on past years."
TOTAL = "total"
SHOWN_AHEAD = (1, 3)
ROUTE_WORDS = {"published": "published figures", "returns": "your returns"}
LOOKS = ((DEMAND, "s", -0.08), (PLACES, "^", 0.08))


def total_fared(accuracy: pd.DataFrame) -> str:
    """Return how past forecasts of all plans fared.

    Args:
        accuracy: The `accuracy` table.
    """
    return _sentence(accuracy, TOTAL, "all plans")


def provision_fared(accuracy: pd.DataFrame, provision: str) -> str:
    """Return how past forecasts of a provision's setting group fared, naming the group.

    Forecasts are tested by setting group: that of most of a provision's settings speaks for it.

    Args:
        accuracy: The `accuracy` table.
        provision: Provision code.
    """
    provisions, groups = lookup("settings", "provision"), lookup("settings", "setting_group")
    own = [groups[setting] for setting, of in provisions.items() if of == provision]
    if not own:
        return NOT_TESTED
    group = max(own, key=own.count)
    name = _lower(lookup("setting_groups", "name")[group])
    return _sentence(accuracy, group, f"{name} as a group")


def _sentence(accuracy: pd.DataFrame, cut: str, subject: str) -> str:
    """Only the method in use has a band, so the rows with a coverage are its own."""
    rows = accuracy[(accuracy["origin"] == 0) & (accuracy["cut"] == cut)]
    rows = rows[rows["coverage_80"].notna() & rows["wape"].notna()]
    rows = rows[rows["horizon"].isin(list(YEARS_AHEAD))].sort_values("horizon", kind="stable")
    if rows.empty:
        return NOT_TESTED
    furthest = rows.iloc[-1]
    coverage = float(furthest["coverage_80"])
    verdict = ""
    if coverage < TOO_NARROW:
        verdict = ", so the range is too narrow"
    elif coverage > TOO_WIDE:
        verdict = ", so the range is wider than it need be"
    return (
        f"Tested on past years ({subject}; all authorities together): "
        f"{YEARS_AHEAD[int(furthest['horizon'])]} ahead such forecasts were "
        f"{printed(furthest['wape'], 'decimal')}% out on average, and the 8-in-10 range held "
        f"{printed(coverage, 'whole')}% of the time{verdict}."
    )


def _lower(name: str) -> str:
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def past_chart(past: pd.DataFrame) -> Picture | None:
    """Return all plans as counted, with what was forecast one and three years before.

    Args:
        past: The `past_forecasts` table.

    Returns:
        The picture; None where no forecast of all plans could be checked. From returns where the
        council has them, else from published tables.
    """
    rows = past[(past["cut"] == TOTAL) & past["p10"].notna()]
    if rows.empty:
        return None
    routes = set(rows["route"])
    rows = rows[rows["route"] == ("returns" if "returns" in routes else "published")]
    counted = rows.drop_duplicates("year").sort_values("year", kind="stable")
    drawn_ahead = [ahead for ahead in SHOWN_AHEAD if (rows["horizon"] == ahead).any()]

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        axes.plot(counted["year"], counted["actual"], color=HISTORY, linewidth=2, marker="o",
                  markersize=5, label="Counted")  # fmt: skip
        for ahead, (colour, marker, shift) in zip(drawn_ahead, LOOKS, strict=False):
            part = rows[rows["horizon"] == ahead].sort_values("year", kind="stable")
            reach = np.vstack([part["forecast"] - part["p10"], part["p90"] - part["forecast"]])
            axes.errorbar(part["year"] + shift, part["forecast"], np.maximum(reach, 0),
                          fmt=marker, color=colour, capsize=4, markersize=6,
                          label=f"Forecast {YEARS_AHEAD[ahead]} before")  # fmt: skip
        axes.set_ylabel("EHC plans")
        axes.grid(axis="y")
        axes.set_ylim(bottom=0)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        figure.legend(loc="outside upper left", ncols=2, frameon=False)

    words = []
    for ahead in drawn_ahead:
        part = rows[rows["horizon"] == ahead]
        inside = ((part["p10"] <= part["actual"]) & (part["actual"] <= part["p90"])).sum()
        wape = 100 * (part["forecast"] - part["actual"]).abs().sum() / part["actual"].sum()
        words.append(
            f"{YEARS_AHEAD[ahead]} ahead {printed(wape, 'decimal')}% out on average, and the "
            f"8-in-10 range held {inside} of {len(part)}"
        )
    alt = f"All plans as counted, and as they would have been forecast: {'; '.join(words)}."
    shown = rows[rows["horizon"].isin(drawn_ahead)]
    table = pd.DataFrame(
        {
            "January census": shown["year"].astype(str),
            "Forecast from": shown["origin"].astype(str),
            "Forecast": [printed(value, "whole") for value in shown["forecast"]],
            "1 in 10 lower": [printed(value, "whole") for value in shown["p10"]],
            "1 in 10 higher": [printed(value, "whole") for value in shown["p90"]],
            "Counted": [printed(value, "whole") for value in shown["actual"]],
        }
    )
    return Picture("How past forecasts would have fared here", alt, table, drawn(draw))


def own_verdict(scores: pd.DataFrame) -> str:
    """Return how past forecasts of all plans of this authority fared, a line a horizon.

    Args:
        scores: The `own_accuracy` table.
    """
    rows = scores[(scores["cut"] == TOTAL) & scores["coverage_80"].notna()]
    if rows.empty:
        return NOT_TESTED
    lines = []
    ordered = rows.sort_values(["route", "horizon"], kind="stable")
    columns = (ordered[name].tolist() for name in ("route", "horizon", "wape", "skill", "n"))
    held = ordered["coverage_80"].tolist()
    for route, horizon, wape, skill, n, inside in zip(*columns, held, strict=True):
        ahead = f"{horizon} year{'s' if horizon > 1 else ''} ahead"
        better = "closer" if skill > 0 else "no closer"
        lines.append(
            f"From {ROUTE_WORDS[route]}, {ahead}: {printed(wape, 'decimal')}% out on average, "
            f"{better} than the best simple method; the 8-in-10 range held "
            f"{printed(inside, 'whole')}% of {n}."
        )
    return "\n".join(lines)


def verdicts_table(verdicts: pd.DataFrame) -> ReportTable:
    """Return what may be said of each forecast, one and three years ahead, all plans first.

    Args:
        verdicts: The `verdicts` table.
    """
    names = {TOTAL: "All plans", **lookup("setting_groups", "name")}
    order = {cut: place for place, cut in enumerate(names)}
    rows = verdicts[verdicts["horizon"].isin(SHOWN_AHEAD)]
    rows = rows.assign(
        place=rows["cut"].map(order).fillna(len(order)),
        cut=rows["cut"].map(names).fillna("Ages " + rows["cut"]),
    )
    rows = rows.sort_values(["place", "cut", "horizon"], kind="stable")
    columns: dict[str, tuple[str, Kind]] = {
        "cut": ("Forecast of", "text"),
        "horizon": ("Years ahead", "whole"),
        "verdict": ("What may be said", "text"),
    }
    note = (
        "From forecasts of all authorities in past years, with what was known then. Where a simple "
        "method did better it is used instead, and the sentence says so."
    )
    return chosen_columns("What may be said of each forecast", rows, columns, note)
