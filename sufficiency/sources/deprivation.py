"""English Indices of Deprivation 2025 by LSOA 2021 (MHCLG)."""

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from sufficiency.contracts import Imd, checked, empty
from sufficiency.findings import Findings
from sufficiency.sources.files import read_text_table
from sufficiency.sources.layout import Layout
from sufficiency.sources.roles import Role, match_roles

LICENCE = (
    "Ministry of Housing, Communities and Local Government, English Indices of Deprivation 2025, "
    "Open Government Licence v3.0"
)
ROLES = (
    Role("LSOA 2021 code", (r"lsoa21(_code|cd)|lsoa code \(2021\)",)),
    Role("IMD score", (r"imd_score|index of multiple deprivation \(imd\) score",)),
    Role("IMD decile", (r"imd_decile|index of multiple deprivation \(imd\) decile.*",)),
)


def read_imd(path: Path, findings: Findings) -> pd.DataFrame:
    """Return one row an LSOA: lsoa, imd_score and imd_decile (1 is most deprived)."""
    raw = read_text_table(path, findings)
    found = match_roles(raw.columns, ROLES, path.name)
    score, decile = found["IMD score"], found["IMD decile"]
    table = pd.DataFrame(
        {
            "lsoa": raw[found["LSOA 2021 code"]].str.strip(),
            "imd_score": pd.to_numeric(raw[score], errors="coerce"),
            "imd_decile": pd.to_numeric(raw[decile], errors="coerce"),
        }
    )
    unread = table[["imd_score", "imd_decile"]].isna().any(axis=1) | ~table["imd_decile"].between(
        1, 10
    )
    if unread.any():
        findings.warn(
            "imd_unread",
            f"{int(unread.sum()):,} rows have no score, or a decile outside 1 to 10, and are left "
            "out.",
            "Load the file as published.",
            source=path.name,
            row=int(unread.to_numpy().argmax()) + 2,
            column=score,
            count=int(unread.sum()),
        )
    return table[~unread].drop_duplicates("lsoa").reset_index(drop=True)


def imd(
    tables: dict[str, pd.DataFrame], lsoas: Collection[str], findings: Findings
) -> pd.DataFrame:
    """Return deprivation of the given LSOAs (`Imd`), in order of code.

    Args:
        tables: Layout name to table; `imd_2025` is used.
        lsoas: LSOA 2021 codes of the authority.
        findings: Warns of LSOAs without a score.
    """
    table = tables.get("imd_2025")
    if table is None:
        findings.warn(
            "no_deprivation",
            "There is no file of deprivation by LSOA: homes are modelled from child population "
            "alone.",
            "Put the Indices of Deprivation 2025 by LSOA into inputs/deprivation.",
            source="deprivation",
        )
        return empty(Imd)
    own = table.drop_duplicates("lsoa", keep="last")
    own = own[own["lsoa"].isin(list(lsoas))].sort_values("lsoa", kind="stable")
    lacking = len(set(lsoas) - set(own["lsoa"]))
    if lacking:
        findings.warn(
            "deprivation_missing",
            f"{lacking:,} LSOAs of the authority have no deprivation score.",
            "Use the edition on LSOA 2021.",
            source="deprivation",
            column="imd_score",
            count=lacking,
        )
    return checked(Imd, own, "imd")


LAYOUTS = [
    Layout(
        name="imd_2025",
        folder="deprivation",
        title="English Indices of Deprivation 2025",
        columns=("lsoa21_code", "imd_score", "imd_decile"),
        licence=LICENCE,
        read=read_imd,
    ),
    Layout(
        name="imd_2025",
        folder="deprivation",
        title="English Indices of Deprivation 2025",
        columns=("lsoa code (2021)", "index of multiple deprivation (imd) score"),
        licence=LICENCE,
        read=read_imd,
    ),
]
