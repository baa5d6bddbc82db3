"""Estimated road distance and time from straight lines: the first tier of travel, without a map.

Belongs here: straight line, circuity and speed. Does not belong here: who travels where (see
`journeys`), or routes over a road network.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Travel:
    """How a straight line becomes a road distance and a time; every figure is an assumption.

    Circuity falls with distance: 1.72 - 0.14 ln(km), clipped (Levinson and El-Geneidy 2009, United
    States; 1.40 at 10 km agrees with 1.4 for England in Ballou and others 2002). The first
    kilometres of a journey are on streets, the next on local A roads (about 25 miles an hour in
    England, Department for Transport 2019), the rest on faster ones. A journey is direct: a shared
    bus that collects others takes longer.

    Attributes:
        circuity_at_1_km: Circuity of a kilometre before clipping.
        circuity_fall: By how much it falls as the distance grows e times.
        circuity_least: Lower clip.
        circuity_most: Upper clip.
        km_at_speed: Road kilometres driven at each speed but the last, from home.
        speeds: Kilometres an hour: on streets, on local A roads, beyond.
    """

    circuity_at_1_km: float = 1.72
    circuity_fall: float = 0.14
    circuity_least: float = 1.2
    circuity_most: float = 1.7
    km_at_speed: tuple[float, ...] = (5.0, 15.0)
    speeds: tuple[float, ...] = (30.0, 40.0, 65.0)


def straight_km(start: pd.DataFrame, end: pd.DataFrame) -> pd.Series:
    """Return the straight line between points of two frames, row by row.

    Args:
        start: Columns `easting` and `northing`, British National Grid, metres.
        end: The same columns and index.

    Returns:
        Kilometres, missing where a coordinate is.
    """
    east = end["easting"].astype(float) - start["easting"].astype(float)
    north = end["northing"].astype(float) - start["northing"].astype(float)
    return (east**2 + north**2) ** 0.5 / 1000.0


def circuity(straight: pd.Series, travel: Travel | None = None) -> pd.Series:
    """Return road distance over straight line for straight lines in kilometres."""
    by = travel or Travel()
    logarithm = pd.Series(np.log(straight.clip(lower=1e-6)), index=straight.index)
    curve = by.circuity_at_1_km - by.circuity_fall * logarithm
    return curve.clip(by.circuity_least, by.circuity_most)


def road_km(straight: pd.Series, travel: Travel | None = None) -> pd.Series:
    """Return estimated road kilometres, one way; missing where the straight line is."""
    return straight * circuity(straight, travel)


def road_minutes(road: pd.Series, travel: Travel | None = None) -> pd.Series:
    """Return estimated minutes of a direct journey of so many road kilometres, one way."""
    by = travel or Travel()
    left, hours = road.astype(float), road.astype(float) * 0.0
    for km, speed in zip((*by.km_at_speed, np.inf), by.speeds, strict=True):
        part = left.clip(upper=km)
        hours = hours + part / speed
        left = left - part
    return hours * 60.0
