"""ONS population files: estimates, projections and the census, by single year or broad age."""

import re
from pathlib import Path

import pandas as pd

from sufficiency.errors import SourceError
from sufficiency.findings import Findings
from sufficiency.sources.cohorts import AGES
from sufficiency.sources.files import read_text_table
from sufficiency.sources.geography import LSOA
from sufficiency.sources.layout import Layout
from sufficiency.sources.roles import Role, match_roles, vintages

LICENCE = "Office for National Statistics, Open Government Licence v3.0"
AREA_ROLES = (
    Role("area code", ("code", r"(ltla|lad)\d\d(_code|cd)", r"lsoa(11|21)(_code|cd)")),
    Role("area name", ("name", r"(ltla|lad)\d\d(_name|nm)", r"lsoa(11|21)(_name|nm)")),
)
MOST_PERSONS = 1e9
SINGLE_AGES = tuple(str(age) for age in AGES)


def read_estimates(path: Path, findings: Findings) -> pd.DataFrame:
    """Return one row an area and age 0 to 25 of a mid-year estimate with one column an age.

    Columns: code, name, year, age, persons. The mid-year is only in the file's name.

    Raises:
        SourceError: The name has no year or several, or an age from 0 to 25 has no column.
    """
    year = mid_year(path.name)
    raw = read_text_table(path, findings)
    found = match_roles(raw.columns, AREA_ROLES, path.name)
    lacking = [age for age in SINGLE_AGES if age not in raw.columns]
    if lacking:
        raise SourceError(
            f"{path.name}: no column for age {', '.join(lacking)}. "
            "Use the estimates by single year of age."
        )
    wide = pd.DataFrame({"code": raw[found["area code"]].str.strip()})
    wide["name"] = raw[found["area name"]].str.strip()
    wide["year"] = year
    for age in SINGLE_AGES:
        wide[int(age)] = _persons(raw[age], path, findings)
    long = wide.melt(["code", "name", "year"], var_name="age", value_name="persons")
    return long.assign(age=long["age"].astype("int64")).dropna(subset="persons")


def read_projection(path: Path, findings: Findings) -> pd.DataFrame:
    """Return one row an area, mid-year and single age of a subnational projection.

    Columns: code, year, age, persons. Males and females are added where there is no row for
    persons; "All ages", age groups, components of change and empty cells are left out.
    """
    raw = read_text_table(path, findings)
    raw.columns = [str(c).strip().upper() for c in raw.columns]
    years = [c for c in raw.columns if re.fullmatch(r"20\d\d", c)]
    kept = raw["AGE_GROUP"].str.strip().isin(SINGLE_AGES)
    if "COMPONENT" in raw.columns:
        kept &= raw["COMPONENT"].str.strip().str.lower().eq("population")
    sex = raw["SEX"].str.strip().str.lower()
    persons = sex.eq("persons")
    kept &= persons if persons.any() else sex.isin(["males", "females", "male", "female"])
    wide = pd.DataFrame({"code": raw["AREA_CODE"].str.strip(), "age": raw["AGE_GROUP"].str.strip()})
    wide = wide[kept].astype({"age": "int64"})
    for year in years:
        wide[int(year)] = _persons(raw.loc[kept, year], path, findings, may_be_empty=True)
    long = wide.melt(["code", "age"], var_name="year", value_name="persons")
    long = long.dropna(subset="persons").astype({"year": "int64"})
    return long.groupby(["code", "year", "age"])["persons"].sum().reset_index()


def read_census(path: Path, findings: Findings) -> pd.DataFrame:
    """Return one row an LSOA 2021 and broad age group: lsoa, age_from, age_to, persons."""
    raw = read_text_table(path, findings)
    found = match_roles(raw.columns, (LSOA,), path.name)
    numbers = raw["age_group"].str.findall(r"\d+")
    first = numbers.str[0].fillna("0").astype("int64")
    youngest = raw["age_group"].str.contains("and under", case=False)
    return pd.DataFrame(
        {
            "lsoa": raw[found[LSOA.name]].str.strip(),
            "age_from": first.mask(youngest, 0),
            "age_to": numbers.str[1].fillna("120").astype("int64").mask(youngest, first),
            "persons": _persons(raw["usual_residents"], path, findings),
        }
    )


def mid_year(name: str) -> int:
    """Return the mid-year in a file's name, such as 2023 in `mye_lad_syoa_mid2023_uk.csv.gz`."""
    marked = re.findall(r"mid[-_ ]?(20\d\d)(?!\d)", name, re.IGNORECASE)
    years = sorted(set(marked or re.findall(r"(?<!\d)(20\d\d)(?!\d)", name)))
    if len(years) != 1:
        raise SourceError(
            f"{name}: the file has no column for the year, and its name "
            + (f"has {' and '.join(years)}" if years else "has none")
            + ". Put the mid-year of the estimate into the name, for example mid2023."
        )
    return int(years[0])


def _persons(
    cells: pd.Series, path: Path, findings: Findings, may_be_empty: bool = False
) -> pd.Series:
    """Return cells as persons; what is not a number is missing, never nobody."""
    text = cells.str.strip().str.replace(",", "")
    numbers = pd.to_numeric(text, errors="coerce").astype(float)
    wrong = ~numbers.between(0, MOST_PERSONS)
    if may_be_empty:
        wrong &= text != ""
    if wrong.any():
        first = wrong.index[wrong][0]
        more = int(wrong.sum()) - 1
        findings.block(
            "population_unread",
            f"{str(cells[first]).strip()[:20] or 'A blank cell'} is not a number of persons"
            + (f", nor are {more:,} further down the column." if more else "."),
            "Correct the cell, or download the file again.",
            source=path.name,
            row=int(first) + 2,
            column=str(cells.name),
            count=int(wrong.sum()),
        )
    return numbers.mask(wrong)


LAYOUTS = [
    Layout(
        name="mye_district",
        folder="population",
        title="ONS mid-year population estimates, districts, single year of age",
        columns=(*SINGLE_AGES, "90+"),
        licence=LICENCE,
        read=read_estimates,
        any_of=(("code", *vintages("ltla", "_code"), *vintages("lad", "cd")),),
    ),
    Layout(
        name="mye_lsoa11",
        folder="population",
        title="ONS small-area population estimates, LSOA 2011, single year of age",
        columns=(*SINGLE_AGES, "90+"),
        licence=LICENCE,
        read=read_estimates,
        any_of=(("lsoa11_code", "lsoa11cd"),),
    ),
    Layout(
        name="mye_lsoa21",
        folder="population",
        title="ONS small-area population estimates, LSOA 2021, single year of age",
        columns=(*SINGLE_AGES, "90+"),
        licence=LICENCE,
        read=read_estimates,
        any_of=(("lsoa21_code", "lsoa21cd"),),
    ),
    Layout(
        name="snpp",
        folder="population",
        title="ONS subnational population projections",
        columns=("area_code", "sex", "age_group"),
        licence=LICENCE,
        read=read_projection,
    ),
    Layout(
        name="census2021_lsoa21",
        folder="population",
        title="Census 2021 residents by broad age, LSOA 2021",
        columns=("age_group", "usual_residents"),
        licence=LICENCE,
        read=read_census,
        any_of=(("lsoa21_code", "lsoa21cd"),),
    ),
]
