"""Read a workspace: published files, localities and the place register, as one set of tables.

The one place where readers, geography and the register meet; `check`, `init` and the Dagster
assets all read through it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from sufficiency.people.reference import Reference
    from sufficiency.person_level import PersonLevel

LAST_CENSUS = 2040
COUNCIL_TABLES = (
    "awaiting",
    "schemes",
    "moves",
    "classes",
    "need_mix_given",
    "budget",
    "housing",
    "housing_yields",
)


@dataclass(frozen=True)
class Inputs:
    """Everything read from a workspace: tables by asset name, and what was wrong."""

    tables: dict[str, pd.DataFrame]
    findings: Findings
    person: "PersonLevel"

    @property
    def blocked(self) -> bool:
        """Whether any finding blocks."""
        return bool(self.findings.blocking)


def read_workspace(workspace: Workspace) -> Inputs:
    """Return every input table of a workspace, and every problem, not only the first."""
    from geo.shapes import locality_shapes
    from sufficiency.costs.table import costs_table
    from sufficiency.council.awaiting import beside_base
    from sufficiency.council.read import read_council_files
    from sufficiency.people.schools import known_schools
    from sufficiency.person_level import read_person_level, without_returns
    from sufficiency.places import (
        compare_registers,
        imports_table,
        read_last_year,
        read_register,
    )
    from sufficiency.plans.base import choose_base
    from sufficiency.plans.margins import read_margins

    findings = Findings()
    published = read_published(workspace, findings)
    if published is None:
        read_register(workspace, None, findings)
        return Inputs({}, findings, without_returns())
    settings = workspace.settings
    localities = localities_of(workspace, published, findings)
    schools = place(published, localities)
    known = known_schools(published.gias)
    closed_on = known.set_index("urn")["close_date"]
    register = read_register(workspace, schools, findings, localities, closed_on)
    council = read_council_files(workspace.council, register, localities, schools, findings)
    last_year = read_last_year(workspace, findings, schools)
    reference = reference_of(workspace, published, known, localities, register)
    person = read_person_level(workspace, reference, published.published_stock, findings)
    base_year = 0
    try:
        base_year = choose_base(
            published.published_stock, person.returns, settings.authority, settings.base_census
        )
        if base_year not in person.returns:
            read_margins(published.published_stock, settings.authority, base_year, findings)
        say_which_base(base_year, person.returns, findings)
        beside_base(council["awaiting"], base_year, findings)
    except SufficiencyError as err:
        findings.block("no_base_census", str(err), "Put the latest release into inputs/ehcp.")
    tables = {
        "input_files": with_own_files(published.input_files, workspace, person, findings),
        "published_stock": published.published_stock,
        "published_flows": published.published_flows,
        "pupil_rates": published.pupil_rates,
        "population": published.population,
        "establishments": schools,
        "localities": localities,
        "locality_shapes": locality_shapes(published.small_area_shapes, localities),
        "imd": published.imd,
        "statistical_neighbours": published.statistical_neighbours,
        "register": register,
        "register_changes": compare_registers(last_year, register, "last year's register"),
        **{name: council[name] for name in COUNCIL_TABLES},
        "costs": costs_table(council["costs_given"]),
        "imports": imports_table(council["imports"], person.tables["pupils"], register, base_year),
        **person.tables,
    }
    return Inputs(tables, findings, person)


def reference_of(
    workspace: Workspace,
    published: Published,
    schools: pd.DataFrame,
    localities: pd.DataFrame,
    register: pd.DataFrame,
) -> "Reference":
    """Return what the rows of the workspace's returns are looked up in.

    `schools` are those of every GIAS file (`known_schools`).
    """
    from sufficiency.people.reference import Reference

    return Reference(
        authority=workspace.settings.authority,
        schools=schools,
        postcodes=published.postcodes,
        localities=localities,
        register=register,
        identifiers=workspace.settings.identifiers,
    )


def say_which_base(base_year: int, returns: tuple[int, ...], findings: Findings) -> None:
    """Say where the forecast starts from another January than the newest return."""
    from sufficiency.terms import census_label

    if returns and max(returns) > base_year:
        findings.warn(
            "return_newer_than_base",
            f"The newest return is of {census_label(max(returns))}, but the forecast starts from "
            f"{census_label(base_year)}, the latest with published counts of every authority.",
            "Put the release of that January into inputs/ehcp when it is out.",
            source="inputs/sen2",
        )
    if returns and base_year not in returns:
        findings.warn(
            "no_return_for_base",
            f"No return of {census_label(base_year)} was read: plans are modelled from published "
            "counts.",
            "Put that January's return into inputs/sen2.",
            source="inputs/sen2",
        )


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


def with_own_files(
    files: pd.DataFrame, workspace: Workspace, person: "PersonLevel", findings: Findings
) -> pd.DataFrame:
    """Return the list of files read, with the council's own files at the end.

    The file of the pseudonyms' key is not among them: its hash would let anyone who holds the list
    try keys against it.
    """
    from sufficiency.council.declaration import file_names

    returns = [(f.name, layout, f.sha256, f.rows, "") for f, layout in person.files]
    own = []
    for path, layout in (
        (workspace.register_csv, "place_register"),
        (workspace.register_workbook, "place_register"),
        (workspace.last_year_csv, "place_register"),
        (workspace.localities_csv, "localities"),
        *((workspace.council / f"{file}.csv", "council_file") for file in sorted(file_names())),
    ):
        if not path.is_file():
            continue
        try:
            own.append((path.name, layout, sha256(path), 0, ""))
        except SufficiencyError as err:
            findings.block("file_unreadable", str(err), "Make it readable.", source=path.name)
    return checked(
        InputFiles,
        pd.concat([files, pd.DataFrame(returns + own, columns=files.columns)], ignore_index=True),
        "input_files",
    )
