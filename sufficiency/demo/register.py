"""The place register that a planner of Westmere would confirm, from the starter register."""

from importlib.resources import files

import pandas as pd

from sufficiency.contracts import Register, checked

KEYS = ["urn", "provision"]
NUMBERS = ("physical_capacity", "scap_capacity", "commissioned_places", "occupants_without_plan",
           "other_la_places")  # fmt: skip
WORDS = ("acceptable_needs", "flexible", "effective_to", "change_status", "notes")
COLLEGE_ROLL = {"990013": 148}
SOURCE, AS_AT = "Westmere commissioning list (made up)", "2025-05-01"


def demo_register(starter: pd.DataFrame) -> pd.DataFrame:
    """Return Westmere's register as confirmed by its planner: no row is assumed.

    Special schools are about full. Places for social, emotional and mental health needs are too
    few from January 2026, when a temporary block has closed, until an approved expansion opens in
    September 2027; a second unit class is funded for September 2026; two schemes are only proposed.

    Args:
        starter: Register made from Westmere's school list (`places.starter_register`).

    Returns:
        Register: the starter's rows in their order, each with its later periods after it. A row
        the list does not name is confirmed with as many places as pupils on roll.
    """
    path = files("sufficiency.demo").joinpath("westmere_register.csv")
    with path.open(encoding="utf-8") as handle:
        confirmed = pd.read_csv(handle, dtype=str, keep_default_na=False)
    given = confirmed.rename(columns={c: f"{c}_given" for c in confirmed.columns if c not in KEYS})
    rows = starter.reset_index(drop=True).merge(given, on=KEYS, how="left", validate="1:m")
    listed = rows["change_status_given"].notna()
    made = rows[list(starter.columns)].copy()
    for column in NUMBERS:
        number = pd.to_numeric(rows[f"{column}_given"], errors="coerce").astype("Int32")
        made[column] = number.where(listed, made[column])
    for column in WORDS:
        made[column] = rows[f"{column}_given"].where(listed, made[column])
    begins = rows["effective_from_given"].fillna("")
    made["effective_from"] = begins.where(begins != "", made["effective_from"])
    roll = made["urn"].map(COLLEGE_ROLL).astype("Int32")
    made["on_roll"] = made["on_roll"].astype("Int32").fillna(roll)
    made["commissioned_places"] = made["commissioned_places"].fillna(made["on_roll"])
    made["notes"] = made["notes"].where(listed, "")
    made = made.assign(assumed="no", source=SOURCE, as_at_date=AS_AT)
    return checked(Register, made, "register")
