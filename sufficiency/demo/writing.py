"""Writing the demo's files so that the same seed gives the same bytes."""

import gzip
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

CLOCK = "2025-01-16T00:00:00.000Z"


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as CSV, compressed where the name ends in `.gz`, without a clock time."""
    text = frame.to_csv(index=False, lineterminator="\n").encode("utf-8")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix != ".gz":
        path.write_bytes(text)
        return
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=6, mtime=0) as packed,
    ):
        packed.write(text)


def write_polygons(shapes: gpd.GeoDataFrame, path: Path, layer: str) -> None:
    """Write polygons as a GeoPackage whose time of change is fixed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": CLOCK})
    try:
        pyogrio.write_dataframe(
            shapes, path, layer=layer, driver="GPKG", geometry_type="MultiPolygon"
        )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
