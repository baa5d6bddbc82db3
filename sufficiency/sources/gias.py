"""Get Information about Schools (GIAS): the layouts it is met in.

The full download (a hundred and more columns), a redistributed extract in snake case, and a list
of schools with age ranges and postcodes. All three become rows of one shape, which
`establishments` merges. The links file says which establishment took the place of which.
"""

import re
from pathlib import Path

import pandas as pd
import pyproj

from sufficiency import terms
from sufficiency.findings import Findings
from sufficiency.sources.establishments import establishments
from sufficiency.sources.files import read_text_table
from sufficiency.sources.layout import Layout
from sufficiency.sources.school_census import repaired_urn

__all__ = ["LAYOUTS", "establishments", "read_extract", "read_full", "read_links", "read_list"]

LICENCE = "Department for Education, Get Information about Schools, Open Government Licence v3.0"
STATUS = {"1": "open", "2": "closed", "3": "open", "4": "proposed"}
TEXT = {
    "gias_full": {
        "name": "EstablishmentName",
        "authority": "LA (code)",
        "authority_name": "LA (name)",
        "type_code": "TypeOfEstablishment (code)",
        "type_name": "TypeOfEstablishment (name)",
        "phase": "PhaseOfEducation (name)",
        "lsoa": "LSOA (code)",
        "postcode": "Postcode",
    },
    "gias_extract": {
        "name": "establishment_name",
        "authority": "la_code",
        "authority_name": "la_name",
        "type_name": "establishment_type",
        "phase": "education_phase",
        "lsoa": "lsoa_code",
    },
    "gias_list": {
        "name": "name",
        "authority_name": "localAuthority",
        "type_name": "schoolTypeLabel",
        "phase": "giasPhase",
        "postcode": "postcode",
    },
}
NUMBERS = {
    "gias_full": {
        "age_from": "StatutoryLowAge",
        "age_to": "StatutoryHighAge",
        "on_roll": "NumberOfPupils",
        "capacity": "SchoolCapacity",
        "resourced_provision_capacity": "ResourcedProvisionCapacity",
        "resourced_provision_on_roll": "ResourcedProvisionOnRoll",
        "sen_unit_capacity": "SenUnitCapacity",
        "sen_unit_on_roll": "SenUnitOnRoll",
        "easting": "Easting",
        "northing": "Northing",
    },
    "gias_extract": {"on_roll": "number_of_pupils", "easting": "easting", "northing": "northing"},
    "gias_list": {},
}
# Columns that only the person level needs: read where a file has them.
IDENTIFIERS = {
    "gias_full": {
        "ukprn": "UKPRN",
        "establishment_number": "EstablishmentNumber",
        "resourced_provision_type": "TypeOfResourcedProvision (name)",
    },
    "gias_extract": {"establishment_number": "establishment_number"},
    "gias_list": {},
}
DATES = {
    "gias_full": {"open_date": "OpenDate", "close_date": "CloseDate"},
    "gias_extract": {},
    "gias_list": {"open_date": "openDate"},
}
DAY_FORMATS = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y")
# The National Grid is 700 km by 1,300 km.
HIGHEST = {"easting": 700_000, "northing": 1_300_000, "age_from": 120, "age_to": 120}
MOST_PUPILS = 1_000_000
SHOWN = 10
SEN_COLUMNS = [f"SEN{n} (name)" for n in range(1, 14)]


def read_full(path: Path, findings: Findings) -> pd.DataFrame:
    """Return one row an establishment of the full GIAS download.

    Closed and proposed establishments are kept with their status. Approved needs are the codes
    before the dash in SEN1 to SEN13; their order says nothing.
    """
    raw = read_text_table(path, findings)
    table = _common(raw, "gias_full", path, findings)
    codes = raw["EstablishmentStatus (code)"].str.strip().str.replace(r"\.0$", "", regex=True)
    status = codes.map(pd.Series(STATUS))
    unknown = int((status.isna() & (codes != "")).sum())
    if unknown:
        findings.warn(
            "gias_status_unknown",
            f"{unknown:,} establishments have a status code other than 1 to 4; read as open.",
            "Check what the new code means.",
            source=path.name,
            column="EstablishmentStatus (code)",
            count=unknown,
        )
    table["status"] = status.fillna("open")
    table["designated_needs"] = _approved_needs(raw, path, findings)
    changed = raw.get("LastChangedDate")
    if changed is not None:
        text = changed.str.strip().str.replace("/", "-")
        days = pd.to_datetime(text, format="%d-%m-%Y", errors="coerce")
        table["as_at"] = "" if days.isna().all() else days.max().date().isoformat()
    return _one_row_a_urn(table, path, findings)


def read_extract(path: Path, findings: Findings) -> pd.DataFrame:
    """Return one row an establishment of the redistributed extract: open ones, with rolls."""
    raw = read_text_table(path, findings)
    table = _common(raw, "gias_extract", path, findings)
    return _one_row_a_urn(table, path, findings)


