"""Placing establishments on a small grid of square LSOAs."""

import geopandas as gpd
import pandas as pd
from shapely import box

from geo.points import place_points

LOCALITIES = pd.DataFrame({"lsoa": ["A", "B"], "locality": ["West", "East"]})
SHAPES = gpd.GeoDataFrame(
    {"lsoa": ["A", "B"]},
    geometry=[box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000)],
    crs="EPSG:27700",
)


def points(*rows: tuple[float | None, float | None, str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["easting", "northing", "lsoa"])
    return table.astype({"easting": float, "northing": float}).assign(urn=range(len(rows)))


def test_a_known_lsoa_is_kept_even_where_the_generalised_border_says_otherwise() -> None:
    placed = place_points(points((1010, 500, "A")), LOCALITIES, SHAPES)
    assert placed[["lsoa", "locality"]].values.tolist() == [["A", "West"]]


def test_a_point_without_lsoa_takes_the_polygon_it_lies_in() -> None:
    placed = place_points(points((1500, 500, ""), (200, 200, "")), LOCALITIES, SHAPES)
    assert placed["locality"].tolist() == ["East", "West"]


def test_a_point_just_off_the_shore_takes_the_nearest_and_one_far_off_is_outside() -> None:
    placed = place_points(points((500, 1090, ""), (500, 1200, "")), LOCALITIES, SHAPES)
    assert placed["locality"].tolist() == ["West", "outside"]


def test_a_point_on_a_shared_border_is_placed_once() -> None:
    placed = place_points(points((1000, 500, "")), LOCALITIES, SHAPES)
    assert placed["lsoa"].tolist() == ["A"]


def test_an_lsoa_of_another_authority_is_outside() -> None:
    placed = place_points(points((9000, 9000, "Z")), LOCALITIES, SHAPES)
    assert placed[["lsoa", "locality"]].values.tolist() == [["Z", "outside"]]


def test_a_point_without_position_is_outside_with_and_without_shapes() -> None:
    lost = points((None, None, ""))
    assert place_points(lost, LOCALITIES, SHAPES)["locality"].tolist() == ["outside"]
    assert place_points(lost, LOCALITIES)["locality"].tolist() == ["outside"]


def test_order_and_other_columns_are_kept() -> None:
    table = points((1500, 500, ""), (200, 200, "A"), (None, None, "B"))
    placed = place_points(table, LOCALITIES, SHAPES)
    assert placed["urn"].tolist() == [0, 1, 2]
    assert placed["locality"].tolist() == ["East", "West", "East"]
    assert table["lsoa"].tolist() == ["", "A", "B"]
