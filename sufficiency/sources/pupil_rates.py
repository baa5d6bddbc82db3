"""Share of pupils with a plan, from DfE's Local Authority Interactive Tool (LAIT).

Of the tool's many indicators one is used: the per cent of pupils in an authority's schools who
have a statement or EHC plan. It tells how high an authority's plan rate stood at each January, for
years in which no population estimate had come out yet.
"""

from pathlib import Path

import pandas as pd

from sufficiency.contracts import PupilRates, checked, empty
from sufficiency.findings import Findings
from sufficiency.sources.files import read_text_table
from sufficiency.sources.layout import Layout
from sufficiency.sources.symbols import parse

LICENCE = "Department for Education, Local Authority Interactive Tool, Open Government Licence v3.0"
INDICATOR = "SEN_TotStat"
LAYOUT = "lait_indicators"
FIRST_AREA = 960  # England, regions and groups of authorities are numbered 970 and over
NAMES = ("short desc", "years", "la number", "values")
COLUMNS = ["authority", "year", "percent", "source"]


def read_indicators(path: Path, findings: Findings) -> pd.DataFrame:
    """Return one row an authority and January: authority, year, percent, source.

    The tool prints codes as `301.0`, a dash where there is no value, and years as `2025` or
    `2025 (prov)`. Other indicators, England and the regions are left out.
    """
    raw = read_text_table(path, findings)
    by_name = {str(name).strip().lower(): str(name) for name in raw.columns}
    indicator, years, number, values = (by_name[name] for name in NAMES)
    rows = raw[raw[indicator].str.strip().str.upper() == INDICATOR.upper()]
    code = rows[number].str.strip().str.replace(r"\.0+$", "", regex=True)
    year = rows[years].str.extract(r"^\s*(20\d\d)\s*(?:\(.*\))?\s*$")[0]
    dash = rows[values].str.strip() == "-"
    percent, status = parse(rows[values].mask(dash, "x"), findings, path.name)
    is_place = code.str.fullmatch(r"\d{3}")
    outside = (percent < 0) | (percent > 100)
    unread = ~is_place | year.isna() | outside
    if unread.any():
        findings.warn(
            "pupil_rate_unread",
            f"{int(unread.sum()):,} rows of {INDICATOR} have no three-digit code, no year "
            "such as 2025, or a share outside 0 to 100, and are left out.",
            "Load the file as published.",
            source=path.name,
            row=int(raw.index.get_loc(unread.idxmax())) + 2,  # pyright: ignore[reportArgumentType]
            column=f"{number}, {years}, {values}",
            count=int(unread.sum()),
        )
    table = pd.DataFrame(
        {"authority": code, "year": year, "percent": percent, "source": LAYOUT},
    )
    kept = table[~unread & status.isin(["ok", "zero"])]
    kept = kept[kept["authority"].astype(int) < FIRST_AREA].astype({"year": "int32"})
    if rows.empty:
        findings.warn(
            "no_pupil_rates",
            f"{path.name} has no rows of {INDICATOR}, the per cent of pupils with a "
            "statement or EHC plan.",
            "In the Local Authority Interactive Tool choose SEN, then that indicator, all "
            "authorities, all years.",
            source=path.name,
            column=indicator,
        )
    return kept.drop_duplicates(["authority", "year"], keep="last").reset_index(drop=True)


def pupil_rates(tables: dict[str, pd.DataFrame], findings: Findings) -> pd.DataFrame:
    """Return the per cent of pupils with a plan by authority and January (`PupilRates`).

    Where editions overlap, the file whose name comes last wins.

    Args:
        tables: Layout name to table; `lait_indicators` is used.
        findings: Says where there is no such file.
    """
    table = tables.get(LAYOUT)
    if table is None:
        findings.inform(
            "no_pupil_rates",
            "There is no file of the per cent of pupils with a plan: how high each authority's "
            "plan rate stands is known from population estimates alone, and totals four years "
            "ahead and more are less sure.",
            "Put the SEN indicators of DfE's Local Authority Interactive Tool into "
            "inputs/indicators (CSV).",
            source="pupil rates",
        )
        return empty(PupilRates)
    latest = table.drop_duplicates(["authority", "year"], keep="last")
    ordered = latest.sort_values(["authority", "year"], ignore_index=True)[COLUMNS]
    return checked(PupilRates, ordered, "pupil_rates")


LAYOUTS = [
    Layout(
        name=LAYOUT,
        folder="indicators",
        title="DfE Local Authority Interactive Tool, SEN indicators",
        columns=(*NAMES, "la and regions"),
        licence=LICENCE,
        read=read_indicators,
    )
]
