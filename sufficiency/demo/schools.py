"""Westmere's schools and colleges, in the layouts of GIAS and of the school-level census.

Every name is invented and every URN (990001 on) and postcode area (ZZ) is unassigned.
"""

from importlib.resources import files

import numpy as np
import pandas as pd

from sufficiency.demo import england
from sufficiency.demo.land import TOWNS, Land
from sufficiency.demo.residents import expected
from sufficiency.demo.sharing import generator, whole
from sufficiency.terms import table

FIRST_MAINSTREAM = 990101
PRIMARIES, SECONDARIES = 62, 20
STAYING_ON = 0.45
TAUGHT_HERE = 0.93
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
BASES = {
    "primary 4": ("Resourced provision", 10, 9, "", ""),
    "primary 19": ("Resourced provision", 8, 8, "", ""),
    "primary 33": ("SEN unit", "", "", 12, 12),
    "secondary 2": ("Resourced provision", 14, 13, "", ""),
    "secondary 9": ("SEN unit", "", "", 12, 11),
}
GROUP_OF_TYPE = {
    "7": ("5", "Special schools"), "8": ("5", "Special schools"), "10": ("5", "Special schools"),
    "44": ("10", "Academies"), "33": ("10", "Academies"), "42": ("10", "Academies"),
    "34": ("10", "Academies"), "28": ("10", "Academies"), "36": ("11", "Free Schools"),
    "1": ("4", "Local authority maintained schools"),
    "2": ("4", "Local authority maintained schools"),
    "14": ("4", "Local authority maintained schools"),
    "32": ("9", "Other types"), "18": ("1", "Colleges"),
}  # fmt: skip
CENSUS_GROUP = {
    "7": "State-funded special school", "33": "State-funded special school",
    "36": "State-funded special school", "44": "State-funded special school",
    "8": "Non-maintained special school", "10": "Independent school",
    "14": "State-funded AP school", "42": "State-funded AP school",
}  # fmt: skip
PHASE_CODES = {"Not applicable": "0", "Primary": "2", "Secondary": "4", "16 plus": "6"}
STEMS = (
    "Anchorage", "Barnacle", "Capstan", "Dolphin Street", "Ebb Lane", "Ferrywell", "Gull Road",
    "Harbourmaster", "Islet", "Jibsail", "Keelson", "Limpet", "Mainmast", "Nautilus", "Oarsman",
    "Pennant", "Quayside Rise", "Rigging", "Starfish", "Tiller", "Updraught", "Velella",
    "Windlass", "Yardarm", "Zostera",
)  # fmt: skip


def schools(made: Land, seed: int) -> pd.DataFrame:
    """Return one row an establishment, with pupils by age and sex.

    Columns as `westmere_schools.csv`, and base (resourced provision or unit) columns, lsoa, ward,
    position and postcode; `girls` and `boys` hold pupils by single year of age, 0 to 19.
    """
    rng = generator(seed, "schools")
    path = files("sufficiency.demo").joinpath("westmere_schools.csv")
    with path.open(encoding="utf-8") as handle:
        special = pd.read_csv(handle, dtype=str, keep_default_na=False)
    rows = [*special.to_dict("records"), *_mainstream(rng)]
    placed = _placed(pd.DataFrame(rows), made, rng)
    pairs = [_pupils({str(k): v for k, v in r.items()}, rng) for r in placed.to_dict("records")]
    return placed.assign(girls=[g for g, _ in pairs], boys=[b for _, b in pairs])


