"""A SEN2 return of Westmere as its nine modules of text, as Blade exports name them."""

import numpy as np
import pandas as pd

from sufficiency.demo.authorities import WESTMERE
from sufficiency.demo.people.identities import no_upn_reason
from sufficiency.demo.people.placement_modules import boarding, placement_modules, work_based
from sufficiency.demo.people.simulate import census_day
from sufficiency.demo.people.world import World
from sufficiency.sen2.model import MODULES, PARENTS

FIELDS = {
    "sen2": "collection year referencedate sourcelevel lea softwarecode release serialno datetime "
    "dmo dco dsco",
    "person": "surname forename personbirthdate sex ethnicity postcode upn uniquelearnernumber "
    "upnunknown",
    "requests": "receiveddate requestsource rya requestoutcomedate requestoutcome requestmediation "
    "requesttribunal exported",
    "assessment": "assessmentoutcome assessmentoutcomedate assessmentmediation assessmenttribunal "
    "othermediation othertribunal week20",
    "namedplan": "startdate planres planwbp pb oa dp ceasedate ceasereason",
    "plandetail": "urn ukprn sensetting sensettingother placementrank senunitindicator "
    "resourcedprovisionindicator",
    "activeplans": "transferla reviewmeeting reviewoutcome reviewdraft phasetransferduedate "
    "phasetransferfinaldate lastreview",
    "placementdetail": "urn ukprn sensetting sensettingother placementrank entrydate leavingdate "
    "senunitindicator resourcedprovisionindicator res wbp",
    "senneed": "sentype sentyperank",
}
BUDGET_EVERY = 25


def return_modules(world: World, year: int) -> dict[str, pd.DataFrame]:
    """Return the clean return of one January, every value text, dates as 2025-01-16.

    It holds the plans in force on census day, the plans that ceased in the calendar year before,
    and requests received then or still open when it began. Columns are those of a Blade export of
    the latest specification, in lower case: own id, nativeid, order, sourceid, parent's id, fields.

    Args:
        world: The world.
        year: January census year, one of `rates.YEARS`.
    """
    plans = _in_force(world, year)
    ended = _ended(world, year)
    cut = np.datetime64(f"{year - 1}-12-31")
    asked = _asked(world, year, cut, set(plans["person"]), set(ended["person"]))
    people = _people(world, year, asked, plans)
    modules = {"sen2": _header(year), "person": people}
    modules["requests"] = asked.assign(persontableid="P" + asked["person"].astype(str))
    modules |= _outcomes(asked, plans, ended)
    modules |= placement_modules(world, plans, modules["namedplan"])
    return {name: _finished(name, modules[name]) for name in MODULES}


