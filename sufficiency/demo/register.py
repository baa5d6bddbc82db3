"""The place register that a planner of Westmere would confirm, and the one of the year before."""

from importlib.resources import files

import pandas as pd

from sufficiency.contracts import Register, checked

KEYS = ["urn", "provision"]
NUMBERS = ("physical_capacity", "scap_capacity", "commissioned_places", "nursery_places",
           "post16_places", "assessment_places", "beds", "on_roll", "occupants_without_plan",
           "other_la_places", "ramp_years")  # fmt: skip
FROM_THE_LIST = ("site_id", "acceptable_needs", "flexible", "effective_to", "change_status",
                 "notes")  # fmt: skip
FROM_EITHER = ("name", "ncy_from", "ncy_to", "designated_needs", "effective_from", "locality",
               "easting", "northing")  # fmt: skip
SOURCE, AS_AT = "Westmere commissioning list (made up)", "2025-05-01"
LAST_AS_AT = "2024-05-01"
LAST_PLACES = {("990002", "main"): 390, ("990004", "main"): 116, ("990011", "main"): 60}
"""Places of last year's register that differ from this year's."""


def demo_register(starter: pd.DataFrame) -> pd.DataFrame:
    """Return Westmere's register as confirmed by its planner: no row is assumed.

    Rolls are those of the returns and the school census of January 2025. Special schools, colleges
    and bases have room through the horizon by approved growth, but for one need: the lease of the
    only site in Westhaven for social, emotional and mental health needs in secondary years ends in
    August 2026, and the building to replace it is only proposed.

    Args:
        starter: Register made from Westmere's school list (`places.starter_register`).

    Returns:
        Register: the starter's schools in their order, each with its sites and periods in the order
        of the planner's list (`westmere_register.csv`), then funded bases that the school list
        does not have yet. What the list leaves blank is the starter's; a school that it does not
        name is confirmed with as many places as pupils on roll.
    """
    path = files("sufficiency.demo").joinpath("westmere_register.csv")
    with path.open(encoding="utf-8") as handle:
        listed = pd.read_csv(handle, dtype=str, keep_default_na=False)
    known = starter.reset_index(drop=True).assign(order=range(len(starter)))
    rows = listed.merge(known, on=KEYS, how="left", suffixes=("", "_known"), validate="m:1")
    rows = rows[rows["order"].notna() | rows["change_status"].eq("funded")]
    unlisted = known.merge(listed[KEYS].drop_duplicates(), on=KEYS, how="left", indicator="found")
    unlisted = unlisted[unlisted["found"] == "left_only"].reset_index(drop=True)
    made = pd.concat([_confirmed(rows), _at_roll(unlisted)], ignore_index=True)
    made = made.sort_values("order", kind="stable", na_position="last", ignore_index=True)
    made = made.assign(assumed="no", source=SOURCE, as_at_date=AS_AT, sex_restriction="")
    return checked(Register, made[list(Register.to_schema().columns)], "register")


def last_years_register(register: pd.DataFrame) -> pd.DataFrame:
    """Return Westmere's register of a year before: its rows of then, some with other places.

    Args:
        register: What `demo_register` returned.

    Returns:
        Register: rows in force in January 2025 without an end that is not yet decided.
    """
    then = register[register["effective_from"] < "2025-01-01"]
    sites = zip(then["urn"], then["site_id"], strict=True)
    given = pd.Series([LAST_PLACES.get((str(u), str(s))) for u, s in sites], index=then.index)
    places = given.astype("Int32").fillna(then["commissioned_places"])
    physical = then["physical_capacity"].where(then["physical_capacity"] >= places, places)
    made = then.assign(
        commissioned_places=places,
        physical_capacity=physical,
        effective_to="",
        as_at_date=LAST_AS_AT,
    )
    return checked(Register, made.reset_index(drop=True), "register")


def _confirmed(rows: pd.DataFrame) -> pd.DataFrame:
    made = rows[[*KEYS, *FROM_THE_LIST, "order"]].copy()
    for column in FROM_EITHER:
        text = rows[column]
        known = rows[f"{column}_known"]
        if column in ("ncy_from", "ncy_to", "easting", "northing"):
            made[column] = pd.to_numeric(text.replace("", None)).fillna(known)
        else:
            made[column] = text.where(text != "", known.fillna(""))
    for column in NUMBERS:
        made[column] = pd.to_numeric(rows[column].replace("", None)).astype("Int32")
    return made


def _at_roll(rows: pd.DataFrame) -> pd.DataFrame:
    places = rows["commissioned_places"].fillna(rows["on_roll"])
    return rows.drop(columns="found").assign(commissioned_places=places, notes="")
