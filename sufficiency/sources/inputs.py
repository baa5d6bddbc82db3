"""Read every published file of a workspace into canonical tables, with all findings at once."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from sufficiency.contracts import InputFiles, checked
from sufficiency.errors import SufficiencyError
from sufficiency.findings import Findings
from sufficiency.sources import (
    catalogue,
    deprivation,
    establishments,
    neighbours,
    population,
    published,
    small_areas,
)
from sufficiency.sources.files import sha256

NEEDED = (
    ("ees_2025_caseload", "ees_2026_caseload"),
    ("ees_2025_need", "ees_2026_need"),
    ("ees_2025_new_plans", "ees_2026_new_plans"),
    ("gias_full", "gias_extract"),
    ("mye_district",),
    ("lookup_lsoa21",),
    ("lookup_lad_la",),
    ("lsoa21_polygons",),
)
WORTH_HAVING = (
    ("ees_2022_age_caseload",),
    ("ees_2022_estab_caseload",),
    ("lookup_lsoa11_lsoa21",),
    ("mye_lsoa11", "mye_lsoa21"),
    ("snpp",),
    ("imd_2025",),
    ("spc_school_level",),
    ("statistical_neighbours",),
)


@dataclass(frozen=True)
class Published:
    """Canonical tables from published files, before localities are chosen."""

    input_files: pd.DataFrame
    published_stock: pd.DataFrame
    published_flows: pd.DataFrame
    population: pd.DataFrame
    establishments: pd.DataFrame
    small_areas: pd.DataFrame
    small_area_shapes: gpd.GeoDataFrame
    imd: pd.DataFrame
    statistical_neighbours: pd.DataFrame


def read_layouts(folder: Path, findings: Findings) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Return each recognised layout's table, and the list of files read (`InputFiles`).

    Two files of one layout (two years of estimates, say) are joined, the later file name last.
    """
    parts: dict[str, list[pd.DataFrame]] = {}
    rows = []
    for path, layout in catalogue.scan(folder, findings):
        try:
            frame = layout.read(path, findings)
        except SufficiencyError as err:
            findings.block("file_unreadable", str(err), "Replace the file.", source=path.name)
            continue
        parts.setdefault(layout.name, []).append(frame)
        name = path.relative_to(folder).as_posix()
        rows.append((name, layout.name, sha256(path), len(frame), layout.licence))
    files = pd.DataFrame(rows, columns=["file", "layout", "sha256", "rows", "licence"])
    tables = {
        name: frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
        for name, frames in parts.items()
    }
    return tables, checked(InputFiles, files, "input_files")


def read_published(
    folder: Path, authority: str, until_year: int, findings: Findings
) -> Published | None:
    """Return the canonical tables of an inputs folder, or None where one cannot be made at all.

    Args:
        folder: The workspace's inputs folder.
        authority: Three-digit DfE code.
        until_year: Last mid-year of population wanted.
        findings: Receives every problem of every file; one that blocks may come with tables.
    """
    tables, files = read_layouts(folder, findings)
    _say_what_is_missing(tables, findings)

    def made(make: Callable[[], pd.DataFrame]) -> pd.DataFrame | None:
        """Return a table, or None and a finding, so that the other tables are still read."""
        try:
            return make()
        except SufficiencyError as err:
            findings.block("table_not_made", str(err), "Correct the inputs and run again.")
            return None

    if not all(any(name in tables for name in group) for group in NEEDED):
        return None
    stock = made(lambda: published.published_stock(tables, findings, authority))
    flows = made(lambda: published.published_flows(tables, findings, authority))
    people = made(lambda: population.population(tables, authority, until_year, findings))
    schools = made(
        lambda: establishments.establishments(tables, tables.get("postcodes"), authority, findings)
    )
    areas = made(lambda: small_areas.small_areas(tables, authority, findings))
    if stock is None or flows is None or people is None or schools is None or areas is None:
        return None
    _say_if_unknown(stock, authority, findings)
    shapes = tables["lsoa21_polygons"]
    return Published(
        input_files=files,
        published_stock=stock,
        published_flows=flows,
        population=people,
        establishments=schools,
        small_areas=areas,
        small_area_shapes=gpd.GeoDataFrame(shapes[shapes["lsoa"].isin(areas["lsoa"])]),
        imd=deprivation.imd(tables, areas["lsoa"], findings),
        statistical_neighbours=neighbours.statistical_neighbours(tables, findings),
    )


def _say_what_is_missing(tables: dict[str, pd.DataFrame], findings: Findings) -> None:
    by_name = {layout.name: layout for layout in catalogue.LAYOUTS}
    for groups, say, check in (
        (NEEDED, findings.block, "input_missing"),
        (WORTH_HAVING, findings.warn, "input_not_supplied"),
    ):
        for group in groups:
            if not any(name in tables for name in group):
                layout = by_name[group[0]]
                say(
                    check,
                    f"No file of “{layout.title}” was found.",
                    f"Download it and put it into inputs/{layout.folder}.",
                    source=f"inputs/{layout.folder}",
                )


def _say_if_unknown(stock: pd.DataFrame, authority: str, findings: Findings) -> None:
    known = stock.loc[stock["level"] == "authority", ["authority", "authority_name"]]
    if authority not in set(known["authority"]):
        findings.block(
            "authority_unknown",
            f"No published plans of authority {authority} were found among "
            f"{known['authority'].nunique()} authorities.",
            "Correct authority in sufficiency.toml: the three-digit DfE code, for example 839.",
            source="sufficiency.toml",
            column="authority",
        )
