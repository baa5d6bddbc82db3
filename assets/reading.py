"""Read a workspace: published files, localities and the place register, as one set of tables.

The one place where readers, geography and the register meet; `check`, `init` and the Dagster
assets all read through it.
"""

from dataclasses import dataclass

import pandas as pd

from sufficiency.contracts import (
    Establishments,
    InputFiles,
    Localities,
    checked,
)
from sufficiency.errors import SufficiencyError
from sufficiency.findings import Findings
from sufficiency.sources.files import read_text_table, sha256
from sufficiency.sources.inputs import Published
from sufficiency.workspace import Workspace

LAST_CENSUS = 2040


@dataclass(frozen=True)
class Inputs:
    """Everything read from a workspace: tables by asset name, and what was wrong."""

    tables: dict[str, pd.DataFrame]
    findings: Findings

    @property
    def blocked(self) -> bool:
        """Whether any finding blocks."""
        return bool(self.findings.blocking)


def read_workspace(workspace: Workspace) -> Inputs:
    """Return every input table of a workspace, and every problem, not only the first."""
    from geo.shapes import locality_shapes
    from sufficiency.places import read_register
    from sufficiency.plans.margins import base_census, read_margins

    findings = Findings()
    published = read_published(workspace, findings)
    if published is None:
        read_register(workspace, None, findings)
        return Inputs({}, findings)
    settings = workspace.settings
    localities = localities_of(workspace, published, findings)
    schools = place(published, localities)
    register = read_register(workspace, schools, findings, localities)
    try:
        base_year = settings.base_census or base_census(
            published.published_stock, settings.authority
        )
        read_margins(published.published_stock, settings.authority, base_year, findings)
    except SufficiencyError as err:
        findings.block("no_base_census", str(err), "Put the latest release into inputs/ehcp.")
    tables = {
        "input_files": with_own_files(published.input_files, workspace),
        "published_stock": published.published_stock,
        "published_flows": published.published_flows,
        "population": published.population,
        "establishments": schools,
        "localities": localities,
        "locality_shapes": locality_shapes(published.small_area_shapes, localities),
        "imd": published.imd,
        "statistical_neighbours": published.statistical_neighbours,
        "register": register,
    }
    return Inputs(tables, findings)


def read_published(workspace: Workspace, findings: Findings) -> Published | None:
    """Return the tables of the workspace's published files, or None where one is missing."""
    from sufficiency.sources import inputs

    until = LAST_CENSUS - 1  # a January census counts ages of the mid-year before
    return inputs.read_published(workspace.inputs, workspace.settings.authority, until, findings)


def place(published: Published, localities: pd.DataFrame) -> pd.DataFrame:
    """Return the establishments with the small area and locality each lies in."""
    from geo.points import place_points

    placed = place_points(published.establishments, localities, published.small_area_shapes)
    return checked(Establishments, placed, "establishments")


def localities_of(workspace: Workspace, published: Published, findings: Findings) -> pd.DataFrame:
    """Return the LSOAs of the authority grouped as the planner chose."""
    from geo.localities import assign

    table = None
    path = workspace.localities_csv
    if path.is_file():
        try:
            table = read_text_table(path, findings)
        except SufficiencyError as err:
            findings.block("file_unreadable", str(err), "Correct the file.", source=path.name)
    localities, problems = assign(published.small_areas, workspace.settings.locality_scheme, table)
    findings.extend(problems)
    return checked(Localities, localities, "localities")


def with_own_files(files: pd.DataFrame, workspace: Workspace) -> pd.DataFrame:
    """Return the list of files read, with the planner's own files at the end."""
    own = [
        (path.name, layout, sha256(path), 0, "")
        for path, layout in (
            (workspace.register_csv, "place_register"),
            (workspace.register_workbook, "place_register"),
            (workspace.localities_csv, "localities"),
        )
        if path.is_file()
    ]
    return checked(
        InputFiles,
        pd.concat([files, pd.DataFrame(own, columns=files.columns)], ignore_index=True),
        "input_files",
    )
