"""Westmere's land: invented small areas in open sea, three towns, and the look-ups around them.

Coordinates are valid British National Grid, about 60 km from the nearest real coast. Codes with a
Z (E01Z, E02Z, E05Z) cannot belong to a real area.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sufficiency.demo.authorities import WESTMERE_ONS, Panel, districts
from sufficiency.demo.sharing import generator

CENTRE = np.array([112_000.0, 104_000.0])
HALF_WIDTH, HALF_HEIGHT = 11_000.0, 6_500.0
TOWNS = {
    "Eastport": ((118_500.0, 104_500.0), 85),
    "Westhaven": ((106_500.0, 102_500.0), 75),
    "Merefold": ((113_000.0, 108_600.0), 40),
}
LSOAS_A_MSOA, LSOAS_A_WARD = 5, 8
SPLITS = 3
NATIONAL_LSOAS = 33_755
DOMAINS = ("IMD", "Income", "Employment", "Education", "Health", "Crime",
           "Housing_and_Services", "Environment")  # fmt: skip
WARDS = (
    "Anchor Reach", "Beacon Rise", "Coble Row", "Driftwood", "Ebbside", "Fathom", "Gannet",
    "Halyard", "Ironstrand", "Jetty Fields", "Kelpway", "Lantern", "Marram", "Netloft",
    "Oyster Bank", "Puffin", "Quayfold", "Razorbill", "Samphire", "Tidewater", "Undertow",
    "Vanebrook", "Whelk", "Xebec", "Yawl", "Zephyr",
)  # fmt: skip


@dataclass(frozen=True)
class Land:
    """Westmere's small areas.

    Attributes:
        areas: One row an LSOA 2021: lsoa, lsoa_name, msoa, msoa_name, ward, ward_name, town,
            easting, northing, and lsoa11, lsoa11_name, change of the LSOA 2011 it came from.
        shapes: Polygon of each, same order, British National Grid.
        deprivation: Between 0 (least) and 1 (most) deprived, same order.
        weight: Relative number of residents, same order; about 1.
    """

    areas: pd.DataFrame
    shapes: gpd.GeoSeries
    deprivation: np.ndarray
    weight: np.ndarray


def land(seed: int) -> Land:
    """Return Westmere's small areas, towns and deprivation."""
    rng = generator(seed, "land")
    outline = _outline(rng)
    points, town = _points(outline, rng)
    cells = _cells(points, outline)
    centre = shapely.get_coordinates(shapely.point_on_surface(cells))
    msoa = _clusters(centre, town, LSOAS_A_MSOA)
    ward = _clusters(centre, town, LSOAS_A_WARD)
    order = np.lexsort((centre[:, 0], msoa))
    areas = _named(town[order], msoa[order], ward[order], centre[order])
    field = _field(centre[order], rng)
    weight = rng.gamma(25.0, 1 / 25.0, len(order))
    shapes = gpd.GeoSeries(list(cells[order]), crs="EPSG:27700")
    return Land(areas, shapes, field, weight)


def _outline(rng: np.random.Generator) -> shapely.Polygon:
    angle = np.linspace(0.0, 2 * np.pi, 240, endpoint=False)
    radius = np.ones_like(angle)
    for wave in range(2, 9):
        radius += (
            rng.uniform(0.02, 0.10) / wave**0.5 * np.cos(wave * angle + rng.uniform(0, 2 * np.pi))
        )
    ring = np.stack([HALF_WIDTH * radius * np.cos(angle), HALF_HEIGHT * radius * np.sin(angle)], 1)
    return shapely.Polygon(CENTRE + ring)


