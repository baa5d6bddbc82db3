"""Rows of a return joined to their people: who is who in it, and its plans from start to cease.

A return's tables are joined here once, so that positions, flows, requests and destinations agree.
Ids that are empty or repeated block elsewhere; here they join to nothing, or to their first row.
"""

from functools import cached_property

import pandas as pd

from sufficiency.people.lookup import is_among, looked_up
from sufficiency.sen2.model import WHERE, Return

PERSON_TEXT = (
    "surname",
    "forename",
    "sex",
    "postcode",
    "upn",
    "uniquelearnernumber",
)
NAMED_PLAN = (
    "namedplantableid",
    "assessmenttableid",
    "startdate",
    "ceasedate",
    "ceasereason",
    "planres",
    "planwbp",
)


class JoinedReturn:
    """A return with its tables joined to people: each joined once, when first asked for.

    Attributes:
        ret: The return.
    """

    def __init__(self, ret: Return) -> None:
        self.ret = ret

    @cached_property
    def same_person(self) -> pd.Series:
        """The id of the person that each id belongs to, on index persontableid."""
        return same_person(self.ret.modules["person"])

    @cached_property
    def people(self) -> pd.DataFrame:
        """One row a person, in the order of the return.

        The same person twice (`same_person`) is one row, under the id of the first; what that row
        leaves empty is filled from the later ones. Columns: persontableid, upn, uln, name_key
        (`SURNAME|FORENAME`, empty if both are), birth_date, postcode, sex (F, M or empty),
        person_file, person_sheet, person_row.
        """
        rows = _once(self.ret.modules["person"], "persontableid")
        blank = {name: rows[name].mask(rows[name] == "") for name in PERSON_TEXT}
        who = self.same_person.to_numpy()
        merged = rows.assign(**blank).groupby(who, sort=False)
        merged = merged[[*PERSON_TEXT, "personbirthdate", *WHERE]].first()
        merged[list(PERSON_TEXT)] = merged[list(PERSON_TEXT)].astype("str").fillna("")
        found = {
            "persontableid": merged.index.to_series().astype("str"),
            "upn": identifier(merged["upn"]),
            "uln": identifier(merged["uniquelearnernumber"]),
            "name_key": name_key(merged["surname"], merged["forename"]),
            "birth_date": merged["personbirthdate"],
            "postcode": merged["postcode"],
            "sex": merged["sex"].where(merged["sex"].isin(["F", "M"]), ""),
            **{f"person_{name}": merged[name] for name in WHERE},
        }
        return pd.DataFrame(found).reset_index(drop=True)

    @cached_property
    def requests(self) -> pd.DataFrame:
        """The requests that belong to a person, `persontableid` being that of `people`."""
        rows = _once(self.ret.modules["requests"], "requeststableid")
        who = looked_up(rows["persontableid"], self.same_person)
        return rows.assign(persontableid=who)[who != ""].reset_index(drop=True)

    @cached_property
    def named_plans(self) -> pd.DataFrame:
        """One row a named plan of a person, in the order of the return.

        Columns: namedplantableid, assessmenttableid, assessmentoutcome, requeststableid,
        persontableid, startdate, ceasedate, ceasereason (text), planres, planwbp.
        """
        plans = _once(self.ret.modules["namedplan"], "namedplantableid")
        assessments = _once(self.ret.modules["assessment"], "assessmenttableid")
        columns = ["assessmenttableid", "requeststableid", "assessmentoutcome"]
        parents = assessments[columns].merge(
            self.requests[["requeststableid", "persontableid"]], on="requeststableid"
        )
        found = plans[[*NAMED_PLAN]].merge(parents, on="assessmenttableid")
        return found.assign(ceasereason=code(found["ceasereason"]))

    @cached_property
    def active_plans(self) -> pd.DataFrame:
        """One row a person with an active plan on census day (domain handbook 1.5, rule 1).

        An active plan whose request has a named plan counts if one of them has started and not
        ceased on the day (a missing start counts as started, a plan that ceases on the day as in
        force); one without a named plan counts. Of several plans of one person the one that
        started last is kept. Columns: persontableid, requeststableid, activeplanstableid,
        namedplantableid (empty if none), plan_start_date, transfer_la, res and wbp (of the plan,
        before specification 1.2), planres, planwbp.
        """
        rows = _once(self.ret.modules["activeplans"], "activeplanstableid")
        rows = rows[["activeplanstableid", "requeststableid", "transferla", "res", "wbp"]].merge(
            self.requests[["requeststableid", "persontableid", "receiveddate"]],
            on="requeststableid",
        )
        plans, day = self.named_plans, self.ret.census_day
        has_started = plans["startdate"].isna() | (plans["startdate"] <= day)
        has_not_ceased = plans["ceasedate"].isna() | (plans["ceasedate"] >= day)
        in_force = plans[has_started & has_not_ceased].sort_values(
            "startdate", ascending=False, na_position="last", kind="stable"
        )
        current = in_force.drop_duplicates("requeststableid")
        text = ["namedplantableid", "planres", "planwbp"]
        rows = rows.merge(
            current[["requeststableid", "startdate", *text]], on="requeststableid", how="left"
        )
        is_named = is_among(rows["requeststableid"], plans["requeststableid"])
        rows = rows[~is_named | rows["namedplantableid"].notna()].sort_values(
            ["startdate", "receiveddate"], ascending=False, na_position="last", kind="stable"
        )
        kept = rows.drop_duplicates("persontableid").sort_index()
        kept = kept.assign(**{name: kept[name].astype("str").fillna("") for name in text})
        kept = kept.rename(columns={"startdate": "plan_start_date", "transferla": "transfer_la"})
        return kept.drop(columns="receiveddate").reset_index(drop=True)

    @cached_property
    def from_elsewhere(self) -> pd.Series:
        """The request ids whose active plan came from another authority."""
        rows = self.ret.modules["activeplans"]
        return rows.loc[code(rows["transferla"]) != "", "requeststableid"]


