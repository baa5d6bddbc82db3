"""Every file of a finished run: tables, page, workbook, warehouse, SCAP draft."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from sufficiency.gaps import headlines
from sufficiency.outputs import MARK, write_tables
from sufficiency.reports.content import About, report_content
from sufficiency.reports.page import render_page
from sufficiency.reports.workbook import write_workbook
from sufficiency.returns.scap import scap_draft
from sufficiency.warehouse import write_warehouse

NOT_WRITTEN = ("published_stock", "population", "published_flows")
PAGE = f"report{MARK}.html"
WORKBOOK = f"sufficiency{MARK}.xlsx"
WAREHOUSE = f"warehouse{MARK}.sqlite"


@dataclass(frozen=True)
class FinishedRun:
    """What a run made.

    Attributes:
        about: Authority, base census and run id.
        tables: Canonical tables by name; large published inputs are used but not written.
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
        )


def write_run(folder: Path, run: FinishedRun) -> None:
    """Write every file of a run into an empty folder; the same run gives the same bytes."""
    scap = scap_draft(run.tables["paths"], run.about.authority, run.about.base_year)
    content = report_content(run.about, run.tables, run.headlines(), scap, run.shapes)
    written = {
        **{name: frame for name, frame in run.tables.items() if name not in NOT_WRITTEN},
        "scap_draft": scap,
        "locality_shapes": run.shapes,
    }
    write_tables(folder, written)
    (folder / PAGE).write_text(render_page(content), encoding="utf-8", newline="\n")
    write_workbook(folder / WORKBOOK, content, run.tables["register"])
    write_warehouse(folder / WAREHOUSE, written)
