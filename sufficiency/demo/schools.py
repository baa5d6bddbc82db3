"""Westmere's schools and colleges, and their pupils by age.

Every name is invented and every URN (990001 on) and postcode area (ZZ) is unassigned.
"""

from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import pandas as pd

from sufficiency.demo.land import TOWNS, Land
from sufficiency.demo.residents import expected
from sufficiency.demo.sharing import generator, whole

FIRST_MAINSTREAM = 990101
PRIMARIES, SECONDARIES = 62, 20
STAYING_ON = 0.45
RESIDENTS = 400_000
FIRST_SCHOOL_POSTCODE = 5_000
SPECIAL_PROFILE = {3: 0.3, 7: 0.85, 12: 1.2, 15: 1.2, 16: 0.6, 19: 0.25}
TAUGHT_HERE = 0.93
BASES = {
    "primary 4": ("Resourced provision", 10, 9, "", ""),
    "primary 19": ("Resourced provision", 8, 8, "", ""),
    "primary 33": ("SEN unit", "", "", 12, 12),
    "secondary 2": ("Resourced provision", 14, 13, "", ""),
    "secondary 9": ("SEN unit", "", "", 12, 11),
}
FREE_SCHOOLS = ("primary 12", "primary 47", "secondary 6")
STEMS = (
    "Anchorage", "Barnacle", "Capstan", "Dolphin Street", "Ebb Lane", "Ferrywell", "Gull Road",
    "Harbourmaster", "Islet", "Jibsail", "Keelson", "Limpet", "Mainmast", "Nautilus", "Oarsman",
    "Pennant", "Quayside Rise", "Rigging", "Starfish", "Tiller", "Updraught", "Velella",
    "Windlass", "Yardarm", "Zostera",
)  # fmt: skip


@dataclass(frozen=True)
class Schools:
    """Westmere's schools and colleges.

    Attributes:
        rows: One row an establishment, all text: the columns of `westmere_schools.csv`, its base
            (`base_type`, `rp_...`, `unit_...`), small area, position, postcode and number.
        girls: Girls on roll by single year of age 0 to 19, in the rows' order.
        boys: Boys, likewise.
    """

    rows: pd.DataFrame
    girls: np.ndarray
    boys: np.ndarray


def schools(made: Land, seed: int) -> Schools:
    """Return the schools and colleges on Westmere's land, with pupils in January 2025."""
    rng = generator(seed, "schools")
    path = files("sufficiency.demo").joinpath("westmere_schools.csv")
    with path.open(encoding="utf-8") as handle:
        special = pd.read_csv(handle, dtype=str, keep_default_na=False)
    rows = [*special.to_dict("records"), *_mainstream(rng)]
    placed = _placed(pd.DataFrame(rows), made, rng)
    pupils = np.stack([_pupils(placed.iloc[n], rng) for n in range(len(placed))])
    share = placed["boys_share"].replace("", "0.5").astype(float).to_numpy()
    boys = rng.binomial(pupils, share[:, None])
    return Schools(placed, pupils - boys, boys)


def _mainstream(rng: np.random.Generator) -> list[dict[str, str]]:
    """Rolls that add up to most of the children of the area; primaries are emptier."""
    children = expected(2024, RESIDENTS, 1.0)
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
            kind = ("34", "34", "28", "1", "34", "2")[n % 6]
            base = BASES.get(f"{phase.lower()} {n}", ("Not applicable", "", "", "", ""))
            rows.append(
                {
                    "urn": str(FIRST_MAINSTREAM + len(rows)),
                    "name": name,
                    "type_code": "35" if f"{phase.lower()} {n}" in FREE_SCHOOLS else kind,
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
        postcode=[postcode(FIRST_SCHOOL_POSTCODE + n) for n in number],
        establishment=[str(1001 + n) for n in number],
    )


def postcode(number: int) -> str:
    """Return an unassigned postcode in the seven-character form, such as `ZZ1 1AA`."""
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    unit, rest = number % len(letters), number // len(letters)
    second, rest = rest % len(letters), rest // len(letters)
    return f"ZZ{rest // 9 % 9 + 1} {rest % 9 + 1}{letters[second]}{letters[unit]}"


def _pupils(row: pd.Series, rng: np.random.Generator) -> np.ndarray:
    """Return pupils by age at 31 August, 0 to 19, which sum to the roll."""
    low, high = int(row["low_age"]), min(int(row["high_age"]), 19)
    weight = np.zeros(20)
    weight[low:high] = 1.0
    if row["phase"] == "Secondary":
        weight[16:high] = STAYING_ON
    if row["phase"] == "Not applicable":
        weight *= np.interp(np.arange(20), list(SPECIAL_PROFILE), list(SPECIAL_PROFILE.values()))
    return whole(weight * rng.gamma(200.0, 1 / 200.0, 20), int(row["roll"] or 0), rng)
