"""What the checks of one SEN2 return look at: the return, its positions, GIAS, the year before."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from sufficiency.people.homes import homes
from sufficiency.people.identity import fallback_key
from sufficiency.people.lookup import looked_up
from sufficiency.people.reference import Reference
from sufficiency.people.rows import identifier, name_key
from sufficiency.people.schools import by_ukprn, in_force
from sufficiency.quality.known_bases import covers_the_country, known_bases
from sufficiency.quality.traced import TracedReturn
from sufficiency.sen2.fields import code_list, fields
from sufficiency.sources.postcodes import normalise


@dataclass(frozen=True)
class YearBefore:
    """What the checks of a return need of the return of the January before.

    Attributes:
        day: Its census day.
        specification: The specification it follows.
        with_ds: Whether it records Down syndrome.
        positions: Its census-day positions, or None.
        people: One row a person with an active plan: upn, uln, fallback, name_key, birth_date, and
            module, column, file, sheet, row of the person's first active plan.
    """

    day: pd.Timestamp
    specification: str
    with_ds: bool
    positions: pd.DataFrame | None
    people: pd.DataFrame


@dataclass(frozen=True)
class Evidence(TracedReturn):
    """One return and what it is judged by.

    Attributes:
        positions: Its census-day positions, or None.
        reference: Tables that rows are looked up in.
        previous: What is kept of the January before, or None where that return is not held.
    """

    positions: pd.DataFrame | None
    reference: Reference
    previous: YearBefore | None = None

    @property
    def synthetic(self) -> bool:
        """Whether no identifier may belong to a real person."""
        return self.reference.identifiers == "synthetic"

    @cached_property
    def placed(self) -> pd.Series:
        """Which placements of active plans are active on census day."""
        entry = self.date("placementdetail", "entrydate")
        leaving = self.date("placementdetail", "leavingdate")
        plan = self.lift(self.active, self.parent("placementdetail")).fillna(False).astype(bool)
        return (
            plan & (entry.isna() | (entry <= self.day)) & (leaving.isna() | (leaving >= self.day))
        )

    @cached_property
    def placement_age(self) -> pd.Series:
        """Age of the person placed, for each placement (`Int64`)."""
        person = self.lift(self.plan_person, self.parent("placementdetail"))
        return self.lift(self.age, person).astype("Int64")

    @cached_property
    def identity(self) -> pd.DataFrame:
        """Who each person is: upn, uln, name_key, birth_date and `fallback_key`."""
        people = pd.DataFrame(
            {
                "upn": identifier(self.text("person", "upn")),
                "uln": identifier(self.text("person", "uniquelearnernumber")),
                "name_key": name_key(
                    self.text("person", "surname"), self.text("person", "forename")
                ),
                "birth_date": self.date("person", "personbirthdate"),
                "postcode": self.text("person", "postcode"),
            }
        )
        return people.assign(fallback=fallback_key(people)).drop(columns="postcode")

    @cached_property
    def stated_school(self) -> pd.DataFrame:
        """What GIAS says of each placement's URN as it stands; no values where unknown."""
        return self._schools(self.text("placementdetail", "urn"))

    @cached_property
    def placement_school(self) -> pd.DataFrame:
        """The establishment of each placement in force on the day: by URN, else by UKPRN."""
        schools = self.reference.schools
        urn = self.text("placementdetail", "urn")
        urn = urn.where(urn.isin(schools["urn"]), "")
        ukprn = looked_up(self.text("placementdetail", "ukprn"), by_ukprn(schools, self.day))
        return self._schools(in_force(urn.where(urn != "", ukprn), schools, self.day))

    def _schools(self, urns: pd.Series) -> pd.DataFrame:
        by_urn = self.reference.schools.set_index("urn", drop=False)
        return by_urn.reindex(urns.to_numpy()).set_axis(urns.index)

    @cached_property
    def home(self) -> pd.DataFrame:
        """postcode (normalised) and home (inside, outside, unknown) of the people with a plan."""
        postcode = normalise(self.text("person", "postcode")[self.has_plan])
        return homes(postcode, self.reference).assign(postcode=postcode)

    @cached_property
    def bases(self) -> pd.DataFrame:
        """Units and resourced provision that GIAS or the register knows (`known_bases`)."""
        return known_bases(self.reference, self.day)

    @cached_property
    def schools_complete(self) -> bool:
        """Whether a URN that is in no GIAS file can be called unknown."""
        return covers_the_country(self.reference.schools)


def known_codes(module: str, column: str) -> tuple[str, ...]:
    """Return the codes that a field may hold, from the field list of the return."""
    rows = fields(module)
    return code_list(str(rows.loc[rows["field"] == column, "code_list"].iloc[0]))