def _mainstream(rng: np.random.Generator) -> list[dict[str, str]]:
    """Rolls that add up to most of the children of the area; primaries are emptier."""
    children = expected(2024, 400_000, 1.0)
    older, sixth = children[11:16].sum(), children[16:18].sum() * STAYING_ON
    sizes = {
        "Primary": (PRIMARIES, children[4:11].sum() * TAUGHT_HERE, 4, 11, 1.15),
        "Secondary": (SECONDARIES, (older + sixth) * TAUGHT_HERE, 11, 18, 1.12),
    }
    towns = np.repeat(list(TOWNS), [many for _, many in TOWNS.values()])
    rows = []
    for phase, (many, pupils, low, high, spare) in sizes.items():
        rolls = whole(rng.gamma(12.0, 1.0, many), round(pupils), rng)
        for n, roll in enumerate(rolls, start=1):
            name = f"{STEMS[(n - 1) % len(STEMS)]} {_kind(phase, (n - 1) // len(STEMS))}"
            base = BASES.get(f"{phase.lower()} {n}", ("Not applicable", "", "", "", ""))
            rows.append(
                {
                    "urn": str(FIRST_MAINSTREAM + len(rows)),
                    "name": name,
                    "type_code": ("34", "34", "28", "1", "34", "2")[n % 6],
                    "phase": phase,
                    "low_age": str(low),
                    "high_age": str(high),
                    "roll": str(int(roll)),
                    "capacity": str(
                        round(float(roll) * rng.uniform(1.0, 2 * spare - 1.0) / 15) * 15
                    ),
                    "needs": "",
                    "boys_share": "0.51",
                    "town": towns[int(rng.integers(len(towns)))],
                    "boarding": "",
                    "section_41": "",
                    "base_type": base[0],
                    "rp_capacity": str(base[1]),
                    "rp_roll": str(base[2]),
                    "unit_capacity": str(base[3]),
                    "unit_roll": str(base[4]),
                }
            )
    return rows


def _kind(phase: str, turn: int) -> str:
    if phase == "Secondary":
        return "High School"
    return ("Primary School", "Primary Academy", "Church Primary School")[turn]


def _placed(rows: pd.DataFrame, made: Land, rng: np.random.Generator) -> pd.DataFrame:
    """Put each school near the middle of a small area of its town."""
    inside = {
        town: rng.permutation(np.flatnonzero((made.areas["town"] == town).to_numpy()))
        for town in TOWNS
    }
    turn = rows.groupby("town").cumcount().to_numpy()
    chosen = [
        int(inside[str(town)][n % len(inside[str(town)])])
        for town, n in zip(rows["town"], turn, strict=True)
    ]
    area = made.areas.iloc[chosen].reset_index(drop=True)
    number = range(len(rows))
    return rows.fillna("").assign(
        lsoa=area["lsoa"],
        lsoa_name=area["lsoa_name"],
        msoa=area["msoa"],
        msoa_name=area["msoa_name"],
        ward=area["ward"],
        ward_name=area["ward_name"],
        easting=area["easting"].round().astype(int).astype(str),
        northing=area["northing"].round().astype(int).astype(str),
        postcode=[postcode(n) for n in number],
        establishment=[str(1001 + n) for n in number],
    )


def postcode(number: int) -> str:
    """Return an unassigned postcode in the seven-character form, such as `ZZ1 1AA`."""
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    unit, rest = number % len(letters), number // len(letters)
    second, rest = rest % len(letters), rest // len(letters)
    return f"ZZ{rest // 9 % 9 + 1} {rest % 9 + 1}{letters[second]}{letters[unit]}"


