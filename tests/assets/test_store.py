"""The store: tables come back as they went in, and a killed write harms nothing."""

from pathlib import Path

import dagster as dg
import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from assets.store import FrameStore, read_table


def store_and_load(root: Path, frame: pd.DataFrame) -> pd.DataFrame:
    @dg.asset
    def table() -> pd.DataFrame:
        return frame

    instance = dg.DagsterInstance.ephemeral()
    dg.materialize([table], resources={"io_manager": FrameStore(root)}, instance=instance)
    return read_table(root / "table.parquet")


def test_a_table_comes_back_with_its_types(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "name": ["a", ""],
            "places": pd.array([1, None], dtype="Int32"),
            "need": pd.Categorical(["ASD", "HI"]),
        }
    )
    pd.testing.assert_frame_equal(store_and_load(tmp_path, frame), frame)


def test_shapes_come_back_as_shapes(tmp_path: Path) -> None:
    shapes = gpd.GeoDataFrame({"locality": ["Poole"]}, geometry=[box(0, 0, 1, 1)], crs=27700)
    loaded = store_and_load(tmp_path, shapes)
    assert isinstance(loaded, gpd.GeoDataFrame)
    assert loaded.crs == shapes.crs


def test_a_killed_write_leaves_the_last_good_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = pd.DataFrame({"places": [1]})
    store_and_load(tmp_path, good)

    def killed(self: pd.DataFrame, path: str, **_: object) -> None:
        Path(path).write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(pd.DataFrame, "to_parquet", killed)
    with pytest.raises(KeyboardInterrupt):
        store_and_load(tmp_path, pd.DataFrame({"places": [2]}))
    pd.testing.assert_frame_equal(read_table(tmp_path / "table.parquet"), good)
