"""Maps of one number a locality: name and number on each shape, and words in the key."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path

from sufficiency.reports.picture import FONT_SIZE, INK, Picture, drawn
from sufficiency.reports.printing import NOT_KNOWN, printed
from sufficiency.sources.geography import LICENCE

FALLS = ("#cfe1f2", "#8ab6dc", "#3c7ab3")
STEADY = "#f2f2f2"
RISES = ("#fbdcc2", "#f0a467", "#cf6a20")
UNKNOWN = "#ffffff"
NAMED_ON_MAP = 15
DETAIL = 2000


def locality_map(
    shapes: gpd.GeoDataFrame,
    values: pd.DataFrame,
    *,
    title: str,
    unit: str,
    rise: str = "Rise",
    fall: str = "Fall",
    note: str = "",
) -> Picture:
    """Return a map of a change or a gap: above nought in orange, below in blue, with words.

    Up to 15 localities carry their name; more carry a number that the table under the map
    explains. A locality without a value is hatched and called not known.

    Args:
        shapes: locality, geometry; any projected CRS, British National Grid as a rule.
        values: locality, value (children or places, signed; missing if not known). A locality
            without a shape, such as outside the authority, is in the table only.
        title: What is mapped and when, for example `Change in plans, January 2025 to 2030`.
        unit: What is counted, in the plural: `plans` or `places`.
        rise: Word for a number above nought, `Rise` or `Shortage`.
        fall: Word for a number below nought.
        note: What a reader must know, for example that homes are modelled.
    """
    mapped = shapes[["locality", "geometry"]].merge(values, on="locality", how="left")
    mapped = mapped.sort_values("locality", kind="stable").reset_index(drop=True)
    figures = mapped["value"].astype("float64")
    step = step_of(figures.dropna().tolist())
    named = len(mapped) <= NAMED_ON_MAP
    marks = [
        f"{name}\n{printed(value, 'signed')}" if named else str(i + 1)
        for i, (name, value) in enumerate(zip(mapped["locality"], figures, strict=True))
    ]
    outlines = _simplified(mapped["geometry"].to_numpy())

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        axes.set_aspect("equal")
        axes.set_axis_off()
        for outline, value in zip(outlines, figures, strict=True):
            axes.add_patch(
                PathPatch(
                    _path(outline),
                    facecolor=_colour(value, step),
                    edgecolor=INK,
                    linewidth=1,
                    hatch="//" if pd.isna(value) else None,
                )
            )
        axes.autoscale_view()
        for outline, mark in zip(outlines, marks, strict=True):
            _label(axes, outline, mark)
        key = _key(figures, step, unit, rise, fall)
        figure.legend(handles=key, loc="outside lower left", ncols=2, frameon=False, labelcolor=INK)

    unmapped = values[~values["locality"].isin(mapped["locality"])]
    named_values = pd.concat([mapped[["locality", "value"]], unmapped[["locality", "value"]]])
    numbers = [str(i + 1) for i in range(len(mapped))] + ["none"] * len(unmapped)
    table = pd.DataFrame(
        {
            **({} if named else {"Number on map": numbers}),
            "Locality": named_values["locality"].tolist(),
            unit.capitalize(): [printed(value, "signed") for value in named_values["value"]],
        }
    )
    told = "; ".join(
        f"{name} {printed(value, 'signed')}"
        for name, value in zip(named_values["locality"], named_values["value"], strict=True)
    )
    alt = f"Map. {title}, {unit} by home locality: {told}."
    drawing = drawn(draw, *_size(outlines))
    return Picture(title, alt, table, drawing, note, footnote=f"Outlines: {LICENCE}")


def step_of(values: Sequence[float]) -> float:
    """Return the width of a class on the map: 1, 2 or 5 with noughts, at most half the largest.

    Args:
        values: The numbers mapped, signed.
    """
    largest = max((abs(v) for v in values), default=0.0)
    if largest < 4:
        return 2.0
    power = 10.0 ** np.floor(np.log10(largest / 2))
    return float(next(m * power for m in (5, 2, 1) if m * power <= largest / 2))


def _colour(value: float, step: float) -> str:
    if pd.isna(value):
        return UNKNOWN
    if abs(value) < 0.5:
        return STEADY
    shades = RISES if value > 0 else FALLS
    return shades[min(int(abs(value) / step), len(shades) - 1)]


def _key(values: pd.Series, step: float, unit: str, rise: str, fall: str) -> list[Patch]:
    """Key entries for the classes that are on the map, lowest first, each in words and numbers."""
    one, two = printed(step, "whole"), printed(2 * step, "whole")
    classes = {
        FALLS[2]: f"Large {fall.lower()}: {two} or more {unit}",
        FALLS[1]: f"{fall}: {one} to {two} {unit}",
        FALLS[0]: f"Small {fall.lower()}: under {one} {unit}",
        STEADY: "None",
        RISES[0]: f"Small {rise.lower()}: under {one} {unit}",
        RISES[1]: f"{rise}: {one} to {two} {unit}",
        RISES[2]: f"Large {rise.lower()}: {two} or more {unit}",
        UNKNOWN: NOT_KNOWN.capitalize(),
    }
    present = {_colour(value, step) for value in values}
    return [
        Patch(
            facecolor=colour,
            edgecolor=INK,
            hatch="//" if colour == UNKNOWN else None,
            label=words,
        )
        for colour, words in classes.items()
        if colour in present
    ]


def _simplified(shapes: np.ndarray) -> np.ndarray:
    """Shapes no finer than a reader can see, neighbours still meeting."""
    left, bottom, right, top = shapely.total_bounds(shapes)
    fine = max(right - left, top - bottom) / DETAIL
    return shapely.normalize(shapely.coverage_simplify(shapes, fine))


def _path(shape: shapely.Geometry) -> Path:
    """One path of all rings; normalised rings run opposite ways, so holes stay open."""
    rings = [
        ring
        for part in shapely.get_parts(shape)
        if isinstance(part, shapely.Polygon)
        for ring in (part.exterior, *part.interiors)
    ]
    return Path.make_compound_path(*(Path(np.asarray(r.coords)[:, :2], closed=True) for r in rings))


def _label(axes: Axes, shape: shapely.Geometry, words: str) -> None:
    largest = max(shapely.get_parts(shape), key=lambda part: part.area)
    spot = shapely.point_on_surface(largest)
    axes.text(
        spot.x,
        spot.y,
        words,
        ha="center",
        va="center",
        fontsize=FONT_SIZE,
        color=INK,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
    )


def _size(shapes: np.ndarray) -> tuple[float, float]:
    left, bottom, right, top = shapely.total_bounds(shapes)
    tall = (top - bottom) / max(right - left, 1.0)
    return 7.2, float(np.clip(7.2 * tall, 3.0, 8.0)) + 0.8