def _pupils(row: dict[str, str], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return girls and boys by age 0 to 19; an age runs to the last birthday before September."""
    roll = int(row["roll"] or 0)
    low, high = int(row["low_age"]), min(int(row["high_age"]), 19)
    weight = np.zeros(20)
    weight[low:high] = 1.0
    if row["phase"] == "Secondary":
        weight[16:high] = STAYING_ON
    if row["phase"] == "Not applicable":
        weight *= np.interp(np.arange(20), [3, 7, 12, 15, 16, 19], [0.3, 0.85, 1.2, 1.2, 0.6, 0.25])
    pupils = whole(weight * rng.gamma(30.0, 1 / 30.0, 20), roll, rng)
    boys = rng.binomial(pupils, float(row["boys_share"] or 0.5))
    return pupils - boys, boys


def register(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the schools as a full download of GIAS, every column of the header."""
    types = table("establishment_types").set_index("type_code")["type_name"]
    made = pd.DataFrame("", index=rows.index, columns=pd.Index(england.header("gias")))
    boys, girls = (_totals(rows, sex).astype(str) for sex in ("boys", "girls"))
    counted = rows["roll"] != ""
    is_special = rows["phase"] == "Not applicable"
    values = {
        "URN": rows["urn"],
        "LA (code)": "999",
        "LA (name)": "Westmere",
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
        "EstablishmentStatus (code)": "1",
        "EstablishmentStatus (name)": "Open",
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
        "NumberOfBoys": boys.where(counted, ""),
        "NumberOfGirls": girls.where(counted, ""),
        "LastChangedDate": LAST_CHANGED,
        "Town": rows["town"],
        "Postcode": rows["postcode"],
        "Section41Approved (name)": rows["section_41"].replace("", "Not applicable"),
        "TypeOfResourcedProvision (name)": rows["base_type"].where(~is_special, ""),
        "ResourcedProvisionOnRoll": rows["rp_roll"],
        "ResourcedProvisionCapacity": rows["rp_capacity"],
        "SenUnitOnRoll": rows["unit_roll"],
        "SenUnitCapacity": rows["unit_capacity"],
        "DistrictAdministrative (code)": "E06000999",
        "DistrictAdministrative (name)": "Westmere",
        "AdministrativeWard (code)": rows["ward"],
        "AdministrativeWard (name)": rows["ward_name"],
        "GOR (name)": "Demo Region",
        "GSSLACode (name)": "E06000999",
        "Easting": rows["easting"],
        "Northing": rows["northing"],
        "MSOA (name)": rows["msoa_name"],
        "LSOA (name)": rows["lsoa_name"],
        "MSOA (code)": rows["msoa"],
        "LSOA (code)": rows["lsoa"],
        "PreviousLA (code)": "999",
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


def _totals(rows: pd.DataFrame, sex: str) -> pd.Series:
    return pd.Series(np.stack(rows[sex].to_list()).sum(axis=1), index=rows.index)


def census(rows: pd.DataFrame) -> pd.DataFrame:
    """Return January 2025 headcounts by age and sex, in the school-level layout.

    Columns that the demo does not model (meals, ethnicity, language) hold `z`.
    """
    counted = rows[rows["roll"] != ""].reset_index(drop=True)
    types = table("establishment_types").set_index("type_code")["type_name"]
    header = england.header("school_census")
    made = pd.DataFrame("z", index=counted.index, columns=pd.Index(header))
    values = {
        "time_period": "202425",
        "time_identifier": "Academic year",
        "geographic_level": "School",
        "country_code": "E92000001",
        "country_name": "England",
        "region_name": "Demo Region",
        "region_code": "E12000099",
        "urn": counted["urn"],
        "old_la_code": "999",
        "la_name": "Westmere",
        "new_la_code": "E06000999",
        "estab": counted["establishment"],
        "school_name": counted["name"],
        "laestab": "999" + counted["establishment"],
        "phase_type_grouping": [
            CENSUS_GROUP.get(t, f"State-funded {p.lower()}")
            for t, p in zip(counted["type_code"], counted["phase"], strict=True)
        ],
        "sex_of_school_description": "Mixed",
        "typeofestablishment_name": counted["type_code"].map(types),
        "district_administrative_code": "E06000999",
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
    for sex in ("girls", "boys"):
        pupils = np.stack(counted[sex].to_list())
        made[f"headcount total {sex}"] = pupils.sum(axis=1).astype(str)
        for column in header:
            words = column.lower().replace("-", " ").split()
            if words[1:4] == ["time", sex, "aged"] and len(words) == 5:
                full = words[0] == "full"
                made[column] = pupils[:, int(words[4])].astype(str) if full else "0"
    return made
