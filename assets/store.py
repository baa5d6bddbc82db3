"""Where asset tables are kept: Parquet, or GeoParquet for shapes, one file a table."""

import os
from pathlib import Path

import dagster as dg
import pandas as pd
from upath import UPath


class FrameStore(dg.UPathIOManager):
    """Parquet store: written aside, then replaced, so a killed run harms nothing."""

    extension = ".parquet"

    def __init__(self, root: Path) -> None:
        super().__init__(base_path=UPath(root))

    def dump_to_path(self, context: dg.OutputContext, obj: pd.DataFrame, path: UPath) -> None:
        """Write one table."""
        half_written = f"{path}.part"
        obj.to_parquet(half_written, index=False, compression="zstd")
        os.replace(half_written, str(path))

    def load_from_path(self, context: dg.InputContext, path: UPath) -> pd.DataFrame:
        """Read one table; shapes come back as a GeoDataFrame."""
        return read_table(Path(str(path)))


def read_table(path: Path) -> pd.DataFrame:
    """Return a stored table; GeoParquet as a GeoDataFrame."""
    import pyarrow.parquet as pq

    if b"geo" in (pq.read_schema(path).metadata or {}):
        import geopandas as gpd

        return gpd.read_parquet(path)
    return pd.read_parquet(path)
