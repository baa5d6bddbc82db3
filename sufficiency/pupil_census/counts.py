"""Count pupils: by school, home, year group, SEN provision, need and base, on census day."""

import pandas as pd

from sufficiency import terms
from sufficiency.contracts import Pupils, checked, empty
from sufficiency.people.homes import homes
from sufficiency.people.reference import Reference
from sufficiency.people.schools import in_force
from sufficiency.pupil_census.model import PupilCensus

COUNTED_STATUS = ("C", "M", "")
PROVISIONS = ("N", "K", "E")
NONE, SUPPORT, PLAN = PROVISIONS
NEED_TERM = "spring"
KEYS = [
    "year",
    "term",
    "establishment",
    "locality",
    "home",
    "ncy",
    "sen_provision",
    "need",
    "base",
]
IMPORT_KEYS = ["year", "term", "establishment", "sen_provision", "base"]


def pupil_counts(censuses: list[PupilCensus], reference: Reference) -> pd.DataFrame:
    """Return pupils on census day, counted (`Pupils`), in order of every key.

    Attendance basis: a pupil of two schools is counted at their main one; one with two main
    registrations is counted at both, as the checks say. `need` is empty where there is no SEN and
    in autumn and summer, which do not collect it.

    Args:
        censuses: Any number of terms.
        reference: Schools give a URN to LAESTAB, the directory and localities a home to postcodes.
    """
    if not censuses:
        return empty(Pupils)
    rows = pd.concat([_described(census, reference) for census in censuses], ignore_index=True)
    counts = rows.groupby(KEYS, dropna=False, sort=True).size().reset_index(name="pupils")
    return checked(Pupils, counts, "pupils")


def imports(pupils: pd.DataFrame) -> pd.DataFrame:
    """Return pupils of other authorities in this one's schools: the places they occupy.

    Args:
        pupils: What `pupil_counts` returned.

    Returns:
        One row a term, school, SEN provision and base where there is any: year, term,
        establishment, sen_provision, base, pupils (home outside) and home_unknown (pupils whose
        home is not known, some of whom may be of other authorities).
    """
    elsewhere = pupils["pupils"].where(pupils["home"] == "outside", 0)
    unknown = pupils["pupils"].where(pupils["home"] == "unknown", 0)
    counted = pupils[IMPORT_KEYS].assign(pupils=elsewhere, home_unknown=unknown)
    summed = counted.groupby(IMPORT_KEYS, sort=True)[["pupils", "home_unknown"]].sum()
    some = summed[(summed > 0).any(axis=1)]
    return some.astype("int32").reset_index()


def counted_registrations(census: PupilCensus) -> pd.DataFrame:
    """Return the registrations that are counted: current or main, and there on census day.

    Subsidiary (S), guest (G) and unknown enrolment statuses are not counted, an empty one is. A
    registration without dates is taken to be there.
    """
    pupils = census.pupils
    entered = pupils["entry_date"].isna() | (pupils["entry_date"] <= census.census_day)
    left = pupils["leaving_date"] < census.census_day
    return pupils[pupils["enrol_status"].isin(COUNTED_STATUS) & entered & ~left]


def establishments_of(
    pupils: pd.DataFrame, census_day: pd.Timestamp, schools: pd.DataFrame
) -> pd.Series:
    """Return the URN in force on census day of each registration, on the same index.

    Args:
        pupils: Columns urn and laestab.
        census_day: Of the census.
        schools: `people.schools.known_schools`.

    Returns:
        The URN given, else that of the LAESTAB (of several, the one open on census day), followed
        to the successor of a school that had closed. A URN that no GIAS file has is kept; it is
        empty where only a LAESTAB is given that none has.
    """
    numbered = schools[schools["laestab"] != ""]
    not_yet = numbered["open_date"] > census_day
    gone = numbered["close_date"] < census_day
    ranked = numbered.assign(shut=not_yet | gone).sort_values(
        ["laestab", "shut", "open_date", "urn"], ascending=[True, True, False, True], kind="stable"
    )
    by_number = ranked.drop_duplicates("laestab").set_index("laestab")["urn"]
    urns = pupils["urn"].where(
        pupils["urn"] != "", pupils["laestab"].map(by_number).astype("str").fillna("")
    )
    return in_force(urns, schools, census_day)


def provisions(pupils: pd.DataFrame) -> pd.Series:
    """Return N, K or E of each registration; any other code counts as N, as the checks say."""
    found = pupils["sen_provision"]
    return found.where(found.isin(PROVISIONS), NONE)


def needs(pupils: pd.DataFrame, term: str) -> pd.Series:
    """Return the primary need of each registration, on the same index.

    Empty without SEN and in terms that do not collect needs; UNKNOWN where it is missing or not a
    known code; "no specialist assessment" (NSA) is a need of SEN support only, and OTH with a plan.
    """
    if term != NEED_TERM:
        return pd.Series("", index=pupils.index, dtype="str")
    provision = provisions(pupils)
    need = pupils["need"].where(pupils["need"].isin(terms.codes("needs")), "UNKNOWN")
    need = need.mask((need == "NSA") & (provision == PLAN), "OTH")
    return need.mask(provision == NONE, "")


def bases(pupils: pd.DataFrame) -> pd.Series:
    """Return unit, rp or empty for each registration; flagged in both counts as a unit."""
    base = pd.Series("", index=pupils.index, dtype="str")
    base = base.mask(pupils["rp"].fillna(False).astype(bool), "rp")
    return base.mask(pupils["unit"].fillna(False).astype(bool), "unit")


def _described(census: PupilCensus, reference: Reference) -> pd.DataFrame:
    """Return the keys of each counted registration; nothing that belongs to one pupil."""
    pupils = counted_registrations(census)
    home = homes(pupils["postcode"], reference)
    return pd.DataFrame(
        {
            "year": census.year,
            "term": census.term,
            "establishment": establishments_of(pupils, census.census_day, reference.schools),
            "locality": home["locality"],
            "home": home["home"],
            "ncy": pupils["ncy"].astype("Int32"),
            "sen_provision": provisions(pupils),
            "need": needs(pupils, census.term),
            "base": bases(pupils),
        }
    )