def _points(outline: shapely.Polygon, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return home points clustered about the towns, and each one's town number."""
    points, towns = [], []
    for number, ((x, y), many) in enumerate(TOWNS.values()):
        found = np.empty((0, 2))
        spread = 520.0 * many**0.45
        while len(found) < many:
            drawn = np.array([x, y]) + rng.normal(0.0, spread, (4 * many, 2))
            nearest = np.array([_nearest_town(p) for p in drawn])
            inside = shapely.contains_xy(outline, drawn[:, 0], drawn[:, 1])
            found = np.concatenate([found, drawn[inside & (nearest == number)]])
        points.append(found[:many])
        towns.append(np.full(many, number))
    return np.concatenate(points), np.concatenate(towns)


def _nearest_town(point: np.ndarray) -> int:
    centres = np.array([centre for centre, _ in TOWNS.values()])
    return int(np.argmin(((centres - point) ** 2).sum(axis=1)))


def _cells(points: np.ndarray, outline: shapely.Polygon) -> np.ndarray:
    """Return the area nearest to each point, cut to the outline, in the points' order."""
    found = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=outline)
    )
    tree = shapely.STRtree(found)
    cell, point = tree.query(shapely.points(points), predicate="within")[::-1]
    order = np.empty(len(points), dtype=np.int64)
    order[point] = cell
    cut = shapely.intersection(found[order], outline)
    return np.array([_largest(shape) for shape in cut], dtype=object)


def _largest(shape: shapely.Geometry) -> shapely.MultiPolygon:
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
    return shapely.MultiPolygon([max(parts, key=lambda p: p.area)])


def _clusters(centre: np.ndarray, town: np.ndarray, size: int) -> np.ndarray:
    """Return a cluster number for each area: neighbours, within one town, about `size` each."""
    numbers = np.zeros(len(town), dtype=np.int64)
    made = 0
    for number in range(len(TOWNS)):
        waiting = [np.flatnonzero(town == number)]
        while waiting:
            part = waiting.pop()
            if len(part) <= size * 1.4:
                numbers[part] = made
                made += 1
                continue
            extent = np.ptp(centre[part], axis=0)
            ordered = part[np.argsort(centre[part, int(np.argmax(extent))], kind="stable")]
            half = max(size, round(len(part) / size / 2) * size)
            waiting += [ordered[half:], ordered[:half]]
    return numbers


def _named(
    town: np.ndarray, msoa: np.ndarray, ward: np.ndarray, centre: np.ndarray
) -> pd.DataFrame:
    many = len(town)
    town_name = np.array(list(TOWNS))[town]
    letter = pd.Series(msoa).groupby(msoa).cumcount().to_numpy()
    letters = np.array(list("ABCDEFGHIJKL"))[letter]
    lsoa = np.array([f"E01Z{n + 1:05d}" for n in range(many)])
    older = lsoa.copy()
    change = np.full(many, "U")
    for pair in range(SPLITS):
        first = 10 + pair * 50
        older[first : first + 2] = f"E01Z{80_001 + pair}"
        change[first : first + 2] = "S"
    within = pd.Series(msoa).groupby(town).transform(lambda m: m - m.min() + 1).to_numpy()
    older_name = np.array(
        [f"{t} {n:03d}{a}" for t, n, a in zip(town_name, within, letters, strict=True)]
    )
    for first in np.flatnonzero((change == "S") & (np.roll(older, 1) != older)):
        older_name[first + 1] = older_name[first]
    return pd.DataFrame(
        {
            "lsoa": lsoa,
            "lsoa_name": [f"Westmere {n + 1:03d}{a}" for n, a in zip(msoa, letters, strict=True)],
            "msoa": [f"E02Z{n + 1:05d}" for n in msoa],
            "msoa_name": [f"Westmere {n + 1:03d}" for n in msoa],
            "ward": [f"E05Z{n + 1:05d}" for n in ward],
            "ward_name": [WARDS[n % len(WARDS)] for n in ward],
            "town": town_name,
            "easting": centre[:, 0].round(1),
            "northing": centre[:, 1].round(1),
            "lsoa11": older,
            "lsoa11_name": older_name,
            "change": change,
        }
    )


