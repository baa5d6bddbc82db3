"""Pupils of each provision of the register in the spring school census.

Belongs here: which provision of a school a pupil of the census is in. What follows from it for
occupancy and for the register is in `occupants` and `evidence`.
"""

import pandas as pd

from sufficiency.terms import codes

TERM = "spring"
PLAN = "E"
BASE_FLAGS = {"unit": "sen_unit", "rp": "resourced_provision"}
NOT_TOLD = ("support_base",)
COLUMNS = ["urn", "provision", "ncy", "need", "home", "sen_provision", "pupils"]


def census_rolls(pupils: pd.DataFrame, register: pd.DataFrame, base_year: int) -> pd.DataFrame:
    """Return pupils of the base-year spring census by provision of the register.

    A pupil flagged in a unit or resourced provision is in the school's base of that kind, if the
    register has it; any other pupil in the school's provision that is no base. The census does not
    say who is in a support base.

    Args:
        pupils: Pupils table, may be empty.
        register: Register rows.
        base_year: January census year.

    Returns:
        Columns `urn`, `provision`, `ncy` (missing where none is followed), `need`, `home`,
        `sen_provision` and `pupils`. A provision without a row is not told by the census: its
        school is not in it, or nobody is flagged in the base.
    """
    spring = pupils[(pupils["year"] == base_year) & (pupils["term"] == TERM)]
    listed = register[["urn", "provision"]].drop_duplicates()
    listed = listed[~listed["provision"].isin(NOT_TOLD)]
    is_base = listed["provision"].isin(list(BASE_FLAGS.values()))
    order = {name: n for n, name in enumerate(codes("provisions"))}
    whole = listed[~is_base].assign(rank=listed["provision"].map(order))
    whole = whole.sort_values(["urn", "rank"], kind="stable").drop_duplicates("urn")
    named = spring.rename(columns={"establishment": "urn"})
    flagged = named.assign(provision=named["base"].map(BASE_FLAGS))
    in_base = flagged.merge(listed[is_base], on=["urn", "provision"], how="inner")
    bases = pd.MultiIndex.from_frame(listed[is_base])
    is_in_base = pd.MultiIndex.from_frame(flagged[["urn", "provision"]]).isin(bases)
    rest = named[~is_in_base].merge(whole[["urn", "provision"]], on="urn", how="inner")
    found = pd.concat([in_base, rest], ignore_index=True)
    keys = [name for name in COLUMNS if name != "pupils"]
    summed = found.groupby(keys, dropna=False, sort=True)["pupils"].sum().reset_index()
    return summed[COLUMNS].astype({"ncy": "Int32"})
