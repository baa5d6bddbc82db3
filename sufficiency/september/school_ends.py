"""In which year group children change school: by their very school, else as is usual here."""

import pandas as pd

from sufficiency.terms import lookup

# Every plan names a school before Reception, and a post-16 place after Year 11, also where the
# very school goes on: so everyone of these year groups counts.
EVERYONE = (-1, 11)
USUAL_END = 6
AGE_OF_LAST_NCY = 5
AGE_OF_FIRST_NCY = 4
MAINSTREAM = "mainstream"
Shares = dict[tuple[str, int], float]


def years_taught(
    plans: pd.DataFrame, establishments: pd.DataFrame, schools_attended: pd.DataFrame
) -> pd.DataFrame:
    """Return the first and last year group of each plan holder's school, missing if not known.

    A school whose highest statutory age is 11 ends with Year 6 (domain handbook 8.1).
    """
    columns = ["urn", "age_from", "age_to"]
    schools = pd.concat([schools_attended[columns], establishments[columns]], ignore_index=True)
    known = schools.dropna(subset=["age_from", "age_to"]).drop_duplicates("urn").set_index("urn")
    at = plans["establishment"]
    return pd.DataFrame(
        {
            "first": at.map(known["age_from"].to_dict()).astype("Float64") - AGE_OF_FIRST_NCY,
            "last": at.map(known["age_to"].to_dict()).astype("Float64") - AGE_OF_LAST_NCY,
        }
    )


def usual_shares(establishments: pd.DataFrame, ncys: list[int]) -> Shares:
    """Return the share of pupils who change school after each year group, by setting group.

    Of the authority's open schools of the setting group that teach the year group, weighted by
    pupils a year group (roll over year groups taught): the share whose last it is. A setting group
    without schools here takes the share of mainstream schools (a base is in one); without any
    school list everyone changes after Year 6. After the early years and Year 11 everyone does.
    """
    schools = establishments[establishments["status"] == "open"]
    schools = schools.dropna(subset=["age_from", "age_to"])
    first = schools["age_from"].astype("Float64") - AGE_OF_FIRST_NCY
    last = schools["age_to"].astype("Float64") - AGE_OF_LAST_NCY
    group = schools["setting"].map(lookup("settings", "setting_group"))
    weight = schools["on_roll"].fillna(0).astype("Float64") / (last - first + 1).clip(lower=1)
    known = shares_ending(group, first, last, weight, ncys)
    result: Shares = {}
    for name in lookup("setting_groups", "name"):
        for ncy in ncys:
            everywhere = known.get((MAINSTREAM, ncy), float(ncy == USUAL_END))
            share = known.get((name, ncy), everywhere)
            result[name, ncy] = 1.0 if ncy in EVERYONE else share
    return result


def shares_ending(
    group: pd.Series, first: pd.Series, last: pd.Series, weight: pd.Series, ncys: list[int]
) -> Shares:
    """Return, by group and year group, the share of weight that ends with the year group.

    Of the rows that teach it; a group without such rows has no share.

    Args:
        group: Setting group of each row.
        first: First year group taught, may be missing.
        last: Last year group taught, may be missing.
        weight: How much a row counts.
        ncys: Year groups asked for.
    """
    result: Shares = {}
    for ncy in ncys:
        teaches = ((first <= ncy) & (last >= ncy)).fillna(False).astype(bool)
        ending = (last == ncy).fillna(False).astype(bool) | (ncy in EVERYONE)
        total = weight[teaches].groupby(group[teaches]).sum()
        those = weight[teaches & ending].groupby(group[teaches & ending]).sum()
        for name, whole in total.items():
            if whole > 0:
                result[str(name), ncy] = float(those.get(name, 0.0)) / float(whole)
    return result
