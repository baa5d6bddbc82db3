"""Checks of a school census alone: one registration at a time, and the same pupil twice."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from sufficiency.people.homes import homes
from sufficiency.people.reference import Reference
from sufficiency.privacy import valid_upn
from sufficiency.pupil_census.model import PupilCensus
from sufficiency.quality.evidence import known_codes
from sufficiency.quality.identifiers import could_be_real_postcode
from sufficiency.quality.known_bases import known_bases
from sufficiency.quality.traced import FOUND
from sufficiency.sen2.model import WHERE
from sufficiency.sources.postcodes import normalise

MODULE = "pupils"
REGISTRATIONS = ["C", "M", "S", "G"]
MAIN_REGISTRATIONS = ["C", "M", ""]
NCY_CODES = ["N1", "N2", "R", "X", *(str(year) for year in range(15))]
NOT_ASSESSED = "NSA"


@dataclass(frozen=True)
class CensusEvidence:
    """One term's census and what it is judged by."""

    census: PupilCensus
    reference: Reference

    @cached_property
    def pupils(self) -> pd.DataFrame:
        """Registrations, numbered from 0."""
        return self.census.pupils.reset_index(drop=True)

    @property
    def synthetic(self) -> bool:
        """Whether no identifier may belong to a real person."""
        return self.reference.identifiers == "synthetic"

    @cached_property
    def home(self) -> pd.Series:
        """inside, outside or unknown."""
        return homes(self.pupils["postcode"], self.reference)["home"]

    def base(self) -> dict[str, pd.Series]:
        """Return who is flagged in which base; both flags mean the unit."""
        unit = self.pupils["unit"].fillna(False).astype(bool)
        rp = self.pupils["rp"].fillna(False).astype(bool)
        return {"unit": unit, "rp": rp & ~unit}

    def failing(self, wrong: pd.Series, column: str | pd.Series) -> pd.DataFrame:
        """Return where the failing rows are: module, column, file, sheet, row."""
        mask = wrong.fillna(False).astype(bool)
        named = column[mask] if isinstance(column, pd.Series) else column
        rows = self.pupils.loc[mask, list(WHERE)]
        return rows.assign(module=MODULE, column=named)[list(FOUND)]


def pupil_without_upn(seen: CensusEvidence) -> pd.DataFrame:
    """Return registrations without a UPN."""
    return seen.failing(seen.pupils["upn"] == "", "upn")


def pupil_upn_invalid(seen: CensusEvidence) -> pd.DataFrame:
    """Return registrations whose UPN does not validate, where identifiers are real."""
    upn = seen.pupils["upn"]
    return seen.failing((upn != "") & ~valid_upn(upn) & (not seen.synthetic), "upn")


def pupil_real_in_synthetic(seen: CensusEvidence) -> pd.DataFrame:
    """Return registrations whose UPN or postcode could be real, where none may be."""
    upn = seen.pupils["upn"]
    real_upn = (upn != "") & valid_upn(upn)
    real_home = could_be_real_postcode(seen.pupils["postcode"])
    column = pd.Series("postcode", index=upn.index).mask(real_upn, "upn")
    return seen.failing((real_upn | real_home) & seen.synthetic, column)


def pupil_twice(seen: CensusEvidence) -> pd.DataFrame:
    """Return main registrations of a UPN that has one before."""
    main = seen.pupils["enrol_status"].isin(MAIN_REGISTRATIONS) & (seen.pupils["upn"] != "")
    again = seen.pupils.loc[main, "upn"].duplicated()
    return seen.failing(again.reindex(seen.pupils.index, fill_value=False), "upn")


def pupil_enrolment_unknown(seen: CensusEvidence) -> pd.DataFrame:
    """Return registrations whose enrolment status is empty or not known."""
    return seen.failing(~seen.pupils["enrol_status"].isin(REGISTRATIONS), "enrol_status")


def pupil_birth_date(seen: CensusEvidence) -> pd.DataFrame:
    """Return registrations without a birth date, or with one after census day."""
    born = seen.pupils["birth_date"]
    return seen.failing(born.isna() | (born > seen.census.census_day), "birth_date")


