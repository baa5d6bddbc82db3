"""Westmere's schools in the layouts of GIAS (full download) and of the school-level census."""

import numpy as np
import pandas as pd

from sufficiency.demo import layouts
from sufficiency.demo.authorities import NAMES, REGIONS, WESTMERE, WESTMERE_ONS, WESTMERE_REGION
from sufficiency.demo.schools import Schools
from sufficiency.terms import table

CENSUS_DAY, LAST_CHANGED = "16-01-2025", "30-05-2025"
NEED_NAMES = {
    "SPLD": "SpLD - Specific Learning Difficulty", "VI": "VI - Visual Impairment",
    "OTH": "OTH - Other Difficulty/Disability", "HI": "HI - Hearing Impairment",
    "SLCN": "SLCN - Speech, language and Communication", "ASD": "ASD - Autistic Spectrum Disorder",
    "SEMH": "SEMH - Social, Emotional and Mental Health",
    "MSI": "MSI - Multi-Sensory Impairment", "PD": "PD - Physical Disability",
    "MLD": "MLD - Moderate Learning Difficulty", "SLD": "SLD - Severe Learning Difficulty",
    "PMLD": "PMLD - Profound and Multiple Learning Difficulty",
}  # fmt: skip
GROUP_OF_TYPE = {
    "7": ("5", "Special schools"), "8": ("5", "Special schools"), "10": ("5", "Special schools"),
    "44": ("10", "Academies"), "33": ("10", "Academies"), "42": ("10", "Academies"),
    "34": ("10", "Academies"), "28": ("10", "Academies"), "36": ("11", "Free Schools"),
    "35": ("11", "Free Schools"), "11": ("3", "Independent schools"),
    "1": ("4", "Local authority maintained schools"),
    "2": ("4", "Local authority maintained schools"),
    "14": ("4", "Local authority maintained schools"),
    "32": ("9", "Other types"), "18": ("1", "Colleges"), "29": ("2", "Universities"),
}  # fmt: skip
CENSUS_GROUP = {
    "7": "State-funded special school", "33": "State-funded special school",
    "36": "State-funded special school", "44": "State-funded special school",
    "8": "Non-maintained special school", "10": "Independent school",
    "14": "State-funded AP school", "42": "State-funded AP school",
}  # fmt: skip
PHASE_CODES = {"Not applicable": "0", "Primary": "2", "Secondary": "4", "16 plus": "6"}