def _finished(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a module's text columns in order, with its ids and the system's own fields."""
    made = frame.reset_index(drop=True)
    own, order = f"{name}tableid", f"{name}orderseqcolumn"
    if own not in made:
        made[own] = name[:2].upper() + pd.Series(np.arange(1, len(made) + 1)).astype(str)
    made = made.assign(nativeid=made[own], sourceid="1", **{order: np.arange(1, len(made) + 1)})
    parent = [f"{PARENTS[name]}tableid"] if name in PARENTS else []
    columns = [own, "nativeid", order, "sourceid", *parent, *FIELDS[name].split()]
    text = {c: _text(made[c]) if c in made else [""] * len(made) for c in columns}
    return pd.DataFrame(text, dtype="str")


def _text(values: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.dt.strftime("%Y-%m-%d").fillna("").astype("str")
    if pd.api.types.is_bool_dtype(values):
        return values.map({True: "1", False: "0"}).astype("str")
    return values.astype("str").where(values.notna(), "")


def _header(year: int) -> pd.DataFrame:
    day = str(census_day(year))[:10]
    return pd.DataFrame(
        [
            {
                "sen2tableid": "S1",
                "collection": "SEN2",
                "year": str(year),
                "referencedate": day,
                "sourcelevel": "L",
                "lea": WESTMERE,
                "softwarecode": "Demo",
                "release": "1",
                "serialno": "1",
                "datetime": f"{year}-02-10",
            }
        ]
    )


def _in_force(world: World, year: int) -> pd.DataFrame:
    plans = world.course.plans
    return plans[plans["year"] == year].sort_values("person").reset_index(drop=True)


def _ended(world: World, year: int) -> pd.DataFrame:
    ceased = world.course.ceased
    return ceased[ceased["year"] == year].sort_values("person").reset_index(drop=True)


def _asked(
    world: World, year: int, cut: np.datetime64, held: set[int], ended: set[int]
) -> pd.DataFrame:
    """Return the requests of a return as known at the end of the calendar year before."""
    every = world.requests
    opened = np.datetime64(f"{year - 1}-01-01")
    waiting = every["decided"].isna() | (every["decided"] >= opened)
    later = every["assessed"].isna() & (every["assessment"] == "A") | (every["assessed"] >= opened)
    in_flow = (every["received"] <= cut) & (waiting | later | (every["received"] >= opened))
    came = set(world.course.plans.loc[world.course.plans["transferla"] != "", "person"])
    own = every["person"].isin(held | ended)
    in_flow &= ~every["person"].isin(came) | own
    kept = every[own | in_flow].sort_values("person", kind="stable").reset_index(drop=True)
    moved_in = kept["person"].isin(came)
    decided, assessed = kept["decided"], kept["assessed"]
    open_request = decided.isna() | (decided > cut)
    outcome = kept["outcome"].mask(open_request, "A")
    outcome = outcome.mask(~open_request & ((decided < opened) | moved_in), "H")
    open_assessment = assessed.isna() | (assessed > cut)
    assessment = kept["assessment"].mask(open_assessment & (kept["assessment"] != ""), "A")
    assessment = assessment.mask(
        ~open_assessment & ((assessed < opened) | moved_in) & (assessment != ""), "H"
    ).mask(outcome.isin(["A", "W", "N"]), "")
    return kept.assign(
        requeststableid="R" + kept["person"].astype(str),
        receiveddate=kept["received"],
        requestsource=kept["source"],
        requestoutcomedate=decided.mask(open_request),
        requestoutcome=outcome,
        requestmediation=kept["mediation"] & outcome.eq("N"),
        requesttribunal=kept["tribunal"] & outcome.eq("N"),
        exported=False,
        assessment=assessment,
        assessmentoutcomedate=assessed.mask(open_assessment),
        named=kept["start"].notna() & (kept["start"] <= cut),
    )


def _people(world: World, year: int, asked: pd.DataFrame, plans: pd.DataFrame) -> pd.DataFrame:
    """Return people in order of their number, each at their home of the year."""
    known = world.people[world.people["person"].isin(asked["person"])].sort_values("person")
    homes = world.course.plans[world.course.plans["year"] <= year]
    latest = homes.drop_duplicates("person", keep="last").set_index("person")["home"]
    home = known["person"].map(latest).fillna(known["home"]).astype(int)
    born = pd.DatetimeIndex(known["birth"])
    age = pd.Series(year - 1 - born.year - (born.month > 8), index=known.index)
    return known.assign(
        persontableid="P" + known["person"].astype(str),
        sen2tableid="S1",
        personbirthdate=known["birth"],
        ethnicity="WBRI",
        postcode=world.places.postcodes["postcode"].to_numpy()[home],
        uniquelearnernumber=known["uln"],
        upnunknown=no_upn_reason(known["upn"], age),
    )


def _outcomes(
    asked: pd.DataFrame, plans: pd.DataFrame, ended: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Return assessments and named plans of the requests that came so far."""
    assessed = asked[asked["assessment"] != ""]
    flags = {c: False for c in ("assessmenttribunal", "othermediation", "othertribunal")}
    assessment = assessed.assign(
        assessmenttableid="A" + assessed["person"].astype(str),
        assessmentoutcome=assessed["assessment"],
        assessmentmediation=assessed["mediation"] & assessed["assessment"].eq("N"),
        week20=assessed["exceptions"],
        **flags,
    )
    named = assessment[assessment["named"]].reset_index(drop=True)
    last = ended.set_index("person")[["date", "reason"]]
    last = last.astype({"date": "datetime64[us]", "reason": "str"})
    held = plans.set_index("person")
    number = named["person"]
    return {
        "assessment": assessment,
        "namedplan": named.assign(
            namedplantableid="N" + number.astype(str),
            startdate=named["start"],
            planres=number.map(boarding(held)).fillna(""),
            planwbp=number.map(work_based(held)).fillna(""),
            pb=number % BUDGET_EVERY == 0,
            oa=False,
            ceasedate=last["date"].reindex(number).to_numpy(),
            ceasereason=last["reason"].reindex(number).fillna("").to_numpy(dtype=str),
        ),
    }
