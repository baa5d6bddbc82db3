"""Checks of who is who: UPN, ULN, the same person twice, sex."""

import pandas as pd

from sufficiency.people.rows import person_key, told_forename
from sufficiency.privacy import valid_uln, valid_upn
from sufficiency.quality.evidence import Evidence, known_codes
from sufficiency.sources.postcodes import normalise

UPN, ULN, REASON = "upn", "uniquelearnernumber", "upnunknown"
SYNTHETIC_AREA = r"ZZ\d"


def _known_people(seen: Evidence) -> pd.DataFrame:
    """Return people with an identifier: key, born, forename, as `people.rows.same_person` has them.

    A row whose own id appears before is `repeated_table_id`'s and is left out.
    """
    kept = ~seen.repeated("person")
    cells = [seen.text("person", name)[kept] for name in (UPN, ULN, "forename")]
    born = seen.date("person", "personbirthdate")[kept]
    key = person_key(cells[0], cells[1])
    forename = told_forename(key, born, cells[2])
    return pd.DataFrame({"key": key, "born": born, "forename": forename})[key != ""]


def _at(seen: Evidence, wrong: pd.Series) -> pd.Series:
    return wrong.reindex(seen.frames["person"].index, fill_value=False)


def _identifier_column(seen: Evidence) -> pd.Series:
    by_upn = seen.filled("person", UPN) & seen.identity["upn"].duplicated()
    return pd.Series(UPN, index=by_upn.index).where(by_upn, ULN)


def duplicate_person(seen: Evidence) -> pd.DataFrame:
    """Return people with the identifier, birth date and forename of an earlier row."""
    wrong = _known_people(seen).duplicated()
    return seen.failing("person", _at(seen, wrong), _identifier_column(seen))


def identifier_shared(seen: Evidence) -> pd.DataFrame:
    """Return people with the identifier of an earlier row and another birth date or forename.

    A row that repeats an earlier row's birth date and forename too is `duplicate_person`'s alone.
    """
    people = _known_people(seen)
    other_forename = people.duplicated(["key", "born"]) & ~people.duplicated()
    dated = people[people["born"].notna()]
    other_date = dated.duplicated("key") & ~dated.duplicated(["key", "born"])
    wrong = other_forename | other_date.reindex(people.index, fill_value=False)
    return seen.failing("person", _at(seen, wrong), _identifier_column(seen))


def same_person_twice_unlinked(seen: Evidence) -> pd.DataFrame:
    """Return people with the name, birth date and postcode of earlier rows, but no identifier."""
    people = seen.identity[["fallback"]].join(_known_people(seen)["key"])
    people = people[(people["fallback"] != "") & ~seen.repeated("person")]
    apart = "row " + people.index.to_series().astype("str")
    people = people.assign(key=people["key"].fillna(apart))
    wrong = people.duplicated("fallback") & ~people.duplicated()
    return seen.failing("person", _at(seen, wrong), UPN)


def identifier_passed_on(seen: Evidence) -> pd.DataFrame:
    """Return people with a plan whose UPN was another's at the census before.

    Another birth date and another name together make another person; either alone does not.
    """
    if seen.previous is None:
        return seen.nothing
    known = ["upn", "name_key", "birth_date"]
    before = seen.previous.people[known]
    before = before[(before["upn"] != "") & (before["name_key"] != "")].dropna()
    now = seen.identity.loc[seen.has_plan, known]
    now = now[(now["name_key"] != "") & now["birth_date"].notna()]
    now = now[now["upn"].isin(before["upn"])]
    named = pd.MultiIndex.from_frame(now[["upn", "name_key"]])
    dated = pd.MultiIndex.from_frame(now[["upn", "birth_date"]])
    same = named.isin(pd.MultiIndex.from_frame(before[["upn", "name_key"]]))
    same |= dated.isin(pd.MultiIndex.from_frame(before[["upn", "birth_date"]]))
    return seen.failing("person", _at(seen, pd.Series(~same, index=now.index)), UPN)


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
    same_person_twice_unlinked,
    identifier_passed_on,
    no_identifier_with_reason,
    no_identifier_without_reason,
    invalid_upn,
    invalid_uln,
    real_identifier_in_synthetic,
    unknown_upn_reason,
    unknown_sex,
)
