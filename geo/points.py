"""Placing establishments: which LSOA, and so which locality, a point lies in."""

import geopandas as gpd
import pandas as pd

from sufficiency.terms import OUTSIDE

EDGE_METRES = 100.0


def place_points(
    points: pd.DataFrame, localities: pd.DataFrame, shapes: gpd.GeoDataFrame | None = None
) -> pd.DataFrame:
    """Return points with `lsoa` and `locality` filled.

    A point's own LSOA is taken where it is one of the authority's; else the polygon it lies in, or
    the nearest within `EDGE_METRES`, because published boundaries are generalised and schools
    stand near the shore. What then has no LSOA of the authority is `outside`.

    Args:
        points: Columns easting, northing (metres, may be missing) and lsoa ("" if unknown); other
            columns are kept.
        localities: `Localities`.
        shapes: LSOA polygons, columns lsoa and geometry, EPSG:27700; without them only points with
            an LSOA can be placed.

    Returns:
        The points in the same order.
    """
    home = localities.set_index("lsoa")["locality"]
    known = points["lsoa"].isin(home.index)
    lsoa = points["lsoa"].copy()
    if shapes is not None and (~known).any():
        found = _containing(points[~known], shapes)
        lsoa.loc[found.index] = found
    locality = lsoa.map(home).astype("str").fillna(OUTSIDE)
    return points.assign(lsoa=lsoa, locality=locality)


def _containing(points: pd.DataFrame, shapes: gpd.GeoDataFrame) -> pd.Series:
    """Return the LSOA of each point that lies in or near a polygon, on the index of the points."""
    located = points[points["easting"].notna() & points["northing"].notna()]
    if located.empty:
        return pd.Series(dtype=str)
    where = gpd.GeoSeries.from_xy(located["easting"], located["northing"], crs=shapes.crs)
    wanted = gpd.GeoDataFrame({"point": located.index}, geometry=where.to_numpy(), crs=shapes.crs)
    near = wanted.sjoin_nearest(shapes[["lsoa", "geometry"]], max_distance=EDGE_METRES)
    first = near.sort_values(["point", "lsoa"], kind="stable").drop_duplicates("point")
    return first.set_index("point")["lsoa"]
