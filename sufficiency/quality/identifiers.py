"""Checks of who is who: UPN, ULN, the same person twice, sex."""

import pandas as pd

from sufficiency.privacy import valid_uln, valid_upn
from sufficiency.quality.evidence import Evidence, known_codes
from sufficiency.sources.postcodes import normalise

UPN, ULN, REASON = "upn", "uniquelearnernumber", "upnunknown"
SYNTHETIC_AREA = r"ZZ\d"


def _same_identifier(seen: Evidence) -> pd.DataFrame:
    """Return people with an identifier: identifier (UPN, else ULN), born, in the file's order.

    A row whose own id appears before is `repeated_table_id`'s and is left out.
    """
    upn, uln = seen.text("person", UPN), seen.text("person", ULN)
    key = ("upn " + upn).where(upn != "", ("uln " + uln).where(uln != "", ""))
    people = pd.DataFrame({"key": key, "born": seen.date("person", "personbirthdate")})
    return people[(key != "") & ~seen.repeated("person")]


def _at(seen: Evidence, wrong: pd.Series) -> pd.Series:
    return wrong.reindex(seen.frames["person"].index, fill_value=False)


def _identifier_column(seen: Evidence) -> pd.Series:
    has_upn = seen.filled("person", UPN)
    return pd.Series(UPN, index=has_upn.index).where(has_upn, ULN)


def duplicate_person(seen: Evidence) -> pd.DataFrame:
    """Return people with the identifier and the birth date of an earlier row."""
    people = _same_identifier(seen)
    wrong = people.duplicated(["key", "born"])
    return seen.failing("person", _at(seen, wrong), _identifier_column(seen))


def identifier_shared(seen: Evidence) -> pd.DataFrame:
    """Return people with the identifier of an earlier row and another birth date.

    A row that repeats an earlier row's birth date too is `duplicate_person`'s alone.
    """
    people = _same_identifier(seen)
    people = people[people["born"].notna()]
    wrong = people.duplicated("key") & ~people.duplicated(["key", "born"])
    return seen.failing("person", _at(seen, wrong), _identifier_column(seen))


def _unidentified(seen: Evidence) -> pd.Series:
    return ~seen.filled("person", UPN) & ~seen.filled("person", ULN)


def no_identifier_with_reason(seen: Evidence) -> pd.DataFrame:
    """Return people without UPN and ULN whose reason is given."""
    wrong = _unidentified(seen) & seen.filled("person", REASON)
    return seen.failing("person", wrong, UPN)


def no_identifier_without_reason(seen: Evidence) -> pd.DataFrame:
    """Return people without UPN, ULN and reason."""
    wrong = _unidentified(seen) & ~seen.filled("person", REASON)
    return seen.failing("person", wrong, UPN)


def invalid_upn(seen: Evidence) -> pd.DataFrame:
    """Return people whose UPN does not validate, where identifiers are real."""
    upn = seen.text("person", UPN)
    wrong = (upn != "") & ~valid_upn(upn).astype(bool) & (not seen.synthetic)
    return seen.failing("person", wrong, UPN)


def invalid_uln(seen: Evidence) -> pd.DataFrame:
    """Return people whose ULN does not validate, where identifiers are real."""
    uln = seen.text("person", ULN)
    wrong = (uln != "") & ~valid_uln(uln).astype(bool) & (not seen.synthetic)
    return seen.failing("person", wrong, ULN)


def real_identifier_in_synthetic(seen: Evidence) -> pd.DataFrame:
    """Return people whose UPN, ULN or postcode could be real, where none may be."""
    upn, uln = seen.text("person", UPN), seen.text("person", ULN)
    real_upn = (upn != "") & valid_upn(upn).astype(bool)
    real_uln = (uln != "") & valid_uln(uln).astype(bool)
    real_home = could_be_real_postcode(seen.text("person", "postcode"))
    column = pd.Series("postcode", index=upn.index).mask(real_uln, ULN).mask(real_upn, UPN)
    wrong = (real_upn | real_uln | real_home) & seen.synthetic
    return seen.failing("person", wrong, column)


def could_be_real_postcode(postcodes: pd.Series) -> pd.Series:
    """Return where a postcode is filled and not of area ZZ, which no real one has."""
    written = normalise(postcodes)
    return (written != "") & ~written.str.match(SYNTHETIC_AREA)


def unknown_upn_reason(seen: Evidence) -> pd.DataFrame:
    """Return people whose reason for no UPN is not a known code."""
    reason = seen.text("person", REASON)
    wrong = (reason != "") & ~reason.isin(known_codes("person", REASON))
    return seen.failing("person", wrong, REASON)


def unknown_sex(seen: Evidence) -> pd.DataFrame:
    """Return people whose sex is filled and not M or F."""
    sex, before = seen.text("person", "sex"), seen.text("person", "gendercurrent")
    used = sex.where(sex != "", before)
    column = pd.Series("sex", index=sex.index).where(sex != "", "gendercurrent")
    return seen.failing("person", ~used.isin(["", "M", "F"]), column)


CHECKS = (
    duplicate_person,
    identifier_shared,
    no_identifier_with_reason,
    no_identifier_without_reason,
    invalid_upn,
    invalid_uln,
    real_identifier_in_synthetic,
    unknown_upn_reason,
    unknown_sex,
)
