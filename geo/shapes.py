"""Outlines of localities for maps."""

import geopandas as gpd
import pandas as pd

GRID = "EPSG:27700"
TOLERANCE_METRES = 25.0


def locality_shapes(
    lsoa_shapes: gpd.GeoDataFrame,
    localities: pd.DataFrame,
    tolerance_metres: float = TOLERANCE_METRES,
) -> gpd.GeoDataFrame:
    """Return one outline a locality, in order of name: locality, geometry (EPSG:27700).

    Borders that two localities share are simplified together, so that they still meet.

    Args:
        lsoa_shapes: LSOA polygons: lsoa, geometry.
        localities: `Localities`. LSOAs without a polygon are left out of the outline.
        tolerance_metres: How far a simplified border may lie from the true one; 0 keeps it.
    """
    home = localities.set_index("lsoa")["locality"]
    own = lsoa_shapes[lsoa_shapes["lsoa"].isin(home.index)].to_crs(GRID)
    named = own.assign(locality=own["lsoa"].map(home))[["locality", "geometry"]]
    if named.empty:
        return gpd.GeoDataFrame({"locality": []}, geometry=[], crs=GRID)
    whole = named.dissolve("locality", sort=True)
    if tolerance_metres > 0:
        whole = whole.set_geometry(whole.geometry.simplify_coverage(tolerance_metres))
    return whole.reset_index()[["locality", "geometry"]]