def pupil_ncy_unknown(seen: CensusEvidence) -> pd.DataFrame:
    """Return registrations whose year group is empty or not known."""
    return seen.failing(~seen.pupils["ncy_code"].isin(NCY_CODES), "ncy_code")


def pupil_sen_unknown(seen: CensusEvidence) -> pd.DataFrame:
    """Return registrations whose SEN provision is empty or not known."""
    return seen.failing(~seen.pupils["sen_provision"].isin(["N", "K", "E"]), "sen_provision")


def pupil_need_missing(seen: CensusEvidence) -> pd.DataFrame:
    """Return registrations with SEN in the spring term that have no need."""
    with_sen = seen.pupils["sen_provision"].isin(["K", "E"]) & (seen.census.term == "spring")
    return seen.failing(with_sen & (seen.pupils["need"] == ""), "need")


def pupil_need_unknown(seen: CensusEvidence) -> pd.DataFrame:
    """Return registrations whose need is filled and not a known code."""
    known = ["", NOT_ASSESSED, *known_codes("senneed", "sentype")]
    return seen.failing(~seen.pupils["need"].isin(known), "need")


def pupil_nsa_with_plan(seen: CensusEvidence) -> pd.DataFrame:
    """Return registrations with a plan and no specialist assessment."""
    with_plan = seen.pupils["sen_provision"] == "E"
    return seen.failing(with_plan & (seen.pupils["need"] == NOT_ASSESSED), "need")


def pupil_need_without_sen(seen: CensusEvidence) -> pd.DataFrame:
    """Return registrations with a need and no SEN."""
    without = seen.pupils["sen_provision"] == "N"
    return seen.failing(without & (seen.pupils["need"] != ""), "need")


def pupil_school_unknown(seen: CensusEvidence) -> pd.DataFrame:
    """Return registrations at a school that no GIAS file has."""
    schools = seen.reference.schools
    urn, laestab = seen.pupils["urn"], seen.pupils["laestab"]
    by_number = (laestab != "") & laestab.isin(schools["laestab"])
    known = urn.isin(schools["urn"]).where(urn != "", by_number)
    return seen.failing(~known, "urn")


def pupil_home_unknown(seen: CensusEvidence) -> pd.DataFrame:
    """Return registrations without a postcode, or with one that the directory does not have."""
    empty = normalise(seen.pupils["postcode"]) == ""
    nowhere = (seen.home == "unknown") & (seen.reference.postcodes is not None)
    return seen.failing(empty | nowhere, "postcode")


def pupil_base_flag_without_base(seen: CensusEvidence) -> pd.DataFrame:
    """Return registrations flagged in a base that neither GIAS nor the register has."""
    known = known_bases(seen.reference, seen.census.census_day)
    urn = seen.pupils["urn"]
    column = pd.Series("unit", index=urn.index)
    wrong = pd.Series(False, index=urn.index)
    for base, flagged in seen.base().items():
        without = flagged & ~urn.isin(known.loc[known["base"] == base, "urn"])
        column = column.mask(without, base)
        wrong |= without
    return seen.failing(wrong, column)


def pupil_both_flags(seen: CensusEvidence) -> pd.DataFrame:
    """Return registrations flagged in a unit and in resourced provision."""
    return seen.failing(seen.pupils["unit"] & seen.pupils["rp"], "unit")


def pupil_unreadable(seen: CensusEvidence) -> pd.DataFrame:
    """Return cells that are not of their kind."""
    return seen.census.unreadable.assign(module=MODULE)[list(FOUND)]


CHECKS = (
    pupil_without_upn,
    pupil_upn_invalid,
    pupil_real_in_synthetic,
    pupil_twice,
    pupil_enrolment_unknown,
    pupil_birth_date,
    pupil_ncy_unknown,
    pupil_sen_unknown,
    pupil_need_missing,
    pupil_need_unknown,
    pupil_nsa_with_plan,
    pupil_need_without_sen,
    pupil_school_unknown,
    pupil_home_unknown,
    pupil_base_flag_without_base,
    pupil_both_flags,
    pupil_unreadable,
)
