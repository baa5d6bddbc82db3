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
    pupil_rates,
    small_areas,
    unusual_years,
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

RECENT_YEARS = 3
PERSON_LEVEL = ("sen2", "school_census")
GIAS = ("gias_full", "gias_list", "gias_extract", "gias_links")


@dataclass(frozen=True)
class Published:
    """Canonical tables from published files, before localities are chosen.

    Attributes:
        gias: Tables of the GIAS files as read, of all authorities, by layout.
        postcodes: The postcode directory, or None where none was supplied.
    """

    input_files: pd.DataFrame
    published_stock: pd.DataFrame
    published_flows: pd.DataFrame
    pupil_rates: pd.DataFrame
    population: pd.DataFrame
    establishments: pd.DataFrame
    small_areas: pd.DataFrame
    small_area_shapes: gpd.GeoDataFrame
    imd: pd.DataFrame
    statistical_neighbours: pd.DataFrame
    gias: dict[str, pd.DataFrame]
    postcodes: pd.DataFrame | None


def read_layouts(
    folder: Path, findings: Findings, only: tuple[str, ...] = ()
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Return each recognised layout's table, and the list of files read (`InputFiles`).

    Two files of one layout (two years of estimates, say) are joined, the later file name last.

    Args:
        folder: Searched to any depth.
        findings: Receives every problem of every file.
        only: How the names of layouts start that are to be read; none: all of them.
    """
    parts: dict[str, list[pd.DataFrame]] = {}
    rows = []
    for path, layout in catalogue.scan(folder, findings, PERSON_LEVEL):
        if only and not layout.name.startswith(only):
            continue
        try:
            frame = layout.read(path, findings)
        except SufficiencyError as err:
            findings.block("file_unreadable", str(err), "Replace the file.", source=path.name)
            continue
        except Exception as err:  # whatever a damaged file provokes must not hide the other files
            findings.block(
                "file_unreadable",
                f"{path.name} could not be read as {layout.title} ({type(err).__name__}).",
                "Download or copy the file again; if it is as published, report this.",
                source=path.name,
            )
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

    def has(*names: str) -> bool:
        return any(name in tables for name in names)

    stock = flows = people = schools = areas = None
    if has(*NEEDED[0]):
        stock = made(lambda: published.published_stock(tables, findings, authority))
    if stock is not None and not _is_known(stock, authority, findings):
        return None
    if has(*NEEDED[2]):
        flows = made(lambda: published.published_flows(tables, findings, authority))
    if stock is not None and flows is not None:
        unusual_years.unusual_years(stock, flows, authority, findings)
    if has("mye_district") and has("lookup_lad_la"):
        people = made(lambda: population.population(tables, authority, until_year, findings))
    if has("gias_full", "gias_extract"):
        postcodes = tables.get("postcodes")
        schools = made(
            lambda: establishments.establishments(tables, postcodes, authority, findings)
        )
    if has("lookup_lsoa21") and has("lookup_lad_la"):
        areas = made(lambda: small_areas.small_areas(tables, authority, findings))
    if stock is None or flows is None or people is None or schools is None or areas is None:
        return None
    if not all(has(*group) for group in NEEDED):
        return None
    shapes = tables["lsoa21_polygons"]
    return Published(
        input_files=files,
        published_stock=stock,
        published_flows=flows,
        pupil_rates=pupil_rates.pupil_rates(tables, findings),
        population=people,
        establishments=schools,
        small_areas=areas,
        small_area_shapes=gpd.GeoDataFrame(shapes[shapes["lsoa"].isin(areas["lsoa"])]),
        imd=deprivation.imd(tables, areas["lsoa"], findings),
        statistical_neighbours=neighbours.statistical_neighbours(tables, findings),
        gias={name: tables[name] for name in GIAS if name in tables},
        postcodes=tables.get("postcodes"),
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


def _is_known(stock: pd.DataFrame, authority: str, findings: Findings) -> bool:
    """Say whether the files are about this authority today; what follows is noise if not."""
    areas = stock[stock["level"] == "authority"]
    own = areas[areas["authority"] == authority]
    newest = int(areas["year"].max())
    if own.empty:
        found = f"none of the {areas['authority'].nunique()} authorities in the files has this code"
    elif int(own["year"].max()) < newest - RECENT_YEARS:
        found = (
            f"{own['authority_name'].iloc[-1]} has no figures after January "
            f"{int(own['year'].max())}, so it has probably been reorganised under another code"
        )
    else:
        return True
    findings.block(
        "authority_unknown",
        f"Authority {authority}: {found}.",
        "Correct authority in sufficiency.toml: the three-digit DfE code, for example 839.",
        source="sufficiency.toml",
        column="authority",
    )
    return False
