"""The report: one HTML page that carries everything it needs and refers to nothing outside.

Headings in order, a caption and scoped headers on every table, a description and a table for every
picture, reflow at 320 CSS pixels, and a banner that says it is not for publication.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import jinja2
import pandas as pd
from markupsafe import Markup

from sufficiency.reports.picture import Picture
from sufficiency.reports.printing import ReportTable
from sufficiency.terms import census_label

NOTICE = "RESTRICTED: not for publication"


@dataclass(frozen=True)
class ReportContent:
    """Finished words, pictures and tables of one run; nothing is worked out from them.

    Attributes:
        authority: Three-digit DfE code.
        authority_name: Name.
        base_year: Base census.
        run: Run id.
        basis: `modelled` or `person`: the plans the forecast started from.
        headlines: One sentence each, the most important first.
        charts: Demand, places, need groups.
        maps: One a measure; empty if there are no shapes.
        balance: Demand, places and shortage by provision.
        main: The largest gaps, or changes while places are assumed.
        everything: The whole gap or change table, for the workbook.
        beside: The authority beside others.
        accuracy: How past forecasts fared.
        assumptions: Every assumption.
        findings: What was wrong with the inputs.
        inputs: Input files and their hashes.
        scap: The SCAP draft, for the workbook.
        licences: Attribution lines that must be carried.
        csv_name: File that holds the whole gap table.
        returns: What the council's own returns say, short name to table; empty without returns.
        decisions: Occupancy, September, schemes, money: short name to table, whole.
        brief: The same, as the page shows them.
        tested: Why the forecast moves and what may be said of it: short name to table.
    """

    authority: str
    authority_name: str
    base_year: int
    run: str
    basis: str
    headlines: tuple[str, ...]
    charts: tuple[Picture, ...]
    maps: tuple[Picture, ...]
    balance: ReportTable
    main: ReportTable
    everything: ReportTable
    beside: ReportTable
    accuracy: ReportTable
    assumptions: ReportTable
    findings: ReportTable
    inputs: ReportTable
    scap: ReportTable
    licences: tuple[str, ...]
    csv_name: str = "gap.restricted.csv"
    returns: Mapping[str, ReportTable] = field(default_factory=dict)
    decisions: Mapping[str, ReportTable] = field(default_factory=dict)
    brief: Mapping[str, ReportTable] = field(default_factory=dict)
    tested: Mapping[str, ReportTable] = field(default_factory=dict)


def render_page(content: ReportContent) -> str:
    """Return the report as HTML, the same text for the same content."""
    template = _environment().get_template("page.html")
    return template.render(
        content=content,
        notice=NOTICE,
        base_census=census_label(content.base_year),
        glossary=glossary().itertuples(index=False),
    )


def glossary() -> pd.DataFrame:
    """Return one row a term used in reports: term, meaning."""
    with files("sufficiency.reports").joinpath("glossary.csv").open(encoding="utf-8") as handle:
        return pd.read_csv(handle, dtype=str)


def picture_table(picture: Picture) -> ReportTable:
    """Return the table that stands under a picture; its cells are already printed."""
    return ReportTable(f"Numbers shown: {picture.title}", picture.table)


def inline_svg(picture: Picture, key: str) -> Markup:
    """Return the picture as SVG that the template places as it is: its words are escaped."""
    return Markup(picture.svg(key))


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("sufficiency.reports"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["svg"] = inline_svg
    environment.filters["numbers"] = picture_table
    return environment
