"""A picture: a figure, the words that stand in for it, and the table under it.

Figures are made with `matplotlib.figure.Figure`, never pyplot, so that nothing is kept between
runs. Colours are dark enough for 3:1 against white (WCAG 2.2 criterion 1.4.11) and every line also
differs by dash or marker.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, cast

import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure
from PIL import Image

INK = "#1f1f1f"
DEMAND = "#1d4f91"
BAND = "#c9d9ee"
BAND_EDGE = "#4a78b5"
PLACES = "#a8380a"
HISTORY = "#4d4d4d"
FONT_SIZE = 11
PNG_COLOURS = 48
STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial", "sans-serif"],
    "font.size": FONT_SIZE,
    "axes.titlesize": FONT_SIZE + 1,
    "axes.labelsize": FONT_SIZE,
    "xtick.labelsize": FONT_SIZE,
    "ytick.labelsize": FONT_SIZE,
    "legend.fontsize": FONT_SIZE,
    "axes.edgecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.axisbelow": True,
    "grid.color": "#d9d9d9",
    "grid.linewidth": 0.8,
    "hatch.linewidth": 0.8,
    "svg.fonttype": "none",
    "svg.hashsalt": "sufficiency",
    "figure.facecolor": "white",
}


@dataclass(frozen=True)
class Picture:
    """A figure with what a reader who cannot see it needs.

    Attributes:
        title: Heading of the figure.
        alt: What the picture shows, built from its data.
        table: The numbers drawn, with headings for readers.
        figure: The drawing.
        note: What a reader must know before using it; empty if nothing.
        footnote: How far to trust it, to stand under it; empty if nothing.
    """

    title: str
    alt: str
    table: pd.DataFrame
    figure: Figure
    note: str = ""
    footnote: str = ""

    def png(self, dpi: int = 110) -> bytes:
        """Return the picture as PNG, for places where only a bitmap can be shown."""
        held = io.BytesIO()
        with rc_context(STYLE):
            self.figure.savefig(held, format="png", dpi=dpi, metadata={"Software": None})
        return _few_colours(held)

    def svg(self, key: str) -> str:
        """Return the picture as an `<svg>` element, the same text for the same data.

        The page around it carries the alt text, for everyone to read, in an element whose id is
        the key and `-alt`.

        Args:
            key: Short word that keeps this drawing's ids apart from others on the same page.
        """
        held = io.StringIO()
        with rc_context(STYLE):
            self.figure.savefig(held, format="svg", metadata={"Date": None, "Creator": None})
        return _inline(held.getvalue(), key, self.title)


def drawn(draw: Callable[[Figure], None], width: float = 7.2, height: float = 3.9) -> Figure:
    """Return a figure of `width` x `height` inches on which `draw` has drawn in the house style.

    The layout is worked out once and then kept: each further drawing would move it by a hair, and
    the same picture would not give the same bytes twice.
    """
    with rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    return figure


def contrast(one: str, other: str = "#ffffff") -> float:
    """Return the WCAG 2.2 contrast ratio of two `#rrggbb` colours, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _few_colours(drawing: io.BytesIO) -> bytes:
    """Return the PNG with a palette, a third of the size: Dagster keeps every picture for ever."""
    small = io.BytesIO()
    with Image.open(drawing) as image:
        image.convert("RGB").quantize(PNG_COLOURS).save(small, format="png", optimize=True)
    return small.getvalue()


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _inline(svg: str, key: str, title: str) -> str:
    body = svg[svg.index("<svg") :]
    opening, rest = body.split(">", 1)
    view = cast("re.Match[str]", re.search(r'viewBox="([^"]*)"', opening)).group(1)
    rest = re.sub(r"\s*<metadata>.*?</metadata>", "", rest, flags=re.DOTALL)
    rest = re.sub(r"<!--.*?-->\n?", "", rest, flags=re.DOTALL)
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', rest))
    rest = re.sub(r' id="([^"]+)"', lambda m: f' id="{key}-{m[1]}"' if m[1] in used else "", rest)
    rest = re.sub(r'(href="#|url\(#)', rf"\g<1>{key}-", rest)
    rest = re.sub(r'( d=")([^"]*)"', lambda m: f'{m[1]}{_shortened(m[2])}"', rest)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{view}" role="img" aria-labelledby="{key}-title" aria-describedby="{key}-alt">'
        f'<title id="{key}-title">{escape(title)}</title>'
        f"{rest}"
    ).strip()


def _shortened(path: str) -> str:
    return re.sub(r"-?\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}", path.replace("\n", " "))
