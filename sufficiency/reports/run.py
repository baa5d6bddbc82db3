"""Every file of a finished run: tables, page, workbook, warehouse, SCAP draft."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from sufficiency.gaps import Besides, headlines
from sufficiency.outputs import MARK, write_tables
from sufficiency.quality.bases import unsettled
from sufficiency.reports.content import About, report_content
from sufficiency.reports.page import render_page
from sufficiency.reports.workbook import write_workbook
from sufficiency.returns.scap import scap_checks, scap_draft
from sufficiency.warehouse import write_warehouse

KEYS = {
    "published_stock": "authority",
    "published_flows": "authority",
    "pupil_rates": "authority",
    "population": "area",
    "statistical_neighbours": "authority",
    "imd": "lsoa",
}
PAGE = f"report{MARK}.html"
WORKBOOK = f"sufficiency{MARK}.xlsx"
WAREHOUSE = f"warehouse{MARK}.sqlite"


@dataclass(frozen=True)
class FinishedRun:
    """What a run made.

    Attributes:
        about: Authority, base census and run id.
        tables: Canonical tables by name; of large published inputs `own_tables` are written.
        shapes: locality, geometry.
    """

    about: About
    tables: Mapping[str, pd.DataFrame]
    shapes: gpd.GeoDataFrame

    def headlines(self) -> list[str]:
        """Return what the tables say in plain English, the most important first."""
        made = self.tables
        return headlines(
            made["gap"],
            made["provision_balance"],
            made["demand"],
            self.about.base_year,
            self.about.authority_name,
            unsettled(made["bases"], self.about.base_year) if "bases" in made else (),
            Besides(*(made.get(name) for name in ("plans", "waiting", "september_board"))),
        )


def write_run(folder: Path, run: FinishedRun) -> None:
    """Write every file of a run into an empty folder; the same run gives the same bytes."""
    scap = scap_draft(run.tables["paths"], run.about.authority, run.about.base_year)
    found = pd.concat([run.tables["findings"], scap_checks(scap).table()], ignore_index=True)
    tables = {**run.tables, "findings": found}
    content = report_content(run.about, tables, run.headlines(), scap, run.shapes)
    written = {
        **own_tables(tables, run.about.authority),
        "scap_draft": scap,
        "locality_shapes": run.shapes,
    }
    write_tables(folder, written)
    (folder / PAGE).write_text(render_page(content), encoding="utf-8", newline="\n")
    write_workbook(folder / WORKBOOK, content, run.tables["register"])
    write_warehouse(folder / WAREHOUSE, written)


def own_tables(tables: Mapping[str, pd.DataFrame], authority: str) -> dict[str, pd.DataFrame]:
    """Return the tables with published inputs cut to what the authority is set beside.

    Plans and flows of the authority, its region, England and its statistical neighbours; residents
    and neighbours of the authority; deprivation of its LSOAs. Others are returned whole.

    Args:
        tables: Canonical tables by name.
        authority: Three-digit DfE code.
    """
    beside = {authority, *tables["beside_others"]["authority"]}
    lsoas = set(tables["localities"]["lsoa"]) if "localities" in tables else set()
    wanted = {
        "published_stock": beside,
        "published_flows": beside,
        "pupil_rates": beside,
        "population": {authority},
        "statistical_neighbours": {authority},
        "imd": lsoas,
    }
    return {
        name: frame[frame[KEYS[name]].isin(wanted[name])].reset_index(drop=True)
        if name in KEYS
        else frame
        for name, frame in tables.items()
    }
