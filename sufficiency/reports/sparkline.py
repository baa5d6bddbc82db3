"""A picture small enough to stand inside a line of text: demand, its range, and places."""

from collections.abc import Sequence
from urllib.parse import quote

WIDTH, HEIGHT = 240, 60
MARGIN = 3


def sparkline(
    middle: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    places: Sequence[float] | None = None,
) -> str:
    """Return an SVG data URI of under 700 characters for eleven years.

    Args:
        middle: Middle forecast, one value a year.
        low: Lower end of the range.
        high: Upper end of the range.
        places: Places, drawn dashed; None where they are unknown.
    """
    shown = [*low, *high, *(places or [])]
    bottom, top = min(shown), max(shown)
    step = (WIDTH - 2 * MARGIN) / max(len(middle) - 1, 1)
    scale = (HEIGHT - 2 * MARGIN) / ((top - bottom) or 1)

    def points(values: Sequence[float], backwards: bool = False) -> str:
        at = [
            f"{MARGIN + i * step:.0f},{HEIGHT - MARGIN - (v - bottom) * scale:.0f}"
            for i, v in enumerate(values)
        ]
        return " ".join(reversed(at) if backwards else at)

    line = "<polyline fill='none' stroke='{}' stroke-width='2'{} points='{}'/>"
    body = [
        f"<polygon fill='#c9d9ee' points='{points(high)} {points(low, backwards=True)}'/>",
        line.format("#1d4f91", "", points(middle)),
    ]
    if places is not None:
        body.append(line.format("#a8380a", " stroke-dasharray='5'", points(places)))
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{HEIGHT}'>"
        f"{''.join(body)}</svg>"
    )
    return "data:image/svg+xml," + quote(svg, safe="=':/,. ").replace(" ", "%20")