def register(schools: Schools, elsewhere: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the schools as a full download of GIAS, every column of the header.

    Args:
        schools: Westmere's schools.
        elsewhere: Establishments of other authorities that its children use, with `authority`.
    """
    own = schools.rows.assign(authority=WESTMERE)
    rows = own if elsewhere is None else pd.concat([own, elsewhere], ignore_index=True).fillna("")
    here = rows["authority"] == WESTMERE
    name = {str(960 + n): name for n, name in enumerate(NAMES)} | {WESTMERE: "Westmere"}
    ons = ("E06000" + rows["authority"]).where(~here, WESTMERE_ONS)
    types = table("establishment_types").set_index("type_code")["type_name"]
    made = pd.DataFrame("", index=rows.index, columns=pd.Index(layouts.header("gias")))
    roll = pd.to_numeric(rows["roll"], errors="coerce").fillna(0)
    share = pd.to_numeric(rows["boys_share"], errors="coerce").fillna(0.5)
    boys = pd.Series(schools.boys.sum(axis=1)).reindex(rows.index)
    boys = boys.fillna((roll * share).round()).astype(int)
    girls = pd.Series(schools.girls.sum(axis=1)).reindex(rows.index).fillna(roll - boys).astype(int)
    counted = rows["roll"] != ""
    closed = rows["closed"] if "closed" in rows else pd.Series("", index=rows.index)
    is_special = rows["phase"] == "Not applicable"
    values = {
        "URN": rows["urn"],
        "LA (code)": rows["authority"],
        "LA (name)": rows["authority"].map(name),
        "UKPRN": "99" + rows["urn"],
        "EstablishmentNumber": rows["establishment"],
        "EstablishmentName": rows["name"],
        "TypeOfEstablishment (code)": rows["type_code"],
        "TypeOfEstablishment (name)": rows["type_code"].map(types),
        "EstablishmentTypeGroup (code)": rows["type_code"].map(
            {t: code for t, (code, _) in GROUP_OF_TYPE.items()}
        ),
        "EstablishmentTypeGroup (name)": rows["type_code"].map(
            {t: name for t, (_, name) in GROUP_OF_TYPE.items()}
        ),
        "EstablishmentStatus (code)": np.where(closed == "", "1", "2"),
        "EstablishmentStatus (name)": np.where(closed == "", "Open", "Closed"),
        "CloseDate": closed,
        "ReasonEstablishmentOpened (code)": "0",
        "ReasonEstablishmentOpened (name)": "Not applicable",
        "PhaseOfEducation (code)": rows["phase"].map(PHASE_CODES),
        "PhaseOfEducation (name)": rows["phase"],
        "StatutoryLowAge": rows["low_age"],
        "StatutoryHighAge": rows["high_age"],
        "Boarders (name)": rows["boarding"].replace("", "No boarders"),
        "Gender (code)": "3",
        "Gender (name)": "Mixed",
        "SchoolCapacity": rows["capacity"],
        "SpecialClasses (name)": np.where(
            rows["base_type"].str.contains("resourced|SEN", case=False),
            "Has Special Classes",
            "No Special Classes",
        ),
        "CensusDate": CENSUS_DAY,
        "NumberOfPupils": rows["roll"],
        "NumberOfBoys": boys.astype(str).where(counted, ""),
        "NumberOfGirls": girls.astype(str).where(counted, ""),
        "LastChangedDate": LAST_CHANGED,
        "Town": rows["town"],
        "Postcode": rows["postcode"],
        "Section41Approved (name)": rows["section_41"].replace("", "Not applicable"),
        "TypeOfResourcedProvision (name)": rows["base_type"].where(~is_special, ""),
        "ResourcedProvisionOnRoll": rows["rp_roll"],
        "ResourcedProvisionCapacity": rows["rp_capacity"],
        "SenUnitOnRoll": rows["unit_roll"],
        "SenUnitCapacity": rows["unit_capacity"],
        "DistrictAdministrative (code)": ons,
        "DistrictAdministrative (name)": rows["authority"].map(name),
        "AdministrativeWard (code)": rows["ward"],
        "AdministrativeWard (name)": rows["ward_name"],
        "GOR (name)": REGIONS[WESTMERE_REGION],
        "GSSLACode (name)": ons,
        "Easting": rows["easting"],
        "Northing": rows["northing"],
        "MSOA (name)": rows["msoa_name"],
        "LSOA (name)": rows["lsoa_name"],
        "MSOA (code)": rows["msoa"],
        "LSOA (code)": rows["lsoa"],
        "PreviousLA (code)": rows["authority"],
        "Country (name)": "United Kingdom",
    }
    for column, value in values.items():
        made[column] = value
    needs = rows["needs"].str.split()
    for n in range(13):
        made[f"SEN{n + 1} (name)"] = [
            NEED_NAMES[codes[n]] if n < len(codes) else "" for codes in needs
        ]
    return made


def census(schools: Schools) -> pd.DataFrame:
    """Return January 2025 headcounts by age and sex, in the school-level layout.

    Columns that the demo does not model (meals, ethnicity, language) hold `z`.
    """
    known = (schools.rows["roll"] != "").to_numpy()
    counted = schools.rows[known].reset_index(drop=True)
    types = table("establishment_types").set_index("type_code")["type_name"]
    header = layouts.header("school_census")
    made = pd.DataFrame("z", index=counted.index, columns=pd.Index(header))
    values = {
        "time_period": "202425",
        "time_identifier": "Academic year",
        "geographic_level": "School",
        "country_code": "E92000001",
        "country_name": "England",
        "region_name": REGIONS[WESTMERE_REGION],
        "region_code": WESTMERE_REGION,
        "urn": counted["urn"],
        "old_la_code": WESTMERE,
        "la_name": "Westmere",
        "new_la_code": WESTMERE_ONS,
        "estab": counted["establishment"],
        "school_name": counted["name"],
        "laestab": WESTMERE + counted["establishment"],
        "phase_type_grouping": [
            CENSUS_GROUP.get(t, f"State-funded {p.lower()}")
            for t, p in zip(counted["type_code"], counted["phase"], strict=True)
        ],
        "sex_of_school_description": "Mixed",
        "typeofestablishment_name": counted["type_code"].map(types),
        "district_administrative_code": WESTMERE_ONS,
        "district_administrative_name": "Westmere",
        "ward_code": counted["ward"],
        "ward_name": counted["ward_name"],
        "school_postcode": counted["postcode"],
        "part time pupils": "0",
        "full time pupils": counted["roll"],
        "headcount of pupils": counted["roll"],
        "fte pupils": counted["roll"],
    }
    for column, value in values.items():
        made[column] = value
    for sex, pupils in (("girls", schools.girls[known]), ("boys", schools.boys[known])):
        made[f"headcount total {sex}"] = pupils.sum(axis=1).astype(str)
        for column in header:
            words = column.lower().replace("-", " ").split()
            if words[1:4] == ["time", sex, "aged"] and len(words) == 5:
                full = words[0] == "full"
                made[column] = pupils[:, int(words[4])].astype(str) if full else "0"
    return made
