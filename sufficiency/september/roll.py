"""Pupils of each provision by year group and need at the base census, and what is not known.

A whole-school total is never spread over year groups: where some pupils' year groups are not known,
the provision's are not known, and the reason says what to do.
"""

from dataclasses import dataclass

import pandas as pd

from sufficiency.places.census_rolls import PLAN, census_rolls
from sufficiency.places.periods import in_force
from sufficiency.terms import ALL, OUTSIDE, lookup

SHORT_BY = 2
SHORT_SHARE = 0.1
COLUMNS = ["urn", "provision", "site_id", "ncy", "need", "with_plan", "pupils"]
NOT_BY_CHILD = (
    "Pupils by year group are not known: there is neither a SEN2 return nor a spring school census."
)
SUPPORT_BASE = "No return says who is in a support base, so pupils are not known."


@dataclass(frozen=True)
class Roll:
    """Pupils by year group, and why they are not known where they are not.

    Attributes:
        pupils: urn, provision, site_id (empty where not told), ncy at the base census, need (empty
            where not told), with_plan (bool), pupils. Only provisions of the register.
        unknown: (urn, provision) -> why its pupils by year group are not known, and what to do.
    """

    pupils: pd.DataFrame
    unknown: dict[tuple[str, str], str]


def base_roll(
    register: pd.DataFrame,
    plans: pd.DataFrame,
    imports: pd.DataFrame,
    pupils: pd.DataFrame,
    base_year: int,
) -> Roll:
    """Return who is in each provision at the base census, by year group and need.

    Plan holders come from SEN2 (year group as taught where known, else nominal), pupils of other
    authorities from `imports` or the spring census, pupils without a plan from the spring census.
    Without a SEN2 return by child all come from the spring census. Year groups are not known
    where any of the three has none, and where those counted are more than a tenth, and more than
    two, fewer than the register's roll: unit and resourced-provision flags are often missing.

    Args:
        register: Register rows that count, in any period.
        plans: Plans of the base census.
        imports: Imports table, may be empty.
        pupils: Pupils table, may be empty.
        base_year: January census year.
    """
    rows = _at_base(register, base_year)
    census = census_rolls(pupils, register, base_year)
    census = _on_register(census.assign(site_id=""), rows)
    placed = _plan_holders(plans[plans["year"] == base_year], rows)
    if placed is None:
        return _from_census_only(rows, census)
    elsewhere, of_others = _imports(imports, census, rows)
    without = census[(census["sen_provision"] != PLAN) & (census["home"] != OUTSIDE)]
    parts = [placed, elsewhere, without.assign(with_plan=False)]
    found = pd.concat([part[COLUMNS] for part in parts], ignore_index=True)
    covered = _provisions(census)
    unknown: dict[tuple[str, str], str] = {}
    for key, row in rows.iterrows():
        urn, provision = str(key[0]), str(key[1])  # pyright: ignore[reportIndexIssue]
        reason = SUPPORT_BASE if provision == "support_base" else of_others.get((urn, provision))
        if not reason and (urn, provision) not in covered:
            reason = _without_plan_unknown(row)
        if reason:
            unknown[urn, provision] = reason
    return _settled(found, rows, unknown)


def _at_base(register: pd.DataFrame, base_year: int) -> pd.DataFrame:
    """Return one line a provision (urn, provision): sites, and totals at the base census.

    Totals are of the rows in force on census day or, where existing rows start later, of the
    first of those; a new provision has 0. A total is missing where any of its rows' is.
    """
    by = ["urn", "provision"]
    open_then = in_force(register, base_year)
    keys = pd.MultiIndex.from_frame(register[by])
    late = ~keys.isin(keys[open_then]) & (register["change_status"] == "existing")
    first = register["effective_from"].where(late).groupby([register[c] for c in by])
    chosen = open_then | (late & (register["effective_from"] == first.transform("min")))
    columns = ["on_roll", "other_la_places", "occupants_without_plan", "assessment_places"]
    totals = register.loc[chosen, [*by, *columns]]
    totals = totals.assign(assessment_places=totals["assessment_places"].fillna(0))
    summed = totals.groupby(by)[columns].agg(lambda values: values.sum(skipna=False))
    sites = register.groupby(by, sort=True)["site_id"].agg(
        lambda values: " ".join(sorted(set(values)))
    )
    new = pd.DataFrame(0, index=sites.index.difference(summed.index), columns=columns)
    full = pd.concat([summed.astype("Int32"), new.astype("Int32")]).reindex(sites.index)
    return full.assign(sites=sites)


def _site(rows: pd.DataFrame, given: pd.Series, keys: pd.MultiIndex) -> pd.Series:
    """Return the site of each row: as given if it is one of the provision's, or its only one."""
    listed = rows["sites"].reindex(keys).fillna("").str.split(" ")
    sites = [
        site if site in options else options[0] if len(options) == 1 else ""
        for site, options in zip(given, listed, strict=True)
    ]
    return pd.Series(sites, index=given.index, dtype="str")


