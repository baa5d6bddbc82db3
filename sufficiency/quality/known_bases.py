"""Units and resourced provision that GIAS or the place register knows of."""

import pandas as pd

from sufficiency.people.reference import Reference
from sufficiency.places.periods import counted_rows, in_force_on

PROVISIONS = {"unit": "sen_unit", "rp": "resourced_provision"}
CAPACITIES = ["commissioned_places", "scap_capacity", "physical_capacity"]


def known_bases(reference: Reference, day: pd.Timestamp) -> pd.DataFrame:
    """Return the known bases, one row a school and base, ordered by URN and base.

    GIAS is as it was downloaded, whatever the day: it keeps no history of bases.

    Args:
        reference: GIAS (`schools`) and the register, where there is one.
        day: Day on which register rows must be in force; proposed rows never count.

    Returns:
        urn, base (`unit` or `rp`), gias (on roll, else capacity; missing where GIAS has no such
        base or no number), register (places: commissioned, else as reported in SCAP, else
        physical; missing where it has no row), imports (pupils of other authorities in the
        register, 0 where not told).
    """
    parts = [_from_gias(reference.schools, base, day) for base in PROVISIONS]
    parts += [_from_register(reference.register, base, day) for base in PROVISIONS]
    rows = pd.concat(parts, ignore_index=True)
    summed = rows.groupby(["urn", "base"], sort=True)[["gias", "register", "imports"]].sum(
        min_count=1
    )
    made = summed.reset_index().astype({"gias": "Int32", "register": "Int32"})
    return made.assign(imports=made["imports"].fillna(0).astype("int32"))


def covers_the_country(schools: pd.DataFrame) -> bool:
    """Return whether a full GIAS download is among the files: only it has UKPRNs or closed schools.

    Without one, a school of another authority may be missing from the files and yet be right.
    """
    return bool((schools["ukprn"] != "").any() or (schools["status"] == "closed").any())


def _from_gias(schools: pd.DataFrame, base: str, day: pd.Timestamp) -> pd.DataFrame:
    has = schools[schools[f"has_{base}"] & ~(schools["close_date"] < day)]
    on_roll = has[f"{base}_on_roll"].astype("Int64")
    capacity = has[f"{base}_capacity"].astype("Int64")
    return pd.DataFrame(
        {
            "urn": has["urn"],
            "base": base,
            "gias": on_roll.fillna(capacity),
            "register": pd.array([pd.NA] * len(has), dtype="Int64"),
            "imports": pd.array([pd.NA] * len(has), dtype="Int64"),
        }
    )


def _from_register(register: pd.DataFrame | None, base: str, day: pd.Timestamp) -> pd.DataFrame:
    columns = {"urn": "str", "base": "str"} | dict.fromkeys(
        ("gias", "register", "imports"), "Int64"
    )
    if register is None:
        return pd.DataFrame({name: [] for name in columns}).astype(columns)
    held = counted_rows(register[register["provision"] == PROVISIONS[base]])
    held = held[in_force_on(held, day.date().isoformat())]
    places = held[CAPACITIES].astype("Int64").bfill(axis=1).iloc[:, 0]
    return pd.DataFrame(
        {
            "urn": held["urn"],
            "base": base,
            "gias": pd.array([pd.NA] * len(held), dtype="Int64"),
            "register": places.to_numpy(),
            "imports": held["other_la_places"].astype("Int64"),
        }
    ).astype(columns)