def read_list(path: Path, findings: Findings) -> pd.DataFrame:
    """Return one row a school of the list with age ranges, postcodes, latitude and longitude.

    Positions are turned into British National Grid eastings and northings (within about 2 m).
    """
    raw = read_text_table(path, findings)
    table = _common(raw, "gias_list", path, findings)
    ages = raw["ageRange"].str.extract(r"^\s*(\d{1,2})\s*(?:to|-)\s*(\d{1,2})\s*$")
    table["age_from"] = pd.to_numeric(ages[0])
    table["age_to"] = pd.to_numeric(ages[1])
    unread = int((ages[0].isna() & (raw["ageRange"].str.strip() != "")).sum())
    if unread:
        findings.warn(
            "age_range_unread",
            f"{unread:,} age ranges are not like '4 to 11' and are read as missing.",
            "Check the age ranges of these schools in the place register.",
            source=path.name,
            column="ageRange",
            count=unread,
        )
    if {"latitude", "longitude"} <= set(raw.columns):
        table["easting"], table["northing"] = _grid(raw)
    if "packGeneratedAt" in raw.columns:
        days = raw["packGeneratedAt"].str.strip()
        table["as_at"] = days.max() if days.str.fullmatch(r"\d{4}-\d\d-\d\d").any() else ""
    return _one_row_a_urn(table, path, findings)


def read_links(path: Path, findings: Findings) -> pd.DataFrame:
    """Return one row a link between establishments: urn, link_urn, link_type, established.

    `link_type` is in lower case as GIAS words it (`successor`, `predecessor - merged`...);
    `established` is an ISO date, empty if unknown. Rows without two URNs are left out.
    """
    raw = read_text_table(path, findings)
    columns = {name.lower(): name for name in raw.columns}
    cells = {name: raw[columns[name]].str.strip() for name in ("urn", "linkurn", "linktype")}
    dated = columns.get("linkestablisheddate")
    table = pd.DataFrame(
        {
            "urn": repaired_urn(cells["urn"], path.name, findings),
            "link_urn": repaired_urn(cells["linkurn"], path.name, findings),
            "link_type": cells["linktype"].str.lower(),
            "established": _days(raw[dated]) if dated else "",
        }
    )
    return table[(table["urn"] != "") & (table["link_urn"] != "")].reset_index(drop=True)


def _common(raw: pd.DataFrame, layout: str, path: Path, findings: Findings) -> pd.DataFrame:
    urn = "URN" if layout == "gias_full" else "urn"
    table = pd.DataFrame({"urn": repaired_urn(raw[urn], path.name, findings)})
    absent = []
    for name, column in TEXT[layout].items():
        absent += [column] if column not in raw.columns else []
        table[name] = raw[column].str.strip() if column in raw.columns else ""
    for name, column in NUMBERS[layout].items():
        absent += [column] if column not in raw.columns else []
        cells = raw[column] if column in raw.columns else pd.Series("", index=raw.index)
        table[name] = _number(cells, name, path, findings)
    if absent:
        findings.inform(
            "gias_column_absent",
            f"Columns not in this file, read as missing: {', '.join(absent)}.",
            source=path.name,
            count=len(absent),
        )
    for name in ("ukprn", "establishment_number", "resourced_provision_type"):
        column = IDENTIFIERS[layout].get(name, "")
        table[name] = raw[column].str.strip() if column in raw.columns else ""
    for name in ("open_date", "close_date"):
        column = DATES[layout].get(name, "")
        table[name] = _days(raw[column]) if column in raw.columns else ""
    for name in ("authority", "authority_name", "type_code", "type_name", "lsoa", "postcode"):
        if name not in table:
            table[name] = ""
    for name in NUMBERS["gias_full"]:
        if name not in table:
            table[name] = float("nan")
    for name in ("authority", "type_code", "ukprn", "establishment_number"):
        table[name] = table[name].str.replace(r"\.0$", "", regex=True)
    wrong = (table["authority"] != "") & ~table["authority"].str.fullmatch(r"[0-9]{3}")
    if wrong.any():
        _report_cells(raw[TEXT[layout]["authority"]], wrong, "three digits", path, findings)
        table["authority"] = table["authority"].mask(wrong, "")
    dated = re.search(r"(?<!\d)(20\d\d)(\d\d)(\d\d)(?!\d)", path.name)
    as_at = "-".join(dated.groups()) if dated else ""
    return table.assign(status="open", designated_needs="", as_at=as_at, layout=layout)


def _days(cells: pd.Series) -> pd.Series:
    """Return dates as ISO text; empty where a cell is no date."""
    text = cells.str.strip().str.slice(0, 10)
    days = pd.Series(pd.NaT, index=cells.index, dtype="datetime64[us]")
    for form in DAY_FORMATS:
        days = days.fillna(pd.to_datetime(text, format=form, errors="coerce").astype(days.dtype))
    return days.dt.strftime("%Y-%m-%d").astype("str").where(days.notna(), "")