def _on_register(found: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of provisions on the register, with the site where it can be told."""
    keys = pd.MultiIndex.from_frame(found[["urn", "provision"]])
    inside = keys.isin(rows.index)
    kept = found[inside]
    return kept.assign(site_id=_site(rows, kept["site_id"], keys[inside]))


def _plan_holders(plans: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame | None:
    """Return plan holders by provision, year group and need; None where schools are not known."""
    if not (plans["establishment"] != "").any():
        return None
    found = pd.DataFrame(
        {
            "urn": plans["establishment"],
            "provision": plans["setting"].map(lookup("settings", "provision")),
            "site_id": plans["site"],
            "ncy": plans["ncy_recorded"].fillna(plans["ncy"]).astype("Int32"),
            "need": plans["need"],
        }
    )
    keys = ["urn", "provision", "site_id", "ncy", "need"]
    counted = found.groupby(keys, sort=True).size().rename("pupils").reset_index()
    return _on_register(counted, rows).assign(with_plan=True)


def _from_census_only(rows: pd.DataFrame, census: pd.DataFrame) -> Roll:
    keys = [(str(key[0]), str(key[1])) for key in rows.index]
    covered = _provisions(census)
    unknown = {key: NOT_BY_CHILD for key in keys if key not in covered}
    unknown |= {key: SUPPORT_BASE for key in keys if key[1] == "support_base"}
    return _settled(census.assign(with_plan=census["sen_provision"] == PLAN), rows, unknown)


def _imports(
    imports: pd.DataFrame, census: pd.DataFrame, rows: pd.DataFrame
) -> tuple[pd.DataFrame, dict[tuple[str, str], str]]:
    """Return pupils of other authorities, and why they are not known by (urn, provision).

    From the imports table; for a provision that it lacks, from the census; a provision that
    neither has is known to have none only where the register says 0 or the census covers it.
    """
    given = imports.assign(site_id=imports["site_id"].where(imports["source"] == "imports.csv", ""))
    given = _on_register(given.assign(need=given["need"].replace(ALL, "")), rows)
    listed = pd.MultiIndex.from_frame(given[["urn", "provision"]])
    outside = census[census["home"] == OUTSIDE]
    others = pd.MultiIndex.from_frame(outside[["urn", "provision"]])
    found = pd.concat([given, outside[~others.isin(listed)]], ignore_index=True)
    told = _provisions(found) | _provisions(census)
    unknown = {}
    for key, number in rows["other_la_places"].items():
        urn, provision = str(key[0]), str(key[1])  # pyright: ignore[reportIndexIssue]
        if (urn, provision) in told:
            continue
        if pd.isna(number):
            unknown[urn, provision] = (
                "Imports not known: fill in imports.csv by year group, or 0 in other_la_places."
            )
        elif int(number) > 0:
            unknown[urn, provision] = (
                f"Pupils of other authorities without a year group: {int(number)}. Fill in "
                "imports.csv."
            )
    return found.assign(with_plan=True), unknown


def _provisions(rows: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(rows["urn"], rows["provision"], strict=True))


def _without_plan_unknown(row: pd.Series) -> str | None:
    """Say why pupils without a plan are not known at a school that no census covers."""
    number = row["occupants_without_plan"]
    if pd.isna(number):
        return (
            "Pupils without a plan are not known: add the spring school census, or fill in "
            "occupants_without_plan."
        )
    if int(number) > int(row["assessment_places"] if pd.notna(row["assessment_places"]) else 0):
        return (
            f"Pupils without a plan whose year group is not known: {int(number)}. Add the spring "
            "school census."
        )
    return None


def _settled(found: pd.DataFrame, rows: pd.DataFrame, unknown: dict[tuple[str, str], str]) -> Roll:
    """Return the roll, provisions with pupils of no year group or too few pupils unknown."""
    found = found[found["pupils"] > 0]
    by = ["urn", "provision"]
    lacking = found[found["ncy"].isna()].groupby(by)["pupils"].sum()
    counted = found.groupby(by)["pupils"].sum().reindex(rows.index).fillna(0)
    for key, roll in rows["on_roll"].items():
        urn, provision = str(key[0]), str(key[1])  # pyright: ignore[reportIndexIssue]
        if (urn, provision) in unknown:
            continue
        blank = int(lacking.get(key, 0))
        if blank:
            unknown[urn, provision] = (
                f"Pupils without a year group in the census or imports.csv: {blank}."
            )
        elif pd.notna(roll):
            short = int(roll) - int(counted.get(key, 0))
            if short > max(SHORT_BY, SHORT_SHARE * int(roll)):
                unknown[urn, provision] = (
                    "The returns tell the year group of too few pupils: "
                    f"{int(roll) - short} of {int(roll)} on roll in the register."
                )
    kept = found[found["ncy"].notna()]
    told = ~pd.MultiIndex.from_frame(kept[by]).isin(list(unknown)) if unknown else slice(None)
    sums = kept[told].groupby([c for c in COLUMNS if c != "pupils"], sort=True)["pupils"].sum()
    return Roll(sums.reset_index()[COLUMNS], unknown)