def joined(ret: Return | JoinedReturn) -> JoinedReturn:
    """Return a return with its tables joined; one that is joined already stays as it is."""
    return ret if isinstance(ret, JoinedReturn) else JoinedReturn(ret)


def same_person(person: pd.DataFrame) -> pd.Series:
    """Return the id of the person that each id belongs to, on index persontableid.

    The same identifier (`person_key`), birth date and forename is the same person, under the id of
    the first row. Two missing birth dates count as the same; a missing forename as any other's.

    Args:
        person: The person module of a return.
    """
    rows = _once(person, "persontableid")
    key = person_key(rows["upn"], rows["uniquelearnernumber"])
    key = key.where(key != "", "row " + rows["persontableid"])
    born = rows["personbirthdate"]
    forename = told_forename(key, born, rows["forename"])
    groups = rows.groupby([key, born, forename], dropna=False, sort=False)
    first = groups["persontableid"].transform("first")
    return first.set_axis(pd.Index(rows["persontableid"], name="persontableid"))


def person_key(upn: pd.Series, uln: pd.Series) -> pd.Series:
    """Return what tells each row's person within a return; empty without UPN and ULN.

    The UPN; without one, the UPN of the first row that has the same ULN; else the ULN.
    """
    upn, uln = identifier(upn), identifier(uln)
    both = (upn != "") & (uln != "")
    of_uln = pd.Series(upn[both].to_numpy(), index=uln[both].to_numpy(), dtype="str")
    upn = upn.where(upn != "", looked_up(uln, of_uln[~of_uln.index.duplicated()]))
    return ("upn " + upn).where(upn != "", ("uln " + uln).where(uln != "", ""))


def told_forename(key: pd.Series, born: pd.Series, forename: pd.Series) -> pd.Series:
    """Return tidy forenames, an empty one filled from the first row of its key and birth date."""
    tidy = _tidy(forename)
    told = tidy.mask(tidy == "")
    first = told.groupby([key, born], dropna=False, sort=False).transform("first")
    return told.fillna(first).astype("str").fillna("")


def name_key(surname: pd.Series, forename: pd.Series) -> pd.Series:
    """Return `SURNAME|FORENAME`, however spaced and capitalised; empty if both are."""
    key = _tidy(surname) + "|" + _tidy(forename)
    return key.mask(key == "|", "")


def age_before_census(birth_dates: pd.Series, year: int | pd.Series) -> pd.Series:
    """Return ages at the 31 August before a January census; missing where the birth date is.

    A child born since that day is 0: the youngest age that the tables hold.
    """
    age = year - 1 - birth_dates.dt.year - (birth_dates.dt.month >= 9)
    age = age.mask(age == -1, 0)
    return age.where(birth_dates.notna()).astype("Int32")


def code(values: pd.Series) -> pd.Series:
    """Return a code as text whether it was read as a number or as text; empty if missing."""
    return values.astype("str").fillna("").str.replace(r"\.0$", "", regex=True)


def month(days: pd.Series) -> pd.Series:
    """Return days as `YYYY-MM`, empty where missing."""
    return days.dt.strftime("%Y-%m").astype("str").where(days.notna(), "")


def identifier(values: pd.Series) -> pd.Series:
    """Return UPNs or ULNs in capitals and without spaces."""
    return values.str.replace(" ", "", regex=False).str.upper()


def _tidy(names: pd.Series) -> pd.Series:
    return names.str.replace(r"\s+", " ", regex=True).str.strip().str.upper()


def _once(rows: pd.DataFrame, own_id: str) -> pd.DataFrame:
    return rows[rows[own_id] != ""].drop_duplicates(own_id).reset_index(drop=True)
