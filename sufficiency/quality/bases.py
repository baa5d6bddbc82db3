"""Units and resourced provision three ways: SEN2, the spring census, and GIAS or the register."""

import pandas as pd

from sufficiency.contracts import Bases, checked, empty
from sufficiency.people.reference import Reference
from sufficiency.pupil_census.model import PupilCensus
from sufficiency.quality.known_bases import PROVISIONS, known_bases
from sufficiency.quality.pupils import MAIN_REGISTRATIONS, CensusEvidence
from sufficiency.sen2.typed_return import third_thursday

BASE_OF_SETTING = {"SENU": "unit", "RP": "rp"}
CHILDREN_APART, SHARE_APART = 2, 0.25
KEYS = ["establishment", "base"]
UNSETTLED = ("fewer_flagged", "flagged_without_base", "not_flagged")


def bases(
    positions: dict[int, pd.DataFrame], censuses: list[PupilCensus], reference: Reference
) -> pd.DataFrame:
    """Return the three counts of every unit and resourced provision of the authority's schools.

    SEN2 counts residents, the census counts whoever attends. So imports are taken off before they
    are compared: pupils whose home is outside the authority off the census, the register's pupils
    of other authorities off GIAS and the register. The verdict is the first that holds:

    1. `flagged_without_base`: SEN2 or the census flags someone, and neither GIAS nor the register
       knows the base.
    2. `not_known`: there is nothing to compare with: no census count, roll, capacity or places.
    3. `agrees`: SEN2 is within 2 children, or within 25%, of the census (of GIAS where there is no
       census count, else of the register).
    4. `not_flagged`: SEN2 flags nobody.
    5. `fewer_flagged`: one of the two has far fewer than the other.

    Args:
        positions: Census-day positions by January.
        censuses: School censuses; only those of the spring collect who is in a base.
        reference: Schools, register and homes. GIAS is as downloaded, for every January.

    Returns:
        Contract `Bases`, ordered by year, establishment and base. Bases outside the authority are
        left out: no census or register of its own covers them.
    """
    spring = {census.year: census for census in censuses if census.term == "spring"}
    parts = [
        _one_year(year, plans, spring.get(year), reference)
        for year, plans in sorted(positions.items())
    ]
    rows = [part for part in parts if len(part)]
    return checked(Bases, pd.concat(rows), "bases") if rows else empty(Bases)


def _one_year(
    year: int, plans: pd.DataFrame, census: PupilCensus | None, reference: Reference
) -> pd.DataFrame:
    schools = reference.schools
    own = schools[schools["authority"] == reference.authority].set_index("urn")["name"]
    day = pd.Timestamp(third_thursday(year))
    known = known_bases(reference, day).rename(columns={"urn": "establishment"})
    made = _flagged_in_sen2(plans).merge(known.assign(known=True), on=KEYS, how="outer")
    attending = _flagged_in_census(census, reference)
    made = made.merge(attending, on=KEYS, how="outer")
    made = made[made["establishment"].isin(own.index)].sort_values(KEYS, kind="stable")
    took_part = set() if census is None else set(census.pupils["urn"])
    absent = made["establishment"].isin(took_part) & made["census"].isna()
    made["census"] = made["census"].astype("Int32").mask(absent, 0)
    made["sen2"] = made["sen2"].fillna(0).astype("int32")
    made["known"] = made["known"].fillna(False).astype(bool)
    return made.assign(
        year=year, name=made["establishment"].map(own), verdict=_verdicts(made)
    ).reset_index(drop=True)


def _flagged_in_sen2(plans: pd.DataFrame) -> pd.DataFrame:
    base = plans["setting"].astype("str").map(BASE_OF_SETTING)
    held = plans[base.notna()].assign(base=base)
    return held.groupby(KEYS).size().rename("sen2").reset_index()


def _flagged_in_census(census: PupilCensus | None, reference: Reference) -> pd.DataFrame:
    """Return establishment, base, census (pupils) and away (of whom live elsewhere)."""
    counted = {"establishment": "str", "base": "str", "census": "Int32", "away": "Int32"}
    if census is None:
        return pd.DataFrame({name: [] for name in counted}).astype(counted)
    seen = CensusEvidence(census, reference)
    main = seen.pupils["enrol_status"].isin(MAIN_REGISTRATIONS)
    flagged = seen.base()
    base = pd.Series("", index=main.index).mask(flagged["unit"], "unit").mask(flagged["rp"], "rp")
    rows = pd.DataFrame(
        {"establishment": seen.pupils["urn"], "base": base, "away": seen.home == "outside"}
    )[main & (base != "")]
    grouped = rows.groupby(KEYS)["away"].agg(census="size", away="sum").reset_index()
    return grouped.astype(counted)


def _verdicts(made: pd.DataFrame) -> pd.Series:
    imports = made["imports"].fillna(0).astype("int32")
    elsewhere = made["gias"].fillna(made["register"]) - imports
    attending = made["census"] - made["away"].fillna(0)
    expected = attending.fillna(elsewhere).astype("Float64").clip(lower=0)
    apart = (made["sen2"] - expected).abs()
    allowed = (SHARE_APART * expected).clip(lower=CHILDREN_APART)
    flagged = (made["sen2"] > 0) | (made["census"] > 0).fillna(False)
    return (
        pd.Series("fewer_flagged", index=made.index)
        .mask(made["sen2"] == 0, "not_flagged")
        .mask((apart <= allowed).fillna(False), "agrees")
        .mask(expected.isna(), "not_known")
        .mask(flagged & ~made["known"], "flagged_without_base")
    )


def unsettled(bases: pd.DataFrame, year: int) -> tuple[str, ...]:
    """Return the provisions of which some school's verdict is neither agrees nor not_known.

    Args:
        bases: Contract `Bases`.
        year: January census year.
    """
    odd = bases[(bases["year"] == year) & bases["verdict"].isin(UNSETTLED)]
    return tuple(name for base, name in PROVISIONS.items() if (odd["base"] == base).any())