def _number(cells: pd.Series, name: str, path: Path, findings: Findings) -> pd.Series:
    """Return cells as numbers; one that cannot be right is missing, and is reported."""
    text = cells.str.strip()
    numbers = pd.to_numeric(text, errors="coerce").astype(float)
    highest = HIGHEST.get(name, MOST_PUPILS)
    wrong = (text != "") & ~numbers.between(0, highest)
    if wrong.any():
        _report_cells(cells, wrong, f"a number from 0 to {highest:,}", path, findings)
    return numbers.mask(wrong)


def _report_cells(
    cells: pd.Series, wrong: pd.Series, wanted: str, path: Path, findings: Findings
) -> None:
    rows = [int(n) + 2 for n in wrong.index[wrong]]
    shown = ", ".join(map(str, rows[:SHOWN])) + (
        f" and {len(rows) - SHOWN:,} more" if len(rows) > SHOWN else ""
    )
    findings.warn(
        "gias_cell_unread",
        f"Row{'s' if len(rows) > 1 else ''} {shown}: not {wanted} "
        f"(first: {str(cells[wrong].iloc[0])[:20]!r}). Read as missing.",
        "Correct the cells, or download the file again.",
        source=path.name,
        row=rows[0],
        column=str(cells.name),
        count=len(rows),
    )


def _one_row_a_urn(table: pd.DataFrame, path: Path, findings: Findings) -> pd.DataFrame:
    table = table[table["urn"] != ""]
    repeated = int(table["urn"].duplicated().sum())
    if repeated:
        findings.warn(
            "urn_repeated",
            f"{repeated:,} URNs appear more than once; the last row of each is used.",
            "Download the file again.",
            source=path.name,
            column="urn",
            count=repeated,
        )
    return table.drop_duplicates("urn", keep="last").reset_index(drop=True)


def _approved_needs(raw: pd.DataFrame, path: Path, findings: Findings) -> pd.Series:
    columns = [c for c in SEN_COLUMNS if c in raw.columns]
    needs = pd.Series("", index=raw.index, dtype=str)
    known = terms.codes("needs")
    unknown: set[str] = set()
    for column in columns:
        text = raw[column].str.strip()
        code = text.str.split(" - ").str[0].str.strip().str.upper()
        given = (text != "") & ~text.str.lower().isin(["not applicable", "none"])
        unknown |= set(code[given & ~code.isin(known)])
        needs = needs.where(~(given & code.isin(known)), needs + " " + code)
    if unknown:
        findings.warn(
            "approved_need_unknown",
            f"Approved needs not in the list of needs are left out: {', '.join(sorted(unknown))}.",
            "Add the code to the needs table, or correct the designation in the place register.",
            source=path.name,
            column="SEN1 (name) to SEN13 (name)",
            count=len(unknown),
        )
    order = {need: n for n, need in enumerate(known)}
    unique = {
        text: " ".join(sorted(set(text.split()), key=lambda n: order[n])) for text in set(needs)
    }
    return needs.map(unique)


def _grid(raw: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    latitude = pd.to_numeric(raw["latitude"], errors="coerce")
    longitude = pd.to_numeric(raw["longitude"], errors="coerce")
    given = latitude.between(49, 61) & longitude.between(-9, 2)
    easting = pd.Series(float("nan"), index=raw.index)
    northing = easting.copy()
    if given.any():
        turn = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
        east, north = turn.transform(longitude[given].to_numpy(), latitude[given].to_numpy())
        easting.loc[given] = east.round(1)
        northing.loc[given] = north.round(1)
    return easting, northing


LAYOUTS = [
    Layout(
        name="gias_full",
        folder="schools",
        title="Get Information about Schools: full download of establishments",
        columns=(
            "urn",
            "la (code)",
            "establishmentname",
            "typeofestablishment (code)",
            "typeofestablishment (name)",
            "establishmentstatus (code)",
        ),
        licence=LICENCE,
        read=read_full,
    ),
    Layout(
        name="gias_extract",
        folder="schools",
        title="Get Information about Schools: open establishments, snake-case extract",
        columns=(
            "urn",
            "la_code",
            "establishment_name",
            "establishment_type",
            "education_phase",
            "number_of_pupils",
            "easting",
            "northing",
        ),
        licence=LICENCE,
        read=read_extract,
    ),
    Layout(
        name="gias_list",
        folder="schools",
        title="Schools of an area with age ranges and postcodes, based on GIAS",
        columns=("urn", "name", "localauthority", "postcode", "agerange", "schooltypelabel"),
        licence=LICENCE,
        read=read_list,
    ),
    Layout(
        name="gias_links",
        folder="schools",
        title="Get Information about Schools: links between establishments",
        columns=("urn", "linkurn", "linktype"),
        licence=LICENCE,
        read=read_links,
    ),
]