def _field(centre: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return deprivation by area: a few poor neighbourhoods, smooth around them, some noise."""
    sources = centre[rng.choice(len(centre), 7, replace=False)]
    distance = np.sqrt(((centre[:, None] - sources[None]) ** 2).sum(axis=2))
    heat = np.exp(-((distance / 1_800.0) ** 2)).sum(axis=1) + rng.normal(0.0, 0.2, len(centre))
    rank = np.argsort(np.argsort(heat, kind="stable"), kind="stable")
    return (rank + 0.5) / len(centre)


def lookups(panel: Panel, made: Land) -> dict[str, pd.DataFrame]:
    """Return the look-ups as published: LSOA to ward and district, 2011 to 2021, districts."""
    a = made.areas
    district, name = WESTMERE_ONS, "Westmere"
    wards = pd.DataFrame(
        {
            "lsoa21_name": a["lsoa_name"],
            "lsoa21_code": a["lsoa"],
            "ward24_name": a["ward_name"],
            "ward24_code": a["ward"],
            "ltla24_name": name,
            "ltla24_code": district,
            "msoa21_name_derived": a["msoa_name"],
            "msoa21_code_derived": a["msoa"],
        }
    )
    change = pd.DataFrame(
        {
            "lsoa11_name": a["lsoa11_name"],
            "lsoa11_code": a["lsoa11"],
            "change_code": a["change"],
            "lsoa21_name": a["lsoa_name"],
            "lsoa21_code": a["lsoa"],
            "ltla22_name": name,
            "ltla22_code": district,
        }
    )
    parts = districts(panel.areas)
    hierarchy = pd.DataFrame(
        {
            "lad_code": parts["lad_code"],
            "lad_name": parts["lad_name"],
            "date_of_introduction": "",
            "date_of_termination": "",
            "status": "live",
            "new_la_code": parts["new_la_code"],
            "la_name": parts["la_name"],
            "old_la_code": parts["old_la_code"],
        }
    )
    return {
        "lookup_lsoa21_msoa21_ward24_ltla24": wards,
        "lookup_lsoa11_lsoa21_ltla22": change,
        "lookup_lad_la_hierarchy": hierarchy,
    }


def polygons(made: Land) -> gpd.GeoDataFrame:
    """Return the polygons with the published columns, EPSG:4326, six decimals."""
    a = made.areas
    turned = made.shapes.to_crs("EPSG:4326")
    rounded = shapely.transform(turned.to_numpy(), lambda xy: np.round(xy, 6))
    return gpd.GeoDataFrame(
        {
            "lsoa21_name": a["lsoa_name"],
            "lsoa21_code": a["lsoa"],
            "msoa21_code_derived": a["msoa"],
            "ward24_code": a["ward"],
            "ward24_name": a["ward_name"],
            "ltla24_code": WESTMERE_ONS,
            "ltla24_name": "Westmere",
        },
        geometry=gpd.GeoSeries(list(rounded), crs="EPSG:4326"),
    )


def indices(made: Land, columns: list[str], seed: int) -> pd.DataFrame:
    """Return the indices of deprivation: decile, rank and score of each domain, as published."""
    rng = generator(seed, "deprivation")
    table = {"lsoa21_code": made.areas["lsoa"].to_numpy()}
    for domain in DOMAINS:
        noise = 0.0 if domain == "IMD" else 0.18
        poor = np.clip(made.deprivation + rng.normal(0.0, noise, len(made.areas)), 0.002, 0.998)
        rank = np.ceil((1 - poor) * NATIONAL_LSOAS).astype(np.int64)
        table[f"{domain}_rank"] = rank
        table[f"{domain}_decile"] = np.ceil(rank / NATIONAL_LSOAS * 10).astype(np.int64)
        table[f"{domain}_score"] = np.round(3.0 + 62.0 * poor**1.9, 3)
    return pd.DataFrame(table)[columns]
