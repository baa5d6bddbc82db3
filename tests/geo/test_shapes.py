"""Outlines of localities: areas kept, neighbours still meeting."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Polygon, box

from geo.shapes import locality_shapes
from sufficiency.sources.geography import lsoa_shapes

SQUARES = gpd.GeoDataFrame(
    {"lsoa": ["A", "B", "C"]},
    geometry=[box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000), box(0, 1000, 2000, 2000)],
    crs="EPSG:27700",
)
LOCALITIES = pd.DataFrame({"lsoa": ["A", "B", "C"], "locality": ["South", "South", "North"]})


def test_lsoas_of_a_locality_become_one_outline_in_order_of_name() -> None:
    shapes = locality_shapes(SQUARES, LOCALITIES)
    assert shapes["locality"].tolist() == ["North", "South"]
    assert shapes.area.tolist() == pytest.approx([2e6, 2e6])
    assert shapes.crs == "EPSG:27700"


def test_a_shared_wiggly_border_is_simplified_alike_on_both_sides() -> None:
    border = [(1000 + (10 if n % 2 else 0), n * 20) for n in range(51)]
    west = Polygon([(0, 0), *border, (0, 1000)])
    east = Polygon([*border, (2000, 1000), (2000, 0)])
    wiggly = gpd.GeoDataFrame({"lsoa": ["A", "B"]}, geometry=[west, east], crs="EPSG:27700")
    homes = pd.DataFrame({"lsoa": ["A", "B"], "locality": ["West", "East"]})
    simple = locality_shapes(wiggly, homes)
    assert simple.get_coordinates().shape[0] < 20
    assert simple.union_all().area == pytest.approx(2e6, rel=1e-6)
    assert simple.area.sum() == pytest.approx(2e6, rel=1e-6)


def test_lsoas_of_other_authorities_are_left_out_and_none_gives_none() -> None:
    only = LOCALITIES[LOCALITIES["lsoa"] == "C"]
    assert locality_shapes(SQUARES, only)["locality"].tolist() == ["North"]
    assert locality_shapes(SQUARES, only.assign(lsoa="X")).empty


def test_degrees_become_metres() -> None:
    shapes = locality_shapes(gpd.GeoDataFrame(SQUARES.to_crs("EPSG:4326")), LOCALITIES, 0)
    assert shapes.area.tolist() == pytest.approx([2e6, 2e6], rel=1e-3)


def test_real_polygons_give_valid_outlines(data: Path) -> None:
    path = data / "geo" / "lsoa21_bcp_and_neighbours.gpkg"
    three = ["E01015272", "E01015273", "E01020365"]
    polygons = lsoa_shapes(path, [*three, "E01Z00000"])
    assert polygons["lsoa"].tolist() == three
    homes = pd.DataFrame({"lsoa": three, "locality": ["Town", "Town", "Shore"]})
    shapes = locality_shapes(polygons, homes)
    assert shapes.is_valid.all()
    assert shapes.area.sum() == pytest.approx(polygons.area.sum(), rel=0.02)
